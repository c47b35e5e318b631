#include "progress.h"

#include <stdio.h>

#include <glib.h>

#include "table.h"

#define BAR_COLUMNS 30
#define REDRAW_US   (100 * US_PER_MS)
#define LINE_US     (5 * US_PER_S)

struct progress progress_begin(const struct cli *cli, const char *label, const char *unit, int64_t total)
{
    const struct monotonic now = clock_monotonic();
    return (struct progress){
        .cli = cli, .label = label, .unit = unit, .total = total, .begun_at = now, .shown_at = now};
}

static char *facts_of(const struct progress *progress, int64_t done, int64_t per_second)
{
    g_autofree char *rate = table_number(per_second);
    g_autofree char *number = table_number(done);
    return g_strdup_printf("%s %s, %s/s", number, progress->unit, rate);
}

static void draw_bar(const struct progress *progress, int64_t done, int64_t per_second)
{
    g_autofree char *facts = facts_of(progress, done, per_second);
    const double share = progress->total > 0 ? CLAMP((double)done / (double)progress->total, 0.0, 1.0) : 0.0;
    const int filled = (int)(share * BAR_COLUMNS);
    (void)fprintf(stderr, "\r\033[K%s [", progress->label);
    for (int i = 0; i < BAR_COLUMNS; i++)
        (void)fputc(i < filled ? '#' : '.', stderr);
    (void)fprintf(stderr, "] %3.0f%%  %s", share * 100, facts);
    (void)fflush(stderr);
}

static void write_line(const struct progress *progress, int64_t done, int64_t per_second)
{
    g_autofree char *facts = facts_of(progress, done, per_second);
    if (progress->total > 0)
        (void)fprintf(stderr, "%s: %.0f%%, %s\n", progress->label, 100.0 * (double)done / (double)progress->total,
                      facts);
    else
        (void)fprintf(stderr, "%s: %s\n", progress->label, facts);
}

static void write_json(const struct progress *progress, int64_t done, int64_t per_second)
{
    cli_note_json(json_pack("{s:{s:s, s:s, s:I, s:I, s:I}}", "progress", "label", progress->label, "unit",
                            progress->unit, "done", (json_int_t)done, "total", (json_int_t)progress->total,
                            "per_second", (json_int_t)per_second));
}

void progress_show(struct progress *progress, int64_t done)
{
    const bool is_terminal = cli_is_error_terminal(progress->cli);
    const struct monotonic now = clock_monotonic();
    if (now.us - progress->shown_at.us < (is_terminal ? REDRAW_US : LINE_US))
        return;
    progress->shown_at = now;
    const int64_t elapsed_us = now.us - progress->begun_at.us;
    const int64_t per_second = elapsed_us > 0 ? (int64_t)((double)done * 1e6 / (double)elapsed_us) : 0;
    if (is_terminal) {
        draw_bar(progress, done, per_second);
        progress->is_drawn = true;
    } else if (cli_is_json(progress->cli)) {
        write_json(progress, done, per_second);
    } else {
        write_line(progress, done, per_second);
    }
}

void progress_end(struct progress *progress)
{
    if (progress->is_drawn)
        (void)fputs("\r\033[K", stderr);
    progress->is_drawn = false;
}
