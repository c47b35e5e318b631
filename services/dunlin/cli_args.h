#ifndef DUNLIN_CLI_ARGS_H
#define DUNLIN_CLI_ARGS_H

#include <glib.h>

#include "config/config.h"

/* A command line parted into options and operands: common/config knows options only. */
struct cli_args {
    GPtrArray *options;  /* of char *, owned, as config_read wants them; the first is the program's name */
    GPtrArray *operands; /* of const char *, borrowed from argv */
    bool wants_help;
    bool wants_version;
};

/* `tables` is a NULL-terminated list of option tables; a word behind an option that takes a value belongs to it. "--"
 * ends the options. An unknown option keeps only what stands in the same word: config_read refuses it. */
void cli_args_init(struct cli_args *args, int argc, char *const *argv, const struct config_option *const *tables);
void cli_args_fini(struct cli_args *args);

/* The value of --<name> on this command line, NULL where it is not given; borrowed from argv. */
const char *cli_args_peek(int argc, char *const *argv, const char *name);

#endif
