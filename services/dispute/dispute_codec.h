#ifndef DUNLIN_DISPUTE_CODEC_H
#define DUNLIN_DISPUTE_CODEC_H

#include "dispute_book.h"
#include "dispute_model.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"

/* Wire <-> own types. Whatever is made borrows its texts and bytes from what it is made of. */

#define TEXT_MAX_BYTES     1000 /* of a reason or a note in a command */
#define NAME_MAX_BYTES     200  /* of a document, a bureau, a reference */
#define EVIDENCE_MAX_COUNT 20

/* Numbers come off the wire as they are: anything may stand in an enum. `field` and the number are named. */
MUST_USE enum status codec_check_enum(int wire, int first, int end, const char *field, struct error *err);
/* An outcome that a dispute can be given: not RECALLED, which comes with the client's recall alone, nor REPEATED. */
MUST_USE enum status codec_check_outcome(Dunlin__Dispute__V1__DisputeOutcome wire, struct error *err);

/* Documents of a request; fails with INVALID_ARGUMENT that names which and what. */
MUST_USE enum status codec_check_evidence(Dunlin__Dispute__V1__Evidence *const *wire, size_t n, struct error *err);
/* One that was checked; dispute, step, who and when are the caller's to fill. */
struct evidence codec_evidence(const Dunlin__Dispute__V1__Evidence *wire);

/* Back to the wire. */
void codec_document(const struct evidence *evidence, Dunlin__Dispute__V1__Evidence *ret_wire);
/* Documents that were checked, in an array that lives as long as the book. */
const struct evidence *codec_documents(struct book *book, Dunlin__Dispute__V1__Evidence *const *wire, size_t n);

struct codec_evidence_view {
    Dunlin__Dispute__V1__EvidenceView view;
    Dunlin__Dispute__V1__Evidence evidence;
};
void codec_evidence_view(const struct evidence *evidence, struct codec_evidence_view *ret_view);

/* A detail, and what it points to. */
struct codec_detail {
    Dunlin__Dispute__V1__DisputeDetail detail;
    Dunlin__Dispute__V1__VerificationRequest request;
    Dunlin__Dispute__V1__Evidence documents[EVIDENCE_MAX_COUNT], *list[EVIDENCE_MAX_COUNT];
};

struct codec_view {
    Dunlin__Dispute__V1__DisputeView view;
    struct codec_detail detail;
};
void codec_dispute_view(const struct dispute *dispute, struct codec_view *ret_view);
void codec_detail(const struct dispute *dispute, struct codec_detail *ret_detail);

/* As it is stored; g_free. */
uint8_t *codec_detail_pack(const struct dispute *dispute, size_t *ret_n);
/* Into a dispute whose columns are read; `bytes` NULL: it was stored before there were details. The book keeps what the
 * texts are borrowed from. Fails with DATA_LOSS. */
MUST_USE enum status codec_detail_unpack(struct book *book, const uint8_t *bytes, size_t n, struct dispute *dispute,
                                         struct error *err);

#endif
