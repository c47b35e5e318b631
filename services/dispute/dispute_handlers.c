#include "dispute_handlers.h"

#include "dispute_codec.h"
#include "dispute_record.h"
#include "dispute_service.h"
#include "dispute_store.h"
#include "service/wire.h"

/* `want` reads a call's ids and asks for their rows; `act` decides by the model, records, answers. A refusal answers
 * the call and is OK; what they return otherwise fails the unit. */
struct command {
    enum status (*want)(struct book *book, const struct service_call *call, struct error *err);
    enum status (*act)(const struct record *record, struct service_call *call, struct error *err);
};

static enum status run(const struct command *command, struct unit *unit, struct service_call *calls, size_t n_calls,
                       struct error *err)
{
    SCOPED(book_freep) struct book *book = book_new();

    for (size_t i = 0; i < n_calls; i++) {
        struct error why;
        if (command->want(book, &calls[i], &why) != STATUS_OK)
            service_fail_error(&calls[i], &why);
    }
    enum status st = dispute_store_load(unit_db(unit), book, err);
    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++) {
        const struct record record = {.unit = unit, .book = book, .actor = wire_actor(&calls[i])};
        if (!service_is_answered(&calls[i]))
            st = command->act(&record, &calls[i], err);
    }
    return st == STATUS_OK ? dispute_store_save(unit_db(unit), book, err) : st;
}

static void reply_dispute(struct service_call *call, const struct dispute *dispute)
{
    Dunlin__Dispute__V1__DisputeView view;

    codec_dispute_view(dispute, &view);
    service_reply(call, &view.base);
}

static void fail_no_account(struct service_call *call, const struct id *account_id)
{
    char text[ID_TEXT_SIZE];

    service_fail(call, STATUS_NOT_FOUND, "no account %s", id_format(account_id, text));
}

static enum status want_open(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__OpenDisputeRequest *request = (const void *)call->request;
    enum dispute_source source;
    struct id account_id;
    enum status st = wire_read_own_id(call, &request->account_id, "account_id", &account_id, err);

    if (st == STATUS_OK)
        st = codec_source(request->source, &source, err);
    if (st == STATUS_OK)
        st = wire_check_text(request->reason, TEXT_MAX_BYTES, "reason", err);
    if (st == STATUS_OK)
        book_want_account(book, &account_id);
    return st;
}

static enum status act_open(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__OpenDisputeRequest *request = (const void *)call->request;
    const struct policy_holder *policy = unit_context(record->unit);
    struct id account_id = wire_known_id(&request->account_id);
    struct account *account = book_account(record->book, &account_id);
    const struct dispute_claim claim = {
        .dispute_id = id_new(call->partition),
        .source = (enum dispute_source)request->source, /* `want` has checked it */
        .reason = request->reason,
        .is_written = request->is_written,
        .opened_at = unit_now(record->unit),
        .verification_days = policy->sop->verification_days,
    };
    const struct dispute *dispute = NULL;

    if (!account) {
        fail_no_account(call, &account_id);
        return STATUS_OK;
    }
    enum status st = record_claim(record, account, &claim, &dispute, err);
    if (st == STATUS_OK)
        reply_dispute(call, dispute);
    return st;
}

static enum status want_move(struct book *book, const struct service_call *call, const ProtobufCBinaryData *dispute_id,
                             const char *note, struct error *err)
{
    struct id id;
    enum status st = wire_read_own_id(call, dispute_id, "dispute_id", &id, err);

    if (st == STATUS_OK)
        st = wire_check_text(note, TEXT_MAX_BYTES, "note", err);
    if (st == STATUS_OK)
        book_want_dispute(book, &id);
    return st;
}

static enum status move(const struct record *record, struct service_call *call, const ProtobufCBinaryData *dispute_id,
                        enum dispute_event event, const char *note, struct error *err)
{
    struct id id = wire_known_id(dispute_id);
    struct dispute *dispute = book_dispute(record->book, &id);
    char id_text[ID_TEXT_SIZE];
    const char *text;
    struct error why;

