#include <inttypes.h>
#include <string.h>

#include "policy_diff.h"

/* Two versions of an SOP. More and earlier contact, wider authority and slower escalation are looser. */

#define LOOSER   POLICY_EFFECT_LOOSER
#define STRICTER POLICY_EFFECT_STRICTER
#define NEITHER  POLICY_EFFECT_NONE

/* Two versions of something with a name. */
struct pair {
    struct policy_diff *diff;
    const char *where; /* "Strategy early: step call-2" */
};

#define SAY(pair, effect, format, ...) policy_diff_say((pair)->diff, effect, "%s " format, (pair)->where, __VA_ARGS__)

/* --- words -------------------------------------------------------------------------------------------------------- */

/* Minor units as people read them: most currencies have two decimals, and an SOP names none. */
static char *amount_text(int64_t minor)
{
    const char *sign = minor < 0 ? "-" : "";
    const uint64_t size = minor < 0 ? (uint64_t)0 - (uint64_t)minor : (uint64_t)minor;
    return g_strdup_printf("%s%" PRIu64 ".%02" PRIu64, sign, size / 100, size % 100);
}

static char *bound_text(const struct sop_condition *condition, int64_t bound)
{
    return condition->fact == SOP_BALANCE_MINOR ? amount_text(bound) : g_strdup_printf("%" PRId64, bound);
}

/* "days past due 1 to 30" */
static void append_condition(GString *text, const struct sop_condition *condition)
{
    g_autofree char *fact = g_strdelimit(g_strdup(sop_fact_name(condition->fact)), "_", ' ');
    g_autofree char *min = bound_text(condition, condition->min);
    g_autofree char *max = bound_text(condition, condition->max);
    if (condition->fact == SOP_BALANCE_MINOR)
        fact[strlen("balance")] = '\0';
    g_string_append_printf(text, "%s%s ", text->len == 0 ? "" : " and ", fact);
    if (condition->max == INT64_MAX)
        g_string_append_printf(text, "at least %s", min);
    else if (condition->min == INT64_MIN)
        g_string_append_printf(text, "at most %s", max);
    else if (condition->min == condition->max)
        g_string_append_printf(text, "%s", min);
    else
        g_string_append_printf(text, "%s to %s", min, max);
}

static char *conditions_text(const struct sop_condition *conditions, size_t n)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < n; i++)
        append_condition(text, &conditions[i]);
    if (n == 0)
        g_string_append(text, "everything");
    return g_string_free(text, FALSE);
}

static const char *strategy_text(const char *code)
{
    return code[0] == '\0' ? "no contact" : code;
}

static char *words_text(char (*words)[SOP_CODE_SIZE], size_t n)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < n; i++)
        g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ", words[i]);
    return g_string_free(text, FALSE);
}

/* --- the head ------------------------------------------------------------------------------------------------------
 */

