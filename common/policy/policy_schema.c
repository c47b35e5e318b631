#include "policy/policy_schema.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "config/nearest.h"

/* Aliases, which libcyaml refuses later, may make a small file visit a node very often. */
#define VISITS_MAX 200000

struct walk {
    const struct policy_file *file;
    yaml_document_t *document;
    struct error *err;
    size_t n_visits;
};

static enum status check_value(struct walk *walk, const yaml_node_t *node, const cyaml_schema_value_t *schema,
                               struct policy_path path);

static size_t line_of_node(const yaml_node_t *node)
{
    return node->start_mark.line + 1;
}

static struct policy_path path_of(struct policy_path parent, const char *key)
{
    return policy_path("%s%s%s", parent.text, parent.text[0] == '\0' ? "" : ".", key);
}

static const char *text_of(const yaml_node_t *node)
{
    return (const char *)node->data.scalar.value;
}

/* --- scalars ------------------------------------------------------------------------------------------------------ */

static enum status check_integer(struct walk *walk, const yaml_node_t *node, const cyaml_schema_value_t *schema,
                                 struct policy_path path)
{
    char shown[ERROR_SHOWN_SIZE];
    const char *text = text_of(node);
    const unsigned bits = schema->data_size * 8;
    const int64_t max = bits >= 64 ? INT64_MAX : ((int64_t)1 << (bits - 1)) - 1;
    char *end = NULL;
    errno = 0;
    const long long value = strtoll(text, &end, 0);
    if (*text == '\0' || *end != '\0')
        return policy_refuse_line(walk->file, walk->err, line_of_node(node), path, "'%s' is no whole number",
                                  error_shown(text, shown));
    if (errno == ERANGE || value > max || value < -max - 1)
        return policy_refuse_line(walk->file, walk->err, line_of_node(node), path, "%s is too large",
                                  error_shown(text, shown));
    return STATUS_OK;
}

static enum status check_bool(struct walk *walk, const yaml_node_t *node, struct policy_path path)
{
    static const char *const WORDS[] = {"true", "false", "yes", "no"};
    char shown[ERROR_SHOWN_SIZE];
    for (size_t i = 0; i < ARRAY_SIZE(WORDS); i++)
        if (strcmp(text_of(node), WORDS[i]) == 0)
            return STATUS_OK;
    return policy_refuse_line(walk->file, walk->err, line_of_node(node), path, "'%s' is neither true nor false",
                              error_shown(text_of(node), shown));
}

static enum status check_text(struct walk *walk, const yaml_node_t *node, const cyaml_schema_value_t *schema,
                              struct policy_path path)
{
    const size_t len = node->data.scalar.length;
    if (len < schema->string.min)
        return policy_refuse_line(walk->file, walk->err, line_of_node(node), path, "has %zu bytes; %u are the least",
                                  len, schema->string.min);
    if (len > schema->string.max)
        return policy_refuse_line(walk->file, walk->err, line_of_node(node), path, "has %zu bytes; %u are the most",
                                  len, schema->string.max);
    return STATUS_OK;
}

/* The words that stand there, ", " between them. */
static void list_words(const cyaml_schema_value_t *schema, char text[static 256])
{
    size_t len = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < schema->enumeration.count && len < 256; i++)
        len += (size_t)snprintf(text + len, 256 - len, "%s%s", i == 0 ? "" : ", ", schema->enumeration.strings[i].str);
}

static enum status check_word(struct walk *walk, const yaml_node_t *node, const cyaml_schema_value_t *schema,
                              struct policy_path path)
{
    char shown[ERROR_SHOWN_SIZE];
    char words[256];
    const char *found = NULL;
    const char *text = text_of(node);
    struct nearest nearest = nearest_to(text);
    for (uint32_t i = 0; i < schema->enumeration.count; i++) {
        if (strcmp(schema->enumeration.strings[i].str, text) == 0)
            return STATUS_OK;
        if (nearest_improves(&nearest, schema->enumeration.strings[i].str))
            found = schema->enumeration.strings[i].str;
    }
    if (found != NULL)
        return policy_refuse_line(walk->file, walk->err, line_of_node(node), path, "'%s' is not known; is '%s' meant?",
                                  error_shown(text, shown), found);
    list_words(schema, words);
    return policy_refuse_line(walk->file, walk->err, line_of_node(node), path, "'%s' is not known; there are: %s",
                              error_shown(text, shown), words);
}

static enum status check_scalar(struct walk *walk, const yaml_node_t *node, const cyaml_schema_value_t *schema,
                                struct policy_path path)
{
    if (node->type != YAML_SCALAR_NODE)
        return policy_refuse_line(walk->file, walk->err, line_of_node(node), path, "must be a single value");
    switch (schema->type) {
    case CYAML_INT:
    case CYAML_UINT:
        return check_integer(walk, node, schema, path);
    case CYAML_BOOL:
        return check_bool(walk, node, path);
    case CYAML_STRING:
        return check_text(walk, node, schema, path);
    case CYAML_ENUM:
    case CYAML_FLAGS: /* one word of them */
        return check_word(walk, node, schema, path);
    default:
        return STATUS_OK;
    }
}

/* --- lists and mappings ------------------------------------------------------------------------------------------- */

