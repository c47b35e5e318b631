#ifndef DUNLIN_PAYMENT_CHARGE_BOOK_H
#define DUNLIN_PAYMENT_CHARGE_BOOK_H

#include <glib.h>

#include "accrual_model.h"
#include "fee_model.h"

/* The part of the working set (payment_book.h) that is of charges: interest, fees, judgments. An account that bears no
 * interest has nothing here, unless a command asks for its charges. */

/* A judgment on an account: a row of payment.judgment. Texts and bytes are borrowed. */
struct judgment_record {
    struct id judgment_id; /* also of its posting */
    struct id account_id;
    struct judgment terms;  /* amount: its principal */
    struct charges charges; /* beside principal */
    struct money balance;   /* owed after it was recorded */
    const char *court, *case_number;
    const uint8_t *document_hash;
    size_t document_hash_len;
    struct instant recorded_at;
};

struct book_charges {
    struct id account_id;
    struct accrual accrual; /* series 0: it bears no interest */
    GArray *rates;          /* struct accrual_rate, of the series */
    GArray *moves;          /* struct accrual_move */
    struct date high;       /* the last day that was posted when the unit began, or since */
    bool is_changed;
    GPtrArray *fees;      /* struct book_fee, oldest first; of accounts whose charges were asked for, as the next */
    GPtrArray *judgments; /* struct book_judgment, oldest first */
};

struct book_fee {
    struct fee fee;
    bool is_changed;
};

struct book_judgment {
    struct judgment_record judgment;
    bool is_new;
};

struct charge_book {
    GHashTable *accounts; /* struct id -> struct book_charges */
    GHashTable *wanted;   /* set of struct id: accounts with all their charges */
};

struct charge_book *charge_book_new(void);
void charge_book_free(struct charge_book *book);

/* Asks for the fees, judgments and postings of an account at the next load; the account itself is wanted by name. */
void charge_book_want(struct charge_book *book, const struct id *account_id);

/* NULL where there is none. Lent, as all below. */
struct book_charges *charge_book_find(const struct charge_book *book, const struct id *account_id);
/* An empty one is made where there is none. */
struct book_charges *charge_book_get(struct charge_book *book, const struct id *account_id);

struct fee *charge_book_add_fee(struct book_charges *charges, const struct fee *fee, bool is_changed);
struct judgment_record *charge_book_add_judgment(struct book_charges *charges, const struct judgment_record *judgment,
                                                 bool is_new);
void charge_book_touch_fee(struct fee *fee);

/* NULL where the account has none of that id. */
struct fee *charge_book_fee(const struct book_charges *charges, const struct id *fee_id);
const struct judgment_record *charge_book_judgment(const struct book_charges *charges, const struct id *judgment_id);

#endif
