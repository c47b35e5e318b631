/* Times and places at which a consumer may not be contacted: 12 CFR 1006.6(b)(1), (3), and the hours of states. */
#include <inttypes.h>

#include "rules/rule_kinds.h"

#define SECONDS_A_DAY          86400
#define WINDOW_LOOK_AHEAD_DAYS 10 /* zones apart by more than a window is long never meet */
#define WEEK_DAYS              7

/* --- what lifts these rules (1006.6(b)(4)) -------------------------------------------------------------------------
 */

static bool is_confirmation(const struct judgement *judgement)
{
    return judgement->question->purpose == PURPOSE_PAYMENT_CONFIRMATION &&
           judgement->question->medium == MEDIUM_EMAIL && has_consent(judgement, CONSENT_EMAIL_CONFIRMATION);
}

static bool is_in_session(const struct judgement *judgement)
{
    const struct fact_particulars *particulars = judgement->particulars;
    return judgement->question->medium == MEDIUM_PORTAL &&
           holds_now(judgement, particulars->session_from_us, particulars->session_to_us);
}

/* A court's permission, consent to a confirmation, or a response (comment 6(b)(1)-2) to what the consumer began at or
 * after `reply_since_us`. */
static bool is_lifted(const struct rule *rule, const struct judgement *judgement, int64_t reply_since_us)
{
    return rule->is_lifted && (has_consent(judgement, CONSENT_COURT) || is_confirmation(judgement) ||
                               is_in_session(judgement) || has_reply_left(judgement, reply_since_us));
}

static bool is_hour_lifted(const struct rule *rule, const struct judgement *judgement, int64_t reply_since_us)
{
    return (rule->is_lifted && has_consent(judgement, CONSENT_TIME)) || is_lifted(rule, judgement, reply_since_us);
}

static bool is_place_lifted(const struct rule *rule, const struct judgement *judgement, enum address_place place)
{
    bool is_consented = place == PLACE_WORK && has_consent(judgement, CONSENT_EMPLOYER);
    return (rule->is_lifted && is_consented) || is_lifted(rule, judgement, judgement->now_us - US_PER_DAY);
}

/* --- hours of the day ----------------------------------------------------------------------------------------------
 */

static bool is_open(const struct rule *rule, int32_t second)
{
    return second >= rule->from_second && second < rule->to_second;
}

/* When the closed hours began in which it is `local` in `zone`. */
static int64_t closed_since(const struct rule *rule, const struct zone *zone, const struct local_time *local)
{
    struct date date = local->date;
    if (local->second < rule->from_second)
        date.days--;
    return zone_instant(zone, date, rule->to_second).us;
}

/* `at_us` where the window is open in this zone then, else its next opening. */
static int64_t next_opening(const struct rule *rule, const struct zone *zone, int64_t at_us)
{
    struct local_time local = {0};
    zone_local(zone, (struct instant){at_us}, &local.date, &local.second);
    if (is_open(rule, local.second))
        return at_us;
    if (local.second >= rule->to_second)
        local.date.days++;
    int64_t opening_us = zone_instant(zone, local.date, rule->from_second).us;
    /* In the second round of a repeated hour the opening lies in the first one, behind us: creep forward to where the
     * wall clock gets there again. */
    return opening_us > at_us ? opening_us : at_us + US_PER_MIN;
}

static bool move_to_opening(const struct rule *rule, const struct zone *const *zones, size_t n_zones, int64_t *at_us)
{
    bool has_moved = false;
    for (size_t i = 0; i < n_zones; i++) {
        int64_t opening_us = next_opening(rule, zones[i], *at_us);
        has_moved = has_moved || opening_us != *at_us;
        *at_us = opening_us;
    }
    return has_moved;
}

/* The zones in which a rule's hours are looked at: the person's, else those that the rule names for a person who may be
 * anywhere. */
static const struct zone *const *window_zones(const struct rule *rule, const struct judgement *judgement, size_t *ret_n)
{
    *ret_n = judgement->n_zones > 0 ? judgement->n_zones : rule->n_zones;
    return judgement->n_zones > 0 ? judgement->zones : rule->zones;
}

