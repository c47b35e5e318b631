#include "classification_codec.h"
#include "classification_service.h"
#include "classification_store.h"
#include "service/wire.h"

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
