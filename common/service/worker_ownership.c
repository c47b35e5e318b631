#include <string.h>

#include "logging/logging.h"
#include "service/worker.h"

static bool is_wanted(const struct worker *worker, uint16_t partition)
{
    if (worker->is_draining || !worker->roster || partition % worker->service->n_workers != worker->index)
        return false;
    const struct instance *owner = roster_owner(worker->roster, worker->service->spec->name, partition);
    return owner && strcmp(owner->id, worker->service->instance.id) == 0;
}

static void set_mask(struct worker *worker)
{
    uint64_t mask = 0;
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        if (worker->parts[p].is_owned)
            mask |= UINT64_C(1) << p;
    atomic_store(&worker->service->owned[worker->index], mask);
    int64_t n = 0;
    for (unsigned w = 0; w < worker->service->n_workers; w++)
        n += __builtin_popcountll(atomic_load(&worker->service->owned[w]));
    metrics_set(&SERVICE_METRICS[SERVICE_PARTITIONS], NULL, n);
}

static void gain(struct worker *worker, uint16_t partition, int64_t epoch, int64_t cursor)
{
    struct part *part = &worker->parts[partition];
    *part = (struct part){.is_owned = true,
                          .epoch = epoch,
                          .stored = cursor,
                          .parked = g_array_new(FALSE, TRUE, sizeof(struct parked_event))};
    inbox_init(&part->inbox, cursor);
    part->inbox.is_behind = true; /* whatever was appended before we listened */
    if (worker->service->spec->partition_changed)
        worker->service->spec->partition_changed(worker->context, partition, true);
}

static void lose(struct worker *worker, uint16_t partition)
{
    struct part *part = &worker->parts[partition];
    inbox_fini(&part->inbox);
    g_array_free(part->parked, TRUE);
    memset(part, 0, sizeof(*part));
    if (worker->service->spec->partition_changed)
        worker->service->spec->partition_changed(worker->context, partition, false);
}

void ownership_drop_all(struct worker *worker)
{
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        if (worker->parts[p].is_owned)
            lose(worker, p);
    worker->has_unsaved = false;
    worker->must_check_ownership = true;
    set_mask(worker);
}

void ownership_follow_rewinds(struct worker *worker)
{
    const uint64_t rewinds = atomic_load(&worker->service->rewinds);
    if (rewinds == worker->rewinds)
        return;
    worker->rewinds = rewinds;
    ownership_drop_all(worker);
}

size_t ownership_list(const struct worker *worker, uint16_t ret_partitions[static PARTITION_COUNT])
{
    size_t n = 0;
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        if (worker->parts[p].is_owned)
            ret_partitions[n++] = p;
    return n;
}

void ownership_give_up(struct worker *worker)
{
    if (worker->service->spec->consumption == SERVICE_CONSUMES_BROADCAST)
        events_read_again(worker);
    else
        ownership_drop_all(worker);
}

/* Broadcast consumers see everything from now on: once followed, a partition stays followed, and what a lost connection
 * hid is read from the log afterwards. */
static enum status follow_all(struct worker *worker, struct error *err)
{
    uint16_t partitions[PARTITION_COUNT];
    int64_t next_seqs[PARTITION_COUNT];
    if (worker->parts[0].is_owned)
        return STATUS_OK;
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        partitions[p] = p;
    const enum status st = eventlog_heads(worker->db, partitions, PARTITION_COUNT, next_seqs, err);
    for (uint16_t p = 0; p < PARTITION_COUNT && st == STATUS_OK; p++)
        gain(worker, p, 0, next_seqs[p] - 1);
    return st;
}

static enum status release_unwanted(struct worker *worker, struct error *err)
{
    struct lease leases[PARTITION_COUNT];
    size_t n = 0;
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        if (worker->parts[p].is_owned && !is_wanted(worker, p))
            leases[n++] = (struct lease){.partition = p, .epoch = worker->parts[p].epoch};
    if (n == 0)
        return STATUS_OK;
    enum status st = worker->has_unsaved ? events_save_cursors(worker, err) : STATUS_OK;
    if (st != STATUS_OK)
        return st;
    st = lease_release(worker->db, worker->service->spec->name, leases, n, err);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < n; i++)
        lose(worker, leases[i].partition);
    log_info("partitions released", log_number("count", (int64_t)n));
    return STATUS_OK;
}

/* Redis has heard nothing of this instance for so long that the others, where they still reach it, take it for dead and
 * its partitions over. */
static bool is_cut_off(const struct worker *worker)
{
    return clock_monotonic().us - atomic_load(&worker->service->announced_at_us) >= REGISTRY_TTL_MS * US_PER_MS;
}

/* May the partition be taken now? At once where nobody holds it, or the holder is gone; a live holder gets
 * TAKEOVER_WAIT_MS to hand it over. Who is cut off knows nothing of others: were it to take back what they took over,
 * they would take it over again, and so on for as long as it lasts. */
