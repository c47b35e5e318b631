#include "payment_fixture.h"

#include "dispute_fixture.h"

/* One payment for several debts of a debtor, in real units on a real PostgreSQL.
 *
 * Broken once: the end of any dispute taken for that of the one that stands
 * (a_debt_stays_disputed_until_the_dispute_is_resolved); the payment not kept, so that another list of debts with its
 * id was posted (the_same_payment_is_posted_once); the rest left where it was by a reversal (all_of_it_is_taken_back).
 */

static int empty(void **state)
{
    struct unit_fixture *fixture = *state;

    fixture_empty(fixture, "payment.account, payment.posting, payment.promise, payment.trust_account, "
                           "payment.trust_entry, payment.suspense, payment.debtor_payment");
    return 0;
}

#define DEBTS 3

/* A debtor with debts of 1000, 500 and 2000, due 10, 30 and 20 days before they were placed. */
static void place_debts(struct unit_fixture *fixture, const char *tale, struct subject_ids ids[static DEBTS])
{
    static const int64_t OWED[DEBTS] = {1000, 500, 2000};
    static const int32_t AGE[DEBTS] = {10, 30, 20};

    for (size_t i = 0; i < DEBTS; i++) {
        g_autofree char *name = g_strdup_printf("%s: %zu", tale, i);
        ids[i] = ids_of(name);
        ids[i].debtor = ids[0].debtor;
        Dunlin__Intake__V1__AccountPlaced message = placed(&ids[i], OWED[i]);
        message.due_on_days = (int32_t)(message.placed_at_us / US_PER_DAY) - AGE[i];
        fixture_apply_ok(fixture, &message.base);
    }
    (void)fixture_emitted(fixture);
}

/* A request with its debts. */
struct payment_request {
    Dunlin__Payment__V1__PostDebtorPaymentRequest message;
    Dunlin__Payment__V1__DebtorDebt debts[DEBTS];
    Dunlin__Payment__V1__DebtorDebt *list[DEBTS];
    struct id payment_id;
};

/* `directed` of each; 0: not. */
static void prepare(struct payment_request *request, const char *name, const struct subject_ids ids[static DEBTS],
                    int64_t amount_minor, const int64_t directed[static DEBTS])
{
    dunlin__payment__v1__post_debtor_payment_request__init(&request->message);
    request->payment_id = named(name);
    for (size_t i = 0; i < DEBTS; i++) {
        dunlin__payment__v1__debtor_debt__init(&request->debts[i]);
        request->debts[i].account_id = wire_id(&ids[i].account);
        if (directed[i] != 0) {
            request->debts[i].directed_presence_case =
                DUNLIN__PAYMENT__V1__DEBTOR_DEBT__DIRECTED_PRESENCE_DIRECTED_MINOR;
            request->debts[i].directed_minor = directed[i];
        }
        request->list[i] = &request->debts[i];
    }
    request->message.payment_id = wire_id(&request->payment_id);
    request->message.amount_minor = amount_minor;
    request->message.currency = wire_text("USD");
    request->message.reference = wire_text("one cheque");
    request->message.debts = request->list;
    request->message.n_debts = DEBTS;
}

static const int64_t UNDIRECTED[DEBTS] = {0, 0, 0};

static void expect_view(const Dunlin__Payment__V1__DebtorPaymentView *view, const int64_t amounts[static DEBTS],
                        int64_t held_minor)
{
    assert_int_equal(view->n_postings, DEBTS);
    for (size_t i = 0; i < DEBTS; i++) {
        if (view->postings[i]->amount_minor != amounts[i])
            fail_msg("debt %zu got %lld, not %lld", i, (long long)view->postings[i]->amount_minor,
                     (long long)amounts[i]);
        assert_int_equal(view->postings[i]->posting_id.len, amounts[i] > 0 ? ID_BYTES : 0);
    }
    assert_int_equal(view->suspense_minor, held_minor);
    assert_int_equal(view->suspense_item_id.len, held_minor > 0 ? ID_BYTES : 0);
}

static void pay_debts(struct unit_fixture *fixture, const char *name, const struct subject_ids ids[static DEBTS],
                      int64_t amount_minor, const int64_t directed[static DEBTS], const int64_t amounts[static DEBTS],
                      int64_t held_minor)
{
    struct payment_request request;

    prepare(&request, name, ids, amount_minor, directed);
    Dunlin__Payment__V1__DebtorPaymentView *view =
        fixture_call(fixture, "PostDebtorPayment", &request.message.base, STATUS_OK);
    expect_view(view, amounts, held_minor);
    fixture_free_reply(view);
}

