#include "backtest.h"

#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "csv.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "id/id_table.h"

/* A step of an account, as it was planned and as it would have been: where it stood when it came due, or stands now. */
struct step {
    char *code;
    int32_t recorded_channel, channel;
    int64_t recorded_due_us, due_us; /* 0: not planned, or taken back before it was due */
};

/* What of an account is compared. */
struct subject_steps {
    struct id account_id;
    GPtrArray *steps;                                                 /* struct step */
    struct step *recorded, *planned;                                  /* what is next now; NULL: nothing */
    char recorded_class[SOP_CODE_SIZE], planned_class[SOP_CODE_SIZE]; /* now, or at the end of the period */
};

struct rule_change {
    char *rule;
    int64_t gained; /* permits that this rule of the log refused and that would have been granted */
    int64_t lost;   /* permits that were granted and that this rule would have refused */
};

/* Accounts that end the period in another class than they did. */
struct class_change {
    char *key; /* both names */
    char recorded[SOP_CODE_SIZE], planned[SOP_CODE_SIZE];
    int64_t n;
};

struct day_work {
    int32_t days; /* since 1970-01-01, UTC */
    int64_t recorded[CHANNEL_END], planned[CHANNEL_END];
};

struct backtest {
    struct replay_observer observer;
    struct instant from, to;
    char *rule_version;
    FILE *csv;
    int64_t n_granted, n_refused;    /* in the log */
    int64_t n_gained, n_lost;        /* refused and would be granted; the other way round */
    int64_t n_other_reasons;         /* refused either way, by other rules or until another time */
    int64_t n_same_rules, n_unequal; /* decided by the candidate's very rules; of those, not bit for bit */
    int64_t n_parked;                /* of those, while an event of the debtor was parked: refused, then as now */
    char *first_unequal;             /* where; NULL: none */
    GHashTable *rules;               /* id -> struct rule_change */
    GHashTable *accounts;            /* struct id -> struct subject_steps; of the partition that is read */
    GHashTable *differing;           /* struct id: accounts with any difference */
    GHashTable *classes;             /* key -> struct class_change */
    GTree *days;                     /* int32 -> struct day_work */
    int64_t n_steps, n_steps_equal;  /* in the log or the candidate's plan; due on the same day */
    int64_t n_earlier, n_later, days_earlier, days_later;
    int64_t n_steps_new, n_steps_gone;
    GPtrArray *failures; /* char *; the first few */
    int64_t n_failures;
};

#define FAILURES_SHOWN 10

/* --- small things ------------------------------------------------------------------------------------------------- */

static void free_step(gpointer data)
{
    struct step *step = data;
    g_free(step->code);
    g_free(step);
}

static void free_subject(gpointer data)
{
    struct subject_steps *subject = data;
    (void)g_ptr_array_unref(subject->steps);
    g_free(subject);
}

static void free_class(gpointer data)
{
    struct class_change *change = data;
    g_free(change->key);
    g_free(change);
}

static void free_rule(gpointer data)
{
    struct rule_change *change = data;
    g_free(change->rule);
    g_free(change);
}

static gint compare_days(gconstpointer a, gconstpointer b, gpointer unused)
{
    (void)unused;
    return GPOINTER_TO_INT(a) - GPOINTER_TO_INT(b);
}

static bool is_within(const struct backtest *backtest, int64_t at_us)
{
    return at_us >= backtest->from.us && at_us < backtest->to.us;
}

static const char *channel_name(int32_t channel)
{
    return channel > 0 && channel < CHANNEL_END ? channel_traits((enum channel)channel)->name : "";
}

static void write_row(struct backtest *backtest, const struct id *account_id, const char *what, int64_t at_us,
                      int32_t channel, const char *subject, const char *recorded, const char *candidate)
{
    char id[ID_TEXT_SIZE];
    char at[INSTANT_TEXT_SIZE];
    (void)id_set_add(backtest->differing, account_id);
    if (backtest->csv == NULL)
        return;
    csv_cell(backtest->csv, id_format(account_id, id), false);
    csv_cell(backtest->csv, what, false);
    csv_cell(backtest->csv, at_us != 0 ? instant_format((struct instant){at_us}, at) : "", false);
    csv_cell(backtest->csv, channel_name(channel), false);
    csv_cell(backtest->csv, subject, false);
    csv_cell(backtest->csv, recorded, false);
    csv_cell(backtest->csv, candidate, true);
}

