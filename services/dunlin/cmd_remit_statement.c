#include <glib.h>

#include "commands.h"
#include "fleet.h"
#include "remit_cli.h"
#include "remit_statement.h"
#include "table.h"

/* `remit statement`: what a run has paid one client, line by line. */

static enum status print_pdf(struct cli *cli, const struct remit_statement *statement, struct error *err)
{
    SCOPED(agency_profiles_freep) struct agency_profiles *profiles = NULL;
    g_autofree char *path = NULL;
    enum status st = fleet_policy(cli_text(cli, "agencies"), "agencies.yaml", &path, err);
    if (st == STATUS_OK)
        st = agency_profiles_load(path, &profiles, err);
    if (st != STATUS_OK)
        return st;
    const struct agency_profile *profile = agency_profiles_find(profiles, statement->found->agency_id);
    if (!profile)
        return error_set(err, STATUS_NOT_FOUND, "'%s' has no entry for the agency '%s', number %d", path,
                         cli_text(cli, "agency"), (int)statement->found->agency_id);
    return remit_write_pdf(statement, profile, cli_text(cli, "pdf"), err);
}

static enum status write_files(struct cli *cli, const struct remit_statement *statement, struct error *err)
{
    const char *csv = cli_text(cli, "csv-file");
    const enum status st = csv[0] != '\0' ? remit_write_csv(statement, csv, err) : STATUS_OK;
    return st == STATUS_OK && cli_text(cli, "pdf")[0] != '\0' ? print_pdf(cli, statement, err) : st;
}

static void show_lines(struct cli *cli, const json_t *lines)
{
    static const struct column LINES[] = {{"value date", "effective_on", COLUMN_TEXT},
                                          {"reference", "client_reference", COLUMN_TEXT},
                                          {"paid", "amount", COLUMN_MONEY},
                                          {"to", "collected_by", COLUMN_TEXT},
                                          {"fee", "fee", COLUMN_MONEY},
                                          {"due to the client", "payable", COLUMN_MONEY},
                                          {"disputed", "is_disputed", COLUMN_TEXT},
                                          {"placed by", "placement_file", COLUMN_TEXT},
                                          {"line", "placement_line", COLUMN_NUMBER},
                                          {0}};
    cli_say(cli, "%s", "");
    table_print(cli, lines, LINES);
}

static void show_files(struct cli *cli)
{
    static const char *const OPTIONS[] = {"csv-file", "pdf"};
    for (size_t i = 0; i < ARRAY_SIZE(OPTIONS); i++)
        if (cli_text(cli, OPTIONS[i])[0] != '\0')
            cli_say(cli, "written: %s", cli_text(cli, OPTIONS[i]));
}

static void show(struct cli *cli, const struct remit_statement *statement)
{
    const bool has_files = cli_text(cli, "csv-file")[0] != '\0' || cli_text(cli, "pdf")[0] != '\0';
    json_t *run = remit_run_json(statement->run, statement->found->parts_of_run);
    json_t *lines = remit_lines_json(statement);
    json_t *result = json_pack("{s:o, s:o}", "run", run, "lines", lines);
    if (cli_emit(cli, result))
        return;
    json_t *runs = json_pack("[O]", run);
    remit_show_runs(cli, runs);
    json_decref(runs);
    if (has_files)
        show_files(cli);
    else
        show_lines(cli, lines);
    json_decref(result);
}

static enum status run_statement(struct cli *cli, struct error *err)
{
    SCOPED(remit_statement_fini) struct remit_statement statement = {0};
    enum status st = remit_statement_read(cli, cli_text(cli, "key"), cli_text(cli, "currency"), &statement, err);
    if (st == STATUS_OK)
        st = write_files(cli, &statement, err);
    if (st == STATUS_OK)
        show(cli, &statement);
    return st;
}

static const struct config_option OPTIONS[] = {
    REMIT_AGENCY_OPTION,
    {"key", CONFIG_TEXT, NULL, NULL, 0, 0, "Which run, as `dunlin remit run` was told."},
    {"client", CONFIG_TEXT, NULL, NULL, 0, 0, "Which client."},
    {"currency", CONFIG_TEXT, "", NULL, 0, 0, "Where he was paid in several."},
    {"pdf", CONFIG_TEXT, "", NULL, 0, 0, "Write the statement to this file, for the client."},
    {"csv-file", CONFIG_TEXT, "", NULL, 0, 0, "Write its lines to this file, for his computer."},
    {"agencies", CONFIG_TEXT, "", NULL, 0, 0, "File with the agency's letterhead. Empty: deploy/agencies.yaml."},
    {0},
};

const struct command COMMAND_REMIT_STATEMENT = {
    .name = "remit statement",
    .summary = "what a run has paid one client, line by line, as PDF and CSV",
    .usage = "--key KEY --client CLIENT [--pdf FILE.pdf] [--csv-file FILE.csv]",
    .details =
        "Each payment and reversal with its fee, the line of the client's file that placed the account, and whether "
        "the debt was\n"
        "disputed by then. It adds up to what was paid, and comes out the same however often it is printed.\n\n"
        "  dunlin remit statement --key 2026-10 --client acme-medical --pdf acme-2026-10.pdf --csv-file "
        "acme-2026-10.csv\n"
        "  dunlin remit statement --key 2026-10 --client acme-medical --json\n",
    .options = OPTIONS,
    .run = run_statement,
};
