#include "intake_fixture.h"

#include <pthread.h>

static const char ACCOUNTS[] =
    "kind: placement\nclient: { column: client }\nregion: US\ncurrency: USD\ndates: YYYY-MM-DD\nfields:\n"
    "  client_reference: ref\n  debtor_reference: who\n  debtor_name: name\n  balance: owed\n  due_date: due\n  phone: "
    "phone\n";
#define ACCOUNTS_HEADER "client,ref,who,name,owed,due,phone\n"

static Dunlin__Intake__V1__ListRejectsReply *list_rejects(struct unit_fixture *instance, const struct id *placement,
                                                          int64_t after, uint32_t limit)
{
    Dunlin__Intake__V1__ListRejectsRequest request;

    dunlin__intake__v1__list_rejects_request__init(&request);
    request.placement_id = (ProtobufCBinaryData){ID_BYTES, (uint8_t *)(uintptr_t)placement->bytes};
    request.after_line = after;
    request.limit = limit;
    return fixture_call(instance, "ListRejects", &request.base, STATUS_OK);
}

/* All pages of a few, as the generator writes them. */
static char *reject_lines(struct unit_fixture *instance, const struct id *placement)
{
    GString *lines = g_string_new("line,field,column,code\n");
    int64_t after = 0;
    bool has_more = true;

    while (has_more) {
        Dunlin__Intake__V1__ListRejectsReply *page = list_rejects(instance, placement, after, 7);
        has_more = page->n_rejects > 0;
        for (size_t i = 0; i < page->n_rejects; i++) {
            const Dunlin__Intake__V1__Reject *reject = page->rejects[i];
            g_string_append_printf(lines, "%" G_GINT64_FORMAT ",%s,%s,%s\n", reject->line, reject->field,
                                   reject->column, reject->code);
            assert_true(*reject->reason != '\0');
            after = reject->line;
        }
        fixture_free_reply(page);
    }
    return g_string_free(lines, FALSE);
}

static void the_sample_files_are_placed_with_the_rejects_that_their_generator_expects(void **state)
{
    static const struct {
        const char *mapping, *name, *event;
    } files[] = {
        {"deploy/mappings/placement.yaml", "portfolio", "AccountPlaced"},
        {"deploy/mappings/payments.yaml", "payments", "PaymentReported"},
        {"deploy/mappings/updates.yaml", "updates", "AccountUpdated"},
        {"deploy/mappings/recalls.yaml", "recalls", "AccountRecalled"},
    };
    struct unit_fixture *fixture = *state;
    struct unit_fixture *instance = instance_open(fixture);

    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        g_autofree char *path = g_strdup_printf("deploy/sample/%s.csv", files[i].name);
        g_autofree char *rejects_path = g_strdup_printf("deploy/sample/%s.rejects.csv", files[i].name);
        g_autofree char *expected = NULL;
        SCOPED(file_closep) struct sent_file *sent = file_open(files[i].mapping, path);
        struct id placement;
        int64_t started_us = g_get_monotonic_time();
        Dunlin__Intake__V1__PlacementSummary *summary = place_file(instance, sent, &placement);
        print_message("%s: %" G_GINT64_FORMAT " accepted, %" G_GINT64_FORMAT " rejected in %" G_GINT64_FORMAT " ms\n",
                      files[i].name, summary->accepted, summary->rejected,
                      (g_get_monotonic_time() - started_us) / 1000);
        g_autofree char *lines = reject_lines(instance, &placement);
        assert_true(g_file_get_contents(rejects_path, &expected, NULL, NULL));
        assert_string_equal(lines, expected);
        assert_int_equal(events_of(fixture, files[i].event), summary->accepted);
        assert_int_equal(summary->accepted + summary->rejected, sent->records->len - 1);
        fixture_free_reply(summary);
    }
    assert_int_equal(events_of(fixture, "PlacementCompleted"), 4);
    assert_int_equal(
        fixture_number(fixture,
                       "SELECT count(*) FROM intake.account AS a JOIN intake.reference AS r USING (account_id)"),
        fixture_number(fixture, "SELECT count(*) FROM intake.account"));
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM intake.account WHERE is_recalled"),
                     events_of(fixture, "AccountRecalled"));
    assert_true(fixture_number(fixture, "SELECT count(*) FROM intake.debtor") <
                fixture_number(fixture, "SELECT count(*) FROM intake.account"));
    assert_int_equal(fixture_number(fixture,
                                    "SELECT count(*) FROM intake.account AS a LEFT JOIN intake.debtor AS d USING "
                                    "(partition, debtor_id) WHERE d.debtor_id IS NULL"),
                     0);
    instance_close(instance);
}

