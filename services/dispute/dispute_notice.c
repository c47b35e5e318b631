#include "dispute_notice.h"

#include <string.h>

#include "dispute_kind.h"
#include "rules/law_dates.h"

struct date notice_end(struct instant sent_at, int32_t ends_on_days)
{
    if (ends_on_days != 0)
        return (struct date){ends_on_days};
    return law_validation_period_end(kind_latest_day(sent_at), NOTICE_ASSUMPTION_DAYS_MAX, LAW_HOLIDAYS_OBSERVED);
}

static bool concerns(const struct notice *notice, const struct id *account_id)
{
    for (size_t i = 0; i < notice->n_accounts; i++)
        if (memcmp(notice->account_ids + i * ID_BYTES, account_id->bytes, ID_BYTES) == 0)
            return true;
    return notice->n_accounts == 0;
}

static bool counts(const struct notice *notice, const struct id *account_id)
{
    return !notice->is_void && concerns(notice, account_id);
}

struct date notices_end(const struct notice *const *notices, size_t n, const struct id *account_id)
{
    int64_t returned_us = INT64_MIN;
    struct date end = {0};
    for (size_t i = 0; i < n; i++)
        if (notices[i]->is_return && counts(notices[i], account_id) && notices[i]->at.us > returned_us)
            returned_us = notices[i]->at.us;
    for (size_t i = 0; i < n; i++)
        if (!notices[i]->is_return && counts(notices[i], account_id) && notices[i]->at.us > returned_us &&
            notices[i]->ends_on.days > end.days)
            end = notices[i]->ends_on;
    return end;
}

bool notices_is_timely(struct date validation_ends, struct date submitted_on, struct instant received_at)
{
    const struct date day = submitted_on.days != 0 ? submitted_on : kind_earliest_day(received_at);
    return validation_ends.days == 0 || day.days <= validation_ends.days;
}
