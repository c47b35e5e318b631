#ifndef DUNLIN_PAYMENT_INSTRUMENT_HANDLERS_H
#define DUNLIN_PAYMENT_INSTRUMENT_HANDLERS_H

#include "service/service.h"

/* Commands and queries about instruments. */
service_handler_fn instrument_register;
service_handler_fn instrument_revoke;
service_handler_fn instrument_list;

#endif
