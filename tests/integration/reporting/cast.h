#ifndef DUNLIN_TESTS_INTEGRATION_REPORTING_CAST_H
#define DUNLIN_TESTS_INTEGRATION_REPORTING_CAST_H

#include "story.h"

/* A few people, and what happens to them: placements, then calls, then money. */

#define TODAY FIXTURE_TODAY

struct cast {
    struct party anna, anna_second, bert, cleo, dora, other;
};

static inline struct cast cast_of(const struct fixture *fixture)
{
    struct cast cast = {
        .anna = party_of(fixture, 5, "anna"),
        .bert = party_of(fixture, 9, "bert"),
        .cleo = party_of(fixture, 9, "cleo"),
        .dora = party_of(fixture, 63, "dora"),
        .other = party_of(fixture, 9, "other"),
    };
    cast.anna_second = cast.anna;
    cast.anna_second.account = id_derive(&cast.anna.debtor, "account", "2", 1);
    cast.other.agency_id = fixture->other_agency_id;
    return cast;
}

static inline void tell_placements(struct fixture *fixture, const struct cast *cast)
{
    complete_file(fixture, 5, 3);
    place(fixture, &cast->anna, 10000, "USD", TODAY - 60, TODAY - 30);
    place(fixture, &cast->anna_second, 2000, "USD", TODAY - 40, TODAY - 10);
    place(fixture, &cast->bert, 5000, "USD", TODAY - 30, TODAY);
    place(fixture, &cast->cleo, 700, "EUR", TODAY - 200, TODAY - 190);
    place(fixture, &cast->dora, 800, "EUR", TODAY - 5, TODAY + 25);
    place(fixture, &cast->other, 12345, "USD", TODAY - 60, TODAY - 30);
    settle(fixture);
    classify(fixture, &cast->anna, "newly_delinquent");
    classify(fixture, &cast->anna_second, "newly_delinquent");
    classify(fixture, &cast->bert, "pre_due");
    classify(fixture, &cast->cleo, "slow_payer");
    settle(fixture);
    plan(fixture, &cast->anna, "call-1");
    plan(fixture, &cast->bert, "call-1");
    plan(fixture, &cast->cleo, "");
    something_else(fixture, &cast->anna);
    settle(fixture);
}

static inline void tell_calls(struct fixture *fixture, const struct cast *cast)
{
    const int64_t granted_at_us = clock_now().us;
    grant(fixture, &cast->anna);
    grant(fixture, &cast->bert);
    refuse(fixture, &cast->cleo, "REGF-14B2A-7IN7", "REGF-6B1-HOURS");
    refuse(fixture, &cast->cleo, "REGF-14B2A-7IN7", NULL);
    settle(fixture);
    later(5 * US_PER_MIN);
    report_attempt(fixture, &cast->anna,
                   &(struct call_result){.telephony = DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED,
                                         .party = DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT,
                                         .is_conversation = true,
                                         .discussed = &cast->anna_second,
                                         .granted_at_us = granted_at_us});
    report_attempt(fixture, &cast->bert,
                   &(struct call_result){.telephony = DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NO_ANSWER,
                                         .party = DUNLIN__CONTACT__V1__PARTY__PARTY_NONE,
                                         .is_outside_permit = true,
                                         .granted_at_us = granted_at_us});
    report_attempt(fixture, &cast->cleo,
                   &(struct call_result){.telephony = DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NOT_PLACED,
                                         .is_outside_permit = true});
    promise(fixture, &cast->anna_second, 2000, TODAY + 3);
    promise(fixture, &cast->bert, 5000, TODAY + 1);
    stop_calls(fixture, &cast->anna);
    settle(fixture);
}

static inline void tell_money(struct fixture *fixture, const struct cast *cast)
{
    later(2 * US_PER_DAY);
    pay(fixture, &cast->anna_second, 2000, 0, TODAY + 1);
    keep_promise(fixture, &cast->anna_second);
    break_promise(fixture, &cast->bert);
    pay(fixture, &cast->bert, 5000, 0, TODAY);
    open_dispute(fixture, &cast->cleo);
    open_dispute(fixture, &cast->anna);
    settle(fixture);
    later(3 * US_PER_DAY);
    resolve_dispute(fixture, &cast->cleo, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_UPHELD,
                    clock_now().us - 3 * US_PER_DAY);
    pay(fixture, &cast->anna, 1000, 9000, TODAY - 20);
    take_in(fixture, &cast->anna, 9000); /* no sum, no count and no line of a timeline has it */
    take_back(fixture, &cast->bert, 5000, 5000, TODAY + 5);
    move_due_date(fixture, &cast->anna, TODAY - 15);
    classify(fixture, &cast->cleo, "closed");
    settle(fixture);
    later(US_PER_DAY);
    recall(fixture, &cast->dora);
    settle(fixture);
}

#endif
