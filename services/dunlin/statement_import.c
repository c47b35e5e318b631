#include "statement_import.h"

#include <string.h>

#include "account.h"
#include "ask.h"
#include "clock/clock.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "id/id_table.h"
#include "progress.h"

#define ASK_MAX      1000 /* references, accounts or payments a call */
#define REASON_BYTES 500
#define WINDOW       64 /* calls on their way at once */

static const ProtobufCServiceDescriptor *const PAYMENT = &dunlin__payment__v1__payment_service__descriptor;
static const ProtobufCServiceDescriptor *const INTAKE = &dunlin__intake__v1__intake_service__descriptor;

/* --- which accounts may be meant */

struct search {
    struct cli *cli;
    GStringChunk *texts;
    GHashTable *by_token;   /* text -> GPtrArray of struct match_candidate in `by_id`, owned */
    GHashTable *by_id;      /* account id -> struct match_candidate, owned */
    GPtrArray *references;  /* keys of by_token that are to be asked for */
    GPtrArray *account_ids; /* the same of those that are accounts' ids */
};

static void free_list(gpointer list)
{
    g_ptr_array_unref(list);
}

static void search_fini(struct search *search)
{
    g_hash_table_unref(search->by_token);
    g_hash_table_unref(search->by_id);
    g_ptr_array_unref(search->references);
    g_ptr_array_unref(search->account_ids);
}

static void collect_tokens(struct search *search, const struct statement_items *items)
{
    for (guint i = 0; i < items->items->len; i++) {
        const struct statement_item *item = items->items->pdata[i];
        for (guint j = 0; item->kind == STATEMENT_PAYMENT && j < item->tokens->len; j++) {
            char *text = g_array_index(item->tokens, struct match_token, j).text;
            struct id id;
            if (g_hash_table_contains(search->by_token, text))
                continue;
            (void)g_hash_table_insert(search->by_token, text, g_ptr_array_new());
            g_ptr_array_add(id_parse(text, &id, NULL) == STATUS_OK ? search->account_ids : search->references, text);
        }
    }
}

static void take_found(struct search *search, const char *token,
                       const Dunlin__Intake__V1__AccountDescription *description)
{
    struct id id;
    if (id_from_bytes(description->account_id.data, description->account_id.len, "account_id", &id, NULL) != STATUS_OK)
        return;
    struct match_candidate *account = g_hash_table_lookup(search->by_id, &id);
    if (account == NULL) {
        account = g_new0(struct match_candidate, 1);
        account->account_id = id;
        account->client = g_string_chunk_insert_const(search->texts, description->client);
        account->reference = g_string_chunk_insert_const(search->texts, description->client_reference);
        account->debtor_name = g_string_chunk_insert_const(search->texts, description->debtor_name);
        account->currency = g_string_chunk_insert_const(search->texts, description->currency);
        account->is_recalled = description->is_recalled;
        (void)id_table_put(search->by_id, &id, account);
    }
    g_ptr_array_add(g_hash_table_lookup(search->by_token, token), account);
}

/* One call: `n` tokens, references or ids. */
static enum status find_some(struct search *search, char **tokens, size_t n, bool are_ids, struct error *err)
{
    ProtobufCMessage *reply = NULL;
    g_autofree struct id *ids = g_new(struct id, n);
    g_autofree ProtobufCBinaryData *bytes = g_new(ProtobufCBinaryData, n);
    Dunlin__Intake__V1__FindAccountsRequest request;
    dunlin__intake__v1__find_accounts_request__init(&request);
    request.agency = ask_text(cli_text(search->cli, "agency"));
    if (are_ids) {
        for (size_t i = 0; i < n; i++) {
            const enum status parsed = id_parse(tokens[i], &ids[i], err);
            if (parsed != STATUS_OK)
                return parsed;
            bytes[i] = account_bytes(&ids[i]);
        }
        request.account_ids = bytes;
        request.n_account_ids = n;
    } else {
        request.client_references = tokens;
        request.n_client_references = n;
    }
    const enum status st = ask_any(search->cli, INTAKE, "FindAccounts", &request.base, &reply, err);
    if (st != STATUS_OK)
        return st;
    const Dunlin__Intake__V1__FindAccountsReply *found = (const void *)reply;
    for (size_t i = 0; i < found->n_found; i++)
        if (found->found[i]->place < n && found->found[i]->account != NULL)
            take_found(search, tokens[found->found[i]->place], found->found[i]->account);
    protobuf_c_message_free_unpacked(reply, NULL);
    return STATUS_OK;
}

