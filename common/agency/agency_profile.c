#include "agency/agency_profile.h"

#include <glib.h>

#include "policy/policy_file.h"
#include "rules/law_dates.h"

static const cyaml_strval_t PAPERS[] = {{"us", LETTER_PAPER_US}, {"din", LETTER_PAPER_DIN}};
static const cyaml_strval_t BASES[] = {{"last_statement", NOTICE_BASIS_LAST_STATEMENT},
                                       {"charge_off", NOTICE_BASIS_CHARGE_OFF},
                                       {"last_payment", NOTICE_BASIS_LAST_PAYMENT},
                                       {"transaction", NOTICE_BASIS_TRANSACTION},
                                       {"judgment", NOTICE_BASIS_JUDGMENT}};

/* A letterhead has no more lines than letters take, the name apart. */
#define LINES_MAX 6
#define TEXT(name, flags)                                                                                              \
    CYAML_FIELD_STRING_PTR(#name, CYAML_FLAG_POINTER | (flags), struct agency_profile, name, 1, 200)
#define LINES(name)                                                                                                    \
    CYAML_FIELD_SEQUENCE_COUNT(#name, CYAML_FLAG_POINTER, struct agency_profile, name, n_##name, &LINE, 1, LINES_MAX)

static const cyaml_schema_value_t LINE = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, 100)};

#define NOTICE(name, kind)                                                                                             \
    CYAML_FIELD_STRING_PTR(name, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct notice_templates, of[kind], 1, 60)
static const cyaml_schema_field_t LETTER_FIELDS[] = {
    NOTICE("received", NOTICE_DISPUTE_RECEIVED),         NOTICE("identity_theft", NOTICE_DISPUTE_IDENTITY_THEFT),
    NOTICE("duplicate", NOTICE_DISPUTE_DUPLICATE),       NOTICE("frivolous", NOTICE_DISPUTE_FRIVOLOUS),
    NOTICE("rejected", NOTICE_DISPUTE_REJECTED),         NOTICE("withdrawn", NOTICE_DISPUTE_WITHDRAWN),
    NOTICE("credited", NOTICE_DISPUTE_CREDITED),         NOTICE("closed", NOTICE_DISPUTE_CLOSED),
    NOTICE("verification", NOTICE_DISPUTE_VERIFICATION), CYAML_FIELD_END,
};

static const cyaml_schema_field_t DEBIT_FIELDS[] = {
    NOTICE("postdated", NOTICE_DEBIT_POSTDATED),
    NOTICE("varying", NOTICE_DEBIT_VARYING),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t PROFILE_FIELDS[] = {
    CYAML_FIELD_INT("agency", CYAML_FLAG_DEFAULT, struct agency_profile, agency_id),
    TEXT(name, CYAML_FLAG_DEFAULT),
    LINES(address),
    LINES(dispute_address),
    TEXT(phone, CYAML_FLAG_DEFAULT),
    TEXT(hours, CYAML_FLAG_DEFAULT),
    TEXT(email, CYAML_FLAG_OPTIONAL),
    TEXT(website, CYAML_FLAG_OPTIONAL),
    TEXT(license, CYAML_FLAG_OPTIONAL),
    TEXT(payment_link, CYAML_FLAG_OPTIONAL),
    TEXT(dispute_link, CYAML_FLAG_OPTIONAL),
    TEXT(language, CYAML_FLAG_DEFAULT),
    CYAML_FIELD_ENUM("paper", CYAML_FLAG_STRICT, struct agency_profile, paper, PAPERS, CYAML_ARRAY_LEN(PAPERS)),
    CYAML_FIELD_BOOL("consumer_financial_product", CYAML_FLAG_DEFAULT, struct agency_profile,
                     consumer_financial_product),
    CYAML_FIELD_ENUM("itemization", CYAML_FLAG_STRICT, struct agency_profile, itemization, BASES,
                     CYAML_ARRAY_LEN(BASES)),
    CYAML_FIELD_INT("assumption_days", CYAML_FLAG_DEFAULT, struct agency_profile, assumption_days),
    CYAML_FIELD_MAPPING("dispute_letters", CYAML_FLAG_OPTIONAL, struct agency_profile, dispute_letters, LETTER_FIELDS),
    CYAML_FIELD_MAPPING("debit_letters", CYAML_FLAG_OPTIONAL, struct agency_profile, debit_letters, DEBIT_FIELDS),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t PROFILE = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct agency_profile, PROFILE_FIELDS)};