static int64_t owed_in_all(struct unit_fixture *fixture)
{
    return fixture_number(fixture, "SELECT sum(balance_minor)::bigint FROM payment.account");
}

static void undirected_money_goes_to_the_oldest_debt_first(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids[DEBTS];

    place_debts(fixture, "oldest", ids);
    pay_debts(fixture, "oldest: payment", ids, 800, UNDIRECTED, (const int64_t[]){0, 500, 300}, 0);
    assert_string_equal(fixture_emitted(fixture), "PaymentPosted BalanceChanged PaymentPosted BalanceChanged");
    assert_int_equal(owed_in_all(fixture), 2700);
    /* "acme" pays 25 percent */
    assert_int_equal(fixture_number(fixture, "SELECT earned_minor FROM payment.trust_account WHERE client = 'acme'"),
                     200);
}

static void the_debtors_word_goes_before_the_order(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids[DEBTS];

    place_debts(fixture, "directed", ids);
    pay_debts(fixture, "directed: payment", ids, 800, (const int64_t[]){600, 0, 0}, (const int64_t[]){600, 200, 0}, 0);
    assert_int_equal(owed_in_all(fixture), 2700);
}

static void what_no_debt_takes_waits_in_suspense(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids[DEBTS];

    place_debts(fixture, "rest", ids);
    pay_debts(fixture, "rest: payment", ids, 4000, UNDIRECTED, (const int64_t[]){1000, 500, 2000}, 500);
    assert_int_equal(owed_in_all(fixture), 0);
    assert_int_equal(fixture_number(fixture, "SELECT amount_minor FROM payment.suspense WHERE source = 2 AND state = 1 "
                                             "AND client = 'acme'"),
                     500);
    assert_int_equal(fixture_number(fixture, "SELECT cash_minor FROM payment.trust_account"), 4000);
    assert_non_null(strstr(fixture_emitted(fixture), "SuspenseHeld"));
}

static void a_disputed_debt_gets_nothing_but_by_the_debtors_word(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids[DEBTS];
    struct payment_request request;
    const struct id dispute_id = named("disputed: dispute");

    place_debts(fixture, "disputed", ids);
    open_dispute(fixture, &ids[1], &dispute_id, 0);
    assert_string_equal(fixture_emitted(fixture), "");
    prepare(&request, "disputed: undirected", ids, 100, UNDIRECTED);
    Dunlin__Payment__V1__DebtorPaymentView *view =
        fixture_call(fixture, "PostDebtorPayment", &request.message.base, STATUS_OK);
    expect_view(view, (const int64_t[]){0, 0, 100}, 0); /* the next oldest */
    assert_int_equal(view->postings[1]->left_out, DUNLIN__PAYMENT__V1__DEBT_LEFT_OUT__DEBT_LEFT_OUT_DISPUTED);
    fixture_free_reply(view);
    pay_debts(fixture, "disputed: all", ids, 3000, UNDIRECTED, (const int64_t[]){1000, 0, 1900}, 100);
    pay_debts(fixture, "disputed: directed", ids, 70, (const int64_t[]){0, 50, 0}, (const int64_t[]){0, 50, 0}, 20);
    Dunlin__Payment__V1__PostingView *single = pay(fixture, &ids[1], 30); /* is for that debt, and so directed */
    assert_int_equal(single->amount_minor, -30);
    fixture_free_reply(single);
    assert_int_equal(owed_in_all(fixture), 420);
    (void)fixture_emitted(fixture);
}

static void a_debt_stays_disputed_until_the_dispute_is_resolved(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids[DEBTS];
    const struct id first_id = named("resolved: first"), second_id = named("resolved: second");
    const char *const DISPUTED = "SELECT count(*) FROM payment.account WHERE dispute_id IS NOT NULL";

    place_debts(fixture, "resolved", ids);
    open_dispute(fixture, &ids[0], &first_id, 0);
    open_dispute(fixture, &ids[0], &second_id, 0); /* repeats the first, which ends by that */
    resolve_dispute(fixture, &ids[0], &first_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_REPEATED);
    assert_int_equal(fixture_number(fixture, DISPUTED), 1);
    reopen_dispute(fixture, &ids[0], &second_id);
    assert_int_equal(fixture_number(fixture, DISPUTED), 1);
    resolve_dispute(fixture, &ids[0], &second_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_REJECTED);
    assert_int_equal(fixture_number(fixture, DISPUTED), 0);
    open_dispute(fixture, &ids[0], &first_id, 0);
    resolve_dispute(fixture, &ids[0], &first_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_UPHELD);
    assert_int_equal(fixture_number(fixture, DISPUTED), 1); /* he was right: it is no debt to pay */
    assert_string_equal(fixture_emitted(fixture), "");
}

