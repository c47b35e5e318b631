/* What common/bankstatement makes of files, as JSON for readers in another language: one line a file, an object with
 * `statements` or with `error`.
 *
 *   print-bank-statement [--look] [--csv MAPPING] FILE...    --look: what does not add up is read too */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>
#include <jansson.h>

#include "bankstatement/bankstatement.h"

static const char *const KINDS[] = {
    [BANK_REFERENCE_CREDITOR] = "creditor",
    [BANK_REFERENCE_RF] = "rf",
    [BANK_REFERENCE_RF_WRONG] = "rf wrong",
    [BANK_REFERENCE_DOCUMENT] = "document",
};
static const char *const PROOFS[] = {
    [BANK_PROOF_NONE] = "none",
    [BANK_PROOF_MET] = "met",
    [BANK_PROOF_FAILED] = "failed",
};

static json_t *date_json(bool is_there, struct date date)
{
    char text[DATE_TEXT_SIZE];
    return is_there ? json_string(date_format(date, text)) : json_null();
}

static json_t *money_json(bool is_there, struct money money)
{
    return is_there ? json_pack("[I, s]", (json_int_t)money.minor, money.currency) : json_null();
}

static json_t *balance_json(const struct bank_balance *balance)
{
    if (!balance->is_there)
        return json_null();
    return json_pack("{s:o, s:o}", "money", money_json(true, balance->money), "date", date_json(true, balance->date));
}

static json_t *detail_json(const struct bank_detail *detail)
{
    json_t *references = json_array();

    for (size_t i = 0; i < detail->n_references; i++)
        json_array_append_new(references,
                              json_pack("[s, s]", KINDS[detail->references[i].kind], detail->references[i].text));
    return json_pack("{s:s, s:o, s:b, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:o, s:I}", "id", detail->id,
                     "money", money_json(detail->has_amount, detail->money), "is_credit", detail->is_credit,
                     "bank_reference", detail->bank_reference, "end_to_end_id", detail->end_to_end_id, "text",
                     detail->text, "information", detail->information, "counterparty_name", detail->counterparty_name,
                     "counterparty_account", detail->counterparty_account, "is_return", detail->is_return,
                     "return_code", detail->return_code, "return_text", detail->return_text, "references", references,
                     "line", (json_int_t)detail->line);
}

static json_t *entries_json(const struct bank_entry *entries, size_t n_entries)
{
    json_t *array = json_array();

    for (size_t i = 0; i < n_entries; i++) {
        const struct bank_entry *entry = &entries[i];
        json_t *details = json_array();
        for (size_t j = 0; j < entry->n_details; j++)
            json_array_append_new(details, detail_json(&entry->details[j]));
        json_array_append_new(array,
                              json_pack("{s:I, s:s, s:b, s:b, s:o, s:o, s:o, s:s, s:s, s:s, s:I, s:o}", "line",
                                        (json_int_t)entry->line, "status", bank_entry_status_name(entry->status),
                                        "is_credit", entry->is_credit, "is_reversal", entry->is_reversal,
                                        "booking_date", date_json(entry->has_booking_date, entry->booking_date),
                                        "value_date", date_json(entry->has_value_date, entry->value_date), "money",
                                        money_json(true, entry->money), "bank_reference", entry->bank_reference,
                                        "entry_reference", entry->entry_reference, "information", entry->information,
                                        "n_batched", (json_int_t)entry->n_batched, "details", details));
    }
    return array;
}

static json_t *statements_json(const struct bank_statements *statements)
{
    json_t *array = json_array();

    for (size_t i = 0; i < statements->n_statements; i++) {
        const struct bank_statement *statement = &statements->statements[i];
        json_array_append_new(
            array,
            json_pack("{s:s, s:I, s:I, s:I, s:b, s:s, s:b, s:s, s:o, s:o, s:s, s:s, s:o, s:o, s:I}", "id",
                      statement->id, "sequence_number", (json_int_t)statement->sequence_number, "legal_sequence_number",
                      (json_int_t)statement->legal_sequence_number, "page", (json_int_t)statement->page, "is_last_page",
                      statement->is_last_page, "account", statement->account, "is_iban", statement->is_iban, "currency",
                      statement->currency, "opening", balance_json(&statement->opening), "closing",
                      balance_json(&statement->closing), "proof", PROOFS[statement->proof], "doubt", statement->doubt,
                      "entries", entries_json(statement->entries, statement->n_entries), "unbooked",
                      entries_json(statement->unbooked, statement->n_unbooked), "line", (json_int_t)statement->line));
    }
    return json_pack("{s:s, s:o}", "message_id", statements->message_id, "statements", array);
}

static void print_file(const char *path, const struct bank_csv_mapping *mapping, enum bank_demand demand)
{
    SCOPED(bank_statements_freep) struct bank_statements *statements = NULL;
    struct error err = {0};
    const enum status st = mapping ? bank_statements_read_csv(path, mapping, &statements, &err)
                                   : bank_statements_read_camt053(path, demand, &statements, &err);
    json_t *json = st == STATUS_OK ? statements_json(statements)
                                   : json_pack("{s:s, s:s}", "error", err.text, "status", status_name(st));

    (void)json_dumpf(json, stdout, JSON_COMPACT);
    (void)putchar('\n');
    json_decref(json);
}

static struct bank_csv_mapping *must_read_mapping(const char *path)
{
    struct bank_csv_mapping *mapping = NULL;
    struct error err = {0};
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL) ||
        bank_csv_mapping_read(path, text, &mapping, &err) != STATUS_OK) {
        (void)fprintf(stderr, "%s: %s\n", path, err.text);
        exit(2);
    }
    return mapping;
}

int main(int argc, char **argv)
{
    SCOPED(bank_csv_mapping_freep) struct bank_csv_mapping *mapping = NULL;
    enum bank_demand demand = BANK_MUST_ADD_UP;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--look") == 0)
            demand = BANK_TO_LOOK_AT;
        else if (strcmp(argv[i], "--csv") == 0 && i + 1 < argc && !mapping)
            mapping = must_read_mapping(argv[++i]);
        else
            print_file(argv[i], mapping, demand);
    }
    return 0;
}
