#include "dispute_book.h"

#include <assert.h>

#include "db/db.h"
#include "id/id_table.h"

static void free_result(gpointer result)
{
    db_result_free(result);
}

struct book *book_new(void)
{
    struct book *book = g_new0(struct book, 1);

    book->accounts = id_table_new(g_free);
    book->disputes = id_table_new(g_free);
    book->wanted_accounts = id_set_new();
    book->wanted_disputes = id_set_new();
    book->results = g_ptr_array_new_with_free_func(free_result);
    return book;
}

void book_free(struct book *book)
{
    if (!book)
        return;
    g_hash_table_destroy(book->accounts);
    g_hash_table_destroy(book->disputes);
    g_hash_table_destroy(book->wanted_accounts);
    g_hash_table_destroy(book->wanted_disputes);
    g_ptr_array_free(book->results, TRUE);
    g_free(book);
}

void book_freep(struct book **book)
{
    book_free(*book);
    *book = NULL;
}

void book_want_account(struct book *book, const struct id *account_id)
{
    (void)id_set_add(book->wanted_accounts, account_id);
}

void book_want_dispute(struct book *book, const struct id *dispute_id)
{
    (void)id_set_add(book->wanted_disputes, dispute_id);
}

struct account *book_account(const struct book *book, const struct id *account_id)
{
    struct book_account *row = g_hash_table_lookup(book->accounts, account_id);

    return row ? &row->account : NULL;
}

struct dispute *book_dispute(const struct book *book, const struct id *dispute_id)
{
    struct book_dispute *row = g_hash_table_lookup(book->disputes, dispute_id);

    return row ? &row->dispute : NULL;
}

static void add(GHashTable *rows, const struct id *key, void *row)
{
    bool is_added = id_table_put(rows, key, row);

    assert(is_added);
    (void)is_added;
}

struct account *book_add_account(struct book *book, const struct account *account, bool is_new)
{
    struct book_account *row = g_new0(struct book_account, 1);

    row->account = *account;
    row->is_new = is_new;
    add(book->accounts, &row->account.account_id, row);
    return &row->account;
}

struct dispute *book_add_dispute(struct book *book, const struct dispute *dispute, int32_t version)
{
    struct book_dispute *row = g_new0(struct book_dispute, 1);

    row->dispute = *dispute;
    row->version = version;
    add(book->disputes, &row->dispute.dispute_id, row);
    return &row->dispute;
}

void book_touch_dispute(struct dispute *dispute)
{
    ((struct book_dispute *)dispute)->is_changed = true;
}
