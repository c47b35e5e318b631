#include <inttypes.h>
#include <string.h>

#include "policy_diff.h"

/* Two versions of agreements. Terms are shown as lines, what goes and what comes; only of what debtors are charged can
 * it be told whether it is looser. */

static void append_rate(GString *text, const char *what, struct rate rate)
{
    char shown[RATE_TEXT_SIZE];
    g_string_append_printf(text, "%s%s %%", what, rate_format(rate, shown));
}

static void append_fee(GString *text, const struct agreement_fee *fee)
{
    g_string_append(text, "fee");
    if (fee->from_day != INT32_MIN)
        g_string_append_printf(text, " from day %" PRId32, fee->from_day);
    if (fee->to_day != INT32_MAX)
        g_string_append_printf(text, " to day %" PRId32, fee->to_day);
    if (fee->min_minor != INT64_MIN)
        g_string_append_printf(text, " of at least %" PRId64, fee->min_minor);
    if (fee->max_minor != INT64_MAX)
        g_string_append_printf(text, " of at most %" PRId64, fee->max_minor);
    if (fee->paid != 0)
        g_string_append_printf(text, " paid to %s", agreement_paid_name(fee->paid));
    if (fee->stage != 0)
        g_string_append_printf(text, " in %s", agreement_stage_name(fee->stage));
    append_rate(text, ": ", fee->percent);
    if (fee->minimum_minor != 0)
        g_string_append_printf(text, ", at least %" PRId64, fee->minimum_minor);
    g_string_append_c(text, '\n');
}

/* What the client and the agency have agreed; g_free. */
static char *terms_text(const struct agreement *agreement)
{
    char day[DATE_TEXT_SIZE];
    GString *text = g_string_new(NULL);
    if (agreement->valid_until.days != INT32_MAX)
        g_string_append_printf(text, "until %s\n", date_format(agreement->valid_until, day));
    g_string_append(text, "payments go to");
    for (size_t i = 0; i < AGREEMENT_BUCKET_COUNT; i++)
        g_string_append_printf(text, "%s %s", i == 0 ? "" : ",", agreement_bucket_name(agreement->apply[i]));
    g_string_append_printf(text, "\nthe %s debt first\n", agreement_order_name(agreement->order));
    for (size_t i = 0; i < agreement->n_fees; i++)
        append_fee(text, &agreement->fees[i]);
    g_string_append_printf(text, "paid out %s every %s, at least %" PRId64 ", to %s: %s\n",
                           agreement_method_name(agreement->remittance.method),
                           agreement_every_name(agreement->remittance.every), agreement->remittance.minimum_minor,
                           agreement->remittance.payee, agreement->remittance.reference);
    return g_string_free(text, FALSE);
}

static void append_cap(GString *text, int64_t cap_minor, struct rate cap_percent)
{
    if (cap_minor != INT64_MAX)
        g_string_append_printf(text, ", at most %" PRId64, cap_minor);
    if (cap_percent.millionths != 0)
        append_rate(text, ", at most ", cap_percent);
}

/* What a debtor may be charged; g_free. */
static char *charges_text(const struct agreement *agreement)
{
    GString *text = g_string_new(NULL);
    const struct agreement_interest *interest = agreement->interest;
    if (interest != NULL) {
        append_rate(text, "interest of ", interest->rate);
        if (interest->reference[0] != '\0')
            g_string_append_printf(text, " over %s", interest->reference);
        g_string_append_printf(text, " from %s, %s", agreement_from_name(interest->from),
                               agreement_day_count_name(interest->day_count));
        append_cap(text, interest->cap_minor, interest->cap_percent);
        g_string_append_printf(text, ", by %s: %s\n", agreement_basis_name(interest->basis), interest->evidence);
    }
    for (size_t i = 0; i < agreement->n_debtor_fees; i++) {
        const struct agreement_debtor_fee *fee = &agreement->debtor_fees[i];
        g_string_append_printf(text, "%s of ", fee->code);
        if (fee->amount_minor > 0)
            g_string_append_printf(text, "%" PRId64, fee->amount_minor);
        else
            append_rate(text, "", fee->percent);
        append_cap(text, fee->cap_minor, (struct rate){0});
        g_string_append_printf(text, ", to %s, by %s: %s\n", agreement_bucket_name(fee->bucket),
                               agreement_basis_name(fee->basis), fee->evidence);
    }
    return g_string_free(text, FALSE);
}

