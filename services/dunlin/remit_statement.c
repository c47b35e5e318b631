#include "remit_statement.h"

#include <string.h>

#include "account.h"
#include "ask.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "id/id_table.h"
#include "outgoing.h"
#include "protojson.h"
#include "remit_cli.h"

#define LINES_A_PAGE        1000
#define ACCOUNTS_A_CALL     1000
#define ACCOUNTS_AN_INQUIRY 250
#define CURRENCIES_LISTED   1000

static void free_account(gpointer data)
{
    struct remit_account *account = data;
    g_free(account->client_reference);
    g_free(account->file_name);
    g_free(account);
}

static void free_page(gpointer page)
{
    protobuf_c_message_free_unpacked(page, NULL);
}

void remit_statement_fini(struct remit_statement *statement)
{
    if (statement->found)
        protobuf_c_message_free_unpacked(&statement->found->base, NULL);
    g_clear_pointer(&statement->pages, g_ptr_array_unref);
    g_clear_pointer(&statement->accounts, g_hash_table_unref);
    g_clear_pointer(&statement->lines, g_array_unref);
}

/* --- the run */

static enum status find_run(struct cli *cli, const char *run_key, const char *currency,
                            struct remit_statement *statement, struct error *err)
{
    enum status st = remit_runs(cli, run_key, CURRENCIES_LISTED, &statement->found, err);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < statement->found->n_runs; i++) {
        const Dunlin__Payment__V1__RemittanceRun *run = statement->found->runs[i];
        if (currency[0] != '\0' && strcmp(currency, run->currency) != 0)
            continue;
        if (statement->run)
            return error_set(err, STATUS_FAILED_PRECONDITION, "'%s' was paid in %s and %s: name one with --currency",
                             run->client, statement->run->currency, run->currency);
        statement->run = run;
    }
    if (!statement->run)
        return error_set(err, STATUS_NOT_FOUND, "no run '%s' has paid '%s' (`dunlin remit list` shows what there is)",
                         run_key, cli_text(cli, "client"));
    if (statement->run->parts < statement->found->parts_of_run)
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "the run was interrupted after %u of %u parts: finish it with `dunlin remit run --key %s`",
                         statement->run->parts, statement->found->parts_of_run, run_key);
    return STATUS_OK;
}

/* --- its lines */

static struct remit_account *take_account(struct remit_statement *statement, const ProtobufCBinaryData *bytes,
                                          struct error *err)
{
    struct id id;
    if (id_from_bytes(bytes->data, bytes->len, "account_id", &id, err) != STATUS_OK)
        return NULL;
    struct remit_account *account = g_hash_table_lookup(statement->accounts, &id);
    if (account)
        return account;
    account = g_new0(struct remit_account, 1);
    account->id = id;
    (void)id_table_put(statement->accounts, &account->id, account);
    return account;
}

static enum status take_page(struct remit_statement *statement,
                             const Dunlin__Payment__V1__GetRemittanceLinesReply *page, struct error *err)
{
    for (size_t i = 0; i < page->n_lines; i++) {
        const struct remit_line line = {.wire = page->lines[i],
                                        .account = take_account(statement, &page->lines[i]->account_id, err)};
        if (!line.account)
            return err->code;
        g_array_append_val(statement->lines, line);
    }
    return STATUS_OK;
}

static enum status read_lines(struct cli *cli, struct remit_statement *statement, struct error *err)
{
    Dunlin__Payment__V1__GetRemittanceLinesRequest request;
    const Dunlin__Payment__V1__GetRemittanceLinesReply *page = NULL;
    enum status st = STATUS_OK;
    dunlin__payment__v1__get_remittance_lines_request__init(&request);
    request.agency = ask_text(cli_text(cli, "agency"));
    request.client = statement->run->client;
    request.currency = statement->run->currency;
    request.run_key = statement->run->run_key;
    request.limit = LINES_A_PAGE;
    do {
        ProtobufCMessage *reply = NULL;
        st = ask_any(cli, REMIT_SERVICE, "GetRemittanceLines", &request.base, &reply, err);
        if (st != STATUS_OK)
            return st;
        g_ptr_array_add(statement->pages, reply);
        page = (const Dunlin__Payment__V1__GetRemittanceLinesReply *)reply;
        st = take_page(statement, page, err);
        if (page->n_lines > 0) {
            request.after_partition = page->lines[page->n_lines - 1]->partition;
            request.after_entry = page->lines[page->n_lines - 1]->entry;
        }
    } while (st == STATUS_OK && page->is_truncated);
    return st;
}

