#ifndef DUNLIN_RULES_METRO2_H
#define DUNLIN_RULES_METRO2_H

#include <stdbool.h>
#include <stddef.h>

/* Metro 2, the consumer data industry's format of furnishing: the codes of a collection tradeline and where fields
 * stand in the 426-byte base segment. After the public code tables of the CFPB's Metro 2 evaluation tool, which cites
 * the CRRG. Engineering facts, not legal advice. */

/* A code of a field and what it says. */
struct metro2_code {
    const char *field;     /* "account_status" */
    const char *code;      /* "93" */
    const char *situation; /* "assigned_to_collections": its one name here */
    const char *words;     /* how a description of it is recognised, see metro2_find_code */
    const char *meaning;
};

extern const struct metro2_code METRO2_CODES[]; /* ended by field NULL */

/* The code of `field` that `situation` describes: by its own name, or by words in any order, parted by "_", that fit it
 * better than any other code of the field ("account_closed_at_consumers_request" and "closed_by_consumer" are both XA).
 * NULL where no code fits, or two fit alike: never a guess. */
const struct metro2_code *metro2_find_code(const char *field, const char *situation);
bool metro2_is_field(const char *field);

/* A field of a segment, 1-based and inclusive. */
struct metro2_position {
    const char *segment; /* "base", "k1", "k2" */
    const char *field;   /* "date_of_first_delinquency" */
    int first, last;
};
extern const struct metro2_position METRO2_POSITIONS[]; /* ended by field NULL */
#define METRO2_BASE_LENGTH 426

/* NULL where the segment has no such field. "dofd" is date_of_first_delinquency, and the like. */
const struct metro2_position *metro2_find_position(const char *segment, const char *field);

/* The K1 segment, original creditor's name and classification, is required for account types 48, 77 and 0C. */
bool metro2_needs_original_creditor(const char *account_type);

#endif
