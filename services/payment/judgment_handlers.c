#include "judgment_handlers.h"

#include <string.h>

#include "charge_codec.h"
#include "charge_record.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "interest_record.h"
#include "payment_codec.h"
#include "payment_command.h"
#include "policy/policy_holder.h"
#include "service/wire.h"

#define HASH_MIN 16
#define HASH_MAX 64

/* --- RecordJudgment */

static enum status check_amounts(const Dunlin__Payment__V1__RecordJudgmentRequest *request, struct error *err)
{
    const struct {
        const char *field;
        int64_t minor;
    } amounts[] = {{"principal_minor", request->principal_minor},
                   {"interest_minor", request->interest_minor},
                   {"fees_minor", request->fees_minor},
                   {"costs_minor", request->costs_minor}};
    int64_t sum = 0;

    for (size_t i = 0; i < ARRAY_SIZE(amounts); i++)
        if (amounts[i].minor < 0 || __builtin_add_overflow(sum, amounts[i].minor, &sum))
            return error_set(err, STATUS_INVALID_ARGUMENT, "%s: %lld is below zero, or too much", amounts[i].field,
                             (long long)amounts[i].minor);
    if (sum == 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "principal_minor: a judgment of nothing");
    return STATUS_OK;
}

static enum status check_terms(const Dunlin__Payment__V1__RecordJudgmentRequest *request, struct error *err)
{
    if (request->rate_millionths < 0 || request->rate_millionths > INTEREST_RATE_MAX.millionths)
        return error_set(err, STATUS_INVALID_ARGUMENT, "rate_millionths: %lld is not between 0 and 1,000 percent",
                         (long long)request->rate_millionths);
    if (!day_count_is_known((enum day_count)request->day_count))
        return error_set(err, STATUS_INVALID_ARGUMENT, "day_count: %d is none", (int)request->day_count);
    if (request->entered_on_days < EFFECTIVE_ON_MIN || request->entered_on_days > EFFECTIVE_ON_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "entered_on_days: day %d is not between 1900 and 2199",
                         request->entered_on_days);
    return STATUS_OK;
}

static enum status check_source(const Dunlin__Payment__V1__RecordJudgmentRequest *request, struct error *err)
{
    enum status st = wire_check_text(request->court, TEXT_MAX_BYTES / 2, "court", err);

    if (st == STATUS_OK)
        st = wire_check_text(request->case_number, TEXT_MAX_BYTES / 4, "case_number", err);
    if (st != STATUS_OK)
        return st;
    if (request->court[0] == '\0' || request->case_number[0] == '\0')
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: missing",
                         request->court[0] == '\0' ? "court" : "case_number");
    if (request->document_hash.len < HASH_MIN || request->document_hash.len > HASH_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "document_hash: %zu bytes; there must be %d to %d",
                         request->document_hash.len, HASH_MIN, HASH_MAX);
    return STATUS_OK;
}

static enum status want_judgment(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__RecordJudgmentRequest *request = (const void *)call->request;
    struct id account_id, judgment_id;
    enum status st = wire_read_own_id(call, &request->account_id, "account_id", &account_id, err);

    if (st == STATUS_OK)
        st = wire_read_own_id(call, &request->judgment_id, "judgment_id", &judgment_id, err);
    if (st == STATUS_OK)
        st = check_amounts(request, err);
    if (st == STATUS_OK)
        st = check_terms(request, err);
    if (st == STATUS_OK)
        st = check_source(request, err);
    if (st != STATUS_OK)
        return st;
    book_want_account(book, &account_id);
    book_want_posting(book, &judgment_id);
    charge_book_want(book->charges, &account_id);
    return STATUS_OK;
}

