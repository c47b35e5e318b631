#include <string.h>

#include "dunlin/intake/v1/intake.pb-c.h"
#include "id/id_table.h"
#include "intake_service.h"
#include "intake_store.h"
#include "platform/platform.h"
#include "service/wire.h"

/* DescribeAccounts: what whoever writes to debtors has to know of their accounts, asked when it is due instead of
 * copied when it is placed. FindAccounts: the same of accounts that somebody names by their references. */

#define ACCOUNTS_MAX 1000

/* Accounts of one call and their debtors. */
struct loaded {
    GHashTable *accounts; /* id -> struct account in `rows` */
    GHashTable *debtors;  /* id -> struct debtor, owned */
    GHashTable *files;    /* id of a placement -> name of its file, owned; NULL: not loaded */
    struct account *rows;
    GStringChunk *texts;
};

static void free_debtor(gpointer debtor)
{
    debtor_free(debtor);
}

static struct loaded loaded_new(void)
{
    return (struct loaded){
        .accounts = id_table_new(NULL), .debtors = id_table_new(free_debtor), .texts = g_string_chunk_new(4096)};
}

static void loaded_fini(struct loaded *loaded)
{
    g_hash_table_unref(loaded->accounts);
    g_hash_table_unref(loaded->debtors);
    if (loaded->files)
        g_hash_table_unref(loaded->files);
    g_free(loaded->rows);
    g_string_chunk_free(loaded->texts);
}

static enum status read_ids(const Dunlin__Intake__V1__DescribeAccountsRequest *request, struct id *ids,
                            struct error *err)
{
    if (request->n_accounts == 0 || request->n_accounts > ACCOUNTS_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "accounts: %zu of them; there must be 1 to %d",
                         request->n_accounts, ACCOUNTS_MAX);
    for (size_t i = 0; i < request->n_accounts; i++) {
        const Dunlin__Intake__V1__AccountAt *at = request->accounts[i];
        struct id point_id;
        enum status st = wire_read_id(&at->account_id, "account_id", &ids[i], err);
        if (st == STATUS_OK && at->contact_point_id.len > 0)
            st = wire_read_id(&at->contact_point_id, "contact_point_id", &point_id, err);
        if (st != STATUS_OK)
            return error_wrap(err, st, "accounts[%zu]", i);
    }
    return STATUS_OK;
}

/* Accounts of one call come from few files. */
static enum status load_files(struct db *db, struct loaded *loaded, struct error *err)
{
    g_autoptr(GHashTable) placements = id_set_new();
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(struct id));
    GHashTableIter iter;
    gpointer account;

    g_hash_table_iter_init(&iter, loaded->accounts);
    while (g_hash_table_iter_next(&iter, NULL, &account)) {
        const struct id *id = &((const struct account *)account)->provenance.placement_id;
        if (id_set_add(placements, id))
            g_array_append_vals(ids, id, 1);
    }
    return store_placement_names(db, (const struct id *)(const void *)ids->data, ids->len, &loaded->files, err);
}

static enum status load(struct db *db, const struct id *ids, size_t n, struct loaded *loaded, struct error *err)
{
    size_t n_rows = 0;
    g_autoptr(GPtrArray) debtors = g_ptr_array_new();
    enum status st = store_accounts_load(db, ids, n, false, loaded->texts, &loaded->rows, &n_rows, err);

    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < n_rows; i++) {
        struct account *account = &loaded->rows[i];
        (void)id_table_put(loaded->accounts, &account->id, account);
        if (g_hash_table_contains(loaded->debtors, &account->debtor_id))
            continue;
        struct debtor *debtor = debtor_new(&account->debtor_id, account->agency_id);
        (void)id_table_put(loaded->debtors, &debtor->id, debtor);
        g_ptr_array_add(debtors, debtor);
    }
    st = store_debtors_load(db, (struct debtor *const *)debtors->pdata, debtors->len, loaded->texts, err);
    return st == STATUS_OK ? load_files(db, loaded, err) : st;
}

