#ifndef DUNLIN_CORRESPONDENCE_SERVICE_H
#define DUNLIN_CORRESPONDENCE_SERVICE_H

#include "service/service.h"

extern const struct service_spec CORRESPONDENCE_SPEC;

#endif
