#include "money/money.h"

#include <stdio.h>
#include <string.h>

/* An amount being read: what is left of the text, and what it was made of so far. The number is kept negative, since
 * the most negative amount has no positive twin. */
struct reader {
    const char *at;
    const char *text;
    const struct money_format *format;
    int exponent;
    int64_t negative_minor;
    struct error *err;
};

/* The currencies that are written with each sign; "$" is the sign of dollars and pesos alike. */
static const struct {
    const char *sign;
    const char *currencies;
} SIGNS[] = {
    {"$", "ARS AUD BBD BMD BND BSD BZD CAD CLP COP CUP DOP FJD GYD HKD JMD KYD LRD MXN NAD NZD SBD SGD SRD TTD TWD USD "
          "UYU XCD"},
    {"€", "EUR"},
    {"£", "EGP FKP GBP GIP LBP SHP SSP SYP"},
};

static enum status refuse(const struct reader *reader, enum status code, const char *why)
{
    char buffer[ERROR_SHOWN_SIZE];

    return error_set(reader->err, code, "amount '%s': %s", error_shown(reader->text, buffer), why);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool skip_char(struct reader *reader, char c)
{
    if (c == '\0' || *reader->at != c)
        return false;
    reader->at++;
    return true;
}

static enum status skip_currency_sign(struct reader *reader, const char *currency)
{
    for (size_t i = 0; i < ARRAY_SIZE(SIGNS); i++) {
        size_t len = strlen(SIGNS[i].sign);
        if (strncmp(reader->at, SIGNS[i].sign, len) != 0)
            continue;
        if (!strstr(SIGNS[i].currencies, currency))
            return refuse(reader, STATUS_INVALID_ARGUMENT, "the sign is of another currency");
        reader->at += len;
        break;
    }
    return STATUS_OK;
}

static bool push_digit(struct reader *reader, int digit)
{
    int64_t tenfold;

    return !__builtin_mul_overflow(reader->negative_minor, 10, &tenfold) &&
           !__builtin_sub_overflow(tenfold, digit, &reader->negative_minor);
}

static enum status read_digits(struct reader *reader, size_t *ret_n_digits)
{
    size_t n_digits = 0;

    for (; is_digit(*reader->at); reader->at++, n_digits++)
        if (!push_digit(reader, *reader->at - '0'))
            return refuse(reader, STATUS_OUT_OF_RANGE, "too large");
    *ret_n_digits = n_digits;
    return STATUS_OK;
}

/* "1234" or, with groups, "1,234": the first group has one to three digits, every other one exactly three, and a number
 * has groups throughout or not at all. "12,34" is refused since it may as well be a decimal comma. */
static enum status read_whole(struct reader *reader, size_t *ret_n_digits)
{
    size_t n_digits = 0;
    enum status st = read_digits(reader, &n_digits);

    if (st != STATUS_OK)
        return st;
    *ret_n_digits = n_digits;
    while (n_digits > 0 && skip_char(reader, reader->format->group_separator)) {
        size_t n_group = 0;
        if (*ret_n_digits > 3)
            return refuse(reader, STATUS_INVALID_ARGUMENT, "a group separator in the wrong place");
        st = read_digits(reader, &n_group);
        if (st != STATUS_OK)
            return st;
        if (n_group != 3)
            return refuse(reader, STATUS_INVALID_ARGUMENT, "a group separator in the wrong place");
    }
    return STATUS_OK;
}

static enum status scale(struct reader *reader, int n_decimals)
{
    for (; n_decimals < reader->exponent; n_decimals++)
        if (!push_digit(reader, 0))
            return refuse(reader, STATUS_OUT_OF_RANGE, "too large");
    return STATUS_OK;
}

/* Counted before they are read, so that too many decimals are not reported as too large an amount. */
static enum status read_decimals(struct reader *reader)
{
    size_t n_digits = strspn(reader->at, "0123456789");

    if (n_digits == 0)
        return refuse(reader, STATUS_INVALID_ARGUMENT, "no digit after the decimal separator");
    if (n_digits > (size_t)reader->exponent)
        return refuse(reader, STATUS_INVALID_ARGUMENT, "more decimals than the currency has");
    enum status st = read_digits(reader, &n_digits);
    return st == STATUS_OK ? scale(reader, (int)n_digits) : st;
}

static enum status read_number(struct reader *reader)
{
    size_t n_whole = 0;
    enum status st = read_whole(reader, &n_whole);

