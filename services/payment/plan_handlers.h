#ifndef DUNLIN_PAYMENT_PLAN_HANDLERS_H
#define DUNLIN_PAYMENT_PLAN_HANDLERS_H

#include "service/service.h"

/* The methods about payment plans, as the contract says. */
service_handler_fn plan_agree_call;
service_handler_fn plan_approve_call;
service_handler_fn plan_decline_call;
service_handler_fn plan_hold_call;
service_handler_fn plan_resume_call;
service_handler_fn plan_cancel_call;
service_handler_fn plan_propose_call;
service_handler_fn plan_get_call;

#endif
