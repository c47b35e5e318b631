#ifndef DUNLIN_PAYMENT_BOOK_H
#define DUNLIN_PAYMENT_BOOK_H

#include <glib.h>

#include "charge_book.h"
#include "debit_book.h"
#include "payment_model.h"
#include "plan_agreement.h"
#include "stop_model.h"
#include "suspense_model.h"

/* The working set of one batch: what it wants, what was there, what is new. Filled by the store's one load, changed by
 * the handlers in order, written by the store's one save. Owns its accounts, promises, postings and money in suspense
 * at fixed addresses; texts in them are borrowed from the batch's messages or from results that the book keeps. Belongs
 * to one thread. */

/* A row of the book and what the store must do with it. The value stands first, so a pointer to it is one to its row.
 */
struct book_account {
    struct account account;
    int32_t version; /* as loaded; 0: not there yet */
    bool is_changed;
};

struct book_promise {
    struct promise promise;
    bool is_changed;
};

struct book_posting {
    struct posting posting;
    bool is_new;
};

struct book_suspense {
    struct suspense item;
    bool is_changed;
};

struct book_plan {
    struct plan_agreement agreement;
    struct plan_schedule stored; /* as it was loaded; n is 0 for a new plan */
    bool is_changed;
};

struct book {
    GHashTable *accounts;        /* struct id -> struct book_account */
    GHashTable *promises;        /* struct id -> struct book_promise */
    GHashTable *postings;        /* struct id -> struct book_posting */
    GHashTable *suspense;        /* struct id -> struct book_suspense */
    GHashTable *plans;           /* struct id -> struct book_plan */
    GHashTable *stops;           /* struct id of a debtor -> struct stops */
    GHashTable *wanted_accounts; /* sets of struct id */
    GHashTable *wanted_promises;
    GHashTable *wanted_postings;
    GHashTable *wanted_suspense;
    struct charge_book *charges;
    GHashTable *wanted_plans;
    GHashTable *wanted_stops; /* debtors: what stops them, and their accounts that money is asked for */
    GPtrArray *new_postings;  /* struct book_posting, borrowed, in order */
    GArray *trust;            /* struct trust_entry: new ones, in order */
    GPtrArray *results;       /* struct db_result */
    GStringChunk *texts;
    struct debit_book *debits;
};

struct book *book_new(void);
void book_free(struct book *book);
void book_freep(struct book **book);

/* Asks for a row at the next load; twice is once. */
void book_want_account(struct book *book, const struct id *account_id);
void book_want_promise(struct book *book, const struct id *promise_id);
void book_want_posting(struct book *book, const struct id *posting_id);
void book_want_suspense(struct book *book, const struct id *item_id);
void book_want_plan(struct book *book, const struct id *plan_id);
/* What stops a debtor, which every account that is loaded brings along by itself, and his accounts with an open
 * promise, a plan or a scheduled debit, with the debits that are to bring money. */
void book_want_stops(struct book *book, const struct id *debtor_id);

/* NULL where there is none. Lent. */
struct account *book_account(const struct book *book, const struct id *account_id);
struct promise *book_promise(const struct book *book, const struct id *promise_id);
const struct posting *book_posting(const struct book *book, const struct id *posting_id);
struct suspense *book_suspense(const struct book *book, const struct id *item_id);
struct plan_agreement *book_plan(const struct book *book, const struct id *plan_id);

/* What stops the debtor: empty where nothing is known. His accounts in the book have it from here on. Lent. */
struct stops *book_stops_of(struct book *book, const struct id *debtor_id);

/* The debtor's accounts in the book, in the order of their ids: struct account *, lent; g_ptr_array_unref. */
GPtrArray *book_accounts_of(const struct book *book, const struct id *debtor_id);

/* Copy a value in; the copy is lent. One with that id must not be there. */
struct account *book_add_account(struct book *book, const struct account *account, int32_t version);
struct promise *book_add_promise(struct book *book, const struct promise *promise);
struct posting *book_add_posting(struct book *book, const struct posting *posting, bool is_new);
struct suspense *book_add_suspense(struct book *book, const struct suspense *item);
struct plan_agreement *book_add_plan(struct book *book, const struct plan_agreement *agreement);

/* Money moved in trust. Asserts that it is balanced. */
void book_add_trust(struct book *book, const struct trust_entry *entry);

/* A copy that lives as long as the book. Lent. */
const char *book_keep_text(struct book *book, const char *text);

/* Say that a row of the book must be written. */
void book_touch_account(struct account *account);
void book_touch_promise(struct promise *promise);
void book_touch_suspense(struct suspense *item);
void book_touch_plan(struct plan_agreement *agreement);

#endif
