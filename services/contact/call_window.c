#include "call_window.h"

struct date local_date(const struct zone *zone, struct instant at)
{
    struct date date = {0};
    int32_t second = 0;
    zone_local(zone, at, &date, &second);
    return date;
}

struct instant local_days_later(const struct zone *const *zones, size_t n_zones, struct instant at, int32_t days_later)
{
    struct instant latest = {INT64_MIN};
    for (size_t i = 0; i < n_zones; i++) {
        struct date date = local_date(zones[i], at);
        date.days += days_later;
        struct instant midnight = zone_instant(zones[i], date, 0);
        if (midnight.us > latest.us)
            latest = midnight;
    }
    return latest;
}

/* `at` where the window is open in this zone then, else its next opening. */
static struct instant next_opening(const struct rule *rule, const struct zone *zone, struct instant at)
{
    struct date date = {0};
    int32_t second = 0;
    zone_local(zone, at, &date, &second);
    if (second >= rule->from_second && second < rule->to_second)
        return at;
    if (second >= rule->to_second)
        date.days++;
    struct instant opening = zone_instant(zone, date, rule->from_second);
    /* In the second round of a repeated hour the opening lies in the first one, behind us: creep forward to where the
     * wall clock gets there again. */
    return opening.us > at.us ? opening : (struct instant){at.us + US_PER_MIN};
}

/* Moves `*at` to the rule's next opening in each zone in turn; false where it was open in all. */
static bool move_to_opening(const struct rule *rule, const struct zone *const *zones, size_t n_zones,
                            struct instant *at)
{
    bool has_moved = false;
    for (size_t i = 0; i < n_zones; i++) {
        struct instant opening = next_opening(rule, zones[i], *at);
        has_moved = has_moved || opening.us != at->us;
        *at = opening;
    }
    return has_moved;
}

bool call_window_next(const struct rule *rule, const struct zone *const *zones, size_t n_zones, struct instant at,
                      struct instant *ret_open)
{
    const int64_t end_us = at.us + CALL_WINDOW_LOOK_AHEAD_DAYS * US_PER_DAY;
    while (move_to_opening(rule, zones, n_zones, &at))
        if (at.us > end_us)
            return false;
    *ret_open = at;
    return true;
}

static bool move_to_all_openings(const struct rulebook *rulebook, const struct zone *const *zones, size_t n_zones,
                                 struct instant *at)
{
    bool has_moved = false;
    for (size_t i = 0; i < rulebook->n_packs; i++) {
        const struct rulepack *pack = &rulebook->packs[i];
        for (size_t j = 0; j < pack->n_rules; j++)
            if (pack->rules[j].kind == RULE_CALL_WINDOW)
                has_moved = move_to_opening(&pack->rules[j], zones, n_zones, at) || has_moved;
    }
    return has_moved;
}

bool call_windows_next(const struct rulebook *rulebook, const struct zone *const *zones, size_t n_zones,
                       struct instant at, struct instant *ret_open)
{
    const int64_t end_us = at.us + CALL_WINDOW_LOOK_AHEAD_DAYS * US_PER_DAY;
    while (move_to_all_openings(rulebook, zones, n_zones, &at))
        if (at.us > end_us)
            return false;
    *ret_open = at;
    return true;
}

static struct instant closing(const struct rule *rule, const struct zone *const *zones, size_t n_zones,
                              struct instant at)
{
    struct instant first = {INT64_MAX};
    for (size_t i = 0; i < n_zones; i++) {
        struct instant close = zone_instant(zones[i], local_date(zones[i], at), rule->to_second);
        if (close.us < first.us)
            first = close;
    }
    return first;
}

struct instant call_windows_close(const struct rulebook *rulebook, const struct zone *const *zones, size_t n_zones,
                                  struct instant at)
{
    struct instant first = {INT64_MAX};
    for (size_t i = 0; i < rulebook->n_packs; i++) {
        const struct rulepack *pack = &rulebook->packs[i];
        for (size_t j = 0; j < pack->n_rules; j++) {
            if (pack->rules[j].kind != RULE_CALL_WINDOW)
                continue;
            struct instant close = closing(&pack->rules[j], zones, n_zones, at);
            if (close.us < first.us)
                first = close;
        }
    }
    return first;
}
