#include "dispute_fixture.h"
#include "plan_fixture.h"

#include <stdio.h>

/* Payment plans: what is agreed on, what payments, reversals and time do to it, who may agree to what.
 *
 * Broken once: the timer not set again after a payment (an_instalment_that_is_missed_breaks_it), the discount left on
 * the account when its payment came back (a_kept_settlement_is_forgiven_its_rest), a reversal of an earlier plan's
 * payment taken off the later one (another_plan_replaces_one_and_both_are_told), the running plan not asked for before
 * a second one (two_agents_who_agree_at_once_get_one_plan), the proposer let through (what_is_beyond_a_role_waits). */

static const struct fixture_caller ELSEWHERE = {
    .peer = "other", .role = "operator", .principal = "user:carla", .agency_id = 77};

/* The first moment of the day. */
static struct instant at(int32_t days)
{
    return (struct instant){(int64_t)days * US_PER_DAY};
}

static int fresh(void **state)
{
    struct unit_fixture *fixture = *state;

    fixture_empty(fixture,
                  "payment.account, payment.posting, payment.promise, payment.trust_account, payment.trust_entry, "
                  "payment.suspense, payment.plan, payment.plan_instalment, platform.timer");
    allow_plans();
    return 0;
}

/* Plans are listed by when they were agreed on. */
static void pass_a_second(void)
{
    assert_true(clock_drive((struct instant){clock_now().us + US_PER_S}));
}

/* All plans of the account: "active 250/250 50/250, cancelled 0/400". */
static void expect_plans(struct unit_fixture *fixture, const struct subject_ids *ids, const char *expected)
{
    static const char *const STATES[] = {"?", "proposed", "active", "held", "completed", "broken", "cancelled"};
    Dunlin__Payment__V1__GetPlansReply *reply = plans_of(fixture, ids);
    g_autoptr(GString) text = g_string_new("");

    for (size_t i = 0; i < reply->n_plans; i++) {
        g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ", STATES[reply->plans[i]->state]);
        for (size_t k = 0; k < reply->plans[i]->n_instalments; k++)
            g_string_append_printf(text, " %lld/%lld", (long long)reply->plans[i]->instalments[k]->paid_minor,
                                   (long long)reply->plans[i]->instalments[k]->amount_minor);
    }
    assert_string_equal(text->str, expected);
    fixture_free_reply(reply);
}

static void expect_balance(struct unit_fixture *fixture, const struct subject_ids *ids, int64_t balance_minor)
{
    Dunlin__Payment__V1__GetAccountRequest request;

    dunlin__payment__v1__get_account_request__init(&request);
    request.account_id = wire_id(&ids->account);
    Dunlin__Payment__V1__GetAccountReply *reply = fixture_call(fixture, "GetAccount", &request.base, STATUS_OK);
    assert_true(reply->balance_minor == balance_minor);
    fixture_free_reply(reply);
}

static void expect(struct unit_fixture *fixture, const char *events)
{
    assert_string_equal(fixture_emitted(fixture), events);
}

static void a_plan_is_kept_by_its_payments(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("kept");

    place(fixture, &ids, 1000);
    agree_weekly(fixture, &ids, "kept: plan");
    expect(fixture, "PlanAgreed");
    Dunlin__Payment__V1__PlanAgreed *agreed =
        fixture_last_event(fixture, &dunlin__payment__v1__plan_agreed__descriptor);
    assert_int_equal(agreed->n_instalments, 4);
    assert_int_equal(agreed->instalments[3]->due_on_days, today() + 28);
    assert_int_equal(agreed->owed_minor, 1000);
    fixture_free_reply(agreed);
    fixture_free_reply(pay(fixture, &ids, 300)); /* part of the second too */
    fixture_free_reply(pay(fixture, &ids, 699));
    expect(fixture, "PaymentPosted BalanceChanged PaymentPosted BalanceChanged");
    expect_plans(fixture, &ids, "active 250/250 250/250 250/250 249/250");
    fixture_free_reply(pay(fixture, &ids, 1));
    expect(fixture, "PaymentPosted BalanceChanged PlanCompleted");
    expect_plans(fixture, &ids, "completed 250/250 250/250 250/250 250/250");
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM platform.timer WHERE service = 'payment'"), 0);
}