static void the_receivables_file_is_placed_and_paid(void **state)
{
    struct unit_fixture *fixture = *state;
    const char *source = g_getenv("DUNLIN_SOURCE_DIR");
    g_autofree char *path = g_build_filename(source ? source : ".", "..", "shared", "data", "receivables",
                                             "WA_Fn-UseC_-Accounts-Receivable.csv", NULL);

    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        print_message("skipped: no %s\n", path);
        skip();
    }
    struct unit_fixture *instance = instance_open(fixture);
    SCOPED(file_closep) struct sent_file *accounts = file_open("deploy/mappings/receivables-accounts.yaml", path);
    SCOPED(file_closep) struct sent_file *payments = file_open("deploy/mappings/receivables-payments.yaml", path);
    Dunlin__Intake__V1__PlacementSummary *summary = place_file(instance, accounts, NULL);
    assert_int_equal(summary->accepted, 2466);
    assert_int_equal(summary->amount_minor, 14770318);
    assert_string_equal(summary->currency, "USD");
    fixture_free_reply(summary);
    summary = place_file(instance, payments, NULL);
    assert_int_equal(summary->accepted, 2466);
    fixture_free_reply(summary);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM intake.debtor"), 100);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM intake.account WHERE is_disputed"), 561);
    instance_close(instance);
}

static void a_file_sent_again_places_nothing(void **state)
{
    struct unit_fixture *fixture = *state;
    struct unit_fixture *instance = instance_open(fixture);
    SCOPED(file_closep)
    struct sent_file *sent =
        file_from_text(ACCOUNTS, ACCOUNTS_HEADER "acme,A-1,C-1,Ann,5.00,2025-12-01,\nacme,A-2,C-1,Ann,x,2025-12-01,\n");
    struct id placement;

    fixture_free_reply(place_file(instance, sent, &placement));
    Dunlin__Intake__V1__OpenPlacementReply *again = open_file(instance, sent, -1, NULL);
    assert_int_equal(again->stage, DUNLIN__INTAKE__V1__PLACEMENT_STAGE__PLACEMENT_STAGE_COMPLETED);
    assert_memory_equal(again->placement_id.data, placement.bytes, ID_BYTES);
    assert_int_equal(again->n_batches_placed, 1);
    assert_int_equal(again->summary->accepted, 1);
    assert_int_equal(again->summary->rejected, 1);

    Dunlin__Intake__V1__RowsRequest rows = rows_request(sent, again->placement_id, 0);
    Dunlin__Intake__V1__RowsReply *reply = fixture_call(instance, "PlaceRows", &rows.base, STATUS_OK);
    assert_int_equal(reply->accepted, 1);
    assert_int_equal(reply->rejected, 1);
    fixture_free_reply(reply);
    rows.batch = 1;
    fixture_free_reply(fixture_call(instance, "PlaceRows", &rows.base, STATUS_FAILED_PRECONDITION));
    assert_int_equal(events_of(fixture, "AccountPlaced"), 1);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM intake.reject"), 1);
    fixture_free_reply(close_file(instance, again->placement_id, 1, STATUS_OK));
    assert_int_equal(events_of(fixture, "PlacementCompleted"), 1);
    fixture_free_reply(again);
    instance_close(instance);
}

static void a_crash_before_the_commit_leaves_nothing_and_the_batch_is_placed_later(void **state)
{
    struct unit_fixture *fixture = *state;
    struct unit_fixture *instance = instance_open(fixture);
    SCOPED(file_closep)
    struct sent_file *sent =
        file_from_text(ACCOUNTS, ACCOUNTS_HEADER "acme,A-1,C-1,Ann,5.00,2025-12-01,212-555-0100\n");
    Dunlin__Intake__V1__OpenPlacementReply *opened = open_file(instance, sent, -1, NULL);
    Dunlin__Intake__V1__RowsRequest rows = rows_request(sent, opened->placement_id, 0);
    const ProtobufCMessage *request = &rows.base;
    struct fixture_answer answer;

    instance->dies_before_commit = true;
    fixture_call_many(instance, "PlaceRows", &request, 1, &answer);
    instance->dies_before_commit = false;
    fixture_free_reply(answer.reply);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM intake.account") +
                         fixture_number(fixture, "SELECT count(*) FROM intake.reference") +
                         fixture_number(fixture, "SELECT count(*) FROM intake.batch"),
                     0);
    fixture_free_reply(close_file(instance, opened->placement_id, 1, STATUS_FAILED_PRECONDITION));
    assert_non_null(strstr(instance->last_error, "batch 0 of 1 is not placed"));
    fixture_free_reply(fixture_call(instance, "PlaceRows", request, STATUS_OK));
    fixture_free_reply(close_file(instance, opened->placement_id, 1, STATUS_OK));
    assert_int_equal(events_of(fixture, "AccountPlaced"), 1);
    fixture_free_reply(opened);
    instance_close(instance);
}