static enum status check_list(struct walk *walk, const yaml_node_t *node, const cyaml_schema_value_t *schema,
                              struct policy_path path)
{
    const bool is_words = schema->type == CYAML_FLAGS;
    if (node->type != YAML_SEQUENCE_NODE)
        return policy_refuse_line(walk->file, walk->err, line_of_node(node), path, "must be a list");
    const size_t n = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    if (!is_words && n < schema->sequence.min)
        return policy_refuse_line(walk->file, walk->err, line_of_node(node), path, "has %zu entries; %u are the least",
                                  n, schema->sequence.min);
    if (!is_words && n > schema->sequence.max)
        return policy_refuse_line(walk->file, walk->err, line_of_node(node), path, "has %zu entries; %u are the most",
                                  n, schema->sequence.max);
    for (size_t i = 0; i < n; i++) {
        const yaml_node_t *entry = yaml_document_get_node(walk->document, node->data.sequence.items.start[i]);
        const struct policy_path entry_path = policy_path("%s[%zu]", path.text, i);
        enum status st = is_words ? check_scalar(walk, entry, schema, entry_path)
                                  : check_value(walk, entry, schema->sequence.entry, entry_path);
        if (st != STATUS_OK && !policy_goes_on(walk->file, st))
            return st;
    }
    return STATUS_OK;
}

static bool is_key(const yaml_node_t *key, const char *name)
{
    return key->type == YAML_SCALAR_NODE && strcmp(text_of(key), name) == 0;
}

static enum status refuse_key(struct walk *walk, const yaml_node_t *key, const cyaml_schema_field_t *fields,
                              struct policy_path path)
{
    char shown[ERROR_SHOWN_SIZE];
    const char *found = NULL;
    if (key->type != YAML_SCALAR_NODE)
        return policy_refuse_line(walk->file, walk->err, line_of_node(key), path, "a key must be a single value");
    struct nearest nearest = nearest_to(text_of(key));
    for (const cyaml_schema_field_t *field = fields; field->key != NULL; field++)
        if (nearest_improves(&nearest, field->key))
            found = field->key;
    return policy_refuse_line(walk->file, walk->err, line_of_node(key), path_of(path, error_shown(text_of(key), shown)),
                              "there is no such field%s%s%s", found == NULL ? "" : "; is '", found == NULL ? "" : found,
                              found == NULL ? "" : "' meant?");
}

static enum status check_pair(struct walk *walk, const yaml_node_t *mapping, const yaml_node_pair_t *pair,
                              const cyaml_schema_field_t *fields, struct policy_path path)
{
    const yaml_node_t *key = yaml_document_get_node(walk->document, pair->key);
    const cyaml_schema_field_t *field = fields;
    while (field->key != NULL && !is_key(key, field->key))
        field++;
    if (field->key == NULL)
        return refuse_key(walk, key, fields, path);
    for (const yaml_node_pair_t *before = mapping->data.mapping.pairs.start; before < pair; before++)
        if (is_key(yaml_document_get_node(walk->document, before->key), field->key))
            return policy_refuse_line(walk->file, walk->err, line_of_node(key), path_of(path, field->key),
                                      "is there twice");
    return check_value(walk, yaml_document_get_node(walk->document, pair->value), &field->value,
                       path_of(path, field->key));
}

static bool has_key(struct walk *walk, const yaml_node_t *mapping, const char *name)
{
    const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
    while (pair < mapping->data.mapping.pairs.top && !is_key(yaml_document_get_node(walk->document, pair->key), name))
        pair++;
    return pair < mapping->data.mapping.pairs.top;
}

static enum status check_mapping(struct walk *walk, const yaml_node_t *node, const cyaml_schema_value_t *schema,
                                 struct policy_path path)
{
    const cyaml_schema_field_t *fields = schema->mapping.fields;
    if (node->type != YAML_MAPPING_NODE)
        return policy_refuse_line(walk->file, walk->err, line_of_node(node), path, "must be fields with values");
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
        enum status st = check_pair(walk, node, pair, fields, path);
        if (st != STATUS_OK && !policy_goes_on(walk->file, st))
            return st;
    }
    for (const cyaml_schema_field_t *field = fields; field->key != NULL; field++) {
        if ((field->value.flags & CYAML_FLAG_OPTIONAL) != 0 || has_key(walk, node, field->key))
            continue;
        enum status st =
            policy_refuse_line(walk->file, walk->err, line_of_node(node), path_of(path, field->key), "missing");
        if (!policy_goes_on(walk->file, st))
            return st;
    }
    return STATUS_OK;
}

static enum status check_value(struct walk *walk, const yaml_node_t *node, const cyaml_schema_value_t *schema,
                               struct policy_path path)
{
    if (node == NULL || walk->n_visits++ > VISITS_MAX)
        return STATUS_OK;
    if (schema->type == CYAML_MAPPING)
        return check_mapping(walk, node, schema, path);
    if (schema->type == CYAML_SEQUENCE || schema->type == CYAML_FLAGS)
        return check_list(walk, node, schema, path);
    return check_scalar(walk, node, schema, path);
}

enum status policy_schema_check(const struct policy_file *file, const cyaml_schema_value_t *schema, struct error *err)
{
    yaml_parser_t parser;
    yaml_document_t document;
    enum status st = STATUS_OK;
    if (yaml_parser_initialize(&parser) == 0)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", file->path);
    yaml_parser_set_input_string(&parser, (const unsigned char *)file->text, file->len);
    if (yaml_parser_load(&parser, &document) != 0) {
        struct walk walk = {.file = file, .document = &document, .err = err};
        st = check_value(&walk, yaml_document_get_root_node(&document), schema, policy_path("%s", ""));
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
    return st;
}
