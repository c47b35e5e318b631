#include "dispute_book.h"

#include <assert.h>
#include <string.h>

#include "db/db.h"

/* The beginning of an id is time or a hash, its end the partition: take the middle, which differs most. */
static guint hash_id(gconstpointer key)
{
    guint hash;

    memcpy(&hash, (const uint8_t *)key + 9, sizeof(hash));
    return hash;
}

static gboolean equal_ids(gconstpointer a, gconstpointer b)
{
    return id_equal(a, b);
}

static void free_result(gpointer result)
{
    db_result_free(result);
}

static GHashTable *new_rows(void)
{
    return g_hash_table_new_full(hash_id, equal_ids, NULL, g_free); /* the key stands in the row */
}

static GHashTable *new_set(void)
{
    return g_hash_table_new_full(hash_id, equal_ids, g_free, NULL);
}

struct book *book_new(void)
{
    struct book *book = g_new0(struct book, 1);

    book->accounts = new_rows();
    book->disputes = new_rows();
    book->wanted_accounts = new_set();
    book->wanted_disputes = new_set();
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

static void want(GHashTable *set, const struct id *id)
{
    if (!g_hash_table_contains(set, id))
        (void)g_hash_table_add(set, g_memdup2(id, sizeof(*id)));
}

void book_want_account(struct book *book, const struct id *account_id)
{
    want(book->wanted_accounts, account_id);
}

void book_want_dispute(struct book *book, const struct id *dispute_id)
{
    want(book->wanted_disputes, dispute_id);
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

static void add(GHashTable *rows, struct id *key, void *row)
{
    gboolean is_added = g_hash_table_insert(rows, key, row);

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
