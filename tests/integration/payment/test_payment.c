#include "plan_fixture.h"

#include "dispute_fixture.h"
#include "ledger_fixture.h"
#include "payment_store.h"

static void restate(struct unit_fixture *fixture, const struct subject_ids *ids, int64_t balance_minor)
{
    Dunlin__Intake__V1__AccountUpdated message;

    dunlin__intake__v1__account_updated__init(&message);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.balance_presence_case = DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__BALANCE_PRESENCE_BALANCE_MINOR;
    message.balance_minor = balance_minor;
    message.currency = wire_text("USD");
    fixture_apply_ok(fixture, &message.base);
}

static Dunlin__Intake__V1__Provenance *in_file(Dunlin__Intake__V1__Provenance *provenance,
                                               const struct id *placement_id, uint8_t hash[static 32])
{
    dunlin__intake__v1__provenance__init(provenance);
    provenance->placement_id = wire_id(placement_id);
    provenance->file_name = wire_text("june.csv");
    provenance->line = 17;
    provenance->record_hash = (ProtobufCBinaryData){32, hash};
    return provenance;
}

static void a_placed_account_owes_what_the_client_says(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("placed");
    Dunlin__Intake__V1__AccountPlaced message = placed(&ids, 12345);
    Dunlin__Intake__V1__Provenance provenance;
    const struct id placement_id = named("file");
    uint8_t hash[32] = {1, 2, 3};

    message.provenance = in_file(&provenance, &placement_id, hash);
    fixture_apply_ok(fixture, &message.base);
    assert_string_equal(fixture_emitted(fixture), "");

    expect_account(fixture, &ids, 12345, 1, "");
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.posting WHERE kind = 1 AND cause_seq > 0"
                                             " AND placement_id IS NULL AND line IS NULL"
                                             " AND effective_on = date '2026-05-27'"),
                     1);
}

static void a_reported_payment_says_where_it_stood(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("in a file");
    const struct id payment_id = id_derive(&ids.account, "payment", "in a file", 9), placement_id = named("file");
    Dunlin__Intake__V1__PaymentReported message = reported(&ids, &payment_id, 100);
    Dunlin__Intake__V1__Provenance provenance;
    uint8_t hash[32] = {1, 2, 3};

    place(fixture, &ids, 500);
    message.provenance = in_file(&provenance, &placement_id, hash);
    fixture_apply_ok(fixture, &message.base);
    (void)fixture_emitted(fixture);
    assert_int_equal(fixture_number(fixture,
                                    "SELECT count(*) FROM payment.posting WHERE line = 17 AND file_name = 'june.csv'"
                                    " AND record_hash IS NOT NULL AND placement_id IS NOT NULL"),
                     1);
}

static void an_account_is_placed_once(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("again");
    Dunlin__Intake__V1__AccountPlaced message = placed(&ids, 500);

    place(fixture, &ids, 500);
    const ProtobufCMessage *again[] = {&message.base};
    assert_int_equal(fixture_apply(fixture, again, 1), STATUS_ALREADY_EXISTS);
    assert_string_equal(fixture_emitted(fixture), "");
    expect_account(fixture, &ids, 500, 1, "");
}

static void a_payment_reported_twice_is_one_payment(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("twice");
    struct id payment_id = named("twice: payment");
    Dunlin__Intake__V1__PaymentReported message = reported(&ids, &payment_id, 300);
    const ProtobufCMessage *both[] = {&message.base, &message.base};

    place(fixture, &ids, 1000);
    assert_int_equal(fixture_apply(fixture, both, 2), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "PaymentPosted BalanceChanged BalanceChanged");
    fixture_apply_ok(fixture, &message.base);
    assert_string_equal(fixture_emitted(fixture), "BalanceChanged");
    expect_account(fixture, &ids, 700, 2, "");

    Dunlin__Payment__V1__PaymentPosted *posted =
        fixture_last_event(fixture, &dunlin__payment__v1__payment_posted__descriptor);
    assert_memory_equal(posted->posting_id.data, payment_id.bytes, ID_BYTES);
    assert_true(posted->amount_minor == 300);
    assert_int_equal(posted->paid_on_days, FIXTURE_TODAY - 2);
    assert_string_equal(posted->reference, "bank 17");
    fixture_free_reply(posted);
}

