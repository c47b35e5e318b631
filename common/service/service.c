#include "service/service.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cache/cache.h"
#include "logging/logging.h"
#include "platform/platform.h"
#include "service/service_internal.h"
#include "service_sql.h"

static const struct config_option COMMON_OPTIONS[] = {
    {"database-url", CONFIG_TEXT, NULL, NULL, 0, 0,
     "PostgreSQL, as a libpq URL or conninfo; a password belongs into database-password."},
    {"database-user", CONFIG_TEXT, "", NULL, 0, 0, "Role to connect as. Empty: dunlin_<service>."},
    {"database-password", CONFIG_SECRET, "", NULL, 0, 0,
     "Password of that role. Empty: none is needed (private socket)."},
    {"statement-timeout", CONFIG_INTEGER, "30000", "ms", 100, 3600000,
     "No statement runs longer; libpq itself has no bound."},
    {"redis-url", CONFIG_TEXT, NULL, NULL, 0, 0,
     "Redis, redis://host:port/db or unix:///path: who is alive. May be lost at any time."},
    {"keys", CONFIG_TEXT, NULL, NULL, 0, 0,
     "Folder of CURVE keys: private/<service>.key_secret and public/*.key (`dunlin keys init`)."},
    {"listen", CONFIG_TEXT, "tcp://127.0.0.1:*", NULL, 0, 0,
     "Where requests are taken (ZeroMQ endpoint; * takes a free port)."},
    {"events-listen", CONFIG_TEXT, "tcp://127.0.0.1:*", NULL, 0, 0, "Where events are published (ZeroMQ endpoint)."},
    {"advertise-host", CONFIG_TEXT, "", NULL, 0, 0,
     "Host or address that others reach this instance by. Empty: the one it listens on; behind 0.0.0.0 its first "
     "address."},
    {"admin-address", CONFIG_TEXT, "127.0.0.1", NULL, 0, 0, "Address of /metrics, /healthz and /readyz."},
    {"admin-port", CONFIG_INTEGER, "0", NULL, 0, 65535, "Port of the same; 0 takes a free one."},
    {"workers", CONFIG_INTEGER, "1", "threads", 1, WORKERS_MAX,
     "Threads that apply and decide, each with its own connection and its share of the partitions."},
    {"drain-timeout", CONFIG_INTEGER, "10000", "ms", 0, 600000, "After SIGTERM: how long to finish what is in flight."},
    {"log-level", CONFIG_TEXT, "info", NULL, 0, 0, "debug, info, warn or error."},
    {0},
};

const struct config *service_config(const struct service *service)
{
    return service->config;
}

const struct bus_keys *service_keys(const struct service *service)
{
    return service->keys;
}

const char *service_instance_id(const struct service *service)
{
    return service->instance.id;
}

struct process {
    struct service service;
    struct config *config;
    struct bus_gate *gate;
    zsock_t *router, *pub, *sub;
    zactor_t *workers[WORKERS_MAX];
    struct worker_args worker_args[WORKERS_MAX];
    bool have_workers_stopped;
    zactor_t *roster;
    struct metrics_server *admin;
    int signal_fd;
};

static enum status block_signals(struct process *process, struct error *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    process->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return process->signal_fd >= 0 ? STATUS_OK : error_set(err, STATUS_INTERNAL, "signalfd: %s", strerror(errno));
}

/* Outside the loop that reads them, SIGTERM and SIGINT end the process at once, however long a worker still waits for
 * PostgreSQL. */
