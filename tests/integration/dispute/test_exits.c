#include "dispute_fixture.h"

#include "dunlin/contact/v1/strategy.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"

/* Who is told when time has led an account out of its strategy, and when a debtor says that he cannot pay. Broken once
 * to see it fail: an item of an exit raised while the last one is open, one beside the SOP's own escalation, hardship
 * told of the account that the fact was recorded with alone. */

#define ON_STEPS DUNLIN__CONTACT__V1__STRATEGY_EXIT_ON__STRATEGY_EXIT_ON_STEPS_DONE
#define ON_DAYS  DUNLIN__CONTACT__V1__STRATEGY_EXIT_ON__STRATEGY_EXIT_ON_DAYS_IN_STRATEGY
#define TO(name) DUNLIN__CONTACT__V1__STRATEGY_EXIT_TO__STRATEGY_EXIT_TO_##name

static struct sop_escalation RULES[] = {
    {.code = "hardship",
     .title = "Cannot pay",
     .on = SOP_ON_HARDSHIP_CLAIMED,
     .to = SOP_ROLE_SUPERVISOR,
     .route = SOP_ROUTE_QUEUE,
     .target = "supervisor",
     .within_hours = 24,
     .action = SOP_ACTION_OFFER_PLAN},
    {.code = "exhausted",
     .title = "Nothing left to do",
     .on = SOP_ON_STEPS_DONE,
     .client = "acme",
     .to = SOP_ROLE_MANAGER,
     .route = SOP_ROUTE_QUEUE,
     .target = "tracing",
     .action = SOP_ACTION_REVIEW},
};

static int open_with_rules(void **state)
{
    sop.escalations = RULES;
    sop.n_escalations = ARRAY_SIZE(RULES);
    return open_dispute(state);
}

static void place_for(struct unit_fixture *fixture, const struct subject_ids *ids, const char *client)
{
    Dunlin__Intake__V1__AccountPlaced message;

    dunlin__intake__v1__account_placed__init(&message);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.client = wire_text(client);
    message.balance_minor = OWED_MINOR;
    message.currency = wire_text("USD");
    fixture_apply_ok(fixture, &message.base);
    (void)fixture_emitted(fixture);
}

static void leave(struct unit_fixture *fixture, const struct subject_ids *ids, int on, int to)
{
    Dunlin__Contact__V1__StrategyExited message;

    dunlin__contact__v1__strategy_exited__init(&message);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.strategy = wire_text("late");
    message.on = (Dunlin__Contact__V1__StrategyExitOn)on;
    message.days = 30;
    message.to = (Dunlin__Contact__V1__StrategyExitTo)to;
    message.sop_version = wire_text("v1");
    fixture_apply_ok(fixture, &message.base);
}

static void claim(struct unit_fixture *fixture, const struct subject_ids *with, const struct subject_ids *about,
                  size_t n)
{
    Dunlin__Contact__V1__FactRecorded message;
    Dunlin__Contact__V1__Fact fact;
    ProtobufCBinaryData accounts[4];
    const struct id fact_id = id_new(FIXTURE_PARTITION);

    dunlin__contact__v1__fact__init(&fact);
    fact.kind = DUNLIN__CONTACT__V1__FACT_KIND__FACT_KIND_HARDSHIP;
    fact.account_ids = accounts;
    fact.n_account_ids = n;
    for (size_t i = 0; i < n; i++)
        accounts[i] = wire_id(&about[i].account);
    dunlin__contact__v1__fact_recorded__init(&message);
    message.fact_id = wire_id(&fact_id);
    message.account_id = wire_id(&with->account);
    message.debtor_id = wire_id(&with->debtor);
    message.fact = &fact;
    fixture_apply_ok(fixture, &message.base);
}

static Dunlin__Dispute__V1__ListEscalationsReply *list(struct unit_fixture *fixture, const struct subject_ids *ids)
{
    Dunlin__Dispute__V1__ListEscalationsRequest request;

    dunlin__dispute__v1__list_escalations_request__init(&request);
    request.account_id = wire_id(&ids->account);
    return (void *)fixture_call(fixture, "ListEscalations", &request.base, STATUS_OK);
}

/* Rule, queue and action of each, oldest first. */
static void expect(struct unit_fixture *fixture, const struct subject_ids *ids, const char *expected)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Dunlin__Dispute__V1__ListEscalationsReply *reply = list(fixture, ids);

    for (size_t i = 0; i < reply->n_escalations; i++) {
        const Dunlin__Dispute__V1__Escalation *each = reply->escalations[i];
        g_string_append_printf(text, "%s%s/%s/%s", i == 0 ? "" : " ", each->rule, each->target, each->action);
        assert_int_equal(each->route, DUNLIN__DISPUTE__V1__ESCALATION_ROUTE__ESCALATION_ROUTE_QUEUE);
    }
    fixture_free_reply(reply);
    assert_string_equal(text->str, expected);
}

static void finish_first(struct unit_fixture *fixture, const struct subject_ids *ids)
{
    Dunlin__Dispute__V1__ListEscalationsReply *reply = list(fixture, ids);
    Dunlin__Dispute__V1__CloseEscalationRequest request;

    dunlin__dispute__v1__close_escalation_request__init(&request);
    request.escalation_id = reply->escalations[0]->escalation_id;
    request.outcome = DUNLIN__DISPUTE__V1__ESCALATION_OUTCOME__ESCALATION_OUTCOME_DONE;
    request.note = wire_text("one more year");
    fixture_free_reply(fixture_call(fixture, "CloseEscalation", &request.base, STATUS_OK));
    fixture_free_reply(reply);
}