static void an_instalment_that_is_missed_breaks_it(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("broken");
    const int32_t first = today() + 7;

    place(fixture, &ids, 1000);
    agree_weekly(fixture, &ids, "broken: plan");
    assert_int_equal(fixture_fire(fixture, (struct instant){at(first + 3).us - 1}), 0);
    fixture_free_reply(pay(fixture, &ids, 250));
    assert_int_equal(fixture_fire(fixture, at(first + 3)), 0); /* it is paid: the next one's day is later */
    fixture_free_reply(pay(fixture, &ids, 200));
    expect(fixture, "PlanAgreed PaymentPosted BalanceChanged PaymentPosted BalanceChanged");
    assert_int_equal(fixture_fire(fixture, at(first + 7 + 3)), 1);
    expect(fixture, "InstalmentMissed PlanBroken");
    Dunlin__Payment__V1__InstalmentMissed *missed =
        fixture_last_event(fixture, &dunlin__payment__v1__instalment_missed__descriptor);
    assert_int_equal(missed->number, 2);
    assert_int_equal(missed->due_on_days, first + 7);
    assert_int_equal(missed->open_minor, 50);
    fixture_free_reply(missed);
    Dunlin__Payment__V1__PlanBroken *broken =
        fixture_last_event(fixture, &dunlin__payment__v1__plan_broken__descriptor);
    assert_int_equal(broken->paid_minor, 450);
    assert_int_equal(broken->open_minor, 550);
    fixture_free_reply(broken);
    fixture_free_reply(pay(fixture, &ids, 100)); /* on no plan */
    expect(fixture, "PaymentPosted BalanceChanged");
    expect_plans(fixture, &ids, "broken 250/250 200/250 0/250 0/250");
    agree_weekly(fixture, &ids, "broken: another");
    expect(fixture, "PlanAgreed");
}

static void several_may_be_missed_where_the_sop_says_so(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("lenient");
    const int32_t first = today() + 7;

    payment_sop.plans.breaks_in_a_row = 2;
    place(fixture, &ids, 1000);
    agree_weekly(fixture, &ids, "lenient: plan");
    payment_sop.plans.breaks_in_a_row = 1; /* what held when it was agreed on holds */
    expect(fixture, "PlanAgreed");
    assert_int_equal(fixture_fire(fixture, at(first + 3)), 1);
    expect(fixture, "InstalmentMissed");
    fixture_free_reply(pay(fixture, &ids, 10));
    assert_int_equal(fixture_fire(fixture, at(first + 4)), 0); /* told once */
    expect(fixture, "PaymentPosted BalanceChanged");
    assert_int_equal(fixture_fire(fixture, at(first + 10)), 1);
    expect(fixture, "InstalmentMissed PlanBroken");
}

/* A payment of the day on which one is missed does not keep that from being told. */
static void a_part_that_comes_before_the_timer_hides_nothing(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("hidden");
    const int32_t first = today() + 7;

    place(fixture, &ids, 1000);
    agree_weekly(fixture, &ids, "hidden: plan");
    assert_true(clock_drive(at(first + 3)));
    fixture_free_reply(pay(fixture, &ids, 10));
    expect(fixture, "PlanAgreed PaymentPosted BalanceChanged");
    assert_int_equal(fixture_fire(fixture, at(first + 3)), 1);
    expect(fixture, "InstalmentMissed PlanBroken");
}

static bool says_parked(const void *worker, const struct id *debtor_id)
{
    (void)worker;
    (void)debtor_id;
    return true;
}

static void a_plan_of_a_debtor_with_a_parked_event_does_not_break(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("parked");
    const int32_t first = today() + 7;

    place(fixture, &ids, 1000);
    agree_weekly(fixture, &ids, "parked: plan");
    expect(fixture, "PlanAgreed");
    fixture->unit_owner.is_parked = says_parked;
    size_t n = fixture_fire(fixture, at(first + 3));
    fixture->unit_owner.is_parked = NULL;
    assert_int_equal(n, 1);
    expect(fixture, "");
    assert_int_equal(fixture_fire(fixture, (struct instant){at(first + 3).us + US_PER_HOUR}), 1);
    expect(fixture, "InstalmentMissed PlanBroken");
}

static void a_kept_settlement_is_forgiven_its_rest(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("settled");
    struct wanted wanted;

    place(fixture, &ids, 1000);
    want(&wanted, &ids, "settled: plan");
    wanted.request.role = DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_SUPERVISOR;
    wanted.request.number = 2;
    wanted.request.discount_minor = 200;
    agree(fixture, &wanted, STATUS_OK);
    fixture_free_reply(pay(fixture, &ids, 400));
    expect(fixture, "PlanAgreed PaymentPosted BalanceChanged");
    Dunlin__Payment__V1__PostingView *last = pay(fixture, &ids, 400);
    expect(fixture, "PaymentPosted BalanceChanged PlanCompleted BalanceChanged");
    Dunlin__Payment__V1__BalanceChanged *changed =
        fixture_last_event(fixture, &dunlin__payment__v1__balance_changed__descriptor);
    assert_int_equal(changed->kind, DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_CREDIT);
    assert_int_equal(changed->change_minor, -200);
    fixture_free_reply(changed);
    expect_balance(fixture, &ids, 0);

    take_back(fixture, last->posting_id, STATUS_OK);
    fixture_free_reply(last);
    expect(fixture, "PaymentReversed BalanceChanged PlanResumed BalanceChanged");
    expect_balance(fixture, &ids, 600);
    expect_plans(fixture, &ids, "active 400/400 0/400");
    fixture_free_reply(pay(fixture, &ids, 400));
    expect(fixture, "PaymentPosted BalanceChanged PlanCompleted BalanceChanged");
    expect_balance(fixture, &ids, 0);
    Dunlin__Payment__V1__GetPlansReply *reply = plans_of(fixture, &ids);
    assert_int_equal(reply->plans[0]->discount_granted_minor, 200);
    fixture_free_reply(reply);
    assert_int_equal(fixture_number(fixture, "SELECT sum(change_minor)::bigint FROM payment.posting WHERE kind = 7"),
                     -200);
}

