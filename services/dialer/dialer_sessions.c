#include "dialer_sessions.h"

#include <string.h>

#include <glib.h>

#include "id/id_table.h"

struct connection {
    zframe_t *peer;
    struct monotonic heard_at;
};

struct dialer {
    GPtrArray *connections;  /* struct connection */
    GHashTable *young, *old; /* sets of struct id */
};

struct sessions {
    GHashTable *dialers; /* name -> struct dialer */
};

static void connection_free(gpointer data)
{
    struct connection *connection = data;
    zframe_destroy(&connection->peer);
    g_free(connection);
}

static void dialer_free(gpointer data)
{
    struct dialer *dialer = data;
    g_ptr_array_free(dialer->connections, TRUE);
    g_hash_table_destroy(dialer->young);
    g_hash_table_destroy(dialer->old);
    g_free(dialer);
}

struct sessions *sessions_new(void)
{
    struct sessions *sessions = g_new0(struct sessions, 1);
    sessions->dialers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, dialer_free);
    return sessions;
}

void sessions_free(struct sessions *sessions)
{
    if (!sessions)
        return;
    g_hash_table_destroy(sessions->dialers);
    g_free(sessions);
}

static struct dialer *ensure_dialer(struct sessions *sessions, const char *name)
{
    struct dialer *dialer = g_hash_table_lookup(sessions->dialers, name);
    if (dialer)
        return dialer;
    dialer = g_new0(struct dialer, 1);
    dialer->connections = g_ptr_array_new_with_free_func(connection_free);
    dialer->young = id_set_new();
    dialer->old = id_set_new();
    g_hash_table_insert(sessions->dialers, g_strdup(name), dialer);
    return dialer;
}

static void forget_most_silent(struct dialer *dialer)
{
    guint found = 0;
    for (guint i = 1; i < dialer->connections->len; i++) {
        const struct connection *connection = g_ptr_array_index(dialer->connections, i);
        const struct connection *other = g_ptr_array_index(dialer->connections, found);
        if (connection->heard_at.us < other->heard_at.us)
            found = i;
    }
    g_ptr_array_remove_index(dialer->connections, found);
}

void sessions_hear(struct sessions *sessions, const char *name, zframe_t *peer, bool is_hello)
{
    struct dialer *dialer = ensure_dialer(sessions, name);
    for (guint i = 0; i < dialer->connections->len; i++) {
        struct connection *connection = g_ptr_array_index(dialer->connections, i);
        if (zframe_eq(connection->peer, peer)) {
            connection->heard_at = clock_monotonic();
            return;
        }
    }
    if (!is_hello)
        return;
    if (dialer->connections->len >= SESSION_CONNECTIONS_MAX)
        forget_most_silent(dialer);
    struct connection *connection = g_new(struct connection, 1);
    *connection = (struct connection){.peer = zframe_dup(peer), .heard_at = clock_monotonic()};
    g_ptr_array_add(dialer->connections, connection);
}

void sessions_hand_out(struct sessions *sessions, const char *name, const struct id *account_id)
{
    struct dialer *dialer = ensure_dialer(sessions, name);
    if (g_hash_table_size(dialer->young) >= SESSION_ACCOUNTS_MAX) {
        g_hash_table_destroy(dialer->old);
        dialer->old = dialer->young;
        dialer->young = id_set_new();
    }
    (void)id_set_add(dialer->young, account_id);
}

void sessions_forget_silent(struct sessions *sessions)
{
    const int64_t now_us = clock_monotonic().us;
    GHashTableIter iter;
    gpointer value = NULL;
    g_hash_table_iter_init(&iter, sessions->dialers);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct dialer *dialer = value;
        for (guint i = dialer->connections->len; i-- > 0;) {
            const struct connection *connection = g_ptr_array_index(dialer->connections, i);
            if (now_us - connection->heard_at.us > SESSION_SILENCE_MS * US_PER_MS)
                g_ptr_array_remove_index_fast(dialer->connections, i);
        }
    }
}

size_t sessions_connections(const struct sessions *sessions)
{
    size_t n = 0;
    GHashTableIter iter;
    gpointer value = NULL;
    g_hash_table_iter_init(&iter, sessions->dialers);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        n += ((const struct dialer *)value)->connections->len;
    return n;
}

void sessions_notify(const struct sessions *sessions, const struct id *account_id, session_send_fn *send, void *context)
{
    GHashTableIter iter;
    gpointer value = NULL;
    g_hash_table_iter_init(&iter, sessions->dialers);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct dialer *dialer = value;
        if (!g_hash_table_contains(dialer->young, account_id) && !g_hash_table_contains(dialer->old, account_id))
            continue;
        for (guint i = 0; i < dialer->connections->len; i++)
            send(context, ((struct connection *)g_ptr_array_index(dialer->connections, i))->peer);
    }
}
