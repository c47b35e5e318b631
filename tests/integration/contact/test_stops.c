#include "contact_fixture.h"

/* What stops contact, and what lets it go on: requests, disputes, plans, payments. Debtors and time as in
 * test_contact.c. */

/* Whichever report says so first, and once only: after its dispute has ended, the same report again holds nothing. */
static void holds_a_dispute_that_a_later_report_tells(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct id dispute_ids[] = {named("told later 1"), named("told later 2")};
    const char *accounts[] = {"a1", "a2"};
    drive("2026-06-03T16:00:00Z");
    place(fixture, "d1", "a1");
    place(fixture, "d1", "a2");
    struct id id = permit(fixture, "a1", "d1-phone");
    const struct id other = named("a2");
    ProtobufCBinaryData discussed[] = {wire_id(&other)};
    Dunlin__Contact__V1__AttemptReport talked = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    talked.party = DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT;
    talked.discussed_account_ids = discussed;
    talked.n_discussed_account_ids = 1;
    assert_int_equal(report(fixture, &talked), STATUS_OK);
    (void)fixture_emitted(fixture);
    talked.outcome = DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_DISPUTE;
    assert_int_equal(report(fixture, &talked), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "AttemptReported ContactStopped ContactStopped");
    for (size_t i = 0; i < ARRAY_SIZE(accounts); i++) {
        refused(fixture, accounts[i], "d1-phone", "REGF-38D2-DISPUTE");
        Dunlin__Dispute__V1__DisputeOpened opened;
        dunlin__dispute__v1__dispute_opened__init(&opened);
        opened.dispute_id = wire_id(&dispute_ids[i]);
        apply_ok(fixture, &opened.base, "d1", accounts[i]);
        Dunlin__Dispute__V1__VerificationSent sent;
        dunlin__dispute__v1__verification_sent__init(&sent);
        sent.dispute_id = wire_id(&dispute_ids[i]);
        apply_ok(fixture, &sent.base, "d1", accounts[i]);
    }
    (void)fixture_emitted(fixture);
    assert_int_equal(report(fixture, &talked), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "");
    for (size_t i = 0; i < ARRAY_SIZE(accounts); i++)
        (void)permit(fixture, accounts[i], "d1-phone");
}

static void stops_every_account_of_the_person_until_it_is_released_with_a_reason(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-08T14:00:00Z");
    place(fixture, "d1", "a1");
    place(fixture, "d1", "a2");
    classify(fixture, "d1", "a2", "early", 400);
    struct id id = permit(fixture, "a1", "d1-phone");
    (void)fixture_emitted(fixture);
    Dunlin__Contact__V1__StickyFlag flags[] = {DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_ATTORNEY};
    Dunlin__Contact__V1__AttemptReport told = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    told.party = DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT;
    told.flags = flags;
    told.n_flags = 1;
    assert_int_equal(report(fixture, &told), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture),
                        "AttemptReported StopRecorded ContactStopped ContactStopped ContactPlanned");
    refused(fixture, "a2", "d1-phone", "REGF-6B2-ATTY");
    (void)fixture_emitted(fixture);

    stop(fixture, "dialer", "a1", flags[0], true, "the mandate ended", STATUS_PERMISSION_DENIED);
    stop(fixture, "operator", "a1", flags[0], true, "  ", STATUS_INVALID_ARGUMENT);
    assert_string_equal(fixture_emitted(fixture), "");
    stop(fixture, "operator", "a1", flags[0], true, "the mandate ended", STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "StopReleased ContactResumed ContactResumed ContactPlanned");
    stop(fixture, "operator", "a1", flags[0], true, "the mandate ended", STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "");
    (void)permit(fixture, "a2", "d1-phone");
}

static void stops_one_debt_on_a_request_to_cease(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-09T14:00:00Z");
    place(fixture, "d1", "a1");
    place(fixture, "d1", "a2");
    stop(fixture, "dialer", "a1", DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_CEASE, false, "by letter", STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "StopRecorded ContactStopped");
    refused(fixture, "a1", "d1-phone", "REGF-6C-CEASE");
    (void)permit(fixture, "a2", "d1-phone");
}

