#include "fleet.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock/clock.h"

#define KILL_AFTER_MS  5000
#define LOG_TAIL_BYTES (64 * 1024)

const struct fleet_service FLEET[] = {
    {"intake", false},   {"classification", true}, {"contact", true},        {"dispute", true}, {"payment", true},
    {"reporting", true}, {"dialer", false},        {"correspondence", true}, {NULL, false},
};

const struct fleet_service *fleet_find(const char *service)
{
    for (const struct fleet_service *known = FLEET; known->name != NULL; known++)
        if (strcmp(known->name, service) == 0)
            return known;
    return NULL;
}

void fleet_process_fini(struct fleet_process *process)
{
    g_free(process->log);
    g_free(process->pid_file);
    process->log = NULL;
    process->pid_file = NULL;
}

void fleet_processes_free(struct fleet_process *processes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fleet_process_fini(&processes[i]);
    g_free(processes);
}

enum status fleet_make_folders(const char *var, struct error *err)
{
    static const char *const FOLDERS[] = {"", "log", "run"};
    for (size_t i = 0; i < ARRAY_SIZE(FOLDERS); i++) {
        g_autofree char *path = g_build_filename(var, FOLDERS[i], NULL);
        if (g_mkdir_with_parents(path, i == 0 ? 0755 : 0700) != 0)
            return error_set(err, STATUS_UNAVAILABLE, "make folder '%s': %s", path, g_strerror(errno));
    }
    return STATUS_OK;
}

static char *read_link(pid_t pid, const char *name)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int)pid, name);
    return g_file_read_link(path, NULL);
}

/* The program's file may have been replaced by a newer build since: then the link ends in " (deleted)". */
static bool is_ours(pid_t pid, const char *service, const char *var)
{
    g_autofree char *program = read_link(pid, "exe");
    g_autofree char *folder = read_link(pid, "cwd");
    g_autofree char *own_folder = realpath(var, NULL);
    if (program == NULL || folder == NULL || own_folder == NULL || strcmp(folder, own_folder) != 0)
        return false;
    g_autofree char *name = g_strconcat("dunlin-", service, NULL);
    char *suffix = g_strrstr(program, " (deleted)");
    if (suffix != NULL)
        *suffix = '\0';
    g_autofree char *base = g_path_get_basename(program);
    return strcmp(base, name) == 0;
}

static pid_t read_pid_file(const char *path)
{
    g_autofree char *text = NULL;
    gint64 pid = 0;
    if (!g_file_get_contents(path, &text, NULL, NULL) ||
        !g_ascii_string_to_signed(g_strchomp(text), 10, 2, G_MAXINT32, &pid, NULL))
        return 0;
    return (pid_t)pid;
}

void fleet_look(const char *var, const char *service, int number, struct fleet_process *ret_process)
{
    *ret_process = (struct fleet_process){.number = number};
    (void)g_strlcpy(ret_process->service, service, sizeof(ret_process->service));
    ret_process->log = g_strdup_printf("%s/log/%s-%d.log", var, service, number);
    ret_process->pid_file = g_strdup_printf("%s/run/%s-%d.pid", var, service, number);
    const pid_t pid = read_pid_file(ret_process->pid_file);
    if (pid > 1 && is_ours(pid, service, var))
        ret_process->pid = pid;
}

/* "contact-2.pid" */
static bool split_name(const char *file, char service[static REGISTRY_NAME_SIZE], int *ret_number)
{
    const char *dash = strrchr(file, '-');
    char *end = NULL;
    if (dash == NULL || dash == file || (size_t)(dash - file) >= REGISTRY_NAME_SIZE)
        return false;
    const long number = strtol(dash + 1, &end, 10);
    if (number < 1 || number > FLEET_INSTANCES_MAX || strcmp(end, ".pid") != 0)
        return false;
    (void)g_strlcpy(service, file, (size_t)(dash - file) + 1);
    *ret_number = (int)number;
    return true;
}

static int compare_processes(const void *a, const void *b)
{
    const struct fleet_process *x = a, *y = b;
    const int by_service = strcmp(x->service, y->service);
    return by_service != 0 ? by_service : x->number - y->number;
}

