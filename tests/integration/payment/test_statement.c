#include "payment_fixture.h"

/* Bank statements that were read, in real units on a real PostgreSQL.
 *
 * Broken once: the second decision taken instead of the first (the_first_decision_stays); a return told to be of one of
 * two payments alike (what_came_back_is_found_where_there_is_one_such_payment). */

static int empty(void **state)
{
    struct unit_fixture *fixture = *state;

    fixture_empty(fixture, "payment.statement, payment.statement_credit");
    return 0;
}

#define CREDITS 3

/* A request with what is on it. */
struct statement_request {
    Dunlin__Payment__V1__RecordStatementRequest message;
    Dunlin__Payment__V1__StatementCredit credits[CREDITS], *credit_list[CREDITS];
    Dunlin__Payment__V1__StatementReturn returns[CREDITS], *return_list[CREDITS];
    struct id statement_id, bank_account_id, credit_ids[CREDITS], account_id;
};

static void prepare(struct statement_request *request, const char *name, int64_t sequence_number)
{
    static const char *const CREDIT_NAMES[CREDITS] = {"credit 1", "credit 2", "credit 3"};

    dunlin__payment__v1__record_statement_request__init(&request->message);
    request->statement_id = named(name);
    request->bank_account_id = named("bank account");
    request->account_id = named("account");
    request->message.agency = wire_text("demo");
    request->message.statement_id = wire_id(&request->statement_id);
    request->message.bank_account_id = wire_id(&request->bank_account_id);
    request->message.bank_account = wire_text("...3000");
    request->message.currency = wire_text("EUR");
    request->message.name = wire_text(name);
    request->message.file_name = wire_text("statement.xml");
    request->message.sequence_number = sequence_number;
    request->message.first_on_days = FIXTURE_TODAY - 1;
    request->message.last_on_days = FIXTURE_TODAY;
    request->message.closing_presence_case =
        DUNLIN__PAYMENT__V1__RECORD_STATEMENT_REQUEST__CLOSING_PRESENCE_CLOSING_MINOR;
    request->message.closing_minor = -5;
    for (size_t i = 0; i < CREDITS; i++) {
        request->credit_ids[i] = named(CREDIT_NAMES[i]);
        dunlin__payment__v1__statement_credit__init(&request->credits[i]);
        request->credits[i].credit_id = wire_id(&request->credit_ids[i]);
        request->credits[i].amount_minor = 100;
        request->credit_list[i] = &request->credits[i];
        dunlin__payment__v1__statement_return__init(&request->returns[i]);
        request->return_list[i] = &request->returns[i];
    }
    request->message.credits = request->credit_list;
    request->message.returns = request->return_list;
}

static Dunlin__Payment__V1__RecordStatementReply *record(struct unit_fixture *fixture,
                                                         const struct statement_request *request, enum status expected)
{
    return fixture_call(fixture, "RecordStatement", &request->message.base, expected);
}

static void a_statement_is_recorded_once(void **state)
{
    struct unit_fixture *fixture = *state;
    struct statement_request request;
    Dunlin__Payment__V1__ListStatementsRequest list;

    prepare(&request, "once", 7);
    for (int i = 0; i < 2; i++) {
        Dunlin__Payment__V1__RecordStatementReply *reply = record(fixture, &request, STATUS_OK);
        assert_int_equal(reply->is_new, i == 0);
        assert_true(reply->imported_at_us > 0);
        fixture_free_reply(reply);
    }
    assert_string_equal(fixture_emitted(fixture), "StatementImported");
    dunlin__payment__v1__list_statements_request__init(&list);
    list.agency = wire_text("demo");
    Dunlin__Payment__V1__ListStatementsReply *listed = fixture_call(fixture, "ListStatements", &list.base, STATUS_OK);
    assert_int_equal(listed->n_statements, 1);
    assert_string_equal(listed->statements[0]->name, "once");
    assert_int_equal(listed->statements[0]->closing_minor, -5);
    assert_int_equal(listed->statements[0]->opening_presence_case, 0);
    assert_int_equal(listed->statements[0]->last_on_days, FIXTURE_TODAY);
    fixture_free_reply(listed);
    list.limit = 1001;
    assert_null(fixture_call(fixture, "ListStatements", &list.base, STATUS_INVALID_ARGUMENT));
}

static int64_t previous(struct unit_fixture *fixture, const char *name, int64_t number)
{
    struct statement_request request;

    prepare(&request, name, number);
    Dunlin__Payment__V1__RecordStatementReply *reply = record(fixture, &request, STATUS_OK);
    const int64_t found = reply->previous_sequence_number;
    fixture_free_reply(reply);
    return found;
}

