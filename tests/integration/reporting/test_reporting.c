#include "reporting_model.h"
#include "story.h"

#define TODAY FIXTURE_TODAY

struct cast {
    struct party anna, anna_second, bert, cleo, dora, other;
};

static struct cast cast_of(const struct fixture *fixture)
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

static void tell_placements(struct fixture *fixture, const struct cast *cast)
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

static void tell_calls(struct fixture *fixture, const struct cast *cast)
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

static void tell_money(struct fixture *fixture, const struct cast *cast)
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

static void expect_count(Dunlin__Reporting__V1__CountBy *const *counts, size_t n, const char *key, int64_t count,
                         int64_t amount)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(counts[i]->key, key) != 0)
            continue;
        assert_int_equal(counts[i]->count, count);
        assert_int_equal(counts[i]->amount_minor, amount);
        return;
    }
    fail_msg("nothing is counted by '%s'", key);
}

static void expect_stage(const Dunlin__Reporting__V1__Report *report, const char *stage, int64_t accounts)
{
    for (size_t i = 0; i < report->n_funnel; i++)
        if (strcmp(report->funnel[i]->stage, stage) == 0)
            assert_int_equal(report->funnel[i]->accounts, accounts);
}

static const Dunlin__Reporting__V1__CurrencyReport *currency_of(const Dunlin__Reporting__V1__Report *report,
                                                                const char *currency)
{
    for (size_t i = 0; i < report->n_currencies; i++)
        if (strcmp(report->currencies[i]->currency, currency) == 0)
            return report->currencies[i];
    fail_msg("no report of %s", currency);
    abort();
}

static void expect_aging(const Dunlin__Reporting__V1__Report *report, const char *currency, const char *bucket,
                         int64_t accounts, int64_t balance)
{
    const Dunlin__Reporting__V1__CurrencyReport *wire = currency_of(report, currency);
    expect_count(wire->aging, wire->n_aging, bucket, accounts, balance);
}

static const Dunlin__Reporting__V1__StepDuration *step_of(const Dunlin__Reporting__V1__Report *report, const char *step)
{
    for (size_t i = 0; i < report->n_steps; i++)
        if (strcmp(report->steps[i]->step, step) == 0)
            return report->steps[i];
    fail_msg("no step '%s'", step);
    abort();
}

static void expect_story(const Dunlin__Reporting__V1__Report *report)
{
    expect_kpi(report, "placed", "", 5, 1);
    expect_kpi(report, "placed_amount", "USD", 17000, 1);
    expect_kpi(report, "placed_amount", "EUR", 1500, 1);
    expect_kpi(report, "open", "", 2, 1);
    expect_kpi(report, "open_amount", "USD", 14000, 1);
    expect_kpi(report, "open_amount", "EUR", 0, 1);
    expect_kpi(report, "recalled", "", 1, 1);
    expect_kpi(report, "collected_amount", "USD", 3000, 1);
    expect_kpi(report, "recovery_rate", "USD", 3000, 17000);
    expect_kpi(report, "recovery_rate", "EUR", 0, 1500);
    expect_kpi(report, "settled", "", 1, 1);
    expect_kpi(report, "settled_late", "", 1, 1);
    expect_kpi(report, "days_to_pay_mean", "", 41, 1);
    expect_kpi(report, "time_to_resolve_median", "", 10, 2);
    expect_kpi(report, "time_to_resolve_mean", "", 2 + 5 + 6, 3);
    expect_kpi(report, "compliance_rate", "", 1, 2);
    expect_kpi(report, "permit_grant_rate", "", 2, 4);
    expect_kpi(report, "attempts", "", 2, 1);
    expect_kpi(report, "right_party_contact_rate", "", 1, 2);
    expect_kpi(report, "promise_kept_rate", "", 1, 2);
    expect_kpi(report, "promise_kept_amount_rate", "USD", 2000, 7000);
    expect_kpi(report, "disputed", "", 2, 1);
    expect_kpi(report, "disputes_open", "", 1, 1);
    expect_kpi(report, "disputes_upheld", "", 1, 1);
    expect_kpi(report, "stops", "", 1, 1);
    expect_kpi(report, "row_reject_rate", "", 3, 8);
    expect_stage(report, "placed", 5);
    expect_stage(report, "classified", 4);
    expect_stage(report, "planned", 2);
    expect_stage(report, "permitted", 2);
    expect_stage(report, "reached", 1);
    expect_stage(report, "promised", 2);
    expect_stage(report, "disputed", 2);
    expect_stage(report, "paid", 2);
    assert_int_equal(report->n_refusals_by_rule, 2);
    assert_string_equal(report->refusals_by_rule[0]->key, "REGF-14B2A-7IN7");
    assert_string_equal(report->refusals_by_rule[0]->label, "12 CFR 1006.14");
    assert_int_equal(report->refusals_by_rule[0]->count, 2);
    expect_count(report->classes, report->n_classes, "closed", 1, 0);
    expect_count(report->classes, report->n_classes, "newly_delinquent", 2, 0);
    assert_int_equal(step_of(report, "dispute opened to resolved")->max_us, 3 * US_PER_DAY);
    assert_int_equal(step_of(report, "promise made to kept")->max_us, 2 * US_PER_DAY);
    assert_int_equal(step_of(report, "permit to report")->max_us, 5 * US_PER_MIN);
    assert_true(step_of(report, "placed to classified")->is_machine_time);
    assert_int_equal(step_of(report, "placed to classified")->count, 4);
    assert_int_equal(step_of(report, "classified to planned")->count, 2);
    assert_int_equal(report->as_of_us, clock_now().us);
    assert_int_equal(report->aging_as_of_days, TODAY + 6);
    assert_false(report->is_rebuilding);
}

