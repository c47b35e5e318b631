#ifndef DUNLIN_INTAKE_ROW_H
#define DUNLIN_INTAKE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "calendar/calendar.h"
#include "intake_contact.h"
#include "intake_identity.h"
#include "intake_mapping.h"
#include "intake_rejects.h"
#include "money/money.h"

/* One record of a client's file, read and checked by itself: no database, no clock. */

#define ROW_HASH_BYTES       32
#define ROW_REJECTS_MAX      8 /* reasons kept of one row; a row with more is refused all the same */
#define ROW_CONTACTS_MAX     6 /* three phones, two e-mail addresses, one address */
#define ROW_AMOUNT_MAX_MINOR INT64_C(10000000000000) /* sums of 900,000 such rows still fit 64 bits */

/* As it came; bytes are borrowed. */
struct raw_row {
    int64_t line;
    const uint8_t *bytes;
    size_t len;
    bool is_oversize;
    bool is_unterminated;
};

enum row_outcome {
    ROW_ACCEPTED, /* as far as the row alone can tell */
    ROW_REJECTED,
    ROW_SKIPPED, /* the mapping's `where` leaves it out */
};

struct row_reject {
    int field; /* an enum field, or FIELD_NONE for the whole row */
    enum reject_code code;
    const char *reason; /* for a human; valid UTF-8 */
};

/* A field's value: `text` is the clean text, "" where the cell is empty or unmapped; the others only where has_value
 * and of the field's type. */
struct row_value {
    const char *text;
    bool has_value;
    bool truth;
    enum debt_kind debt_kind;
    struct date date;
    struct money money;
};

struct row {
    struct raw_row raw;
    uint8_t hash[ROW_HASH_BYTES]; /* BLAKE2b-256 of the raw record */
    enum row_outcome outcome;
    struct row_reject rejects[ROW_REJECTS_MAX];
    size_t n_rejects;
    struct row_value values[FIELD_COUNT];
    struct contact contacts[ROW_CONTACTS_MAX];
    size_t n_contacts;
    const char *debtor_name;
    const char *country; /* of the address and of phone numbers; "" unknown */
    bool has_amount;     /* also of refused and skipped rows, for control totals */
    struct money amount;
};

/* Reads and checks one record.
 *
 * today   in UTC, for dates that may not lie ahead.
 * texts   owns every text of the row; must outlive it. raw->bytes too.
 * A row is accepted or rejected as a whole: the first reject is the main one, others say what else to mend. Pure and
 * thread-safe. */
void row_read(const struct mapping *mapping, struct date today, const struct raw_row *raw, GStringChunk *texts,
              struct row *ret_row);

/* Adds a reason that only others know (a duplicate reference) and refuses the row. */
void row_reject(struct row *row, GStringChunk *texts, int field, enum reject_code code, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* What the row says of its debtor. Texts are lent by the row. */
struct identity_facts row_identity(const struct row *row);

#endif
