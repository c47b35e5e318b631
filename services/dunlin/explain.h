#ifndef DUNLIN_CLI_EXPLAIN_H
#define DUNLIN_CLI_EXPLAIN_H

#include <jansson.h>

#include "contact_replay.h"

/* Why an account stands where it stands, out of the log alone: the events that made it so, and what the rules answer to
 * a contact. The events of its debtor come in their order; whoever reads the log stops where the past is asked about.
 * Pure. */
struct explanation;

/* `context` is lent and outlives it. */
struct explanation *explanation_new(const struct contact_context *context, const struct id *account_id);
void explanation_free(struct explanation *explanation);
void explanation_freep(struct explanation **explanation);

/* Fails as contact_replay_event does. */
MUST_USE enum status explanation_event(struct explanation *explanation, const struct event *event, struct error *err);

/* What is known by then, and what the rules answer at `at`, for machines and for people; each fact has the position of
 * the event that it comes from, "30:1087 DisputeOpened". NULL where the account was not placed by then. */
json_t *explanation_json(struct explanation *explanation, struct instant at);

#endif
