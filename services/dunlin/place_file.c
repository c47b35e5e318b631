#include "place_file.h"

#include <string.h>

#include <yaml.h>

static const char *scalar(yaml_document_t *document, int node)
{
    const yaml_node_t *found = yaml_document_get_node(document, node);
    return found != NULL && found->type == YAML_SCALAR_NODE ? (const char *)found->data.scalar.value : "";
}

static void read_root(yaml_document_t *document, struct place_cut *cut)
{
    const yaml_node_t *root = yaml_document_get_root_node(document);
    if (root == NULL || root->type != YAML_MAPPING_NODE)
        return;
    for (const yaml_node_pair_t *pair = root->data.mapping.pairs.start; pair < root->data.mapping.pairs.top; pair++) {
        const char *key = scalar(document, pair->key);
        const char *value = scalar(document, pair->value);
        if (strcmp(key, "format") == 0 && strcmp(value, "jsonl") == 0)
            cut->format = RECORDFILE_JSONL;
        else if (strcmp(key, "quote") == 0 && strlen(value) == 1)
            cut->quote = value[0];
    }
}

struct place_cut place_cut_from_mapping(const char *text)
{
    struct place_cut cut = {.format = RECORDFILE_CSV, .quote = '"'};
    yaml_parser_t parser;
    yaml_document_t document;
    if (yaml_parser_initialize(&parser) == 0)
        return cut;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
    if (yaml_parser_load(&parser, &document) != 0) {
        read_root(&document, &cut);
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
    return cut;
}

static void free_row(void *pointer)
{
    Dunlin__Intake__V1__Row *row = pointer;
    g_free(row->record.data);
    g_free(row);
}

static struct place_batch *batch_new(uint32_t number)
{
    struct place_batch *batch = g_new0(struct place_batch, 1);
    batch->number = number;
    batch->rows = g_ptr_array_new_with_free_func(free_row);
    dunlin__intake__v1__rows_request__init(&batch->request);
    batch->request.batch = number;
    return batch;
}

void place_batch_free(struct place_batch *batch)
{
    if (batch == NULL)
        return;
    g_ptr_array_free(batch->rows, TRUE);
    g_free(batch);
}

static void add_row(struct place_batch *batch, const struct recordfile_record *record)
{
    Dunlin__Intake__V1__Row *row = g_new(Dunlin__Intake__V1__Row, 1);
    dunlin__intake__v1__row__init(row);
    row->line = record->line;
    row->record.data = g_memdup2(record->bytes, record->len);
    row->record.len = record->len;
    row->is_oversize = record->is_oversize;
    row->is_unterminated = record->is_unterminated;
    g_ptr_array_add(batch->rows, row);
    batch->bytes += record->len;
}

enum status place_file_open(const char *path, const struct place_cut *cut, struct place_file *ret_file,
                            struct error *err)
{
    struct place_file file = {.batch_rows = 1, .header = g_byte_array_new()};
    struct recordfile_record record;
    enum status st = recordfile_open(path, cut->format, cut->quote, &file.file, err);
    if (st == STATUS_OK && cut->format == RECORDFILE_CSV) {
        st = recordfile_next(file.file, &record, err);
        if (st == STATUS_OUT_OF_RANGE)
            st = error_set(err, STATUS_INVALID_ARGUMENT, "'%s' is empty: its first line must name the columns", path);
        else if (st == STATUS_OK && (record.is_oversize || record.is_unterminated))
            st = error_set(err, STATUS_INVALID_ARGUMENT,
                           "'%s': the first record, which names the columns, does not end", path);
        else if (st == STATUS_OK)
            (void)g_byte_array_append(file.header, record.bytes, (guint)record.len);
    }
    if (st != STATUS_OK) {
        place_file_close(&file);
        return st;
    }
    *ret_file = file;
    return STATUS_OK;
}

void place_file_close(struct place_file *file)
{
    if (file->header != NULL)
        (void)g_byte_array_free(file->header, TRUE);
    recordfile_free(file->file);
    *file = (struct place_file){0};
}

static enum status next_record(struct place_file *file, struct recordfile_record *ret_record, struct error *err)
{
    if (file->has_pending) {
        file->has_pending = false; /* its bytes are lent until the next one is read: they still stand */
        *ret_record = file->pending;
        return STATUS_OK;
    }
    return recordfile_next(file->file, ret_record, err);
}

enum status place_file_next(struct place_file *file, struct place_batch **ret_batch, struct error *err)
{
    if (file->is_at_end)
        return STATUS_OUT_OF_RANGE;
    struct place_batch *batch = batch_new(file->next_number);
    struct recordfile_record record;
    enum status st = STATUS_OK;
    while (batch->rows->len < file->batch_rows && (st = next_record(file, &record, err)) == STATUS_OK) {
        if (batch->rows->len > 0 && batch->bytes + record.len > PLACE_BATCH_MAX_BYTES) {
            file->pending = record;
            file->has_pending = true;
            break;
        }
        add_row(batch, &record);
    }
    file->is_at_end = st == STATUS_OUT_OF_RANGE;
    if ((st != STATUS_OK && st != STATUS_OUT_OF_RANGE) || batch->rows->len == 0) {
        place_batch_free(batch);
        return st;
    }
    batch->request.rows = (Dunlin__Intake__V1__Row **)(void *)batch->rows->pdata;
    batch->request.n_rows = batch->rows->len;
    file->next_number++;
    *ret_batch = batch;
    return STATUS_OK;
}