static void a_story_gives_its_figures(void **state)
{
    struct fixture *fixture = *state;
    const struct cast cast = cast_of(fixture);
    tell_placements(fixture, &cast);
    consume(fixture, 3);
    tell_calls(fixture, &cast);
    consume(fixture, 1);
    tell_money(fixture, &cast);
    consume(fixture, 1000);
    Dunlin__Reporting__V1__Report *report = get_report(fixture, 0);
    expect_story(report);
    fixture_free_reply(report);
}

/* Broken once: a plan that is open again still counted as completed. */
static void plans_and_what_is_kept_in_part_are_counted(void **state)
{
    struct fixture *fixture = *state;
    const struct cast cast = cast_of(fixture);
    tell_placements(fixture, &cast);
    promise(fixture, &cast.bert, 5000, TODAY + 1);
    break_promise_in_part(fixture, &cast.bert);
    agree_plan(fixture, &cast.anna, 10000, 2000);
    complete_plan(fixture, &cast.anna);
    resume_plan(fixture, &cast.anna, true);
    resume_plan(fixture, &cast.anna, false);
    complete_plan(fixture, &cast.anna);
    agree_plan(fixture, &cast.bert, 5000, 0);
    miss_instalment(fixture, &cast.bert, 1250);
    break_plan(fixture, &cast.bert);
    settle(fixture);
    consume(fixture, 1000);
    Dunlin__Reporting__V1__Report *report = get_report(fixture, 0);
    expect_kpi(report, "promises_partial", "", 1, 1);
    expect_kpi(report, "promise_kept_rate", "", 0, 1);
    expect_kpi(report, "plans_agreed", "", 2, 1);
    expect_kpi(report, "planned_amount", "USD", 13000, 1);
    expect_kpi(report, "plan_kept_rate", "", 1, 2);
    expect_kpi(report, "instalments_missed", "", 1, 1);
    fixture_free_reply(report);
}