static bool is_window_for(const struct rule *rule, const struct judgement *judgement)
{
    return rule->kind->judge == judge_calling_window && rule_applies(judgement, rule);
}

int64_t judged_next_open(const struct judgement *judgement, int64_t at_us)
{
    const int64_t end_us = at_us + WINDOW_LOOK_AHEAD_DAYS * US_PER_DAY;
    for (bool has_moved = true; has_moved;) {
        has_moved = false;
        for (size_t i = 0; i < judgement->selection->n_rules; i++) {
            const struct rule *rule = judgement->selection->rules[i];
            size_t n_zones = 0;
            const struct zone *const *zones = window_zones(rule, judgement, &n_zones);
            if (is_window_for(rule, judgement))
                has_moved = move_to_opening(rule, zones, n_zones, &at_us) || has_moved;
        }
        if (at_us > end_us)
            return INT64_MAX;
    }
    return at_us;
}

static int64_t window_closing(const struct rule *rule, const struct judgement *judgement, int64_t limit_us)
{
    for (size_t i = 0; i < judgement->n_zones; i++) {
        int64_t closing_us = zone_instant(judgement->zones[i], judgement->local[i].date, rule->to_second).us;
        if (closing_us > judgement->now_us && closing_us < limit_us)
            limit_us = closing_us;
    }
    return limit_us;
}

static int64_t next_open_of(const struct rule *rule, const struct zone *const *zones, size_t n_zones, int64_t at_us)
{
    const int64_t end_us = at_us + WINDOW_LOOK_AHEAD_DAYS * US_PER_DAY;
    while (move_to_opening(rule, zones, n_zones, &at_us))
        if (at_us > end_us)
            return INT64_MAX;
    return at_us;
}

static void hit_window(const struct rule *rule, struct judgement *judgement, const struct zone *zone, int32_t second)
{
    size_t n_zones = 0;
    const struct zone *const *zones = window_zones(rule, judgement, &n_zones);
    struct rule_hit *hit =
        judgement_hit(judgement, rule,
                      "it is %02" PRId32 ":%02" PRId32 ":%02" PRId32 " in %s; calls are allowed from %02" PRId32
                      ":%02" PRId32 " to %02" PRId32 ":%02" PRId32,
                      second / 3600, second / 60 % 60, second % 60, zone_name(zone), rule->from_second / 3600,
                      rule->from_second / 60 % 60, rule->to_second / 3600, rule->to_second / 60 % 60);
    rule_hit_ends(hit, next_open_of(rule, zones, n_zones, judgement->now_us));
}

/* 1006.6(b)(1)(i): inconvenient before 8:00 and from 21:00 on in any zone where the consumer may be (comment -2); of
 * states, their own hours. */
void judge_calling_window(const struct rule *rule, struct judgement *judgement)
{
    if (!judgement->is_to_consumer)
        return;
    size_t n_zones = 0;
    const struct zone *const *zones = window_zones(rule, judgement, &n_zones);
    for (size_t i = 0; i < n_zones; i++) {
        struct local_time local = judgement->local[i];
        if (judgement->n_zones == 0)
            zone_local(zones[i], judgement->question->at, &local.date, &local.second);
        if (is_open(rule, local.second) || is_hour_lifted(rule, judgement, closed_since(rule, zones[i], &local)))
            continue;
        hit_window(rule, judgement, zones[i], local.second);
        return;
    }
}

void judge_unknown_zone(const struct rule *rule, struct judgement *judgement)
{
    if (judgement->facts->has_unreadable_zone)
        (void)judgement_hit(judgement, rule,
                            "a zone where the debtor may be is not in the IANA database of this machine");
    else if (judgement->n_zones == 0)
        (void)judgement_hit(judgement, rule, "no zone is known for any of the debtor's phones and addresses");
}

/* --- times that the consumer named ---------------------------------------------------------------------------------
 */

