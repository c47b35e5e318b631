#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "backtest.h"
#include "classification_replay.h"
#include "commands.h"
#include "fleet.h"
#include "progress.h"
#include "table.h"

#define CHUNK_EVENTS 5000
#define DAYS_SHOWN   14

/* One run: the candidate, and the log that it is tried on. */
struct trial {
    struct cli *cli;
    struct contact_context *candidate;
    struct db *db;
    FILE *csv; /* NULL: none */
    struct instant from, to;
    struct backtest *backtest;
    bool gives_classes; /* the log's are by another SOP than the candidate's */
    struct progress progress;
    int64_t n_events;
};

/* What reads one partition. */
struct reader {
    struct trial *trial;
    struct contact_replay *contact;
    struct classification_replay *classes; /* where they are made anew; else NULL */
};

/* --- what is asked ------------------------------------------------------------------------------------------------ */

/* A day or an instant. */
static enum status parse_time(struct cli *cli, const char *option, struct instant otherwise, struct instant *ret_at,
                              struct error *err)
{
    const char *text = cli_text(cli, option);
    struct date day;
    *ret_at = otherwise;
    if (text[0] == '\0')
        return STATUS_OK;
    if (date_parse(text, "YYYY-MM-DD", &day, err) == STATUS_OK) {
        ret_at->us = day.days * US_PER_DAY;
        return STATUS_OK;
    }
    if (instant_parse(text, ret_at, err) != STATUS_OK)
        return cli_usage(cli, err, "--%s '%s' is no day as YYYY-MM-DD and no instant", option, text);
    return STATUS_OK;
}

/* What --policy has of it, else what the option names, else what is shipped. */
static enum status choose(struct cli *cli, const char *option, const char *of_policy, const char *shipped,
                          char **ret_path, struct error *err)
{
    const char *folder = cli_text(cli, "policy");
    g_autofree char *path = g_build_filename(folder[0] != '\0' ? folder : ".", of_policy, NULL);
    const bool is_there = folder[0] != '\0' && g_file_test(path, G_FILE_TEST_EXISTS);
    return fleet_policy(is_there ? path : cli_text(cli, option), shipped, ret_path, err);
}

static enum status check_policy_folder(struct cli *cli, struct error *err)
{
    const char *folder = cli_text(cli, "policy");
    if (folder[0] == '\0')
        return STATUS_OK;
    g_autofree char *sop = g_build_filename(folder, "sop.yaml", NULL);
    g_autofree char *rules = g_build_filename(folder, "rules", NULL);
    if (!g_file_test(sop, G_FILE_TEST_EXISTS) && !g_file_test(rules, G_FILE_TEST_EXISTS))
        return cli_usage(cli, err, "--policy '%s': there is neither %s nor %s", folder, sop, rules);
    return STATUS_OK;
}

static enum status load_candidate(struct trial *trial, struct error *err)
{
    g_autofree char *sop = NULL;
    g_autofree char *rules = NULL;
    enum status st = check_policy_folder(trial->cli, err);
    if (st == STATUS_OK)
        st = choose(trial->cli, "sop", "sop.yaml", "policies/standard.yaml", &sop, err);
    if (st == STATUS_OK)
        st = choose(trial->cli, "rules", "rules", "rules", &rules, err);
    if (st != STATUS_OK)
        return st;
    st = contact_context_load(sop, rules, cli_text(trial->cli, "rule-packs"), &trial->candidate, err);
    if (st != STATUS_OK)
        cli_set_exit(trial->cli, CLI_EXIT_USAGE);
    return st;
}

static enum status read_period(struct trial *trial, struct error *err)
{
    enum status st = parse_time(trial->cli, "from", (struct instant){INT64_MIN}, &trial->from, err);
    if (st == STATUS_OK)
        st = parse_time(trial->cli, "to", (struct instant){INT64_MAX}, &trial->to, err);
    if (st == STATUS_OK && trial->from.us >= trial->to.us)
        return cli_usage(trial->cli, err, "--from must lie before --to");
    return st;
}

