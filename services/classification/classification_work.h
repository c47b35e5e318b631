#ifndef DUNLIN_CLASSIFICATION_WORK_H
#define DUNLIN_CLASSIFICATION_WORK_H

#include "classification_store.h"
#include "policy/sop.h"
#include "service/service.h"
#include "service/unit.h"

/* What an event and the passing of a day do to the accounts of a working set, and to whom it is told: the service's
 * unit of work, or where the log is read again (classification_replay.h), whoever looks. */
struct classification_effects {
    /* The account's class was just said anew. */
    enum status (*emit)(void *sink, const struct account_facts *account, const char *because, struct error *err);
    /* The next day on which the class may change by itself, and that there is none any more. */
    void (*set_boundary)(void *sink, const struct account_facts *account, struct date day);
    void (*cancel_boundary)(void *sink, const struct account_facts *account);
};

struct classification_work {
    const struct sop *sop;
    struct working_set *set;
    const struct classification_effects *effects;
    void *sink;
};

/* Event types, NULL last. */
extern const ProtobufCMessageDescriptor *const CLASSIFICATION_CONSUMED[];

/* Everything of the event's debtor is in the set. */
MUST_USE enum status classification_take(const struct classification_work *work, const struct service_event *event,
                                         struct error *err);

/* A day on which an account may change by itself has come. */
MUST_USE enum status classification_pass_day(const struct classification_work *work, struct account_facts *account,
                                             int64_t now_us, struct error *err);

#endif
