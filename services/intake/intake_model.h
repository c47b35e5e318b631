#ifndef DUNLIN_INTAKE_MODEL_H
#define DUNLIN_INTAKE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "id/id.h"
#include "intake_contact.h"
#include "intake_fields.h"
#include "intake_identity.h"
#include "intake_row.h"
#include "status/status.h"

/* Placements, debtors and accounts, and what may happen to them. No I/O, no clock, no wire types. */

/* Values as on the wire (dunlin.intake.v1.PlacementStage) and in intake.placement. */
enum placement_stage {
    STAGE_CHECKING = 1,
    STAGE_PLACING = 2,
    STAGE_COMPLETED = 3,
    STAGE_REFUSED = 4,
};

const char *placement_stage_name(enum placement_stage stage);

/* What the client says that the file holds: the number of its records and the sum of their amounts, either or both. Of
 * all records, rejected and skipped ones included, whose amount can be read: totals tell whether the file arrived
 * whole, not whether it is right. */
struct control_totals {
    bool has_count;
    int64_t count;
    bool has_sum;
    int64_t sum_minor;
};

/* The stage of a file that is opened for the first time. */
enum placement_stage placement_open(const struct control_totals *given);

/* A file that is opened again. Totals that were left out change nothing. Others than before: the check is made again,
 * from what was counted, as long as nothing is placed; so a slip in typing them is mended by typing them right, and a
 * refused file stays refused for the totals that it was refused with. Changes *stage and *stored; FAILED_PRECONDITION
 * where rows are placed already and the totals differ. A completed file stays so, whatever the totals. */
MUST_USE enum status placement_reopen(enum placement_stage *stage, struct control_totals *stored,
                                      const struct control_totals *given, bool has_placed_rows, struct error *err);

/* Which rows a stage takes. FAILED_PRECONDITION saying what to do instead. */
MUST_USE enum status placement_may_check(enum placement_stage stage, struct error *err);
MUST_USE enum status placement_may_place(enum placement_stage stage, struct error *err);

/* Counts of a batch or of a whole file. */
struct row_counts {
    int64_t accepted, rejected, skipped;
    int64_t amount_minor;
    bool has_amount;
    bool has_several_currencies; /* amount_minor is then 0 */
    char currency[CURRENCY_SIZE];
};
void row_counts_add_amount(struct row_counts *counts, const struct money *amount);
void row_counts_add(struct row_counts *sum, const struct row_counts *counts);

/* FAILED_PRECONDITION with both figures of each total that is not met. `currency` NULL: the file has several, or none.
 */
MUST_USE enum status control_totals_compare(const struct control_totals *totals, const struct row_counts *counted,
                                            const char *currency, struct error *err);

#define DEBTOR_CONTACTS_MAX 100 /* of some 1.5 KiB at most: an event that carries them all fits the log's 256 KiB */

/* Where a fact came from. The file's name and bytes are its placement's. */
struct provenance {
    struct id placement_id;
    const char *file_name; /* borrowed */
    int64_t line;
    uint8_t record_hash[ROW_HASH_BYTES];
};

struct contact_point {
    struct id id;
    struct contact contact;
};

/* Texts belong to a chunk of whoever loads or makes it. */
struct debtor {
    struct id id;
    int32_t agency_id;
    const char *name;
    bool is_natural_person;
    GArray *contacts; /* struct contact_point, the oldest first */
    bool is_known;    /* has a row in the database */
    bool is_changed;  /* since it was read: to be written */
};
struct debtor *debtor_new(const struct id *id, int32_t agency_id);
void debtor_free(struct debtor *debtor);

/* A contact point as it stands in the database. */
void debtor_load_contact(struct debtor *debtor, const struct contact *contact);

/* What a row says of him: an empty name says nothing. */
void debtor_describe(struct debtor *debtor, const char *name, bool is_natural_person);

enum contact_change {
    CONTACT_KNOWN,
    CONTACT_NEW,
    CONTACT_MORE_ZONES, /* known, and its holder may be in more zones than was known */
};

/* Adds a contact point, or the zones of one that is known. `contact`'s texts must live as long as the debtor's.
 * *ret_index: its place in debtor->contacts. */
enum contact_change debtor_add_contact(struct debtor *debtor, const struct contact *contact, GStringChunk *texts,
                                       size_t *ret_index);

/* True where all of a row's contact points fit. */
bool debtor_has_room(const struct debtor *debtor, const struct row *row);

struct account {
    struct id id;
    struct id debtor_id;
    int32_t agency_id;
    const char *client;
    const char *client_reference;
    struct money balance;
    struct date due_on;
    struct date opened_on;
    bool is_disputed;
    bool is_recalled;
    struct provenance provenance;
    int64_t placed_at_us;
    enum debt_kind debt_kind;
    bool is_changed; /* to be written */
};

/* The account that an accepted row of a placement describes; texts are lent by the row. */
struct account account_from_row(const struct row *row, const struct id *account_id, const struct id *debtor_id,
                                int32_t agency_id, const struct provenance *provenance, struct instant now);

/* What an update changed. */
struct account_changes {
    bool has_due_on;
    bool has_balance;
};

/* Applies an accepted row of an update file. False, with a reject on the row, where the account forbids it (recalled,
 * another currency). The contact points are the debtor's. */
bool account_update(struct account *account, struct row *row, GStringChunk *texts, struct account_changes *ret_changes);

/* False, with a reject on the row, where it is recalled already. */
bool account_recall(struct account *account, struct row *row, GStringChunk *texts);

/* False, with a reject on the row, where the payment is in another currency. A recalled account takes payments: the
 * money is there and belongs somewhere. */
bool account_takes_payment(const struct account *account, struct row *row, GStringChunk *texts);

/* The payment of a row: by its reference, or, where it has none, by the file's bytes and the line. */
struct id payment_id_of_row(const struct id *account_id, const struct row *row, const void *file_hash,
                            size_t file_hash_len);

#endif
