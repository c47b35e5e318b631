#include "policy/sop_values.h"

#define SOP_RULE_PACKS_MAX 16 /* as many as can be selected at once */
#define SOP_LANGUAGES_MAX  16

/* In the order of the enum. */
static const cyaml_strval_t FACT_NAMES[] = {
    {"days_past_due", SOP_DAYS_PAST_DUE},
    {"balance_minor", SOP_BALANCE_MINOR},
    {"payments", SOP_PAYMENTS},
    {"days_since_payment", SOP_DAYS_SINCE_PAYMENT},
    {"broken_promises", SOP_BROKEN_PROMISES},
    {"open_disputes", SOP_OPEN_DISPUTES},
    {"debtor_accounts", SOP_DEBTOR_ACCOUNTS},
    {"debtor_late_accounts", SOP_DEBTOR_LATE_ACCOUNTS},
    {"failed_contacts", SOP_FAILED_CONTACTS},
    {"days_without_contact", SOP_DAYS_WITHOUT_CONTACT},
    {"dispute_days", SOP_DISPUTE_DAYS},
    {"open_complaints", SOP_OPEN_COMPLAINTS},
};

static const cyaml_strval_t RISK_NAMES[] = {
    {"low", SOP_RISK_LOW},
    {"medium", SOP_RISK_MEDIUM},
    {"high", SOP_RISK_HIGH},
};

static const cyaml_strval_t ANCHOR_NAMES[] = {
    {"placed", SOP_ANCHOR_PLACED},
    {"due", SOP_ANCHOR_DUE},
    {"classified", SOP_ANCHOR_CLASSIFIED},
    {"promise_broken", SOP_ANCHOR_PROMISE_BROKEN},
};

/* In the order of the enum, which begins at 1. */
static const cyaml_strval_t CHANNEL_NAMES[] = {
    {"call", SOP_CHANNEL_CALL},         {"prerecorded", SOP_CHANNEL_PRERECORDED},
    {"ringless", SOP_CHANNEL_RINGLESS}, {"text", SOP_CHANNEL_TEXT},
    {"email", SOP_CHANNEL_EMAIL},       {"letter", SOP_CHANNEL_LETTER},
    {"portal", SOP_CHANNEL_PORTAL},
};

/* In the order of the enum, which begins at 1. */
static const cyaml_strval_t PURPOSE_NAMES[] = {
    {"collection", SOP_PURPOSE_COLLECTION},
    {"callback", SOP_PURPOSE_CALLBACK},
    {"validation_notice", SOP_PURPOSE_VALIDATION_NOTICE},
    {"dispute_response", SOP_PURPOSE_DISPUTE_RESPONSE},
    {"payment_confirmation", SOP_PURPOSE_PAYMENT_CONFIRMATION},
    {"opt_out_confirmation", SOP_PURPOSE_OPT_OUT_CONFIRMATION},
    {"required_by_law", SOP_PURPOSE_REQUIRED_BY_LAW},
    {"terminate_efforts", SOP_PURPOSE_TERMINATE_EFFORTS},
    {"remedy_notice", SOP_PURPOSE_REMEDY_NOTICE},
};

