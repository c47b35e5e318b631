#include "charge_codec.h"

#include "service/wire.h"

#define SPAN_SCALE 1000000

_Static_assert((int)AGREEMENT_BASIS_AGREEMENT == DUNLIN__PAYMENT__V1__CHARGE_BASIS__CHARGE_BASIS_AGREEMENT,
               "stored as on the wire");
_Static_assert((int)AGREEMENT_BASIS_JUDGMENT == DUNLIN__PAYMENT__V1__CHARGE_BASIS__CHARGE_BASIS_JUDGMENT,
               "stored as on the wire");
_Static_assert((int)DAY_COUNT_ACT_365 == DUNLIN__PAYMENT__V1__DAY_COUNT__DAY_COUNT_ACTUAL_365, "stored as on the wire");
_Static_assert((int)DAY_COUNT_30E_360 == DUNLIN__PAYMENT__V1__DAY_COUNT__DAY_COUNT_THIRTY_360, "stored as on the wire");
_Static_assert((int)AGREEMENT_FEES == DUNLIN__PAYMENT__V1__FEE_BUCKET__FEE_BUCKET_FEES, "stored as on the wire");
_Static_assert((int)AGREEMENT_COSTS == DUNLIN__PAYMENT__V1__FEE_BUCKET__FEE_BUCKET_COSTS, "stored as on the wire");

void codec_fee_view(const struct fee *fee, const char *currency, Dunlin__Payment__V1__FeeView *ret_view)
{
    dunlin__payment__v1__fee_view__init(ret_view);
    ret_view->fee_id = wire_id(&fee->fee_id);
    ret_view->account_id = wire_id(&fee->account_id);
    ret_view->code = wire_text(fee->code);
    ret_view->bucket = (Dunlin__Payment__V1__FeeBucket)fee->bucket;
    ret_view->amount_minor = fee->amount_minor;
    ret_view->currency = wire_text(currency);
    ret_view->basis = (Dunlin__Payment__V1__ChargeBasis)fee->basis;
    ret_view->evidence = wire_text(fee->evidence);
    ret_view->agreement_version = wire_text(fee->agreement_version);
    ret_view->charged_on_days = fee->charged_on_days;
    ret_view->reason = wire_text(fee->reason);
    ret_view->is_waived = fee_is_waived(fee);
    ret_view->waived_reason = wire_text(fee->waived_reason);
}

void codec_judgment_view(const struct judgment_record *judgment, Dunlin__Payment__V1__JudgmentView *ret_view)
{
    dunlin__payment__v1__judgment_view__init(ret_view);
    ret_view->judgment_id = wire_id(&judgment->judgment_id);
    ret_view->account_id = wire_id(&judgment->account_id);
    ret_view->entered_on_days = judgment->terms.entered.days;
    ret_view->principal_minor = judgment->terms.amount_minor;
    ret_view->interest_minor = judgment->charges.minor[AGREEMENT_INTEREST - 1];
    ret_view->fees_minor = judgment->charges.minor[AGREEMENT_FEES - 1];
    ret_view->costs_minor = judgment->charges.minor[AGREEMENT_COSTS - 1];
    ret_view->currency = wire_text(judgment->balance.currency);
    ret_view->rate_millionths = judgment->terms.rate.millionths;
    ret_view->day_count = (Dunlin__Payment__V1__DayCount)judgment->terms.day_count;
    ret_view->court = wire_text(judgment->court);
    ret_view->case_number = wire_text(judgment->case_number);
    ret_view->document_hash = wire_bytes(judgment->document_hash, judgment->document_hash_len);
    ret_view->balance_minor = judgment->balance.minor;
}

/* The fraction is split first: its numerator times a million would not fit. */
static int64_t millionths(interest_numerator numerator, int64_t denominator)
{
    const interest_numerator whole = numerator / denominator, rest = numerator % denominator;

    return (int64_t)(whole * SPAN_SCALE + (rest * SPAN_SCALE + denominator / 2) / denominator);
}

void codec_interest_span(const struct interest_span *span, enum day_count day_count,
                         Dunlin__Payment__V1__InterestSpan *ret_view)
{
    dunlin__payment__v1__interest_span__init(ret_view);
    ret_view->from_on_days = span->from.days;
    ret_view->through_on_days = span->through.days;
    ret_view->principal_minor = span->principal_minor;
    ret_view->rate_millionths = span->rate.millionths;
    ret_view->days = span->through.days - span->from.days + 1;
    ret_view->interest_millionths = millionths(span->numerator, interest_denominator(day_count));
}
