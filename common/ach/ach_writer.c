#include "ach/ach_writer.h"

#include <string.h>

#include "ach/ach_draft.h"
#include "ach/ach_layout.h"

#define STATUS_OF_A_BANK    1 /* the originator status code of all but federal agencies */
#define TRACE_OF_SEQUENCE   UINT64_C(10000000)
#define SEQUENCE_OF_ADDENDA 1 /* there is one at most */

struct writer {
    GString *file;
    const char *line_end;
    size_t n_records;
    char record[ACH_RECORD_BYTES];
    enum ach_record kind;
};

static void put_bytes(struct writer *writer, const struct ach_field *field, const char *bytes, size_t n)
{
    memcpy(writer->record + field->first - 1, bytes, MIN(n, ach_field_bytes(field)));
}

/* To the left; cut where it is longer. NULL is "". */
static void put_text(struct writer *writer, int at, const char *text)
{
    if (text != NULL)
        put_bytes(writer, ach_field_at(writer->kind, at), text, strlen(text));
}

/* To the right, with blanks before it. */
static void put_text_right(struct writer *writer, int at, const char *text)
{
    const struct ach_field *field = ach_field_at(writer->kind, at);
    const size_t n = MIN(strlen(text), ach_field_bytes(field));

    memcpy(writer->record + field->last - n, text, n);
}

/* With zeros before it. */
static void put_number(struct writer *writer, int at, uint64_t number)
{
    const struct ach_field *field = ach_field_at(writer->kind, at);

    for (size_t i = field->last; i >= field->first; i--, number /= 10)
        writer->record[i - 1] = (char)('0' + number % 10);
}

static void put_date(struct writer *writer, int at, struct date date)
{
    int year, month, day;

    date_to_ymd(date, &year, &month, &day);
    put_number(writer, at, (uint64_t)(year % 100 * 10000 + month * 100 + day));
}

static void begin(struct writer *writer, enum ach_record kind)
{
    writer->kind = kind;
    memset(writer->record, ' ', sizeof(writer->record));
    for (size_t i = 0; i < ACH_LAYOUTS[kind].n_fields; i++)
        if (ACH_LAYOUTS[kind].fields[i].content == CONTENT_FIXED)
            put_text(writer, (int)i, ACH_LAYOUTS[kind].fields[i].fixed);
}

static void end(struct writer *writer)
{
    g_string_append_len(writer->file, writer->record, sizeof(writer->record));
    g_string_append(writer->file, writer->line_end);
    writer->n_records++;
}

static void write_file_header(struct writer *writer, const struct ach_draft *draft)
{
    begin(writer, ACH_FILE_HEADER);
    put_text_right(writer, FILE_HEADER_DESTINATION, draft->destination);
    put_text_right(writer, FILE_HEADER_ORIGIN, draft->origin);
    put_date(writer, FILE_HEADER_DATE, draft->created_on);
    put_number(writer, FILE_HEADER_TIME, (uint64_t)(draft->created_minute / 60 * 100 + draft->created_minute % 60));
    put_text(writer, FILE_HEADER_MODIFIER, (const char[]){draft->id_modifier, '\0'});
    put_text(writer, FILE_HEADER_DESTINATION_NAME, draft->destination_name);
    put_text(writer, FILE_HEADER_ORIGIN_NAME, draft->origin_name);
    put_text(writer, FILE_HEADER_REFERENCE, draft->reference);
    end(writer);
}

static uint64_t service_class(const struct ach_draft_sum *sum)
{
    if (sum->has_debits && sum->has_credits)
        return ACH_SERVICE_MIXED;
    return sum->has_debits ? ACH_SERVICE_DEBITS : ACH_SERVICE_CREDITS;
}

static void write_batch_header(struct writer *writer, const struct ach_draft_batch *batch, size_t number,
                               const struct ach_draft_sum *sum)
{
    begin(writer, ACH_BATCH_HEADER);
    put_number(writer, BATCH_HEADER_SERVICE, service_class(sum));
    put_text(writer, BATCH_HEADER_COMPANY, batch->company_name);
    put_text(writer, BATCH_HEADER_DISCRETIONARY, batch->company_discretionary);
    put_text(writer, BATCH_HEADER_COMPANY_ID, batch->company_id);
    put_text(writer, BATCH_HEADER_CLASS, batch->class);
    put_text(writer, BATCH_HEADER_DESCRIPTION, batch->description);
    put_text(writer, BATCH_HEADER_DESCRIPTIVE_DATE, batch->descriptive_date);
    put_date(writer, BATCH_HEADER_EFFECTIVE, batch->effective_on);
    put_number(writer, BATCH_HEADER_STATUS, STATUS_OF_A_BANK);
    put_text(writer, BATCH_HEADER_ODFI, batch->odfi);
    put_number(writer, BATCH_HEADER_NUMBER, number);
    end(writer);
}

