#include "intake_contact.h"

#include <stdlib.h>
#include <string.h>

#define EMAIL_MAX_BYTES 254 /* RFC 5321 §4.5.3.1.3: a path of 256 with its angle brackets */
#define LOCAL_MAX_BYTES 64
#define LABEL_MAX_BYTES 63

struct id contact_point_id(const struct id *debtor_id, const struct contact *contact)
{
    static const char *const KINDS[] = {
        [CONTACT_PHONE] = "contact_point/phone",
        [CONTACT_EMAIL] = "contact_point/email",
        [CONTACT_ADDRESS] = "contact_point/address",
    };
    g_autofree char *lower = contact->kind == CONTACT_EMAIL ? g_ascii_strdown(contact->value, -1) : NULL;
    const char *value = lower ? lower : contact->value;

    return id_derive(debtor_id, KINDS[contact->kind], value, strlen(value));
}

static bool is_atom_char(char c)
{
    return g_ascii_isalnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool local_part_is_valid(const char *text, size_t len)
{
    if (len == 0 || len > LOCAL_MAX_BYTES || text[0] == '.' || text[len - 1] == '.')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!is_atom_char(text[i]) && !(text[i] == '.' && text[i - 1] != '.'))
            return false;
    return true;
}

static bool label_is_valid(const char *text, size_t len)
{
    if (len == 0 || len > LABEL_MAX_BYTES || text[0] == '-' || text[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!g_ascii_isalnum(text[i]) && text[i] != '-')
            return false;
    return true;
}

static bool domain_is_valid(const char *text)
{
    size_t n_labels = 0;
    size_t len = 0;

    for (;; text += len + 1) {
        len = strcspn(text, ".");
        if (!label_is_valid(text, len))
            return false;
        n_labels++;
        if (text[len] == '\0')
            break;
    }
    /* A last label of digits would be an IP address. */
    return n_labels >= 2 && len >= 2 && !g_ascii_isdigit(text[0]);
}

bool email_is_valid(const char *text)
{
    const char *at = strrchr(text, '@');

    return at && strlen(text) <= EMAIL_MAX_BYTES && local_part_is_valid(text, (size_t)(at - text)) &&
           domain_is_valid(at + 1);
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, each once. `list` is a NULL-terminated array that is sorted in place; its strings are borrowed. */
static const char *join_sorted(char **list, size_t n, GStringChunk *chunk)
{
    g_autoptr(GString) joined = g_string_new(NULL);

    qsort(list, n, sizeof(*list), compare_words);
    for (size_t i = 0; i < n; i++)
        if (*list[i] && (i == 0 || strcmp(list[i], list[i - 1]) != 0))
            g_string_append_printf(joined, "%s%s", joined->len > 0 ? "," : "", list[i]);
    return g_string_chunk_insert_const(chunk, joined->str);
}

/* One zone or none: in order, and without doubles. */
static bool is_single(const char *zones)
{
    return strchr(zones, ',') == NULL;
}

const char *zones_union(const char *a, const char *b, GStringChunk *chunk)
{
    if (is_single(a) && (*b == '\0' || strcmp(a, b) == 0))
        return a;
    if (is_single(b) && *a == '\0')
        return b;
    g_autofree char *both = g_strconcat(a, ",", b, NULL);
    g_auto(GStrv) list = g_strsplit(both, ",", -1);

    return join_sorted(list, g_strv_length(list), chunk);
}

const char *zones_of_phone(const struct phone *phone, GStringChunk *chunk)
{
    const char *const *names = NULL;

    size_t n = phone_candidate_zones(phone, &names);
    const char *zones = "";
    for (size_t i = 0; i < n; i++)
        zones = zones_union(zones, names[i], chunk);
    return zones;
}
