#ifndef DUNLIN_RULES_RULE_KINDS_H
#define DUNLIN_RULES_RULE_KINDS_H

#include "rules/judgement.h"

/* The kinds of rules: one row each, with the parameters it takes and what judges by it. A kind is added as a row and a
 * function. */

typedef uint32_t action_set;
#define ACTION_BIT(action) ((action_set)1 << (action))

/* Parameters of rules; their names, types and ranges stand in rule_values.c. */
enum rule_parameter {
    PARAMETER_FROM,
    PARAMETER_TO,
    PARAMETER_LIMIT,
    PARAMETER_DAYS,
    PARAMETER_DAILY_LIMIT,
    PARAMETER_MEDIA,
    PARAMETER_COUNTS,
    PARAMETER_PER,
    PARAMETER_TARGET,
    PARAMETER_LEAVES_OUT,
    PARAMETER_DEBT_TYPE,
    PARAMETER_HOLD,
    PARAMETER_LIFTED,
    PARAMETER_ZONES,
    PARAMETER_COUNT,
};
#define PARAMETER_BIT(parameter) (1u << (parameter))

struct rule_kind {
    const char *name;
    const char *title; /* what it refuses, for people */
    unsigned required; /* bits of enum rule_parameter */
    unsigned optional;
    action_set actions; /* questions that it looks at */
    medium_set media;   /* contacts that it looks at, where the rule does not say */
    void (*judge)(const struct rule *rule, struct judgement *judgement); /* NULL: computed elsewhere, never blocks */
};

/* NULL where there is none of that name; the n-th, NULL beyond the last. */
const struct rule_kind *rule_kind_find(const char *name);
const struct rule_kind *rule_kind_at(size_t index);

/* Evaluators by theme: kind_time.c */
void judge_calling_window(const struct rule *rule, struct judgement *judgement);
void judge_unknown_zone(const struct rule *rule, struct judgement *judgement);
void judge_designated_time(const struct rule *rule, struct judgement *judgement);
void judge_designated_place(const struct rule *rule, struct judgement *judgement);
void judge_workplace(const struct rule *rule, struct judgement *judgement);

/* kind_frequency.c */
void judge_contact_cap(const struct rule *rule, struct judgement *judgement);
void judge_cool_down(const struct rule *rule, struct judgement *judgement);
void judge_rebuttal(const struct rule *rule, struct judgement *judgement);
void judge_cumulative(const struct rule *rule, struct judgement *judgement);

/* kind_hold.c */
void judge_hold(const struct rule *rule, struct judgement *judgement);
void judge_cease(const struct rule *rule, struct judgement *judgement);
void judge_attorney(const struct rule *rule, struct judgement *judgement);
void judge_stay(const struct rule *rule, struct judgement *judgement);
void judge_discharge(const struct rule *rule, struct judgement *judgement);
void judge_dispute(const struct rule *rule, struct judgement *judgement);
void judge_duplicative_dispute(const struct rule *rule, struct judgement *judgement);
void judge_original_creditor(const struct rule *rule, struct judgement *judgement);
void judge_substantiation(const struct rule *rule, struct judgement *judgement);
void judge_prior_notice(const struct rule *rule, struct judgement *judgement);

/* kind_media.c */
void judge_media_request(const struct rule *rule, struct judgement *judgement);
void judge_opt_out_notice(const struct rule *rule, struct judgement *judgement);
void judge_work_email(const struct rule *rule, struct judgement *judgement);
void judge_social(const struct rule *rule, struct judgement *judgement);
void judge_postcard(const struct rule *rule, struct judgement *judgement);
void judge_envelope(const struct rule *rule, struct judgement *judgement);
void judge_email_safe_harbor(const struct rule *rule, struct judgement *judgement);
void judge_text_safe_harbor(const struct rule *rule, struct judgement *judgement);
void judge_electronic_consent(const struct rule *rule, struct judgement *judgement);

/* kind_third_party.c */
void judge_third_party(const struct rule *rule, struct judgement *judgement);
void judge_location_content(const struct rule *rule, struct judgement *judgement);
void judge_location_attorney(const struct rule *rule, struct judgement *judgement);
void judge_location_once(const struct rule *rule, struct judgement *judgement);

/* kind_tcpa.c */
void judge_wireless_consent(const struct rule *rule, struct judgement *judgement);
void judge_wireless_revocation(const struct rule *rule, struct judgement *judgement);
void judge_residential_cap(const struct rule *rule, struct judgement *judgement);

/* kind_content.c */
void judge_disclosure(const struct rule *rule, struct judgement *judgement);
void judge_identity(const struct rule *rule, struct judgement *judgement);
void judge_communicated_dispute(const struct rule *rule, struct judgement *judgement);
void judge_overshadowing(const struct rule *rule, struct judgement *judgement);
void judge_validation_timing(const struct rule *rule, struct judgement *judgement);
void judge_validation_content(const struct rule *rule, struct judgement *judgement);
void judge_delivery(const struct rule *rule, struct judgement *judgement);

/* kind_money.c */
void judge_fee(const struct rule *rule, struct judgement *judgement);
void judge_postdated(const struct rule *rule, struct judgement *judgement);
void judge_time_barred(const struct rule *rule, struct judgement *judgement);
void judge_venue(const struct rule *rule, struct judgement *judgement);
void judge_furnishing(const struct rule *rule, struct judgement *judgement);
void judge_transfer(const struct rule *rule, struct judgement *judgement);
void judge_payment(const struct rule *rule, struct judgement *judgement);
void judge_retention(const struct rule *rule, struct judgement *judgement);
void judge_reinitiation(const struct rule *rule, struct judgement *judgement);
void judge_reinitiated_amount(const struct rule *rule, struct judgement *judgement);
void judge_debit_authorization(const struct rule *rule, struct judgement *judgement);
void judge_varying_amount(const struct rule *rule, struct judgement *judgement);

#endif
