#include "dispute_fixture.h"
#include "ledger_fixture.h"

#include "dunlin/contact/v1/contact.pb-c.h"

/* Promises, from the call or the command by which they are made to their end. */

/* A call on which the debtor promised; amount 0: without saying how much. */
static void promise_by_call(struct unit_fixture *fixture, const struct subject_ids *ids, const char *permit,
                            int64_t amount_minor, int32_t due_on_days)
{
    Dunlin__Contact__V1__PromisedPayment promised;
    Dunlin__Contact__V1__AttemptReport report;
    Dunlin__Contact__V1__AttemptReported message;
    struct id permit_id = named(permit);

    dunlin__contact__v1__promised_payment__init(&promised);
    promised.amount_minor = amount_minor;
    promised.currency = wire_text("USD");
    promised.due_on_days = due_on_days;
    dunlin__contact__v1__attempt_report__init(&report);
    report.outcome = DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_PROMISE;
    if (amount_minor > 0) {
        report.promise_presence_case = DUNLIN__CONTACT__V1__ATTEMPT_REPORT__PROMISE_PRESENCE_PROMISE;
        report.promise = &promised;
    }
    dunlin__contact__v1__attempt_reported__init(&message);
    message.permit_id = wire_id(&permit_id);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.report = &report;
    fixture_apply_ok(fixture, &message.base);
}

static void a_promise_is_kept_by_payments_made_after_it(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("kept");
    struct id payment_id = named("kept: payment");
    Dunlin__Intake__V1__PaymentReported message = reported(&ids, &payment_id, 250);

    place(fixture, &ids, 1000);
    fixture_free_reply(promise(fixture, &ids, 300, today() + 5, STATUS_OK));
    assert_string_equal(fixture_emitted(fixture), "PromiseMade");
    fixture_free_reply(promise(fixture, &ids, 300, today() + 5, STATUS_FAILED_PRECONDITION));
    fixture_apply_ok(fixture, &message.base);
    assert_string_equal(fixture_emitted(fixture), "PaymentPosted BalanceChanged");
    expect_account(fixture, &ids, 750, 2, "o");
    fixture_free_reply(pay(fixture, &ids, 50));
    assert_string_equal(fixture_emitted(fixture), "PaymentPosted BalanceChanged PromiseKept");
    expect_account(fixture, &ids, 700, 3, "k");
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM platform.timer WHERE service = 'payment'"), 0);
    fixture_free_reply(promise(fixture, &ids, 300, today() + 5, STATUS_OK)); /* the next one */
    assert_string_equal(fixture_emitted(fixture), "PromiseMade");
    expect_account(fixture, &ids, 700, 3, "ko");
    recall(fixture, &ids);
    (void)fixture_emitted(fixture);
}

/* Broken once: the tolerance of the SOP in place of that which held when it was made. */
static void a_promise_is_kept_with_so_much_less_as_the_sop_allows(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("tolerated");

    place(fixture, &ids, 1000);
    payment_sop.promise_tolerance = (struct sop_tolerance){.is_percent = true, .value = 2};
    fixture_free_reply(promise(fixture, &ids, 300, today() + 5, STATUS_OK));
    payment_sop.promise_tolerance = (struct sop_tolerance){0};
    fixture_free_reply(pay(fixture, &ids, 293));
    assert_string_equal(fixture_emitted(fixture), "PromiseMade PaymentPosted BalanceChanged");
    fixture_free_reply(pay(fixture, &ids, 1));
    assert_string_equal(fixture_emitted(fixture), "PaymentPosted BalanceChanged PromiseKept");
    expect_account(fixture, &ids, 706, 3, "k");
}

static void a_promise_of_which_nothing_is_paid_is_broken(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("nothing paid");
    int32_t due = today() + 5;

    place(fixture, &ids, 1000);
    fixture_free_reply(promise(fixture, &ids, 300, due, STATUS_OK));
    assert_int_equal(fixture_fire(fixture, end_of_day(due + 3)), 1);
    assert_string_equal(fixture_emitted(fixture), "PromiseMade PromiseBroken");
    expect_account(fixture, &ids, 1000, 1, "b");
    Dunlin__Payment__V1__PromiseBroken *broken =
        fixture_last_event(fixture, &dunlin__payment__v1__promise_broken__descriptor);
    assert_false(broken->is_partial);
    fixture_free_reply(broken);
}

