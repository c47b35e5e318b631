#ifndef DUNLIN_REPORTING_TIMELINE_H
#define DUNLIN_REPORTING_TIMELINE_H

#include <stdbool.h>

#include <glib.h>

#include "eventlog/eventlog.h"

/* Appends one sentence for people that says what the event is: amounts, days, rules and states, but nobody's name,
 * number, address or words. An event whose type is not known, or whose payload is not of its type, is named by its
 * type.
 */
void timeline_say(const struct event *event, GString *text);

/* False where timeline_say has no sentence for the type. */
bool timeline_knows(const char *type);

#endif
