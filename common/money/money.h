#ifndef DUNLIN_MONEY_MONEY_H
#define DUNLIN_MONEY_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/status.h"

#define CURRENCY_SIZE   4  /* three letters and the NUL */
#define MONEY_TEXT_SIZE 40 /* "-92,233,720,368,547,758.08 USD" and room */

/* An exact amount: integer minor units (cents) of an ISO 4217 currency. A plain value. */
struct money {
    int64_t minor;
    char currency[CURRENCY_SIZE];
};

/* How amounts are written in a file. */
struct money_format {
    char decimal_separator; /* '.' or ',' */
    char group_separator;   /* '\0' for none; else ',', '.', ' ' or '\'' : accepted only between groups of three */
    bool allows_negative;   /* "-1.00", "1.00-" and "(1.00)" */
    bool is_minor_units;    /* "12345" means 123.45 */
};

/* Number of decimals of an ISO 4217 currency (2 for USD, 0 for JPY, 3 for KWD); -1 where the code is unknown. */
int currency_exponent(const char *currency);

/* Reads an amount written in `format`. Fails with INVALID_ARGUMENT (empty, not a number, negative where not allowed,
 * more decimals than the currency has, unknown currency, a separator in the wrong place) or OUT_OF_RANGE (does not fit
 * 64 bits); the text says which. A leading currency sign ($ € £) that fits the currency is allowed. */
MUST_USE enum status money_parse(const char *text, const char *currency, const struct money_format *format,
                                 struct money *ret_money, struct error *err);

/* "1,234.50 USD" style without grouping: "1234.50 USD". Returned text is `text`. */
const char *money_format_text(struct money money, char text[static MONEY_TEXT_SIZE]);

/* The amount only: "1234.50". */
const char *money_format_amount(struct money money, char text[static MONEY_TEXT_SIZE]);

/* a + b. Fails with INVALID_ARGUMENT where the currencies differ, OUT_OF_RANGE on overflow. */
MUST_USE enum status money_add(struct money a, struct money b, struct money *ret_sum, struct error *err);

#endif
