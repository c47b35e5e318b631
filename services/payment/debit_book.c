#include "debit_book.h"

#include "id/id_table.h"

struct debit_book *debit_book_new(void)
{
    struct debit_book *book = g_new0(struct debit_book, 1);

    book->instruments = id_table_new(g_free);
    book->debits = id_table_new(g_free);
    book->wanted_instruments = id_set_new();
    book->wanted_debits = id_set_new();
    book->wanted_siblings = id_set_new();
    book->wanted_drawn = id_set_new();
    book->wanted_pending = id_set_new();
    book->wanted_of_plans = id_set_new();
    book->texts = g_ptr_array_new_with_free_func(g_free);
    return book;
}

void debit_book_free(struct debit_book *book)
{
    if (!book)
        return;
    g_hash_table_destroy(book->instruments);
    g_hash_table_destroy(book->debits);
    g_hash_table_destroy(book->wanted_instruments);
    g_hash_table_destroy(book->wanted_debits);
    g_hash_table_destroy(book->wanted_siblings);
    g_hash_table_destroy(book->wanted_drawn);
    g_hash_table_destroy(book->wanted_pending);
    g_hash_table_destroy(book->wanted_of_plans);
    g_ptr_array_free(book->texts, TRUE);
    g_free(book);
}

void debit_book_want_instrument(struct debit_book *book, const struct id *instrument_id)
{
    (void)id_set_add(book->wanted_instruments, instrument_id);
}

void debit_book_want_drawn(struct debit_book *book, const struct id *instrument_id)
{
    (void)id_set_add(book->wanted_drawn, instrument_id);
}

void debit_book_want_debit(struct debit_book *book, const struct id *debit_id)
{
    (void)id_set_add(book->wanted_debits, debit_id);
}

void debit_book_want_siblings(struct debit_book *book, const struct id *debit_id)
{
    (void)id_set_add(book->wanted_siblings, debit_id);
}

void debit_book_want_pending(struct debit_book *book, const struct id *account_id)
{
    (void)id_set_add(book->wanted_pending, account_id);
}

void debit_book_want_of_plan(struct debit_book *book, const struct id *plan_id)
{
    (void)id_set_add(book->wanted_of_plans, plan_id);
}

struct instrument *debit_book_instrument(const struct debit_book *book, const struct id *instrument_id)
{
    struct book_instrument *row = g_hash_table_lookup(book->instruments, instrument_id);

    return row ? &row->instrument : NULL;
}

struct debit *debit_book_debit(const struct debit_book *book, const struct id *debit_id)
{
    struct book_debit *row = g_hash_table_lookup(book->debits, debit_id);

    return row ? &row->debit : NULL;
}

struct instrument *debit_book_add_instrument(struct debit_book *book, const struct instrument *instrument,
                                             int32_t version)
{
    struct instrument *known = debit_book_instrument(book, &instrument->instrument_id);

    if (known)
        return known;
    struct book_instrument *row = g_new0(struct book_instrument, 1);
    row->instrument = *instrument;
    row->version = version;
    (void)id_table_put(book->instruments, &row->instrument.instrument_id, row);
    return &row->instrument;
}

struct debit *debit_book_add_debit(struct debit_book *book, const struct debit *debit, int32_t version)
{
    struct debit *known = debit_book_debit(book, &debit->debit_id);

    if (known)
        return known;
    struct book_debit *row = g_new0(struct book_debit, 1);
    row->debit = *debit;
    row->version = version;
    (void)id_table_put(book->debits, &row->debit.debit_id, row);
    return &row->debit;
}

void debit_book_touch_instrument(struct instrument *instrument)
{
    ((struct book_instrument *)instrument)->is_changed = true;
}

void debit_book_touch_debit(struct debit *debit)
{
    ((struct book_debit *)debit)->is_changed = true;
}

GPtrArray *debit_book_select(const struct debit_book *book, debit_filter_fn *is_of, const void *what)
{
    GPtrArray *found = id_table_sorted(book->debits);
    guint n = 0;

    for (guint i = 0; i < found->len; i++) {
        struct book_debit *row = g_ptr_array_index(found, i);
        if (is_of(&row->debit, what))
            found->pdata[n++] = &row->debit;
    }
    g_ptr_array_set_size(found, (gint)n);
    return found;
}

int64_t debit_book_sum(const struct debit_book *book, const struct id *account_id, unsigned states)
{
    int64_t sum = 0;
    GHashTableIter iter;
    gpointer row;

    g_hash_table_iter_init(&iter, book->debits);
    while (g_hash_table_iter_next(&iter, NULL, &row)) {
        const struct debit *debit = &((const struct book_debit *)row)->debit;
        if (id_equal(&debit->account_id, account_id) && (states & (1U << debit->state)) != 0)
            sum += debit->amount.minor;
    }
    return sum;
}

const char *debit_book_keep(struct debit_book *book, char *text)
{
    g_ptr_array_add(book->texts, text);
    return text;
}
