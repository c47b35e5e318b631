#include <string.h>

#include <glib.h>

#include "account.h"
#include "ask.h"
#include "calendar/calendar.h"
#include "clock/clock.h"
#include "commands.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "protojson.h"
#include "statement_import.h"
#include "table.h"

/* Bank statements: `statement import`, `statement list`. */

#define MAPPING_MAX (256 * 1024)

/* A file on its way in. */
struct import {
    struct cli *cli;
    const char *path;
    char *file_name;
    struct bank_statements *read;
    GPtrArray *statements; /* struct statement_items, owned */
    GStringChunk *texts;   /* candidates' */
    GArray *known;         /* struct statement_known, of each; empty where nothing is recorded */
};

static void free_items(gpointer items)
{
    statement_items_free(items);
}

static void import_fini(struct import *import)
{
    g_ptr_array_unref(import->statements);
    g_array_unref(import->known);
    if (import->texts != NULL)
        g_string_chunk_free(import->texts);
    bank_statements_free(import->read);
    g_free(import->file_name);
}

/* --- reading */

static enum status read_csv(struct import *import, const char *mapping_path, struct error *err)
{
    struct bank_csv_mapping *mapping = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    gsize len = 0;
    if (!g_file_get_contents(mapping_path, &text, &len, &error))
        return error_set(err, STATUS_NOT_FOUND, "mapping: %s", error->message);
    if (len > MAPPING_MAX || strlen(text) != len)
        return error_set(err, STATUS_INVALID_ARGUMENT, "'%s' is no mapping: text of at most %d bytes", mapping_path,
                         MAPPING_MAX);
    enum status st = bank_csv_mapping_read(mapping_path, text, &mapping, err);
    if (st == STATUS_OK)
        st = bank_statements_read_csv(import->path, mapping, &import->read, err);
    bank_csv_mapping_free(mapping);
    return st;
}

static enum status read_file(struct import *import, struct error *err)
{
    const char *mapping = cli_text(import->cli, "mapping");
    const enum status st = mapping[0] != '\0'
                               ? read_csv(import, mapping, err)
                               : bank_statements_read_camt053(import->path, BANK_MUST_ADD_UP, &import->read, err);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < import->read->n_statements; i++)
        g_ptr_array_add(import->statements,
                        statement_items_new(&import->read->statements[i], cli_text(import->cli, "agency")));
    return STATUS_OK;
}

static enum status import_all(struct import *import, struct error *err)
{
    enum status st = STATUS_OK;
    for (guint i = 0; i < import->statements->len && st == STATUS_OK; i++) {
        struct statement_items *items = import->statements->pdata[i];
        struct statement_known known;
        st = statement_record(import->cli, items, import->file_name, &known, err);
        if (st != STATUS_OK)
            break;
        g_array_append_val(import->known, known);
        st = statement_settle(import->cli, items, err);
    }
    return st;
}

/* --- telling */

static void set_id(json_t *object, const char *key, const struct id *id)
{
    char text[ID_TEXT_SIZE];
    if (!id_is_none(id))
        (void)json_object_set_new(object, key, json_string(id_format(id, text)));
}

static json_t *candidates_json(const struct statement_item *item)
{
    json_t *candidates = json_array();
    for (guint i = 0; i < item->candidates->len; i++) {
        const struct match_candidate *candidate = &g_array_index(item->candidates, struct match_candidate, i);
        json_t *one = json_pack("{s:s, s:s, s:i}", "client", candidate->client, "reference", candidate->reference,
                                "confidence", candidate->confidence);
        set_id(one, "account_id", &candidate->account_id);
        (void)json_array_append_new(candidates, one);
    }
    return candidates;
}

/* In a trial nothing is done: what would be. */
static const char *outcome_of(const struct statement_item *item)
{
    const bool is_credit = item->kind == STATEMENT_PAYMENT || item->kind == STATEMENT_CAME_BACK;
    if (item->outcome != STATEMENT_UNDECIDED)
        return statement_outcome_name(item->outcome);
    if (!is_credit)
        return statement_outcome_name(STATEMENT_IGNORED);
    return statement_outcome_name(id_is_none(&item->account_id) ? STATEMENT_HELD : STATEMENT_POSTED);
}

