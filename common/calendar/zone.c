#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "calendar/calendar.h"

#define S_PER_DAY      86400
#define NAME_MAX_CHARS 64 /* the longest IANA name, "America/Argentina/ComodRivadavia", has 32 */

/* Offsets lie within 26 hours of each other (-12 ... +14 today, -15:13 ... +15:13 in the database's past), and a wall
 * clock is never wrong by more than the two offsets of one change: whatever the clock shows, the instant lies within
 * this of reading the clock as UTC. */
#define REACH_S INT64_C(172800)

struct zone {
    GTimeZone *rules; /* immutable; looking up intervals in it takes no lock */
    char name[NAME_MAX_CHARS];
};

static GMutex cache_lock;
static GHashTable *cache; /* name -> struct zone; under cache_lock; kept for the life of the process */

static bool name_is_plain(const char *name)
{
    size_t len = strlen(name);

    if (len == 0 || len >= NAME_MAX_CHARS || !g_ascii_isupper(name[0]) || strstr(name, "//"))
        return false;
    return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == len;
}

/* GLib also takes offsets ("+02:00") and POSIX rules ("EST5EDT,M3.2.0,M11.1.0", "XYZ5") for identifiers, and the
 * machine's directory holds more than the database ("localtime", "posixrules", "right/" with leap seconds). A capital
 * letter in front, plain letters and a compiled zone in that place: only then is it a name of the database. "Factory"
 * is in the database to say "not set". */
static bool database_has(const char *name)
{
    const char *folder = g_getenv("TZDIR");
    char magic[4] = "";

    if (!name_is_plain(name) || strcmp(name, "Factory") == 0)
        return false;
    g_autofree char *path = g_build_filename(folder ? folder : "/usr/share/zoneinfo", name, NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, magic, sizeof(magic));
    (void)close(fd);
    return n == (ssize_t)sizeof(magic) && memcmp(magic, "TZif", sizeof(magic)) == 0;
}

static struct zone *load(const char *name)
{
    GTimeZone *rules = database_has(name) ? g_time_zone_new_identifier(name) : NULL;

    if (!rules)
        return NULL;
    struct zone *zone = g_new0(struct zone, 1);
    zone->rules = rules;
    (void)g_strlcpy(zone->name, name, sizeof(zone->name));
    return zone;
}

/* Reading the file happens under the lock: it is done once a zone and process. Unknown names are not kept, or a hostile
 * file of made-up zones would grow the process. */
enum status zone_open(const char *iana_name, const struct zone **ret_zone, struct error *err)
{
    struct zone *zone;

    g_mutex_lock(&cache_lock);
    if (!cache)
        cache = g_hash_table_new(g_str_hash, g_str_equal);
    zone = g_hash_table_lookup(cache, iana_name);
    if (!zone) {
        zone = load(iana_name);
        if (zone)
            g_hash_table_insert(cache, zone->name, zone);
    }
    g_mutex_unlock(&cache_lock);
    if (!zone) {
        g_autofree char *shown = g_strescape(iana_name, NULL);
        return error_set(err, STATUS_INVALID_ARGUMENT, "no such time zone: '%.80s'", shown);
    }
    *ret_zone = zone;
    return STATUS_OK;
}

const char *zone_name(const struct zone *zone)
{
    return zone->name;
}

/* GLib looks for an interval from a zone's first change on, some two hundred steps. So each thread remembers stretches
 * of time that lie in one interval: with two instants all between them do. One stretch a zone and SPAN_BITS of a
 * second, which is about the length of a season of daylight time. */
#define SPANS     64
#define SPAN_BITS 24

struct span {
    const struct zone *zone; /* zones live as long as the process */
    int interval;
    int64_t first, last;
};
static _Thread_local struct span spans[SPANS];

static int interval_at(const struct zone *zone, int64_t second)
{
    struct span *span = &spans[(((uintptr_t)zone >> 4) ^ (uintptr_t)(second >> SPAN_BITS)) % SPANS];
    if (span->zone == zone && span->first <= second && second <= span->last)
        return span->interval;
    int interval = g_time_zone_find_interval(zone->rules, G_TIME_TYPE_UNIVERSAL, second);
    if (span->zone == zone && span->interval == interval) {
        span->first = MIN(span->first, second);
        span->last = MAX(span->last, second);
    } else {
        *span = (struct span){.zone = zone, .interval = interval, .first = second, .last = second};
    }
    return interval;
}

static int64_t floor_divide(int64_t dividend, int64_t divisor)
{
    return dividend / divisor - (dividend % divisor < 0 ? 1 : 0);
}

void zone_local(const struct zone *zone, struct instant instant, struct date *ret_date, int32_t *ret_second_of_day)
{
    int64_t second = floor_divide(instant.us, US_PER_S);
    int64_t local = second + g_time_zone_get_offset(zone->rules, interval_at(zone, second));
    int64_t days = floor_divide(local, S_PER_DAY);

    ret_date->days = (int32_t)days;
    *ret_second_of_day = (int32_t)(local - days * S_PER_DAY);
}

struct date zone_date(const struct zone *zone, struct instant instant)
{
    struct date date = {0};
    int32_t unused = 0;
    zone_local(zone, instant, &date, &unused);
    return date;
}

/* The first second of the interval after `interval`, known to begin within (after, by]. */
static int64_t end_of_interval(const struct zone *zone, int interval, int64_t after, int64_t by)
{
    while (by - after > 1) {
        int64_t middle = after + (by - after) / 2;
        if (interval_at(zone, middle) > interval)
            by = middle;
        else
            after = middle;
    }
    return by;
}

/* Each interval between two changes of the offset has its own reading of the wall clock, `wall` minus its offset, which
 * counts where it falls into that same interval. They are tried in order of time, so that in an overlap the earlier one
 * is found. In a gap none counts: there the first interval whose clock comes to its end before it shows `wall`, and
 * whose successor begins later than `wall`, ends with the gap. */
struct instant zone_instant(const struct zone *zone, struct date date, int32_t second_of_day)
{
    int64_t wall = (int64_t)date.days * S_PER_DAY + second_of_day;
    int first = interval_at(zone, wall - REACH_S);
    int last = interval_at(zone, wall + REACH_S);

    for (int i = first; i <= last; i++) {
        int64_t second = wall - g_time_zone_get_offset(zone->rules, i);
        int there = interval_at(zone, second);
        if (there == i)
            return (struct instant){second * US_PER_S};
        if (there > i && i < last && interval_at(zone, wall - g_time_zone_get_offset(zone->rules, i + 1)) <= i)
            return (struct instant){end_of_interval(zone, i, wall - REACH_S, wall + REACH_S) * US_PER_S};
    }
    /* Unreachable while offsets stay within REACH_S; UTC is then the only reading left. */
    return (struct instant){wall * US_PER_S};
}