/* What comes back of the part beyond the settlement is forgiven, as it would have been. */
static void more_than_a_settlement_asks_for_may_come_back(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("beyond");
    struct wanted wanted;

    place(fixture, &ids, 1000);
    want(&wanted, &ids, "beyond: plan");
    wanted.request.role = DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_SUPERVISOR;
    wanted.request.number = 2;
    wanted.request.discount_minor = 200;
    agree(fixture, &wanted, STATUS_OK);
    Dunlin__Payment__V1__PostingView *first = pay(fixture, &ids, 150);
    fixture_free_reply(pay(fixture, &ids, 800));
    expect(fixture,
           "PlanAgreed PaymentPosted BalanceChanged PaymentPosted BalanceChanged PlanCompleted BalanceChanged");
    expect_balance(fixture, &ids, 0);
    take_back(fixture, first->posting_id, STATUS_OK);
    fixture_free_reply(first);
    expect(fixture, "PaymentReversed BalanceChanged BalanceChanged BalanceChanged");
    expect_balance(fixture, &ids, 0);
    expect_plans(fixture, &ids, "completed 400/400 400/400");
}

static void another_plan_replaces_one_and_both_are_told(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("renegotiated");
    struct wanted wanted;

    place(fixture, &ids, 1000);
    agree_weekly(fixture, &ids, "renegotiated: first");
    Dunlin__Payment__V1__PostingView *paid = pay(fixture, &ids, 250);
    pass_a_second();
    want(&wanted, &ids, "renegotiated: second");
    wanted.request.number = 5;
    agree(fixture, &wanted, STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(fixture->last_error, "is active"));
    wanted.replaces = named("renegotiated: nobody");
    wanted.request.replaces = wire_id(&wanted.replaces);
    agree(fixture, &wanted, STATUS_NOT_FOUND);
    expect(fixture, "PlanAgreed PaymentPosted BalanceChanged");
    wanted.replaces = named("renegotiated: first");
    agree(fixture, &wanted, STATUS_OK);
    expect(fixture, "PlanCancelled PlanAgreed");
    fixture_free_reply(pay(fixture, &ids, 150));
    expect_plans(fixture, &ids, "cancelled 250/250 0/250 0/250 0/250, active 150/150 0/150 0/150 0/150 0/150");
    take_back(fixture, paid->posting_id, STATUS_OK); /* was paid on the first */
    fixture_free_reply(paid);
    expect(fixture, "PaymentPosted BalanceChanged PaymentReversed BalanceChanged");
    expect_plans(fixture, &ids, "cancelled 250/250 0/250 0/250 0/250, active 150/150 0/150 0/150 0/150 0/150");
    Dunlin__Payment__V1__GetPlansReply *reply = plans_of(fixture, &ids);
    assert_memory_equal(reply->plans[0]->replaced_by.data, reply->plans[1]->plan_id.data, ID_BYTES);
    assert_memory_equal(reply->plans[1]->replaces.data, reply->plans[0]->plan_id.data, ID_BYTES);
    fixture_free_reply(reply);
    want(&wanted, &ids, "renegotiated: third");
    wanted.replaces = named("renegotiated: first"); /* which was replaced already */
    wanted.request.replaces = wire_id(&wanted.replaces);
    agree(fixture, &wanted, STATUS_FAILED_PRECONDITION);
}

static void a_broken_plan_is_renegotiated_and_stays_broken(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("mended");
    struct wanted wanted;

    place(fixture, &ids, 1000);
    agree_weekly(fixture, &ids, "mended: first");
    assert_int_equal(fixture_fire(fixture, at(today() + 10)), 1);
    expect(fixture, "PlanAgreed InstalmentMissed PlanBroken");
    want(&wanted, &ids, "mended: second");
    wanted.replaces = named("mended: first");
    wanted.request.replaces = wire_id(&wanted.replaces);
    agree(fixture, &wanted, STATUS_OK);
    expect(fixture, "PlanAgreed");
    expect_plans(fixture, &ids, "broken 0/250 0/250 0/250 0/250, active 0/250 0/250 0/250 0/250");
}

static void nothing_breaks_a_plan_that_is_held(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("held");
    const int32_t first = today() + 7;

    place(fixture, &ids, 1000);
    agree_weekly(fixture, &ids, "held: plan");
    resume(fixture, "held: plan", STATUS_FAILED_PRECONDITION);
    hold(fixture, "held: plan", STATUS_OK);
    hold(fixture, "held: plan", STATUS_OK); /* said already */
    expect(fixture, "PlanAgreed PlanHeld");
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.plan WHERE reason LIKE '%1111 1111%'"), 0);
    assert_int_equal(fixture_fire(fixture, at(first + 30)), 0);
    fixture_free_reply(pay(fixture, &ids, 100));
    resume(fixture, "held: plan", STATUS_OK);
    expect(fixture, "PaymentPosted BalanceChanged PlanResumed");
    expect_plans(fixture, &ids, "active 100/250 0/250 0/250 0/250");
    assert_int_equal(fixture_fire(fixture, (struct instant){at(first + 33).us - 1}), 0);
    assert_int_equal(fixture_fire(fixture, at(first + 33)), 1);
    expect(fixture, "InstalmentMissed InstalmentMissed InstalmentMissed InstalmentMissed PlanBroken");
    hold(fixture, "held: plan", STATUS_FAILED_PRECONDITION);
    hold(fixture, "held: nobody", STATUS_NOT_FOUND);
}

