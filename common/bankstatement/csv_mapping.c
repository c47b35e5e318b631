#include "bankstatement/csv_mapping.h"

#include <stdio.h>
#include <string.h>

#include "bankstatement/statement_values.h"
#include "csvform/csvform.h"
#include "yamltree/yamltree.h"

#define PATH_SIZE 160

static const char *const NAMES[CSV_FIELD_COUNT] = {
    [CSV_ACCOUNT] = "account",
    [CSV_CURRENCY] = "currency",
    [CSV_BOOKING_DATE] = "booking_date",
    [CSV_VALUE_DATE] = "value_date",
    [CSV_AMOUNT] = "amount",
    [CSV_DEBIT] = "debit",
    [CSV_CREDIT] = "credit",
    [CSV_BANK_REFERENCE] = "bank_reference",
    [CSV_END_TO_END_ID] = "end_to_end_id",
    [CSV_CREDITOR_REFERENCE] = "creditor_reference",
    [CSV_COUNTERPARTY_NAME] = "counterparty_name",
    [CSV_COUNTERPARTY_ACCOUNT] = "counterparty_account",
    [CSV_REMITTANCE] = "remittance",
};

struct reading {
    struct csv_form form; /* first: the context of csv_form_read_* */
    struct bank_csv_mapping *mapping;
    struct csv_source *source; /* whose columns are being read */
    bool has_columns;
};

const char *csv_field_name(enum csv_field field)
{
    return NAMES[field];
}

static enum status read_dates(const struct yaml_tree *tree, const yaml_node_t *value, const char *path, void *context,
                              struct error *err)
{
    struct reading *reading = context;
    const char *text = NULL;
    enum status st = yaml_scalar(tree, value, path, &text, err);

    if (st != STATUS_OK)
        return st;
    if (!date_pattern_is_valid(text))
        return yaml_refuse(tree, value, err, "%s: '%s' is no form of a date such as DD.MM.YYYY or M/D/YY", path, text);
    reading->mapping->dates = g_string_chunk_insert(reading->mapping->texts, text);
    return STATUS_OK;
}

static enum status read_text(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                             struct reading *reading, const char **ret_text, struct error *err)
{
    const char *text = NULL;
    enum status st = yaml_scalar(tree, value, path, &text, err);

    if (st != STATUS_OK)
        return st;
    /* As the file's cells are, with which it is compared. */
    *ret_text = value_text(text, reading->mapping->texts);
    if (!**ret_text)
        return yaml_refuse(tree, value, err, "%s: empty; leave it out instead", path);
    return STATUS_OK;
}

static enum status add_column(const struct yaml_tree *tree, const yaml_node_t *value, const char *path, void *context,
                              struct error *err)
{
    struct reading *reading = context;
    struct csv_source *source = reading->source;

    if (source->n_columns == CSV_COLUMNS_MAX)
        return yaml_refuse(tree, value, err, "%s: more than %d columns", path, CSV_COLUMNS_MAX);
    return read_text(tree, value, path, reading, &source->columns[source->n_columns++], err);
}

/* "account: DE89..." is a value, "account: { column: Konto }" a column. */
static enum status read_value_or_column(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                                        struct reading *reading, enum csv_field field, struct error *err)
{
    static const struct yaml_key KEYS[] = {{"column", add_column}, {NULL, NULL}};

    reading->source = &reading->mapping->fields[field];
    reading->source->line = yaml_line(value);
    if (!yaml_is_mapping(value))
        return read_text(tree, value, path, reading, &reading->source->value, err);
    enum status st = yaml_read_keys(tree, value, path, KEYS, reading, err);
    if (st == STATUS_OK && reading->source->n_columns == 0)
        return yaml_refuse(tree, value, err, "%s: column is missing", path);
    return st;
}

static enum status read_account(const struct yaml_tree *tree, const yaml_node_t *value, const char *path, void *context,
                                struct error *err)
{
    return read_value_or_column(tree, value, path, context, CSV_ACCOUNT, err);
}

static enum status read_currency(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                                 void *context, struct error *err)
{
    struct reading *reading = context;
    const struct csv_source *source = &reading->mapping->fields[CSV_CURRENCY];
    enum status st = read_value_or_column(tree, value, path, reading, CSV_CURRENCY, err);

    if (st == STATUS_OK && source->value && currency_exponent(source->value) < 0)
        return yaml_refuse(tree, value, err, "%s: '%s' is no currency code of ISO 4217 such as EUR", path,
                           source->value);
    return st;
}

static enum status refuse_field(const struct yaml_tree *tree, const yaml_node_t *value, const char *name,
                                struct error *err)
{
    g_autoptr(GString) known = g_string_new(NULL);

    for (enum csv_field field = CSV_BOOKING_DATE; field < CSV_FIELD_COUNT; field++)
        g_string_append_printf(known, "%s%s", known->len > 0 ? ", " : "", NAMES[field]);
    return yaml_refuse(tree, value, err, "columns.%s: no such field; there are: %s", name, known->str);
}