/* What is charged more and what less; of both, or of what cannot be compared, people judge by the lines. */
struct tally {
    bool has_looser, has_stricter, is_unclear;
};

static void count_effect(struct tally *tally, enum policy_effect effect)
{
    tally->has_looser = tally->has_looser || effect == POLICY_EFFECT_LOOSER;
    tally->has_stricter = tally->has_stricter || effect == POLICY_EFFECT_STRICTER;
}

static void count_number(struct tally *tally, int64_t old, int64_t new)
{
    count_effect(tally, policy_effect_of(old, new, POLICY_EFFECT_LOOSER));
}

/* False where one of two is there alone, which is counted. */
static bool are_both(struct tally *tally, const void *old, const void *new)
{
    if (old == NULL && new != NULL)
        count_effect(tally, POLICY_EFFECT_LOOSER);
    if (old != NULL && new == NULL)
        count_effect(tally, POLICY_EFFECT_STRICTER);
    return old != NULL && new != NULL;
}

static int64_t cap_of(struct rate percent)
{
    return percent.millionths == 0 ? INT64_MAX : percent.millionths;
}

static void count_interest(struct tally *tally, const struct agreement_interest *old,
                           const struct agreement_interest *new)
{
    if (!are_both(tally, old, new))
        return;
    if (strcmp(old->reference, new->reference) != 0 || old->from != new->from || old->day_count != new->day_count ||
        old->basis != new->basis)
        tally->is_unclear = true;
    count_number(tally, old->rate.millionths, new->rate.millionths);
    count_number(tally, old->cap_minor, new->cap_minor);
    count_number(tally, cap_of(old->cap_percent), cap_of(new->cap_percent));
}

static void count_fee(struct tally *tally, const struct agreement_debtor_fee *old,
                      const struct agreement_debtor_fee *new)
{
    if (!are_both(tally, old, new))
        return;
    if ((old->amount_minor == 0) != (new->amount_minor == 0))
        tally->is_unclear = true;
    count_number(tally, old->amount_minor, new->amount_minor);
    count_number(tally, old->percent.millionths, new->percent.millionths);
    count_number(tally, old->cap_minor, new->cap_minor);
}

static enum policy_effect effect_of_charges(const struct agreement *old, const struct agreement *new)
{
    struct tally tally = {0};
    count_interest(&tally, old->interest, new->interest);
    for (size_t i = 0; i < old->n_debtor_fees; i++)
        count_fee(&tally, &old->debtor_fees[i], agreement_debtor_fee(new, old->debtor_fees[i].code));
    for (size_t i = 0; i < new->n_debtor_fees; i++)
        if (agreement_debtor_fee(old, new->debtor_fees[i].code) == NULL)
            count_fee(&tally, NULL, &new->debtor_fees[i]);
    if (tally.is_unclear || tally.has_looser == tally.has_stricter)
        return POLICY_EFFECT_NONE;
    return tally.has_looser ? POLICY_EFFECT_LOOSER : POLICY_EFFECT_STRICTER;
}

/* g_free. */
static char *changed_lines(const char *old, const char *new)
{
    g_autofree char *old_lines = g_strchomp(g_strdup(old));
    g_autofree char *new_lines = g_strchomp(g_strdup(new));
    return policy_diff_lines(old_lines, new_lines);
}