static void a_plan_is_taken_back_without_fault(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("taken back"), recalled = ids_of("recalled");
    Dunlin__Intake__V1__AccountRecalled recall;

    place(fixture, &ids, 1000);
    agree_weekly(fixture, &ids, "taken back: plan");
    cancel(fixture, "taken back: plan", STATUS_OK);
    cancel(fixture, "taken back: plan", STATUS_FAILED_PRECONDITION);
    expect(fixture, "PlanAgreed PlanCancelled");
    place(fixture, &recalled, 1000);
    agree_weekly(fixture, &recalled, "recalled: plan");
    dunlin__intake__v1__account_recalled__init(&recall);
    recall.account_id = wire_id(&recalled.account);
    recall.debtor_id = wire_id(&recalled.debtor);
    fixture_apply_ok(fixture, &recall.base);
    expect(fixture, "PlanAgreed PlanCancelled");
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM platform.timer WHERE service = 'payment'"), 0);
    assert_int_equal(fixture_number(fixture, "SELECT count(plan_id) FROM payment.account"), 0);
}

static Dunlin__Intake__V1__AccountUpdated restated(const struct subject_ids *ids, int64_t balance_minor)
{
    Dunlin__Intake__V1__AccountUpdated message;

    dunlin__intake__v1__account_updated__init(&message);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.balance_presence_case = DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__BALANCE_PRESENCE_BALANCE_MINOR;
    message.balance_minor = balance_minor;
    message.currency = wire_text("USD");
    return message;
}

static void no_plan_collects_more_than_is_owed(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("less owed");
    const Dunlin__Intake__V1__AccountUpdated less = restated(&ids, 300), more = restated(&ids, 900),
                                             none = restated(&ids, 0);

    place(fixture, &ids, 1000);
    agree_weekly(fixture, &ids, "less owed: plan");
    fixture_apply_ok(fixture, &less.base);
    expect_plans(fixture, &ids, "active 0/250 0/50");
    fixture_apply_ok(fixture, &more.base); /* what was agreed on is what is collected */
    expect_plans(fixture, &ids, "active 0/250 0/50");
    fixture_apply_ok(fixture, &none.base);
    expect(fixture, "PlanAgreed BalanceChanged BalanceChanged BalanceChanged PlanCompleted");
    expect_plans(fixture, &ids, "completed 0/250 0/50");
}

static void what_is_beyond_a_role_waits(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("beyond");
    struct wanted wanted;

    place(fixture, &ids, 1000);
    want(&wanted, &ids, "beyond: plan");
    wanted.rhythm.frequency = DUNLIN__PAYMENT__V1__PLAN_FREQUENCY__PLAN_FREQUENCY_MONTHLY;
    wanted.request.number = 10;
    agree(fixture, &wanted, STATUS_PERMISSION_DENIED);
    assert_non_null(strstr(fixture->last_error, "at most 6 months"));
    assert_non_null(strstr(fixture->last_error, "a supervisor may approve"));
    wanted.request.may_wait = true;
    agree(fixture, &wanted, STATUS_OK);
    agree(fixture, &wanted, STATUS_OK);
    expect(fixture, "PlanProposed");
    approve(fixture, &FIXTURE_OPERATOR, "beyond: plan", DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_SUPERVISOR,
            STATUS_PERMISSION_DENIED); /* she proposed it */
    approve(fixture, &BERTA, "beyond: plan", DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_COLLECTOR,
            STATUS_PERMISSION_DENIED);
    approve(fixture, &BERTA, "beyond: plan", (Dunlin__Payment__V1__PlanRole)9, STATUS_INVALID_ARGUMENT);
    fixture_free_reply(pay(fixture, &ids, 150)); /* counts once it is approved */
    expect(fixture, "PaymentPosted BalanceChanged");
    approve(fixture, &BERTA, "beyond: plan", DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_SUPERVISOR, STATUS_OK);
    expect(fixture, "PlanAgreed");
    expect_plans(fixture, &ids, "active 100/100 50/100 0/100 0/100 0/100 0/100 0/100 0/100 0/100 0/100");
    approve(fixture, &BERTA, "beyond: plan", DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_SUPERVISOR,
            STATUS_FAILED_PRECONDITION);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.plan WHERE agreed_by = 'user:anna' AND "
                                             "approved_by = 'user:berta'"),
                     1);
}

