#include "dispute_book.h"

#include <assert.h>

#include "cardmask/cardmask.h"
#include "db/db.h"
#include "id/id_table.h"

static void free_result(gpointer result)
{
    db_result_free(result);
}

static void free_message(gpointer message)
{
    protobuf_c_message_free_unpacked(message, NULL);
}

static void free_notices(gpointer notices)
{
    g_ptr_array_unref(notices);
}

struct book *book_new(void)
{
    struct book *book = g_new0(struct book, 1);

    book->accounts = id_table_new(g_free);
    book->disputes = id_table_new(g_free);
    book->notices = id_table_new(free_notices);
    book->escalations = id_table_new(g_free);
    book->stops = id_table_new(g_free);
    book->evidence = g_array_new(FALSE, FALSE, sizeof(struct evidence));
    book->wanted_accounts = id_set_new();
    book->wanted_disputes = id_set_new();
    book->wanted_notices = id_set_new();
    book->wanted_cases = id_set_new();
    book->wanted_of_accounts = id_set_new();
    book->wanted_escalations = id_set_new();
    book->wanted_stops = id_set_new();
    book->results = g_ptr_array_new_with_free_func(free_result);
    book->messages = g_ptr_array_new_with_free_func(free_message);
    book->texts = g_ptr_array_new_with_free_func(g_free);
    return book;
}

void book_free(struct book *book)
{
    if (!book)
        return;
    g_hash_table_destroy(book->accounts);
    g_hash_table_destroy(book->disputes);
    g_hash_table_destroy(book->notices);
    g_array_free(book->evidence, TRUE);
    g_hash_table_destroy(book->wanted_accounts);
    g_hash_table_destroy(book->wanted_disputes);
    g_hash_table_destroy(book->wanted_notices);
    g_hash_table_destroy(book->wanted_cases);
    g_hash_table_destroy(book->wanted_of_accounts);
    g_hash_table_destroy(book->wanted_escalations);
    g_hash_table_destroy(book->wanted_stops);
    g_hash_table_destroy(book->escalations);
    g_hash_table_destroy(book->stops);
    g_ptr_array_free(book->results, TRUE);
    g_ptr_array_free(book->messages, TRUE);
    g_ptr_array_free(book->texts, TRUE);
    g_free(book);
}

void book_freep(struct book **book)
{
    book_free(*book);
    *book = NULL;
}

static bool has_rules(const struct book *book)
{
    return book->sop && book->sop->n_escalations > 0;
}

void book_want_account(struct book *book, const struct id *account_id)
{
    if (has_rules(book))
        book_want_case(book, account_id);
    else
        (void)id_set_add(book->wanted_accounts, account_id);
}

void book_want_case(struct book *book, const struct id *account_id)
{
    (void)id_set_add(book->wanted_accounts, account_id);
    (void)id_set_add(book->wanted_cases, account_id);
    (void)id_set_add(book->wanted_of_accounts, account_id);
}

void book_want_stops(struct book *book, const struct id *debtor_id)
{
    (void)id_set_add(book->wanted_stops, debtor_id);
}

void book_want_escalation(struct book *book, const struct id *escalation_id)
{
    (void)id_set_add(book->wanted_escalations, escalation_id);
}

void book_want_dispute(struct book *book, const struct id *dispute_id)
{
    (void)id_set_add(book->wanted_disputes, dispute_id);
}

void book_want_claim(struct book *book, const struct id *account_id)
{
    book_want_account(book, account_id);
    (void)id_set_add(book->wanted_notices, account_id);
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

struct escalation *book_escalation(const struct book *book, const struct id *escalation_id)
{
    struct book_escalation *row = g_hash_table_lookup(book->escalations, escalation_id);

    return row ? &row->escalation : NULL;
}

struct escalation *book_add_escalation(struct book *book, const struct escalation *escalation, int32_t version)
{
    struct book_escalation *row = g_new0(struct book_escalation, 1);
    struct account *account = book_account(book, &escalation->account_id);

    assert(account);
    row->escalation = *escalation;
    row->version = version;
    row->escalation.next = account->escalations;
    account->escalations = &row->escalation;
    add(book->escalations, &row->escalation.escalation_id, row);
    return &row->escalation;
}

void book_touch_escalation(struct escalation *escalation)
{
    ((struct book_escalation *)escalation)->is_changed = true;
}

unsigned book_stops(const struct book *book, const struct id *debtor_id)
{
    const struct book_stops *row = g_hash_table_lookup(book->stops, debtor_id);

    return row ? row->stops : 0;
}

static struct book_stops *stops_of(struct book *book, const struct id *debtor_id)
{
    struct book_stops *row = g_hash_table_lookup(book->stops, debtor_id);

    if (!row) {
        row = g_new0(struct book_stops, 1);
        row->debtor_id = *debtor_id;
        add(book->stops, debtor_id, row);
    }
    return row;
}

void book_take_stops(struct book *book, const struct id *debtor_id, unsigned stops)
{
    if (!g_hash_table_contains(book->stops, debtor_id))
        stops_of(book, debtor_id)->stops = stops;
}

void book_set_stops(struct book *book, const struct id *debtor_id, unsigned stops)
{
    struct book_stops *row = stops_of(book, debtor_id);

    row->is_changed = row->is_changed || row->stops != stops;
    row->stops = stops;
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

void book_touch_balance(struct account *account)
{
    ((struct book_account *)account)->is_balance_changed = true;
}

void book_touch_due(struct account *account)
{
    ((struct book_account *)account)->is_due_changed = true;
}

static GPtrArray *notices_of(const struct book *book, const struct id *debtor_id)
{
    GPtrArray *notices = g_hash_table_lookup(book->notices, debtor_id);

    if (!notices) {
        notices = g_ptr_array_new_with_free_func(g_free);
        (void)id_table_put(book->notices, debtor_id, notices);
    }
    return notices;
}

static struct book_notice *find_notice(GPtrArray *notices, const struct id *notice_id)
{
    for (guint i = 0; i < notices->len; i++) {
        struct book_notice *row = g_ptr_array_index(notices, i);
        if (id_equal(&row->notice.notice_id, notice_id))
            return row;
    }
    return NULL;
}

void book_add_notice(struct book *book, const struct notice *notice, bool is_new)
{
    GPtrArray *notices = notices_of(book, &notice->debtor_id);

    if (find_notice(notices, &notice->notice_id))
        return;
    struct book_notice *row = g_new0(struct book_notice, 1);
    row->notice = *notice;
    row->is_changed = is_new;
    g_ptr_array_add(notices, row);
}

void book_void_notice(struct book *book, const struct id *debtor_id, const struct id *notice_id)
{
    struct book_notice *row = find_notice(notices_of(book, debtor_id), notice_id);

    if (row)
        row->notice.is_void = row->is_changed = true;
}

struct date book_validation_end(const struct book *book, const struct account *account)
{
    const GPtrArray *notices = notices_of(book, &account->debtor_id);

    return notices_end((const struct notice *const *)notices->pdata, notices->len, &account->account_id);
}

void book_add_evidence(struct book *book, const struct evidence *evidence)
{
    g_array_append_vals(book->evidence, evidence, 1);
}

const char *book_keep_words(struct book *book, const char *words)
{
    char *kept = g_strdup(words);

    (void)mask_card_numbers(kept);
    g_ptr_array_add(book->texts, kept);
    return kept;
}

void book_keep_message(struct book *book, ProtobufCMessage *message)
{
    g_ptr_array_add(book->messages, message);
}
