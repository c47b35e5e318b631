#include "clock/clock.h"

#include <stdatomic.h>
#include <time.h>

/* "Not driven" is a value of the same atomic, so that one load says both whether business time is driven and to what.
 */
#define NOT_DRIVEN INT64_MIN

static _Atomic int64_t driven_us = NOT_DRIVEN;

static int64_t read_us(clockid_t which)
{
    struct timespec now;
    /* Fails only for an unknown clock or a bad pointer. */
    (void)clock_gettime(which, &now);
    return (int64_t)now.tv_sec * US_PER_S + (int64_t)now.tv_nsec / 1000;
}

struct instant clock_now(void)
{
    int64_t us = atomic_load(&driven_us);
    return (struct instant){us != NOT_DRIVEN ? us : clock_wall_us()};
}

bool clock_drive(struct instant now)
{
    if (now.us == NOT_DRIVEN)
        return false;
    int64_t held = atomic_load(&driven_us);
    do {
        /* NOT_DRIVEN is below every instant: the first call always holds. */
        if (now.us < held)
            return false;
    } while (!atomic_compare_exchange_weak(&driven_us, &held, now.us));
    return true;
}

void clock_release(void)
{
    atomic_store(&driven_us, NOT_DRIVEN);
}

bool clock_is_driven(void)
{
    return atomic_load(&driven_us) != NOT_DRIVEN;
}

struct monotonic clock_monotonic(void)
{
    return (struct monotonic){read_us(CLOCK_MONOTONIC)};
}

int64_t clock_wall_us(void)
{
    return read_us(CLOCK_REALTIME);
}

int clock_remaining_ms(struct monotonic deadline)
{
    int64_t left_us;
    if (__builtin_sub_overflow(deadline.us, clock_monotonic().us, &left_us))
        return deadline.us > 0 ? INT32_MAX : 0;
    if (left_us <= 0)
        return 0;
    /* Rounded up: a poll that woke one millisecond early would spin through the rest. */
    int64_t left_ms = left_us / US_PER_MS + (left_us % US_PER_MS != 0);
    return left_ms > INT32_MAX ? INT32_MAX : (int)left_ms;
}

struct monotonic clock_deadline_ms(int64_t timeout_ms)
{
    int64_t timeout_us;
    int64_t deadline_us;
    if (__builtin_mul_overflow(timeout_ms, US_PER_MS, &timeout_us) ||
        __builtin_add_overflow(clock_monotonic().us, timeout_us, &deadline_us))
        return (struct monotonic){timeout_ms > 0 ? INT64_MAX : INT64_MIN};
    return (struct monotonic){deadline_us};
}
