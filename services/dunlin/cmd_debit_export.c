#include <errno.h>
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "account.h"
#include "ask.h"
#include "commands.h"
#include "debit_cli.h"
#include "debit_file.h"
#include "fleet.h"
#include "progress.h"

/* `debit export`: what is due becomes a Nacha file.
 *
 * Every partition reserves what is due for the file, once and for good; the file is numbered; its bytes are written
 * beside their place; the debits are marked as sent; the file moves to its place. Each step may be done again and gives
 * the same, so that an export that was interrupted is finished by being repeated, and nothing is drawn twice. */

#define PARTITIONS_AT_ONCE 8
#define PAGE               1000
#define MARKED_AT_ONCE     1000

struct export
{
    struct cli *cli;
    struct bus_client *bus;
    char *agency; /* lent */
    struct date due;
    struct id id;
    struct originators *originators;
    const struct originator *originator;
    GPtrArray *pages;  /* ListDebitsReply *, owned */
    GPtrArray *debits; /* const DebitView *, of the pages */
    struct debit_file file;
    Dunlin__Payment__V1__DebitFileView *numbered; /* owned */
    GString *bytes;
};

static void free_message(gpointer message)
{
    protobuf_c_message_free_unpacked(message, NULL);
}

static void export_fini(struct export *export)
{
    debit_file_fini(&export->file);
    originators_free(export->originators);
    g_ptr_array_unref(export->debits);
    g_ptr_array_unref(export->pages);
    g_string_free(export->bytes, TRUE);
    if (export->numbered != NULL)
        protobuf_c_message_free_unpacked(&export->numbered->base, NULL);
}

/* By agency, day and number, all of an agency in one partition. */
static struct id file_of(const char *agency, struct date due, int64_t number)
{
    char day[DATE_TEXT_SIZE];
    g_autofree char *key = g_strdup_printf("%s/%s/%lld", agency, date_format(due, day), (long long)number);
    return id_derive_root(id_partition_of_debtor(0, agency, strlen(agency)), "debit/file", key, strlen(key));
}

static enum status export_begin(struct export *export, struct error *err)
{
    struct cli *cli = export->cli;
    g_autofree char *path = NULL;
    enum status st = debit_day(cli, "due", true, &export->due, err);
    if (st == STATUS_OK && cli_text(cli, "out")[0] == '\0')
        return cli_usage(cli, err, "--out is needed: the file to write");
    if (st == STATUS_OK)
        st = fleet_policy(cli_text(cli, "originators"), "originators.yaml", &path, err);
    if (st == STATUS_OK)
        st = originators_load(path, &export->originators, err);
    if (st != STATUS_OK)
        return st;
    export->originator = originators_find(export->originators, export->agency);
    if (export->originator == NULL)
        return error_set(err, STATUS_NOT_FOUND, "%s has no originator for the agency '%s'", path, export->agency);
    export->id = file_of(export->agency, export->due, cli_integer(cli, "number"));
    return cli_bus(cli, &export->bus, err);
}

/* --- what is in it */

static enum status reserve_some(struct export *export, Dunlin__Payment__V1__ReserveDebitsRequest *request,
                                uint16_t first, struct error *err)
{
    struct bus_call calls[PARTITIONS_AT_ONCE];
    enum status st = STATUS_OK;
    for (uint16_t i = 0; i < PARTITIONS_AT_ONCE; i++)
        calls[i] = (struct bus_call){.service = DEBIT_SERVICE,
                                     .method = "ReserveDebits",
                                     .request = &request->base,
                                     .route = BUS_ROUTE_PARTITION,
                                     .partition = (uint16_t)(first + i),
                                     .is_query = true}; /* the same file reserves once: may be asked again */
    bus_call_many(export->bus, calls, PARTITIONS_AT_ONCE, cli_timeout_ms(export->cli));
    for (size_t i = 0; i < PARTITIONS_AT_ONCE; i++) {
        if (st == STATUS_OK && calls[i].code != STATUS_OK) {
            *err = calls[i].error;
            st = calls[i].code;
        }
        if (calls[i].reply != NULL)
            protobuf_c_message_free_unpacked(calls[i].reply, NULL);
    }
    return st;
}

