#include <inttypes.h>
#include <string.h>

#include "policy_diff.h"
#include "rules/rule_kinds.h"

/* Two versions of a rule pack. A rule is stricter where it refuses more: its effect is told parameter by parameter. */

#define LOOSER   POLICY_EFFECT_LOOSER
#define STRICTER POLICY_EFFECT_STRICTER

/* Two versions of a rule. */
struct pair {
    struct policy_diff *diff;
    const struct rule *old, *new;
};

#define SAY(pair, effect, format, ...)                                                                                 \
    policy_diff_say((pair)->diff, effect, "Rule %s: " format, (pair)->new->id, __VA_ARGS__)

/* A kind that only notes or computes something refuses nothing, whatever is said to it. */
static bool refuses(const struct rule *rule)
{
    static const char *const NOTES[] = {"computed", "email_safe_harbor", "text_safe_harbor"};
    for (size_t i = 0; i < ARRAY_SIZE(NOTES); i++)
        if (strcmp(rule->kind->name, NOTES[i]) == 0)
            return false;
    return rule->severity != SEVERITY_WARN;
}

static bool takes(const struct rule *rule, enum rule_parameter parameter)
{
    return ((rule->kind->required | rule->kind->optional) & PARAMETER_BIT(parameter)) != 0;
}

/* --- words -------------------------------------------------------------------------------------------------------- */

static char *clock_text(int32_t second)
{
    return g_strdup_printf("%02" PRId32 ":%02" PRId32, second / 3600, second / 60 % 60);
}

static const char *scope_text(enum rule_scope scope)
{
    static const char *const TEXTS[] = {"collectors under Regulation F", "third parties and debt buyers",
                                        "creditors as well", "anybody and any debt", "commercial debts"};
    return TEXTS[scope];
}

static const char *counts_text(enum rule_counts counts)
{
    static const char *const TEXTS[] = {"attempts", "communications", "conversations"};
    return TEXTS[counts];
}

static const char *per_text(enum rule_per per)
{
    static const char *const TEXTS[] = {"each person and debt", "each consumer and debt",
                                        "each consumer, all debts together"};
    return TEXTS[per];
}

static const char *target_text(enum rule_target target)
{
    static const char *const TEXTS[] = {"anywhere", "anywhere but at work", "at work"};
    return TEXTS[target];
}

/* The names of the bits, ", " between them; "nothing" for none. g_free. */
static char *set_text(uint32_t set, const char *const *names, size_t n)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < n; i++)
        if ((set & (1u << i)) != 0)
            g_string_append_printf(text, "%s%s", text->len == 0 ? "" : ", ", names[i]);
    if (text->len == 0)
        g_string_append(text, "nothing");
    return g_string_free(text, FALSE);
}

static const char *const MEDIA_NAMES[MEDIUM_COUNT] = {
    "calls",  "ringless messages", "texts",     "e-mails", "social messages",
    "portal", "letters",           "postcards", "fax",     "in person"};
static const char *const OMIT_NAMES[] = {"calls that do not connect", "consented calls", "professionals", "replies"};

/* --- parameters --------------------------------------------------------------------------------------------------- */

/* More of a set has the effect `more`, less the contrary; both at once cannot be told. */
static enum policy_effect set_effect(uint32_t old, uint32_t new, enum policy_effect more)
{
    if ((old & new) == old)
        return more;
    if ((old & new) == new)
        return more == LOOSER ? STRICTER : LOOSER;
    return POLICY_EFFECT_NONE;
}

static void compare_numbers(const struct pair *pair)
{
    const struct rule *old = pair->old, *new = pair->new;
    g_autofree char *within =
        takes(new, PARAMETER_LIMIT) ? g_strdup_printf(" in %" PRId32 " days", new->days) : g_strdup("");
    if (old->limit != new->limit)
        (void)SAY(pair, policy_effect_of(old->limit, new->limit, LOOSER), "limit %" PRId32 " → %" PRId32 "%s",
                  old->limit, new->limit, within);
    if (old->days != new->days)
        (void)SAY(pair, policy_effect_of(old->days, new->days, STRICTER), "days %" PRId32 " → %" PRId32, old->days,
                  new->days);
    if (old->daily_limit != new->daily_limit)
        (void)SAY(pair, policy_effect_of(old->daily_limit, new->daily_limit, LOOSER),
                  "limit of a day %" PRId32 " → %" PRId32, old->daily_limit, new->daily_limit);
}