/* In the order of their enums, which begin at 1. */
static const cyaml_strval_t EXIT_EVENT_NAMES[] = {
    {"paid", SOP_EXIT_PAID},
    {"promise_made", SOP_EXIT_PROMISE_MADE},
    {"plan_agreed", SOP_EXIT_PLAN_AGREED},
    {"dispute_opened", SOP_EXIT_DISPUTE_OPENED},
    {"cease_received", SOP_EXIT_CEASE_RECEIVED},
    {"attorney_named", SOP_EXIT_ATTORNEY_NAMED},
    {"bankruptcy_filed", SOP_EXIT_BANKRUPTCY_FILED},
    {"deceased", SOP_EXIT_DECEASED},
    {"recalled", SOP_EXIT_RECALLED},
    {"class_changed", SOP_EXIT_CLASS_CHANGED},
    {"steps_done", SOP_EXIT_STEPS_DONE},
    {"days_in_strategy", SOP_EXIT_DAYS_IN_STRATEGY},
};
static const cyaml_strval_t EXIT_TO_NAMES[] = {
    {"strategy", SOP_TO_STRATEGY}, {"class", SOP_TO_CLASS}, {"hold", SOP_TO_HOLD},     {"close", SOP_TO_CLOSE},
    {"return", SOP_TO_RETURN},     {"legal", SOP_TO_LEGAL}, {"review", SOP_TO_REVIEW},
};
static const cyaml_strval_t ROLE_NAMES[] = {
    {"collector", SOP_ROLE_COLLECTOR},   {"supervisor", SOP_ROLE_SUPERVISOR}, {"manager", SOP_ROLE_MANAGER},
    {"compliance", SOP_ROLE_COMPLIANCE}, {"client", SOP_ROLE_CLIENT},
};
static const cyaml_strval_t TRIGGER_NAMES[] = {
    {"condition", SOP_ON_CONDITION},
    {"complaint", SOP_ON_COMPLAINT},
    {"dispute_opened", SOP_ON_DISPUTE_OPENED},
    {"dispute_overdue", SOP_ON_DISPUTE_OVERDUE},
    {"notice_overdue", SOP_ON_NOTICE_OVERDUE},
    {"promise_broken", SOP_ON_PROMISE_BROKEN},
    {"payment_returned", SOP_ON_PAYMENT_RETURNED},
    {"cease_received", SOP_ON_CEASE_RECEIVED},
    {"attorney_named", SOP_ON_ATTORNEY_NAMED},
    {"bankruptcy_filed", SOP_ON_BANKRUPTCY_FILED},
    {"deceased", SOP_ON_DECEASED},
    {"hardship_claimed", SOP_ON_HARDSHIP_CLAIMED},
    {"steps_done", SOP_ON_STEPS_DONE},
};
static const cyaml_strval_t ACTION_NAMES[] = {
    {"review", SOP_ACTION_REVIEW},
    {"call", SOP_ACTION_CALL},
    {"answer", SOP_ACTION_ANSWER},
    {"hold", SOP_ACTION_HOLD},
    {"offer_plan", SOP_ACTION_OFFER_PLAN},
    {"offer_settlement", SOP_ACTION_OFFER_SETTLEMENT},
    {"legal_review", SOP_ACTION_LEGAL_REVIEW},
    {"hand_over", SOP_ACTION_HAND_OVER},
    {"return", SOP_ACTION_RETURN},
};
static const cyaml_strval_t SEVERITY_NAMES[] = {
    {"low", SOP_SEVERITY_LOW},
    {"medium", SOP_SEVERITY_MEDIUM},
    {"high", SOP_SEVERITY_HIGH},
    {"critical", SOP_SEVERITY_CRITICAL},
};
static const cyaml_strval_t DISPUTE_HOLDS_NAMES[] = {
    {"all", SOP_DISPUTES_HOLD_ALL},
    {"law", SOP_DISPUTES_HOLD_BY_LAW},
};
static const cyaml_strval_t DEBTS_NAMES[] = {
    {"consumer", SOP_DEBTS_CONSUMER},
    {"medical", SOP_DEBTS_MEDICAL},
    {"commercial", SOP_DEBTS_COMMERCIAL},
};

/* A row's place is its number less `first`, that of the first row. */
#define WORD_OF(names, value, first) ((names)[(size_t)(value) - (first)].str)

const char *sop_fact_name(enum sop_fact fact)
{
    return WORD_OF(FACT_NAMES, fact, 0);
}

const char *sop_risk_name(enum sop_risk risk)
{
    return WORD_OF(RISK_NAMES, risk, 1);
}

const char *sop_anchor_name(enum sop_anchor anchor)
{
    return WORD_OF(ANCHOR_NAMES, anchor, 0);
}