struct fleet_process *fleet_list(const char *var, size_t *ret_n)
{
    GArray *processes = g_array_new(FALSE, TRUE, sizeof(struct fleet_process));
    g_autofree char *folder = g_build_filename(var, "run", NULL);
    g_autoptr(GDir) files = g_dir_open(folder, 0, NULL);
    const char *file;
    while (files != NULL && (file = g_dir_read_name(files)) != NULL) {
        char service[REGISTRY_NAME_SIZE];
        int number = 0;
        if (!split_name(file, service, &number))
            continue;
        struct fleet_process process;
        fleet_look(var, service, number, &process);
        g_array_append_val(processes, process);
    }
    g_array_sort(processes, compare_processes);
    *ret_n = processes->len;
    return (struct fleet_process *)(void *)g_array_free(processes, FALSE);
}

static char *program_folder(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    return self != NULL ? g_path_get_dirname(self) : NULL;
}

char *fleet_program(const char *service)
{
    g_autofree char *folder = program_folder();
    if (folder == NULL)
        return NULL;
    char *path = g_strdup_printf("%s/dunlin-%s", folder, service);
    if (access(path, X_OK) == 0)
        return path;
    g_free(path);
    return NULL;
}

/* posix_spawn and not fork: this process has threads of libzmq. */
static int spawn(const char *var, const char *program, const char *log, char *const *environment, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0640);
    (void)posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    (void)posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    (void)posix_spawn_file_actions_addchdir_np(&actions, var);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setsigdefault(&attributes, &all);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    char *argv[] = {(char *)(uintptr_t)program, NULL};
    const int rc = posix_spawn(ret_pid, program, &actions, &attributes, argv, environment);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attributes);
    return rc;
}

enum status fleet_start(const char *var, struct fleet_process *process, char *const *environment, struct error *err)
{
    g_autofree char *program = fleet_program(process->service);
    if (program == NULL)
        return error_set(err, STATUS_NOT_FOUND, "no program dunlin-%s beside this one", process->service);
    pid_t pid = 0;
    const int rc = spawn(var, program, process->log, environment, &pid);
    if (rc != 0)
        return error_set(err, STATUS_UNAVAILABLE, "start '%s': %s", program, g_strerror(rc));
    process->pid = pid;
    g_autofree char *text = g_strdup_printf("%d\n", (int)pid);
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents_full(process->pid_file, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, &error)) {
        (void)kill(pid, SIGTERM); /* without its file nobody would find it again */
        process->pid = 0;
        return error_set(err, STATUS_UNAVAILABLE, "write '%s': %s", process->pid_file, error->message);
    }
    return STATUS_OK;
}

struct stopping {
    struct pollfd *fds; /* one a process; fd -1: gone */
    size_t n;
};

static size_t count_running(const struct stopping *stopping)
{
    size_t n = 0;
    for (size_t i = 0; i < stopping->n; i++)
        n += stopping->fds[i].fd >= 0;
    return n;
}

static void signal_all(const struct stopping *stopping, int signal_number)
{
    for (size_t i = 0; i < stopping->n; i++)
        if (stopping->fds[i].fd >= 0)
            (void)pidfd_send_signal(stopping->fds[i].fd, signal_number, NULL, 0);
}

static void wait_until(struct stopping *stopping, struct monotonic deadline)
{
    while (count_running(stopping) > 0 && clock_remaining_ms(deadline) > 0) {
        if (poll(stopping->fds, stopping->n, clock_remaining_ms(deadline) + 1) <= 0)
            continue;
        for (size_t i = 0; i < stopping->n; i++) {
            if (stopping->fds[i].fd < 0 || stopping->fds[i].revents == 0)
                continue;
            (void)waitid(P_PIDFD, (id_t)stopping->fds[i].fd, NULL, WEXITED | WNOHANG); /* where it is our child */
            (void)close(stopping->fds[i].fd);
            stopping->fds[i].fd = -1;
        }
    }
}