static void a_reference_is_placed_once_and_the_reject_says_where(void **state)
{
    struct unit_fixture *fixture = *state;
    struct unit_fixture *instance = instance_open(fixture);
    SCOPED(file_closep)
    struct sent_file *first = file_from_text(
        ACCOUNTS, ACCOUNTS_HEADER
        "acme,A-1,C-1,Ann,5.00,2025-12-01,\nacme,A-1,C-2,Bob,5.00,2025-12-01,\nother,A-1,C-1,Ann,5.00,2025-12-01,\n");
    SCOPED(file_closep)
    struct sent_file *second = file_from_text(ACCOUNTS, ACCOUNTS_HEADER
                                              "acme,A-2,C-1,Ann,5.00,2025-12-01,\nacme,A-1,C-1,Ann,5.00,2025-12-01,\n");
    struct id placement;

    Dunlin__Intake__V1__PlacementSummary *summary = place_file(instance, first, &placement);
    assert_int_equal(summary->accepted, 2);
    fixture_free_reply(summary);
    Dunlin__Intake__V1__ListRejectsReply *rejects = list_rejects(instance, &placement, 0, 0);
    assert_int_equal(rejects->n_rejects, 1);
    assert_string_equal(rejects->rejects[0]->code, "DUPLICATE_REFERENCE");
    assert_string_equal(rejects->rejects[0]->reason, "placed already by line 2 of this file");
    assert_string_equal(rejects->rejects[0]->column, "ref");
    assert_memory_equal(rejects->rejects[0]->record.data, "acme,A-1,C-2,Bob", 16);
    fixture_free_reply(rejects);
    fixture_free_reply(place_file(instance, second, &placement));
    rejects = list_rejects(instance, &placement, 0, 0);
    assert_string_equal(rejects->rejects[0]->reason, "placed already by line 2 of 'file.csv'");
    fixture_free_reply(rejects);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM intake.debtor"), 2);
    instance_close(instance);
}

static void a_corrected_mapping_gives_rejected_rows_their_chance(void **state)
{
    struct unit_fixture *fixture = *state;
    struct unit_fixture *instance = instance_open(fixture);
    static const char TEXT[] =
        ACCOUNTS_HEADER "acme,A-1,C-1,Ann,5.00,2025-12-01,\nacme,A-2,C-1,Ann,\"1,000.00\",2025-12-01,\n";
    g_autofree char *corrected = g_strconcat(ACCOUNTS, "money: { group: \",\" }\n", NULL);
    SCOPED(file_closep) struct sent_file *wrong = file_from_text(ACCOUNTS, TEXT);
    SCOPED(file_closep) struct sent_file *right = file_from_text(corrected, TEXT);

    Dunlin__Intake__V1__PlacementSummary *summary = place_file(instance, wrong, NULL);
    assert_int_equal(summary->accepted, 1);
    fixture_free_reply(summary);
    summary = place_file(instance, right, NULL);
    assert_int_equal(summary->accepted, 1);
    assert_int_equal(summary->rejected, 1);
    fixture_free_reply(summary);
    assert_int_equal(fixture_number(fixture, "SELECT sum(balance_minor)::bigint FROM intake.account"), 100500);
    instance_close(instance);
}

static enum status confirm(struct unit_fixture *instance, ProtobufCBinaryData placement, uint32_t batches)
{
    Dunlin__Intake__V1__ConfirmTotalsRequest request;
    const ProtobufCMessage *message = &request.base;
    struct fixture_answer answer;

    dunlin__intake__v1__confirm_totals_request__init(&request);
    request.placement_id = placement;
    request.batches = batches;
    fixture_call_many(instance, "ConfirmTotals", &message, 1, &answer);
    fixture_free_reply(answer.reply);
    (void)g_strlcpy(instance->last_error, answer.text, sizeof(instance->last_error));
    return answer.code;
}

