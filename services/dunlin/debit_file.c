#include "debit_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ach/ach.h"
#include "ach/ach_writer.h"
#include "calendar/calendar.h"
#include "clock/clock.h"
#include "csv.h"
#include "id/id.h"

#define SAVINGS_DEBIT   37
#define CHECKING_DEBIT  27
#define SAVINGS_CREDIT  32
#define CHECKING_CREDIT 22
#define REFERENCE_BYTES 4  /* of the debit file's id, in hexadecimal */
#define INDIVIDUAL_ID   15 /* letters of a debit's id */

static const char *class_of(const Dunlin__Payment__V1__DebitView *debit)
{
    switch (debit->instrument->authorization_class) {
    case DUNLIN__PAYMENT__V1__DEBIT_CLASS__DEBIT_CLASS_WEB:
        return "WEB";
    case DUNLIN__PAYMENT__V1__DEBIT_CLASS__DEBIT_CLASS_TEL:
        return "TEL";
    default:
        return "PPD";
    }
}

/* Nacha's description of what is presented again. */
static const char *description_of(const Dunlin__Payment__V1__DebitView *debit)
{
    return debit->presentment > 1 ? "RETRY PYMT" : "PAYMENT";
}

static bool is_savings(const Dunlin__Payment__V1__DebitView *debit)
{
    return debit->instrument->kind == DUNLIN__PAYMENT__V1__INSTRUMENT_KIND__INSTRUMENT_KIND_SAVINGS;
}

/* --- order and batches */

static int compare_batches(const Dunlin__Payment__V1__DebitView *a, const Dunlin__Payment__V1__DebitView *b)
{
    const int by_class = strcmp(class_of(a), class_of(b));
    if (by_class != 0)
        return by_class;
    if (a->effective_on_days != b->effective_on_days)
        return a->effective_on_days < b->effective_on_days ? -1 : 1;
    return strcmp(description_of(a), description_of(b));
}

static gint compare_entries(gconstpointer a, gconstpointer b)
{
    const Dunlin__Payment__V1__DebitView *x = ((const struct debit_entry *)a)->debit;
    const Dunlin__Payment__V1__DebitView *y = ((const struct debit_entry *)b)->debit;
    const int order = compare_batches(x, y);
    return order != 0 ? order : memcmp(x->debit_id.data, y->debit_id.data, ID_BYTES);
}

static struct debit_entry *entry_at(const struct debit_file *file, size_t i)
{
    return &g_array_index(file->entries, struct debit_entry, i);
}

void debit_file_init(struct debit_file *file, const GPtrArray *debits)
{
    int64_t batch_minor = 0;
    *file = (struct debit_file){.entries = g_array_sized_new(FALSE, TRUE, sizeof(struct debit_entry), debits->len)};
    for (guint i = 0; i < debits->len; i++) {
        const struct debit_entry entry = {.debit = g_ptr_array_index(debits, i)};
        g_array_append_val(file->entries, entry);
    }
    g_array_sort(file->entries, compare_entries);
    for (guint i = 0; i < file->entries->len; i++) {
        struct debit_entry *entry = entry_at(file, i);
        const int64_t minor = entry->debit->amount_minor;
        const bool begins = i == 0 || compare_batches(entry_at(file, i - 1)->debit, entry->debit) != 0 ||
                            batch_minor + minor > ACH_AMOUNT_MAX_MINOR;
        batch_minor = begins ? minor : batch_minor + minor;
        file->n_batches += begins;
        file->amount_minor += minor;
        entry->batch = file->n_batches - 1;
    }
    file->n_sequences = file->entries->len + file->n_batches;
}

void debit_file_fini(struct debit_file *file)
{
    if (file->entries != NULL)
        g_array_unref(file->entries);
    *file = (struct debit_file){0};
}

void debit_file_number(struct debit_file *file, const struct originator *originator, uint32_t first)
{
    for (guint i = 0; i < file->entries->len; i++) {
        struct debit_entry *entry = entry_at(file, i);
        entry->sequence = first + i + (uint32_t)entry->batch;
        (void)ach_trace(originator->odfi, entry->sequence, entry->trace);
    }
}

/* --- the Nacha file */