static struct judgment_record read_judgment(const struct record *record,
                                            const Dunlin__Payment__V1__RecordJudgmentRequest *request)
{
    return (struct judgment_record){
        .judgment_id = wire_known_id(&request->judgment_id),
        .account_id = wire_known_id(&request->account_id),
        .terms = {.entered = {request->entered_on_days},
                  .amount_minor = request->principal_minor,
                  .rate = {request->rate_millionths},
                  .day_count = (enum day_count)request->day_count},
        .charges = {.minor = {[AGREEMENT_INTEREST - 1] = request->interest_minor,
                              [AGREEMENT_FEES - 1] = request->fees_minor,
                              [AGREEMENT_COSTS - 1] = request->costs_minor}},
        .court = request->court,
        .case_number = request->case_number,
        .document_hash = request->document_hash.data,
        .document_hash_len = request->document_hash.len,
        .recorded_at = unit_now(record->unit),
    };
}

static enum status check_judgment(const struct record *record, const struct account *account,
                                  const Dunlin__Payment__V1__RecordJudgmentRequest *request, struct error *err)
{
    if (account->is_recalled)
        return error_set(err, STATUS_FAILED_PRECONDITION, "the client has taken the account back");
    if (strcmp(account->balance.currency, request->currency) != 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "currency: '%.8s'; the account is in %s", request->currency,
                         account->balance.currency);
    if (request->entered_on_days > command_today(record->unit))
        return error_set(err, STATUS_INVALID_ARGUMENT, "entered_on_days: it is not that day yet");
    return STATUS_OK;
}

static void reply_judgment(struct service_call *call, const struct judgment_record *judgment)
{
    Dunlin__Payment__V1__JudgmentView view;

    codec_judgment_view(judgment, &view);
    service_reply(call, &view.base);
}

/* From what was owed at the beginning of its day to what the court says; what was paid since stays paid. */
static struct posting_draft draft_judgment(struct book *book, const struct account *account,
                                           const struct book_charges *charges, const struct judgment_record *judgment)
{
    const struct owed now = {account->balance.minor, account->owed};
    const struct owed before = accrual_owed_before(&now, charges->moves, judgment->terms.entered);
    g_autofree char *reference = g_strdup_printf("judgment %s, %s", judgment->case_number, judgment->court);
    struct posting_draft draft = {
        .posting_id = judgment->judgment_id,
        .kind = POSTING_ADJUSTMENT,
        .change = account->balance,
        .effective_on_days = judgment->terms.entered.days,
        .reference = book_keep_text(book, reference),
        .posted_at = judgment->recorded_at,
    };

    draft.change.minor = judgment->terms.amount_minor + charges_sum(&judgment->charges) - before.whole_minor;
    for (size_t i = 0; i < CHARGES; i++)
        draft.charges.minor[i] = judgment->charges.minor[i] - before.charges.minor[i];
    return draft;
}

static enum status act_judgment(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__RecordJudgmentRequest *request = (const void *)call->request;
    struct account *account = command_account(record->book, call, &request->account_id);
    const struct judgment_record judgment = read_judgment(record, request);
    const struct judgment_record *kept = NULL;
    struct posting posting;
    struct error why;

    if (!account)
        return STATUS_OK;
    const struct book_charges *charges = charge_book_get(record->book->charges, &account->account_id);
    kept = charge_book_judgment(charges, &judgment.judgment_id);
    if (kept) {
        reply_judgment(call, kept);
        return STATUS_OK;
    }
    enum status st = check_judgment(record, account, request, &why);
    if (st == STATUS_OK && book_posting(record->book, &judgment.judgment_id))
        st = error_set(&why, STATUS_INVALID_ARGUMENT, "judgment_id: is another posting's");
    if (st != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    st = interest_precede(record, account, judgment.terms.entered.days, judgment.recorded_at, err);
    if (st != STATUS_OK)
        return st;
    const struct posting_draft draft = draft_judgment(record->book, account, charges, &judgment);
    st = ledger_post(account, &draft, &posting, err);
    if (st == STATUS_OK)
        st = record_judgment(record, account, &judgment, &posting, &kept, err);
    if (st == STATUS_OK)
        reply_judgment(call, kept);
    return st;
}

enum status judgment_record(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_judgment, act_judgment}, unit, calls, n_calls, err);
}

/* --- GetInterest */

