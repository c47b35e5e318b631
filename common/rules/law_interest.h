#ifndef DUNLIN_RULES_LAW_INTEREST_H
#define DUNLIN_RULES_LAW_INTEREST_H

#include <stdbool.h>
#include <stdint.h>

#include "calendar/calendar.h"
#include "money/money.h"
#include "money/rate.h"
#include "status/status.h"

/* Interest and compensation for late payment of commercial debts: Directive 2011/7/EU and the United Kingdom's Late
 * Payment of Commercial Debts (Interest) Act 1998 with SI 2002/1675. Plain arithmetic; exact: rates are decimals held
 * as integers, products are 128 bits wide, and the one rounding is stated. Engineering facts, not legal advice. */

/* Half-years of a rate that is fixed for the whole of each. */
bool law_is_second_half(struct date date);

/* Dir. 2011/7/EU art. 2(6), (7): the reference rate in force on 1 January, for the first half-year, or on 1 July, for
 * the second, and at least eight points. */
struct rate law_eu_rate(struct rate reference);

/* SI 2002/1675 art. 4: eight points over the Bank of England's rate of 31 December, for interest that starts to run in
 * January to June, or of 30 June, for July to December; it stays for as long as the interest runs. */
struct rate law_uk_rate(struct date starts, struct rate base_31_dec, struct rate base_30_jun);

/* Simple interest: principal x rate x days / day count (365, or 360 where a contract says so), rounded half up (away
 * from zero) to the minor unit. The day count is a convention, the Directive has none; the United Kingdom's Act is
 * read with 365. Fails with INVALID_ARGUMENT (negative amount, rate or days, or a day count below 360 or above 366)
 * or OUT_OF_RANGE (the interest does not fit 64 bits). */
MUST_USE enum status law_simple_interest(struct money principal, struct rate rate, int32_t days, int32_t day_count,
                                         struct money *ret_interest, struct error *err);

/* What is known of when a commercial debt falls due. Days 0 of a field that `has_` says nothing about mean nothing. */
struct law_invoice {
    bool has_agreed, has_invoice, has_goods, has_acceptance;
    bool is_invoice_uncertain; /* its date of receipt */
    struct date agreed;        /* due by contract */
    struct date invoice;       /* received by the debtor */
    struct date goods;         /* goods or services received */
    struct date acceptance;    /* of goods that law or contract have accepted or verified first */
};

/* Dir. 2011/7/EU art. 3(3), 4(3): the first day of interest. The day after the agreed one, or the day after 30 days
 * from the invoice's receipt; from the receipt of goods or services where the invoice came earlier or nobody knows
 * when; from acceptance where the invoice came before it. False where none of these is known. */
bool law_eu_interest_start(const struct law_invoice *invoice, struct date *ret_start);

/* Art. 6: EUR 40 without a reminder, and reasonable costs beyond it. */
struct money law_eu_compensation(void);

/* Art. 3(5), 4(3), (4), (6): the longest term in days without more: 60 between undertakings, 30 for a public authority,
 * 60 for one that runs a business as the State's or provides health care. `is_expressly_agreed`: with what the
 * Directive asks for then, between undertakings (not grossly unfair) without a limit (0), for an authority (objectively
 * justified) 60. */
enum law_contract {
    LAW_CONTRACT_B2B,
    LAW_CONTRACT_PUBLIC_AUTHORITY,
    LAW_CONTRACT_PUBLIC_HEALTHCARE,
};
int32_t law_eu_term_days(enum law_contract contract, bool is_expressly_agreed);

/* LPCDIA 1998 s.5A: GBP 40 below 1,000, 70 below 10,000, 100 from there, for each debt. */
struct money law_uk_compensation(int64_t debt_minor);
/* S.4: where no day is agreed, interest runs from the day after 30 days from delivery or notice, the later. */
#define LAW_UK_TERM_DAYS 30

#endif
