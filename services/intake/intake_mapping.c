#include "intake_mapping.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "calendar/calendar.h"
#include "csvform/csvform.h"
#include "intake_text.h"
#include "yamltree/yamltree.h"

#define CONDITIONS_MAX 16
#define PATH_SIZE      160
#define WORDS_MAX      64

/* What is being read: the mapping so far, and what is only needed until it is complete. */
struct reading {
    struct csv_form form; /* first: the context of csv_form_read_* */
    struct mapping *mapping;
    GArray *conditions;            /* struct mapping_condition */
    struct mapping_source *source; /* whose keys are being read */
    struct mapping_condition *condition;
    const char *value; /* of `source` */
    bool has_kind, has_fields;
};

static const char *keep(struct mapping *mapping, const char *text)
{
    return g_string_chunk_insert(mapping->texts, text);
}

static enum status read_kind(const struct yaml_tree *tree, const yaml_node_t *value, const char *path, void *context,
                             struct error *err)
{
    struct reading *reading = context;
    const char *text = NULL;
    enum status st = yaml_scalar(tree, value, path, &text, err);

    if (st != STATUS_OK)
        return st;
    for (enum file_kind kind = FILE_KIND_FIRST; kind <= FILE_KIND_LAST; kind++)
        if (strcmp(text, file_kind_name(kind)) == 0) {
            reading->mapping->kind = kind;
            reading->has_kind = true;
            return STATUS_OK;
        }
    return yaml_refuse(tree, value, err, "%s: '%s' is none of placement, payment, update, recall", path, text);
}

static enum status read_format(const struct yaml_tree *tree, const yaml_node_t *value, const char *path, void *context,
                               struct error *err)
{
    struct reading *reading = context;
    const char *text = NULL;
    enum status st = yaml_scalar(tree, value, path, &text, err);

    if (st != STATUS_OK)
        return st;
    if (strcmp(text, "csv") == 0)
        reading->mapping->format = RECORDFILE_CSV;
    else if (strcmp(text, "jsonl") == 0)
        reading->mapping->format = RECORDFILE_JSONL;
    else
        return yaml_refuse(tree, value, err, "%s: '%s' is neither csv nor jsonl", path, text);
    return STATUS_OK;
}

static enum status read_region(const struct yaml_tree *tree, const yaml_node_t *value, const char *path, void *context,
                               struct error *err)
{
    struct reading *reading = context;
    const char *text = NULL;
    enum status st = yaml_scalar(tree, value, path, &text, err);

    if (st != STATUS_OK)
        return st;
    if (strlen(text) != 2 || !g_ascii_isupper(text[0]) || !g_ascii_isupper(text[1]))
        return yaml_refuse(tree, value, err, "%s: '%s' is no two-letter country code such as US", path, text);
    memcpy(reading->mapping->region, text, sizeof(reading->mapping->region));
    return STATUS_OK;
}

static enum status read_pattern(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                                struct mapping *mapping, const char **ret_pattern, struct error *err)
{
    const char *text = NULL;
    enum status st = yaml_scalar(tree, value, path, &text, err);

    if (st != STATUS_OK)
        return st;
    if (!date_pattern_is_valid(text))
        return yaml_refuse(
            tree, value, err,
            "%s: '%s' is no form of a date; it is made of YYYY or YY, MM or M or MMM, DD or D, each once: "
            "\"YYYY-MM-DD\", \"M/D/YYYY\"",
            path, text);
    *ret_pattern = keep(mapping, text);
    return STATUS_OK;
}

static enum status read_dates(const struct yaml_tree *tree, const yaml_node_t *value, const char *path, void *context,
                              struct error *err)
{
    struct reading *reading = context;
    return read_pattern(tree, value, path, reading->mapping, &reading->mapping->dates, err);
}

static enum status add_value(const struct yaml_tree *tree, const yaml_node_t *value, const char *path, void *context,
                             struct error *err)
{
    GPtrArray *values = context;
    const char *text = NULL;
    enum status st = yaml_scalar(tree, value, path, &text, err);

