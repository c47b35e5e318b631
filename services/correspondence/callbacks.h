#ifndef DUNLIN_CORRESPONDENCE_CALLBACKS_H
#define DUNLIN_CORRESPONDENCE_CALLBACKS_H

#include "metrics/metrics.h"
#include "policy_holder.h"
#include "service/service.h"

/* What comes in over HTTP, on a thread of its own:
 *
 *   POST /callbacks/text          receipts and messages from the gateway of texts, signed (README.md)
 *   GET, POST /unsubscribe/TOKEN  the link of every e-mail; only POST changes anything (RFC 8058)
 *
 * An opt-out is recorded at contact before it is answered. What is refused is counted by its reason. TLS ends at a
 * proxy before it. */
struct callbacks;

/* `policies` is lent until callbacks_stop. *ret_endpoint: "http://127.0.0.1:8081". Fails with UNAVAILABLE where the
 * port cannot be had. */
MUST_USE enum status callbacks_start(const struct service *service, struct policy_holder *policies,
                                     struct callbacks **ret_callbacks, char ret_endpoint[static REGISTRY_ENDPOINT_SIZE],
                                     struct error *err);
void callbacks_stop(struct callbacks *callbacks);

extern const struct metric CALLBACK_METRICS[];

#endif
