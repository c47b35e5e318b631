#include "payment_fixture.h"

/* What clients are paid out of trust, and that it adds up.
 *
 * Broken once: a part that is made again under its key (the_same_run_changes_nothing), one that does not use up its key
 * where nothing was remitted (a_run_never_takes_what_comes_after_it), the head not moved on within a batch
 * (one_batch_remits_once), lines that begin with the run before (what_comes_after_a_run_is_of_the_next_one). */

static int empty(void **state)
{
    struct unit_fixture *fixture = *state;

    fixture_empty(fixture, "payment.account, payment.posting, payment.promise, payment.trust_account, "
                           "payment.trust_entry, payment.suspense, payment.remittance_part");
    for (size_t i = 0; i < payment_context.agreements->n; i++) {
        payment_context.agreements->all[i].remittance.method = AGREEMENT_NET;
        payment_context.agreements->all[i].remittance.minimum_minor = 0;
    }
    return 0;
}

static Dunlin__Payment__V1__RemitPartRequest part_of(const char *run_key)
{
    Dunlin__Payment__V1__RemitPartRequest request;

    dunlin__payment__v1__remit_part_request__init(&request);
    request.agency = wire_text("demo");
    request.client = wire_text("acme");
    request.currency = wire_text("USD");
    request.run_key = wire_text(run_key);
    return request;
}

static Dunlin__Payment__V1__RemittancePart *remit(struct unit_fixture *fixture, const char *run_key)
{
    const Dunlin__Payment__V1__RemitPartRequest request = part_of(run_key);

    return (void *)fixture_call(fixture, "RemitPart", &request.base, STATUS_OK);
}

/* Lines, collected, reversed, collected elsewhere, reversed elsewhere, fees, payable, remitted, invoiced. */
static void expect_figures(const Dunlin__Payment__V1__RemittanceFigures *figures, const int64_t expected[static 9])
{
    const int64_t found[] = {figures->lines,
                             figures->collected_minor,
                             figures->reversed_minor,
                             figures->collected_elsewhere_minor,
                             figures->reversed_elsewhere_minor,
                             figures->fees_minor,
                             figures->payable_minor,
                             figures->remitted_minor,
                             figures->invoiced_minor};

    for (size_t i = 0; i < ARRAY_SIZE(found); i++)
        if (found[i] != expected[i])
            fail_msg("figure %zu: %lld instead of %lld", i, (long long)found[i], (long long)expected[i]);
}

static void remit_and_expect(struct unit_fixture *fixture, const char *run_key, const int64_t expected[static 9])
{
    Dunlin__Payment__V1__RemittancePart *part = remit(fixture, run_key);

    expect_figures(part->figures, expected);
    fixture_free_reply(part);
}

static void expect_trust(struct unit_fixture *fixture, int64_t cash, int64_t payable, int64_t earned, int64_t suspense)
{
    Dunlin__Payment__V1__GetTrustReply *reply = get_trust(fixture);
    const Dunlin__Payment__V1__TrustView *trust = reply->trust[reply->n_trust - 1];

    assert_string_equal(trust->client, "acme");
    assert_int_equal(trust->cash_minor, cash);
    assert_int_equal(trust->payable_minor, payable);
    assert_int_equal(trust->earned_minor, earned);
    assert_int_equal(trust->suspense_minor, suspense);
    fixture_free_reply(reply);
}

static void report(struct unit_fixture *fixture, const struct subject_ids *ids, const char *name, int64_t amount_minor)
{
    const struct id payment_id = named(name), placement_id = named("placement");
    Dunlin__Intake__V1__PaymentReported message = reported(ids, &payment_id, amount_minor);
    Dunlin__Intake__V1__Provenance provenance;

    dunlin__intake__v1__provenance__init(&provenance);
    provenance.placement_id = wire_id(&placement_id);
    provenance.file_name = wire_text("payments.csv");
    provenance.line = 17;
    message.provenance = &provenance;
    fixture_apply_ok(fixture, &message.base);
}

