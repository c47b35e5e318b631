#include <errno.h>
#include <string.h>

#include <glib.h>

#include "account.h"
#include "ach/ach_codes.h"
#include "ach/ach_reader.h"
#include "ask.h"
#include "commands.h"
#include "csv.h"
#include "debit_cli.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "progress.h"

/* `debit returns`: what the bank sends back. The file is taken whole or not at all; of what it holds each return finds
 * its debit by its trace number, and everything else is told line by line. */

#define AT_ONCE 200

/* A return of the file. */
struct returned {
    size_t record;
    const char *trace, *code; /* lent by the file */
    int64_t amount_minor;
    struct id debit_id; /* none: no debit has that trace */
};

struct returns {
    struct cli *cli;
    struct bus_client *bus;
    struct ach_file *file; /* owned */
    GArray *items;         /* struct returned */
    json_t *rejects;
    int64_t n_recorded, n_retried;
};

static void reject(struct returns *returns, size_t record, const char *trace, const char *code, int64_t amount_minor,
                   const char *reason)
{
    (void)json_array_append_new(returns->rejects,
                                json_pack("{s:I, s:s, s:s, s:I, s:s, s:s}", "record", (json_int_t)record, "trace",
                                          trace, "code", code, "amount_minor", (json_int_t)amount_minor, "currency",
                                          "USD", "reason", reason));
}

/* --- what the file holds */

static const char *not_a_return(enum ach_addendum_kind kind)
{
    switch (kind) {
    case ACH_RETURN:
        return NULL;
    case ACH_CHANGE:
        return "a notification of change, no return: have the payment provider correct the token";
    case ACH_REFUSED_CHANGE:
        return "a refused notification of change, no return";
    case ACH_DISHONORED:
        return "a dishonored return: for the bank to settle";
    case ACH_CONTESTED:
        return "a contested return: for the bank to settle";
    case ACH_PAYMENT:
        break;
    }
    return "an entry that goes out, no return";
}

static void take_entry(struct returns *returns, const struct ach_entry *entry)
{
    const struct ach_addendum *addendum = entry->addendum;
    const char *why = not_a_return(addendum != NULL ? addendum->kind : ACH_PAYMENT);
    if (why != NULL) {
        reject(returns, entry->record,
               addendum != NULL && addendum->kind != ACH_PAYMENT ? addendum->original_trace : entry->trace,
               addendum != NULL ? addendum->code : "", entry->amount_minor, why);
        return;
    }
    const struct returned item = {
        .record = entry->record,
        .trace = addendum->original_trace,
        .code = addendum->code,
        .amount_minor = entry->amount_minor,
    };
    g_array_append_val(returns->items, item);
}

static enum status read_file(struct returns *returns, const char *path, struct error *err)
{
    g_autofree char *bytes = NULL, *name = g_path_get_basename(path);
    g_autoptr(GError) error = NULL;
    gsize len = 0;
    if (!g_file_get_contents(path, &bytes, &len, &error))
        return error_set(err, STATUS_NOT_FOUND, "%s", error->message);
    const enum status st = ach_read(name, bytes, len, &returns->file, err);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < returns->file->n_batches; i++)
        for (size_t k = 0; k < returns->file->batches[i].n_entries; k++)
            take_entry(returns, &returns->file->batches[i].entries[k]);
    return STATUS_OK;
}

/* --- whose they are */

static void match(struct returned *items, size_t n, const Dunlin__Payment__V1__FindDebitsReply *found)
{
    for (size_t i = 0; i < found->n_debits; i++) {
        const Dunlin__Payment__V1__DebitView *debit = found->debits[i];
        for (size_t k = 0; k < n; k++)
            if (strcmp(items[k].trace, debit->trace) == 0)
                (void)!id_from_bytes(debit->debit_id.data, debit->debit_id.len, "debit_id", &items[k].debit_id, NULL);
    }
}

