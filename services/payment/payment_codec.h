#ifndef DUNLIN_PAYMENT_CODEC_H
#define DUNLIN_PAYMENT_CODEC_H

#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "suspense_model.h"

/* Wire <-> own types. Whatever is made borrows its texts and bytes from what it is made of. */

#define TEXT_MAX_BYTES 1000 /* of a reference or a reason in a command */

/* Of a currency that money knows; fails with INVALID_ARGUMENT. */
MUST_USE enum status codec_money(int64_t minor, const char *currency, struct money *ret_money, struct error *err);

/* None where `wire` is NULL. */
MUST_USE enum status codec_provenance(const Dunlin__Intake__V1__Provenance *wire, struct provenance *ret_provenance,
                                      struct error *err);

void codec_posting_view(const struct posting *posting, Dunlin__Payment__V1__PostingView *ret_view);
void codec_promise_view(const struct promise *promise, Dunlin__Payment__V1__PromiseView *ret_view);

void codec_suspense_view(const struct suspense *item, Dunlin__Payment__V1__SuspenseView *ret_view);

#endif