/* --- permits ------------------------------------------------------------------------------------------------------ */

static struct rule_change *rule_of(struct backtest *backtest, const char *id)
{
    struct rule_change *change = g_hash_table_lookup(backtest->rules, id);
    if (change == NULL) {
        change = g_new0(struct rule_change, 1);
        change->rule = g_strdup(id);
        (void)g_hash_table_insert(backtest->rules, change->rule, change);
    }
    return change;
}

static char *name_recorded(const struct replay_decision *decision)
{
    GString *names = g_string_new(NULL);
    for (size_t i = 0; i < decision->n_recorded_hits; i++)
        g_string_append_printf(names, "%s%s", i > 0 ? " " : "refused: ", decision->recorded_hits[i]->rule);
    return g_string_free(names, FALSE);
}

static char *name_hits(const struct rules_verdict *verdict)
{
    GString *names = g_string_new(NULL);
    for (size_t i = 0; i < verdict_n_blocking(verdict); i++)
        g_string_append_printf(names, "%s%s", i > 0 ? " " : "refused: ", verdict->hits[i].rule->id);
    return g_string_free(names, FALSE);
}

static void take_gained(struct backtest *backtest, const struct replay_decision *decision)
{
    g_autofree char *recorded = name_recorded(decision);
    backtest->n_gained++;
    for (size_t i = 0; i < decision->n_recorded_hits; i++)
        rule_of(backtest, decision->recorded_hits[i]->rule)->gained++;
    write_row(backtest, &decision->account->id, "permit gained", decision->event->occurred_at_us, decision->channel,
              "permit", recorded, "granted");
}

static void take_lost(struct backtest *backtest, const struct replay_decision *decision)
{
    g_autofree char *hits = name_hits(decision->verdict);
    backtest->n_lost++;
    for (size_t i = 0; i < verdict_n_blocking(decision->verdict); i++)
        rule_of(backtest, decision->verdict->hits[i].rule->id)->lost++;
    write_row(backtest, &decision->account->id, "permit lost", decision->event->occurred_at_us, decision->channel,
              "permit", "granted", hits);
}

static void check_equal(struct backtest *backtest, const struct replay_decision *decision)
{
    if (strcmp(decision->recorded_rule_version, backtest->rule_version) != 0)
        return;
    backtest->n_same_rules++;
    backtest->n_parked += decision->was_parked ? 1 : 0;
    if (decision->is_equal || (decision->was_parked && !decision->was_granted && !decision->is_granted))
        return;
    backtest->n_unequal++;
    if (backtest->first_unequal == NULL)
        backtest->first_unequal = g_strdup_printf("%u:%" PRId64, decision->event->partition, decision->event->seq);
}

static void on_decision(void *context, const struct replay_decision *decision)
{
    struct backtest *backtest = context;
    const bool is_granted = decision->is_granted;
    if (!is_within(backtest, decision->event->occurred_at_us))
        return;
    backtest->n_granted += decision->was_granted ? 1 : 0;
    backtest->n_refused += decision->was_granted ? 0 : 1;
    if (is_granted && !decision->was_granted)
        take_gained(backtest, decision);
    else if (!is_granted && decision->was_granted)
        take_lost(backtest, decision);
    else if (!is_granted) {
        g_autofree char *recorded = name_recorded(decision);
        g_autofree char *hits = name_hits(decision->verdict);
        backtest->n_other_reasons += strcmp(recorded, hits) != 0 ? 1 : 0;
    }
    check_equal(backtest, decision);
}

/* --- steps -------------------------------------------------------------------------------------------------------- */

static struct subject_steps *subject_of(struct backtest *backtest, const struct id *account_id)
{
    struct subject_steps *subject = g_hash_table_lookup(backtest->accounts, account_id);
    if (subject == NULL) {
        subject = g_new0(struct subject_steps, 1);
        subject->account_id = *account_id;
        subject->steps = g_ptr_array_new_with_free_func(free_step);
        (void)id_table_put(backtest->accounts, account_id, subject);
    }
    return subject;
}