/* A permit that is reported twice is one attempt: as its stricter reading has it. */
static void a_correction_replaces_what_was_counted(void **state)
{
    struct fixture *fixture = *state;
    const struct cast cast = cast_of(fixture);
    Dunlin__Contact__V1__AttemptReported message;
    Dunlin__Contact__V1__AttemptReport report;
    Dunlin__Contact__V1__AttemptCorrection correction;
    Dunlin__Contact__V1__AttemptRecord before, after;
    tell_placements(fixture, &cast);
    report_attempt(fixture, &cast.anna,
                   &(struct call_result){.telephony = DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NOT_PLACED});
    settle(fixture);
    consume(fixture, 1000);
    Dunlin__Reporting__V1__Report *made = get_report(fixture, 0);
    expect_kpi(made, "attempts", "", 0, 1);
    fixture_free_reply(made);

    dunlin__contact__v1__attempt_reported__init(&message);
    dunlin__contact__v1__attempt_report__init(&report);
    dunlin__contact__v1__attempt_correction__init(&correction);
    dunlin__contact__v1__attempt_record__init(&before);
    dunlin__contact__v1__attempt_record__init(&after);
    report.telephony = after.telephony = DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED;
    report.party = after.party = DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT;
    report.is_conversation = after.is_conversation = after.counts = after.was_within_permit = true;
    before.telephony = DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NOT_PLACED;
    before.party = DUNLIN__CONTACT__V1__PARTY__PARTY_NONE;
    before.outcome = after.outcome = DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_NONE;
    correction.before = &before;
    correction.after = &after;
    message.report = &report;
    message.correction = &correction;
    happen(fixture, &cast.anna, &message.base);
    /* and once more, that the debt was disputed: still one attempt, one conversation */
    before = after;
    after.outcome = report.outcome = DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_DISPUTE;
    report.is_conversation = false;
    happen(fixture, &cast.anna, &message.base);
    settle(fixture);
    consume(fixture, 1000);
    made = get_report(fixture, 0);
    expect_kpi(made, "attempts", "", 1, 1);
    expect_kpi(made, "right_party_contact_rate", "", 1, 1);
    expect_stage(made, "reached", 1);
    fixture_free_reply(made);
}

static void aging_is_right_for_any_day_however_late_it_was_learnt(void **state)
{
    struct fixture *fixture = *state;
    const struct cast cast = cast_of(fixture);
    tell_placements(fixture, &cast);
    tell_calls(fixture, &cast);
    tell_money(fixture, &cast);
    consume(fixture, 1000);
    /* Anna: 10,000 of day -60, 1,000 of it paid with value date -20, due (as known now) on day -15. Her second: 2,000
     * of day -40, due -10, paid on day +1. Bert: 5,000 of day -30, due 0, paid on day 0 and taken back on day +5. Cleo:
     * 700 of day -200, due -190, dispute upheld on day +5. Dora: 800 of day -5, due +25, recalled on day +6. */
    Dunlin__Reporting__V1__Report *report = get_report(fixture, TODAY - 21);
    expect_aging(report, "USD", "current", 3, 17000);
    expect_aging(report, "USD", "1-30", 0, 0);
    expect_aging(report, "EUR", "91-180", 1, 700);
    fixture_free_reply(report);
    report = get_report(fixture, TODAY);
    expect_aging(report, "USD", "1-30", 2, 9000 + 2000);
    expect_aging(report, "USD", "current", 0, 0);
    expect_aging(report, "EUR", "current", 1, 800);
    expect_aging(report, "EUR", "181+", 1, 700);
    fixture_free_reply(report);
    report = get_report(fixture, TODAY + 5);
    expect_aging(report, "USD", "1-30", 2, 9000 + 5000);
    expect_aging(report, "EUR", "181+", 0, 0);
    fixture_free_reply(report);
    report = get_report(fixture, TODAY + 20);
    expect_aging(report, "USD", "31-60", 1, 9000);
    expect_aging(report, "USD", "1-30", 1, 5000);
    expect_aging(report, "EUR", "current", 0, 0);
    fixture_free_reply(report);
}

struct invoice {
    int32_t opened_on, due_on, paid_on; /* paid_on 0: not */
    int64_t amount;
};

#define INVOICES 400

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(*seed >> 33);
}

static void make_invoices(struct fixture *fixture, struct invoice *invoices)
{
    uint64_t seed = 7;
    for (int i = 0; i < INVOICES; i++) {
        struct invoice *invoice = &invoices[i];
        invoice->opened_on = TODAY - 100 + (int32_t)(next_random(&seed) % 60);
        invoice->due_on = invoice->opened_on + 30;
        invoice->amount = 100 + next_random(&seed) % 10000;
        if (next_random(&seed) % 4 != 0)
            invoice->paid_on = invoice->opened_on + (int32_t)(next_random(&seed) % 75);
        char name[16];
        (void)g_snprintf(name, sizeof(name), "debtor %d", i);
        const struct party party = party_of(fixture, (uint16_t)(next_random(&seed) % PARTITION_COUNT), name);
        place(fixture, &party, invoice->amount, "USD", invoice->opened_on, invoice->due_on);
        if (invoice->paid_on)
            pay(fixture, &party, invoice->amount, 0, invoice->paid_on);
    }
}

