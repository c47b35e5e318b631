#ifndef DUNLIN_INTAKE_REJECTS_H
#define DUNLIN_INTAKE_REJECTS_H

#include <stdio.h>

/* Why a row is refused: one table (intake_rejects.c) of codes, for programs and for README.md. Codes are stored and
 * sent by name; their order may change, their names may not. */
enum reject_code {
    REJECT_OVERSIZE,
    REJECT_NUL_BYTE,
    REJECT_BAD_QUOTE,
    REJECT_BAD_JSON,
    REJECT_TOO_FEW_CELLS,
    REJECT_TOO_MANY_CELLS,
    REJECT_BAD_ENCODING,
    REJECT_BAD_CHARACTER,
    REJECT_TOO_LONG,
    REJECT_MISSING,
    REJECT_BAD_REFERENCE,
    REJECT_BAD_TAX_ID,
    REJECT_BAD_DATE,
    REJECT_FUTURE_DATE,
    REJECT_BAD_MONEY,
    REJECT_NEGATIVE,
    REJECT_ZERO,
    REJECT_OVERFLOW,
    REJECT_UNKNOWN_CURRENCY,
    REJECT_BAD_BOOLEAN,
    REJECT_BAD_PHONE,
    REJECT_BAD_EMAIL,
    REJECT_BAD_ADDRESS,
    REJECT_BAD_COUNTRY,
    REJECT_BAD_TIME_ZONE,
    REJECT_NO_IDENTITY,
    REJECT_NOTHING_TO_UPDATE,
    REJECT_DUPLICATE_REFERENCE,
    REJECT_DUPLICATE_PAYMENT,
    REJECT_UNKNOWN_REFERENCE,
    REJECT_ALREADY_RECALLED,
    REJECT_CURRENCY_MISMATCH,
    REJECT_TOO_MANY_CONTACT_POINTS,
    REJECT_BAD_DEBT_KIND,
    REJECT_CODE_COUNT,
};

const char *reject_code_name(enum reject_code code);
const char *reject_code_meaning(enum reject_code code);

/* The table as Markdown rows, for README.md (a test compares). */
void reject_print_reference(FILE *out);

#endif
