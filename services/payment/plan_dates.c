#include "plan_dates.h"

#include "payment_model.h"

#define DAY_MAX       31
#define FIRST_DAY_MAX 27 /* of two days of a month: 28 February is left to the second */

/* Days between due dates, or months. */
static const struct {
    int32_t days, months;
} STEPS[PLAN_FREQUENCIES_END] = {
    [PLAN_WEEKLY] = {7, 0},  [PLAN_TWO_WEEKLY] = {14, 0}, [PLAN_TWICE_A_MONTH] = {0, 1},
    [PLAN_MONTHLY] = {0, 1}, [PLAN_QUARTERLY] = {0, 3},   [PLAN_YEARLY] = {0, 12},
};

/* A day of the month that lies `months` after that of `date`; its last where it is too short. */
static bool day_of_month(struct date date, int32_t months, int day, struct date *ret_date)
{
    int year, month, ignored;
    date_to_ymd(date, &year, &month, &ignored);
    const int64_t month_number = year * INT64_C(12) + month - 1 + months;
    if (month_number < 12 || month_number >= 10000 * INT64_C(12))
        return false;
    while (!date_from_ymd((int)(month_number / 12), (int)(month_number % 12) + 1, day, ret_date))
        day--;
    return true;
}

static bool is_wanted_day(struct date date, int day)
{
    struct date wanted;
    return day_of_month(date, 0, day, &wanted) && wanted.days == date.days;
}

static int day_of(struct date date)
{
    int year, month, day;
    date_to_ymd(date, &year, &month, &day);
    return day;
}

static enum status check_days(const struct plan_rhythm *rhythm, struct error *err)
{
    const bool is_twice = rhythm->frequency == PLAN_TWICE_A_MONTH;
    const bool is_by_days = STEPS[rhythm->frequency].days > 0;
    if (rhythm->day < 0 || rhythm->day > (is_twice ? FIRST_DAY_MAX : DAY_MAX) || (is_by_days && rhythm->day != 0) ||
        (is_twice && rhythm->day == 0))
        return error_set(err, STATUS_INVALID_ARGUMENT, "day: %d is none of this frequency", rhythm->day);
    if (is_twice ? rhythm->second_day <= rhythm->day || rhythm->second_day > DAY_MAX : rhythm->second_day != 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "second_day: %d is none of this frequency", rhythm->second_day);
    if (rhythm->day == 0 || is_wanted_day(rhythm->first_due, rhythm->day) ||
        (is_twice && is_wanted_day(rhythm->first_due, rhythm->second_day)))
        return STATUS_OK;
    return error_set(err, STATUS_INVALID_ARGUMENT, "first_due: not on day %d of its month", rhythm->day);
}

static enum status check_rhythm(const struct plan_rhythm *rhythm, struct error *err)
{
    if (rhythm->frequency < PLAN_WEEKLY || rhythm->frequency >= PLAN_FREQUENCIES_END)
        return error_set(err, STATUS_INVALID_ARGUMENT, "frequency: there is no %d", (int)rhythm->frequency);
    if (rhythm->first_due.days < EFFECTIVE_ON_MIN || rhythm->first_due.days > EFFECTIVE_ON_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "first_due: day %d is not between 1900 and 2199",
                         rhythm->first_due.days);
    return check_days(rhythm, err);
}

/* False where the date is beyond all calendars of ours. */
static bool count_from_first(const struct plan_rhythm *rhythm, int32_t n, struct date *ret_due)
{
    const struct date first = rhythm->first_due;
    const int64_t days = first.days + (int64_t)STEPS[rhythm->frequency].days * n;
    const int64_t months = (int64_t)STEPS[rhythm->frequency].months * n;
    const int64_t months_max = 12 * 300;
    if (days > EFFECTIVE_ON_MAX || (rhythm->frequency != PLAN_TWICE_A_MONTH && months > months_max))
        return false;
    if (STEPS[rhythm->frequency].days > 0) {
        ret_due->days = (int32_t)days;
        return true;
    }
    if (rhythm->frequency != PLAN_TWICE_A_MONTH)
        return day_of_month(first, (int32_t)months, rhythm->day == 0 ? day_of(first) : rhythm->day, ret_due);
    const int32_t half = n % 2 + !is_wanted_day(first, rhythm->day);
    return n / 2 <= months_max &&
           day_of_month(first, n / 2 + half / 2, half % 2 == 0 ? rhythm->day : rhythm->second_day, ret_due);
}

enum status plan_due_date(const struct plan_rhythm *rhythm, int32_t n, struct date *ret_due, struct error *err)
{
    struct date due;
    enum status st = check_rhythm(rhythm, err);
    if (st != STATUS_OK)
        return st;
    if (n < 0 || !count_from_first(rhythm, n, &due) || due.days > EFFECTIVE_ON_MAX)
        return error_set(err, STATUS_OUT_OF_RANGE, "due date %d lies after 2199", n);
    *ret_due = due;
    return STATUS_OK;
}

struct date plan_add_months(struct date date, int32_t months)
{
    struct date later;
    return day_of_month(date, months, day_of(date), &later) ? later : date;
}

int32_t plan_term_months(struct date agreed_on, struct date due)
{
    int from_year, from_month, to_year, to_month, day;
    if (due.days <= agreed_on.days)
        return 0;
    date_to_ymd(agreed_on, &from_year, &from_month, &day);
    date_to_ymd(due, &to_year, &to_month, &day);
    const int32_t months = (to_year - from_year) * 12 + to_month - from_month;
    return plan_add_months(agreed_on, months).days >= due.days ? months : months + 1;
}