static bool may_take(struct worker *worker, uint16_t partition, const char *holder)
{
    if (holder[0] == '\0' || strcmp(holder, worker->service->instance.id) == 0)
        return true;
    if (is_cut_off(worker))
        return false;
    if (!roster_find(worker->roster, holder))
        return true;
    struct part *part = &worker->parts[partition];
    if (part->wanted_since.us == 0)
        part->wanted_since = clock_monotonic();
    return clock_monotonic().us - part->wanted_since.us >= TAKEOVER_WAIT_MS * US_PER_MS;
}

static enum status take_wanted(struct worker *worker, size_t *ret_waiting, struct error *err)
{
    bool is_any = false;
    for (uint16_t p = 0; p < PARTITION_COUNT && !is_any; p++)
        is_any = !worker->parts[p].is_owned && is_wanted(worker, p);
    if (!is_any)
        return STATUS_OK;

    struct lease_holder holders[PARTITION_COUNT];
    enum status st = lease_holders(worker->db, worker->service->spec->name, holders, err);
    if (st != STATUS_OK)
        return st;
    uint16_t partitions[PARTITION_COUNT];
    size_t n = 0;
    for (uint16_t p = 0; p < PARTITION_COUNT; p++) {
        if (!is_wanted(worker, p))
            worker->parts[p].wanted_since.us = 0;
        if (worker->parts[p].is_owned || !is_wanted(worker, p))
            continue;
        if (may_take(worker, p, holders[p].instance_id))
            partitions[n++] = p;
        else
            (*ret_waiting)++;
    }
    if (n == 0)
        return STATUS_OK;
    struct lease *leases = NULL;
    st = lease_take(worker->db, worker->service->spec->name, worker->service->instance.id, partitions, n, &leases, err);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < n; i++)
        gain(worker, leases[i].partition, leases[i].epoch, leases[i].cursor_seq);
    free(leases);
    worker->next_timer_us = INT64_MIN;
    log_info("partitions taken over", log_number("count", (int64_t)n));
    st = events_load_parked(worker, err);
    if (st == STATUS_OK) /* whoever drove the clock meanwhile may not have known of this instance */
        st = worker_read_clock(worker, err);
    if (st != STATUS_OK) /* not knowing what is parked and what time it is, nothing may be decided or applied */
        ownership_drop_all(worker);
    return st;
}

static enum status settle_ownership(struct worker *worker, size_t *ret_waiting, struct error *err)
{
    switch (worker->service->spec->consumption) {
    case SERVICE_CONSUMES_NOTHING:
        return STATUS_OK;
    case SERVICE_CONSUMES_BROADCAST:
        return follow_all(worker, err);
    case SERVICE_CONSUMES_OWNED:
        break;
    }
    const enum status st = release_unwanted(worker, err);
    return st == STATUS_OK ? take_wanted(worker, ret_waiting, err) : st;
}

void ownership_step(struct worker *worker)
{
    if (!worker->must_check_ownership || clock_remaining_ms(worker->next_ownership) > 0 ||
        (worker->is_draining && requests_are_pending(worker))) /* what was taken in is finished by its owner first */
        return;
    struct error err;
    size_t waiting = 0;
    const enum status st = settle_ownership(worker, &waiting, &err);
    set_mask(worker);
    worker->must_check_ownership = st != STATUS_OK || waiting > 0;
    const int64_t pause_ms = is_cut_off(worker) ? REGISTRY_HEARTBEAT_MS : 100;
    worker->next_ownership = clock_deadline_ms(worker->must_check_ownership ? pause_ms : 0);
    if (st != STATUS_OK) {
        log_warn("ownership of partitions cannot be settled, trying again", log_error_text(&err));
        worker_after_failure(worker, st);
    }
}

static bool has_lost_any(const struct worker *worker, const struct lease_holder holders[static PARTITION_COUNT])
{
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        if (worker->parts[p].is_owned && strcmp(holders[p].instance_id, worker->service->instance.id) != 0)
            return true;
    return false;
}

/* An instance that stood still for longer than others wait (a stopped process, a suspended machine, no Redis) may wake
 * up to the roster that it knew, after others have taken its partitions over and given them back. Commits are fenced by
 * the epoch, but with nothing to commit it would never learn, and its partitions would have no owner. */
void ownership_check_held(struct worker *worker)
{
    struct error err;
    struct lease_holder holders[PARTITION_COUNT];
    uint16_t partitions[PARTITION_COUNT];
    if (worker->service->spec->consumption != SERVICE_CONSUMES_OWNED || clock_remaining_ms(worker->next_held) > 0)
        return;
    worker->next_held = clock_deadline_ms(HELD_CHECK_MS);
    if (ownership_list(worker, partitions) == 0)
        return;
    const enum status st = lease_holders(worker->db, worker->service->spec->name, holders, &err);
    if (st != STATUS_OK) {
        log_warn("the owners of partitions cannot be read, trying again", log_error_text(&err));
        worker_after_failure(worker, st);
    } else if (has_lost_any(worker, holders)) {
        log_warn("partitions were taken over while this instance stood still: taking its share again");
        ownership_give_up(worker);
    }
}