static bool is_in_hours(const struct fact_designation *designation, int32_t second)
{
    if (designation->from_second == 0 && designation->to_second == 0)
        return true;
    if (designation->from_second <= designation->to_second)
        return second >= designation->from_second && second < designation->to_second;
    return second >= designation->from_second || second < designation->to_second;
}

/* The day to which hours over midnight belong: they began the day before. */
static struct date day_of(const struct fact_designation *designation, const struct local_time *local)
{
    bool is_after_midnight =
        designation->from_second > designation->to_second && local->second < designation->to_second;
    return (struct date){local->date.days - (is_after_midnight ? 1 : 0)};
}

static bool names_day(const struct fact_designation *designation, struct date date)
{
    return designation->days == 0 || (designation->days & (1u << (date_weekday(date) - 1))) != 0;
}

static bool is_in_force(const struct judgement *judgement, const struct fact_designation *designation)
{
    return holds_now(judgement, designation->at_us, designation->rescinded_at_us);
}

/* The consumer called this hour of this day inconvenient. */
static bool is_named(const struct fact_designation *designation, const struct local_time *local)
{
    struct date day = day_of(designation, local);
    if (designation->until.days != 0 && local->date.days > designation->until.days)
        return false;
    bool is_within = names_day(designation, day) && is_in_hours(designation, local->second);
    return is_within != designation->is_only;
}

static bool is_inconvenient(const struct judgement *judgement, const struct local_time *local)
{
    for (size_t i = 0; i < judgement->particulars->n_designations; i++) {
        const struct fact_designation *designation = &judgement->particulars->designations[i];
        if (designation->place == PLACE_NONE && is_in_force(judgement, designation) && is_named(designation, local))
            return true;
    }
    return false;
}

/* When the inconvenient time began in which it is `local`: looked for by quarters of an hour, as people name times, and
 * no farther back than a week. */
#define QUARTER_SECONDS (15 * 60)

static struct local_time step(struct local_time local, int32_t seconds)
{
    local.second += seconds;
    if (local.second < 0) {
        local.second += SECONDS_A_DAY;
        local.date.days--;
    } else if (local.second >= SECONDS_A_DAY) {
        local.second -= SECONDS_A_DAY;
        local.date.days++;
    }
    return local;
}

static int64_t inconvenient_since(const struct judgement *judgement, size_t zone)
{
    struct local_time begin = judgement->local[zone];
    begin.second -= begin.second % QUARTER_SECONDS;
    for (int i = 0; i < WEEK_DAYS * SECONDS_A_DAY / QUARTER_SECONDS; i++) {
        struct local_time before = step(begin, -QUARTER_SECONDS);
        if (!is_inconvenient(judgement, &before))
            break;
        begin = before;
    }
    return zone_instant(judgement->zones[zone], begin.date, begin.second).us;
}

static int64_t inconvenient_until(const struct judgement *judgement, size_t zone)
{
    struct local_time local = judgement->local[zone];
    local.second -= local.second % QUARTER_SECONDS;
    for (int i = 0; i < WEEK_DAYS * SECONDS_A_DAY / QUARTER_SECONDS; i++) {
        local = step(local, QUARTER_SECONDS);
        if (!is_inconvenient(judgement, &local))
            return zone_instant(judgement->zones[zone], local.date, local.second).us;
    }
    return INT64_MAX;
}

static int64_t inconvenient_from(const struct judgement *judgement, size_t zone, int64_t limit_us)
{
    struct local_time local = judgement->local[zone];
    local.second -= local.second % QUARTER_SECONDS;
    for (int i = 0; i < WEEK_DAYS * SECONDS_A_DAY / QUARTER_SECONDS; i++) {
        local = step(local, QUARTER_SECONDS);
        int64_t at_us = zone_instant(judgement->zones[zone], local.date, local.second).us;
        if (at_us >= limit_us || (at_us > judgement->now_us && is_inconvenient(judgement, &local)))
            return at_us < limit_us ? at_us : limit_us;
    }
    return limit_us;
}

