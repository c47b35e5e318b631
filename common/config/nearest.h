#ifndef DUNLIN_CONFIG_NEAREST_H
#define DUNLIN_CONFIG_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

/* Which of many names somebody meant who has mistyped one: the nearest by Levenshtein distance, if any is near. A third
 * of the letters wrong is a typing error; more is another word. Names are short: compared by their first 64 bytes. */
struct nearest {
    const char *wanted; /* borrowed */
    size_t distance;    /* a candidate must be below */
};

struct nearest nearest_to(const char *wanted);

/* True where no candidate before was as near: the caller keeps this one. */
bool nearest_improves(struct nearest *nearest, const char *candidate);

#endif
