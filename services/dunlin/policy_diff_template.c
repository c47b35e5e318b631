#include <string.h>

#include "policy_diff.h"

/* Two versions of a template. */

#define LINES_MAX 2000 /* of one text: what is longer is shown whole, old and new */

static void add_line(GString *lines, char sign, const char *line)
{
    g_string_append_printf(lines, "%c %s\n", sign, line);
}

/* The lengths of the longest common subsequences of what follows lines i and j. */
static guint *common_lengths(char **old, guint n_old, char **new, guint n_new)
{
    guint *lengths = g_new0(guint, (gsize)(n_old + 1) * (n_new + 1));
    for (guint i = n_old; i-- > 0;)
        for (guint j = n_new; j-- > 0;) {
            const gsize at = (gsize)i * (n_new + 1) + j;
            const guint down = lengths[at + n_new + 1], right = lengths[at + 1];
            lengths[at] = strcmp(old[i], new[j]) == 0 ? lengths[at + n_new + 2] + 1 : MAX(down, right);
        }
    return lengths;
}

char *policy_diff_lines(const char *old_text, const char *new_text)
{
    g_auto(GStrv) old = g_strsplit(old_text, "\n", -1);
    g_auto(GStrv) new = g_strsplit(new_text, "\n", -1);
    const guint n_old = g_strv_length(old), n_new = g_strv_length(new);
    const bool is_short = n_old <= LINES_MAX && n_new <= LINES_MAX;
    g_autofree guint *lengths = is_short ? common_lengths(old, n_old, new, n_new) : NULL;
    GString *lines = g_string_new(NULL);
    guint i = 0, j = 0;
    while (i < n_old || j < n_new) {
        const gsize at = (gsize)i * (n_new + 1) + j;
        if (is_short && i < n_old && j < n_new && strcmp(old[i], new[j]) == 0) {
            i++;
            j++;
        } else if (i < n_old && (j == n_new || !is_short || lengths[at + n_new + 1] >= lengths[at + 1])) {
            add_line(lines, '-', old[i++]);
        } else {
            add_line(lines, '+', new[j++]);
        }
    }
    return g_string_free(lines, FALSE);
}

static void compare_text(struct policy_diff *diff, const char *what, const char *old, const char *new)
{
    if (strcmp(old, new) == 0)
        return;
    struct policy_change *change = policy_diff_say(diff, POLICY_EFFECT_NONE, "the %s changes", what);
    change->lines = policy_diff_lines(old, new);
}

static void compare_channels(struct policy_diff *diff, const struct template *old, const struct template *new)
{
    for (int i = SOP_CHANNEL_CALL; i <= SOP_CHANNEL_PORTAL; i++) {
        const uint32_t bit = TEMPLATE_CHANNEL_BIT(i);
        const char *name = sop_channel_name((enum sop_channel)i);
        if ((old->channels & ~new->channels &bit) != 0)
            (void)policy_diff_say(diff, POLICY_EFFECT_STRICTER, "may no longer be sent by %s", name);
        if ((new->channels & ~old->channels &bit) != 0)
            (void)policy_diff_say(diff, POLICY_EFFECT_LOOSER, "may be sent by %s as well", name);
    }
}

static void compare_disclosures(struct policy_diff *diff, const struct template *old, const struct template *new)
{
    for (unsigned i = 0; i < TEMPLATE_DISCLOSURE_COUNT; i++) {
        const uint32_t bit = TEMPLATE_DISCLOSURE_BIT(i);
        const char *name = template_disclosure_name((enum template_disclosure)i);
        if ((old->disclosures & ~new->disclosures &bit) != 0)
            (void)policy_diff_say(diff, POLICY_EFFECT_LOOSER, "no longer makes the disclosure %s", name);
        if ((new->disclosures & ~old->disclosures &bit) != 0)
            (void)policy_diff_say(diff, POLICY_EFFECT_STRICTER, "makes the disclosure %s", name);
    }
}

void policy_diff_template(struct policy_diff *diff, const struct template *old, const struct template *new)
{
    policy_diff_text(diff, "the title", old->title, new->title);
    compare_channels(diff, old, new);
    compare_disclosures(diff, old, new);
    if (old->has_opt_out_notice != new->has_opt_out_notice)
        (void)policy_diff_say(diff, new->has_opt_out_notice ? POLICY_EFFECT_STRICTER : POLICY_EFFECT_LOOSER, "%s",
                              new->has_opt_out_notice ? "says how to opt out" : "no longer says how to opt out");
    if (old->attaches_pdf != new->attaches_pdf)
        (void)policy_diff_say(diff, POLICY_EFFECT_NONE, "%s",
                              new->attaches_pdf ? "brings a PDF with it" : "no longer brings a PDF with it");
    if (old->pay_within_days != new->pay_within_days)
        (void)policy_diff_say(diff,
                              policy_effect_of(old->pay_within_days, new->pay_within_days, POLICY_EFFECT_STRICTER),
                              "gives %d → %d days to pay", (int)old->pay_within_days, (int)new->pay_within_days);
    if (old->discount_percent != new->discount_percent)
        (void)policy_diff_say(diff, POLICY_EFFECT_NONE, "offers %d → %d %% off", (int)old->discount_percent,
                              (int)new->discount_percent);
    policy_diff_text(diff, "the way of writing money and dates", old->locale, new->locale);
    compare_text(diff, "subject", old->subject, new->subject);
    compare_text(diff, "text", old->body, new->body);
}
