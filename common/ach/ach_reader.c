#include "ach/ach_reader.h"

#include <glib.h>
#include <inttypes.h>
#include <string.h>

#include "ach/ach_addendum.h"
#include "ach/ach_record.h"
#include "ach/ach_tally.h"

#define STATUS_CODE_MAX 2 /* originator status codes are 0, 1 and 2 */
#define NO_RECORD       '\0'

struct reader {
    struct ach_lines lines;
    struct ach_line line; /* the record that is looked at */
    char type;            /* its first byte; NO_RECORD after the last */
    struct ach_file *file;
    GArray *batches; /* struct ach_batch, those before and the one that is read */
    GArray *entries; /* struct ach_entry, of the batch that is read */
    struct ach_tally tally;
};

/* --- ownership ------------------------------------------------------------------------------------------------------
 */

static void entry_clear(void *entry)
{
    g_free(((struct ach_entry *)entry)->addendum);
}

static void batch_clear(void *item)
{
    struct ach_batch *batch = item;

    for (size_t i = 0; i < batch->n_entries; i++)
        entry_clear(&batch->entries[i]);
    g_free(batch->entries);
}

void ach_file_free(struct ach_file *file)
{
    if (!file)
        return;
    for (size_t i = 0; i < file->n_batches; i++)
        batch_clear(&file->batches[i]);
    g_free(file->batches);
    g_free(file);
}

void ach_file_freep(struct ach_file **file)
{
    ach_file_free(*file);
    *file = NULL;
}

static GArray *entries_new(void)
{
    GArray *entries = g_array_new(FALSE, FALSE, sizeof(struct ach_entry));

    g_array_set_clear_func(entries, entry_clear);
    return entries;
}

static void reader_init(struct reader *reader, const void *bytes, size_t len)
{
    *reader = (struct reader){.lines = ach_lines_of(bytes, len), .file = g_new0(struct ach_file, 1)};
    reader->batches = g_array_new(FALSE, FALSE, sizeof(struct ach_batch));
    g_array_set_clear_func(reader->batches, batch_clear);
    reader->entries = entries_new();
}

static void reader_fini(struct reader *reader)
{
    ach_file_free(reader->file);
    if (reader->batches) /* else the file has them */
        g_array_unref(reader->batches);
    g_array_unref(reader->entries);
}

/* --- from record to record ------------------------------------------------------------------------------------------
 */

static enum status advance(struct reader *reader, struct error *err)
{
    const enum status st = ach_lines_next(&reader->lines, &reader->line, err);

    reader->type = st == STATUS_OK ? reader->line.bytes[0] : NO_RECORD;
    return st == STATUS_OUT_OF_RANGE ? STATUS_OK : st;
}

static enum status out_of_order(const struct reader *reader, const char *expected, struct error *err)
{
    if (reader->type == NO_RECORD)
        return error_set(err, STATUS_INVALID_ARGUMENT, "ends after record %zu, where %s should stand",
                         reader->lines.number, expected);
    return error_set(err, STATUS_INVALID_ARGUMENT, "record %zu, record type (1): '%c', where %s should stand",
                     reader->line.number, reader->type, expected);
}

/* What a control record says against what stands above it. */
static enum status check_number(const struct reader *reader, enum ach_record record, int at, uint64_t counted,
                                struct error *err)
{
    const int digits = (int)ach_field_bytes(ach_field_at(record, at));
    const uint64_t said = ach_line_number(&reader->line, record, at);

    if (said == counted)
        return STATUS_OK;
    return ach_line_error(&reader->line, record, at, STATUS_INVALID_ARGUMENT, err,
                          "'%0*" PRIu64 "' instead of %" PRIu64, digits, said, counted);
}

/* --- the file's header ----------------------------------------------------------------------------------------------
 */

static enum status read_file_header(struct reader *reader, struct error *err)
{
    const struct ach_line *line = &reader->line;
    struct ach_file *file = reader->file;

