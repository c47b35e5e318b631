#include "payment_tolerance.h"

#define PERCENT 100

__extension__ typedef __int128 wide;

enum status tolerance_check(struct tolerance tolerance, struct error *err)
{
    if (tolerance.kind < TOLERANCE_NONE || tolerance.kind > TOLERANCE_PERCENT)
        return error_set(err, STATUS_INVALID_ARGUMENT, "tolerance: there is no kind %d", (int)tolerance.kind);
    if (tolerance.value < 0 || (tolerance.kind == TOLERANCE_PERCENT && tolerance.value > PERCENT))
        return error_set(err, STATUS_INVALID_ARGUMENT, "tolerance: %lld is below zero, or more than all of it",
                         (long long)tolerance.value);
    return STATUS_OK;
}

static wide tolerated(struct tolerance tolerance, int64_t agreed_minor)
{
    switch (tolerance.kind) {
    case TOLERANCE_NONE:
        return 0;
    case TOLERANCE_MINOR:
        return tolerance.value;
    case TOLERANCE_PERCENT:
        return (wide)agreed_minor * tolerance.value / PERCENT;
    }
    return 0;
}

struct tolerance tolerance_of(struct sop_tolerance tolerance)
{
    if (tolerance.value == 0)
        return (struct tolerance){TOLERANCE_NONE, 0};
    return (struct tolerance){tolerance.is_percent ? TOLERANCE_PERCENT : TOLERANCE_MINOR, tolerance.value};
}

bool tolerance_is_enough(struct tolerance tolerance, int64_t agreed_minor, int64_t paid_minor)
{
    return paid_minor > 0 && paid_minor >= agreed_minor - tolerated(tolerance, agreed_minor);
}

enum promise_outcome promise_outcome(int64_t promised_minor, int64_t paid_minor, struct tolerance tolerance)
{
    if (tolerance_is_enough(tolerance, promised_minor, paid_minor))
        return PROMISE_OUTCOME_KEPT;
    return paid_minor > 0 ? PROMISE_OUTCOME_PARTIAL : PROMISE_OUTCOME_BROKEN;
}
