#include "stop_events.h"

#include "dunlin/contact/v1/contact.pb-c.h"
#include "plan_record.h"
#include "service/wire.h"

/* 0: the flag stops contact alone. */
static enum stop_cause cause_of(Dunlin__Contact__V1__StickyFlag flag)
{
    switch (flag) {
    case DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_BANKRUPTCY:
        return STOP_BANKRUPTCY;
    case DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_DECEASED:
        return STOP_DECEASED;
    default:
        return 0;
    }
}

static struct date day_of(const struct service_event *event)
{
    return (struct date){(int32_t)(event->event->occurred_at_us / US_PER_DAY)};
}

static enum status want(struct book *book, Dunlin__Contact__V1__StickyFlag flag, const ProtobufCBinaryData *bytes,
                        struct error *err)
{
    struct id debtor_id;

    if (cause_of(flag) == 0)
        return STATUS_OK;
    const enum status st = wire_read_id(bytes, "debtor_id", &debtor_id, err);
    if (st == STATUS_OK)
        book_want_stops(book, &debtor_id);
    return st;
}

/* Of all his debts in the book. */
static enum status follow(const struct record *record, const struct stops *stops, enum stop_cause cause,
                          struct error *err)
{
    g_autoptr(GPtrArray) accounts = book_accounts_of(record->book, &stops->debtor_id);
    enum status st = STATUS_OK;

    for (guint i = 0; i < accounts->len && st == STATUS_OK; i++)
        st = record_held_changed(record, g_ptr_array_index(accounts, i), stop_over_text(cause), err);
    return st;
}

enum status stop_want_recorded(struct book *book, const struct service_event *event, struct error *err)
{
    const Dunlin__Contact__V1__StopRecorded *recorded = (const void *)event->message;

    return want(book, recorded->flag, &recorded->debtor_id, err);
}

enum status stop_apply_recorded(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Contact__V1__StopRecorded *recorded = (const void *)event->message;
    const struct id debtor_id = wire_known_id(&recorded->debtor_id);
    const enum stop_cause cause = cause_of(recorded->flag);

    if (cause == 0)
        return STATUS_OK;
    struct stops *stops = book_stops_of(record->book, &debtor_id);
    return stops_begin(stops, cause, day_of(event)) ? follow(record, stops, cause, err) : STATUS_OK;
}

enum status stop_want_released(struct book *book, const struct service_event *event, struct error *err)
{
    const Dunlin__Contact__V1__StopReleased *released = (const void *)event->message;

    return want(book, released->flag, &released->debtor_id, err);
}

enum status stop_apply_released(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Contact__V1__StopReleased *released = (const void *)event->message;
    const struct id debtor_id = wire_known_id(&released->debtor_id);
    const enum stop_cause cause = cause_of(released->flag);

    if (cause == 0)
        return STATUS_OK;
    struct stops *stops = book_stops_of(record->book, &debtor_id);
    return stops_end(stops, cause, day_of(event)) ? follow(record, stops, cause, err) : STATUS_OK;
}
