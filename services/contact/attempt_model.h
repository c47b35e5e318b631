#ifndef DUNLIN_CONTACT_ATTEMPT_MODEL_H
#define DUNLIN_CONTACT_ATTEMPT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contact_state.h"
#include "status/status.h"

/* The life of a permit, and what a report about it does: independent facts, never one mixed code (DESIGN.md §6). Pure.
 * The numbers are those of the wire. */

enum telephony {
    TELEPHONY_NOT_PLACED = 1,
    TELEPHONY_BUSY,
    TELEPHONY_NO_ANSWER,
    TELEPHONY_ANSWERED,
    TELEPHONY_MACHINE,
    TELEPHONY_MESSAGE_LEFT,
    TELEPHONY_NOT_IN_SERVICE,
    TELEPHONY_ABANDONED,
    TELEPHONY_FAILED,
    TELEPHONY_END,
};

/* Of what is written; a later one is further. */
enum delivery {
    DELIVERY_NOT_SENT = 1,
    DELIVERY_SENT,
    DELIVERY_DELIVERED,
    DELIVERY_UNDELIVERABLE, /* came back: as if the debtor had never got it */
    DELIVERY_END,
};

enum party {
    PARTY_NONE = 1,
    PARTY_RIGHT,
    PARTY_THIRD,
    PARTY_WRONG,
    PARTY_UNVERIFIED,
    PARTY_END,
};

enum outcome {
    OUTCOME_NONE = 1,
    OUTCOME_PROMISE,
    OUTCOME_PAID,
    OUTCOME_REFUSED_TO_PAY,
    OUTCOME_CALLBACK,
    OUTCOME_DISPUTE,
    OUTCOME_NO_COMMITMENT,
    OUTCOME_END,
};

enum sticky_flag {
    STICKY_CEASE = 1,
    STICKY_ATTORNEY,
    STICKY_BANKRUPTCY,
    STICKY_DECEASED,
    STICKY_OPT_OUT_CALLS,
    STICKY_OPT_OUT_CONTACT_POINT,
    STICKY_END,
};

#define REPORT_DISCUSSED_MAX 100

struct report {
    enum telephony telephony; /* 0: of something written */
    enum delivery delivery;   /* 0: of a call */
    enum party party;
    enum outcome outcome;
    uint32_t flags; /* bits 1 << enum sticky_flag */
    bool is_conversation;
    bool claims_hardship;
    struct id discussed[REPORT_DISCUSSED_MAX]; /* accounts; none with is_conversation: the permit's own */
    size_t n_discussed;
    int64_t started_at_us; /* 0: when it is reported */
    int32_t duration_s;
    bool has_promise;
    int64_t promise_minor;
};

enum permit_event {
    PERMIT_EVENT_REPORT,
    PERMIT_EVENT_EXPIRE,
};

/* The one place where a permit's state changes. FAILED_PRECONDITION, and no change, where it must not. */
MUST_USE enum status permit_move(struct permit *permit, enum permit_event event, struct error *err);

/* Refuses facts that contradict each other: INVALID_ARGUMENT naming the field. */
MUST_USE enum status report_check(const struct report *report, struct error *err);

/* Refuses a delivery of a call, and a telephony of what is written. */
MUST_USE enum status report_check_channel(const struct report *report, enum channel channel, struct error *err);

/* Whether it counts under the frequency rules (12 CFR 1006.14(b)(3)(ii)): not where no call connected or nothing was
 * sent. */
bool report_counts(const struct report *report);

/* Whether a step of the plan is done by it: not where no call was made, the network failed, the line was busy or
 * nothing was sent; that is tried again. */
bool report_is_attempt(const struct report *report);

/* The attempt of a permit, as far as its own account goes. */
struct attempt permit_attempt(const struct permit *permit);

/* Not where a report says that no call was placed, the network failed or nothing was sent. */
bool attempt_was_made(const struct attempt *attempt);

/* When the attempt was made, for the frequency rules: its start, but not before it was permitted and not in the future,
 * whatever a dialer says. */
int64_t attempt_occurred_at(int64_t granted_at_us, int64_t started_at_us, int64_t now_us);

/* What a report says that was not known of its permit before. */
struct report_news {
    bool is_any;
    bool ends_step;       /* the plan must hear what became of the step that the permit was for */
    bool is_conversation; /* about the permit's own account */
    bool is_disputed;     /* the permit's own account */
};

/* Writes the first report into its permit (already moved to PERMIT_REPORTED). */
void report_apply_to_permit(const struct report *report, int64_t now_us, struct permit *permit,
                            struct report_news *ret_news);

/* Takes of a later report what makes the record stricter: that the attempt counts after all, that it was a
 * conversation, that the debt is disputed, that what was sent was delivered, or came back. The stricter reading of all
 * reports stands, whichever came first: a dialer may say by itself that nobody answered, and the agent afterwards that
 * they talked. */
void report_correct_permit(const struct report *report, int64_t now_us, struct permit *permit,
                           struct report_news *ret_news);

/* The same for another account that was discussed on the call, with the first report and with later ones. `permit` has
 * the report already. */
void report_apply_to_discussion(const struct report *report, const struct permit *permit, struct discussion *discussion,
                                struct report_news *ret_news);

/* Toward which accounts it counts beyond the permit's own: `discussed` without that one. Returns how many. */
size_t report_others(const struct report *report, const struct id *own,
                     const struct id *ret_others[static REPORT_DISCUSSED_MAX]);

/* True where it is a conversation about the permit's own debt. */
bool report_concerns_own(const struct report *report, const struct id *own);

/* Sets or releases a flag on the account, its debtor or the contact point, whichever the flag is of. `point` is needed
 * for STICKY_OPT_OUT_CONTACT_POINT only. True where that changed something. */
bool sticky_set(enum sticky_flag flag, struct account *account, struct contact_point *point);
bool sticky_release(enum sticky_flag flag, struct account *account, struct contact_point *point);

/* The hold that it is. */
enum hold sticky_hold(enum sticky_flag flag);

/* True where the flag holds every account of the person. */
bool sticky_is_of_person(enum sticky_flag flag);

/* A dispute is claimed until it is opened; an open one ends by its id only, so that the late end of an older dispute
 * frees nothing. Each is true where something changed. */
bool dispute_claim(struct account *account);
bool dispute_open(struct account *account, const struct id *dispute_id, const struct held_part *part); /* NULL: all */
bool dispute_open_unheld(struct account *account); /* it was opened, and holds nothing: so does the claim no more */
bool dispute_verify(struct account *account, const struct id *dispute_id);
bool dispute_resolve(struct account *account, const struct id *dispute_id, bool is_upheld);

/* Sets or clears a hold of the account; true where that changed something. */
bool account_set_hold(struct account *account, enum hold hold, bool is_held);

#endif