/* The oldest contact points come first: of several addresses the last is the newest. */
static void describe_addresses(const struct debtor *debtor, const struct id *point_id,
                               Dunlin__Intake__V1__AccountDescription *to)
{
    for (guint i = 0; i < debtor->contacts->len; i++) {
        const struct contact_point *point = &g_array_index(debtor->contacts, struct contact_point, i);
        if (id_equal(&point->id, point_id))
            to->address = wire_text(point->contact.value);
        if (point->contact.kind == CONTACT_ADDRESS)
            to->postal_address = wire_text(point->contact.value);
    }
}

static void describe_origin(const struct account *account, const struct loaded *loaded,
                            Dunlin__Intake__V1__Provenance *to)
{
    const char *file_name = g_hash_table_lookup(loaded->files, &account->provenance.placement_id);

    to->placement_id = wire_id(&account->provenance.placement_id);
    to->file_name = wire_text(file_name ? file_name : "");
    to->line = account->provenance.line;
    to->record_hash = wire_bytes(account->provenance.record_hash, sizeof(account->provenance.record_hash));
}

static void describe(const struct account *account, const struct debtor *debtor, const struct id *point_id,
                     Dunlin__Intake__V1__AccountDescription *to)
{
    to->account_id = wire_id(&account->id);
    to->debtor_id = wire_id(&account->debtor_id);
    to->agency_id = account->agency_id;
    to->debtor_name = wire_text(debtor->name);
    to->client = wire_text(account->client);
    to->client_reference = wire_text(account->client_reference);
    to->currency = wire_text(account->balance.currency);
    to->due_on_days = account->due_on.days;
    to->opened_on_days = account->opened_on.days;
    to->is_recalled = account->is_recalled;
    describe_addresses(debtor, point_id, to);
}

/* A key of an agency sees its own accounts. */
static const struct account *find_own(const struct service_call *call, const struct loaded *loaded, const struct id *id)
{
    const struct account *account = g_hash_table_lookup(loaded->accounts, id);
    return account && (call->agency_id == 0 || call->agency_id == account->agency_id) ? account : NULL;
}

static void reply(struct service_call *call, const struct loaded *loaded, const struct id *ids)
{
    const Dunlin__Intake__V1__DescribeAccountsRequest *request = (const void *)call->request;
    const size_t n = request->n_accounts;
    g_autofree Dunlin__Intake__V1__Provenance *origins = g_new(Dunlin__Intake__V1__Provenance, n);
    g_autofree Dunlin__Intake__V1__AccountDescription *rows = g_new(Dunlin__Intake__V1__AccountDescription, n);
    g_autofree Dunlin__Intake__V1__AccountDescription **list = g_new(Dunlin__Intake__V1__AccountDescription *, n);
    Dunlin__Intake__V1__DescribeAccountsReply message;

    for (size_t i = 0; i < n; i++) {
        const struct account *account = find_own(call, loaded, &ids[i]);
        const struct id point_id = wire_known_id(&request->accounts[i]->contact_point_id);
        dunlin__intake__v1__account_description__init(&rows[i]);
        dunlin__intake__v1__provenance__init(&origins[i]);
        list[i] = &rows[i];
        if (!account || (call->agency_id != 0 && call->agency_id != account->agency_id))
            continue;
        describe(account, g_hash_table_lookup(loaded->debtors, &account->debtor_id), &point_id, &rows[i]);
        describe_origin(account, loaded, &origins[i]);
        rows[i].provenance = &origins[i];
    }
    dunlin__intake__v1__describe_accounts_reply__init(&message);
    message.accounts = list;
    message.n_accounts = n;
    service_reply(call, &message.base);
}