int64_t judged_closing(const struct judgement *judgement, int64_t limit_us)
{
    for (size_t i = 0; i < judgement->selection->n_rules; i++)
        if (is_window_for(judgement->selection->rules[i], judgement))
            limit_us = window_closing(judgement->selection->rules[i], judgement, limit_us);
    for (size_t i = 0; judgement->particulars->n_designations > 0 && i < judgement->n_zones; i++)
        limit_us = inconvenient_from(judgement, i, limit_us);
    return limit_us;
}

/* Comment 6(b)(1)-1: days and hours that the consumer, or the creditor's file, called inconvenient, by his own local
 * time. */
void judge_designated_time(const struct rule *rule, struct judgement *judgement)
{
    if (!judgement->is_to_consumer || judgement->particulars->n_designations == 0)
        return;
    for (size_t i = 0; i < judgement->n_zones; i++) {
        if (!is_inconvenient(judgement, &judgement->local[i]) ||
            is_hour_lifted(rule, judgement, inconvenient_since(judgement, i)))
            continue;
        struct rule_hit *hit = judgement_hit(
            judgement, rule, "the consumer called this time inconvenient: %02" PRId32 ":%02" PRId32 " in %s",
            judgement->local[i].second / 3600, judgement->local[i].second / 60 % 60, zone_name(judgement->zones[i]));
        rule_hit_ends(hit, inconvenient_until(judgement, i));
        return;
    }
}

/* --- places --------------------------------------------------------------------------------------------------------
 */

/* Where this contact would reach him: where the address stands, or where he is known to be today. */
static bool reaches_place(const struct judgement *judgement, enum address_place place)
{
    const struct fact_particulars *particulars = judgement->particulars;
    const struct fact_address *address = judgement->address;
    if (address != NULL && address->place == place)
        return true;
    bool goes_where_he_is =
        judgement->question->medium != MEDIUM_LETTER && judgement->question->medium != MEDIUM_POSTCARD;
    return goes_where_he_is && particulars->known_place == place &&
           (particulars->known_place_at_us == 0 || (has_happened(judgement, particulars->known_place_at_us) &&
                                                    particulars->known_place_at_us >= judgement->now_us - US_PER_DAY));
}

/* 1006.6(b)(1)(ii): a medium that is bound to a place reaches him there; e-mail and mobiles do only where he is known
 * to be there. */
void judge_designated_place(const struct rule *rule, struct judgement *judgement)
{
    if (!judgement->is_to_consumer)
        return;
    for (size_t i = 0; i < judgement->particulars->n_designations; i++) {
        const struct fact_designation *designation = &judgement->particulars->designations[i];
        if (designation->place == PLACE_NONE || !is_in_force(judgement, designation) ||
            !reaches_place(judgement, designation->place) ||
            (designation->until.days != 0 && judgement->today_first.days > designation->until.days) ||
            is_place_lifted(rule, judgement, designation->place))
            continue;
        static const char *const PLACES[] = {
            [PLACE_NONE] = "anywhere", [PLACE_HOME] = "home", [PLACE_WORK] = "work", [PLACE_OTHER] = "another place"};
        (void)judgement_hit(judgement, rule, "the consumer called this place inconvenient: %s",
                            PLACES[designation->place]);
        return;
    }
}

/* 1006.6(b)(3): the collector knows or has reason to know that the employer prohibits it. */
void judge_workplace(const struct rule *rule, struct judgement *judgement)
{
    if (!judgement->is_to_consumer || !has_happened(judgement, judgement->particulars->employer_prohibits_at_us) ||
        !reaches_place(judgement, PLACE_WORK))
        return;
    if (has_consent(judgement, CONSENT_EMPLOYER) || has_consent(judgement, CONSENT_COURT) ||
        (claim_holds(judgement->question, CLAIM_CONTINUES_CALL) && is_permitted_reply(judgement, 0)))
        return;
    (void)judgement_hit(judgement, rule, "the employer does not allow the consumer to be contacted at work");
}
