#ifndef DUNLIN_CONFIG_CONFIG_H
#define DUNLIN_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "status/status.h"

/* One table of options per program is the only place that knows them: parsing, range checks, --help and the reference
 * come from it.
 *
 * An option "database-url" is read, weakest first, from its default, from the file given by --config (lines
 * `database-url = value`, # comments), from the environment (DUNLIN_DATABASE_URL) and from the command line
 * (--database-url VALUE or --database-url=VALUE; a bool also as --flag and
 * --no-flag). A CONFIG_SECRET is never taken from the command line and never printed; its value may be given as a file
 * through "<name>-file".
 *
 * Beside the tables every program knows --config PATH (or DUNLIN_CONFIG), --check, --print-config, --print-reference,
 * --version and --help. */
enum config_type {
    CONFIG_TEXT,
    CONFIG_INTEGER, /* with min, max and unit */
    CONFIG_BOOL,
    CONFIG_SECRET,
};

struct config_option {
    const char *name; /* "drain-timeout"; NULL ends a table */
    enum config_type type;
    const char *default_value; /* as text; NULL: required */
    const char *unit;          /* "ms", "bytes", "partitions"; NULL where it has none */
    int64_t min, max;          /* CONFIG_INTEGER only; both 0: no bounds */
    const char *meaning;       /* one or two sentences, for people */
};

struct config;

/* What a program is, for --help. */
struct config_program {
    const char *name;                          /* "dunlin-intake" */
    const char *summary;                       /* one line */
    const struct config_option *const *tables; /* NULL-terminated list of tables, each ended by name NULL */
};

enum config_action {
    CONFIG_RUN,
    CONFIG_EXIT_OK, /* --help, --version, --check, --print-config or --print-reference was asked for and has been
                       answered on `out` */
};

/* Reads everything. Fails with INVALID_ARGUMENT naming where it stands ("dunlin.conf:7: ...", "environment DUNLIN_X:
 * ...", "--workers: ...") and what is allowed. *ret_config is owned by the caller, also for CONFIG_EXIT_OK.
 * Single-threaded: at start only. */
MUST_USE enum status config_read(const struct config_program *program, int argc, char *const *argv, FILE *out,
                                 struct config **ret_config, enum config_action *ret_action, struct error *err);
void config_free(struct config *config);
void config_freep(struct config **config);

/* Asking for an option that the tables lack, or by another type, is a bug and asserts. Texts are lent until
 * config_free. Read-only after config_read: may be shared between threads. */
const char *config_text(const struct config *config, const char *name);
int64_t config_integer(const struct config *config, const char *name);
bool config_bool(const struct config *config, const char *name);

/* The reference as Markdown rows: name, environment variable, type and unit, default, range, meaning. */
void config_print_reference(const struct config_program *program, FILE *out);

#endif