/* The whole life of an account in one batch ends as it does event by event. */
static void batches_do_not_change_what_comes_out(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("batch");
    struct id first = named("batch: 1"), second = named("batch: 2");
    Dunlin__Intake__V1__AccountPlaced one = placed(&ids, 1000);
    Dunlin__Intake__V1__PaymentReported two = reported(&ids, &first, 400);
    Dunlin__Intake__V1__PaymentReported three = reported(&ids, &second, 700);
    const ProtobufCMessage *all[] = {&one.base, &two.base, &three.base};

    assert_int_equal(fixture_apply(fixture, all, ARRAY_SIZE(all)), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "PaymentPosted BalanceChanged PaymentPosted BalanceChanged");
    expect_account(fixture, &ids, -100, 3, "");
}

static void a_client_may_restate_what_is_owed(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("restated");

    place(fixture, &ids, 1000);
    restate(fixture, &ids, 1250);
    assert_string_equal(fixture_emitted(fixture), "BalanceChanged");
    restate(fixture, &ids, 1250);
    assert_string_equal(fixture_emitted(fixture), "BalanceChanged");
    expect_account(fixture, &ids, 1250, 2, "");
}

/* Contact waits for it: whatever the client says of money, exactly one BalanceChanged names it as its cause.
 * Broken once: no answer to a payment that was posted before (row 1), none to a balance that is the ledger's (row 3),
 * the cause left out (row 0). */
static void everything_that_a_client_says_of_money_is_answered(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("answered");
    struct id first = named("answered: 1"), second = named("answered: 2");
    const Dunlin__Intake__V1__PaymentReported one = reported(&ids, &first, 300);
    const Dunlin__Intake__V1__PaymentReported two = reported(&ids, &second, 900);
    const struct {
        const Dunlin__Intake__V1__PaymentReported *payment; /* NULL: the client restates the balance */
        int64_t balance_minor;                              /* afterwards */
        int64_t change_minor;
        Dunlin__Payment__V1__PostingKind kind;
        const char *emitted;
    } rows[] = {
        {&one, 700, -300, DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_PAYMENT, "PaymentPosted BalanceChanged"},
        {&one, 700, 0, DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_UNSPECIFIED, "BalanceChanged"},
        {NULL, 800, 100, DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_ADJUSTMENT, "BalanceChanged"},
        {NULL, 800, 0, DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_UNSPECIFIED, "BalanceChanged"},
        {&two, -100, -900, DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_PAYMENT, "PaymentPosted BalanceChanged"},
        {&two, -100, 0, DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_UNSPECIFIED, "BalanceChanged"},
        {NULL, -100, 0, DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_UNSPECIFIED, "BalanceChanged"},
    };

    place(fixture, &ids, 1000);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (rows[i].payment)
            fixture_apply_ok(fixture, &rows[i].payment->base);
        else
            restate(fixture, &ids, rows[i].balance_minor);
        assert_string_equal(fixture_emitted(fixture), rows[i].emitted);
        Dunlin__Payment__V1__BalanceChanged *changed =
            fixture_last_event(fixture, &dunlin__payment__v1__balance_changed__descriptor);
        if (changed->cause_seq != fixture->seq || changed->balance_minor != rows[i].balance_minor ||
            changed->change_minor != rows[i].change_minor || changed->kind != rows[i].kind)
            fail_msg("row %zu: balance %lld by %lld, kind %d, because of %lld, not %lld", i,
                     (long long)changed->balance_minor, (long long)changed->change_minor, (int)changed->kind,
                     (long long)changed->cause_seq, (long long)fixture->seq);
        assert_string_equal(changed->currency, "USD");
        fixture_free_reply(changed);
    }
    restate(fixture, &ids, 500);
    assert_string_equal(fixture_emitted(fixture), "BalanceChanged");
    recall(fixture, &ids);
    assert_string_equal(fixture_emitted(fixture), "");
    fixture_free_reply(pay(fixture, &ids, 10));
    Dunlin__Payment__V1__BalanceChanged *changed =
        fixture_last_event(fixture, &dunlin__payment__v1__balance_changed__descriptor);
    assert_int_equal(changed->cause_seq, 0); /* a command */
    fixture_free_reply(changed);
    (void)fixture_emitted(fixture);
}

