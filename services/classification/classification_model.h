#ifndef DUNLIN_CLASSIFICATION_MODEL_H
#define DUNLIN_CLASSIFICATION_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "calendar/calendar.h"
#include "id/id.h"
#include "money/money.h"
#include "policy/sop.h"

#define CLASSIFICATION_REASONS_SIZE 512 /* 7 reason codes of SOP_CODE_SIZE with spaces between */

/* What is known of one account, and the class that follows. Pure: facts in, class out; the SOP and the day are given.
 */

/* Sums over all accounts of one debtor that the facts need. */
struct debtor_facts {
    struct id debtor_id;
    int32_t accounts;      /* placed, recalled ones included */
    int32_t late_accounts; /* of those, paid after their due day or past due with money owed */
};

struct account_facts {
    struct id account_id;
    struct id debtor_id;
    int32_t agency_id;
    struct date due_on;
    int64_t balance_minor;
    char currency[CURRENCY_SIZE];
    int32_t payments;        /* posted and not reversed */
    int32_t last_payment_on; /* days since 1970-01-01; 0: none */
    int32_t broken_promises;
    int32_t open_disputes;
    bool is_upheld; /* a dispute was: nothing is owed on it */
    bool is_recalled;
    bool counts_as_late; /* is among its debtor's late accounts */
    /* the class as last said */
    char class_code[SOP_CODE_SIZE];
    char strategy[SOP_CODE_SIZE];
    char bucket[SOP_CODE_SIZE];
    char segment[SOP_CODE_SIZE];
    int32_t priority;
    enum sop_risk risk;
    char sop_version[POLICY_VERSION_SIZE];
    int32_t days_past_due;
    char reasons[CLASSIFICATION_REASONS_SIZE];
    bool is_new;     /* placed by this batch */
    bool is_changed; /* must be written */
};

/* A class of the SOP, or "closed" (paid, recalled, dispute upheld), which needs no SOP and has no strategy. */
struct classified {
    char class_code[SOP_CODE_SIZE];
    char segment[SOP_CODE_SIZE];
    char strategy[SOP_CODE_SIZE];
    char bucket[SOP_CODE_SIZE];
    enum sop_risk risk;
    int32_t priority;
    int32_t days_past_due;
    char reasons[CLASSIFICATION_REASONS_SIZE]; /* codes separated by spaces: of the conditions that held, or why it is
                                                  closed */
};

/* Days past due of an account on `today`; negative before due. */
int32_t account_days_past_due(const struct account_facts *account, struct date today);

/* Is the account one of its debtor's late ones on `today`? Once late, late for good: paying late does not undo it. */
bool account_is_late(const struct account_facts *account, struct date today);

/* Updates counts_as_late and the debtor's sum. */
void account_note_lateness(struct account_facts *account, struct debtor_facts *debtor, struct date today);

void account_classify(const struct sop *sop, const struct account_facts *account, const struct debtor_facts *debtor,
                      struct date today, struct classified *ret_classified);

/* Does `classified` say anything else than what was last said? */
bool account_class_differs(const struct account_facts *account, const struct classified *classified,
                           const char *sop_version);

/* Remembers what is said now. */
void account_take_class(struct account_facts *account, const struct classified *classified, const char *sop_version);

/* The next day on which the class may change by itself; false where it never does (closed). */
bool account_next_boundary(const struct sop *sop, const struct account_facts *account, struct date today,
                           struct date *ret_day);

#endif
