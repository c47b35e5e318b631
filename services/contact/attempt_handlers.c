#include <string.h>

#include "contact_codec.h"
#include "contact_events.h"
#include "contact_handlers.h"
#include "contact_store.h"
#include "permit_store.h"
#include "permit_work.h"
#include "service/wire.h"

/* ReportAttempts and RecordRequest: what came of permits, and what debtors ask for. */

/* Reports: reading. */

/* One report on its way; `code` says what is wrong with it alone: the others of its call are recorded all the same. */
struct reading {
    const Dunlin__Contact__V1__AttemptReport *wire;
    struct id permit_id;
    struct report report;
    struct error error; /* code STATUS_OK: nothing is wrong */
};

struct reported {
    struct reading *readings;
    size_t n;
};

static void read_report(const struct service_call *call, const Dunlin__Contact__V1__AttemptReport *wire,
                        struct reading *reading)
{
    reading->wire = wire;
    enum status st = wire_read_id(&wire->permit_id, "permit_id", &reading->permit_id, &reading->error);
    if (st == STATUS_OK && id_partition(&reading->permit_id) != call->partition)
        st = error_set(&reading->error, STATUS_INVALID_ARGUMENT, "permit_id: of partition %u, but the call is for %u",
                       id_partition(&reading->permit_id), call->partition);
    if (st == STATUS_OK)
        st = codec_report(wire, &reading->report, &reading->error);
    reading->error.code = st;
}

static void read_reports(struct service_call *call, struct reported *reported)
{
    const Dunlin__Contact__V1__ReportAttemptsRequest *request = (const void *)call->request;
    if (request->n_reports == 0 || request->n_reports > CONTACT_BATCH_MAX) {
        service_fail(call, STATUS_INVALID_ARGUMENT, "reports: %zu of them; there must be 1 to %d", request->n_reports,
                     CONTACT_BATCH_MAX);
        return;
    }
    reported->readings = g_new0(struct reading, request->n_reports);
    reported->n = request->n_reports;
    for (size_t i = 0; i < reported->n; i++)
        read_report(call, request->reports[i], &reported->readings[i]);
}

/* Reports: loading. */

/* Flags of the person and wrong or excluded numbers concern all accounts; so do discussed accounts, which must be the
 * person's own. */
static bool concerns_person(const struct report *report)
{
    return report->flags != 0 || report->party == PARTY_WRONG || report->n_discussed > 0;
}

static enum status load_permits(struct unit *unit, const struct reported *reported, size_t n_calls,
                                struct contact_book *book, struct error *err)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(struct id));
    for (size_t i = 0; i < n_calls; i++)
        for (size_t j = 0; j < reported[i].n; j++)
            if (reported[i].readings[j].error.code == STATUS_OK)
                g_array_append_val(ids, reported[i].readings[j].permit_id);
    return permit_store_load(unit_db(unit), (const struct id *)(const void *)ids->data, ids->len, book, err);
}

/* Of permits that were reported before it must be known which other debts were discussed. */
static enum status load_discussions(struct unit *unit, const struct reported *reported, size_t n_calls,
                                    struct contact_book *book, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns keys;
    contact_discussions_init(&keys);
    for (size_t i = 0; i < n_calls; i++) {
        for (size_t j = 0; j < reported[i].n; j++) {
            const struct reading *reading = &reported[i].readings[j];
            const struct permit *permit = contact_find_permit(book, &reading->permit_id);
            if (permit == NULL || permit->state != PERMIT_REPORTED)
                continue;
            const struct id *others[REPORT_DISCUSSED_MAX];
            size_t n = report_others(&reading->report, &permit->account_id, others);
            for (size_t k = 0; k < n; k++)
                contact_discussions_add(&keys, others[k], &permit->id);
        }
    }
    return permit_store_load_discussions(unit_db(unit), &keys, book, err);
}

static enum status load_accounts(struct unit *unit, const struct reported *reported, size_t n_calls,
                                 struct contact_book *book, struct error *err)
{
    SCOPED(contact_keys_fini) struct contact_keys keys;
    contact_keys_init(&keys);
    for (size_t i = 0; i < n_calls; i++) {
        for (size_t j = 0; j < reported[i].n; j++) {
            const struct reading *reading = &reported[i].readings[j];
            const struct permit *permit = contact_find_permit(book, &reading->permit_id);
            if (permit == NULL)
                continue;
            if (concerns_person(&reading->report))
                contact_keys_add_debtor(&keys, &permit->debtor_id);
            else
                contact_keys_add_account(&keys, &permit->account_id);
            if (reading->report.claims_hardship) /* whether that is on record already */
                contact_keys_add_person_of(&keys, &permit->account_id);
        }
    }
    return contact_store_load(unit_db(unit), &keys, CONTACT_WITHOUT_ATTEMPTS, book, err);
}

