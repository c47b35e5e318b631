#include <string.h>

#include "contact_codec.h"
#include "contact_handlers.h"
#include "contact_store.h"
#include "fact_codec.h"
#include "fact_work.h"
#include "service/wire.h"

/* RecordFacts, ReleaseFact and ListFacts. Each call is about one debtor; they share a unit. */

#define FACTS_A_CALL   100
#define FACTS_A_PERSON 1000 /* released ones included: each decision reads them */

static bool is_operator(const struct service_call *call)
{
    return strcmp(call->role, "operator") == 0;
}

/* The account by which the call names the debtor; NULL: the call is answered. */
static struct account *find_account(const struct contact_work *work, struct service_call *call, const struct id *id)
{
    struct account *account = contact_find_account(work->book, id);
    if (account != NULL && contact_may_concern(call, account->debtor->agency_id))
        return account;
    service_fail(call, STATUS_NOT_FOUND, "account_id: no such account");
    return NULL;
}

static enum status check_named(const struct debtor *debtor, const struct contact_book *book,
                               const struct person_fact *fact, struct error *err)
{
    for (size_t i = 0; i < fact->n_accounts; i++) {
        const struct account *account = contact_find_account(book, &fact->account_ids[i]);
        if (account == NULL || account->debtor != debtor)
            return error_set(err, STATUS_INVALID_ARGUMENT, "account_ids[%zu]: no account of this debtor", i);
    }
    if (!id_is_none(&fact->contact_point_id) && debtor_find_point(debtor, &fact->contact_point_id) == NULL)
        return error_set(err, STATUS_NOT_FOUND, "contact_point_id: the debtor has no such contact point");
    return STATUS_OK;
}

/* Of a fact that was released, the same words say nothing new; silence would be taken for a stop that stands. */
static enum status check_new(const struct debtor *debtor, const struct person_fact *fact, size_t n_before,
                             struct error *err)
{
    const struct person_fact *known = debtor_find_fact(debtor, &fact->id);
    if (known != NULL && known->released_at_us != 0)
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "occurred_at_us: this very fact was released as recorded wrongly; say when it happened anew");
    if (known == NULL && debtor->facts->len + n_before >= FACTS_A_PERSON)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "kind: the debtor has %d facts on record", FACTS_A_PERSON);
    return STATUS_OK;
}

static void free_fact(gpointer fact)
{
    person_fact_free(fact);
}

/* All facts of a call, read and checked; NULL: the call is answered. */
static GPtrArray *read_facts(const struct contact_work *work, struct service_call *call, const struct debtor *debtor)
{
    const Dunlin__Contact__V1__RecordFactsRequest *request = (const void *)call->request;
    g_autoptr(GPtrArray) facts = g_ptr_array_new_with_free_func(free_fact);
    struct error why = {0};
    if (request->n_facts == 0 || request->n_facts > FACTS_A_CALL) {
        service_fail(call, STATUS_INVALID_ARGUMENT, "facts: %zu of them; there must be 1 to %d", request->n_facts,
                     FACTS_A_CALL);
        return NULL;
    }
    for (size_t i = 0; i < request->n_facts; i++) {
        struct person_fact *fact = NULL;
        enum status st = fact_codec_read(request->facts[i], &debtor->id, work->now, &fact, &why);
        if (st == STATUS_OK) {
            g_ptr_array_add(facts, fact);
            st = check_named(debtor, work->book, fact, &why);
        }
        if (st == STATUS_OK)
            st = check_new(debtor, fact, i, &why);
        if (st == STATUS_OK && fact->effect == FACT_ENDS_FLAG && !is_operator(call))
            st = error_set(&why, STATUS_PERMISSION_DENIED, "kind: only an operator ends a stop, not a %s", call->role);
        if (st != STATUS_OK) {
            service_fail(call, st, "facts[%zu].%s", i, why.text);
            return NULL;
        }
    }
    return TAKE(facts);
}

