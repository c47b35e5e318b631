#ifndef DUNLIN_POLICY_AGREEMENT_H
#define DUNLIN_POLICY_AGREEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calendar/calendar.h"
#include "money/rate.h"
#include "policy/sop.h"
#include "status/status.h"

/* What the agency has agreed with its clients as data (deploy/agreements.yaml): how money is applied, what the agency
 * earns, when and how it pays out, what may be added to a debt. Loaded once, then immutable and shared; all questions
 * are pure. Amounts are minor units of the account's currency, whichever that is. */
#define AGREEMENT_CLIENT_SIZE   65 /* placements name clients by at most 64 bytes */
#define AGREEMENT_TEXT_SIZE     128
#define AGREEMENT_EVIDENCE_SIZE 512
#define AGREEMENT_UNKNOWN_AGE   INT32_MIN /* no condition on an unknown age holds */

/* What a debt is made of. */
enum agreement_bucket {
    AGREEMENT_PRINCIPAL,
    AGREEMENT_INTEREST,
    AGREEMENT_FEES,
    AGREEMENT_COSTS,
    AGREEMENT_BUCKET_COUNT,
};
const char *agreement_bucket_name(enum agreement_bucket bucket); /* as files say it: "principal" */

/* Which of a debtor's debts a payment goes to first where he has not said: what he says goes before it (15 USC 1692h),
 * and so does that nothing goes to a debt that he disputes. */
enum agreement_order {
    AGREEMENT_OLDEST = 1, /* by due date */
    AGREEMENT_SMALLEST,   /* balance */
    AGREEMENT_LARGEST,
};
const char *agreement_order_name(enum agreement_order order);

/* What becomes of money beyond what is owed. */
enum agreement_overpayment {
    AGREEMENT_SUSPENSE = 1, /* it is kept apart until somebody says whose it is */
};

/* To whom the debtor paid. */
enum agreement_paid {
    AGREEMENT_PAID_US = 1,
    AGREEMENT_PAID_CLIENT,
    AGREEMENT_PAID_AGENCY, /* another one */
};
const char *agreement_paid_name(enum agreement_paid paid);

enum agreement_stage {
    AGREEMENT_COLLECTION = 1,
    AGREEMENT_LEGAL,
};
const char *agreement_stage_name(enum agreement_stage stage);

/* A row of the contingency schedule: what the agency earns of a payment. Bounds are inclusive. */
struct agreement_fee {
    size_t number;                /* in its schedule, from 1, as people count */
    int32_t from_day, to_day;     /* of the debt's age; INT32_MIN / INT32_MAX: open */
    int64_t min_minor, max_minor; /* of the balance at placement; INT64_MIN / INT64_MAX: open */
    enum agreement_paid paid;     /* 0: whoever */
    enum agreement_stage stage;   /* 0: any */
    struct rate percent;          /* 0 to 100 */
    int64_t minimum_minor;        /* of the fee; 0: none */
};

/* What a row may ask. */
struct agreement_facts {
    int32_t age_days;      /* days past due at placement, negative before; AGREEMENT_UNKNOWN_AGE: nobody knows */
    int64_t balance_minor; /* at placement */
    enum agreement_paid paid;
    enum agreement_stage stage;
};

enum agreement_method {
    AGREEMENT_NET = 1, /* the fee is kept back */
    AGREEMENT_GROSS,   /* everything is paid out, the fee is invoiced */
};
const char *agreement_method_name(enum agreement_method method);

enum agreement_every {
    AGREEMENT_WEEK = 1,
    AGREEMENT_MONTH,
};
const char *agreement_every_name(enum agreement_every every);

struct agreement_remittance {
    enum agreement_method method;
    enum agreement_every every;
    int64_t minimum_minor;               /* below it nothing is paid out: it is carried on; 0: none */
    char payee[AGREEMENT_TEXT_SIZE];     /* name on the payment */
    char reference[AGREEMENT_TEXT_SIZE]; /* on the payment and the statement */
};

/* Why the debtor owes it. 12 CFR 1006.22(b): only what the agreement that made the debt expressly authorises or a law
 * permits may be collected. */
enum agreement_basis {
    AGREEMENT_BASIS_AGREEMENT = 1,
    AGREEMENT_BASIS_LAW,        /* another one than the two below */
    AGREEMENT_BASIS_STATUTE_EU, /* Directive 2011/7/EU; commercial debts only: for the caller to see to */
    AGREEMENT_BASIS_STATUTE_UK, /* Late Payment of Commercial Debts (Interest) Act 1998; the same */
    AGREEMENT_BASIS_JUDGMENT,
};
const char *agreement_basis_name(enum agreement_basis basis);

enum agreement_day_count {
    AGREEMENT_ACTUAL_365 = 1,
    AGREEMENT_ACTUAL_360,
    AGREEMENT_ACTUAL_ACTUAL, /* by the days of the year that each day is in */
    AGREEMENT_30_360,
};
const char *agreement_day_count_name(enum agreement_day_count day_count);

enum agreement_from {
    AGREEMENT_FROM_DUE = 1,
    AGREEMENT_FROM_PLACED,
    AGREEMENT_FROM_JUDGMENT,
};
const char *agreement_from_name(enum agreement_from from);