static enum status reserve(struct export *export, struct error *err)
{
    struct progress progress = progress_begin(export->cli, "reserving", "partitions", PARTITION_COUNT);
    enum status st = STATUS_OK;
    Dunlin__Payment__V1__ReserveDebitsRequest request;
    dunlin__payment__v1__reserve_debits_request__init(&request);
    request.file_id = account_bytes(&export->id);
    request.agency = export->agency;
    request.due_on_days = export->due.days;
    for (uint16_t i = 0; i < PARTITION_COUNT && st == STATUS_OK; i += PARTITIONS_AT_ONCE) {
        st = reserve_some(export, &request, i, err);
        progress_show(&progress, i + PARTITIONS_AT_ONCE);
    }
    progress_end(&progress);
    return st;
}
_Static_assert(PARTITION_COUNT % PARTITIONS_AT_ONCE == 0, "no partition is left over");

static enum status list(struct export *export, struct error *err)
{
    bool is_truncated = true;
    enum status st = STATUS_OK;
    Dunlin__Payment__V1__ListDebitsRequest request;
    dunlin__payment__v1__list_debits_request__init(&request);
    request.agency = export->agency;
    request.file_id = account_bytes(&export->id);
    request.limit = PAGE;
    while (is_truncated && st == STATUS_OK) {
        ProtobufCMessage *reply = NULL;
        st = ask_any(export->cli, DEBIT_SERVICE, "ListDebits", &request.base, &reply, err);
        if (st != STATUS_OK)
            break;
        const Dunlin__Payment__V1__ListDebitsReply *page = (const void *)reply;
        g_ptr_array_add(export->pages, reply);
        for (size_t i = 0; i < page->n_debits; i++)
            g_ptr_array_add(export->debits, page->debits[i]);
        is_truncated = page->is_truncated && page->n_debits > 0;
        if (is_truncated)
            request.after_debit_id = page->debits[page->n_debits - 1]->debit_id;
    }
    return st;
}

static enum status number(struct export *export, struct error *err)
{
    uint8_t hash[ORIGINATOR_HASH_BYTES];
    ProtobufCMessage *reply = NULL;
    Dunlin__Payment__V1__NumberDebitFileRequest request;
    dunlin__payment__v1__number_debit_file_request__init(&request);
    originator_hash(export->originator, hash);
    debit_file_init(&export->file, export->debits);
    request.file_id = account_bytes(&export->id);
    request.agency = export->agency;
    request.due_on_days = export->due.days;
    request.entries = (int32_t) export->file.n_sequences;
    request.originator_hash = (ProtobufCBinaryData){.len = sizeof(hash), .data = hash};
    const enum status st =
        account_call(export->cli, DEBIT_SERVICE, "NumberDebitFile", &request.base, &export->id, false, &reply, err);
    if (st != STATUS_OK)
        return st;
    export->numbered = (Dunlin__Payment__V1__DebitFileView *)reply;
    debit_file_number(&export->file, export->originator, (uint32_t) export->numbered->first_sequence);
    return STATUS_OK;
}

/* --- sent, and written */

