#include "policy/agreement.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void agreements_free(struct agreements *agreements)
{
    if (agreements == NULL)
        return;
    for (size_t i = 0; agreements->all != NULL && i < agreements->n; i++) {
        free(agreements->all[i].fees);
        free(agreements->all[i].interest);
        free(agreements->all[i].debtor_fees);
    }
    free(agreements->all);
    free(agreements->references);
    free(agreements);
}

void agreements_freep(struct agreements **agreements)
{
    agreements_free(*agreements);
}

const struct agreement *agreements_find(const struct agreements *agreements, const char *client, struct date day)
{
    const struct agreement *rest = NULL;
    for (size_t i = 0; i < agreements->n; i++) {
        const struct agreement *agreement = &agreements->all[i];
        if (strcmp(agreement->client, "*") == 0)
            rest = agreement;
        else if (strcmp(agreement->client, client) == 0 && day.days >= agreement->valid_from.days &&
                 day.days <= agreement->valid_until.days)
            return agreement;
    }
    return rest;
}

/* --- what the agency earns ---------------------------------------------------------------------------------------- */

static bool age_holds(const struct agreement_fee *fee, int32_t age_days)
{
    const bool is_asked = fee->from_day != INT32_MIN || fee->to_day != INT32_MAX;
    return !is_asked || (age_days != AGREEMENT_UNKNOWN_AGE && age_days >= fee->from_day && age_days <= fee->to_day);
}

static bool fee_holds(const struct agreement_fee *fee, const struct agreement_facts *facts)
{
    return age_holds(fee, facts->age_days) && facts->balance_minor >= fee->min_minor &&
           facts->balance_minor <= fee->max_minor && (fee->paid == 0 || fee->paid == facts->paid) &&
           (fee->stage == 0 || fee->stage == facts->stage);
}

const struct agreement_fee *agreement_fee(const struct agreement *agreement, const struct agreement_facts *facts)
{
    size_t i = 0;
    while (i + 1 < agreement->n_fees && !fee_holds(&agreement->fees[i], facts))
        i++;
    return &agreement->fees[i];
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t agreement_fee_of(const struct agreement_fee *fee, int64_t amount_minor)
{
    if (amount_minor <= 0)
        return 0;
    return smaller(larger(rate_share(fee->percent, amount_minor), fee->minimum_minor), amount_minor);
}

/* --- what may be added to a debt ---------------------------------------------------------------------------------- */

int32_t agreement_half_of(struct date day)
{
    int year, month, day_of_month;
    date_to_ymd(day, &year, &month, &day_of_month);
    return year * 2 + (month >= 7);
}

const char *agreement_half_format(int32_t half, char text[static AGREEMENT_HALF_SIZE])
{
    (void)snprintf(text, AGREEMENT_HALF_SIZE, "%" PRId32 "-H%d", half / 2, half % 2 + 1);
    return text;
}

const struct agreement_reference *agreements_reference(const struct agreements *agreements, const char *authority,
                                                       struct date day)
{
    const int32_t half = agreement_half_of(day);
    for (size_t i = 0; i < agreements->n_references; i++)
        if (agreements->references[i].half == half && strcmp(agreements->references[i].authority, authority) == 0)
            return &agreements->references[i];
    return NULL;
}

enum status agreement_rate(const struct agreements *agreements, const struct agreement_interest *interest,
                           struct date starts, struct date day, struct rate *ret_rate, struct error *err)
{
    char half[AGREEMENT_HALF_SIZE];
    const struct date asked = interest->basis == AGREEMENT_BASIS_STATUTE_UK ? starts : day;
    if (interest->reference[0] == '\0') {
        *ret_rate = interest->rate;
        return STATUS_OK;
    }
    const struct agreement_reference *reference = agreements_reference(agreements, interest->reference, asked);
    if (reference == NULL)
        return error_set(err, STATUS_NOT_FOUND, "agreements '%s': no rate of '%s' for %s", agreements->name,
                         interest->reference, agreement_half_format(agreement_half_of(asked), half));
    ret_rate->millionths = larger(reference->rate.millionths + interest->rate.millionths, 0);
    return STATUS_OK;
}

int64_t agreement_interest_cap(const struct agreement_interest *interest, int64_t principal_minor)
{
    if (interest->cap_percent.millionths == 0)
        return interest->cap_minor;
    return smaller(interest->cap_minor, rate_share(interest->cap_percent, principal_minor));
}

const struct agreement_debtor_fee *agreement_debtor_fee(const struct agreement *agreement, const char *code)
{
    for (size_t i = 0; i < agreement->n_debtor_fees; i++)
        if (strcmp(agreement->debtor_fees[i].code, code) == 0)
            return &agreement->debtor_fees[i];
    return NULL;
}

int64_t agreement_debtor_fee_of(const struct agreement_debtor_fee *fee, int64_t principal_minor, int64_t charged_minor)
{
    const int64_t once = fee->amount_minor > 0 ? fee->amount_minor : rate_share(fee->percent, principal_minor);
    if (charged_minor >= fee->cap_minor)
        return 0;
    return fee->cap_minor == INT64_MAX ? once : smaller(once, fee->cap_minor - larger(charged_minor, 0));
}
