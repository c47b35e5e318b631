#ifndef DUNLIN_TESTS_PAYMENT_STOP_FIXTURE_H
#define DUNLIN_TESTS_PAYMENT_STOP_FIXTURE_H

#include "dunlin/contact/v1/contact.pb-c.h"
#include "payment_fixture.h"

/* What contact tells of a debtor, with one of his accounts. */

#define BANKRUPTCY DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_BANKRUPTCY
#define DECEASED   DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_DECEASED

/* us 0: now. */
static inline void stop_at(struct unit_fixture *fixture, const struct subject_ids *ids,
                           Dunlin__Contact__V1__StickyFlag flag, struct instant at)
{
    Dunlin__Contact__V1__StopRecorded message;

    dunlin__contact__v1__stop_recorded__init(&message);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.flag = flag;
    const struct fixture_event event = {&message.base, ids->debtor, ids->account, at.us};
    if (fixture_apply_events(fixture, &event, 1) != STATUS_OK)
        fail_msg("%s", fixture->last_error);
}

static inline void stop(struct unit_fixture *fixture, const struct subject_ids *ids,
                        Dunlin__Contact__V1__StickyFlag flag)
{
    stop_at(fixture, ids, flag, (struct instant){0});
}

static inline void release(struct unit_fixture *fixture, const struct subject_ids *ids,
                           Dunlin__Contact__V1__StickyFlag flag)
{
    Dunlin__Contact__V1__StopReleased message;

    dunlin__contact__v1__stop_released__init(&message);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.flag = flag;
    fixture_apply_ok(fixture, &message.base);
}

#endif
