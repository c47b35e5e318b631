#ifndef DUNLIN_REPORTING_RATES_H
#define DUNLIN_REPORTING_RATES_H

#include "reporting_figures.h"

/* How often debtors dispute and complain, by client, collector or campaign, in months of UTC. Pure. */

/* Numbers are those of RateBy on the wire. */
enum rate_by {
    RATE_BY_CLIENT = 1,
    RATE_BY_COLLECTOR = 2,
    RATE_BY_CAMPAIGN = 3,
};
#define RATE_BY_END 4

#define RATE_MONTH_SIZE 8 /* "2026-06" */

/* The key of a counter by month and name, "2026-06 acme"; of a long name its beginning. Gives `key`. */
const char *rate_key(int64_t at_us, const char *name, char key[static TALLY_KEY_SIZE]);

/* "2026-06", or empty: open. */
bool rate_month_is_valid(const char *month);

struct rate_question {
    enum rate_by by;
    const char *from_month, *to_month; /* both included; "": open. Borrowed */
};

struct frequency {
    char name[TALLY_KEY_SIZE];
    int64_t disputes, complaints; /* in the period */
    /* Clients: accounts placed up to its end. Collectors and campaigns: contacts made in it. 0: not known. */
    int64_t out_of;
};

/* struct frequency, of names with disputes or complaints in the period, or something that they are counted of, most of
 * these first; owned by the caller (g_array_unref). */
GArray *rates_of(const struct figures *figures, const struct rate_question *question);

/* Of 1,000; 0 where it is not known of how many. */
double rate_per_1000(int64_t n, int64_t out_of);

#endif