    if (reader->type != '1')
        return out_of_order(reader, "the file header", err);
    const enum status st = ach_line_check(line, ACH_FILE_HEADER, err);
    if (st != STATUS_OK)
        return st;
    ach_line_text(line, ACH_FILE_HEADER, FILE_HEADER_DESTINATION, file->destination);
    (void)g_strchug(file->destination);
    ach_line_text(line, ACH_FILE_HEADER, FILE_HEADER_ORIGIN, file->origin);
    (void)g_strchug(file->origin);
    file->created_on = ach_line_date(line, ACH_FILE_HEADER, FILE_HEADER_DATE);
    file->created_minute = ach_line_minute(line, ACH_FILE_HEADER, FILE_HEADER_TIME);
    file->id_modifier = line->bytes[ach_field_at(ACH_FILE_HEADER, FILE_HEADER_MODIFIER)->first - 1];
    ach_line_text(line, ACH_FILE_HEADER, FILE_HEADER_DESTINATION_NAME, file->destination_name);
    ach_line_text(line, ACH_FILE_HEADER, FILE_HEADER_ORIGIN_NAME, file->origin_name);
    ach_line_text(line, ACH_FILE_HEADER, FILE_HEADER_REFERENCE, file->reference);
    if (!g_ascii_isupper(file->id_modifier) && !g_ascii_isdigit(file->id_modifier))
        return ach_line_error(line, ACH_FILE_HEADER, FILE_HEADER_MODIFIER, STATUS_INVALID_ARGUMENT, err,
                              "'%c' is not A to Z or 0 to 9", file->id_modifier);
    return advance(reader, err);
}

/* --- entries --------------------------------------------------------------------------------------------------------
 */

/* The digits before it are not quoted: an account number that was shifted may stand there. */
static enum status check_routing(const struct ach_line *line, const struct ach_entry *entry, struct error *err)
{
    if (ach_routing_is_valid(entry->routing))
        return STATUS_OK;
    return ach_line_error(line, ACH_ENTRY, ENTRY_CHECK_DIGIT, STATUS_INVALID_ARGUMENT, err,
                          "'%c' is not the check digit of the eight digits before it",
                          entry->routing[strlen(entry->routing) - 1]);
}

static enum status check_transaction(const struct ach_line *line, const struct ach_batch *batch,
                                     const struct ach_entry *entry, struct error *err)
{
    const struct ach_transaction *transaction = ach_find_transaction(entry->transaction_code);

    if (transaction == NULL)
        return ach_line_error(line, ACH_ENTRY, ENTRY_TRANSACTION, STATUS_INVALID_ARGUMENT, err,
                              "'%02d' is no transaction code", entry->transaction_code);
    if (batch->service_class == (transaction->is_debit ? ACH_SERVICE_CREDITS : ACH_SERVICE_DEBITS))
        return ach_line_error(line, ACH_ENTRY, ENTRY_TRANSACTION, STATUS_INVALID_ARGUMENT, err,
                              "'%02d' in a batch of service class %d", entry->transaction_code, batch->service_class);
    if (strcmp(batch->class, "COR") == 0 && transaction->purpose != ACH_COMES_BACK)
        return ach_line_error(line, ACH_ENTRY, ENTRY_TRANSACTION, STATUS_INVALID_ARGUMENT, err,
                              "'%02d' in a batch of notifications of change", entry->transaction_code);
    return STATUS_OK;
}

/* The ODFI's identification and an ascending number. `before` is NULL for the first of a batch. */
static enum status check_trace(const struct ach_line *line, const struct ach_batch *batch,
                               const struct ach_entry *before, const struct ach_entry *entry, struct error *err)
{
    if (strncmp(entry->trace, batch->odfi, strlen(batch->odfi)) != 0)
        return ach_line_error(line, ACH_ENTRY, ENTRY_TRACE, STATUS_INVALID_ARGUMENT, err,
                              "'%s' does not begin with %s, the batch's institution", entry->trace, batch->odfi);
    if (before != NULL && strcmp(before->trace, entry->trace) >= 0)
        return ach_line_error(line, ACH_ENTRY, ENTRY_TRACE, STATUS_INVALID_ARGUMENT, err,
                              "'%s' does not follow %s, the one before it", entry->trace, before->trace);
    return STATUS_OK;
}

