#include "intake_fixture.h"

#include "intake_contact.h"

/* What whoever writes to debtors is told of their accounts: as it stands when he asks.
 *
 * Broken once: the oldest address instead of the newest; "1 Main St" came for "2 Main St". Accounts as they were loaded
 * instead of as they were asked for; another id came in the first place. */

static const char ACCOUNTS[] =
    "kind: placement\nclient: { column: client }\nregion: US\ncurrency: USD\ndates: YYYY-MM-DD\nfields:\n"
    "  client_reference: ref\n  debtor_reference: who\n  debtor_name: name\n  balance: owed\n  due_date: due\n"
    "  opened_date: opened\n  phone: phone\n  street: street\n  city: city\n  state: state\n  postcode: code\n";
#define ACCOUNTS_HEADER "client,ref,who,name,owed,due,opened,phone,street,city,state,code\n"
static const char UPDATES[] = "kind: update\nclient: acme\ncurrency: USD\nregion: US\ndates: YYYY-MM-DD\nfields:\n"
                              "  client_reference: ref\n  due_date: due\n  street: street\n  city: city\n"
                              "  state: state\n  postcode: code\n";
static const char RECALLS[] = "kind: recall\nclient: acme\nregion: US\nfields:\n  client_reference: ref\n";

static const struct fixture_caller SERVICE = {.peer = "correspondence", .role = "service", .principal = ""};

static struct id id_of(struct unit_fixture *instance, const char *client, const char *reference)
{
    Dunlin__Intake__V1__GetAccountRequest request;
    dunlin__intake__v1__get_account_request__init(&request);
    request.agency = wire_text("demo");
    request.client = wire_text(client);
    request.client_reference = wire_text(reference);
    Dunlin__Intake__V1__GetAccountReply *reply = fixture_call(instance, "GetAccount", &request.base, STATUS_OK);
    const struct id id = wire_known_id(&reply->placed->account_id);
    fixture_free_reply(reply);
    return id;
}

static Dunlin__Intake__V1__DescribeAccountsReply *describe_as(struct unit_fixture *instance,
                                                              const struct fixture_caller *caller,
                                                              const struct id *account_ids, const struct id *point_ids,
                                                              size_t n, enum status expected)
{
    Dunlin__Intake__V1__DescribeAccountsRequest request;
    Dunlin__Intake__V1__AccountAt at[4], *list[] = {&at[0], &at[1], &at[2], &at[3]};
    for (size_t i = 0; i < n; i++) {
        dunlin__intake__v1__account_at__init(&at[i]);
        at[i].account_id = wire_id(&account_ids[i]);
        at[i].contact_point_id = wire_id(&point_ids[i]);
    }
    dunlin__intake__v1__describe_accounts_request__init(&request);
    request.n_accounts = n;
    request.accounts = list;
    return fixture_call_as(instance, caller, "DescribeAccounts", &request.base, expected);
}

static Dunlin__Intake__V1__DescribeAccountsReply *describe(struct unit_fixture *instance, const struct id *account_ids,
                                                           const struct id *point_ids, size_t n, enum status expected)
{
    return describe_as(instance, &SERVICE, account_ids, point_ids, n, expected);
}

static struct id phone_of(const Dunlin__Intake__V1__AccountDescription *account, const char *number)
{
    const struct id debtor_id = wire_known_id(&account->debtor_id);
    return contact_point_id(&debtor_id, &(struct contact){.kind = CONTACT_PHONE, .value = number, .zones = ""});
}