static bool says_parked(const void *worker, const struct id *debtor_id)
{
    (void)worker;
    (void)debtor_id;
    return true;
}

/* The event that could not be applied may be the payment itself. */
static void a_promise_of_a_debtor_with_a_parked_event_does_not_break(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("parked");
    int32_t due = today() + 5;

    place(fixture, &ids, 1000);
    fixture_free_reply(promise(fixture, &ids, 300, due, STATUS_OK));
    (void)fixture_emitted(fixture);
    fixture->unit_owner.is_parked = says_parked;
    size_t n = fixture_fire(fixture, end_of_day(due + 3));
    fixture->unit_owner.is_parked = NULL;
    assert_int_equal(n, 1);
    assert_string_equal(fixture_emitted(fixture), "");
    fixture_free_reply(pay(fixture, &ids, 300));
    assert_string_equal(fixture_emitted(fixture), "PaymentPosted BalanceChanged PromiseKept");
    assert_int_equal(fixture_fire(fixture, end_of_day(due + 4)), 0);
}

static void a_call_brings_a_promise_only_where_it_makes_sense(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("by call"), paid = ids_of("by call, paid");

    place(fixture, &ids, 1000);
    place(fixture, &paid, 0);
    promise_by_call(fixture, &ids, "permit 1", 0, today() + 3);     /* no amount, no day: no promise */
    promise_by_call(fixture, &ids, "permit 2", 200, today() + 400); /* a mistyped year */
    promise_by_call(fixture, &paid, "permit 3", 200, today() + 3);  /* nothing is owed */
    assert_string_equal(fixture_emitted(fixture), "");
    promise_by_call(fixture, &ids, "permit 4", 200, today() + 3);
    assert_string_equal(fixture_emitted(fixture), "PromiseMade");
    promise_by_call(fixture, &ids, "permit 4", 200, today() + 3); /* the same call again */
    promise_by_call(fixture, &ids, "permit 5", 300, today() + 3); /* one is open */
    assert_string_equal(fixture_emitted(fixture), "");
    expect_account(fixture, &ids, 1000, 1, "o");

    Dunlin__Payment__V1__PromiseMade *made =
        fixture_last_event(fixture, &dunlin__payment__v1__promise_made__descriptor);
    struct id permit_id = named("permit 4");
    struct id expected = id_derive(&permit_id, "promise", NULL, 0);
    assert_memory_equal(made->promise_id.data, expected.bytes, ID_BYTES);
    fixture_free_reply(made);
    recall(fixture, &ids);
    (void)fixture_emitted(fixture);
}

/* Broken once: the promise left open. */
static void a_dispute_cancels_the_promise_of_what_it_holds(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("disputed");
    const struct id dispute_id = named("disputed: dispute");
    int32_t due = today() + 5;

    place(fixture, &ids, 1000);
    fixture_free_reply(promise(fixture, &ids, 300, due, STATUS_OK));
    fixture_free_reply(pay(fixture, &ids, 100));
    (void)fixture_emitted(fixture);
    open_dispute(fixture, &ids, &dispute_id, 700); /* 200 of it are left to pay, and as much is not held */
    assert_string_equal(fixture_emitted(fixture), "");
    amend_dispute(fixture, &ids, &dispute_id, 701);
    assert_string_equal(fixture_emitted(fixture), "PromiseCancelled");
    expect_account(fixture, &ids, 900, 2, "c");
    assert_int_equal(fixture_fire(fixture, end_of_day(due + 4)), 0);

    fixture_free_reply(promise(fixture, &ids, 200, today() + 9, STATUS_FAILED_PRECONDITION));
    promise_by_call(fixture, &ids, "permit 7", 200, today() + 9);
    assert_string_equal(fixture_emitted(fixture), "");
    fixture_free_reply(promise(fixture, &ids, 199, today() + 9, STATUS_OK));
    reopen_dispute(fixture, &ids, &dispute_id); /* all of it */
    assert_string_equal(fixture_emitted(fixture), "PromiseMade PromiseCancelled");
    answer_dispute(fixture, &ids, &dispute_id);
    fixture_free_reply(promise(fixture, &ids, 900, today() + 9, STATUS_OK));
    assert_string_equal(fixture_emitted(fixture), "PromiseMade");
    recall(fixture, &ids);
    (void)fixture_emitted(fixture);
}

