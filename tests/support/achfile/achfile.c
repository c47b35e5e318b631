#include <errno.h>
#include <glib.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ach/ach_codes.h"
#include "ach/ach_reader.h"
#include "ach/ach_writer.h"

/* achfile read FILE   a file of the clearing house as JSON
 * achfile write       a draft in JSON on standard input, the file's bytes on standard output
 * A refusal is a line on standard error and exit status 1, and nothing on standard output. */

#define USAGE_STATUS 2

static int refused(const struct error *err)
{
    (void)fprintf(stderr, "%s: %s\n", status_name(err->code), err->text);
    return EXIT_FAILURE;
}

static json_t *must(json_t *json)
{
    if (json == NULL) {
        (void)fprintf(stderr, "out of memory\n");
        abort();
    }
    return json;
}

static json_t *date_json(struct date date)
{
    char text[DATE_TEXT_SIZE];

    return must(date.days != 0 ? json_string(date_format(date, text)) : json_null());
}

/* --- reading --------------------------------------------------------------------------------------------------------
 */

static json_t *correction_json(const struct ach_addendum *addendum)
{
    struct ach_correction correction;

    if (addendum->kind != ACH_CHANGE ||
        ach_correction_read(addendum->code, addendum->corrected, &correction, NULL) != STATUS_OK)
        return must(json_null());
    return must(json_pack("{s:s, s:s, s:i}", "routing", correction.routing, "account", correction.account,
                          "transaction_code", correction.transaction_code));
}

static json_t *addendum_json(const struct ach_addendum *addendum)
{
    static const char *const KINDS[] = {
        [ACH_PAYMENT] = "payment", [ACH_CHANGE] = "change",         [ACH_REFUSED_CHANGE] = "refused_change",
        [ACH_RETURN] = "return",   [ACH_DISHONORED] = "dishonored", [ACH_CONTESTED] = "contested",
    };

    if (addendum == NULL)
        return must(json_null());
    json_t *json = must(json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:o}", "kind", KINDS[addendum->kind],
                                  "information", addendum->information, "code", addendum->code, "original_trace",
                                  addendum->original_trace, "original_rdfi", addendum->original_rdfi, "trace",
                                  addendum->trace, "died_on", date_json(addendum->died_on), "corrected",
                                  addendum->corrected, "correction", correction_json(addendum)));
    json_t *more = must(json_pack(
        "{s:s, s:s, s:s, s:s, s:i, s:o, s:i, s:s, s:s, s:i}", "change_code", addendum->change_code, "change_sequence",
        addendum->change_sequence, "return_trace", addendum->return_trace, "return_code", addendum->return_code,
        "return_settled", addendum->return_settled, "returned_on", date_json(addendum->returned_on), "original_settled",
        addendum->original_settled, "dishonored_trace", addendum->dishonored_trace, "dishonored_code",
        addendum->dishonored_code, "dishonored_settled", addendum->dishonored_settled));
    (void)json_object_update(json, more);
    json_decref(more);
    return json;
}

static json_t *entry_json(const struct ach_entry *entry)
{
    return must(json_pack("{s:i, s:i, s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:o}", "record", (int)entry->record,
                          "transaction_code", entry->transaction_code, "routing", entry->routing, "account",
                          entry->account, "amount_minor", (json_int_t)entry->amount_minor, "individual_id",
                          entry->individual_id, "individual_name", entry->individual_name, "discretionary",
                          entry->discretionary, "trace", entry->trace, "addendum", addendum_json(entry->addendum)));
}

static json_t *batch_json(const struct ach_batch *batch)
{
    json_t *entries = must(json_array());

    for (size_t i = 0; i < batch->n_entries; i++)
        (void)json_array_append_new(entries, entry_json(&batch->entries[i]));
    return must(json_pack(
        "{s:i, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:i, s:s, s:i, s:I, s:I, s:o}", "record", (int)batch->record,
        "service_class", batch->service_class, "company_name", batch->company_name, "company_discretionary",
        batch->company_discretionary, "company_id", batch->company_id, "class", batch->class, "description",
        batch->description, "descriptive_date", batch->descriptive_date, "effective_on", date_json(batch->effective_on),
        "settled", batch->settled, "odfi", batch->odfi, "number", (int)batch->number, "debit_minor",
        (json_int_t)batch->debit_minor, "credit_minor", (json_int_t)batch->credit_minor, "entries", entries));
}

static json_t *file_json(const struct ach_file *file)
{
    json_t *batches = must(json_array());

    for (size_t i = 0; i < file->n_batches; i++)
        (void)json_array_append_new(batches, batch_json(&file->batches[i]));
    return must(json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:i, s:s%, s:I, s:I, s:o}", "destination", file->destination,
                          "destination_name", file->destination_name, "origin", file->origin, "origin_name",
                          file->origin_name, "reference", file->reference, "created_on", date_json(file->created_on),
                          "created_minute", file->created_minute, "id_modifier", &file->id_modifier, (size_t)1,
                          "debit_minor", (json_int_t)file->debit_minor, "credit_minor", (json_int_t)file->credit_minor,
                          "batches", batches));
}