static void an_account_is_described_as_it_stands_now(void **state)
{
    struct unit_fixture *fixture = *state;
    struct unit_fixture *instance = instance_open(fixture);
    SCOPED(file_closep)
    struct sent_file *sent =
        file_from_text(ACCOUNTS, ACCOUNTS_HEADER
                       "acme,A-1,C-1,Ann,5.00,2025-12-01,2025-11-01,212-555-0100,1 Main St,New York,NY,10001\n"
                       "other,A-2,C-2,Bob,7.00,2025-12-02,2025-11-02,808-555-0101,,,,\n");
    SCOPED(file_closep)
    struct sent_file *update =
        file_from_text(UPDATES, "ref,due,street,city,state,code\nA-1,2025-12-24,2 Main St,New York,NY,10002\n");
    SCOPED(file_closep) struct sent_file *recall = file_from_text(RECALLS, "ref\nA-1\n");
    fixture_free_reply(place_file(instance, sent, NULL));
    const struct id accounts[] = {id_of(instance, "other", "A-2"), named("nobody"), id_of(instance, "acme", "A-1")};
    struct id points[] = {{{0}}, named("no point"), named("no point")};

    Dunlin__Intake__V1__DescribeAccountsReply *reply = describe(instance, accounts, points, 3, STATUS_OK);
    assert_int_equal(reply->n_accounts, 3);
    const Dunlin__Intake__V1__AccountDescription *bob = reply->accounts[0], *ann = reply->accounts[2];
    assert_memory_equal(bob->account_id.data, accounts[0].bytes, ID_BYTES);
    assert_string_equal(bob->debtor_name, "Bob");
    assert_string_equal(bob->client, "other");
    assert_string_equal(bob->client_reference, "A-2");
    assert_string_equal(bob->postal_address, "");
    assert_int_equal(reply->accounts[1]->account_id.len, 0);
    assert_null(reply->accounts[1]->provenance);
    assert_int_equal(ann->provenance->line, 2);
    assert_string_equal(ann->provenance->file_name, sent->name);
    assert_int_equal(bob->provenance->line, 3);
    assert_memory_equal(ann->provenance->placement_id.data, bob->provenance->placement_id.data, ID_BYTES);
    assert_int_equal(ann->provenance->record_hash.len, bob->provenance->record_hash.len);
    assert_string_equal(ann->debtor_name, "Ann");
    assert_string_equal(ann->currency, "USD");
    assert_int_equal(ann->agency_id, 1);
    assert_string_equal(ann->postal_address, "1 Main St\nNew York\nNY\n10001\nUS");
    assert_string_equal(ann->address, "");
    assert_false(ann->is_recalled);
    const int32_t due_on_days = ann->due_on_days;
    assert_int_equal(due_on_days - ann->opened_on_days, 30);
    points[0] = phone_of(bob, "+18085550101");
    points[2] = phone_of(ann, "+12125550100");
    fixture_free_reply(reply);

    /* An agency's key sees its own. */
    for (int32_t agency_id = 1; agency_id <= 2; agency_id++) {
        const struct fixture_caller clerk = {
            .peer = "clerk", .role = "operator", .principal = "user:anna", .agency_id = agency_id};
        reply = describe_as(instance, &clerk, accounts, points, 3, STATUS_OK);
        assert_int_equal(reply->accounts[0]->account_id.len, agency_id == 1 ? ID_BYTES : 0);
        fixture_free_reply(reply);
    }

    fixture_free_reply(place_file(instance, update, NULL));
    fixture_free_reply(place_file(instance, recall, NULL));
    reply = describe(instance, accounts, points, 3, STATUS_OK);
    assert_string_equal(reply->accounts[0]->address, "+18085550101");
    assert_string_equal(reply->accounts[2]->address, "+12125550100");
    assert_string_equal(reply->accounts[2]->postal_address, "2 Main St\nNew York\nNY\n10002\nUS");
    assert_int_equal(reply->accounts[2]->due_on_days - due_on_days, 23);
    assert_true(reply->accounts[2]->is_recalled && !reply->accounts[0]->is_recalled);
    fixture_free_reply(reply);
    instance_close(instance);
}

static void another_agency_s_accounts_are_not_described(void **state)
{
    static const struct fixture_caller OTHER = {
        .peer = "desk", .role = "operator", .principal = "user:anna", .agency_id = 2};
    struct unit_fixture *instance = instance_open(*state);
    SCOPED(file_closep)
    struct sent_file *sent =
        file_from_text(ACCOUNTS, ACCOUNTS_HEADER "acme,A-1,C-1,Ann,5.00,2025-12-01,2025-11-01,,,,,\n");
    Dunlin__Intake__V1__DescribeAccountsRequest request;
    Dunlin__Intake__V1__AccountAt at, *list[] = {&at};
    fixture_free_reply(place_file(instance, sent, NULL));
    const struct id account_id = id_of(instance, "acme", "A-1");
    dunlin__intake__v1__account_at__init(&at);
    at.account_id = wire_id(&account_id);
    dunlin__intake__v1__describe_accounts_request__init(&request);
    request.n_accounts = 1;
    request.accounts = list;
    Dunlin__Intake__V1__DescribeAccountsReply *reply =
        fixture_call_as(instance, &OTHER, "DescribeAccounts", &request.base, STATUS_OK);
    assert_int_equal(reply->accounts[0]->account_id.len, 0);
    assert_null(reply->accounts[0]->provenance);
    fixture_free_reply(reply);
    instance_close(instance);
}

