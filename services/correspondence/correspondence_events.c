#include "correspondence_events.h"

#include "correspondence_store.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/instrument.pb-c.h"
#include "id/id_table.h"
#include "service/wire.h"

_Static_assert((int)MESSAGE_SENDING == DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_SENDING, "as stored");
_Static_assert((int)MESSAGE_UNDELIVERABLE == DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_UNDELIVERABLE,
               "as stored");

typedef enum status take_fn(struct changes *changes, const struct service_event *event, struct error *err);

/* Something is new that may let a parked step be written. */
static enum status take_updated(struct changes *changes, const struct service_event *event, struct error *err)
{
    const Dunlin__Intake__V1__AccountUpdated *updated = (const void *)event->message;
    struct id account_id;
    const enum status st = wire_read_id(&updated->account_id, "account_id", &account_id, err);
    if (st == STATUS_OK)
        (void)id_set_add(changes->updated, &account_id);
    return st;
}

/* Permits of our own pumps: one with which its process began nothing is given back by whoever comes after it. */
static enum status take_permit(struct changes *changes, const struct service_event *event, struct error *err)
{
    const Dunlin__Contact__V1__PermitGranted *granted = (const void *)event->message;
    struct permit_row row = {.agency_id = event->event->agency_id,
                             .channel = (int16_t)granted->channel,
                             .purpose = (int16_t)granted->purpose,
                             .instance = granted->dialer,
                             .granted_at_us = event->event->occurred_at_us};
    if (!g_str_has_prefix(granted->dialer, "correspondence-") ||
        granted->channel < DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT ||
        granted->channel > DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER)
        return STATUS_OK;
    enum status st = wire_read_id(&granted->permit_id, "permit_id", &row.permit_id, err);
    if (st == STATUS_OK)
        st = wire_read_id(&granted->account_id, "account_id", &row.account_id, err);
    if (st == STATUS_OK)
        st = wire_read_id(&granted->debtor_id, "debtor_id", &row.debtor_id, err);
    if (st == STATUS_OK)
        st = wire_read_id(&granted->contact_point_id, "contact_point_id", &row.contact_point_id, err);
    if (st == STATUS_OK)
        (void)id_table_put(changes->permits, &row.permit_id, g_memdup2(&row, sizeof(row)));
    return st;
}

static enum status take_attempt(struct changes *changes, const struct service_event *event, struct error *err)
{
    static const enum message_event EVENTS[] = {
        [DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_NOT_SENT] = MESSAGE_EVENT_FAILED,
        [DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_SENT] = MESSAGE_EVENT_ACCEPTED,
        [DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_DELIVERED] = MESSAGE_EVENT_RECEIPT,
        [DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNDELIVERABLE] = MESSAGE_EVENT_RETURNED,
    };
    const Dunlin__Contact__V1__AttemptReported *attempt = (const void *)event->message;
    struct id permit_id;
    if (attempt->channel < DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT ||
        attempt->channel > DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER)
        return STATUS_OK;
    const enum status st = wire_read_id(&attempt->permit_id, "permit_id", &permit_id, err);
    if (st != STATUS_OK)
        return st;
    struct report_row *row = g_hash_table_lookup(changes->reports, &permit_id);
    if (!row) {
        row = g_new0(struct report_row, 1);
        row->permit_id = permit_id;
        (void)id_table_put(changes->reports, &permit_id, row);
    }
    row->at_us = event->event->occurred_at_us;
    const Dunlin__Contact__V1__AttemptReport *report = attempt->report;
    if (report && report->delivery > DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNSPECIFIED &&
        report->delivery <= DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNDELIVERABLE)
        row->events |= 1u << EVENTS[report->delivery];
    return STATUS_OK;
}

/* From here on the number may be written to, and the next word to stop is confirmed again. */
static enum status take_released(struct changes *changes, const struct service_event *event, struct error *err)
{
    const Dunlin__Contact__V1__StopReleased *released = (const void *)event->message;
    struct release_row row = {.at_us = event->event->occurred_at_us};
    if (released->flag != DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_OPT_OUT_CONTACT_POINT)
        return STATUS_OK;
    const enum status st = wire_read_id(&released->contact_point_id, "contact_point_id", &row.contact_point_id, err);
    if (st == STATUS_OK)
        (void)id_table_put(changes->releases, &row.contact_point_id, g_memdup2(&row, sizeof(row)));
    return st;
}

static enum status take_language(struct changes *changes, const struct service_event *event,
                                 const ProtobufCBinaryData *fact_id, const ProtobufCBinaryData *debtor_id,
                                 struct language_row row, struct error *err)
{
    enum status st = wire_read_id(fact_id, "fact_id", &row.fact_id, err);
    if (st == STATUS_OK)
        st = wire_read_id(debtor_id, "debtor_id", &row.debtor_id, err);
    row.seq = event->event->seq;
    if (st == STATUS_OK)
        (void)id_table_put(changes->languages, &row.fact_id, g_memdup2(&row, sizeof(row)));
    return st;
}