static void a_recall_cancels_the_promise_and_leaves_the_balance(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("recalled");

    place(fixture, &ids, 1000);
    fixture_free_reply(promise(fixture, &ids, 300, today() + 5, STATUS_OK));
    (void)fixture_emitted(fixture);
    recall(fixture, &ids);
    assert_string_equal(fixture_emitted(fixture), "PromiseCancelled");
    recall(fixture, &ids);
    assert_string_equal(fixture_emitted(fixture), "");
    expect_account(fixture, &ids, 1000, 1, "c");
    fixture_free_reply(promise(fixture, &ids, 300, today() + 5, STATUS_FAILED_PRECONDITION));
    assert_non_null(strstr(fixture->last_error, "taken the account back"));
    fixture_free_reply(pay(fixture, &ids, 100)); /* money still comes in */
    assert_string_equal(fixture_emitted(fixture), "PaymentPosted BalanceChanged");
}

static void a_promise_can_be_cancelled_once(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("cancelled");
    Dunlin__Payment__V1__CancelPromiseRequest request;

    place(fixture, &ids, 1000);
    Dunlin__Payment__V1__PromiseView *view = promise(fixture, &ids, 300, today() + 5, STATUS_OK);
    assert_int_equal(view->state, DUNLIN__PAYMENT__V1__PROMISE_STATE__PROMISE_STATE_OPEN);
    (void)fixture_emitted(fixture);
    dunlin__payment__v1__cancel_promise_request__init(&request);
    request.promise_id = view->promise_id;
    request.reason = wire_text("agreed a new date");
    fixture_free_reply(fixture_call(fixture, "CancelPromise", &request.base, STATUS_OK));
    assert_string_equal(fixture_emitted(fixture), "PromiseCancelled");
    fixture_free_reply(fixture_call(fixture, "CancelPromise", &request.base, STATUS_FAILED_PRECONDITION));
    assert_string_equal(fixture_emitted(fixture), "");
    struct id nothing = named("no such promise");
    request.promise_id = wire_id(&nothing);
    fixture_free_reply(fixture_call(fixture, "CancelPromise", &request.base, STATUS_NOT_FOUND));
    fixture_free_reply(view);
}

static void a_kept_promise_stays_kept_when_the_payment_is_taken_back(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("stays kept");

    place(fixture, &ids, 1000);
    fixture_free_reply(promise(fixture, &ids, 300, today() + 5, STATUS_OK));
    Dunlin__Payment__V1__PostingView *posting = pay(fixture, &ids, 300);
    (void)fixture_emitted(fixture);
    take_back(fixture, posting->posting_id, STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "PaymentReversed BalanceChanged");
    expect_account(fixture, &ids, 1000, 3, "k");
    fixture_free_reply(posting);
}

/* Last: over everything that the tests above have posted. */
static void all_books_agree(void **state)
{
    struct unit_fixture *fixture = *state;

    assert_true(fixture_number(fixture, "SELECT count(*) FROM payment.posting") > 10);
    expect_books_agree(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_promise_is_kept_by_payments_made_after_it),
        cmocka_unit_test(a_promise_is_kept_with_so_much_less_as_the_sop_allows),
        cmocka_unit_test(a_promise_of_which_nothing_is_paid_is_broken),
        cmocka_unit_test(a_promise_of_a_debtor_with_a_parked_event_does_not_break),
        cmocka_unit_test(a_call_brings_a_promise_only_where_it_makes_sense),
        cmocka_unit_test(a_dispute_cancels_the_promise_of_what_it_holds),
        cmocka_unit_test(a_recall_cancels_the_promise_and_leaves_the_balance),
        cmocka_unit_test(a_promise_can_be_cancelled_once),
        cmocka_unit_test(a_kept_promise_stays_kept_when_the_payment_is_taken_back),
        cmocka_unit_test(all_books_agree),
    };
    return cmocka_run_group_tests(tests, open_payment, close_payment);
}