static enum status find_all(struct search *search, GPtrArray *tokens, bool are_ids, struct error *err)
{
    enum status st = STATUS_OK;
    for (guint at = 0; at < tokens->len && st == STATUS_OK; at += ASK_MAX)
        st = find_some(search, (char **)tokens->pdata + at, MIN(ASK_MAX, tokens->len - at), are_ids, err);
    return st;
}

static enum status read_balances(struct search *search, GPtrArray *accounts, guint at, guint n, struct error *err)
{
    ProtobufCMessage *reply = NULL;
    g_autofree ProtobufCBinaryData *bytes = g_new(ProtobufCBinaryData, n);
    Dunlin__Payment__V1__GetBalancesRequest request;
    dunlin__payment__v1__get_balances_request__init(&request);
    for (guint i = 0; i < n; i++)
        bytes[i] = account_bytes(&((const struct match_candidate *)accounts->pdata[at + i])->account_id);
    request.account_ids = bytes;
    request.n_account_ids = n;
    const enum status st = ask_any(search->cli, PAYMENT, "GetBalances", &request.base, &reply, err);
    if (st != STATUS_OK)
        return st;
    const Dunlin__Payment__V1__GetBalancesReply *balances = (const void *)reply;
    for (guint i = 0; i < n && i < balances->n_balances; i++) {
        struct match_candidate *account = accounts->pdata[at + i];
        account->is_in_ledger = balances->balances[i]->account_id.len > 0;
        account->balance_minor = balances->balances[i]->balance_minor;
    }
    protobuf_c_message_free_unpacked(reply, NULL);
    return STATUS_OK;
}

static enum status read_all_balances(struct search *search, struct error *err)
{
    g_autoptr(GPtrArray) accounts = id_table_sorted(search->by_id);
    enum status st = STATUS_OK;
    for (guint at = 0; at < accounts->len && st == STATUS_OK; at += ASK_MAX)
        st = read_balances(search, accounts, at, MIN(ASK_MAX, accounts->len - at), err);
    return st;
}

/* An account that several of the payment's references name counts once, by the best. */
static void add_candidate(GArray *candidates, const struct match_candidate *account, enum match_source source)
{
    for (guint i = 0; i < candidates->len; i++) {
        struct match_candidate *known = &g_array_index(candidates, struct match_candidate, i);
        if (!id_equal(&known->account_id, &account->account_id))
            continue;
        known->source = MAX(known->source, source);
        return;
    }
    struct match_candidate candidate = *account;
    candidate.source = source;
    g_array_append_val(candidates, candidate);
}

static void judge(struct search *search, struct statement_item *item)
{
    const struct match_payment payment = {item->money, item->detail->counterparty_name};
    if (item->kind != STATEMENT_PAYMENT)
        return;
    for (guint i = 0; i < item->tokens->len; i++) {
        const struct match_token *token = &g_array_index(item->tokens, struct match_token, i);
        const GPtrArray *accounts = g_hash_table_lookup(search->by_token, token->text);
        struct id id;
        const bool is_id = id_parse(token->text, &id, NULL) == STATUS_OK;
        for (guint j = 0; j < accounts->len; j++)
            add_candidate(item->candidates, accounts->pdata[j], is_id ? MATCH_ACCOUNT_ID : token->source);
    }
    item->judgement = match_judge(&payment, (struct match_candidate *)(void *)item->candidates->data,
                                  item->candidates->len, (int)cli_integer(search->cli, "sure"));
    if (item->judgement.is_sure)
        item->account_id = g_array_index(item->candidates, struct match_candidate, item->judgement.best).account_id;
}

enum status statement_find_accounts(struct cli *cli, GPtrArray *statements, GStringChunk **ret_texts, struct error *err)
{
    *ret_texts = g_string_chunk_new(4096);
    SCOPED(search_fini)
    struct search search = {
        .cli = cli,
        .texts = *ret_texts,
        .by_token = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_list),
        .by_id = id_table_new(g_free),
        .references = g_ptr_array_new(),
        .account_ids = g_ptr_array_new(),
    };
    for (guint i = 0; i < statements->len; i++)
        collect_tokens(&search, statements->pdata[i]);
    enum status st = find_all(&search, search.references, false, err);
    if (st == STATUS_OK)
        st = find_all(&search, search.account_ids, true, err);
    if (st == STATUS_OK)
        st = read_all_balances(&search, err);
    for (guint i = 0; i < statements->len && st == STATUS_OK; i++) {
        const struct statement_items *items = statements->pdata[i];
        for (guint j = 0; j < items->items->len; j++)
            judge(&search, items->items->pdata[j]);
    }
    return st;
}

