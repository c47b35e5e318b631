#include "notice_events.h"

#include "service/wire.h"

static bool is_notice(const Dunlin__Contact__V1__AttemptReported *attempt)
{
    return attempt->report && attempt->purpose == DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_VALIDATION_NOTICE;
}

static bool is_back(const Dunlin__Contact__V1__AttemptReported *attempt)
{
    return attempt->report->delivery == DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNDELIVERABLE;
}

static bool is_out(const Dunlin__Contact__V1__AttemptReported *attempt)
{
    return attempt->report->delivery == DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_SENT ||
           attempt->report->delivery == DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_DELIVERED;
}

/* One that came back must be known to be struck off. */
enum status notice_want_attempt(struct book *book, const Dunlin__Contact__V1__AttemptReported *attempt,
                                struct error *err)
{
    struct id account_id;
    if (!is_notice(attempt) || !is_back(attempt))
        return STATUS_OK;
    enum status st = wire_read_id(&attempt->account_id, "account_id", &account_id, err);
    if (st == STATUS_OK)
        book_want_claim(book, &account_id);
    return st;
}

/* As contact takes it: when it says that it began, but not before its permit and not after it was told. */
static struct instant sent_at(const struct service_event *event, const Dunlin__Contact__V1__AttemptReported *attempt)
{
    const int64_t told_us = event->event->occurred_at_us, said_us = attempt->report->started_at_us;
    const int64_t at_us = said_us != 0 && said_us < told_us ? said_us : told_us;
    return (struct instant){at_us < attempt->granted_at_us ? attempt->granted_at_us : at_us};
}

/* Keeps the ids as long as the book. */
static const uint8_t *join_accounts(struct book *book, const ProtobufCBinaryData *account_ids, size_t n)
{
    uint8_t *joined = g_malloc(n * ID_BYTES + 1);
    g_ptr_array_add(book->texts, joined);
    for (size_t i = 0; i < n; i++) {
        const struct id id = wire_known_id(&account_ids[i]);
        memcpy(joined + i * ID_BYTES, id.bytes, ID_BYTES);
    }
    return joined;
}

enum status notice_apply_attempt(struct book *book, const struct service_event *event,
                                 const Dunlin__Contact__V1__AttemptReported *attempt, struct error *err)
{
    struct notice notice = {.agency_id = event->event->agency_id};
    if (!is_notice(attempt) || (!is_back(attempt) && !is_out(attempt)))
        return STATUS_OK;
    enum status st = wire_read_id(&attempt->permit_id, "permit_id", &notice.notice_id, err);
    if (st == STATUS_OK)
        st = wire_read_id(&attempt->debtor_id, "debtor_id", &notice.debtor_id, err);
    if (st != STATUS_OK)
        return st;
    if (is_back(attempt)) {
        book_void_notice(book, &notice.debtor_id, &notice.notice_id);
        return STATUS_OK;
    }
    notice.at = sent_at(event, attempt);
    notice.ends_on = notice_end(notice.at, attempt->report->notice_ends_on_days);
    notice.account_ids = join_accounts(book, &attempt->account_id, 1);
    notice.n_accounts = 1;
    book_add_notice(book, &notice, true);
    return STATUS_OK;
}

enum status notice_apply_fact(struct book *book, const struct service_event *event,
                              const Dunlin__Contact__V1__FactRecorded *recorded, struct error *err)
{
    const Dunlin__Contact__V1__Fact *fact = recorded->fact;
    struct notice notice = {.agency_id = event->event->agency_id};
    if (!fact || (fact->kind != DUNLIN__CONTACT__V1__FACT_KIND__FACT_KIND_VALIDATION_NOTICE_SENT &&
                  fact->kind != DUNLIN__CONTACT__V1__FACT_KIND__FACT_KIND_VALIDATION_NOTICE_RETURNED))
        return STATUS_OK;
    enum status st = wire_read_id(&recorded->fact_id, "fact_id", &notice.notice_id, err);
    if (st == STATUS_OK)
        st = wire_read_id(&recorded->debtor_id, "debtor_id", &notice.debtor_id, err);
    if (st != STATUS_OK)
        return st;
    notice.is_return = fact->kind == DUNLIN__CONTACT__V1__FACT_KIND__FACT_KIND_VALIDATION_NOTICE_RETURNED;
    notice.at.us = fact->occurred_at_us != 0 ? fact->occurred_at_us : event->event->occurred_at_us;
    if (!notice.is_return)
        notice.ends_on = notice_end(notice.at, fact->until_on_days);
    notice.account_ids = join_accounts(book, fact->account_ids, fact->n_account_ids);
    notice.n_accounts = fact->n_account_ids;
    book_add_notice(book, &notice, true);
    return STATUS_OK;
}

enum status notice_want_released(struct book *book, const Dunlin__Contact__V1__FactReleased *released,
                                 struct error *err)
{
    struct id account_id;
    enum status st = wire_read_id(&released->account_id, "account_id", &account_id, err);
    if (st == STATUS_OK)
        book_want_claim(book, &account_id);
    return st;
}

enum status notice_apply_released(struct book *book, const Dunlin__Contact__V1__FactReleased *released,
                                  struct error *err)
{
    struct id debtor_id, fact_id;
    enum status st = wire_read_id(&released->fact_id, "fact_id", &fact_id, err);
    if (st == STATUS_OK)
        st = wire_read_id(&released->debtor_id, "debtor_id", &debtor_id, err);
    if (st == STATUS_OK)
        book_void_notice(book, &debtor_id, &fact_id);
    return st;
}