static void what_waits_is_declined_lapses_or_is_paid(void **state)
{
    static const char *const NAMES[] = {"declined", "lapsed", "paid"};
    struct unit_fixture *fixture = *state;
    const int32_t first = today() + 7;
    struct wanted wanted;

    for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
        struct subject_ids ids = ids_of(NAMES[i]);
        place(fixture, &ids, 1000);
        want(&wanted, &ids, NAMES[i]);
        wanted.request.discount_minor = 100;
        wanted.request.may_wait = true;
        agree(fixture, &wanted, STATUS_OK);
        expect(fixture, "PlanProposed");
        want(&wanted, &ids, "yet another");
        agree(fixture, &wanted, STATUS_FAILED_PRECONDITION);
        assert_non_null(strstr(fixture->last_error, "waits for approval"));
    }
    struct subject_ids paid = ids_of("paid"), lapsed = ids_of("lapsed");
    decline(fixture, "declined", STATUS_OK);
    decline(fixture, "declined", STATUS_FAILED_PRECONDITION);
    expect(fixture, "PlanCancelled");
    fixture_free_reply(pay(fixture, &paid, 1000));
    expect(fixture, "PaymentPosted BalanceChanged PlanCancelled");
    assert_int_equal(fixture_fire(fixture, (struct instant){at(first + 1).us - 1}), 0);
    assert_int_equal(fixture_fire(fixture, at(first + 1)), 1);
    expect(fixture, "PlanCancelled");
    expect_plans(fixture, &lapsed, "cancelled 0/225 0/225 0/225 0/225");
    assert_int_equal(fixture_number(fixture, "SELECT count(proposed_plan_id) FROM payment.account"), 0);
}

static void a_plan_that_waits_replaces_only_once_it_is_approved(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("waits to replace");
    struct wanted wanted;

    place(fixture, &ids, 1000);
    agree_weekly(fixture, &ids, "waits to replace: first");
    pass_a_second();
    want(&wanted, &ids, "waits to replace: second");
    wanted.replaces = named("waits to replace: first");
    wanted.request.replaces = wire_id(&wanted.replaces);
    wanted.request.discount_minor = 100;
    wanted.request.may_wait = true;
    agree(fixture, &wanted, STATUS_OK);
    expect(fixture, "PlanAgreed PlanProposed");
    expect_plans(fixture, &ids, "active 0/250 0/250 0/250 0/250, proposed 0/225 0/225 0/225 0/225");
    approve(fixture, &BERTA, "waits to replace: second", DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_MANAGER, STATUS_OK);
    expect(fixture, "PlanCancelled PlanAgreed");
    expect_plans(fixture, &ids, "cancelled 0/250 0/250 0/250 0/250, active 0/225 0/225 0/225 0/225");
}

static void two_agents_who_agree_at_once_get_one_plan(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("at once");
    struct wanted mine, yours;
    struct fixture_answer answers[3];

    place(fixture, &ids, 1000);
    want(&mine, &ids, "at once: mine");
    want(&yours, &ids, "at once: yours");
    yours.request.number = 2;
    const ProtobufCMessage *all[] = {&mine.request.base, &yours.request.base, &mine.request.base};
    fixture_call_many(fixture, "AgreePlan", all, 3, answers);
    assert_int_equal(answers[0].code, STATUS_OK);
    assert_int_equal(answers[1].code, STATUS_FAILED_PRECONDITION);
    assert_int_equal(answers[2].code, STATUS_OK); /* the same again */
    char text[ID_TEXT_SIZE];
    assert_non_null(strstr(answers[1].text, id_format(&mine.plan_id, text)));
    fixture_free_reply(answers[0].reply);
    fixture_free_reply(answers[2].reply);
    expect(fixture, "PlanAgreed");
    agree(fixture, &yours, STATUS_FAILED_PRECONDITION);
    agree(fixture, &mine, STATUS_OK);
    mine.request.number = 3;
    agree(fixture, &mine, STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(fixture->last_error, "plan_id"));
    expect(fixture, "");
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.plan"), 1);
}

static void promise(struct unit_fixture *fixture, const struct subject_ids *ids, enum status expected)
{
    Dunlin__Payment__V1__MakePromiseRequest request;

    dunlin__payment__v1__make_promise_request__init(&request);
    request.account_id = wire_id(&ids->account);
    request.amount_minor = 300;
    request.currency = wire_text("USD");
    request.due_on_days = today() + 5;
    fixture_free_reply(fixture_call(fixture, "MakePromise", &request.base, expected));
}

static void a_plan_stands_in_the_place_of_a_promise(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("promised");

    place(fixture, &ids, 1000);
    promise(fixture, &ids, STATUS_OK);
    agree_weekly(fixture, &ids, "promised: plan");
    expect(fixture, "PromiseMade PromiseCancelled PlanAgreed");
    promise(fixture, &ids, STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(fixture->last_error, "plan"));
    cancel(fixture, "promised: plan", STATUS_OK);
    promise(fixture, &ids, STATUS_OK);
    expect(fixture, "PlanCancelled PromiseMade");
}

