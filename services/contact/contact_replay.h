#ifndef DUNLIN_CONTACT_REPLAY_H
#define DUNLIN_CONTACT_REPLAY_H

#include "contact_service.h"
#include "contact_work.h"
#include "dunlin/classification/v1/classification.pb-c.h"
#include "eventlog/eventlog.h"

/* Reads the log again: what happened is folded into a book as the service folds it, and wherever a permit was decided,
 * the SOP and the rules of `context` are asked the same question, with what was known then. No database, no clock;
 * nothing is written. For explanations (what is known of an account, and why) and backtests (what would have been
 * decided).
 *
 * What happened stays what happened: a call that these rules would have refused is an attempt all the same, and one
 * that they would have allowed is none. Plans are those of the SOP of `context`; classes are those of the log, or what
 * contact_replay_classify is told. Exits by time are those of the log, where the account is in the strategy that it
 * left then.
 *
 * Events of one partition come in their order, from the first on; all of a debtor are needed for what is said of him.
 * Belongs to one thread. */
struct contact_replay;

/* A permit that was granted or refused, decided again. All is lent for the call. */
struct replay_decision {
    const struct event *event;
    const struct account *account;
    const struct contact_point *point;
    int32_t channel;
    bool was_granted;
    bool was_parked; /* decided without an event of the debtor that could not be applied: which one, the log does not
                        say, so that more may be known here */
    Dunlin__Contact__V1__RuleHit *const *recorded_hits; /* of a refusal */
    size_t n_recorded_hits;
    const char *recorded_rule_version;
    const struct rules_verdict *verdict; /* these rules' */
    bool is_granted;                     /* by them, and by the override that was asked for then */
    bool is_equal;                       /* what would be written of it is what was written, bit for bit */
};

/* What an account's next contact is from here on. */
struct replay_plan {
    int64_t cause_at_us; /* business time of what it follows */
    struct id account_id;
    int32_t agency_id;
    const char *step; /* empty: nothing */
    int32_t channel;
    int64_t due_at_us;
};

/* Any may be NULL. */
struct replay_observer {
    void *context;
    bool gives_classes; /* classes come by contact_replay_classify: those of the log are passed over */
    void (*on_decision)(void *context, const struct replay_decision *decision);
    void (*on_plan)(void *context, const struct replay_plan *plan);     /* as this SOP plans */
    void (*on_recorded)(void *context, const struct replay_plan *plan); /* as was planned then */
};

/* `context` and `observer` are lent and outlive it. */
struct contact_replay *contact_replay_new(const struct contact_context *context,
                                          const struct replay_observer *observer);
void contact_replay_free(struct contact_replay *replay);
void contact_replay_freep(struct contact_replay **replay);

/* Folds the next event in; one that says nothing to contact is passed over. Fails with DATA_LOSS where it is no message
 * of its type, or what the fold says of it, naming partition and number; the book is then as it was, or has a part of
 * it. */
MUST_USE enum status contact_replay_event(struct contact_replay *replay, const struct event *event, struct error *err);

/* The account comes into this class at `at`, which is not before the event that was folded in last. */
MUST_USE enum status contact_replay_classify(struct contact_replay *replay,
                                             const Dunlin__Classification__V1__AccountClassified *classified,
                                             int32_t agency_id, struct instant at, struct error *err);

/* Everything that is known so far; lent. */
struct contact_book *contact_replay_book(struct contact_replay *replay);

#endif
