#include <string.h>

#include "commands.h"
#include "policy_diff.h"

static json_t *lines_json(const char *lines)
{
    json_t *all = json_array();
    g_auto(GStrv) each = g_strsplit(lines, "\n", -1);
    for (size_t i = 0; each[i] != NULL; i++)
        if (each[i][0] != '\0')
            (void)json_array_append_new(all, json_string(each[i]));
    return all;
}

static json_t *changes_json(const struct policy_diff *diff)
{
    json_t *all = json_array();
    for (guint i = 0; i < diff->changes->len; i++) {
        const struct policy_change *change = diff->changes->pdata[i];
        json_t *each = json_pack("{s:s, s:s, s:s, s:s}", "kind", policy_kind_name(change->kind), "name", change->name,
                                 "text", change->text, "effect", policy_effect_name(change->effect));
        if (change->lines != NULL)
            (void)json_object_set_new(each, "lines", lines_json(change->lines));
        (void)json_array_append_new(all, each);
    }
    return all;
}

static size_t count(const struct policy_diff *diff, enum policy_effect effect)
{
    size_t n = 0;
    for (guint i = 0; i < diff->changes->len; i++)
        n += ((const struct policy_change *)diff->changes->pdata[i])->effect == effect;
    return n;
}

static void say_lines(struct cli *cli, const char *lines)
{
    g_auto(GStrv) each = g_strsplit(lines, "\n", -1);
    for (size_t i = 0; each[i] != NULL; i++)
        if (each[i][0] != '\0')
            cli_say(cli, "    %s%s%s", cli_colour(cli, each[i][0] == '-' ? CLI_RED : CLI_GREEN), cli_plain(each[i]),
                    cli_colour(cli, CLI_PLAIN));
}

static void say_change(struct cli *cli, const struct policy_change *change, const struct policy_change *before)
{
    static const char *const KINDS[] = {"SOP", "Rule pack", "Template", "Agreements", ""};
    static const enum cli_colour COLOURS[] = {CLI_PLAIN, CLI_RED, CLI_GREEN};
    if (before == NULL || before->kind != change->kind || strcmp(before->name, change->name) != 0)
        cli_say(cli, "%s%s %s%s", cli_colour(cli, CLI_BOLD), KINDS[change->kind], cli_plain(change->name),
                cli_colour(cli, CLI_PLAIN));
    const char *effect = policy_effect_name(change->effect);
    cli_say(cli, "  %s%s%s%s%s%s", cli_plain(change->text), effect[0] == '\0' ? "" : " (",
            cli_colour(cli, COLOURS[change->effect]), effect, cli_colour(cli, CLI_PLAIN), effect[0] == '\0' ? "" : ")");
    if (change->lines != NULL)
        say_lines(cli, change->lines);
}

static void report(struct cli *cli, const struct policy_diff *diff)
{
    const size_t n_looser = count(diff, POLICY_EFFECT_LOOSER), n_stricter = count(diff, POLICY_EFFECT_STRICTER);
    if (!cli_emit_new(cli, json_pack("{s:o, s:I, s:I}", "changes", changes_json(diff), "looser", (json_int_t)n_looser,
                                     "stricter", (json_int_t)n_stricter))) {
        for (guint i = 0; i < diff->changes->len; i++)
            say_change(cli, diff->changes->pdata[i], i == 0 ? NULL : diff->changes->pdata[i - 1]);
        if (diff->changes->len == 0)
            cli_say(cli, "no difference in what they say");
        else
            cli_say(cli, "%u change%s: %zu looser, %zu stricter", diff->changes->len,
                    diff->changes->len == 1 ? "" : "s", n_looser, n_stricter);
    }
    cli_set_exit(cli, diff->changes->len > 0 ? CLI_EXIT_FAILED : CLI_EXIT_OK);
}

/* Both sides must be whole: what cannot be read cannot be compared. */
static enum status read_side(struct cli *cli, size_t operand, struct policy_files *files, struct error *err)
{
    policy_files_init(files);
    policy_files_add(files, cli_operand(cli, operand));
    for (guint i = 0; i < files->findings->len; i++) {
        struct policy_finding *finding = files->findings->pdata[i];
        cli_note(cli, "%s:%zu: %s%s%s", finding->file, finding->line, finding->field,
                 finding->field[0] == '\0' ? "" : ": ", cli_plain(finding->text));
    }
    if (files->findings->len == 0 && files->entries->len > 0)
        return STATUS_OK;
    cli_set_exit(cli, CLI_EXIT_USAGE);
    return error_set(err, STATUS_INVALID_ARGUMENT, "%s: %s", cli_operand(cli, operand),
                     files->findings->len > 0 ? "cannot be read as a whole" : "has no policy");
}

static enum status run_diff(struct cli *cli, struct error *err)
{
    SCOPED(policy_files_fini) struct policy_files old = {0};
    SCOPED(policy_files_fini) struct policy_files new = {0};
    enum status st = read_side(cli, 0, &old, err);
    if (st == STATUS_OK)
        st = read_side(cli, 1, &new, err);
    if (st != STATUS_OK)
        return st;
    SCOPED(policy_diff_fini) struct policy_diff diff = {0};
    policy_diff_init(&diff);
    policy_diff_files(&diff, &old, &new);
    report(cli, &diff);
    return STATUS_OK;
}

const struct command COMMAND_POLICY_DIFF = {
    .name = "policy diff",
    .summary = "say in words what changes from one policy to another",
    .usage = "OLD NEW",
    .details =
        "Compares two SOPs, rule packs, templates or agreements, or two folders of them, by what they say: comments, "
        "order\n"
        "of keys and layout do not count. Each change is a sentence, with what it does where that can be told:\n\n"
        "  looser    more or earlier contact, more authority, less protection of debtors\n"
        "  stricter  the contrary\n\n"
        "Files of folders are matched by the names in them; two single files are compared whatever their names are.\n"
        "Amounts are shown with two decimals. Nothing needs to run. What a change would have done to your own "
        "accounts\n"
        "says `dunlin policy backtest`.\n\n"
        "Exit code, as of diff: 0 the same; 1 different; 2 something cannot be read.\n\n"
        "  dunlin policy diff deploy/policies/us-consumer.yaml ours.yaml\n"
        "  dunlin policy diff deploy/rules ours/rules --json | jq -r '.changes[] | select(.effect == \"looser\") | "
        ".text'\n",
    .operands_min = 2,
    .operands_max = 2,
    .run = run_diff,
};
