#ifndef DUNLIN_DIALER_SERVICE_H
#define DUNLIN_DIALER_SERVICE_H

#include "service/service.h"

/* Where the worker that sees the log hands notifications to the edge: frames [account id, packed message, type name].
 */
#define DIALER_STOPS_ENDPOINT "inproc://dialer-stops"

extern const struct service_spec DIALER_SPEC;

/* The edge to third parties (dialer_edge.c): an actor with the public ROUTER. */
enum status dialer_edge_start(const struct service *service, void **ret_edge,
                              char ret_endpoint[static REGISTRY_ENDPOINT_SIZE], struct error *err);
void dialer_edge_stop(void *edge);

#endif