static void events_that_cannot_be_applied_are_refused_and_leave_nothing(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("bad"), unknown = ids_of("never placed");
    struct id payment_id = named("bad: payment"), good_id = named("bad: good payment");
    Dunlin__Intake__V1__PaymentReported wrong_currency = reported(&ids, &payment_id, 300);
    Dunlin__Intake__V1__PaymentReported no_account = reported(&unknown, &payment_id, 300);
    Dunlin__Intake__V1__PaymentReported no_amount = reported(&ids, &payment_id, 0);
    Dunlin__Intake__V1__PaymentReported no_id = reported(&ids, &payment_id, 300);
    Dunlin__Intake__V1__PaymentReported good = reported(&ids, &good_id, 300);
    wrong_currency.currency = wire_text("EUR");
    no_id.payment_id.len = 3;
    const struct {
        const ProtobufCMessage *message;
        enum status status;
        const char *why;
    } rows[] = {
        {&wrong_currency.base, STATUS_INVALID_ARGUMENT, "EUR"},
        {&no_account.base, STATUS_FAILED_PRECONDITION, "never placed"},
        {&no_amount.base, STATUS_INVALID_ARGUMENT, "amount_minor"},
        {&no_id.base, STATUS_INVALID_ARGUMENT, "payment_id"},
    };

    place(fixture, &ids, 1000);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const ProtobufCMessage *batch[] = {&good.base, rows[i].message};
        assert_int_equal(fixture_apply(fixture, batch, 2), rows[i].status);
        if (!strstr(fixture->last_error, rows[i].why))
            fail_msg("row %zu: '%s' lacks '%s'", i, fixture->last_error, rows[i].why);
        assert_string_equal(fixture_emitted(fixture), "");
        expect_account(fixture, &ids, 1000, 1, "");
    }
}

static void a_payment_posted_by_hand_is_taken_back_once(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("reversed");

    place(fixture, &ids, 1000);
    Dunlin__Payment__V1__PostingView *posting = pay(fixture, &ids, 1000);
    assert_true(posting->amount_minor == -1000 && posting->balance_minor == 0);
    assert_int_equal(posting->effective_on_days, today());
    assert_string_equal(fixture_emitted(fixture), "PaymentPosted BalanceChanged");
    take_back(fixture, posting->posting_id, STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "PaymentReversed BalanceChanged");
    take_back(fixture, posting->posting_id, STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(fixture->last_error, "reversed already"));
    assert_string_equal(fixture_emitted(fixture), "");
    expect_account(fixture, &ids, 1000, 3, "");

    Dunlin__Payment__V1__PaymentReversed *reversed =
        fixture_last_event(fixture, &dunlin__payment__v1__payment_reversed__descriptor);
    assert_memory_equal(reversed->reverses.data, posting->posting_id.data, ID_BYTES);
    assert_true(reversed->amount_minor == 1000);
    assert_string_equal(reversed->reason, "cheque returned");
    take_back(fixture, reversed->posting_id, STATUS_FAILED_PRECONDITION); /* a reversal is final */
    fixture_free_reply(reversed);
    fixture_free_reply(posting);
}