static enum status read_field(const struct yaml_tree *tree, const yaml_node_t *value, const char *name, void *context,
                              struct error *err)
{
    struct reading *reading = context;
    char path[PATH_SIZE];
    enum csv_field field = CSV_BOOKING_DATE;

    while (field < CSV_FIELD_COUNT && strcmp(name, NAMES[field]) != 0)
        field++;
    if (field == CSV_FIELD_COUNT)
        return refuse_field(tree, value, name, err);
    (void)snprintf(path, sizeof(path), "columns.%s", name);
    reading->source = &reading->mapping->fields[field];
    reading->source->line = yaml_line(value);
    enum status st = yaml_each_item(tree, value, path, add_column, reading, err);
    if (st != STATUS_OK)
        return st;
    if (reading->source->n_columns == 0)
        return yaml_refuse(tree, value, err, "%s: empty; leave it out instead", path);
    if (reading->source->n_columns > 1 && field != CSV_REMITTANCE)
        return yaml_refuse(tree, value, err, "%s: one column; only remittance is joined of several", path);
    return STATUS_OK;
}

static enum status read_columns(const struct yaml_tree *tree, const yaml_node_t *value, const char *path, void *context,
                                struct error *err)
{
    struct reading *reading = context;

    (void)path;
    reading->has_columns = true;
    return yaml_each_pair(tree, value, "columns", read_field, context, err);
}

static bool is_mapped(const struct bank_csv_mapping *mapping, enum csv_field field)
{
    return mapping->fields[field].value || mapping->fields[field].n_columns > 0;
}

static enum status check_whole(const struct yaml_tree *tree, const struct reading *reading, struct error *err)
{
    const struct bank_csv_mapping *mapping = reading->mapping;

    if (!is_mapped(mapping, CSV_ACCOUNT))
        return yaml_refuse(tree, NULL, err, "account: missing; a value, or { column: NAME }");
    if (!is_mapped(mapping, CSV_CURRENCY))
        return yaml_refuse(tree, NULL, err, "currency: missing; a value, or { column: NAME }");
    if (!mapping->dates)
        return yaml_refuse(tree, NULL, err, "dates: missing; the form of the file's dates");
    if (!reading->has_columns)
        return yaml_refuse(tree, NULL, err, "columns: missing; it says which column each field comes from");
    if (!is_mapped(mapping, CSV_BOOKING_DATE))
        return yaml_refuse(tree, NULL, err, "columns.booking_date: missing");
    const bool has_amount = is_mapped(mapping, CSV_AMOUNT);
    const bool has_debit = is_mapped(mapping, CSV_DEBIT);
    const bool has_credit = is_mapped(mapping, CSV_CREDIT);
    if (has_amount ? has_debit || has_credit : !has_debit || !has_credit)
        return yaml_refuse(tree, NULL, err, "columns: either amount, or debit and credit");
    return STATUS_OK;
}

static const struct yaml_key TOP_KEYS[] = {
    {"account", read_account},
    {"currency", read_currency},
    {"delimiter", csv_form_read_delimiter},
    {"quote", csv_form_read_quote},
    {"encoding", csv_form_read_encoding},
    {"dates", read_dates},
    {"money", csv_form_read_money},
    {"columns", read_columns},
    {NULL, NULL},
};

static struct bank_csv_mapping *mapping_new(const char *name)
{
    struct bank_csv_mapping *mapping = g_new0(struct bank_csv_mapping, 1);

    mapping->name = g_strdup(name);
    mapping->delimiter = ',';
    mapping->quote = '"';
    mapping->money = (struct money_format){.decimal_separator = '.'};
    mapping->texts = g_string_chunk_new(1024);
    return mapping;
}

enum status bank_csv_mapping_read(const char *name, const char *text, struct bank_csv_mapping **ret_mapping,
                                  struct error *err)
{
    SCOPED(bank_csv_mapping_freep) struct bank_csv_mapping *mapping = mapping_new(name);
    struct reading reading = {
        .form = {&mapping->delimiter, &mapping->quote, &mapping->encoding, &mapping->money},
        .mapping = mapping,
    };
    struct yaml_tree tree;
    enum status st = yaml_tree_open(name, text, strlen(text), &tree, err);

    if (st != STATUS_OK)
        return st;
    st = yaml_read_keys(&tree, tree.root, "", TOP_KEYS, &reading, err);
    if (st == STATUS_OK)
        st = check_whole(&tree, &reading, err);
    yaml_tree_close(&tree);
    if (st == STATUS_OK)
        *ret_mapping = TAKE(mapping);
    return st;
}

void bank_csv_mapping_free(struct bank_csv_mapping *mapping)
{
    if (!mapping)
        return;
    g_free(mapping->name);
    g_string_chunk_free(mapping->texts);
    g_free(mapping);
}

void bank_csv_mapping_freep(struct bank_csv_mapping **mapping)
{
    bank_csv_mapping_free(*mapping);
    *mapping = NULL;
}