    if (st != STATUS_OK)
        return st;
    if (reader->format->is_minor_units)
        return n_whole > 0 ? STATUS_OK : refuse(reader, STATUS_INVALID_ARGUMENT, "not a number");
    if (skip_char(reader, reader->format->decimal_separator))
        return read_decimals(reader);
    if (n_whole == 0)
        return refuse(reader, STATUS_INVALID_ARGUMENT, "not a number");
    return scale(reader, 0);
}

/* Reads sign, currency sign and number; at most one of "-1", "1-" and "(1)". */
static enum status read_signed(struct reader *reader, const char *currency, bool *ret_is_negative)
{
    bool has_parenthesis = skip_char(reader, '(');
    bool is_negative = has_parenthesis || skip_char(reader, '-');
    enum status st = skip_currency_sign(reader, currency);

    if (st != STATUS_OK)
        return st;
    if (!is_negative)
        is_negative = skip_char(reader, '-');
    st = read_number(reader);
    if (st != STATUS_OK)
        return st;
    if (has_parenthesis && !skip_char(reader, ')'))
        return refuse(reader, STATUS_INVALID_ARGUMENT, "a parenthesis is not closed");
    if (!is_negative)
        is_negative = skip_char(reader, '-');
    if (*reader->at)
        return refuse(reader, STATUS_INVALID_ARGUMENT, "not a number");
    *ret_is_negative = is_negative;
    return STATUS_OK;
}

static bool format_is_valid(const struct money_format *format)
{
    if (format->decimal_separator != '.' && format->decimal_separator != ',')
        return false;
    return format->group_separator == '\0' ||
           (strchr(",. '", format->group_separator) && format->group_separator != format->decimal_separator);
}

enum status money_parse(const char *text, const char *currency, const struct money_format *format,
                        struct money *ret_money, struct error *err)
{
    struct reader reader = {
        .at = text, .text = text, .format = format, .exponent = currency_exponent(currency), .err = err};
    bool is_negative = false;
    int64_t minor;

    if (!format_is_valid(format))
        return error_set(err, STATUS_INVALID_ARGUMENT, "amount format: no such pair of separators");
    if (reader.exponent < 0) {
        char buffer[ERROR_SHOWN_SIZE];
        return error_set(err, STATUS_INVALID_ARGUMENT, "unknown currency '%s'",
                         error_shown(currency ? currency : "", buffer));
    }
    if (!*text)
        return error_set(err, STATUS_INVALID_ARGUMENT, "amount is empty");
    enum status st = read_signed(&reader, currency, &is_negative);
    if (st != STATUS_OK)
        return st;
    if (is_negative && !format->allows_negative)
        return refuse(&reader, STATUS_INVALID_ARGUMENT, "negative amounts are not allowed");
    minor = reader.negative_minor;
    if (!is_negative && __builtin_sub_overflow(0, reader.negative_minor, &minor))
        return refuse(&reader, STATUS_OUT_OF_RANGE, "too large");
    ret_money->minor = minor;
    memcpy(ret_money->currency, currency, CURRENCY_SIZE);
    return STATUS_OK;
}

const char *money_format_amount(struct money money, char text[static MONEY_TEXT_SIZE])
{
    int exponent = currency_exponent(money.currency);
    /* Not -minor: the most negative number has no positive twin in 64 bits signed, but has one unsigned. */
    uint64_t rest = money.minor < 0 ? 0 - (uint64_t)money.minor : (uint64_t)money.minor;
    char *at = text + MONEY_TEXT_SIZE - 1;
    int n_digits = 0;

    *at = '\0';
    do {
        if (n_digits > 0 && n_digits == exponent)
            *--at = '.';
        *--at = (char)('0' + rest % 10);
        rest /= 10;
        n_digits++;
    } while (rest > 0 || n_digits <= exponent);
    if (money.minor < 0)
        *--at = '-';
    memmove(text, at, strlen(at) + 1);
    return text;
}

const char *money_format_text(struct money money, char text[static MONEY_TEXT_SIZE])
{
    size_t len = strlen(money_format_amount(money, text));

    (void)snprintf(text + len, MONEY_TEXT_SIZE - len, " %.*s", CURRENCY_SIZE - 1, money.currency);
    return text;
}

enum status money_add(struct money a, struct money b, struct money *ret_sum, struct error *err)
{
    struct money sum = a;

    if (strncmp(a.currency, b.currency, CURRENCY_SIZE) != 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "cannot add %.3s to %.3s", b.currency, a.currency);
    if (__builtin_add_overflow(a.minor, b.minor, &sum.minor))
        return error_set(err, STATUS_OUT_OF_RANGE, "sum of %.3s amounts does not fit 64 bits", a.currency);
    *ret_sum = sum;
    return STATUS_OK;
}
