#ifndef DUNLIN_CONTACT_NOTICE_MODEL_H
#define DUNLIN_CONTACT_NOTICE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "contact_state.h"

/* The validation notice of a consumer's debt: within five days after the first communication with the consumer it must
 * be on its way, unless the debt is paid (15 USC 1692g(a); 12 CFR 1006.34(a)(1)). Pure.
 *
 * It is *owed* from the first communication on, until it is *sent*; where it comes back it is owed again, from that day
 * on. One that is owed and not sent in time is *overdue*: the debt is held (HOLD_NOTICE_OVERDUE), and nothing but the
 * notice itself goes out, until it has. Five days are five times 24 hours, which is never later than the law has it. */

#define NOTICE_DAYS 5

/* A communication about the debt, as far as is known (15 USC 1692a(2)): something written that went out, words with the
 * debtor, or with somebody of whom it is not known that it was not him, a message left. What nobody reported is one. */
bool permit_is_communication(const struct permit *permit);

/* Each is true where something changed. Times are business time, in microseconds. */
bool notice_communicated(struct account *account, int64_t at_us);
bool notice_sent(struct account *account, int64_t at_us);
/* That of `sent_at_us` or before, as it is known at `now_us`; nothing where a later one is on its way. */
bool notice_returned(struct account *account, int64_t sent_at_us, int64_t now_us);
/* Nothing is owed any more, or the account is not ours: what was not sent need not be. */
bool notice_ended(struct account *account);

bool notice_is_sent(const struct account *account);
bool notice_is_overdue(const struct account *account, struct instant now);

#endif