static enum status describe_accounts(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Intake__V1__DescribeAccountsRequest *request = (const void *)call->request;
    g_autofree struct id *ids = g_new0(struct id, request->n_accounts + 1);
    struct error why;

    if (read_ids(request, ids, &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    SCOPED(loaded_fini) struct loaded loaded = loaded_new();
    enum status st = load(unit_db(unit), ids, request->n_accounts, &loaded, err);
    if (st == STATUS_OK)
        reply(call, &loaded, ids);
    return st;
}

enum status intake_describe_accounts(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    enum status st = STATUS_OK;

    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++)
        st = describe_accounts(unit, &calls[i], err);
    return st;
}

/* --- FindAccounts */

static enum status read_find(const Dunlin__Intake__V1__FindAccountsRequest *request, struct error *err)
{
    const size_t n = request->n_client_references + request->n_account_ids;

    if (n == 0 || n > ACCOUNTS_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "client_references, account_ids: %zu of them; there must be 1 to %d", n, ACCOUNTS_MAX);
    for (size_t i = 0; i < request->n_client_references; i++)
        if (!*request->client_references[i])
            return error_set(err, STATUS_INVALID_ARGUMENT, "client_references[%zu]: is empty", i);
    return STATUS_OK;
}

/* Adds the accounts that are named by their ids behind those that were found by reference. */
static enum status add_ids(const Dunlin__Intake__V1__FindAccountsRequest *request, GArray *places, GArray *ids,
                           struct error *err)
{
    for (size_t i = 0; i < request->n_account_ids; i++) {
        const uint32_t place = (uint32_t)(request->n_client_references + i);
        struct id id;
        const enum status st = wire_read_id(&request->account_ids[i], "account_ids", &id, err);
        if (st != STATUS_OK)
            return error_wrap(err, st, "account_ids[%zu]", i);
        g_array_append_val(places, place);
        g_array_append_val(ids, id);
    }
    return STATUS_OK;
}

static void reply_found(struct service_call *call, const struct loaded *loaded, int32_t agency_id, const GArray *places,
                        const GArray *ids)
{
    g_autofree Dunlin__Intake__V1__AccountDescription *rows = g_new(Dunlin__Intake__V1__AccountDescription, ids->len);
    g_autofree Dunlin__Intake__V1__AccountFound *found = g_new(Dunlin__Intake__V1__AccountFound, ids->len);
    g_autofree Dunlin__Intake__V1__AccountFound **list = g_new(Dunlin__Intake__V1__AccountFound *, ids->len);
    const struct id none = {0};
    Dunlin__Intake__V1__FindAccountsReply message;
    size_t n = 0;

    for (guint i = 0; i < ids->len; i++) {
        const struct account *account = g_hash_table_lookup(loaded->accounts, &g_array_index(ids, struct id, i));
        if (!account || account->agency_id != agency_id)
            continue;
        dunlin__intake__v1__account_description__init(&rows[n]);
        describe(account, g_hash_table_lookup(loaded->debtors, &account->debtor_id), &none, &rows[n]);
        dunlin__intake__v1__account_found__init(&found[n]);
        found[n].place = g_array_index(places, uint32_t, i);
        found[n].account = &rows[n];
        list[n] = &found[n];
        n++;
    }
    dunlin__intake__v1__find_accounts_reply__init(&message);
    message.found = list;
    message.n_found = n;
    service_reply(call, &message.base);
}

static enum status find_accounts(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Intake__V1__FindAccountsRequest *request = (const void *)call->request;
    struct db *db = unit_db(unit);
    g_autoptr(GArray) places = NULL;
    g_autoptr(GArray) ids = NULL;
    struct agency agency;
    enum status st = read_find(request, err);

    if (st == STATUS_OK)
        st = platform_agency_by_slug(db, request->agency, &agency, err);
    if (st == STATUS_OK)
        st = store_references_any(db, agency.agency_id, request->client_references, request->n_client_references,
                                  &places, &ids, err);
    if (st == STATUS_OK)
        st = add_ids(request, places, ids, err);
    if (st != STATUS_OK)
        return st;
    SCOPED(loaded_fini) struct loaded loaded = loaded_new();
    st = load(db, (const struct id *)(const void *)ids->data, ids->len, &loaded, err);
    if (st == STATUS_OK)
        reply_found(call, &loaded, agency.agency_id, places, ids);
    return st;
}

enum status intake_find_accounts(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return intake_each_call(unit, calls, n_calls, find_accounts, err);
}
