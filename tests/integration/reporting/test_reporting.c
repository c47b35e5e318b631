#include "cast.h"
#include "reporting_model.h"

/* How what is asked for comes to be: rebuilt, read in parts, refused. */

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
