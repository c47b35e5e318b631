#ifndef DUNLIN_TESTS_DISPUTE_FIXTURE_H
#define DUNLIN_TESTS_DISPUTE_FIXTURE_H

#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "payment_fixture.h"

/* What service `dispute` tells of a debt. `held_minor`: the part that is held; 0: all of it. */

static inline Dunlin__Dispute__V1__HeldPart *part_of(int64_t held_minor, Dunlin__Dispute__V1__HeldPart *storage)
{
    dunlin__dispute__v1__held_part__init(storage);
    storage->amount_minor = held_minor;
    return held_minor > 0 ? storage : NULL;
}

static inline void open_dispute(struct unit_fixture *fixture, const struct subject_ids *ids,
                                const struct id *dispute_id, int64_t held_minor)
{
    Dunlin__Dispute__V1__HeldPart part;
    Dunlin__Dispute__V1__DisputeOpened message;

    dunlin__dispute__v1__dispute_opened__init(&message);
    message.dispute_id = wire_id(dispute_id);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.held_part = part_of(held_minor, &part);
    fixture_apply_ok(fixture, &message.base);
}

static inline void amend_dispute(struct unit_fixture *fixture, const struct subject_ids *ids,
                                 const struct id *dispute_id, int64_t held_minor)
{
    Dunlin__Dispute__V1__HeldPart part;
    Dunlin__Dispute__V1__DisputeAmended message;

    dunlin__dispute__v1__dispute_amended__init(&message);
    message.dispute_id = wire_id(dispute_id);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.held_part = part_of(held_minor, &part);
    fixture_apply_ok(fixture, &message.base);
}

static inline void reopen_dispute(struct unit_fixture *fixture, const struct subject_ids *ids,
                                  const struct id *dispute_id)
{
    Dunlin__Dispute__V1__DisputeReopened message;

    dunlin__dispute__v1__dispute_reopened__init(&message);
    message.dispute_id = wire_id(dispute_id);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    fixture_apply_ok(fixture, &message.base);
}

static inline void answer_dispute(struct unit_fixture *fixture, const struct subject_ids *ids,
                                  const struct id *dispute_id)
{
    Dunlin__Dispute__V1__VerificationSent message;

    dunlin__dispute__v1__verification_sent__init(&message);
    message.dispute_id = wire_id(dispute_id);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    fixture_apply_ok(fixture, &message.base);
}

static inline Dunlin__Dispute__V1__DisputeResolved
resolution(const struct subject_ids *ids, const struct id *dispute_id, Dunlin__Dispute__V1__DisputeOutcome outcome)
{
    Dunlin__Dispute__V1__DisputeResolved message;

    dunlin__dispute__v1__dispute_resolved__init(&message);
    message.dispute_id = wire_id(dispute_id);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.outcome = outcome;
    return message;
}

static inline void resolve_dispute(struct unit_fixture *fixture, const struct subject_ids *ids,
                                   const struct id *dispute_id, Dunlin__Dispute__V1__DisputeOutcome outcome)
{
    const Dunlin__Dispute__V1__DisputeResolved message = resolution(ids, dispute_id, outcome);

    fixture_apply_ok(fixture, &message.base);
}

#endif