static enum status want_interest(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__GetInterestRequest *request = (const void *)call->request;
    struct id account_id;
    enum status st = wire_read_id(&request->account_id, "account_id", &account_id, err);

    if (st != STATUS_OK)
        return st;
    book_want_account(book, &account_id);
    charge_book_want(book->charges, &account_id);
    return STATUS_OK;
}

static void keep_span(const struct interest_span *span, void *data)
{
    g_array_append_vals(data, span, 1);
}

static void fill_terms(const struct accrual *accrual, Dunlin__Payment__V1__InterestView *view)
{
    view->basis = (Dunlin__Payment__V1__ChargeBasis)accrual->basis;
    view->day_count = (Dunlin__Payment__V1__DayCount)accrual->day_count;
    view->starts_on_days = accrual->starts.days;
    view->posted_minor = accrual->posted_minor;
    view->posted_through_on_days = accrual->posted_through.days;
    if (accrual->cap_minor != INT64_MAX) {
        view->cap_presence_case = DUNLIN__PAYMENT__V1__INTEREST_VIEW__CAP_PRESENCE_CAP_MINOR;
        view->cap_minor = accrual->cap_minor;
    }
    if (accrual->stops.days != ACCRUAL_GOES_ON)
        view->stopped_on_days = accrual->stops.days;
}

static void reply_interest(struct service_call *call, Dunlin__Payment__V1__InterestView *view, const GArray *spans,
                           enum day_count day_count)
{
    g_autofree Dunlin__Payment__V1__InterestSpan *views = g_new(Dunlin__Payment__V1__InterestSpan, spans->len);
    g_autofree Dunlin__Payment__V1__InterestSpan **list = g_new(Dunlin__Payment__V1__InterestSpan *, spans->len);

    for (guint i = 0; i < spans->len; i++) {
        codec_interest_span(&g_array_index(spans, struct interest_span, i), day_count, &views[i]);
        list[i] = &views[i];
    }
    view->spans = list;
    view->n_spans = spans->len;
    service_reply(call, &view->base);
}

/* As of yesterday; nothing is posted by asking. */
static enum status explain(const struct unit *unit, struct service_call *call, const struct account *account,
                           struct book_charges *charges, Dunlin__Payment__V1__InterestView *view, struct error *err)
{
    const struct policy_holder *policy = unit_context(unit);
    const struct accrual *accrual = &charges->accrual;
    const struct date last = accrual_last_day(accrual, (struct date){command_today(unit)});
    g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(struct interest_span));
    struct interest interest;
    struct date reached;
    struct error why;
    enum status st =
        interest_reckon(policy->agreements, account, charges, last, keep_span, spans, &reached, &interest, &why, err);

    if (st == STATUS_OK)
        st = interest_round(&interest, &view->accrued_minor, err);
    if (st != STATUS_OK)
        return st;
    fill_terms(accrual, view);
    view->is_capped = interest.is_capped;
    view->accrued_through_on_days = reached.days;
    if (reached.days < last.days)
        view->waits_for = wire_text(why.text);
    reply_interest(call, view, spans, accrual->day_count);
    return STATUS_OK;
}

static enum status act_interest(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__GetInterestRequest *request = (const void *)call->request;
    const struct account *account = command_account(record->book, call, &request->account_id);
    Dunlin__Payment__V1__JudgmentView judgment;
    Dunlin__Payment__V1__InterestView view;

    if (!account)
        return STATUS_OK;
    struct book_charges *charges = charge_book_get(record->book->charges, &account->account_id);
    dunlin__payment__v1__interest_view__init(&view);
    view.account_id = wire_id(&account->account_id);
    view.currency = wire_text(account->balance.currency);
    if (charges->judgments->len > 0) {
        const struct book_judgment *last = g_ptr_array_index(charges->judgments, charges->judgments->len - 1);
        codec_judgment_view(&last->judgment, &judgment);
        view.judgment = &judgment;
    }
    if (charges->accrual.series > 0)
        return explain(record->unit, call, account, charges, &view, err);
    service_reply(call, &view.base);
    return STATUS_OK;
}

enum status interest_get(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_interest, act_interest}, unit, calls, n_calls, err);
}
