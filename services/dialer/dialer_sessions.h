#ifndef DUNLIN_DIALER_SESSIONS_H
#define DUNLIN_DIALER_SESSIONS_H

#include <czmq.h>

#include "clock/clock.h"
#include "id/id.h"

/* Who is connected, and which accounts each dialer was handed: so that a stop message reaches exactly those whom it
 * concerns. One thread.
 *
 * A dialer is known by the name of its key and may have several connections. The accounts handed to it are kept in two
 * generations of at most SESSION_ACCOUNTS_MAX: when the younger is full, the older is forgotten. A forgotten account is
 * still safe: it needs a permit, and gets none. */
#define SESSION_ACCOUNTS_MAX 100000
/* Of one dialer; one more, and the one that has been silent for longest is told nothing any more. */
#define SESSION_CONNECTIONS_MAX 64
/* A connection that says nothing for three minutes is gone (Hello is due once a minute). */
#define SESSION_SILENCE_MS 180000

struct sessions;

struct sessions *sessions_new(void);
void sessions_free(struct sessions *sessions);

/* A message came from this connection of this dialer. `is_hello` subscribes it to notifications. */
void sessions_hear(struct sessions *sessions, const char *dialer, zframe_t *peer, bool is_hello);
void sessions_hand_out(struct sessions *sessions, const char *dialer, const struct id *account_id);
void sessions_forget_silent(struct sessions *sessions);
size_t sessions_connections(const struct sessions *sessions);

/* Calls `send` for every subscribed connection of every dialer that was handed the account. */
typedef void session_send_fn(void *context, zframe_t *peer);
void sessions_notify(const struct sessions *sessions, const struct id *account_id, session_send_fn *send,
                     void *context);

#endif