static void the_same_payment_id_gives_the_first_posting_again(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("same id"), other = ids_of("same id, other account");
    struct id payment_id = named("same id: payment");
    Dunlin__Payment__V1__PostPaymentRequest request;

    place(fixture, &ids, 1000);
    place(fixture, &other, 1000);
    dunlin__payment__v1__post_payment_request__init(&request);
    request.account_id = wire_id(&ids.account);
    request.payment_id = wire_id(&payment_id);
    request.amount_minor = 100;
    request.currency = wire_text("USD");
    request.paid_on_presence_case = DUNLIN__PAYMENT__V1__POST_PAYMENT_REQUEST__PAID_ON_PRESENCE_PAID_ON_DAYS;
    request.paid_on_days = FIXTURE_TODAY - 9;

    const ProtobufCMessage *both[] = {&request.base, &request.base};
    struct fixture_answer answers[2];
    fixture_call_many(fixture, "PostPayment", both, 2, answers);
    for (size_t i = 0; i < 2; i++) {
        const Dunlin__Payment__V1__PostingView *view = (const void *)answers[i].reply;
        assert_int_equal(answers[i].code, STATUS_OK);
        assert_memory_equal(view->posting_id.data, payment_id.bytes, ID_BYTES);
        assert_true(view->balance_minor == 900);
        assert_int_equal(view->effective_on_days, FIXTURE_TODAY - 9);
        fixture_free_reply(answers[i].reply);
    }
    assert_string_equal(fixture_emitted(fixture), "PaymentPosted BalanceChanged");
    fixture_free_reply(fixture_call(fixture, "PostPayment", &request.base, STATUS_OK));
    assert_string_equal(fixture_emitted(fixture), "");
    request.account_id = wire_id(&other.account);
    fixture_free_reply(fixture_call(fixture, "PostPayment", &request.base, STATUS_INVALID_ARGUMENT));
    expect_account(fixture, &ids, 900, 2, "");
}

static void commands_that_make_no_sense_are_refused(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("refused"), unknown = ids_of("unknown");
    struct id elsewhere = id_derive_root(FIXTURE_PARTITION + 1, "test", NULL, 0);
    static const char BAD_TEXT[] = "\xff";
    const struct {
        const struct id *account_id;
        int64_t amount_minor;
        const char *currency, *reference;
        enum status status;
        const char *why;
    } rows[] = {
        {&unknown.account, 1, "USD", "", STATUS_NOT_FOUND, "no account"},
        {&elsewhere, 1, "USD", "", STATUS_INVALID_ARGUMENT, "account_id: is of partition 8"},
        {&ids.account, 0, "USD", "", STATUS_INVALID_ARGUMENT, "amount_minor"},
        {&ids.account, -1, "USD", "", STATUS_INVALID_ARGUMENT, "amount_minor"},
        {&ids.account, 1, "EUR", "", STATUS_INVALID_ARGUMENT, "EUR"},
        {&ids.account, 1, "???", "", STATUS_INVALID_ARGUMENT, "currency"},
        {&ids.account, 1, "USD", BAD_TEXT, STATUS_INVALID_ARGUMENT, "reference"},
    };

    place(fixture, &ids, 1000);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        Dunlin__Payment__V1__PostPaymentRequest request;
        dunlin__payment__v1__post_payment_request__init(&request);
        request.account_id = wire_id(rows[i].account_id);
        request.amount_minor = rows[i].amount_minor;
        request.currency = wire_text(rows[i].currency);
        request.reference = wire_text(rows[i].reference);
        assert_null(fixture_call(fixture, "PostPayment", &request.base, rows[i].status));
        if (!strstr(fixture->last_error, rows[i].why))
            fail_msg("row %zu: '%s' lacks '%s'", i, fixture->last_error, rows[i].why);
    }
    struct id nothing = named("no such posting");
    take_back(fixture, wire_id(&nothing), STATUS_NOT_FOUND);
    assert_string_equal(fixture_emitted(fixture), "");
    expect_account(fixture, &ids, 1000, 1, "");
}

/* test_promise.c has more. */
static void a_promise_ends_when_its_day_and_grace_are_over(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("broken");
    int32_t due = today() + 5;

    place(fixture, &ids, 1000);
    fixture_free_reply(promise(fixture, &ids, 300, due, STATUS_OK));
    fixture_free_reply(pay(fixture, &ids, 100));
    (void)fixture_emitted(fixture);
    assert_int_equal(fixture_fire(fixture, (struct instant){end_of_day(due + 3).us - 1}), 0);
    assert_int_equal(fixture_fire(fixture, end_of_day(due + 3)), 1);
    assert_string_equal(fixture_emitted(fixture), "PromiseBroken");
    expect_account(fixture, &ids, 900, 2, "p");

    Dunlin__Payment__V1__PromiseBroken *broken =
        fixture_last_event(fixture, &dunlin__payment__v1__promise_broken__descriptor);
    assert_true(broken->paid_minor == 100);
    assert_true(broken->is_partial);
    fixture_free_reply(broken);
}

