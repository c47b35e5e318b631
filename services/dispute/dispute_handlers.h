#ifndef DUNLIN_DISPUTE_HANDLERS_H
#define DUNLIN_DISPUTE_HANDLERS_H

#include "service/service.h"

/* One a method of dunlin.dispute.v1.DisputeService. */
service_handler_fn dispute_handle_open;
service_handler_fn dispute_handle_verify;
service_handler_fn dispute_handle_return;
service_handler_fn dispute_handle_inform;
service_handler_fn dispute_handle_resolve;
service_handler_fn dispute_handle_decide;
service_handler_fn dispute_handle_get;
service_handler_fn dispute_handle_list;

service_handler_fn complaint_handle_open;
service_handler_fn complaint_handle_assign;
service_handler_fn complaint_handle_move;
service_handler_fn complaint_handle_resolve;
service_handler_fn complaint_handle_get;
service_handler_fn complaint_handle_list;

#endif