static const char *reason_of(const struct statement_item *item)
{
    if (item->reason != NULL)
        return item->reason;
    switch (item->kind) {
    case STATEMENT_PAYMENT:
        return item->judgement.reason;
    case STATEMENT_CAME_BACK:
        return "came back, and is no debtor's payment";
    case STATEMENT_TAKEN_BACK:
        return item->detail->return_code[0] != '\0' ? item->detail->return_code : "taken back";
    case STATEMENT_DEBIT:
        break;
    }
    return "a debit";
}

static json_t *item_json(const struct statement_item *item)
{
    char booked[DATE_TEXT_SIZE];
    const bool is_held = item->outcome == STATEMENT_HELD;
    const bool is_credit = item->kind == STATEMENT_PAYMENT || item->kind == STATEMENT_CAME_BACK;
    json_t *one =
        json_pack("{s:I, s:s, s:s, s:I, s:s, s:s, s:b, s:i, s:s, s:o}", "line", (json_int_t)item->detail->line,
                  "booked_on", date_format(item->entry->booking_date, booked), "outcome", outcome_of(item),
                  "amount_minor", (json_int_t)(is_credit ? item->money.minor : -item->money.minor), "currency",
                  item->money.currency, "payer", item->payer, "is_known", (int)item->is_known, "confidence",
                  item->judgement.confidence, "reason", reason_of(item), "candidates", candidates_json(item));
    set_id(one, "account_id", &item->account_id);
    set_id(one, is_held ? "item_id" : "posting_id", &item->subject_id);
    if (item->rest_minor > 0)
        (void)json_object_set_new(one, "suspense_minor", json_integer(item->rest_minor));
    return one;
}

static json_t *items_json(const struct import *import)
{
    json_t *items = json_array();
    for (guint i = 0; i < import->statements->len; i++) {
        const struct statement_items *statement = import->statements->pdata[i];
        for (guint j = 0; j < statement->items->len; j++)
            (void)json_array_append_new(items, item_json(statement->items->pdata[j]));
    }
    return items;
}

/* Numbers that are missing between the last statement and this one; 0: none, or nobody can tell. */
static int64_t gap_of(const struct statement_items *items, const struct statement_known *known)
{
    const int64_t number = items->statement->sequence_number, previous = known->previous_sequence_number;
    return previous > 0 && number > previous + 1 ? number - previous - 1 : 0;
}

static json_t *statement_json(const struct import *import, guint i)
{
    const struct statement_items *items = import->statements->pdata[i];
    const struct bank_statement *statement = items->statement;
    char imported[INSTANT_TEXT_SIZE];
    json_t *one =
        json_pack("{s:s, s:s, s:s, s:i, s:I, s:I}", "statement", items->name, "bank_account", items->bank_account,
                  "currency", statement->currency, "unbooked", (int)statement->n_unbooked, "credit_minor",
                  (json_int_t)items->credit_minor, "debit_minor", (json_int_t)items->debit_minor);
    set_id(one, "statement_id", &items->statement_id);
    if (statement->sequence_number != BANK_NO_SEQUENCE_NUMBER)
        (void)json_object_set_new(one, "sequence_number", json_integer(statement->sequence_number));
    if (import->known->len <= i)
        return one;
    const struct statement_known *known = &g_array_index(import->known, struct statement_known, i);
    const int64_t gap = gap_of(items, known);
    (void)json_object_set_new(one, "is_new", json_boolean(known->is_new));
    (void)json_object_set_new(one, "imported_at",
                              json_string(instant_format((struct instant){known->imported_at_us}, imported)));
    if (gap > 0)
        (void)json_object_set_new(one, "missing_before", json_integer(gap));
    return one;
}

static void add_to(json_t *object, const char *key, int64_t value)
{
    const int64_t before = json_integer_value(json_object_get(object, key));
    (void)json_object_set_new(object, key, json_integer(before + value));
}

/* By outcome and currency; what was known before apart. */
static json_t *summary_json(const json_t *items)
{
    json_t *summary = json_array(), *by_key = json_object(), *item;
    size_t i;
    json_array_foreach(items, i, item)
    {
        const char *outcome = json_string_value(json_object_get(item, "outcome"));
        const char *currency = json_string_value(json_object_get(item, "currency"));
        const bool is_known = json_is_true(json_object_get(item, "is_known"));
        g_autofree char *key = g_strdup_printf("%s/%s/%d", outcome, currency, is_known);
        json_t *row = json_object_get(by_key, key);
        if (row == NULL) {
            row = json_pack("{s:s, s:s, s:s, s:i, s:i}", "outcome", outcome, "currency", currency, "decided",
                            is_known ? "before" : "now", "count", 0, "amount_minor", 0);
            (void)json_object_set_new(by_key, key, row);
            (void)json_array_append(summary, row);
        }
        add_to(row, "count", 1);
        add_to(row, "amount_minor", json_integer_value(json_object_get(item, "amount_minor")));
    }
    json_decref(by_key);
    return summary;
}

