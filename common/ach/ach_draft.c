#include "ach/ach_draft.h"

#include <inttypes.h>
#include <string.h>

#include "ach/ach_layout.h"

#define FIRST_YEAR       2000
#define LAST_YEAR        2099
#define MINUTES_A_DAY    1440
#define RECORDS_OF_FILE  2 /* header and control, of a file and of a batch alike */
#define RECORDS_OF_BATCH 2

/* --- fields ---------------------------------------------------------------------------------------------------------
 */

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static enum status check_letters(const char *name, const char *text, struct error *err)
{
    const size_t len = strlen(text);

    for (size_t i = 0; i < len; i++)
        if (!ach_is_allowed((unsigned char)text[i]))
            return error_set(err, STATUS_INVALID_ARGUMENT, "%s: byte %zu is no printable ASCII", name, i + 1);
    if (len > 0 && (text[0] == ' ' || text[len - 1] == ' '))
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: begins or ends with a blank", name);
    return STATUS_OK;
}

static enum status check_text(enum ach_record record, int at, const char *text, struct error *err)
{
    const struct ach_field *field = ach_field_at(record, at);
    const size_t len = strlen(or_empty(text));

    if (len == 0 && field->content == CONTENT_NEEDED_TEXT)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: is missing", field->name);
    if (len > ach_field_bytes(field))
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: %zu bytes long, at most %zu fit", field->name, len,
                         ach_field_bytes(field));
    return check_letters(field->name, or_empty(text), err);
}

static enum status check_date(enum ach_record record, int at, struct date date, struct error *err)
{
    int year, month, day;
    char text[DATE_TEXT_SIZE];

    date_to_ymd(date, &year, &month, &day);
    if (year >= FIRST_YEAR && year <= LAST_YEAR)
        return STATUS_OK;
    return error_set(err, STATUS_INVALID_ARGUMENT, "%s: %s is not in the years %d to %d",
                     ach_field_at(record, at)->name, date_format(date, text), FIRST_YEAR, LAST_YEAR);
}

static enum status check_routing(const char *name, const char *routing, struct error *err)
{
    char shown[ERROR_SHOWN_SIZE];

    if (ach_routing_is_valid(or_empty(routing)))
        return STATUS_OK;
    return error_set(err, STATUS_INVALID_ARGUMENT, "%s: '%s' is not nine digits with the right check digit", name,
                     error_shown(or_empty(routing), shown));
}

/* --- entries --------------------------------------------------------------------------------------------------------
 */

static enum status check_amount(const struct ach_draft_entry *entry, const struct ach_transaction *transaction,
                                struct error *err)
{
    if (entry->amount_minor < 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "amount: %" PRId64 " is negative", entry->amount_minor);
    if (entry->amount_minor > ACH_AMOUNT_MAX_MINOR)
        return error_set(err, STATUS_INVALID_ARGUMENT, "amount: %" PRId64 " has more than ten digits",
                         entry->amount_minor);
    if ((entry->amount_minor == 0) != (transaction->purpose == ACH_PRENOTE))
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "amount: %" PRId64 " with transaction code %d: a prenote, and nothing else, is of 0",
                         entry->amount_minor, entry->transaction_code);
    return STATUS_OK;
}

/* Of deposit accounts, checking and savings: an agency neither debits loans nor ledgers. */
static const struct ach_transaction *find_written(int code)
{
    const struct ach_transaction *transaction = ach_find_transaction(code);
    const bool is_written =
        transaction != NULL && code < 40 && (transaction->purpose == ACH_LIVE || transaction->purpose == ACH_PRENOTE);

    return is_written ? transaction : NULL;
}

static enum status check_payment_type(const struct ach_class *class, const struct ach_draft_entry *entry,
                                      struct error *err)
{
    const char *type = or_empty(entry->discretionary);
    const bool is_type = strcmp(type, "R") == 0 || strcmp(type, "S") == 0;

    if (class->needs_payment_type && !is_type)
        return error_set(err, STATUS_INVALID_ARGUMENT, "discretionary data: %s needs R, recurring, or S, single",
                         class->code);
    if (strcmp(class->code, "TEL") == 0 && !is_type && type[0] != '\0')
        return error_set(err, STATUS_INVALID_ARGUMENT, "discretionary data: TEL has R, recurring, S, single, or none");
    return check_text(ACH_ENTRY, ENTRY_DISCRETIONARY, type, err);
}

