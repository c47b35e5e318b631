#ifndef DUNLIN_PAYMENT_SUSPENSE_MODEL_H
#define DUNLIN_PAYMENT_SUSPENSE_MODEL_H

#include "trust_model.h"

/* Money in suspense: received, and nobody's yet. No I/O.
 *
 *     HELD --assign--> ASSIGNED (posted to the account, in whatever partition)
 *      ^ |                |
 *      | +--refund--> REFUNDED
 *      | +--return--> RETURNED (the payment that it came with was reversed)
 *      +----unassign------+ (the account did not take it) */

/* Numbers are stored, and are those of the wire. */
enum suspense_state {
    SUSPENSE_HELD = 1,
    SUSPENSE_ASSIGNED = 2,
    SUSPENSE_REFUNDED = 3,
    SUSPENSE_RETURNED = 4,
};
#define SUSPENSE_STATES_END 5

enum suspense_source {
    SUSPENSE_UNIDENTIFIED = 1, /* nobody knows whose debt it pays */
    SUSPENSE_OVERPAID = 2,     /* more than was owed on `account_id` */
};

enum suspense_event {
    SUSPENSE_EVENT_ASSIGN,
    SUSPENSE_EVENT_UNASSIGN,
    SUSPENSE_EVENT_REFUND,
    SUSPENSE_EVENT_RETURN,
};
#define SUSPENSE_EVENTS_END 4

/* Texts are borrowed. */
struct suspense {
    struct id item_id;
    int32_t agency_id;
    enum suspense_state state;
    enum suspense_source source;
    struct money amount;   /* positive */
    const char *client;    /* "": not known */
    struct id account_id;  /* that was overpaid; none */
    struct id assigned_id; /* that it was assigned to last; counts while it is ASSIGNED */
    const char *payer, *reference;
    int32_t received_on_days;
    const char *reason; /* of the last step */
    struct instant held_at;
};

/* The one mover. `account_id` of an assignment; NULL otherwise. Fails with FAILED_PRECONDITION where the state forbids
 * it; `item` is untouched then. */
MUST_USE enum status suspense_move(struct suspense *item, enum suspense_event event, const struct id *account_id,
                                   const char *reason, struct error *err);

/* What becoming HELD is to the client's money, and what each event is. */
struct trust_entry trust_of_held(const struct suspense *item);
struct trust_entry trust_of_suspense(const struct suspense *item, enum suspense_event event, int32_t effective_on_days,
                                     struct instant at);

/* What was paid beyond what is owed on the account, by the payment that `draft` is of; borrows their texts. */
struct suspense suspense_of_overpaid(const struct account *account, const struct posting_draft *draft,
                                     int64_t rest_minor);

/* Whose money it is taken for: the account that it is assigned to, or else that was overpaid; none. */
const struct id *suspense_account_id(const struct suspense *item);

/* Id of what was paid beyond what was owed by the payment `posting_id`. */
struct id suspense_overpaid_id(const struct id *posting_id);
/* Id of the posting by which an item pays an account: there can be only one on it. */
struct id suspense_payment_id(const struct id *item_id, const struct id *account_id);

#endif
