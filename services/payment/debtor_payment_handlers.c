#include "debtor_payment_handlers.h"

#include <string.h>

#include "allocation.h"
#include "debtor_payment_store.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "id/id_table.h"
#include "interest_record.h"
#include "payment_codec.h"
#include "payment_command.h"
#include "payment_store.h"
#include "payment_taking.h"
#include "policy/policy_holder.h"
#include "service/wire.h"

typedef Dunlin__Payment__V1__PostDebtorPaymentRequest PostRequest;
typedef Dunlin__Payment__V1__ReverseDebtorPaymentRequest ReverseRequest;

/* What a batch works on: beside the book the payments that it names, and how old its debts are. */
struct work {
    struct unit *unit;
    struct book *book;
    GHashTable *wanted;   /* set of payments */
    GHashTable *debts;    /* set of accounts that requests name */
    GHashTable *payments; /* id -> struct debtor_payment, owned */
    GHashTable *due;      /* account id -> day */
};

static struct work work_new(struct unit *unit)
{
    return (struct work){.unit = unit,
                         .book = book_new(),
                         .wanted = id_set_new(),
                         .debts = id_set_new(),
                         .payments = debtor_payments_new()};
}

static void work_fini(struct work *work)
{
    book_free(work->book);
    g_hash_table_unref(work->wanted);
    g_hash_table_unref(work->debts);
    g_hash_table_unref(work->payments);
    if (work->due)
        g_hash_table_unref(work->due);
}

static void want_debt(struct book *book, const struct id *payment_id, const struct id *account_id)
{
    const struct id posting_id = debtor_payment_posting_id(payment_id, account_id);
    const struct id reversal_id = ledger_reversal_id(&posting_id);

    book_want_account(book, account_id);
    book_want_posting(book, &posting_id);
    book_want_posting(book, &reversal_id);
}

/* Of payments that were posted before, what they were posted to. */
static void want_posted(struct work *work)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, work->payments);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct debtor_payment *payment = value;
        for (guint i = 0; i < payment->debts->len; i++)
            want_debt(work->book, &payment->payment_id,
                      &g_array_index(payment->debts, struct debtor_debt, i).account_id);
    }
}

/* Up to three round trips: payments and ages, then the book. */
static enum status work_load(struct work *work, struct error *err)
{
    struct db *db = unit_db(work->unit);
    enum status st = debtor_payment_store_load(db, work->wanted, work->payments, err);

    if (st == STATUS_OK)
        st = debtor_payment_store_due(db, work->debts, &work->due, err);
    if (st != STATUS_OK)
        return st;
    want_posted(work);
    return payment_store_load(db, work->book, err);
}

static enum status work_save(struct work *work, struct error *err)
{
    const enum status st = payment_store_save(unit_db(work->unit), work->book, err);

    return st == STATUS_OK ? debtor_payment_store_save(unit_db(work->unit), work->payments, err) : st;
}

/* --- answers */

static void fill_posting(const struct book *book, const struct id *payment_id, const struct debtor_debt *debt,
                         Dunlin__Payment__V1__DebtorPosting *to)
{
    const struct id posting_id = debtor_payment_posting_id(payment_id, &debt->account_id);
    const struct id reversal_id = ledger_reversal_id(&posting_id);
    const struct posting *posting = book_posting(book, &posting_id);
    const struct posting *reversal = book_posting(book, &reversal_id);

    dunlin__payment__v1__debtor_posting__init(to);
    to->account_id = wire_id(&debt->account_id);
    to->left_out = (Dunlin__Payment__V1__DebtLeftOut)debt->left_out;
    if (!posting)
        return;
    to->posting_id = wire_id(&posting->draft.posting_id);
    to->amount_minor = -posting->draft.change.minor;
    to->balance_minor = posting->balance_minor;
    to->interest_minor = -posting->draft.charges.minor[AGREEMENT_INTEREST - 1];
    to->fees_minor = -posting->draft.charges.minor[AGREEMENT_FEES - 1];
    to->costs_minor = -posting->draft.charges.minor[AGREEMENT_COSTS - 1];
    to->contingency_fee_minor = posting->draft.fee_minor;
    if (reversal) {
        to->reversal_id = wire_id(&reversal->draft.posting_id);
        to->balance_minor = reversal->balance_minor;
    }
}

