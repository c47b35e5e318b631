#include "rules/law_debit_notice.h"

#include "rules/law_dates.h"

static struct date this_or_next_business_day(struct date date)
{
    return law_add_business_days((struct date){date.days - 1}, 1, LAW_HOLIDAYS_STATUTE);
}

bool law_varying_notice_is_due(int64_t amount_minor, int64_t previous_minor, const struct law_varying_option *option)
{
    const int64_t difference =
        amount_minor > previous_minor ? amount_minor - previous_minor : previous_minor - amount_minor;
    if (option->has_range && (amount_minor < option->least_minor || amount_minor > option->most_minor))
        return true;
    if (option->has_difference && difference > option->difference_minor)
        return true;
    return difference != 0 && !option->has_range && !option->has_difference;
}

struct date law_varying_notice_begins(struct date transfer, int lead)
{
    const struct date latest = law_varying_notice_latest(transfer);
    return law_add_business_days((struct date){latest.days + 1}, -1 - lead, LAW_HOLIDAYS_STATUTE);
}

enum law_postdated law_postdated_notice_day(struct date accepted, struct date deposit, struct date today,
                                            struct date *ret_send)
{
    if (deposit.days - accepted.days <= LAW_POSTDATED_FREE_DAYS)
        return LAW_POSTDATED_FREE;
    const struct date first = law_postdated_notice_first(deposit);
    const struct date send = this_or_next_business_day(today.days > first.days ? today : first);
    if (send.days > law_postdated_notice_last(deposit).days)
        return LAW_POSTDATED_TOO_LATE;
    *ret_send = send;
    return LAW_POSTDATED_NOTICE;
}

struct date law_postdated_deposit_earliest(struct date sent)
{
    return law_add_business_days(this_or_next_business_day(sent), LAW_POSTDATED_NOTICE_MIN_BD, LAW_HOLIDAYS_STATUTE);
}