/* --- what is decided, once for ever */

typedef Dunlin__Payment__V1__RecordStatementRequest RecordRequest;

static void fill_statement(struct cli *cli, const struct statement_items *items, const char *file_name,
                           RecordRequest *request)
{
    const struct bank_statement *statement = items->statement;
    dunlin__payment__v1__record_statement_request__init(request);
    request->agency = ask_text(cli_text(cli, "agency"));
    request->statement_id = account_bytes(&items->statement_id);
    request->bank_account_id = account_bytes(&items->bank_account_id);
    request->bank_account = ask_text(items->bank_account);
    request->currency = ask_text(statement->currency);
    request->name = items->name;
    request->sequence_number = MAX(0, statement->sequence_number);
    request->first_on_days = items->first_on_days;
    request->last_on_days = items->last_on_days;
    if (statement->opening.is_there) {
        request->opening_presence_case = DUNLIN__PAYMENT__V1__RECORD_STATEMENT_REQUEST__OPENING_PRESENCE_OPENING_MINOR;
        request->opening_minor = statement->opening.money.minor;
    }
    if (statement->closing.is_there) {
        request->closing_presence_case = DUNLIN__PAYMENT__V1__RECORD_STATEMENT_REQUEST__CLOSING_PRESENCE_CLOSING_MINOR;
        request->closing_minor = statement->closing.money.minor;
    }
    request->file_name = ask_text(file_name);
    request->debits = items->debits;
    request->debit_minor = items->debit_minor;
    request->credit_minor = items->credit_minor;
}

static bool is_credit(const struct statement_item *item)
{
    return item->kind == STATEMENT_PAYMENT || item->kind == STATEMENT_CAME_BACK;
}

/* What is said of some items. */
struct part {
    Dunlin__Payment__V1__StatementCredit *credits, **credit_list;
    Dunlin__Payment__V1__StatementReturn *returns, **return_list;
};

static void part_fini(struct part *part)
{
    g_free(part->credits);
    g_free(part->credit_list);
    g_free(part->returns);
    g_free(part->return_list);
}

static void fill_credits(struct part *part, struct statement_item **items, size_t n, RecordRequest *request)
{
    part->credits = g_new(Dunlin__Payment__V1__StatementCredit, n);
    part->credit_list = g_new(Dunlin__Payment__V1__StatementCredit *, n);
    for (size_t i = 0; i < n; i++) {
        dunlin__payment__v1__statement_credit__init(&part->credits[i]);
        part->credits[i].credit_id = account_bytes(&items[i]->credit_id);
        if (!id_is_none(&items[i]->account_id))
            part->credits[i].account_id = account_bytes(&items[i]->account_id);
        part->credits[i].amount_minor = items[i]->money.minor;
        part->credits[i].end_to_end_id = items[i]->end_to_end_id;
        part->credit_list[i] = &part->credits[i];
    }
    request->credits = part->credit_list;
    request->n_credits = n;
}

static void fill_returns(struct part *part, struct statement_item **items, size_t n, RecordRequest *request)
{
    part->returns = g_new(Dunlin__Payment__V1__StatementReturn, n);
    part->return_list = g_new(Dunlin__Payment__V1__StatementReturn *, n);
    for (size_t i = 0; i < n; i++) {
        dunlin__payment__v1__statement_return__init(&part->returns[i]);
        part->returns[i].amount_minor = items[i]->money.minor;
        part->returns[i].end_to_end_id = items[i]->end_to_end_id;
        part->return_list[i] = &part->returns[i];
    }
    request->returns = part->return_list;
    request->n_returns = n;
}

static struct id read_id(const ProtobufCBinaryData *bytes)
{
    struct id id = {0};
    if (bytes->len > 0 && id_from_bytes(bytes->data, bytes->len, "id", &id, NULL) != STATUS_OK)
        return (struct id){0};
    return id;
}