    if (st == STATUS_OK)
        g_ptr_array_add(values, g_strdup(text));
    return st;
}

static enum status read_values(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                               char ***ret_values, struct error *err)
{
    GPtrArray *values = g_ptr_array_new_with_free_func(g_free);
    enum status st = yaml_each_item(tree, value, path, add_value, values, err);

    if (st != STATUS_OK) {
        g_ptr_array_unref(values);
        return st;
    }
    g_ptr_array_add(values, NULL);
    g_strfreev(*ret_values);
    *ret_values = (char **)g_ptr_array_free(values, FALSE);
    return STATUS_OK;
}

static enum status set_origin(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                              struct reading *reading, enum mapping_origin origin, struct error *err)
{
    struct mapping_source *source = reading->source;
    const char *text = NULL;
    enum status st = yaml_scalar(tree, value, path, &text, err);

    if (st != STATUS_OK)
        return st;
    if (source->origin != MAPPING_ABSENT)
        return yaml_refuse(tree, value, err, "%s: a field has a column or a value, not both", path);
    if (!*text)
        return yaml_refuse(tree, value, err, "%s: empty; leave the field out instead", path);
    source->origin = origin;
    source->text = keep(reading->mapping, text);
    source->line = yaml_line(value);
    source->position = MAPPING_NO_COLUMN;
    return STATUS_OK;
}

static enum status read_source_column(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                                      void *context, struct error *err)
{
    return set_origin(tree, value, path, context, MAPPING_COLUMN, err);
}

static enum status read_source_value(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                                     void *context, struct error *err)
{
    return set_origin(tree, value, path, context, MAPPING_VALUE, err);
}

static enum status read_source_dates(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                                     void *context, struct error *err)
{
    struct reading *reading = context;
    return read_pattern(tree, value, path, reading->mapping, &reading->source->dates, err);
}

static enum status read_true_values(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                                    void *context, struct error *err)
{
    struct reading *reading = context;
    return read_values(tree, value, path, &reading->source->true_values, err);
}

static enum status read_false_values(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                                     void *context, struct error *err)
{
    struct reading *reading = context;
    return read_values(tree, value, path, &reading->source->false_values, err);
}

static gint compare_words(gconstpointer a, gconstpointer b)
{
    return g_ascii_strcasecmp(((const struct mapping_word *)a)->said, ((const struct mapping_word *)b)->said);
}

static enum status read_word(const struct yaml_tree *tree, const yaml_node_t *value, const char *said, void *context,
                             struct error *err)
{
    struct reading *reading = context;
    GArray *words = reading->source->words;
    struct mapping_word word = {.said = keep(reading->mapping, said)};
    const char *text = NULL;
    enum status st = yaml_scalar(tree, value, said, &text, err);

    if (st != STATUS_OK)
        return st;
    if (!*said)
        return yaml_refuse(tree, value, err, "fields.debt_kind.values: an empty cell says nothing");
    word.meant = debt_kind_by_name(text);
    if (word.meant == DEBT_KIND_UNSPECIFIED)
        return yaml_refuse(tree, value, err, "fields.debt_kind.values.%s: '%s' is none of " DEBT_KIND_NAMES, said,
                           text);
    for (guint i = 0; i < words->len; i++)
        if (compare_words(&g_array_index(words, struct mapping_word, i), &word) == 0)
            return yaml_refuse(tree, value, err,
                               "fields.debt_kind.values.%s: stands here twice, as case does not count", said);
    if (words->len == WORDS_MAX)
        return yaml_refuse(tree, value, err, "fields.debt_kind.values: more than %d", WORDS_MAX);
    g_array_append_val(words, word);
    return STATUS_OK;
}

static enum status read_words(const struct yaml_tree *tree, const yaml_node_t *value, const char *path, void *context,
                              struct error *err)
{
    struct reading *reading = context;
    struct mapping_source *source = reading->source;

    source->words = g_array_new(FALSE, FALSE, sizeof(struct mapping_word));
    enum status st = yaml_each_pair(tree, value, path, read_word, context, err);
    g_array_sort(source->words, compare_words);
    return st;
}

