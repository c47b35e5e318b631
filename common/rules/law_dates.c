#include "rules/law_dates.h"

#include <stdlib.h>
#include <string.h>

enum { SATURDAY = 6, SUNDAY = 7, MONDAY = 1, THURSDAY = 4 };

#define LAST -1

/* 5 USC 6103(a): a day of a month, or the n-th (LAST) weekday of one. */
static const struct {
    int month;
    int day;     /* 0: by weekday */
    int nth;     /* 1 ... 4, LAST */
    int weekday; /* ISO */
    int since;   /* the first year */
} HOLIDAYS[] = {
    {1, 1, 0, 0, 0},
    {1, 0, 3, MONDAY, 1986}, /* Birthday of Martin Luther King, Jr. */
    {2, 0, 3, MONDAY, 1971}, /* Washington's Birthday */
    {5, 0, LAST, MONDAY, 1971},
    {6, 19, 0, 0, 2021}, /* Juneteenth National Independence Day */
    {7, 4, 0, 0, 0},
    {9, 0, 1, MONDAY, 0},
    {10, 0, 2, MONDAY, 1971},
    {11, 11, 0, 0, 1978},
    {11, 0, 4, THURSDAY, 1941},
    {12, 25, 0, 0, 0},
};

static struct date days_after(struct date date, int n)
{
    return (struct date){date.days + n};
}

static int days_in_month(int year, int month)
{
    struct date first, next = {0};
    (void)date_from_ymd(year, month, 1, &first);
    (void)date_from_ymd(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1, &next);
    return next.days - first.days;
}

/* The holiday itself, not a day in lieu. */
static bool is_statute_holiday(struct date date)
{
    int year, month, day;
    date_to_ymd(date, &year, &month, &day);
    for (size_t i = 0; i < ARRAY_SIZE(HOLIDAYS); i++) {
        if (HOLIDAYS[i].month != month || year < HOLIDAYS[i].since)
            continue;
        if (HOLIDAYS[i].day == day)
            return true;
        if (HOLIDAYS[i].day != 0 || HOLIDAYS[i].weekday != date_weekday(date))
            continue;
        const bool is_last = day + 7 > days_in_month(year, month);
        if (HOLIDAYS[i].nth == LAST ? is_last : HOLIDAYS[i].nth == (day + 6) / 7)
            return true;
    }
    return false;
}

bool law_is_holiday(struct date date, enum law_holidays holidays)
{
    const int weekday = date_weekday(date);
    if (is_statute_holiday(date))
        return true;
    if (holidays != LAW_HOLIDAYS_STATUTE && weekday == MONDAY && is_statute_holiday(days_after(date, -1)))
        return true;
    return holidays == LAW_HOLIDAYS_OBSERVED && weekday == SATURDAY - 1 && is_statute_holiday(days_after(date, 1));
}

bool law_is_business_day(struct date date, enum law_holidays holidays)
{
    return date_weekday(date) < SATURDAY && !law_is_holiday(date, holidays);
}

struct date law_add_business_days(struct date date, int n, enum law_holidays holidays)
{
    const int step = n < 0 ? -1 : 1;
    for (int left = abs(n); left > 0;) {
        date = days_after(date, step);
        left -= law_is_business_day(date, holidays);
    }
    return date;
}

int law_business_days(struct date after, struct date through, enum law_holidays holidays)
{
    int n = 0;
    for (struct date date = days_after(after, 1); date.days <= through.days; date.days++)
        n += law_is_business_day(date, holidays);
    return n;
}

struct date law_add_years(struct date date, int years)
{
    int year, month, day;
    struct date later;
    date_to_ymd(date, &year, &month, &day);
    if (date_from_ymd(year + years, month, day, &later))
        return later;
    return date_from_ymd(year + years, 3, 1, &later) ? later : date;
}

struct date law_validation_period_end(struct date sent, int assumption_days, enum law_holidays holidays)
{
    return days_after(law_add_business_days(sent, assumption_days, holidays), LAW_VALIDATION_DAYS);
}