static void take_credits(const Dunlin__Payment__V1__RecordStatementReply *reply, struct statement_item **items,
                         size_t n)
{
    for (size_t i = 0; i < n && i < reply->n_credits && i < reply->n_credits_are_new; i++) {
        items[i]->account_id = read_id(&reply->credits[i]->account_id);
        items[i]->is_known = !reply->credits_are_new[i];
    }
}

static void take_returned(const Dunlin__Payment__V1__RecordStatementReply *reply, struct statement_item **items,
                          size_t n)
{
    for (size_t i = 0; i < n && i < reply->n_returned; i++) {
        items[i]->original_id = read_id(&reply->returned[i]->credit_id);
        items[i]->account_id = read_id(&reply->returned[i]->account_id);
    }
}

/* One call; `items` are credits or returns. */
static enum status record_some(struct cli *cli, const struct statement_items *all, const char *file_name,
                               struct statement_item **items, size_t n, bool are_credits, struct statement_known *known,
                               struct error *err)
{
    SCOPED(part_fini) struct part part = {0};
    ProtobufCMessage *message = NULL;
    RecordRequest request;
    fill_statement(cli, all, file_name, &request);
    if (are_credits)
        fill_credits(&part, items, n, &request);
    else
        fill_returns(&part, items, n, &request);
    const enum status st =
        account_call(cli, PAYMENT, "RecordStatement", &request.base, &all->statement_id, false, &message, err);
    if (st != STATUS_OK)
        return st;
    const Dunlin__Payment__V1__RecordStatementReply *reply = (const void *)message;
    if (are_credits)
        take_credits(reply, items, n);
    else
        take_returned(reply, items, n);
    known->is_new |= reply->is_new;
    known->imported_at_us = reply->imported_at_us;
    known->previous_sequence_number = reply->previous_sequence_number;
    protobuf_c_message_free_unpacked(message, NULL);
    return STATUS_OK;
}

static GPtrArray *select_items(const struct statement_items *all, bool are_credits)
{
    GPtrArray *selected = g_ptr_array_new();
    for (guint i = 0; i < all->items->len; i++) {
        struct statement_item *item = all->items->pdata[i];
        const bool is_return = item->kind == STATEMENT_TAKEN_BACK && item->end_to_end_id[0] != '\0';
        if (are_credits ? is_credit(item) : is_return)
            g_ptr_array_add(selected, item);
    }
    return selected;
}

static enum status record_all(struct cli *cli, const struct statement_items *all, const char *file_name,
                              bool are_credits, struct statement_known *known, struct error *err)
{
    g_autoptr(GPtrArray) items = select_items(all, are_credits);
    enum status st = STATUS_OK;
    guint at = 0;
    /* A statement without payments is recorded too. */
    do {
        const guint n = MIN(ASK_MAX, items->len - at);
        if (n > 0 || are_credits)
            st = record_some(cli, all, file_name, (struct statement_item **)items->pdata + at, n, are_credits, known,
                             err);
        at += n;
    } while (at < items->len && st == STATUS_OK);
    return st;
}

enum status statement_record(struct cli *cli, struct statement_items *items, const char *file_name,
                             struct statement_known *ret_known, struct error *err)
{
    *ret_known = (struct statement_known){0};
    enum status st = record_all(cli, items, file_name, true, ret_known, err);
    return st == STATUS_OK ? record_all(cli, items, file_name, false, ret_known, err) : st;
}

/* --- what is done */

/* A call on its way for an item. */
struct doing {
    struct statement_item *item;
    enum statement_outcome outcome; /* where it is taken */
    struct id route_id, payment_id;
    union {
        Dunlin__Payment__V1__PostPaymentRequest post;
        Dunlin__Payment__V1__HoldMoneyRequest hold;
        Dunlin__Payment__V1__ReversePaymentRequest reverse;
    } request;
    char key[ID_TEXT_SIZE];
    char *reason;
    struct bus_call call;
};

static void doing_free(struct doing *doing)
{
    if (doing->call.reply != NULL)
        protobuf_c_message_free_unpacked(doing->call.reply, NULL);
    g_free(doing->reason);
    g_free(doing);
}