/* 402 to the agency (fee 101), 200 to the client (fee 20), an overpayment of 300. */
static void collect(struct unit_fixture *fixture, const char *name)
{
    g_autofree char *other = g_strconcat(name, " too much", NULL);
    const struct subject_ids ids = ids_of(name), overpaid = ids_of(other);

    place(fixture, &ids, 1000);
    place(fixture, &overpaid, 100);
    fixture_free_reply(pay(fixture, &ids, 402));
    report(fixture, &ids, name, 200);
    fixture_free_reply(pay(fixture, &overpaid, 400));
    (void)fixture_emitted(fixture);
}

static const int64_t COLLECTED[] = {3, 502, 0, 200, 0, 146, 356, 356, 0};
static const int64_t NOTHING[9] = {0};

static void a_remittance_pays_the_client_and_the_agency(void **state)
{
    struct unit_fixture *fixture = *state;

    collect(fixture, "paid out");
    expect_trust(fixture, 802, 356, 146, 300);
    Dunlin__Payment__V1__RemittancePart *part = remit(fixture, "2026-05");
    expect_figures(part->figures, COLLECTED);
    assert_int_equal(part->method, DUNLIN__PAYMENT__V1__REMITTANCE_METHOD__REMITTANCE_METHOD_NET);
    assert_int_equal(part->first_entry, 1);
    assert_int_equal(part->last_entry, 5); /* with what is in suspense, and its own */
    fixture_free_reply(part);
    expect_trust(fixture, 300, 0, 0, 300);
    Dunlin__Payment__V1__RemittancePosted *posted =
        fixture_last_event(fixture, &dunlin__payment__v1__remittance_posted__descriptor);
    expect_figures(posted->figures, COLLECTED);
    assert_string_equal(posted->run_key, "2026-05");
    fixture_free_reply(posted);
    assert_string_equal(fixture_emitted(fixture), "RemittancePosted");
    assert_int_equal(fixture_number(fixture, "SELECT cash_minor FROM payment.trust_entry WHERE kind = 6"), -502);
}

static void the_same_run_changes_nothing(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids more = ids_of("more");

    collect(fixture, "again");
    remit_and_expect(fixture, "2026-05", COLLECTED);
    remit_and_expect(fixture, "2026-05", COLLECTED);
    assert_string_equal(fixture_emitted(fixture), "RemittancePosted");
    place(fixture, &more, 1000);
    fixture_free_reply(pay(fixture, &more, 100));
    remit_and_expect(fixture, "2026-05", COLLECTED);
    expect_trust(fixture, 400, 75, 25, 300);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.remittance_part"), 1);
    assert_string_equal(fixture_emitted(fixture), "PaymentPosted BalanceChanged");
}

static void a_run_never_takes_what_comes_after_it(void **state)
{
    struct unit_fixture *fixture = *state;

    remit_and_expect(fixture, "2026-05", NOTHING); /* its client is not even known */
    assert_string_equal(fixture_emitted(fixture), "");
    collect(fixture, "after");
    remit_and_expect(fixture, "2026-05", NOTHING);
    expect_trust(fixture, 802, 356, 146, 300);
    remit_and_expect(fixture, "2026-06", COLLECTED);
    remit_and_expect(fixture, "2026-07", NOTHING);
    expect_trust(fixture, 300, 0, 0, 300);
}

static void what_comes_after_a_run_is_of_the_next_one(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = ids_of("taken back");

    place(fixture, &ids, 1000);
    Dunlin__Payment__V1__PostingView *view = pay(fixture, &ids, 400);
    remit_and_expect(fixture, "2026-05", (const int64_t[]){1, 400, 0, 0, 0, 100, 300, 300, 0});
    take_back(fixture, view->posting_id, STATUS_OK);
    fixture_free_reply(view);
    expect_trust(fixture, -400, -300, -100, 0);
    report(fixture, &ids, "taken back: elsewhere", 200);
    remit_and_expect(fixture, "2026-06", (const int64_t[]){2, 0, 400, 200, 0, -80, -320, -320, 0}); /* due from him */
    expect_trust(fixture, 0, 0, 0, 0);
    fixture_free_reply(pay(fixture, &ids, 100));
    remit_and_expect(fixture, "2026-07", (const int64_t[]){1, 100, 0, 0, 0, 25, 75, 75, 0});
    assert_int_equal(fixture_number(fixture, "SELECT sum(remitted_minor)::bigint FROM payment.remittance_part"), 55);
}

