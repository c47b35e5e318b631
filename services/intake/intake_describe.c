#include <string.h>

#include "dunlin/intake/v1/intake.pb-c.h"
#include "id/id_table.h"
#include "intake_service.h"
#include "intake_store.h"
#include "service/wire.h"

/* DescribeAccounts: what whoever writes to debtors has to know of their accounts, asked when it is due instead of
 * copied when it is placed. */

#define ACCOUNTS_MAX 1000

/* Accounts of one call and their debtors. */
struct loaded {
    GHashTable *accounts; /* id -> struct account in `rows` */
    GHashTable *debtors;  /* id -> struct debtor, owned */
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
    return store_debtors_load(db, (struct debtor *const *)debtors->pdata, debtors->len, loaded->texts, err);
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
    g_autofree Dunlin__Intake__V1__AccountDescription *rows = g_new(Dunlin__Intake__V1__AccountDescription, n);
    g_autofree Dunlin__Intake__V1__AccountDescription **list = g_new(Dunlin__Intake__V1__AccountDescription *, n);
    Dunlin__Intake__V1__DescribeAccountsReply message;

    for (size_t i = 0; i < n; i++) {
        const struct account *account = find_own(call, loaded, &ids[i]);
        const struct id point_id = wire_known_id(&request->accounts[i]->contact_point_id);
        dunlin__intake__v1__account_description__init(&rows[i]);
        if (account)
            describe(account, g_hash_table_lookup(loaded->debtors, &account->debtor_id), &point_id, &rows[i]);
        list[i] = &rows[i];
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