static struct step *step_of(struct subject_steps *subject, const char *code)
{
    for (guint i = 0; i < subject->steps->len; i++) {
        struct step *step = g_ptr_array_index(subject->steps, i);
        if (strcmp(step->code, code) == 0)
            return step;
    }
    struct step *step = g_new0(struct step, 1);
    step->code = g_strdup(code);
    g_ptr_array_add(subject->steps, step);
    return step;
}

/* What was next and is not due yet is taken back by whatever is planned instead. */
static void on_plan(void *context, const struct replay_plan *plan)
{
    struct subject_steps *subject = subject_of(context, &plan->account_id);
    if (subject->planned != NULL && subject->planned->due_us > plan->cause_at_us)
        subject->planned->due_us = 0;
    subject->planned = plan->step[0] != '\0' ? step_of(subject, plan->step) : NULL;
    if (subject->planned == NULL)
        return;
    subject->planned->due_us = plan->due_at_us;
    subject->planned->channel = plan->channel;
}

static void on_recorded(void *context, const struct replay_plan *plan)
{
    struct subject_steps *subject = subject_of(context, &plan->account_id);
    if (subject->recorded != NULL && subject->recorded->recorded_due_us > plan->cause_at_us)
        subject->recorded->recorded_due_us = 0;
    subject->recorded = plan->step[0] != '\0' ? step_of(subject, plan->step) : NULL;
    if (subject->recorded == NULL)
        return;
    subject->recorded->recorded_due_us = plan->due_at_us;
    subject->recorded->recorded_channel = plan->channel;
}

static int32_t day_of(int64_t at_us)
{
    return (int32_t)(at_us / US_PER_DAY);
}

static struct day_work *work_of(struct backtest *backtest, int64_t due_us)
{
    const int32_t days = day_of(due_us);
    struct day_work *work = g_tree_lookup(backtest->days, GINT_TO_POINTER(days));
    if (work == NULL) {
        work = g_new0(struct day_work, 1);
        work->days = days;
        g_tree_insert(backtest->days, GINT_TO_POINTER(days), work);
    }
    return work;
}

static void count_work(struct backtest *backtest, const struct step *step, bool is_recorded, bool is_planned)
{
    if (is_recorded && step->recorded_channel >= 0 && step->recorded_channel < CHANNEL_END)
        work_of(backtest, step->recorded_due_us)->recorded[step->recorded_channel]++;
    if (is_planned && step->channel >= 0 && step->channel < CHANNEL_END)
        work_of(backtest, step->due_us)->planned[step->channel]++;
}

static void count_move(struct backtest *backtest, const struct step *step, bool is_recorded, bool is_planned)
{
    const int64_t moved = is_recorded && is_planned ? day_of(step->due_us) - day_of(step->recorded_due_us) : 0;
    backtest->n_steps++;
    if (!is_recorded)
        backtest->n_steps_new++;
    else if (!is_planned)
        backtest->n_steps_gone++;
    else if (moved == 0)
        backtest->n_steps_equal++;
    else if (moved < 0) {
        backtest->n_earlier++;
        backtest->days_earlier -= moved;
    } else {
        backtest->n_later++;
        backtest->days_later += moved;
    }
}

static void compare_step(struct backtest *backtest, const struct subject_steps *subject, const struct step *step)
{
    const bool is_recorded = is_within(backtest, step->recorded_due_us);
    const bool is_planned = is_within(backtest, step->due_us);
    char recorded[INSTANT_TEXT_SIZE] = "";
    char planned[INSTANT_TEXT_SIZE] = "";
    if (!is_recorded && !is_planned)
        return;
    count_work(backtest, step, is_recorded, is_planned);
    count_move(backtest, step, is_recorded, is_planned);
    if (is_recorded && is_planned && step->due_us == step->recorded_due_us)
        return;
    if (is_recorded)
        (void)instant_format((struct instant){step->recorded_due_us}, recorded);
    if (is_planned)
        (void)instant_format((struct instant){step->due_us}, planned);
    write_row(backtest, &subject->account_id,
              !is_recorded  ? "step new"
              : !is_planned ? "step gone"
                            : "step moved",
              is_recorded ? step->recorded_due_us : step->due_us, is_planned ? step->channel : step->recorded_channel,
              step->code, recorded, planned);
}

