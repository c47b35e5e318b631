#include "bankstatement/statement_values.h"

#include <string.h>

#define AMOUNT_SIZE 64 /* 18 digits, a sign, five groups: no amount is longer */

#define DIGITS "0123456789"

/* Drops zeros beyond the currency's decimals. False where something else stands there. */
static bool drop_zeros(char *text, char separator, size_t n_wanted)
{
    char *decimals = strchr(text, separator);

    if (!decimals)
        return true;
    const size_t n = strspn(decimals + 1, DIGITS);
    size_t n_kept = n;
    while (n_kept > n_wanted && decimals[n_kept] == '0')
        n_kept--;
    if (n_kept > n_wanted)
        return false;
    char *rest = decimals + 1 + n;
    /* "5." stays what it is: no amount. */
    char *to = n > 0 && n_kept == 0 ? decimals : decimals + 1 + n_kept;
    memmove(to, rest, strlen(rest) + 1);
    return true;
}

enum status value_amount(const char *text, const char *currency, const struct money_format *format,
                         struct money *ret_money, struct error *err)
{
    char plain[AMOUNT_SIZE];
    char shown[ERROR_SHOWN_SIZE];
    const int exponent = currency_exponent(currency);

    if (strlen(text) >= sizeof(plain))
        return error_set(err, STATUS_INVALID_ARGUMENT, "amount '%s': too long", error_shown(text, shown));
    memcpy(plain, text, strlen(text) + 1);
    if (exponent >= 0 && !format->is_minor_units && !drop_zeros(plain, format->decimal_separator, (size_t)exponent))
        return error_set(err, STATUS_INVALID_ARGUMENT, "amount '%s': %s has %d decimals; it cannot be held exactly",
                         error_shown(text, shown), currency, exponent);
    enum status st = money_parse(plain, currency, format, ret_money, err);
    if (st != STATUS_OK && err)
        err->code = STATUS_INVALID_ARGUMENT;
    return st == STATUS_OK ? STATUS_OK : STATUS_INVALID_ARGUMENT;
}

/* Whether text begins like `form`, in which 'd' is a digit and all else stands for itself. */
static bool has_form(const char *text, const char *form)
{
    for (; *form; form++, text++)
        if (*form == 'd' ? !g_ascii_isdigit(*text) : *text != *form)
            return false;
    return true;
}

/* "Z" or "+01:00", at most 14 hours; nothing is fine too. */
static bool is_zone(const char *text)
{
    if (*text == '\0' || strcmp(text, "Z") == 0)
        return true;
    return (*text == '+' || *text == '-') && has_form(text + 1, "dd:dd") && text[6] == '\0' &&
           strncmp(text + 1, "14:00", 5) <= 0 && strncmp(text + 4, "59", 2) <= 0;
}

/* "13:15:00", with or without a fraction and a zone. */
static bool is_time(const char *text)
{
    if (!has_form(text, "dd:dd:dd"))
        return false;
    /* 24:00:00 is XML Schema's other midnight; 60 a leap second. */
    if (strncmp(text, "24:00:00", 8) > 0 || strncmp(text + 3, "59", 2) > 0 || strncmp(text + 6, "60", 2) > 0)
        return false;
    text += 8;
    if (*text == '.') {
        const size_t n = strspn(text + 1, DIGITS);
        if (n == 0)
            return false;
        text += 1 + n;
    }
    return is_zone(text);
}

enum status value_iso_date(const char *text, struct date *ret_date, struct error *err)
{
    char day[sizeof("YYYY-MM-DD")];
    char shown[ERROR_SHOWN_SIZE];
    const size_t len = strnlen(text, sizeof(day) - 1);

    memcpy(day, text, len);
    day[len] = '\0';
    const bool is_whole = len == sizeof(day) - 1;
    const char *rest = text + len;
    if (is_whole && !(*rest == 'T' ? is_time(rest + 1) : is_zone(rest)))
        return error_set(err, STATUS_INVALID_ARGUMENT, "'%s' is neither a date nor a date and time of ISO 8601",
                         error_shown(text, shown));
    return date_parse(day, "YYYY-MM-DD", ret_date, err);
}

enum status value_number(const char *text, int64_t *ret_number, struct error *err)
{
    const size_t len = strlen(text);
    char shown[ERROR_SHOWN_SIZE];

    if (len == 0 || len > 18 || strspn(text, DIGITS) != len)
        return error_set(err, STATUS_INVALID_ARGUMENT, "'%s' is no number of at most 18 digits",
                         error_shown(text, shown));
    *ret_number = g_ascii_strtoll(text, NULL, 10);
    return STATUS_OK;
}

static bool is_blank(gunichar c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_misleading(gunichar c)
{
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029 || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
}

const char *value_text(const char *text, GStringChunk *chunk)
{
    g_autoptr(GString) clean = g_string_sized_new(64);

    for (; *text; text = g_utf8_next_char(text)) {
        const gunichar c = g_utf8_get_char(text);
        if (!is_blank(c))
            g_string_append_unichar(clean, is_misleading(c) ? 0xFFFD : c);
        else if (clean->len > 0 && clean->str[clean->len - 1] != ' ')
            g_string_append_c(clean, ' ');
    }
    if (clean->len > 0 && clean->str[clean->len - 1] == ' ')
        g_string_truncate(clean, clean->len - 1);
    return clean->len == 0 ? "" : g_string_chunk_insert_len(chunk, clean->str, (gssize)clean->len);
}

bool value_is_no_reference(const char *text)
{
    return *text == '\0' || g_ascii_strcasecmp(text, "NOTPROVIDED") == 0 || g_ascii_strcasecmp(text, "NONREF") == 0;
}

/* "RF", two check digits, one to 21 letters and digits: blanks, which people write between groups, do not count. */
#define RF_MIN_LEN 5
#define RF_MAX_LEN 25

static bool compact_rf(const char *text, char compact[RF_MAX_LEN + 1])
{
    size_t len = 0;

    for (; *text; text++) {
        if (*text == ' ')
            continue;
        if (len == RF_MAX_LEN || !g_ascii_isalnum(*text))
            return false;
        compact[len++] = g_ascii_toupper(*text);
    }
    compact[len] = '\0';
    return len >= RF_MIN_LEN && compact[0] == 'R' && compact[1] == 'F' && g_ascii_isdigit(compact[2]) &&
           g_ascii_isdigit(compact[3]);
}

/* ISO 7064 MOD 97-10, as ISO 11649 uses it: the first four signs go to the end, letters count 10 to 35, and the whole
 * as a number leaves 1. */
static bool rf_digits_are_right(const char *compact)
{
    const size_t len = strlen(compact);
    unsigned rest = 0;

    for (size_t i = 0; i < len; i++) {
        const char c = compact[(i + 4) % len];
        rest =
            g_ascii_isdigit(c) ? (rest * 10 + (unsigned)(c - '0')) % 97 : (rest * 100 + (unsigned)(c - 'A') + 10) % 97;
    }
    return rest == 1;
}

struct bank_reference value_reference(const char *text, GStringChunk *chunk)
{
    char compact[RF_MAX_LEN + 1];

    if (!compact_rf(text, compact))
        return (struct bank_reference){BANK_REFERENCE_CREDITOR, g_string_chunk_insert(chunk, text)};
    if (!rf_digits_are_right(compact))
        return (struct bank_reference){BANK_REFERENCE_RF_WRONG, g_string_chunk_insert(chunk, text)};
    return (struct bank_reference){BANK_REFERENCE_RF, g_string_chunk_insert(chunk, compact)};
}
