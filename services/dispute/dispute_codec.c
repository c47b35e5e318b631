#include "dispute_codec.h"
#include "service/wire.h"

#include <glib.h>
#include <string.h>

_Static_assert((int)DISPUTE_OPEN == DUNLIN__DISPUTE__V1__DISPUTE_STATE__DISPUTE_STATE_OPEN, "stored as on the wire");
_Static_assert((int)DISPUTE_VERIFIED == DUNLIN__DISPUTE__V1__DISPUTE_STATE__DISPUTE_STATE_VERIFIED,
               "stored as on the wire");
_Static_assert((int)DISPUTE_RESOLVED == DUNLIN__DISPUTE__V1__DISPUTE_STATE__DISPUTE_STATE_RESOLVED,
               "stored as on the wire");
_Static_assert((int)OUTCOME_UPHELD == DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_UPHELD,
               "stored as on the wire");
_Static_assert((int)OUTCOME_REJECTED == DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_REJECTED,
               "stored as on the wire");
_Static_assert((int)OUTCOME_WITHDRAWN == DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_WITHDRAWN,
               "stored as on the wire");
_Static_assert((int)OUTCOME_RECALLED == DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_RECALLED,
               "stored as on the wire");
_Static_assert((int)OUTCOME_REPEATED == DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_REPEATED,
               "stored as on the wire");
_Static_assert((int)SOURCE_DEBTOR == DUNLIN__DISPUTE__V1__DISPUTE_SOURCE__DISPUTE_SOURCE_DEBTOR,
               "stored as on the wire");
_Static_assert((int)SOURCE_CLIENT == DUNLIN__DISPUTE__V1__DISPUTE_SOURCE__DISPUTE_SOURCE_CLIENT,
               "stored as on the wire");
_Static_assert((int)SOURCE_CALL == DUNLIN__DISPUTE__V1__DISPUTE_SOURCE__DISPUTE_SOURCE_CALL, "stored as on the wire");

/* Numbers come off the wire as they are: anything may stand in an enum. */
enum status codec_source(Dunlin__Dispute__V1__DisputeSource wire, enum dispute_source *ret_source, struct error *err)
{
    if ((int)wire < SOURCE_DEBTOR || (int)wire > SOURCE_CALL)
        return error_set(err, STATUS_INVALID_ARGUMENT, "source: %d is none", (int)wire);
    *ret_source = (enum dispute_source)wire;
    return STATUS_OK;
}

enum status codec_resolution(Dunlin__Dispute__V1__DisputeOutcome wire, enum dispute_event *ret_event, struct error *err)
{
    static const struct {
        enum dispute_outcome outcome;
        enum dispute_event event;
    } rows[] = {
        {OUTCOME_UPHELD, DISPUTE_EVENT_UPHOLD},
        {OUTCOME_REJECTED, DISPUTE_EVENT_REJECT},
        {OUTCOME_WITHDRAWN, DISPUTE_EVENT_WITHDRAW},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if ((int)rows[i].outcome != (int)wire)
            continue;
        *ret_event = rows[i].event;
        return STATUS_OK;
    }
    return error_set(err, STATUS_INVALID_ARGUMENT, "outcome: %d is none that a dispute can be given", (int)wire);
}

void codec_dispute_view(const struct dispute *dispute, Dunlin__Dispute__V1__DisputeView *ret_view)
{
    dunlin__dispute__v1__dispute_view__init(ret_view);
    ret_view->dispute_id = wire_id(&dispute->dispute_id);
    ret_view->account_id = wire_id(&dispute->account_id);
    ret_view->state = (Dunlin__Dispute__V1__DisputeState)dispute->state;
    ret_view->outcome = (Dunlin__Dispute__V1__DisputeOutcome)dispute->outcome;
    ret_view->source = (Dunlin__Dispute__V1__DisputeSource)dispute->source;
    ret_view->reason = wire_text(dispute->reason);
    ret_view->opened_at_us = dispute->opened_at.us;
    ret_view->deadline_at_us = dispute->deadline_at.us;
    ret_view->is_escalated = dispute->is_escalated;
    if (!id_is_none(&dispute->repeats))
        ret_view->repeats = wire_id(&dispute->repeats);
}
