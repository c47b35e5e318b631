#include "dispute_handlers.h"

#include <string.h>

#include "dispute_codec.h"
#include "dispute_command.h"
#include "dispute_service.h"
#include "service/wire.h"

/* OpenDispute: what is claimed is checked, measured by the validation notices, and opened. */

static enum status check_bureau(const Dunlin__Dispute__V1__OpenDisputeRequest *request, struct error *err)
{
    const bool is_bureau = (int)request->kind == KIND_BUREAU;
    if (is_bureau && request->answer_due_on_days <= 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "answer_due_on_days: a bureau's dispute needs the day it names");
    if (!is_bureau && (request->answer_due_on_days != 0 || request->bureau[0] || request->bureau_reference[0]))
        return error_set(err, STATUS_INVALID_ARGUMENT, "bureau: only a dispute of the kind bureau has one");
    return STATUS_OK;
}

static enum status check_amount(const Dunlin__Dispute__V1__OpenDisputeRequest *request, struct error *err)
{
    if (request->amount_minor < 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "amount_minor: %lld: must be positive",
                         (long long)request->amount_minor);
    if (request->amount_minor > 0 && request->currency[0] == '\0')
        return error_set(err, STATUS_INVALID_ARGUMENT, "currency: an amount needs one");
    return STATUS_OK;
}

static enum status check_opening_texts(const Dunlin__Dispute__V1__OpenDisputeRequest *request, struct error *err)
{
    enum status st = wire_check_text(request->reason, TEXT_MAX_BYTES, "reason", err);

    if (st == STATUS_OK)
        st = wire_check_text(request->bureau, NAME_MAX_BYTES, "bureau", err);
    if (st == STATUS_OK)
        st = wire_check_text(request->bureau_reference, NAME_MAX_BYTES, "bureau_reference", err);
    if (st == STATUS_OK)
        st = codec_check_evidence(request->evidence, request->n_evidence, err);
    return st;
}

static enum status check_opening(const Dunlin__Dispute__V1__OpenDisputeRequest *request, struct error *err)
{
    enum status st = codec_check_enum((int)request->source, SOURCE_DEBTOR, SOURCES_END, "source", err);

    if (st == STATUS_OK)
        st = codec_check_enum((int)request->kind, KIND_UNKNOWN, KINDS_END, "kind", err);
    if (st == STATUS_OK)
        st = codec_check_enum((int)request->medium, MEDIUM_NONE, MEDIA_END, "medium", err);
    if (st == STATUS_OK && request->is_written && medium_is_spoken((enum medium)request->medium))
        st = error_set(err, STATUS_INVALID_ARGUMENT, "medium: what is spoken is not in writing");
    if (st == STATUS_OK)
        st = check_amount(request, err);
    if (st == STATUS_OK)
        st = check_bureau(request, err);
    return st == STATUS_OK ? check_opening_texts(request, err) : st;
}

static enum status want_open(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__OpenDisputeRequest *request = (const void *)call->request;
    struct id account_id, dispute_id;
    enum status st = wire_read_own_id(call, &request->account_id, "account_id", &account_id, err);

    if (st == STATUS_OK && request->dispute_id.len > 0)
        st = wire_read_own_id(call, &request->dispute_id, "dispute_id", &dispute_id, err);
    if (st == STATUS_OK)
        st = check_opening(request, err);
    if (st != STATUS_OK)
        return st;
    book_want_claim(book, &account_id);
    if (request->dispute_id.len > 0)
        book_want_dispute(book, &dispute_id);
    return STATUS_OK;
}

static enum status check_times(const Dunlin__Dispute__V1__OpenDisputeRequest *request, struct instant now,
                               struct error *err)
{
    const struct instant received = {request->received_at_us ? request->received_at_us : now.us};

    if (request->received_at_us < 0 || request->received_at_us > now.us)
        return error_set(err, STATUS_INVALID_ARGUMENT, "received_at_us: a time that is to come, or none");
    enum status st = command_check_past(request->submitted_on_days, now, "submitted_on_days", err);
    if (st == STATUS_OK && request->submitted_on_days > kind_latest_day(received).days)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "submitted_on_days: after it was received");
    return st;
}

static enum status check_part(const Dunlin__Dispute__V1__OpenDisputeRequest *request, const struct account *account,
                              struct error *err)
{
    if (request->currency[0] && account->currency[0] && strcmp(request->currency, account->currency) != 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "currency: the account's is %s", account->currency);
    if (request->amount_minor > 0 && account->is_balance_known && request->amount_minor >= account->balance_minor)
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "amount_minor: a part is less than the %lld that are owed; without an amount all is disputed",
                         (long long)account->balance_minor);
    return STATUS_OK;
}

