#ifndef DUNLIN_CONTACT_CALL_WINDOW_H
#define DUNLIN_CONTACT_CALL_WINDOW_H

#include <stdbool.h>
#include <stddef.h>

#include "calendar/calendar.h"
#include "clock/clock.h"
#include "policy/rulepack.h"

/* When calls are allowed by the hours of the day in all of a debtor's candidate zones (12 CFR 1006.6(b)(1)(i), comment
 * 2). Pure. */

/* Zones apart by more than a window is long never meet; with seasonal changes a look this far ahead is enough. */
#define CALL_WINDOW_LOOK_AHEAD_DAYS 10

/* The earliest instant at or after `at` at which `rule` (RULE_CALL_WINDOW) is open in every zone; false where there is
 * none. No zones: always open. */
bool call_window_next(const struct rule *rule, const struct zone *const *zones, size_t n_zones, struct instant at,
                      struct instant *ret_open);

/* The same for all call windows of a rulebook together. */
bool call_windows_next(const struct rulebook *rulebook, const struct zone *const *zones, size_t n_zones,
                       struct instant at, struct instant *ret_open);

/* The first instant after `at`, at which all call windows are open, at which one of them closes in one of the zones;
 * INT64_MAX us where there is none. */
struct instant call_windows_close(const struct rulebook *rulebook, const struct zone *const *zones, size_t n_zones,
                                  struct instant at);

/* The earliest instant at which it is day `days_later` after the local day of `at` or later, in every zone. */
struct instant local_days_later(const struct zone *const *zones, size_t n_zones, struct instant at, int32_t days_later);

/* Local date of `at`. */
struct date local_date(const struct zone *zone, struct instant at);

#endif
