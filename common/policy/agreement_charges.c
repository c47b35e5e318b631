#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/nearest.h"
#include "policy/agreement_make.h"

/* What may be added to a debt: interest, with the reference rates that some of it stands on, and fees. Nothing without
 * the clause or the law that allows it. */

#define CHARGED_ONLY                                                                                                   \
    "missing: the clause or the law: only what the agreement that made the debt or a law allows is charged (12 CFR "   \
    "1006.22(b))"
#define STATUTORY_POINTS      8
#define REFERENCE_PERCENT_MAX 100
#define YEAR_MIN              1999
#define YEAR_MAX              2199

/* --- reference rates ---------------------------------------------------------------------------------------------- */

/* "2026-H1"; false where it is no half-year. */
static bool read_half(const char *text, int32_t *ret_half)
{
    char end = '\0';
    int year = 0, half = 0;
    if (strlen(text) != 7 || sscanf(text, "%4d-H%1d%c", &year, &half, &end) != 2)
        return false;
    *ret_half = year * 2 + half - 1;
    return year >= YEAR_MIN && year <= YEAR_MAX && (half == 1 || half == 2);
}

static enum status make_reference(const struct agreement_maker *maker, size_t i)
{
    const struct reference_values *values = &maker->values->reference_rates[i];
    struct agreement_reference *reference = &maker->agreements->references[i];
    const struct agreement_reference *before = NULL;
    const struct policy_path half = policy_path("reference_rates[%zu].half", i);
    const struct policy_path percent = policy_path("reference_rates[%zu].percent", i);
    char shown[ERROR_SHOWN_SIZE];
    char next[AGREEMENT_HALF_SIZE];
    struct error why;
    enum status st =
        policy_check_code(maker->file, policy_path("reference_rates[%zu].authority", i), values->authority, maker->err);
    (void)snprintf(reference->authority, sizeof(reference->authority), "%s", values->authority);
    if (st != STATUS_OK)
        return st;
    if (!read_half(values->half, &reference->half))
        return policy_refuse(maker->file, maker->err, half, "'%s' is no half-year, such as 2026-H1",
                             error_shown(values->half, shown));
    for (size_t k = 0; k < i; k++)
        if (strcmp(maker->agreements->references[k].authority, values->authority) == 0)
            before = &maker->agreements->references[k];
    if (before != NULL && reference->half != before->half + 1)
        return policy_refuse(maker->file, maker->err, half, "'%s' must go on with %s here, not with %s",
                             values->authority, agreement_half_format(before->half + 1, next), values->half);
    if (rate_parse(values->percent, &reference->rate, &why) != STATUS_OK)
        return policy_refuse(maker->file, maker->err, percent, "%s", why.text);
    if (llabs(reference->rate.millionths) > REFERENCE_PERCENT_MAX * (int64_t)RATE_SCALE)
        return policy_refuse(maker->file, maker->err, percent, "%s is not within -%d and %d",
                             error_shown(values->percent, shown), REFERENCE_PERCENT_MAX, REFERENCE_PERCENT_MAX);
    return STATUS_OK;
}

enum status agreement_make_references(const struct agreement_maker *maker)
{
    const size_t n = maker->values->n_reference_rates;
    maker->agreements->references = calloc(n == 0 ? 1 : n, sizeof(*maker->agreements->references));
    if (maker->agreements->references == NULL)
        return agreement_out_of_memory(maker);
    maker->agreements->n_references = n;
    for (size_t i = 0; i < n; i++) {
        const enum status st = make_reference(maker, i);
        if (agreement_stops(maker, st))
            return st;
    }
    return STATUS_OK;
}

/* --- interest ----------------------------------------------------------------------------------------------------- */

static struct policy_path interest_path(size_t i, const char *field)
{
    return policy_path("agreements[%zu].interest.%s", i, field);
}

static bool is_over_reference(enum agreement_basis basis)
{
    return basis == AGREEMENT_BASIS_STATUTE_EU || basis == AGREEMENT_BASIS_STATUTE_UK;
}