/* What was said after the period plays no part. */
void backtest_note_class(struct backtest *backtest, const struct id *account_id, bool is_recorded, const char *code,
                         struct instant at)
{
    struct subject_steps *subject = subject_of(backtest, account_id);
    if (at.us < backtest->to.us)
        g_strlcpy(is_recorded ? subject->recorded_class : subject->planned_class, code, SOP_CODE_SIZE);
}

static void compare_class(struct backtest *backtest, const struct subject_steps *subject)
{
    if (!backtest->observer.gives_classes || strcmp(subject->recorded_class, subject->planned_class) == 0)
        return;
    g_autofree char *key = g_strdup_printf("%s %s", subject->recorded_class, subject->planned_class);
    struct class_change *change = g_hash_table_lookup(backtest->classes, key);
    if (change == NULL) {
        change = g_new0(struct class_change, 1);
        change->key = g_strdup(key);
        g_strlcpy(change->recorded, subject->recorded_class, sizeof(change->recorded));
        g_strlcpy(change->planned, subject->planned_class, sizeof(change->planned));
        (void)g_hash_table_insert(backtest->classes, change->key, change);
    }
    change->n++;
    write_row(backtest, &subject->account_id, "class", 0, 0, "class", subject->recorded_class, subject->planned_class);
}

void backtest_settle(struct backtest *backtest)
{
    GHashTableIter iter;
    gpointer value = NULL;
    g_hash_table_iter_init(&iter, backtest->accounts);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct subject_steps *subject = value;
        compare_class(backtest, subject);
        for (guint i = 0; i < subject->steps->len; i++)
            compare_step(backtest, subject, g_ptr_array_index(subject->steps, i));
    }
    g_hash_table_remove_all(backtest->accounts);
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

struct backtest *backtest_new(struct instant from, struct instant to, const char *rule_version, bool gives_classes,
                              FILE *csv)
{
    struct backtest *backtest = g_new0(struct backtest, 1);
    backtest->observer = (struct replay_observer){
        .context = backtest,
        .gives_classes = gives_classes,
        .on_decision = on_decision,
        .on_plan = on_plan,
        .on_recorded = on_recorded,
    };
    backtest->from = from;
    backtest->to = to;
    backtest->rule_version = g_strdup(rule_version);
    backtest->csv = csv;
    backtest->rules = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_rule);
    backtest->classes = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_class);
    backtest->accounts = id_table_new(free_subject);
    backtest->differing = id_set_new();
    backtest->days = g_tree_new_full(compare_days, NULL, NULL, g_free);
    backtest->failures = g_ptr_array_new_with_free_func(g_free);
    if (csv != NULL)
        (void)fputs("account_id,difference,at,channel,subject,recorded,candidate\r\n", csv);
    return backtest;
}

void backtest_free(struct backtest *backtest)
{
    if (backtest == NULL)
        return;
    g_hash_table_unref(backtest->rules);
    g_hash_table_unref(backtest->classes);
    g_hash_table_unref(backtest->accounts);
    g_hash_table_unref(backtest->differing);
    g_tree_unref(backtest->days);
    (void)g_ptr_array_unref(backtest->failures);
    g_free(backtest->first_unequal);
    g_free(backtest->rule_version);
    g_free(backtest);
}

void backtest_freep(struct backtest **backtest)
{
    backtest_free(*backtest);
}

const struct replay_observer *backtest_observer(struct backtest *backtest)
{
    return &backtest->observer;
}

void backtest_add_failure(struct backtest *backtest, const char *what)
{
    backtest->n_failures++;
    if (backtest->failures->len < FAILURES_SHOWN)
        g_ptr_array_add(backtest->failures, g_strdup(what));
}

/* --- the report --------------------------------------------------------------------------------------------------- */

static gint compare_changes(gconstpointer a, gconstpointer b)
{
    const struct rule_change *left = *(struct rule_change *const *)a;
    const struct rule_change *right = *(struct rule_change *const *)b;
    const int64_t by = (right->gained + right->lost) - (left->gained + left->lost);
    return by != 0 ? (by > 0 ? 1 : -1) : strcmp(left->rule, right->rule);
}

static GPtrArray *sorted_values(GHashTable *table, GCompareFunc compare)
{
    GPtrArray *values = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value = NULL;
    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_ptr_array_add(values, value);
    g_ptr_array_sort(values, compare);
    return values;
}