static void plans_that_make_no_sense_are_refused(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("refused"), paid = ids_of("paid");
    struct wanted wanted;
    static const struct {
        int32_t number, first_due, frequency, role;
        int64_t amount_minor, discount_minor, down_payment_minor;
        const char *currency;
        enum status status;
        const char *why;
    } ROWS[] = {
        {4, 7, 1, 1, 0, 0, 0, "EUR", STATUS_INVALID_ARGUMENT, "currency"},
        {0, 7, 1, 1, 0, 0, 0, "USD", STATUS_INVALID_ARGUMENT, "exactly one"},
        {4, 7, 1, 1, 100, 0, 0, "USD", STATUS_INVALID_ARGUMENT, "exactly one"},
        {4, -2, 1, 1, 0, 0, 0, "USD", STATUS_INVALID_ARGUMENT, "before today"},
        {4, 7, 0, 1, 0, 0, 0, "USD", STATUS_INVALID_ARGUMENT, "rhythm"},
        {4, 7, 1, 0, 0, 0, 0, "USD", STATUS_INVALID_ARGUMENT, "role"},
        {4, 7, 1, 4, 0, 0, 0, "USD", STATUS_PERMISSION_DENIED, "compliance"},
        {-1, 7, 1, 1, 0, 0, 0, "USD", STATUS_INVALID_ARGUMENT, "number"},
        {4, 7, 1, 1, 0, 1000, 0, "USD", STATUS_INVALID_ARGUMENT, "discount"},
        {4, 7, 1, 1, 0, -1, 0, "USD", STATUS_INVALID_ARGUMENT, "discount"},
        {4, 7, 1, 3, 0, 500, 0, "USD", STATUS_PERMISSION_DENIED, "nobody may"},
        {4, 7, 1, 1, 0, 0, 1000, "USD", STATUS_INVALID_ARGUMENT, "down payment"},
        {4, 90000, 1, 1, 0, 0, 0, "USD", STATUS_INVALID_ARGUMENT, "first_due_on_days"},
    };

    place(fixture, &ids, 1000);
    place(fixture, &paid, 0);
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        want(&wanted, &ids, "refused: plan");
        wanted.request.number = ROWS[i].number;
        wanted.request.amount_minor = ROWS[i].amount_minor;
        wanted.request.discount_minor = ROWS[i].discount_minor;
        wanted.request.down_payment_minor = ROWS[i].down_payment_minor;
        wanted.request.down_payment_on_days = today() + 1;
        wanted.request.currency = wire_text(ROWS[i].currency);
        wanted.request.role = (Dunlin__Payment__V1__PlanRole)ROWS[i].role;
        wanted.rhythm.frequency = (Dunlin__Payment__V1__PlanFrequency)ROWS[i].frequency;
        wanted.rhythm.first_due_on_days = today() + ROWS[i].first_due;
        agree(fixture, &wanted, ROWS[i].status);
        if (!strstr(fixture->last_error, ROWS[i].why))
            fail_msg("row %zu: '%s' lacks '%s'", i, fixture->last_error, ROWS[i].why);
    }
    want(&wanted, &paid, "refused: plan");
    agree(fixture, &wanted, STATUS_FAILED_PRECONDITION);
    want(&wanted, &ids, "refused: plan");
    fixture_free_reply(fixture_call_as(fixture, &ELSEWHERE, "AgreePlan", &wanted.request.base, STATUS_NOT_FOUND));
    wanted.request.rhythm = NULL;
    agree(fixture, &wanted, STATUS_INVALID_ARGUMENT);
    expect(fixture, "");
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.plan"), 0);
}

static void what_can_be_offered_follows_from_what_he_can_pay(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("offered");
    const Dunlin__Payment__V1__PlanRole role = DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_SUPERVISOR;

    place(fixture, &ids, 1000);
    Dunlin__Payment__V1__ProposePlansReply *reply = offers(fixture, &ids, 200, role, STATUS_OK);
    assert_int_equal(reply->n_proposals, 3);
    assert_int_equal(reply->proposals[0]->discount_minor, 200);
    assert_int_equal(reply->proposals[0]->instalments[0]->amount_minor, 800);
    assert_int_equal(reply->proposals[1]->n_instalments, 5);
    assert_string_equal(reply->misfit, "");
    fixture_free_reply(reply);
    reply = offers(fixture, &ids, 20, role, STATUS_OK);
    assert_int_equal(reply->n_proposals, 1);
    assert_true(reply->needed_minor > 20);
    assert_string_not_equal(reply->misfit, "");
    fixture_free_reply(reply);
    assert_null(
        offers(fixture, &ids, 200, DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_COMPLIANCE, STATUS_PERMISSION_DENIED));
    assert_null(offers(fixture, &ids, -1, DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_CLIENT, STATUS_INVALID_ARGUMENT));
    expect(fixture, "");
}

static void expect_offers(struct unit_fixture *fixture, const struct subject_ids *ids, int64_t owed_minor,
                          int64_t held_minor)
{
    Dunlin__Payment__V1__ProposePlansReply *reply =
        offers(fixture, ids, 200, DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_CLIENT, STATUS_OK);

    assert_true(reply->owed_minor == owed_minor && reply->held_minor == held_minor);
    fixture_free_reply(reply);
}

