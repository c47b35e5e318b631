#ifndef DUNLIN_PAYMENT_DEBIT_FILE_HANDLERS_H
#define DUNLIN_PAYMENT_DEBIT_FILE_HANDLERS_H

#include "service/service.h"

/* The commands by which a file of debits is made. */
service_handler_fn debit_reserve_call;
service_handler_fn debit_number_call;
service_handler_fn debit_sent_call;

#endif
