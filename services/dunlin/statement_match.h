#ifndef DUNLIN_CLI_STATEMENT_MATCH_H
#define DUNLIN_CLI_STATEMENT_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "bankstatement/bankstatement.h"
#include "id/id.h"

/* Whose debt a payment on a bank statement pays: pure. An account is found by a reference alone; amount and name say
 * how sure that is. README, "Bank statements". */

/* Where a reference stood; a later one is worth more. */
enum match_source {
    MATCH_TEXT,       /* a word of what the payer wrote */
    MATCH_END_TO_END, /* the payer's own reference of the payment */
    MATCH_STRUCTURED, /* a creditor's reference or an invoice's number */
    MATCH_ACCOUNT_ID, /* an account's id, wherever */
};

/* What may be a reference of ours. */
struct match_token {
    char *text; /* owned by the array */
    enum match_source source;
};
#define MATCH_TOKENS_MAX      24 /* of a payment */
#define MATCH_REFERENCE_BYTES 64 /* no client's reference is longer */

/* Each once, with its best source: struct match_token, owned by the caller (g_array_unref). */
GArray *match_tokens(const struct bank_detail *detail);

/* An account that has one of the references. Texts are borrowed. */
struct match_candidate {
    struct id account_id;
    const char *client, *reference, *debtor_name, *currency;
    enum match_source source;
    bool is_recalled;
    bool is_in_ledger;
    int64_t balance_minor;
    int confidence; /* 0 to 100: the judgement's to say */
};

/* What is known of the payment beside its references. */
struct match_payment {
    struct money money;
    const char *payer; /* "": not said */
};

struct match_judgement {
    bool is_sure;   /* `best` gets it */
    size_t best;    /* place of the best candidate; of none where there is none */
    int confidence; /* of it; 0 */
    char *reason;   /* in words; owned by the caller (g_free) */
};

/* Sure is a confidence of at least `sure`, and no other account near. Sets the candidates' confidence. */
struct match_judgement match_judge(const struct match_payment *payment, struct match_candidate *candidates, size_t n,
                                   int sure);

/* True where two names have a word in common, whatever case and accents. */
bool match_names_fit(const char *a, const char *b);

#endif