static void a_request_without_accounts_or_with_a_broken_id_is_refused(void **state)
{
    struct unit_fixture *instance = instance_open(*state);
    const struct id none = {{0}};
    (void)describe(instance, &none, &none, 0, STATUS_INVALID_ARGUMENT);
    (void)describe(instance, &none, &none, 1, STATUS_INVALID_ARGUMENT);
    instance_close(instance);
}

static Dunlin__Intake__V1__FindAccountsReply *find(struct unit_fixture *instance, char **references,
                                                   size_t n_references, const struct id *account_id,
                                                   enum status expected)
{
    Dunlin__Intake__V1__FindAccountsRequest request;
    ProtobufCBinaryData ids[] = {wire_id(account_id)};

    dunlin__intake__v1__find_accounts_request__init(&request);
    request.agency = wire_text("demo");
    request.client_references = references;
    request.n_client_references = n_references;
    request.account_ids = ids;
    request.n_account_ids = id_is_none(account_id) ? 0 : 1;
    return fixture_call_as(instance, &SERVICE, "FindAccounts", &request.base, expected);
}

/* Broken once: the places counted from 1. */
static void accounts_are_found_by_many_references_at_once(void **state)
{
    struct unit_fixture *fixture = *state;
    struct unit_fixture *instance = instance_open(fixture);
    SCOPED(file_closep)
    struct sent_file *sent =
        file_from_text(ACCOUNTS, ACCOUNTS_HEADER
                       "acme,A-1,C-1,Ann,5.00,2025-12-01,2025-11-01,212-555-0100,1 Main St,New York,NY,10001\n"
                       "other,A-1,C-2,Bob,7.00,2025-12-02,2025-11-02,808-555-0101,,,,\n"
                       "acme,A-2,C-3,Cyd,9.00,2025-12-02,2025-11-02,808-555-0101,,,,\n");
    char *references[] = {(char[]){"A-2"}, (char[]){"nobody"}, (char[]){"A-1"}};
    const struct id none = {{0}}, unknown = named("nobody");

    fixture_free_reply(place_file(instance, sent, NULL));
    const struct id cyd = id_of(instance, "acme", "A-2");
    Dunlin__Intake__V1__FindAccountsReply *reply = find(instance, references, 3, &cyd, STATUS_OK);
    static const struct {
        uint32_t place;
        const char *name, *client;
    } EXPECTED[] = {{0, "Cyd", "acme"}, {2, "Ann", "acme"}, {2, "Bob", "other"}, {3, "Cyd", "acme"}};
    assert_int_equal(reply->n_found, ARRAY_SIZE(EXPECTED));
    for (size_t i = 0; i < reply->n_found; i++) {
        assert_int_equal(reply->found[i]->place, EXPECTED[i].place);
        assert_string_equal(reply->found[i]->account->debtor_name, EXPECTED[i].name);
        assert_string_equal(reply->found[i]->account->client, EXPECTED[i].client);
    }
    fixture_free_reply(reply);
    reply = find(instance, references + 1, 1, &unknown, STATUS_OK);
    assert_int_equal(reply->n_found, 0);
    fixture_free_reply(reply);
    (void)find(instance, references, 0, &none, STATUS_INVALID_ARGUMENT);
    references[0][0] = '\0';
    (void)find(instance, references, 3, &none, STATUS_INVALID_ARGUMENT);
    instance_close(instance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_account_is_described_as_it_stands_now, intake_empty),
        cmocka_unit_test_setup(another_agency_s_accounts_are_not_described, intake_empty),
        cmocka_unit_test_setup(a_request_without_accounts_or_with_a_broken_id_is_refused, intake_empty),
        cmocka_unit_test_setup(accounts_are_found_by_many_references_at_once, intake_empty),
    };
    return cmocka_run_group_tests(tests, intake_open, fixture_close);
}