static enum status find(struct returns *returns, struct returned *items, size_t n, struct error *err)
{
    g_autofree char **traces = g_new(char *, n);
    ProtobufCMessage *reply = NULL;
    Dunlin__Payment__V1__FindDebitsRequest request;
    dunlin__payment__v1__find_debits_request__init(&request);
    for (size_t i = 0; i < n; i++)
        traces[i] = ask_text(items[i].trace);
    request.agency = ask_text(cli_text(returns->cli, "agency"));
    request.traces = traces;
    request.n_traces = n;
    const enum status st = ask_any(returns->cli, DEBIT_SERVICE, "FindDebits", &request.base, &reply, err);
    if (st != STATUS_OK)
        return st;
    match(items, n, (const void *)reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    return STATUS_OK;
}

/* --- what becomes of them */

static void request_of(const struct returns *returns, struct returned *item,
                       Dunlin__Payment__V1__RecordReturnRequest *request)
{
    dunlin__payment__v1__record_return_request__init(request);
    request->debit_id = account_bytes(&item->debit_id);
    request->trace = ask_text(item->trace);
    request->code = ask_text(item->code);
    request->amount_minor = item->amount_minor;
    request->retry_after_days = (int32_t)cli_integer(returns->cli, "retry-after");
}

/* What the service says; false: the file cannot go on, since it does not answer. */
static bool take_answer(struct returns *returns, const struct returned *item, const struct bus_call *call)
{
    if (status_is_transient(call->code) || call->code == STATUS_DEADLINE_EXCEEDED)
        return false;
    if (call->code != STATUS_OK) {
        reject(returns, item->record, item->trace, item->code, item->amount_minor, call->error.text);
        return true;
    }
    const Dunlin__Payment__V1__DebitView *debit = (const void *)call->reply;
    returns->n_recorded++;
    returns->n_retried += debit->state == DUNLIN__PAYMENT__V1__DEBIT_STATE__DEBIT_STATE_SCHEDULED;
    return true;
}

static enum status record(struct returns *returns, struct returned *items, size_t n, struct error *err)
{
    g_autofree Dunlin__Payment__V1__RecordReturnRequest *requests = g_new(Dunlin__Payment__V1__RecordReturnRequest, n);
    g_autofree struct bus_call *calls = g_new0(struct bus_call, n);
    g_autofree const struct returned **of = g_new(const struct returned *, n);
    enum status st = STATUS_OK;
    size_t n_calls = 0;
    for (size_t i = 0; i < n; i++) {
        if (id_is_none(&items[i].debit_id)) {
            reject(returns, items[i].record, items[i].trace, items[i].code, items[i].amount_minor,
                   "no debit was sent with this trace number");
            continue;
        }
        request_of(returns, &items[i], &requests[n_calls]);
        of[n_calls] = &items[i];
        calls[n_calls] = (struct bus_call){.service = DEBIT_SERVICE,
                                           .method = "RecordReturn",
                                           .request = &requests[n_calls].base,
                                           .route = BUS_ROUTE_PARTITION,
                                           .partition = id_partition(&items[i].debit_id),
                                           .is_query = true}; /* the same return is recorded once: may be asked again */
        n_calls++;
    }
    bus_call_many(returns->bus, calls, n_calls, cli_timeout_ms(returns->cli));
    for (size_t i = 0; i < n_calls; i++) {
        if (!take_answer(returns, of[i], &calls[i]) && st == STATUS_OK) {
            *err = calls[i].error;
            st = error_wrap(err, calls[i].code, "record %zu (the same command again goes on)", of[i]->record);
        }
        if (calls[i].reply != NULL)
            protobuf_c_message_free_unpacked(calls[i].reply, NULL);
    }
    return st;
}

static enum status apply(struct returns *returns, struct error *err)
{
    struct progress progress = progress_begin(returns->cli, "returns", "entries", returns->items->len);
    enum status st = STATUS_OK;
    for (guint i = 0; i < returns->items->len && st == STATUS_OK; i += AT_ONCE) {
        const size_t n = MIN(returns->items->len - i, AT_ONCE);
        struct returned *items = &g_array_index(returns->items, struct returned, i);
        st = find(returns, items, n, err);
        if (st == STATUS_OK)
            st = record(returns, items, n, err);
        progress_show(&progress, (int64_t)(i + n));
    }
    progress_end(&progress);
    return st;
}

/* --- what is said */

static enum status write_rejects(const struct returns *returns, struct error *err)
{
    const char *path = cli_text(returns->cli, "rejects");
    size_t i;
    json_t *row;
    if (path[0] == '\0')
        return STATUS_OK;
    FILE *out = fopen(path, "we");
    if (out == NULL)
        return error_set(err, STATUS_PERMISSION_DENIED, "--rejects '%s': %s", path, g_strerror(errno));
    (void)fputs("record,trace,code,amount_minor,reason\r\n", out);
    json_array_foreach(returns->rejects, i, row)
    {
        g_autofree char *record_text =
            g_strdup_printf("%lld", (long long)json_integer_value(json_object_get(row, "record")));
        g_autofree char *amount_text =
            g_strdup_printf("%lld", (long long)json_integer_value(json_object_get(row, "amount_minor")));
        csv_cell(out, record_text, false);
        csv_cell(out, json_string_value(json_object_get(row, "trace")), false);
        csv_cell(out, json_string_value(json_object_get(row, "code")), false);
        csv_cell(out, amount_text, false);
        csv_cell(out, json_string_value(json_object_get(row, "reason")), true);
    }
    if (fclose(out) != 0)
        return error_set(err, STATUS_UNAVAILABLE, "--rejects '%s': %s", path, g_strerror(errno));
    return STATUS_OK;
}

static void show(struct returns *returns)
{
    static const struct column REJECT[] = {{"record", "record", COLUMN_NUMBER}, {"trace", "trace", COLUMN_TEXT},
                                           {"code", "code", COLUMN_TEXT},       {"amount", "amount", COLUMN_MONEY},
                                           {"reason", "reason", COLUMN_TEXT},   {0}};
    struct cli *cli = returns->cli;
    json_t *result = json_pack("{s:I, s:I, s:O}", "recorded", (json_int_t)returns->n_recorded, "retried",
                               (json_int_t)returns->n_retried, "rejects", returns->rejects);
    if (json_array_size(returns->rejects) > 0)
        cli_set_exit(cli, CLI_EXIT_PARTLY);
    if (cli_emit(cli, result))
        return;
    cli_say(cli,
            "%lld returns recorded, %lld of them to be presented again; %zu entries are none of ours or no "
            "returns",
            (long long)returns->n_recorded, (long long)returns->n_retried, json_array_size(returns->rejects));
    if (json_array_size(returns->rejects) > 0)
        table_print(cli, returns->rejects, REJECT);
    json_decref(result);
}

static enum status run_returns(struct cli *cli, struct error *err)
{
    struct returns returns = {
        .cli = cli,
        .items = g_array_new(FALSE, TRUE, sizeof(struct returned)),
        .rejects = json_array(),
    };
    enum status st = read_file(&returns, cli_operand(cli, 0), err);
    if (st == STATUS_OK && returns.items->len > 0)
        st = cli_bus(cli, &returns.bus, err);
    if (st == STATUS_OK)
        st = apply(&returns, err);
    if (st == STATUS_OK)
        st = write_rejects(&returns, err);
    if (st == STATUS_OK)
        show(&returns);
    json_decref(returns.rejects);
    g_array_unref(returns.items);
    ach_file_free(returns.file);
    return st;
}

static const struct config_option RETURNS_OPTIONS[] = {
    DEBIT_AGENCY_OPTION,
    {"retry-after", CONFIG_INTEGER, "3", "days", 0, 180,
     "Present what came back for want of money (R01, R09) again so many days from now; 0: only by hand."},
    {"rejects", CONFIG_TEXT, "", NULL, 0, 0, "Write what is none of ours as CSV."},
    {0},
};

const struct command COMMAND_DEBIT_RETURNS = {
    .name = "debit returns",
    .summary = "take in the bank's file of returned debits",
    .usage = "FILE [--retry-after DAYS] [--rejects FILE.csv]",
    .details = "A file whose counts, hashes or totals do not fit is refused whole, naming record and field. Each "
               "return finds its debit by its\ntrace number: its payment is reversed, unauthorized codes stop the "
               "instrument for good, and want of money is presented again.\nThe same file again changes nothing.\n\n"
               "  dunlin debit returns returns.ach --rejects rejects.csv\n",
    .options = RETURNS_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_returns,
};