static void expect_invoices(const Dunlin__Reporting__V1__Report *report, const struct invoice *invoices,
                            const struct sop *sop, int32_t day)
{
    for (size_t b = 0; b < sop->n_buckets; b++) {
        int64_t accounts = 0, balance = 0;
        for (int i = 0; i < INVOICES; i++) {
            const struct invoice *invoice = &invoices[i];
            const int32_t past_due = day - invoice->due_on;
            const bool is_open = invoice->opened_on <= day && (invoice->paid_on == 0 || invoice->paid_on > day);
            if (!is_open || past_due < sop->buckets[b].from_day || past_due > sop->buckets[b].to_day)
                continue;
            accounts++;
            balance += invoice->amount;
        }
        expect_aging(report, "USD", sop->buckets[b].code, accounts, balance);
    }
}

static void a_portfolio_ages_as_counting_it_by_hand_says(void **state)
{
    struct fixture *fixture = *state;
    struct invoice invoices[INVOICES] = {{0}};
    int64_t settled = 0, late = 0;
    make_invoices(fixture, invoices);
    consume(fixture, 7);
    for (int i = 0; i < INVOICES; i++) {
        settled += invoices[i].paid_on != 0;
        late += invoices[i].paid_on > invoices[i].due_on;
    }
    assert_true(late > 20 && late < settled);
    for (int32_t day = TODAY - 110; day < TODAY + 40; day += 9) {
        Dunlin__Reporting__V1__Report *report = get_report(fixture, day);
        expect_invoices(report, invoices, fixture->context.sop, day);
        expect_kpi(report, "settled", "", settled, 1);
        expect_kpi(report, "settled_late", "", late, 1);
        fixture_free_reply(report);
    }
}

static void the_rebuilt_report_is_the_live_one_byte_for_byte(void **state)
{
    struct fixture *fixture = *state;
    const struct cast cast = cast_of(fixture);
    tell_placements(fixture, &cast);
    consume(fixture, 2);
    tell_calls(fixture, &cast);
    consume(fixture, 1);
    tell_money(fixture, &cast);
    consume(fixture, 5);
    const struct fixture_answer live = ask_report(fixture, "acme", TODAY);
    const struct fixture_answer live_other = ask_report(fixture, "other", TODAY);
    assert_int_equal(live.code, STATUS_OK);

    assert_int_equal(rebuild(fixture), PARTITION_COUNT);
    Dunlin__Reporting__V1__Report *report = get_report(fixture, 0);
    assert_true(report->is_rebuilding);
    assert_int_equal(report->events_applied, 0);
    expect_kpi(report, "placed", "", 0, 1);
    fixture_free_reply(report);

    take_leases(fixture);
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        assert_int_equal(fixture->leases[p].cursor_seq, 0);
    consume(fixture, 1000);
    const struct fixture_answer rebuilt = ask_report(fixture, "acme", TODAY);
    const struct fixture_answer rebuilt_other = ask_report(fixture, "other", TODAY);
    expect_same_reply(rebuilt, live);
    expect_same_reply(rebuilt_other, live_other);
    assert_false(fixture_number(fixture->unit,
                                "SELECT count(*) FROM reporting.account WHERE balance_minor <> placed_minor + "
                                "(SELECT coalesce(sum(change_minor), 0)::bigint FROM reporting.movement m "
                                "WHERE m.account_id = account.account_id)"));
}

