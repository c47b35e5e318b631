#ifndef DUNLIN_REPORTING_TALLY_H
#define DUNLIN_REPORTING_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "money/money.h"
#include "reporting_histogram.h"

/* What one batch adds to the read models, coalesced in memory: cells by key and what is to be added to each. Every
 * model is a sum, so that batches may be cut anywhere and partitions add up. */

#define TALLY_KEY_SIZE   64  /* "REGF-14B2A-7IN7", "no_answer", a class's code */
#define TALLY_LABEL_SIZE 128 /* a citation */

/* Every agency's figures are kept by partition: the unit of ownership, of rebuilding and of storage. */
struct place {
    uint16_t partition;
    int32_t agency_id;
};

/* What is counted. Names are stored: a measure is only added, never renamed. */
enum measure {
    MEASURE_STAGE,        /* key: stage of the funnel; accounts that ever got there, their balance at placement */
    MEASURE_CLASS,        /* key: class; accounts in it now, what is open on them */
    MEASURE_OPEN,         /* accounts with something to collect now, how much */
    MEASURE_SETTLED,      /* accounts paid in full now, their balance at placement */
    MEASURE_SETTLED_LATE, /* of those, after the due date by value date */
    MEASURE_RECALLED,     /* accounts, their balance at placement */
    MEASURE_DISPUTE_OPEN, /* accounts with an unresolved dispute now, their balance at placement */
    MEASURE_COLLECTED,    /* payments less reversals: their number, their sum */
    MEASURE_PERMIT_GRANTED,
    MEASURE_PERMIT_REFUSED,
    MEASURE_PERMIT_EXPIRED,    /* nobody said what came of it */
    MEASURE_REFUSED_BY_RULE,   /* key: rule; hits, several a refusal */
    MEASURE_ATTEMPT_REPORTED,  /* key: placed, not_placed */
    MEASURE_ATTEMPT_IN_PERMIT, /* of the placed, started while the permit was valid */
    MEASURE_ATTEMPT_TELEPHONY, /* key: what the network said; of all reported */
    MEASURE_ATTEMPT_PARTY,     /* key: who it was; of the placed */
    MEASURE_ATTEMPT_OUTCOME,   /* key: what came of it; of the placed */
    MEASURE_CONVERSATION,      /* key: right, third, ...; attempts with a conversation about a debt, by party */
    MEASURE_PROMISE,           /* key: made, kept, partial, broken, cancelled; promises and the amounts promised */
    MEASURE_DISPUTE,           /* key: opened, escalated, and the outcome of each that was resolved */
    MEASURE_STOP,              /* key: flag; requests to stop that were recorded */
    MEASURE_ROW,               /* key: accepted, rejected; rows of files */
    MEASURE_NOTICE_OVERDUE,    /* validation notices that were not sent in time */
    /* By month and name, as reporting_rates.h makes keys of them. */
    MEASURE_CLIENT_PLACED,
    MEASURE_CLIENT_DISPUTES,
    MEASURE_CLIENT_COMPLAINTS,
    MEASURE_COLLECTOR_CONTACTS, /* attempts that were made */
    MEASURE_COLLECTOR_COMPLAINTS,
    MEASURE_CAMPAIGN_COMPLAINTS,
    MEASURE_PLAN,              /* key: agreed (with what is to be paid), completed, broken, cancelled; payment plans */
    MEASURE_INSTALMENT_MISSED, /* instalments of plans, what was open on them */
    /* By month and name, as those above. */
    MEASURE_COLLECTOR_DISPUTES, /* of those that calls ended in */
    MEASURE_CAMPAIGN_CONTACTS,  /* attempts that were made, of a campaign that is named */
    MEASURE_CAMPAIGN_DISPUTES,
    MEASURE_END,
};
const char *measure_name(enum measure measure);
/* False where this binary knows no such measure: a newer one wrote it. */
bool measure_find(const char *name, enum measure *ret_measure);

/* How long things take. */
enum span {
    SPAN_PLACED_TO_CLASSIFIED,
    SPAN_CLASSIFIED_TO_PLANNED,
    SPAN_PERMIT_TO_REPORT,
    SPAN_DISPUTE_TO_RESOLVED,
    SPAN_PROMISE_TO_KEPT,
    SPAN_DAYS_TO_RESOLVE, /* whole days from placement */
    SPAN_DAYS_TO_PAY,     /* whole days from opening (invoice) to the value date by which it was paid in full */
    SPAN_END,
};

/* One row a span. */
struct span_kind {
    const char *name; /* stored */
    const char *step; /* for people; NULL: no step of the work, but a figure behind a KPI */
    bool is_machine_time;
};
extern const struct span_kind SPANS[SPAN_END];
bool span_find(const char *name, enum span *ret_span);

struct counter {
    struct place place;
    enum measure measure;
    char key[TALLY_KEY_SIZE];
    char currency[CURRENCY_SIZE]; /* empty: of no currency */
    int64_t n, amount_minor;
    char label[TALLY_LABEL_SIZE]; /* empty: as it is */
};

struct span_bar {
    struct place place;
    enum span span;
    struct bar bar;
};

/* A cell of the aging cube: reporting_aging.h. */
struct aging_cell {
    struct place place;
    char currency[CURRENCY_SIZE];
    int32_t due_on_days;
    int32_t effective_on_days;
    int64_t accounts, balance_minor;
};

/* Per place: how far it has read. */
struct progress {
    struct place place;
    int64_t last_seq;
    int64_t as_of_us;
    int64_t events;
};

struct tally {
    GHashTable *counters; /* each a set of the struct above */
    GHashTable *bars;
    GHashTable *cells;
    GHashTable *progress;
};

struct tally *tally_new(void);
void tally_free(struct tally *tally);
void tally_freep(struct tally **tally);

/* The counter, for who wants to label it; lent until the tally goes. `key` and `currency` may be empty. */
struct counter *tally_count(struct tally *tally, const struct place *place, enum measure measure, const char *key,
                            const char *currency, int64_t n, int64_t amount_minor);
/* One duration; negative ones (clocks of two machines) count as 0. */
void tally_duration(struct tally *tally, const struct place *place, enum span span, int64_t us);
/* `n` observations of so many days; negative takes them back. */
void tally_days(struct tally *tally, const struct place *place, enum span span, int64_t days, int64_t n);
void tally_aging(struct tally *tally, const struct place *place, const char *currency, int32_t due_on_days,
                 int32_t effective_on_days, int64_t accounts, int64_t balance_minor);
/* One event was applied. */
void tally_event(struct tally *tally, const struct place *place, int64_t seq, int64_t occurred_at_us);

#endif