const char *sop_channel_name(enum sop_channel channel)
{
    return WORD_OF(CHANNEL_NAMES, channel, 1);
}

const char *sop_purpose_name(enum sop_purpose purpose)
{
    return WORD_OF(PURPOSE_NAMES, purpose, 1);
}

const char *sop_exit_event_name(enum sop_exit_event event)
{
    return WORD_OF(EXIT_EVENT_NAMES, event, 1);
}

const char *sop_exit_to_name(enum sop_exit_to to)
{
    return WORD_OF(EXIT_TO_NAMES, to, 1);
}

const char *sop_role_name(enum sop_role role)
{
    return WORD_OF(ROLE_NAMES, role, 1);
}

const char *sop_trigger_name(enum sop_trigger trigger)
{
    return WORD_OF(TRIGGER_NAMES, trigger, 1);
}

const char *sop_action_name(enum sop_action action)
{
    return WORD_OF(ACTION_NAMES, action, 1);
}

const char *sop_severity_name(enum sop_severity severity)
{
    return WORD_OF(SEVERITY_NAMES, severity, 1);
}

const char *sop_debts_name(enum sop_debts debts)
{
    return WORD_OF(DEBTS_NAMES, debts, 1);
}

#define STRICT (CYAML_FLAG_DEFAULT | CYAML_FLAG_STRICT)

static const cyaml_schema_field_t CONDITION_FIELDS[] = {
    CYAML_FIELD_ENUM("fact", STRICT, struct condition_values, fact, FACT_NAMES, ARRAY_SIZE(FACT_NAMES)),
    CYAML_FIELD_INT_PTR("at_least", CYAML_FLAG_OPTIONAL, struct condition_values, at_least),
    CYAML_FIELD_INT_PTR("at_most", CYAML_FLAG_OPTIONAL, struct condition_values, at_most),
    CYAML_FIELD_STRING_PTR("reason", CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, struct condition_values, reason, 1,
                           SOP_CODE_SIZE - 1),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t CONDITION = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct condition_values, CONDITION_FIELDS)};

static const cyaml_schema_field_t CLASS_FIELDS[] = {
    CYAML_FIELD_STRING("code", CYAML_FLAG_DEFAULT, struct class_values, code, 1),
    CYAML_FIELD_STRING("title", CYAML_FLAG_DEFAULT, struct class_values, title, 1),
    CYAML_FIELD_SEQUENCE_COUNT("when", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct class_values, when, n_when,
                               &CONDITION, 0, CYAML_UNLIMITED),
    CYAML_FIELD_STRING("segment", CYAML_FLAG_DEFAULT, struct class_values, segment, 1),
    CYAML_FIELD_ENUM("risk", STRICT, struct class_values, risk, RISK_NAMES, ARRAY_SIZE(RISK_NAMES)),
    CYAML_FIELD_INT("priority", CYAML_FLAG_DEFAULT, struct class_values, priority),
    CYAML_FIELD_STRING_PTR("strategy", CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, struct class_values, strategy, 1,
                           SOP_CODE_SIZE - 1),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t CLASS = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct class_values, CLASS_FIELDS)};

