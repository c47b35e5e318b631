#ifndef DUNLIN_CORRESPONDENCE_HANDLERS_H
#define DUNLIN_CORRESPONDENCE_HANDLERS_H

#include "service/service.h"

/* One a method of the contract. */
service_handler_fn correspondence_describe, correspondence_begin, correspondence_finish, correspondence_park,
    correspondence_release, correspondence_list_open, correspondence_take_inbound, correspondence_list,
    correspondence_status, correspondence_ask_confirmation, correspondence_find_confirmation,
    correspondence_list_notices, correspondence_hold_back_notice;

#endif
