#include "dispute_codec.h"
#include "service/wire.h"

#include <glib.h>
#include <string.h>

#define SAME(own, wire) _Static_assert((int)(own) == (int)DUNLIN__DISPUTE__V1__##wire, "stored as on the wire")

SAME(DISPUTE_OPEN, DISPUTE_STATE__DISPUTE_STATE_OPEN);
SAME(DISPUTE_VERIFIED, DISPUTE_STATE__DISPUTE_STATE_VERIFIED);
SAME(DISPUTE_RESOLVED, DISPUTE_STATE__DISPUTE_STATE_RESOLVED);
SAME(DISPUTE_PROPOSED, DISPUTE_STATE__DISPUTE_STATE_PROPOSED);
SAME(OUTCOME_UPHELD, DISPUTE_OUTCOME__DISPUTE_OUTCOME_UPHELD);
SAME(OUTCOME_REJECTED, DISPUTE_OUTCOME__DISPUTE_OUTCOME_REJECTED);
SAME(OUTCOME_WITHDRAWN, DISPUTE_OUTCOME__DISPUTE_OUTCOME_WITHDRAWN);
SAME(OUTCOME_RECALLED, DISPUTE_OUTCOME__DISPUTE_OUTCOME_RECALLED);
SAME(OUTCOME_REPEATED, DISPUTE_OUTCOME__DISPUTE_OUTCOME_REPEATED);
SAME(OUTCOME_PARTLY, DISPUTE_OUTCOME__DISPUTE_OUTCOME_PARTLY);
SAME(OUTCOME_CONCEDED, DISPUTE_OUTCOME__DISPUTE_OUTCOME_CONCEDED);
SAME(SOURCE_DEBTOR, DISPUTE_SOURCE__DISPUTE_SOURCE_DEBTOR);
SAME(SOURCE_CLIENT, DISPUTE_SOURCE__DISPUTE_SOURCE_CLIENT);
SAME(SOURCE_CALL, DISPUTE_SOURCE__DISPUTE_SOURCE_CALL);
SAME(SOURCE_BUREAU, DISPUTE_SOURCE__DISPUTE_SOURCE_BUREAU);
SAME(KIND_WRITTEN, DISPUTE_KIND__DISPUTE_KIND_WRITTEN);
SAME(KIND_ORAL, DISPUTE_KIND__DISPUTE_KIND_ORAL);
SAME(KIND_LATE, DISPUTE_KIND__DISPUTE_KIND_LATE);
SAME(KIND_DUPLICATE, DISPUTE_KIND__DISPUTE_KIND_DUPLICATE);
SAME(KIND_PART, DISPUTE_KIND__DISPUTE_KIND_PART);
SAME(KIND_ORIGINAL_CREDITOR, DISPUTE_KIND__DISPUTE_KIND_ORIGINAL_CREDITOR);
SAME(KIND_IDENTITY_THEFT, DISPUTE_KIND__DISPUTE_KIND_IDENTITY_THEFT);
SAME(KIND_DIRECT, DISPUTE_KIND__DISPUTE_KIND_DIRECT);
SAME(KIND_BUREAU, DISPUTE_KIND__DISPUTE_KIND_BUREAU);
SAME(LAW_HOLD_NOTHING, LAW_HOLD__LAW_HOLD_NOTHING);
SAME(LAW_HOLD_PART, LAW_HOLD__LAW_HOLD_PART);
SAME(LAW_HOLD_WHOLE, LAW_HOLD__LAW_HOLD_WHOLE);
SAME(MEDIUM_MAIL, MEDIUM__MEDIUM_MAIL);
SAME(MEDIUM_COURIER, MEDIUM__MEDIUM_COURIER);
SAME(MEDIUM_EMAIL, MEDIUM__MEDIUM_EMAIL);
SAME(MEDIUM_TEXT, MEDIUM__MEDIUM_TEXT);
SAME(MEDIUM_PORTAL, MEDIUM__MEDIUM_PORTAL);
SAME(MEDIUM_FAX, MEDIUM__MEDIUM_FAX);
SAME(MEDIUM_PHONE, MEDIUM__MEDIUM_PHONE);
SAME(MEDIUM_IN_PERSON, MEDIUM__MEDIUM_IN_PERSON);
SAME(MEDIUM_BUREAU, MEDIUM__MEDIUM_BUREAU);
SAME(MEDIUM_CLIENT, MEDIUM__MEDIUM_CLIENT);
SAME(ROOT_CAUSE_AMOUNT, ROOT_CAUSE__ROOT_CAUSE_AMOUNT);
SAME(ROOT_CAUSE_NOT_MINE, ROOT_CAUSE__ROOT_CAUSE_NOT_MINE);
SAME(ROOT_CAUSE_PAID, ROOT_CAUSE__ROOT_CAUSE_PAID);
SAME(ROOT_CAUSE_IDENTITY, ROOT_CAUSE__ROOT_CAUSE_IDENTITY);
SAME(ROOT_CAUSE_SERVICE, ROOT_CAUSE__ROOT_CAUSE_SERVICE);
SAME(ROOT_CAUSE_DOCUMENTS, ROOT_CAUSE__ROOT_CAUSE_DOCUMENTS);
SAME(ROOT_CAUSE_OTHER, ROOT_CAUSE__ROOT_CAUSE_OTHER);
SAME(HASH_BLAKE2B_256, HASH_ALGORITHM__HASH_ALGORITHM_BLAKE2B_256);
SAME(HASH_SHA_256, HASH_ALGORITHM__HASH_ALGORITHM_SHA_256);
SAME(STEP_OPENING, DISPUTE_STEP__DISPUTE_STEP_OPENING);
SAME(STEP_RESOLUTION, DISPUTE_STEP__DISPUTE_STEP_RESOLUTION);

