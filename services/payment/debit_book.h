#ifndef DUNLIN_PAYMENT_DEBIT_BOOK_H
#define DUNLIN_PAYMENT_DEBIT_BOOK_H

#include <glib.h>

#include "debit_model.h"

/* The instruments and debits of a batch: part of its struct book, filled by the same load and written by the same save.
 * Rows stand at fixed addresses; texts in them are borrowed from the batch's messages, from results that the book
 * keeps, or kept by it. Belongs to one thread. */
struct debit_book {
    GHashTable *instruments;        /* struct id -> a row that begins with struct instrument */
    GHashTable *debits;             /* struct id -> a row that begins with struct debit */
    GHashTable *wanted_instruments; /* sets of struct id */
    GHashTable *wanted_debits;
    GHashTable *wanted_siblings; /* debits: with the scheduled ones of the same instrument */
    GHashTable *wanted_drawn;    /* instruments: with their scheduled debits */
    GHashTable *wanted_pending;  /* accounts: with their debits that are to bring money yet */
    GHashTable *wanted_of_plans; /* plans: with all their debits */
    GPtrArray *texts;            /* char *, owned */
};

/* A row, and what the store must do with it. */
struct book_instrument {
    struct instrument instrument;
    int32_t version; /* as loaded; 0: not there yet */
    bool is_changed;
};

struct book_debit {
    struct debit debit;
    int32_t version;
    bool is_changed;
};

struct debit_book *debit_book_new(void);
void debit_book_free(struct debit_book *book);

/* Ask for rows at the next load. A debit comes with its instrument and account, and those with whatever was asked for.
 */
void debit_book_want_instrument(struct debit_book *book, const struct id *instrument_id);
void debit_book_want_drawn(struct debit_book *book, const struct id *instrument_id);
void debit_book_want_debit(struct debit_book *book, const struct id *debit_id);
void debit_book_want_siblings(struct debit_book *book, const struct id *debit_id);
void debit_book_want_pending(struct debit_book *book, const struct id *account_id);
void debit_book_want_of_plan(struct debit_book *book, const struct id *plan_id);

/* NULL where there is none. Lent. */
struct instrument *debit_book_instrument(const struct debit_book *book, const struct id *instrument_id);
struct debit *debit_book_debit(const struct debit_book *book, const struct id *debit_id);

/* Copy a value in; the copy is lent. One that is there already stays, and is what is returned. */
struct instrument *debit_book_add_instrument(struct debit_book *book, const struct instrument *instrument,
                                             int32_t version);
struct debit *debit_book_add_debit(struct debit_book *book, const struct debit *debit, int32_t version);

/* Say that a row of the book must be written. */
void debit_book_touch_instrument(struct instrument *instrument);
void debit_book_touch_debit(struct debit *debit);

/* Debits of the book that `is_of` takes, in the order of their ids: struct debit *, lent; g_ptr_array_unref. */
typedef bool debit_filter_fn(const struct debit *debit, const void *what);
GPtrArray *debit_book_select(const struct debit_book *book, debit_filter_fn *is_of, const void *what);

/* What the account's debits in the book come to that are in these states, as bits (1 << DEBIT_SENT). */
int64_t debit_book_sum(const struct debit_book *book, const struct id *account_id, unsigned states);
#define DEBIT_IN_FILES ((1U << DEBIT_RESERVED) | (1U << DEBIT_SENT))
#define DEBIT_PENDING  (DEBIT_IN_FILES | (1U << DEBIT_SCHEDULED))

/* Takes a text over, which lives as long as the book; lends it. */
const char *debit_book_keep(struct debit_book *book, char *text);

#endif
