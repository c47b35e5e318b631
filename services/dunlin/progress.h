#ifndef DUNLIN_CLI_PROGRESS_H
#define DUNLIN_CLI_PROGRESS_H

#include "cli.h"
#include "clock/clock.h"

/* How far long work is, on standard error: a bar that is drawn over where that is a terminal, else a line every few
 * seconds (with --json {"progress": {"label", "unit", "done", "total", "per_second"}}). A plain value. */
struct progress {
    const struct cli *cli;
    const char *label;
    const char *unit; /* "rows" */
    int64_t total;    /* 0: not known */
    struct monotonic begun_at, shown_at;
    bool is_drawn;
};

struct progress progress_begin(const struct cli *cli, const char *label, const char *unit, int64_t total);
void progress_show(struct progress *progress, int64_t done);
/* Takes the bar away. */
void progress_end(struct progress *progress);

#endif