/* `line` is the entry's own, which is not the one that the reader looks at any more. */
static enum status check_amount(const struct ach_line *line, const struct ach_batch *batch,
                                const struct ach_entry *entry, struct error *err)
{
    const enum ach_purpose purpose = ach_find_transaction(entry->transaction_code)->purpose;
    const bool is_answer = entry->addendum != NULL && entry->addendum->kind != ACH_PAYMENT;
    const bool has_none = purpose == ACH_PRENOTE || purpose == ACH_ZERO_AMOUNT || strcmp(batch->class, "COR") == 0;

    if (has_none && entry->amount_minor != 0)
        return ach_line_error(line, ACH_ENTRY, ENTRY_AMOUNT, STATUS_INVALID_ARGUMENT, err,
                              "is not 0, as transaction code %02d in a batch of %s wants it", entry->transaction_code,
                              batch->class);
    if (purpose == ACH_LIVE && !is_answer && entry->amount_minor == 0)
        return ach_line_error(line, ACH_ENTRY, ENTRY_AMOUNT, STATUS_INVALID_ARGUMENT, err,
                              "is 0, with transaction code %02d", entry->transaction_code);
    if (purpose == ACH_COMES_BACK && !is_answer)
        return ach_line_error(line, ACH_ENTRY, ENTRY_TRANSACTION, STATUS_INVALID_ARGUMENT, err,
                              "'%02d' without an addendum 98 or 99", entry->transaction_code);
    return STATUS_OK;
}

static enum status parse_entry(const struct ach_line *line, const struct ach_batch *batch,
                               const struct ach_entry *before, struct ach_entry *ret_entry, struct error *err)
{
    enum status st = ach_line_check(line, ACH_ENTRY, err);

    if (st != STATUS_OK)
        return st;
    *ret_entry = (struct ach_entry){
        .record = line->number,
        .transaction_code = (int)ach_line_number(line, ACH_ENTRY, ENTRY_TRANSACTION),
        .amount_minor = (int64_t)ach_line_number(line, ACH_ENTRY, ENTRY_AMOUNT),
    };
    ach_line_text(line, ACH_ENTRY, ENTRY_RDFI, ret_entry->routing);
    ach_line_text(line, ACH_ENTRY, ENTRY_CHECK_DIGIT, ret_entry->routing + strlen(ret_entry->routing));
    ach_line_text(line, ACH_ENTRY, ENTRY_ACCOUNT, ret_entry->account);
    ach_line_text(line, ACH_ENTRY, ENTRY_INDIVIDUAL_ID, ret_entry->individual_id);
    ach_line_text(line, ACH_ENTRY, ENTRY_INDIVIDUAL_NAME, ret_entry->individual_name);
    ach_line_text(line, ACH_ENTRY, ENTRY_DISCRETIONARY, ret_entry->discretionary);
    ach_line_text(line, ACH_ENTRY, ENTRY_TRACE, ret_entry->trace);
    st = check_transaction(line, batch, ret_entry, err);
    if (st == STATUS_OK)
        st = check_routing(line, ret_entry, err);
    if (st == STATUS_OK)
        st = check_trace(line, batch, before, ret_entry, err);
    return st;
}

static enum status read_addendum(struct reader *reader, const struct ach_batch *batch, struct ach_entry *entry,
                                 struct error *err)
{
    struct ach_addendum addendum;

    if (reader->type != '7')
        return out_of_order(reader, "the addendum of the entry above", err);
    const enum status st = ach_addendum_read(&reader->line, ach_find_class(batch->class), entry, &addendum, err);
    if (st != STATUS_OK)
        return st;
    entry->addendum = g_memdup2(&addendum, sizeof(addendum));
    reader->tally.n_records++;
    return advance(reader, err);
}

