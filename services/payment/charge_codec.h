#ifndef DUNLIN_PAYMENT_CHARGE_CODEC_H
#define DUNLIN_PAYMENT_CHARGE_CODEC_H

#include "charge_book.h"
#include "dunlin/payment/v1/charge.pb-c.h"

/* Own types -> wire. Whatever is made borrows its texts and bytes from what it is made of. */

void codec_fee_view(const struct fee *fee, const char *currency, Dunlin__Payment__V1__FeeView *ret_view);

void codec_judgment_view(const struct judgment_record *judgment, Dunlin__Payment__V1__JudgmentView *ret_view);

/* In millionths of a minor unit, rounded half up. */
void codec_interest_span(const struct interest_span *span, enum day_count day_count,
                         Dunlin__Payment__V1__InterestSpan *ret_view);

#endif