static void say_statements(struct cli *cli, const json_t *statements)
{
    json_t *one;
    size_t i;
    json_array_foreach(statements, i, one)
    {
        const char *name = json_string_value(json_object_get(one, "statement"));
        const json_int_t gap = json_integer_value(json_object_get(one, "missing_before"));
        if (json_is_false(json_object_get(one, "is_new")))
            cli_say(cli, "statement '%s' of %s was imported before, at %s", name,
                    json_string_value(json_object_get(one, "bank_account")),
                    json_string_value(json_object_get(one, "imported_at")));
        if (gap > 0)
            cli_note(cli, "statement '%s' has the number %lld: %lld before it %s missing", name,
                     (long long)json_integer_value(json_object_get(one, "sequence_number")), (long long)gap,
                     gap == 1 ? "is" : "are");
        if (json_integer_value(json_object_get(one, "unbooked")) > 0)
            cli_say(cli, "statement '%s': %lld entries are not booked and do not count", name,
                    (long long)json_integer_value(json_object_get(one, "unbooked")));
    }
}

static void show(struct cli *cli, const json_t *result)
{
    static const struct column SUMMARY[] = {{"outcome", "outcome", COLUMN_TEXT},
                                            {"decided", "decided", COLUMN_TEXT},
                                            {"payments", "count", COLUMN_NUMBER},
                                            {"amount", "amount", COLUMN_MONEY},
                                            {0}};
    static const struct column ITEMS[] = {{"line", "line", COLUMN_NUMBER},
                                          {"outcome", "outcome", COLUMN_TEXT},
                                          {"amount", "amount", COLUMN_MONEY},
                                          {"payer", "payer", COLUMN_TEXT},
                                          {"why", "reason", COLUMN_TEXT},
                                          {"item", "item_id", COLUMN_TEXT},
                                          {0}};
    const bool is_all = cli_flag(cli, "all");
    json_t *shown = json_array(), *item;
    size_t i;
    say_statements(cli, json_object_get(result, "statements"));
    json_array_foreach(json_object_get(result, "items"), i, item)
    {
        const bool is_quiet = strcmp(json_string_value(json_object_get(item, "outcome")), "posted") == 0;
        if (is_all || !is_quiet)
            (void)json_array_append(shown, item);
    }
    if (json_array_size(shown) > 0)
        table_print(cli, shown, ITEMS);
    json_decref(shown);
    cli_say(cli, "%s", "");
    table_print(cli, json_object_get(result, "summary"), SUMMARY);
    if (json_is_true(json_object_get(result, "is_trial")))
        cli_say(cli, "%s", "nothing was posted or held: without --dry-run it would be");
}

/* --- statement import */

/* What somebody has to look at, and what is to be done again. */
static void set_exit(struct cli *cli, const json_t *summary)
{
    json_t *row;
    size_t i;
    json_array_foreach(summary, i, row)
    {
        const char *outcome = json_string_value(json_object_get(row, "outcome"));
        if (strcmp(outcome, "held") == 0 || strcmp(outcome, "failed") == 0)
            cli_set_exit(cli, CLI_EXIT_PARTLY);
    }
}

static enum status run_import(struct cli *cli, struct error *err)
{
    SCOPED(import_fini)
    struct import import = {
        .cli = cli,
        .path = cli_operand(cli, 0),
        .file_name = g_path_get_basename(cli_operand(cli, 0)),
        .statements = g_ptr_array_new_with_free_func(free_items),
        .known = g_array_new(FALSE, FALSE, sizeof(struct statement_known)),
    };
    const bool is_trial = cli_flag(cli, "dry-run");
    enum status st = read_file(&import, err);
    if (st == STATUS_OK)
        st = statement_find_accounts(cli, import.statements, &import.texts, err);
    if (st == STATUS_OK && !is_trial)
        st = import_all(&import, err);
    if (st != STATUS_OK)
        return st;
    json_t *items = items_json(&import), *statements = json_array(), *summary = summary_json(items);
    for (guint i = 0; i < import.statements->len; i++)
        (void)json_array_append_new(statements, statement_json(&import, i));
    json_t *result = json_pack("{s:s, s:b, s:o, s:o, s:o}", "file", import.file_name, "is_trial", (int)is_trial,
                               "statements", statements, "items", items, "summary", summary);
    set_exit(cli, summary);
    if (cli_emit(cli, result))
        return STATUS_OK;
    show(cli, result);
    json_decref(result);
    return STATUS_OK;
}

