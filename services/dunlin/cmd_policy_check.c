#include <string.h>

#include "commands.h"
#include "fleet.h"
#include "policy_check.h"
#include "table.h"

static json_t *files_json(const struct policy_files *files)
{
    json_t *all = json_array();
    for (guint i = 0; i < files->entries->len; i++) {
        const struct policy_entry *entry = files->entries->pdata[i];
        if (!entry->is_good)
            continue;
        const size_t n = entry->kind == POLICY_SOP          ? entry->sop->n_classes
                         : entry->kind == POLICY_PACK       ? entry->pack.n_rules
                         : entry->kind == POLICY_AGREEMENTS ? entry->agreements->n
                                                            : 1;
        (void)json_array_append_new(all, json_pack("{s:s, s:s, s:s, s:I, s:s}", "file", entry->file.path, "kind",
                                                   policy_kind_name(entry->kind), "name", policy_entry_name(entry),
                                                   "rules", (json_int_t)n, "version", entry->file.version));
    }
    return all;
}

static json_t *findings_json(const struct policy_files *files, bool warnings)
{
    json_t *all = json_array();
    for (guint i = 0; i < files->findings->len; i++) {
        const struct policy_finding *finding = files->findings->pdata[i];
        if (finding->is_warning == warnings)
            (void)json_array_append_new(all, json_pack("{s:s, s:I, s:s, s:s}", "file", finding->file, "line",
                                                       (json_int_t)finding->line, "field", finding->field, "message",
                                                       finding->text));
    }
    return all;
}

static void note_findings(struct cli *cli, const struct policy_files *files, bool is_strict)
{
    for (guint i = 0; i < files->findings->len; i++) {
        const struct policy_finding *finding = files->findings->pdata[i];
        g_autofree char *text = g_strdup_printf("%s:%zu: %s%s%s%s", finding->file, finding->line,
                                                finding->is_warning && !is_strict ? "warning: " : "", finding->field,
                                                finding->field[0] == '\0' ? "" : ": ", finding->text);
        cli_note(cli, "%s", g_strdelimit(cli_plain(text), "\n", '?'));
    }
}

static void report(struct cli *cli, const struct policy_files *files)
{
    static const struct column COLUMNS[] = {
        {"file", "file", COLUMN_TEXT},       {"kind", "kind", COLUMN_TEXT},
        {"name", "name", COLUMN_TEXT},       {"rules, classes, entries", "rules", COLUMN_NUMBER},
        {"version", "version", COLUMN_TEXT}, {0}};
    const bool is_strict = cli_flag(cli, "strict");
    const size_t n_warnings = is_strict ? 0 : policy_files_count(files, true);
    const size_t n_errors = files->findings->len - n_warnings;
    json_t *good = files_json(files);
    note_findings(cli, files, is_strict);
    if (!cli_emit_new(cli, json_pack("{s:O, s:o, s:o}", "files", good, "errors", findings_json(files, false),
                                     "warnings", findings_json(files, true)))) {
        table_print(cli, good, COLUMNS);
        cli_say(cli, "%s%zu errors, %zu warnings%s",
                cli_colour(cli, n_errors > 0     ? CLI_RED
                                : n_warnings > 0 ? CLI_YELLOW
                                                 : CLI_GREEN),
                n_errors, n_warnings, cli_colour(cli, CLI_PLAIN));
    }
    json_decref(good);
    cli_set_exit(cli, n_errors > 0 ? CLI_EXIT_FAILED : CLI_EXIT_OK);
}

static enum status take_today(struct cli *cli, struct date *ret_today, struct error *err)
{
    const char *named = cli_text(cli, "today");
    if (named[0] == '\0') {
        ret_today->days = (int32_t)(g_get_real_time() / G_USEC_PER_SEC / 86400);
        return STATUS_OK;
    }
    enum status st = date_parse(named, "YYYY-MM-DD", ret_today, err);
    return st == STATUS_OK ? STATUS_OK : cli_usage(cli, err, "--today: '%s' is no day (YYYY-MM-DD)", named);
}

static enum status run_check(struct cli *cli, struct error *err)
{
    g_autofree char *rules = NULL;
    g_autofree char *templates = NULL;
    struct date today = {0};
    enum status st = take_today(cli, &today, err);
    if (st == STATUS_OK)
        st = fleet_policy(cli_text(cli, "rules"), "rules", &rules, err);
    if (st == STATUS_OK)
        st = fleet_policy(cli_text(cli, "templates"), "templates", &templates, err);
    if (st != STATUS_OK)
        return st;
    SCOPED(policy_files_fini) struct policy_files files = {0};
    policy_files_init(&files);
    for (size_t i = 0; i < cli_operand_count(cli); i++)
        policy_files_add(&files, cli_operand(cli, i));
    const struct policy_shipped shipped = {.rules = rules, .templates = templates};
    st = policy_check(&files, &shipped, today, err);
    if (st == STATUS_OK)
        report(cli, &files);
    return st;
}

static const struct config_option CHECK_OPTIONS[] = {
    {"rules", CONFIG_TEXT, "", NULL, 0, 0, "Folder of rule packs. Empty: deploy/rules."},
    {"templates", CONFIG_TEXT, "", NULL, 0, 0,
     "Folder of templates for what no named file has. Empty: deploy/templates."},
    {"today", CONFIG_TEXT, "", NULL, 0, 0, "The day on which reviews are due, YYYY-MM-DD. Empty: today."},
    {"strict", CONFIG_BOOL, "false", NULL, 0, 0, "Warnings are errors."},
    {0},
};

const struct command COMMAND_POLICY_CHECK = {
    .name = "policy check",
    .summary = "check SOPs, rule packs, templates and agreements before they go live",
    .usage = "FILE|DIR [...] [--today DAY] [--strict] [--rules DIR] [--templates DIR]",
    .details =
        "Reads each file (of folders every *.yaml) as a service would, and tells every problem by file, line and "
        "field:\n"
        "what a file may not say, and of names that are not known the nearest that is. Then it thinks them through:\n\n"
        "  errors    classes that can never match, steps that can never happen, steps that the rules would never "
        "permit\n"
        "            (asked with the most favourable facts), strategies that accounts cannot leave, reviews that are\n"
        "            overdue, rule packs and templates that are not there, or not in a language of the SOP\n"
        "  warnings  steps that are never permitted in one state, steps that are always late, strategies to which\n"
        "            nothing leads, an owner or a review date that is missing, fields that no text uses,\n"
        "            terms of a client that have ended, a reference rate that is not known for today\n\n"
        "Packs and templates that an SOP names are looked for among the files named here first, then in --rules and\n"
        "--templates. Of what is well it prints kind, name, number of rules, classes or entries, and the version,\n"
        "which is what every decision records. Nothing needs to run.\n\n"
        "Exit code 0: all can be used; 1: some cannot (with --strict: or there is a warning).\n\n"
        "  dunlin policy check deploy/rules deploy/policies deploy/templates deploy/agreements.yaml\n"
        "  dunlin policy check ours.yaml --strict\n"
        "  dunlin policy check ours --today 2027-07-01 --json | jq -r '.errors[] | \"\\(.file):\\(.line): "
        "\\(.message)\"'\n",
    .options = CHECK_OPTIONS,
    .operands_min = 1,
    .operands_max = 1000,
    .run = run_check,
};
