#ifndef DUNLIN_BANKSTATEMENT_BANKSTATEMENT_H
#define DUNLIN_BANKSTATEMENT_BANKSTATEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calendar/calendar.h"
#include "money/money.h"
#include "status/status.h"

/* Bank statements, whatever the bank writes them in: ISO 20022 camt.053.001.02 to .08, or CSV by a mapping.
 *
 * Texts are UTF-8 without control characters and never NULL: "" is what the bank did not say. All is lent by the
 * struct bank_statements that it was read into. */

#define BANK_FILE_MAX_BYTES     (64 * 1024 * 1024) /* 30,000 transactions of 2 KiB, as chatty banks write them */
#define BANK_TEXT_MAX_BYTES     (16 * 1024)        /* of one element or cell, and of a detail's texts joined */
#define BANK_STATEMENTS_MAX     10000
#define BANK_DETAILS_MAX        200000 /* of a file */
#define BANK_DETAIL_ID_SIZE     33     /* 32 hex digits and the NUL */
#define BANK_NO_SEQUENCE_NUMBER (-1)

/* What a file must fulfil to be read. */
enum bank_demand {
    BANK_MUST_ADD_UP, /* refused where opening balance and booked entries do not make the closing balance */
    BANK_TO_LOOK_AT,  /* the rest must be right; `proof` and `doubt` say what is not. For eyes, never to post from */
};

/* Whether a statement's balances vouch for its entries. */
enum bank_proof {
    BANK_PROOF_NONE,   /* no opening or no closing balance, or one page of several whose balances are those of all */
    BANK_PROOF_MET,    /* opening balance + booked entries = closing balance */
    BANK_PROOF_FAILED, /* with BANK_TO_LOOK_AT only */
};

struct bank_balance {
    bool is_there;
    struct money money; /* below zero: the account is overdrawn */
    struct date date;
};

enum bank_entry_status {
    BANK_ENTRY_BOOKED,
    BANK_ENTRY_PENDING,     /* PDNG: may still be booked, or not */
    BANK_ENTRY_INFORMATION, /* INFO: moves no money */
    BANK_ENTRY_FUTURE,      /* FUTR, in later versions */
};

enum bank_reference_kind {
    BANK_REFERENCE_CREDITOR, /* the creditor's own, of no known kind */
    BANK_REFERENCE_RF,       /* ISO 11649, its check digits right; without blanks, in capitals */
    BANK_REFERENCE_RF_WRONG, /* begins like one and its check digits are wrong: the payer's slip, no reason to refuse */
    BANK_REFERENCE_DOCUMENT, /* number of an invoice or another document */
};

struct bank_reference {
    enum bank_reference_kind kind;
    const char *text;
};

/* One transaction of an entry. */
struct bank_detail {
    char id[BANK_DETAIL_ID_SIZE]; /* see README, "Identity"; "" where the entry is not booked */
    int64_t line;                 /* of the file */
    bool has_amount;              /* false: the bank does not say how the entry's amount is split */
    bool is_credit;               /* true: towards the account's owner */
    struct money money;           /* zero or more, in the account's currency */
    const char *bank_reference;   /* of this transaction */
    const char *end_to_end_id;    /* "" also for NOTPROVIDED */
    const char *text;             /* all remittance information in its order, joined by blanks */
    const char *information;      /* what the bank adds about the transaction */
    struct bank_reference *references;
    size_t n_references;
    const char *counterparty_name;
    const char *counterparty_account;
    bool is_return;          /* a payment that came back */
    const char *return_code; /* ISO's external code ("AC04") or the bank's own */
    const char *return_text;
};

struct bank_entry {
    int64_t line;
    enum bank_entry_status status;
    bool is_credit;
    bool is_reversal; /* undoes an earlier entry; `is_credit` is the direction of this one already */
    bool has_booking_date;
    bool has_value_date;
    struct date booking_date; /* every booked entry has one */
    struct date value_date;
    struct money money;          /* zero or more */
    const char *bank_reference;  /* AcctSvcrRef: the bank's own */
    const char *entry_reference; /* NtryRef */
    const char *information;
    int64_t n_batched; /* transactions that the bank says it stands for, listed or not; 0: it does not say */
    struct bank_detail *details;
    size_t n_details; /* 1 or more: an entry without details has one of its own amount */
};

struct bank_statement {
    int64_t line;
    const char *id;          /* CSV: "" */
    int64_t sequence_number; /* the electronic one; BANK_NO_SEQUENCE_NUMBER */
    int64_t legal_sequence_number;
    int64_t page; /* from 1 */
    bool is_last_page;
    const char *account;
    bool is_iban; /* where the format says so */
    char currency[CURRENCY_SIZE];
    struct bank_balance opening;
    struct bank_balance closing;
    enum bank_proof proof;
    const char *doubt; /* BANK_PROOF_FAILED: the figures */
    struct bank_entry *entries;
    size_t n_entries;            /* booked */
    struct bank_entry *unbooked; /* all others: money that has not come, or not yet */
    size_t n_unbooked;
};

struct bank_statements {
    const char *message_id; /* CSV: "" */
    struct bank_statement *statements;
    size_t n_statements; /* 1 or more */
    struct bank_texts *texts;
};

/* Reads a whole file or nothing.
 *
 * Fails with   NOT_FOUND, PERMISSION_DENIED or UNAVAILABLE (the file cannot be opened or read), INVALID_ARGUMENT naming
 *              file, line, element or column, and value. Names and remittance texts are never quoted.
 * Thread-safe. */
MUST_USE enum status bank_statements_read_camt053(const char *path, enum bank_demand demand,
                                                  struct bank_statements **ret_statements, struct error *err);

/* The same of bytes in memory; `name` is the file's in messages. */
MUST_USE enum status bank_statements_parse_camt053(const char *name, const void *bytes, size_t len,
                                                   enum bank_demand demand, struct bank_statements **ret_statements,
                                                   struct error *err);

/* One statement an account, in the order in which the accounts first stand. There are no balances and so no proof. */
struct bank_csv_mapping;
MUST_USE enum status bank_statements_read_csv(const char *path, const struct bank_csv_mapping *mapping,
                                              struct bank_statements **ret_statements, struct error *err);

void bank_statements_free(struct bank_statements *statements);
void bank_statements_freep(struct bank_statements **statements);

/* Reads the text of a mapping (README, "CSV"). Immutable afterwards; may be shared between threads. Fails with
 * INVALID_ARGUMENT naming file, line, key and what is allowed. Columns are looked for when a file is read. */
MUST_USE enum status bank_csv_mapping_read(const char *name, const char *text, struct bank_csv_mapping **ret_mapping,
                                           struct error *err);
void bank_csv_mapping_free(struct bank_csv_mapping *mapping);
void bank_csv_mapping_freep(struct bank_csv_mapping **mapping);

/* "BOOK", "PDNG", "INFO", "FUTR". */
const char *bank_entry_status_name(enum bank_entry_status status);

#endif
