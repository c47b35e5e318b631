#ifndef DUNLIN_YAMLTREE_YAMLTREE_H
#define DUNLIN_YAMLTREE_YAMLTREE_H

#include <stdbool.h>
#include <stddef.h>

#include <yaml.h>

#include "status/status.h"

/* A YAML text as a tree that knows its lines, and errors that name them: "acme.yaml:7: fields.balance: ...".
 * Single-threaded, for one reading. Nodes and texts are lent by the tree. */
struct yaml_tree {
    const char *name; /* borrowed, for messages */
    yaml_document_t document;
    yaml_node_t *root;
};

/* Fails with INVALID_ARGUMENT (syntax, nothing in it). On failure there is nothing to close. */
MUST_USE enum status yaml_tree_open(const char *name, const char *text, size_t len, struct yaml_tree *ret_tree,
                                    struct error *err);
void yaml_tree_close(struct yaml_tree *tree);

/* INVALID_ARGUMENT with name and line before the text. `node` NULL: without a line. */
MUST_USE enum status yaml_refuse(const struct yaml_tree *tree, const yaml_node_t *node, struct error *err,
                                 const char *format, ...) __attribute__((format(printf, 4, 5)));

int yaml_line(const yaml_node_t *node); /* from 1 */

/* *ret_text: the scalar's text. INVALID_ARGUMENT where it is a list or a mapping, or holds a NUL. `path` names it in
 * messages. */
MUST_USE enum status yaml_scalar(const struct yaml_tree *tree, const yaml_node_t *node, const char *path,
                                 const char **ret_text, struct error *err);

/* A scalar that is one sign of `allowed`, which may hold a tab (written "\\t"); or that is true or false. */
MUST_USE enum status yaml_sign(const struct yaml_tree *tree, const yaml_node_t *node, const char *path,
                               const char *allowed, char *ret_sign, struct error *err);
MUST_USE enum status yaml_truth(const struct yaml_tree *tree, const yaml_node_t *node, const char *path,
                                bool *ret_is_true, struct error *err);

/* One key of a mapping and who reads its value. `context` is the caller's. */
typedef enum status yaml_read_fn(const struct yaml_tree *tree, const yaml_node_t *value, const char *path,
                                 void *context, struct error *err);
struct yaml_key {
    const char *name; /* NULL ends a table */
    yaml_read_fn *read;
};

/* Reads a mapping by its table of keys. INVALID_ARGUMENT: not a mapping, a key that the table lacks (the text lists
 * those it has), a key twice. `path` "" for the root. */
MUST_USE enum status yaml_read_keys(const struct yaml_tree *tree, const yaml_node_t *node, const char *path,
                                    const struct yaml_key *keys, void *context, struct error *err);

/* Calls `each` for every pair of a mapping with the key's text as `path`; a key twice is refused. */
MUST_USE enum status yaml_each_pair(const struct yaml_tree *tree, const yaml_node_t *node, const char *path,
                                    yaml_read_fn *each, void *context, struct error *err);

/* Calls `each` for every item of a list, or for the node itself where it is no list. */
MUST_USE enum status yaml_each_item(const struct yaml_tree *tree, const yaml_node_t *node, const char *path,
                                    yaml_read_fn *each, void *context, struct error *err);

bool yaml_is_mapping(const yaml_node_t *node);

#endif