static enum status make_reference_of(const struct agreement_maker *maker, size_t i)
{
    const struct interest_values *values = maker->values->agreements[i].interest;
    struct agreement_interest *interest = maker->agreements->all[i].interest;
    char shown[ERROR_SHOWN_SIZE];
    const char *found = NULL;
    if (values->reference == NULL)
        return policy_refuse(maker->file, maker->err, interest_path(i, "reference"),
                             "missing: over whose rate? An authority of reference_rates");
    struct nearest nearest = nearest_to(values->reference);
    for (size_t k = 0; k < maker->agreements->n_references; k++) {
        const char *authority = maker->agreements->references[k].authority;
        if (strcmp(authority, values->reference) == 0) {
            (void)snprintf(interest->reference, sizeof(interest->reference), "%s", values->reference);
            return STATUS_OK;
        }
        if (nearest_improves(&nearest, authority))
            found = authority;
    }
    return policy_refuse(maker->file, maker->err, interest_path(i, "reference"), "no reference_rates of '%s'%s%s%s",
                         error_shown(values->reference, shown), found == NULL ? "" : "; is '",
                         found == NULL ? "" : found, found == NULL ? "" : "' meant?");
}

/* Over a central bank's rate: in the Union at least eight points, national laws have more (Dir. 2011/7/EU art. 2(6));
 * in the United Kingdom eight (SI 2002/1675 art. 4). */
static enum status make_statutory_rate(const struct agreement_maker *maker, size_t i)
{
    const struct interest_values *values = maker->values->agreements[i].interest;
    struct agreement_interest *interest = maker->agreements->all[i].interest;
    const struct policy_path points = interest_path(i, "points");
    const int64_t statutory = STATUTORY_POINTS * (int64_t)RATE_SCALE;
    interest->rate.millionths = statutory;
    if (values->rate_percent != NULL)
        return policy_refuse(maker->file, maker->err, interest_path(i, "rate_percent"),
                             "by '%s' the rate is that of reference and points", agreement_basis_name(values->basis));
    enum status st = make_reference_of(maker, i);
    if (agreement_stops(maker, st) || values->points == NULL)
        return st;
    st = agreement_read_percent(maker, points, values->points, false, 100, &interest->rate);
    if (st != STATUS_OK)
        return st;
    if (interest->rate.millionths < statutory)
        return policy_refuse(maker->file, maker->err, points, "below %d", STATUTORY_POINTS);
    if (values->basis == AGREEMENT_BASIS_STATUTE_UK && interest->rate.millionths != statutory)
        return policy_refuse(maker->file, maker->err, points, "must be %d: SI 2002/1675 art. 4", STATUTORY_POINTS);
    return STATUS_OK;
}

static enum status make_rate(const struct agreement_maker *maker, size_t i)
{
    const struct interest_values *values = maker->values->agreements[i].interest;
    struct agreement_interest *interest = maker->agreements->all[i].interest;
    if (is_over_reference(values->basis))
        return make_statutory_rate(maker, i);
    if (values->reference != NULL || values->points != NULL)
        return policy_refuse(maker->file, maker->err,
                             interest_path(i, values->reference != NULL ? "reference" : "points"),
                             "only where basis is statute_eu or statute_uk");
    if (values->rate_percent == NULL)
        return policy_refuse(maker->file, maker->err, interest_path(i, "rate_percent"), "missing: how much a year?");
    return agreement_read_percent(maker, interest_path(i, "rate_percent"), values->rate_percent, false,
                                  RATE_MAX_PERCENT, &interest->rate);
}

static enum status make_evidence(const struct agreement_maker *maker, struct policy_path path, const char *text,
                                 char copy[static AGREEMENT_EVIDENCE_SIZE])
{
    if (text == NULL)
        return policy_refuse(maker->file, maker->err, path, CHARGED_ONLY);
    return agreement_take_line(maker, path, text, copy, AGREEMENT_EVIDENCE_SIZE);
}

static enum status make_interest_evidence(const struct agreement_maker *maker, size_t i)
{
    return make_evidence(maker, interest_path(i, "evidence"), maker->values->agreements[i].interest->evidence,
                         maker->agreements->all[i].interest->evidence);
}

static enum status make_interest_caps(const struct agreement_maker *maker, size_t i)
{
    const struct interest_values *values = maker->values->agreements[i].interest;
    struct agreement_interest *interest = maker->agreements->all[i].interest;
    enum status st = agreement_take_amount(maker, interest_path(i, "cap_minor"), values->cap_minor, 1, INT64_MAX,
                                           &interest->cap_minor);
    if (agreement_stops(maker, st) || values->cap_percent == NULL)
        return st;
    return agreement_read_percent(maker, interest_path(i, "cap_percent"), values->cap_percent, false, 100,
                                  &interest->cap_percent);
}