static json_t *rules_json(const struct backtest *backtest)
{
    json_t *rows = json_array();
    g_autoptr(GPtrArray) changes = sorted_values(backtest->rules, compare_changes);
    for (guint i = 0; i < changes->len; i++) {
        const struct rule_change *change = g_ptr_array_index(changes, i);
        (void)json_array_append_new(rows, json_pack("{s:s, s:I, s:I}", "rule", change->rule, "gained",
                                                    (json_int_t)change->gained, "lost", (json_int_t)change->lost));
    }
    return rows;
}

static gint compare_classes(gconstpointer a, gconstpointer b)
{
    const struct class_change *left = *(struct class_change *const *)a;
    const struct class_change *right = *(struct class_change *const *)b;
    return left->n != right->n ? (left->n < right->n ? 1 : -1) : strcmp(left->key, right->key);
}

static json_t *classes_json(const struct backtest *backtest)
{
    json_t *rows = json_array();
    g_autoptr(GPtrArray) changes = sorted_values(backtest->classes, compare_classes);
    for (guint i = 0; i < changes->len; i++) {
        const struct class_change *change = g_ptr_array_index(changes, i);
        (void)json_array_append_new(rows, json_pack("{s:s, s:s, s:I}", "recorded", change->recorded, "candidate",
                                                    change->planned, "accounts", (json_int_t)change->n));
    }
    return rows;
}

static gboolean add_day(gpointer key, gpointer value, gpointer rows)
{
    const struct day_work *work = value;
    char day[DATE_TEXT_SIZE];
    (void)key;
    for (int32_t channel = 0; channel < CHANNEL_END; channel++) {
        if (work->recorded[channel] == 0 && work->planned[channel] == 0)
            continue;
        (void)json_array_append_new(
            rows, json_pack("{s:s, s:s, s:I, s:I}", "day", date_format((struct date){work->days}, day), "channel",
                            channel_name(channel), "recorded", (json_int_t)work->recorded[channel], "candidate",
                            (json_int_t)work->planned[channel]));
    }
    return FALSE;
}

static json_t *workload_json(const struct backtest *backtest)
{
    json_t *rows = json_array();
    g_tree_foreach(backtest->days, add_day, rows);
    return rows;
}

static json_t *steps_json(const struct backtest *backtest)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "compared", (json_int_t)backtest->n_steps, "same_day",
                     (json_int_t)backtest->n_steps_equal, "earlier", (json_int_t)backtest->n_earlier, "days_earlier",
                     (json_int_t)backtest->days_earlier, "later", (json_int_t)backtest->n_later, "days_later",
                     (json_int_t)backtest->days_later, "new", (json_int_t)backtest->n_steps_new, "gone",
                     (json_int_t)backtest->n_steps_gone);
}

static json_t *permits_json(const struct backtest *backtest)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "granted", (json_int_t)backtest->n_granted, "refused",
                     (json_int_t)backtest->n_refused, "candidate_granted",
                     (json_int_t)(backtest->n_granted + backtest->n_gained - backtest->n_lost), "candidate_refused",
                     (json_int_t)(backtest->n_refused + backtest->n_lost - backtest->n_gained), "gained",
                     (json_int_t)backtest->n_gained, "lost", (json_int_t)backtest->n_lost, "other_reasons",
                     (json_int_t)backtest->n_other_reasons);
}

json_t *backtest_json(const struct backtest *backtest)
{
    json_t *failures = json_array();
    for (guint i = 0; i < backtest->failures->len; i++)
        (void)json_array_append_new(failures, json_string(g_ptr_array_index(backtest->failures, i)));
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:{s:I, s:I, s:I, s:o}, s:I, s:o}", "permits",
                     permits_json(backtest), "rules", rules_json(backtest), "classes", classes_json(backtest), "steps",
                     steps_json(backtest), "workload", workload_json(backtest), "accounts_that_differ",
                     (json_int_t)g_hash_table_size(backtest->differing), "same_rules", "decisions",
                     (json_int_t)backtest->n_same_rules, "while_parked", (json_int_t)backtest->n_parked, "unequal",
                     (json_int_t)backtest->n_unequal, "first_unequal",
                     backtest->first_unequal != NULL ? json_string(backtest->first_unequal) : json_null(),
                     "events_not_understood", (json_int_t)backtest->n_failures, "failures", failures);
}