static struct doing *doing_new(struct statement_item *item, enum statement_outcome outcome, const char *method,
                               const struct id *route_id)
{
    struct doing *doing = g_new0(struct doing, 1);
    const struct id key = id_new(id_partition(route_id));
    doing->item = item;
    doing->outcome = outcome;
    doing->route_id = *route_id;
    doing->call = (struct bus_call){.service = PAYMENT,
                                    .method = method,
                                    .request = (const ProtobufCMessage *)(const void *)&doing->request,
                                    .route = BUS_ROUTE_PARTITION,
                                    .partition = id_partition(route_id),
                                    .idempotency_key = id_format(&key, doing->key),
                                    .context = doing};
    return doing;
}

static int32_t value_day(const struct bank_entry *entry)
{
    return entry->has_value_date ? entry->value_date.days : entry->booking_date.days;
}

static struct doing *start_post(struct statement_item *item)
{
    struct doing *doing = doing_new(item, STATEMENT_POSTED, "PostPayment", &item->account_id);
    Dunlin__Payment__V1__PostPaymentRequest *request = &doing->request.post;
    doing->payment_id = statement_payment_id(&item->credit_id, &item->account_id);
    dunlin__payment__v1__post_payment_request__init(request);
    request->account_id = account_bytes(&doing->route_id);
    request->payment_id = account_bytes(&doing->payment_id);
    request->amount_minor = item->money.minor;
    request->currency = item->money.currency;
    request->reference = item->reference;
    request->paid_on_presence_case = DUNLIN__PAYMENT__V1__POST_PAYMENT_REQUEST__PAID_ON_PRESENCE_PAID_ON_DAYS;
    request->paid_on_days = value_day(item->entry);
    return doing;
}

static const char *why_held(const struct statement_item *item)
{
    if (item->reason != NULL)
        return item->reason;
    return item->kind == STATEMENT_CAME_BACK ? "came back, and is no debtor's payment" : item->judgement.reason;
}

static struct doing *start_hold(struct cli *cli, struct statement_item *item)
{
    const struct id item_id = statement_suspense_id(&item->credit_id);
    struct doing *doing = doing_new(item, STATEMENT_HELD, "HoldMoney", &item_id);
    Dunlin__Payment__V1__HoldMoneyRequest *request = &doing->request.hold;
    doing->reason = statement_clip(why_held(item), REASON_BYTES);
    dunlin__payment__v1__hold_money_request__init(request);
    request->item_id = account_bytes(&doing->route_id);
    request->amount_minor = item->money.minor;
    request->currency = item->money.currency;
    request->payer = item->payer;
    request->reference = item->reference;
    request->received_on_days = value_day(item->entry);
    request->agency = ask_text(cli_text(cli, "agency"));
    request->reason = doing->reason;
    return doing;
}

static struct doing *start_reverse(struct statement_item *item)
{
    const struct id payment_id = statement_payment_id(&item->original_id, &item->account_id);
    struct doing *doing = doing_new(item, STATEMENT_REVERSED, "ReversePayment", &payment_id);
    g_autofree char *reason =
        g_strdup_printf("returned by the bank %s %s", item->detail->return_code, item->detail->return_text);
    doing->reason = statement_clip(g_strchomp(reason), REASON_BYTES);
    dunlin__payment__v1__reverse_payment_request__init(&doing->request.reverse);
    doing->request.reverse.posting_id = account_bytes(&doing->route_id);
    doing->request.reverse.reason = doing->reason;
    return doing;
}

/* NULL: nothing is to be done with it. */
static struct doing *start(struct cli *cli, struct statement_item *item)
{
    switch (item->kind) {
    case STATEMENT_PAYMENT:
    case STATEMENT_CAME_BACK:
        return id_is_none(&item->account_id) ? start_hold(cli, item) : start_post(item);
    case STATEMENT_TAKEN_BACK:
        if (!id_is_none(&item->original_id) && !id_is_none(&item->account_id))
            return start_reverse(item);
        item->reason = g_strdup(id_is_none(&item->original_id)
                                    ? "taken back: which payment it was cannot be told (`dunlin pay --reverse`)"
                                    : "taken back: the payment is in suspense (`dunlin suspense refund`)");
        item->subject_id = id_is_none(&item->original_id) ? (struct id){0} : statement_suspense_id(&item->original_id);
        break;
    case STATEMENT_DEBIT:
        item->reason = g_strdup("a debit");
        break;
    }
    item->outcome = STATEMENT_IGNORED;
    return NULL;
}

