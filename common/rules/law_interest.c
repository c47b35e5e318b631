#include "rules/law_interest.h"

#define STATUTORY_RATE  (8 * (int64_t)RATE_SCALE)
#define EU_DEFAULT_TERM 30

__extension__ typedef __int128 wide;

bool law_is_second_half(struct date date)
{
    int year, month, day;
    date_to_ymd(date, &year, &month, &day);
    return month >= 7;
}

struct rate law_eu_rate(struct rate reference)
{
    return (struct rate){reference.millionths + STATUTORY_RATE};
}

struct rate law_uk_rate(struct date starts, struct rate base_31_dec, struct rate base_30_jun)
{
    const struct rate base = law_is_second_half(starts) ? base_30_jun : base_31_dec;
    return (struct rate){base.millionths + STATUTORY_RATE};
}

enum status law_simple_interest(struct money principal, struct rate rate, int32_t days, int32_t day_count,
                                struct money *ret_interest, struct error *err)
{
    if (principal.minor < 0 || rate.millionths < 0 || days < 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "interest: amount, rate and days must not be negative");
    if (rate.millionths > RATE_MAX_PERCENT * (int64_t)RATE_SCALE)
        return error_set(err, STATUS_INVALID_ARGUMENT, "interest: a rate of more than %d percent", RATE_MAX_PERCENT);
    if (day_count < 360 || day_count > 366)
        return error_set(err, STATUS_INVALID_ARGUMENT, "interest: a year of %d days", day_count);
    /* At most 2^63 x 10^9 x 2^31 < 2^124. A percentage point is a hundredth. */
    const wide divisor = (wide)100 * RATE_SCALE * day_count;
    const wide product = (wide)principal.minor * rate.millionths * days;
    const wide interest = (product + divisor / 2) / divisor;
    if (interest > INT64_MAX)
        return error_set(err, STATUS_OUT_OF_RANGE, "interest does not fit 64 bits");
    *ret_interest = principal;
    ret_interest->minor = (int64_t)interest;
    return STATUS_OK;
}

static struct date later(struct date a, struct date b)
{
    return a.days > b.days ? a : b;
}

bool law_eu_interest_start(const struct law_invoice *invoice, struct date *ret_start)
{
    const bool knows_invoice = invoice->has_invoice && !invoice->is_invoice_uncertain;
    struct date from;
    if (invoice->has_agreed) {
        *ret_start = (struct date){invoice->agreed.days + 1};
        return true;
    }
    if (knows_invoice)
        from = invoice->invoice;
    else if (invoice->has_goods)
        from = invoice->goods;
    else if (invoice->has_acceptance)
        from = invoice->acceptance;
    else
        return false;
    if (invoice->has_goods)
        from = later(from, invoice->goods);
    if (invoice->has_acceptance)
        from = later(from, invoice->acceptance);
    *ret_start = (struct date){from.days + EU_DEFAULT_TERM + 1};
    return true;
}

struct money law_eu_compensation(void)
{
    return (struct money){.minor = 4000, .currency = "EUR"};
}

int32_t law_eu_term_days(enum law_contract contract, bool is_expressly_agreed)
{
    switch (contract) {
    case LAW_CONTRACT_B2B:
        return is_expressly_agreed ? 0 : 60;
    case LAW_CONTRACT_PUBLIC_AUTHORITY:
        return is_expressly_agreed ? 60 : 30;
    case LAW_CONTRACT_PUBLIC_HEALTHCARE:
        return 60;
    }
    return 0;
}

struct money law_uk_compensation(int64_t debt_minor)
{
    static const struct {
        int64_t below_minor, compensation_minor;
    } TIERS[] = {{100000, 4000}, {1000000, 7000}, {INT64_MAX, 10000}};
    struct money compensation = {.minor = 10000, .currency = "GBP"};
    for (size_t i = 0; i < ARRAY_SIZE(TIERS); i++)
        if (debt_minor < TIERS[i].below_minor) {
            compensation.minor = TIERS[i].compensation_minor;
            break;
        }
    return compensation;
}
