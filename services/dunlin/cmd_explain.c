#include <string.h>

#include <glib.h>

#include "account.h"
#include "commands.h"
#include "eventlog/eventlog.h"
#include "explain.h"
#include "fleet.h"
#include "platform/platform.h"
#include "table.h"

#define CHUNK_EVENTS 5000

/* One account's question to the log. */
struct asking {
    struct cli *cli;
    struct db *db;
    struct contact_context *context;
    struct id account_id, debtor_id;
    struct instant at; /* INT64_MAX: now */
    struct explanation *explanation;
};

/* --- reading ------------------------------------------------------------------------------------------------------ */

/* `stop` once what is looked for is there. */
typedef enum status visit_fn(struct asking *asking, const struct event *event, bool *stop, struct error *err);

static enum status visit_partition(struct asking *asking, visit_fn *visit, struct error *err)
{
    enum status st = STATUS_OK;
    int64_t seq = 0;
    bool stop = false;
    while (st == STATUS_OK && !stop) {
        SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
        st = eventlog_read(asking->db, id_partition(&asking->account_id), seq, CHUNK_EVENTS, &batch, err);
        if (st != STATUS_OK || batch->n == 0)
            return st;
        seq = batch->events[batch->n - 1].seq;
        for (size_t i = 0; st == STATUS_OK && !stop && i < batch->n; i++)
            st = visit(asking, &batch->events[i], &stop, err);
    }
    return st;
}

static enum status find_debtor(struct asking *asking, const struct event *event, bool *stop, struct error *err)
{
    (void)err;
    if (id_equal(&event->account_id, &asking->account_id) && !id_is_none(&event->debtor_id)) {
        asking->debtor_id = event->debtor_id;
        *stop = true;
    }
    return STATUS_OK;
}

static enum status take(struct asking *asking, const struct event *event, bool *stop, struct error *err)
{
    if (!id_equal(&event->debtor_id, &asking->debtor_id))
        return STATUS_OK;
    if (event->occurred_at_us > asking->at.us) {
        *stop = true;
        return STATUS_OK;
    }
    return explanation_event(asking->explanation, event, err);
}

/* --- for people --------------------------------------------------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

/* To the minute: "2026-02-17 13:00". */
static char *when_of(const json_t *object, const char *key)
{
    char *text = g_strndup(text_of(object, key), strlen("2026-02-17T13:00"));
    if (strlen(text) > strlen("2026-02-17"))
        text[strlen("2026-02-17")] = ' ';
    return text;
}

static char *money_of(const json_t *row)
{
    static const struct column BALANCE = {"", "balance", COLUMN_MONEY};
    return table_cell(row, &BALANCE);
}

/* A fact, and at the line's end the event that says so. */
static void say_fact(struct cli *cli, const char *title, const char *fact, const char *event)
{
    if (event[0] == '\0')
        cli_say(cli, "  %-11s %s", title, fact);
    else
        cli_say(cli, "  %-11s %s  %s[%s]%s", title, fact, cli_colour(cli, CLI_DIM), event, cli_colour(cli, CLI_PLAIN));
}

/* "day_boundary" as people say it; g_free. */
static char *words_of(const char *code)
{
    return g_strdelimit(g_strdup(code), "_", ' ');
}

static void say_placed(struct cli *cli, const json_t *result)
{
    const json_t *placed = json_object_get(result, "placed");
    const json_t *balance = json_object_get(result, "balance");
    g_autofree char *when = when_of(placed, "placed_at");
    g_autofree char *amount = money_of(placed);
    g_autofree char *kind = words_of(text_of(result, "debt_kind"));
    g_autofree char *text = g_strdup_printf("%s by %s with %s, due on %s%s%s", when, text_of(placed, "client"), amount,
                                            text_of(placed, "due_on"), kind[0] != '\0' ? "; kind of debt: " : "", kind);
    say_fact(cli, "placed", text, text_of(placed, "event"));
    if (json_is_object(balance)) {
        g_autofree char *owed = money_of(balance);
        say_fact(cli, "owed", owed, text_of(balance, "event"));
    }
}

static char *joined(const json_t *texts)
{
    GString *all = g_string_new(NULL);
    size_t i;
    json_t *text;
    json_array_foreach(texts, i, text) g_string_append_printf(all, "%s%s", i > 0 ? ", " : "", json_string_value(text));
    return g_string_free(all, FALSE);
}

