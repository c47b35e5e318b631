#ifndef DUNLIN_CORRESPONDENCE_DISPUTE_FACTS_H
#define DUNLIN_CORRESPONDENCE_DISPUTE_FACTS_H

#include <stdbool.h>

#include "agency/notice_kind.h"
#include "calendar/calendar.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "edge_call.h"
#include "id/id.h"

/* What there is to say about a dispute, asked of those who own it when it is said: service `dispute` (what is disputed,
 * how it stands, what proves it), contact (where the debtor can be written to), payment (whether a credit is posted).
 * Nothing of it is kept here. Texts are lent. */
struct dispute_description {
    struct id dispute_id;
    int outcome, root_cause;         /* of the wire; 0: none yet, not said */
    const char *root_cause_text;     /* of OTHER */
    struct date received_on;         /* in UTC */
    int64_t disputed_minor;          /* 0: the whole debt */
    int64_t credited_minor;          /* taken off by its resolution */
    const char *reason;              /* the debtor's words; empty: none */
    const char *explanation;         /* why it is frivolous; empty: it is not, or nobody says */
    const char *documents;           /* names of what is or was sent as the answer, ", " between them; empty: none */
    struct date earlier_answered_on; /* of the dispute that it repeats; days 0: it repeats none, or it is not known */
};

/* `documents` is owned by the caller (g_free); all else is lent by the replies. `earlier` is of the dispute that this
 * one repeats; NULL: none. */
struct dispute_description dispute_describe(const Dunlin__Dispute__V1__GetDisputeReply *reply,
                                            const Dunlin__Dispute__V1__GetDisputeReply *earlier, char **documents);

/* What is to be written to the debtor as the dispute stands; NOTICE_NONE: nothing. */
enum notice_kind dispute_notice_due(const Dunlin__Dispute__V1__GetDisputeReply *reply);

struct dispute_facts {
    struct dispute_description dispute;
    struct notice_dispute standing;
    ProtobufCBinaryData contact_point_id; /* the newest address that can be written to; empty: there is none */
    bool is_posted;                       /* the credit that is waited for is in the ledger, or nothing is owed */
    char *documents;
    ProtobufCMessage *replies[4];
};
void dispute_facts_fini(struct dispute_facts *facts);

/* Blocks. Fails where one of them is away, and *ret_facts is untouched then. */
MUST_USE enum status dispute_facts_ask(const struct edge_caller *caller,
                                       const Dunlin__Correspondence__V1__Notice *notice,
                                       struct dispute_facts *ret_facts, struct error *err);

#endif
