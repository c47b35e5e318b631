#ifndef DUNLIN_CLI_H
#define DUNLIN_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "bus/bus.h"
#include "config/config.h"
#include "db/db.h"
#include "status/status.h"

/* The operator's command: a table of commands, and what each of them may use. */

enum cli_exit {
    CLI_EXIT_OK = 0,
    CLI_EXIT_FAILED = 1, /* nothing was done, or what was asked about is not well */
    CLI_EXIT_USAGE = 2,  /* the command line is wrong; nothing was tried */
    CLI_EXIT_PARTLY = 3, /* some of it was done and some was not: rows rejected, a service that did not answer */
};

struct cli;

/* One command. Its operands are what is left of the command line beside options. */
struct command {
    const char *name;                    /* "clock advance" */
    const char *summary;                 /* one line */
    const char *usage;                   /* "TIME [--no-wait]": what follows the name */
    const char *details;                 /* what to know, and examples; ends with a line end */
    const struct config_option *options; /* its own, ended by name NULL; may be NULL */
    size_t operands_min, operands_max;
    /* Anything but OK ends the program with CLI_EXIT_FAILED, or the exit that was set by cli_set_exit or cli_usage. */
    enum status (*run)(struct cli *cli, struct error *err);
};

/* In the order of the help, NULL last. Each is defined in its cmd_*.c. */
extern const struct command *const COMMANDS[];

/* The options that every command has. */
extern const struct config_option CLI_OPTIONS[];

/* What the whole program is; main.c is `return cli_main(argc, argv);`. */
int cli_main(int argc, char **argv);

const struct config *cli_config(const struct cli *cli);
/* Shorthands; lent. */
const char *cli_text(const struct cli *cli, const char *option);
int64_t cli_integer(const struct cli *cli, const char *option);
bool cli_flag(const struct cli *cli, const char *option);
size_t cli_operand_count(const struct cli *cli);
const char *cli_operand(const struct cli *cli, size_t i); /* NULL past the last */
bool cli_is_json(const struct cli *cli);
int64_t cli_timeout_ms(const struct cli *cli);

const char *cli_var(const struct cli *cli);  /* absolute */
const char *cli_keys(const struct cli *cli); /* the folder of keys */
/* True where the option was given on the command line or in the environment, before the defaults of VAR/dunlin.env. */
bool cli_is_given(const struct cli *cli, const char *option);

void cli_set_exit(struct cli *cli, enum cli_exit code);
/* A wrong command line: the exit is CLI_EXIT_USAGE and the command's usage is shown with the error. */
enum status cli_usage(struct cli *cli, struct error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Connections, made on first use and closed at the end; lent. */
MUST_USE enum status cli_bus(struct cli *cli, struct bus_client **ret_bus, struct error *err);
MUST_USE enum status cli_db(struct cli *cli, struct db **ret_db, struct error *err);       /* as dunlin_operator */
MUST_USE enum status cli_owner_db(struct cli *cli, struct db **ret_db, struct error *err); /* as the database's owner */

/* Reads the options again with the lines NAME=value of `path` put over the environment; for `up`, which learns where
 * the servers are only once they run. */
MUST_USE enum status cli_take_env(struct cli *cli, const char *path, struct error *err);

/* The rows of an options table that cli_owner_db needs. */
#define CLI_OWNER_OPTIONS                                                                                              \
    {"owner-url", CONFIG_TEXT, "", NULL, 0, 0, "The database as its owner. Empty: --database-url as it stands."},      \
    {                                                                                                                  \
        "owner-password", CONFIG_SECRET, "", NULL, 0, 0, "The owner's password, where the URL has none."               \
    }

/* With --json: prints `result` (consumed) and is true. Else false, and `result` stays the caller's. */
bool cli_emit(struct cli *cli, json_t *result);
/* The same for a result that nothing else is shown from: always takes `result`. */
bool cli_emit_new(struct cli *cli, json_t *result);
/* A line for people on standard output; nothing with --json. */
void cli_say(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A line on standard error: warnings, what goes on. With --json it is {"note": text}. */
void cli_note(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* With --json only: a line of another kind on standard error, an object with one name that says which (consumed). */
void cli_note_json(json_t *note);

/* Texts of a file are somebody else's: nothing of them may steer the terminal. Control characters but line ends become
 * '?'; returns `text`. */
char *cli_plain(char *text);

enum cli_colour {
    CLI_PLAIN,
    CLI_BOLD,
    CLI_DIM,
    CLI_RED,
    CLI_GREEN,
    CLI_YELLOW,
};
/* Escape sequences, empty where standard output is no terminal or NO_COLOR is set. */
const char *cli_colour(const struct cli *cli, enum cli_colour colour);
bool cli_is_error_terminal(const struct cli *cli);

void cli_print_help(FILE *out);
void cli_print_command_help(const struct command *command, FILE *out);
/* The commands "keys init", "keys add", ... of the group "keys"; false where there is none. */
bool cli_print_group_help(const char *group, FILE *out);
/* The command whose name is nearest to `name`; NULL where none is near. Lent. */
const char *cli_nearest_command(const char *name);

#endif
