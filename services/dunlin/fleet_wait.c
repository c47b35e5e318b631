#include "fleet_wait.h"

#include <poll.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include <glib.h>

#include "cache/cache.h"
#include "dunlin_sql.h"

#define LOOK_IVL_MS 50
#define TAIL_LINES  15

struct waiting {
    const struct fleet_process *process;
    bool is_announced;
};

struct wait {
    struct cache *cache;
    struct db *db;
    struct waiting *all;
    struct pollfd *fds; /* parallel to all */
    size_t n;
};

static void look_at_roster(struct wait *wait, const struct roster *roster, struct db_array *ids)
{
    for (size_t i = 0; i < wait->n; i++) {
        wait->all[i].is_announced = false;
        for (size_t k = 0; k < roster->n; k++) {
            const struct instance *instance = &roster->instances[k];
            if (instance->pid == wait->all[i].process->pid && instance->state == INSTANCE_SERVING &&
                strcmp(instance->service, wait->all[i].process->service) == 0)
                wait->all[i].is_announced = true;
        }
    }
    for (size_t k = 0; k < roster->n; k++)
        db_array_text(ids, roster->instances[k].id);
}

static bool is_awaited(const struct wait *wait, const char *service)
{
    for (size_t i = 0; i < wait->n; i++)
        if (strcmp(wait->all[i].process->service, service) == 0)
            return true;
    return false;
}

/* The first service that does not own all its partitions yet; NULL where all do. */
static enum status find_unowned(const struct wait *wait, const struct db_array *ids, const char **ret_service,
                                struct error *err)
{
    SCOPED(db_result_freep) struct db_result *held = NULL;
    struct db_args args = {0};
    db_arg_array(&args, ids);
    const enum status st = db_exec(wait->db, &DUNLIN_OWNERSHIP_COUNT, &args, &held, err);
    if (st != STATUS_OK)
        return st;
    *ret_service = NULL;
    for (const struct fleet_service *service = FLEET; service->name != NULL; service++) {
        if (!service->owns_partitions || !is_awaited(wait, service->name))
            continue;
        int64_t n = 0;
        for (size_t row = 0; row < db_rows(held); row++)
            if (strcmp(db_text(held, row, 0), service->name) == 0)
                n = db_int8(held, row, 1);
        if (n < PARTITION_COUNT)
            *ret_service = service->name;
    }
    return STATUS_OK;
}

static enum status check_alive(const struct wait *wait, struct error *err)
{
    for (size_t i = 0; i < wait->n; i++) {
        if (wait->fds[i].revents == 0 && wait->fds[i].fd >= 0)
            continue;
        const struct fleet_process *process = wait->all[i].process;
        g_autofree char *tail = fleet_log_tail(process->log, TAIL_LINES);
        (void)fprintf(stderr, "--- the end of %s\n%s\n---\n", process->log, tail);
        return error_set(err, STATUS_UNAVAILABLE, "%s-%d ended at its start: see %s", process->service, process->number,
                         process->log);
    }
    return STATUS_OK;
}

/* OK: ready. UNAVAILABLE with a text that says for what it waits: not yet. */
static enum status look(struct wait *wait, struct error *err)
{
    SCOPED(roster_freep) struct roster *roster = NULL;
    SCOPED(db_array_freep) struct db_array *ids = db_array_new(DB_TEXT);
    const char *unowned = NULL;
    enum status st = registry_read(wait->cache, &roster, err);
    if (st != STATUS_OK)
        return st;
    look_at_roster(wait, roster, ids);
    for (size_t i = 0; i < wait->n; i++)
        if (!wait->all[i].is_announced)
            return error_set(err, STATUS_UNAVAILABLE, "%s-%d has not announced itself (see %s)",
                             wait->all[i].process->service, wait->all[i].process->number, wait->all[i].process->log);
    st = find_unowned(wait, ids, &unowned, err);
    if (st == STATUS_OK && unowned != NULL)
        return error_set(err, STATUS_UNAVAILABLE, "%s does not own all its partitions", unowned);
    return st;
}

static enum status wait_until_ready(struct wait *wait, int64_t timeout_ms, struct error *err)
{
    const struct monotonic deadline = clock_deadline_ms(timeout_ms);
    for (;;) {
        enum status st = look(wait, err);
        if (st == STATUS_OK || !status_is_transient(st))
            return st;
        if (clock_remaining_ms(deadline) == 0)
            return error_wrap(err, STATUS_DEADLINE_EXCEEDED, "not ready within %lld s", (long long)(timeout_ms / 1000));
        (void)poll(wait->fds, wait->n, LOOK_IVL_MS);
        struct error ended;
        if (check_alive(wait, &ended) != STATUS_OK) {
            *err = ended;
            return ended.code;
        }
    }
}

enum status fleet_wait_ready(struct cli *cli, const struct fleet_process *processes, size_t n, int64_t timeout_ms,
                             struct error *err)
{
    struct wait wait = {.all = g_new0(struct waiting, n + 1), .fds = g_new0(struct pollfd, n + 1)};
    for (size_t i = 0; i < n; i++) {
        if (processes[i].pid == 0)
            continue;
        wait.all[wait.n].process = &processes[i];
        wait.fds[wait.n++] = (struct pollfd){.fd = pidfd_open(processes[i].pid, 0), .events = POLLIN};
    }
    const struct cache_options options = {.url = cli_text(cli, "redis-url"), .retry_ms = LOOK_IVL_MS};
    enum status st = cache_new(&options, &wait.cache, err);
    if (st == STATUS_OK)
        st = cli_db(cli, &wait.db, err);
    if (st == STATUS_OK)
        st = wait_until_ready(&wait, timeout_ms, err);
    for (size_t i = 0; i < wait.n; i++)
        if (wait.fds[i].fd >= 0)
            (void)close(wait.fds[i].fd);
    cache_free(wait.cache);
    g_free(wait.all);
    g_free(wait.fds);
    return st;
}
