#ifndef DUNLIN_CORRESPONDENCE_DEBTOR_ADDRESS_H
#define DUNLIN_CORRESPONDENCE_DEBTOR_ADDRESS_H

#include <stdbool.h>

#include "edge_call.h"

/* Where a notice to an account's debtor goes: the newest postal address that contact knows and that was neither wrong
 * nor returned. One that he has excluded only where the notice `is_required_by_law` (12 CFR 1006.14(h)(2)(iii)) and
 * there is no other.
 *
 * *ret_reply     owned by the caller (edge_reply_freep).
 * *ret_point_id  lent by it; empty: there is none.
 * Blocks. Fails where contact is away; both are untouched then. */
MUST_USE enum status debtor_address_ask(const struct edge_caller *caller, const ProtobufCBinaryData *account_id,
                                        bool is_required_by_law, ProtobufCMessage **ret_reply,
                                        ProtobufCBinaryData *ret_point_id, struct error *err);

#endif