enum status codec_check_enum(int wire, int first, int end, const char *field, struct error *err)
{
    if (wire < first || wire >= end)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: %d is none", field, wire);
    return STATUS_OK;
}

enum status codec_check_outcome(Dunlin__Dispute__V1__DisputeOutcome wire, struct error *err)
{
    switch ((int)wire) {
    case OUTCOME_UPHELD:
    case OUTCOME_REJECTED:
    case OUTCOME_WITHDRAWN:
    case OUTCOME_PARTLY:
    case OUTCOME_CONCEDED:
        return STATUS_OK;
    default:
        return error_set(err, STATUS_INVALID_ARGUMENT, "outcome: %d is none that a dispute can be given", (int)wire);
    }
}

static enum status check_document(const Dunlin__Dispute__V1__Evidence *wire, struct error *err)
{
    enum status st = wire_check_text(wire->document, NAME_MAX_BYTES, "document", err);
    if (st != STATUS_OK)
        return st;
    if (wire->document[0] == '\0')
        return error_set(err, STATUS_INVALID_ARGUMENT, "document: needs a name");
    if (wire->document_hash.len == 0 && (int)wire->hash_algorithm == HASH_NONE)
        return STATUS_OK;
    if (wire->document_hash.len != EVIDENCE_HASH_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "document_hash: %zu bytes; it has %d", wire->document_hash.len,
                         EVIDENCE_HASH_BYTES);
    return codec_check_enum((int)wire->hash_algorithm, HASH_BLAKE2B_256, HASH_ALGORITHMS_END, "hash_algorithm", err);
}

enum status codec_check_evidence(Dunlin__Dispute__V1__Evidence *const *wire, size_t n, struct error *err)
{
    enum status st = STATUS_OK;
    if (n > EVIDENCE_MAX_COUNT)
        return error_set(err, STATUS_INVALID_ARGUMENT, "evidence: more than %d documents", EVIDENCE_MAX_COUNT);
    for (size_t i = 0; i < n && st == STATUS_OK; i++)
        if ((st = check_document(wire[i], err)) != STATUS_OK)
            (void)error_wrap(err, st, "evidence[%zu]", i);
    return st;
}

struct evidence codec_evidence(const Dunlin__Dispute__V1__Evidence *wire)
{
    return (struct evidence){
        .document = wire->document,
        .hash = wire->document_hash.len == EVIDENCE_HASH_BYTES ? wire->document_hash.data : NULL,
        .algorithm = (enum hash_algorithm)wire->hash_algorithm,
    };
}

void codec_document(const struct evidence *evidence, Dunlin__Dispute__V1__Evidence *ret_wire)
{
    dunlin__dispute__v1__evidence__init(ret_wire);
    ret_wire->document = wire_text(evidence->document);
    if (evidence->hash)
        ret_wire->document_hash = wire_bytes(evidence->hash, EVIDENCE_HASH_BYTES);
    ret_wire->hash_algorithm = (Dunlin__Dispute__V1__HashAlgorithm)evidence->algorithm;
}

const struct evidence *codec_documents(struct book *book, Dunlin__Dispute__V1__Evidence *const *wire, size_t n)
{
    struct evidence *documents = g_new0(struct evidence, n + 1); /* never NULL */
    g_ptr_array_add(book->texts, documents);
    for (size_t i = 0; i < n; i++)
        documents[i] = codec_evidence(wire[i]);
    return documents;
}

