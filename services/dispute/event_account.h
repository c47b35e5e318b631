#ifndef DUNLIN_DISPUTE_EVENT_ACCOUNT_H
#define DUNLIN_DISPUTE_EVENT_ACCOUNT_H

#include <protobuf-c/protobuf-c.h>

#include "dispute_book.h"
#include "status/status.h"

/* The account that an event is about. */
MUST_USE enum status event_want_account(struct book *book, const ProtobufCBinaryData *account_id, struct error *err);
/* Lent. Fails with FAILED_PRECONDITION where it was never placed: a fault somewhere before us, and the event is parked.
 */
MUST_USE enum status event_find_account(const struct book *book, const ProtobufCBinaryData *account_id,
                                        struct account **ret_account, struct error *err);

#endif