static void a_debt_that_was_placed_as_disputed_is_so_from_the_first_moment(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids[DEBTS];
    struct subject_ids late = ids_of("claimed");
    const struct id dispute_id = named("claimed: dispute");

    place_debts(fixture, "claimed", ids);
    late.debtor = ids[0].debtor;
    Dunlin__Intake__V1__AccountPlaced message = placed(&late, 700);
    message.is_disputed = true;
    fixture_apply_ok(fixture, &message.base);
    ids[1] = late;
    pay_debts(fixture, "claimed: before", ids, 5000, UNDIRECTED, (const int64_t[]){1000, 0, 2000}, 2000);
    open_dispute(fixture, &late, &dispute_id, 0);
    resolve_dispute(fixture, &late, &dispute_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_WITHDRAWN);
    pay_debts(fixture, "claimed: after", ids, 300, UNDIRECTED, (const int64_t[]){0, 300, 0}, 0);
    (void)fixture_emitted(fixture);
}

static void the_same_payment_is_posted_once(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids[DEBTS];
    struct payment_request request, other;
    struct fixture_answer answers[2];

    place_debts(fixture, "twice", ids);
    prepare(&request, "twice: payment", ids, 4000, UNDIRECTED);
    const ProtobufCMessage *both[] = {&request.message.base, &request.message.base};
    fixture_call_many(fixture, "PostDebtorPayment", both, 2, answers);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(answers[i].code, STATUS_OK);
        expect_view((const void *)answers[i].reply, (const int64_t[]){1000, 500, 2000}, 500);
        fixture_free_reply(answers[i].reply);
    }
    prepare(&other, "twice: payment", ids, 4000, UNDIRECTED);
    other.message.n_debts = 1; /* which debts it was for is the first one's to say */
    Dunlin__Payment__V1__DebtorPaymentView *view =
        fixture_call(fixture, "PostDebtorPayment", &other.message.base, STATUS_OK);
    expect_view(view, (const int64_t[]){1000, 500, 2000}, 500);
    fixture_free_reply(view);
    other.message.amount_minor = 4001;
    assert_null(fixture_call(fixture, "PostDebtorPayment", &other.message.base, STATUS_INVALID_ARGUMENT));
    assert_non_null(strstr(fixture->last_error, "of 4000"));
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.posting WHERE kind = 2"), 3);
    assert_int_equal(fixture_number(fixture, "SELECT cash_minor FROM payment.trust_account"), 4000);
    (void)fixture_emitted(fixture);
}

static void reverse(struct unit_fixture *fixture, const struct id *payment_id, enum status expected)
{
    Dunlin__Payment__V1__ReverseDebtorPaymentRequest request;

    dunlin__payment__v1__reverse_debtor_payment_request__init(&request);
    request.payment_id = wire_id(payment_id);
    request.reason = wire_text("cheque returned");
    Dunlin__Payment__V1__DebtorPaymentView *view =
        fixture_call(fixture, "ReverseDebtorPayment", &request.base, expected);
    if (!view)
        return;
    for (size_t i = 0; i < view->n_postings; i++)
        assert_int_equal(view->postings[i]->reversal_id.len, view->postings[i]->posting_id.len);
    fixture_free_reply(view);
}

static void all_of_it_is_taken_back(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids[DEBTS];
    struct payment_request request;
    const struct id unknown_id = named("back: unknown");

    place_debts(fixture, "back", ids);
    prepare(&request, "back: payment", ids, 4000, UNDIRECTED);
    Dunlin__Payment__V1__DebtorPaymentView *view =
        fixture_call(fixture, "PostDebtorPayment", &request.message.base, STATUS_OK);
    take_back(fixture, view->postings[1]->posting_id, STATUS_OK); /* one of them before */
    fixture_free_reply(view);
    reverse(fixture, &request.payment_id, STATUS_OK);
    reverse(fixture, &request.payment_id, STATUS_OK);
    reverse(fixture, &unknown_id, STATUS_NOT_FOUND);
    assert_int_equal(owed_in_all(fixture), 3500);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.posting WHERE kind = 3"), 3);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.suspense WHERE state = 4"), 1);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.trust_account WHERE cash_minor = 0 AND "
                                             "payable_minor = 0 AND earned_minor = 0 AND suspense_minor = 0"),
                     1);
    (void)fixture_emitted(fixture);
}