static const cyaml_schema_field_t REPEAT_FIELDS[] = {
    CYAML_FIELD_INT("every_days", CYAML_FLAG_DEFAULT, struct repeat_values, every_days),
    CYAML_FIELD_INT("times", CYAML_FLAG_DEFAULT, struct repeat_values, times),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t STEP_FIELDS[] = {
    CYAML_FIELD_STRING("code", CYAML_FLAG_DEFAULT, struct step_values, code, 1),
    CYAML_FIELD_ENUM("from", STRICT, struct step_values, from, ANCHOR_NAMES, ARRAY_SIZE(ANCHOR_NAMES)),
    CYAML_FIELD_INT("day", CYAML_FLAG_DEFAULT, struct step_values, day),
    CYAML_FIELD_ENUM("channel", STRICT, struct step_values, channel, CHANNEL_NAMES, ARRAY_SIZE(CHANNEL_NAMES)),
    CYAML_FIELD_ENUM("purpose", STRICT | CYAML_FLAG_OPTIONAL, struct step_values, purpose, PURPOSE_NAMES,
                     ARRAY_SIZE(PURPOSE_NAMES)),
    CYAML_FIELD_STRING_PTR("template", CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, struct step_values, template, 1,
                           SOP_CODE_SIZE - 1),
    CYAML_FIELD_STRING_PTR("script", CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, struct step_values, script, 1,
                           SOP_CODE_SIZE - 1),
    CYAML_FIELD_MAPPING_PTR("repeat", CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, struct step_values, repeat,
                            REPEAT_FIELDS),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t STEP = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct step_values, STEP_FIELDS)};

static const cyaml_schema_field_t EXIT_FIELDS[] = {
    CYAML_FIELD_ENUM("on", STRICT, struct exit_values, on, EXIT_EVENT_NAMES, ARRAY_SIZE(EXIT_EVENT_NAMES)),
    CYAML_FIELD_INT_PTR("days", CYAML_FLAG_OPTIONAL, struct exit_values, days),
    CYAML_FIELD_ENUM("to", STRICT, struct exit_values, to, EXIT_TO_NAMES, ARRAY_SIZE(EXIT_TO_NAMES)),
    CYAML_FIELD_STRING_PTR("strategy", CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, struct exit_values, strategy, 1,
                           SOP_CODE_SIZE - 1),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t EXIT = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct exit_values, EXIT_FIELDS)};

static const cyaml_schema_field_t STRATEGY_FIELDS[] = {
    CYAML_FIELD_STRING("code", CYAML_FLAG_DEFAULT, struct strategy_values, code, 1),
    CYAML_FIELD_STRING("title", CYAML_FLAG_DEFAULT, struct strategy_values, title, 1),
    CYAML_FIELD_SEQUENCE_COUNT("steps", CYAML_FLAG_POINTER, struct strategy_values, steps, n_steps, &STEP, 1,
                               CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE_COUNT("exits", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct strategy_values, exits,
                               n_exits, &EXIT, 0, CYAML_UNLIMITED),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t STRATEGY = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct strategy_values, STRATEGY_FIELDS)};

static const cyaml_schema_field_t BUCKET_FIELDS[] = {
    CYAML_FIELD_STRING("code", CYAML_FLAG_DEFAULT, struct bucket_values, code, 1),
    CYAML_FIELD_INT_PTR("from_day", CYAML_FLAG_OPTIONAL, struct bucket_values, from_day),
    CYAML_FIELD_INT_PTR("to_day", CYAML_FLAG_OPTIONAL, struct bucket_values, to_day),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t BUCKET = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct bucket_values, BUCKET_FIELDS)};

static const cyaml_schema_field_t AUTHORITY_FIELDS[] = {
    CYAML_FIELD_ENUM("role", STRICT, struct authority_values, role, ROLE_NAMES, ARRAY_SIZE(ROLE_NAMES)),
    CYAML_FIELD_INT("minimum_payment_minor", CYAML_FLAG_DEFAULT, struct authority_values, minimum_payment_minor),
    CYAML_FIELD_INT("longest_plan_months", CYAML_FLAG_DEFAULT, struct authority_values, longest_plan_months),
    CYAML_FIELD_INT("largest_discount_percent", CYAML_FLAG_DEFAULT, struct authority_values, largest_discount_percent),
    CYAML_FIELD_ENUM("approval_by", STRICT | CYAML_FLAG_OPTIONAL, struct authority_values, approval_by, ROLE_NAMES,
                     ARRAY_SIZE(ROLE_NAMES)),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t AUTHORITY = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct authority_values, AUTHORITY_FIELDS)};