struct date law_furnishing_earliest(struct date sent)
{
    return days_after(sent, 14);
}

struct date law_retention_end(struct date last_activity)
{
    return law_add_years(last_activity, 3);
}

struct date law_postdated_notice_first(struct date deposit)
{
    return law_add_business_days(deposit, -LAW_POSTDATED_NOTICE_MAX_BD, LAW_HOLIDAYS_STATUTE);
}

struct date law_postdated_notice_last(struct date deposit)
{
    return law_add_business_days(deposit, -LAW_POSTDATED_NOTICE_MIN_BD, LAW_HOLIDAYS_STATUTE);
}

struct date law_email_opt_out_end(struct date sent)
{
    return days_after(sent, 35);
}

struct date law_text_cover_end(struct date since)
{
    return days_after(since, 60);
}

struct date law_tcpa_revocation_deadline(struct date revoked)
{
    return law_add_business_days(revoked, 10, LAW_HOLIDAYS_STATUTE);
}

struct date law_ny_substantiation_deadline(struct date requested)
{
    return days_after(requested, 60);
}

struct date law_ny_instructions_deadline(struct date disputed, bool is_written)
{
    return days_after(disputed, is_written ? 21 : 14);
}

struct date law_nyc_verification_deadline(struct date disputed)
{
    return days_after(disputed, 60);
}

struct date law_nv_medical_earliest(struct date notified)
{
    return days_after(notified, 60);
}

struct date law_tx_investigation_deadline(struct date disputed)
{
    return days_after(disputed, 30);
}

struct date law_reinvestigation_deadline(const struct law_dispute *dispute)
{
    enum { PERIOD = 30, EXTENSION = 15, AFTER_FREE_REPORT = 45 };
    if (dispute->is_after_free_report)
        return days_after(dispute->received, AFTER_FREE_REPORT);
    const int more_after = dispute->more_on.days - dispute->received.days;
    const bool is_longer =
        dispute->has_more_information && !dispute->is_found_wrong && more_after >= 0 && more_after <= PERIOD;
    return days_after(dispute->received, is_longer ? PERIOD + EXTENSION : PERIOD);
}

struct date law_cra_notice_deadline(struct date from)
{
    return law_add_business_days(from, 5, LAW_HOLIDAYS_STATUTE);
}

struct date law_direct_dispute_deadline(const struct law_dispute *dispute)
{
    return law_reinvestigation_deadline(dispute);
}

struct date law_frivolous_notice_deadline(struct date determined)
{
    return law_add_business_days(determined, 5, LAW_HOLIDAYS_STATUTE);
}

struct date law_dofd_deadline(struct date furnished)
{
    return days_after(furnished, 90);
}

struct date law_obsolescence(struct date first_delinquency)
{
    return law_add_years(days_after(first_delinquency, 180), 7);
}

struct date law_stop_payment_latest(struct date transfer)
{
    return law_add_business_days(transfer, -3, LAW_HOLIDAYS_BANKS);
}

struct date law_varying_notice_latest(struct date transfer)
{
    return days_after(transfer, -10);
}

bool law_ach_return_deadline(const char *code, struct date settled, struct date *ret_deadline)
{
    static const char *const LONG[] = {"R05", "R07", "R10", "R11"};
    if (strlen(code) != 3 || code[0] != 'R' || strspn(code + 1, "0123456789") != 2 || strcmp(code, "R00") == 0)
        return false;
    *ret_deadline = law_add_business_days(settled, 2, LAW_HOLIDAYS_BANKS);
    for (size_t i = 0; i < ARRAY_SIZE(LONG); i++)
        if (strcmp(LONG[i], code) == 0)
            *ret_deadline = days_after(settled, 60);
    return true;
}

struct date law_ach_reinitiation_latest(struct date settled)
{
    return days_after(settled, 180);
}

struct date law_gdpr_erasure(struct date duty_ends, struct date limitation_ends)
{
    return duty_ends.days > limitation_ends.days ? duty_ends : limitation_ends;
}