/* Reports: applying. */

static enum status check_discussed(const struct contact_book *book, const struct report *report,
                                   const struct permit *permit, struct error *err)
{
    for (size_t i = 0; i < report->n_discussed; i++) {
        const struct account *account = contact_find_account(book, &report->discussed[i]);
        if (account == NULL || !id_equal(&account->debtor->id, &permit->debtor_id))
            return error_set(err, STATUS_INVALID_ARGUMENT, "discussed_account_ids[%zu]: no account of this debtor", i);
    }
    return STATUS_OK;
}

/* A third party's dialer ("dialer:acme") knows of its own permits only; operators may report for anyone. */
static bool may_report(const struct service_call *call, const struct permit *permit)
{
    static const char PREFIX[] = "dialer:";
    if (!contact_may_concern(call, permit->agency_id))
        return false;
    return !g_str_has_prefix(call->principal, PREFIX) || strcmp(call->principal + strlen(PREFIX), permit->dialer) == 0;
}

static enum status apply_report(const struct contact_work *work, const struct service_call *call,
                                struct reading *reading, struct error *err)
{
    struct permit *permit = contact_find_permit(work->book, &reading->permit_id);
    if (permit == NULL || !may_report(call, permit)) {
        (void)error_set(&reading->error, STATUS_NOT_FOUND, "permit_id: no such permit");
        return STATUS_OK;
    }
    if (report_check_channel(&reading->report, (enum channel)permit->channel, &reading->error) != STATUS_OK ||
        check_discussed(work->book, &reading->report, permit, &reading->error) != STATUS_OK)
        return STATUS_OK;
    return contact_take_report(work, permit, reading->wire, &reading->report, err);
}

/* Reports: the batch. */

static void reply_results(struct service_call *call, const struct reported *reported)
{
    g_autofree Dunlin__Contact__V1__AttemptResult *results = g_new0(Dunlin__Contact__V1__AttemptResult, reported->n);
    g_autofree Dunlin__Contact__V1__AttemptResult **list = g_new0(Dunlin__Contact__V1__AttemptResult *, reported->n);
    Dunlin__Contact__V1__ReportAttemptsReply reply;
    for (size_t i = 0; i < reported->n; i++) {
        const struct error *error = &reported->readings[i].error;
        dunlin__contact__v1__attempt_result__init(&results[i]);
        results[i].code = (uint32_t)error->code;
        results[i].message = wire_text(error->code == STATUS_OK ? "" : error->text);
        list[i] = &results[i];
    }
    dunlin__contact__v1__report_attempts_reply__init(&reply);
    reply.results = list;
    reply.n_results = reported->n;
    service_reply(call, &reply.base);
}

static enum status apply_reports(struct contact_work *work, struct service_call *calls, struct reported *reported,
                                 size_t n_calls, struct error *err)
{
    enum status st = load_permits(work->unit, reported, n_calls, work->book, err);
    if (st == STATUS_OK)
        st = load_discussions(work->unit, reported, n_calls, work->book, err);
    if (st == STATUS_OK)
        st = load_accounts(work->unit, reported, n_calls, work->book, err);
    for (size_t i = 0; st == STATUS_OK && i < n_calls; i++) {
        if (service_is_answered(&calls[i]))
            continue;
        work->actor = contact_actor(work->book, &calls[i]);
        for (size_t j = 0; st == STATUS_OK && j < reported[i].n; j++)
            if (reported[i].readings[j].error.code == STATUS_OK)
                st = apply_report(work, &calls[i], &reported[i].readings[j], err);
        if (st == STATUS_OK)
            reply_results(&calls[i], &reported[i]);
    }
    return st == STATUS_OK ? contact_store_save(unit_db(work->unit), work->book, err) : st;
}

enum status contact_report_attempts(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    SCOPED(contact_book_freep) struct contact_book *book = contact_book_new();
    struct contact_work work = contact_work_of(unit, book);
    struct reported *reported = g_new0(struct reported, n_calls);
    for (size_t i = 0; i < n_calls; i++)
        read_reports(&calls[i], &reported[i]);
    enum status st = apply_reports(&work, calls, reported, n_calls, err);
    for (size_t i = 0; i < n_calls; i++)
        g_free(reported[i].readings);
    g_free(reported);
    return st;
}

struct asked_stop {
    struct id account_id, contact_point_id;
    enum sticky_flag flag;
    bool is_release;
    const char *reason;
};