static const cyaml_schema_value_t WORD = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, 60)};

static const cyaml_schema_field_t WORDS_FIELDS[] = {
    CYAML_FIELD_STRING_PTR("language", CYAML_FLAG_POINTER, struct opt_out_words, language, 2, 35),
    CYAML_FIELD_SEQUENCE_COUNT("words", CYAML_FLAG_POINTER, struct opt_out_words, words, n_words, &WORD, 1, 100),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t WORDS = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct opt_out_words, WORDS_FIELDS)};

static const cyaml_schema_field_t FILE_FIELDS[] = {
    CYAML_FIELD_SEQUENCE_COUNT("agencies", CYAML_FLAG_POINTER, struct agency_profiles, all, n, &PROFILE, 1, 1000),
    CYAML_FIELD_SEQUENCE_COUNT("opt_out_words", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct agency_profiles,
                               opt_out_words, n_opt_out_words, &WORDS, 0, 100),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t SCHEMA = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct agency_profiles, FILE_FIELDS)};

static enum status check(const struct policy_file *file, const struct agency_profiles *profiles, struct error *err)
{
    for (unsigned i = 0; i < profiles->n; i++) {
        const struct agency_profile *profile = &profiles->all[i];
        if (profile->agency_id < 0)
            return policy_refuse(file, err, policy_path("agencies[%u].agency", i), "%d is no agency's number",
                                 profile->agency_id);
        if (profile->assumption_days < LAW_RECEIPT_ASSUMPTION_DAYS || profile->assumption_days > 30)
            return policy_refuse(file, err, policy_path("agencies[%u].assumption_days", i),
                                 "%d is not within %d and 30 (12 CFR 1006.34(b)(5))", profile->assumption_days,
                                 LAW_RECEIPT_ASSUMPTION_DAYS);
        for (unsigned k = 0; k < i; k++)
            if (profiles->all[k].agency_id == profile->agency_id)
                return policy_refuse(file, err, policy_path("agencies[%u].agency", i), "%d is there twice",
                                     profile->agency_id);
    }
    return STATUS_OK;
}

static enum status check_words(const struct policy_file *file, const struct agency_profiles *profiles,
                               struct error *err)
{
    for (unsigned i = 0; i < profiles->n_opt_out_words; i++)
        for (unsigned k = 0; k < profiles->opt_out_words[i].n_words; k++)
            if (!is_opt_out_word(profiles->opt_out_words[i].words[k]))
                return policy_refuse(file, err, policy_path("opt_out_words[%u].words[%u]", i, k),
                                     "'%s' has no two letters: too many texts would ask to stop",
                                     profiles->opt_out_words[i].words[k]);
    return STATUS_OK;
}

enum status agency_profiles_load(const char *path, struct agency_profiles **ret_profiles, struct error *err)
{
    SCOPED(policy_file_fini) struct policy_file file = {0};
    void *data = NULL;
    enum status st = policy_file_read(path, &file, err);
    if (st == STATUS_OK)
        st = policy_file_values(&file, &SCHEMA, &data, err);
    if (st == STATUS_OK)
        st = check(&file, data, err);
    if (st == STATUS_OK)
        st = check_words(&file, data, err);
    if (st != STATUS_OK) {
        policy_values_free(&SCHEMA, data);
        return st;
    }
    *ret_profiles = data;
    return STATUS_OK;
}

void agency_profiles_free(struct agency_profiles *profiles)
{
    policy_values_free(&SCHEMA, profiles);
}

void agency_profiles_freep(struct agency_profiles **profiles)
{
    agency_profiles_free(*profiles);
    *profiles = NULL;
}

const struct agency_profile *agency_profiles_find(const struct agency_profiles *profiles, int32_t agency_id)
{
    const struct agency_profile *found = NULL;
    for (unsigned i = 0; i < profiles->n; i++)
        if (profiles->all[i].agency_id == agency_id || (profiles->all[i].agency_id == 0 && !found))
            found = &profiles->all[i];
    return found;
}

const char *agency_profile_letter(const struct agency_profile *profile, enum notice_kind kind)
{
    return notice_is_of_debit(kind) ? profile->debit_letters.of[kind] : profile->dispute_letters.of[kind];
}

const char *agency_profile_letters(enum notice_kind kind)
{
    return notice_is_of_debit(kind) ? "debit_letters" : "dispute_letters";
}
