#include "classification_replay.h"

#include <string.h>

#include "classification_codec.h"
#include "id/id_table.h"
#include "service/wire.h"

/* When an account may change by itself; ordered by day, then account. */
struct boundary {
    struct date day;
    struct id account_id;
};

struct classification_replay {
    struct classification_work work;
    classification_class_fn *on_class;
    void *context;
    struct instant now;
    GTree *boundaries;      /* struct boundary */
    GHashTable *by_account; /* struct id -> struct boundary, lent by the tree */
};

static gint compare_boundaries(gconstpointer a, gconstpointer b, gpointer unused)
{
    const struct boundary *left = a;
    const struct boundary *right = b;
    (void)unused;
    if (left->day.days != right->day.days)
        return left->day.days < right->day.days ? -1 : 1;
    return memcmp(left->account_id.bytes, right->account_id.bytes, sizeof(left->account_id.bytes));
}

static enum status say_class(void *sink, const struct account_facts *account, const char *because, struct error *err)
{
    struct classification_replay *replay = sink;
    struct classified_wire wire;
    classification_fill(account, because, &wire);
    return replay->on_class(replay->context, &wire.message, account->agency_id, replay->now, err);
}

static void forget_boundary(struct classification_replay *replay, const struct id *account_id)
{
    const struct boundary *boundary = g_hash_table_lookup(replay->by_account, account_id);
    if (boundary == NULL)
        return;
    (void)g_hash_table_remove(replay->by_account, account_id);
    (void)g_tree_remove(replay->boundaries, boundary);
}

static void cancel_boundary(void *sink, const struct account_facts *account)
{
    forget_boundary(sink, &account->account_id);
}

static void set_boundary(void *sink, const struct account_facts *account, struct date day)
{
    struct classification_replay *replay = sink;
    struct boundary *boundary = g_new(struct boundary, 1);
    forget_boundary(replay, &account->account_id);
    *boundary = (struct boundary){.day = day, .account_id = account->account_id};
    g_tree_insert(replay->boundaries, boundary, boundary);
    (void)id_table_put(replay->by_account, &account->account_id, boundary);
}

struct classification_replay *classification_replay_new(const struct sop *sop, classification_class_fn *on_class,
                                                        void *context)
{
    static const struct classification_effects EFFECTS = {say_class, set_boundary, cancel_boundary};
    struct classification_replay *replay = g_new0(struct classification_replay, 1);
    replay->on_class = on_class;
    replay->context = context;
    replay->boundaries = g_tree_new_full(compare_boundaries, NULL, g_free, NULL);
    replay->by_account = id_table_new(NULL);
    replay->work =
        (struct classification_work){.sop = sop, .set = working_set_new(), .effects = &EFFECTS, .sink = replay};
    return replay;
}

void classification_replay_free(struct classification_replay *replay)
{
    if (replay == NULL)
        return;
    working_set_free(replay->work.set);
    g_hash_table_unref(replay->by_account);
    g_tree_unref(replay->boundaries);
    g_free(replay);
}

enum status classification_replay_until(struct classification_replay *replay, struct instant now, struct error *err)
{
    enum status st = STATUS_OK;
    for (GTreeNode *first = g_tree_node_first(replay->boundaries); st == STATUS_OK && first != NULL;
         first = g_tree_node_first(replay->boundaries)) {
        const struct boundary due = *(const struct boundary *)g_tree_node_key(first);
        if (due.day.days * US_PER_DAY > now.us)
            break;
        forget_boundary(replay, &due.account_id);
        replay->now = now;
        struct account_facts *account = working_set_account(replay->work.set, &due.account_id);
        if (account != NULL)
            st = classification_pass_day(&replay->work, account, now.us, err);
    }
    return st;
}

static const ProtobufCMessageDescriptor *type_of(const struct event *event)
{
    for (size_t i = 0; CLASSIFICATION_CONSUMED[i] != NULL; i++)
        if (strcmp(CLASSIFICATION_CONSUMED[i]->name, event->type) == 0)
            return CLASSIFICATION_CONSUMED[i];
    return NULL;
}

enum status classification_replay_event(struct classification_replay *replay, const struct event *event,
                                        struct error *err)
{
    const ProtobufCMessageDescriptor *type = type_of(event);
    if (type == NULL)
        return STATUS_OK;
    ProtobufCMessage *message = wire_unpack(type, event->payload_len, event->payload);
    if (message == NULL)
        return error_set(err, STATUS_DATA_LOSS, "no %s", event->type);
    const struct service_event taken = {.event = event, .message = message};
    replay->now = (struct instant){event->occurred_at_us};
    const enum status st = classification_take(&replay->work, &taken, err);
    protobuf_c_message_free_unpacked(message, NULL);
    return st;
}