/* Texts that a draft borrows. */
struct drafting {
    const struct debit_file *file;
    const struct originator *originator;
    GArray *entries; /* struct ach_draft_entry */
    GArray *offsets;
    GArray *batches;
    GPtrArray *texts; /* char *, owned */
};

static const char *keep(struct drafting *drafting, char *text)
{
    g_ptr_array_add(drafting->texts, text);
    return text;
}

static const char *individual_id(struct drafting *drafting, const Dunlin__Payment__V1__DebitView *debit)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < ID_BYTES; i++)
        g_string_append_printf(text, "%02x", debit->debit_id.data[i]);
    g_string_truncate(text, INDIVIDUAL_ID);
    return keep(drafting, g_string_free(text, FALSE));
}

/* The format has ASCII only. */
static const char *ascii(struct drafting *drafting, const char *text)
{
    return keep(drafting, g_strstrip(g_str_to_ascii(text, "C")));
}

static struct ach_draft_entry draft_entry(struct drafting *drafting, const struct debit_entry *entry)
{
    const Dunlin__Payment__V1__DebitView *debit = entry->debit;
    const bool says_recurring = strcmp(class_of(debit), "PPD") != 0;
    return (struct ach_draft_entry){
        .transaction_code = is_savings(debit) ? SAVINGS_DEBIT : CHECKING_DEBIT,
        .routing = debit->instrument->routing,
        .account = debit->instrument->token,
        .amount_minor = debit->amount_minor,
        .individual_id = individual_id(drafting, debit),
        .individual_name = ascii(drafting, debit->instrument->holder),
        .discretionary = !says_recurring         ? ""
                         : debit->instalment > 0 ? "R"
                                                 : "S",
        .sequence = entry->sequence,
    };
}

static struct ach_draft_entry draft_offset(const struct originator *originator, uint32_t sequence)
{
    return (struct ach_draft_entry){
        .transaction_code = originator->offset_kind == OFFSET_SAVINGS ? SAVINGS_CREDIT : CHECKING_CREDIT,
        .routing = originator->offset_routing,
        .account = originator->offset_account,
        .individual_name = originator->company,
        .discretionary = "",
        .sequence = sequence,
    };
}

/* A batch of the entries [first, end), which stand in both arrays alike. */
static void draft_batch(struct drafting *drafting, size_t first, size_t end)
{
    const struct originator *originator = drafting->originator;
    const struct debit_entry *last = entry_at(drafting->file, end - 1);
    const Dunlin__Payment__V1__DebitView *debit = last->debit;
    struct ach_draft_entry *offset = &g_array_index(drafting->offsets, struct ach_draft_entry, last->batch);
    struct ach_draft_batch batch = {
        .company_name = originator->company,
        .company_id = originator->company_id,
        .class = class_of(debit),
        .description = description_of(debit),
        .effective_on = {debit->effective_on_days},
        .odfi = originator->odfi,
        .entries = &g_array_index(drafting->entries, struct ach_draft_entry, first),
        .n_entries = end - first,
    };
    if (originator->offset_account != NULL) {
        *offset = draft_offset(originator, last->sequence + 1);
        if (strcmp(batch.class, "WEB") == 0)
            offset->discretionary = "S";
        batch.offset = offset;
    }
    g_array_append_val(drafting->batches, batch);
}

static void draft_batches(struct drafting *drafting)
{
    const size_t n = drafting->file->entries->len;
    size_t first = 0;
    for (size_t i = 0; i < n; i++) {
        const struct ach_draft_entry entry = draft_entry(drafting, entry_at(drafting->file, i));
        g_array_append_val(drafting->entries, entry);
    }
    for (size_t i = 1; i <= n; i++) {
        if (i < n && entry_at(drafting->file, i)->batch == entry_at(drafting->file, first)->batch)
            continue;
        draft_batch(drafting, first, i);
        first = i;
    }
}

static char modifier_of(int32_t ordinal)
{
    static const char MODIFIERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    return MODIFIERS[(size_t)(ordinal - 1) % (sizeof(MODIFIERS) - 1)];
}