static void holds_a_dispute_from_the_call_on(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct id dispute_id = named("dispute");
    drive("2026-06-10T14:00:00Z");
    place(fixture, "d1", "a1");
    struct id id = permit(fixture, "a1", "d1-phone");
    (void)fixture_emitted(fixture);
    Dunlin__Contact__V1__AttemptReport disputed = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    disputed.party = DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT;
    disputed.outcome = DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_DISPUTE;
    disputed.reason = wire_text("paid last year");
    assert_int_equal(report(fixture, &disputed), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "AttemptReported ContactStopped");
    refused(fixture, "a1", "d1-phone", "REGF-38D2-DISPUTE");
    (void)fixture_emitted(fixture);

    Dunlin__Dispute__V1__DisputeOpened opened;
    dunlin__dispute__v1__dispute_opened__init(&opened);
    opened.dispute_id = wire_id(&dispute_id);
    apply_ok(fixture, &opened.base, "d1", "a1");
    assert_string_equal(fixture_emitted(fixture), "");
    Dunlin__Dispute__V1__VerificationSent sent;
    dunlin__dispute__v1__verification_sent__init(&sent);
    sent.dispute_id = wire_id(&dispute_id);
    apply_ok(fixture, &sent.base, "d1", "a1");
    assert_string_equal(fixture_emitted(fixture), "ContactResumed");
    (void)permit(fixture, "a1", "d1-phone");
}

/* Broken once: the hold taken from the promise (an end of one lets go of the other). */
static void a_payment_plan_stops_permits_at_once_and_a_broken_one_lets_them_go_on(void **state)
{
    struct unit_fixture *fixture = *state;
    Dunlin__Payment__V1__PlanAgreed agreed;
    Dunlin__Payment__V1__PlanCompleted completed;
    Dunlin__Payment__V1__PlanResumed resumed;
    Dunlin__Payment__V1__PlanCancelled cancelled;
    Dunlin__Payment__V1__PlanBroken broken;
    Dunlin__Payment__V1__PromiseMade made;
    Dunlin__Payment__V1__PromiseCancelled over;
    drive("2026-06-12T14:00:00Z");
    place(fixture, "d1", "a1");
    classify(fixture, "d1", "a1", "firm", 400);
    dunlin__payment__v1__plan_agreed__init(&agreed);
    dunlin__payment__v1__plan_completed__init(&completed);
    dunlin__payment__v1__plan_resumed__init(&resumed);
    dunlin__payment__v1__plan_cancelled__init(&cancelled);
    dunlin__payment__v1__plan_broken__init(&broken);
    dunlin__payment__v1__promise_made__init(&made);
    dunlin__payment__v1__promise_cancelled__init(&over);
    apply_ok(fixture, &made.base, "d1", "a1");
    apply_ok(fixture, &agreed.base, "d1", "a1");
    apply_ok(fixture, &over.base, "d1", "a1");
    refused(fixture, "a1", "a1-phone", "DUNLIN-PLAN");
    apply_ok(fixture, &completed.base, "d1", "a1");
    apply_ok(fixture, &resumed.base, "d1", "a1"); /* a payment came back */
    refused(fixture, "a1", "a1-phone", "DUNLIN-PLAN");
    cancelled.was_proposed = true;
    apply_ok(fixture, &cancelled.base, "d1", "a1"); /* another one, that waited */
    refused(fixture, "a1", "a1-phone", "DUNLIN-PLAN");
    (void)fixture_emitted(fixture);
    apply_ok(fixture, &broken.base, "d1", "a1");
    assert_string_equal(fixture_emitted(fixture), "ContactResumed ContactPlanned");
    (void)permit(fixture, "a1", "a1-phone");
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM contact.account WHERE promise_broken_at_us > 0"), 1);
    (void)fixture_emitted(fixture);
    apply_ok(fixture, &agreed.base, "d1", "a1");
    cancelled.was_proposed = false;
    apply_ok(fixture, &cancelled.base, "d1", "a1");
    assert_string_equal(fixture_emitted(fixture), "ContactStopped ContactPlanned ContactResumed ContactPlanned");
}