static void write_addendum(struct writer *writer, const struct ach_draft_entry *entry)
{
    begin(writer, ACH_PAYMENT_ADDENDUM);
    put_text(writer, PAYMENT_INFORMATION, entry->payment_information);
    put_number(writer, PAYMENT_SEQUENCE, SEQUENCE_OF_ADDENDA);
    put_number(writer, PAYMENT_ENTRY, entry->sequence);
    end(writer);
}

static void write_entry(struct writer *writer, const char *odfi, const struct ach_draft_entry *entry)
{
    begin(writer, ACH_ENTRY);
    put_number(writer, ENTRY_TRANSACTION, (uint64_t)entry->transaction_code);
    put_text(writer, ENTRY_RDFI, entry->routing); /* its first eight digits */
    put_text(writer, ENTRY_CHECK_DIGIT, entry->routing + ACH_DFI_DIGITS);
    put_text(writer, ENTRY_ACCOUNT, entry->account);
    put_number(writer, ENTRY_AMOUNT, (uint64_t)entry->amount_minor);
    put_text(writer, ENTRY_INDIVIDUAL_ID, entry->individual_id);
    put_text(writer, ENTRY_INDIVIDUAL_NAME, entry->individual_name);
    put_text(writer, ENTRY_DISCRETIONARY, entry->discretionary);
    put_number(writer, ENTRY_INDICATOR, ach_has_addendum(entry));
    put_number(writer, ENTRY_TRACE, ach_rdfi(odfi) * TRACE_OF_SEQUENCE + entry->sequence);
    end(writer);
    if (ach_has_addendum(entry))
        write_addendum(writer, entry);
}

static void write_batch_control(struct writer *writer, const struct ach_draft_batch *batch, size_t number,
                                const struct ach_draft_sum *sum)
{
    begin(writer, ACH_BATCH_CONTROL);
    put_number(writer, BATCH_CONTROL_SERVICE, service_class(sum));
    put_number(writer, BATCH_CONTROL_COUNT, sum->tally.n_records);
    put_number(writer, BATCH_CONTROL_HASH, ach_tally_hash(&sum->tally));
    put_number(writer, BATCH_CONTROL_DEBITS, (uint64_t)sum->tally.debit_minor);
    put_number(writer, BATCH_CONTROL_CREDITS, (uint64_t)sum->tally.credit_minor);
    put_text(writer, BATCH_CONTROL_COMPANY_ID, batch->company_id);
    put_text(writer, BATCH_CONTROL_ODFI, batch->odfi);
    put_number(writer, BATCH_CONTROL_NUMBER, number);
    end(writer);
}

static void write_batch(struct writer *writer, const struct ach_draft_batch *batch, size_t number,
                        struct ach_tally *file)
{
    const struct ach_draft_sum sum = ach_draft_add_up(batch);

    write_batch_header(writer, batch, number, &sum);
    for (size_t i = 0; i < batch->n_entries; i++)
        write_entry(writer, batch->odfi, &batch->entries[i]);
    if (sum.has_offset)
        write_entry(writer, batch->odfi, &sum.offset);
    write_batch_control(writer, batch, number, &sum);
    ach_tally_add(file, &sum.tally);
}

static void write_file_control(struct writer *writer, size_t n_batches, const struct ach_tally *tally)
{
    begin(writer, ACH_FILE_CONTROL);
    put_number(writer, FILE_CONTROL_BATCHES, n_batches);
    put_number(writer, FILE_CONTROL_BLOCKS, writer->n_records / ACH_BLOCK_RECORDS + 1); /* with this record */
    put_number(writer, FILE_CONTROL_COUNT, tally->n_records);
    put_number(writer, FILE_CONTROL_HASH, ach_tally_hash(tally));
    put_number(writer, FILE_CONTROL_DEBITS, (uint64_t)tally->debit_minor);
    put_number(writer, FILE_CONTROL_CREDITS, (uint64_t)tally->credit_minor);
    end(writer);
}

static void write_filler(struct writer *writer)
{
    while (writer->n_records % ACH_BLOCK_RECORDS != 0) {
        memset(writer->record, ACH_FILLER, sizeof(writer->record));
        end(writer);
    }
}

static const char *line_end_text(enum ach_line_end line_end)
{
    switch (line_end) {
    case ACH_LF:
        return "\n";
    case ACH_CRLF:
        return "\r\n";
    case ACH_NO_LINE_END:
        break;
    }
    return "";
}

enum status ach_write(const struct ach_draft *draft, GString *file, struct error *err)
{
    struct writer writer = {.file = file, .line_end = line_end_text(draft->line_end)};
    struct ach_tally tally = {0};
    const enum status st = ach_draft_check(draft, err);

    if (st != STATUS_OK)
        return st;
    write_file_header(&writer, draft);
    for (size_t i = 0; i < draft->n_batches; i++)
        write_batch(&writer, &draft->batches[i], i + 1, &tally);
    write_file_control(&writer, draft->n_batches, &tally);
    write_filler(&writer);
    return STATUS_OK;
}

const char *ach_trace(const char *odfi, uint32_t sequence, char text[static ACH_TRACE_SIZE])
{
    (void)g_snprintf(text, ACH_TRACE_SIZE, "%.8s%07u", odfi, sequence);
    return text;
}