static enum status write_draft(const struct drafting *drafting, const Dunlin__Payment__V1__DebitFileView *numbered,
                               GString *bytes, struct error *err)
{
    const struct originator *originator = drafting->originator;
    char reference[2 * REFERENCE_BYTES + 1] = "";
    for (size_t i = 0; i < REFERENCE_BYTES; i++)
        (void)snprintf(reference + 2 * i, sizeof(reference) - 2 * i, "%02x", numbered->file_id.data[i]);
    const struct ach_draft draft = {
        .destination = originator->destination,
        .destination_name = originator->destination_name,
        .origin = originator->origin,
        .origin_name = originator->origin_name,
        .reference = reference,
        .created_on = {(int32_t)(numbered->numbered_at_us / US_PER_DAY)},
        .created_minute = (int)(numbered->numbered_at_us % US_PER_DAY / US_PER_MIN),
        .id_modifier = modifier_of(numbered->ordinal),
        .line_end = ACH_LF,
        .batches = (const struct ach_draft_batch *)(const void *)drafting->batches->data,
        .n_batches = drafting->batches->len,
    };
    return ach_write(&draft, bytes, err);
}

enum status debit_file_write(const struct debit_file *file, const struct originator *originator,
                             const Dunlin__Payment__V1__DebitFileView *numbered, GString *bytes, struct error *err)
{
    const guint n = file->entries->len;
    struct drafting drafting = {
        .file = file,
        .originator = originator,
        .entries = g_array_sized_new(FALSE, TRUE, sizeof(struct ach_draft_entry), n),
        .offsets = g_array_sized_new(FALSE, TRUE, sizeof(struct ach_draft_entry), (guint)file->n_batches),
        .batches = g_array_new(FALSE, TRUE, sizeof(struct ach_draft_batch)),
        .texts = g_ptr_array_new_with_free_func(g_free),
    };
    g_array_set_size(drafting.offsets, (guint)file->n_batches);
    draft_batches(&drafting);
    const enum status st = write_draft(&drafting, numbered, bytes, err);
    g_array_unref(drafting.entries);
    g_array_unref(drafting.offsets);
    g_array_unref(drafting.batches);
    g_ptr_array_unref(drafting.texts);
    return st;
}

/* --- CSV */

static void write_id(FILE *out, const ProtobufCBinaryData *bytes)
{
    char text[ID_TEXT_SIZE];
    struct id id;
    csv_cell(out, id_from_bytes(bytes->data, bytes->len, "id", &id, NULL) == STATUS_OK ? id_format(&id, text) : "",
             false);
}

static void write_row(FILE *out, const struct debit_entry *entry)
{
    const Dunlin__Payment__V1__DebitView *debit = entry->debit;
    g_autofree char *amount =
        g_strdup_printf("%lld.%02lld", (long long)(debit->amount_minor / 100), (long long)(debit->amount_minor % 100));
    char day[DATE_TEXT_SIZE];
    csv_cell(out, entry->trace, false);
    write_id(out, &debit->debit_id);
    write_id(out, &debit->account_id);
    csv_cell(out, class_of(debit), false);
    csv_cell(out, description_of(debit), false);
    csv_cell(out, date_format((struct date){debit->effective_on_days}, day), false);
    csv_cell(out, amount, false);
    csv_cell(out, debit->currency, false);
    csv_cell(out, debit->instrument->routing, false);
    csv_cell(out, debit->instrument->token, false);
    csv_cell(out, is_savings(debit) ? "savings" : "checking", false);
    csv_cell(out, debit->instrument->holder, true);
}

enum status debit_file_write_csv(const struct debit_file *file, const char *path, struct error *err)
{
    FILE *out = fopen(path, "we");
    if (out == NULL)
        return error_set(err, STATUS_PERMISSION_DENIED, "--csv-out '%s': %s", path, g_strerror(errno));
    (void)fputs("trace,debit,account,class,description,settles_on,amount,currency,routing,token,kind,holder\r\n", out);
    for (guint i = 0; i < file->entries->len; i++)
        write_row(out, entry_at(file, i));
    const bool is_bad = ferror(out) != 0;
    if (fclose(out) != 0 || is_bad)
        return error_set(err, STATUS_UNAVAILABLE, "--csv-out '%s': %s", path, g_strerror(errno));
    return STATUS_OK;
}
