#include "interest_days.h"

#define ACT_ACT_YEAR (365 * 366)

bool day_count_is_known(enum day_count day_count)
{
    return day_count >= DAY_COUNT_ACT_365 && day_count < DAY_COUNTS_END;
}

int64_t day_count_year(enum day_count day_count)
{
    switch (day_count) {
    case DAY_COUNT_ACT_365:
        return 365;
    case DAY_COUNT_ACT_360:
    case DAY_COUNT_30E_360:
        return 360;
    case DAY_COUNT_ACT_ACT:
        return ACT_ACT_YEAR;
    }
    return 0;
}

static int64_t act_act_position(struct date date)
{
    int year, month, day;
    struct date new_year = date, next_new_year = date;
    date_to_ymd(date, &year, &month, &day);
    (void)date_from_ymd(year, 1, 1, &new_year);
    (void)date_from_ymd(year + 1, 1, 1, &next_new_year);
    const int64_t unit = ACT_ACT_YEAR / (next_new_year.days - new_year.days);
    return year * (int64_t)ACT_ACT_YEAR + unit * (date.days - new_year.days);
}

static int64_t thirty_position(struct date date)
{
    int year, month, day;
    date_to_ymd(date, &year, &month, &day);
    return year * INT64_C(360) + month * INT64_C(30) + (day == 31 ? 30 : day);
}

static int64_t position(enum day_count day_count, struct date date)
{
    switch (day_count) {
    case DAY_COUNT_ACT_365:
    case DAY_COUNT_ACT_360:
        return date.days;
    case DAY_COUNT_ACT_ACT:
        return act_act_position(date);
    case DAY_COUNT_30E_360:
        return thirty_position(date);
    }
    return 0;
}

int64_t day_count_units(enum day_count day_count, struct date from, struct date until)
{
    return position(day_count, until) - position(day_count, from);
}