/* Interest on principal, simple: never on interest, fees or costs. */
struct agreement_interest {
    enum agreement_basis basis;
    struct rate rate;              /* a year; over the reference rate where there is one */
    char reference[SOP_CODE_SIZE]; /* whose rate comes on top: statute_eu, statute_uk; empty: nobody's */
    enum agreement_day_count day_count;
    enum agreement_from from;
    char evidence[AGREEMENT_EVIDENCE_SIZE]; /* the clause or the law */
    int64_t cap_minor;                      /* INT64_MAX: none */
    struct rate cap_percent;                /* of the principal; 0: none */
};

/* What may be added to a debt beside interest. */
struct agreement_debtor_fee {
    char code[SOP_CODE_SIZE];
    int64_t amount_minor;         /* 0: a percentage */
    struct rate percent;          /* of the principal; 0: an amount */
    enum agreement_bucket bucket; /* fees or costs */
    int64_t cap_minor;            /* all times together, of an account; INT64_MAX: none */
    enum agreement_basis basis;
    char evidence[AGREEMENT_EVIDENCE_SIZE];
};

struct agreement {
    char client[AGREEMENT_CLIENT_SIZE];                  /* "*": all that have none for the day */
    struct date valid_from, valid_until;                 /* inclusive; INT32_MIN / INT32_MAX: open */
    enum agreement_bucket apply[AGREEMENT_BUCKET_COUNT]; /* the waterfall: each bucket once */
    enum agreement_order order;
    enum agreement_overpayment overpayment;
    struct agreement_fee *fees; /* first match wins; the last has no condition */
    size_t n_fees;
    struct agreement_remittance remittance;
    struct agreement_interest *interest; /* NULL: none is charged */
    struct agreement_debtor_fee *debtor_fees;
    size_t n_debtor_fees;
};

/* A reference rate in the half-year for which it counts. */
struct agreement_reference {
    char authority[SOP_CODE_SIZE];
    int32_t half; /* year x 2, plus 1 for the second half */
    struct rate rate;
};

struct agreements {
    char name[SOP_CODE_SIZE];
    char version[POLICY_VERSION_SIZE];
    char title[256];       /* empty: none */
    char owner[128];       /* who answers for it; empty: nobody is named */
    struct date review_by; /* days 0: not said */
    struct agreement *all; /* as the file has them; one is for "*" */
    size_t n;
    struct agreement_reference *references; /* of each authority ascending, without gaps */
    size_t n_references;
};

/* Reads and validates. Fails with INVALID_ARGUMENT naming file, line and field ("agreements.yaml:14:
 * agreements[2].apply[1]: 'fee' is not known; is 'fees' meant?") or NOT_FOUND. *ret_agreements is owned by the caller.
 */
MUST_USE enum status agreements_load(const char *path, struct agreements **ret_agreements, struct error *err);
void agreements_free(struct agreements *agreements);
void agreements_freep(struct agreements **agreements);

/* The terms of a client on a day, or those of "*"; never NULL. */
const struct agreement *agreements_find(const struct agreements *agreements, const char *client, struct date day);

/* The first row whose conditions all hold; never NULL. */
const struct agreement_fee *agreement_fee(const struct agreement *agreement, const struct agreement_facts *facts);

/* What a payment of that amount earns: the row's percentage of it, rounded half up to the minor unit, and at least the
 * row's minimum, but never more than the amount; 0 of nothing and below. A reversal gives back exactly what its payment
 * has earned: ask the ledger, not this. */
int64_t agreement_fee_of(const struct agreement_fee *fee, int64_t amount_minor);

/* The yearly rate on `day` of interest that starts to run on `starts`. By statute_eu it is that of the half-year in
 * which `day` lies, by statute_uk (SI 2002/1675 art. 4) that of `starts` for good; never below 0. Fails with NOT_FOUND
 * where no reference rate is known for that half-year: it is not guessed. */
MUST_USE enum status agreement_rate(const struct agreements *agreements, const struct agreement_interest *interest,
                                    struct date starts, struct date day, struct rate *ret_rate, struct error *err);

/* The most that interest on such a principal may come to, all together; INT64_MAX: no cap. A percentage is rounded half
 * up. */
int64_t agreement_interest_cap(const struct agreement_interest *interest, int64_t principal_minor);

/* NULL where no such fee may be charged. */
const struct agreement_debtor_fee *agreement_debtor_fee(const struct agreement *agreement, const char *code);

/* What it comes to once more, after `charged_minor` of it on the same account: the amount, or the percentage of the
 * principal rounded half up, but together never above the cap. */
int64_t agreement_debtor_fee_of(const struct agreement_debtor_fee *fee, int64_t principal_minor, int64_t charged_minor);

/* The reference rate for the half-year of `day`; NULL where none is known. */
const struct agreement_reference *agreements_reference(const struct agreements *agreements, const char *authority,
                                                       struct date day);
/* "2026-H1". Returns `text`. */
#define AGREEMENT_HALF_SIZE 16
const char *agreement_half_format(int32_t half, char text[static AGREEMENT_HALF_SIZE]);
int32_t agreement_half_of(struct date day);

#endif
