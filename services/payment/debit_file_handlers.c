#include "debit_file_handlers.h"

#include <string.h>

#include "debit_codec.h"
#include "debit_record.h"
#include "payment_codec.h"
#include "payment_command.h"
#include "payment_store.h"
#include "service/wire.h"

#define SENT_MAX 1000 /* of a call */

static enum status check_day(int32_t days, const char *field, struct error *err)
{
    if (days < EFFECTIVE_ON_MIN || days > EFFECTIVE_ON_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: day %d is not between 1900 and 2199", field, days);
    return STATUS_OK;
}

/* --- ReserveDebits */

static bool is_due(const struct debit *debit, const void *due_on_days)
{
    return debit->state == DEBIT_SCHEDULED && debit->due_on_days <= *(const int32_t *)due_on_days;
}

/* Into the file, or cancelled where it may not be drawn any more. */
static enum status reserve_one(const struct record *record, struct debit *debit, const struct id *file_id,
                               struct debit_file_part *part, struct error *err)
{
    const struct account *account = book_account(record->book, &debit->account_id);
    const int64_t in_files_minor = debit_book_sum(record->book->debits, &debit->account_id, DEBIT_IN_FILES);
    const int32_t effective_on_days = debit_effective_on(debit, command_today(record->unit));
    const char *obstacle = debit_obstacle(debit, account, in_files_minor, effective_on_days);

    if (obstacle)
        return record_debit_cancel(record, debit, obstacle, err);
    const enum status st = debit_reserve(debit, file_id, effective_on_days, err);
    if (st != STATUS_OK)
        return st;
    debit_book_touch_debit(debit);
    part->n_debits++;
    part->amount_minor += debit->amount.minor;
    return STATUS_OK;
}

static enum status reserve_all(const struct record *record, int32_t due_on_days, const struct id *file_id,
                               struct debit_file_part *part, struct error *err)
{
    g_autoptr(GPtrArray) due = debit_book_select(record->book->debits, is_due, &due_on_days);
    enum status st = STATUS_OK;

    for (guint i = 0; i < due->len && st == STATUS_OK; i++)
        st = reserve_one(record, g_ptr_array_index(due, i), file_id, part, err);
    return st;
}

/* Everything that is due in one unit: what the part says is there for good. */
static enum status reserve(struct unit *unit, struct service_call *call, int32_t agency_id, const struct id *file_id,
                           struct debit_file_part *part, struct error *err)
{
    const Dunlin__Payment__V1__ReserveDebitsRequest *request = (const void *)call->request;
    SCOPED(book_freep) struct book *book = book_new();
    const struct record record = {.unit = unit, .book = book, .actor = wire_actor(call)};
    struct db *db = unit_db(unit);
    enum status st = debit_store_due(db, book, call->partition, agency_id, request->due_on_days, err);

    if (st == STATUS_OK)
        st = payment_store_load(db, book, err);
    if (st == STATUS_OK)
        st = reserve_all(&record, request->due_on_days, file_id, part, err);
    if (st == STATUS_OK)
        st = payment_store_save(db, book, err);
    return st == STATUS_OK ? debit_store_add_part(db, call->partition, file_id, agency_id, part, err) : st;
}

static enum status read_reserve(struct unit *unit, const struct service_call *call, struct id *ret_file_id,
                                int32_t *ret_agency_id, struct error *err)
{
    const Dunlin__Payment__V1__ReserveDebitsRequest *request = (const void *)call->request;
    enum status st = wire_read_id(&request->file_id, "file_id", ret_file_id, err);

    if (st == STATUS_OK)
        st = check_day(request->due_on_days, "due_on_days", err);
    return st == STATUS_OK ? command_find_agency(unit_db(unit), call, request->agency, ret_agency_id, err) : st;
}

static enum status answer_reserve(struct unit *unit, struct service_call *call, struct error *err)
{
    Dunlin__Payment__V1__ReserveDebitsReply reply;
    struct debit_file_part part = {0};
    bool is_there = false;
    struct id file_id;
    int32_t agency_id = 0;
    struct error why;
    enum status st = read_reserve(unit, call, &file_id, &agency_id, &why);

