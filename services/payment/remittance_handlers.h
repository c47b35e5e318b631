#ifndef DUNLIN_PAYMENT_REMITTANCE_HANDLERS_H
#define DUNLIN_PAYMENT_REMITTANCE_HANDLERS_H

#include "service/service.h"

/* Remittances: one handler a method of PaymentService. */
service_handler_fn remittance_remit_part;
service_handler_fn remittance_preview;
service_handler_fn remittance_list;
service_handler_fn remittance_lines;

#endif