static void reply(struct service_call *call, const struct book *book, const struct debtor_payment *payment)
{
    const guint n = payment->debts->len;
    const struct id rest_id = debtor_payment_rest_id(&payment->payment_id);
    g_autofree Dunlin__Payment__V1__DebtorPosting *rows = g_new(Dunlin__Payment__V1__DebtorPosting, n);
    g_autofree Dunlin__Payment__V1__DebtorPosting **list = g_new(Dunlin__Payment__V1__DebtorPosting *, n);
    Dunlin__Payment__V1__DebtorPaymentView view;

    for (guint i = 0; i < n; i++) {
        fill_posting(book, &payment->payment_id, &g_array_index(payment->debts, struct debtor_debt, i), &rows[i]);
        list[i] = &rows[i];
    }
    dunlin__payment__v1__debtor_payment_view__init(&view);
    view.payment_id = wire_id(&payment->payment_id);
    view.amount_minor = payment->amount.minor;
    view.currency = wire_text(payment->amount.currency);
    view.postings = list;
    view.n_postings = n;
    view.suspense_minor = payment->held_minor;
    if (payment->held_minor > 0)
        view.suspense_item_id = wire_id(&rest_id);
    service_reply(call, &view.base);
}

/* --- PostDebtorPayment */

static enum status want_debts(struct work *work, const struct service_call *call, const struct id *payment_id,
                              struct error *err)
{
    const PostRequest *request = (const void *)call->request;

    for (size_t i = 0; i < request->n_debts; i++) {
        const Dunlin__Payment__V1__DebtorDebt *debt = request->debts[i];
        struct id account_id;
        const enum status st = wire_read_id(&debt->account_id, "account_id", &account_id, err);
        if (st != STATUS_OK)
            return error_wrap(err, st, "debts[%zu]", i);
        if (id_partition(&account_id) != call->partition)
            return error_set(err, STATUS_INVALID_ARGUMENT, "debts[%zu]: is another debtor's than the payment's", i);
        if (debt->directed_presence_case == DUNLIN__PAYMENT__V1__DEBTOR_DEBT__DIRECTED_PRESENCE_DIRECTED_MINOR &&
            debt->directed_minor <= 0)
            return error_set(err, STATUS_INVALID_ARGUMENT, "debts[%zu].directed_minor: %lld is not positive", i,
                             (long long)debt->directed_minor);
        (void)id_set_add(work->debts, &account_id);
        want_debt(work->book, payment_id, &account_id);
    }
    return STATUS_OK;
}

static enum status want_post(struct work *work, const struct service_call *call, struct error *err)
{
    const PostRequest *request = (const void *)call->request;
    struct id payment_id;
    enum status st = wire_read_own_id(call, &request->payment_id, "payment_id", &payment_id, err);

    if (st == STATUS_OK)
        st = wire_free_text(request->reference, TEXT_MAX_BYTES, "reference", err);
    if (st != STATUS_OK)
        return st;
    if (request->amount_minor <= 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "amount_minor: %lld is not positive",
                         (long long)request->amount_minor);
    if (request->n_debts == 0 || request->n_debts > DEBTOR_DEBTS_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "debts: %zu of them; there must be 1 to %d", request->n_debts,
                         DEBTOR_DEBTS_MAX);
    (void)id_set_add(work->wanted, &payment_id);
    return want_debts(work, call, &payment_id, err);
}