/* Before anything is printed: figures that contradict each other leave no house. */
static enum status check_sums(const struct remit_statement *statement, struct error *err)
{
    const Dunlin__Payment__V1__RemittanceFigures *figures = statement->run->figures;
    int64_t fees_minor = 0, payable_minor = 0;
    for (guint i = 0; i < statement->lines->len; i++) {
        const struct remit_line *line = &g_array_index(statement->lines, struct remit_line, i);
        fees_minor += line->wire->fee_minor;
        payable_minor += line->wire->payable_minor;
    }
    if (statement->lines->len == figures->lines && fees_minor == figures->fees_minor &&
        payable_minor == figures->payable_minor)
        return STATUS_OK;
    return error_set(err, STATUS_INTERNAL,
                     "%u lines with %lld payable and %lld fees, but the run says %lld, %lld and %lld",
                     statement->lines->len, (long long)payable_minor, (long long)fees_minor, (long long)figures->lines,
                     (long long)figures->payable_minor, (long long)figures->fees_minor);
}

/* --- where accounts come from */

struct describing {
    Dunlin__Intake__V1__DescribeAccountsRequest request;
    Dunlin__Intake__V1__AccountAt at[ACCOUNTS_A_CALL];
    Dunlin__Intake__V1__AccountAt *list[ACCOUNTS_A_CALL];
    struct remit_account *accounts[ACCOUNTS_A_CALL];
};

static enum status take_descriptions(void *taker, struct bus_call *call, struct error *err)
{
    g_autofree struct describing *asked = call->context;
    (void)taker;
    if (call->code != STATUS_OK)
        return call->code;
    const Dunlin__Intake__V1__DescribeAccountsReply *reply =
        (const Dunlin__Intake__V1__DescribeAccountsReply *)call->reply;
    for (size_t i = 0; i < reply->n_accounts; i++) {
        const Dunlin__Intake__V1__AccountDescription *found = reply->accounts[i];
        char text[ID_TEXT_SIZE];
        if (!found->provenance)
            return error_set(err, STATUS_NOT_FOUND, "intake does not know the account %s",
                             id_format(&asked->accounts[i]->id, text));
        asked->accounts[i]->client_reference = g_utf8_make_valid(found->client_reference, -1);
        asked->accounts[i]->file_name = g_utf8_make_valid(found->provenance->file_name, -1);
        asked->accounts[i]->line = found->provenance->line;
    }
    return STATUS_OK;
}

static enum status ask_descriptions(struct outgoing *outgoing, struct describing *asked, struct error *err)
{
    asked->request.accounts = asked->list;
    const struct bus_call call = {.service = &dunlin__intake__v1__intake_service__descriptor,
                                  .method = "DescribeAccounts",
                                  .request = &asked->request.base,
                                  .route = BUS_ROUTE_ANY,
                                  .is_query = true,
                                  .context = asked};
    const enum status st = outgoing_send(outgoing, &call, err);
    if (st != STATUS_OK)
        g_free(asked);
    return st;
}

