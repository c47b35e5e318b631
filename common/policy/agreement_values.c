#include "policy/agreement_values.h"

/* In the order of their enums. */
static const cyaml_strval_t BUCKET_NAMES[] = {
    {"principal", AGREEMENT_PRINCIPAL},
    {"interest", AGREEMENT_INTEREST},
    {"fees", AGREEMENT_FEES},
    {"costs", AGREEMENT_COSTS},
};
static const cyaml_strval_t ORDER_NAMES[] = {
    {"oldest", AGREEMENT_OLDEST},
    {"smallest", AGREEMENT_SMALLEST},
    {"largest", AGREEMENT_LARGEST},
};
static const cyaml_strval_t OVERPAYMENT_NAMES[] = {{"suspense", AGREEMENT_SUSPENSE}};
static const cyaml_strval_t PAID_NAMES[] = {
    {"us", AGREEMENT_PAID_US},
    {"client", AGREEMENT_PAID_CLIENT},
    {"agency", AGREEMENT_PAID_AGENCY},
};
static const cyaml_strval_t STAGE_NAMES[] = {{"collection", AGREEMENT_COLLECTION}, {"legal", AGREEMENT_LEGAL}};
static const cyaml_strval_t METHOD_NAMES[] = {{"net", AGREEMENT_NET}, {"gross", AGREEMENT_GROSS}};
static const cyaml_strval_t EVERY_NAMES[] = {{"week", AGREEMENT_WEEK}, {"month", AGREEMENT_MONTH}};
static const cyaml_strval_t BASIS_NAMES[] = {
    {"agreement", AGREEMENT_BASIS_AGREEMENT},   {"law", AGREEMENT_BASIS_LAW},
    {"statute_eu", AGREEMENT_BASIS_STATUTE_EU}, {"statute_uk", AGREEMENT_BASIS_STATUTE_UK},
    {"judgment", AGREEMENT_BASIS_JUDGMENT},
};
static const cyaml_strval_t DAY_COUNT_NAMES[] = {
    {"actual/365", AGREEMENT_ACTUAL_365},
    {"actual/360", AGREEMENT_ACTUAL_360},
    {"actual/actual", AGREEMENT_ACTUAL_ACTUAL},
    {"30/360", AGREEMENT_30_360},
};
static const cyaml_strval_t FROM_NAMES[] = {
    {"due", AGREEMENT_FROM_DUE},
    {"placed", AGREEMENT_FROM_PLACED},
    {"judgment", AGREEMENT_FROM_JUDGMENT},
};

/* What is not all of an enum. */
static const cyaml_strval_t ON_NAMES[] = {{"principal", AGREEMENT_PRINCIPAL}};
static const cyaml_strval_t ADDED_NAMES[] = {{"fees", AGREEMENT_FEES}, {"costs", AGREEMENT_COSTS}};

const char *agreement_bucket_name(enum agreement_bucket bucket)
{
    return BUCKET_NAMES[bucket].str;
}

const char *agreement_order_name(enum agreement_order order)
{
    return ORDER_NAMES[order - 1].str;
}

const char *agreement_paid_name(enum agreement_paid paid)
{
    return PAID_NAMES[paid - 1].str;
}

const char *agreement_stage_name(enum agreement_stage stage)
{
    return STAGE_NAMES[stage - 1].str;
}

const char *agreement_method_name(enum agreement_method method)
{
    return METHOD_NAMES[method - 1].str;
}

const char *agreement_every_name(enum agreement_every every)
{
    return EVERY_NAMES[every - 1].str;
}

const char *agreement_basis_name(enum agreement_basis basis)
{
    return BASIS_NAMES[basis - 1].str;
}

const char *agreement_day_count_name(enum agreement_day_count day_count)
{
    return DAY_COUNT_NAMES[day_count - 1].str;
}

const char *agreement_from_name(enum agreement_from from)
{
    return FROM_NAMES[from - 1].str;
}

#define STRICT   (CYAML_FLAG_DEFAULT | CYAML_FLAG_STRICT)
#define OPTIONAL CYAML_FLAG_OPTIONAL
#define TEXT(key, flags, type, member, max)                                                                            \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | (flags), struct type, member, 1, max)
#define NUMBER(key, type, member) CYAML_FIELD_INT_PTR(key, OPTIONAL, struct type, member)
#define WORD(key, flags, type, member, names)                                                                          \
    CYAML_FIELD_ENUM(key, STRICT | (flags), struct type, member, names, ARRAY_SIZE(names))
#define DECIMAL_MAX 32

static const cyaml_schema_field_t FEE_FIELDS[] = {
    NUMBER("from_day", fee_values, from_day),
    NUMBER("to_day", fee_values, to_day),
    NUMBER("at_least_minor", fee_values, at_least_minor),
    NUMBER("at_most_minor", fee_values, at_most_minor),
    WORD("paid", OPTIONAL, fee_values, paid, PAID_NAMES),
    WORD("stage", OPTIONAL, fee_values, stage, STAGE_NAMES),
    TEXT("percent", CYAML_FLAG_DEFAULT, fee_values, percent, DECIMAL_MAX),
    NUMBER("minimum_minor", fee_values, minimum_minor),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t FEE = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct fee_values, FEE_FIELDS)};