static enum status find_debts(const struct work *work, const struct service_call *call, int32_t day, struct debt *debts,
                              struct error *err)
{
    const PostRequest *request = (const void *)call->request;
    const struct policy_holder *policy = unit_context(work->unit);
    char text[ID_TEXT_SIZE];

    for (size_t i = 0; i < request->n_debts; i++) {
        const struct id account_id = wire_known_id(&request->debts[i]->account_id);
        struct account *account = book_account(work->book, &account_id);
        if (!account || !command_may_concern(call, account->agency_id))
            return error_set(err, STATUS_NOT_FOUND, "debts[%zu]: no account %s", i, id_format(&account_id, text));
        debts[i] = (struct debt){
            .account = account,
            .due_on_days = GPOINTER_TO_INT(g_hash_table_lookup(work->due, &account_id)),
            .order = agreements_find(policy->agreements, account->client, (struct date){day})->order,
            .directed_minor = request->debts[i]->directed_minor,
        };
    }
    return STATUS_OK;
}

static enum status check_payments(const struct debt *debts, size_t n, const struct posting_draft *draft,
                                  struct error *err)
{
    for (size_t i = 0; i < n; i++) {
        struct posting_draft share = *draft;
        share.change.minor = -debts[i].share_minor;
        memcpy(share.change.currency, debts[i].account->balance.currency, sizeof(share.change.currency));
        const enum status st = payment_check(debts[i].account, &share, err);
        if (st != STATUS_OK)
            return error_wrap(err, st, "debts[%zu]", i);
    }
    return STATUS_OK;
}

static enum status post_shares(const struct record *record, const struct debt *debts, size_t n,
                               const struct posting_draft *whole, struct error *err)
{
    const struct policy_holder *policy = unit_context(record->unit);
    enum status st = STATUS_OK;

    for (size_t i = 0; i < n && st == STATUS_OK; i++) {
        struct posting_draft draft = *whole;
        struct posting posting;
        if (debts[i].share_minor == 0) {
            st = interest_follow(record, debts[i].account, NULL, err);
            continue;
        }
        draft.posting_id = debtor_payment_posting_id(&whole->posting_id, &debts[i].account->account_id);
        draft.change.minor = -debts[i].share_minor;
        allocation_apply(policy->agreements, debts[i].account, PAID_TO_AGENCY, &draft);
        st = ledger_post(debts[i].account, &draft, &posting, err);
        if (st == STATUS_OK)
            st = record_posting(record, debts[i].account, &posting, NULL, err);
    }
    return st;
}

/* It is the debtor's. For whom it was received is known where all his debts are of one client. */
static enum status hold_rest(const struct record *record, const struct debt *debts, size_t n,
                             const struct posting_draft *draft, int64_t rest_minor, struct error *err)
{
    struct suspense item = suspense_of_overpaid(debts[0].account, draft, rest_minor);
    const struct suspense *kept;

    item.item_id = debtor_payment_rest_id(&draft->posting_id);
    for (size_t i = 1; i < n; i++)
        if (strcmp(debts[i].account->client, item.client) != 0)
            item.client = "";
    return record_held(record, &item, &kept, err);
}

static void keep(struct work *work, const struct posting_draft *whole, const struct debt *debts, size_t n,
                 int64_t rest_minor, struct debtor_payment **ret_payment)
{
    struct debtor_payment *payment = debtor_payment_new(&whole->posting_id);

    payment->agency_id = debts[0].account->agency_id;
    payment->amount = whole->change;
    payment->amount.minor = -whole->change.minor;
    payment->held_minor = rest_minor;
    payment->is_new = true;
    for (size_t i = 0; i < n; i++) {
        const struct debtor_debt debt = {debts[i].account->account_id, debts[i].left_out};
        g_array_append_val(payment->debts, debt);
    }
    (void)id_table_put(work->payments, &payment->payment_id, payment);
    *ret_payment = payment;
}

