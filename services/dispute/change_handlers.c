#include "dispute_handlers.h"

#include <string.h>

#include "dispute_codec.h"
#include "dispute_command.h"
#include "dispute_service.h"
#include "service/wire.h"

/* What happens to a dispute by command: to be verified, answered, returned, informed, resolved, decided. */

/* A command about a dispute: its documents, and what the model makes of it. */
struct change {
    const struct record *record;
    struct service_call *call;
    struct dispute *dispute;
    struct account *account;
};

static enum status want_change(struct book *book, const struct service_call *call,
                               const ProtobufCBinaryData *dispute_id, const char *note, struct error *err)
{
    struct id id;
    enum status st = wire_read_own_id(call, dispute_id, "dispute_id", &id, err);

    if (st == STATUS_OK)
        st = wire_check_text(note, TEXT_MAX_BYTES, "note", err);
    if (st == STATUS_OK)
        book_want_dispute(book, &id);
    return st;
}

/* False where there is none, and the call is answered. */
static bool find_change(const struct record *record, struct service_call *call, const ProtobufCBinaryData *dispute_id,
                        struct change *ret_change)
{
    struct id id = wire_known_id(dispute_id);
    struct dispute *dispute = book_dispute(record->book, &id);

    if (!dispute || !command_may_concern(call, dispute->agency_id)) {
        command_fail_no_dispute(call, &id);
        return false;
    }
    *ret_change = (struct change){record, call, dispute, book_account(record->book, &dispute->account_id)};
    return true;
}

/* Records what the model has agreed to, or answers why it has not. */
static enum status end_change(const struct change *change, enum status agreed, const struct error *why,
                              enum dispute_event event, Dunlin__Dispute__V1__Evidence *const *evidence, size_t n,
                              struct error *err)
{
    struct record with = *change->record;

    if (agreed != STATUS_OK) {
        service_fail_error(change->call, why);
        return STATUS_OK;
    }
    with.evidence = evidence;
    with.n_evidence = n;
    enum status st = record_move(&with, change->account, change->dispute, event, err);
    if (st == STATUS_OK)
        command_reply(change->call, change->dispute);
    return st;
}

static enum status want_verify(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__RecordVerificationRequest *request = (const void *)call->request;
    struct id permit_id;
    enum status st = want_change(book, call, &request->dispute_id, request->note, err);

    if (st == STATUS_OK)
        st = codec_check_enum((int)request->medium, MEDIUM_NONE, MEDIA_END, "medium", err);
    if (st == STATUS_OK && medium_is_spoken((enum medium)request->medium))
        st = error_set(err, STATUS_INVALID_ARGUMENT,
                       "medium: verification is sent in a manner that gives notice, and that he can keep "
                       "(12 CFR 1006.42): not by words");
    if (st == STATUS_OK && request->permit_id.len > 0)
        st = wire_read_id(&request->permit_id, "permit_id", &permit_id, err);
    return st == STATUS_OK ? codec_check_evidence(request->evidence, request->n_evidence, err) : st;
}

static enum status act_verify(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__RecordVerificationRequest *request = (const void *)call->request;
    const struct instant now = unit_now(record->unit);
    struct change change;
    struct error why;

    if (!find_change(record, call, &request->dispute_id, &change))
        return STATUS_OK;
    const struct dispute_answer answer = {
        .at = now,
        .medium = (enum medium)request->medium,
        .sent_on = {request->sent_on_days ? request->sent_on_days : kind_latest_day(now).days},
        .permit_id = wire_known_id(&request->permit_id),
        .by = command_actor(record),
        .note = book_keep_words(record->book, request->note),
    };
    enum status st = command_check_past(request->sent_on_days, now, "sent_on_days", &why);
    if (st == STATUS_OK)
        st = dispute_answer(change.dispute, &answer, &why);
    return end_change(&change, st, &why, DISPUTE_EVENT_VERIFY, request->evidence, request->n_evidence, err);
}

static enum status want_request(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__RequestVerificationRequest *request = (const void *)call->request;
    enum status st = want_change(book, call, &request->dispute_id, request->note, err);

    return st == STATUS_OK ? codec_check_evidence(request->evidence, request->n_evidence, err) : st;
}

static enum status act_request(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__RequestVerificationRequest *request = (const void *)call->request;
    struct change change;
    bool is_known = false;
    struct error why;

    if (!find_change(record, call, &request->dispute_id, &change))
        return STATUS_OK;
    const struct verification_request wanted = {
        .at = unit_now(record->unit),
        .by = command_actor(record),
        .note = book_keep_words(record->book, request->note),
        .documents = codec_documents(record->book, request->evidence, request->n_evidence),
        .n_documents = request->n_evidence,
    };
    enum status st = dispute_ask(change.dispute, &wanted, request->is_again, &is_known, &why);
    if (st == STATUS_OK && is_known) {
        command_reply(call, change.dispute);
        return STATUS_OK;
    }
    return end_change(&change, st, &why, DISPUTE_EVENT_ASK, NULL, 0, err);
}

static enum status want_return(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__RecordReturnRequest *request = (const void *)call->request;
    enum status st = want_change(book, call, &request->dispute_id, request->note, err);

    return st == STATUS_OK ? codec_check_evidence(request->evidence, request->n_evidence, err) : st;
}

static enum status act_return(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__RecordReturnRequest *request = (const void *)call->request;
    const struct policy_holder *policy = unit_context(record->unit);
    struct change change;
    struct error why;
    enum status st;

    if (!find_change(record, call, &request->dispute_id, &change))
        return STATUS_OK;
    if (change.account->unresolved && change.account->unresolved != change.dispute)
        st = error_set(&why, STATUS_FAILED_PRECONDITION, "another dispute of the debt is open by now");
    else
        st = dispute_return(change.dispute, book_keep_words(record->book, request->note), unit_now(record->unit),
                            policy->sop->verification_days, &why);
    return end_change(&change, st, &why, DISPUTE_EVENT_RETURN, request->evidence, request->n_evidence, err);
}

