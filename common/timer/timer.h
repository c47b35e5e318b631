#ifndef DUNLIN_TIMER_TIMER_H
#define DUNLIN_TIMER_TIMER_H

#include <stddef.h>
#include <stdint.h>

#include "clock/clock.h"
#include "db/db.h"
#include "id/id.h"
#include "status/status.h"

/* Durable timers on business time. A timer is identified by (service, kind, subject): setting it again moves it, so
 * that a step anchored to a fact is recomputed and never doubled. Only the owner of a partition fires its timers, in
 * the transaction that applies their effect: each fires once. */
struct timer {
    const char *kind;     /* static or borrowed: "aging_boundary" */
    struct id subject_id; /* its partition is the timer's */
    struct id debtor_id;
    int32_t agency_id;
    struct instant due_at;
};

/* Timers that one transaction sets and cancels. Later changes of the same timer win. */
struct timer_changes;
struct timer_changes *timer_changes_new(void);
void timer_changes_free(struct timer_changes *changes);
void timer_changes_freep(struct timer_changes **changes);
/* A timer without a subject or a debtor is refused by the table when it is written: FAILED_PRECONDITION. */
void timer_set(struct timer_changes *changes, const struct timer *timer);
void timer_cancel(struct timer_changes *changes, const char *kind, const struct id *subject_id);
size_t timer_changes_count(const struct timer_changes *changes);

/* Writes them: at most two statements in one round trip. */
MUST_USE enum status timer_changes_write(struct db_tx *tx, const char *service, const struct timer_changes *changes,
                                         struct error *err);

/* The same statements for a pipeline of the caller, such as eventlog_append's `more`: writes up to TIMER_CHANGES_CALLS
 * of them into `calls` and returns how many. `service`, `changes` and `storage` must live until the call has been made;
 * timer_changes_call_clear afterwards, also where there were none. */
#define TIMER_CHANGES_CALLS 2
#define TIMER_COLUMNS       6
struct timer_changes_call {
    struct db_array *set[TIMER_COLUMNS];
    struct db_array *cancelled[3];
};
size_t timer_changes_prepare(const char *service, const struct timer_changes *changes,
                             struct timer_changes_call *storage, struct db_call calls[static TIMER_CHANGES_CALLS]);
void timer_changes_call_clear(struct timer_changes_call *storage);

/* Takes (deletes and returns) up to `limit` timers of the partitions that are due at `now`, earliest first. *ret_due
 * owns its strings; timers_free. The caller applies them in `tx`. */
struct timers {
    struct timer *timers;
    size_t n;
    void *storage;
};
void timers_free(struct timers *timers);
void timers_freep(struct timers **timers);
MUST_USE enum status timer_take_due(struct db_tx *tx, const char *service, const uint16_t *partitions,
                                    size_t n_partitions, struct instant now, int32_t limit, struct timers **ret_due,
                                    struct error *err);

/* The earliest due time over the partitions, INT64_MAX where there is none: when to look again. */
MUST_USE enum status timer_next_due(struct db *db, const char *service, const uint16_t *partitions, size_t n_partitions,
                                    struct instant *ret_due, struct error *err);

#endif
