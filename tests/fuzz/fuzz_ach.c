#include <stdio.h>
#include <string.h>

#include "ach/ach_reader.h"
#include "ach/ach_record.h"
#include "ach/ach_tally.h"
#include "ach/ach_writer.h"
#include "fuzz.h"

/* A file of the clearing house, read as it is and once more with its sums and its filler put right, or nothing would
 * come past them. What must hold for every file:
 * - it is read, and then its sums are those of its entries, whatever its line ends are;
 * - or it is refused by name, in words that quote no account number;
 * - what is read and can be written reads back the same. */

#define NAME             "file.ach"
#define LONG_ACCOUNT     13 /* digits: longer than every number but a trace that an error may quote */
#define ENTRIES_MAX      5000
#define OF_A_TRACE_ODFI  8
#define CHECK_DIGIT_BASE 10

/* --- one text for a file: two files are the same if it is -----------------------------------------------------------
 */

static void describe_addendum(GString *text, const struct ach_addendum *addendum)
{
    g_string_append_printf(text, " %d '%s' '%s' '%s' '%s' '%s' %d '%s' '%s' '%s'", (int)addendum->kind,
                           addendum->information, addendum->code, addendum->original_trace, addendum->original_rdfi,
                           addendum->trace, addendum->died_on.days, addendum->corrected, addendum->change_code,
                           addendum->change_sequence);
    g_string_append_printf(text, " '%s' '%s' %d %d %d '%s' '%s' %d", addendum->return_trace, addendum->return_code,
                           addendum->return_settled, addendum->returned_on.days, addendum->original_settled,
                           addendum->dishonored_trace, addendum->dishonored_code, addendum->dishonored_settled);
}

static void describe_entry(GString *text, const struct ach_entry *entry)
{
    g_string_append_printf(text, "\n%zu %d %s '%s' %" G_GINT64_FORMAT " '%s' '%s' '%s' %s", entry->record,
                           entry->transaction_code, entry->routing, entry->account, entry->amount_minor,
                           entry->individual_id, entry->individual_name, entry->discretionary, entry->trace);
    if (entry->addendum != NULL)
        describe_addendum(text, entry->addendum);
}

static GString *describe(const struct ach_file *file)
{
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "'%s' '%s' '%s' '%s' '%s' %d %d %c", file->destination, file->destination_name,
                           file->origin, file->origin_name, file->reference, file->created_on.days,
                           file->created_minute, file->id_modifier);
    for (size_t i = 0; i < file->n_batches; i++) {
        const struct ach_batch *batch = &file->batches[i];
        g_string_append_printf(text, "\n\n%d '%s' '%s' '%s' %s '%s' '%s' %d %s", batch->service_class,
                               batch->company_name, batch->company_discretionary, batch->company_id, batch->class,
                               batch->description, batch->descriptive_date, batch->effective_on.days, batch->odfi);
        for (size_t j = 0; j < batch->n_entries; j++)
            describe_entry(text, &batch->entries[j]);
    }
    return text;
}

static void check_same(const struct ach_file *a, const struct ach_file *b, const char *what)
{
    g_autoptr(GString) once = describe(a);
    g_autoptr(GString) again = describe(b);

    FUZZ_CHECK(strcmp(once->str, again->str) == 0, "%s: %s\n--- and\n%s", what, once->str, again->str);
}

/* --- what is read ---------------------------------------------------------------------------------------------------
 */

static void check_entry(const struct ach_batch *batch, size_t at)
{
    const struct ach_entry *entry = &batch->entries[at];

    FUZZ_CHECK(ach_find_transaction(entry->transaction_code) != NULL, "code %d", entry->transaction_code);
    FUZZ_CHECK(ach_routing_is_valid(entry->routing), "'%s'", entry->routing);
    FUZZ_CHECK(entry->account[0] != '\0', "no account");
    FUZZ_CHECK(entry->amount_minor >= 0 && entry->amount_minor <= ACH_AMOUNT_MAX_MINOR, "amount");
    FUZZ_CHECK(strlen(entry->trace) == 15 && strncmp(entry->trace, batch->odfi, OF_A_TRACE_ODFI) == 0, "'%s'",
               entry->trace);
    FUZZ_CHECK(at == 0 || strcmp(entry[-1].trace, entry->trace) < 0, "'%s' does not ascend", entry->trace);
    if (entry->addendum != NULL && entry->addendum->kind != ACH_PAYMENT)
        FUZZ_CHECK(strlen(entry->addendum->code) == 3 && strlen(entry->addendum->original_trace) == 15, "'%s' of '%s'",
                   entry->addendum->code, entry->addendum->original_trace);
}

