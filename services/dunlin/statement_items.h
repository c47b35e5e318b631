#ifndef DUNLIN_CLI_STATEMENT_ITEMS_H
#define DUNLIN_CLI_STATEMENT_ITEMS_H

#include "bankstatement/bankstatement.h"
#include "statement_match.h"

/* A bank statement as payments to decide about: pure. */

enum statement_kind {
    STATEMENT_PAYMENT,    /* money that came in, and may be a debtor's */
    STATEMENT_CAME_BACK,  /* money that the agency had sent and that came back */
    STATEMENT_TAKEN_BACK, /* money that went back to who had paid it */
    STATEMENT_DEBIT,      /* money that the agency sent, or was charged */
};

enum statement_outcome {
    STATEMENT_UNDECIDED,
    STATEMENT_POSTED,
    STATEMENT_HELD,
    STATEMENT_REVERSED, /* what was posted once is taken back */
    STATEMENT_IGNORED,  /* told, and nothing is done */
    STATEMENT_FAILED,   /* to be tried again */
    STATEMENT_OUTCOMES_END,
};
const char *statement_outcome_name(enum statement_outcome outcome);

/* One transaction, or one entry whose bank does not say how it is split. */
struct statement_item {
    enum statement_kind kind;
    const struct bank_entry *entry;   /* borrowed, as the next */
    const struct bank_detail *detail; /* the first, where it is a whole entry */
    struct money money;               /* positive */
    struct id credit_id;              /* of money that came in; the same wherever it stands */
    char *end_to_end_id;              /* at most 140 bytes; "" */
    char *reference, *payer;          /* to be kept: at most 500 bytes */
    GArray *tokens;                   /* struct match_token */
    GArray *candidates;               /* struct match_candidate */
    struct match_judgement judgement;
    /* What came of it. */
    struct id account_id;  /* posted to, or reversed on; none */
    struct id subject_id;  /* the posting, or the money in suspense; none */
    struct id original_id; /* of what was taken back: its credit; none */
    int64_t rest_minor;    /* more than was owed, held beside the posting */
    bool is_known;         /* was decided when it was read before */
    enum statement_outcome outcome;
    char *reason; /* NULL: the judgement's */
};

struct statement_items {
    const struct bank_statement *statement; /* borrowed */
    char *name;                             /* the bank's id of it, at most 140 bytes */
    struct id statement_id, bank_account_id;
    char bank_account[8];                /* masked */
    int32_t first_on_days, last_on_days; /* 0: no entries */
    uint32_t debits;                     /* entries, and their sum */
    int64_t debit_minor, credit_minor;
    GPtrArray *items; /* struct statement_item, owned, in the file's order */
};

/* `agency` is its slug. Owned by the caller. */
struct statement_items *statement_items_new(const struct bank_statement *statement, const char *agency);
void statement_items_free(struct statement_items *items);

/* The text's first `max` bytes at most, whole characters; owned by the caller (g_free). */
char *statement_clip(const char *text, size_t max);

/* Of money that came in: the payment that it becomes on an account, or the money in suspense. */
struct id statement_payment_id(const struct id *credit_id, const struct id *account_id);
struct id statement_suspense_id(const struct id *credit_id);

#endif