static void a_file_whose_totals_are_not_met_is_refused_until_the_right_ones_come(void **state)
{
    struct unit_fixture *fixture = *state;
    struct unit_fixture *instance = instance_open(fixture);
    SCOPED(file_closep)
    struct sent_file *sent =
        file_from_text(ACCOUNTS, ACCOUNTS_HEADER "acme,A-1,C-1,Ann,5.00,2025-12-01,\nacme,A-2,C-1,Ann,7.00,never,\n");
    Dunlin__Intake__V1__OpenPlacementReply *opened = open_file(instance, sent, 2, "12.50");
    Dunlin__Intake__V1__RowsRequest rows = rows_request(sent, opened->placement_id, 0);

    assert_int_equal(opened->stage, DUNLIN__INTAKE__V1__PLACEMENT_STAGE__PLACEMENT_STAGE_CHECKING);
    fixture_free_reply(fixture_call(instance, "PlaceRows", &rows.base, STATUS_FAILED_PRECONDITION));
    assert_int_equal(confirm(instance, opened->placement_id, 1), STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(instance->last_error, "batch 0 of 1 is not checked"));
    Dunlin__Intake__V1__RowsReply *reply = fixture_call(instance, "CheckRows", &rows.base, STATUS_OK);
    assert_int_equal(reply->accepted, 1);
    assert_int_equal(reply->rejected, 1);
    fixture_free_reply(reply);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(confirm(instance, opened->placement_id, 1), STATUS_FAILED_PRECONDITION);
        assert_non_null(strstr(instance->last_error, "12.00 USD where 12.50 USD"));
    }
    fixture_free_reply(fixture_call(instance, "PlaceRows", &rows.base, STATUS_FAILED_PRECONDITION));
    fixture_free_reply(opened);

    opened = open_file(instance, sent, -1, NULL);
    assert_int_equal(opened->stage, DUNLIN__INTAKE__V1__PLACEMENT_STAGE__PLACEMENT_STAGE_REFUSED);
    fixture_free_reply(opened);
    opened = open_file(instance, sent, 2, "12.00");
    assert_int_equal(opened->stage, DUNLIN__INTAKE__V1__PLACEMENT_STAGE__PLACEMENT_STAGE_CHECKING);
    assert_int_equal(opened->n_batches_checked, 1);
    assert_int_equal(opened->summary->counted_minor, 1200);
    assert_int_equal(confirm(instance, opened->placement_id, 1), STATUS_OK);
    assert_int_equal(confirm(instance, opened->placement_id, 1), STATUS_OK);
    assert_int_equal(events_of(fixture, "AccountPlaced"), 0);
    rows.placement_id = opened->placement_id;
    fixture_free_reply(fixture_call(instance, "PlaceRows", &rows.base, STATUS_OK));
    assert_int_equal(events_of(fixture, "AccountPlaced"), 1);
    Dunlin__Intake__V1__OpenPlacementRequest other = open_request(sent, 3, NULL);
    fixture_free_reply(fixture_call(instance, "OpenPlacement", &other.base, STATUS_FAILED_PRECONDITION));
    fixture_free_reply(opened);
    instance_close(instance);
}

static Dunlin__Intake__V1__GetAccountReply *get_account(struct unit_fixture *instance, const char *client,
                                                        const char *reference, enum status expected)
{
    Dunlin__Intake__V1__GetAccountRequest request;

    dunlin__intake__v1__get_account_request__init(&request);
    request.agency = wire_text("demo");
    request.client = wire_text(client);
    request.client_reference = wire_text(reference);
    return fixture_call(instance, "GetAccount", &request.base, expected);
}

/* As the account's event says. */
static Dunlin__Intake__V1__DebtKind placed_kind(struct unit_fixture *fixture, const ProtobufCBinaryData *account_id)
{
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
    const struct id id = wire_known_id(account_id);
    struct error err = {0};

    must(eventlog_read(fixture->owner, id_partition(&id), 0, 100, &batch, &err), &err);
    for (size_t i = 0; i < batch->n; i++) {
        const struct event *event = &batch->events[i];
        if (!id_equal(&event->account_id, &id))
            continue;
        Dunlin__Intake__V1__AccountPlaced *placed =
            dunlin__intake__v1__account_placed__unpack(NULL, event->payload_len, event->payload);
        const Dunlin__Intake__V1__DebtKind kind = placed->debt_kind;
        fixture_free_reply(placed);
        return kind;
    }
    fail_msg("no event of the account");
    abort(); /* not reached: fail_msg leaves, which the compiler does not know */
}

static void a_debt_s_kind_goes_from_file_to_event_and_answer(void **state)
{
    struct unit_fixture *fixture = *state;
    struct unit_fixture *instance = instance_open(fixture);
    SCOPED(file_closep)
    struct sent_file *sent = file_from_text(
        "kind: placement\nclient: acme\ncurrency: USD\ndates: YYYY-MM-DD\nfields:\n  client_reference: ref\n"
        "  debtor_reference: cust\n  balance: owed\n  due_date: due\n  is_natural_person: person\n"
        "  debt_kind: { column: type, values: { B2B: commercial, HOSP: medical } }\n",
        "ref,cust,owed,due,person,type\nA-1,C-1,5.00,2025-12-01,no,b2b\nA-2,C-1,5.00,2025-12-01,no,\n"
        "A-3,C-2,5.00,2025-12-01,yes,LOAN\n");
    static const Dunlin__Intake__V1__DebtKind kinds[] = {DUNLIN__INTAKE__V1__DEBT_KIND__DEBT_KIND_COMMERCIAL,
                                                         DUNLIN__INTAKE__V1__DEBT_KIND__DEBT_KIND_UNSPECIFIED};
    static const char *const references[] = {"A-1", "A-2"};
    Dunlin__Intake__V1__PlacementSummary *summary = place_file(instance, sent, NULL);
    assert_int_equal(summary->accepted, 2);
    fixture_free_reply(summary);
    assert_int_equal(fixture_number(fixture,
                                    "SELECT count(*) FROM intake.reject WHERE code = 'BAD_DEBT_KIND' AND field "
                                    "= 'debt_kind' AND line = 4 AND reason LIKE E'\\'LOAN%'"),
                     1);
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        Dunlin__Intake__V1__GetAccountReply *found = get_account(instance, "acme", references[i], STATUS_OK);
        assert_int_equal(found->placed->debt_kind, kinds[i]);
        assert_int_equal(placed_kind(fixture, &found->placed->account_id), kinds[i]);
        fixture_free_reply(found);
    }
    instance_close(instance);
}

