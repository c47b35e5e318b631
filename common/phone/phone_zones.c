#include <stdlib.h>
#include <string.h>

#include "phone/phone.h"
#include "phone/phone_zones_table.h"

#define NANP "1" /* the prefix that stands for a whole numbering plan of many countries */

static const char *const NONE[] = {NULL};

struct key {
    const char *digits;
    size_t len;
};

static int compare_prefix(const void *searched, const void *row)
{
    const struct key *key = searched;
    const struct phone_prefix *prefix = row;
    int order = strncmp(key->digits, prefix->digits, key->len);

    if (order != 0)
        return order;
    return prefix->digits[key->len] == '\0' ? 0 : -1;
}

static const struct phone_prefix *find_longest(const char *digits, size_t n_digits)
{
    size_t len = n_digits < PHONE_PREFIX_MAX_DIGITS ? n_digits : PHONE_PREFIX_MAX_DIGITS;

    for (; len > 0; len--) {
        struct key key = {.digits = digits, .len = len};
        const struct phone_prefix *found =
            bsearch(&key, PHONE_PREFIXES, PHONE_PREFIXES_COUNT, sizeof(PHONE_PREFIXES[0]), compare_prefix);
        if (found)
            return found;
    }
    return NULL;
}

/* The entry of a number's country: the shortest prefix that the table has. */
static const struct phone_prefix *find_country(const char *digits, size_t n_digits)
{
    for (size_t len = 1; len <= n_digits && len <= PHONE_PREFIX_MAX_DIGITS; len++) {
        const struct key key = {.digits = digits, .len = len};
        const struct phone_prefix *found =
            bsearch(&key, PHONE_PREFIXES, PHONE_PREFIXES_COUNT, sizeof(PHONE_PREFIXES[0]), compare_prefix);
        if (found)
            return found;
    }
    return NULL;
}

/* Toll-free codes of the NANP. The table has no rows for them and they would fall back to NANP anyway; a later table
 * may have rows. */
static bool is_toll_free(const char *digits)
{
    static const char *const CODES[] = {"1800", "1833", "1844", "1855", "1866", "1877", "1888"};

    for (size_t i = 0; i < ARRAY_SIZE(CODES); i++)
        if (strncmp(digits, CODES[i], 4) == 0)
            return true;
    return false;
}

size_t phone_zones(const char *e164, const char *const **ret_names)
{
    const struct phone_prefix *prefix = NULL;

    *ret_names = NONE;
    if (e164[0] != '+')
        return 0;
    const char *digits = e164 + 1;
    size_t n_digits = strspn(digits, "0123456789");
    if (digits[n_digits] != '\0' || is_toll_free(digits))
        return 0;
    prefix = find_longest(digits, n_digits);
    if (!prefix || strcmp(prefix->digits, NANP) == 0)
        return 0;
    *ret_names = prefix->zones;
    return prefix->n_zones;
}

size_t phone_candidate_zones(const struct phone *phone, const char *const **ret_names)
{
    if (phone->kind == PHONE_TOLL_FREE) {
        *ret_names = NONE;
        return 0;
    }
    const size_t n = phone_zones(phone->e164, ret_names);
    if (n == 0 || phone->kind == PHONE_FIXED || strncmp(phone->e164, "+" NANP, 2) == 0)
        return n;
    const struct phone_prefix *country = find_country(phone->e164 + 1, strlen(phone->e164 + 1));
    if (!country)
        return n;
    *ret_names = country->zones;
    return country->n_zones;
}
