#include "dispute_facts.h"

#include <glib.h>
#include <string.h>

#include "debtor_address.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "service/wire.h"

enum { REPLY_DISPUTE, REPLY_EARLIER, REPLY_CONTACT, REPLY_LEDGER };

void dispute_facts_fini(struct dispute_facts *facts)
{
    for (size_t i = 0; i < ARRAY_SIZE(facts->replies); i++)
        edge_reply_freep(&facts->replies[i]);
    g_free(facts->documents);
    *facts = (struct dispute_facts){0};
}

static void add_name(GString *names, const Dunlin__Dispute__V1__Evidence *evidence)
{
    g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", evidence->document);
}

/* NULL: no verification is to be sent. */
static const Dunlin__Dispute__V1__VerificationRequest *open_request(const Dunlin__Dispute__V1__GetDisputeReply *reply)
{
    const Dunlin__Dispute__V1__DisputeDetail *detail = reply->dispute->detail;
    const Dunlin__Dispute__V1__VerificationRequest *request = detail ? detail->verification_request : NULL;
    return request && request->is_open ? request : NULL;
}

/* Those that are to be sent as the answer; where none are, those that were. */
static char *document_names(const Dunlin__Dispute__V1__GetDisputeReply *reply)
{
    const Dunlin__Dispute__V1__VerificationRequest *request = open_request(reply);
    GString *names = g_string_new(NULL);
    for (size_t i = 0; request && i < request->n_evidence; i++)
        add_name(names, request->evidence[i]);
    for (size_t i = 0; !request && i < reply->n_evidence; i++) {
        const Dunlin__Dispute__V1__EvidenceView *view = reply->evidence[i];
        if (view->step == DUNLIN__DISPUTE__V1__DISPUTE_STEP__DISPUTE_STEP_VERIFICATION && view->evidence)
            add_name(names, view->evidence);
    }
    return g_string_free(names, FALSE);
}

static struct date day_of(int64_t at_us)
{
    return (struct date){(int32_t)(at_us / US_PER_DAY)};
}

static struct date answered_on(const Dunlin__Dispute__V1__GetDisputeReply *earlier)
{
    const Dunlin__Dispute__V1__DisputeDetail *detail = earlier && earlier->dispute ? earlier->dispute->detail : NULL;
    if (!detail)
        return (struct date){0};
    return detail->answer_sent_on_days != 0 ? (struct date){detail->answer_sent_on_days}
                                            : day_of(detail->answered_at_us);
}

struct dispute_description dispute_describe(const Dunlin__Dispute__V1__GetDisputeReply *reply,
                                            const Dunlin__Dispute__V1__GetDisputeReply *earlier, char **documents)
{
    const Dunlin__Dispute__V1__DisputeView *view = reply->dispute;
    const Dunlin__Dispute__V1__DisputeDetail *detail = view->detail;
    struct dispute_description description = {.dispute_id = wire_known_id(&view->dispute_id),
                                              .outcome = (int)view->outcome,
                                              .root_cause_text = "",
                                              .received_on = day_of(view->opened_at_us),
                                              .reason = view->reason,
                                              .explanation = "",
                                              .earlier_answered_on = answered_on(earlier)};
    *documents = document_names(reply);
    description.documents = *documents;
    if (!detail)
        return description;
    description.root_cause = (int)detail->root_cause;
    description.root_cause_text = detail->root_cause_text;
    description.disputed_minor = detail->amount_minor;
    if (detail->received_at_us > 0)
        description.received_on = day_of(detail->received_at_us);
    if (view->state == DUNLIN__DISPUTE__V1__DISPUTE_STATE__DISPUTE_STATE_RESOLVED)
        description.credited_minor = detail->credit_minor;
    return description;
}

static struct notice_dispute standing_of(const Dunlin__Dispute__V1__DisputeView *view)
{
    const Dunlin__Dispute__V1__DisputeDetail *detail = view->detail;
    return (struct notice_dispute){.kind = detail ? (int)detail->kind : 0,
                                   .source = (int)view->source,
                                   .state = (int)view->state,
                                   .outcome = (int)view->outcome,
                                   .credit_minor = detail ? detail->credit_minor : 0,
                                   .is_answered = detail && detail->answered_at_us != 0,
                                   .is_frivolous = detail && detail->frivolous_on_days != 0};
}

static bool is_request(const Dunlin__Dispute__V1__GetDisputeReply *reply, const ProtobufCBinaryData *notice_id)
{
    const Dunlin__Dispute__V1__VerificationRequest *request = open_request(reply);
    return request && request->request_id.len == notice_id->len &&
           memcmp(request->request_id.data, notice_id->data, notice_id->len) == 0;
}

