#ifndef DUNLIN_PAYMENT_FEE_HANDLERS_H
#define DUNLIN_PAYMENT_FEE_HANDLERS_H

#include "service/service.h"

/* The methods about fees that the debtor owes, as the contract says. */
service_handler_fn fee_charge;
service_handler_fn fee_waive;
service_handler_fn fee_list;

#endif