/* What is said of each fact. */
struct results {
    Dunlin__Contact__V1__FactResult rows[FACTS_A_CALL];
    Dunlin__Contact__V1__FactResult *list[FACTS_A_CALL];
    struct id ids[FACTS_A_CALL];
    char *names[FACTS_A_CALL][HOLD_SET_COUNT];
};

static enum status take_one(const struct contact_work *work, struct account *account, GPtrArray *facts, guint index,
                            struct results *results, struct error *err)
{
    Dunlin__Contact__V1__FactResult *row = results->list[index] = &results->rows[index];
    SCOPED(person_fact_freep) struct person_fact *fact = g_ptr_array_index(facts, index);
    bool is_new = false;
    g_ptr_array_index(facts, index) = NULL;
    const hold_set contradicts = fact_contradicts(fact, account->debtor);
    fact->recorded_by = work->actor;
    results->ids[index] = fact->id;
    dunlin__contact__v1__fact_result__init(row);
    const enum status st = contact_take_fact(work, account, &fact, contradicts, &is_new, err);
    row->fact_id = wire_id(&results->ids[index]);
    row->is_new = is_new;
    row->n_contradicts = codec_holds(contradicts, results->names[index]);
    row->contradicts = results->names[index];
    return st;
}

static enum status record(const struct contact_work *work, struct service_call *call, const struct id *account_id,
                          struct error *err)
{
    Dunlin__Contact__V1__RecordFactsReply reply;
    struct account *account = find_account(work, call, account_id);
    g_autoptr(GPtrArray) facts = account == NULL ? NULL : read_facts(work, call, account->debtor);
    g_autofree struct results *results = g_new0(struct results, 1);
    enum status st = STATUS_OK;
    if (facts == NULL)
        return STATUS_OK;
    for (guint i = 0; st == STATUS_OK && i < facts->len; i++)
        st = take_one(work, account, facts, i, results, err);
    if (st != STATUS_OK)
        return st;
    dunlin__contact__v1__record_facts_reply__init(&reply);
    reply.results = results->list;
    reply.n_results = facts->len;
    service_reply(call, &reply.base);
    return STATUS_OK;
}

static enum status release(const struct contact_work *work, struct service_call *call, const struct id *account_id,
                           struct error *err)
{
    const Dunlin__Contact__V1__ReleaseFactRequest *request = (const void *)call->request;
    Dunlin__Contact__V1__ReleaseFactReply reply;
    const struct id fact_id = wire_known_id(&request->fact_id);
    struct account *account = find_account(work, call, account_id);
    if (account == NULL)
        return STATUS_OK;
    if (!is_operator(call)) {
        service_fail(call, STATUS_PERMISSION_DENIED, "only an operator may release a fact, not a %s", call->role);
        return STATUS_OK;
    }
    struct person_fact *fact = debtor_find_fact(account->debtor, &fact_id);
    if (fact == NULL || strlen(request->reason) > CODEC_REASON_MAX_BYTES ||
        request->reason[strspn(request->reason, " \t\n")] == '\0') {
        service_fail(call, fact == NULL ? STATUS_NOT_FOUND : STATUS_INVALID_ARGUMENT, "%s",
                     fact == NULL ? "fact_id: the debtor has no such fact" : "reason: a release needs one");
        return STATUS_OK;
    }
    const enum status st = contact_release_fact(work, account, fact, request->reason, err);
    if (st != STATUS_OK)
        return st;
    dunlin__contact__v1__release_fact_reply__init(&reply);
    service_reply(call, &reply.base);
    return STATUS_OK;
}