static int read_file(const char *path)
{
    SCOPED(ach_file_freep) struct ach_file *file = NULL;
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *bytes = NULL;
    struct error err = {0};
    gsize len = 0;

    if (!g_file_get_contents(path, &bytes, &len, NULL)) {
        (void)fprintf(stderr, "%s cannot be read\n", path);
        return USAGE_STATUS;
    }
    if (ach_read(name, bytes, len, &file, &err) != STATUS_OK)
        return refused(&err);
    json_t *json = file_json(file);
    (void)json_dumpf(json, stdout, JSON_SORT_KEYS);
    json_decref(json);
    return EXIT_SUCCESS;
}

/* --- writing --------------------------------------------------------------------------------------------------------
 */

/* NULL where there is no such member; lent. */
static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static int64_t number_of(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

/* 1970-01-01, which is refused, for what is no date. */
static struct date date_of(const json_t *object, const char *name)
{
    const char *text = text_of(object, name);
    struct date date;

    return text != NULL && date_parse(text, "YYYY-MM-DD", &date, NULL) == STATUS_OK ? date : (struct date){0};
}

static struct ach_draft_entry entry_of(const json_t *json)
{
    return (struct ach_draft_entry){
        .transaction_code = (int)number_of(json, "transaction_code"),
        .routing = text_of(json, "routing"),
        .account = text_of(json, "account"),
        .amount_minor = number_of(json, "amount_minor"),
        .individual_id = text_of(json, "individual_id"),
        .individual_name = text_of(json, "individual_name"),
        .discretionary = text_of(json, "discretionary"),
        .payment_information = text_of(json, "payment_information"),
        .sequence = (uint32_t)number_of(json, "sequence"),
    };
}

/* The entries go into `entries`, with the offset, where there is one, behind them. */
static struct ach_draft_batch batch_of(const json_t *json, GArray *entries)
{
    const json_t *list = json_object_get(json, "entries"), *offset = json_object_get(json, "offset");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const struct ach_draft_entry entry = entry_of(json_array_get(list, i));
        g_array_append_val(entries, entry);
    }
    const struct ach_draft_entry last = entry_of(offset);
    g_array_append_val(entries, last);
    return (struct ach_draft_batch){
        .company_name = text_of(json, "company_name"),
        .company_discretionary = text_of(json, "company_discretionary"),
        .company_id = text_of(json, "company_id"),
        .class = text_of(json, "class"),
        .description = text_of(json, "description"),
        .descriptive_date = text_of(json, "descriptive_date"),
        .effective_on = date_of(json, "effective_on"),
        .odfi = text_of(json, "odfi"),
        .entries = (const struct ach_draft_entry *)(void *)entries->data,
        .n_entries = entries->len - 1,
        .offset = offset != NULL ? &g_array_index(entries, struct ach_draft_entry, entries->len - 1) : NULL,
    };
}

static int write_draft(const json_t *json)
{
    const json_t *list = json_object_get(json, "batches");
    const char *modifier = text_of(json, "id_modifier");
    g_autoptr(GString) file = g_string_new(NULL);
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    g_autofree struct ach_draft_batch *batches = g_new0(struct ach_draft_batch, json_array_size(list) + 1);
    struct error err = {0};

    for (size_t i = 0; i < json_array_size(list); i++) {
        g_ptr_array_add(entries, g_array_new(FALSE, FALSE, sizeof(struct ach_draft_entry)));
        batches[i] = batch_of(json_array_get(list, i), g_ptr_array_index(entries, i));
    }
    const struct ach_draft draft = {
        .destination = text_of(json, "destination"),
        .destination_name = text_of(json, "destination_name"),
        .origin = text_of(json, "origin"),
        .origin_name = text_of(json, "origin_name"),
        .reference = text_of(json, "reference"),
        .created_on = date_of(json, "created_on"),
        .created_minute = (int)number_of(json, "created_minute"),
        .id_modifier = modifier != NULL ? modifier[0] : '\0',
        .line_end = (enum ach_line_end)number_of(json, "line_end"),
        .batches = batches,
        .n_batches = json_array_size(list),
    };
    if (ach_write(&draft, file, &err) != STATUS_OK)
        return refused(&err);
    return fwrite(file->str, 1, file->len, stdout) == file->len ? EXIT_SUCCESS : USAGE_STATUS;
}

static int write_file(void)
{
    json_error_t wrong;
    json_t *json = json_loadf(stdin, 0, &wrong);

    if (json == NULL) {
        (void)fprintf(stderr, "%s\n", wrong.text);
        return USAGE_STATUS;
    }
    const int exit_status = write_draft(json);
    json_decref(json);
    return exit_status;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "read") == 0)
        return read_file(argv[2]);
    if (argc == 2 && strcmp(argv[1], "write") == 0)
        return write_file();
    (void)fprintf(stderr, "usage: achfile read FILE | achfile write\n");
    return USAGE_STATUS;
}
