#include "classification_codec.h"
#include "classification_service.h"
#include "classification_store.h"
#include "service/wire.h"

#define DEBTOR_ACCOUNTS_MAX 1000 /* of a reply */

enum status classification_get_account(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    SCOPED(working_set_freep) struct working_set *set = working_set_new();
    struct id *ids = g_new0(struct id, n_calls);
    for (size_t i = 0; i < n_calls; i++) {
        const Dunlin__Classification__V1__GetAccountRequest *request =
            (const Dunlin__Classification__V1__GetAccountRequest *)calls[i].request;
        struct error why = {0};
        if (wire_read_id(&request->account_id, "account_id", &ids[i], &why) != STATUS_OK)
            service_fail_error(&calls[i], &why);
        else
            working_set_want_account(set, &ids[i]);
    }
    const enum status st = working_set_load(set, unit_db(unit), err);
    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++) {
        if (service_is_answered(&calls[i]))
            continue;
        const struct account_facts *account = working_set_account(set, &ids[i]);
        if (!account) {
            service_fail(&calls[i], STATUS_NOT_FOUND, "no account with this id is classified");
            continue;
        }
        struct classified_wire wire;
        classification_fill(account, "", &wire);
        service_reply(&calls[i], &wire.message.base);
    }
    g_free(ids);
    return st;
}

static void reply_family(struct service_call *call, const GPtrArray *family)
{
    const size_t n = MIN(family->len, DEBTOR_ACCOUNTS_MAX);
    g_autofree ProtobufCBinaryData *ids = g_new(ProtobufCBinaryData, n);
    Dunlin__Classification__V1__ListDebtorAccountsReply reply;

    for (size_t i = 0; i < n; i++)
        ids[i] = wire_id(&((const struct account_facts *)family->pdata[i])->account_id);
    dunlin__classification__v1__list_debtor_accounts_reply__init(&reply);
    reply.account_ids = ids;
    reply.n_account_ids = n;
    service_reply(call, &reply.base);
}

/* Whose the account is, and then all of his. */
static enum status list_family(struct unit *unit, struct service_call *call, const struct id *account_id,
                               struct error *err)
{
    SCOPED(working_set_freep) struct working_set *one = working_set_new();
    SCOPED(working_set_freep) struct working_set *all = working_set_new();

    working_set_want_account(one, account_id);
    enum status st = working_set_load(one, unit_db(unit), err);
    const struct account_facts *account = st == STATUS_OK ? working_set_account(one, account_id) : NULL;
    if (st == STATUS_OK && !account)
        service_fail(call, STATUS_NOT_FOUND, "no account with this id is classified");
    if (!account)
        return st;
    working_set_want_debtor(all, &account->debtor_id);
    st = working_set_load(all, unit_db(unit), err);
    if (st == STATUS_OK)
        reply_family(call, working_set_family(all, &account->debtor_id));
    return st;
}

enum status classification_list_debtor_accounts(struct unit *unit, struct service_call *calls, size_t n_calls,
                                                struct error *err)
{
    enum status st = STATUS_OK;

    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++) {
        const Dunlin__Classification__V1__ListDebtorAccountsRequest *request = (const void *)calls[i].request;
        struct id account_id;
        struct error why;
        if (wire_read_own_id(&calls[i], &request->account_id, "account_id", &account_id, &why) != STATUS_OK)
            service_fail_error(&calls[i], &why);
        else
            st = list_family(unit, &calls[i], &account_id, err);
    }
    return st;
}
