#include "charge_book.h"

#include "id/id_table.h"

static void free_charges(gpointer data)
{
    struct book_charges *charges = data;

    g_array_free(charges->rates, TRUE);
    g_array_free(charges->moves, TRUE);
    g_ptr_array_free(charges->fees, TRUE);
    g_ptr_array_free(charges->judgments, TRUE);
    g_free(charges);
}

struct charge_book *charge_book_new(void)
{
    struct charge_book *book = g_new0(struct charge_book, 1);

    book->accounts = id_table_new(free_charges);
    book->wanted = id_set_new();
    return book;
}

void charge_book_free(struct charge_book *book)
{
    g_hash_table_destroy(book->accounts);
    g_hash_table_destroy(book->wanted);
    g_free(book);
}

void charge_book_want(struct charge_book *book, const struct id *account_id)
{
    (void)id_set_add(book->wanted, account_id);
}

struct book_charges *charge_book_find(const struct charge_book *book, const struct id *account_id)
{
    return g_hash_table_lookup(book->accounts, account_id);
}

struct book_charges *charge_book_get(struct charge_book *book, const struct id *account_id)
{
    struct book_charges *charges = charge_book_find(book, account_id);

    if (charges)
        return charges;
    charges = g_new0(struct book_charges, 1);
    charges->account_id = *account_id;
    charges->rates = g_array_new(FALSE, FALSE, sizeof(struct accrual_rate));
    charges->moves = g_array_new(FALSE, FALSE, sizeof(struct accrual_move));
    charges->fees = g_ptr_array_new_with_free_func(g_free);
    charges->judgments = g_ptr_array_new_with_free_func(g_free);
    (void)id_table_put(book->accounts, account_id, charges);
    return charges;
}

struct fee *charge_book_add_fee(struct book_charges *charges, const struct fee *fee, bool is_changed)
{
    struct book_fee *row = g_new0(struct book_fee, 1);

    row->fee = *fee;
    row->is_changed = is_changed;
    g_ptr_array_add(charges->fees, row);
    return &row->fee;
}

struct judgment_record *charge_book_add_judgment(struct book_charges *charges, const struct judgment_record *judgment,
                                                 bool is_new)
{
    struct book_judgment *row = g_new0(struct book_judgment, 1);

    row->judgment = *judgment;
    row->is_new = is_new;
    g_ptr_array_add(charges->judgments, row);
    return &row->judgment;
}

void charge_book_touch_fee(struct fee *fee)
{
    ((struct book_fee *)fee)->is_changed = true;
}

struct fee *charge_book_fee(const struct book_charges *charges, const struct id *fee_id)
{
    for (guint i = 0; i < charges->fees->len; i++) {
        struct book_fee *row = g_ptr_array_index(charges->fees, i);
        if (id_equal(&row->fee.fee_id, fee_id))
            return &row->fee;
    }
    return NULL;
}

const struct judgment_record *charge_book_judgment(const struct book_charges *charges, const struct id *judgment_id)
{
    for (guint i = 0; i < charges->judgments->len; i++) {
        const struct book_judgment *row = g_ptr_array_index(charges->judgments, i);
        if (id_equal(&row->judgment.judgment_id, judgment_id))
            return &row->judgment;
    }
    return NULL;
}
