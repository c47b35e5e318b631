#include "quiet.h"

#include <inttypes.h>

#include <glib.h>
#include <zmq.h>

#include "clock/clock.h"
#include "dunlin_sql.h"
#include "fleet.h"

/* A time-lapse waits hundreds of times, mostly for a few ten milliseconds: look often at first, seldom later. */
#define LOOK_FIRST_MS 3
#define LOOK_LAST_MS  50
#define PATIENCE_MS   2000

struct db_array *quiet_services(void)
{
    struct db_array *services = db_array_new(DB_TEXT);
    for (const struct fleet_service *service = FLEET; service->name != NULL; service++)
        db_array_text(services, service->name);
    return services;
}

static enum status is_quiet(struct db *db, const struct db_array *services, bool *ret_is_quiet, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *state = NULL;
    struct db_args args = {0};
    db_arg_array(&args, services);
    db_arg_int8(&args, clock_wall_us());
    const enum status st = db_exec(db, &DUNLIN_QUIET_CHECK, &args, &state, err);
    if (st == STATUS_OK)
        *ret_is_quiet = !db_bool(state, 0, 0) && !db_bool(state, 0, 1);
    return st;
}

static enum status tell_what_moves(struct db *db, const struct db_array *services, int64_t timeout_ms,
                                   struct error *err)
{
    struct db_call calls[] = {{.statement = &DUNLIN_CONSUMER_LIST}, {.statement = &DUNLIN_TIMER_DUE_LIST}};
    db_arg_array(&calls[1].args, services);
    db_arg_int8(&calls[1].args, clock_wall_us());
    const enum status st = db_exec_pipeline(db, calls, ARRAY_SIZE(calls), err);
    if (st != STATUS_OK)
        return st;
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < db_rows(calls[0].result); i++)
        if (db_int8(calls[0].result, i, 3) > 0)
            g_string_append_printf(text,
                                   "; %s is %" PRId64 " events behind in %" PRId64 " partitions (%" PRId64 " owned)",
                                   db_text(calls[0].result, i, 0), db_int8(calls[0].result, i, 3),
                                   db_int8(calls[0].result, i, 2), db_int8(calls[0].result, i, 1));
    for (size_t i = 0; i < db_rows(calls[1].result); i++)
        g_string_append_printf(text, "; %" PRId64 " timers of %s are due", db_int8(calls[1].result, i, 1),
                               db_text(calls[1].result, i, 0));
    db_calls_clear(calls, ARRAY_SIZE(calls));
    return error_set(err, STATUS_DEADLINE_EXCEEDED, "not at rest within %" PRId64 " s%s", timeout_ms / 1000, text->str);
}

enum status quiet_wait(struct db *db, int64_t timeout_ms, struct error *err)
{
    SCOPED(db_array_freep) struct db_array *services = quiet_services();
    const struct monotonic begin = clock_monotonic();
    const struct monotonic deadline = clock_deadline_ms(timeout_ms);
    for (;;) {
        bool is_done = false;
        const enum status st = is_quiet(db, services, &is_done, err);
        if (st != STATUS_OK || is_done)
            return st;
        if (clock_remaining_ms(deadline) == 0)
            return tell_what_moves(db, services, timeout_ms, err);
        const bool is_young = clock_monotonic().us - begin.us < PATIENCE_MS * US_PER_MS;
        (void)zmq_poll(NULL, 0, is_young ? LOOK_FIRST_MS : LOOK_LAST_MS);
    }
}
