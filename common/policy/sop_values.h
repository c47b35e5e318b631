#ifndef DUNLIN_POLICY_SOP_VALUES_H
#define DUNLIN_POLICY_SOP_VALUES_H

#include "policy/policy_file.h"
#include "policy/sop.h"

/* An SOP as its file says it: what libcyaml makes of it. Internal to this module. */

struct condition_values {
    enum sop_fact fact;
    int64_t *at_least, *at_most;
    char *reason;
};

struct class_values {
    char code[SOP_CODE_SIZE];
    char title[128];
    struct condition_values *when;
    unsigned n_when;
    char segment[SOP_CODE_SIZE];
    enum sop_risk risk;
    int32_t priority;
    char *strategy;
};

struct repeat_values {
    int32_t every_days;
    int32_t times;
};

struct step_values {
    char code[SOP_CODE_SIZE];
    enum sop_anchor from;
    int32_t day;
    enum sop_channel channel;
    enum sop_purpose purpose; /* 0: not said */
    char *template, *script;
    struct repeat_values *repeat;
};

struct exit_values {
    enum sop_exit_event on;
    int32_t *days;
    enum sop_exit_to to;
    char *strategy;
};

struct strategy_values {
    char code[SOP_CODE_SIZE];
    char title[128];
    struct step_values *steps;
    unsigned n_steps;
    struct exit_values *exits;
    unsigned n_exits;
};

struct bucket_values {
    char code[SOP_CODE_SIZE];
    int32_t *from_day, *to_day;
};

struct authority_values {
    enum sop_role role;
    int64_t minimum_payment_minor;
    int32_t longest_plan_months;
    int32_t largest_discount_percent;
    enum sop_role approval_by; /* 0: not said */
};

struct tolerance_values {
    int64_t *minor, *percent; /* one of them */
};

struct plans_values {
    int32_t *grace_days;
    struct tolerance_values *tolerance;
    int32_t *breaks_in_a_row, *breaks_in_total, *settlement_percent;
};

struct escalation_values {
    char code[SOP_CODE_SIZE];
    char title[128];
    enum sop_trigger on;
    struct condition_values *when;
    unsigned n_when;
    char *client, *currency, *class;
    enum sop_role to;
    char *queue, *person, *agency; /* one of them at most */
    int32_t again_after_days;
    int32_t priority;
    int32_t within_hours;
    enum sop_action action;
};

struct complaint_values {
    enum sop_severity severity;
    int32_t acknowledge_within_hours;
    int32_t resolve_within_days;
    bool holds_contact;
};

struct target_values {
    char kpi[SOP_CODE_SIZE];
    int64_t *at_least, *at_most;
};

enum sop_dispute_holds {
    SOP_DISPUTES_HOLD_ALL = 0, /* not said, too: the strict one */
    SOP_DISPUTES_HOLD_BY_LAW,
};

struct sop_values {
    char name[SOP_CODE_SIZE];
    char *title;
    char *owner;
    char *review_by;
    enum sop_debts debts; /* 0: not said */
    char **rule_packs;
    unsigned n_rule_packs;
    char **languages;
    unsigned n_languages;
    int32_t promise_grace_days;
    struct tolerance_values *promise_tolerance;
    struct plans_values *plans;
    int32_t verification_days;
    enum sop_dispute_holds dispute_holds;
    struct bucket_values *buckets;
    unsigned n_buckets;
    struct class_values *classes;
    unsigned n_classes;
    struct strategy_values *strategies;
    unsigned n_strategies;
    struct exit_values *exits; /* of all strategies */
    unsigned n_exits;
    struct authority_values *authority;
    unsigned n_authority;
    struct escalation_values *escalations;
    unsigned n_escalations;
    struct target_values *targets;
    unsigned n_targets;
    struct complaint_values *complaints;
    unsigned n_complaints;
};

extern const cyaml_schema_value_t SOP_SCHEMA;

#endif