static const cyaml_schema_field_t REMITTANCE_FIELDS[] = {
    WORD("method", CYAML_FLAG_DEFAULT, remittance_values, method, METHOD_NAMES),
    WORD("every", CYAML_FLAG_DEFAULT, remittance_values, every, EVERY_NAMES),
    NUMBER("minimum_minor", remittance_values, minimum_minor),
    TEXT("payee", CYAML_FLAG_DEFAULT, remittance_values, payee, AGREEMENT_TEXT_SIZE - 1),
    TEXT("reference", CYAML_FLAG_DEFAULT, remittance_values, reference, AGREEMENT_TEXT_SIZE - 1),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t INTEREST_FIELDS[] = {
    WORD("basis", CYAML_FLAG_DEFAULT, interest_values, basis, BASIS_NAMES),
    TEXT("rate_percent", OPTIONAL, interest_values, rate_percent, DECIMAL_MAX),
    TEXT("reference", OPTIONAL, interest_values, reference, SOP_CODE_SIZE - 1),
    TEXT("points", OPTIONAL, interest_values, points, DECIMAL_MAX),
    WORD("day_count", CYAML_FLAG_DEFAULT, interest_values, day_count, DAY_COUNT_NAMES),
    WORD("from", CYAML_FLAG_DEFAULT, interest_values, from, FROM_NAMES),
    WORD("on", OPTIONAL, interest_values, on, ON_NAMES),
    TEXT("evidence", OPTIONAL, interest_values, evidence, AGREEMENT_EVIDENCE_SIZE - 1),
    NUMBER("cap_minor", interest_values, cap_minor),
    TEXT("cap_percent", OPTIONAL, interest_values, cap_percent, DECIMAL_MAX),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t DEBTOR_FEE_FIELDS[] = {
    CYAML_FIELD_STRING("code", CYAML_FLAG_DEFAULT, struct debtor_fee_values, code, 1),
    NUMBER("amount_minor", debtor_fee_values, amount_minor),
    TEXT("percent", OPTIONAL, debtor_fee_values, percent, DECIMAL_MAX),
    WORD("bucket", CYAML_FLAG_DEFAULT, debtor_fee_values, bucket, ADDED_NAMES),
    NUMBER("cap_minor", debtor_fee_values, cap_minor),
    WORD("basis", CYAML_FLAG_DEFAULT, debtor_fee_values, basis, BASIS_NAMES),
    TEXT("evidence", OPTIONAL, debtor_fee_values, evidence, AGREEMENT_EVIDENCE_SIZE - 1),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t DEBTOR_FEE = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct debtor_fee_values, DEBTOR_FEE_FIELDS)};

static const cyaml_schema_value_t BUCKET = {
    CYAML_VALUE_ENUM(STRICT, enum agreement_bucket, BUCKET_NAMES, ARRAY_SIZE(BUCKET_NAMES))};

/* How many buckets `apply` names is checked where it can be said which one is missing. */
static const cyaml_schema_field_t AGREEMENT_FIELDS[] = {
    TEXT("client", CYAML_FLAG_DEFAULT, agreement_values, client, AGREEMENT_CLIENT_SIZE - 1),
    TEXT("valid_from", OPTIONAL, agreement_values, valid_from, DECIMAL_MAX),
    TEXT("valid_until", OPTIONAL, agreement_values, valid_until, DECIMAL_MAX),
    CYAML_FIELD_SEQUENCE_COUNT("apply", CYAML_FLAG_POINTER, struct agreement_values, apply, n_apply, &BUCKET, 0,
                               CYAML_UNLIMITED),
    WORD("order", CYAML_FLAG_DEFAULT, agreement_values, order, ORDER_NAMES),
    WORD("overpayment", OPTIONAL, agreement_values, overpayment, OVERPAYMENT_NAMES),
    CYAML_FIELD_SEQUENCE_COUNT("fees", CYAML_FLAG_POINTER, struct agreement_values, fees, n_fees, &FEE, 1,
                               CYAML_UNLIMITED),
    CYAML_FIELD_MAPPING("remittance", CYAML_FLAG_DEFAULT, struct agreement_values, remittance, REMITTANCE_FIELDS),
    CYAML_FIELD_MAPPING_PTR("interest", OPTIONAL | CYAML_FLAG_POINTER, struct agreement_values, interest,
                            INTEREST_FIELDS),
    CYAML_FIELD_SEQUENCE_COUNT("debtor_fees", CYAML_FLAG_POINTER | OPTIONAL, struct agreement_values, debtor_fees,
                               n_debtor_fees, &DEBTOR_FEE, 0, CYAML_UNLIMITED),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t AGREEMENT = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct agreement_values, AGREEMENT_FIELDS)};

static const cyaml_schema_field_t REFERENCE_FIELDS[] = {
    CYAML_FIELD_STRING("authority", CYAML_FLAG_DEFAULT, struct reference_values, authority, 1),
    TEXT("half", CYAML_FLAG_DEFAULT, reference_values, half, DECIMAL_MAX),
    TEXT("percent", CYAML_FLAG_DEFAULT, reference_values, percent, DECIMAL_MAX),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t REFERENCE = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct reference_values, REFERENCE_FIELDS)};

static const cyaml_schema_field_t FILE_FIELDS[] = {
    CYAML_FIELD_STRING("name", CYAML_FLAG_DEFAULT, struct agreements_values, name, 1),
    TEXT("title", OPTIONAL, agreements_values, title, 255),
    TEXT("owner", OPTIONAL, agreements_values, owner, 127),
    TEXT("review_by", OPTIONAL, agreements_values, review_by, DECIMAL_MAX),
    CYAML_FIELD_SEQUENCE_COUNT("reference_rates", CYAML_FLAG_POINTER | OPTIONAL, struct agreements_values,
                               reference_rates, n_reference_rates, &REFERENCE, 0, CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE_COUNT("agreements", CYAML_FLAG_POINTER, struct agreements_values, agreements, n_agreements,
                               &AGREEMENT, 1, CYAML_UNLIMITED),
    CYAML_FIELD_END,
};
const cyaml_schema_value_t AGREEMENTS_SCHEMA = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct agreements_values, FILE_FIELDS)};