static void what_was_under_way_during_a_rebuild_leaves_nothing_behind(void **state)
{
    struct fixture *fixture = *state;
    const struct cast cast = cast_of(fixture);
    tell_placements(fixture, &cast);
    consume(fixture, 1000);
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
    classify(fixture, &cast.dora, "pre_due");
    settle(fixture);
    assert_true(read_batch(fixture, 1000, &batch));
    assert_int_equal(rebuild(fixture), PARTITION_COUNT);
    assert_int_equal(apply_batch(fixture, batch), STATUS_FAILED_PRECONDITION); /* its account is gone */
    place(fixture, &cast.dora, 800, "EUR", TODAY - 5, TODAY + 25);
    settle(fixture);
    eventlog_batch_freep(&batch);
    assert_true(read_batch(fixture, 1000, &batch));
    const struct eventlog_batch placed = {.events = batch->events + batch->n - 2, .n = 1};
    assert_int_equal(apply_batch(fixture, &placed), STATUS_ABORTED);
    assert_true(fixture->is_epoch_lost);
    assert_int_equal(fixture_number(fixture->unit, "SELECT count(*) FROM reporting.account"), 0);
    assert_int_equal(fixture_number(fixture->unit, "SELECT count(*) FROM reporting.counter"), 0);
}

static void a_rebuild_meets_parked_events_again(void **state)
{
    struct fixture *fixture = *state;
    const struct cast cast = cast_of(fixture);
    tell_placements(fixture, &cast);
    consume(fixture, 1000);
    test_database_script(fixture->owner, "INSERT INTO log.parked SELECT 'reporting', 9, 1, NULL, 't', 'e', 3, 0;"
                                         "INSERT INTO log.parked SELECT 'contact', 9, 1, NULL, 't', 'e', 3, 0;");
    (void)rebuild(fixture);
    assert_int_equal(fixture_number(fixture->unit, "SELECT count(*) FROM log.parked WHERE consumer = 'reporting'"), 0);
    assert_int_equal(fixture_number(fixture->unit, "SELECT count(*) FROM log.parked WHERE consumer = 'contact'"), 1);
}

static void an_instance_that_owns_nothing_rebuilds_nothing(void **state)
{
    struct fixture *fixture = *state;
    const struct cast cast = cast_of(fixture);
    tell_placements(fixture, &cast);
    consume(fixture, 1000);
    (void)g_strlcpy(fixture->unit->service.instance.id, "reporting-idle", sizeof(fixture->unit->service.instance.id));
    assert_int_equal(rebuild(fixture), 0);
    (void)g_strlcpy(fixture->unit->service.instance.id, "reporting-test", sizeof(fixture->unit->service.instance.id));
    Dunlin__Reporting__V1__Report *report = get_report(fixture, 0);
    expect_kpi(report, "placed", "", 5, 1);
    assert_false(report->is_rebuilding);
    fixture_free_reply(report);
}

static struct fixture_answer ask_timeline(struct fixture *fixture, const void *bytes, size_t len)
{
    Dunlin__Reporting__V1__GetTimelineRequest request;
    dunlin__reporting__v1__get_timeline_request__init(&request);
    request.account_id = (ProtobufCBinaryData){.len = len, .data = (uint8_t *)(uintptr_t)bytes};
    return ask(fixture, "GetTimeline", &request.base);
}

static Dunlin__Reporting__V1__Timeline *get_timeline(struct fixture *fixture, const struct party *party)
{
    const struct fixture_answer answer = ask_timeline(fixture, party->account.bytes, ID_BYTES);
    if (answer.code != STATUS_OK)
        fail_msg("%s", answer.text);
    return (Dunlin__Reporting__V1__Timeline *)answer.reply;
}

static void expect_types(const Dunlin__Reporting__V1__Timeline *timeline, const char *expected)
{
    GString *types = g_string_new(NULL);
    for (size_t i = 0; i < timeline->n_entries; i++) {
        g_string_append_printf(types, "%s%s", i == 0 ? "" : " ", strrchr(timeline->entries[i]->type, '.') + 1);
        assert_true(i == 0 || timeline->entries[i]->seq > timeline->entries[i - 1]->seq);
        assert_string_equal(timeline->entries[i]->actor, "user:anna");
        assert_null(strstr(timeline->entries[i]->text, "Jane"));
    }
    assert_string_equal(types->str, expected);
    g_string_free(types, TRUE);
}

