#ifndef DUNLIN_CORRESPONDENCE_DESCRIPTION_H
#define DUNLIN_CORRESPONDENCE_DESCRIPTION_H

#include "calendar/calendar.h"
#include "edge_call.h"
#include "id/id.h"

/* What there is to say about an account of which a step is due, asked of those who own it at that moment: intake (whose
 * account it is, whom it concerns, where he lives), payment (what is owed, and what it is made of) and this service
 * (whether the step is parked, which language the debtor asked for). Nothing of it is kept here. */
struct account_description {
    struct id account_id, debtor_id;
    int32_t agency_id;
    const char *debtor_name;
    const char *client, *client_reference, *currency;
    int64_t placed_minor;   /* owed at placement */
    int64_t interest_minor; /* added since */
    int64_t charged_minor;  /* what else was added */
    int64_t paid_minor;     /* paid since */
    int64_t credited_minor; /* taken off since */
    int64_t balance_minor;  /* owed now */
    int64_t held_minor;     /* of it, disputed and not to be asked for; 0: nothing */
    struct date due_on, opened_on;
    const char *address;        /* value of the step's contact point; empty: the debtor has none such */
    const char *postal_address; /* "street\ncity\nregion\npostcode\ncountry" of the debtor; empty: none is known */
    const char *language;       /* BCP 47, as the debtor asked for it; empty: he has not */
    bool is_recalled;           /* by the client */
    bool may_be_written;        /* not parked, not recalled, known to all three, and more is owed than is disputed */
};

/* In the order of the entries; texts are lent by the replies, which it owns. */
struct descriptions {
    struct account_description *of;
    size_t n;
    ProtobufCMessage *steps, *accounts, *balances;
};
void descriptions_fini(struct descriptions *descriptions);

/* Asks for entries, 1 to 1,000 of them: three calls. Blocks. Fails where one of the three is away; *ret_descriptions is
 * untouched then. */
MUST_USE enum status descriptions_ask(const struct edge_caller *caller, Dunlin__Contact__V1__DialEntry *const *entries,
                                      size_t n, struct descriptions *ret_descriptions, struct error *err);

#endif
