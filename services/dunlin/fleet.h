#ifndef DUNLIN_CLI_FLEET_H
#define DUNLIN_CLI_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "registry/registry.h"
#include "status/status.h"

/* The services that make up a system, and their processes on this machine: one pid file, one log file an instance. */

struct fleet_service {
    const char *name;     /* NULL ends the list */
    bool owns_partitions; /* consumes the log as the owner of partitions */
};
extern const struct fleet_service FLEET[];

const struct fleet_service *fleet_find(const char *service); /* NULL where there is no such service */

#define FLEET_INSTANCES_MAX 64 /* of one service on one machine */

/* One instance as its pid file tells it. A plain value. */
struct fleet_process {
    char service[REGISTRY_NAME_SIZE];
    int number; /* from 1 */
    pid_t pid;  /* 0: does not run */
    char *log;  /* path of its log file; owned: fleet_process_fini */
    char *pid_file;
};
void fleet_process_fini(struct fleet_process *process);

/* Folders of an installation: VAR/log and VAR/run. */
MUST_USE enum status fleet_make_folders(const char *var, struct error *err);

/* Looks at the pid file of service-number. A process counts only where it runs that service's program in the folder
 * `var`: a number that another process has by now is not ours. */
void fleet_look(const char *var, const char *service, int number, struct fleet_process *ret_process);

/* Every instance that has a pid file, n of them; owned: fleet_processes_free. */
struct fleet_process *fleet_list(const char *var, size_t *ret_n);
void fleet_processes_free(struct fleet_process *processes, size_t n);

/* The path of a service's program beside this one; g_free. NULL where there is none. */
char *fleet_program(const char *service);

/* Starts process->service as a daemon of its own session in `var`, output to its log, `environment` NULL-terminated
 * "NAME=value"; writes the pid file and sets process->pid. */
MUST_USE enum status fleet_start(const char *var, struct fleet_process *process, char *const *environment,
                                 struct error *err);

/* SIGTERM to all that run, and waits until they are gone; a second one to those still there after `drain_ms`, SIGKILL
 * after another five seconds. Removes the pid files. *ret_forced: how many needed more than the first signal. */
MUST_USE enum status fleet_stop(struct fleet_process *processes, size_t n, int64_t drain_ms, size_t *ret_forced,
                                struct error *err);

/* The last `n_lines` lines of a log; g_free, never NULL. */
char *fleet_log_tail(const char *path, size_t n_lines);

/* Folder with deploy/ and its scripts: DUNLIN_HOME, ../share/dunlin beside the program, or the sources it was built
 * from. g_free. Fails with NOT_FOUND. */
MUST_USE enum status fleet_home(char **ret_home, struct error *err);

/* The absolute path of what the operator named, or, where he named nothing, of `shipped` in deploy/; g_free. */
MUST_USE enum status fleet_policy(const char *named, const char *shipped, char **ret_path, struct error *err);

/* True where deploy/servers has made PostgreSQL and Redis in `var`; and where they have been stopped by it since. */
bool fleet_has_servers(const char *var);
bool fleet_has_stopped_servers(const char *var);

/* Runs `deploy/servers COMMAND VAR`; what it prints goes to standard error where `is_quiet` is false. Fails with the
 * script's last words. */
MUST_USE enum status fleet_servers(const char *command, const char *var, bool is_quiet, struct error *err);

#endif