/* Those of one partition, from *at on; *at is behind them afterwards. */
static enum status mark_some(struct export *export, const GPtrArray *entries, size_t *at, struct error *err)
{
    const size_t n = MIN(entries->len - *at, MARKED_AT_ONCE);
    g_autofree Dunlin__Payment__V1__SentDebit *sent = g_new(Dunlin__Payment__V1__SentDebit, n);
    g_autofree Dunlin__Payment__V1__SentDebit **debits = g_new(Dunlin__Payment__V1__SentDebit *, n);
    ProtobufCMessage *reply = NULL;
    struct id first;
    Dunlin__Payment__V1__MarkDebitsSentRequest request;
    dunlin__payment__v1__mark_debits_sent_request__init(&request);
    for (size_t i = 0; i < n; i++) {
        struct debit_entry *entry = g_ptr_array_index(entries, *at + i);
        dunlin__payment__v1__sent_debit__init(&sent[i]);
        sent[i].debit_id = entry->debit->debit_id;
        sent[i].trace = entry->trace;
        debits[i] = &sent[i];
    }
    *at += n;
    request.file_id = account_bytes(&export->id);
    request.debits = debits;
    request.n_debits = n;
    enum status st = id_from_bytes(sent[0].debit_id.data, sent[0].debit_id.len, "debit_id", &first, err);
    if (st == STATUS_OK)
        st = account_call(export->cli, DEBIT_SERVICE, "MarkDebitsSent", &request.base, &first, false, &reply, err);
    if (st == STATUS_OK)
        protobuf_c_message_free_unpacked(reply, NULL);
    return st;
}

/* A debit's partition is the end of its id. */
static uint16_t partition_of(const struct debit_entry *entry)
{
    struct id id;
    memcpy(id.bytes, entry->debit->debit_id.data, ID_BYTES);
    return id_partition(&id);
}

static enum status mark_sent(struct export *export, struct error *err)
{
    GArray *entries = export->file.entries;
    struct progress progress = progress_begin(export->cli, "marking", "debits", entries->len);
    enum status st = STATUS_OK;
    int64_t done = 0;
    for (uint16_t partition = 0; partition < PARTITION_COUNT && st == STATUS_OK; partition++) {
        g_autoptr(GPtrArray) here = g_ptr_array_new();
        for (guint i = 0; i < entries->len; i++)
            if (partition_of(&g_array_index(entries, struct debit_entry, i)) == partition)
                g_ptr_array_add(here, &g_array_index(entries, struct debit_entry, i));
        for (size_t at = 0; at < here->len && st == STATUS_OK;)
            st = mark_some(export, here, &at, err);
        done += here->len;
        progress_show(&progress, done);
    }
    progress_end(&progress);
    return st;
}

/* Complete and on the disk before a debit counts as sent, and at its place only after all do: for its owner's eyes. */
static enum status write_beside(const struct export *export, char **ret_beside, struct error *err)
{
    g_autofree char *beside = g_strconcat(cli_text(export->cli, "out"), ".part", NULL);
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents_full(beside, export->bytes->str, (gssize) export->bytes->len,
                                  G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &error))
        return error_set(err, STATUS_PERMISSION_DENIED, "--out: %s", error->message);
    *ret_beside = TAKE(beside);
    return STATUS_OK;
}

static enum status finish(struct export *export, struct error *err)
{
    const char *csv = cli_text(export->cli, "csv-out"), *out = cli_text(export->cli, "out");
    g_autofree char *beside = NULL;
    enum status st = debit_file_write(&export->file, export->originator, export->numbered, export->bytes, err);
    if (st == STATUS_OK)
        st = write_beside(export, &beside, err);
    if (st == STATUS_OK && csv[0] != '\0')
        st = debit_file_write_csv(&export->file, csv, err);
    if (st == STATUS_OK)
        st = mark_sent(export, err);
    if (st == STATUS_OK && g_rename(beside, out) != 0)
        st = error_set(err, STATUS_PERMISSION_DENIED, "--out '%s': %s", out, g_strerror(errno));
    return st;
}

/* --- what is said */

static enum status count_rest(struct export *export, bool *ret_has_more, struct error *err)
{
    ProtobufCMessage *reply = NULL;
    Dunlin__Payment__V1__ListDebitsRequest request;
    dunlin__payment__v1__list_debits_request__init(&request);
    request.agency = export->agency;
    request.state = DUNLIN__PAYMENT__V1__DEBIT_STATE__DEBIT_STATE_SCHEDULED;
    request.due_presence_case = DUNLIN__PAYMENT__V1__LIST_DEBITS_REQUEST__DUE_PRESENCE_DUE_ON_DAYS;
    request.due_on_days = export->due.days;
    request.limit = 1;
    const enum status st = ask_any(export->cli, DEBIT_SERVICE, "ListDebits", &request.base, &reply, err);
    if (st != STATUS_OK)
        return st;
    *ret_has_more = ((const Dunlin__Payment__V1__ListDebitsReply *)reply)->n_debits > 0;
    protobuf_c_message_free_unpacked(reply, NULL);
    return STATUS_OK;
}