static void the_number_before_is_told(void **state)
{
    struct unit_fixture *fixture = *state;

    assert_int_equal(previous(fixture, "seven", 7), 0);
    assert_int_equal(previous(fixture, "ten", 10), 7);
    assert_int_equal(previous(fixture, "eight", 8), 7);
    assert_int_equal(previous(fixture, "ten", 10), 8);
    assert_int_equal(previous(fixture, "none", 0), 0);
    (void)fixture_emitted(fixture);
}

static void the_first_decision_stays(void **state)
{
    struct unit_fixture *fixture = *state;
    struct statement_request request;

    prepare(&request, "first", 1);
    request.message.n_credits = 2;
    request.credits[0].account_id = wire_id(&request.account_id);
    fixture_free_reply(record(fixture, &request, STATUS_OK));
    prepare(&request, "second", 2);
    request.message.n_credits = CREDITS;
    for (size_t i = 1; i < CREDITS; i++)
        request.credits[i].account_id = wire_id(&request.account_id);
    Dunlin__Payment__V1__RecordStatementReply *reply = record(fixture, &request, STATUS_OK);
    static const bool HAS_ACCOUNT[CREDITS] = {true, false, true}, IS_NEW[CREDITS] = {false, false, true};
    for (size_t i = 0; i < CREDITS; i++) {
        assert_int_equal(reply->credits[i]->account_id.len, HAS_ACCOUNT[i] ? ID_BYTES : 0);
        assert_int_equal(reply->credits_are_new[i], IS_NEW[i]);
    }
    fixture_free_reply(reply);
    (void)fixture_emitted(fixture);
}

static void what_came_back_is_found_where_there_is_one_such_payment(void **state)
{
    struct unit_fixture *fixture = *state;
    struct statement_request request;
    static const char *const PAID[CREDITS] = {"E-1", "E-2", "E-2"};

    prepare(&request, "paid", 1);
    request.message.n_credits = CREDITS;
    for (size_t i = 0; i < CREDITS; i++)
        request.credits[i].end_to_end_id = wire_text(PAID[i]);
    request.credits[0].account_id = wire_id(&request.account_id);
    fixture_free_reply(record(fixture, &request, STATUS_OK));
    prepare(&request, "back", 2);
    request.message.n_returns = CREDITS;
    static const char *const BACK[CREDITS] = {"E-2", "E-1", "E-1"};
    static const int64_t MINOR[CREDITS] = {100, 100, 99};
    for (size_t i = 0; i < CREDITS; i++) {
        request.returns[i].end_to_end_id = wire_text(BACK[i]);
        request.returns[i].amount_minor = MINOR[i];
    }
    Dunlin__Payment__V1__RecordStatementReply *reply = record(fixture, &request, STATUS_OK);
    assert_int_equal(reply->n_returned, CREDITS);
    assert_int_equal(reply->returned[0]->credit_id.len, 0); /* two alike */
    assert_memory_equal(reply->returned[1]->credit_id.data, request.credit_ids[0].bytes, ID_BYTES);
    assert_memory_equal(reply->returned[1]->account_id.data, request.account_id.bytes, ID_BYTES);
    assert_int_equal(reply->returned[2]->credit_id.len, 0); /* another amount */
    fixture_free_reply(reply);
    (void)fixture_emitted(fixture);
}

static void what_makes_no_sense_is_refused(void **state)
{
    struct unit_fixture *fixture = *state;
    struct statement_request request;

    prepare(&request, "refused", 1);
    request.message.n_credits = 1;
    request.credits[0].amount_minor = 0;
    assert_null(record(fixture, &request, STATUS_INVALID_ARGUMENT));
    assert_non_null(strstr(fixture->last_error, "credits[0]: amount_minor: 0"));
    request.credits[0].amount_minor = 1;
    request.message.bank_account = wire_text("DE89370400440532013000");
    assert_null(record(fixture, &request, STATUS_INVALID_ARGUMENT));
    assert_non_null(strstr(fixture->last_error, "bank_account"));
    request.message.bank_account = wire_text("...3000");
    request.message.currency = wire_text("???");
    assert_null(record(fixture, &request, STATUS_INVALID_ARGUMENT));
    request.message.currency = wire_text("EUR");
    request.message.last_on_days = 900000;
    assert_null(record(fixture, &request, STATUS_INVALID_ARGUMENT));
    request.message.last_on_days = 0;
    request.message.agency = wire_text("nobody");
    assert_null(record(fixture, &request, STATUS_NOT_FOUND));
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.statement"), 0);
    assert_string_equal(fixture_emitted(fixture), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_statement_is_recorded_once, empty),
        cmocka_unit_test_setup(the_number_before_is_told, empty),
        cmocka_unit_test_setup(the_first_decision_stays, empty),
        cmocka_unit_test_setup(what_came_back_is_found_where_there_is_one_such_payment, empty),
        cmocka_unit_test_setup(what_makes_no_sense_is_refused, empty),
    };
    return cmocka_run_group_tests_name("bank statements", tests, open_payment, close_payment);
}