/* An entry and its addendum. The entry belongs to the reader as soon as it may own one. */
static enum status read_entry(struct reader *reader, const struct ach_batch *batch, struct error *err)
{
    const struct ach_line line = reader->line;
    const guint n = reader->entries->len;
    const struct ach_entry *before = n > 0 ? &g_array_index(reader->entries, struct ach_entry, n - 1) : NULL;
    struct ach_entry parsed;
    enum status st = parse_entry(&line, batch, before, &parsed, err);

    if (st != STATUS_OK)
        return st;
    const uint64_t indicator = ach_line_number(&line, ACH_ENTRY, ENTRY_INDICATOR);
    if (indicator > 1)
        return ach_line_error(&line, ACH_ENTRY, ENTRY_INDICATOR, STATUS_INVALID_ARGUMENT, err,
                              "'%u' is neither 0 nor 1", (unsigned)indicator);
    g_array_append_val(reader->entries, parsed);
    struct ach_entry *entry = &g_array_index(reader->entries, struct ach_entry, n);
    ach_tally_entry(&reader->tally, ach_find_transaction(entry->transaction_code),
                    ach_line_number(&line, ACH_ENTRY, ENTRY_RDFI), entry->amount_minor);
    st = advance(reader, err);
    if (st == STATUS_OK && indicator == 1)
        st = read_addendum(reader, batch, entry, err);
    if (st == STATUS_OK && reader->type == '7')
        return error_set(err, STATUS_INVALID_ARGUMENT, "record %zu, record type (1): '7', while %s",
                         reader->line.number,
                         indicator == 1 ? "an entry has one addendum" : "the entry above says that it has none");
    return st == STATUS_OK ? check_amount(&line, batch, entry, err) : st;
}

/* --- batches --------------------------------------------------------------------------------------------------------
 */

static enum status check_batch_header(const struct ach_line *line, const struct ach_batch *before,
                                      const struct ach_batch *batch, struct error *err)
{
    const uint64_t status_code = ach_line_number(line, ACH_BATCH_HEADER, BATCH_HEADER_STATUS);

    if (batch->service_class != ACH_SERVICE_MIXED && batch->service_class != ACH_SERVICE_CREDITS &&
        batch->service_class != ACH_SERVICE_DEBITS)
        return ach_line_error(line, ACH_BATCH_HEADER, BATCH_HEADER_SERVICE, STATUS_INVALID_ARGUMENT, err,
                              "'%03d' is not 200, 220 or 225", batch->service_class);
    if (status_code > STATUS_CODE_MAX)
        return ach_line_error(line, ACH_BATCH_HEADER, BATCH_HEADER_STATUS, STATUS_INVALID_ARGUMENT, err,
                              "'%u' is not 0, 1 or 2", (unsigned)status_code);
    if (before != NULL && batch->number <= before->number)
        return ach_line_error(line, ACH_BATCH_HEADER, BATCH_HEADER_NUMBER, STATUS_INVALID_ARGUMENT, err,
                              "'%07" PRIu32 "' does not follow %" PRIu32 ", the one before it", batch->number,
                              before->number);
    return STATUS_OK;
}

static enum status read_batch_header(struct reader *reader, struct ach_batch *ret_batch, struct error *err)
{
    const struct ach_line *line = &reader->line;
    const enum ach_record record = ACH_BATCH_HEADER;
    const guint n = reader->batches->len;
    const struct ach_batch *before = n > 0 ? &g_array_index(reader->batches, struct ach_batch, n - 1) : NULL;
    char class[sizeof(ret_batch->class)];