static void compare_window(const struct pair *pair)
{
    const struct rule *old = pair->old, *new = pair->new;
    g_autofree char *old_from = clock_text(old->from_second);
    g_autofree char *new_from = clock_text(new->from_second);
    g_autofree char *old_to = clock_text(old->to_second);
    g_autofree char *new_to = clock_text(new->to_second);
    if (old->from_second != new->from_second)
        (void)SAY(pair, policy_effect_of(old->from_second, new->from_second, STRICTER), "hours begin at %s → %s",
                  old_from, new_from);
    if (old->to_second != new->to_second)
        (void)SAY(pair, policy_effect_of(old->to_second, new->to_second, LOOSER), "hours end at %s → %s", old_to,
                  new_to);
}

static void compare_sets(const struct pair *pair)
{
    const struct rule *old = pair->old, *new = pair->new;
    g_autofree char *old_media = set_text(old->media, MEDIA_NAMES, MEDIUM_COUNT);
    g_autofree char *new_media = set_text(new->media, MEDIA_NAMES, MEDIUM_COUNT);
    g_autofree char *old_omits = set_text(old->omits, OMIT_NAMES, ARRAY_SIZE(OMIT_NAMES));
    g_autofree char *new_omits = set_text(new->omits, OMIT_NAMES, ARRAY_SIZE(OMIT_NAMES));
    if (old->media != new->media)
        (void)SAY(pair, set_effect(old->media, new->media, STRICTER), "for %s → for %s", old_media, new_media);
    if (old->omits != new->omits)
        (void)SAY(pair, set_effect(old->omits, new->omits, LOOSER), "leaves out %s → leaves out %s", old_omits,
                  new_omits);
}

static bool has_zone(const struct rule *rule, const struct zone *zone)
{
    for (uint8_t i = 0; i < rule->n_zones; i++)
        if (rule->zones[i] == zone)
            return true;
    return false;
}

/* Hours must fit in all zones that a rule names. */
static void compare_zones(const struct pair *pair)
{
    for (uint8_t i = 0; i < pair->old->n_zones; i++)
        if (!has_zone(pair->new, pair->old->zones[i]))
            (void)SAY(pair, LOOSER, "no longer asks the time in %s where nothing is known",
                      zone_name(pair->old->zones[i]));
    for (uint8_t i = 0; i < pair->new->n_zones; i++)
        if (!has_zone(pair->old, pair->new->zones[i]))
            (void)SAY(pair, STRICTER, "asks the time in %s as well where nothing is known",
                      zone_name(pair->new->zones[i]));
}

/* Scopes of consumers' debts grow in their order, and all debts are more than either; from one matter to the other some
 * debtors win and others lose. */
static enum policy_effect scope_effect(enum rule_scope old, enum rule_scope new)
{
    const bool is_matter_left = old == SCOPE_COMMERCIAL || new == SCOPE_COMMERCIAL;
    if (!is_matter_left)
        return policy_effect_of(old, new, STRICTER);
    return old == SCOPE_ALL ? LOOSER : new == SCOPE_ALL ? STRICTER : POLICY_EFFECT_NONE;
}

static void compare_words(const struct pair *pair)
{
    const struct rule *old = pair->old, *new = pair->new;
    if (old->severity != new->severity)
        (void)SAY(pair, policy_effect_of(old->severity, new->severity, LOOSER), "%s → %s", severity_name(old->severity),
                  severity_name(new->severity));
    if (old->scope != new->scope)
        (void)SAY(pair, scope_effect(old->scope, new->scope), "for %s → for %s", scope_text(old->scope),
                  scope_text(new->scope));
    if (old->counts != new->counts)
        (void)SAY(pair, policy_effect_of(old->counts, new->counts, LOOSER), "counts %s → counts %s",
                  counts_text(old->counts), counts_text(new->counts));
    if (old->per != new->per)
        (void)SAY(pair, policy_effect_of(old->per, new->per, STRICTER), "counts for %s → for %s", per_text(old->per),
                  per_text(new->per));
    if (old->target != new->target)
        (void)SAY(pair,
                  old->target == TARGET_ANY   ? LOOSER
                  : new->target == TARGET_ANY ? STRICTER
                                              : POLICY_EFFECT_NONE,
                  "%s → %s", target_text(old->target), target_text(new->target));
    if (old->hold != new->hold)
        (void)SAY(pair, POLICY_EFFECT_NONE, "holds on %s → %s", hold_name(old->hold), hold_name(new->hold));
    if (old->debt_type != new->debt_type)
        (void)SAY(pair, POLICY_EFFECT_NONE, "%s", "is for another type of debt");
    if (old->is_lifted != new->is_lifted)
        (void)SAY(pair, new->is_lifted ? LOOSER : STRICTER, "%s",
                  new->is_lifted ? "is lifted by consent, by a court, and for one response"
                                 : "is no longer lifted by consent, by a court, or for one response");
}