static void say_class(struct cli *cli, const json_t *result)
{
    const json_t *classified = json_object_get(result, "class");
    if (!json_is_object(classified))
        return;
    g_autofree char *reasons = joined(json_object_get(classified, "reason_codes"));
    g_autofree char *because = words_of(text_of(classified, "because"));
    g_autofree char *text = g_strdup_printf("%s%s%s; looked at for: %s", text_of(classified, "class"),
                                            reasons[0] != '\0' ? ", for " : "", reasons, because);
    say_fact(cli, "class", text, text_of(classified, "event"));
}

static void say_holds(struct cli *cli, const json_t *result)
{
    size_t i;
    json_t *hold;
    json_array_foreach(json_object_get(result, "holds"), i, hold)
    {
        g_autofree char *when = when_of(hold, "at");
        g_autofree char *name = words_of(text_of(hold, "hold"));
        g_autofree char *text = g_strdup_printf("%s, since %s", name, when);
        say_fact(cli, i == 0 ? "held" : "", text, text_of(hold, "event"));
    }
}

static void say_held_part(struct cli *cli, const json_t *result)
{
    static const struct column AMOUNT = {"", "amount", COLUMN_MONEY};
    const json_t *part = json_object_get(result, "held_part");
    if (!json_is_object(part))
        return;
    g_autofree char *amount = table_cell(part, &AMOUNT);
    g_autofree char *text = g_strdup_printf("%s, disputed: not to be asked for; the rest may be", amount);
    say_fact(cli, "held part", text, "");
}

/* Nothing where no notice is owed and none was sent. */
static void say_notice(struct cli *cli, const json_t *result)
{
    const json_t *notice = json_object_get(result, "notice");
    const bool is_sent = json_is_string(json_object_get(notice, "sent_at"));
    g_autofree char *when = when_of(notice, is_sent ? "sent_at" : "due_at");
    g_autofree char *text = g_strdup_printf("%s %s", is_sent ? "of the debt's validity sent" : "owed by", when);
    if (when[0] != '\0')
        say_fact(cli, "notice", text, "");
}

/* What people told, as far as it is in force: "consent, scope text". */
static void say_facts(struct cli *cli, const json_t *result)
{
    static const char *const SAID[] = {"scope",     "channels", "place", "from_minute",
                                       "to_minute", "until_on", "zone",  "language"};
    size_t i;
    json_t *fact;
    json_array_foreach(json_object_get(result, "facts"), i, fact)
    {
        g_autofree char *when = when_of(fact, "at");
        g_autoptr(GString) text = g_string_new(NULL);
        g_autofree char *kind = words_of(text_of(fact, "kind"));
        g_string_append_printf(text, "%s, %s", kind, when);
        for (size_t k = 0; k < ARRAY_SIZE(SAID); k++) {
            const json_t *value = json_object_get(fact, SAID[k]);
            g_autofree char *list = json_is_array(value) ? joined(value) : NULL;
            const char *said = list != NULL ? list : json_string_value(value);
            if (said != NULL && said[0] != '\0')
                g_string_append_printf(text, ", %s", said);
            else if (json_is_integer(value) && json_integer_value(value) != 0)
                g_string_append_printf(text, ", %02" JSON_INTEGER_FORMAT ":%02" JSON_INTEGER_FORMAT,
                                       json_integer_value(value) / 60, json_integer_value(value) % 60);
        }
        say_fact(cli, i == 0 ? "on record" : "", text->str, text_of(fact, "event"));
    }
}

/* A rule once, however many channels it forbids; `said` has what was said already. */
static void say_rules(struct cli *cli, const json_t *rules, GHashTable *said)
{
    size_t i;
    json_t *hit;
    json_array_foreach(rules, i, hit)
    {
        g_autofree char *until = when_of(hit, "next");
        char *key = g_strdup_printf("%s %s", text_of(hit, "rule"), text_of(hit, "detail"));
        const bool is_warning = strcmp(text_of(hit, "severity"), "warn") == 0;
        if (!g_hash_table_add(said, key))
            continue;
        cli_say(cli, "    %s%s%s%s %s  %s(%s)%s", cli_colour(cli, is_warning ? CLI_YELLOW : CLI_RED),
                text_of(hit, "rule"), is_warning ? " (warning)" : "", cli_colour(cli, CLI_PLAIN), text_of(hit, "title"),
                cli_colour(cli, CLI_DIM), text_of(hit, "citation"), cli_colour(cli, CLI_PLAIN));
        cli_say(cli, "      %s%s%s", text_of(hit, "detail"), until[0] != '\0' ? "; until " : "", until);
    }
}

