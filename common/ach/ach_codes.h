#ifndef DUNLIN_ACH_ACH_CODES_H
#define DUNLIN_ACH_ACH_CODES_H

#include <stdbool.h>

#include "status/status.h"

/* Why an entry came back, and what a notification of change corrects. Whether an entry may be sent again is a rule, not
 * a code: `reinitiation` in common/rules. Engineering facts, not legal advice. */

/* The originator's rates of returned debits that Nacha looks at: 0.5 % unauthorised, 3 % administrative; over all codes
 * together 15 %. */
enum ach_return_class {
    ACH_UNAUTHORIZED,
    ACH_ADMINISTRATIVE,
    ACH_OTHER_RETURN,
};

struct ach_return_code {
    const char *code; /* "R01" */
    enum ach_return_class class;
    bool stops_instrument; /* this account, as it is known, is not debited again under this authorization */
    const char *meaning;
};
extern const struct ach_return_code ACH_RETURN_CODES[]; /* ended by code NULL */

/* NULL for a code that the table has not: what it means a human must say. */
const struct ach_return_code *ach_find_return_code(const char *code);

struct ach_change_code {
    const char *code; /* "C01"; "C61" and on: why a notification was refused */
    const char *meaning;
};
extern const struct ach_change_code ACH_CHANGE_CODES[]; /* ended by code NULL */

const struct ach_change_code *ach_find_change_code(const char *code);

/* What a notification of change corrects; empty and 0 where it says nothing of it. The account number is a secret. */
struct ach_correction {
    char routing[10];
    char account[18];
    int transaction_code;
};

/* Reads the corrected data of C01, C02, C03, C05, C06 and C07, without the blanks at their end. Fails with
 * INVALID_ARGUMENT where they do not fit the code (a routing number with a wrong check digit, no account number,
 * something where blanks belong), which the format answers with a refused notification, C65, not with the refusal of a
 * file; and UNIMPLEMENTED for other codes, whose data are text. No text quotes the data. */
MUST_USE enum status ach_correction_read(const char *code, const char *corrected, struct ach_correction *ret_correction,
                                         struct error *err);

#endif
