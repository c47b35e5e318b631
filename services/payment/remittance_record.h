#ifndef DUNLIN_PAYMENT_REMITTANCE_RECORD_H
#define DUNLIN_PAYMENT_REMITTANCE_RECORD_H

#include "dunlin/payment/v1/remittance.pb-c.h"
#include "payment_record.h"
#include "remittance_model.h"

void remittance_figures_view(const struct remittance_figures *figures,
                             Dunlin__Payment__V1__RemittanceFigures *ret_view);

/* A part that remittance_make has just made: moves the client's money and says so, where anything is remitted. */
MUST_USE enum status record_remittance(const struct record *record, const struct remittance_part *part,
                                       struct error *err);

#endif
