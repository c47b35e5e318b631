#include "nth_walk.h"

#include <glib.h>

static size_t common_divisor(size_t a, size_t b)
{
    while (b > 0) {
        size_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Steps of the golden section leave no large gaps wherever one stops; without a common divisor they meet every one. */
static size_t step_of(size_t n)
{
    size_t step = MAX(1, n * 618 / 1000);

    while (common_divisor(step, n) != 1)
        step++;
    return step;
}

/* Neighbouring seeds, of the units of a program, begin far from each other. */
static uint32_t mixed(uint32_t seed)
{
    seed = (seed ^ (seed >> 16)) * 0x45d9f3bU;
    seed = (seed ^ (seed >> 16)) * 0x45d9f3bU;
    return seed ^ (seed >> 16);
}

void nth_walk_init(struct nth_walk *walk, size_t n, uint32_t seed)
{
    *walk = (struct nth_walk){.n = n, .is_tried = g_new0(bool, n)};
    if (n == 0)
        return;
    walk->at = mixed(seed) % n;
    walk->step = step_of(n);
}

void nth_walk_fini(struct nth_walk *walk)
{
    g_free(walk->is_tried);
    *walk = (struct nth_walk){0};
}

void nth_walk_grow(struct nth_walk *walk, size_t n, uint32_t seed)
{
    struct nth_walk grown;

    if (n <= walk->n)
        return;
    nth_walk_init(&grown, n, seed);
    for (size_t i = 1; i <= walk->n; i++)
        if (walk->is_tried[i - 1])
            nth_walk_mark(&grown, i);
    nth_walk_fini(walk);
    *walk = grown;
}

size_t nth_walk_next(struct nth_walk *walk)
{
    if (walk->n_tried == walk->n)
        return 0;
    while (walk->is_tried[walk->at])
        walk->at = (walk->at + walk->step) % walk->n;
    nth_walk_mark(walk, walk->at + 1);
    return walk->at + 1;
}

void nth_walk_mark(struct nth_walk *walk, size_t i)
{
    if (i > walk->n || walk->is_tried[i - 1])
        return;
    walk->is_tried[i - 1] = true;
    walk->n_tried++;
}
