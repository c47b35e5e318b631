#include <string.h>

#include "cache/cache.h"
#include "logging/logging.h"
#include "service/service_internal.h"

/* Redis is only ever spoken to here, on a thread of its own: the I/O thread never waits for it. */
static void beat(struct service *service, struct cache *cache, zsock_t *pipe, bool *was_down)
{
    struct error err;
    struct roster *roster = NULL;
    struct instance instance = service->instance;
    instance.state = atomic_load(&service->state) == SERVICE_SERVING ? INSTANCE_SERVING : INSTANCE_DRAINING;
    const struct monotonic asked_at = clock_monotonic();
    enum status st = registry_announce(cache, &instance, &err);
    if (st == STATUS_OK) {
        atomic_store(&service->announced_at_us, asked_at.us);
        st = registry_read(cache, &roster, &err);
    }
    if (st == STATUS_OK) {
        if (*was_down)
            log_info("Redis answers again");
        zsock_send(pipe, "p", roster);
    } else if (!*was_down) {
        log_warn("Redis cannot be reached, going on with the last roster", log_error_text(&err));
    }
    *was_down = st != STATUS_OK;
}

/* On a clean stop the instance leaves the roster at once. */
static void withdraw(struct service *service, struct cache *cache)
{
    struct error err;
    if (registry_withdraw(cache, &service->instance, &err) != STATUS_OK)
        log_warn("cannot withdraw from the registry, ignoring: the entry dies by itself", log_error_text(&err));
}

/* "BEAT" asks for a beat now (the state has changed); "STOP" ends. */
static bool wait_for_beat(zsock_t *pipe)
{
    zmq_pollitem_t item = {.socket = zsock_resolve(pipe), .events = ZMQ_POLLIN};
    if (zmq_poll(&item, 1, REGISTRY_HEARTBEAT_MS) <= 0)
        return true;
    char *command = zstr_recv(pipe);
    const bool is_going_on = command && strcmp(command, "BEAT") == 0;
    zstr_free(&command);
    return is_going_on;
}

void roster_actor(zsock_t *pipe, void *args)
{
    struct service *service = args;
    struct error err;
    SCOPED(cache_freep) struct cache *cache = NULL;
    const struct cache_options options = {.url = config_text(service->config, "redis-url")};
    bool was_down = false;
    const enum status st = cache_new(&options, &cache, &err);
    if (st != STATUS_OK)
        log_error("the registry cannot be used", log_error_text(&err));
    zsock_signal(pipe, 0);
    do {
        if (st == STATUS_OK)
            beat(service, cache, pipe, &was_down);
    } while (wait_for_beat(pipe));
    if (st == STATUS_OK)
        withdraw(service, cache);
    zsock_send(pipe, "p", NULL); /* nothing follows */
    char *term = zstr_recv(pipe);
    zstr_free(&term);
}
