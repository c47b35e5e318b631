#include <stdbool.h>
#include <string.h>

#include "bankstatement/bankstatement.h"
#include "fuzz.h"

/* A camt.053; or a mapping, a line "%%" and a bank's CSV. A file is read whole or refused with its name; what was read
 * holds whatever the bank wrote: amounts add up where they are said to, everything is in the account's currency, every
 * text can be shown, ids tell the transactions of a statement apart and come out the same the next time.
 *
 * The first runs found an error that quoted a tab of a mapping's, and an offset to the NULL that an empty file may be.
 */

#define NAME      "may.xml"
#define SEPARATOR "\n%%\n"
#define FILE_MAX  (200 * 1024)

static void check_text(const char *text, const char *what)
{
    FUZZ_CHECK(text && g_utf8_validate(text, -1, NULL), "%s is no text", what);
    for (const char *at = text; *at; at++)
        FUZZ_CHECK((unsigned char)*at >= 0x20 && *at != 0x7F, "%s holds a control character", what);
}

static int64_t signed_minor(bool is_credit, struct money money)
{
    FUZZ_CHECK(money.minor >= 0, "an amount of %" G_GINT64_FORMAT, money.minor);
    return is_credit ? money.minor : -money.minor;
}

static void check_detail(const struct bank_detail *detail, const struct bank_entry *entry)
{
    const char *const texts[] = {detail->bank_reference,       detail->end_to_end_id, detail->text,
                                 detail->information,          detail->return_code,   detail->counterparty_name,
                                 detail->counterparty_account, detail->return_text};

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        check_text(texts[i], "a text of a detail");
    for (size_t i = 0; i < detail->n_references; i++)
        check_text(detail->references[i].text, "a reference");
    FUZZ_CHECK(strlen(detail->text) <= BANK_TEXT_MAX_BYTES, "%zu bytes", strlen(detail->text));
    FUZZ_CHECK(detail->has_amount || detail->money.minor == 0, "an amount that is not there");
    FUZZ_CHECK(strcmp(detail->money.currency, entry->money.currency) == 0, "%s", detail->money.currency);
    FUZZ_CHECK(strlen(detail->id) == (entry->status == BANK_ENTRY_BOOKED ? BANK_DETAIL_ID_SIZE - 1 : 0), "'%s'",
               detail->id);
}

static void check_entry(const struct bank_entry *entry, const struct bank_statement *statement)
{
    int64_t sum = 0;
    size_t n_amounts = 0;

    FUZZ_CHECK(strcmp(entry->money.currency, statement->currency) == 0, "%s", entry->money.currency);
    FUZZ_CHECK(entry->n_details > 0, "nothing in an entry");
    FUZZ_CHECK(entry->status != BANK_ENTRY_BOOKED || entry->has_booking_date, "booked on no day");
    check_text(entry->bank_reference, "the bank's reference");
    check_text(entry->entry_reference, "the entry's reference");
    check_text(entry->information, "the entry's information");
    for (size_t i = 0; i < entry->n_details; i++) {
        check_detail(&entry->details[i], entry);
        sum += signed_minor(entry->details[i].is_credit, entry->details[i].money);
        n_amounts += entry->details[i].has_amount;
    }
    FUZZ_CHECK(n_amounts == 0 || n_amounts == entry->n_details, "%zu of %zu amounts", n_amounts, entry->n_details);
    FUZZ_CHECK(n_amounts == 0 || sum == signed_minor(entry->is_credit, entry->money), "split into another amount");
}

static void check_statement(const struct bank_statement *statement, enum bank_demand demand)
{
    g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
    int64_t sum = statement->opening.money.minor;

    check_text(statement->id, "the statement's id");
    check_text(statement->account, "the account");
    check_text(statement->doubt, "the doubt");
    FUZZ_CHECK(*statement->account && currency_exponent(statement->currency) >= 0, "%s", statement->currency);
    for (size_t i = 0; i < statement->n_entries; i++) {
        const struct bank_entry *entry = &statement->entries[i];
        FUZZ_CHECK(entry->status == BANK_ENTRY_BOOKED, "not booked");
        check_entry(entry, statement);
        for (size_t j = 0; j < entry->n_details; j++)
            FUZZ_CHECK(g_hash_table_add(ids, entry->details[j].id), "the id %s twice", entry->details[j].id);
        if (statement->proof == BANK_PROOF_MET)
            sum += signed_minor(entry->is_credit, entry->money);
    }
    for (size_t i = 0; i < statement->n_unbooked; i++) {
        FUZZ_CHECK(statement->unbooked[i].status != BANK_ENTRY_BOOKED, "booked");
        check_entry(&statement->unbooked[i], statement);
    }
    FUZZ_CHECK(statement->proof != BANK_PROOF_MET || sum == statement->closing.money.minor, "proved by nothing");
    FUZZ_CHECK((statement->proof == BANK_PROOF_FAILED) == (*statement->doubt != '\0'), "'%s'", statement->doubt);
    FUZZ_CHECK(demand == BANK_TO_LOOK_AT || statement->proof != BANK_PROOF_FAILED, "it does not add up");
}

