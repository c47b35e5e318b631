#ifndef DUNLIN_TESTS_SUPPORT_NTH_NTH_WALK_H
#define DUNLIN_TESTS_SUPPORT_NTH_NTH_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Goes over 1..n, each once, in an order that has tried some everywhere whenever it is broken off, and that begins
 * elsewhere with another seed. */
struct nth_walk {
    size_t n, n_tried;
    size_t at, step;
    bool *is_tried; /* n of them */
};

void nth_walk_init(struct nth_walk *walk, size_t n, uint32_t seed);
void nth_walk_fini(struct nth_walk *walk);

/* There are more than it began with; what was tried remains so. */
void nth_walk_grow(struct nth_walk *walk, size_t n, uint32_t seed);

/* The next that has not been tried, which then has; 0 where all have. */
size_t nth_walk_next(struct nth_walk *walk);

/* `i` is tried out of turn; one above n is nobody's. */
void nth_walk_mark(struct nth_walk *walk, size_t i);

#endif