static enum status check_addendum(const struct ach_class *class, const struct ach_draft_entry *entry, struct error *err)
{
    if (ach_has_addendum(entry) && !class->has_payment_information)
        return error_set(err, STATUS_INVALID_ARGUMENT, "payment related information: %s has no addenda", class->code);
    return check_text(ACH_PAYMENT_ADDENDUM, PAYMENT_INFORMATION, entry->payment_information, err);
}

/* All but the amount. */
static enum status check_receiver(const struct ach_class *class, const struct ach_draft_entry *entry, struct error *err)
{
    enum status st = check_routing("receiving routing number", entry->routing, err);

    if (st == STATUS_OK)
        st = check_text(ACH_ENTRY, ENTRY_ACCOUNT, entry->account, err);
    if (st == STATUS_OK)
        st = check_text(ACH_ENTRY, ENTRY_INDIVIDUAL_ID, entry->individual_id, err);
    if (st == STATUS_OK && or_empty(entry->individual_name)[0] == '\0')
        st = error_set(err, STATUS_INVALID_ARGUMENT, "individual name: is missing");
    if (st == STATUS_OK)
        st = check_letters("individual name", entry->individual_name, err);
    if (st == STATUS_OK)
        st = check_payment_type(class, entry, err);
    if (st == STATUS_OK)
        st = check_addendum(class, entry, err);
    if (st == STATUS_OK && (entry->sequence == 0 || entry->sequence > ACH_SEQUENCE_MAX))
        st = error_set(err, STATUS_INVALID_ARGUMENT, "trace number: its sequence %" PRIu32 " is not 1 to %d",
                       entry->sequence, ACH_SEQUENCE_MAX);
    return st;
}

static enum status check_class(const char *code, const struct ach_class **ret_class, struct error *err)
{
    const struct ach_class *class = ach_find_class(or_empty(code));
    char shown[ERROR_SHOWN_SIZE];

    if (class == NULL || !class->is_written)
        return error_set(err, STATUS_INVALID_ARGUMENT, "standard entry class code: '%s' is not PPD, WEB, TEL or CCD",
                         error_shown(or_empty(code), shown));
    *ret_class = class;
    return STATUS_OK;
}

static enum status check_entry(const struct ach_class *class, const struct ach_draft_entry *entry, struct error *err)
{
    const struct ach_transaction *transaction = find_written(entry->transaction_code);

    if (transaction == NULL)
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "transaction code: %d is no debit, credit or prenote of a checking or savings account",
                         entry->transaction_code);
    const enum status st = check_amount(entry, transaction, err);
    return st == STATUS_OK ? check_receiver(class, entry, err) : st;
}

enum status ach_draft_entry_check(const char *class, const struct ach_draft_entry *entry, struct error *err)
{
    const struct ach_class *found = NULL;
    const enum status st = check_class(class, &found, err);

    return st == STATUS_OK ? check_entry(found, entry, err) : st;
}

/* --- batches --------------------------------------------------------------------------------------------------------
 */

uint64_t ach_rdfi(const char *routing)
{
    uint64_t rdfi = 0;

    for (size_t i = 0; i < ACH_DFI_DIGITS; i++)
        rdfi = rdfi * 10 + (uint64_t)(routing[i] - '0');
    return rdfi;
}

static void add_entry(struct ach_draft_sum *sum, const struct ach_draft_entry *entry)
{
    const struct ach_transaction *transaction = ach_find_transaction(entry->transaction_code);

    ach_tally_entry(&sum->tally, transaction, ach_rdfi(entry->routing), entry->amount_minor);
    sum->tally.n_records += ach_has_addendum(entry);
    sum->has_debits = sum->has_debits || transaction->is_debit;
    sum->has_credits = sum->has_credits || !transaction->is_debit;
}

static struct ach_draft_sum add_entries(const struct ach_draft_batch *batch)
{
    struct ach_draft_sum sum = {0};