    ach_line_text(line, record, BATCH_HEADER_CLASS, class);
    if (ach_find_class(class) == NULL) /* first: other classes have other fields */
        return ach_line_error(line, record, BATCH_HEADER_CLASS, STATUS_UNIMPLEMENTED, err,
                              "'%s' is no class that is read here", class);
    enum status st = ach_line_check(line, record, err);
    if (st != STATUS_OK)
        return st;
    *ret_batch = (struct ach_batch){
        .record = line->number,
        .service_class = (int)ach_line_number(line, record, BATCH_HEADER_SERVICE),
        .effective_on = ach_line_date(line, record, BATCH_HEADER_EFFECTIVE),
        .settled = ach_line_day(line, record, BATCH_HEADER_SETTLEMENT),
        .number = (uint32_t)ach_line_number(line, record, BATCH_HEADER_NUMBER),
    };
    ach_line_text(line, record, BATCH_HEADER_COMPANY, ret_batch->company_name);
    ach_line_text(line, record, BATCH_HEADER_DISCRETIONARY, ret_batch->company_discretionary);
    ach_line_text(line, record, BATCH_HEADER_COMPANY_ID, ret_batch->company_id);
    memcpy(ret_batch->class, class, sizeof(class));
    ach_line_text(line, record, BATCH_HEADER_DESCRIPTION, ret_batch->description);
    ach_line_text(line, record, BATCH_HEADER_DESCRIPTIVE_DATE, ret_batch->descriptive_date);
    ach_line_text(line, record, BATCH_HEADER_ODFI, ret_batch->odfi);
    st = check_batch_header(line, before, ret_batch, err);
    return st == STATUS_OK ? advance(reader, err) : st;
}

/* An identification that stands to the right in one record and to the left in the other is the same. */
static enum status check_company_id(const struct ach_line *line, const struct ach_batch *batch, struct error *err)
{
    char here[sizeof(batch->company_id)], there[sizeof(batch->company_id)];

    ach_line_text(line, ACH_BATCH_CONTROL, BATCH_CONTROL_COMPANY_ID, here);
    (void)g_strlcpy(there, batch->company_id, sizeof(there));
    if (strcmp(g_strchug(here), g_strchug(there)) == 0)
        return STATUS_OK;
    return ach_line_error(line, ACH_BATCH_CONTROL, BATCH_CONTROL_COMPANY_ID, STATUS_INVALID_ARGUMENT, err,
                          "'%s' instead of '%s', as in the batch header", here, there);
}

static enum status check_batch_control(const struct reader *reader, const struct ach_batch *batch, struct error *err)
{
    const struct ach_tally *tally = &reader->tally;
    enum status st = ach_line_check(&reader->line, ACH_BATCH_CONTROL, err);
    const struct {
        int at;
        uint64_t counted;
    } NUMBERS[] = {
        {BATCH_CONTROL_SERVICE, (uint64_t)batch->service_class},
        {BATCH_CONTROL_COUNT, tally->n_records},
        {BATCH_CONTROL_HASH, ach_tally_hash(tally)},
        {BATCH_CONTROL_DEBITS, (uint64_t)tally->debit_minor},
        {BATCH_CONTROL_CREDITS, (uint64_t)tally->credit_minor},
        {BATCH_CONTROL_ODFI, g_ascii_strtoull(batch->odfi, NULL, 10)},
        {BATCH_CONTROL_NUMBER, batch->number},
    };

    for (size_t i = 0; i < ARRAY_SIZE(NUMBERS) && st == STATUS_OK; i++)
        st = check_number(reader, ACH_BATCH_CONTROL, NUMBERS[i].at, NUMBERS[i].counted, err);
    return st == STATUS_OK ? check_company_id(&reader->line, batch, err) : st;
}

/* Moves the entries from the reader into the batch. */
static void take_entries(struct reader *reader, struct ach_batch *batch)
{
    batch->n_entries = reader->entries->len;
    batch->entries = (struct ach_entry *)(void *)g_array_free(reader->entries, FALSE);
    batch->debit_minor = reader->tally.debit_minor;
    batch->credit_minor = reader->tally.credit_minor;
    reader->entries = entries_new();
}

static enum status read_batch(struct reader *reader, struct ach_tally *file, struct error *err)
{
    struct ach_batch batch;
    enum status st = read_batch_header(reader, &batch, err);

