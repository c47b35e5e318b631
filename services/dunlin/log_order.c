#include "log_order.h"

#include "id/id.h"

struct entry {
    int64_t key_us; /* no later than that of what follows in the partition */
    uint16_t partition;
    int64_t seq;
    void *line;
};

struct log_order {
    size_t last;
    GDestroyNotify free_line;
    int64_t reached_us[PARTITION_COUNT]; /* key of the oldest that was read */
    GArray *entries;                     /* newest first once settled */
};

static void begin(struct log_order *order)
{
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        order->reached_us[p] = INT64_MAX;
    g_array_set_size(order->entries, 0);
}

struct log_order *log_order_new(size_t last, GDestroyNotify free_line)
{
    struct log_order *order = g_new0(struct log_order, 1);
    order->last = last;
    order->free_line = free_line;
    order->entries = g_array_new(FALSE, FALSE, sizeof(struct entry));
    begin(order);
    return order;
}

static void drop_from(struct log_order *order, guint first)
{
    for (guint i = first; i < order->entries->len; i++)
        order->free_line(g_array_index(order->entries, struct entry, i).line);
    g_array_set_size(order->entries, first);
}

void log_order_free(struct log_order *order)
{
    if (!order)
        return;
    drop_from(order, 0);
    g_array_free(order->entries, TRUE);
    g_free(order);
}

void log_order_freep(struct log_order **order)
{
    log_order_free(*order);
    *order = NULL;
}

void log_order_add(struct log_order *order, uint16_t partition, int64_t seq, int64_t recorded_at_us, void *line)
{
    order->reached_us[partition] = MIN(order->reached_us[partition], recorded_at_us);
    const struct entry entry = {order->reached_us[partition], partition, seq, line};
    if (line)
        g_array_append_val(order->entries, entry);
}

static gint compare_newest_first(gconstpointer a, gconstpointer b)
{
    const struct entry *x = a, *y = b;
    if (x->key_us != y->key_us)
        return x->key_us > y->key_us ? -1 : 1;
    if (x->partition != y->partition)
        return x->partition > y->partition ? -1 : 1;
    return x->seq > y->seq ? -1 : x->seq < y->seq;
}

void log_order_settle(struct log_order *order)
{
    g_array_sort(order->entries, compare_newest_first);
    if (order->entries->len > order->last)
        drop_from(order, (guint)order->last);
}

bool log_order_wants(const struct log_order *order, uint16_t partition)
{
    if (order->entries->len < order->last)
        return true;
    const struct entry *oldest = &g_array_index(order->entries, struct entry, order->entries->len - 1);
    return order->reached_us[partition] >= oldest->key_us;
}

GPtrArray *log_order_take(struct log_order *order)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(order->free_line);
    log_order_settle(order);
    for (guint i = order->entries->len; i > 0; i--)
        g_ptr_array_add(lines, g_array_index(order->entries, struct entry, i - 1).line);
    begin(order);
    return lines;
}