static void an_account_is_found_by_reference_or_id_as_it_stands_now(void **state)
{
    struct unit_fixture *fixture = *state;
    struct unit_fixture *instance = instance_open(fixture);
    SCOPED(file_closep)
    struct sent_file *sent = file_from_text(
        ACCOUNTS, ACCOUNTS_HEADER
        "acme,A-1,C-1,Ann,5.00,2025-12-01,212-555-0100\nacme,A-2,C-1,Ann Smith,5.00,2025-12-01,808-555-0101\n"
        "other,A-1,C-1,Bob,5.00,2025-12-01,\n");
    SCOPED(file_closep)
    struct sent_file *update = file_from_text("kind: update\nclient: acme\ncurrency: USD\nregion: US\nfields:\n  "
                                              "client_reference: ref\n  balance: owed\n  email: mail\n",
                                              "ref,owed,mail\nA-1,3.00,\nA-1,3.00,\nA-1,,ann@example.com\n");

    fixture_free_reply(place_file(instance, sent, NULL));
    Dunlin__Intake__V1__PlacementSummary *summary = place_file(instance, update, NULL);
    assert_int_equal(summary->accepted, 3);
    fixture_free_reply(summary);
    assert_int_equal(events_of(fixture, "AccountUpdated"), 2);

    fixture_free_reply(get_account(instance, "", "A-1", STATUS_FAILED_PRECONDITION));
    assert_non_null(strstr(instance->last_error, "name the client"));
    fixture_free_reply(get_account(instance, "", "A-9", STATUS_NOT_FOUND));
    fixture_free_reply(get_account(instance, "", "", STATUS_INVALID_ARGUMENT));
    Dunlin__Intake__V1__GetAccountReply *found = get_account(instance, "acme", "A-1", STATUS_OK);
    assert_int_equal(found->placed->balance_minor, 300);
    assert_string_equal(found->placed->debtor_name, "Ann Smith");
    assert_int_equal(found->placed->n_contact_points, 3);
    assert_string_equal(found->placed->provenance->file_name, "file.csv");
    assert_int_equal(found->placed->provenance->line, 2);
    assert_false(found->is_recalled);

    Dunlin__Intake__V1__GetAccountRequest by_id;
    dunlin__intake__v1__get_account_request__init(&by_id);
    by_id.agency = wire_text("demo");
    by_id.account_id = found->placed->account_id;
    Dunlin__Intake__V1__GetAccountReply *same = fixture_call(instance, "GetAccount", &by_id.base, STATUS_OK);
    assert_string_equal(same->placed->client_reference, "A-1");
    fixture_free_reply(same);
    Dunlin__Intake__V1__DescribeAccountsRequest describe; /* test_describe.c has more */
    Dunlin__Intake__V1__AccountAt at, *accounts[] = {&at};
    dunlin__intake__v1__describe_accounts_request__init(&describe);
    dunlin__intake__v1__account_at__init(&at);
    at.account_id = found->placed->account_id;
    describe.n_accounts = 1;
    describe.accounts = accounts;
    const struct fixture_caller service = {.peer = "correspondence", .role = "service", .principal = ""};
    Dunlin__Intake__V1__DescribeAccountsReply *described =
        fixture_call_as(instance, &service, "DescribeAccounts", &describe.base, STATUS_OK);
    assert_string_equal(described->accounts[0]->debtor_name, "Ann Smith");
    fixture_free_reply(described);
    Dunlin__Intake__V1__FindAccountsRequest find; /* and of this */
    dunlin__intake__v1__find_accounts_request__init(&find);
    find.agency = wire_text("demo");
    find.account_ids = &at.account_id;
    find.n_account_ids = 1;
    Dunlin__Intake__V1__FindAccountsReply *named_by_id = fixture_call(instance, "FindAccounts", &find.base, STATUS_OK);
    assert_int_equal(named_by_id->n_found, 1);
    fixture_free_reply(named_by_id);
    by_id.agency = wire_text("nobody");
    fixture_free_reply(fixture_call(instance, "GetAccount", &by_id.base, STATUS_NOT_FOUND));
    fixture_free_reply(found);
    instance_close(instance);
}