    if (!dispute) {
        service_fail(call, STATUS_NOT_FOUND, "no dispute %s", id_format(&id, id_text));
        return STATUS_OK;
    }
    if (dispute_move(dispute, event, note, &text, &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    enum status st = record_move(record, book_account(record->book, &dispute->account_id), dispute, event, err);
    if (st == STATUS_OK)
        reply_dispute(call, dispute);
    return st;
}

static enum status want_verify(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__RecordVerificationRequest *request = (const void *)call->request;

    return want_move(book, call, &request->dispute_id, request->note, err);
}

static enum status act_verify(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__RecordVerificationRequest *request = (const void *)call->request;

    return move(record, call, &request->dispute_id, DISPUTE_EVENT_VERIFY, request->note, err);
}

static enum status want_resolve(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__ResolveDisputeRequest *request = (const void *)call->request;
    enum dispute_event event;
    enum status st = codec_resolution(request->outcome, &event, err);

    return st == STATUS_OK ? want_move(book, call, &request->dispute_id, request->note, err) : st;
}

static enum status act_resolve(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__ResolveDisputeRequest *request = (const void *)call->request;
    enum dispute_event event;
    enum status st = codec_resolution(request->outcome, &event, err);

    return st == STATUS_OK ? move(record, call, &request->dispute_id, event, request->note, err) : st;
}

static void reply_list(struct service_call *call, const struct id *account_id, const GArray *disputes)
{
    Dunlin__Dispute__V1__ListDisputesReply reply;
    g_autofree Dunlin__Dispute__V1__DisputeView *views = g_new(Dunlin__Dispute__V1__DisputeView, disputes->len);
    g_autofree Dunlin__Dispute__V1__DisputeView **list = g_new(Dunlin__Dispute__V1__DisputeView *, disputes->len);

    dunlin__dispute__v1__list_disputes_reply__init(&reply);
    for (guint i = 0; i < disputes->len; i++) {
        const struct dispute *dispute = &g_array_index(disputes, struct dispute, i);
        if (!id_equal(&dispute->account_id, account_id))
            continue;
        codec_dispute_view(dispute, &views[reply.n_disputes]);
        list[reply.n_disputes] = &views[reply.n_disputes];
        reply.n_disputes++;
    }
    reply.disputes = list;
    service_reply(call, &reply.base);
}

static enum status load_history(struct unit *unit, struct book *book, GArray **ret_disputes, struct error *err)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(struct id));
    GHashTableIter iter;
    gpointer id;

    g_hash_table_iter_init(&iter, book->accounts);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        g_array_append_vals(ids, id, 1);
    return dispute_store_history(unit_db(unit), book, (const struct id *)(const void *)ids->data, ids->len,
                                 ret_disputes, err);
}

enum status dispute_handle_list(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    SCOPED(book_freep) struct book *book = book_new();
    g_autoptr(GArray) disputes = NULL;

    for (size_t i = 0; i < n_calls; i++) {
        const Dunlin__Dispute__V1__ListDisputesRequest *request = (const void *)calls[i].request;
        struct id account_id;
        struct error why;
        if (wire_read_id(&request->account_id, "account_id", &account_id, &why) != STATUS_OK)
            service_fail_error(&calls[i], &why);
        else
            book_want_account(book, &account_id);
    }
    enum status st = dispute_store_load(unit_db(unit), book, err);
    if (st == STATUS_OK)
        st = load_history(unit, book, &disputes, err);
    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++) {
        const Dunlin__Dispute__V1__ListDisputesRequest *request = (const void *)calls[i].request;
        if (service_is_answered(&calls[i]))
            continue;
        struct id account_id = wire_known_id(&request->account_id);
        if (book_account(book, &account_id))
            reply_list(&calls[i], &account_id, disputes);
        else
            fail_no_account(&calls[i], &account_id);
    }
    return st;
}

enum status dispute_handle_open(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return run(&(struct command){want_open, act_open}, unit, calls, n_calls, err);
}

enum status dispute_handle_verify(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return run(&(struct command){want_verify, act_verify}, unit, calls, n_calls, err);
}

enum status dispute_handle_resolve(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return run(&(struct command){want_resolve, act_resolve}, unit, calls, n_calls, err);
}
