#ifndef DUNLIN_REPORTING_MODEL_H
#define DUNLIN_REPORTING_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "id/id.h"
#include "money/money.h"
#include "reporting_aging.h"
#include "reporting_tally.h"

/* One account as reporting sees it, and what it adds to the figures. Pure: no I/O, no clock, no wire types.
 *
 * Everything that is true of an account now (its class, that it is open, settled, late, ...) is counted by
 * account_contribute: taken out with sign -1 before the account changes, put in with sign 1 after. So a figure cannot
 * drift from the accounts behind it, whatever order events come in. */

#define REPORTING_AMOUNT_MAX_MINOR INT64_C(100000000000000) /* 92,000 of them still fit 64 bits when summed */
#define CLIENT_SIZE                128
#define CLASS_SIZE                 TALLY_KEY_SIZE

/* How far an account ever got, in the order of the funnel. */
enum stage {
    STAGE_PLACED,
    STAGE_CLASSIFIED,
    STAGE_PLANNED,   /* a contact was */
    STAGE_PERMITTED, /* a contact was */
    STAGE_REACHED,   /* somebody spoke with the right party about it */
    STAGE_PROMISED,
    STAGE_DISPUTED,
    STAGE_PAID, /* in full, by a payment; later reversals do not undo that it got there */
    STAGE_END,
};
const char *stage_name(enum stage stage);

enum balance_change {
    BALANCE_PAYMENT,
    BALANCE_REVERSAL,
    BALANCE_ADJUSTMENT,
};

struct account {
    struct id account_id, debtor_id;
    int32_t agency_id;
    char client[CLIENT_SIZE];
    char currency[CURRENCY_SIZE];
    char class_code[CLASS_SIZE]; /* empty: not classified yet */
    int64_t placed_minor, balance_minor;
    int32_t opened_on_days, due_on_days;
    bool is_recalled, is_upheld;
    bool is_disputed;         /* a dispute is unresolved */
    int64_t at_us[STAGE_END]; /* business time of getting there first; 0: not yet */
    int64_t settled_at_us;    /* business time since when a payment has left nothing owed; 0: something is */
    int64_t resolved_at_us;   /* since when nothing is left to do: paid, recalled, dispute upheld; 0: something is */
    int64_t closed_at_us;     /* recalled or dispute upheld; 0: neither */
    int64_t promise_minor;    /* of the open promise, of which there is one at most; 0: none */
    int64_t promise_made_at_us;
    int64_t placed_recorded_us;     /* machine time */
    int64_t classified_recorded_us; /* machine time of the first; 0: not yet */
    GArray *movements;              /* struct movement, ascending by day, one a day; the placement's among them */

    /* Numbers of its events that were applied last, separated by blanks, in the order of application: not always that
     * of the log, since a parked event is applied late. */
    GString *timeline;
    guint timeline_events; /* how many */

    bool is_new;     /* placed by this batch */
    bool is_noted;   /* an event came to its timeline: to be saved */
    bool is_touched; /* to be saved; its old contribution is taken out */
};

struct account *account_new(const struct id *account_id);
void account_free(struct account *account);

int32_t day_of_us(int64_t us);

/* Notes that it got there; only the first time counts. */
void account_reach(struct account *account, enum stage stage, int64_t at_us);

/* The movement that the placement is. */
void account_open(struct account *account);
/* `change_minor` came to be owed, effective on a day. For loading too. */
void account_add_movement(struct account *account, int32_t effective_on_days, int64_t change_minor);

/* What it has now is stored. */
void account_keep_movements(struct account *account);

/* What is owed became `balance_minor` by `change_minor`, known at `at_us`. */
void account_change_balance(struct account *account, enum balance_change kind, int64_t change_minor,
                            int64_t balance_minor, int32_t effective_on_days, int64_t at_us);

void account_recall(struct account *account, int64_t at_us);
void account_uphold(struct account *account, int64_t at_us);

/* Puts an event on the account's timeline. Where that is ACCOUNT_TIMELINE_EVENTS long it begins anew, and what it was
 * comes back, to be stored beside the account and freed with g_free; else NULL. */
#define ACCOUNT_TIMELINE_EVENTS 64
MUST_USE char *account_note_event(struct account *account, int64_t seq);

bool account_is_open(const struct account *account);
/* The day from whose end on nothing was owed, by value dates: that of the last payment, where payments came one after
 * the other. Of a settled account. */
int32_t account_settled_on_days(const struct account *account);
/* Paid in full, by that day after the due date. */
bool account_is_settled_late(const struct account *account);

/* Adds the account to the figures (sign 1) or takes it out of them (-1). */
void account_contribute(const struct account *account, int64_t sign, struct tally *tally);

#endif