static void gross_pays_all_and_invoices_the_fees(void **state)
{
    struct unit_fixture *fixture = *state;

    payment_context.agreements->all[0].remittance.method = AGREEMENT_GROSS;
    collect(fixture, "gross");
    remit_and_expect(fixture, "2026-05", (const int64_t[]){3, 502, 0, 200, 0, 146, 356, 502, 146});
    expect_trust(fixture, 300, 0, 0, 300);
}

static void one_batch_remits_once(void **state)
{
    struct unit_fixture *fixture = *state;
    const Dunlin__Payment__V1__RemitPartRequest first = part_of("2026-05"), second = part_of("2026-06");
    Dunlin__Payment__V1__RemitPartRequest nobody = part_of("2026-05");
    const ProtobufCMessage *requests[] = {&first.base, &nobody.base, &first.base, &second.base};
    struct fixture_answer answers[ARRAY_SIZE(requests)];

    collect(fixture, "batch");
    nobody.agency = wire_text("nobody");
    fixture_call_many(fixture, "RemitPart", requests, ARRAY_SIZE(requests), answers);
    assert_int_equal(answers[1].code, STATUS_NOT_FOUND);
    expect_figures(((const Dunlin__Payment__V1__RemittancePart *)(const void *)answers[0].reply)->figures, COLLECTED);
    expect_figures(((const Dunlin__Payment__V1__RemittancePart *)(const void *)answers[2].reply)->figures, COLLECTED);
    expect_figures(((const Dunlin__Payment__V1__RemittancePart *)(const void *)answers[3].reply)->figures, NOTHING);
    for (size_t i = 0; i < ARRAY_SIZE(answers); i++)
        fixture_free_reply(answers[i].reply);
    assert_string_equal(fixture_emitted(fixture), "RemittancePosted");
    expect_trust(fixture, 300, 0, 0, 300);
}

/* All lines of a run, `limit` a page, in one array of copies. */
static GPtrArray *read_lines(struct unit_fixture *fixture, const char *run_key, int32_t limit)
{
    GPtrArray *pages = g_ptr_array_new_with_free_func(fixture_free_reply);
    Dunlin__Payment__V1__GetRemittanceLinesRequest request;
    const Dunlin__Payment__V1__GetRemittanceLinesReply *page;

    dunlin__payment__v1__get_remittance_lines_request__init(&request);
    request.agency = wire_text("demo");
    request.client = wire_text("acme");
    request.currency = wire_text("USD");
    request.run_key = wire_text(run_key);
    request.limit = limit;
    do {
        page = fixture_call(fixture, "GetRemittanceLines", &request.base, STATUS_OK);
        g_ptr_array_add(pages, (gpointer)(uintptr_t)page);
        if (page->n_lines == 0)
            break;
        request.after_partition = page->lines[page->n_lines - 1]->partition;
        request.after_entry = page->lines[page->n_lines - 1]->entry;
    } while (page->is_truncated);
    return pages;
}

struct sums {
    int64_t n, amount_minor, fee_minor, payable_minor, n_of_file, n_elsewhere, last_entry;
};

static struct sums sum_up(struct unit_fixture *fixture, const char *run_key, int32_t limit)
{
    g_autoptr(GPtrArray) pages = read_lines(fixture, run_key, limit);
    struct sums sums = {0};

    for (guint i = 0; i < pages->len; i++) {
        const Dunlin__Payment__V1__GetRemittanceLinesReply *page = g_ptr_array_index(pages, i);
        assert_true(page->n_lines <= (size_t)limit);
        for (size_t k = 0; k < page->n_lines; k++) {
            const Dunlin__Payment__V1__RemittanceLine *line = page->lines[k];
            assert_true(line->entry > sums.last_entry); /* one partition: in its order, none twice */
            assert_int_equal(line->is_reversal, line->amount_minor < 0);
            sums.last_entry = line->entry;
            sums.n++;
            sums.amount_minor += line->amount_minor;
            sums.fee_minor += line->fee_minor;
            sums.payable_minor += line->payable_minor;
            sums.n_of_file += strcmp(line->file_name, "payments.csv") == 0 && line->line == 17;
            sums.n_elsewhere += line->collected_by == DUNLIN__PAYMENT__V1__COLLECTED_BY__COLLECTED_BY_CLIENT;
        }
    }
    return sums;
}