static void a_later_account_s_event_carries_all_contact_points(void **state)
{
    struct unit_fixture *fixture = *state;
    struct unit_fixture *instance = instance_open(fixture);
    SCOPED(file_closep)
    struct sent_file *first =
        file_from_text(ACCOUNTS, ACCOUNTS_HEADER "acme,A-1,C-1,Ann,5.00,2025-12-01,212-555-0100\n");
    SCOPED(file_closep)
    struct sent_file *second = file_from_text(ACCOUNTS, ACCOUNTS_HEADER "acme,A-2,C-1,,5.00,2025-12-01,808-555-0101\n");
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
    struct error err = {0};

    fixture_free_reply(place_file(instance, first, NULL));
    fixture_free_reply(place_file(instance, second, NULL));
    uint16_t partition = (uint16_t)fixture_number(fixture, "SELECT partition::bigint FROM intake.debtor");
    must(eventlog_read(fixture->owner, partition, 0, 100, &batch, &err), &err);
    const struct event *event = NULL;
    for (size_t i = 0; i < batch->n; i++)
        if (g_str_has_suffix(batch->events[i].type, "AccountPlaced"))
            event = &batch->events[i];
    if (!event) {
        fail_msg("nothing was placed");
        return;
    }
    assert_string_equal(event->actor, "user:anna");
    Dunlin__Intake__V1__AccountPlaced *placed =
        dunlin__intake__v1__account_placed__unpack(NULL, event->payload_len, event->payload);
    assert_string_equal(placed->client_reference, "A-2");
    assert_string_equal(placed->debtor_name, "Ann");
    assert_int_equal(placed->n_contact_points, 2);
    assert_string_equal(placed->contact_points[1]->zones[0], "Pacific/Honolulu");
    assert_int_equal(placed->placed_at_us, clock_now().us);
    assert_int_equal(placed->provenance->record_hash.len, 32);
    dunlin__intake__v1__account_placed__free_unpacked(placed, NULL);
    instance_close(instance);
}

static void a_corrected_payment_file_reports_only_what_is_new(void **state)
{
    struct unit_fixture *fixture = *state;
    struct unit_fixture *instance = instance_open(fixture);
    static const char PAYMENTS[] =
        "kind: payment\nclient: acme\ncurrency: USD\ndates: YYYY-MM-DD\nfields:\n  client_reference: ref\n  amount: "
        "paid\n  paid_date: day\n  payment_reference: check\n";
    SCOPED(file_closep)
    struct sent_file *accounts = file_from_text(ACCOUNTS, ACCOUNTS_HEADER "acme,A-1,C-1,Ann,5.00,2025-12-01,\n");
    SCOPED(file_closep)
    struct sent_file *first = file_from_text(PAYMENTS, "ref,paid,day,check\nA-1,1.00,2026-01-02,7\nA-1,2.00,2026-01-03,"
                                                       "7\nA-1,1.00,2026-01-02,\nA-1,1.00,2026-01-02,\n");
    SCOPED(file_closep)
    struct sent_file *second =
        file_from_text(PAYMENTS, "ref,paid,day,check\nA-1,1.00,2026-01-02,7\nA-1,4.00,2026-01-04,8\n");
    struct id placement;

    fixture_free_reply(place_file(instance, accounts, NULL));
    Dunlin__Intake__V1__PlacementSummary *summary = place_file(instance, first, NULL);
    assert_int_equal(summary->accepted, 3);
    assert_int_equal(summary->amount_minor, 300);
    fixture_free_reply(summary);
    summary = place_file(instance, second, &placement);
    assert_int_equal(summary->accepted, 1);
    fixture_free_reply(summary);
    Dunlin__Intake__V1__ListRejectsReply *rejects = list_rejects(instance, &placement, 0, 0);
    assert_string_equal(rejects->rejects[0]->reason, "reported already by line 2 of 'file.csv'");
    fixture_free_reply(rejects);
    assert_int_equal(events_of(fixture, "PaymentReported"), 4);
    instance_close(instance);
}

static void rows_wait_while_a_consumer_lags(void **state)
{
    struct unit_fixture *fixture = *state;
    struct unit_fixture *instance = instance_open(fixture);
    SCOPED(file_closep)
    struct sent_file *sent = file_from_text(ACCOUNTS, ACCOUNTS_HEADER "acme,A-1,C-1,Ann,5.00,2025-12-01,\n");
    Dunlin__Intake__V1__OpenPlacementReply *opened = open_file(instance, sent, -1, NULL);
    Dunlin__Intake__V1__RowsRequest rows = rows_request(sent, opened->placement_id, 0);

    ((struct intake_context *)instance->unit_owner.context)->max_lag_events = 10;
    test_database_script(fixture->owner,
                         "UPDATE log.head SET next_seq = 12 WHERE partition = 3;"
                         "INSERT INTO log.cursor VALUES ('slow', 3, 0, 1, 'slow-1'), ('gone', 3, 0, 1, NULL)");
    fixture_free_reply(fixture_call(instance, "PlaceRows", &rows.base, STATUS_RESOURCE_EXHAUSTED));
    assert_non_null(strstr(instance->last_error, "'slow' has 11 events"));
    test_database_script(fixture->owner, "UPDATE log.cursor SET seq = 1 WHERE consumer = 'slow'");
    fixture_free_reply(fixture_call(instance, "PlaceRows", &rows.base, STATUS_OK));
    fixture_free_reply(opened);
    instance_close(instance);
}

