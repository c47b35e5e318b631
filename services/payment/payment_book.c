#include "payment_book.h"

#include <assert.h>

#include "db/db.h"
#include "id/id_table.h"

static void free_result(gpointer result)
{
    db_result_free(result);
}

static void free_stops(gpointer stops)
{
    stops_free(stops);
}

struct book *book_new(void)
{
    struct book *book = g_new0(struct book, 1);

    book->accounts = id_table_new(g_free);
    book->promises = id_table_new(g_free);
    book->postings = id_table_new(g_free);
    book->suspense = id_table_new(g_free);
    book->plans = id_table_new(g_free);
    book->stops = id_table_new(free_stops);
    book->wanted_accounts = id_set_new();
    book->wanted_promises = id_set_new();
    book->wanted_postings = id_set_new();
    book->wanted_suspense = id_set_new();
    book->wanted_plans = id_set_new();
    book->wanted_stops = id_set_new();
    book->trust = g_array_new(FALSE, FALSE, sizeof(struct trust_entry));
    book->charges = charge_book_new();
    book->new_postings = g_ptr_array_new();
    book->results = g_ptr_array_new_with_free_func(free_result);
    book->texts = g_string_chunk_new(256);
    book->debits = debit_book_new();
    return book;
}

void book_free(struct book *book)
{
    if (!book)
        return;
    g_hash_table_destroy(book->accounts);
    g_hash_table_destroy(book->promises);
    g_hash_table_destroy(book->postings);
    g_hash_table_destroy(book->suspense);
    g_hash_table_destroy(book->plans);
    g_hash_table_destroy(book->stops);
    g_hash_table_destroy(book->wanted_accounts);
    g_hash_table_destroy(book->wanted_promises);
    g_hash_table_destroy(book->wanted_postings);
    g_hash_table_destroy(book->wanted_suspense);
    g_hash_table_destroy(book->wanted_plans);
    g_hash_table_destroy(book->wanted_stops);
    g_array_free(book->trust, TRUE);
    charge_book_free(book->charges);
    g_ptr_array_free(book->new_postings, TRUE);
    g_ptr_array_free(book->results, TRUE);
    g_string_chunk_free(book->texts);
    debit_book_free(book->debits);
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

void book_want_promise(struct book *book, const struct id *promise_id)
{
    (void)id_set_add(book->wanted_promises, promise_id);
}

void book_want_posting(struct book *book, const struct id *posting_id)
{
    (void)id_set_add(book->wanted_postings, posting_id);
}

void book_want_suspense(struct book *book, const struct id *item_id)
{
    (void)id_set_add(book->wanted_suspense, item_id);
}

void book_want_plan(struct book *book, const struct id *plan_id)
{
    (void)id_set_add(book->wanted_plans, plan_id);
}

void book_want_stops(struct book *book, const struct id *debtor_id)
{
    (void)id_set_add(book->wanted_stops, debtor_id);
}

struct account *book_account(const struct book *book, const struct id *account_id)
{
    struct book_account *row = g_hash_table_lookup(book->accounts, account_id);

    return row ? &row->account : NULL;
}

struct promise *book_promise(const struct book *book, const struct id *promise_id)
{
    struct book_promise *row = g_hash_table_lookup(book->promises, promise_id);

    return row ? &row->promise : NULL;
}

const struct posting *book_posting(const struct book *book, const struct id *posting_id)
{
    const struct book_posting *row = g_hash_table_lookup(book->postings, posting_id);

    return row ? &row->posting : NULL;
}

struct suspense *book_suspense(const struct book *book, const struct id *item_id)
{
    struct book_suspense *row = g_hash_table_lookup(book->suspense, item_id);

    return row ? &row->item : NULL;
}

struct plan_agreement *book_plan(const struct book *book, const struct id *plan_id)
{
    struct book_plan *row = g_hash_table_lookup(book->plans, plan_id);

    return row ? &row->agreement : NULL;
}

GPtrArray *book_accounts_of(const struct book *book, const struct id *debtor_id)
{
    GPtrArray *found = id_table_sorted(book->accounts);
    guint n = 0;

    for (guint i = 0; i < found->len; i++) {
        struct book_account *row = g_ptr_array_index(found, i);
        if (id_equal(&row->account.debtor_id, debtor_id))
            found->pdata[n++] = &row->account;
    }
    g_ptr_array_set_size(found, (gint)n);
    return found;
}

struct stops *book_stops_of(struct book *book, const struct id *debtor_id)
{
    struct stops *stops = g_hash_table_lookup(book->stops, debtor_id);

    if (stops)
        return stops;
    stops = stops_new(debtor_id);
    (void)id_table_put(book->stops, debtor_id, stops);
    g_autoptr(GPtrArray) accounts = book_accounts_of(book, debtor_id);
    for (guint i = 0; i < accounts->len; i++)
        ((struct account *)g_ptr_array_index(accounts, i))->stops = stops;
    return stops;
}

static void add(GHashTable *rows, const struct id *key, void *row)
{
    bool is_added = id_table_put(rows, key, row);

    assert(is_added);
    (void)is_added;
}

struct account *book_add_account(struct book *book, const struct account *account, int32_t version)
{
    struct book_account *row = g_new0(struct book_account, 1);

    row->account = *account;
    row->account.stops = g_hash_table_lookup(book->stops, &account->debtor_id);
    row->version = version;
    add(book->accounts, &row->account.account_id, row);
    return &row->account;
}

struct promise *book_add_promise(struct book *book, const struct promise *promise)
{
    struct book_promise *row = g_new0(struct book_promise, 1);

    row->promise = *promise;
    add(book->promises, &row->promise.promise_id, row);
    return &row->promise;
}

struct posting *book_add_posting(struct book *book, const struct posting *posting, bool is_new)
{
    struct book_posting *row = g_new0(struct book_posting, 1);

    row->posting = *posting;
    row->is_new = is_new;
    add(book->postings, &row->posting.draft.posting_id, row);
    if (is_new)
        g_ptr_array_add(book->new_postings, row);
    return &row->posting;
}

struct suspense *book_add_suspense(struct book *book, const struct suspense *item)
{
    struct book_suspense *row = g_new0(struct book_suspense, 1);

    row->item = *item;
    add(book->suspense, &row->item.item_id, row);
    return &row->item;
}

struct plan_agreement *book_add_plan(struct book *book, const struct plan_agreement *agreement)
{
    struct book_plan *row = g_new0(struct book_plan, 1);

    row->agreement = *agreement;
    add(book->plans, &row->agreement.plan.plan_id, row);
    return &row->agreement;
}

void book_add_trust(struct book *book, const struct trust_entry *entry)
{
    assert(trust_is_balanced(&entry->amounts));
    g_array_append_vals(book->trust, entry, 1);
}

const char *book_keep_text(struct book *book, const char *text)
{
    return g_string_chunk_insert(book->texts, text);
}

void book_touch_account(struct account *account)
{
    ((struct book_account *)account)->is_changed = true;
}

void book_touch_promise(struct promise *promise)
{
    ((struct book_promise *)promise)->is_changed = true;
}

void book_touch_suspense(struct suspense *item)
{
    ((struct book_suspense *)item)->is_changed = true;
}

void book_touch_plan(struct plan_agreement *agreement)
{
    ((struct book_plan *)agreement)->is_changed = true;
}