static void a_person_goes_on_where_time_leads_out(void **state)
{
    static const struct {
        int to;
        const char *expected, *title;
    } CASES[] = {
        {TO(REVIEW), "exit:late/supervisor/review", "30 days in strategy 'late': to be reviewed"},
        {TO(RETURN), "exit:late/supervisor/return", "30 days in strategy 'late': to be returned to the client"},
        {TO(CLOSE), "exit:late/supervisor/review", "30 days in strategy 'late': to be closed"},
        {TO(LEGAL), "exit:late/manager/legal_review", "30 days in strategy 'late': to be looked at for legal action"},
        {TO(HOLD), "exit:late/supervisor/hold",
         "30 days in strategy 'late': nothing more is done until somebody decides"},
        {TO(STRATEGY), "", ""}, /* contact has done it */
        {TO(CLASS), "", ""},
        {TO(UNSPECIFIED), "", ""},
    };
    struct unit_fixture *fixture = *state;

    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        g_autofree char *name = g_strdup_printf("leaves %zu", i);
        const struct subject_ids ids = ids_of(name);
        place_for(fixture, &ids, "other");
        leave(fixture, &ids, ON_DAYS, CASES[i].to);
        expect(fixture, &ids, CASES[i].expected);
        Dunlin__Dispute__V1__ListEscalationsReply *reply = list(fixture, &ids);
        assert_string_equal(reply->n_escalations ? reply->escalations[0]->title : "", CASES[i].title);
        fixture_free_reply(reply);
    }
    (void)fixture_emitted(fixture);
}

static void is_raised_again_only_once_the_last_is_closed(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = ids_of("again");

    place_for(fixture, &ids, "other");
    leave(fixture, &ids, ON_STEPS, TO(REVIEW));
    leave(fixture, &ids, ON_DAYS, TO(RETURN));
    assert_string_equal(fixture_emitted(fixture), "EscalationRaised");
    finish_first(fixture, &ids);
    (void)fixture_emitted(fixture);
    leave(fixture, &ids, ON_DAYS, TO(RETURN));
    assert_string_equal(fixture_emitted(fixture), "EscalationRaised");
    Dunlin__Dispute__V1__ListEscalationsReply *reply = list(fixture, &ids);
    assert_int_equal(reply->n_escalations, 2);
    fixture_free_reply(reply);
}

static void the_sops_own_escalation_goes_before(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = ids_of("of acme"), other = ids_of("of another");

    place_for(fixture, &ids, "acme");
    place_for(fixture, &other, "other");
    leave(fixture, &ids, ON_STEPS, TO(REVIEW));
    expect(fixture, &ids, "exhausted/tracing/review");
    leave(fixture, &other, ON_STEPS, TO(REVIEW));
    expect(fixture, &other, "exit:late/supervisor/review");
    leave(fixture, &ids, ON_DAYS, TO(RETURN)); /* that one is of steps */
    assert_string_equal(fixture_emitted(fixture), "EscalationRaised EscalationRaised EscalationRaised");
}

static void nothing_is_left_to_do_of_what_is_paid_or_gone(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids paid = ids_of("paid"), gone = ids_of("gone");
    Dunlin__Payment__V1__BalanceChanged balance;
    Dunlin__Intake__V1__AccountRecalled recall = recalled(&gone);

    place_for(fixture, &paid, "other");
    place_for(fixture, &gone, "other");
    dunlin__payment__v1__balance_changed__init(&balance);
    balance.account_id = wire_id(&paid.account);
    balance.debtor_id = wire_id(&paid.debtor);
    fixture_apply_ok(fixture, &balance.base);
    fixture_apply_ok(fixture, &recall.base);
    leave(fixture, &paid, ON_STEPS, TO(RETURN));
    leave(fixture, &gone, ON_STEPS, TO(RETURN));
    expect(fixture, &paid, "");
    expect(fixture, &gone, "");
}

static void hardship_is_told_of_each_debt_that_is_named(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids[] = {ids_of("poor 1"), ids_of("poor 2")}, all = ids_of("poor 3");

    place_for(fixture, &ids[0], "other");
    place_for(fixture, &ids[1], "other");
    place_for(fixture, &all, "other");
    claim(fixture, &ids[0], ids, 2);
    expect(fixture, &ids[0], "hardship/supervisor/offer_plan");
    expect(fixture, &ids[1], "hardship/supervisor/offer_plan");
    (void)fixture_emitted(fixture);
    claim(fixture, &ids[0], ids, 2); /* on another day */
    assert_string_equal(fixture_emitted(fixture), "");
    claim(fixture, &all, NULL, 0);
    expect(fixture, &all, "hardship/supervisor/offer_plan");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_goes_on_where_time_leads_out),
        cmocka_unit_test(is_raised_again_only_once_the_last_is_closed),
        cmocka_unit_test(the_sops_own_escalation_goes_before),
        cmocka_unit_test(nothing_is_left_to_do_of_what_is_paid_or_gone),
        cmocka_unit_test(hardship_is_told_of_each_debt_that_is_named),
    };
    return cmocka_run_group_tests(tests, open_with_rules, fixture_close);
}