static void two_accounts_asked_for_at_once_get_each_their_own(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids[2] = {ids_of("pair 1"), ids_of("pair 2")};
    Dunlin__Payment__V1__GetAccountRequest requests[3];
    const ProtobufCMessage *batch[3] = {&requests[0].base, &requests[1].base, &requests[2].base};
    struct id unknown = named("nobody");
    struct fixture_answer answers[3];

    for (size_t i = 0; i < 2; i++) {
        place(fixture, &ids[i], 1000 * (int64_t)(i + 1));
        for (size_t j = 0; j <= i; j++)
            fixture_free_reply(pay(fixture, &ids[i], 10));
        (void)fixture_emitted(fixture);
    }
    for (size_t i = 0; i < 3; i++) {
        dunlin__payment__v1__get_account_request__init(&requests[i]);
        requests[i].account_id = wire_id(i < 2 ? &ids[i].account : &unknown);
    }
    fixture_call_many(fixture, "GetAccount", batch, 3, answers);
    for (size_t i = 0; i < 2; i++) {
        const Dunlin__Payment__V1__GetAccountReply *reply = (const void *)answers[i].reply;
        assert_int_equal(reply->n_postings, i + 2);
        for (size_t j = 0; j < reply->n_postings; j++)
            assert_memory_equal(reply->postings[j]->account_id.data, ids[i].account.bytes, ID_BYTES);
        assert_int_equal(reply->postings[0]->kind, DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_PLACEMENT);
        fixture_free_reply(answers[i].reply);
    }
    assert_int_equal(answers[2].code, STATUS_NOT_FOUND);
}

static Dunlin__Payment__V1__GetBalancesReply *balances(struct unit_fixture *fixture, const struct id *ids, size_t n,
                                                       enum status expected)
{
    static const struct fixture_caller SERVICE = {.peer = "correspondence", .role = "service", .principal = ""};
    ProtobufCBinaryData account_ids[3];
    Dunlin__Payment__V1__GetBalancesRequest request;

    dunlin__payment__v1__get_balances_request__init(&request);
    for (size_t i = 0; i < n; i++)
        account_ids[i] = wire_id(&ids[i]);
    request.n_account_ids = n;
    request.account_ids = account_ids;
    return fixture_call_as(fixture, &SERVICE, "GetBalances", &request.base, expected);
}

/* Contact grants nothing until the ledger has said what the credit comes to.
 * Broken once: a credit of nothing not answered; the emitted events were "". */
static void the_credit_of_a_dispute_is_answered_also_where_nothing_is_left_to_credit(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("credited");
    const struct id dispute_id = named("credited: dispute"), credit_id = named("credited: credit");
    Dunlin__Dispute__V1__DisputeResolved resolved =
        resolution(&ids, &dispute_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_CONCEDED);

    resolved.is_rest_owed = true;
    resolved.credit_minor = 400;
    resolved.currency = wire_text("USD");
    resolved.credit_id = wire_id(&credit_id);
    place(fixture, &ids, 500);
    fixture_free_reply(pay(fixture, &ids, 500));
    (void)fixture_emitted(fixture);
    fixture_apply_ok(fixture, &resolved.base);
    assert_string_equal(fixture_emitted(fixture), "BalanceChanged");
    Dunlin__Payment__V1__BalanceChanged *answer =
        fixture_last_event(fixture, &dunlin__payment__v1__balance_changed__descriptor);
    assert_int_equal(answer->balance_minor, 0);
    assert_int_equal(answer->cause_seq, fixture->seq);
    fixture_free_reply(answer);
}

/* What a validation notice says of the money: its parts explain the balance.
 * Broken once: reversals left out of what was paid; 0x1b58 != 0x1388. */