static const struct config_option IMPORT_OPTIONS[] = {
    {"agency", CONFIG_TEXT, "demo", NULL, 0, 0, "Whose bank account it is, by the agency's slug."},
    {"mapping", CONFIG_TEXT, "", NULL, 0, 0,
     "What the columns of a bank's CSV mean (YAML, common/bankstatement/README.md). Empty: the file is camt.053."},
    {"dry-run", CONFIG_BOOL, "false", NULL, 0, 0, "Say what would be posted and held, and do nothing."},
    {"sure", CONFIG_INTEGER, "70", "%", 1, 100,
     "Confidence from which a payment is posted; below it waits in suspense for somebody to decide."},
    {"all", CONFIG_BOOL, "false", NULL, 0, 0, "List what was posted, too."},
    {0},
};

const struct command COMMAND_STATEMENT_IMPORT = {
    .name = "statement import",
    .summary = "post what came in by bank: camt.053, or the bank's CSV",
    .usage = "FILE [--mapping MAPPING.yaml] [--dry-run]",
    .details =
        "A file is read whole or not at all: what is malformed, or does not add up, is refused with line and element. "
        "A payment is\nposted to the account whose reference it names where amount and name do not speak against it, "
        "with the reason and a\nconfidence; all others wait in suspense (`dunlin suspense list|assign|refund`). What "
        "came back is taken back where its\nreference tells which payment it was. The same payment is taken once, in "
        "whatever statement it stands, and an import that\nwas interrupted is finished by the same command.\n"
        "Exit codes: 0 all posted; 3 something is held, or is to be tried again; 1 nothing was taken.\n\n"
        "  dunlin statement import statement.xml --dry-run\n"
        "  dunlin statement import statement.xml\n"
        "  dunlin statement import umsaetze.csv --mapping bank.yaml --json\n",
    .options = IMPORT_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_import,
};

/* --- statement list */

static enum status run_list(struct cli *cli, struct error *err)
{
    static const struct column STATEMENTS[] = {{"imported", "imported_at", COLUMN_INSTANT},
                                               {"bank account", "bank_account", COLUMN_TEXT},
                                               {"statement", "name", COLUMN_TEXT},
                                               {"number", "sequence_number", COLUMN_NUMBER},
                                               {"from", "first_on", COLUMN_TEXT},
                                               {"to", "last_on", COLUMN_TEXT},
                                               {"in", "credit", COLUMN_MONEY},
                                               {"out", "debit", COLUMN_MONEY},
                                               {"file", "file_name", COLUMN_TEXT},
                                               {0}};
    json_t *result = NULL;
    Dunlin__Payment__V1__ListStatementsRequest request;
    dunlin__payment__v1__list_statements_request__init(&request);
    request.agency = ask_text(cli_text(cli, "agency"));
    request.limit = (int32_t)cli_integer(cli, "limit");
    const enum status st = ask_any_json(cli, &dunlin__payment__v1__payment_service__descriptor, "ListStatements",
                                        &request.base, &result, err);
    if (st != STATUS_OK || cli_emit(cli, result))
        return st;
    table_print(cli, json_object_get(result, "statements"), STATEMENTS);
    json_decref(result);
    return STATUS_OK;
}

static const struct config_option LIST_OPTIONS[] = {
    {"agency", CONFIG_TEXT, "demo", NULL, 0, 0, "Whose bank accounts, by the agency's slug."},
    {"limit", CONFIG_INTEGER, "100", "statements", 1, 1000, "At most so many, the newest first."},
    {0},
};

const struct command COMMAND_STATEMENT_LIST = {
    .name = "statement list",
    .summary = "bank statements that were imported",
    .usage = "",
    .details = "Bank accounts are told by their last four characters.\n\n  dunlin statement list\n",
    .options = LIST_OPTIONS,
    .run = run_list,
};
