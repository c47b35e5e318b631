#ifndef DUNLIN_CORRESPONDENCE_STORE_H
#define DUNLIN_CORRESPONDENCE_STORE_H

#include <glib.h>

#include "agency/notice_kind.h"
#include "correspondence_model.h"
#include "db/db.h"
#include "dunlin/correspondence/v1/correspondence.pb-c.h"

/* The only file that speaks SQL. All calls run inside the caller's open transaction. */

/* What the events of a batch change, collected in their order and written at once. Texts are lent by the events. */
struct report_row {
    struct id permit_id;
    uint32_t events; /* bits of enum message_event, whose order is that of strictness */
    int64_t at_us;
};
struct permit_row {
    struct id permit_id, account_id, debtor_id, contact_point_id;
    int32_t agency_id;
    int16_t channel, purpose;
    const char *instance;
    int64_t granted_at_us;
};
struct release_row {
    struct id contact_point_id;
    int64_t at_us;
};
struct language_row {
    struct id fact_id, debtor_id;
    const char *language; /* NULL: the fact, of whatever kind, counts no more */
    int64_t at_us, seq;
};
/* What is to be written. `subject_id` is the dispute, the debit, or the contact point that was opted out. */
struct notice_row {
    struct id notice_id, account_id, debtor_id, subject_id;
    struct id credit_id; /* none: no posting is waited for */
    int32_t agency_id;   /* 0: not said */
    enum notice_kind kind;
    const char *explanation;
    int64_t asked_at_us, seq;
    int64_t until_us; /* 0: as its kind has it */
};
struct reopening_row {
    struct id dispute_id, account_id;
    int64_t seq;
};
struct changes {
    GHashTable *updated;   /* ids of accounts of which something new is known */
    GHashTable *permits;   /* id -> struct permit_row */
    GHashTable *reports;   /* id -> struct report_row */
    GHashTable *releases;  /* id -> struct release_row */
    GHashTable *languages; /* id of the fact -> struct language_row */
    GHashTable *notices;   /* id -> struct notice_row */
    GHashTable *reopened;  /* id of the dispute -> struct reopening_row, the last */
};
struct changes *changes_new(void);
void changes_free(struct changes *changes);
void changes_freep(struct changes **changes);

MUST_USE enum status correspondence_store_apply(struct db *db, const struct changes *changes, struct error *err);

/* Describes the steps into `rows`, n of them, in their order. *ret_result lends the texts; owned by the caller. */
MUST_USE enum status correspondence_store_describe(struct db *db,
                                                   const Dunlin__Correspondence__V1__DueStep *const *steps, size_t n,
                                                   Dunlin__Correspondence__V1__StepDescription *rows,
                                                   struct db_result **ret_result, struct error *err);

MUST_USE enum status correspondence_store_begin(struct db *db,
                                                const Dunlin__Correspondence__V1__BeginMessageRequest *request,
                                                int64_t now_us, struct error *err);
/* Messages as the wire has them. ids has 5 places a message, which the rows borrow; both are freed by
 * message_list_fini.
 */
struct message_list {
    Dunlin__Correspondence__V1__Message *rows;
    Dunlin__Correspondence__V1__Message **list;
    struct id *ids;
    size_t n;
    struct db_result *result;
};
void message_list_fini(struct message_list *list);
/* agency_id 0: of any. */
MUST_USE enum status correspondence_store_message(struct db *db, const struct id *permit_id, int32_t agency_id,
                                                  struct message_list *ret_list, struct error *err);
MUST_USE enum status correspondence_store_messages(struct db *db, const struct id *account_id, int32_t agency_id,
                                                   int32_t limit, struct message_list *ret_list, struct error *err);
MUST_USE enum status correspondence_store_open(struct db *db, const uint32_t *partitions, size_t n, int16_t channel,
                                               int32_t limit, struct message_list *ret_list, struct error *err);
MUST_USE enum status correspondence_store_finish(struct db *db, const struct id *permit_id, enum message_state state,
                                                 const char *detail, bool is_uncertain, int64_t now_us,
                                                 struct error *err);

MUST_USE enum status correspondence_store_park(struct db *db,
                                               const Dunlin__Correspondence__V1__ParkStepRequest *request,
                                               int64_t now_us, struct error *err);
MUST_USE enum status correspondence_store_release(struct db *db, const struct id *account_id, uint32_t *ret_n,
                                                  struct error *err);
/* Fills in the reply, which is initialised. */
MUST_USE enum status correspondence_store_inbound(struct db *db,
                                                  const Dunlin__Correspondence__V1__TakeInboundRequest *request,
                                                  int64_t now_us, Dunlin__Correspondence__V1__TakeInboundReply *reply,
                                                  struct error *err);
/* What came in, as the wire has it; the rows borrow ids and texts. */
struct inbound_list {
    Dunlin__Correspondence__V1__InboundMessage *rows;
    Dunlin__Correspondence__V1__InboundMessage **list;
    struct id *ids; /* 2 places a row */
    size_t n;
    struct db_result *result;
};
void inbound_list_fini(struct inbound_list *list);
MUST_USE enum status correspondence_store_inbound_list(struct db *db, const struct id *debtor_id, int32_t agency_id,
                                                       int32_t limit, struct inbound_list *ret_list, struct error *err);
/* Notices. */
MUST_USE enum status correspondence_store_ask_notice(struct db *db, const struct notice_row *row, struct error *err);
/* Whether there is one of these notices, sent or not. */
MUST_USE enum status correspondence_store_find_notice(struct db *db, const struct id *notice_ids, size_t n,
                                                      bool *ret_is_there, struct error *err);
/* Notices as the wire has them; the rows borrow ids and texts. */
struct notice_list {
    Dunlin__Correspondence__V1__Notice *rows;
    Dunlin__Correspondence__V1__Notice **list;
    struct id *ids; /* 6 places a row */
    size_t n;
    struct db_result *result;
};
void notice_list_fini(struct notice_list *list);
/* Those that are due and go by this channel. */
MUST_USE enum status correspondence_store_notices_due(struct db *db, const uint32_t *partitions, size_t n, int channel,
                                                      int64_t now_us, int32_t limit, struct notice_list *ret_list,
                                                      struct error *err);
MUST_USE enum status correspondence_store_notices(struct db *db, const struct id *account_id, int32_t agency_id,
                                                  int32_t limit, struct notice_list *ret_list, struct error *err);
/* *ret_is_ours false: it is sent with another permit, will not be sent, or was never asked for. */
MUST_USE enum status correspondence_store_begin_notice(struct db *db, const struct id *notice_id,
                                                       const struct id *permit_id, bool *ret_is_ours,
                                                       struct error *err);
/* It never left with this permit. */
MUST_USE enum status correspondence_store_reopen_notice(struct db *db, const struct id *permit_id, struct error *err);
/* until_us 0: for good. */
MUST_USE enum status correspondence_store_hold_back_notice(struct db *db, const struct id *notice_id,
                                                           const char *reason, int64_t until_us, struct error *err);
MUST_USE enum status correspondence_store_status(struct db *db, int32_t agency_id, struct db_result **ret_counts,
                                                 struct db_result **ret_parked, struct error *err);

#endif
