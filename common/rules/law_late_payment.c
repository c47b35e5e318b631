#include "rules/law_late_payment.h"

#define RATE_MAX (1000 * (int64_t)RATE_SCALE)

static int year_of(struct date date)
{
    int year, month, day;
    date_to_ymd(date, &year, &month, &day);
    return year;
}

static struct date next_half_year(struct date date)
{
    const bool is_second = law_is_second_half(date);
    struct date next = date;
    (void)date_from_ymd(year_of(date) + is_second, is_second ? 1 : 7, 1, &next);
    return next;
}

static const struct law_reference *find_reference(const struct law_reference *references, size_t n, struct date date)
{
    for (size_t i = 0; i < n; i++)
        if (references[i].year == year_of(date) && references[i].is_second_half == law_is_second_half(date))
            return &references[i];
    return NULL;
}

static enum status make_rate(const struct law_reference *references, size_t n, struct rate margin, struct date from,
                             struct law_rate_from *ret_rate, struct error *err)
{
    const struct law_reference *reference = find_reference(references, n, from);
    if (reference == NULL)
        return error_set(err, STATUS_NOT_FOUND, "no reference rate for the %s half of %d",
                         law_is_second_half(from) ? "second" : "first", year_of(from));
    const int64_t base = reference->rate.millionths;
    if (base < -margin.millionths || base > RATE_MAX - margin.millionths)
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "the rate of the %s half of %d is not between 0 and 1,000 percent",
                         law_is_second_half(from) ? "second" : "first", year_of(from));
    *ret_rate = (struct law_rate_from){from, {base + margin.millionths}};
    return STATUS_OK;
}

static enum status check_margin(enum law_late_payment law, struct rate margin, struct error *err)
{
    const int64_t statutory = LAW_LATE_PAYMENT_MARGIN.millionths;
    if (law != LAW_LATE_PAYMENT_EU && law != LAW_LATE_PAYMENT_UK)
        return error_set(err, STATUS_INVALID_ARGUMENT, "no such law on late payment: %d", (int)law);
    if (margin.millionths < statutory || margin.millionths > RATE_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "a margin below the statutory 8 points, or above 1,000");
    if (law == LAW_LATE_PAYMENT_UK && margin.millionths != statutory)
        return error_set(err, STATUS_INVALID_ARGUMENT, "the margin of the United Kingdom's law is 8 points");
    return STATUS_OK;
}

enum status law_late_payment_rates(enum law_late_payment law, struct rate margin, struct date starts,
                                   struct date through, const struct law_reference *references, size_t n_references,
                                   struct law_rate_from *ret_rates, size_t max, size_t *ret_n, struct error *err)
{
    size_t n = 0;
    enum status st = check_margin(law, margin, err);
    *ret_n = 0;
    if (st == STATUS_OK && through.days < starts.days)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "interest ends before it starts");
    for (struct date from = starts; st == STATUS_OK && from.days <= through.days; from = next_half_year(from)) {
        if (n == max)
            return error_set(err, STATUS_OUT_OF_RANGE, "more than %zu half-years", max);
        st = make_rate(references, n_references, margin, from, &ret_rates[n++], err);
        if (law == LAW_LATE_PAYMENT_UK)
            break;
    }
    if (st == STATUS_OK)
        *ret_n = n;
    return st;
}

struct money law_late_payment_compensation(enum law_late_payment law, int64_t debt_minor)
{
    return law == LAW_LATE_PAYMENT_UK ? law_uk_compensation(debt_minor) : law_eu_compensation();
}
