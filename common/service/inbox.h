#ifndef DUNLIN_SERVICE_INBOX_H
#define DUNLIN_SERVICE_INBOX_H

#include <glib.h>

#include "clock/clock.h"
#include "eventlog/eventlog.h"

/* What arrived for one partition over the wire and is not applied yet: batches of events, in order, and ranges that
 * need no applying because this service wrote them itself. The log stays the truth: the inbox may drop anything, and
 * then says that it is behind. Bounded by INBOX_BATCHES_MAX. One thread. */
#define INBOX_BATCHES_MAX 256

struct inbox {
    int64_t cursor;  /* last seq applied */
    int64_t known;   /* highest seq heard of */
    GQueue *entries; /* struct inbox_entry, ascending by first_seq */
    bool is_gap;     /* entries begin beyond cursor + 1, or there are none and the log goes on */
    struct monotonic gap_since;
    bool is_behind; /* the log has more than the inbox: read it */
};

struct inbox_entry {
    int64_t first_seq, last_seq;
    struct eventlog_batch *batch; /* NULL: a range of our own */
};

void inbox_init(struct inbox *inbox, int64_t cursor);
void inbox_fini(struct inbox *inbox);

/* Takes the batch over. Drops what is at or before the cursor or known already. */
void inbox_add(struct inbox *inbox, struct eventlog_batch *batch);
void inbox_add_own(struct inbox *inbox, int64_t first_seq, int64_t last_seq);

/* The log was read up to `last_seq`, which is its end where `is_end`. Entries beyond the end are none of this log's:
 * they go. */
void inbox_hear_log(struct inbox *inbox, int64_t last_seq, bool is_end);

/* Heads say that the log ends at `last_seq`. */
void inbox_hear_head(struct inbox *inbox, int64_t last_seq);

/* Events were applied up to `seq`: the cursor moves, what is covered goes, own ranges that follow are skipped. */
void inbox_advance(struct inbox *inbox, int64_t seq);

/* Appends to `events` (GPtrArray of const struct event *, lent until inbox_advance) what follows the cursor without a
 * gap, stopping after the batch with which it holds `max` events or more. The result is the seq up to which everything
 * is covered: the cursor where there is nothing. */
int64_t inbox_collect(const struct inbox *inbox, GPtrArray *events, size_t max);

/* True where the log must be read: a gap older than `patience_ms`, or the inbox is behind. */
bool inbox_must_read(const struct inbox *inbox, int64_t patience_ms);

/* Milliseconds until there is something to do, 0: now: a gap still has patience. INT64_MAX where nothing is known. */
int64_t inbox_wait_ms(const struct inbox *inbox, int64_t patience_ms);

/* Forgets all entries; the log is read again from the cursor. */
void inbox_reset(struct inbox *inbox, int64_t cursor);

#endif