static void let_signals_kill(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static bool is_asked_to_stop(int signal_fd)
{
    struct signalfd_siginfo info;
    while (read(signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
        if (info.ssi_signo != SIGHUP)
            return true;
    return false;
}

static enum status wait_for_database(const struct service *service, int signal_fd, struct db **ret_db,
                                     struct error *err)
{
    zmq_pollitem_t signals = {.fd = signal_fd, .events = ZMQ_POLLIN};
    const struct monotonic deadline = clock_deadline_ms(30 * 1000);
    enum database_state state = DATABASE_UNREACHABLE;
    enum status st = database_open(service, ret_db, &state, err);
    while (st == STATUS_UNAVAILABLE && clock_remaining_ms(deadline) > 0) {
        log_warn("waiting for PostgreSQL", log_error_text(err));
        if (zmq_poll(&signals, 1, 500) > 0 && is_asked_to_stop(signal_fd))
            return error_set(err, STATUS_CANCELLED, "asked to stop");
        st = database_open(service, ret_db, &state, err);
    }
    return st;
}

/* One connection before the workers start: the schema is brought up to date and every statement fits it. */
static enum status prepare_database(const struct service *service, int signal_fd, struct error *err)
{
    SCOPED(db_closep) struct db *db = NULL;
    enum status st = wait_for_database(service, signal_fd, &db, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "database-url");
    st = platform_check(db, err);
    if (st == STATUS_OK && service->spec->migrations)
        st = db_migrate(db, service->spec->name, service->spec->migrations, err);
    if (st == STATUS_OK && service->spec->statements)
        st = db_prepare_all(db, service->spec->statements, err);
    if (st == STATUS_OK)
        st = db_prepare_all(db, SERVICE_STATEMENTS, err);
    bool is_driven = false;
    struct instant now = {0};
    if (st == STATUS_OK)
        st = platform_clock_read(db, &is_driven, &now, err);
    if (st == STATUS_OK && is_driven)
        (void)clock_drive(now);
    return st;
}

static const struct service_method *find_method(const struct service_spec *spec, const char *name)
{
    for (const struct service_method *method = spec->methods; method && method->name; method++)
        if (strcmp(method->name, name) == 0)
            return method;
    return NULL;
}

static enum status check_methods(const struct service_spec *spec, struct error *err)
{
    const unsigned n = spec->rpc ? spec->rpc->n_methods : 0;
    for (unsigned i = 0; i < n; i++) {
        const struct service_method *method = find_method(spec, spec->rpc->methods[i].name);
        if (!method || !method->handle || !method->roles)
            return error_set(err, STATUS_INTERNAL, "method %s of %s has no %s", spec->rpc->methods[i].name,
                             spec->rpc->name, !method || !method->handle ? "handler" : "roles");
        if (method->scope != SERVICE_ANYWHERE && spec->consumption != SERVICE_CONSUMES_OWNED)
            return error_set(err, STATUS_INTERNAL, "method %s of %s wants an owner, but the service owns no partitions",
                             method->name, spec->rpc->name);
    }
    return STATUS_OK;
}

static void first_address(char *buffer, size_t size)
{
    struct ifaddrs *list = NULL;
    g_strlcpy(buffer, "127.0.0.1", size);
    if (getifaddrs(&list) != 0)
        return;
    for (const struct ifaddrs *entry = list; entry; entry = entry->ifa_next) {
        char host[NI_MAXHOST];
        if (!entry->ifa_addr || entry->ifa_addr->sa_family != AF_INET ||
            getnameinfo(entry->ifa_addr, sizeof(struct sockaddr_in), host, sizeof(host), NULL, 0, NI_NUMERICHOST) !=
                0 ||
            strncmp(host, "127.", 4) == 0)
            continue;
        g_strlcpy(buffer, host, size);
        break;
    }
    freeifaddrs(list);
}

/* "tcp://0.0.0.0:41233" becomes what others can connect to. */
static void advertise(const struct config *config, const char *bound, char ret_endpoint[static REGISTRY_ENDPOINT_SIZE])
{
    char host[NI_MAXHOST];
    g_strlcpy(host, config_text(config, "advertise-host"), sizeof(host));
    const char *port = strrchr(bound, ':');
    if (!host[0] && g_str_has_prefix(bound, "tcp://0.0.0.0:"))
        first_address(host, sizeof(host));
    if (!host[0] || !g_str_has_prefix(bound, "tcp://"))
        g_strlcpy(ret_endpoint, bound, REGISTRY_ENDPOINT_SIZE);
    else
        g_snprintf(ret_endpoint, REGISTRY_ENDPOINT_SIZE, "tcp://%s%s", host, port);
}

static enum status open_sockets(struct process *process, struct error *err)
{
    struct service *service = &process->service;
    char bound[REGISTRY_ENDPOINT_SIZE];
    enum status st = bus_keys_open(config_text(service->config, "keys"), service->spec->name, &service->keys, err);
    if (st == STATUS_OK)
        st = bus_gate_start(config_text(service->config, "keys"), &process->gate, err);
    if (st == STATUS_OK)
        st = bus_bind_router(service->keys, config_text(service->config, "listen"), &process->router, bound, err);
    if (st == STATUS_OK)
        advertise(service->config, bound, service->instance.rpc_endpoint);
    if (st == STATUS_OK)
        st = bus_bind_pub(service->keys, config_text(service->config, "events-listen"), &process->pub, bound, err);
    if (st == STATUS_OK)
        advertise(service->config, bound, service->instance.event_endpoint);
    if (st == STATUS_OK)
        st = bus_open_sub(service->keys, &process->sub, err);
    return st;
}

static enum status start_workers(struct process *process, struct error *err)
{
    struct service *service = &process->service;
    for (unsigned w = 0; w < service->n_workers; w++) {
        process->worker_args[w] = (struct worker_args){.service = service, .index = w};
        process->workers[w] = zactor_new(worker_actor, &process->worker_args[w]);
        if (!process->workers[w])
            return error_set(err, STATUS_INTERNAL, "no thread for a worker: %s", zmq_strerror(errno));
        if (process->worker_args[w].status != STATUS_OK) {
            *err = process->worker_args[w].error;
            return err->code;
        }
    }
    return STATUS_OK;
}

const char *service_trouble(const struct service *service)
{
    const char *why = NULL;
    if (atomic_load(&service->state) != SERVICE_SERVING)
        why = "draining";
    else if (!atomic_load(&service->has_roster))
        why = "Redis has not answered yet";
    for (unsigned w = 0; w < service->n_workers && !why; w++)
        why = database_trouble((enum database_state)atomic_load(&service->database[w]));
    return why;
}

static int is_ready(void *context, char *reason, size_t reason_size)
{
    const char *why = service_trouble(context);
    if (why)
        g_strlcpy(reason, why, reason_size);
    return why == NULL;
}

static enum status start_admin(struct process *process, struct error *err)
{
    struct service *service = &process->service;
    const char *address = config_text(service->config, "admin-address");
    const enum status st = metrics_server_start(address, (uint16_t)config_integer(service->config, "admin-port"),
                                                is_ready, service, &process->admin, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "admin-port");
    char bound[REGISTRY_ENDPOINT_SIZE];
    char endpoint[REGISTRY_ENDPOINT_SIZE];
    g_snprintf(bound, sizeof(bound), "tcp://%s:%u", address, metrics_server_port(process->admin));
    advertise(service->config, bound, endpoint);
    g_snprintf(service->instance.admin_endpoint, sizeof(service->instance.admin_endpoint), "http://%.100s",
               endpoint + strlen("tcp://"));
    return STATUS_OK;
}

static void fill_service(struct process *process, const struct service_spec *spec)
{
    struct service *service = &process->service;
    service->spec = spec;
    service->config = process->config;
    service->n_workers = (unsigned)config_integer(process->config, "workers");
    if (spec->consumption == SERVICE_CONSUMES_BROADCAST)
        service->n_workers = 1;
    g_snprintf(service->own_prefix, sizeof(service->own_prefix), "dunlin.%s.v1.", spec->name);
    g_snprintf(service->own_role, sizeof(service->own_role), "dunlin_%s", spec->name);
    g_snprintf(service->actor, sizeof(service->actor), "service:%s", spec->name);
    service->consumed = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; spec->consumed && spec->consumed[i]; i++)
        g_hash_table_insert(service->consumed, (gpointer)(uintptr_t)spec->consumed[i]->name,
                            (gpointer)(uintptr_t)spec->consumed[i]);

    struct instance *instance = &service->instance;
    const struct id unique = id_new(0);
    g_strlcpy(instance->service, spec->name, sizeof(instance->service));
    g_snprintf(instance->id, sizeof(instance->id), "%s-%02x%02x%02x%02x", spec->name, unique.bytes[9], unique.bytes[10],
               unique.bytes[11], unique.bytes[12]);
    g_strlcpy(instance->version, DUNLIN_VERSION, sizeof(instance->version));
    instance->pid = getpid();
    instance->started_at_us = clock_wall_us();
}

/* The roster's thread makes its own connection later; what can never work is said now. */
static enum status check_redis_url(const struct service *service, struct error *err)
{
    SCOPED(cache_freep) struct cache *cache = NULL;
    const struct cache_options options = {.url = config_text(service->config, "redis-url")};
    const enum status st = cache_new(&options, &cache, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "redis-url");
}

static enum status process_open(struct process *process, struct error *err)
{
    struct service *service = &process->service;
    enum status st = check_methods(service->spec, err);
    if (st == STATUS_OK)
        st = check_redis_url(service, err);
    if (st == STATUS_OK)
        st = prepare_database(service, process->signal_fd, err);
    if (st == STATUS_OK)
        st = open_sockets(process, err);
    if (st == STATUS_OK)
        st = start_workers(process, err);
    if (st == STATUS_OK)
        st = start_admin(process, err);
    char endpoint[REGISTRY_ENDPOINT_SIZE] = "";
    if (st == STATUS_OK && service->spec->edge_start)
        st = service->spec->edge_start(service, &service->edge, endpoint, err);
    if (st == STATUS_OK)
        advertise(service->config, endpoint, service->instance.public_endpoint);
    if (st == STATUS_OK)
        process->roster = zactor_new(roster_actor, service);
    return st;
}

/* Ends a worker of a service that never served or cannot go on, and frees what it still had to say. */
static void stop_worker(zactor_t *worker)
{
    int kind = IO_DRAINED;
    if (!worker)
        return;
    (void)zsock_send(worker, "ip", (int)WORKER_STOP, NULL);
    while (kind != IO_STOPPED) {
        void *pointer = NULL;
        if (zsock_recv(worker, "ip", &kind, &pointer) != 0)
            break;
        if (kind == IO_REPLY)
            outgoing_reply_free(pointer);
        else if (kind == IO_PUBLISH)
            outgoing_events_free(pointer);
    }
}

static void stop_roster(zactor_t **actor)
{
    void *roster = NULL;
    if (!*actor)
        return;
    (void)zstr_send(*actor, "STOP");
    while (zsock_recv(*actor, "p", &roster) == 0 && roster)
        roster_free(roster);
    zactor_destroy(actor);
}

static void process_close(struct process *process)
{
    struct service *service = &process->service;
    if (service->edge)
        service->spec->edge_stop(service->edge);
    for (unsigned w = 0; w < service->n_workers; w++) {
        if (!process->have_workers_stopped)
            stop_worker(process->workers[w]);
        zactor_destroy(&process->workers[w]);
    }
    stop_roster(&process->roster);
    metrics_server_stop(process->admin);
    zsock_destroy(&process->router);
    zsock_destroy(&process->pub);
    zsock_destroy(&process->sub);
    bus_gate_stop(process->gate);
    bus_keys_free(service->keys);
    if (service->consumed)
        g_hash_table_destroy(service->consumed);
    config_free(process->config);
    if (process->signal_fd >= 0)
        close(process->signal_fd);
}

static enum status read_config(struct process *process, const struct service_spec *spec, int argc, char **argv,
                               enum config_action *ret_action, struct error *err)
{
    char name[REGISTRY_NAME_SIZE];
    g_snprintf(name, sizeof(name), "dunlin-%s", spec->name);
    const struct config_option *tables[] = {COMMON_OPTIONS, spec->options, NULL};
    const struct config_program program = {.name = name, .summary = spec->summary, .tables = tables};
    return config_read(&program, argc, argv, stdout, &process->config, ret_action, err);
}

int service_main(const struct service_spec *spec, int argc, char **argv)
{
    struct process process = {.signal_fd = -1};
    enum config_action action = CONFIG_RUN;
    enum log_level level = LOG_LEVEL_INFO;
    struct error err;
    enum status st = read_config(&process, spec, argc, argv, &action, &err);
    if (st == STATUS_OK && action == CONFIG_RUN)
        st = logging_parse_level(config_text(process.config, "log-level"), &level, &err);
    if (st != STATUS_OK || action == CONFIG_EXIT_OK) {
        if (st != STATUS_OK)
            (void)fprintf(stderr, "dunlin-%s: %s\n", spec->name, err.text);
        config_free(process.config);
        return st == STATUS_OK ? 0 : 2;
    }
    metrics_register(BUS_METRICS);
    metrics_register(SERVICE_METRICS);
    st = block_signals(&process, &err);
    zsys_handler_set(NULL);
    (void)zsys_init();
    zsys_set_pipehwm(PIPE_HWM);
    fill_service(&process, spec);
    logging_init(spec->name, process.service.instance.id, level);

    if (st == STATUS_OK)
        st = process_open(&process, &err);
    if (st == STATUS_OK) {
        log_info("ready", log_text("rpc", process.service.instance.rpc_endpoint),
                 log_text("events", process.service.instance.event_endpoint),
                 log_text("admin", process.service.instance.admin_endpoint),
                 log_number("workers", process.service.n_workers));
        st = io_run(&process.service, process.workers, process.roster, process.router, process.pub, process.sub,
                    process.signal_fd, &err);
        process.have_workers_stopped = st == STATUS_OK;
    }
    if (st != STATUS_OK)
        log_error("cannot go on", log_error_text(&err));
    let_signals_kill();
    process_close(&process);
    log_info("stopped");
    zsys_shutdown();
    return st == STATUS_OK || st == STATUS_CANCELLED ? 0 : 1;
}