static void the_lines_of_a_run_add_up_to_its_figures(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = ids_of("lines: later");

    collect(fixture, "lines");
    fixture_free_reply(remit(fixture, "2026-05"));
    (void)fixture_emitted(fixture);
    place(fixture, &ids, 1000);
    Dunlin__Payment__V1__PostingView *view = pay(fixture, &ids, 100);
    take_back(fixture, view->posting_id, STATUS_OK);
    fixture_free_reply(view);
    fixture_free_reply(remit(fixture, "2026-06"));
    for (int32_t limit = 1; limit < 5; limit++) {
        const struct sums may = sum_up(fixture, "2026-05", limit), june = sum_up(fixture, "2026-06", limit);
        assert_memory_equal(&may, (&(struct sums){3, 702, 146, 356, 1, 1, 3}), sizeof(may));
        assert_int_equal(june.n, 2);
        assert_int_equal(june.amount_minor, 0);
        assert_int_equal(june.payable_minor, 0);
    }
    assert_int_equal(sum_up(fixture, "2026-07", 5).n, 0);
}

static Dunlin__Payment__V1__PreviewRemittanceReply *preview(struct unit_fixture *fixture, const char *run_key)
{
    Dunlin__Payment__V1__PreviewRemittanceRequest request;

    dunlin__payment__v1__preview_remittance_request__init(&request);
    request.agency = wire_text("demo");
    request.run_key = wire_text(run_key);
    return (void *)fixture_call(fixture, "PreviewRemittance", &request.base, STATUS_OK);
}

static void a_preview_says_what_a_run_would_pay(void **state)
{
    struct unit_fixture *fixture = *state;

    Dunlin__Payment__V1__PreviewRemittanceReply *reply = preview(fixture, "2026-05");
    assert_int_equal(reply->n_clients, 0);
    assert_int_equal(reply->parts_of_run, PARTITION_COUNT);
    fixture_free_reply(reply);
    collect(fixture, "preview");
    payment_context.agreements->all[0].remittance.minimum_minor = 357;
    reply = preview(fixture, "2026-05");
    assert_int_equal(reply->n_clients, 1);
    assert_int_equal(reply->clients[0]->remitted_minor, 356);
    assert_int_equal(reply->clients[0]->fees_minor, 146);
    assert_true(reply->clients[0]->is_below_minimum);
    assert_string_equal(reply->clients[0]->payee, "Acme");
    fixture_free_reply(reply);
    payment_context.agreements->all[0].remittance.minimum_minor = 356;
    fixture_free_reply(remit(fixture, "2026-05"));
    reply = preview(fixture, "2026-05"); /* begun */
    assert_int_equal(reply->n_clients, 1);
    assert_int_equal(reply->clients[0]->parts_done, 1);
    assert_int_equal(reply->clients[0]->payable_minor, 0);
    fixture_free_reply(reply);
    reply = preview(fixture, "2026-06");
    assert_int_equal(reply->n_clients, 0);
    fixture_free_reply(reply);
}