enum notice_kind dispute_notice_due(const Dunlin__Dispute__V1__GetDisputeReply *reply)
{
    const struct notice_dispute standing = standing_of(reply->dispute);
    if (standing.state == DUNLIN__DISPUTE__V1__DISPUTE_STATE__DISPUTE_STATE_RESOLVED)
        return notice_of_outcome(&standing);
    return standing.is_frivolous ? NOTICE_DISPUTE_FRIVOLOUS : notice_of_opening(&standing);
}

static enum status ask_dispute(const struct edge_caller *caller, const ProtobufCBinaryData *dispute_id,
                               ProtobufCMessage **ret_reply, struct error *err)
{
    Dunlin__Dispute__V1__GetDisputeRequest request;
    dunlin__dispute__v1__get_dispute_request__init(&request);
    request.dispute_id = *dispute_id;
    const enum status st = edge_call_any(caller, EDGE_DISPUTE, "GetDispute", &request.base, ret_reply, err);
    if (st == STATUS_OK && !((const Dunlin__Dispute__V1__GetDisputeReply *)*ret_reply)->dispute)
        return error_set(err, STATUS_INTERNAL, "dispute: no dispute in its reply");
    return st;
}

/* Where nothing was owed any more, payment posts no credit. */
static void find_credit(const Dunlin__Payment__V1__GetAccountReply *account, const ProtobufCBinaryData *credit_id,
                        struct dispute_facts *facts)
{
    facts->is_posted = account->balance_minor <= 0;
    facts->dispute.credited_minor = 0;
    for (size_t i = 0; i < account->n_postings; i++) {
        const Dunlin__Payment__V1__PostingView *posting = account->postings[i];
        if (posting->posting_id.len != credit_id->len ||
            memcmp(posting->posting_id.data, credit_id->data, credit_id->len) != 0)
            continue;
        facts->is_posted = true;
        facts->dispute.credited_minor = -posting->amount_minor;
    }
}

static enum status ask_ledger(const struct edge_caller *caller, const Dunlin__Correspondence__V1__Notice *notice,
                              struct dispute_facts *facts, struct error *err)
{
    Dunlin__Payment__V1__GetAccountRequest request;
    facts->is_posted = true;
    if (notice->credit_id.len == 0)
        return STATUS_OK;
    dunlin__payment__v1__get_account_request__init(&request);
    request.account_id = notice->account_id;
    const enum status st =
        edge_call_any(caller, EDGE_PAYMENT, "GetAccount", &request.base, &facts->replies[REPLY_LEDGER], err);
    if (st == STATUS_OK)
        find_credit((const Dunlin__Payment__V1__GetAccountReply *)facts->replies[REPLY_LEDGER], &notice->credit_id,
                    facts);
    return st;
}

static enum status ask_disputes(const struct edge_caller *caller, const Dunlin__Correspondence__V1__Notice *notice,
                                struct dispute_facts *facts, struct error *err)
{
    enum status st = ask_dispute(caller, &notice->subject_id, &facts->replies[REPLY_DISPUTE], err);
    if (st != STATUS_OK)
        return st;
    const Dunlin__Dispute__V1__GetDisputeReply *reply =
        (const Dunlin__Dispute__V1__GetDisputeReply *)facts->replies[REPLY_DISPUTE];
    if (reply->dispute->repeats.len > 0)
        st = ask_dispute(caller, &reply->dispute->repeats, &facts->replies[REPLY_EARLIER], err);
    if (st != STATUS_OK)
        return st;
    facts->dispute = dispute_describe(
        reply, (const Dunlin__Dispute__V1__GetDisputeReply *)facts->replies[REPLY_EARLIER], &facts->documents);
    facts->dispute.explanation = notice->explanation;
    facts->standing = standing_of(reply->dispute);
    facts->standing.is_requested = is_request(reply, &notice->notice_id);
    return STATUS_OK;
}

enum status dispute_facts_ask(const struct edge_caller *caller, const Dunlin__Correspondence__V1__Notice *notice,
                              struct dispute_facts *ret_facts, struct error *err)
{
    struct dispute_facts facts = {0};
    enum status st = ask_disputes(caller, notice, &facts, err);
    if (st == STATUS_OK)
        st = debtor_address_ask(caller, &notice->account_id, false, &facts.replies[REPLY_CONTACT],
                                &facts.contact_point_id, err);
    if (st == STATUS_OK)
        st = ask_ledger(caller, notice, &facts, err);
    if (st == STATUS_OK)
        *ret_facts = facts;
    else
        dispute_facts_fini(&facts);
    return st;
}