static enum status open_csv(struct trial *trial, struct error *err)
{
    const char *path = cli_text(trial->cli, "differences");
    if (path[0] == '\0')
        return STATUS_OK;
    trial->csv = fopen(path, "we");
    return trial->csv != NULL ? STATUS_OK : error_set(err, STATUS_NOT_FOUND, "%s: %s", path, g_strerror(errno));
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static Dunlin__Classification__V1__AccountClassified *classified_of(const struct event *event)
{
    if (strcmp(event->type, dunlin__classification__v1__account_classified__descriptor.name) != 0)
        return NULL;
    return dunlin__classification__v1__account_classified__unpack(NULL, event->payload_len, event->payload);
}

static void note_recorded_class(struct trial *trial, const struct event *event)
{
    Dunlin__Classification__V1__AccountClassified *classified = classified_of(event);
    if (classified == NULL)
        return;
    backtest_note_class(trial->backtest, &event->account_id, true, classified->class_,
                        (struct instant){event->occurred_at_us});
    dunlin__classification__v1__account_classified__free_unpacked(classified, NULL);
}

static enum status take_class(void *context, const Dunlin__Classification__V1__AccountClassified *classified,
                              int32_t agency_id, struct instant at, struct error *err)
{
    struct reader *reader = context;
    struct id account_id = {0};
    const enum status st =
        id_from_bytes(classified->account_id.data, classified->account_id.len, "account_id", &account_id, err);
    if (st != STATUS_OK)
        return st;
    backtest_note_class(reader->trial->backtest, &account_id, false, classified->class_, at);
    return contact_replay_classify(reader->contact, classified, agency_id, at, err);
}

/* As in the service: what has come with the day, the event itself, and the class that follows from it. */
static enum status fold_one(struct reader *reader, const struct event *event, struct error *err)
{
    enum status st = STATUS_OK;
    if (reader->classes != NULL) {
        note_recorded_class(reader->trial, event);
        st = classification_replay_until(reader->classes, (struct instant){event->occurred_at_us}, err);
    }
    if (st == STATUS_OK)
        st = contact_replay_event(reader->contact, event, err);
    if (st == STATUS_OK && reader->classes != NULL)
        st = classification_replay_event(reader->classes, event, err);
    return st;
}

static void fold_batch(struct reader *reader, const struct eventlog_batch *batch)
{
    struct trial *trial = reader->trial;
    for (size_t i = 0; i < batch->n; i++) {
        struct error why = {0};
        if (fold_one(reader, &batch->events[i], &why) != STATUS_OK)
            backtest_add_failure(trial->backtest, why.text);
    }
    trial->n_events += (int64_t)batch->n;
    progress_show(&trial->progress, trial->n_events);
}

static enum status read_events(struct reader *reader, uint16_t partition, struct error *err)
{
    int64_t seq = 0;
    for (bool is_more = true; is_more;) {
        SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
        const enum status st = eventlog_read(reader->trial->db, partition, seq, CHUNK_EVENTS, &batch, err);
        if (st != STATUS_OK)
            return st;
        is_more = batch->n == CHUNK_EVENTS;
        if (batch->n > 0)
            seq = batch->events[batch->n - 1].seq;
        fold_batch(reader, batch);
    }
    return STATUS_OK;
}

static enum status read_partition(struct trial *trial, uint16_t partition, struct error *err)
{
    struct reader reader = {
        .trial = trial,
        .contact = contact_replay_new(trial->candidate, backtest_observer(trial->backtest)),
    };
    if (trial->gives_classes)
        reader.classes = classification_replay_new(trial->candidate->sop, take_class, &reader);
    const enum status st = read_events(&reader, partition, err);
    backtest_settle(trial->backtest);
    classification_replay_free(reader.classes);
    contact_replay_free(reader.contact);
    return st;
}

/* By which SOP the log's accounts were classified: the first of them tells. */
static enum status compare_sops(struct trial *trial, struct error *err)
{
    for (uint16_t partition = 0; partition < PARTITION_COUNT; partition++) {
        SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
        const enum status st = eventlog_read(trial->db, partition, 0, CHUNK_EVENTS, &batch, err);
        if (st != STATUS_OK)
            return st;
        for (size_t i = 0; i < batch->n; i++) {
            Dunlin__Classification__V1__AccountClassified *classified = classified_of(&batch->events[i]);
            if (classified == NULL)
                continue;
            trial->gives_classes = strcmp(classified->sop_version, trial->candidate->sop->version) != 0;
            dunlin__classification__v1__account_classified__free_unpacked(classified, NULL);
            return STATUS_OK;
        }
    }
    return STATUS_OK;
}

static enum status read_log(struct trial *trial, struct error *err)
{
    uint16_t partitions[PARTITION_COUNT];
    int64_t next_seqs[PARTITION_COUNT];
    int64_t total = 0;
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        partitions[p] = p;
    enum status st = eventlog_heads(trial->db, partitions, PARTITION_COUNT, next_seqs, err);
    for (uint16_t p = 0; st == STATUS_OK && p < PARTITION_COUNT; p++)
        total += next_seqs[p] - EVENTLOG_FIRST_SEQ;
    trial->progress = progress_begin(trial->cli, "replaying", "events", total);
    for (uint16_t p = 0; st == STATUS_OK && p < PARTITION_COUNT; p++)
        st = read_partition(trial, p, err);
    progress_end(&trial->progress);
    return st;
}

/* --- the report --------------------------------------------------------------------------------------------------- */

static json_int_t number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

/* "4,210 -> 3,980 (-230)". */
static char *change_text(json_int_t before, json_int_t after)
{
    g_autofree char *left = table_number(before);
    g_autofree char *right = table_number(after);
    g_autofree char *by = table_number(ABS(after - before));
    return after == before ? g_strdup_printf("%s, the same", left)
                           : g_strdup_printf("%s -> %s (%s%s)", left, right, after > before ? "+" : "-", by);
}

static void say_permits(struct trial *trial, const json_t *result)
{
    static const struct column RULES[] = {{"rule", "rule", COLUMN_TEXT},
                                          {"title", "title", COLUMN_TEXT},
                                          {"permits lost to it", "lost", COLUMN_NUMBER},
                                          {"permits gained from it", "gained", COLUMN_NUMBER},
                                          {0}};
    struct cli *cli = trial->cli;
    const json_t *permits = json_object_get(result, "permits");
    const json_t *rules = json_object_get(result, "rules");
    g_autofree char *granted = change_text(number_of(permits, "granted"), number_of(permits, "candidate_granted"));
    g_autofree char *refused = change_text(number_of(permits, "refused"), number_of(permits, "candidate_refused"));
    cli_say(cli, "%sPermits%s", cli_colour(cli, CLI_BOLD), cli_colour(cli, CLI_PLAIN));
    cli_say(cli, "  granted   %s", granted);
    cli_say(cli, "  refused   %s", refused);
    if (number_of(permits, "other_reasons") > 0)
        cli_say(cli, "  %" JSON_INTEGER_FORMAT " are refused either way, for other reasons",
                number_of(permits, "other_reasons"));
    if (json_array_size(rules) > 0)
        table_print(cli, rules, RULES);
}

static void say_classes(struct trial *trial, const json_t *result)
{
    static const struct column CLASSES[] = {{"class then", "recorded", COLUMN_TEXT},
                                            {"candidate", "candidate", COLUMN_TEXT},
                                            {"accounts", "accounts", COLUMN_NUMBER},
                                            {0}};
    struct cli *cli = trial->cli;
    const json_t *classes = json_object_get(result, "classes");
    if (!trial->gives_classes)
        return;
    cli_say(cli, "\n%sClasses at the end%s", cli_colour(cli, CLI_BOLD), cli_colour(cli, CLI_PLAIN));
    if (json_array_size(classes) == 0)
        cli_say(cli, "  the same for every account");
    else
        table_print(cli, classes, CLASSES);
}

static double mean(const json_t *steps, const char *days, const char *count)
{
    return (double)number_of(steps, days) / (double)MAX(number_of(steps, count), 1);
}

static void say_steps(struct trial *trial, const json_t *result)
{
    struct cli *cli = trial->cli;
    const json_t *steps = json_object_get(result, "steps");
    cli_say(cli, "\n%sSteps planned%s", cli_colour(cli, CLI_BOLD), cli_colour(cli, CLI_PLAIN));
    cli_say(cli, "  on the same day %" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT, number_of(steps, "same_day"),
            number_of(steps, "compared"));
    if (number_of(steps, "earlier") > 0)
        cli_say(cli, "  earlier         %" JSON_INTEGER_FORMAT ", by %.1f days on average", number_of(steps, "earlier"),
                mean(steps, "days_earlier", "earlier"));
    if (number_of(steps, "later") > 0)
        cli_say(cli, "  later           %" JSON_INTEGER_FORMAT ", by %.1f days on average", number_of(steps, "later"),
                mean(steps, "days_later", "later"));
    if (number_of(steps, "new") > 0)
        cli_say(cli, "  new             %" JSON_INTEGER_FORMAT, number_of(steps, "new"));
    if (number_of(steps, "gone") > 0)
        cli_say(cli, "  gone            %" JSON_INTEGER_FORMAT, number_of(steps, "gone"));
}

static gint compare_days(gconstpointer a, gconstpointer b)
{
    const json_t *left = *(json_t *const *)a;
    const json_t *right = *(json_t *const *)b;
    const json_int_t moved_left = ABS(number_of(left, "candidate") - number_of(left, "recorded"));
    const json_int_t moved_right = ABS(number_of(right, "candidate") - number_of(right, "recorded"));
    if (moved_left != moved_right)
        return moved_left > moved_right ? -1 : 1;
    return strcmp(json_string_value(json_object_get(left, "day")), json_string_value(json_object_get(right, "day")));
}

/* The days on which most would change; all of them are in the JSON. */
static void say_workload(struct trial *trial, const json_t *result)
{
    static const struct column DAYS[] = {{"day", "day", COLUMN_TEXT},
                                         {"channel", "channel", COLUMN_TEXT},
                                         {"planned then", "recorded", COLUMN_NUMBER},
                                         {"candidate", "candidate", COLUMN_NUMBER},
                                         {0}};
    struct cli *cli = trial->cli;
    g_autoptr(GPtrArray) days = g_ptr_array_new();
    json_t *shown = json_array();
    size_t i;
    json_t *day;
    json_array_foreach(json_object_get(result, "workload"), i,
                       day) if (number_of(day, "recorded") != number_of(day, "candidate")) g_ptr_array_add(days, day);
    g_ptr_array_sort(days, compare_days);
    for (guint k = 0; k < MIN(days->len, DAYS_SHOWN); k++)
        (void)json_array_append(shown, g_ptr_array_index(days, k));
    cli_say(cli, "\n%sWork a day%s", cli_colour(cli, CLI_BOLD), cli_colour(cli, CLI_PLAIN));
    if (days->len == 0)
        cli_say(cli, "  the same on each of %zu days and channels",
                json_array_size(json_object_get(result, "workload")));
    else {
        cli_say(cli, "  differs on %u of %zu days and channels%s:", days->len,
                json_array_size(json_object_get(result, "workload")),
                days->len > DAYS_SHOWN ? "; those that differ most" : "");
        table_print(cli, shown, DAYS);
    }
    json_decref(shown);
}

static void say_trust(struct trial *trial, const json_t *result)
{
    struct cli *cli = trial->cli;
    const json_t *same = json_object_get(result, "same_rules");
    const json_int_t n_failures = number_of(result, "events_not_understood");
    g_autofree char *differing = table_number(number_of(result, "accounts_that_differ"));
    cli_say(cli, "\nAccounts that differ: %s%s", differing,
            trial->csv != NULL ? ", each with its differences in the CSV" : "");
    cli_say(cli, "What was done stays done: each decision is asked again with what was known then, but a call that was "
                 "made remains made.");
    if (number_of(same, "unequal") > 0)
        cli_say(cli,
                "%s%" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT
                " decisions by these very rules come out otherwise, the first at %s: that is a bug, please report it%s",
                cli_colour(cli, CLI_RED), number_of(same, "unequal"), number_of(same, "decisions"),
                json_string_value(json_object_get(same, "first_unequal")), cli_colour(cli, CLI_PLAIN));
    else if (number_of(same, "decisions") > 0)
        cli_say(cli,
                "%" JSON_INTEGER_FORMAT " decisions were made by these very rules: all come out bit for bit equal.",
                number_of(same, "decisions"));
    if (n_failures > 0)
        cli_say(cli, "%s%" JSON_INTEGER_FORMAT " events could not be read again%s, the first: %s",
                cli_colour(cli, CLI_RED), n_failures, cli_colour(cli, CLI_PLAIN),
                json_string_value(json_array_get(json_object_get(result, "failures"), 0)));
}

static const char *title_of(const struct rules_book *book, const char *id)
{
    for (size_t i = 0; i < book->n_packs; i++)
        for (size_t j = 0; j < book->packs[i].n_rules; j++)
            if (strcmp(book->packs[i].rules[j].id, id) == 0)
                return book->packs[i].rules[j].title;
    return "";
}

static void report(struct trial *trial)
{
    json_t *result = backtest_json(trial->backtest);
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(result, "rules"), i, row)
    {
        const char *id = json_string_value(json_object_get(row, "rule"));
        (void)json_object_set_new(row, "title", json_string(title_of(trial->candidate->rules->book, id)));
    }
    (void)json_object_set_new(result, "events", json_integer(trial->n_events));
    (void)json_object_set_new(result, "rule_version", json_string(trial->candidate->rules->book->version));
    (void)json_object_set_new(result, "sop_version", json_string(trial->candidate->sop->version));
    const bool is_whole = number_of(json_object_get(result, "same_rules"), "unequal") == 0 &&
                          number_of(result, "events_not_understood") == 0;
    cli_set_exit(trial->cli, is_whole ? CLI_EXIT_OK : CLI_EXIT_FAILED);
    if (cli_emit(trial->cli, result))
        return;
    g_autofree char *events = table_number(trial->n_events);
    cli_say(trial->cli, "%s events replayed under SOP '%s' (%s) and rules %s\n", events, trial->candidate->sop->name,
            trial->candidate->sop->version, trial->candidate->rules->book->version);
    say_permits(trial, result);
    say_classes(trial, result);
    say_steps(trial, result);
    say_workload(trial, result);
    say_trust(trial, result);
    json_decref(result);
}