/* What a debtor wants to be written to in. */
static enum status take_fact(struct changes *changes, const struct service_event *event, struct error *err)
{
    const Dunlin__Contact__V1__FactRecorded *recorded = (const void *)event->message;
    const Dunlin__Contact__V1__Fact *fact = recorded->fact;
    if (!fact || fact->kind != DUNLIN__CONTACT__V1__FACT_KIND__FACT_KIND_LANGUAGE)
        return STATUS_OK;
    return take_language(changes, event, &recorded->fact_id, &recorded->debtor_id,
                         (struct language_row){.language = fact->language, .at_us = fact->occurred_at_us}, err);
}

/* Of whatever kind it was. */
static enum status take_fact_released(struct changes *changes, const struct service_event *event, struct error *err)
{
    const Dunlin__Contact__V1__FactReleased *released = (const void *)event->message;
    return take_language(changes, event, &released->fact_id, &released->debtor_id, (struct language_row){0}, err);
}

/* What happened to a dispute or a debit, and what that asks to be written. */
struct occurrence {
    const ProtobufCBinaryData *subject_id, *account_id, *debtor_id;
    enum notice_kind kind;
    const char *explanation;               /* NULL: none */
    const ProtobufCBinaryData *credit_id;  /* NULL: none */
    const ProtobufCBinaryData *request_id; /* by which the notice is called; NULL: by subject and kind */
    int64_t until_us;                      /* 0: as its kind has it */
};

static enum status take_notice(struct changes *changes, const struct service_event *event,
                               const struct occurrence *occurrence, struct error *err)
{
    struct notice_row row = {.agency_id = event->event->agency_id,
                             .kind = occurrence->kind,
                             .explanation = occurrence->explanation ? occurrence->explanation : "",
                             .asked_at_us = event->event->occurred_at_us,
                             .until_us = occurrence->until_us,
                             .seq = event->event->seq};
    if (occurrence->kind == NOTICE_NONE)
        return STATUS_OK;
    enum status st = wire_read_id(occurrence->subject_id, "subject_id", &row.subject_id, err);
    if (st == STATUS_OK)
        st = wire_read_id(occurrence->account_id, "account_id", &row.account_id, err);
    if (st == STATUS_OK)
        st = wire_read_id(occurrence->debtor_id, "debtor_id", &row.debtor_id, err);
    if (st == STATUS_OK && occurrence->credit_id)
        st = wire_read_id(occurrence->credit_id, "credit_id", &row.credit_id, err);
    row.notice_id = notice_id_of(&row.subject_id, row.kind, row.seq);
    if (st == STATUS_OK && occurrence->request_id)
        st = wire_read_id(occurrence->request_id, "request_id", &row.notice_id, err);
    if (st != STATUS_OK)
        return st;
    if (!g_hash_table_contains(changes->notices, &row.notice_id))
        (void)id_table_put(changes->notices, &row.notice_id, g_memdup2(&row, sizeof(row)));
    return STATUS_OK;
}

static enum notice_kind kind_of_opening(const Dunlin__Dispute__V1__DisputeDetail *detail,
                                        Dunlin__Dispute__V1__DisputeSource source)
{
    return notice_of_opening(&(struct notice_dispute){.kind = detail ? (int)detail->kind : 0, .source = (int)source});
}

static enum status take_opened(struct changes *changes, const struct service_event *event, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeOpened *opened = (const void *)event->message;
    const struct occurrence occurrence = {.subject_id = &opened->dispute_id,
                                          .account_id = &opened->account_id,
                                          .debtor_id = &opened->debtor_id,
                                          .kind = kind_of_opening(opened->detail, opened->source)};
    return take_notice(changes, event, &occurrence, err);
}

/* It may be another kind of a dispute by now, or found to be frivolous. */
static enum status take_amended(struct changes *changes, const struct service_event *event, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeAmended *amended = (const void *)event->message;
    struct occurrence occurrence = {
        .subject_id = &amended->dispute_id,
        .account_id = &amended->account_id,
        .debtor_id = &amended->debtor_id,
        .kind = kind_of_opening(amended->detail, DUNLIN__DISPUTE__V1__DISPUTE_SOURCE__DISPUTE_SOURCE_DEBTOR)};
    const enum status st = take_notice(changes, event, &occurrence, err);
    if (st != STATUS_OK || !amended->detail || amended->detail->frivolous_on_days == 0)
        return st;
    occurrence.kind = NOTICE_DISPUTE_FRIVOLOUS;
    occurrence.explanation = amended->note;
    return take_notice(changes, event, &occurrence, err);
}

static enum status take_resolved(struct changes *changes, const struct service_event *event, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeResolved *resolved = (const void *)event->message;
    const struct notice_dispute ended = {.outcome = (int)resolved->outcome, .credit_minor = resolved->credit_minor};
    const struct occurrence occurrence = {.subject_id = &resolved->dispute_id,
                                          .account_id = &resolved->account_id,
                                          .debtor_id = &resolved->debtor_id,
                                          .kind = notice_of_outcome(&ended),
                                          .credit_id = resolved->credit_id.len > 0 ? &resolved->credit_id : NULL};
    return take_notice(changes, event, &occurrence, err);
}