static const cyaml_schema_field_t TOLERANCE_FIELDS[] = {
    CYAML_FIELD_INT_PTR("minor", CYAML_FLAG_OPTIONAL, struct tolerance_values, minor),
    CYAML_FIELD_INT_PTR("percent", CYAML_FLAG_OPTIONAL, struct tolerance_values, percent),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t PLANS_FIELDS[] = {
    CYAML_FIELD_INT_PTR("grace_days", CYAML_FLAG_OPTIONAL, struct plans_values, grace_days),
    CYAML_FIELD_MAPPING_PTR("tolerance", CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, struct plans_values, tolerance,
                            TOLERANCE_FIELDS),
    CYAML_FIELD_INT_PTR("breaks_in_a_row", CYAML_FLAG_OPTIONAL, struct plans_values, breaks_in_a_row),
    CYAML_FIELD_INT_PTR("breaks_in_total", CYAML_FLAG_OPTIONAL, struct plans_values, breaks_in_total),
    CYAML_FIELD_INT_PTR("settlement_percent", CYAML_FLAG_OPTIONAL, struct plans_values, settlement_percent),
    CYAML_FIELD_END,
};

#define ESCALATION_TEXT(name, max)                                                                                     \
    CYAML_FIELD_STRING_PTR(#name, CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, struct escalation_values, name, 1, max)
static const cyaml_schema_field_t ESCALATION_FIELDS[] = {
    CYAML_FIELD_STRING("code", CYAML_FLAG_DEFAULT, struct escalation_values, code, 1),
    CYAML_FIELD_STRING("title", CYAML_FLAG_DEFAULT, struct escalation_values, title, 1),
    CYAML_FIELD_ENUM("on", STRICT, struct escalation_values, on, TRIGGER_NAMES, ARRAY_SIZE(TRIGGER_NAMES)),
    CYAML_FIELD_SEQUENCE_COUNT("when", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct escalation_values, when, n_when,
                               &CONDITION, 0, CYAML_UNLIMITED),
    ESCALATION_TEXT(client, SOP_CLIENT_SIZE - 1),
    ESCALATION_TEXT(currency, SOP_CURRENCY_SIZE - 1),
    ESCALATION_TEXT(class, SOP_CODE_SIZE - 1),
    CYAML_FIELD_ENUM("to", STRICT, struct escalation_values, to, ROLE_NAMES, ARRAY_SIZE(ROLE_NAMES)),
    ESCALATION_TEXT(queue, SOP_CODE_SIZE - 1),
    ESCALATION_TEXT(person, SOP_CODE_SIZE - 1),
    ESCALATION_TEXT(agency, SOP_CODE_SIZE - 1),
    CYAML_FIELD_INT("again_after_days", CYAML_FLAG_OPTIONAL, struct escalation_values, again_after_days),
    CYAML_FIELD_INT("priority", CYAML_FLAG_OPTIONAL, struct escalation_values, priority),
    CYAML_FIELD_INT("within_hours", CYAML_FLAG_DEFAULT, struct escalation_values, within_hours),
    CYAML_FIELD_ENUM("action", STRICT, struct escalation_values, action, ACTION_NAMES, ARRAY_SIZE(ACTION_NAMES)),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t ESCALATION = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct escalation_values, ESCALATION_FIELDS)};

static const cyaml_schema_field_t TARGET_FIELDS[] = {
    CYAML_FIELD_STRING("kpi", CYAML_FLAG_DEFAULT, struct target_values, kpi, 1),
    CYAML_FIELD_INT_PTR("at_least", CYAML_FLAG_OPTIONAL, struct target_values, at_least),
    CYAML_FIELD_INT_PTR("at_most", CYAML_FLAG_OPTIONAL, struct target_values, at_most),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t TARGET = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct target_values, TARGET_FIELDS)};