static enum status check_debt_kind(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                                   const struct mapping_source *source, struct error *err)
{
    if (source->words && source->origin != MAPPING_COLUMN)
        return yaml_refuse(tree, value, err, "%s: values is for what a column says", path);
    if (source->words && source->words->len == 0)
        return yaml_refuse(tree, value, err, "%s: values is empty", path);
    if (source->origin == MAPPING_VALUE && debt_kind_by_name(source->text) == DEBT_KIND_UNSPECIFIED)
        return yaml_refuse(tree, value, err, "%s: '%s' is none of " DEBT_KIND_NAMES, path, source->text);
    return STATUS_OK;
}

/* A field's source: `bare` says what a plain scalar means (a column for fields, a value for client and currency). */
static enum status read_source(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                               struct reading *reading, enum field field, enum mapping_origin bare, struct error *err)
{
    static const struct yaml_key KEYS[] = {{"column", read_source_column},
                                           {"value", read_source_value},
                                           {"dates", read_source_dates},
                                           {"true_values", read_true_values},
                                           {"false_values", read_false_values},
                                           {"values", read_words},
                                           {NULL, NULL}};
    struct mapping_source *source = &reading->mapping->fields[field];
    enum field_type type = field_spec(field)->type;

    reading->source = source;
    if (!yaml_is_mapping(value))
        return set_origin(tree, value, path, reading, bare, err);
    enum status st = yaml_read_keys(tree, value, path, KEYS, reading, err);
    if (st != STATUS_OK)
        return st;
    if (source->origin == MAPPING_ABSENT)
        return yaml_refuse(tree, value, err, "%s: neither column nor value", path);
    if (source->dates && type != FIELD_TYPE_DATE)
        return yaml_refuse(tree, value, err, "%s: dates is for dates; this is a %s", path, field_type_name(type));
    if ((source->true_values || source->false_values) && type != FIELD_TYPE_BOOL)
        return yaml_refuse(tree, value, err, "%s: true_values and false_values are for yes/no; this is a %s", path,
                           field_type_name(type));
    if (type == FIELD_TYPE_DEBT_KIND)
        return check_debt_kind(tree, value, path, source, err);
    if (source->words)
        return yaml_refuse(tree, value, err, "%s: values is for kinds of debt; this is a %s", path,
                           field_type_name(type));
    return STATUS_OK;
}

static enum status read_client(const struct yaml_tree *tree, const yaml_node_t *value, const char *path, void *context,
                               struct error *err)
{
    return read_source(tree, value, path, context, FIELD_CLIENT, MAPPING_VALUE, err);
}

static enum status read_currency(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                                 void *context, struct error *err)
{
    struct reading *reading = context;
    const struct mapping_source *source = &reading->mapping->fields[FIELD_CURRENCY];
    enum status st = read_source(tree, value, path, reading, FIELD_CURRENCY, MAPPING_VALUE, err);

    if (st == STATUS_OK && source->origin == MAPPING_VALUE && currency_exponent(source->text) < 0)
        return yaml_refuse(tree, value, err, "%s: '%s' is no currency code of ISO 4217 such as USD", path,
                           source->text);
    return st;
}

static enum status read_field(const struct yaml_tree *tree, const yaml_node_t *value, const char *name, void *context,
                              struct error *err)
{
    struct reading *reading = context;
    int field = field_by_name(name);
    char path[PATH_SIZE];

    (void)snprintf(path, sizeof(path), "fields.%s", name);
    if (field == FIELD_NONE)
        return yaml_refuse(tree, value, err, "%s: no such field; services/intake/README.md lists them", path);
    if (field == FIELD_CLIENT || field == FIELD_CURRENCY)
        return yaml_refuse(tree, value, err, "%s: belongs at the top of the mapping, not under fields", path);
    return read_source(tree, value, path, reading, (enum field)field, MAPPING_COLUMN, err);
}

static enum status read_fields(const struct yaml_tree *tree, const yaml_node_t *value, const char *path, void *context,
                               struct error *err)
{
    struct reading *reading = context;