enum status fleet_stop(struct fleet_process *processes, size_t n, int64_t drain_ms, size_t *ret_forced,
                       struct error *err)
{
    struct stopping stopping = {.fds = g_new0(struct pollfd, n + 1), .n = n};
    for (size_t i = 0; i < n; i++)
        stopping.fds[i] =
            (struct pollfd){.fd = processes[i].pid > 0 ? pidfd_open(processes[i].pid, 0) : -1, .events = POLLIN};
    signal_all(&stopping, SIGTERM);
    wait_until(&stopping, clock_deadline_ms(drain_ms));
    *ret_forced = count_running(&stopping);
    signal_all(&stopping, SIGTERM);
    wait_until(&stopping, clock_deadline_ms(KILL_AFTER_MS));
    signal_all(&stopping, SIGKILL);
    wait_until(&stopping, clock_deadline_ms(KILL_AFTER_MS));
    enum status st = STATUS_OK;
    for (size_t i = 0; i < n; i++) {
        if (stopping.fds[i].fd >= 0) {
            st = error_set(err, STATUS_UNAVAILABLE, "%s-%d (pid %d) does not end", processes[i].service,
                           processes[i].number, (int)processes[i].pid);
            (void)close(stopping.fds[i].fd);
        } else {
            (void)g_unlink(processes[i].pid_file);
        }
    }
    g_free(stopping.fds);
    return st;
}

char *fleet_log_tail(const char *path, size_t n_lines)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return g_strdup_printf("(no log '%s')", path);
    g_autofree char *text = g_malloc0(LOG_TAIL_BYTES + 1);
    if (fseek(file, -LOG_TAIL_BYTES, SEEK_END) != 0)
        rewind(file);
    text[fread(text, 1, LOG_TAIL_BYTES, file)] = '\0';
    (void)fclose(file);
    g_strchomp(text);
    const char *start = text + strlen(text);
    for (size_t n = 0; start > text; start--)
        if (start[-1] == '\n' && ++n == n_lines)
            break;
    return g_strdup(start);
}

enum status fleet_home(char **ret_home, struct error *err)
{
    g_autofree char *folder = program_folder();
    g_autofree char *shared = g_build_filename(folder != NULL ? folder : ".", "..", "share", "dunlin", NULL);
    const char *const candidates[] = {g_getenv("DUNLIN_HOME"), shared, DUNLIN_SOURCE_DIR};
    for (size_t i = 0; i < ARRAY_SIZE(candidates); i++) {
        if (candidates[i] == NULL)
            continue;
        g_autofree char *script = g_build_filename(candidates[i], "deploy", "servers", NULL);
        if (access(script, R_OK) == 0) {
            *ret_home = g_canonicalize_filename(candidates[i], NULL);
            return STATUS_OK;
        }
    }
    return error_set(err, STATUS_NOT_FOUND,
                     "no deploy/servers in %s nor %s: set DUNLIN_HOME to the folder that has deploy/", shared,
                     DUNLIN_SOURCE_DIR);
}

enum status fleet_policy(const char *named, const char *shipped, char **ret_path, struct error *err)
{
    g_autofree char *home = NULL;
    if (named[0] != '\0') {
        *ret_path = g_canonicalize_filename(named, NULL);
        return STATUS_OK;
    }
    const enum status st = fleet_home(&home, err);
    if (st == STATUS_OK)
        *ret_path = g_build_filename(home, "deploy", shipped, NULL);
    return st;
}

static bool has_file(const char *var, const char *name)
{
    g_autofree char *path = g_build_filename(var, name, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

bool fleet_has_servers(const char *var)
{
    return has_file(var, "servers.home");
}

bool fleet_has_stopped_servers(const char *var)
{
    return fleet_has_servers(var) && !has_file(var, "servers.env");
}

enum status fleet_servers(const char *command, const char *var, bool is_quiet, struct error *err)
{
    g_autofree char *home = NULL;
    enum status st = fleet_home(&home, err);
    if (st != STATUS_OK)
        return st;
    g_autofree char *script = g_build_filename(home, "deploy", "servers", NULL);
    char *argv[] = {(char *)(uintptr_t) "bash", script, (char *)(uintptr_t)command, (char *)(uintptr_t)var, NULL};
    g_autofree char *out = NULL;
    g_autofree char *complaint = NULL;
    g_autoptr(GError) error = NULL;
    int wait_status = 0;
    if (!g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &complaint, &wait_status, &error))
        return error_set(err, STATUS_UNAVAILABLE, "run '%s': %s", script, error->message);
    if (!g_spawn_check_wait_status(wait_status, NULL))
        return error_set(err, STATUS_UNAVAILABLE, "deploy/servers %s: %s", command,
                         complaint[0] != '\0' ? g_strchomp(complaint) : "failed without a word");
    if (!is_quiet)
        (void)fputs(out, stderr);
    return STATUS_OK;
}