static void what_makes_no_sense_is_refused_and_changes_nothing(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids[DEBTS];
    struct subject_ids stranger = ids_of("refused: stranger"), unknown = ids_of("refused: unknown");
    struct payment_request request;

    place_debts(fixture, "refused", ids);
    place(fixture, &stranger, 100);
    struct subject_ids with_stranger[DEBTS] = {ids[0], ids[1], stranger};
    struct subject_ids with_unknown[DEBTS] = {ids[0], unknown, ids[2]};
    const struct {
        const struct subject_ids *ids;
        int64_t amount_minor;
        int64_t directed[DEBTS];
        const char *currency;
        int32_t day;
        enum status status;
        const char *why;
    } ROWS[] = {
        {ids, 0, {0}, "USD", FIXTURE_TODAY, STATUS_INVALID_ARGUMENT, "amount_minor: 0"},
        {ids, 100, {0, 101, 0}, "USD", FIXTURE_TODAY, STATUS_INVALID_ARGUMENT, "debts[1].directed_minor: 101"},
        {ids, 100, {0, -1, 0}, "USD", FIXTURE_TODAY, STATUS_INVALID_ARGUMENT, "debts[1].directed_minor: -1"},
        {ids, 100, {0}, "???", FIXTURE_TODAY, STATUS_INVALID_ARGUMENT, "currency"},
        {ids, 100, {5}, "EUR", FIXTURE_TODAY, STATUS_INVALID_ARGUMENT, "debts[0]: is owed in USD"},
        {ids, 100, {0}, "USD", 900000, STATUS_INVALID_ARGUMENT, "value date"},
        {with_stranger, 100, {0}, "USD", FIXTURE_TODAY, STATUS_INVALID_ARGUMENT, "debts[2]: is another debtor's"},
        {with_unknown, 100, {0}, "USD", FIXTURE_TODAY, STATUS_NOT_FOUND, "debts[1]: no account"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        prepare(&request, "refused: payment", ROWS[i].ids, ROWS[i].amount_minor, ROWS[i].directed);
        request.message.currency = wire_text(ROWS[i].currency);
        request.message.paid_on_presence_case =
            DUNLIN__PAYMENT__V1__POST_DEBTOR_PAYMENT_REQUEST__PAID_ON_PRESENCE_PAID_ON_DAYS;
        request.message.paid_on_days = ROWS[i].day;
        assert_null(fixture_call(fixture, "PostDebtorPayment", &request.message.base, ROWS[i].status));
        if (!strstr(fixture->last_error, ROWS[i].why))
            fail_msg("row %zu: '%s' lacks '%s'", i, fixture->last_error, ROWS[i].why);
    }
    prepare(&request, "refused: payment", ids, 100, UNDIRECTED);
    request.message.n_debts = 0;
    assert_null(fixture_call(fixture, "PostDebtorPayment", &request.message.base, STATUS_INVALID_ARGUMENT));
    assert_int_equal(owed_in_all(fixture), 3600);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.debtor_payment"), 0);
    assert_string_equal(fixture_emitted(fixture), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(undirected_money_goes_to_the_oldest_debt_first, empty),
        cmocka_unit_test_setup(the_debtors_word_goes_before_the_order, empty),
        cmocka_unit_test_setup(what_no_debt_takes_waits_in_suspense, empty),
        cmocka_unit_test_setup(a_disputed_debt_gets_nothing_but_by_the_debtors_word, empty),
        cmocka_unit_test_setup(a_debt_stays_disputed_until_the_dispute_is_resolved, empty),
        cmocka_unit_test_setup(a_debt_that_was_placed_as_disputed_is_so_from_the_first_moment, empty),
        cmocka_unit_test_setup(the_same_payment_is_posted_once, empty),
        cmocka_unit_test_setup(all_of_it_is_taken_back, empty),
        cmocka_unit_test_setup(what_makes_no_sense_is_refused_and_changes_nothing, empty),
    };
    return cmocka_run_group_tests_name("payments for several debts", tests, open_payment, close_payment);
}
