#ifndef DUNLIN_CONTACT_DIAL_STORE_H
#define DUNLIN_CONTACT_DIAL_STORE_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#include "channel_model.h"
#include "db/db.h"
#include "id/id.h"
#include "money/money.h"
#include "status/status.h"

/* Dial lists: accounts of which something is due, reserved for whoever asks. */

/* One entry of a dial list. */
struct dial_entry {
    struct id account_id, contact_point_id, debtor_id; /* no contact point: the portal */
    enum channel channel;
    int32_t priority;
    char strategy[64];
    char step[64];
    int64_t due_at_us;
    int64_t held_minor; /* that must not be asked for; 0: nothing */
    char held_currency[CURRENCY_SIZE];
};
struct contact_reservation {
    int32_t agency_id; /* 0: accounts of any */
    int64_t now_us;
    int32_t limit;
    int64_t until_us;
    const char *dialer;
    bool is_wanted[CHANNEL_END]; /* by channel */
};
/* Reserves up to `limit` due accounts of the partitions until `until_us`; *ret_entries (struct dial_entry, best first)
 * belongs to the caller: g_array_unref. */
MUST_USE enum status dial_store_reserve(struct db *db, const uint16_t *partitions, size_t n_partitions,
                                        const struct contact_reservation *wanted, GArray **ret_entries,
                                        struct error *err);

#endif