/* 12 CFR 1006.38(d)(2)(i): a plan is for what may be collected. */
static void a_plan_leaves_out_what_is_disputed(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("disputed in part");
    const struct id dispute_id = named("disputed in part");

    place(fixture, &ids, 1000);
    open_dispute(fixture, &ids, &dispute_id, 300);
    expect_offers(fixture, &ids, 700, 300);
    amend_dispute(fixture, &ids, &dispute_id, 400);
    expect_offers(fixture, &ids, 600, 400);
    agree_weekly(fixture, &ids, "disputed in part: plan");
    Dunlin__Payment__V1__GetPlansReply *plans = plans_of(fixture, &ids);
    assert_true(plans->plans[0]->owed_minor == 600);
    assert_int_equal(plans->plans[0]->n_instalments, 4);
    assert_true(plans->plans[0]->instalments[0]->amount_minor == 150);
    fixture_free_reply(plans);
    answer_dispute(fixture, &ids, &dispute_id);
    expect_offers(fixture, &ids, 1000, 0);
    open_dispute(fixture, &ids, &dispute_id, 1000); /* no rest: all of it is held */
    assert_null(
        offers(fixture, &ids, 200, DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_CLIENT, STATUS_FAILED_PRECONDITION));
    assert_string_equal(fixture->last_error,
                        "the debt is disputed: until that is answered, 0 of the 1000 owed may be collected");
    expect(fixture, "PlanAgreed PlanHeld");
}

static void a_plan_waits_for_the_answer_to_a_dispute(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("disputed");
    const struct id dispute_id = named("disputed: dispute"), again_id = named("disputed: again");

    place(fixture, &ids, 1000);
    agree_weekly(fixture, &ids, "disputed: plan");
    expect(fixture, "PlanAgreed");
    open_dispute(fixture, &ids, &dispute_id, 0);
    expect_plans(fixture, &ids, "held 0/250 0/250 0/250 0/250");
    expect(fixture, "PlanHeld");
    resume(fixture, "disputed: plan", STATUS_FAILED_PRECONDITION);
    amend_dispute(fixture, &ids, &dispute_id, 300); /* the rest is less than he is to pay by the plan */
    expect(fixture, "");
    fixture_free_reply(pay(fixture, &ids, 300)); /* he pays of his own accord */
    expect_plans(fixture, &ids, "held 250/250 50/250 0/250 0/250");
    answer_dispute(fixture, &ids, &dispute_id);
    expect_plans(fixture, &ids, "active 250/250 50/250 0/250 0/250");
    expect(fixture, "PaymentPosted BalanceChanged PlanResumed");
    reopen_dispute(fixture, &ids, &dispute_id); /* the answer came back */
    resolve_dispute(fixture, &ids, &dispute_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_WITHDRAWN);
    expect(fixture, "PlanHeld PlanResumed");
    hold(fixture, "disputed: plan", STATUS_OK); /* for another reason, of which the dispute says nothing */
    open_dispute(fixture, &ids, &again_id, 0);
    answer_dispute(fixture, &ids, &again_id);
    expect_plans(fixture, &ids, "held 250/250 50/250 0/250 0/250");
    expect(fixture, "PlanHeld");
}

static void a_plan_that_was_proposed_before_a_dispute_is_not_approved_while_it_asks_for_what_is_held(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("proposed");
    const struct id dispute_id = named("proposed: dispute");
    const Dunlin__Payment__V1__PlanRole role = DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_SUPERVISOR;
    struct wanted wanted;

    place(fixture, &ids, 1000);
    want(&wanted, &ids, "proposed: plan");
    wanted.rhythm.frequency = DUNLIN__PAYMENT__V1__PLAN_FREQUENCY__PLAN_FREQUENCY_MONTHLY;
    wanted.request.number = 10;
    wanted.request.may_wait = true;
    agree(fixture, &wanted, STATUS_OK);
    open_dispute(fixture, &ids, &dispute_id, 300);
    approve(fixture, &BERTA, "proposed: plan", role, STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(fixture->last_error, "700 of the 1000"));
    answer_dispute(fixture, &ids, &dispute_id);
    approve(fixture, &BERTA, "proposed: plan", role, STATUS_OK);
    expect(fixture, "PlanProposed PlanAgreed");
}

static void a_plan_that_is_opened_again_waits_for_the_answer_too(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("again");
    const struct id dispute_id = named("again: dispute");

    place(fixture, &ids, 1000);
    agree_weekly(fixture, &ids, "again: plan");
    Dunlin__Payment__V1__PostingView *paid = pay(fixture, &ids, 1000);
    open_dispute(fixture, &ids, &dispute_id, 0);
    expect(fixture, "PlanAgreed PaymentPosted BalanceChanged PlanCompleted");
    take_back(fixture, paid->posting_id, STATUS_OK);
    fixture_free_reply(paid);
    expect_plans(fixture, &ids, "held 0/250 0/250 0/250 0/250");
    expect(fixture, "PaymentReversed BalanceChanged PlanResumed PlanHeld");
    answer_dispute(fixture, &ids, &dispute_id);
    expect(fixture, "PlanResumed");
}