static void show(struct export *export, bool has_more)
{
    static const struct column FILE_COLUMNS[] = {{"file", "file", COLUMN_TEXT},
                                                 {"debits", "debits", COLUMN_NUMBER},
                                                 {"batches", "batches", COLUMN_NUMBER},
                                                 {"amount", "amount", COLUMN_MONEY},
                                                 {0}};
    struct cli *cli = export->cli;
    const char *out = cli_text(cli, "out");
    const size_t n = export->debits->len;
    json_t *result = json_pack("{s:s, s:I, s:I, s:I, s:s, s:b}", "file", n > 0 ? out : "", "debits", (json_int_t)n,
                               "batches", (json_int_t) export->file.n_batches, "amount_minor",
                               (json_int_t) export->file.amount_minor, "currency", "USD", "has_more", has_more);
    if (cli_emit(cli, result))
        return;
    if (n == 0)
        cli_say(cli, "nothing was due for this file; none is written");
    else
        table_print_object(cli, result, FILE_COLUMNS);
    if (has_more)
        cli_say(cli, "more has been scheduled since for that day: another --number makes another file");
    json_decref(result);
}

static enum status make(struct export *export, struct error *err)
{
    bool has_more = false;
    enum status st = export_begin(export, err);
    if (st == STATUS_OK)
        st = reserve(export, err);
    if (st == STATUS_OK)
        st = list(export, err);
    if (st == STATUS_OK && export->debits->len > 0) {
        st = number(export, err);
        if (st == STATUS_OK)
            st = finish(export, err);
        if (st != STATUS_OK && st != STATUS_INVALID_ARGUMENT)
            cli_note(export->cli, "the same command again finishes this file");
    }
    if (st == STATUS_OK)
        st = count_rest(export, &has_more, err);
    if (st == STATUS_OK)
        show(export, has_more);
    return st;
}

static enum status run_export(struct cli *cli, struct error *err)
{
    struct export export = {
        .cli = cli,
        .agency = ask_text(cli_text(cli, "agency")),
        .pages = g_ptr_array_new_with_free_func(free_message),
        .debits = g_ptr_array_new(),
        .bytes = g_string_new(NULL),
    };
    const enum status st = make(&export, err);
    export_fini(&export);
    return st;
}

static const struct config_option EXPORT_OPTIONS[] = {
    DEBIT_AGENCY_OPTION,
    {"due", CONFIG_TEXT, "", NULL, 0, 0, "What is due by that day, YYYY-MM-DD."},
    {"number", CONFIG_INTEGER, "1", NULL, 1, 1000, "Another file of the same day."},
    {"out", CONFIG_TEXT, "", NULL, 0, 0, "The Nacha file to write."},
    {"csv-out", CONFIG_TEXT, "", NULL, 0, 0, "Also write it as CSV."},
    {"originators", CONFIG_TEXT, "", NULL, 0, 0, "File that says who draws debits. Empty: deploy/originators.yaml."},
    {0},
};

const struct command COMMAND_DEBIT_EXPORT = {
    .name = "debit export",
    .summary = "write what is due as a Nacha file for the bank, and mark it as sent",
    .usage = "--due DATE --out FILE [--csv-out FILE] [--number N]",
    .details = "The same day and number are the same file: given again it is written again, byte for byte, and "
               "nothing is drawn twice. One that\nwas interrupted is finished so. What is scheduled after a file was "
               "made goes into the next one.\n\n"
               "  dunlin debit export --due 2026-06-15 --out debits.ach --csv-out debits.csv\n"
               "  dunlin debit export --due 2026-06-15 --number 2 --out more.ach\n",
    .options = EXPORT_OPTIONS,
    .run = run_export,
};