    for (size_t i = 0; i < batch->n_entries; i++)
        add_entry(&sum, &batch->entries[i]);
    return sum;
}

/* What the offset has to carry. */
static int64_t balance_minor(const struct ach_draft_sum *sum)
{
    return sum->tally.debit_minor - sum->tally.credit_minor;
}

struct ach_draft_sum ach_draft_add_up(const struct ach_draft_batch *batch)
{
    struct ach_draft_sum sum = add_entries(batch);

    if (batch->offset != NULL && balance_minor(&sum) != 0) {
        sum.has_offset = true;
        sum.offset = *batch->offset;
        sum.offset.amount_minor = balance_minor(&sum);
        add_entry(&sum, &sum.offset);
    }
    return sum;
}

static enum status check_offset(const struct ach_class *class, const struct ach_draft_batch *batch, struct error *err)
{
    const struct ach_draft_entry *offset = batch->offset;
    const struct ach_draft_sum sum = add_entries(batch);
    const int64_t amount_minor = balance_minor(&sum);

    if (offset->transaction_code != 22 && offset->transaction_code != 32)
        return error_set(err, STATUS_INVALID_ARGUMENT, "transaction code: %d is not 22 or 32, a credit",
                         offset->transaction_code);
    if (offset->amount_minor != 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "amount: %" PRId64 " is given, but it is worked out",
                         offset->amount_minor);
    if (amount_minor < 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "amount: credits are %" PRId64 " more than debits",
                         -amount_minor);
    if (amount_minor > ACH_AMOUNT_MAX_MINOR)
        return error_set(err, STATUS_INVALID_ARGUMENT, "amount: %" PRId64 " has more than ten digits", amount_minor);
    return check_receiver(class, offset, err);
}

static enum status check_company(const struct ach_draft_batch *batch, struct error *err)
{
    const char *odfi = or_empty(batch->odfi);
    char shown[ERROR_SHOWN_SIZE];
    enum status st = check_text(ACH_BATCH_HEADER, BATCH_HEADER_COMPANY, batch->company_name, err);

    if (st == STATUS_OK)
        st = check_text(ACH_BATCH_HEADER, BATCH_HEADER_DISCRETIONARY, batch->company_discretionary, err);
    if (st == STATUS_OK)
        st = check_text(ACH_BATCH_HEADER, BATCH_HEADER_COMPANY_ID, batch->company_id, err);
    if (st == STATUS_OK)
        st = check_text(ACH_BATCH_HEADER, BATCH_HEADER_DESCRIPTION, batch->description, err);
    if (st == STATUS_OK)
        st = check_text(ACH_BATCH_HEADER, BATCH_HEADER_DESCRIPTIVE_DATE, batch->descriptive_date, err);
    if (st == STATUS_OK)
        st = check_date(ACH_BATCH_HEADER, BATCH_HEADER_EFFECTIVE, batch->effective_on, err);
    if (st == STATUS_OK && (strlen(odfi) != ACH_DFI_DIGITS || strspn(odfi, "0123456789") != ACH_DFI_DIGITS))
        st = error_set(err, STATUS_INVALID_ARGUMENT, "originating dfi identification: '%s' is not eight digits",
                       error_shown(odfi, shown));
    if (st == STATUS_OK && batch->n_entries == 0)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "has no entries");
    return st;
}

static enum status check_sequence(const struct ach_draft_entry *entry, uint32_t *last, struct error *err)
{
    if (entry->sequence <= *last)
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "trace number: its sequence %" PRIu32 " does not follow %" PRIu32 ", the one before it",
                         entry->sequence, *last);
    *last = entry->sequence;
    return STATUS_OK;
}

static enum status check_too_many(size_t n_records, struct error *err)
{
    if (n_records > ACH_RECORDS_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "more than %d records", ACH_RECORDS_MAX);
    return STATUS_OK;
}

static enum status check_totals(const struct ach_tally *tally, struct error *err)
{
    if (tally->debit_minor > ACH_TOTAL_MAX_MINOR)
        return error_set(err, STATUS_INVALID_ARGUMENT, "total debits: %" PRId64 " has more than twelve digits",
                         tally->debit_minor);
    if (tally->credit_minor > ACH_TOTAL_MAX_MINOR)
        return error_set(err, STATUS_INVALID_ARGUMENT, "total credits: %" PRId64 " has more than twelve digits",
                         tally->credit_minor);
    return STATUS_OK;
}

