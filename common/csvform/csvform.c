#include "csvform/csvform.h"

#include "recordfile/recordfile.h"

enum status csv_form_read_delimiter(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                                    void *context, struct error *err)
{
    struct csv_form *form = context;
    return yaml_sign(tree, value, path, ",;|\t", form->delimiter, err);
}

enum status csv_form_read_quote(const struct yaml_tree *tree, const yaml_node_t *value, const char *path, void *context,
                                struct error *err)
{
    struct csv_form *form = context;
    return yaml_sign(tree, value, path, "\"'", form->quote, err);
}

enum status csv_form_read_encoding(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                                   void *context, struct error *err)
{
    struct csv_form *form = context;
    const char *text = NULL;
    enum status st = yaml_scalar(tree, value, path, &text, err);

    if (st != STATUS_OK)
        return st;
    if (!record_encoding_by_name(text, form->encoding))
        return yaml_refuse(tree, value, err, "%s: '%s' is none of " RECORD_ENCODING_NAMES, path, text);
    return STATUS_OK;
}

static enum status read_decimal(const struct yaml_tree *tree, const yaml_node_t *value, const char *path, void *context,
                                struct error *err)
{
    struct csv_form *form = context;
    return yaml_sign(tree, value, path, ".,", &form->money->decimal_separator, err);
}

static enum status read_group(const struct yaml_tree *tree, const yaml_node_t *value, const char *path, void *context,
                              struct error *err)
{
    struct csv_form *form = context;
    return yaml_sign(tree, value, path, ",. '", &form->money->group_separator, err);
}

static enum status read_minor_units(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                                    void *context, struct error *err)
{
    struct csv_form *form = context;
    return yaml_truth(tree, value, path, &form->money->is_minor_units, err);
}

enum status csv_form_read_money(const struct yaml_tree *tree, const yaml_node_t *value, const char *path, void *context,
                                struct error *err)
{
    static const struct yaml_key KEYS[] = {
        {"decimal", read_decimal}, {"group", read_group}, {"minor_units", read_minor_units}, {NULL, NULL}};
    const struct csv_form *form = context;
    enum status st = yaml_read_keys(tree, value, path, KEYS, context, err);

    if (st == STATUS_OK && form->money->decimal_separator == form->money->group_separator)
        return yaml_refuse(tree, value, err, "%s: decimal and group are the same sign", path);
    return st;
}