static void a_request_that_makes_no_sense_is_refused_by_field(void **state)
{
    struct unit_fixture *fixture = *state;
    struct unit_fixture *instance = instance_open(fixture);
    SCOPED(file_closep)
    struct sent_file *sent = file_from_text(ACCOUNTS, ACCOUNTS_HEADER "acme,A-1,C-1,Ann,5.00,2025-12-01,\n");
    struct id nobody = id_new(3);
    static uint8_t short_hash[3];

    for (int i = 0; i < 7; i++) {
        Dunlin__Intake__V1__OpenPlacementRequest request = open_request(sent, -1, i == 6 ? "1.234" : NULL);
        static const char *const expected[] = {"demo",       "file_name", "file_hash",  "batch_rows",
                                               "batch_rows", "no column", "control_sum"};
        if (i == 0)
            request.agency = wire_text("nobody");
        if (i == 1)
            request.file_name = wire_text("a/b.csv");
        if (i == 2)
            request.file_hash = (ProtobufCBinaryData){3, short_hash};
        if (i == 3)
            request.batch_rows = 0;
        if (i == 4)
            request.batch_rows = 1001;
        if (i == 5)
            request.header = (ProtobufCBinaryData){3, (uint8_t *)(uintptr_t) "a,b"};
        fixture_free_reply(fixture_call(instance, "OpenPlacement", &request.base,
                                        i == 0 ? STATUS_NOT_FOUND : STATUS_INVALID_ARGUMENT));
        if (!strstr(instance->last_error, expected[i]))
            fail_msg("%d: '%s' lacks '%s'", i, instance->last_error, expected[i]);
    }
    Dunlin__Intake__V1__RowsRequest rows = rows_request(sent, (ProtobufCBinaryData){ID_BYTES, nobody.bytes}, 0);
    fixture_free_reply(fixture_call(instance, "PlaceRows", &rows.base, STATUS_NOT_FOUND));
    rows.placement_id.len = 5;
    fixture_free_reply(fixture_call(instance, "PlaceRows", &rows.base, STATUS_INVALID_ARGUMENT));
    rows.placement_id.len = ID_BYTES;
    rows.n_rows = 0;
    fixture_free_reply(fixture_call(instance, "PlaceRows", &rows.base, STATUS_INVALID_ARGUMENT));
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM intake.placement"), 0);
    instance_close(instance);
}

static void calls_of_one_unit_are_answered_each(void **state)
{
    struct unit_fixture *fixture = *state;
    struct unit_fixture *instance = instance_open(fixture);
    SCOPED(file_closep)
    struct sent_file *a = file_from_text(ACCOUNTS, ACCOUNTS_HEADER "acme,A-1,C-1,Ann,5.00,2025-12-01,\n");
    SCOPED(file_closep)
    struct sent_file *b = file_from_text(ACCOUNTS, ACCOUNTS_HEADER
                                         "acme,A-1,C-1,Ann,5.00,2025-12-01,\nacme,A-2,C-1,Ann,5.00,2025-12-01,\n");
    Dunlin__Intake__V1__OpenPlacementReply *opened_a = open_file(instance, a, -1, NULL);
    Dunlin__Intake__V1__OpenPlacementReply *opened_b = open_file(instance, b, -1, NULL);
    struct id nobody = id_new(3);
    Dunlin__Intake__V1__RowsRequest rows[] = {
        rows_request(a, opened_a->placement_id, 0), rows_request(b, opened_b->placement_id, 0),
        rows_request(a, opened_a->placement_id, 0), rows_request(a, (ProtobufCBinaryData){ID_BYTES, nobody.bytes}, 0)};
    const ProtobufCMessage *requests[] = {&rows[0].base, &rows[1].base, &rows[2].base, &rows[3].base};
    static const enum status expected[] = {STATUS_OK, STATUS_OK, STATUS_ABORTED, STATUS_NOT_FOUND};
    struct fixture_answer answers[4];

    fixture_call_many(instance, "PlaceRows", requests, 4, answers);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(answers[i].code, expected[i]);
        fixture_free_reply(answers[i].reply);
    }
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM intake.account"), 2);
    assert_int_equal(fixture_number(fixture, "SELECT sum(rejected)::bigint FROM intake.batch"), 1);
    fixture_free_reply(opened_a);
    fixture_free_reply(opened_b);
    instance_close(instance);
}

/* Two instances place two files that hold the same references and debtors in opposite orders, batch by batch at the
 * same time. */
struct racer {
    struct unit_fixture *instance;
    struct sent_file *sent;
    int64_t accepted;
    enum status code;
};

#define RACE_LOST_MAX 5