static void check_file(const struct ach_file *file)
{
    struct ach_tally whole = {0};

    for (size_t i = 0; i < file->n_batches; i++) {
        const struct ach_batch *batch = &file->batches[i];
        struct ach_tally tally = {0};
        FUZZ_CHECK(batch->n_entries > 0 && ach_find_class(batch->class) != NULL, "batch %zu", i + 1);
        for (size_t j = 0; j < batch->n_entries; j++) {
            check_entry(batch, j);
            ach_tally_entry(&tally, ach_find_transaction(batch->entries[j].transaction_code), 0,
                            batch->entries[j].amount_minor);
        }
        FUZZ_CHECK(tally.debit_minor == batch->debit_minor && tally.credit_minor == batch->credit_minor, "sums");
        ach_tally_add(&whole, &tally);
    }
    FUZZ_CHECK(whole.debit_minor == file->debit_minor && whole.credit_minor == file->credit_minor, "sums");
}

/* How often `text` stands in the input. */
static size_t count(const GByteArray *input, const char *text, size_t len)
{
    size_t n = 0;

    for (size_t at = 0; at + len <= input->len; at++)
        n += memcmp(input->data + at, text, len) == 0;
    return n;
}

/* Long account numbers that stand nowhere else in the file are not in the error. */
static void check_secrets(const GByteArray *input, const struct error *err)
{
    struct ach_lines lines = ach_lines_of(input->data, input->len);
    struct ach_line line;

    while (ach_lines_next(&lines, &line, NULL) == STATUS_OK) {
        char account[ACH_RECORD_BYTES + 1];
        if (line.bytes[0] != '6')
            continue;
        ach_line_text(&line, ACH_ENTRY, ENTRY_ACCOUNT, account);
        const size_t len = strlen(account);
        if (len >= LONG_ACCOUNT && strspn(account, "0123456789") == len && count(input, account, len) == 1)
            FUZZ_CHECK(strstr(err->text, account) == NULL, "%s", err->text);
    }
}

static void check_refusal(const GByteArray *input, enum status st, const struct error *err)
{
    FUZZ_CHECK(st == STATUS_INVALID_ARGUMENT || st == STATUS_UNIMPLEMENTED, "%s", status_name(st));
    FUZZ_CHECK(g_str_has_prefix(err->text, NAME ": ") && strlen(err->text) > strlen(NAME ": "), "'%s'", err->text);
    for (const char *at = err->text; *at != '\0'; at++)
        FUZZ_CHECK(ach_is_allowed((unsigned char)*at), "a byte 0x%02x", (unsigned)(unsigned char)*at);
    check_secrets(input, err);
}

static struct ach_file *read_input(const GByteArray *input)
{
    struct ach_file *file = NULL;
    struct error err = {0};
    const enum status st = ach_read(NAME, input->data, input->len, &file, &err);

    FUZZ_CHECK((st == STATUS_OK) == (file != NULL), "%s", status_name(st));
    if (st != STATUS_OK)
        check_refusal(input, st, &err);
    return file;
}

/* --- other line ends ------------------------------------------------------------------------------------------------
 */

static void check_line_ends(const GByteArray *input, const struct ach_file *file)
{
    static const char *const LINE_ENDS[] = {"\n", "\r\n", ""};

    for (size_t i = 0; i < G_N_ELEMENTS(LINE_ENDS); i++) {
        struct ach_lines lines = ach_lines_of(input->data, input->len);
        struct ach_line line;
        GByteArray *other = g_byte_array_new();
        while (ach_lines_next(&lines, &line, NULL) == STATUS_OK) {
            g_byte_array_append(other, (const guint8 *)line.bytes, ACH_RECORD_BYTES);
            g_byte_array_append(other, (const guint8 *)LINE_ENDS[i], (guint)strlen(LINE_ENDS[i]));
        }
        SCOPED(ach_file_freep) struct ach_file *again = read_input(other);
        FUZZ_CHECK(again != NULL, "refused with other line ends");
        check_same(file, again, "other line ends");
        g_byte_array_unref(other);
    }
}

