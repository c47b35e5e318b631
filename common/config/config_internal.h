#ifndef DUNLIN_CONFIG_CONFIG_INTERNAL_H
#define DUNLIN_CONFIG_CONFIG_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "config/config.h"

/* Weakest first: a value replaces one from a source that is not stronger. */
enum config_source {
    CONFIG_SOURCE_NONE,
    CONFIG_SOURCE_DEFAULT,
    CONFIG_SOURCE_FILE,
    CONFIG_SOURCE_ENVIRONMENT,
    CONFIG_SOURCE_COMMAND_LINE,
};

/* What one option holds. */
struct config_value {
    const struct config_option *option;
    enum config_source source;
    char *text;  /* owned; NULL while source is NONE */
    char *where; /* owned; "dunlin.conf:7", "environment DUNLIN_X", "--workers": begins an error, ends a line of
                    --print-config */
    int64_t number;
    bool flag;
};

struct config {
    struct config_value *values; /* one an option, in the tables' order */
    size_t n_values;
};

/* How an option may be written: which one, and in which of its forms. */
struct config_match {
    struct config_value *value;
    bool is_file;    /* "<name>-file" of a secret */
    bool is_negated; /* "no-<name>" of a bool; only where the caller allows it */
};

bool config_find(struct config *config, const char *name, bool allows_negation, struct config_match *ret_match);

/* Stores `text` as the option's value, or the first line of the file `text` names where match->is_file. Fails with
 * INVALID_ARGUMENT beginning with `where`. */
MUST_USE enum status config_set(const struct config_match *match, const char *text, enum config_source source,
                                const char *where, struct error *err);

/* The sources. `named_by` says who named the file; `argv` is without the program's name. */
MUST_USE enum status config_read_file(struct config *config, const char *path, const char *named_by, struct error *err);
MUST_USE enum status config_read_environment(struct config *config, struct error *err);
MUST_USE enum status config_read_command_line(struct config *config, int argc, char *const *argv, struct error *err);

/* "Unknown" with the nearest name, as INVALID_ARGUMENT: "<where>: unknown option 'workes', did you mean 'workers'?" */
enum status config_unknown(const struct config *config, const char *where, const char *name, bool on_command_line,
                           struct error *err);

/* "DUNLIN_DRAIN_TIMEOUT" of "drain-timeout"; g_free. */
char *config_environment_name(const char *option_name, const char *suffix);

/* What an option takes, for people: "1 to 64 partitions", "true or false". g_free. */
char *config_allowed(const struct config_option *option);

bool config_is_bounded(const struct config_option *option);

bool config_parse_bool(const char *text, bool *ret_flag);

void config_print_help(const struct config_program *program, FILE *out);
void config_print_values(const struct config *config, FILE *out);

#endif