static void compare_lines(struct policy_diff *diff, enum policy_effect effect, const char *old, const char *new,
                          const char *what, const char *client)
{
    if (strcmp(old, new) == 0)
        return;
    struct policy_change *change = policy_diff_say(diff, effect, "Client %s: the %s change", client, what);
    change->lines = changed_lines(old, new);
}

static void compare_client(struct policy_diff *diff, const struct agreement *old, const struct agreement *new)
{
    g_autofree char *old_terms = terms_text(old);
    g_autofree char *new_terms = terms_text(new);
    g_autofree char *old_charges = charges_text(old);
    g_autofree char *new_charges = charges_text(new);
    compare_lines(diff, POLICY_EFFECT_NONE, old_terms, new_terms, "terms", new->client);
    compare_lines(diff, effect_of_charges(old, new), old_charges, new_charges, "charges of the debtor", new->client);
}

/* Entries are matched by client and first day. */
static const struct agreement *find(const struct agreements *agreements, const struct agreement *wanted)
{
    for (size_t i = 0; i < agreements->n; i++)
        if (strcmp(agreements->all[i].client, wanted->client) == 0 &&
            agreements->all[i].valid_from.days == wanted->valid_from.days)
            return &agreements->all[i];
    return NULL;
}

static void say_whole(struct policy_diff *diff, const struct agreement *agreement, bool is_new)
{
    char day[DATE_TEXT_SIZE];
    const bool has_day = agreement->valid_from.days != INT32_MIN;
    g_autofree char *terms = terms_text(agreement);
    g_autofree char *charges = charges_text(agreement);
    g_autofree char *text = g_strconcat(terms, charges, NULL);
    enum policy_effect effect = POLICY_EFFECT_NONE;
    if (charges[0] != '\0')
        effect = is_new ? POLICY_EFFECT_LOOSER : POLICY_EFFECT_STRICTER;
    struct policy_change *change =
        policy_diff_say(diff, effect, "Client %s: the agreement%s%s is %s", agreement->client, has_day ? " from " : "",
                        has_day ? date_format(agreement->valid_from, day) : "", is_new ? "new" : "gone");
    change->lines = is_new ? changed_lines("", text) : changed_lines(text, "");
}

/* g_free. */
static char *references_text(const struct agreements *agreements)
{
    char half[AGREEMENT_HALF_SIZE];
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < agreements->n_references; i++) {
        const struct agreement_reference *reference = &agreements->references[i];
        g_string_append_printf(text, "%s %s", reference->authority, agreement_half_format(reference->half, half));
        append_rate(text, ": ", reference->rate);
        g_string_append_c(text, '\n');
    }
    return g_string_free(text, FALSE);
}

void policy_diff_agreements(struct policy_diff *diff, const struct agreements *old, const struct agreements *new)
{
    char from[DATE_TEXT_SIZE];
    char to[DATE_TEXT_SIZE];
    g_autofree char *old_references = references_text(old);
    g_autofree char *new_references = references_text(new);
    policy_diff_text(diff, "the title", old->title, new->title);
    policy_diff_text(diff, "the owner", old->owner, new->owner);
    policy_diff_text(diff, "the day of review", old->review_by.days == 0 ? "" : date_format(old->review_by, from),
                     new->review_by.days == 0 ? "" : date_format(new->review_by, to));
    if (strcmp(old_references, new_references) != 0)
        policy_diff_say(diff, POLICY_EFFECT_NONE, "the reference rates change")->lines =
            changed_lines(old_references, new_references);
    for (size_t i = 0; i < old->n; i++)
        if (find(new, &old->all[i]) == NULL)
            say_whole(diff, &old->all[i], false);
    for (size_t i = 0; i < new->n; i++) {
        const struct agreement *before = find(old, &new->all[i]);
        if (before == NULL)
            say_whole(diff, &new->all[i], true);
        else
            compare_client(diff, before, &new->all[i]);
    }
}