static enum status send_descriptions(const struct remit_statement *statement, struct outgoing *outgoing,
                                     struct error *err)
{
    struct describing *asked = NULL;
    enum status st = STATUS_OK;
    GHashTableIter iter;
    gpointer account;
    g_hash_table_iter_init(&iter, statement->accounts);
    while (st == STATUS_OK && g_hash_table_iter_next(&iter, NULL, &account)) {
        if (!asked) {
            asked = g_new0(struct describing, 1);
            dunlin__intake__v1__describe_accounts_request__init(&asked->request);
        }
        const size_t n = asked->request.n_accounts++;
        dunlin__intake__v1__account_at__init(&asked->at[n]);
        asked->at[n].account_id = account_bytes(&((const struct remit_account *)account)->id);
        asked->list[n] = &asked->at[n];
        asked->accounts[n] = account;
        if (n + 1 == ACCOUNTS_A_CALL)
            st = ask_descriptions(outgoing, g_steal_pointer(&asked), err);
    }
    if (st == STATUS_OK && asked)
        return ask_descriptions(outgoing, asked, err);
    g_free(asked);
    return st;
}

/* --- what is disputed */

struct inquiry {
    Dunlin__Dispute__V1__ListDisputesRequest request;
    ProtobufCBinaryData account_ids[ACCOUNTS_AN_INQUIRY];
};

/* Disputed until it was resolved: an answer that was sent does not end it. */
static bool is_disputed_at(const Dunlin__Dispute__V1__DisputeView *dispute, int64_t at_us)
{
    return dispute->opened_at_us <= at_us &&
           (dispute->state != DUNLIN__DISPUTE__V1__DISPUTE_STATE__DISPUTE_STATE_RESOLVED ||
            (dispute->detail && dispute->detail->resolved_at_us > at_us));
}

static enum status take_dispute(const struct remit_statement *statement,
                                const Dunlin__Dispute__V1__DisputeView *dispute, struct error *err)
{
    struct id id;
    if (id_from_bytes(dispute->account_id.data, dispute->account_id.len, "account_id", &id, err) != STATUS_OK)
        return err->code;
    struct remit_account *account = g_hash_table_lookup(statement->accounts, &id);
    if (account && is_disputed_at(dispute, statement->run->remitted_at_us))
        account->is_disputed = true;
    return STATUS_OK;
}

static enum status take_disputes(void *taker, struct bus_call *call, struct error *err)
{
    g_autofree struct inquiry *inquiry = call->context;
    if (call->code != STATUS_OK)
        return call->code;
    const Dunlin__Dispute__V1__ListDisputesReply *reply = (const Dunlin__Dispute__V1__ListDisputesReply *)call->reply;
    enum status st = STATUS_OK;
    for (size_t i = 0; i < reply->n_disputes && st == STATUS_OK; i++)
        st = take_dispute(taker, reply->disputes[i], err);
    return st;
}

/* Of the accounts from the `from`-th on, as many as go into one question. */
static enum status inquire(struct outgoing *outgoing, const GPtrArray *accounts, guint from, struct error *err)
{
    const guint end = MIN(from + ACCOUNTS_AN_INQUIRY, accounts->len);
    struct inquiry *inquiry = g_new0(struct inquiry, 1);
    const struct bus_call call = {.service = &dunlin__dispute__v1__dispute_service__descriptor,
                                  .method = "ListDisputes",
                                  .request = &inquiry->request.base,
                                  .route = BUS_ROUTE_ANY,
                                  .is_query = true,
                                  .context = inquiry};
    dunlin__dispute__v1__list_disputes_request__init(&inquiry->request);
    inquiry->request.account_ids = inquiry->account_ids;
    for (guint i = from; i < end; i++) {
        const struct remit_account *account = g_ptr_array_index(accounts, i);
        inquiry->account_ids[inquiry->request.n_account_ids++] = account_bytes(&account->id);
    }
    const enum status st = outgoing_send(outgoing, &call, err);
    if (st != STATUS_OK)
        g_free(inquiry);
    return st;
}

static enum status send_inquiries(const struct remit_statement *statement, struct outgoing *outgoing, struct error *err)
{
    g_autoptr(GPtrArray) accounts = id_table_sorted(statement->accounts);
    enum status st = STATUS_OK;
    for (guint from = 0; from < accounts->len && st == STATUS_OK; from += ACCOUNTS_AN_INQUIRY)
        st = inquire(outgoing, accounts, from, err);
    return st;
}