static void a_timeline_has_every_event_of_the_account_and_of_its_debtor(void **state)
{
    struct fixture *fixture = *state;
    const struct cast cast = cast_of(fixture);
    tell_placements(fixture, &cast);
    tell_calls(fixture, &cast);
    tell_money(fixture, &cast);
    consume(fixture, 1000);
    Dunlin__Reporting__V1__Timeline *timeline = get_timeline(fixture, &cast.anna);
    expect_types(timeline,
                 "AccountPlaced BalanceChanged AccountClassified ContactPlanned PermitGranted AttemptReported "
                 "StopRecorded DisputeOpened BalanceChanged AccountUpdated");
    assert_string_equal(timeline->entries[0]->text, "Placed with 100.00 USD, due 2026-04-27.");
    fixture_free_reply(timeline);
    timeline = get_timeline(fixture, &cast.anna_second);
    expect_types(timeline, "AccountPlaced BalanceChanged AccountClassified AttemptReported PromiseMade StopRecorded "
                           "BalanceChanged PromiseKept");
    fixture_free_reply(timeline);
}

static void a_long_timeline_is_read_in_parts(void **state)
{
    struct fixture *fixture = *state;
    const struct cast cast = cast_of(fixture);
    tell_placements(fixture, &cast);
    for (int i = 0; i < 1200; i++)
        refuse(fixture, &cast.bert, "A", NULL);
    consume(fixture, 500);
    Dunlin__Reporting__V1__Timeline *timeline = get_timeline(fixture, &cast.bert);
    assert_int_equal(timeline->n_entries, 4 + 1200);
    for (size_t i = 1; i < timeline->n_entries; i++)
        assert_true(timeline->entries[i]->seq > timeline->entries[i - 1]->seq);
    fixture_free_reply(timeline);
}

#define LONG (2 * ACCOUNT_TIMELINE_EVENTS + 20)

