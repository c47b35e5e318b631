#include "config/nearest.h"

#include <glib.h>
#include <string.h>

#define COMPARED_BYTES 64

/* By the two-row method. */
static size_t distance(const char *a, const char *b)
{
    const size_t a_len = strnlen(a, COMPARED_BYTES);
    const size_t b_len = strnlen(b, COMPARED_BYTES);
    size_t row[COMPARED_BYTES + 1];
    for (size_t k = 0; k <= b_len; k++)
        row[k] = k;
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t k = 1; k <= b_len; k++) {
            const size_t above = row[k];
            const size_t changed = diagonal + (a[i - 1] != b[k - 1]);
            row[k] = MIN(MIN(row[k - 1] + 1, above + 1), changed);
            diagonal = above;
        }
    }
    return row[b_len];
}

struct nearest nearest_to(const char *wanted)
{
    return (struct nearest){.wanted = wanted, .distance = strlen(wanted) / 3 + 2};
}

bool nearest_improves(struct nearest *nearest, const char *candidate)
{
    const size_t d = distance(candidate, nearest->wanted);
    if (d >= nearest->distance)
        return false;
    nearest->distance = d;
    return true;
}