static enum status want_inform(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__RecordInformationRequest *request = (const void *)call->request;
    enum status st = want_change(book, call, &request->dispute_id, request->note, err);

    if (st == STATUS_OK && request->answer_due_on_days < 0)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "answer_due_on_days: is none");
    return st == STATUS_OK ? codec_check_evidence(request->evidence, request->n_evidence, err) : st;
}

static enum status act_inform(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__RecordInformationRequest *request = (const void *)call->request;
    struct change change;
    struct error why;

    if (!find_change(record, call, &request->dispute_id, &change))
        return STATUS_OK;
    const struct dispute_information information = {
        .at = unit_now(record->unit),
        .is_relevant = request->is_relevant,
        .is_frivolous = request->is_frivolous,
        .answer_due_on = {request->answer_due_on_days},
        .note = book_keep_words(record->book, request->note),
    };
    enum status st = dispute_inform(change.dispute, &information, &why);
    return end_change(&change, st, &why, DISPUTE_EVENT_AMEND, request->evidence, request->n_evidence, err);
}

static enum status check_cause(const Dunlin__Dispute__V1__ResolveDisputeRequest *request, struct error *err)
{
    enum status st = codec_check_enum((int)request->root_cause, ROOT_CAUSE_NONE, ROOT_CAUSES_END, "root_cause", err);

    if (st == STATUS_OK)
        st = wire_check_text(request->root_cause_text, TEXT_MAX_BYTES, "root_cause_text", err);
    if (st == STATUS_OK && (int)request->root_cause == ROOT_CAUSE_OTHER && request->root_cause_text[0] == '\0')
        st = error_set(err, STATUS_INVALID_ARGUMENT, "root_cause_text: another cause is said in words");
    return st;
}

static enum status want_resolve(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__ResolveDisputeRequest *request = (const void *)call->request;
    enum status st = codec_check_outcome(request->outcome, err);

    if (st == STATUS_OK)
        st = check_cause(request, err);
    if (st == STATUS_OK && request->credit_minor != 0 && !wire_actor(call))
        st = error_set(err, STATUS_INVALID_ARGUMENT, "principal: a credit is proposed by somebody: say who");
    if (st == STATUS_OK)
        st = codec_check_evidence(request->evidence, request->n_evidence, err);
    return st == STATUS_OK ? want_change(book, call, &request->dispute_id, request->note, err) : st;
}

static enum status check_currency(const Dunlin__Dispute__V1__ResolveDisputeRequest *request,
                                  const struct account *account, struct error *err)
{
    if (request->credit_minor == 0 || strcmp(request->currency, account->currency) == 0)
        return STATUS_OK;
    if (account->currency[0] == '\0')
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "currency: the account's is not known here, so nothing can be taken off; it was placed before "
                         "disputes knew of it");
    return error_set(err, STATUS_INVALID_ARGUMENT, "currency: the account's is %s", account->currency);
}

static enum status act_resolve(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__ResolveDisputeRequest *request = (const void *)call->request;
    struct change change;
    struct error why;

    if (!find_change(record, call, &request->dispute_id, &change))
        return STATUS_OK;
    const struct dispute_resolution resolution = {
        .outcome = (enum dispute_outcome)request->outcome,
        .credit_minor = request->credit_minor,
        .root_cause = (enum root_cause)request->root_cause,
        .root_cause_text = book_keep_words(record->book, request->root_cause_text),
        .by = command_actor(record),
        .note = book_keep_words(record->book, request->note),
        .at = unit_now(record->unit),
    };
    enum status st = check_currency(request, change.account, &why);
    if (st == STATUS_OK)
        st = dispute_resolve(change.dispute, change.account, &resolution, &why);
    /* All that end it are told the same way. */
    return end_change(&change, st, &why, request->credit_minor != 0 ? DISPUTE_EVENT_PROPOSE : DISPUTE_EVENT_UPHOLD,
                      request->evidence, request->n_evidence, err);
}

static enum status want_decide(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__DecideResolutionRequest *request = (const void *)call->request;

    if (!wire_actor(call))
        return error_set(err, STATUS_INVALID_ARGUMENT, "principal: a credit is approved by somebody: say who");
    return want_change(book, call, &request->dispute_id, request->note, err);
}

static enum status act_decide(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__DecideResolutionRequest *request = (const void *)call->request;
    struct change change;
    struct error why;

    if (!find_change(record, call, &request->dispute_id, &change))
        return STATUS_OK;
    const struct dispute_decision decision = {
        .is_approved = request->is_approved,
        .by = command_actor(record),
        .note = book_keep_words(record->book, request->note),
        .at = unit_now(record->unit),
    };
    enum status st = dispute_decide(change.dispute, change.account, &decision, &why);
    return end_change(&change, st, &why, decision.is_approved ? DISPUTE_EVENT_APPROVE : DISPUTE_EVENT_DECLINE, NULL, 0,
                      err);
}

enum status dispute_handle_verify(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_verify, act_verify}, unit, calls, n_calls, err);
}

enum status dispute_handle_request(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_request, act_request}, unit, calls, n_calls, err);
}

enum status dispute_handle_return(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_return, act_return}, unit, calls, n_calls, err);
}

enum status dispute_handle_inform(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_inform, act_inform}, unit, calls, n_calls, err);
}

enum status dispute_handle_resolve(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_resolve, act_resolve}, unit, calls, n_calls, err);
}

enum status dispute_handle_decide(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_decide, act_decide}, unit, calls, n_calls, err);
}