/* The timeline's numbers are those that the log has. */
static void expect_timeline_of_log(struct fixture *fixture, const struct party *party, size_t n)
{
    static const struct db_statement IN_LOG = {"",
                                               "SELECT seq FROM log.event WHERE partition = $1 AND debtor_id = $2 AND "
                                               "coalesce(account_id, $3) = $3 ORDER BY seq"};
    SCOPED(db_result_freep) struct db_result *rows = NULL;
    struct error err = {0};
    struct db_args args = {0};
    db_arg_int2(&args, (int16_t)id_partition(&party->debtor));
    db_arg_id(&args, &party->debtor);
    db_arg_id(&args, &party->account);
    must(db_exec(fixture->owner, &IN_LOG, &args, &rows, &err), &err);
    Dunlin__Reporting__V1__Timeline *timeline = get_timeline(fixture, party);
    assert_int_equal(db_rows(rows), n);
    assert_int_equal(timeline->n_entries, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(timeline->entries[i]->seq, db_int8(rows, i, 0));
    fixture_free_reply(timeline);
}

/* The newest stand in the account's row, those before in rows of their own, whatever units they came in. Broken once:
 * what was full was thrown away; a row that was loaded counted too few of its events; Rebuild kept the rows: it failed.
 */
static void a_timeline_that_overflows_its_row_is_whole_and_is_rebuilt(void **state)
{
    static const size_t TOTALS[] = {ACCOUNT_TIMELINE_EVENTS, ACCOUNT_TIMELINE_EVENTS + 1, 2 * ACCOUNT_TIMELINE_EVENTS,
                                    2 * ACCOUNT_TIMELINE_EVENTS + 1, LONG};
    static const int32_t UNIT_EVENTS[] = {50, 1, 7, 1, 9};
    struct fixture *fixture = *state;
    const struct cast cast = cast_of(fixture);
    size_t n = 2;
    place(fixture, &cast.bert, 5000, "USD", TODAY, TODAY);
    for (size_t i = 0; i < ARRAY_SIZE(TOTALS); i++) {
        for (; n < TOTALS[i]; n++)
            refuse(fixture, &cast.bert, "A", NULL);
        consume(fixture, UNIT_EVENTS[i]);
        expect_timeline_of_log(fixture, &cast.bert, n);
    }
    stop_calls(fixture, &cast.bert); /* of the whole person: a row of its own */
    consume(fixture, 1);
    expect_timeline_of_log(fixture, &cast.bert, n + 1);
    assert_int_equal(fixture_number(fixture->unit, "SELECT count(*) FROM reporting.timeline WHERE "
                                                   "array_length(string_to_array(seqs, ' '), 1) = 64"),
                     2);

    const struct fixture_answer live = ask_timeline(fixture, cast.bert.account.bytes, ID_BYTES);
    assert_int_equal(rebuild(fixture), PARTITION_COUNT);
    assert_int_equal(ask_timeline(fixture, cast.bert.account.bytes, ID_BYTES).code, STATUS_NOT_FOUND);
    take_leases(fixture);
    consume(fixture, LONG);
    expect_same_reply(ask_timeline(fixture, cast.bert.account.bytes, ID_BYTES), live);
}

static void an_account_that_is_not_there_has_no_timeline(void **state)
{
    struct fixture *fixture = *state;
    const struct id unknown = id_new(3);
    assert_int_equal(ask_timeline(fixture, unknown.bytes, ID_BYTES).code, STATUS_NOT_FOUND);
    assert_int_equal(ask_timeline(fixture, "short", 5).code, STATUS_INVALID_ARGUMENT);
}

static void reports_of_agencies_and_days_that_are_not_there_are_refused(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(ask_report(fixture, "", 0).code, STATUS_INVALID_ARGUMENT);
    assert_int_equal(ask_report(fixture, "nobody", 0).code, STATUS_NOT_FOUND);
    assert_int_equal(ask_report(fixture, "acme", INT32_MAX).code, STATUS_INVALID_ARGUMENT);
    assert_int_equal(ask_report(fixture, "acme", INT32_MIN).code, STATUS_INVALID_ARGUMENT);
    Dunlin__Reporting__V1__Report *report = get_report(fixture, 0);
    expect_kpi(report, "placed", "", 0, 1);
    expect_kpi(report, "recovery_rate", "", 0, 0);
    assert_int_equal(report->as_of_us, 0);
    fixture_free_reply(report);
}

static void an_event_about_an_account_never_placed_is_refused_whole(void **state)
{
    struct fixture *fixture = *state;
    const struct cast cast = cast_of(fixture);
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
    place(fixture, &cast.bert, 5000, "USD", TODAY, TODAY);
    grant(fixture, &cast.cleo);
    settle(fixture);
    assert_true(read_batch(fixture, 1000, &batch));
    assert_int_equal(apply_batch(fixture, batch), STATUS_FAILED_PRECONDITION);
    assert_int_equal(fixture_number(fixture->unit, "SELECT count(*) FROM reporting.account"), 0);
}

static void amounts_that_no_sum_could_hold_are_refused(void **state)
{
    struct fixture *fixture = *state;
    const struct cast cast = cast_of(fixture);
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
    place(fixture, &cast.bert, INT64_MAX, "USD", TODAY, TODAY);
    settle(fixture);
    assert_true(read_batch(fixture, 1000, &batch));
    assert_int_equal(apply_batch(fixture, batch), STATUS_OUT_OF_RANGE);
}

/* A call of a campaign in which the debt was disputed; "": of none. */
static void call_in(struct fixture *fixture, const struct party *party, const char *campaign, bool is_placed,
                    bool is_disputed)
{
    Dunlin__Contact__V1__AttemptReported reported;
    Dunlin__Contact__V1__AttemptReport report;
    Dunlin__Dispute__V1__DisputeOpened opened;
    dunlin__contact__v1__attempt_report__init(&report);
    report.telephony = is_placed ? DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED
                                 : DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NOT_PLACED;
    dunlin__contact__v1__attempt_reported__init(&reported);
    reported.report = &report;
    reported.dialer = wire_text("joe");
    reported.campaign = wire_text(campaign);
    happen(fixture, party, &reported.base);
    if (!is_disputed)
        return;
    dunlin__dispute__v1__dispute_opened__init(&opened);
    opened.collector = wire_text("joe");
    opened.campaign = wire_text(campaign);
    happen(fixture, party, &opened.base);
}

/* "name disputes/contacts", most disputes first. */
static void expect_rates(struct fixture *fixture, int by, const char *expected)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Dunlin__Reporting__V1__GetRatesRequest request;
    dunlin__reporting__v1__get_rates_request__init(&request);
    request.agency = wire_text("acme");
    request.by = (Dunlin__Reporting__V1__RateBy)by;
    Dunlin__Reporting__V1__GetRatesReply *reply = (void *)ask(fixture, "GetRates", &request.base).reply;
    for (size_t i = 0; i < reply->n_rates; i++)
        g_string_append_printf(text, "%s%s %d/%d", i == 0 ? "" : ", ", reply->rates[i]->name,
                               (int)reply->rates[i]->disputes, (int)reply->rates[i]->out_of);
    fixture_free_reply(reply);
    assert_string_equal(text->str, expected);
}

