#ifndef DUNLIN_CORRESPONDENCE_DISPATCH_H
#define DUNLIN_CORRESPONDENCE_DISPATCH_H

#include "agency/notice_kind.h"
#include "channel.h"
#include "composition.h"
#include "metrics/metrics.h"

/* One message on its way: written, permitted, begun, handed over - or set aside. Whatever is lent to it must last until
 * dispatch_send returns; `policy` and what follows are its own. */
struct dispatch {
    const Dunlin__Contact__V1__DialEntry *entry;
    const Dunlin__Correspondence__V1__Notice *notice; /* NULL: a step of a plan */
    const struct dispute_description *dispute;        /* that it is about; NULL: about none */
    const struct debit_description *debit;            /* that it announces; NULL: none */
    const struct account_description *account;
    const struct writing_policy *policy;
    const struct agency_profile *profile;
    struct composition composition;
    char opt_out_link[512];
};

/* Blocks: for the rate, contact and the carrier. Whatever stands in its way is dealt with: parked, held back, waited
 * for with the whole channel, or tried again when it is offered again. */
void dispatch_send(struct channel *channel, struct dispatch *dispatch);

/* Parks a step that cannot be written or sent; its notice is put behind. Reads entry, notice and account alone. */
void dispatch_park(struct channel *channel, const struct dispatch *dispatch, const char *reason);

/* until_us 0: for good. What fails is tried again with the notice itself. */
void dispatch_hold_back(struct channel *channel, const Dunlin__Correspondence__V1__Notice *notice, const char *reason,
                        int64_t until_us);
/* It comes again after those that are due by now. */
void dispatch_put_behind(struct channel *channel, const Dunlin__Correspondence__V1__Notice *notice, const char *reason);

extern const struct metric DISPATCH_METRICS[];

#endif