static bool has_word(char (*words)[SOP_CODE_SIZE], size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static void compare_packs(struct policy_diff *diff, const struct sop *old, const struct sop *new)
{
    for (size_t i = 0; i < old->n_rule_packs; i++)
        if (!has_word(new->rule_packs, new->n_rule_packs, old->rule_packs[i]))
            (void)policy_diff_say(diff, LOOSER, "no longer works under the rule pack %s", old->rule_packs[i]);
    for (size_t i = 0; i < new->n_rule_packs; i++)
        if (!has_word(old->rule_packs, old->n_rule_packs, new->rule_packs[i]))
            (void)policy_diff_say(diff, STRICTER, "works under the rule pack %s", new->rule_packs[i]);
}

static void compare_complaints(struct policy_diff *diff, const struct sop *old, const struct sop *new)
{
    for (int severity = SOP_SEVERITY_LOW; severity < SOP_SEVERITY_END; severity++) {
        const struct sop_complaint *was = &old->complaints[severity], *is = &new->complaints[severity];
        const char *name = sop_severity_name((enum sop_severity)severity);
        if (was->acknowledge_within_hours != is->acknowledge_within_hours)
            (void)policy_diff_say(diff,
                                  policy_effect_of(was->acknowledge_within_hours, is->acknowledge_within_hours, LOOSER),
                                  "a complaint of severity %s is acknowledged within %" PRId32 " → %" PRId32 " hours",
                                  name, was->acknowledge_within_hours, is->acknowledge_within_hours);
        if (was->resolve_within_days != is->resolve_within_days)
            (void)policy_diff_say(diff, policy_effect_of(was->resolve_within_days, is->resolve_within_days, LOOSER),
                                  "a complaint of severity %s is resolved within %" PRId32 " → %" PRId32 " days", name,
                                  was->resolve_within_days, is->resolve_within_days);
        if (was->holds_contact != is->holds_contact)
            (void)policy_diff_say(diff, is->holds_contact ? STRICTER : LOOSER, "a complaint of severity %s %s contact",
                                  name, is->holds_contact ? "now stops" : "no longer stops");
    }
}

static void compare_tolerance(struct policy_diff *diff, const char *of, struct sop_tolerance was,
                              struct sop_tolerance is)
{
    if (was.value == is.value && (was.value == 0 || was.is_percent == is.is_percent))
        return;
    (void)policy_diff_say(diff,
                          was.value != 0 && is.value != 0 && was.is_percent != is.is_percent
                              ? NEITHER
                              : policy_effect_of(was.value, is.value, STRICTER),
                          "%s counts as paid with %" PRId64 "%s → %" PRId64 "%s less", of, was.value,
                          was.is_percent ? " %" : " minor units", is.value, is.is_percent ? " %" : " minor units");
}

static void compare_plans(struct policy_diff *diff, const struct sop_plans *was, const struct sop_plans *is)
{
    compare_tolerance(diff, "an instalment", was->tolerance, is->tolerance);
    if (was->grace_days != is->grace_days)
        (void)policy_diff_say(diff, policy_effect_of(was->grace_days, is->grace_days, STRICTER),
                              "an instalment is missed after %" PRId32 " → %" PRId32 " days of grace", was->grace_days,
                              is->grace_days);
    if (was->breaks_in_a_row != is->breaks_in_a_row || was->breaks_in_total != is->breaks_in_total)
        (void)policy_diff_say(diff, NEITHER,
                              "a plan is broken by %" PRId32 " → %" PRId32 " missed instalments in a row, %" PRId32
                              " → %" PRId32 " in total (0: never)",
                              was->breaks_in_a_row, is->breaks_in_a_row, was->breaks_in_total, is->breaks_in_total);
    if (was->settlement_percent != is->settlement_percent)
        (void)policy_diff_say(diff, NEITHER, "%" PRId32 " → %" PRId32 " %% are offered off for all at once",
                              was->settlement_percent, is->settlement_percent);
}

static void compare_head(struct policy_diff *diff, const struct sop *old, const struct sop *new)
{
    char before[DATE_TEXT_SIZE] = "";
    char after[DATE_TEXT_SIZE] = "";
    g_autofree char *old_languages = words_text(old->languages, old->n_languages);
    g_autofree char *new_languages = words_text(new->languages, new->n_languages);
    if (old->review_by.days != 0)
        (void)date_format(old->review_by, before);
    if (new->review_by.days != 0)
        (void)date_format(new->review_by, after);
    policy_diff_text(diff, "the title", old->title, new->title);
    policy_diff_text(diff, "the owner", old->owner, new->owner);
    policy_diff_text(diff, "the day of review", before, after);
    policy_diff_text(diff, "the kind of debts", old->debts == 0 ? "" : sop_debts_name(old->debts),
                     new->debts == 0 ? "" : sop_debts_name(new->debts));
    policy_diff_text(diff, "the languages", old_languages, new_languages);
    compare_packs(diff, old, new);
    if (old->promise_grace_days != new->promise_grace_days)
        (void)policy_diff_say(diff, policy_effect_of(old->promise_grace_days, new->promise_grace_days, STRICTER),
                              "a promise counts as broken after %" PRId32 " → %" PRId32 " days of grace",
                              old->promise_grace_days, new->promise_grace_days);
    compare_tolerance(diff, "a promise", old->promise_tolerance, new->promise_tolerance);
    compare_plans(diff, &old->plans, &new->plans);
    if (old->verification_days != new->verification_days)
        (void)policy_diff_say(diff, policy_effect_of(old->verification_days, new->verification_days, LOOSER),
                              "a dispute is verified within %" PRId32 " → %" PRId32 " days", old->verification_days,
                              new->verification_days);
    if (old->disputes_hold_by_law_alone != new->disputes_hold_by_law_alone)
        (void)policy_diff_say(diff, new->disputes_hold_by_law_alone ? LOOSER : STRICTER, "%s",
                              new->disputes_hold_by_law_alone
                                  ? "a dispute holds contact only where the law demands it, no longer always"
                                  : "a dispute always holds contact, no longer only where the law demands it");
    compare_complaints(diff, old, new);
}

static const struct sop_bucket *find_bucket(const struct sop *sop, const char *code)
{
    for (size_t i = 0; i < sop->n_buckets; i++)
        if (strcmp(sop->buckets[i].code, code) == 0)
            return &sop->buckets[i];
    return NULL;
}

static char *day_text(int32_t day)
{
    return day == INT32_MIN || day == INT32_MAX ? g_strdup("open") : g_strdup_printf("%" PRId32, day);
}

static void compare_buckets(struct policy_diff *diff, const struct sop *old, const struct sop *new)
{
    for (size_t i = 0; i < old->n_buckets; i++)
        if (find_bucket(new, old->buckets[i].code) == NULL)
            (void)policy_diff_say(diff, NEITHER, "Bucket %s is gone", old->buckets[i].code);
    for (size_t i = 0; i < new->n_buckets; i++) {
        const struct sop_bucket *after = &new->buckets[i], *before = find_bucket(old, after->code);
        g_autofree char *from = day_text(after->from_day);
        g_autofree char *to = day_text(after->to_day);
        if (before == NULL) {
            (void)policy_diff_say(diff, NEITHER, "Bucket %s is new: days %s to %s", after->code, from, to);
            continue;
        }
        g_autofree char *old_from = day_text(before->from_day);
        g_autofree char *old_to = day_text(before->to_day);
        if (before->from_day != after->from_day || before->to_day != after->to_day)
            (void)policy_diff_say(diff, NEITHER, "Bucket %s: days %s to %s → %s to %s", after->code, old_from, old_to,
                                  from, to);
    }
}

/* --- classes ------------------------------------------------------------------------------------------------------ */

static const struct sop_class *find_class(const struct sop *sop, const char *code)
{
    for (size_t i = 0; i < sop->n_classes; i++)
        if (strcmp(sop->classes[i].code, code) == 0)
            return &sop->classes[i];
    return NULL;
}

/* An account that comes to be contacted, or no longer is. */
static enum policy_effect contact_effect(const char *old, const char *new)
{
    if ((old[0] == '\0') == (new[0] == '\0'))
        return NEITHER;
    return new[0] == '\0' ? STRICTER : LOOSER;
}

static void compare_class(struct policy_diff *diff, const struct sop_class *old, const struct sop_class *new)
{
    static const char *const WHAT[] = {"the title", "the segment"};
    g_autofree char *where = g_strdup_printf("Class %s:", new->code);
    const struct pair pair = {diff, where};
    g_autofree char *before = conditions_text(old->conditions, old->n_conditions);
    g_autofree char *after = conditions_text(new->conditions, new->n_conditions);
    g_autofree char *title = g_strdup_printf("%s %s", where, WHAT[0]);
    g_autofree char *segment = g_strdup_printf("%s %s", where, WHAT[1]);
    if (strcmp(before, after) != 0)
        (void)SAY(&pair, NEITHER, "%s → %s", before, after);
    if (strcmp(old->strategy, new->strategy) != 0)
        (void)SAY(&pair, contact_effect(old->strategy, new->strategy), "leads to %s instead of %s",
                  strategy_text(new->strategy), strategy_text(old->strategy));
    if (old->risk != new->risk)
        (void)SAY(&pair, NEITHER, "risk %s → %s", sop_risk_name(old->risk), sop_risk_name(new->risk));
    if (old->priority != new->priority)
        (void)SAY(&pair, NEITHER, "priority %" PRId32 " → %" PRId32, old->priority, new->priority);
    policy_diff_text(diff, segment, old->segment, new->segment);
    policy_diff_text(diff, title, old->title, new->title);
}

/* The class's place among those that both versions have, from 1. */
static size_t place_among(const struct sop *sop, const struct sop *other, const char *code)
{
    size_t place = 0;
    for (size_t i = 0; i < sop->n_classes; i++) {
        place += find_class(other, sop->classes[i].code) != NULL;
        if (strcmp(sop->classes[i].code, code) == 0)
            break;
    }
    return place;
}

static void compare_classes(struct policy_diff *diff, const struct sop *old, const struct sop *new)
{
    for (size_t i = 0; i < old->n_classes; i++) {
        const struct sop_class *class = &old->classes[i];
        g_autofree char *when = conditions_text(class->conditions, class->n_conditions);
        if (find_class(new, class->code) == NULL)
            (void)policy_diff_say(diff, NEITHER, "Class %s is gone: %s led to %s", class->code, when,
                                  strategy_text(class->strategy));
    }
    for (size_t i = 0; i < new->n_classes; i++) {
        const struct sop_class *after = &new->classes[i], *before = find_class(old, after->code);
        g_autofree char *when = conditions_text(after->conditions, after->n_conditions);
        if (before == NULL) {
            (void)policy_diff_say(diff, NEITHER, "Class %s is new: %s leads to %s", after->code, when,
                                  strategy_text(after->strategy));
            continue;
        }
        const size_t old_place = place_among(old, new, after->code), place = place_among(new, old, after->code);
        if (old_place != place)
            (void)policy_diff_say(diff, NEITHER,
                                  "Class %s is asked in place %zu instead of %zu: the first that matches wins",
                                  after->code, place, old_place);
        compare_class(diff, before, after);
    }
}

/* --- steps -------------------------------------------------------------------------------------------------------- */

static const struct sop_step *find_step(const struct sop_strategy *strategy, const char *code)
{
    for (size_t i = 0; i < strategy->n_steps; i++)
        if (strcmp(strategy->steps[i].code, code) == 0)
            return &strategy->steps[i];
    return NULL;
}

/* "a letter (us-reminder) 21 days after classified" */
static char *step_text(const struct sop_step *step)
{
    const char *message = step->template[0] != '\0' ? step->template : step->script;
    return g_strdup_printf("%s%s%s%s on day %" PRId32 " from %s", sop_channel_name(step->channel),
                           message[0] == '\0' ? "" : " (", message, message[0] == '\0' ? "" : ")", step->day,
                           sop_anchor_name(step->anchor));
}

static void compare_repeats(const struct pair *pair, const struct sop_step *old, const struct sop_step *new)
{
    if (old->times != new->times)
        (void)SAY(pair, policy_effect_of(old->times, new->times, LOOSER), "is taken %" PRId32 " → %" PRId32 " times",
                  old->times, new->times);
    if (old->times > 1 && new->times > 1 && old->every_days != new->every_days)
        (void)SAY(pair, policy_effect_of(old->every_days, new->every_days, STRICTER),
                  "is repeated every %" PRId32 " → %" PRId32 " days", old->every_days, new->every_days);
}

static void compare_step(struct policy_diff *diff, const char *strategy, const struct sop_step *old,
                         const struct sop_step *new)
{
    g_autofree char *where = g_strdup_printf("Strategy %s: step %s", strategy, new->code);
    const struct pair pair = {diff, where};
    if (old->anchor != new->anchor)
        (void)SAY(&pair, NEITHER, "counts from %s instead of %s", sop_anchor_name(new->anchor),
                  sop_anchor_name(old->anchor));
    if (old->day != new->day)
        (void)SAY(&pair, old->anchor == new->anchor ? policy_effect_of(old->day, new->day, STRICTER) : NEITHER,
                  "moves from day %" PRId32 " to day %" PRId32, old->day, new->day);
    if (old->channel != new->channel)
        (void)SAY(&pair, NEITHER, "goes by %s instead of %s", sop_channel_name(new->channel),
                  sop_channel_name(old->channel));
    if (old->purpose != new->purpose)
        (void)SAY(&pair, NEITHER, "is for %s instead of %s", sop_purpose_name(new->purpose),
                  sop_purpose_name(old->purpose));
    g_autofree char *template = g_strdup_printf("%s: the template", where);
    g_autofree char *script = g_strdup_printf("%s: the script", where);
    policy_diff_text(diff, template, old->template, new->template);
    policy_diff_text(diff, script, old->script, new->script);
    compare_repeats(&pair, old, new);
}

/* A repeat is no step of its own. */
static bool is_first(const struct sop_strategy *strategy, size_t i)
{
    return i == 0 || strategy->steps[i - 1].source != strategy->steps[i].source;
}

static void compare_steps(struct policy_diff *diff, const struct sop_strategy *old, const struct sop_strategy *new)
{
    for (size_t i = 0; i < old->n_steps; i++) {
        const struct sop_step *step = &old->steps[i];
        g_autofree char *text = step_text(step);
        if (is_first(old, i) && find_step(new, step->code) == NULL)
            (void)policy_diff_say(diff, STRICTER, "Strategy %s: step %s is gone: %s", new->code, step->code, text);
    }
    for (size_t i = 0; i < new->n_steps; i++) {
        const struct sop_step *after = &new->steps[i], *before = find_step(old, after->code);
        g_autofree char *text = step_text(after);
        if (!is_first(new, i))
            continue;
        if (before != NULL)
            compare_step(diff, new->code, before, after);
        else if (after->times > 1)
            (void)policy_diff_say(diff, LOOSER,
                                  "Strategy %s: step %s is new: %s, %" PRId32 " times every %" PRId32 " days",
                                  new->code, after->code, text, after->times, after->every_days);
        else
            (void)policy_diff_say(diff, LOOSER, "Strategy %s: step %s is new: %s", new->code, after->code, text);
    }
}

/* --- exits -------------------------------------------------------------------------------------------------------- */

static const struct sop_exit *find_exit(const struct sop_exit *exits, size_t n, enum sop_exit_event on, bool is_common)
{
    for (size_t i = 0; i < n; i++)
        if (exits[i].on == on && exits[i].is_common == is_common)
            return &exits[i];
    return NULL;
}

static char *exit_text(const struct sop_exit *exit)
{
    g_autofree char *days = exit->days == 0 ? g_strdup("") : g_strdup_printf(" after %" PRId32 " days", exit->days);
    return g_strdup_printf("%s%s%s%s", sop_exit_to_name(exit->to), exit->strategy[0] == '\0' ? "" : " ", exit->strategy,
                           days);
}

static bool is_same_exit(const struct sop_exit *a, const struct sop_exit *b)
{
    return a->days == b->days && a->to == b->to && strcmp(a->strategy, b->strategy) == 0;
}

/* Longer in a strategy is more contact; a way out less is, too. */
static void compare_exits(struct policy_diff *diff, const char *where, const struct sop_exit *old, size_t n_old,
                          const struct sop_exit *new, size_t n_new, bool is_common)
{
    for (size_t i = 0; i < n_old; i++) {
        g_autofree char *text = exit_text(&old[i]);
        if (old[i].is_common == is_common && find_exit(new, n_new, old[i].on, is_common) == NULL)
            (void)policy_diff_say(diff, LOOSER, "%s: the exit on %s is gone: %s", where, sop_exit_event_name(old[i].on),
                                  text);
    }
    for (size_t i = 0; i < n_new; i++) {
        const struct sop_exit *before = find_exit(old, n_old, new[i].on, is_common);
        g_autofree char *text = exit_text(&new[i]);
        g_autofree char *old_text = before == NULL ? NULL : exit_text(before);
        if (new[i].is_common != is_common)
            continue;
        if (before == NULL)
            (void)policy_diff_say(diff, STRICTER, "%s: an exit on %s is new: %s", where, sop_exit_event_name(new[i].on),
                                  text);
        else if (!is_same_exit(before, &new[i]))
            (void)policy_diff_say(
                diff, before->to == new[i].to ? policy_effect_of(before->days, new[i].days, LOOSER) : NEITHER,
                "%s: on %s accounts go to %s instead of %s", where, sop_exit_event_name(new[i].on), text, old_text);
    }
}

/* Those of all strategies, once: a strategy shows those for whose event it has no exit of its own. */
static GArray *common_exits(const struct sop *sop)
{
    GArray *exits = g_array_new(FALSE, FALSE, sizeof(struct sop_exit));
    for (size_t s = 0; s < sop->n_strategies; s++)
        for (size_t i = 0; i < sop->strategies[s].n_exits; i++) {
            const struct sop_exit *exit = &sop->strategies[s].exits[i];
            if (exit->is_common &&
                find_exit((const struct sop_exit *)(const void *)exits->data, exits->len, exit->on, true) == NULL)
                g_array_append_vals(exits, exit, 1);
        }
    return exits;
}

static void compare_common_exits(struct policy_diff *diff, const struct sop *old, const struct sop *new)
{
    g_autoptr(GArray) before = common_exits(old);
    g_autoptr(GArray) after = common_exits(new);
    compare_exits(diff, "All strategies", (const struct sop_exit *)(const void *)before->data, before->len,
                  (const struct sop_exit *)(const void *)after->data, after->len, true);
}

static void compare_strategies(struct policy_diff *diff, const struct sop *old, const struct sop *new)
{
    for (size_t s = 0; s < old->n_strategies; s++)
        if (sop_strategy(new, old->strategies[s].code) == NULL)
            (void)policy_diff_say(diff, NEITHER, "Strategy %s is gone: %s", old->strategies[s].code,
                                  old->strategies[s].title);
    for (size_t s = 0; s < new->n_strategies; s++) {
        const struct sop_strategy *after = &new->strategies[s], *before = sop_strategy(old, after->code);
        g_autofree char *where = g_strdup_printf("Strategy %s", after->code);
        g_autofree char *title = g_strdup_printf("%s: the title", where);
        if (before == NULL) {
            (void)policy_diff_say(diff, NEITHER, "%s is new, with %zu steps: %s", where, after->n_steps, after->title);
            continue;
        }
        policy_diff_text(diff, title, before->title, after->title);
        compare_steps(diff, before, after);
        compare_exits(diff, where, before->exits, before->n_exits, after->exits, after->n_exits, false);
    }
    compare_common_exits(diff, old, new);
}

/* --- authority, escalations, targets ------------------------------------------------------------------------------ */

static const struct sop_authority *find_authority(const struct sop *sop, enum sop_role role)
{
    for (size_t i = 0; i < sop->n_authorities; i++)
        if (sop->authorities[i].role == role)
            return &sop->authorities[i];
    return NULL;
}

static void compare_authority(struct policy_diff *diff, const struct sop_authority *old,
                              const struct sop_authority *new)
{
    g_autofree char *where = g_strdup_printf("Authority of the %s:", sop_role_name(new->role));
    const struct pair pair = {diff, where};
    g_autofree char *before = amount_text(old->minimum_payment_minor);
    g_autofree char *after = amount_text(new->minimum_payment_minor);
    if (old->minimum_payment_minor != new->minimum_payment_minor)
        (void)SAY(&pair, policy_effect_of(old->minimum_payment_minor, new->minimum_payment_minor, STRICTER),
                  "smallest payment %s → %s", before, after);
    if (old->longest_plan_months != new->longest_plan_months)
        (void)SAY(&pair, policy_effect_of(old->longest_plan_months, new->longest_plan_months, LOOSER),
                  "longest plan %" PRId32 " → %" PRId32 " months", old->longest_plan_months, new->longest_plan_months);
    if (old->largest_discount_percent != new->largest_discount_percent)
        (void)SAY(&pair, policy_effect_of(old->largest_discount_percent, new->largest_discount_percent, LOOSER),
                  "largest discount %" PRId32 " → %" PRId32 " %%", old->largest_discount_percent,
                  new->largest_discount_percent);
    if (old->approval_by != new->approval_by)
        (void)SAY(&pair, NEITHER, "beyond it %s decides instead of %s",
                  new->approval_by == 0 ? "nobody" : sop_role_name(new->approval_by),
                  old->approval_by == 0 ? "nobody" : sop_role_name(old->approval_by));
}

static void compare_authorities(struct policy_diff *diff, const struct sop *old, const struct sop *new)
{
    for (size_t i = 0; i < old->n_authorities; i++)
        if (find_authority(new, old->authorities[i].role) == NULL)
            (void)policy_diff_say(diff, STRICTER, "Authority of the %s is gone",
                                  sop_role_name(old->authorities[i].role));
    for (size_t i = 0; i < new->n_authorities; i++) {
        const struct sop_authority *after = &new->authorities[i], *before = find_authority(old, after->role);
        g_autofree char *payment = amount_text(after->minimum_payment_minor);
        if (before != NULL)
            compare_authority(diff, before, after);
        else
            (void)policy_diff_say(diff, LOOSER,
                                  "Authority of the %s is new: payments from %s, plans up to %" PRId32
                                  " months, discounts up to %" PRId32 " %%",
                                  sop_role_name(after->role), payment, after->longest_plan_months,
                                  after->largest_discount_percent);
    }
}

static const struct sop_escalation *find_escalation(const struct sop *sop, const char *code)
{
    for (size_t i = 0; i < sop->n_escalations; i++)
        if (strcmp(sop->escalations[i].code, code) == 0)
            return &sop->escalations[i];
    return NULL;
}

static void compare_word(const struct pair *pair, const char *what, const char *old, const char *new)
{
    if (strcmp(old, new) != 0)
        (void)SAY(pair, NEITHER, "%s %s → %s", what, old[0] == '\0' ? "any" : old, new[0] == '\0' ? "any" : new);
}

/* The queue of a role goes without saying. */
static const char *route_text(const struct sop_escalation *escalation)
{
    if (escalation->route == SOP_ROUTE_LEGAL)
        return "a lawyer";
    if (escalation->route == SOP_ROUTE_QUEUE && strcmp(escalation->target, sop_role_name(escalation->to)) == 0)
        return "the role";
    return escalation->target;
}

static void compare_escalation(struct policy_diff *diff, const struct sop_escalation *old,
                               const struct sop_escalation *new)
{
    g_autofree char *where = g_strdup_printf("Escalation %s:", new->code);
    const struct pair pair = {diff, where};
    g_autofree char *before = conditions_text(old->conditions, old->n_conditions);
    g_autofree char *after = conditions_text(new->conditions, new->n_conditions);
    g_autofree char *title = g_strdup_printf("%s the title", where);
    if (old->on != new->on)
        (void)SAY(&pair, NEITHER, "on %s instead of %s", sop_trigger_name(new->on), sop_trigger_name(old->on));
    if (strcmp(before, after) != 0)
        (void)SAY(&pair, NEITHER, "%s → %s", before, after);
    compare_word(&pair, "for the client", old->client, new->client);
    compare_word(&pair, "for the currency", old->currency, new->currency);
    compare_word(&pair, "for the class", old->class, new->class);
    compare_word(&pair, "into the hands of", route_text(old), route_text(new));
    if (old->again_after_days != new->again_after_days)
        (void)SAY(&pair, NEITHER, "again after %" PRId32 " → %" PRId32 " days (0: never)", old->again_after_days,
                  new->again_after_days);
    if (old->priority != new->priority)
        (void)SAY(&pair, NEITHER, "priority %" PRId32 " → %" PRId32, old->priority, new->priority);
    if (old->to != new->to)
        (void)SAY(&pair, NEITHER, "goes to %s instead of %s", sop_role_name(new->to), sop_role_name(old->to));
    if (old->within_hours != new->within_hours)
        (void)SAY(&pair, policy_effect_of(old->within_hours, new->within_hours, LOOSER),
                  "within %" PRId32 " → %" PRId32 " hours", old->within_hours, new->within_hours);
    if (old->action != new->action)
        (void)SAY(&pair, NEITHER, "%s instead of %s", sop_action_name(new->action), sop_action_name(old->action));
    policy_diff_text(diff, title, old->title, new->title);
}

static void compare_escalations(struct policy_diff *diff, const struct sop *old, const struct sop *new)
{
    for (size_t i = 0; i < old->n_escalations; i++)
        if (find_escalation(new, old->escalations[i].code) == NULL)
            (void)policy_diff_say(diff, LOOSER, "Escalation %s is gone: %s", old->escalations[i].code,
                                  old->escalations[i].title);
    for (size_t i = 0; i < new->n_escalations; i++) {
        const struct sop_escalation *after = &new->escalations[i], *before = find_escalation(old, after->code);
        if (before != NULL)
            compare_escalation(diff, before, after);
        else
            (void)policy_diff_say(diff, STRICTER, "Escalation %s is new: %s; to %s within %" PRId32 " hours",
                                  after->code, after->title, sop_role_name(after->to), after->within_hours);
    }
}

static char *target_text(const struct sop_target *target)
{
    const char *unit = target->is_in_days ? "days" : "%";
    if (target->max == INT64_MAX)
        return g_strdup_printf("at least %" PRId64 " %s", target->min, unit);
    if (target->min == INT64_MIN)
        return g_strdup_printf("at most %" PRId64 " %s", target->max, unit);
    return g_strdup_printf("%" PRId64 " to %" PRId64 " %s", target->min, target->max, unit);
}

static const struct sop_target *find_target(const struct sop *sop, const char *kpi)
{
    for (size_t i = 0; i < sop->n_targets; i++)
        if (strcmp(sop->targets[i].kpi, kpi) == 0)
            return &sop->targets[i];
    return NULL;
}

static void compare_targets(struct policy_diff *diff, const struct sop *old, const struct sop *new)
{
    for (size_t i = 0; i < old->n_targets; i++)
        if (find_target(new, old->targets[i].kpi) == NULL)
            (void)policy_diff_say(diff, NEITHER, "Target %s is gone", old->targets[i].kpi);
    for (size_t i = 0; i < new->n_targets; i++) {
        const struct sop_target *before = find_target(old, new->targets[i].kpi);
        g_autofree char *after_text = target_text(&new->targets[i]);
        g_autofree char *before_text = before == NULL ? NULL : target_text(before);
        if (before == NULL)
            (void)policy_diff_say(diff, NEITHER, "Target %s is new: %s", new->targets[i].kpi, after_text);
        else if (strcmp(before_text, after_text) != 0)
            (void)policy_diff_say(diff, NEITHER, "Target %s: %s → %s", new->targets[i].kpi, before_text, after_text);
    }
}

void policy_diff_sop(struct policy_diff *diff, const struct sop *old, const struct sop *new)
{
    compare_head(diff, old, new);
    compare_buckets(diff, old, new);
    compare_classes(diff, old, new);
    compare_strategies(diff, old, new);
    compare_authorities(diff, old, new);
    compare_escalations(diff, old, new);
    compare_targets(diff, old, new);
}
