#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "commands.h"
#include "fleet.h"

/* "contact" is every instance of it, "contact-2" one. */
static bool is_named(const struct fleet_process *process, const char *name)
{
    g_autofree char *instance = g_strdup_printf("%s-%d", process->service, process->number);
    return strcmp(name, process->service) == 0 || strcmp(name, instance) == 0;
}

/* Moves those that the command line names to the front; all where it names none. *ret_n: how many. */
static enum status choose(struct cli *cli, struct fleet_process *processes, size_t n, size_t *ret_n, struct error *err)
{
    *ret_n = cli_operand_count(cli) == 0 ? n : 0;
    for (size_t i = 0; i < cli_operand_count(cli); i++) {
        bool is_found = false;
        for (size_t k = 0; k < n; k++) {
            if (!is_named(&processes[k], cli_operand(cli, i)))
                continue;
            is_found = true;
            if (k < *ret_n)
                continue;
            const struct fleet_process chosen = processes[k];
            processes[k] = processes[*ret_n];
            processes[(*ret_n)++] = chosen;
        }
        if (!is_found)
            return error_set(err, STATUS_NOT_FOUND, "no '%s' was started in %s (a service, or one instance: contact-2)",
                             cli_operand(cli, i), cli_var(cli));
    }
    return STATUS_OK;
}

static json_t *describe(const struct fleet_process *processes, size_t n, size_t *ret_running)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < n; i++) {
        if (processes[i].pid == 0)
            continue;
        (*ret_running)++;
        (void)json_array_append_new(rows, json_pack("{s:s, s:i, s:i}", "service", processes[i].service, "number",
                                                    processes[i].number, "pid", (int)processes[i].pid));
    }
    return rows;
}

static void report(struct cli *cli, size_t n_running, size_t n_forced, bool stops_servers)
{
    cli_say(cli, "%zu service%s stopped%s.", n_running, n_running == 1 ? "" : "s",
            stops_servers ? ", PostgreSQL and Redis too" : "");
    if (n_forced > 0)
        cli_say(cli, "%zu did not end in time and had to be told twice: see their logs in %s/log.", n_forced,
                cli_var(cli));
}

static enum status run_down(struct cli *cli, struct error *err)
{
    size_t n = 0, n_chosen = 0, n_running = 0, n_forced = 0;
    json_t *stopped = NULL;
    struct fleet_process *processes = fleet_list(cli_var(cli), &n);
    enum status st = choose(cli, processes, n, &n_chosen, err);
    if (st == STATUS_OK) {
        stopped = describe(processes, n_chosen, &n_running);
        st = fleet_stop(processes, n_chosen, cli_integer(cli, "drain") * 1000, &n_forced, err);
    }
    fleet_processes_free(processes, n);
    const bool stops_servers =
        cli_operand_count(cli) == 0 && !cli_flag(cli, "keep-servers") && fleet_has_servers(cli_var(cli));
    if (st == STATUS_OK && stops_servers)
        st = fleet_servers("stop", cli_var(cli), true, err);
    if (st != STATUS_OK) {
        json_decref(stopped);
        return st;
    }
    json_t *result = json_pack("{s:o, s:I, s:b}", "stopped", stopped, "forced", (json_int_t)n_forced, "servers_stopped",
                               stops_servers);
    if (cli_emit(cli, result))
        return STATUS_OK;
    report(cli, n_running, n_forced, stops_servers);
    json_decref(result);
    return STATUS_OK;
}

static const struct config_option DOWN_OPTIONS[] = {
    {"keep-servers", CONFIG_BOOL, "false", NULL, 0, 0, "Leave PostgreSQL and Redis running."},
    {"drain", CONFIG_INTEGER, "20", "s", 1, 3600, "How long services may finish what they have begun."},
    {0},
};

const struct command COMMAND_DOWN = {
    .name = "down",
    .summary = "stop everything that `dunlin up` started; the data stay",
    .usage = "[SERVICE[-NUMBER] ...] [--keep-servers] [--drain SECONDS]",
    .details =
        "Services finish what is in flight and hand their partitions over. Nothing is lost either way: `dunlin "
        "up` goes on\n"
        "where it stopped. With names only those are stopped: `contact` is every instance of it, `contact-2` one.\n\n"
        "  dunlin down\n"
        "  dunlin down contact-2\n"
        "  dunlin down --keep-servers\n",
    .options = DOWN_OPTIONS,
    .operands_max = FLEET_INSTANCES_MAX,
    .run = run_down,
};