static void a_dispute_that_was_right_ends_the_plan_or_leaves_the_rest_to_it(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids in_part = ids_of("right in part"), all = ids_of("right");
    const struct id dispute_id = named("right: dispute"), credit_id = named("right: credit");
    Dunlin__Dispute__V1__DisputeResolved resolved =
        resolution(&in_part, &dispute_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_UPHELD);

    place(fixture, &in_part, 1000);
    agree_weekly(fixture, &in_part, "right in part: plan");
    open_dispute(fixture, &in_part, &dispute_id, 0);
    resolved.is_rest_owed = true;
    resolved.credit_minor = 400;
    resolved.currency = wire_text("USD");
    resolved.credit_id = wire_id(&credit_id);
    fixture_apply_ok(fixture, &resolved.base);
    expect_plans(fixture, &in_part, "active 0/250 0/250 0/100");
    expect(fixture, "PlanAgreed PlanHeld BalanceChanged PlanResumed");
    place(fixture, &all, 1000);
    agree_weekly(fixture, &all, "right: plan");
    open_dispute(fixture, &all, &dispute_id, 0);
    resolve_dispute(fixture, &all, &dispute_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_UPHELD);
    expect_plans(fixture, &all, "cancelled 0/250 0/250 0/250 0/250");
    assert_null(
        offers(fixture, &all, 200, DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_CLIENT, STATUS_FAILED_PRECONDITION));
    expect(fixture, "PlanAgreed PlanHeld PlanCancelled");
}

static void steps_and_a_down_payment_are_as_agreed(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("stepped");
    Dunlin__Payment__V1__PlanStep steps[2], *list[] = {&steps[0], &steps[1]};
    struct wanted wanted;

    place(fixture, &ids, 1000);
    want(&wanted, &ids, "stepped: plan");
    for (size_t i = 0; i < 2; i++)
        dunlin__payment__v1__plan_step__init(&steps[i]);
    steps[0].number = 2;
    steps[0].amount_minor = 150;
    steps[1].number = 2;
    steps[1].amount_minor = 300;
    wanted.request.number = 0;
    wanted.request.steps = list;
    wanted.request.n_steps = 2;
    wanted.request.down_payment_minor = 100;
    wanted.request.down_payment_on_days = today();
    agree(fixture, &wanted, STATUS_OK);
    expect_plans(fixture, &ids, "active 0/100 0/150 0/150 0/300 0/300");
    Dunlin__Payment__V1__GetPlansReply *reply = plans_of(fixture, &ids);
    assert_int_equal(reply->plans[0]->next_due_on_days, today());
    assert_int_equal(reply->plans[0]->next_minor, 100);
    assert_int_equal(reply->plans[0]->review_on_days, today() + 3);
    fixture_free_reply(reply);
    expect(fixture, "PlanAgreed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_plan_is_kept_by_its_payments, fresh),
        cmocka_unit_test_setup(an_instalment_that_is_missed_breaks_it, fresh),
        cmocka_unit_test_setup(several_may_be_missed_where_the_sop_says_so, fresh),
        cmocka_unit_test_setup(a_part_that_comes_before_the_timer_hides_nothing, fresh),
        cmocka_unit_test_setup(a_plan_of_a_debtor_with_a_parked_event_does_not_break, fresh),
        cmocka_unit_test_setup(a_kept_settlement_is_forgiven_its_rest, fresh),
        cmocka_unit_test_setup(more_than_a_settlement_asks_for_may_come_back, fresh),
        cmocka_unit_test_setup(another_plan_replaces_one_and_both_are_told, fresh),
        cmocka_unit_test_setup(a_broken_plan_is_renegotiated_and_stays_broken, fresh),
        cmocka_unit_test_setup(nothing_breaks_a_plan_that_is_held, fresh),
        cmocka_unit_test_setup(a_plan_is_taken_back_without_fault, fresh),
        cmocka_unit_test_setup(no_plan_collects_more_than_is_owed, fresh),
        cmocka_unit_test_setup(what_is_beyond_a_role_waits, fresh),
        cmocka_unit_test_setup(what_waits_is_declined_lapses_or_is_paid, fresh),
        cmocka_unit_test_setup(a_plan_that_waits_replaces_only_once_it_is_approved, fresh),
        cmocka_unit_test_setup(two_agents_who_agree_at_once_get_one_plan, fresh),
        cmocka_unit_test_setup(a_plan_stands_in_the_place_of_a_promise, fresh),
        cmocka_unit_test_setup(plans_that_make_no_sense_are_refused, fresh),
        cmocka_unit_test_setup(what_can_be_offered_follows_from_what_he_can_pay, fresh),
        cmocka_unit_test_setup(a_plan_leaves_out_what_is_disputed, fresh),
        cmocka_unit_test_setup(a_plan_waits_for_the_answer_to_a_dispute, fresh),
        cmocka_unit_test_setup(a_plan_that_was_proposed_before_a_dispute_is_not_approved_while_it_asks_for_what_is_held,
                               fresh),
        cmocka_unit_test_setup(a_plan_that_is_opened_again_waits_for_the_answer_too, fresh),
        cmocka_unit_test_setup(a_dispute_that_was_right_ends_the_plan_or_leaves_the_rest_to_it, fresh),
        cmocka_unit_test_setup(steps_and_a_down_payment_are_as_agreed, fresh),
    };

    return cmocka_run_group_tests(tests, open_payment, close_payment);
}