static void a_balance_is_told_with_what_it_is_made_of(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids moved = ids_of("moved"), still = ids_of("still");
    const struct id ids[] = {moved.account, named("no account"), still.account};

    place(fixture, &moved, 10000);
    place(fixture, &still, 700);
    fixture_free_reply(pay(fixture, &moved, 5000));
    Dunlin__Payment__V1__PostingView *mistake = pay(fixture, &moved, 2000);
    take_back(fixture, mistake->posting_id, STATUS_OK);
    restate(fixture, &moved, 5700);
    restate(fixture, &moved, 5400);
    (void)fixture_emitted(fixture);
    Dunlin__Payment__V1__GetBalancesReply *reply = balances(fixture, ids, 3, STATUS_OK);
    assert_int_equal(reply->n_balances, 3);
    const Dunlin__Payment__V1__BalanceView *view = reply->balances[0];
    assert_memory_equal(view->account_id.data, moved.account.bytes, ID_BYTES);
    assert_string_equal(view->currency, "USD");
    assert_int_equal(view->placed_minor, 10000);
    assert_int_equal(view->paid_minor, 5000);
    assert_int_equal(view->charged_minor, 700);
    assert_int_equal(view->credited_minor, 300);
    assert_int_equal(view->balance_minor, 5400);
    assert_int_equal(reply->balances[1]->account_id.len, 0);
    view = reply->balances[2];
    assert_memory_equal(view->account_id.data, still.account.bytes, ID_BYTES);
    assert_int_equal(view->balance_minor, 700);
    assert_int_equal(view->placed_minor, 700);
    assert_int_equal(view->paid_minor + view->charged_minor + view->credited_minor, 0);
    fixture_free_reply(reply);
    fixture_free_reply(mistake);
    (void)balances(fixture, NULL, 0, STATUS_INVALID_ARGUMENT);
}

/* A zombie: it has loaded before the partition's new owner writes, and saves after. */
static void a_writer_that_was_overtaken_changes_nothing(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("overtaken");
    SCOPED(book_freep) struct book *book = book_new();
    struct error err = {0};

    place(fixture, &ids, 1000);
    struct unit *unit = fixture_begin(fixture);
    book_want_account(book, &ids.account);
    assert_int_equal(payment_store_load(unit_db(unit), book, &err), STATUS_OK);
    struct account *account = book_account(book, &ids.account);
    account->is_recalled = true;
    book_touch_account(account);

    test_database_script(fixture->owner, "UPDATE payment.account SET version = version + 1");
    assert_int_equal(payment_store_save(unit_db(unit), book, &err), STATUS_ABORTED);
    unit_rollback(unit);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.account WHERE version < 2"), 0);
    fixture_free_reply(promise(fixture, &ids, 300, today() + 5, STATUS_OK)); /* not recalled */
    (void)fixture_emitted(fixture);
}

/* All its ways; what each does to the clients' money: test_trust.c. */
static void money_of_nobody_waits_until_somebody_decides(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("pays in the end");
    struct id item_id = named("nobody's");
    const Dunlin__Payment__V1__HoldMoneyRequest hold = money(&item_id, 400);

    fixture_free_reply(fixture_call(fixture, "HoldMoney", &hold.base, STATUS_OK));
    assign(fixture, &item_id, &ids, STATUS_OK);
    unassign(fixture, &item_id, STATUS_OK);
    refund(fixture, &item_id, STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "SuspenseHeld SuspenseAssigned SuspenseUnassigned SuspenseEnded");
    Dunlin__Payment__V1__ListSuspenseReply *listed = list_suspense(fixture, 100);
    for (size_t i = 0; i < listed->n_items; i++)
        assert_memory_not_equal(listed->items[i]->item_id.data, item_id.bytes, ID_BYTES);
    fixture_free_reply(listed);
    Dunlin__Payment__V1__GetTrustReply *trust = get_trust(fixture);
    for (size_t i = 0; i < trust->n_trust; i++)
        assert_int_equal(trust->trust[i]->cash_minor, trust->trust[i]->payable_minor + trust->trust[i]->earned_minor +
                                                          trust->trust[i]->suspense_minor);
    fixture_free_reply(trust);
}

