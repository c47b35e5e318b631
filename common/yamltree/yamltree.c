#include "yamltree/yamltree.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* A mapping names some 40 fields of some 10 words. */
#define YAML_MAX_BYTES (64 * 1024)
#define PATH_SIZE      160

enum status yaml_tree_open(const char *name, const char *text, size_t len, struct yaml_tree *ret_tree,
                           struct error *err)
{
    yaml_parser_t parser;
    enum status st = STATUS_OK;

    if (len > YAML_MAX_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: %zu bytes, at most %d are read", name, len, YAML_MAX_BYTES);
    if (!yaml_parser_initialize(&parser))
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", name);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
    *ret_tree = (struct yaml_tree){.name = name};
    if (!yaml_parser_load(&parser, &ret_tree->document)) {
        /* Out of memory in the middle libyaml may name no error at all. */
        if (parser.error == YAML_MEMORY_ERROR || parser.error == YAML_NO_ERROR)
            st = error_set(err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", name);
        else
            st = error_set(err, STATUS_INVALID_ARGUMENT, "%s:%zu: not YAML: %s", name, parser.problem_mark.line + 1,
                           parser.problem ? parser.problem : "unreadable");
    } else {
        ret_tree->root = yaml_document_get_root_node(&ret_tree->document);
        if (!ret_tree->root) {
            yaml_document_delete(&ret_tree->document);
            st = error_set(err, STATUS_INVALID_ARGUMENT, "%s: there is nothing in it", name);
        }
    }
    yaml_parser_delete(&parser);
    return st;
}

void yaml_tree_close(struct yaml_tree *tree)
{
    if (tree->root)
        yaml_document_delete(&tree->document);
    tree->root = NULL;
}

int yaml_line(const yaml_node_t *node)
{
    return (int)node->start_mark.line + 1;
}

enum status yaml_refuse(const struct yaml_tree *tree, const yaml_node_t *node, struct error *err, const char *format,
                        ...)
{
    va_list args;

    va_start(args, format);
    (void)error_vset(err, STATUS_INVALID_ARGUMENT, format, args);
    va_end(args);
    if (node)
        return error_wrap(err, STATUS_INVALID_ARGUMENT, "%s:%d", tree->name, yaml_line(node));
    return error_wrap(err, STATUS_INVALID_ARGUMENT, "%s", tree->name);
}

bool yaml_is_mapping(const yaml_node_t *node)
{
    return node->type == YAML_MAPPING_NODE;
}

enum status yaml_scalar(const struct yaml_tree *tree, const yaml_node_t *node, const char *path, const char **ret_text,
                        struct error *err)
{
    if (node->type != YAML_SCALAR_NODE)
        return yaml_refuse(tree, node, err, "%s: one value is expected, not a %s", path,
                           yaml_is_mapping(node) ? "mapping" : "list");
    const char *text = (const char *)node->data.scalar.value;
    if (strlen(text) != node->data.scalar.length)
        return yaml_refuse(tree, node, err, "%s: a zero byte", path);
    *ret_text = text;
    return STATUS_OK;
}

enum status yaml_sign(const struct yaml_tree *tree, const yaml_node_t *node, const char *path, const char *allowed,
                      char *ret_sign, struct error *err)
{
    const char *text = NULL;
    enum status st = yaml_scalar(tree, node, path, &text, err);

    if (st != STATUS_OK)
        return st;
    if (strcmp(text, "\\t") == 0)
        text = "\t";
    if (strlen(text) != 1 || !strchr(allowed, *text))
        return yaml_refuse(tree, node, err, "%s: '%s' is none of the signs %s", path, text, allowed);
    *ret_sign = *text;
    return STATUS_OK;
}

enum status yaml_truth(const struct yaml_tree *tree, const yaml_node_t *node, const char *path, bool *ret_is_true,
                       struct error *err)
{
    const char *text = NULL;
    enum status st = yaml_scalar(tree, node, path, &text, err);

    if (st != STATUS_OK)
        return st;
    if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
        return yaml_refuse(tree, node, err, "%s: '%s' is neither true nor false", path, text);
    *ret_is_true = *text == 't';
    return STATUS_OK;
}

/* libyaml's accessor wants the document writable though it only looks. */
static const yaml_node_t *node_at(const struct yaml_tree *tree, int index)
{
    const yaml_document_t *document = &tree->document;

    assert(index > 0 && document->nodes.start + index <= document->nodes.top);
    return document->nodes.start + index - 1;
}

static enum status key_of(const struct yaml_tree *tree, const yaml_node_t *node, const yaml_node_pair_t *pair,
                          const char *path, const char **ret_key, struct error *err)
{
    const yaml_node_t *key_node = node_at(tree, pair->key);
    enum status st = yaml_scalar(tree, key_node, *path ? path : "a key", ret_key, err);

    for (const yaml_node_pair_t *other = node->data.mapping.pairs.start; st == STATUS_OK && other < pair; other++) {
        const yaml_node_t *other_key = node_at(tree, other->key);
        if (strcmp((const char *)other_key->data.scalar.value, *ret_key) == 0)
            return yaml_refuse(tree, key_node, err, "'%s' stands here twice, first in line %d", *ret_key,
                               yaml_line(other_key));
    }
    return st;
}

enum status yaml_each_pair(const struct yaml_tree *tree, const yaml_node_t *node, const char *path, yaml_read_fn *each,
                           void *context, struct error *err)
{
    if (!yaml_is_mapping(node))
        return yaml_refuse(tree, node, err, "%s%sa mapping (key: value) is expected", path, *path ? ": " : "");
    const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
    for (; pair < node->data.mapping.pairs.top; pair++) {
        const char *key = NULL;
        enum status st = key_of(tree, node, pair, path, &key, err);
        if (st == STATUS_OK)
            st = each(tree, node_at(tree, pair->value), key, context, err);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

struct keyed {
    const char *path;
    const struct yaml_key *keys;
    void *context;
};

static void list_keys(const struct yaml_key *keys, char *text, size_t size)
{
    size_t len = 0;

    text[0] = '\0';
    for (; keys->name && len < size; keys++)
        len += (size_t)snprintf(text + len, size - len, "%s%s", len > 0 ? ", " : "", keys->name);
}

static enum status read_key(const struct yaml_tree *tree, const yaml_node_t *value, const char *key, void *context,
                            struct error *err)
{
    const struct keyed *keyed = context;
    char path[PATH_SIZE];
    char allowed[256];

    (void)snprintf(path, sizeof(path), "%s%s%s", keyed->path, *keyed->path ? "." : "", key);
    for (const struct yaml_key *known = keyed->keys; known->name; known++)
        if (strcmp(known->name, key) == 0)
            return known->read(tree, value, path, keyed->context, err);
    list_keys(keyed->keys, allowed, sizeof(allowed));
    return yaml_refuse(tree, value, err, "%s: no such key; there are: %s", path, allowed);
}

enum status yaml_read_keys(const struct yaml_tree *tree, const yaml_node_t *node, const char *path,
                           const struct yaml_key *keys, void *context, struct error *err)
{
    struct keyed keyed = {path, keys, context};

    return yaml_each_pair(tree, node, path, read_key, &keyed, err);
}

enum status yaml_each_item(const struct yaml_tree *tree, const yaml_node_t *node, const char *path, yaml_read_fn *each,
                           void *context, struct error *err)
{
    if (node->type != YAML_SEQUENCE_NODE)
        return each(tree, node, path, context, err);
    const yaml_node_item_t *item = node->data.sequence.items.start;
    for (; item < node->data.sequence.items.top; item++) {
        enum status st = each(tree, node_at(tree, *item), path, context, err);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}
