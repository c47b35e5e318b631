#include "dispute_kind.h"

#include "rules/law_dates.h"

#define WEST_HOURS 11 /* behind UTC in American Samoa; Guam is ahead of it, by hours that favour nobody */

static const struct kind_rule RULES[KINDS_END] = {
    [KIND_UNKNOWN] = {"unknown", LAW_HOLD_WHOLE, PERIOD_POLICY, "verification, or a copy of the judgment", "the agency",
                      "the answer is sent", "12 CFR 1006.38(d)(2)(i)", true},
    [KIND_WRITTEN] = {"written", LAW_HOLD_WHOLE, PERIOD_POLICY, "verification, or a copy of the judgment", "the agency",
                      "the answer is sent", "15 USC 1692g(b); 12 CFR 1006.38(d)(2)(i)", true},
    [KIND_ORAL] = {"oral", LAW_HOLD_NOTHING, PERIOD_POLICY, "an answer; the debt is named as disputed", "the agency",
                   "the agency's policy alone holds", "15 USC 1692e(8); 12 CFR 1006.18(c)(2)", true},
    [KIND_LATE] = {"late", LAW_HOLD_NOTHING, PERIOD_POLICY, "an answer; the debt is named as disputed", "the agency",
                   "the agency's policy alone holds", "15 USC 1692e(8); 12 CFR 1006.18(c)(2), 1006.38(d)(1)", true},
    [KIND_DUPLICATE] = {"duplicate", LAW_HOLD_WHOLE, PERIOD_POLICY,
                        "a notice that it is one, why, and of the earlier answer's date; or verification", "the agency",
                        "the notice or the verification is sent", "12 CFR 1006.38(a)(1), (d)(2)(ii)", true},
    [KIND_PART] = {"part", LAW_HOLD_PART, PERIOD_POLICY, "verification, or a copy of the judgment", "the agency",
                   "the answer is sent; the rest is owed all along", "15 USC 1692g(b); 12 CFR 1006.38(d)(2)(i)", true},
    [KIND_ORIGINAL_CREDITOR] = {"original creditor", LAW_HOLD_WHOLE, PERIOD_POLICY,
                                "name and address of the original creditor, or the notice that it is the current one",
                                "the agency", "the answer is sent", "15 USC 1692g(b); 12 CFR 1006.38(c)", false},
    [KIND_IDENTITY_THEFT] = {"identity theft", LAW_HOLD_WHOLE, PERIOD_POLICY,
                             "the creditor is told; the debtor gets the papers of the account on request",
                             "the agency, by the creditor's papers", "verification is sent",
                             "15 USC 1681m(g), 1681s-2(a)(6)(B); 12 CFR 1006.38(d)(2)(i)", true},
    [KIND_DIRECT] = {"direct", LAW_HOLD_WHOLE, PERIOD_FCRA,
                     "an investigation, its results to the debtor, corrections to every bureau", "the furnisher",
                     "the answer is sent", "15 USC 1681s-2(a)(8); 12 CFR 1022.43(e); 12 CFR 1006.38(d)(2)(i)", false},
    [KIND_BUREAU] = {"bureau", LAW_HOLD_NOTHING, PERIOD_BUREAU, "an investigation, its results to the bureau (ACDV)",
                     "the furnisher", "the agency's policy alone holds", "15 USC 1681s-2(b), 1681i(a)(1)", false},
};

const struct kind_rule *kind_rule(enum dispute_kind kind)
{
    return &RULES[kind];
}

static enum status check_asked(const struct kind_claim *claim, struct error *err)
{
    if (claim->asked == KIND_LATE)
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "kind: late is what the service finds by the validation notice: say written");
    if (claim->asked == KIND_WRITTEN && !claim->is_written)
        return error_set(err, STATUS_INVALID_ARGUMENT, "kind: written, and is_written says that it is not");
    if (claim->asked == KIND_ORAL && claim->is_written)
        return error_set(err, STATUS_INVALID_ARGUMENT, "kind: oral, and is_written says that it is in writing");
    if (claim->asked == KIND_PART && claim->amount_minor == 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "amount_minor: a part needs the amount that is disputed");
    if (claim->amount_minor != 0 && claim->asked != KIND_UNKNOWN && claim->asked != KIND_PART)
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "amount_minor: only a dispute of a part has one, not one that is %s",
                         RULES[claim->asked].name);
    return STATUS_OK;
}

enum status kind_decide(const struct kind_claim *claim, enum dispute_kind *ret_kind, struct error *err)
{
    enum status st = check_asked(claim, err);
    if (st != STATUS_OK)
        return st;
    if (claim->asked != KIND_UNKNOWN && claim->asked != KIND_WRITTEN)
        *ret_kind = claim->asked;
    else if (claim->amount_minor != 0)
        *ret_kind = KIND_PART;
    else if (!claim->is_written)
        *ret_kind = KIND_ORAL;
    else
        *ret_kind = claim->is_timely ? KIND_WRITTEN : KIND_LATE;
    return STATUS_OK;
}

enum law_hold kind_law_hold(enum dispute_kind kind, bool is_written, bool is_timely)
{
    return is_written && is_timely ? RULES[kind].hold : LAW_HOLD_NOTHING;
}

enum law_hold kind_contact_hold(enum law_hold law_hold, bool is_by_law_alone)
{
    return is_by_law_alone && law_hold != LAW_HOLD_UNKNOWN ? law_hold : LAW_HOLD_WHOLE;
}

struct date kind_earliest_day(struct instant at)
{
    return (struct date){(int32_t)((at.us - WEST_HOURS * US_PER_HOUR) / US_PER_DAY)};
}

struct date kind_latest_day(struct instant at)
{
    return (struct date){(int32_t)(at.us / US_PER_DAY)};
}

static struct instant end_of(struct date day)
{
    return (struct instant){(day.days + 1) * US_PER_DAY};
}

struct date kind_information_latest(struct instant received_at)
{
    return law_direct_dispute_deadline(&(struct law_dispute){.received = kind_earliest_day(received_at)});
}

struct instant kind_deadline(enum dispute_kind kind, const struct kind_clock *clock)
{
    const struct date received = kind_earliest_day(clock->received_at);
    switch (RULES[kind].period) {
    case PERIOD_POLICY:
        break;
    case PERIOD_FCRA:
        return end_of(law_direct_dispute_deadline(&(struct law_dispute){
            .received = received, .has_more_information = clock->is_extended, .more_on = received}));
    case PERIOD_BUREAU:
        return end_of(clock->answer_due_on);
    }
    return (struct instant){clock->received_at.us + clock->policy_days * US_PER_DAY};
}

struct instant kind_frivolous_deadline(struct instant determined_at)
{
    return end_of(law_frivolous_notice_deadline(kind_earliest_day(determined_at)));
}
