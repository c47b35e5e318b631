#ifndef DUNLIN_PAYMENT_DEBTOR_PAYMENT_HANDLERS_H
#define DUNLIN_PAYMENT_DEBTOR_PAYMENT_HANDLERS_H

#include "service/service.h"

/* One payment for several debts of a debtor: proto/dunlin/payment/v1/debtor_payment.proto. */
enum status debtor_payment_post(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err);
enum status debtor_payment_reverse(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err);

#endif