static void *race(void *arg)
{
    struct racer *racer = arg;
    Dunlin__Intake__V1__OpenPlacementRequest open = open_request(racer->sent, -1, NULL);
    const ProtobufCMessage *request = &open.base;
    struct fixture_answer opened, answer;

    fixture_call_many(racer->instance, "OpenPlacement", &request, 1, &opened);
    racer->code = opened.code;
    for (uint32_t batch = 0; racer->code == STATUS_OK && batch < batches_of(racer->sent); batch++) {
        Dunlin__Intake__V1__RowsRequest rows = rows_request(
            racer->sent, ((Dunlin__Intake__V1__OpenPlacementReply *)(void *)opened.reply)->placement_id, batch);
        request = &rows.base;
        /* ABORTED: the other was first. The worker begins such a unit anew at once (worker_requests.c). */
        int n_lost = 0;
        do
            fixture_call_many(racer->instance, "PlaceRows", &request, 1, &answer);
        while (answer.code == STATUS_ABORTED && ++n_lost < RACE_LOST_MAX);
        racer->code = answer.code;
        if (answer.code == STATUS_OK)
            racer->accepted += ((Dunlin__Intake__V1__RowsReply *)(void *)answer.reply)->accepted;
        else
            (void)fprintf(stderr, "%s\n", answer.text);
        fixture_free_reply(answer.reply);
    }
    fixture_free_reply(opened.reply);
    return NULL;
}

#define RACE_ROWS 3000

static char *race_file(bool is_backwards)
{
    GString *text = g_string_new(ACCOUNTS_HEADER);

    for (int i = 0; i < RACE_ROWS; i++) {
        int n = is_backwards ? RACE_ROWS - 1 - i : i;
        g_string_append_printf(text, "acme,A-%d,C-%d,Ann,5.00,2025-12-01,%03d-555-01%02d\n", n, n % 700,
                               is_backwards ? 212 : 312, n % 100);
    }
    return g_string_free(text, FALSE);
}

static void two_instances_place_the_same_references_once_and_without_deadlock(void **state)
{
    struct unit_fixture *fixture = *state;
    struct racer racers[2];
    pthread_t threads[2];

    for (size_t i = 0; i < 2; i++) {
        g_autofree char *text = race_file(i == 1);
        racers[i] = (struct racer){.instance = instance_open(fixture), .sent = file_from_text(ACCOUNTS, text)};
    }
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(racers[i].code, STATUS_OK);
        file_close(racers[i].sent);
        instance_close(racers[i].instance);
    }
    assert_int_equal(racers[0].accepted + racers[1].accepted, RACE_ROWS);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM intake.account"), RACE_ROWS);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM intake.reference"), RACE_ROWS);
    assert_int_equal(events_of(fixture, "AccountPlaced"), RACE_ROWS);
}

static void a_crowded_debtor_s_row_is_rejected_and_its_reference_stays_free(void **state)
{
    struct unit_fixture *fixture = *state;
    struct unit_fixture *instance = instance_open(fixture);
    GString *text = g_string_new(ACCOUNTS_HEADER);

    for (int i = 0; i <= 100; i++)
        g_string_append_printf(text, "acme,A-%d,C-1,Ann,5.00,2025-12-01,%d-555-01%02d\n", i, i < 100 ? 212 : 312,
                               i % 100);
    SCOPED(file_closep) struct sent_file *sent = file_from_text(ACCOUNTS, text->str);
    g_string_free(text, TRUE);
    struct id placement;
    fixture_free_reply(place_file(instance, sent, &placement));
    Dunlin__Intake__V1__ListRejectsReply *rejects = list_rejects(instance, &placement, 0, 0);
    assert_int_equal(rejects->n_rejects, 1);
    assert_string_equal(rejects->rejects[0]->code, "TOO_MANY_CONTACT_POINTS");
    fixture_free_reply(rejects);
    fixture_free_reply(get_account(instance, "acme", "A-100", STATUS_NOT_FOUND));
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM intake.account"), 100);
    instance_close(instance);
}

#define CLEAN(test) cmocka_unit_test_setup(test, intake_empty)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLEAN(the_sample_files_are_placed_with_the_rejects_that_their_generator_expects),
        CLEAN(the_receivables_file_is_placed_and_paid),
        CLEAN(a_file_sent_again_places_nothing),
        CLEAN(a_crash_before_the_commit_leaves_nothing_and_the_batch_is_placed_later),
        CLEAN(a_reference_is_placed_once_and_the_reject_says_where),
        CLEAN(a_corrected_mapping_gives_rejected_rows_their_chance),
        CLEAN(a_file_whose_totals_are_not_met_is_refused_until_the_right_ones_come),
        CLEAN(a_debt_s_kind_goes_from_file_to_event_and_answer),
        CLEAN(an_account_is_found_by_reference_or_id_as_it_stands_now),
        CLEAN(a_later_account_s_event_carries_all_contact_points),
        CLEAN(a_corrected_payment_file_reports_only_what_is_new),
        CLEAN(rows_wait_while_a_consumer_lags),
        CLEAN(a_request_that_makes_no_sense_is_refused_by_field),
        CLEAN(calls_of_one_unit_are_answered_each),
        CLEAN(two_instances_place_the_same_references_once_and_without_deadlock),
        CLEAN(a_crowded_debtor_s_row_is_rejected_and_its_reference_stays_free),
    };
    return cmocka_run_group_tests(tests, intake_open, fixture_close);
}