    if (st != STATUS_OK && status_is_transient(st))
        return error_wrap(err, st, "%s", why.text);
    if (st != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    st = debit_store_part(unit_db(unit), call->partition, &file_id, &is_there, &part, err);
    if (st == STATUS_OK && !is_there)
        st = reserve(unit, call, agency_id, &file_id, &part, err);
    if (st != STATUS_OK)
        return st;
    dunlin__payment__v1__reserve_debits_reply__init(&reply);
    reply.reserved = part.n_debits;
    reply.amount_minor = part.amount_minor;
    service_reply(call, &reply.base);
    return STATUS_OK;
}

enum status debit_reserve_call(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    enum status st = STATUS_OK;

    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++)
        st = answer_reserve(unit, &calls[i], err);
    return st;
}

/* --- NumberDebitFile */

static enum status read_file(struct unit *unit, const struct service_call *call, struct debit_file *ret_file,
                             struct error *err)
{
    const Dunlin__Payment__V1__NumberDebitFileRequest *request = (const void *)call->request;
    struct debit_file file = {
        .due_on_days = request->due_on_days,
        .n_entries = request->entries,
        .numbered_at = unit_now(unit),
    };
    enum status st = wire_read_own_id(call, &request->file_id, "file_id", &file.file_id, err);

    if (st == STATUS_OK && request->originator_hash.len != DEBIT_ORIGINATOR_BYTES)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "originator_hash: %zu bytes; it has %d",
                       request->originator_hash.len, DEBIT_ORIGINATOR_BYTES);
    if (st == STATUS_OK)
        st = check_day(request->due_on_days, "due_on_days", err);
    if (st == STATUS_OK)
        st = command_find_agency(unit_db(unit), call, request->agency, &file.agency_id, err);
    if (st != STATUS_OK)
        return st;
    memcpy(file.originator_hash, request->originator_hash.data, DEBIT_ORIGINATOR_BYTES);
    *ret_file = file;
    return STATUS_OK;
}

static void reply_file(struct service_call *call, const struct debit_file *file)
{
    Dunlin__Payment__V1__DebitFileView view;

    dunlin__payment__v1__debit_file_view__init(&view);
    view.file_id = wire_id(&file->file_id);
    view.first_sequence = file->first_sequence;
    view.entries = file->n_entries;
    view.numbered_at_us = file->numbered_at.us;
    view.due_on_days = file->due_on_days;
    view.ordinal = file->ordinal;
    service_reply(call, &view.base);
}

/* The model's refusals are answers; what the database says is the unit's. */
static enum status number(struct unit *unit, struct service_call *call, struct debit_file *file, struct error *err)
{
    struct debit_file kept, last;
    struct error why;
    enum status st = debit_store_file(unit_db(unit), &file->file_id, file->agency_id, &kept, &last, err);

    if (st != STATUS_OK)
        return st;
    const bool is_there = !id_is_none(&kept.file_id);
    st = is_there ? debit_file_check_same(&kept, file, &why) : debit_file_number(file, &last, &why);
    if (st != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    st = is_there ? STATUS_OK : debit_store_add_file(unit_db(unit), file, err);
    if (st == STATUS_OK)
        reply_file(call, is_there ? &kept : file);
    return st;
}

static enum status answer_number(struct unit *unit, struct service_call *call, struct error *err)
{
    struct debit_file file;
    struct error why;
    const enum status st = read_file(unit, call, &file, &why);

    if (st == STATUS_OK)
        return number(unit, call, &file, err);
    if (status_is_transient(st))
        return error_wrap(err, st, "%s", why.text);
    service_fail_error(call, &why);
    return STATUS_OK;
}

enum status debit_number_call(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    enum status st = STATUS_OK;

    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++)
        st = answer_number(unit, &calls[i], err);
    return st;
}

/* --- MarkDebitsSent */