/* --- written and read again -----------------------------------------------------------------------------------------
 */

static struct ach_draft_entry draft_entry(const struct ach_entry *entry)
{
    return (struct ach_draft_entry){
        .transaction_code = entry->transaction_code,
        .routing = entry->routing,
        .account = entry->account,
        .amount_minor = entry->amount_minor,
        .individual_id = entry->individual_id,
        .individual_name = entry->individual_name,
        .discretionary = entry->discretionary,
        .payment_information = entry->addendum != NULL ? entry->addendum->information : "",
        .sequence = (uint32_t)g_ascii_strtoull(entry->trace + OF_A_TRACE_ODFI, NULL, 10),
    };
}

/* Whether the writer makes files like this one: it writes no answers, and no addendum without information. */
static bool is_ours(const struct ach_file *file)
{
    for (size_t i = 0; i < file->n_batches; i++)
        for (size_t j = 0; j < file->batches[i].n_entries; j++) {
            const struct ach_addendum *addendum = file->batches[i].entries[j].addendum;
            if (addendum != NULL && (addendum->kind != ACH_PAYMENT || addendum->information[0] == '\0'))
                return false;
        }
    return true;
}

static struct ach_draft_batch draft_batch(const struct ach_batch *batch, struct ach_draft_entry *entries)
{
    for (size_t i = 0; i < batch->n_entries; i++)
        entries[i] = draft_entry(&batch->entries[i]);
    return (struct ach_draft_batch){
        .company_name = batch->company_name,
        .company_discretionary = batch->company_discretionary,
        .company_id = batch->company_id,
        .class = batch->class,
        .description = batch->description,
        .descriptive_date = batch->descriptive_date,
        .effective_on = batch->effective_on,
        .odfi = batch->odfi,
        .entries = entries,
        .n_entries = batch->n_entries,
    };
}

/* The service class is worked out by the writer, while a file may call any batch a mixed one. */
static void forget_service_classes(struct ach_file *file)
{
    for (size_t i = 0; i < file->n_batches; i++)
        file->batches[i].service_class = 0;
}

static void check_written(struct ach_file *file)
{
    g_autofree struct ach_draft_batch *batches = g_new0(struct ach_draft_batch, file->n_batches + 1);
    g_autofree struct ach_draft_entry *entries = g_new0(struct ach_draft_entry, ENTRIES_MAX);
    g_autoptr(GString) text = g_string_new(NULL);
    struct error err = {0};
    size_t n = 0;

    for (size_t i = 0; i < file->n_batches; n += file->batches[i].n_entries, i++) {
        if (n + file->batches[i].n_entries > ENTRIES_MAX)
            return;
        batches[i] = draft_batch(&file->batches[i], entries + n);
    }
    const struct ach_draft draft = {
        .destination = file->destination,
        .destination_name = file->destination_name,
        .origin = file->origin,
        .origin_name = file->origin_name,
        .reference = file->reference,
        .created_on = file->created_on,
        .created_minute = file->created_minute,
        .id_modifier = file->id_modifier,
        .batches = batches,
        .n_batches = file->n_batches,
    };
    if (ach_write(&draft, text, &err) != STATUS_OK) {
        FUZZ_CHECK(text->len == 0 && err.text[0] != '\0', "'%s' and %zu bytes", err.text, text->len);
        return;
    }
    SCOPED(ach_file_freep) struct ach_file *again = NULL;
    FUZZ_CHECK(ach_read(NAME, text->str, text->len, &again, &err) == STATUS_OK, "%s\n%s", err.text, text->str);
    forget_service_classes(file);
    forget_service_classes(again);
    check_same(file, again, "written");
}