static enum status draft_whole(const struct work *work, const PostRequest *request, struct posting_draft *ret_draft,
                               struct error *err)
{
    const bool has_date = request->paid_on_presence_case ==
                          DUNLIN__PAYMENT__V1__POST_DEBTOR_PAYMENT_REQUEST__PAID_ON_PRESENCE_PAID_ON_DAYS;

    *ret_draft = (struct posting_draft){
        .posting_id = wire_known_id(&request->payment_id),
        .kind = POSTING_PAYMENT,
        .effective_on_days = has_date ? request->paid_on_days : command_today(work->unit),
        .reference = request->reference,
        .posted_at = unit_now(work->unit),
    };
    return codec_money(-request->amount_minor, request->currency, &ret_draft->change, err);
}

/* Nothing is changed but `debts`. */
static enum status read_post(const struct work *work, const struct service_call *call, struct posting_draft *whole,
                             struct debt *debts, struct error *err)
{
    const PostRequest *request = (const void *)call->request;
    enum status st = draft_whole(work, request, whole, err);

    if (st == STATUS_OK)
        st = find_debts(work, call, whole->effective_on_days, debts, err);
    return st == STATUS_OK ? check_payments(debts, request->n_debts, whole, err) : st;
}

/* Interest stands at the day of the payment on every debt, and then it is split. Where it is refused though interest
 * was posted, the unit fails: it is run again by itself, and what it fails with is the answer. */
static enum status split(const struct record *record, struct service_call *call, const struct posting_draft *whole,
                         struct debt *debts, int64_t *ret_rest_minor, struct error *err)
{
    const PostRequest *request = (const void *)call->request;
    struct money paid = whole->change;
    bool is_borne = false;
    struct error why;

    for (size_t i = 0; i < request->n_debts; i++) {
        is_borne = is_borne || interest_is_borne(record, debts[i].account);
        const enum status st =
            interest_precede(record, debts[i].account, whole->effective_on_days, whole->posted_at, err);
        if (st != STATUS_OK)
            return st;
    }
    paid.minor = request->amount_minor;
    if (debtor_payment_split(&paid, debts, request->n_debts, ret_rest_minor, &why) == STATUS_OK)
        return STATUS_OK;
    if (is_borne)
        return error_set(err, why.code, "%s", why.text);
    service_fail_error(call, &why);
    return STATUS_OK;
}

static void answer_posted_before(struct service_call *call, const struct work *work,
                                 const struct debtor_payment *payment)
{
    const PostRequest *request = (const void *)call->request;

    if (request->amount_minor != payment->amount.minor || strcmp(request->currency, payment->amount.currency) != 0)
        service_fail(call, STATUS_INVALID_ARGUMENT, "payment_id: is another payment's, of %lld minor units of %s",
                     (long long)payment->amount.minor, payment->amount.currency);
    else
        reply(call, work->book, payment);
}

static enum status act_post(struct work *work, const struct record *record, struct service_call *call,
                            struct error *err)
{
    const PostRequest *request = (const void *)call->request;
    const struct id payment_id = wire_known_id(&request->payment_id);
    const size_t n = request->n_debts;
    struct debtor_payment *payment = g_hash_table_lookup(work->payments, &payment_id);
    g_autofree struct debt *debts = g_new0(struct debt, n);
    struct posting_draft whole;
    int64_t rest_minor;
    struct error why;