static void check_outcome(enum status st, const struct error *err, const char *name,
                          const struct bank_statements *statements, enum bank_demand demand)
{
    if (st != STATUS_OK) {
        FUZZ_CHECK(!statements && st == STATUS_INVALID_ARGUMENT && err->code == st, "%s", status_name(st));
        FUZZ_CHECK(g_str_has_prefix(err->text, name) && strlen(err->text) > strlen(name) + 1, "'%s'", err->text);
        check_text(err->text, "the error");
        return;
    }
    FUZZ_CHECK(statements->n_statements > 0, "nothing was read");
    check_text(statements->message_id, "the message's id");
    for (size_t i = 0; i < statements->n_statements; i++)
        check_statement(&statements->statements[i], demand);
}

static void check_same(const struct bank_statements *a, const struct bank_statements *b)
{
    FUZZ_CHECK(a->n_statements == b->n_statements, "%zu, %zu", a->n_statements, b->n_statements);
    for (size_t i = 0; i < a->n_statements; i++) {
        const struct bank_statement *one = &a->statements[i];
        const struct bank_statement *other = &b->statements[i];
        FUZZ_CHECK(one->n_entries == other->n_entries && one->n_unbooked == other->n_unbooked, "other entries");
        for (size_t j = 0; j < one->n_entries; j++)
            for (size_t k = 0; k < one->entries[j].n_details; k++)
                FUZZ_CHECK(strcmp(one->entries[j].details[k].id, other->entries[j].details[k].id) == 0, "another id");
    }
}

static void read_camt053(const GByteArray *file)
{
    SCOPED(bank_statements_freep) struct bank_statements *proved = NULL;
    SCOPED(bank_statements_freep) struct bank_statements *looked_at = NULL;
    struct error err = {0};
    enum status st = bank_statements_parse_camt053(NAME, file->data, file->len, BANK_MUST_ADD_UP, &proved, &err);

    check_outcome(st, &err, NAME, proved, BANK_MUST_ADD_UP);
    st = bank_statements_parse_camt053(NAME, file->data, file->len, BANK_TO_LOOK_AT, &looked_at, &err);
    check_outcome(st, &err, NAME, looked_at, BANK_TO_LOOK_AT);
    FUZZ_CHECK(!proved || looked_at, "proved and cannot be looked at");
    if (proved)
        check_same(proved, looked_at);
}

static void read_csv(const char *mapping_text, const uint8_t *bytes, size_t len)
{
    SCOPED(bank_csv_mapping_freep) struct bank_csv_mapping *mapping = NULL;
    SCOPED(bank_statements_freep) struct bank_statements *first = NULL;
    SCOPED(bank_statements_freep) struct bank_statements *again = NULL;
    struct error err = {0};
    enum status st = bank_csv_mapping_read("bank.yaml", mapping_text, &mapping, &err);

    if (st != STATUS_OK) {
        FUZZ_CHECK(!mapping && st == STATUS_INVALID_ARGUMENT, "%s", status_name(st));
        FUZZ_CHECK(g_str_has_prefix(err.text, "bank.yaml:"), "'%s'", err.text);
        return;
    }
    const char *path = fuzz_file(0, bytes, len);
    st = bank_statements_read_csv(path, mapping, &first, &err);
    check_outcome(st, &err, path, first, BANK_MUST_ADD_UP);
    if (st == STATUS_OK) {
        FUZZ_CHECK(bank_statements_read_csv(path, mapping, &again, &err) == STATUS_OK, "%s", err.text);
        check_same(first, again);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    g_autoptr(GByteArray) file = fuzz_stretch(bytes, len, FILE_MAX);
    const uint8_t *at = file->len > 0 ? memmem(file->data, file->len, SEPARATOR, strlen(SEPARATOR)) : NULL;

    if (!at) {
        read_camt053(file);
        return 0;
    }
    g_autofree char *mapping = g_strndup((const char *)file->data, (size_t)(at - file->data) + 1);
    const uint8_t *csv = at + strlen(SEPARATOR);
    read_csv(mapping, csv, (size_t)(file->data + file->len - csv));
    return 0;
}
