#ifndef DUNLIN_PHONE_PHONE_H
#define DUNLIN_PHONE_PHONE_H

#include <stddef.h>

#include "status/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PHONE_E164_SIZE 20

enum phone_kind {
    PHONE_UNKNOWN = 0, /* includes the many NANP numbers that may be fixed or mobile */
    PHONE_FIXED,
    PHONE_MOBILE,
    PHONE_TOLL_FREE,
    PHONE_VOIP,
    PHONE_OTHER,
};

struct phone {
    char e164[PHONE_E164_SIZE];
    enum phone_kind kind;
};

/* Reads a number as people write it; `region` (ISO 3166 alpha-2, "US") is assumed where it has no country code. Fails
 * with INVALID_ARGUMENT, saying what is wrong: not a number, too short, too long, no such country code, not a valid
 * number of its region. Thread-safe. libphonenumber does the work; without memory for it the process ends. */
MUST_USE enum status phone_parse(const char *text, const char *region, struct phone *ret_phone, struct error *err);

/* The IANA zones in which a number of this prefix may be: longest prefix in phone_zones.txt (see its head for the
 * source). *ret_names is a static, NULL-terminated array of static strings; the result is its length. 0 means unknown:
 * no such prefix, toll-free, or a prefix that stands for a whole numbering plan. Callers refuse rather than guess.
 * Thread-safe. */
size_t phone_zones(const char *e164, const char *const **ret_names);

/* The zones in which the holder of `phone` may be: what permits are decided by. A fixed line, and any number of the
 * North American plan, is where its prefix is (12 CFR 1006.6(b)(1)(i), comment 2); elsewhere a mobile or other number
 * moves about its whole country, whose every zone counts. Toll-free: 0, unknown. Same lifetime as phone_zones.
 * Thread-safe. */
size_t phone_candidate_zones(const struct phone *phone, const char *const **ret_names);

#ifdef __cplusplus
}
#endif

#endif
