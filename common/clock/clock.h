#ifndef DUNLIN_CLOCK_CLOCK_H
#define DUNLIN_CLOCK_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Two kinds of time that must never mix, hence two types.
 *
 * struct instant    business time: microseconds since 1970-01-01 UTC. What the law, the ledger and the strategy see.
 *                   It can be driven (time-lapse, tests) and may then stand still, leap or, refused by clock_drive,
 *                   go back.
 * struct monotonic  machine time: microseconds of CLOCK_MONOTONIC. Deadlines, heartbeats, retries. Never driven. */
struct instant {
    int64_t us;
};

struct monotonic {
    int64_t us;
};

#define US_PER_MS   INT64_C(1000)
#define US_PER_S    INT64_C(1000000)
#define US_PER_MIN  (60 * US_PER_S)
#define US_PER_HOUR (60 * US_PER_MIN)
#define US_PER_DAY  (24 * US_PER_HOUR)

/* Business time now: the driven value where the clock is driven, else the machine's UTC clock. Thread-safe, lock-free.
 */
struct instant clock_now(void);

/* Holds business time at `now` for the whole process until the next call; false, and no change, where `now` is before
 * the value it already holds (business time never runs backwards). Thread-safe. */
bool clock_drive(struct instant now);

/* Business time is the machine's UTC clock again. */
void clock_release(void);

bool clock_is_driven(void);

/* Machine time now. Thread-safe. */
struct monotonic clock_monotonic(void);

/* The machine's UTC clock, never driven: for records of when something was physically written. */
int64_t clock_wall_us(void);

/* Milliseconds from now until `deadline`, 0 where it has passed, at most INT32_MAX: the form that poll-like calls want.
 */
int clock_remaining_ms(struct monotonic deadline);

struct monotonic clock_deadline_ms(int64_t timeout_ms);

#endif
