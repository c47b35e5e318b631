#ifndef DUNLIN_TESTS_PAYMENT_PLAN_FIXTURE_H
#define DUNLIN_TESTS_PAYMENT_PLAN_FIXTURE_H

#include "payment_fixture.h"

/* Payment plans asked for, and who may agree to them. */

static struct sop_authority authorities[] = {
    {SOP_ROLE_COLLECTOR, 100, 6, 0, SOP_ROLE_SUPERVISOR},
    {SOP_ROLE_SUPERVISOR, 50, 12, 30, SOP_ROLE_MANAGER},
    {SOP_ROLE_MANAGER, 10, 24, 40, 0},
};

static const struct fixture_caller BERTA = {.peer = "dunlin", .role = "operator", .principal = "user:berta"};
/* These roles, two days of grace, and the first instalment that is missed breaks a plan. */
static inline void allow_plans(void)
{
    payment_sop.plans = (struct sop_plans){.grace_days = 2, .breaks_in_a_row = 1, .settlement_percent = 20};
    payment_sop.authorities = authorities;
    payment_sop.n_authorities = ARRAY_SIZE(authorities);
}

/* A request with what it points to. */
struct wanted {
    Dunlin__Payment__V1__AgreePlanRequest request;
    Dunlin__Payment__V1__PlanRhythm rhythm;
    struct id plan_id, account_id, replaces;
};

/* Weekly from in a week on, in four instalments, by a collector. */
static inline void want(struct wanted *wanted, const struct subject_ids *ids, const char *name)
{
    dunlin__payment__v1__agree_plan_request__init(&wanted->request);
    dunlin__payment__v1__plan_rhythm__init(&wanted->rhythm);
    wanted->plan_id = named(name);
    wanted->account_id = ids->account;
    wanted->rhythm.frequency = DUNLIN__PAYMENT__V1__PLAN_FREQUENCY__PLAN_FREQUENCY_WEEKLY;
    wanted->rhythm.first_due_on_days = today() + 7;
    wanted->request.plan_id = wire_id(&wanted->plan_id);
    wanted->request.account_id = wire_id(&wanted->account_id);
    wanted->request.role = DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_COLLECTOR;
    wanted->request.currency = wire_text("USD");
    wanted->request.rhythm = &wanted->rhythm;
    wanted->request.number = 4;
}

static inline void agree(struct unit_fixture *fixture, const struct wanted *wanted, enum status expected)
{
    fixture_free_reply(fixture_call(fixture, "AgreePlan", &wanted->request.base, expected));
}

static inline void agree_weekly(struct unit_fixture *fixture, const struct subject_ids *ids, const char *name)
{
    struct wanted wanted;

    want(&wanted, ids, name);
    agree(fixture, &wanted, STATUS_OK);
}

static inline void hold(struct unit_fixture *fixture, const char *name, enum status expected)
{
    const struct id plan_id = named(name);
    Dunlin__Payment__V1__HoldPlanRequest request;

    char reason[] = "debit returned, card 4111 1111 1111 1111"; /* masked in place */

    dunlin__payment__v1__hold_plan_request__init(&request);
    request.plan_id = wire_id(&plan_id);
    request.reason = reason;
    fixture_free_reply(fixture_call(fixture, "HoldPlan", &request.base, expected));
}

static inline void resume(struct unit_fixture *fixture, const char *name, enum status expected)
{
    const struct id plan_id = named(name);
    Dunlin__Payment__V1__ResumePlanRequest request;

    dunlin__payment__v1__resume_plan_request__init(&request);
    request.plan_id = wire_id(&plan_id);
    request.reason = wire_text("another account");
    fixture_free_reply(fixture_call(fixture, "ResumePlan", &request.base, expected));
}

static inline void cancel(struct unit_fixture *fixture, const char *name, enum status expected)
{
    const struct id plan_id = named(name);
    Dunlin__Payment__V1__CancelPlanRequest request;

    dunlin__payment__v1__cancel_plan_request__init(&request);
    request.plan_id = wire_id(&plan_id);
    request.reason = wire_text("he asked for it");
    fixture_free_reply(fixture_call(fixture, "CancelPlan", &request.base, expected));
}

static inline void decline(struct unit_fixture *fixture, const char *name, enum status expected)
{
    const struct id plan_id = named(name);
    Dunlin__Payment__V1__DeclinePlanRequest request;

    dunlin__payment__v1__decline_plan_request__init(&request);
    request.plan_id = wire_id(&plan_id);
    request.reason = wire_text("too long");
    fixture_free_reply(fixture_call(fixture, "DeclinePlan", &request.base, expected));
}

static inline void approve(struct unit_fixture *fixture, const struct fixture_caller *who, const char *name,
                           Dunlin__Payment__V1__PlanRole role, enum status expected)
{
    const struct id plan_id = named(name);
    Dunlin__Payment__V1__ApprovePlanRequest request;

    dunlin__payment__v1__approve_plan_request__init(&request);
    request.plan_id = wire_id(&plan_id);
    request.role = role;
    fixture_free_reply(fixture_call_as(fixture, who, "ApprovePlan", &request.base, expected));
}

static inline Dunlin__Payment__V1__GetPlansReply *plans_of(struct unit_fixture *fixture, const struct subject_ids *ids)
{
    Dunlin__Payment__V1__GetPlansRequest request;

    dunlin__payment__v1__get_plans_request__init(&request);
    request.account_id = wire_id(&ids->account);
    return (void *)fixture_call(fixture, "GetPlans", &request.base, STATUS_OK);
}

/* Monthly from in a week on. */
static inline void *offers(struct unit_fixture *fixture, const struct subject_ids *ids, int64_t budget_minor,
                           Dunlin__Payment__V1__PlanRole role, enum status expected)
{
    Dunlin__Payment__V1__ProposePlansRequest request;
    Dunlin__Payment__V1__PlanRhythm rhythm;

    dunlin__payment__v1__propose_plans_request__init(&request);
    dunlin__payment__v1__plan_rhythm__init(&rhythm);
    rhythm.frequency = DUNLIN__PAYMENT__V1__PLAN_FREQUENCY__PLAN_FREQUENCY_MONTHLY;
    rhythm.first_due_on_days = today() + 7;
    request.account_id = wire_id(&ids->account);
    request.role = role;
    request.budget_minor = budget_minor;
    request.currency = wire_text("USD");
    request.rhythm = &rhythm;
    return fixture_call(fixture, "ProposePlans", &request.base, expected);
}

#endif
