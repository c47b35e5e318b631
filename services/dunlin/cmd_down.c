#include <glib.h>
#include <glib/gstdio.h>

#include "commands.h"
#include "fleet.h"

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

static enum status run_down(struct cli *cli, struct error *err)
{
    size_t n = 0, n_running = 0, n_forced = 0;
    struct fleet_process *processes = fleet_list(cli_var(cli), &n);
    json_t *stopped = describe(processes, n, &n_running);
    enum status st = fleet_stop(processes, n, cli_integer(cli, "drain") * 1000, &n_forced, err);
    fleet_processes_free(processes, n);
    const bool stops_servers = !cli_flag(cli, "keep-servers") && fleet_has_servers(cli_var(cli));
    if (st == STATUS_OK && stops_servers)
        st = fleet_servers("stop", cli_var(cli), true, err);
    json_t *result = json_pack("{s:o, s:I, s:b}", "stopped", stopped, "forced", (json_int_t)n_forced, "servers_stopped",
                               stops_servers);
    if (st != STATUS_OK) {
        json_decref(result);
        return st;
    }
    if (cli_emit(cli, result))
        return STATUS_OK;
    cli_say(cli, "%zu service%s stopped%s.", n_running, n_running == 1 ? "" : "s",
            stops_servers ? ", PostgreSQL and Redis too" : "");
    if (n_forced > 0)
        cli_say(cli, "%zu did not end in time and had to be told twice: see their logs in %s/log.", n_forced,
                cli_var(cli));
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
    .usage = "[--keep-servers] [--drain SECONDS]",
    .details = "Services finish what is in flight and hand their partitions over. Nothing is lost either way: `dunlin "
               "up` goes on\n"
               "where it stopped.\n\n"
               "  dunlin down\n"
               "  dunlin down --keep-servers\n",
    .options = DOWN_OPTIONS,
    .run = run_down,
};