static void runs_are_listed_with_their_totals(void **state)
{
    struct unit_fixture *fixture = *state;
    Dunlin__Payment__V1__ListRemittancesRequest request;

    collect(fixture, "listed");
    fixture_free_reply(remit(fixture, "2026-05"));
    fixture_free_reply(remit(fixture, "2026-06"));
    dunlin__payment__v1__list_remittances_request__init(&request);
    request.agency = wire_text("demo");
    Dunlin__Payment__V1__ListRemittancesReply *reply =
        (void *)fixture_call(fixture, "ListRemittances", &request.base, STATUS_OK);
    assert_int_equal(reply->n_runs, 2);
    assert_false(reply->is_truncated);
    fixture_free_reply(reply);
    request.run_key = wire_text("2026-05");
    request.limit = 1;
    reply = (void *)fixture_call(fixture, "ListRemittances", &request.base, STATUS_OK);
    assert_int_equal(reply->n_runs, 1);
    assert_int_equal(reply->runs[0]->parts, 1);
    assert_string_equal(reply->runs[0]->payee, "Acme");
    assert_int_equal(reply->runs[0]->remitted_at_us, reply->runs[0]->begun_at_us);
    expect_figures(reply->runs[0]->figures, COLLECTED);
    fixture_free_reply(reply);
    request.limit = 1001;
    assert_null(fixture_call(fixture, "ListRemittances", &request.base, STATUS_INVALID_ARGUMENT));
}

static void what_makes_no_sense_is_refused(void **state)
{
    struct unit_fixture *fixture = *state;
    static const char LONG[] = "12345678901234567890123456789012345678901234567890123456789012345";
    static const struct {
        const char *agency, *client, *currency, *run_key;
        enum status status;
        const char *why;
    } ROWS[] = {
        {"nobody", "acme", "USD", "k", STATUS_NOT_FOUND, "nobody"},
        {"demo", "", "USD", "k", STATUS_INVALID_ARGUMENT, "client"}, /* whose money nobody knows is not paid out */
        {"demo", LONG, "USD", "k", STATUS_INVALID_ARGUMENT, "client"},
        {"demo", "acme", "???", "k", STATUS_INVALID_ARGUMENT, "currency"},
        {"demo", "acme", "USD", "", STATUS_INVALID_ARGUMENT, "run_key"},
        {"demo", "acme", "USD", LONG, STATUS_INVALID_ARGUMENT, "run_key"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        Dunlin__Payment__V1__RemitPartRequest request = part_of(ROWS[i].run_key);
        request.agency = wire_text(ROWS[i].agency);
        request.client = wire_text(ROWS[i].client);
        request.currency = wire_text(ROWS[i].currency);
        assert_null(fixture_call(fixture, "RemitPart", &request.base, ROWS[i].status));
        if (!strstr(fixture->last_error, ROWS[i].why))
            fail_msg("row %zu: '%s' lacks '%s'", i, fixture->last_error, ROWS[i].why);
    }
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.remittance_part"), 0);
}

static void nothing_is_paid_out_on_figures_that_contradict_each_other(void **state)
{
    struct unit_fixture *fixture = *state;
    const Dunlin__Payment__V1__RemitPartRequest request = part_of("2026-05");

    collect(fixture, "contradiction");
    test_database_script(
        fixture->owner,
        "UPDATE payment.trust_account SET cash_minor = cash_minor + 1, payable_minor = payable_minor + 1");
    assert_null(fixture_call(fixture, "RemitPart", &request.base, STATUS_INTERNAL));
    assert_non_null(strstr(fixture->last_error, "357 payable"));
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.remittance_part"), 0);
    assert_string_equal(fixture_emitted(fixture), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_remittance_pays_the_client_and_the_agency, empty),
        cmocka_unit_test_setup(the_same_run_changes_nothing, empty),
        cmocka_unit_test_setup(a_run_never_takes_what_comes_after_it, empty),
        cmocka_unit_test_setup(what_comes_after_a_run_is_of_the_next_one, empty),
        cmocka_unit_test_setup(gross_pays_all_and_invoices_the_fees, empty),
        cmocka_unit_test_setup(one_batch_remits_once, empty),
        cmocka_unit_test_setup(the_lines_of_a_run_add_up_to_its_figures, empty),
        cmocka_unit_test_setup(a_preview_says_what_a_run_would_pay, empty),
        cmocka_unit_test_setup(runs_are_listed_with_their_totals, empty),
        cmocka_unit_test_setup(what_makes_no_sense_is_refused, empty),
        cmocka_unit_test_setup(nothing_is_paid_out_on_figures_that_contradict_each_other, empty),
    };

    return cmocka_run_group_tests(tests, open_payment, close_payment);
}