/* Broken once: contacts of no campaign counted as one of their own. */
static void campaigns_are_counted_out_of_their_contacts(void **state)
{
    struct fixture *fixture = *state;
    const struct cast cast = cast_of(fixture);
    place(fixture, &cast.anna, 10000, "USD", TODAY, TODAY);
    call_in(fixture, &cast.anna, "spring", true, true);
    call_in(fixture, &cast.anna, "spring", true, false);
    call_in(fixture, &cast.anna, "spring", false, false);
    call_in(fixture, &cast.anna, "", true, true);
    call_in(fixture, &cast.anna, "autumn", true, false);
    settle(fixture);
    consume(fixture, 1000);
    expect_rates(fixture, DUNLIN__REPORTING__V1__RATE_BY__RATE_BY_CAMPAIGN, "spring 1/2, autumn 0/1");
    expect_rates(fixture, DUNLIN__REPORTING__V1__RATE_BY__RATE_BY_COLLECTOR, "joe 2/4");
}

static void rates_by_nothing_are_refused(void **state)
{
    struct fixture *fixture = *state;
    Dunlin__Reporting__V1__GetRatesRequest request;

    dunlin__reporting__v1__get_rates_request__init(&request);
    assert_null(fixture_call(fixture->unit, "GetRates", &request.base, STATUS_INVALID_ARGUMENT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_story_gives_its_figures, reporting_empty),
        cmocka_unit_test_setup(plans_and_what_is_kept_in_part_are_counted, reporting_empty),
        cmocka_unit_test_setup(a_correction_replaces_what_was_counted, reporting_empty),
        cmocka_unit_test_setup(aging_is_right_for_any_day_however_late_it_was_learnt, reporting_empty),
        cmocka_unit_test_setup(a_portfolio_ages_as_counting_it_by_hand_says, reporting_empty),
        cmocka_unit_test_setup(the_rebuilt_report_is_the_live_one_byte_for_byte, reporting_empty),
        cmocka_unit_test_setup(what_was_under_way_during_a_rebuild_leaves_nothing_behind, reporting_empty),
        cmocka_unit_test_setup(a_rebuild_meets_parked_events_again, reporting_empty),
        cmocka_unit_test_setup(an_instance_that_owns_nothing_rebuilds_nothing, reporting_empty),
        cmocka_unit_test_setup(a_timeline_has_every_event_of_the_account_and_of_its_debtor, reporting_empty),
        cmocka_unit_test_setup(a_long_timeline_is_read_in_parts, reporting_empty),
        cmocka_unit_test_setup(a_timeline_that_overflows_its_row_is_whole_and_is_rebuilt, reporting_empty),
        cmocka_unit_test_setup(an_account_that_is_not_there_has_no_timeline, reporting_empty),
        cmocka_unit_test_setup(reports_of_agencies_and_days_that_are_not_there_are_refused, reporting_empty),
        cmocka_unit_test_setup(an_event_about_an_account_never_placed_is_refused_whole, reporting_empty),
        cmocka_unit_test_setup(amounts_that_no_sum_could_hold_are_refused, reporting_empty),
        cmocka_unit_test_setup(campaigns_are_counted_out_of_their_contacts, reporting_empty),
        cmocka_unit_test(rates_by_nothing_are_refused),
    };
    return cmocka_run_group_tests(tests, reporting_open, reporting_close);
}
