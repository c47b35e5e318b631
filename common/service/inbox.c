#include "service/inbox.h"

static void entry_free(gpointer data)
{
    struct inbox_entry *entry = data;
    eventlog_batch_free(entry->batch);
    g_free(entry);
}

void inbox_init(struct inbox *inbox, int64_t cursor)
{
    *inbox = (struct inbox){.cursor = cursor, .known = cursor, .entries = g_queue_new()};
}

void inbox_fini(struct inbox *inbox)
{
    if (inbox->entries)
        g_queue_free_full(inbox->entries, entry_free);
    inbox->entries = NULL;
}

void inbox_reset(struct inbox *inbox, int64_t cursor)
{
    inbox_fini(inbox);
    const int64_t known = inbox->known;
    inbox_init(inbox, cursor);
    inbox->known = MAX(known, cursor);
    inbox->is_behind = true;
}

static void begin_gap(struct inbox *inbox)
{
    if (!inbox->is_gap)
        inbox->gap_since = clock_monotonic();
    inbox->is_gap = true;
}

/* Drops what the cursor has passed, moves it over ranges of our own, and notes whether a gap comes next. */
static void settle(struct inbox *inbox)
{
    struct inbox_entry *first = NULL;
    while ((first = g_queue_peek_head(inbox->entries))) {
        if (first->last_seq > inbox->cursor && (first->batch || first->first_seq > inbox->cursor + 1))
            break;
        inbox->cursor = MAX(inbox->cursor, first->last_seq);
        entry_free(g_queue_pop_head(inbox->entries));
    }
    if (first && first->first_seq > inbox->cursor + 1)
        begin_gap(inbox);
    else
        inbox->is_gap = false;
}

static gint compare_entries(gconstpointer a, gconstpointer b, gpointer unused)
{
    (void)unused;
    const struct inbox_entry *x = a, *y = b;
    return x->first_seq < y->first_seq ? -1 : x->first_seq > y->first_seq;
}

static void add_entry(struct inbox *inbox, int64_t first_seq, int64_t last_seq, struct eventlog_batch *batch)
{
    if (last_seq <= inbox->cursor || g_queue_get_length(inbox->entries) >= INBOX_BATCHES_MAX) {
        if (last_seq > inbox->cursor)
            inbox->is_behind = true;
        eventlog_batch_free(batch);
        inbox->known = MAX(inbox->known, last_seq);
        return;
    }
    struct inbox_entry *entry = g_new(struct inbox_entry, 1);
    *entry = (struct inbox_entry){.first_seq = first_seq, .last_seq = last_seq, .batch = batch};
    const struct inbox_entry *last = g_queue_peek_tail(inbox->entries);
    if (!last || last->first_seq < first_seq)
        g_queue_push_tail(inbox->entries, entry);
    else
        g_queue_insert_sorted(inbox->entries, entry, compare_entries, NULL);
    inbox->known = MAX(inbox->known, last_seq);
    settle(inbox);
}

void inbox_add(struct inbox *inbox, struct eventlog_batch *batch)
{
    add_entry(inbox, batch->events[0].seq, batch->events[batch->n - 1].seq, batch);
}

void inbox_add_own(struct inbox *inbox, int64_t first_seq, int64_t last_seq)
{
    add_entry(inbox, first_seq, last_seq, NULL);
}

void inbox_hear_head(struct inbox *inbox, int64_t last_seq)
{
    inbox->known = MAX(inbox->known, last_seq);
    if (last_seq > inbox->cursor && g_queue_is_empty(inbox->entries))
        begin_gap(inbox);
}

void inbox_hear_log(struct inbox *inbox, int64_t last_seq, bool is_end)
{
    if (!is_end) {
        inbox->known = MAX(inbox->known, last_seq + 1);
        return;
    }
    const struct inbox_entry *last = NULL;
    while ((last = g_queue_peek_tail(inbox->entries)) && last->last_seq > last_seq)
        entry_free(g_queue_pop_tail(inbox->entries));
    inbox->known = MAX(inbox->cursor, last_seq);
    inbox->is_behind = false;
    settle(inbox);
}

void inbox_advance(struct inbox *inbox, int64_t seq)
{
    inbox->cursor = MAX(inbox->cursor, seq);
    settle(inbox);
    if (inbox->cursor >= inbox->known)
        inbox->is_behind = false;
}

int64_t inbox_collect(const struct inbox *inbox, GPtrArray *events, size_t max)
{
    int64_t covered = inbox->cursor;
    for (const GList *link = inbox->entries->head; link && events->len < max; link = link->next) {
        const struct inbox_entry *entry = link->data;
        if (entry->first_seq > covered + 1)
            break;
        for (size_t i = 0; entry->batch && i < entry->batch->n; i++)
            if (entry->batch->events[i].seq > covered)
                g_ptr_array_add(events, &entry->batch->events[i]);
        covered = MAX(covered, entry->last_seq);
    }
    return covered;
}

bool inbox_must_read(const struct inbox *inbox, int64_t patience_ms)
{
    if (inbox->is_gap)
        return inbox->is_behind || clock_monotonic().us - inbox->gap_since.us >= patience_ms * US_PER_MS;
    return inbox->is_behind && g_queue_is_empty(inbox->entries);
}

int64_t inbox_wait_ms(const struct inbox *inbox, int64_t patience_ms)
{
    const bool is_empty = g_queue_is_empty(inbox->entries);
    if (inbox->is_behind || (!is_empty && !inbox->is_gap))
        return 0;
    if (!inbox->is_gap)
        return INT64_MAX;
    const int64_t waited_ms = (clock_monotonic().us - inbox->gap_since.us) / US_PER_MS;
    return MAX(patience_ms - waited_ms, 0);
}
