#include "intake_identity.h"

#include <glib.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define POSTCODE_US_DIGITS 5 /* the four after the dash name a delivery route and are often missing */

/* Letters and digits of ASCII in capitals: "123-45-6789" and "123456789" are the same number. */
static void append_alnum(GString *out, const char *text, size_t n_max)
{
    for (size_t n = 0; *text && n < n_max; text++)
        if (g_ascii_isalnum(*text)) {
            g_string_append_c(out, g_ascii_toupper(*text));
            n++;
        }
}

bool identity_tax_id_is_usable(const char *tax_id)
{
    g_autoptr(GString) number = g_string_new(NULL);

    append_alnum(number, tax_id, SIZE_MAX);
    if (number->len < 5)
        return false;
    for (size_t i = 1; i < number->len; i++)
        if (number->str[i] != number->str[0])
            return true;
    return false;
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_accent(gunichar c)
{
    return c >= 0x0300 && c <= 0x036F;
}

/* Words of letters and digits: compatibility forms decomposed, Latin accents dropped, case folded. "José  O'Neil" gives
 * "jose", "oneil". */
static char *fold_name(const char *name)
{
    g_autofree char *decomposed = g_utf8_normalize(name, -1, G_NORMALIZE_ALL);
    g_autoptr(GString) plain = g_string_new(NULL);

    /* It is UTF-8, so there is no memory, and without his name he would be taken for another person. GLib's other
     * functions end the process by themselves. */
    if (!decomposed)
        g_error("failed to allocate the normal form of a name");
    for (const char *at = decomposed; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (g_unichar_isspace(c) || c == ',' || c == '-')
            g_string_append_c(plain, ' ');
        else if (!is_accent(c) && (g_unichar_isalnum(c) || g_unichar_ismark(c)))
            g_string_append_unichar(plain, c);
    }
    return g_utf8_casefold(plain->str, -1);
}

/* The words in alphabetical order, since "Smith, John" is "John Smith". */
static void append_name(GString *out, const char *name)
{
    g_autofree char *folded = fold_name(name);
    g_auto(GStrv) words = g_strsplit(folded, " ", -1);

    qsort(words, g_strv_length(words), sizeof(*words), compare_words);
    for (size_t i = 0; words[i]; i++)
        if (*words[i])
            g_string_append_printf(out, "%s ", words[i]);
}

/* Each part ends in a zero byte, so that no two lists of parts give the same bytes. */
static void end_part(GString *out)
{
    g_string_append_c(out, '\0');
}

static enum identity_source collect(const struct identity_facts *facts, GString *out)
{
    if (*facts->debtor_reference) {
        g_string_append(out, "reference");
        end_part(out);
        g_string_append(out, facts->client);
        end_part(out);
        g_string_append(out, facts->debtor_reference);
        return IDENTITY_BY_REFERENCE;
    }
    if (*facts->tax_id && identity_tax_id_is_usable(facts->tax_id)) {
        g_string_append(out, "tax id");
        end_part(out);
        append_alnum(out, facts->tax_id, SIZE_MAX);
        return IDENTITY_BY_TAX_ID;
    }
    g_string_append(out, "name");
    end_part(out);
    size_t before = out->len;
    append_name(out, facts->name);
    if (out->len == before || !*facts->postcode || !facts->has_birth)
        return IDENTITY_NONE;
    end_part(out);
    g_string_append(out, facts->country);
    end_part(out);
    append_alnum(out, facts->postcode, strcmp(facts->country, "US") == 0 ? POSTCODE_US_DIGITS : SIZE_MAX);
    end_part(out);
    g_string_append_printf(out, "%d", facts->birth.days);
    return IDENTITY_BY_NAME;
}

enum identity_source identity_key(const struct identity_facts *facts,
                                  const uint8_t agency_key[static PLATFORM_IDENTITY_KEY_BYTES],
                                  uint8_t ret_key[static IDENTITY_KEY_BYTES])
{
    GString *parts = g_string_sized_new(128);
    enum identity_source source = collect(facts, parts);

    if (source != IDENTITY_NONE)
        (void)crypto_generichash(ret_key, IDENTITY_KEY_BYTES, (const unsigned char *)parts->str, parts->len, agency_key,
                                 PLATFORM_IDENTITY_KEY_BYTES);
    /* It may hold a tax id in clear. */
    sodium_memzero(parts->str, parts->len);
    (void)g_string_free(parts, TRUE);
    return source;
}

struct id identity_debtor_id(int32_t agency_id, const uint8_t key[static IDENTITY_KEY_BYTES])
{
    uint16_t partition = id_partition_of_debtor(agency_id, key, IDENTITY_KEY_BYTES);
    return id_derive_root(partition, "debtor", key, IDENTITY_KEY_BYTES);
}

/* 24 bits of minutes, which come round after 31 years and only serve as order, then 24 of the line. */
static uint64_t order_of(int64_t opened_at_us, int64_t line)
{
    const uint64_t minutes = (uint64_t)(opened_at_us / US_PER_MIN) & 0xFFFFFF;
    return minutes << 24 | (uint64_t)MIN(line, 0xFFFFFF);
}

struct id identity_account_id(const struct id *debtor_id, const char *client, const char *client_reference,
                              int64_t opened_at_us, int64_t line)
{
    g_autoptr(GString) key = g_string_new(client);

    end_part(key);
    g_string_append(key, client_reference);
    return id_derive_in_order(debtor_id, "account", key->str, key->len, order_of(opened_at_us, line));
}

uint16_t identity_reference_partition(int32_t agency_id, const char *client_reference)
{
    return id_partition_of_debtor(agency_id, client_reference, strlen(client_reference));
}
