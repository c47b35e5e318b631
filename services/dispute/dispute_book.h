#ifndef DUNLIN_DISPUTE_BOOK_H
#define DUNLIN_DISPUTE_BOOK_H

#include <glib.h>

#include "dispute_model.h"

/* The working set of one batch: what it wants, what was there, what is new. Filled by the store's one load, changed by
 * the handlers in order, written by the store's one save. Owns its rows at fixed addresses; texts in them are borrowed
 * from the batch's messages or from results that the book keeps. Belongs to one thread. */

/* A row and what the store must do with it. The value stands first, so a pointer to it is one to its row. */
struct book_account {
    struct account account;
    bool is_new;
};

struct book_dispute {
    struct dispute dispute;
    int32_t version; /* as loaded; 0: not there yet */
    bool is_changed;
};

struct book {
    GHashTable *accounts;        /* struct id -> struct book_account */
    GHashTable *disputes;        /* struct id -> struct book_dispute */
    GHashTable *wanted_accounts; /* sets of struct id */
    GHashTable *wanted_disputes;
    GPtrArray *results; /* struct db_result */
};

struct book *book_new(void);
void book_free(struct book *book);
void book_freep(struct book **book);

/* Ask for a row at the next load; twice is once. */
void book_want_account(struct book *book, const struct id *account_id);
void book_want_dispute(struct book *book, const struct id *dispute_id);

/* NULL where there is none. Lent. */
struct account *book_account(const struct book *book, const struct id *account_id);
struct dispute *book_dispute(const struct book *book, const struct id *dispute_id);

/* Copy a value in; the copy is lent. One with that id must not be there. */
struct account *book_add_account(struct book *book, const struct account *account, bool is_new);
struct dispute *book_add_dispute(struct book *book, const struct dispute *dispute, int32_t version);

/* Says that a dispute of the book must be written. */
void book_touch_dispute(struct dispute *dispute);

#endif
