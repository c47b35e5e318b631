#ifndef DUNLIN_CORRESPONDENCE_PUMP_H
#define DUNLIN_CORRESPONDENCE_PUMP_H

#include "policy_holder.h"
#include "sender.h"
#include "service/service.h"

/* One channel's messages on their way, on a thread of its own: what contact says is due is described, written,
 * permitted, begun, handed over, finished, reported - the permit last before it leaves. A message whose way ended
 * half-way, here or in a process that is gone, is brought to its end first. README.md tells what each sender
 * guarantees. */
struct pump;

struct pump_options {
    const struct service *service;
    const struct sender_kind *kind;
    struct policy_holder *policies; /* lent until pump_stop */
};

/* Fails where the sender cannot work with its options. */
MUST_USE enum status pump_start(const struct pump_options *options, struct pump **ret_pump, struct error *err);
/* Ends after the message that is being sent. NULL is fine. */
void pump_stop(struct pump *pump);

#endif
