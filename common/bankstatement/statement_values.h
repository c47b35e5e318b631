#ifndef DUNLIN_BANKSTATEMENT_STATEMENT_VALUES_H
#define DUNLIN_BANKSTATEMENT_STATEMENT_VALUES_H

#include <stdbool.h>

#include <glib.h>

#include "bankstatement/bankstatement.h"

/* Single values of a statement, whatever its format; no business of the module's callers. All fail with
 * INVALID_ARGUMENT and a text that quotes the value. */

/* An amount in exactly the currency's minor units: zeros beyond them are dropped, anything else there is refused. */
MUST_USE enum status value_amount(const char *text, const char *currency, const struct money_format *format,
                                  struct money *ret_money, struct error *err);

/* ISO 20022's ISODate or ISODateTime: "2014-12-31", "2014-12-31T13:15:00.5+01:00". The day as it is written: it is the
 * bank's, whatever the zone. */
MUST_USE enum status value_iso_date(const char *text, struct date *ret_date, struct error *err);

/* Digits only, at most 18. */
MUST_USE enum status value_number(const char *text, int64_t *ret_number, struct error *err);

/* UTF-8 as it is kept, owned by the chunk: runs of blanks, tabs and line ends become one space, those at the ends go;
 * what could make a screen show something else than what is stored (control characters, overrides and isolates of
 * writing direction, noncharacters) becomes U+FFFD. Refusing it, as intake does with a client's row, would let one
 * payer's remittance text hold up a whole day's money. */
const char *value_text(const char *text, GStringChunk *chunk);

/* True for what banks write where there is no reference. */
bool value_is_no_reference(const char *text);

/* A creditor's reference (clean text), owned by the chunk. */
struct bank_reference value_reference(const char *text, GStringChunk *chunk);

#endif