void codec_evidence_view(const struct evidence *evidence, struct codec_evidence_view *ret_view)
{
    codec_document(evidence, &ret_view->evidence);
    dunlin__dispute__v1__evidence_view__init(&ret_view->view);
    ret_view->view.step = (Dunlin__Dispute__V1__DisputeStep)evidence->step;
    ret_view->view.evidence = &ret_view->evidence;
    ret_view->view.medium = (Dunlin__Dispute__V1__Medium)evidence->medium;
    ret_view->view.recorded_by = wire_text(evidence->recorded_by);
    ret_view->view.recorded_at_us = evidence->recorded_at.us;
}

/* Those on opening; what belongs to the answer and the resolution follows. */
static void write_opening(const struct dispute *dispute, Dunlin__Dispute__V1__DisputeDetail *detail)
{
    detail->kind = (Dunlin__Dispute__V1__DisputeKind)dispute->kind;
    detail->law_hold = (Dunlin__Dispute__V1__LawHold)dispute->law_hold;
    detail->is_without_hold = dispute->contact_hold == LAW_HOLD_NOTHING;
    detail->is_part_held = dispute->contact_hold == LAW_HOLD_PART;
    detail->is_timely = dispute->is_timely;
    detail->validation_ends_on_days = dispute->validation_ends.days;
    detail->amount_minor = dispute->amount_minor;
    detail->currency = wire_text(dispute->currency);
    detail->received_at_us = dispute->received_at.us;
    detail->submitted_on_days = dispute->submitted_on.days;
    detail->medium = (Dunlin__Dispute__V1__Medium)dispute->medium;
    detail->opened_by = wire_text(dispute->opened_by);
    detail->bureau = wire_text(dispute->bureau);
    detail->bureau_reference = wire_text(dispute->bureau_reference);
    detail->answer_due_on_days = dispute->answer_due_on.days;
    detail->is_extended = dispute->is_extended;
    detail->frivolous_on_days = dispute->frivolous_on.days;
}

static void write_request(const struct verification_request *request, struct codec_detail *to)
{
    dunlin__dispute__v1__verification_request__init(&to->request);
    to->request.request_id = wire_id(&request->request_id);
    to->request.number = request->number;
    to->request.is_open = request->is_open;
    to->request.note = wire_text(request->note);
    to->request.requested_by = wire_text(request->by);
    to->request.requested_at_us = request->at.us;
    for (size_t i = 0; i < request->n_documents; i++) {
        codec_document(&request->documents[i], &to->documents[i]);
        to->list[i] = &to->documents[i];
    }
    to->request.evidence = to->list;
    to->request.n_evidence = request->n_documents;
}

static void write_rest(const struct dispute *dispute, Dunlin__Dispute__V1__DisputeDetail *ret_detail)
{
    ret_detail->answered_at_us = dispute->answered_at.us;
    ret_detail->answer_medium = (Dunlin__Dispute__V1__Medium)dispute->answer_medium;
    ret_detail->answer_sent_on_days = dispute->answer_sent_on.days;
    ret_detail->answer_permit_id = wire_id(&dispute->answer_permit_id);
    ret_detail->answered_by = wire_text(dispute->answered_by);
    ret_detail->returns = dispute->returns;
    ret_detail->proposed_outcome = (Dunlin__Dispute__V1__DisputeOutcome)dispute->proposed_outcome;
    ret_detail->credit_minor = dispute->credit_minor;
    ret_detail->proposed_by = wire_text(dispute->proposed_by);
    ret_detail->proposed_at_us = dispute->proposed_at.us;
    ret_detail->decided_by = wire_text(dispute->decided_by);
    ret_detail->decided_at_us = dispute->decided_at.us;
    ret_detail->root_cause = (Dunlin__Dispute__V1__RootCause)dispute->root_cause;
    ret_detail->root_cause_text = wire_text(dispute->root_cause_text);
    ret_detail->resolved_at_us = dispute->resolved_at.us;
}

void codec_detail(const struct dispute *dispute, struct codec_detail *ret_detail)
{
    dunlin__dispute__v1__dispute_detail__init(&ret_detail->detail);
    write_opening(dispute, &ret_detail->detail);
    write_rest(dispute, &ret_detail->detail);
    if (dispute->request.number == 0)
        return;
    write_request(&dispute->request, ret_detail);
    ret_detail->detail.verification_request = &ret_detail->request;
}

uint8_t *codec_detail_pack(const struct dispute *dispute, size_t *ret_n)
{
    struct codec_detail made;

    codec_detail(dispute, &made);
    *ret_n = protobuf_c_message_get_packed_size(&made.detail.base);
    uint8_t *bytes = g_malloc(*ret_n + 1); /* never NULL, which would be no detail */
    (void)protobuf_c_message_pack(&made.detail.base, bytes);
    return bytes;
}