static enum status try_candidate(struct trial *trial, struct error *err)
{
    enum status st = cli_db(trial->cli, &trial->db, err);
    if (st == STATUS_OK)
        st = compare_sops(trial, err);
    if (st == STATUS_OK)
        st = open_csv(trial, err);
    if (st != STATUS_OK)
        return st;
    trial->backtest =
        backtest_new(trial->from, trial->to, trial->candidate->rules->book->version, trial->gives_classes, trial->csv);
    st = read_log(trial, err);
    if (trial->csv != NULL && fclose(trial->csv) != 0 && st == STATUS_OK)
        st =
            error_set(err, STATUS_RESOURCE_EXHAUSTED, "%s: %s", cli_text(trial->cli, "differences"), g_strerror(errno));
    if (st == STATUS_OK)
        report(trial);
    return st;
}

static enum status run_backtest(struct cli *cli, struct error *err)
{
    struct trial trial = {.cli = cli};
    enum status st = read_period(&trial, err);
    if (st == STATUS_OK)
        st = load_candidate(&trial, err);
    if (st == STATUS_OK)
        st = try_candidate(&trial, err);
    backtest_free(trial.backtest);
    contact_context_free(trial.candidate);
    return st;
}

static const struct config_option BACKTEST_OPTIONS[] = {
    {"policy", CONFIG_TEXT, "", NULL, 0, 0,
     "Folder of the candidate: sop.yaml, rules/ (a folder of packs), or both. What it lacks stays as it is."},
    {"sop", CONFIG_TEXT, "", NULL, 0, 0, "The SOP, where --policy has none. Empty: deploy/policies/standard.yaml."},
    {"rules", CONFIG_TEXT, "", NULL, 0, 0, "Folder of rule packs, where --policy has none. Empty: deploy/rules."},
    {"rule-packs", CONFIG_TEXT, "us-federal,house", NULL, 0, 0, "Names of the packs that apply, joined by commas."},
    {"from", CONFIG_TEXT, "", NULL, 0, 0, "First day (UTC) or instant that is compared. Empty: from the beginning."},
    {"to", CONFIG_TEXT, "", NULL, 0, 0, "Day or instant before which it ends. Empty: to the end of the log."},
    {"differences", CONFIG_TEXT, "", NULL, 0, 0,
     "Write each difference to this file, as CSV: account, what, when, then and now."},
    {0},
};

const struct command COMMAND_POLICY_BACKTEST = {
    .name = "policy backtest",
    .summary = "try a policy on the agency's own history, without touching it",
    .usage = "--policy DIR [--from DAY] [--to DAY] [--differences FILE]",
    .details =
        "Reads the log and asks, wherever a permit was decided, what the candidate would have answered with what was\n"
        "known then; and plans every account's steps as the candidate's SOP has them. Says which permits are gained "
        "and\n"
        "lost and by which rule, which accounts change class, which steps move, and how much work that is a day and\n"
        "channel. Nothing is written.\n\n"
        "  dunlin policy backtest                                 (the policy as it is: everything must be equal)\n"
        "  dunlin policy backtest --policy drafts/autumn --from 2026-05-01 --to 2026-07-01 --differences "
        "differences.csv\n"
        "Exit code 1 where a decision by the same rules comes out otherwise, or an event cannot be read again.\n",
    .options = BACKTEST_OPTIONS,
    .run = run_backtest,
};