/* 12 CFR 1006.38(a)(1): there is an answer to repeat. */
static enum status check_duplicate(const Dunlin__Dispute__V1__OpenDisputeRequest *request,
                                   const struct account *account, struct error *err)
{
    const struct dispute *last = account->last;

    if ((int)request->kind != KIND_DUPLICATE || (last && dispute_is_answered(last)))
        return STATUS_OK;
    return error_set(err, STATUS_FAILED_PRECONDITION,
                     "kind: a duplicate of nothing: no earlier dispute of the account was answered; say written");
}

/* All that the claim is measured by. */
static enum status make_claim(const struct record *record, const Dunlin__Dispute__V1__OpenDisputeRequest *request,
                              const struct account *account, struct dispute_claim *ret_claim, struct error *err)
{
    const struct policy_holder *policy = unit_context(record->unit);
    struct dispute_claim claim = {
        .dispute_id = request->dispute_id.len > 0 ? wire_known_id(&request->dispute_id)
                                                  : id_new(id_partition(&account->account_id)),
        .source = (enum dispute_source)request->source, /* `want` has checked it, and what else is a number */
        .reason = book_keep_words(record->book, request->reason),
        .is_written = request->is_written,
        .is_held_by_law_alone = policy->sop->disputes_hold_by_law_alone,
        .opened_at = unit_now(record->unit),
        .received_at = {request->received_at_us ? request->received_at_us : unit_now(record->unit).us},
        .submitted_on = {request->submitted_on_days},
        .validation_ends = book_validation_end(record->book, account),
        .answer_due_on = {request->answer_due_on_days},
        .amount_minor = request->amount_minor,
        .medium = (enum medium)request->medium,
        .opened_by = command_actor(record),
        .bureau = request->bureau,
        .bureau_reference = request->bureau_reference,
        .verification_days = policy->sop->verification_days,
    };
    claim.is_timely = notices_is_timely(claim.validation_ends, claim.submitted_on, claim.received_at);
    const struct kind_claim said = {
        .asked = (enum dispute_kind)request->kind,
        .is_written = claim.is_written,
        .is_timely = claim.is_timely,
        .amount_minor = claim.amount_minor,
    };
    enum status st = kind_decide(&said, &claim.kind, err);
    if (st == STATUS_OK)
        *ret_claim = claim;
    return st;
}

static enum status check_claim(const struct record *record, const Dunlin__Dispute__V1__OpenDisputeRequest *request,
                               const struct account *account, struct error *err)
{
    enum status st = check_times(request, unit_now(record->unit), err);

    if (st == STATUS_OK)
        st = check_part(request, account, err);
    return st == STATUS_OK ? check_duplicate(request, account, err) : st;
}

/* It was opened before under the caller's id. */
static bool answer_known(const struct record *record, struct service_call *call, const struct account *account)
{
    const Dunlin__Dispute__V1__OpenDisputeRequest *request = (const void *)call->request;
    const struct id dispute_id = wire_known_id(&request->dispute_id);
    const struct dispute *known = request->dispute_id.len > 0 ? book_dispute(record->book, &dispute_id) : NULL;

    if (!known)
        return false;
    if (id_equal(&known->account_id, &account->account_id))
        command_reply(call, known);
    else
        service_fail(call, STATUS_INVALID_ARGUMENT, "dispute_id: it is another account's dispute");
    return true;
}

static enum status act_open(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__OpenDisputeRequest *request = (const void *)call->request;
    struct id account_id = wire_known_id(&request->account_id);
    struct account *account = book_account(record->book, &account_id);
    struct record with = *record;
    struct dispute_claim claim;
    const struct dispute *dispute = NULL;
    struct error why;

    if (!account || !command_may_concern(call, account->agency_id)) {
        command_fail_no_account(call, &account_id);
        return STATUS_OK;
    }
    if (answer_known(record, call, account))
        return STATUS_OK;
    enum status st = check_claim(record, request, account, &why);
    if (st == STATUS_OK)
        st = make_claim(record, request, account, &claim, &why);
    if (st != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    with.evidence = request->evidence;
    with.n_evidence = request->n_evidence;
    st = record_claim(&with, account, &claim, &dispute, err);
    if (st == STATUS_OK)
        command_reply(call, dispute);
    return st;
}

enum status dispute_handle_open(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_open, act_open}, unit, calls, n_calls, err);
}