static enum status read_stop(const struct service_call *call, struct asked_stop *asked, struct error *err)
{
    const Dunlin__Contact__V1__RecordRequestRequest *request = (const void *)call->request;
    enum status st = wire_read_id(&request->account_id, "account_id", &asked->account_id, err);
    if (st == STATUS_OK)
        st = codec_flag(request->flag, "flag", &asked->flag, err);
    if (st == STATUS_OK && asked->flag == STICKY_OPT_OUT_CONTACT_POINT)
        st = wire_read_id(&request->contact_point_id, "contact_point_id", &asked->contact_point_id, err);
    if (st != STATUS_OK)
        return st;
    if (id_partition(&asked->account_id) != call->partition)
        return error_set(err, STATUS_INVALID_ARGUMENT, "account_id: of partition %u, but the call is for %u",
                         id_partition(&asked->account_id), call->partition);
    if (strlen(request->reason) > CODEC_REASON_MAX_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "reason: longer than %d bytes", CODEC_REASON_MAX_BYTES);
    asked->is_release = request->is_release;
    asked->reason = request->reason;
    if (!asked->is_release)
        return STATUS_OK;
    if (strcmp(call->role, "operator") != 0)
        return error_set(err, STATUS_PERMISSION_DENIED, "is_release: only an operator may release, not a %s",
                         call->role);
    if (asked->reason[strspn(asked->reason, " \t\n")] == '\0')
        return error_set(err, STATUS_INVALID_ARGUMENT, "reason: a release needs one");
    return STATUS_OK;
}

/* Answers the call; only what happens after it was accepted fails the unit. */
static enum status record_stop(const struct contact_work *work, struct service_call *call,
                               const struct asked_stop *asked, struct error *err)
{
    struct account *account = contact_find_account(work->book, &asked->account_id);
    if (account == NULL || !contact_may_concern(call, account->debtor->agency_id)) {
        service_fail(call, STATUS_NOT_FOUND, "account_id: no such account");
        return STATUS_OK;
    }
    struct contact_point *point = debtor_find_point(account->debtor, &asked->contact_point_id);
    if (asked->flag == STICKY_OPT_OUT_CONTACT_POINT && point == NULL) {
        service_fail(call, STATUS_NOT_FOUND, "contact_point_id: the debtor has no such contact point");
        return STATUS_OK;
    }
    bool has_changed =
        asked->is_release ? sticky_release(asked->flag, account, point) : sticky_set(asked->flag, account, point);
    if (has_changed) {
        enum status st = contact_emit_flag(work, account, asked->flag, &asked->contact_point_id, asked->is_release,
                                           asked->reason, err);
        if (st == STATUS_OK)
            st = contact_settle_debtor(work, account->debtor, asked->is_release ? "released" : "held", err);
        if (st != STATUS_OK)
            return st;
    }
    Dunlin__Contact__V1__RecordRequestReply reply;
    dunlin__contact__v1__record_request_reply__init(&reply);
    service_reply(call, &reply.base);
    return STATUS_OK;
}

static enum status record_all(struct contact_work *work, struct service_call *calls, const struct asked_stop *asked,
                              size_t n_calls, struct error *err)
{
    SCOPED(contact_keys_fini) struct contact_keys accounts;
    SCOPED(contact_keys_fini) struct contact_keys persons;
    GHashTableIter iter;
    gpointer value = NULL;
    contact_keys_init(&accounts);
    contact_keys_init(&persons);
    for (size_t i = 0; i < n_calls; i++)
        if (!service_is_answered(&calls[i]))
            contact_keys_add_account(&accounts, &asked[i].account_id);
    enum status st = contact_store_load(unit_db(work->unit), &accounts, CONTACT_WITHOUT_ATTEMPTS, work->book, err);
    if (st != STATUS_OK)
        return st;
    g_hash_table_iter_init(&iter, work->book->debtors);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        contact_keys_add_debtor(&persons, &((const struct debtor *)value)->id);
    st = contact_store_load(unit_db(work->unit), &persons, CONTACT_WITHOUT_ATTEMPTS, work->book, err);
    for (size_t i = 0; st == STATUS_OK && i < n_calls; i++) {
        if (service_is_answered(&calls[i]))
            continue;
        work->actor = contact_actor(work->book, &calls[i]);
        st = record_stop(work, &calls[i], &asked[i], err);
    }
    return st == STATUS_OK ? contact_store_save(unit_db(work->unit), work->book, err) : st;
}

enum status contact_record_request(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    SCOPED(contact_book_freep) struct contact_book *book = contact_book_new();
    struct contact_work work = contact_work_of(unit, book);
    g_autofree struct asked_stop *asked = g_new0(struct asked_stop, n_calls);
    for (size_t i = 0; i < n_calls; i++) {
        struct error why = {0};
        if (read_stop(&calls[i], &asked[i], &why) != STATUS_OK)
            service_fail_error(&calls[i], &why);
    }
    return record_all(&work, calls, asked, n_calls, err);
}
