#ifndef DUNLIN_CLI_IMPORT_FILE_H
#define DUNLIN_CLI_IMPORT_FILE_H

#include "cli.h"

/* A CSV file whose rows are commands: its first line names columns, in any order; each row is one command by itself,
 * named for good by its column "key", so that the same file may be given again. A row that is refused is written down
 * with its line, field, code and reason, and the next one goes on; a service that does not answer ends the run. */

/* Rows for the options of a command that imports. */
#define IMPORT_OPTIONS                                                                                                 \
    {                                                                                                                  \
        "rejects", CONFIG_TEXT, "", NULL, 0, 0,                                                                        \
            "Writes rows that were refused into this file: line, field, code, "                                        \
            "reason."                                                                                                  \
    }

struct import_row;

struct import_kind {
    const char *label;          /* for progress: "disputes" */
    const char *const *columns; /* all that there are, ended by NULL; the first is "key" */
    size_t n_needed;            /* so many of the first must be there, and filled in each row */
    /* Carries one row out. Fails with INVALID_ARGUMENT where a cell is wrong, which import_refuse says, or as the
     * service refuses it. */
    enum status (*send)(struct cli *cli, const struct import_row *row, struct error *err);
};

/* The cell of a column, valid UTF-8; "" where the file has no such column, or nothing in it. Lent. */
const char *import_cell(const struct import_row *row, const char *column);

/* INVALID_ARGUMENT: "<column>: <why>". */
enum status import_refuse(struct error *err, const char *column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Carries out the file of the first operand and shows what came of it. */
MUST_USE enum status import_run(struct cli *cli, const struct import_kind *kind, struct error *err);

#endif
