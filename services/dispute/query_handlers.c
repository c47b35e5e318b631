#include "dispute_handlers.h"

#include "dispute_codec.h"
#include "dispute_command.h"
#include "dispute_store.h"
#include "id/id_table.h"
#include "service/wire.h"

/* Of a call. An account may have many disputes, and their texts all go into one frame. */
#define ACCOUNTS_MAX 250

static void reply_list(struct service_call *call, GHashTable *account_ids, const GArray *disputes)
{
    Dunlin__Dispute__V1__ListDisputesReply reply;
    g_autofree struct codec_view *views = g_new(struct codec_view, disputes->len);
    g_autofree Dunlin__Dispute__V1__DisputeView **list = g_new(Dunlin__Dispute__V1__DisputeView *, disputes->len);

    dunlin__dispute__v1__list_disputes_reply__init(&reply);
    for (guint i = 0; i < disputes->len; i++) {
        const struct dispute *dispute = &g_array_index(disputes, struct dispute, i);
        if (!g_hash_table_contains(account_ids, &dispute->account_id))
            continue;
        codec_dispute_view(dispute, &views[reply.n_disputes]);
        list[reply.n_disputes] = &views[reply.n_disputes].view;
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

static enum status read_account(const ProtobufCBinaryData *bytes, const char *field, GHashTable *account_ids,
                                struct error *err)
{
    struct id account_id;
    const enum status st = wire_read_id(bytes, field, &account_id, err);

    if (st == STATUS_OK)
        (void)id_set_add(account_ids, &account_id);
    return st;
}

static enum status read_accounts(const Dunlin__Dispute__V1__ListDisputesRequest *request, GHashTable *account_ids,
                                 struct error *err)
{
    const size_t n = request->n_account_ids;
    enum status st = STATUS_OK;

    if (n > ACCOUNTS_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "account_ids: %zu of them; there may be %d", n, ACCOUNTS_MAX);
    if (n == 0 || request->account_id.len > 0)
        st = read_account(&request->account_id, "account_id", account_ids, err);
    for (size_t i = 0; i < n && st == STATUS_OK; i++)
        st = read_account(&request->account_ids[i], "account_ids", account_ids, err);
    return st;
}

static void want_accounts(struct book *book, GHashTable *account_ids)
{
    GHashTableIter iter;
    gpointer id;

    g_hash_table_iter_init(&iter, account_ids);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        book_want_account(book, id);
}

/* Of all that it asks about, or none. */
static void list(struct service_call *call, const struct book *book, GHashTable *account_ids, const GArray *disputes)
{
    GHashTableIter iter;
    gpointer id;

    g_hash_table_iter_init(&iter, account_ids);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        const struct account *account = book_account(book, id);
        if (!account || !command_may_concern(call, account->agency_id)) {
            command_fail_no_account(call, id);
            return;
        }
    }
    reply_list(call, account_ids, disputes);
}

enum status dispute_handle_list(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    SCOPED(book_freep) struct book *book = book_new();
    g_autoptr(GPtrArray) asked = g_ptr_array_new_with_free_func((GDestroyNotify)g_hash_table_unref); /* a set a call */
    g_autoptr(GArray) disputes = NULL;

    for (size_t i = 0; i < n_calls; i++) {
        GHashTable *account_ids = id_set_new();
        struct error why;
        g_ptr_array_add(asked, account_ids);
        if (read_accounts((const void *)calls[i].request, account_ids, &why) != STATUS_OK)
            service_fail_error(&calls[i], &why);
        else
            want_accounts(book, account_ids);
    }
    enum status st = dispute_store_load(unit_db(unit), book, err);
    if (st == STATUS_OK)
        st = load_history(unit, book, &disputes, err);
    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++)
        if (!service_is_answered(&calls[i]))
            list(&calls[i], book, g_ptr_array_index(asked, i), disputes);
    return st;
}

static void reply_show(struct service_call *call, const struct dispute *dispute, const GArray *evidence)
{
    Dunlin__Dispute__V1__GetDisputeReply reply;
    struct codec_view view;
    g_autofree struct codec_evidence_view *views = g_new(struct codec_evidence_view, evidence->len);
    g_autofree Dunlin__Dispute__V1__EvidenceView **list = g_new(Dunlin__Dispute__V1__EvidenceView *, evidence->len);

    dunlin__dispute__v1__get_dispute_reply__init(&reply);
    codec_dispute_view(dispute, &view);
    reply.dispute = &view.view;
    for (guint i = 0; i < evidence->len; i++) {
        const struct evidence *each = &g_array_index(evidence, struct evidence, i);
        if (!id_equal(&each->dispute_id, &dispute->dispute_id))
            continue;
        codec_evidence_view(each, &views[reply.n_evidence]);
        list[reply.n_evidence] = &views[reply.n_evidence].view;
        reply.n_evidence++;
    }
    reply.evidence = list;
    service_reply(call, &reply.base);
}

static const ProtobufCBinaryData *asked_for(const struct service_call *call)
{
    return &((const Dunlin__Dispute__V1__GetDisputeRequest *)(const void *)call->request)->dispute_id;
}

static void show(struct service_call *call, const struct book *book, const GArray *evidence)
{
    const struct id id = wire_known_id(asked_for(call));
    const struct dispute *dispute = book_dispute(book, &id);

    if (dispute && command_may_concern(call, dispute->agency_id))
        reply_show(call, dispute, evidence);
    else
        command_fail_no_dispute(call, &id);
}

enum status dispute_handle_get(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    SCOPED(book_freep) struct book *book = book_new();
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(struct id));
    g_autoptr(GArray) evidence = NULL;

    for (size_t i = 0; i < n_calls; i++) {
        struct id id;
        struct error why;
        if (wire_read_id(asked_for(&calls[i]), "dispute_id", &id, &why) != STATUS_OK) {
            service_fail_error(&calls[i], &why);
            continue;
        }
        book_want_dispute(book, &id);
        g_array_append_val(ids, id);
    }
    enum status st = dispute_store_load(unit_db(unit), book, err);
    if (st == STATUS_OK)
        st = dispute_store_evidence(unit_db(unit), book, (const struct id *)(const void *)ids->data, ids->len,
                                    &evidence, err);
    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++)
        if (!service_is_answered(&calls[i]))
            show(&calls[i], book, evidence);
    return st;
}