enum status agreement_make_interest(const struct agreement_maker *maker, size_t i)
{
    static enum status (*const PARTS[])(const struct agreement_maker *, size_t) = {make_rate, make_interest_evidence,
                                                                                   make_interest_caps};
    const struct interest_values *values = maker->values->agreements[i].interest;
    struct agreement *agreement = &maker->agreements->all[i];
    if (values == NULL)
        return STATUS_OK;
    agreement->interest = calloc(1, sizeof(*agreement->interest));
    if (agreement->interest == NULL)
        return agreement_out_of_memory(maker);
    agreement->interest->basis = values->basis;
    agreement->interest->day_count = values->day_count;
    agreement->interest->from = values->from;
    for (size_t part = 0; part < ARRAY_SIZE(PARTS); part++) {
        const enum status st = PARTS[part](maker, i);
        if (agreement_stops(maker, st))
            return st;
    }
    return STATUS_OK;
}

/* --- fees --------------------------------------------------------------------------------------------------------- */

static struct policy_path fee_path(size_t i, size_t k, const char *field)
{
    return policy_path("agreements[%zu].debtor_fees[%zu]%s%s", i, k, field[0] == '\0' ? "" : ".", field);
}

static enum status make_fee_code(const struct agreement_maker *maker, size_t i, size_t k)
{
    const struct debtor_fee_values *values = maker->values->agreements[i].debtor_fees;
    struct agreement_debtor_fee *fee = &maker->agreements->all[i].debtor_fees[k];
    (void)snprintf(fee->code, sizeof(fee->code), "%s", values[k].code);
    for (size_t before = 0; before < k; before++)
        if (strcmp(values[before].code, values[k].code) == 0)
            return policy_refuse(maker->file, maker->err, fee_path(i, k, "code"), "'%s' is there twice", fee->code);
    return policy_check_code(maker->file, fee_path(i, k, "code"), fee->code, maker->err);
}

static enum status make_fee_amount(const struct agreement_maker *maker, size_t i, size_t k)
{
    const struct debtor_fee_values *values = &maker->values->agreements[i].debtor_fees[k];
    struct agreement_debtor_fee *fee = &maker->agreements->all[i].debtor_fees[k];
    if ((values->amount_minor == NULL) == (values->percent == NULL))
        return policy_refuse(maker->file, maker->err, fee_path(i, k, ""), "needs amount_minor or percent: one of them");
    if (values->percent != NULL)
        return agreement_read_percent(maker, fee_path(i, k, "percent"), values->percent, false, 100, &fee->percent);
    return agreement_take_amount(maker, fee_path(i, k, "amount_minor"), values->amount_minor, 1, 0, &fee->amount_minor);
}

static enum status make_fee_cap(const struct agreement_maker *maker, size_t i, size_t k)
{
    const struct debtor_fee_values *values = &maker->values->agreements[i].debtor_fees[k];
    struct agreement_debtor_fee *fee = &maker->agreements->all[i].debtor_fees[k];
    enum status st =
        agreement_take_amount(maker, fee_path(i, k, "cap_minor"), values->cap_minor, 1, INT64_MAX, &fee->cap_minor);
    if (st == STATUS_OK && fee->cap_minor < fee->amount_minor)
        st = policy_refuse(maker->file, maker->err, fee_path(i, k, "cap_minor"), "below amount_minor");
    return st;
}

static enum status make_fee_evidence(const struct agreement_maker *maker, size_t i, size_t k)
{
    return make_evidence(maker, fee_path(i, k, "evidence"), maker->values->agreements[i].debtor_fees[k].evidence,
                         maker->agreements->all[i].debtor_fees[k].evidence);
}

enum status agreement_make_debtor_fees(const struct agreement_maker *maker, size_t i)
{
    static enum status (*const PARTS[])(const struct agreement_maker *, size_t,
                                        size_t) = {make_fee_code, make_fee_amount, make_fee_cap, make_fee_evidence};
    const struct agreement_values *values = &maker->values->agreements[i];
    struct agreement *agreement = &maker->agreements->all[i];
    agreement->debtor_fees =
        calloc(values->n_debtor_fees == 0 ? 1 : values->n_debtor_fees, sizeof(*agreement->debtor_fees));
    if (agreement->debtor_fees == NULL)
        return agreement_out_of_memory(maker);
    agreement->n_debtor_fees = values->n_debtor_fees;
    for (size_t k = 0; k < values->n_debtor_fees; k++) {
        agreement->debtor_fees[k].bucket = values->debtor_fees[k].bucket;
        agreement->debtor_fees[k].basis = values->debtor_fees[k].basis;
        for (size_t part = 0; part < ARRAY_SIZE(PARTS); part++) {
            const enum status st = PARTS[part](maker, i, k);
            if (agreement_stops(maker, st))
                return st;
        }
    }
    return STATUS_OK;
}
