#ifndef DUNLIN_CORRESPONDENCE_DEBIT_FACTS_H
#define DUNLIN_CORRESPONDENCE_DEBIT_FACTS_H

#include <stdbool.h>

#include "calendar/calendar.h"
#include "edge_call.h"
#include "money/money.h"

/* What there is to say about a debit before it is drawn, asked of payment when it is said. Nothing of it is kept here,
 * and an account number is known nowhere: payment has a token, and four digits to tell one account from another. */
struct debit_description {
    struct money amount;
    struct date drawn_on;
    int kind;          /* dunlin.payment.v1.InstrumentKind */
    const char *last4; /* lent; empty: not known */
};

struct debit_facts {
    struct debit_description debit;
    bool is_drawn;                        /* on the day that the notice announces: neither cancelled nor put off */
    ProtobufCBinaryData contact_point_id; /* as debtor_address_ask */
    ProtobufCMessage *replies[2];         /* owned; what is lent above is theirs */
};
void debit_facts_fini(struct debit_facts *facts);

/* Blocks. Fails where payment or contact is away, and *ret_facts is untouched then. */
MUST_USE enum status debit_facts_ask(const struct edge_caller *caller, const Dunlin__Correspondence__V1__Notice *notice,
                                     struct debit_facts *ret_facts, struct error *err);

#endif
