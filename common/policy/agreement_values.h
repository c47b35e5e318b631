#ifndef DUNLIN_POLICY_AGREEMENT_VALUES_H
#define DUNLIN_POLICY_AGREEMENT_VALUES_H

#include "policy/agreement.h"
#include "policy/policy_file.h"

/* Agreements as their file says them: what libcyaml makes of it. 0 of an optional word: not said. Internal to this
 * module. */

struct fee_values {
    int32_t *from_day, *to_day;
    int64_t *at_least_minor, *at_most_minor;
    enum agreement_paid paid;
    enum agreement_stage stage;
    char *percent;
    int64_t *minimum_minor;
};

struct remittance_values {
    enum agreement_method method;
    enum agreement_every every;
    int64_t *minimum_minor;
    char *payee, *reference;
};

struct interest_values {
    enum agreement_basis basis;
    char *rate_percent;
    char *reference, *points;
    enum agreement_day_count day_count;
    enum agreement_from from;
    enum agreement_bucket on; /* principal is the only word */
    char *evidence;
    int64_t *cap_minor;
    char *cap_percent;
};

struct debtor_fee_values {
    char code[SOP_CODE_SIZE];
    int64_t *amount_minor;
    char *percent;
    enum agreement_bucket bucket;
    int64_t *cap_minor;
    enum agreement_basis basis;
    char *evidence;
};

struct agreement_values {
    char *client;
    char *valid_from, *valid_until;
    enum agreement_bucket *apply;
    unsigned n_apply;
    enum agreement_order order;
    enum agreement_overpayment overpayment;
    struct fee_values *fees;
    unsigned n_fees;
    struct remittance_values remittance;
    struct interest_values *interest;
    struct debtor_fee_values *debtor_fees;
    unsigned n_debtor_fees;
};

struct reference_values {
    char authority[SOP_CODE_SIZE];
    char *half;
    char *percent;
};

struct agreements_values {
    char name[SOP_CODE_SIZE];
    char *title, *owner, *review_by;
    struct reference_values *reference_rates;
    unsigned n_reference_rates;
    struct agreement_values *agreements;
    unsigned n_agreements;
};

extern const cyaml_schema_value_t AGREEMENTS_SCHEMA;

#endif
