#ifndef DUNLIN_PAYMENT_STATEMENT_HANDLERS_H
#define DUNLIN_PAYMENT_STATEMENT_HANDLERS_H

#include "service/service.h"

/* Bank statements that were read: proto/dunlin/payment/v1/statement.proto. */
enum status statement_record(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err);
enum status statement_list(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err);

#endif
