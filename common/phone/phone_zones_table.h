#ifndef DUNLIN_PHONE_PHONE_ZONES_TABLE_H
#define DUNLIN_PHONE_PHONE_ZONES_TABLE_H

#include <stddef.h>

/* phone_zones.txt as constants, made at build by phone_zones.cmake. */
struct phone_prefix {
    const char *digits;
    const char *const *zones; /* NULL-terminated */
    size_t n_zones;
};

extern const struct phone_prefix PHONE_PREFIXES[]; /* in the order of strcmp */
extern const size_t PHONE_PREFIXES_COUNT;
extern const size_t PHONE_PREFIX_MAX_DIGITS;

#endif