/* "REGF-6C-CEASE, REGF-6B1I-TIME": those that block. */
static char *blocking_rules(const json_t *rules)
{
    GString *names = g_string_new(NULL);
    size_t i;
    json_t *hit;
    json_array_foreach(rules, i, hit) if (strcmp(text_of(hit, "severity"), "warn") != 0)
        g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", text_of(hit, "rule"));
    return g_string_free(names, FALSE);
}

static void say_channel(struct cli *cli, const json_t *channel)
{
    const bool is_permitted = json_is_true(json_object_get(channel, "is_permitted"));
    g_auto(GStrv) lines = g_strsplit(text_of(channel, "value"), "\n", -1);
    g_autofree char *where = g_strjoinv(", ", lines);
    if (is_permitted) {
        cli_say(cli, "  %-11s %s%s%spermitted%s", text_of(channel, "channel"), where, where[0] != '\0' ? ": " : "",
                cli_colour(cli, CLI_GREEN), cli_colour(cli, CLI_PLAIN));
        return;
    }
    g_autofree char *from = when_of(channel, "permitted_from");
    g_autofree char *names = blocking_rules(json_object_get(channel, "rules"));
    const bool has_end = json_is_true(json_object_get(channel, "has_end"));
    cli_say(cli, "  %-11s %s%s%srefused%s %s%s by %s", text_of(channel, "channel"), where, where[0] != '\0' ? ": " : "",
            cli_colour(cli, CLI_RED), cli_colour(cli, CLI_PLAIN), has_end ? "until " : "while it stands so", from,
            names);
}

static void say_channels(struct cli *cli, const json_t *result)
{
    size_t i;
    json_t *channel;
    const json_t *channels = json_object_get(result, "channels");
    g_autoptr(GHashTable) said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    cli_say(cli, "\n%sContact at this moment%s", cli_colour(cli, CLI_BOLD), cli_colour(cli, CLI_PLAIN));
    json_array_foreach(channels, i, channel) say_channel(cli, channel);
    json_array_foreach(channels, i, channel) say_rules(cli, json_object_get(channel, "rules"), said);
}

static bool is_any_permitted(const json_t *channels)
{
    size_t i;
    json_t *channel;
    json_array_foreach(channels, i, channel) if (json_is_true(json_object_get(channel, "is_permitted"))) return true;
    return false;
}

static void say_next(struct cli *cli, const json_t *result)
{
    const json_t *next = json_object_get(result, "next");
    const json_t *later = json_object_get(next, "later");
    const json_t *on_the_day = json_object_get(next, "on_the_day");
    g_autofree char *due = when_of(next, "due_at");
    cli_say(cli, "\n%sWhat happens next%s", cli_colour(cli, CLI_BOLD), cli_colour(cli, CLI_PLAIN));
    if (text_of(next, "step")[0] == '\0') {
        const bool is_held = json_array_size(json_object_get(result, "holds")) > 0;
        say_fact(cli, "nothing",
                 is_held                                ? "while it is held"
                 : text_of(next, "strategy")[0] == '\0' ? "its class has no strategy"
                 : json_array_size(later) == 0          ? "every step of its strategy is done"
                                                        : "what is left of its strategy has no day yet",
                 text_of(next, "event"));
    } else {
        g_autofree char *text = g_strdup_printf("%s of strategy %s (%s)", text_of(next, "step"),
                                                text_of(next, "strategy"), text_of(next, "title"));
        say_fact(cli, due, text, text_of(next, "event"));
        if (!is_any_permitted(on_the_day)) {
            cli_say(cli, "  %-11s the rules would refuse it then, as things stand:", "but");
            g_autoptr(GHashTable) said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
            say_rules(cli, json_object_get(json_array_get(on_the_day, 0), "rules"), said);
        }
    }
    if (json_array_size(later) > 0) {
        const json_t *first = json_array_get(later, 0);
        g_autofree char *from = words_of(text_of(first, "from"));
        cli_say(cli, "  %-11s %zu more; %s lies %" JSON_INTEGER_FORMAT " days after: %s", "later",
                json_array_size(later), text_of(first, "step"), json_integer_value(json_object_get(first, "day")),
                from);
    }
}

