#include "fee_handlers.h"

#include <string.h>

#include "charge_codec.h"
#include "charge_record.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "interest_record.h"
#include "payment_codec.h"
#include "payment_command.h"
#include "payment_store.h"
#include "policy/policy_holder.h"
#include "service/wire.h"

static const struct agreements *agreements_of(const struct unit *unit)
{
    return ((const struct policy_holder *)unit_context(unit))->agreements;
}

static const struct agreement *agreement_of(const struct unit *unit, const struct account *account)
{
    return agreements_find(agreements_of(unit), account->client, (struct date){command_today(unit)});
}

static void reply_fee(struct service_call *call, const struct fee *fee, const struct account *account)
{
    Dunlin__Payment__V1__FeeView view;

    codec_fee_view(fee, account->balance.currency, &view);
    service_reply(call, &view.base);
}

/* An account with all its charges. */
static enum status want_charges(struct book *book, const struct service_call *call, const ProtobufCBinaryData *bytes,
                                struct error *err)
{
    struct id account_id;
    enum status st = wire_read_own_id(call, bytes, "account_id", &account_id, err);

    if (st != STATUS_OK)
        return st;
    book_want_account(book, &account_id);
    charge_book_want(book->charges, &account_id);
    return STATUS_OK;
}

static struct fee_facts facts_of(const struct book_charges *charges, const struct account *account, const char *code)
{
    struct fee_facts facts = {
        .account = account,
        .has_judgment = charges->judgments->len > 0,
        .interest = charges->accrual.basis,
    };

    for (guint i = 0; i < charges->fees->len; i++) {
        const struct fee *fee = &((const struct book_fee *)g_ptr_array_index(charges->fees, i))->fee;
        if (strcmp(fee->code, code) == 0 && !fee_is_waived(fee))
            facts.charged_minor += fee->amount_minor;
    }
    return facts;
}

/* --- ChargeFee */

static enum status want_charge(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__ChargeFeeRequest *request = (const void *)call->request;
    struct id fee_id;
    enum status st = want_charges(book, call, &request->account_id, err);

    if (st == STATUS_OK)
        st = wire_check_text(request->code, SOP_CODE_SIZE - 1, "code", err);
    if (st == STATUS_OK)
        st = wire_check_text(request->reason, TEXT_MAX_BYTES, "reason", err);
    if (st != STATUS_OK || request->fee_id.len == 0)
        return st;
    st = wire_read_own_id(call, &request->fee_id, "fee_id", &fee_id, err);
    if (st == STATUS_OK)
        book_want_posting(book, &fee_id);
    return st;
}

/* True where this fee has been charged before, or something else has its id. */
static bool answer_charged_before(struct service_call *call, const struct book *book,
                                  const struct book_charges *charges, const struct account *account,
                                  const struct id *fee_id, const char *code)
{
    const struct fee *fee = charge_book_fee(charges, fee_id);

    if (fee && strcmp(fee->code, code) == 0)
        reply_fee(call, fee, account);
    else if (fee)
        service_fail(call, STATUS_INVALID_ARGUMENT, "fee_id: is a '%s' of this account", fee->code);
    else if (book_posting(book, fee_id))
        service_fail(call, STATUS_INVALID_ARGUMENT, "fee_id: is another posting's");
    return service_is_answered(call);
}

/* What may be charged, said with the refusal of what may not. */
static char *codes_of(const struct agreement *agreement)
{
    GString *codes = g_string_new(NULL);

    for (size_t i = 0; i < agreement->n_debtor_fees; i++)
        g_string_append_printf(codes, "%s'%s'", i > 0 ? ", " : "", agreement->debtor_fees[i].code);
    return g_string_free(codes, FALSE);
}

