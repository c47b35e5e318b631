#ifndef DUNLIN_PAYMENT_DEBIT_CODEC_H
#define DUNLIN_PAYMENT_DEBIT_CODEC_H

#include "debit_store.h"
#include "dunlin/payment/v1/payment.pb-c.h"

/* Wire <-> own types of instruments and debits. Views borrow from what they are made of. */

void codec_instrument_view(const struct instrument *instrument, Dunlin__Payment__V1__InstrumentView *ret_view);

/* Its last presentment where it has one. */
void codec_debit_view(const struct debit *debit, Dunlin__Payment__V1__DebitView *ret_view);

/* 15 digits. Fails with INVALID_ARGUMENT. */
MUST_USE enum status codec_check_trace(const char *trace, struct error *err);

/* The views of struct debit_row, with their instruments; at most `limit` of them. */
struct debit_views {
    Dunlin__Payment__V1__DebitView *views;
    Dunlin__Payment__V1__InstrumentView *instruments;
    Dunlin__Payment__V1__DebitView **list;
    size_t n;
};
struct debit_views codec_debit_views(const GArray *rows, size_t limit);
void codec_debit_views_fini(struct debit_views *views);

#endif