static void compare_dates(const struct pair *pair)
{
    const struct rule *old = pair->old, *new = pair->new;
    char before[DATE_TEXT_SIZE] = "ever";
    char after[DATE_TEXT_SIZE] = "ever";
    if (old->effective_from.days != new->effective_from.days) {
        if (old->effective_from.days != 0)
            (void)date_format(old->effective_from, before);
        if (new->effective_from.days != 0)
            (void)date_format(new->effective_from, after);
        (void)SAY(pair, policy_effect_of(old->effective_from.days, new->effective_from.days, LOOSER),
                  "holds since %s → since %s", before, after);
    }
    if (old->effective_to.days == new->effective_to.days)
        return;
    const int64_t old_to = old->effective_to.days == 0 ? INT64_MAX : old->effective_to.days;
    const int64_t new_to = new->effective_to.days == 0 ? INT64_MAX : new->effective_to.days;
    (void)g_strlcpy(before, "for good", sizeof(before));
    (void)g_strlcpy(after, "for good", sizeof(after));
    if (old->effective_to.days != 0)
        (void)date_format(old->effective_to, before);
    if (new->effective_to.days != 0)
        (void)date_format(new->effective_to, after);
    (void)SAY(pair, policy_effect_of(old_to, new_to, STRICTER), "holds until %s → until %s", before, after);
}

static void compare_texts(const struct pair *pair)
{
    g_autofree char *citation = g_strdup_printf("Rule %s: the citation", pair->new->id);
    g_autofree char *title = g_strdup_printf("Rule %s: the title", pair->new->id);
    policy_diff_text(pair->diff, citation, pair->old->citation, pair->new->citation);
    policy_diff_text(pair->diff, title, pair->old->title, pair->new->title);
    if (pair->old->confidence != pair->new->confidence)
        (void)SAY(pair, POLICY_EFFECT_NONE, "confidence %c → %c", pair->old->confidence, pair->new->confidence);
}

/* A rule that refuses nothing, before and after, is neither looser nor stricter. */
static void drop_effects(const struct pair *pair, guint from)
{
    for (guint i = from; i < pair->diff->changes->len; i++)
        ((struct policy_change *)pair->diff->changes->pdata[i])->effect = POLICY_EFFECT_NONE;
}

static void compare_rule(const struct pair *pair)
{
    const guint from = pair->diff->changes->len;
    if (pair->old->kind != pair->new->kind) {
        (void)SAY(pair, POLICY_EFFECT_NONE, "is of kind %s instead of %s", pair->new->kind->name,
                  pair->old->kind->name);
    } else {
        compare_numbers(pair);
        compare_window(pair);
        compare_sets(pair);
        compare_zones(pair);
    }
    compare_words(pair);
    compare_dates(pair);
    compare_texts(pair);
    if (!refuses(pair->old) && !refuses(pair->new))
        drop_effects(pair, from);
}

/* --- rules that come and go --------------------------------------------------------------------------------------- */

/* The n-th rule of that id: an id comes back with other parameters for another time. */
static const struct rule *find_rule(const struct rules_pack *pack, const char *id, size_t nth)
{
    for (size_t i = 0; i < pack->n_rules; i++)
        if (strcmp(pack->rules[i].id, id) == 0 && nth-- == 0)
            return &pack->rules[i];
    return NULL;
}

static size_t rank_of(const struct rules_pack *pack, size_t index)
{
    size_t rank = 0;
    for (size_t i = 0; i < index; i++)
        rank += strcmp(pack->rules[i].id, pack->rules[index].id) == 0;
    return rank;
}

void policy_diff_pack(struct policy_diff *diff, const struct rules_pack *old, const struct rules_pack *new)
{
    policy_diff_text(diff, "the title", old->title, new->title);
    for (size_t i = 0; i < old->n_rules; i++) {
        const struct rule *rule = &old->rules[i];
        if (find_rule(new, rule->id, rank_of(old, i)) == NULL)
            (void)policy_diff_say(diff, refuses(rule) ? LOOSER : POLICY_EFFECT_NONE, "Rule %s is gone: %s (%s)",
                                  rule->id, rule->title, rule->citation);
    }
    for (size_t i = 0; i < new->n_rules; i++) {
        const struct rule *rule = &new->rules[i];
        const struct pair pair = {.diff = diff, .old = find_rule(old, rule->id, rank_of(new, i)), .new = rule};
        if (pair.old != NULL)
            compare_rule(&pair);
        else
            (void)policy_diff_say(diff, refuses(rule) ? STRICTER : POLICY_EFFECT_NONE, "Rule %s is new: %s (%s)",
                                  rule->id, rule->title, rule->citation);
    }
}