static enum status find_fee(const struct agreement *agreement, const char *client, const char *code,
                            const struct agreement_debtor_fee **ret_fee, struct error *err)
{
    g_autofree char *codes = codes_of(agreement);

    *ret_fee = agreement_debtor_fee(agreement, code);
    if (*ret_fee)
        return STATUS_OK;
    return error_set(err, STATUS_FAILED_PRECONDITION,
                     "code: the agreement with '%s' has no fee '%s' (%s%s): only what the agreement that made the "
                     "debt or a law allows is charged (12 CFR 1006.22(b))",
                     client, code, agreement->n_debtor_fees > 0 ? "it has " : "it has none", codes);
}

static enum status charge(const struct record *record, struct service_call *call, struct account *account,
                          const struct fee *fee, struct error *err)
{
    const struct posting_draft draft = fee_draft(fee, account);
    const struct fee *kept = NULL;
    struct posting posting;
    struct error why;

    if (ledger_post(account, &draft, &posting, &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    enum status st = record_fee(record, account, fee, &posting, &kept, err);
    if (st == STATUS_OK)
        reply_fee(call, kept, account);
    return st;
}

static enum status act_charge(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__ChargeFeeRequest *request = (const void *)call->request;
    struct account *account = command_account(record->book, call, &request->account_id);
    const struct agreement_debtor_fee *agreed = NULL;
    struct error why;

    if (!account)
        return STATUS_OK;
    struct book_charges *charges = charge_book_get(record->book->charges, &account->account_id);
    struct fee fee = {
        .fee_id = request->fee_id.len > 0 ? wire_known_id(&request->fee_id) : id_new(call->partition),
        .account_id = account->account_id,
        .agreement_version = agreements_of(record->unit)->version,
        .charged_on_days = command_today(record->unit),
        .reason = request->reason,
        .charged_at = unit_now(record->unit),
        .waived_reason = "",
    };
    if (answer_charged_before(call, record->book, charges, account, &fee.fee_id, request->code))
        return STATUS_OK;
    const struct fee_facts facts = facts_of(charges, account, request->code);
    enum status st = find_fee(agreement_of(record->unit, account), account->client, request->code, &agreed, &why);
    if (st == STATUS_OK)
        st = fee_decide(agreed, &facts, &fee.amount_minor, &why);
    if (st != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    fee.code = agreed->code;
    fee.bucket = agreed->bucket;
    fee.basis = agreed->basis;
    fee.evidence = agreed->evidence;
    return charge(record, call, account, &fee, err);
}

enum status fee_charge(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_charge, act_charge}, unit, calls, n_calls, err);
}

/* --- WaiveFee */

static enum status want_waive(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__WaiveFeeRequest *request = (const void *)call->request;
    struct id fee_id;
    enum status st = want_charges(book, call, &request->account_id, err);

    if (st == STATUS_OK)
        st = wire_read_own_id(call, &request->fee_id, "fee_id", &fee_id, err);
    if (st == STATUS_OK)
        st = wire_check_text(request->reason, TEXT_MAX_BYTES, "reason", err);
    if (st == STATUS_OK && request->reason[0] == '\0')
        st = error_set(err, STATUS_INVALID_ARGUMENT, "reason: missing");
    return st;
}

/* What was paid of the fee lowers principal from today on. */
static enum status waive(const struct record *record, struct service_call *call, struct account *account,
                         struct fee *fee, const struct posting_draft *draft, struct error *err)
{
    struct posting posting;
    enum status st = interest_precede(record, account, draft->effective_on_days, draft->posted_at, err);

    if (st == STATUS_OK)
        st = ledger_post(account, draft, &posting, err);
    if (st == STATUS_OK)
        st = record_waiver(record, account, fee, &posting, err);
    if (st == STATUS_OK)
        reply_fee(call, fee, account);
    return st;
}

static enum status act_waive(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__WaiveFeeRequest *request = (const void *)call->request;
    struct account *account = command_account(record->book, call, &request->account_id);
    const struct id fee_id = wire_known_id(&request->fee_id);
    struct posting_draft draft;
    char text[ID_TEXT_SIZE];
    struct error why;

    if (!account)
        return STATUS_OK;
    struct book_charges *charges = charge_book_get(record->book->charges, &account->account_id);
    struct fee *fee = charge_book_fee(charges, &fee_id);
    if (!fee) {
        service_fail(call, STATUS_NOT_FOUND, "no fee %s on this account", id_format(&fee_id, text));
        return STATUS_OK;
    }
    if (fee_is_waived(fee)) {
        reply_fee(call, fee, account);
        return STATUS_OK;
    }
    if (fee_draft_waiver(fee, account, request->reason, unit_now(record->unit), &draft, &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    return waive(record, call, account, fee, &draft, err);
}

enum status fee_waive(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_waive, act_waive}, unit, calls, n_calls, err);
}

/* --- ListFees */

static enum status want_list(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__ListFeesRequest *request = (const void *)call->request;
    struct id account_id;
    enum status st = wire_read_id(&request->account_id, "account_id", &account_id, err);

    if (st != STATUS_OK)
        return st;
    book_want_account(book, &account_id);
    charge_book_want(book->charges, &account_id);
    return STATUS_OK;
}

static void permitted_view(const struct agreement_debtor_fee *fee, const struct fee_facts *facts, struct error *why,
                           Dunlin__Payment__V1__PermittedFeeView *ret_view)
{
    dunlin__payment__v1__permitted_fee_view__init(ret_view);
    ret_view->code = wire_text(fee->code);
    ret_view->bucket = (Dunlin__Payment__V1__FeeBucket)fee->bucket;
    ret_view->basis = (Dunlin__Payment__V1__ChargeBasis)fee->basis;
    ret_view->evidence = wire_text(fee->evidence);
    ret_view->currency = wire_text(facts->account->balance.currency);
    if (fee_decide(fee, facts, &ret_view->amount_minor, why) != STATUS_OK)
        ret_view->refusal = wire_text(why->text);
}

static void reply_fees(struct service_call *call, const struct agreement *agreement, const struct book_charges *charges,
                       const struct account *account)
{
    const size_t n = charges->fees->len, n_permitted = agreement->n_debtor_fees;
    g_autofree Dunlin__Payment__V1__FeeView *views = g_new(Dunlin__Payment__V1__FeeView, n);
    g_autofree Dunlin__Payment__V1__FeeView **list = g_new(Dunlin__Payment__V1__FeeView *, n);
    g_autofree Dunlin__Payment__V1__PermittedFeeView *permitted =
        g_new(Dunlin__Payment__V1__PermittedFeeView, n_permitted);
    g_autofree Dunlin__Payment__V1__PermittedFeeView **permitted_list =
        g_new(Dunlin__Payment__V1__PermittedFeeView *, n_permitted);
    g_autofree struct error *whys = g_new0(struct error, n_permitted);
    Dunlin__Payment__V1__ListFeesReply reply;

    for (size_t i = 0; i < n; i++) {
        codec_fee_view(&((const struct book_fee *)g_ptr_array_index(charges->fees, i))->fee, account->balance.currency,
                       &views[i]);
        list[i] = &views[i];
    }
    for (size_t i = 0; i < n_permitted; i++) {
        const struct fee_facts facts = facts_of(charges, account, agreement->debtor_fees[i].code);
        permitted_view(&agreement->debtor_fees[i], &facts, &whys[i], &permitted[i]);
        permitted_list[i] = &permitted[i];
    }
    dunlin__payment__v1__list_fees_reply__init(&reply);
    reply.fees = list;
    reply.n_fees = n;
    reply.permitted = permitted_list;
    reply.n_permitted = n_permitted;
    service_reply(call, &reply.base);
}

static enum status act_list(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__ListFeesRequest *request = (const void *)call->request;
    const struct account *account = command_account(record->book, call, &request->account_id);

    (void)err;
    if (account)
        reply_fees(call, agreement_of(record->unit, account),
                   charge_book_get(record->book->charges, &account->account_id), account);
    return STATUS_OK;
}

enum status fee_list(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_list, act_list}, unit, calls, n_calls, err);
}