static enum status list(const struct contact_work *work, struct service_call *call, const struct id *account_id,
                        struct error *err)
{
    Dunlin__Contact__V1__ListFactsReply reply;
    const struct account *account = find_account(work, call, account_id);
    if (account == NULL)
        return STATUS_OK;
    const GPtrArray *facts = account->debtor->facts;
    g_autofree Dunlin__Contact__V1__FactView *rows = g_new0(Dunlin__Contact__V1__FactView, facts->len);
    g_autofree Dunlin__Contact__V1__FactView **pointers = g_new0(Dunlin__Contact__V1__FactView *, facts->len);
    enum status st = STATUS_OK;
    for (guint i = 0; i < facts->len; i++) {
        const struct person_fact *fact = g_ptr_array_index(facts, i);
        dunlin__contact__v1__fact_view__init(&rows[i]);
        rows[i].fact_id = wire_id(&fact->id);
        rows[i].fact = fact_codec_wire(fact);
        rows[i].recorded_by = wire_text(fact->recorded_by);
        rows[i].recorded_at_us = fact->recorded_at_us;
        rows[i].released_at_us = fact->released_at_us;
        pointers[i] = &rows[i];
        if (rows[i].fact == NULL)
            st = error_set(err, STATUS_RESOURCE_EXHAUSTED, "no memory for a fact");
    }
    dunlin__contact__v1__list_facts_reply__init(&reply);
    reply.facts = pointers;
    reply.n_facts = facts->len;
    if (st == STATUS_OK)
        service_reply(call, &reply.base);
    for (guint i = 0; i < facts->len; i++)
        dunlin__contact__v1__fact__free_unpacked(rows[i].fact, NULL);
    return st;
}

/* --- batches ------------------------------------------------------------------------------------------------------ */

typedef enum status answer_fn(const struct contact_work *work, struct service_call *call, const struct id *account_id,
                              struct error *err);

/* The three requests begin alike: with the account. */
static ProtobufCBinaryData account_of(const struct service_call *call)
{
    const ProtobufCMessage *request = call->request;
    if (request->descriptor == &dunlin__contact__v1__record_facts_request__descriptor)
        return ((const Dunlin__Contact__V1__RecordFactsRequest *)(const void *)request)->account_id;
    if (request->descriptor == &dunlin__contact__v1__release_fact_request__descriptor)
        return ((const Dunlin__Contact__V1__ReleaseFactRequest *)(const void *)request)->account_id;
    return ((const Dunlin__Contact__V1__ListFactsRequest *)(const void *)request)->account_id;
}

static void read_accounts(struct service_call *calls, size_t n_calls, struct id *ids, struct contact_keys *keys)
{
    for (size_t i = 0; i < n_calls; i++) {
        struct error why = {0};
        const ProtobufCBinaryData bytes = account_of(&calls[i]);
        if (wire_read_own_id(&calls[i], &bytes, "account_id", &ids[i], &why) != STATUS_OK)
            service_fail_error(&calls[i], &why);
        else
            contact_keys_add_person_of(keys, &ids[i]);
    }
}

static enum status handle(struct unit *unit, struct service_call *calls, size_t n_calls, answer_fn *answer,
                          bool is_query, struct error *err)
{
    SCOPED(contact_book_freep) struct contact_book *book = contact_book_new();
    SCOPED(contact_keys_fini) struct contact_keys keys;
    g_autofree struct id *ids = g_new0(struct id, n_calls);
    struct contact_work work = contact_work_of(unit, book);
    contact_keys_init(&keys);
    read_accounts(calls, n_calls, ids, &keys);
    enum status st = contact_store_load(unit_db(unit), &keys, CONTACT_WITHOUT_ATTEMPTS, book, err);
    for (size_t i = 0; st == STATUS_OK && i < n_calls; i++) {
        work.actor = contact_actor(book, &calls[i]);
        if (!service_is_answered(&calls[i]))
            st = answer(&work, &calls[i], &ids[i], err);
    }
    return st == STATUS_OK && !is_query ? contact_store_save(unit_db(unit), book, err) : st;
}

enum status contact_record_facts(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return handle(unit, calls, n_calls, record, false, err);
}

enum status contact_release_facts(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return handle(unit, calls, n_calls, release, false, err);
}

enum status contact_list_facts(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return handle(unit, calls, n_calls, list, true, err);
}