/* All its ways; what payments, reversals and time do to a plan: test_plan.c. */
static void a_plan_is_offered_agreed_on_approved_held_and_taken_back(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("pays by plan"), other = ids_of("waits for a plan");
    struct wanted wanted;

    allow_plans();
    place(fixture, &ids, 1000);
    place(fixture, &other, 1000);
    fixture_free_reply(offers(fixture, &ids, 300, DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_COLLECTOR, STATUS_OK));
    want(&wanted, &ids, "a plan");
    wanted.request.discount_minor = 100;
    wanted.request.may_wait = true;
    agree(fixture, &wanted, STATUS_OK);
    approve(fixture, &BERTA, "a plan", DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_SUPERVISOR, STATUS_OK);
    hold(fixture, "a plan", STATUS_OK);
    resume(fixture, "a plan", STATUS_OK);
    cancel(fixture, "a plan", STATUS_OK);
    want(&wanted, &other, "another plan");
    wanted.request.discount_minor = 100;
    wanted.request.may_wait = true;
    agree(fixture, &wanted, STATUS_OK);
    decline(fixture, "another plan", STATUS_OK);
    assert_string_equal(fixture_emitted(fixture),
                        "PlanProposed PlanAgreed PlanHeld PlanResumed PlanCancelled PlanProposed PlanCancelled");
    Dunlin__Payment__V1__GetPlansReply *plans = plans_of(fixture, &ids);
    assert_int_equal(plans->n_plans, 1);
    assert_int_equal(plans->plans[0]->state, DUNLIN__PAYMENT__V1__PLAN_STATE__PLAN_STATE_CANCELLED);
    fixture_free_reply(plans);
}

/* test_debtor_payment.c has more. */
static void one_payment_pays_several_debts_and_is_taken_back(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids first = ids_of("several: first"), second = ids_of("several: second");
    struct id payment_id = named("several: payment"), dispute_id = named("several: dispute");
    Dunlin__Payment__V1__PostDebtorPaymentRequest request;
    Dunlin__Payment__V1__ReverseDebtorPaymentRequest reverse;
    Dunlin__Payment__V1__DebtorDebt debts[2], *list[] = {&debts[0], &debts[1]};
    Dunlin__Dispute__V1__DisputeOpened opened;
    Dunlin__Dispute__V1__DisputeReopened reopened;

    second.debtor = first.debtor;
    place(fixture, &first, 100);
    place(fixture, &second, 100);
    dunlin__dispute__v1__dispute_opened__init(&opened);
    opened.account_id = wire_id(&second.account);
    opened.dispute_id = wire_id(&dispute_id);
    fixture_apply_ok(fixture, &opened.base);
    dunlin__dispute__v1__dispute_reopened__init(&reopened);
    reopened.account_id = wire_id(&second.account);
    reopened.dispute_id = wire_id(&dispute_id);
    fixture_apply_ok(fixture, &reopened.base);
    for (size_t i = 0; i < 2; i++) {
        dunlin__payment__v1__debtor_debt__init(&debts[i]);
        debts[i].account_id = wire_id(i == 0 ? &first.account : &second.account);
    }
    dunlin__payment__v1__post_debtor_payment_request__init(&request);
    request.payment_id = wire_id(&payment_id);
    request.amount_minor = 150;
    request.currency = wire_text("USD");
    request.debts = list;
    request.n_debts = 2;
    Dunlin__Payment__V1__DebtorPaymentView *view = fixture_call(fixture, "PostDebtorPayment", &request.base, STATUS_OK);
    assert_int_equal(view->postings[0]->amount_minor, 100);
    assert_int_equal(view->suspense_minor, 50);
    fixture_free_reply(view);
    dunlin__payment__v1__reverse_debtor_payment_request__init(&reverse);
    reverse.payment_id = wire_id(&payment_id);
    fixture_free_reply(fixture_call(fixture, "ReverseDebtorPayment", &reverse.base, STATUS_OK));
    (void)fixture_emitted(fixture);
}