static void read_opening(const Dunlin__Dispute__V1__DisputeDetail *detail, struct dispute *dispute)
{
    dispute->law_hold = (enum law_hold)detail->law_hold;
    dispute->contact_hold = detail->is_without_hold ? LAW_HOLD_NOTHING
                            : detail->is_part_held  ? LAW_HOLD_PART
                                                    : LAW_HOLD_WHOLE;
    dispute->is_timely = detail->is_timely;
    dispute->validation_ends.days = detail->validation_ends_on_days;
    dispute->amount_minor = detail->amount_minor;
    dispute->currency = detail->currency;
    dispute->received_at.us = detail->received_at_us;
    dispute->submitted_on.days = detail->submitted_on_days;
    dispute->medium = (enum medium)detail->medium;
    dispute->opened_by = detail->opened_by;
    dispute->bureau = detail->bureau;
    dispute->bureau_reference = detail->bureau_reference;
    dispute->answer_due_on.days = detail->answer_due_on_days;
    dispute->is_extended = detail->is_extended;
    dispute->frivolous_on.days = detail->frivolous_on_days;
}

static void read_rest(const Dunlin__Dispute__V1__DisputeDetail *detail, struct dispute *dispute)
{
    dispute->answered_at.us = detail->answered_at_us;
    dispute->answer_medium = (enum medium)detail->answer_medium;
    dispute->answer_sent_on.days = detail->answer_sent_on_days;
    dispute->answer_permit_id = wire_known_id(&detail->answer_permit_id);
    dispute->answered_by = detail->answered_by;
    dispute->returns = detail->returns;
    dispute->proposed_outcome = (enum dispute_outcome)detail->proposed_outcome;
    dispute->credit_minor = detail->credit_minor;
    dispute->proposed_by = detail->proposed_by;
    dispute->proposed_at.us = detail->proposed_at_us;
    dispute->decided_by = detail->decided_by;
    dispute->decided_at.us = detail->decided_at_us;
    dispute->root_cause = (enum root_cause)detail->root_cause;
    dispute->root_cause_text = detail->root_cause_text;
    dispute->resolved_at.us = detail->resolved_at_us;
}

static void read_request(struct book *book, const Dunlin__Dispute__V1__VerificationRequest *from,
                         struct verification_request *request)
{
    *request = (struct verification_request){.by = "", .note = ""};
    if (!from)
        return;
    *request = (struct verification_request){.request_id = wire_known_id(&from->request_id),
                                             .number = from->number,
                                             .is_open = from->is_open,
                                             .at = {from->requested_at_us},
                                             .by = from->requested_by,
                                             .note = from->note,
                                             .documents = codec_documents(book, from->evidence, from->n_evidence),
                                             .n_documents = from->n_evidence};
}

enum status codec_detail_unpack(struct book *book, const uint8_t *bytes, size_t n, struct dispute *dispute,
                                struct error *err)
{
    /* Without any bytes too: texts are empty then, never NULL. */
    ProtobufCMessage *message = wire_unpack(&dunlin__dispute__v1__dispute_detail__descriptor, bytes ? n : 0, bytes);
    if (!message)
        return error_set(err, STATUS_DATA_LOSS, "the detail of a dispute cannot be read");
    book_keep_message(book, message);
    const Dunlin__Dispute__V1__DisputeDetail *detail = (const void *)message;
    read_opening(detail, dispute);
    read_rest(detail, dispute);
    read_request(book, detail->verification_request, &dispute->request);
    if (dispute->received_at.us == 0)
        dispute->received_at = dispute->opened_at;
    return STATUS_OK;
}

void codec_dispute_view(const struct dispute *dispute, struct codec_view *ret_view)
{
    Dunlin__Dispute__V1__DisputeView *view = &ret_view->view;

    dunlin__dispute__v1__dispute_view__init(view);
    view->dispute_id = wire_id(&dispute->dispute_id);
    view->account_id = wire_id(&dispute->account_id);
    view->state = (Dunlin__Dispute__V1__DisputeState)dispute->state;
    view->outcome = (Dunlin__Dispute__V1__DisputeOutcome)dispute->outcome;
    view->source = (Dunlin__Dispute__V1__DisputeSource)dispute->source;
    view->reason = wire_text(dispute->reason);
    view->opened_at_us = dispute->opened_at.us;
    view->deadline_at_us = dispute->deadline_at.us;
    view->is_escalated = dispute->is_escalated;
    if (!id_is_none(&dispute->repeats))
        view->repeats = wire_id(&dispute->repeats);
    codec_detail(dispute, &ret_view->detail);
    view->detail = &ret_view->detail.detail;
    view->is_written = dispute->is_written;
    view->note = wire_text(dispute->note);
}
