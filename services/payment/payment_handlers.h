#ifndef DUNLIN_PAYMENT_HANDLERS_H
#define DUNLIN_PAYMENT_HANDLERS_H

#include "service/service.h"

/* One a method of dunlin.payment.v1.PaymentService. */
service_handler_fn payment_post;
service_handler_fn payment_reverse;
service_handler_fn payment_promise;
service_handler_fn payment_cancel_promise;
service_handler_fn payment_get_account;
service_handler_fn payment_get_balances;

#endif
