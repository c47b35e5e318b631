#include "stop_model.h"

static const struct stop_words {
    const char *reason, *law, *over;
} WORDS[STOP_CAUSES_END] = {
    [STOP_BANKRUPTCY] = {"the debtor is bankrupt",
                         "nothing is agreed on, drawn or charged while the automatic stay holds (11 USC 362(a)(6))",
                         "the automatic stay is over"},
    [STOP_DECEASED] = {"the debtor is deceased",
                       "nothing is agreed on for the estate, or drawn from the account (Nacha R14, R15)",
                       "the debtor is not deceased"},
};

struct stops *stops_new(const struct id *debtor_id)
{
    struct stops *stops = g_new0(struct stops, 1);

    stops->debtor_id = *debtor_id;
    stops->all = g_array_new(FALSE, FALSE, sizeof(struct stop));
    return stops;
}

void stops_free(struct stops *stops)
{
    if (!stops)
        return;
    g_array_free(stops->all, TRUE);
    g_free(stops);
}

/* NULL: none of that cause begins on that day. */
static struct stop *find(const struct stops *stops, enum stop_cause cause, struct date from)
{
    for (guint i = 0; i < stops->all->len; i++) {
        struct stop *stop = &g_array_index(stops->all, struct stop, i);
        if (stop->cause == cause && stop->from.days == from.days)
            return stop;
    }
    return NULL;
}

static struct stop *find_standing(const struct stops *stops, enum stop_cause cause)
{
    for (guint i = 0; stops && i < stops->all->len; i++) {
        struct stop *stop = &g_array_index(stops->all, struct stop, i);
        if (stop->cause == cause && stop->last.days == STOP_STANDS)
            return stop;
    }
    return NULL;
}

void stops_add(struct stops *stops, const struct stop *stop)
{
    if (!find(stops, stop->cause, stop->from))
        g_array_append_vals(stops->all, stop, 1);
}

bool stops_begin(struct stops *stops, enum stop_cause cause, struct date on)
{
    const struct stop begun = {.cause = cause, .from = on, .last = {STOP_STANDS}, .is_changed = true};

    if (stops_stand(stops, cause))
        return false;
    struct stop *same_day = find(stops, cause, on); /* ended and begun again on the day on which it began */
    if (same_day)
        *same_day = begun;
    else
        g_array_append_val(stops->all, begun);
    return true;
}

bool stops_end(struct stops *stops, enum stop_cause cause, struct date on)
{
    struct stop *stop = find_standing(stops, cause);

    if (!stop)
        return false;
    stop->last.days = MAX(on.days, stop->from.days);
    stop->is_changed = true;
    return true;
}

bool stops_stand(const struct stops *stops, enum stop_cause cause)
{
    return find_standing(stops, cause) != NULL;
}

static const struct stop_words *words_of(const struct stops *stops)
{
    for (enum stop_cause cause = STOP_BANKRUPTCY; cause < STOP_CAUSES_END; cause++)
        if (stops_stand(stops, cause))
            return &WORDS[cause];
    return NULL;
}

const char *stops_reason(const struct stops *stops)
{
    const struct stop_words *words = words_of(stops);

    return words ? words->reason : NULL;
}

enum status stops_check(const struct stops *stops, struct error *err)
{
    const struct stop_words *words = words_of(stops);

    if (!words)
        return STATUS_OK;
    return error_set(err, STATUS_FAILED_PRECONDITION, "%s: %s", words->reason, words->law);
}

const char *stop_over_text(enum stop_cause cause)
{
    return WORDS[cause].over;
}