    reading->has_fields = true;
    return yaml_each_pair(tree, value, path, read_field, context, err);
}

static enum status set_test(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                            struct reading *reading, enum mapping_test test, struct error *err)
{
    if (reading->condition->values || reading->condition->test != MAPPING_EQUALS)
        return yaml_refuse(tree, value, err, "%s: a condition has one of equals, not_equals, empty", path);
    reading->condition->test = test;
    return STATUS_OK;
}

static enum status read_where_column(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                                     void *context, struct error *err)
{
    struct reading *reading = context;
    const char *text = NULL;
    enum status st = yaml_scalar(tree, value, path, &text, err);

    if (st == STATUS_OK)
        reading->condition->column = keep(reading->mapping, text);
    return st;
}

static enum status read_where_equals(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                                     void *context, struct error *err)
{
    struct reading *reading = context;
    enum status st = set_test(tree, value, path, reading, MAPPING_EQUALS, err);
    return st == STATUS_OK ? read_values(tree, value, path, &reading->condition->values, err) : st;
}

static enum status read_where_not_equals(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                                         void *context, struct error *err)
{
    struct reading *reading = context;
    enum status st = set_test(tree, value, path, reading, MAPPING_NOT_EQUALS, err);
    return st == STATUS_OK ? read_values(tree, value, path, &reading->condition->values, err) : st;
}

static enum status read_where_empty(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                                    void *context, struct error *err)
{
    struct reading *reading = context;
    bool is_empty = false;
    enum status st = yaml_truth(tree, value, path, &is_empty, err);

    return st == STATUS_OK ? set_test(tree, value, path, reading, is_empty ? MAPPING_EMPTY : MAPPING_NOT_EMPTY, err)
                           : st;
}

static enum status read_condition(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                                  void *context, struct error *err)
{
    static const struct yaml_key KEYS[] = {{"column", read_where_column},
                                           {"equals", read_where_equals},
                                           {"not_equals", read_where_not_equals},
                                           {"empty", read_where_empty},
                                           {NULL, NULL}};
    struct reading *reading = context;

    if (reading->conditions->len >= CONDITIONS_MAX)
        return yaml_refuse(tree, value, err, "%s: more than %d conditions", path, CONDITIONS_MAX);
    g_array_set_size(reading->conditions, reading->conditions->len + 1);
    reading->condition = &g_array_index(reading->conditions, struct mapping_condition, reading->conditions->len - 1);
    reading->condition->position = MAPPING_NO_COLUMN;
    reading->condition->line = yaml_line(value);
    enum status st = yaml_read_keys(tree, value, path, KEYS, reading, err);
    if (st != STATUS_OK)
        return st;
    if (!reading->condition->column)
        return yaml_refuse(tree, value, err, "%s: column is missing", path);
    if (reading->condition->test == MAPPING_EQUALS && !reading->condition->values)
        return yaml_refuse(tree, value, err, "%s: one of equals, not_equals, empty is missing", path);
    return STATUS_OK;
}

static enum status read_where(const struct yaml_tree *tree, const yaml_node_t *value, const char *path, void *context,
                              struct error *err)
{
    return yaml_each_item(tree, value, path, read_condition, context, err);
}

static const struct yaml_key TOP_KEYS[] = {
    {"kind", read_kind},
    {"client", read_client},
    {"format", read_format},
    {"delimiter", csv_form_read_delimiter},
    {"quote", csv_form_read_quote},
    {"encoding", csv_form_read_encoding},
    {"region", read_region},
    {"currency", read_currency},
    {"dates", read_dates},
    {"money", csv_form_read_money},
    {"fields", read_fields},
    {"where", read_where},
    {NULL, NULL},
};

static bool is_mapped(const struct mapping *mapping, enum field field)
{
    return mapping->fields[field].origin != MAPPING_ABSENT;
}

static enum status check_field(const struct yaml_tree *tree, struct mapping *mapping, enum field field,
                               struct error *err)
{
    const struct field_spec *spec = field_spec(field);
    struct mapping_source *source = &mapping->fields[field];
    const char *kind = file_kind_name(mapping->kind);

