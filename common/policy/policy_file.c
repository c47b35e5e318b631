#include "policy/policy_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>
#include <yaml.h>

#include "policy/policy_schema.h"

#define VERSION_BYTES 16

void policy_version(const void *bytes, size_t len, char version[static POLICY_VERSION_SIZE])
{
    unsigned char hash[VERSION_BYTES];
    (void)crypto_generichash(hash, sizeof(hash), bytes, len, NULL, 0);
    (void)sodium_bin2hex(version, POLICY_VERSION_SIZE, hash, sizeof(hash));
}

static void close_file(FILE **file)
{
    if (*file != NULL)
        (void)fclose(*file);
}

void policy_file_fini(struct policy_file *file)
{
    free(file->text);
    *file = (struct policy_file){0};
}

static enum status check_text(const struct policy_file *file, struct error *err)
{
    if (file->len > POLICY_FILE_MAX_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: larger than %d bytes", file->path, POLICY_FILE_MAX_BYTES);
    if (file->len == 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s:1: the file is empty", file->path);
    if (memchr(file->text, '\0', file->len) != NULL)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: not a text file", file->path);
    return STATUS_OK;
}

enum status policy_file_read(const char *path, struct policy_file *file, struct error *err)
{
    SCOPED(policy_file_fini) struct policy_file read = {0};
    (void)snprintf(read.path, sizeof(read.path), "%s", path);
    SCOPED(close_file) FILE *stream = fopen(path, "re");
    if (stream == NULL)
        return error_set(err, STATUS_NOT_FOUND, "%s: %s", path, strerror(errno));
    read.text = calloc(1, POLICY_FILE_MAX_BYTES + 2);
    if (read.text == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", path);
    read.len = fread(read.text, 1, POLICY_FILE_MAX_BYTES + 1, stream);
    if (ferror(stream))
        return error_set(err, STATUS_NOT_FOUND, "%s: cannot be read", path);
    enum status st = check_text(&read, err);
    if (st != STATUS_OK)
        return st;
    policy_version(read.text, read.len, read.version);
    *file = read;
    read.text = NULL;
    return STATUS_OK;
}

/* What libcyaml said last: first the reason, then a backtrace from the innermost field outwards, each with its line. */
struct complaint {
    char reason[256];
    char path[POLICY_PATH_SIZE];
    int line;
};

/* Puts "field" or "[n]" before the path that stands there. */
static void path_prepend(struct complaint *complaint, const char *part)
{
    char inner[POLICY_PATH_SIZE];
    (void)snprintf(inner, sizeof(inner), "%s", complaint->path);
    const char *dot = inner[0] == '\0' || inner[0] == '[' ? "" : ".";
    int written = snprintf(complaint->path, sizeof(complaint->path), "%s%s%s", part, dot, inner);
    if (written < 0 || (size_t)written >= sizeof(complaint->path))
        (void)snprintf(complaint->path, sizeof(complaint->path), "%s", inner);
}

static void take_backtrace(struct complaint *complaint, const char *text)
{
    char name[64];
    unsigned entry = 0;
    int line = 0;
    if (sscanf(text, " in mapping field '%63[^']' (line: %d", name, &line) == 2) {
        path_prepend(complaint, name);
    } else if (sscanf(text, " in sequence entry '%u' (line: %d", &entry, &line) == 2) {
        (void)snprintf(name, sizeof(name), "[%u]", entry > 0 ? entry - 1 : 0);
        path_prepend(complaint, name);
    } else if (sscanf(text, " in mapping (line: %d", &line) != 1) {
        return;
    }
    if (complaint->line == 0)
        complaint->line = line;
}

static void take_reason(struct complaint *complaint, const char *text)
{
    static const char prefix[] = "Load: ";
    if (strncmp(text, prefix, sizeof(prefix) - 1) == 0)
        text += sizeof(prefix) - 1;
    if (strncmp(text, "Backtrace", 9) == 0)
        return;
    *complaint = (struct complaint){0};
    (void)snprintf(complaint->reason, sizeof(complaint->reason), "%s", text);
    complaint->reason[strcspn(complaint->reason, "\n")] = '\0';
}

static void on_log(cyaml_log_t level, void *context, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));
static void on_log(cyaml_log_t level, void *context, const char *format, va_list args)
{
    char text[256];
    if (level < CYAML_LOG_ERROR)
        return;
    (void)vsnprintf(text, sizeof(text), format, args);
    if (text[0] == ' ')
        take_backtrace(context, text);
    else
        take_reason(context, text);
}

static cyaml_config_t cyaml_settings(struct complaint *complaint)
{
    return (cyaml_config_t){
        .log_fn = on_log,
        .log_ctx = complaint,
        .mem_fn = cyaml_mem,
        .log_level = CYAML_LOG_ERROR,
        .flags = CYAML_CFG_NO_ALIAS, /* an alias hides what a reader of the file must see */
    };
}

void policy_values_free(const cyaml_schema_value_t *schema, void *data)
{
    struct complaint complaint = {0};
    cyaml_config_t config = cyaml_settings(&complaint);
    (void)cyaml_free(&config, schema, data, 0);
}

struct policy_path policy_path(const char *format, ...)
{
    struct policy_path path;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(path.text, sizeof(path.text), format, args);
    va_end(args);
    return path;
}

static yaml_node_t *find_key(yaml_document_t *document, const yaml_node_t *mapping, const char *key, size_t key_len)
{
    if (mapping->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start; pair < mapping->data.mapping.pairs.top; pair++) {
        const yaml_node_t *name = yaml_document_get_node(document, pair->key);
        if (name != NULL && name->type == YAML_SCALAR_NODE && name->data.scalar.length == key_len &&
            memcmp(name->data.scalar.value, key, key_len) == 0)
            return yaml_document_get_node(document, pair->value);
    }
    return NULL;
}

static yaml_node_t *find_entry(yaml_document_t *document, const yaml_node_t *sequence, size_t index)
{
    if (sequence->type != YAML_SEQUENCE_NODE)
        return NULL;
    yaml_node_item_t *item = sequence->data.sequence.items.start + index;
    return item < sequence->data.sequence.items.top ? yaml_document_get_node(document, *item) : NULL;
}

/* Takes the next part off `*path` and finds it under `node`. */
static yaml_node_t *descend(yaml_document_t *document, const yaml_node_t *node, const char **path)
{
    if (**path == '[') {
        char *end = NULL;
        size_t index = (size_t)strtoul(*path + 1, &end, 10);
        *path = *end == ']' ? end + 1 : end;
        return find_entry(document, node, index);
    }
    if (**path == '.')
        (*path)++;
    size_t len = strcspn(*path, ".[");
    const char *key = *path;
    *path += len;
    return find_key(document, node, key, len);
}

/* `below`: so many lines further down where the field is a block. */
static size_t line_of(const struct policy_file *file, const char *path, size_t below)
{
    yaml_parser_t parser;
    yaml_document_t document;
    size_t line = 1;
    if (yaml_parser_initialize(&parser) == 0)
        return line;
    yaml_parser_set_input_string(&parser, (const unsigned char *)file->text, file->len);
    if (yaml_parser_load(&parser, &document) != 0) {
        yaml_node_t *node = yaml_document_get_root_node(&document);
        while (node != NULL) {
            line = node->start_mark.line + 1;
            if (*path == '\0' && node->type == YAML_SCALAR_NODE && node->data.scalar.style == YAML_LITERAL_SCALAR_STYLE)
                line += below;
            node = *path == '\0' ? NULL : descend(&document, node, &path);
        }
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
    return line;
}

/* "<file>:<line>: <field>: <text>" */
static enum status tell(const struct policy_file *file, struct error *err, size_t line, const char *field,
                        const char *text)
{
    if (file->problems != NULL) {
        file->problems->n++;
        file->problems->found(file->problems->context, file->path, line, field, text);
    }
    return error_set(err, STATUS_INVALID_ARGUMENT, "%s:%zu: %s%s%s", file->path, line, field,
                     field[0] == '\0' ? "" : ": ", text);
}

enum status policy_refuse_line(const struct policy_file *file, struct error *err, size_t line, struct policy_path path,
                               const char *format, ...)
{
    struct error why;
    va_list args;
    va_start(args, format);
    (void)error_vset(&why, STATUS_INVALID_ARGUMENT, format, args);
    va_end(args);
    return tell(file, err, line, path.text, why.text);
}

enum status policy_refuse(const struct policy_file *file, struct error *err, struct policy_path path,
                          const char *format, ...)
{
    struct error why;
    va_list args;
    va_start(args, format);
    (void)error_vset(&why, STATUS_INVALID_ARGUMENT, format, args);
    va_end(args);
    return tell(file, err, line_of(file, path.text, 0), path.text, why.text);
}

enum status policy_refuse_text(const struct policy_file *file, struct error *err, struct policy_path path,
                               const char *text, size_t offset, const char *format, ...)
{
    struct error why;
    va_list args;
    size_t below = 1; /* a block begins on the line after its field's */
    for (size_t i = 0; i < offset; i++)
        below += text[i] == '\n';
    va_start(args, format);
    (void)error_vset(&why, STATUS_INVALID_ARGUMENT, format, args);
    va_end(args);
    return tell(file, err, line_of(file, path.text, below), path.text, why.text);
}

size_t policy_line(const struct policy_file *file, struct policy_path path)
{
    return line_of(file, path.text, 0);
}

bool policy_goes_on(const struct policy_file *file, enum status st)
{
    return st == STATUS_INVALID_ARGUMENT && file->problems != NULL;
}

enum status policy_problem(const struct policy_file *file, struct error *err)
{
    if (file->problems == NULL || file->problems->n == 0)
        return STATUS_OK;
    return error_set(err, STATUS_INVALID_ARGUMENT, "%s: %zu problems", file->path, file->problems->n);
}

/* What policy_schema_check leaves to libcyaml: what is no YAML, aliases. */
enum status policy_file_values(const struct policy_file *file, const cyaml_schema_value_t *schema, void **ret_data,
                               struct error *err)
{
    struct complaint complaint = {0};
    cyaml_config_t config = cyaml_settings(&complaint);
    cyaml_data_t *data = NULL;
    enum status st = policy_schema_check(file, schema, err);
    if (st == STATUS_OK || policy_goes_on(file, st))
        st = policy_problem(file, err);
    if (st != STATUS_OK)
        return st;
    cyaml_err_t code = cyaml_load_data((const uint8_t *)file->text, file->len, &config, schema, &data, NULL);
    if (code != CYAML_OK)
        return tell(file, err, complaint.line == 0 ? 1 : (size_t)complaint.line, complaint.path,
                    complaint.reason[0] == '\0' ? cyaml_strerror(code) : complaint.reason);
    if (data == NULL)
        return tell(file, err, 1, "", "the file says nothing");
    *ret_data = data;
    return STATUS_OK;
}

enum status policy_check_code(const struct policy_file *file, struct policy_path path, const char *code,
                              struct error *err)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-+";
    size_t len = strlen(code);
    if (len == 0 || len >= SOP_CODE_SIZE || strspn(code, allowed) != len)
        return policy_refuse(file, err, path, "'%s' is no code: 1 to %d letters, digits and _ . - +", code,
                             SOP_CODE_SIZE - 1);
    return STATUS_OK;
}

enum status policy_check_range(const struct policy_file *file, struct policy_path path, int64_t value, int64_t min,
                               int64_t max, struct error *err)
{
    if (value >= min && value <= max)
        return STATUS_OK;
    if (max == INT64_MAX)
        return policy_refuse(file, err, path, "%" PRId64 " is below %" PRId64, value, min);
    return policy_refuse(file, err, path, "%" PRId64 " is not within %" PRId64 " and %" PRId64, value, min, max);
}

enum status policy_read_date(const struct policy_file *file, struct policy_path path, const char *text,
                             struct date *ret_date, struct error *err)
{
    struct error why;
    if (date_parse(text, "YYYY-MM-DD", ret_date, &why) != STATUS_OK)
        return policy_refuse(file, err, path, "%s", why.text);
    return STATUS_OK;
}
