#ifndef DUNLIN_DISPUTE_NOTICE_H
#define DUNLIN_DISPUTE_NOTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calendar/calendar.h"
#include "clock/clock.h"
#include "id/id.h"

/* The validation notices of a debtor, as the log tells them (contact's reports and facts), and what follows: when the
 * validation period of a debt ends. Pure. */
struct notice {
    struct id debtor_id;
    struct id notice_id; /* of the permit by which it went out, or of the fact that tells it */
    int32_t agency_id;
    bool is_return; /* the fact that those sent until then came back */
    struct instant at;
    struct date ends_on;        /* of one sent */
    const uint8_t *account_ids; /* ID_BYTES each, borrowed: the debts that it is about */
    size_t n_accounts;          /* 0: all of the debtor */
    bool is_void;               /* the carrier brought it back, or the fact was released */
};

/* The end of a period of which nobody said when: the longest receipt that an agency's letters may assume, so never
 * before what the debtor was told. */
#define NOTICE_ASSUMPTION_DAYS_MAX 30
struct date notice_end(struct instant sent_at, int32_t ends_on_days);

/* The last day of the debt's validation period, by the latest end of all that reached the debtor; days 0: none did, and
 * the period has not ended. */
struct date notices_end(const struct notice *const *notices, size_t n, const struct id *account_id);

/* On or before that day, by the day of submission where it is known (days 0: it is not), else by that of receipt:
 * comment 38-1 and 12 CFR 1006.38(c), (d)(2). */
bool notices_is_timely(struct date validation_ends, struct date submitted_on, struct instant received_at);

#endif
