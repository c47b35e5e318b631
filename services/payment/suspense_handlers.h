#ifndef DUNLIN_PAYMENT_SUSPENSE_HANDLERS_H
#define DUNLIN_PAYMENT_SUSPENSE_HANDLERS_H

#include "service/service.h"

/* The methods about money in suspense and the clients' money, as the contract says. */
service_handler_fn suspense_hold;
service_handler_fn suspense_assign;
service_handler_fn suspense_unassign;
service_handler_fn suspense_refund;
service_handler_fn suspense_list;
service_handler_fn trust_get;

#endif