/* Held once, and decided since. */
static void take_state(struct statement_item *item, Dunlin__Payment__V1__SuspenseState state)
{
    if (state == DUNLIN__PAYMENT__V1__SUSPENSE_STATE__SUSPENSE_STATE_HELD)
        return;
    item->outcome = STATEMENT_IGNORED;
    g_free(item->reason);
    item->reason = g_strdup(state == DUNLIN__PAYMENT__V1__SUSPENSE_STATE__SUSPENSE_STATE_ASSIGNED
                                ? "was held, and is assigned to an account by now"
                                : "was held, and went back by now");
}

static void take_reply(struct doing *doing)
{
    struct statement_item *item = doing->item;
    item->outcome = doing->outcome;
    if (doing->outcome == STATEMENT_HELD) {
        item->subject_id = doing->route_id;
        take_state(item, ((const Dunlin__Payment__V1__SuspenseView *)doing->call.reply)->state);
        return;
    }
    const Dunlin__Payment__V1__PostingView *view = (const void *)doing->call.reply;
    item->subject_id = read_id(&view->posting_id);
    item->rest_minor = view->suspense_minor;
}

/* A posting that the account refuses for good is held instead; what is reversed already is done. True where the item
 * goes on. */
static bool take_refusal(struct doing *doing)
{
    struct statement_item *item = doing->item;
    const enum status st = doing->call.code;
    const bool is_refused = st == STATUS_INVALID_ARGUMENT || st == STATUS_FAILED_PRECONDITION;
    if (doing->outcome == STATEMENT_REVERSED && st == STATUS_FAILED_PRECONDITION) {
        item->outcome = STATEMENT_REVERSED;
        item->is_known = true;
        return false;
    }
    g_free(item->reason);
    item->reason = g_strdup(doing->call.error.text);
    if (doing->outcome == STATEMENT_POSTED && is_refused) {
        item->account_id = (struct id){0};
        return true;
    }
    item->outcome = STATEMENT_FAILED;
    return false;
}

struct settling {
    struct cli *cli;
    struct bus_calls *calls;
    GQueue again; /* items */
    int64_t n_done;
};

static void take_answers(struct settling *settling)
{
    struct bus_call *call;
    bus_calls_wait(settling->calls, cli_timeout_ms(settling->cli));
    while ((call = bus_calls_next(settling->calls)) != NULL) {
        struct doing *doing = call->context;
        if (call->code == STATUS_OK)
            take_reply(doing);
        else if (take_refusal(doing))
            g_queue_push_tail(&settling->again, doing->item);
        doing_free(doing);
        settling->n_done++;
    }
}

static void send_item(struct settling *settling, struct statement_item *item)
{
    struct doing *doing = start(settling->cli, item);
    if (doing == NULL)
        return;
    bus_calls_add(settling->calls, &doing->call, cli_timeout_ms(settling->cli));
    while (bus_calls_open(settling->calls) >= WINDOW)
        take_answers(settling);
}

static void finish(struct settling *settling)
{
    struct statement_item *item;
    while (bus_calls_open(settling->calls) > 0 || !g_queue_is_empty(&settling->again)) {
        while ((item = g_queue_pop_head(&settling->again)) != NULL)
            send_item(settling, item);
        if (bus_calls_open(settling->calls) > 0)
            take_answers(settling);
    }
}

enum status statement_settle(struct cli *cli, struct statement_items *items, struct error *err)
{
    struct settling settling = {.cli = cli, .again = G_QUEUE_INIT};
    struct bus_client *bus = NULL;
    const enum status st = cli_bus(cli, &bus, err);
    if (st != STATUS_OK)
        return st;
    settling.calls = bus_calls_new(bus, NULL);
    struct progress progress = progress_begin(cli, "importing", "payments", items->items->len);
    /* What came in before what went back: both may be on one statement. */
    for (int are_returns = 0; are_returns <= 1; are_returns++) {
        for (guint i = 0; i < items->items->len; i++) {
            struct statement_item *item = items->items->pdata[i];
            if ((item->kind == STATEMENT_TAKEN_BACK) == (are_returns == 1))
                send_item(&settling, item);
            progress_show(&progress, settling.n_done);
        }
        finish(&settling);
    }
    progress_end(&progress);
    bus_calls_free(settling.calls);
    return STATUS_OK;
}