typedef enum status send_fn(const struct remit_statement *statement, struct outgoing *outgoing, struct error *err);

static enum status ask_all(struct cli *cli, struct remit_statement *statement, send_fn *send, outgoing_take_fn *take,
                           struct error *err)
{
    struct bus_client *bus = NULL;
    enum status st = cli_bus(cli, &bus, err);
    if (st != STATUS_OK)
        return st;
    SCOPED(outgoing_freep) struct outgoing *outgoing = outgoing_new(cli, bus, take, statement);
    st = send(statement, outgoing, err);
    const enum status rest = outgoing_finish(outgoing, err);
    return st == STATUS_OK ? rest : st;
}

/* --- all of it */

static gint compare_numbers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static gint compare_lines(gconstpointer left, gconstpointer right)
{
    const struct remit_line *a = left, *b = right;
    gint order = compare_numbers(a->wire->effective_on_days, b->wire->effective_on_days);
    if (order == 0)
        order = strcmp(a->account->client_reference, b->account->client_reference);
    if (order == 0)
        order = compare_numbers(a->wire->partition, b->wire->partition);
    return order != 0 ? order : compare_numbers(a->wire->entry, b->wire->entry);
}

enum status remit_statement_read(struct cli *cli, const char *run_key, const char *currency,
                                 struct remit_statement *ret_statement, struct error *err)
{
    struct remit_statement statement = {.pages = g_ptr_array_new_with_free_func(free_page),
                                        .accounts = id_table_new(free_account),
                                        .lines = g_array_new(FALSE, FALSE, sizeof(struct remit_line))};
    enum status st = find_run(cli, run_key, currency, &statement, err);
    if (st == STATUS_OK)
        st = read_lines(cli, &statement, err);
    if (st == STATUS_OK)
        st = check_sums(&statement, err);
    if (st == STATUS_OK)
        st = ask_all(cli, &statement, send_descriptions, take_descriptions, err);
    if (st == STATUS_OK)
        st = ask_all(cli, &statement, send_inquiries, take_disputes, err);
    if (st != STATUS_OK) {
        remit_statement_fini(&statement);
        return st;
    }
    g_array_sort(statement.lines, compare_lines);
    *ret_statement = statement;
    return STATUS_OK;
}

struct money remit_money(const struct remit_statement *statement, int64_t minor)
{
    struct money money = {.minor = minor};
    (void)g_strlcpy(money.currency, statement->run->currency, sizeof(money.currency));
    return money;
}

struct date remit_day(const struct remit_statement *statement)
{
    return (struct date){(int32_t)(statement->run->remitted_at_us / US_PER_DAY)};
}

const char *remit_movement(const struct remit_line *line)
{
    return line->wire->is_reversal ? "payment taken back" : "payment";
}

const char *remit_collector(const struct remit_line *line)
{
    switch (line->wire->collected_by) {
    case DUNLIN__PAYMENT__V1__COLLECTED_BY__COLLECTED_BY_AGENCY:
        return "agency";
    case DUNLIN__PAYMENT__V1__COLLECTED_BY__COLLECTED_BY_CLIENT:
        return "client";
    case DUNLIN__PAYMENT__V1__COLLECTED_BY__COLLECTED_BY_OTHER_AGENCY:
        return "other agency";
    default:
        return "";
    }
}

json_t *remit_lines_json(const struct remit_statement *statement)
{
    json_t *lines = json_array();
    for (guint i = 0; i < statement->lines->len; i++) {
        const struct remit_line *line = &g_array_index(statement->lines, struct remit_line, i);
        json_t *object = protojson(&line->wire->base);
        (void)json_object_update_new(
            object,
            json_pack("{s:s, s:s, s:s, s:I, s:b}", "currency", statement->run->currency, "client_reference",
                      line->account->client_reference, "placement_file", line->account->file_name, "placement_line",
                      (json_int_t)line->account->line, "is_disputed", line->account->is_disputed));
        (void)json_array_append_new(lines, object);
    }
    return lines;
}
