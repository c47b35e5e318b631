#ifndef DUNLIN_PAYMENT_JUDGMENT_HANDLERS_H
#define DUNLIN_PAYMENT_JUDGMENT_HANDLERS_H

#include "service/service.h"

/* The methods about judgments and about how interest comes about, as the contract says. */
service_handler_fn judgment_record;
service_handler_fn interest_get;

#endif