/* *last_sequence: of the entry before, in whatever batch. */
static enum status check_entries(const struct ach_draft_batch *batch, uint32_t *last_sequence, struct error *err)
{
    const struct ach_class *class = NULL;
    enum status st = check_class(batch->class, &class, err);

    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < batch->n_entries; i++) {
        st = check_entry(class, &batch->entries[i], err);
        if (st == STATUS_OK)
            st = check_sequence(&batch->entries[i], last_sequence, err);
        if (st != STATUS_OK)
            return error_wrap(err, st, "entry %zu", i + 1);
    }
    if (batch->offset == NULL)
        return STATUS_OK;
    st = check_offset(class, batch, err);
    if (st == STATUS_OK)
        st = check_sequence(batch->offset, last_sequence, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "offset");
}

static enum status check_batch(const struct ach_draft_batch *batch, uint32_t *last_sequence,
                               struct ach_tally *ret_tally, struct error *err)
{
    enum status st = check_too_many(batch->n_entries, err); /* before anything is added up: no sum overflows */

    if (st == STATUS_OK)
        st = check_company(batch, err);
    if (st == STATUS_OK)
        st = check_entries(batch, last_sequence, err);
    if (st != STATUS_OK)
        return st;
    *ret_tally = ach_draft_add_up(batch).tally;
    return check_totals(ret_tally, err);
}

/* --- the file -------------------------------------------------------------------------------------------------------
 */

static enum status check_header(const struct ach_draft *draft, struct error *err)
{
    const char modifier = draft->id_modifier;
    enum status st =
        check_routing(ach_field_at(ACH_FILE_HEADER, FILE_HEADER_DESTINATION)->name, draft->destination, err);

    if (st == STATUS_OK)
        st = check_text(ACH_FILE_HEADER, FILE_HEADER_DESTINATION_NAME, draft->destination_name, err);
    if (st == STATUS_OK)
        st = check_text(ACH_FILE_HEADER, FILE_HEADER_ORIGIN, draft->origin, err);
    if (st == STATUS_OK)
        st = check_text(ACH_FILE_HEADER, FILE_HEADER_ORIGIN_NAME, draft->origin_name, err);
    if (st == STATUS_OK)
        st = check_text(ACH_FILE_HEADER, FILE_HEADER_REFERENCE, draft->reference, err);
    if (st == STATUS_OK)
        st = check_date(ACH_FILE_HEADER, FILE_HEADER_DATE, draft->created_on, err);
    if (st == STATUS_OK && (draft->created_minute < 0 || draft->created_minute >= MINUTES_A_DAY))
        st = error_set(err, STATUS_INVALID_ARGUMENT, "file creation time: %d is no minute of a day",
                       draft->created_minute);
    if (st == STATUS_OK && !(modifier >= 'A' && modifier <= 'Z') && !(modifier >= '0' && modifier <= '9'))
        st = error_set(err, STATUS_INVALID_ARGUMENT, "file id modifier: is not A to Z or 0 to 9");
    if (st == STATUS_OK && draft->n_batches == 0)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "has no batches");
    return st;
}

enum status ach_draft_check(const struct ach_draft *draft, struct error *err)
{
    struct ach_tally file = {0};
    size_t n_records = RECORDS_OF_FILE;
    uint32_t last_sequence = 0;
    enum status st = check_header(draft, err);

    for (size_t i = 0; i < draft->n_batches && st == STATUS_OK; i++) {
        struct ach_tally batch = {0};
        st = check_batch(&draft->batches[i], &last_sequence, &batch, err);
        if (st != STATUS_OK)
            return error_wrap(err, st, "batch %zu", i + 1);
        n_records += RECORDS_OF_BATCH + batch.n_records;
        ach_tally_add(&file, &batch);
        st = check_too_many(n_records, err);
    }
    if (st == STATUS_OK)
        st = check_totals(&file, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "file");
}