    if (source->origin == MAPPING_ABSENT) {
        if (!(spec->required_for & FIELD_FOR(mapping->kind)))
            return STATUS_OK;
        return yaml_refuse(tree, NULL, err, "%s%s: missing; a %s file needs it", field == FIELD_CLIENT ? "" : "fields.",
                           spec->name, kind);
    }
    if (!((spec->required_for | spec->allowed_for) & FIELD_FOR(mapping->kind))) {
        (void)error_set(err, STATUS_INVALID_ARGUMENT, "fields.%s: no field of a %s file", spec->name, kind);
        return error_wrap(err, STATUS_INVALID_ARGUMENT, "%s:%d", tree->name, source->line);
    }
    if (spec->type == FIELD_TYPE_DATE && !source->dates) {
        source->dates = mapping->dates;
        if (!source->dates)
            return yaml_refuse(tree, NULL, err, "dates: missing; fields.%s needs the form of its dates", spec->name);
    }
    if (spec->type == FIELD_TYPE_MONEY && !is_mapped(mapping, FIELD_CURRENCY))
        return yaml_refuse(tree, NULL, err, "currency: missing; fields.%s needs it", spec->name);
    if (spec->type == FIELD_TYPE_PHONE && !*mapping->region && !is_mapped(mapping, FIELD_COUNTRY))
        return yaml_refuse(tree, NULL, err, "region: missing; fields.%s needs it for numbers without country code",
                           spec->name);
    return STATUS_OK;
}