static const cyaml_schema_field_t COMPLAINT_FIELDS[] = {
    CYAML_FIELD_ENUM("severity", STRICT, struct complaint_values, severity, SEVERITY_NAMES, ARRAY_SIZE(SEVERITY_NAMES)),
    CYAML_FIELD_INT("acknowledge_within_hours", CYAML_FLAG_DEFAULT, struct complaint_values, acknowledge_within_hours),
    CYAML_FIELD_INT("resolve_within_days", CYAML_FLAG_DEFAULT, struct complaint_values, resolve_within_days),
    CYAML_FIELD_BOOL("holds_contact", CYAML_FLAG_OPTIONAL, struct complaint_values, holds_contact),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t COMPLAINT = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct complaint_values, COMPLAINT_FIELDS)};

static const cyaml_schema_value_t WORD = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, SOP_CODE_SIZE - 1)};

static const cyaml_schema_field_t SOP_FIELDS[] = {
    CYAML_FIELD_STRING("name", CYAML_FLAG_DEFAULT, struct sop_values, name, 1),
    CYAML_FIELD_STRING_PTR("title", CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, struct sop_values, title, 1, 255),
    CYAML_FIELD_STRING_PTR("owner", CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, struct sop_values, owner, 1, 127),
    CYAML_FIELD_STRING_PTR("review_by", CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, struct sop_values, review_by, 1, 63),
    CYAML_FIELD_ENUM("debts", STRICT | CYAML_FLAG_OPTIONAL, struct sop_values, debts, DEBTS_NAMES,
                     ARRAY_SIZE(DEBTS_NAMES)),
    CYAML_FIELD_SEQUENCE_COUNT("rule_packs", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct sop_values, rule_packs,
                               n_rule_packs, &WORD, 1, SOP_RULE_PACKS_MAX),
    CYAML_FIELD_SEQUENCE_COUNT("languages", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct sop_values, languages,
                               n_languages, &WORD, 1, SOP_LANGUAGES_MAX),
    CYAML_FIELD_INT("promise_grace_days", CYAML_FLAG_DEFAULT, struct sop_values, promise_grace_days),
    CYAML_FIELD_MAPPING_PTR("promise_tolerance", CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, struct sop_values,
                            promise_tolerance, TOLERANCE_FIELDS),
    CYAML_FIELD_MAPPING_PTR("plans", CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, struct sop_values, plans, PLANS_FIELDS),
    CYAML_FIELD_INT("verification_days", CYAML_FLAG_DEFAULT, struct sop_values, verification_days),
    CYAML_FIELD_ENUM("dispute_holds", STRICT | CYAML_FLAG_OPTIONAL, struct sop_values, dispute_holds,
                     DISPUTE_HOLDS_NAMES, ARRAY_SIZE(DISPUTE_HOLDS_NAMES)),
    CYAML_FIELD_SEQUENCE_COUNT("buckets", CYAML_FLAG_POINTER, struct sop_values, buckets, n_buckets, &BUCKET, 1,
                               CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE_COUNT("classes", CYAML_FLAG_POINTER, struct sop_values, classes, n_classes, &CLASS, 1,
                               CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE_COUNT("strategies", CYAML_FLAG_POINTER, struct sop_values, strategies, n_strategies, &STRATEGY,
                               1, CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE_COUNT("exits", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct sop_values, exits, n_exits,
                               &EXIT, 0, CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE_COUNT("authority", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct sop_values, authority,
                               n_authority, &AUTHORITY, 0, CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE_COUNT("escalations", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct sop_values, escalations,
                               n_escalations, &ESCALATION, 0, CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE_COUNT("targets", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct sop_values, targets,
                               n_targets, &TARGET, 0, CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE_COUNT("complaints", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct sop_values, complaints,
                               n_complaints, &COMPLAINT, 0, CYAML_UNLIMITED),
    CYAML_FIELD_END,
};
const cyaml_schema_value_t SOP_SCHEMA = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct sop_values, SOP_FIELDS)};