    if (payment) {
        answer_posted_before(call, work, payment);
        return STATUS_OK;
    }
    if (read_post(work, call, &whole, debts, &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    enum status st = split(record, call, &whole, debts, &rest_minor, err);
    if (st != STATUS_OK || service_is_answered(call))
        return st;
    st = post_shares(record, debts, n, &whole, err);
    if (st == STATUS_OK && rest_minor > 0)
        st = hold_rest(record, debts, n, &whole, rest_minor, err);
    if (st != STATUS_OK)
        return st;
    keep(work, &whole, debts, n, rest_minor, &payment);
    reply(call, work->book, payment);
    return STATUS_OK;
}

/* --- ReverseDebtorPayment */

static enum status want_reverse(struct work *work, const struct service_call *call, struct error *err)
{
    const ReverseRequest *request = (const void *)call->request;
    struct id payment_id;
    enum status st = wire_read_own_id(call, &request->payment_id, "payment_id", &payment_id, err);

    if (st == STATUS_OK)
        st = wire_free_text(request->reason, TEXT_MAX_BYTES, "reason", err);
    if (st != STATUS_OK)
        return st;
    const struct id rest_id = debtor_payment_rest_id(&payment_id);
    (void)id_set_add(work->wanted, &payment_id);
    book_want_suspense(work->book, &rest_id);
    return STATUS_OK;
}

static enum status reverse_share(const struct record *record, const struct id *posting_id, const char *reason,
                                 struct error *err)
{
    const struct id reversal_id = ledger_reversal_id(posting_id);
    const struct posting *posting = book_posting(record->book, posting_id);
    struct payment_taken taken;

    if (!posting || book_posting(record->book, &reversal_id))
        return STATUS_OK;
    const enum status st = payment_take_back(record, posting, reason, &taken, err);
    return st == STATUS_OK && taken.refusal.code != STATUS_OK
               ? error_set(err, taken.refusal.code, "%s", taken.refusal.text)
               : st;
}

static enum status return_rest(const struct record *record, const struct id *payment_id, const char *reason,
                               struct error *err)
{
    const struct id rest_id = debtor_payment_rest_id(payment_id);

    return record_returned(record, book_suspense(record->book, &rest_id), reason, err);
}

static enum status act_reverse(struct work *work, const struct record *record, struct service_call *call,
                               struct error *err)
{
    const ReverseRequest *request = (const void *)call->request;
    const struct id payment_id = wire_known_id(&request->payment_id);
    const struct debtor_payment *payment = g_hash_table_lookup(work->payments, &payment_id);
    enum status st = STATUS_OK;
    char text[ID_TEXT_SIZE];

    if (!payment || !command_may_concern(call, payment->agency_id)) {
        service_fail(call, STATUS_NOT_FOUND, "no payment for several debts %s", id_format(&payment_id, text));
        return STATUS_OK;
    }
    for (guint i = 0; i < payment->debts->len && st == STATUS_OK; i++) {
        const struct debtor_debt *debt = &g_array_index(payment->debts, struct debtor_debt, i);
        const struct id posting_id = debtor_payment_posting_id(&payment_id, &debt->account_id);
        st = reverse_share(record, &posting_id, request->reason, err);
    }
    if (st == STATUS_OK)
        st = return_rest(record, &payment_id, request->reason, err);
    if (st == STATUS_OK)
        reply(call, work->book, payment);
    return st;
}

/* --- both */

struct step {
    enum status (*want)(struct work *work, const struct service_call *call, struct error *err);
    enum status (*act)(struct work *work, const struct record *record, struct service_call *call, struct error *err);
};

static enum status run(const struct step *step, struct unit *unit, struct service_call *calls, size_t n_calls,
                       struct error *err)
{
    SCOPED(work_fini) struct work work = work_new(unit);

    for (size_t i = 0; i < n_calls; i++) {
        struct error why;
        if (step->want(&work, &calls[i], &why) != STATUS_OK)
            service_fail_error(&calls[i], &why);
    }
    enum status st = work_load(&work, err);
    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++) {
        const struct record record = {.unit = unit, .book = work.book, .actor = wire_actor(&calls[i])};
        if (!service_is_answered(&calls[i]))
            st = step->act(&work, &record, &calls[i], err);
    }
    return st == STATUS_OK ? work_save(&work, err) : st;
}

enum status debtor_payment_post(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return run(&(struct step){want_post, act_post}, unit, calls, n_calls, err);
}

enum status debtor_payment_reverse(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return run(&(struct step){want_reverse, act_reverse}, unit, calls, n_calls, err);
}
