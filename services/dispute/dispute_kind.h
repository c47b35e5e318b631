#ifndef DUNLIN_DISPUTE_KIND_H
#define DUNLIN_DISPUTE_KIND_H

#include <stdbool.h>
#include <stdint.h>

#include "calendar/calendar.h"
#include "clock/clock.h"
#include "status/status.h"

/* What kinds of disputes there are and what follows from each: one table, and the questions to it. Pure. Engineering
 * facts, not legal advice. */

/* Numbers of these two are stored, and are those of the wire. 0 is a dispute of a log that did not say it. */
enum dispute_kind {
    KIND_UNKNOWN = 0,
    KIND_WRITTEN = 1,
    KIND_ORAL = 2,
    KIND_LATE = 3,
    KIND_DUPLICATE = 4,
    KIND_PART = 5,
    KIND_ORIGINAL_CREDITOR = 6,
    KIND_IDENTITY_THEFT = 7,
    KIND_DIRECT = 8,
    KIND_BUREAU = 9,
};
#define KINDS_END 10

enum law_hold {
    LAW_HOLD_UNKNOWN = 0,
    LAW_HOLD_NOTHING = 1,
    LAW_HOLD_PART = 2,
    LAW_HOLD_WHOLE = 3,
};

/* From when and how long until the answer is due. */
enum kind_period {
    PERIOD_POLICY, /* the SOP's verification_days from receipt: Regulation F knows no period, it holds until answered */
    PERIOD_FCRA,   /* 30 days from receipt, 15 more for relevant information: 15 USC 1681i(a)(1), 1681s-2(a)(8)(E) */
    PERIOD_BUREAU, /* the day that the bureau names, within the same: 15 USC 1681s-2(b)(2) */
};

struct kind_rule {
    const char *name;
    enum law_hold hold; /* where it is in writing and within the validation period; else the law holds nothing */
    enum kind_period period;
    const char *response;  /* what the answer must be */
    const char *answerer;  /* who gives it */
    const char *hold_ends; /* what ends the hold */
    const char *law;
    bool is_verified; /* a letter that verifies the debt answers it */
};
const struct kind_rule *kind_rule(enum dispute_kind kind);

/* What was claimed, as far as its kind goes. */
struct kind_claim {
    enum dispute_kind asked; /* KIND_UNKNOWN: nobody said */
    bool is_written;
    bool is_timely;
    int64_t amount_minor; /* disputed part; 0: all */
};

/* Fails with INVALID_ARGUMENT where the claim contradicts itself, or says LATE, which is not the caller's to say. */
MUST_USE enum status kind_decide(const struct kind_claim *claim, enum dispute_kind *ret_kind, struct error *err);
enum law_hold kind_law_hold(enum dispute_kind kind, bool is_written, bool is_timely);
/* What of the debt must not be contacted about: all of it, or by the law alone no more than the law holds. The one
 * place for this; LAW_HOLD_UNKNOWN holds all. */
enum law_hold kind_contact_hold(enum law_hold law_hold, bool is_by_law_alone);

struct kind_clock {
    struct instant received_at;
    int32_t policy_days;       /* PERIOD_POLICY */
    bool is_extended;          /* PERIOD_FCRA */
    struct date answer_due_on; /* PERIOD_BUREAU */
};
/* When the answer is due. Whole days end at midnight in UTC, which is no later than anywhere in the United States. */
struct instant kind_deadline(enum dispute_kind kind, const struct kind_clock *clock);
/* The last day on which relevant information prolongs a period that began on receipt. */
struct date kind_information_latest(struct instant received_at);
/* When the notice is due that a direct dispute is frivolous, by the determination's instant: 12 CFR 1022.43(f)(2). */
struct instant kind_frivolous_deadline(struct instant determined_at);

/* The date where the day is youngest and oldest in the United States. What a debtor did is taken as of the first, which
 * is never later than his own day; what was sent to him as of the second: no zone is known here, and both are in his
 * favour. */
struct date kind_earliest_day(struct instant at);
struct date kind_latest_day(struct instant at);

#endif