    reader->tally = (struct ach_tally){0};
    if (st == STATUS_OK && reader->type != '6')
        st = out_of_order(reader, "the first entry of the batch", err);
    while (st == STATUS_OK && reader->type == '6')
        st = read_entry(reader, &batch, err);
    if (st == STATUS_OK && reader->type != '8')
        st = out_of_order(reader, "an entry or the batch control", err);
    if (st == STATUS_OK)
        st = check_batch_control(reader, &batch, err);
    if (st != STATUS_OK)
        return st;
    take_entries(reader, &batch);
    g_array_append_val(reader->batches, batch);
    ach_tally_add(file, &reader->tally);
    return advance(reader, err);
}

/* --- the end of the file --------------------------------------------------------------------------------------------
 */

static enum status read_file_control(struct reader *reader, const struct ach_tally *tally, struct error *err)
{
    if (reader->type != '9')
        return out_of_order(reader, "a batch header or the file control", err);
    enum status st = ach_line_check(&reader->line, ACH_FILE_CONTROL, err);
    const struct {
        int at;
        uint64_t counted;
    } NUMBERS[] = {
        {FILE_CONTROL_BATCHES, reader->batches->len},
        {FILE_CONTROL_BLOCKS, (reader->line.number - 1) / ACH_BLOCK_RECORDS + 1},
        {FILE_CONTROL_COUNT, tally->n_records},
        {FILE_CONTROL_HASH, ach_tally_hash(tally)},
        {FILE_CONTROL_DEBITS, (uint64_t)tally->debit_minor},
        {FILE_CONTROL_CREDITS, (uint64_t)tally->credit_minor},
    };

    for (size_t i = 0; i < ARRAY_SIZE(NUMBERS) && st == STATUS_OK; i++)
        st = check_number(reader, ACH_FILE_CONTROL, NUMBERS[i].at, NUMBERS[i].counted, err);
    return st == STATUS_OK ? advance(reader, err) : st;
}

/* Nines up to the end of the last block, and nothing after it. */
static enum status read_filler(struct reader *reader, struct error *err)
{
    enum status st = STATUS_OK;

    while (st == STATUS_OK && reader->type != NO_RECORD) {
        if (reader->line.number % ACH_BLOCK_RECORDS == 1)
            return error_set(err, STATUS_INVALID_ARGUMENT, "record %zu: stands after the last block",
                             reader->line.number);
        for (size_t i = 0; i < ACH_RECORD_BYTES; i++)
            if (reader->line.bytes[i] != ACH_FILLER)
                return error_set(err, STATUS_INVALID_ARGUMENT,
                                 "record %zu, position %zu: no filler of nines, and stands after the file control",
                                 reader->line.number, i + 1);
        st = advance(reader, err);
    }
    if (st == STATUS_OK && reader->lines.number % ACH_BLOCK_RECORDS != 0)
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "ends after record %zu, where nines should fill the last block of %d", reader->lines.number,
                         ACH_BLOCK_RECORDS);
    return st;
}

static enum status read_file(struct reader *reader, struct error *err)
{
    struct ach_tally tally = {0};
    enum status st = advance(reader, err);

    if (st == STATUS_OK)
        st = read_file_header(reader, err);
    while (st == STATUS_OK && reader->type == '5')
        st = read_batch(reader, &tally, err);
    if (st == STATUS_OK)
        st = read_file_control(reader, &tally, err);
    if (st == STATUS_OK)
        st = read_filler(reader, err);
    reader->file->debit_minor = tally.debit_minor;
    reader->file->credit_minor = tally.credit_minor;
    return st;
}

enum status ach_read(const char *name, const void *bytes, size_t len, struct ach_file **ret_file, struct error *err)
{
    struct reader reader;

    if (len > ACH_FILE_MAX_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: larger than %zu bytes", name, ACH_FILE_MAX_BYTES);
    reader_init(&reader, bytes, len);
    const enum status st = read_file(&reader, err);
    if (st == STATUS_OK) {
        reader.file->n_batches = reader.batches->len;
        reader.file->batches = (struct ach_batch *)(void *)g_array_free(TAKE(reader.batches), FALSE);
        *ret_file = TAKE(reader.file);
    }
    reader_fini(&reader);
    return st == STATUS_OK ? st : error_wrap(err, st, "%s", name);
}