static enum status take_requested(struct changes *changes, const struct service_event *event, struct error *err)
{
    const Dunlin__Dispute__V1__VerificationRequested *requested = (const void *)event->message;
    if (!requested->request)
        return error_set(err, STATUS_INVALID_ARGUMENT, "request: is missing");
    const struct occurrence occurrence = {.subject_id = &requested->dispute_id,
                                          .account_id = &requested->account_id,
                                          .debtor_id = &requested->debtor_id,
                                          .request_id = &requested->request->request_id,
                                          .kind = NOTICE_DISPUTE_VERIFICATION};
    return take_notice(changes, event, &occurrence, err);
}

static enum notice_kind kind_of_debit(Dunlin__Payment__V1__DebitNotice notice)
{
    switch (notice) {
    case DUNLIN__PAYMENT__V1__DEBIT_NOTICE__DEBIT_NOTICE_POSTDATED:
        return NOTICE_DEBIT_POSTDATED;
    case DUNLIN__PAYMENT__V1__DEBIT_NOTICE__DEBIT_NOTICE_VARYING:
        return NOTICE_DEBIT_VARYING;
    default:
        return NOTICE_NONE;
    }
}

/* Worth writing until the day on which it is drawn: late is better than not at all. */
static enum status take_debit(struct changes *changes, const struct service_event *event, struct error *err)
{
    const Dunlin__Payment__V1__DebitNoticeDue *due = (const void *)event->message;
    const struct occurrence occurrence = {.subject_id = &due->debit_id,
                                          .account_id = &due->account_id,
                                          .debtor_id = &due->debtor_id,
                                          .kind = kind_of_debit(due->notice),
                                          .until_us = due->due_on_days * US_PER_DAY};
    return take_notice(changes, event, &occurrence, err);
}

static enum status take_reopened(struct changes *changes, const struct service_event *event, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeReopened *reopened = (const void *)event->message;
    struct reopening_row row = {.seq = event->event->seq};
    enum status st = wire_read_id(&reopened->dispute_id, "dispute_id", &row.dispute_id, err);
    if (st == STATUS_OK)
        st = wire_read_id(&reopened->account_id, "account_id", &row.account_id, err);
    if (st == STATUS_OK)
        (void)id_table_put(changes->reopened, &row.dispute_id, g_memdup2(&row, sizeof(row)));
    return st;
}

static const struct event_rule {
    const ProtobufCMessageDescriptor *type;
    take_fn *take;
} RULES[] = {
    {&dunlin__intake__v1__account_updated__descriptor, take_updated},
    {&dunlin__contact__v1__permit_granted__descriptor, take_permit},
    {&dunlin__contact__v1__attempt_reported__descriptor, take_attempt},
    {&dunlin__contact__v1__stop_released__descriptor, take_released},
    {&dunlin__contact__v1__fact_recorded__descriptor, take_fact},
    {&dunlin__contact__v1__fact_released__descriptor, take_fact_released},
    {&dunlin__dispute__v1__dispute_opened__descriptor, take_opened},
    {&dunlin__dispute__v1__dispute_amended__descriptor, take_amended},
    {&dunlin__dispute__v1__dispute_resolved__descriptor, take_resolved},
    {&dunlin__dispute__v1__dispute_reopened__descriptor, take_reopened},
    {&dunlin__dispute__v1__verification_requested__descriptor, take_requested},
    {&dunlin__payment__v1__debit_notice_due__descriptor, take_debit},
};

const ProtobufCMessageDescriptor *const CORRESPONDENCE_CONSUMED[] = {
    &dunlin__intake__v1__account_updated__descriptor,
    &dunlin__contact__v1__permit_granted__descriptor,
    &dunlin__contact__v1__attempt_reported__descriptor,
    &dunlin__contact__v1__stop_released__descriptor,
    &dunlin__contact__v1__fact_recorded__descriptor,
    &dunlin__contact__v1__fact_released__descriptor,
    &dunlin__dispute__v1__dispute_opened__descriptor,
    &dunlin__dispute__v1__dispute_amended__descriptor,
    &dunlin__dispute__v1__dispute_resolved__descriptor,
    &dunlin__dispute__v1__dispute_reopened__descriptor,
    &dunlin__dispute__v1__verification_requested__descriptor,
    &dunlin__payment__v1__debit_notice_due__descriptor,
    NULL,
};

static enum status take(struct changes *changes, const struct service_event *event, struct error *err)
{
    for (size_t i = 0; i < ARRAY_SIZE(RULES); i++)
        if (RULES[i].type == event->message->descriptor)
            return RULES[i].take(changes, event, err);
    return error_set(err, STATUS_INTERNAL, "events of the type %s are not consumed here", event->event->type);
}

enum status correspondence_apply(struct unit *unit, const struct service_event *events, size_t n_events,
                                 struct error *err)
{
    SCOPED(changes_freep) struct changes *changes = changes_new();
    enum status st = STATUS_OK;
    for (size_t i = 0; i < n_events && st == STATUS_OK; i++)
        st = take(changes, &events[i], err);
    return st == STATUS_OK ? correspondence_store_apply(unit_db(unit), changes, err) : st;
}
