#ifndef DUNLIN_PAYMENT_DEBIT_HANDLERS_H
#define DUNLIN_PAYMENT_DEBIT_HANDLERS_H

#include "service/service.h"

/* Commands and queries about debits; those that make a file are in debit_file_handlers.h. */
service_handler_fn debit_schedule_call;
service_handler_fn debit_cancel_call;
service_handler_fn debit_return_call;
service_handler_fn debit_represent_call;
service_handler_fn debit_list_call;
service_handler_fn debit_get_call;
service_handler_fn debit_find_call;
service_handler_fn debit_rates_call;

#endif
