#include "logging/logging.h"
#include "service/worker.h"

#define SUSPECT_DELAY_US (15 * US_PER_MIN)

static enum status find_next(struct worker *worker, const uint16_t *partitions, size_t n, struct error *err)
{
    struct instant due = {INT64_MAX};
    const enum status st = timer_next_due(worker->db, worker->service->spec->name, partitions, n, &due, err);
    if (st == STATUS_OK)
        worker->next_timer_us = due.us;
    return st;
}

/* A timer whose effect fails again and again does not hold up the others: it comes back later. */
static enum status put_off(struct worker *worker, struct unit *unit, const struct timer *timer, const struct error *why)
{
    (void)worker;
    log_error("a timer cannot be applied, trying again later", log_text("kind", timer->kind),
              log_id("subject", &timer->subject_id), log_error_text(why));
    struct timer later = *timer;
    later.due_at.us = unit_now(unit).us + SUSPECT_DELAY_US;
    unit_timer_set(unit, &later);
    return STATUS_OK;
}

static enum status put_off_first(struct worker *worker, const uint16_t *partitions, size_t n, const struct error *why,
                                 struct error *err)
{
    SCOPED(timers_freep) struct timers *due = NULL;
    SCOPED(unit_rollbackp) struct unit *unit = worker_begin(worker, err);
    if (!unit)
        return err->code;
    enum status st =
        timer_take_due(unit_tx(unit), worker->service->spec->name, partitions, n, unit_now(unit), 1, &due, err);
    if (st == STATUS_OK && due->n == 1)
        st = put_off(worker, unit, &due->timers[0], why);
    return st == STATUS_OK ? worker_commit(worker, &unit, "timers", clock_monotonic(), err) : st;
}

static enum status fire(struct worker *worker, const uint16_t *partitions, size_t n_partitions, size_t *ret_fired,
                        struct error *err)
{
    const struct monotonic since = clock_monotonic();
    SCOPED(timers_freep) struct timers *due = NULL;
    SCOPED(unit_rollbackp) struct unit *unit = worker_begin(worker, err);
    if (!unit)
        return err->code;
    const int32_t limit = worker->is_timer_suspect ? 1 : TIMERS_MAX;
    enum status st = timer_take_due(unit_tx(unit), worker->service->spec->name, partitions, n_partitions,
                                    unit_now(unit), limit, &due, err);
    if (st != STATUS_OK || due->n == 0)
        return st;
    st = worker->service->spec->timers(unit, due->timers, due->n, err);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < due->n; i++)
        worker_fence(worker, unit, id_partition(&due->timers[i].subject_id));
    st = worker_commit(worker, &unit, "timers", since, err);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < due->n; i++)
        metrics_add(&SERVICE_TIMERS_FIRED, due->timers[i].kind, 1);
    *ret_fired = due->n;
    return STATUS_OK;
}

static void after_failure(struct worker *worker, const uint16_t *partitions, size_t n, enum status st,
                          const struct error *why)
{
    struct error err;
    if (status_is_transient(st) || st == STATUS_DEADLINE_EXCEEDED) {
        log_warn("timers cannot be fired, trying again", log_error_text(why));
        worker_after_failure(worker, st);
    } else if (!worker->is_timer_suspect) {
        worker->is_timer_suspect = true;
    } else if (put_off_first(worker, partitions, n, why, &err) != STATUS_OK) {
        log_error("a timer cannot be put off", log_error_text(&err));
        worker_after_failure(worker, err.code);
    }
}

void timers_step(struct worker *worker)
{
    if (!worker->db || !worker->service->spec->timers ||
        (worker->next_timer_us != INT64_MIN && worker->next_timer_us > clock_now().us))
        return;
    uint16_t partitions[PARTITION_COUNT];
    const size_t n = ownership_list(worker, partitions);
    if (n == 0) {
        worker->next_timer_us = INT64_MAX;
        return;
    }
    struct error err;
    size_t fired = 0;
    enum status st = fire(worker, partitions, n, &fired, &err);
    if (st != STATUS_OK) {
        after_failure(worker, partitions, n, st, &err);
        return;
    }
    const size_t limit = worker->is_timer_suspect ? 1 : TIMERS_MAX;
    if (fired < limit) {
        worker->is_timer_suspect = false;
        st = find_next(worker, partitions, n, &err);
        if (st != STATUS_OK)
            worker_after_failure(worker, st);
    } else {
        worker->next_timer_us = INT64_MIN;
    }
}