/* test_statement.c has more. */
static void a_bank_statement_is_recorded_and_listed(void **state)
{
    struct unit_fixture *fixture = *state;
    struct id statement_id = named("statement"), bank_account_id = named("bank account");
    Dunlin__Payment__V1__RecordStatementRequest request;
    Dunlin__Payment__V1__ListStatementsRequest list;

    dunlin__payment__v1__record_statement_request__init(&request);
    request.agency = wire_text("demo");
    request.statement_id = wire_id(&statement_id);
    request.bank_account_id = wire_id(&bank_account_id);
    request.currency = wire_text("USD");
    fixture_free_reply(fixture_call(fixture, "RecordStatement", &request.base, STATUS_OK));
    assert_string_equal(fixture_emitted(fixture), "StatementImported");
    dunlin__payment__v1__list_statements_request__init(&list);
    list.agency = wire_text("demo");
    Dunlin__Payment__V1__ListStatementsReply *listed = fixture_call(fixture, "ListStatements", &list.base, STATUS_OK);
    assert_int_equal(listed->n_statements, 1);
    fixture_free_reply(listed);
}

static void expect_violation(struct unit_fixture *fixture, const char *sql)
{
    struct error err = {0};

    if (db_exec_script(fixture->owner, sql, &err) != STATUS_FAILED_PRECONDITION)
        fail_msg("allowed: %s", sql);
}

/* The features that have a test file of their own are tried here at least so far. */
static void an_empty_request_of_whatever_method_changes_nothing(void **state)
{
    fixture_call_each_empty(*state);
}

static void the_database_itself_keeps_the_ledger_balanced_and_unchanged(void **state)
{
    struct unit_fixture *fixture = *state;

    /* A posting names one amount and the account against the receivable: nothing but a balanced one can be said. */
    expect_violation(fixture,
                     "INSERT INTO payment.posting SELECT (jsonb_populate_record(p, '{\"number\": 900, \"kind\": 2, "
                     "\"against\": 1}')).* FROM payment.posting AS p LIMIT 1");
    expect_violation(fixture, "INSERT INTO payment.posting SELECT (jsonb_populate_record(p, '{\"number\": 900}')).* "
                              "FROM payment.posting AS p WHERE kind = 1 LIMIT 1");
    expect_violation(fixture, "UPDATE payment.posting SET change_minor = 0");
    expect_violation(fixture, "DELETE FROM payment.posting");
}

/* Last: over everything that the tests above have posted. */
static void all_books_agree(void **state)
{
    struct unit_fixture *fixture = *state;

    assert_true(fixture_number(fixture, "SELECT count(*) FROM payment.posting") > 20);
    expect_books_agree(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_placed_account_owes_what_the_client_says),
        cmocka_unit_test(an_account_is_placed_once),
        cmocka_unit_test(a_reported_payment_says_where_it_stood),
        cmocka_unit_test(a_payment_reported_twice_is_one_payment),
        cmocka_unit_test(batches_do_not_change_what_comes_out),
        cmocka_unit_test(a_client_may_restate_what_is_owed),
        cmocka_unit_test(everything_that_a_client_says_of_money_is_answered),
        cmocka_unit_test(events_that_cannot_be_applied_are_refused_and_leave_nothing),
        cmocka_unit_test(a_payment_posted_by_hand_is_taken_back_once),
        cmocka_unit_test(the_same_payment_id_gives_the_first_posting_again),
        cmocka_unit_test(commands_that_make_no_sense_are_refused),
        cmocka_unit_test(a_promise_ends_when_its_day_and_grace_are_over),
        cmocka_unit_test(two_accounts_asked_for_at_once_get_each_their_own),
        cmocka_unit_test(the_credit_of_a_dispute_is_answered_also_where_nothing_is_left_to_credit),
        cmocka_unit_test(a_balance_is_told_with_what_it_is_made_of),
        cmocka_unit_test(a_writer_that_was_overtaken_changes_nothing),
        cmocka_unit_test(money_of_nobody_waits_until_somebody_decides),
        cmocka_unit_test(a_plan_is_offered_agreed_on_approved_held_and_taken_back),
        cmocka_unit_test(one_payment_pays_several_debts_and_is_taken_back),
        cmocka_unit_test(a_bank_statement_is_recorded_and_listed),
        cmocka_unit_test(an_empty_request_of_whatever_method_changes_nothing),
        cmocka_unit_test(the_database_itself_keeps_the_ledger_balanced_and_unchanged),
        cmocka_unit_test(all_books_agree),
    };
    return cmocka_run_group_tests(tests, open_payment, close_payment);
}
