#ifndef DUNLIN_CLASSIFICATION_REPLAY_H
#define DUNLIN_CLASSIFICATION_REPLAY_H

#include "classification_work.h"
#include "dunlin/classification/v1/classification.pb-c.h"
#include "eventlog/eventlog.h"

/* Reads the log again: what classes the accounts would have had under another SOP. No database, no clock; nothing is
 * written. Events of one partition come in their order, from the first on. Belongs to one thread. */
struct classification_replay;

/* An account came into this class at `at`; `agency_id` and the message are lent for the call. */
typedef enum status classification_class_fn(void *context, const Dunlin__Classification__V1__AccountClassified *message,
                                            int32_t agency_id, struct instant at, struct error *err);

/* `sop` is lent and outlives it. */
struct classification_replay *classification_replay_new(const struct sop *sop, classification_class_fn *on_class,
                                                        void *context);
void classification_replay_free(struct classification_replay *replay);

/* Every day that has come by then, for the accounts whose class may change by itself on it. To be called before an
 * event of that time is read; as in the service, whoever is late is classified as of now. */
MUST_USE enum status classification_replay_until(struct classification_replay *replay, struct instant now,
                                                 struct error *err);

/* The next event; one that says nothing to classification is passed over. Fails with DATA_LOSS where it is no message
 * of its type, or as classification_take. */
MUST_USE enum status classification_replay_event(struct classification_replay *replay, const struct event *event,
                                                 struct error *err);

#endif
