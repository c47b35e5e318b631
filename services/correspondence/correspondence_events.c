#include "correspondence_events.h"

#include "correspondence_store.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "id/id_table.h"
#include "service/wire.h"

_Static_assert((int)MESSAGE_SENDING == DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_SENDING, "as stored");
_Static_assert((int)MESSAGE_UNDELIVERABLE == DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_UNDELIVERABLE,
               "as stored");

typedef enum status take_fn(struct changes *changes, const struct service_event *event, struct error *err);

static enum status take_points(struct changes *changes, const struct event *event, const struct id *debtor_id,
                               Dunlin__Intake__V1__ContactPoint *const *points, size_t n, struct error *err)
{
    for (size_t i = 0; i < n; i++) {
        struct id point_id;
        const enum status st = wire_read_id(&points[i]->contact_point_id, "contact_point_id", &point_id, err);
        if (st != STATUS_OK)
            return st;
        if (points[i]->kind < DUNLIN__INTAKE__V1__CONTACT_POINT_KIND__CONTACT_POINT_KIND_PHONE ||
            points[i]->kind > DUNLIN__INTAKE__V1__CONTACT_POINT_KIND__CONTACT_POINT_KIND_ADDRESS)
            continue; /* of a later version: nothing can be sent there */
        struct point_row *row = g_new0(struct point_row, 1);
        *row = (struct point_row){.contact_point_id = point_id,
                                  .debtor_id = *debtor_id,
                                  .agency_id = event->agency_id,
                                  .kind = (int16_t)points[i]->kind,
                                  .value = points[i]->value};
        (void)id_table_put(changes->points, &point_id, row);
    }
    return STATUS_OK;
}

static enum status take_placed(struct changes *changes, const struct service_event *event, struct error *err)
{
    const Dunlin__Intake__V1__AccountPlaced *placed = (const void *)event->message;
    struct new_account account = {.agency_id = event->event->agency_id,
                                  .client = placed->client,
                                  .client_reference = placed->client_reference,
                                  .currency = placed->currency,
                                  .placed_minor = placed->balance_minor,
                                  .due_on_days = placed->due_on_days,
                                  .opened_on_days = placed->opened_on_days};
    enum status st = wire_read_id(&placed->account_id, "account_id", &account.account_id, err);
    if (st == STATUS_OK)
        st = wire_read_id(&placed->debtor_id, "debtor_id", &account.debtor_id, err);
    if (st != STATUS_OK)
        return st;
    g_array_append_val(changes->accounts, account);
    struct debtor_row *debtor = g_new0(struct debtor_row, 1);
    *debtor = (struct debtor_row){.debtor_id = account.debtor_id,
                                  .agency_id = account.agency_id,
                                  .name = placed->debtor_name,
                                  .is_natural_person = placed->is_natural_person};
    (void)id_table_put(changes->debtors, &debtor->debtor_id, debtor);
    return take_points(changes, event->event, &account.debtor_id, placed->contact_points, placed->n_contact_points,
                       err);
}

static enum status take_updated(struct changes *changes, const struct service_event *event, struct error *err)
{
    const Dunlin__Intake__V1__AccountUpdated *updated = (const void *)event->message;
    struct id account_id, debtor_id;
    enum status st = wire_read_id(&updated->account_id, "account_id", &account_id, err);
    if (st == STATUS_OK)
        st = wire_read_id(&updated->debtor_id, "debtor_id", &debtor_id, err);
    if (st != STATUS_OK)
        return st;
    struct account_change *change = changes_of_account(changes, &account_id);
    change->forgets_parked = true;
    if (updated->due_on_presence_case == DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__DUE_ON_PRESENCE_DUE_ON_DAYS) {
        change->has_due = true;
        change->due_on_days = updated->due_on_days;
    }
    return take_points(changes, event->event, &debtor_id, updated->new_contact_points, updated->n_new_contact_points,
                       err);
}

static enum status take_recalled(struct changes *changes, const struct service_event *event, struct error *err)
{
    const Dunlin__Intake__V1__AccountRecalled *recalled = (const void *)event->message;
    struct id account_id;
    const enum status st = wire_read_id(&recalled->account_id, "account_id", &account_id, err);
    if (st == STATUS_OK)
        changes_of_account(changes, &account_id)->is_recalled = true;
    return st;
}

static enum status take_balance(struct changes *changes, const struct service_event *event, struct error *err)
{
    const Dunlin__Payment__V1__BalanceChanged *balance = (const void *)event->message;
    struct id account_id;
    enum ledger_kind kind = LEDGER_ADJUSTMENT;
    const enum status st = wire_read_id(&balance->account_id, "account_id", &account_id, err);
    if (st != STATUS_OK || balance->change_minor == 0)
        return st;
    if (balance->kind == DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_PAYMENT)
        kind = LEDGER_PAYMENT;
    else if (balance->kind == DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_REVERSAL)
        kind = LEDGER_REVERSAL;
    struct account_change *change = changes_of_account(changes, &account_id);
    if (!ledger_change_add(&change->sums, kind, balance->change_minor))
        return error_set(err, STATUS_OUT_OF_RANGE, "change_minor: the sums of the account overflow");
    change->has_balance = true;
    change->balance_minor = balance->balance_minor;
    return STATUS_OK;
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

static const struct event_rule {
    const ProtobufCMessageDescriptor *type;
    take_fn *take;
} RULES[] = {
    {&dunlin__intake__v1__account_placed__descriptor, take_placed},
    {&dunlin__intake__v1__account_updated__descriptor, take_updated},
    {&dunlin__intake__v1__account_recalled__descriptor, take_recalled},
    {&dunlin__payment__v1__balance_changed__descriptor, take_balance},
    {&dunlin__contact__v1__permit_granted__descriptor, take_permit},
    {&dunlin__contact__v1__attempt_reported__descriptor, take_attempt},
    {&dunlin__contact__v1__stop_released__descriptor, take_released},
    {&dunlin__contact__v1__fact_recorded__descriptor, take_fact},
    {&dunlin__contact__v1__fact_released__descriptor, take_fact_released},
};

const ProtobufCMessageDescriptor *const CORRESPONDENCE_CONSUMED[] = {
    &dunlin__intake__v1__account_placed__descriptor,   &dunlin__intake__v1__account_updated__descriptor,
    &dunlin__intake__v1__account_recalled__descriptor, &dunlin__payment__v1__balance_changed__descriptor,
    &dunlin__contact__v1__permit_granted__descriptor,  &dunlin__contact__v1__attempt_reported__descriptor,
    &dunlin__contact__v1__stop_released__descriptor,   &dunlin__contact__v1__fact_recorded__descriptor,
    &dunlin__contact__v1__fact_released__descriptor,   NULL,
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