static void add_rules(GString *text, const json_t *hits)
{
    size_t i;
    json_t *hit;
    json_array_foreach(hits, i, hit) g_string_append_printf(text, "%s %s", i > 0 ? "," : "", text_of(hit, "rule"));
}

/* "permitted by override of REGF-…: consumer request, he asked for it; by user:anna"; whatever he wrote stays as it is.
 */
static char *word_override(const json_t *override)
{
    GString *text = g_string_new("permitted by override of");
    g_autofree char *code = words_of(text_of(override, "reason_code"));
    add_rules(text, json_object_get(override, "hits"));
    g_string_append_printf(text, ": %s, %s; by %s", code, text_of(override, "reason"),
                           text_of(override, "overridden_by"));
    return g_string_free(text, FALSE);
}

/* "permitted", "refused by REGF-…", "no_answer". */
static char *word_contact(const json_t *contact)
{
    const json_t *report = json_object_get(contact, "report");
    const json_t *hits = json_object_get(contact, "hits");
    const json_t *override = json_object_get(contact, "override");
    if (override != NULL)
        return word_override(override);
    GString *text = g_string_new(NULL);
    if (report != NULL) {
        const char *told = text_of(report, "telephony")[0] != '\0' ? "telephony" : "delivery";
        g_string_append_printf(text, "reported: %s", text_of(report, told));
        if (text_of(report, "party")[0] != '\0')
            g_string_append_printf(text, ", party %s", text_of(report, "party"));
        if (text_of(report, "outcome")[0] != '\0' && strcmp(text_of(report, "outcome"), "none") != 0)
            g_string_append_printf(text, ", %s", text_of(report, "outcome"));
        g_string_append(text, json_is_true(json_object_get(contact, "counts")) ? "; counts" : "; does not count");
    } else if (hits != NULL) {
        g_string_append(text, "refused by");
        add_rules(text, hits);
    } else
        g_string_append(text, g_str_has_suffix(text_of(contact, "event"), "PermitExpired")
                                  ? "nobody said what came of it; counts"
                                  : "permitted");
    return g_strdelimit(g_string_free(text, FALSE), "_", ' ');
}

static void say_contacts(struct cli *cli, const json_t *result)
{
    const json_t *contacts = json_object_get(result, "contacts");
    size_t i;
    json_t *contact;
    if (json_array_size(contacts) == 0)
        return;
    cli_say(cli, "\n%sMade and not made, the latest%s", cli_colour(cli, CLI_BOLD), cli_colour(cli, CLI_PLAIN));
    json_array_foreach(contacts, i, contact)
    {
        g_autofree char *when = when_of(contact, "at");
        g_autofree char *text = word_contact(contact);
        cli_say(cli, "  %s  %s %s  %s[%s]%s", when, text_of(contact, "channel"), text, cli_colour(cli, CLI_DIM),
                text_of(contact, "event"), cli_colour(cli, CLI_PLAIN));
    }
}

static void say(struct asking *asking, const json_t *result)
{
    struct cli *cli = asking->cli;
    const json_t *as_of = json_object_get(result, "as_of");
    g_autofree char *at = when_of(as_of, "at");
    cli_say(cli, "%s%s%s (%s) at %s UTC, as of event %s\n", cli_colour(cli, CLI_BOLD),
            text_of(json_object_get(result, "placed"), "client_reference"), cli_colour(cli, CLI_PLAIN),
            text_of(result, "account_id"), at, text_of(as_of, "event"));
    cli_say(cli, "%sWhere it stands%s", cli_colour(cli, CLI_BOLD), cli_colour(cli, CLI_PLAIN));
    say_placed(cli, result);
    say_class(cli, result);
    say_holds(cli, result);
    say_held_part(cli, result);
    say_notice(cli, result);
    say_facts(cli, result);
    say_next(cli, result);
    say_channels(cli, result);
    say_contacts(cli, result);
    cli_say(cli, "\nRules %s (%s), SOP %s", text_of(result, "rule_version"), text_of(result, "rule_packs"),
            text_of(json_object_get(result, "next"), "sop_version"));
}

