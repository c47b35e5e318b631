#ifndef DUNLIN_PAYMENT_STOP_MODEL_H
#define DUNLIN_PAYMENT_STOP_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "calendar/calendar.h"
#include "id/id.h"
#include "status/status.h"

/* What stops the collection from a person, whatever the debt, and until when: no I/O, no clock.
 *
 * Bankruptcy: the automatic stay (11 USC 362(a)(6)) forbids any act to collect what was owed before the petition, and
 * the claim is without interest from the petition on (11 USC 502(b)(2)). Death: what is drawn from the account of
 * somebody who has died comes back (Nacha R14, R15), and nobody has agreed to anything for the estate. */

/* Numbers are stored. */
enum stop_cause {
    STOP_BANKRUPTCY = 1,
    STOP_DECEASED = 2,
};
#define STOP_CAUSES_END 3

/* Days of UTC. The last day counts: whether interest runs on the day of a dismissal no law says, and without is the
 * stricter reading. */
struct stop {
    enum stop_cause cause;
    struct date from, last; /* last: STOP_STANDS while it does */
    bool is_changed;        /* since it was loaded */
};
#define STOP_STANDS INT32_MAX /* days */

/* All of a debtor, those that are over too: interest does not run on their days, whenever it is reckoned. */
struct stops {
    struct id debtor_id;
    GArray *all; /* struct stop */
};

struct stops *stops_new(const struct id *debtor_id);
void stops_free(struct stops *stops);

/* One that is stored; what is known already stays as it is. */
void stops_add(struct stops *stops, const struct stop *stop);

/* It begins, or ends, on a day. False where it stands already, or does not stand: nothing has happened. */
bool stops_begin(struct stops *stops, enum stop_cause cause, struct date on);
bool stops_end(struct stops *stops, enum stop_cause cause, struct date on);

/* NULL for `stops`, as below, is a debtor whom nothing ever stopped. */
bool stops_stand(const struct stops *stops, enum stop_cause cause);

/* What stops him now, static: "the debtor is bankrupt" before all others. NULL: nothing does. */
const char *stops_reason(const struct stops *stops);

/* FAILED_PRECONDITION where something stops him now, with the law that it follows from. */
MUST_USE enum status stops_check(const struct stops *stops, struct error *err);

/* Why what was held for it goes on once it is over; static. */
const char *stop_over_text(enum stop_cause cause);

#endif
