#include "logging/logging.h"
#include "service/worker.h"

#define SUSPECT_DELAY_US (15 * US_PER_MIN)
#define BEHIND_PAUSE_MS  20

static enum status find_next(struct worker *worker, const uint16_t *partitions, size_t n, struct error *err)
{
    struct instant due = {INT64_MAX};
    const enum status st = timer_next_due(worker->db, worker->service->spec->name, partitions, n, &due, err);
    if (st == STATUS_OK)
        worker->next_timer_us = due.us;
    return st;
}

/* A timer whose effect fails again and again does not hold up the others: it comes back later. */
static enum status put_off(struct worker *worker, const struct timer *timer, const struct error *why, struct error *err)
{
    log_error("a timer cannot be applied, trying again later", log_text("kind", timer->kind),
              log_id("subject", &timer->subject_id), log_error_text(why));
    struct unit *unit = worker_begin(worker, err);
    if (!unit)
        return err->code;
    struct timer later = *timer;
    later.due_at.us = unit_now(unit).us + SUSPECT_DELAY_US;
    unit_timer_set(unit, &later);
    worker_fence(worker, unit, id_partition(&timer->subject_id));
    return worker_commit(worker, &unit, "timers", clock_monotonic(), err);
}

static enum status apply(struct worker *worker, struct unit **unit, const struct timers *due, struct monotonic since,
                         struct error *err)
{
    const enum status st = worker->service->spec->timers(*unit, due->timers, due->n, err);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < due->n; i++)
        worker_fence(worker, *unit, id_partition(&due->timers[i].subject_id));
    return worker_commit(worker, unit, "timers", since, err);
}

static bool is_timers_own_fault(const struct worker *worker, enum status st)
{
    return !status_is_transient(st) && st != STATUS_DEADLINE_EXCEEDED && db_is_alive(worker->db);
}

/* *ret_n is how many were due, at most one where the batch before failed: the one at fault is then put off. */
static enum status fire(struct worker *worker, const uint16_t *partitions, size_t n_partitions, size_t *ret_n,
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
    *ret_n = due->n;
    st = apply(worker, &unit, due, since, err);
    if (st == STATUS_OK) {
        for (size_t i = 0; i < due->n; i++)
            metrics_add(&SERVICE_METRICS[SERVICE_TIMERS_FIRED], due->timers[i].kind, 1);
    } else if (is_timers_own_fault(worker, st)) {
        const struct error why = *err;
        unit_rollbackp(&unit);
        st = worker->is_timer_suspect ? put_off(worker, &due->timers[0], &why, err) : STATUS_OK;
        worker->is_timer_suspect = true;
    }
    return st;
}

/* Of `partitions` those of which every event that was committed when their timers were first looked at is applied: a
 * timer decides on facts, and the fact that it waits for may stand in the log already. A promise falls due while the
 * service is down, and the payment that keeps it is reported meanwhile. Where a partition has to get to does not move
 * while it gets there: a steady stream of events keeps no timer from firing. */
static enum status find_ready(struct worker *worker, const uint16_t *partitions, size_t n,
                              uint16_t ret_ready[static PARTITION_COUNT], size_t *ret_n, struct error *err)
{
    int64_t next_seqs[PARTITION_COUNT];
    const enum status st = eventlog_heads(worker->db, partitions, n, next_seqs, err);
    for (size_t i = 0; st == STATUS_OK && i < n; i++) {
        struct part *part = &worker->parts[partitions[i]];
        if (part->fire_after == 0)
            part->fire_after = next_seqs[i] - 1;
        if (part->inbox.cursor < part->fire_after) {
            inbox_hear_head(&part->inbox, part->fire_after);
            continue;
        }
        part->fire_after = 0;
        ret_ready[(*ret_n)++] = partitions[i];
    }
    return st;
}

static enum status fire_due(struct worker *worker, const uint16_t *partitions, size_t n, struct error *err)
{
    uint16_t ready[PARTITION_COUNT];
    size_t n_ready = 0;
    enum status st = find_ready(worker, partitions, n, ready, &n_ready, err);
    if (st != STATUS_OK)
        return st;
    if (n_ready < n)
        worker->timers_retry_at = clock_deadline_ms(BEHIND_PAUSE_MS);
    if (n_ready == 0)
        return STATUS_OK;
    const size_t limit = worker->is_timer_suspect ? 1 : TIMERS_MAX;
    const bool was_suspect = worker->is_timer_suspect;
    size_t n_due = 0;
    st = fire(worker, ready, n_ready, &n_due, err);
    if (st != STATUS_OK)
        return st;
    if (n_due == limit || worker->is_timer_suspect != was_suspect) {
        worker->next_timer_us = INT64_MIN;
        return STATUS_OK;
    }
    worker->is_timer_suspect = false;
    return find_next(worker, partitions, n, err);
}

static void take_status(struct worker *worker, enum status st, const struct error *err)
{
    if (st == STATUS_OK) {
        worker->timers_retry_ms = 0;
        return;
    }
    log_warn("timers cannot be fired, trying again", log_error_text(err));
    worker->timers_retry_at = worker_pause(&worker->timers_retry_ms);
    worker_after_failure(worker, st);
}

void timers_step(struct worker *worker)
{
    if (!worker->db || !worker->service->spec->timers || clock_remaining_ms(worker->timers_retry_at) > 0 ||
        (worker->next_timer_us != INT64_MIN && worker->next_timer_us > clock_now().us))
        return;
    uint16_t partitions[PARTITION_COUNT];
    const size_t n = ownership_list(worker, partitions);
    if (n == 0) {
        worker->next_timer_us = INT64_MAX;
        return;
    }
    struct error err;
    take_status(worker, fire_due(worker, partitions, n, &err), &err);
}

void timers_look_again(struct worker *worker)
{
    uint16_t partitions[PARTITION_COUNT];
    struct error err;
    const size_t n = worker->service->spec->timers ? ownership_list(worker, partitions) : 0;
    if (n > 0 && clock_remaining_ms(worker->timers_retry_at) == 0)
        take_status(worker, find_next(worker, partitions, n, &err), &err);
}