static enum status want_sent(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__MarkDebitsSentRequest *request = (const void *)call->request;
    struct id file_id, debit_id;
    enum status st = wire_read_id(&request->file_id, "file_id", &file_id, err);

    if (st == STATUS_OK && (request->n_debits == 0 || request->n_debits > SENT_MAX))
        return error_set(err, STATUS_INVALID_ARGUMENT, "debits: %zu of them; there must be 1 to %d", request->n_debits,
                         SENT_MAX);
    for (size_t i = 0; i < request->n_debits && st == STATUS_OK; i++) {
        st = wire_read_own_id(call, &request->debits[i]->debit_id, "debits.debit_id", &debit_id, err);
        if (st == STATUS_OK)
            st = codec_check_trace(request->debits[i]->trace, err);
        if (st == STATUS_OK)
            debit_book_want_debit(book->debits, &debit_id);
    }
    return st;
}

/* Of the file, and to be marked now or marked so before. */
static enum status check_sent(const struct debit *debit, const struct id *file_id, const char *trace, struct error *err)
{
    char text[ID_TEXT_SIZE];
    bool is_in_file = false;

    for (int i = 0; i < debit->n_presented; i++) {
        const struct presentment *presentment = &debit->presented[i];
        if (!id_equal(&presentment->file_id, file_id))
            continue;
        is_in_file = true;
        if (presentment->trace[0] != '\0' && strcmp(presentment->trace, trace) != 0)
            return error_set(err, STATUS_FAILED_PRECONDITION, "debit %s: is sent as %s",
                             id_format(&debit->debit_id, text), presentment->trace);
    }
    if (!is_in_file)
        return error_set(err, STATUS_FAILED_PRECONDITION, "debit %s: is not reserved for this file",
                         id_format(&debit->debit_id, text));
    return STATUS_OK;
}

/* All of a call or none. */
static enum status check_all_sent(const struct record *record, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__MarkDebitsSentRequest *request = (const void *)call->request;
    const struct id file_id = wire_known_id(&request->file_id);
    char text[ID_TEXT_SIZE];
    enum status st = STATUS_OK;

    for (size_t i = 0; i < request->n_debits && st == STATUS_OK; i++) {
        const struct id debit_id = wire_known_id(&request->debits[i]->debit_id);
        const struct debit *debit = debit_book_debit(record->book->debits, &debit_id);
        if (!debit || !command_may_concern(call, debit->agency_id))
            return error_set(err, STATUS_NOT_FOUND, "no debit %s", id_format(&debit_id, text));
        st = check_sent(debit, &file_id, request->debits[i]->trace, err);
    }
    return st;
}

/* What has left the file since, or was marked before, stays as it is. */
static enum status mark(const struct record *record, const struct id *file_id,
                        const Dunlin__Payment__V1__SentDebit *sent, struct error *err)
{
    const struct id debit_id = wire_known_id(&sent->debit_id);
    struct debit *debit = debit_book_debit(record->book->debits, &debit_id);

    if (debit->state != DEBIT_RESERVED || !id_equal(&debit_presented(debit)->file_id, file_id))
        return STATUS_OK;
    const enum status st = debit_send(debit, sent->trace, command_today(record->unit), err);
    return st == STATUS_OK ? record_debit_sent(record, debit, err) : st;
}

static enum status act_sent(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__MarkDebitsSentRequest *request = (const void *)call->request;
    const struct id file_id = wire_known_id(&request->file_id);
    Dunlin__Payment__V1__MarkDebitsSentReply reply;
    enum status st = STATUS_OK;
    struct error why;

    if (check_all_sent(record, call, &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    for (size_t i = 0; i < request->n_debits && st == STATUS_OK; i++)
        st = mark(record, &file_id, request->debits[i], err);
    if (st != STATUS_OK)
        return st;
    dunlin__payment__v1__mark_debits_sent_reply__init(&reply);
    reply.sent = (int32_t)request->n_debits;
    service_reply(call, &reply.base);
    return STATUS_OK;
}

enum status debit_sent_call(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_sent, act_sent}, unit, calls, n_calls, err);
}