/* The dialer reports when the line is closed, the agent what was said only afterwards. */
static void takes_what_a_later_report_asks_to_stop(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-19T14:00:00Z");
    place(fixture, "d1", "a1");
    place(fixture, "d1", "a2");
    struct id ceased = permit(fixture, "a1", "d1-phone");
    struct id wrong = permit(fixture, "a2", "a2-phone");
    Dunlin__Contact__V1__StickyFlag flags[] = {DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_CEASE};
    Dunlin__Contact__V1__AttemptReport told = report_of(&ceased, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    assert_int_equal(report(fixture, &told), STATUS_OK);
    (void)fixture_emitted(fixture);
    told.flags = flags;
    told.n_flags = 1;
    assert_int_equal(report(fixture, &told), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "StopRecorded ContactStopped");
    refused(fixture, "a1", "d1-phone", "REGF-6C-CEASE");
    (void)fixture_emitted(fixture);
    assert_int_equal(report(fixture, &told), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "");

    told = report_of(&wrong, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    assert_int_equal(report(fixture, &told), STATUS_OK);
    told.party = DUNLIN__CONTACT__V1__PARTY__PARTY_WRONG;
    assert_int_equal(report(fixture, &told), STATUS_OK);
    refused(fixture, "a2", "a2-phone", "REGF-6D1-3P");
}

static void stops_every_debt_that_was_discussed(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-22T14:00:00Z");
    place(fixture, "d1", "a1");
    place(fixture, "d1", "a2");
    place(fixture, "d1", "a3");
    place(fixture, "d1", "a4");
    place(fixture, "d1", "a5");
    const struct id others[] = {named("a2"), named("a3")};
    ProtobufCBinaryData discussed[] = {wire_id(&others[0]), wire_id(&others[1])};
    struct id disputed = permit(fixture, "a1", "d1-phone");
    struct id ceased = permit(fixture, "a5", "d1-phone");
    (void)fixture_emitted(fixture);
    Dunlin__Contact__V1__AttemptReport told = report_of(&disputed, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    told.party = DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT;
    told.outcome = DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_DISPUTE;
    told.discussed_account_ids = discussed;
    told.n_discussed_account_ids = 1;
    assert_int_equal(report(fixture, &told), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "AttemptReported ContactStopped ContactStopped");
    refused(fixture, "a2", "d1-phone", "REGF-38D2-DISPUTE");

    Dunlin__Contact__V1__StickyFlag flags[] = {DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_CEASE};
    told = report_of(&ceased, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    told.party = DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT;
    told.flags = flags;
    told.n_flags = 1;
    told.discussed_account_ids = discussed + 1;
    told.n_discussed_account_ids = 1;
    assert_int_equal(report(fixture, &told), STATUS_OK);
    refused(fixture, "a3", "d1-phone", "REGF-6C-CEASE");
    (void)permit(fixture, "a4", "d1-phone");
}

/* Payment says it too, but it may be behind, or down. */
static void stops_when_the_client_says_that_nothing_is_owed(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-23T14:00:00Z");
    place(fixture, "d1", "a1");
    (void)fixture_emitted(fixture);
    Dunlin__Intake__V1__AccountUpdated updated;
    dunlin__intake__v1__account_updated__init(&updated);
    updated.balance_presence_case = DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__BALANCE_PRESENCE_BALANCE_MINOR;
    updated.balance_minor = 0;
    updated.currency = wire_text("USD");
    apply_ok(fixture, &updated.base, "d1", "a1");
    assert_string_equal(fixture_emitted(fixture), "ContactStopped");
}

/* What is said of an account's money, and the rule by which a permit would be refused then. */
struct money_step {
    enum { REPORTED, CREDITED, RESTATED, CHANGED } said;
    int64_t balance_minor;
    size_t cause;     /* of CHANGED: number of the step behind it, from 1; 0: a command */
    const char *rule; /* NULL: none */
};

static void say_money(struct unit_fixture *fixture, const struct money_step *step, int64_t cause_seq)
{
    const struct id dispute_id = named("credited");
    Dunlin__Intake__V1__PaymentReported reported;
    Dunlin__Dispute__V1__DisputeResolved resolved;
    Dunlin__Intake__V1__AccountUpdated updated;
    Dunlin__Payment__V1__BalanceChanged changed;
    switch (step->said) {
    case REPORTED:
        dunlin__intake__v1__payment_reported__init(&reported);
        apply_ok(fixture, &reported.base, "d1", "a1");
        return;
    case CREDITED:
        dunlin__dispute__v1__dispute_resolved__init(&resolved);
        resolved.dispute_id = wire_id(&dispute_id);
        resolved.outcome = DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_CONCEDED;
        resolved.is_rest_owed = true;
        resolved.credit_minor = 300;
        apply_ok(fixture, &resolved.base, "d1", "a1");
        return;
    case RESTATED:
        dunlin__intake__v1__account_updated__init(&updated);
        updated.balance_presence_case = DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__BALANCE_PRESENCE_BALANCE_MINOR;
        updated.balance_minor = step->balance_minor;
        apply_ok(fixture, &updated.base, "d1", "a1");
        return;
    case CHANGED:
        dunlin__payment__v1__balance_changed__init(&changed);
        changed.balance_minor = step->balance_minor;
        changed.cause_seq = cause_seq;
        apply_ok(fixture, &changed.base, "d1", "a1");
        return;
    }
}

/* Broken once: PaymentReported not consumed (a permit at step 1), the credit of a dispute not waited for (at step 17),
 * a balance lifting what the client said after it (step 12). */
static void grants_nothing_between_a_payment_or_credit_and_the_ledgers_answer(void **state)
{
    struct unit_fixture *fixture = *state;
    static const struct money_step STEPS[] = {
        {REPORTED, 0, 0, "DUNLIN-INCOMPLETE"},
        {CHANGED, 9000, 0, "DUNLIN-INCOMPLETE"}, /* by command: what payment had heard by then is not said */
        {REPORTED, 0, 0, "DUNLIN-INCOMPLETE"},
        {CHANGED, 8000, 1, "DUNLIN-INCOMPLETE"},
        {CHANGED, 7000, 3, NULL},
        {REPORTED, 0, 0, "DUNLIN-INCOMPLETE"}, /* of which nothing is posted */
        {CHANGED, 7000, 6, NULL},
        {REPORTED, 0, 0, "DUNLIN-INCOMPLETE"},
        {CHANGED, 0, 8, "DUNLIN-PAID"},
        {CHANGED, 7000, 0, NULL}, /* taken back */
        {RESTATED, 0, 0, "DUNLIN-PAID"},
        {CHANGED, 6000, 8, "DUNLIN-PAID"}, /* computed before the client said so */
        {CHANGED, 5000, 0, "DUNLIN-PAID"},
        {CHANGED, 0, 11, "DUNLIN-PAID"},
        {RESTATED, 4000, 0, "DUNLIN-PAID"},
        {CHANGED, 4000, 15, NULL},
        {CREDITED, 0, 0, "DUNLIN-INCOMPLETE"}, /* may be all that is owed */
        {CHANGED, 4000, 0, "DUNLIN-INCOMPLETE"},
        {CHANGED, 3700, 17, NULL},
    };
    int64_t seqs[ARRAY_SIZE(STEPS) + 1] = {0};
    drive("2026-06-24T14:00:00Z");
    place(fixture, "d1", "a1");
    place(fixture, "d1", "a2");
    for (size_t i = 0; i < ARRAY_SIZE(STEPS); i++) {
        say_money(fixture, &STEPS[i], seqs[STEPS[i].cause]);
        seqs[i + 1] = fixture->seq;
        Dunlin__Contact__V1__RequestPermitsReply *reply = ask(fixture, "ExplainContact", "a1", "d1-phone", 1);
        const char *rule = is_permit(reply->verdicts[0]) ? NULL : reply->verdicts[0]->refusal->hits[0]->rule;
        if (g_strcmp0(rule, STEPS[i].rule) != 0)
            fail_msg("step %zu: %s, not %s", i + 1, rule != NULL ? rule : "granted", STEPS[i].rule);
        fixture_free_reply(reply);
    }
    say_money(fixture, &STEPS[0], 0);
    refused(fixture, "a1", "d1-phone", "DUNLIN-INCOMPLETE");
    (void)permit(fixture, "a2", "d1-phone"); /* another debt */
    (void)fixture_emitted(fixture);
}

/* The plan stands, so that every payment of a client's file is not two changes of it; it is only not handed out. */
static void hands_nothing_out_between_a_payment_and_the_ledgers_answer(void **state)
{
    struct unit_fixture *fixture = *state;
    static const struct money_step PAYMENT = {REPORTED, 0, 0, NULL};
    static const struct money_step PART = {CHANGED, 5000, 0, NULL};
    static const struct money_step ALL = {CHANGED, 0, 0, NULL};
    drive("2026-06-25T14:00:00Z");
    place(fixture, "d1", "a1");
    classify(fixture, "d1", "a1", "early", 400);
    (void)fixture_emitted(fixture);
    say_money(fixture, &PAYMENT, 0);
    assert_string_equal(fixture_emitted(fixture), "");
    assert_int_equal(dial_list_size(fixture), 0);
    Dunlin__Contact__V1__GetAccountReply *account = get(fixture, "a1");
    assert_int_equal(account->n_holds, 1);
    assert_string_equal(account->holds[0], "unposted");
    assert_string_equal(account->step, "call-1");
    fixture_free_reply(account);

    say_money(fixture, &PART, fixture->seq);
    assert_string_equal(fixture_emitted(fixture), "");
    assert_int_equal(dial_list_size(fixture), 1);

    say_money(fixture, &PAYMENT, 0);
    say_money(fixture, &ALL, fixture->seq);
    assert_string_equal(fixture_emitted(fixture), "ContactStopped ContactPlanned");
    assert_int_equal(dial_list_size(fixture), 0);
}

/* A payment may come in the same batch as the account that it is for. */
static void remembers_a_payment_that_comes_with_its_account(void **state)
{
    struct unit_fixture *fixture = *state;
    Dunlin__Intake__V1__AccountPlaced placed;
    Dunlin__Intake__V1__PaymentReported reported;
    drive("2026-06-26T14:00:00Z");
    dunlin__intake__v1__account_placed__init(&placed);
    placed.balance_minor = 10000;
    dunlin__intake__v1__payment_reported__init(&reported);
    const struct fixture_event together[] = {
        {.message = &placed.base, .debtor_id = named("d1"), .account_id = named("a1")},
        {.message = &reported.base, .debtor_id = named("d1"), .account_id = named("a1")},
    };
    assert_int_equal(fixture_apply_events(fixture, together, ARRAY_SIZE(together)), STATUS_OK);
    Dunlin__Contact__V1__GetAccountReply *account = get(fixture, "a1");
    assert_int_equal(account->n_holds, 1);
    assert_string_equal(account->holds[0], "unposted");
    fixture_free_reply(account);
    assert_string_equal(fixture_emitted(fixture), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(holds_a_dispute_that_a_later_report_tells, clear),
        cmocka_unit_test_setup(stops_every_account_of_the_person_until_it_is_released_with_a_reason, clear),
        cmocka_unit_test_setup(stops_one_debt_on_a_request_to_cease, clear),
        cmocka_unit_test_setup(holds_a_dispute_from_the_call_on, clear),
        cmocka_unit_test_setup(a_payment_plan_stops_permits_at_once_and_a_broken_one_lets_them_go_on, clear),
        cmocka_unit_test_setup(takes_what_a_later_report_asks_to_stop, clear),
        cmocka_unit_test_setup(stops_every_debt_that_was_discussed, clear),
        cmocka_unit_test_setup(stops_when_the_client_says_that_nothing_is_owed, clear),
        cmocka_unit_test_setup(grants_nothing_between_a_payment_or_credit_and_the_ledgers_answer, clear),
        cmocka_unit_test_setup(hands_nothing_out_between_a_payment_and_the_ledgers_answer, clear),
        cmocka_unit_test_setup(remembers_a_payment_that_comes_with_its_account, clear),
    };
    return cmocka_run_group_tests(tests, contact_open, contact_close);
}