/* --- sums put right -------------------------------------------------------------------------------------------------
 */

static void put_number(char *record, enum ach_record kind, int at, uint64_t number)
{
    const struct ach_field *field = ach_field_at(kind, at);

    for (size_t i = field->last; i >= field->first; i--, number /= 10)
        record[i - 1] = (char)('0' + number % 10);
}

static uint64_t number_at(const char *record, enum ach_record kind, int at)
{
    const struct ach_line line = {.bytes = record};

    return ach_line_number(&line, kind, at);
}

static void put_sums(char *record, enum ach_record kind, int count_at, const struct ach_tally *tally)
{
    put_number(record, kind, count_at, tally->n_records);
    put_number(record, kind, count_at + 1, ach_tally_hash(tally));
    put_number(record, kind, count_at + 2, (uint64_t)tally->debit_minor);
    put_number(record, kind, count_at + 3, (uint64_t)tally->credit_minor);
}

static void mend_entry(char *record, struct ach_tally *tally)
{
    char digits[OF_A_TRACE_ODFI + 2];
    const struct ach_transaction *transaction =
        ach_find_transaction((int)number_at(record, ACH_ENTRY, ENTRY_TRANSACTION));
    const uint64_t amount = number_at(record, ACH_ENTRY, ENTRY_AMOUNT);

    for (int digit = 0; digit < CHECK_DIGIT_BASE; digit++) {
        (void)g_snprintf(digits, sizeof(digits), "%.8s%d", record + 3, digit);
        if (ach_routing_is_valid(digits))
            put_number(record, ACH_ENTRY, ENTRY_CHECK_DIGIT, (uint64_t)digit);
    }
    if (transaction != NULL && amount <= (uint64_t)ACH_AMOUNT_MAX_MINOR)
        ach_tally_entry(tally, transaction, number_at(record, ACH_ENTRY, ENTRY_RDFI), (int64_t)amount);
}

/* Up to its file control, each line being a record; and then filler. */
static GByteArray *mend(const GByteArray *input)
{
    struct ach_lines lines = ach_lines_of(input->data, input->len);
    struct ach_tally file = {0}, batch = {0};
    struct ach_line line;
    GByteArray *out = g_byte_array_new();
    uint64_t n_batches = 0;
    bool is_at_end = false;

    while (!is_at_end && ach_lines_next(&lines, &line, NULL) == STATUS_OK) {
        char record[ACH_RECORD_BYTES];
        memcpy(record, line.bytes, sizeof(record));
        if (record[0] == '5')
            batch = (struct ach_tally){0};
        else if (record[0] == '6')
            mend_entry(record, &batch);
        batch.n_records += record[0] == '7';
        if (record[0] == '8') {
            put_sums(record, ACH_BATCH_CONTROL, BATCH_CONTROL_COUNT, &batch);
            ach_tally_add(&file, &batch);
            n_batches++;
        }
        is_at_end = record[0] == '9';
        if (is_at_end) {
            put_number(record, ACH_FILE_CONTROL, FILE_CONTROL_BATCHES, n_batches);
            put_number(record, ACH_FILE_CONTROL, FILE_CONTROL_BLOCKS, (line.number - 1) / ACH_BLOCK_RECORDS + 1);
            put_sums(record, ACH_FILE_CONTROL, FILE_CONTROL_COUNT, &file);
        }
        g_byte_array_append(out, (const guint8 *)record, sizeof(record));
    }
    while (out->len % (ACH_RECORD_BYTES * ACH_BLOCK_RECORDS) != 0)
        g_byte_array_append(out, (const guint8 *)"9", 1);
    return out;
}

static void check_input(const GByteArray *input)
{
    SCOPED(ach_file_freep) struct ach_file *file = read_input(input);

    if (file == NULL)
        return;
    check_file(file);
    check_line_ends(input, file);
    if (is_ours(file))
        check_written(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    GByteArray *input = g_byte_array_append(g_byte_array_new(), bytes, (guint)len);
    GByteArray *mended = mend(input);

    check_input(input);
    check_input(mended);
    g_byte_array_unref(mended);
    g_byte_array_unref(input);
    return 0;
}