static enum status check_whole(const struct yaml_tree *tree, const struct reading *reading, struct error *err)
{
    if (!reading->has_kind)
        return yaml_refuse(tree, NULL, err, "kind: missing; it is placement, payment, update or recall");
    if (!reading->has_fields)
        return yaml_refuse(tree, NULL, err, "fields: missing; it says which column each field comes from");
    if (reading->mapping->format == RECORDFILE_JSONL && reading->mapping->encoding)
        return yaml_refuse(tree, NULL, err, "encoding: JSON lines are UTF-8");
    for (enum field field = 0; field < FIELD_COUNT; field++) {
        enum status st = check_field(tree, reading->mapping, field, err);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

static enum status read_tree(const struct yaml_tree *tree, struct mapping *mapping, struct error *err)
{
    struct reading reading = {
        .form = {&mapping->delimiter, &mapping->quote, &mapping->encoding, &mapping->money},
        .mapping = mapping,
    };

    reading.conditions = g_array_new(FALSE, TRUE, sizeof(struct mapping_condition));
    enum status st = yaml_read_keys(tree, tree->root, "", TOP_KEYS, &reading, err);
    if (st == STATUS_OK)
        st = check_whole(tree, &reading, err);
    mapping->n_conditions = reading.conditions->len;
    mapping->conditions = (struct mapping_condition *)(void *)g_array_free(reading.conditions, FALSE);
    return st;
}

static enum status check_column_names(const char *name, const GPtrArray *columns, struct error *err)
{
    for (guint i = 0; i < columns->len; i++)
        for (guint j = 0; j < i; j++)
            if (*(const char *)columns->pdata[i] && strcmp(columns->pdata[i], columns->pdata[j]) == 0)
                return error_set(err, STATUS_INVALID_ARGUMENT,
                                 "%s: the file has two columns named '%s' (the %u. and the %u.): which one is meant?",
                                 name, (const char *)columns->pdata[i], j + 1, i + 1);
    return STATUS_OK;
}

static enum status read_header(const struct mapping *mapping, const char *name, const void *header, size_t header_len,
                               GPtrArray *columns, struct error *err)
{
    static const char BOM[] = "\xEF\xBB\xBF";
    SCOPED(record_cells_freep) struct record_cells *cells = NULL;
    const uint8_t *bytes = header;

    if (header_len == 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: the file has no header: its first record names its columns",
                         name);
    if (header_len >= 3 && memcmp(bytes, BOM, 3) == 0) {
        bytes += 3;
        header_len -= 3;
    }
    enum status st = record_cells_from_csv(bytes, header_len, mapping->delimiter, mapping->quote, &cells, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "%s: the file's header", name);
    for (size_t i = 0; i < record_cells_count(cells); i++) {
        const char *text = NULL;
        if (text_read(record_cells_at(cells, i), mapping->encoding, TEXT_FOR_PEOPLE, mapping->texts, &text) != TEXT_OK)
            return error_set(err, STATUS_INVALID_ARGUMENT,
                             "%s: the name of the file's %zu. column is no clean text; is the encoding right?", name,
                             i + 1);
        g_ptr_array_add(columns, g_strdup(text));
    }
    return check_column_names(name, columns, err);
}

static enum status find_column(const char *name, int line, const char *what, const char *column,
                               const GPtrArray *columns, size_t *ret_position, struct error *err)
{
    g_autoptr(GString) list = g_string_new(NULL);

    for (guint i = 0; i < columns->len; i++) {
        if (strcmp(columns->pdata[i], column) == 0) {
            *ret_position = i;
            return STATUS_OK;
        }
        g_string_append_printf(list, "%s%s", i > 0 ? ", " : "", (const char *)columns->pdata[i]);
    }
    return error_set(err, STATUS_INVALID_ARGUMENT, "%s:%d: %s: the file has no column '%s'; its columns are: %s", name,
                     line, what, column, list->str);
}

static enum status bind_columns(struct mapping *mapping, const char *name, const GPtrArray *columns, struct error *err)
{
    mapping->n_columns = columns->len;
    for (enum field field = 0; field < FIELD_COUNT; field++) {
        struct mapping_source *source = &mapping->fields[field];
        char what[PATH_SIZE];
        (void)snprintf(what, sizeof(what), "%s%s", field == FIELD_CLIENT || field == FIELD_CURRENCY ? "" : "fields.",
                       field_spec(field)->name);
        if (source->origin != MAPPING_COLUMN)
            continue;
        enum status st = find_column(name, source->line, what, source->text, columns, &source->position, err);
        if (st != STATUS_OK)
            return st;
    }
    for (size_t i = 0; i < mapping->n_conditions; i++) {
        struct mapping_condition *condition = &mapping->conditions[i];
        enum status st =
            find_column(name, condition->line, "where", condition->column, columns, &condition->position, err);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

static void hash_text(crypto_generichash_state *state, const char *text)
{
    const unsigned char is_there = text != NULL;

    (void)crypto_generichash_update(state, &is_there, 1);
    if (text)
        (void)crypto_generichash_update(state, (const unsigned char *)text, strlen(text) + 1);
}

static void hash_values(crypto_generichash_state *state, char **values)
{
    for (size_t i = 0; values && values[i]; i++)
        hash_text(state, values[i]);
    hash_text(state, NULL);
}

static void hash_number(crypto_generichash_state *state, unsigned number)
{
    const unsigned char bytes[] = {(unsigned char)(number >> 8), (unsigned char)number};
    (void)crypto_generichash_update(state, bytes, sizeof(bytes));
}

/* Nothing where there are none: mappings that name no kinds keep the hash by which their files are known. */
static void hash_words(crypto_generichash_state *state, const GArray *words)
{
    if (!words)
        return;
    hash_text(state, "values");
    for (guint i = 0; i < words->len; i++) {
        const struct mapping_word *word = &g_array_index(words, struct mapping_word, i);
        g_autofree char *said = g_ascii_strdown(word->said, -1);
        hash_text(state, said);
        hash_number(state, word->meant);
    }
    hash_text(state, NULL);
}

/* Fields by name, so that the hash outlives a change of the table's order. */
static void hash_fields(crypto_generichash_state *state, const struct mapping *mapping)
{
    for (enum field field = 0; field < FIELD_COUNT; field++) {
        const struct mapping_source *source = &mapping->fields[field];
        if (source->origin == MAPPING_ABSENT)
            continue;
        hash_text(state, field_spec(field)->name);
        hash_number(state, source->origin);
        hash_text(state, source->text);
        hash_text(state, source->dates);
        hash_values(state, source->true_values);
        hash_values(state, source->false_values);
        hash_words(state, source->words);
    }
}

static void hash_mapping(struct mapping *mapping)
{
    crypto_generichash_state state;
    const struct money_format *money = &mapping->money;

    (void)crypto_generichash_init(&state, NULL, 0, MAPPING_HASH_BYTES);
    hash_number(&state, mapping->kind);
    hash_number(&state, mapping->format);
    hash_number(&state, (unsigned char)mapping->delimiter);
    hash_number(&state, (unsigned char)mapping->quote);
    hash_text(&state, mapping->encoding);
    hash_text(&state, mapping->region);
    hash_number(&state, (unsigned char)money->decimal_separator);
    hash_number(&state, (unsigned char)money->group_separator);
    hash_number(&state, money->is_minor_units);
    for (size_t i = 0; i < mapping->n_conditions; i++) {
        hash_text(&state, mapping->conditions[i].column);
        hash_number(&state, mapping->conditions[i].test);
        hash_values(&state, mapping->conditions[i].values);
    }
    hash_text(&state, NULL);
    hash_fields(&state, mapping);
    (void)crypto_generichash_final(&state, mapping->hash, MAPPING_HASH_BYTES);
}

static struct mapping *mapping_new(void)
{
    struct mapping *mapping = g_new0(struct mapping, 1);

    mapping->format = RECORDFILE_CSV;
    mapping->delimiter = ',';
    mapping->quote = '"';
    mapping->money = (struct money_format){.decimal_separator = '.', .allows_negative = true};
    mapping->texts = g_string_chunk_new(1024);
    return mapping;
}

enum status mapping_read(const char *name, const char *text, const void *header, size_t header_len,
                         struct mapping **ret_mapping, struct error *err)
{
    SCOPED(mapping_freep) struct mapping *mapping = mapping_new();
    struct yaml_tree tree;
    enum status st = yaml_tree_open(name, text, strlen(text), &tree, err);

    if (st != STATUS_OK)
        return st;
    st = read_tree(&tree, mapping, err);
    yaml_tree_close(&tree);
    if (st == STATUS_OK && mapping->format == RECORDFILE_CSV) {
        g_autoptr(GPtrArray) columns = g_ptr_array_new_with_free_func(g_free);
        st = read_header(mapping, name, header, header_len, columns, err);
        if (st == STATUS_OK)
            st = bind_columns(mapping, name, columns, err);
    }
    if (st != STATUS_OK)
        return st;
    hash_mapping(mapping);
    *ret_mapping = TAKE(mapping);
    return STATUS_OK;
}

void mapping_free(struct mapping *mapping)
{
    if (!mapping)
        return;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        g_strfreev(mapping->fields[i].true_values);
        g_strfreev(mapping->fields[i].false_values);
        g_clear_pointer(&mapping->fields[i].words, g_array_unref);
    }
    for (size_t i = 0; i < mapping->n_conditions; i++)
        g_strfreev(mapping->conditions[i].values);
    g_free(mapping->conditions);
    g_string_chunk_free(mapping->texts);
    g_free(mapping);
}

void mapping_freep(struct mapping **mapping)
{
    mapping_free(*mapping);
    *mapping = NULL;
}

int mapping_amount_field(const struct mapping *mapping)
{
    switch (mapping->kind) {
    case FILE_PLACEMENT:
        return FIELD_BALANCE;
    case FILE_PAYMENT:
        return FIELD_AMOUNT;
    case FILE_UPDATE:
        return is_mapped(mapping, FIELD_BALANCE) ? FIELD_BALANCE : FIELD_NONE;
    case FILE_RECALL:
        break;
    }
    return FIELD_NONE;
}

const char *mapping_currency(const struct mapping *mapping)
{
    const struct mapping_source *source = &mapping->fields[FIELD_CURRENCY];
    return source->origin == MAPPING_VALUE ? source->text : NULL;
}

const char *mapping_client(const struct mapping *mapping)
{
    const struct mapping_source *source = &mapping->fields[FIELD_CLIENT];
    return source->origin == MAPPING_VALUE ? source->text : "";
}