/* --- the command -------------------------------------------------------------------------------------------------- */

static enum status read_wishes(struct asking *asking, struct error *err)
{
    struct cli *cli = asking->cli;
    g_autofree char *sop = NULL;
    g_autofree char *rules = NULL;
    const char *at = cli_text(cli, "at");
    asking->at.us = INT64_MAX;
    if (at[0] != '\0' && instant_parse(at, &asking->at, err) != STATUS_OK)
        return cli_usage(cli, err, "--at '%s' is no instant such as 2026-02-17T13:00:00Z", at);
    enum status st = fleet_policy(cli_text(cli, "sop"), "policies/standard.yaml", &sop, err);
    if (st == STATUS_OK)
        st = fleet_policy(cli_text(cli, "rules"), "rules", &rules, err);
    if (st == STATUS_OK)
        st = contact_context_load(sop, rules, cli_text(cli, "rule-packs"), &asking->context, err);
    return st == STATUS_OK ? account_find(cli, cli_operand(cli, 0), &asking->account_id, err) : st;
}

/* Business time as it is now, unless another instant is asked about. */
static enum status read_clock(const struct asking *asking, struct instant *ret_at, struct error *err)
{
    bool is_driven = false;
    *ret_at = asking->at.us != INT64_MAX ? asking->at : (struct instant){clock_wall_us()};
    return asking->at.us != INT64_MAX ? STATUS_OK : platform_clock_read(asking->db, &is_driven, ret_at, err);
}

static enum status explain(struct asking *asking, struct error *err)
{
    struct instant at = {0};
    enum status st = cli_db(asking->cli, &asking->db, err);
    if (st == STATUS_OK)
        st = read_clock(asking, &at, err);
    if (st == STATUS_OK)
        st = visit_partition(asking, find_debtor, err);
    if (st == STATUS_OK && id_is_none(&asking->debtor_id))
        return error_set(err, STATUS_NOT_FOUND, "no account '%s' in the log", cli_operand(asking->cli, 0));
    asking->explanation = explanation_new(asking->context, &asking->account_id);
    if (st == STATUS_OK)
        st = visit_partition(asking, take, err);
    if (st != STATUS_OK)
        return st;
    json_t *result = explanation_json(asking->explanation, at);
    if (result == NULL)
        return error_set(err, STATUS_NOT_FOUND, "account '%s' was not placed by then", cli_operand(asking->cli, 0));
    if (cli_emit(asking->cli, result))
        return STATUS_OK;
    say(asking, result);
    json_decref(result);
    return STATUS_OK;
}

static enum status run_explain(struct cli *cli, struct error *err)
{
    struct asking asking = {.cli = cli};
    enum status st = read_wishes(&asking, err);
    if (st == STATUS_OK)
        st = explain(&asking, err);
    explanation_free(asking.explanation);
    contact_context_free(asking.context);
    return st;
}

static const struct config_option EXPLAIN_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    {"at", CONFIG_TEXT, "", NULL, 0, 0, "As it was known at this instant of business time. Empty: now."},
    {"sop", CONFIG_TEXT, "", NULL, 0, 0, "The SOP. Empty: deploy/policies/standard.yaml."},
    {"rules", CONFIG_TEXT, "", NULL, 0, 0, "Folder of rule packs. Empty: deploy/rules."},
    {"rule-packs", CONFIG_TEXT, "us-federal,house", NULL, 0, 0, "Names of the packs that apply, joined by commas."},
    {0},
};

const struct command COMMAND_EXPLAIN = {
    .name = "explain",
    .summary = "why an account stands where it stands, what comes next, and what forbids a contact",
    .usage = "ACCOUNT [--at TIME]",
    .details = "Out of the log alone: every fact with the event that it comes from (partition:number), every refusal "
               "with its\n"
               "rule and citation and until when. With --at, as it was known then: what came later plays no part.\n\n"
               "  dunlin explain AM-100001\n"
               "  dunlin explain AM-100001 --at 2026-02-17T03:30:00Z      why was it not called that night?\n",
    .options = EXPLAIN_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_explain,
};
