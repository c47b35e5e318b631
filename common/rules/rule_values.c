#include "rules/rule_values.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "rules/rule_kinds.h"

#define LIMIT_MAX     1000
#define DAYS_MAX      3660
#define SECONDS_A_DAY 86400

/* --- as the file says it -------------------------------------------------------------------------------------------
 */

struct rule_values {
    char id[SOP_CODE_SIZE];
    char citation[128];
    char title[192];
    char kind[SOP_CODE_SIZE];
    char confidence[8];
    enum severity *severity;
    enum rule_scope *scope;
    char *effective_from, *effective_to;
    char *from, *to;
    int32_t *limit, *days, *daily_limit;
    uint32_t media;
    enum rule_counts *counts;
    enum rule_per *per;
    enum rule_target *target;
    uint32_t leaves_out;
    enum debt_type *debt_type;
    enum hold *hold;
    bool *lifted;
    char **zones;
    unsigned n_zones;
};

static const cyaml_strval_t SEVERITIES[] = {
    {"block", SEVERITY_BLOCK}, {"block_presumed", SEVERITY_PRESUMED}, {"warn", SEVERITY_WARN}};
static const cyaml_strval_t SCOPES[] = {{"reg_f", SCOPE_REG_F},
                                        {"collectors", SCOPE_COLLECTORS},
                                        {"creditors", SCOPE_CREDITORS},
                                        {"commercial", SCOPE_COMMERCIAL},
                                        {"all", SCOPE_ALL}};
static const cyaml_strval_t COUNTED[] = {
    {"attempts", COUNTS_ATTEMPTS}, {"communications", COUNTS_COMMUNICATIONS}, {"conversations", COUNTS_CONVERSATIONS}};
static const cyaml_strval_t PERS[] = {
    {"person_and_debt", PER_PERSON_DEBT}, {"consumer_and_debt", PER_CONSUMER_DEBT}, {"consumer", PER_CONSUMER}};
static const cyaml_strval_t TARGETS[] = {{"any", TARGET_ANY}, {"personal", TARGET_PERSONAL}, {"work", TARGET_WORK}};
static const cyaml_strval_t OMITS[] = {{"unconnected", OMIT_UNCONNECTED},
                                       {"consented", OMIT_CONSENTED},
                                       {"professional", OMIT_PROFESSIONAL},
                                       {"replies", OMIT_REPLIES}};
static const cyaml_strval_t MEDIA[] = {{"call", 1u << MEDIUM_CALL},     {"ringless", 1u << MEDIUM_RINGLESS},
                                       {"text", 1u << MEDIUM_TEXT},     {"email", 1u << MEDIUM_EMAIL},
                                       {"social", 1u << MEDIUM_SOCIAL}, {"portal", 1u << MEDIUM_PORTAL},
                                       {"letter", 1u << MEDIUM_LETTER}, {"postcard", 1u << MEDIUM_POSTCARD},
                                       {"fax", 1u << MEDIUM_FAX},       {"in_person", 1u << MEDIUM_IN_PERSON}};
static const cyaml_strval_t DEBT_TYPES[] = {
    {"credit_card", DEBT_CREDIT_CARD},   {"medical", DEBT_MEDICAL}, {"mortgage", DEBT_MORTGAGE},
    {"student_loan", DEBT_STUDENT_LOAN}, {"auto", DEBT_AUTO},       {"commercial", DEBT_COMMERCIAL}};
static const cyaml_strval_t HOLDS[] = {{"dispute", HOLD_DISPUTE},
                                       {"dispute_upheld", HOLD_DISPUTE_UPHELD},
                                       {"cease", HOLD_CEASE},
                                       {"attorney", HOLD_ATTORNEY},
                                       {"bankruptcy", HOLD_BANKRUPTCY},
                                       {"deceased", HOLD_DECEASED},
                                       {"opt_out_calls", HOLD_OPT_OUT_CALLS},
                                       {"opt_out_contact_point", HOLD_OPT_OUT_CONTACT_POINT},
                                       {"wrong_number", HOLD_WRONG_NUMBER},
                                       {"paid", HOLD_PAID},
                                       {"recalled", HOLD_RECALLED},
                                       {"promise", HOLD_PROMISE},
                                       {"notice_overdue", HOLD_NOTICE_OVERDUE},
                                       {"complaint", HOLD_COMPLAINT},
                                       {"handed_over", HOLD_HANDED_OVER},
                                       {"plan", HOLD_PLAN}};

#define OPTIONAL_POINTER (CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER)
#define OPTIONAL_STRICT  (CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT)
#define WORD(name, words)                                                                                              \
    CYAML_FIELD_ENUM_PTR(#name, OPTIONAL_POINTER | CYAML_FLAG_STRICT, struct rule_values, name, words,                 \
                         ARRAY_SIZE(words))
#define WORDS(name, words) CYAML_FIELD_FLAGS(#name, OPTIONAL_STRICT, struct rule_values, name, words, ARRAY_SIZE(words))
#define NUMBER(name)       CYAML_FIELD_INT_PTR(#name, OPTIONAL_POINTER, struct rule_values, name)
#define TEXT(name)         CYAML_FIELD_STRING_PTR(#name, OPTIONAL_POINTER, struct rule_values, name, 1, 63)

static const cyaml_schema_value_t ZONE = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, 63)};

static const cyaml_schema_field_t RULE_FIELDS[] = {
    CYAML_FIELD_STRING("id", CYAML_FLAG_DEFAULT, struct rule_values, id, 1),
    CYAML_FIELD_STRING("citation", CYAML_FLAG_DEFAULT, struct rule_values, citation, 1),
    CYAML_FIELD_STRING("title", CYAML_FLAG_DEFAULT, struct rule_values, title, 1),
    CYAML_FIELD_STRING("kind", CYAML_FLAG_DEFAULT, struct rule_values, kind, 1),
    CYAML_FIELD_STRING("confidence", CYAML_FLAG_OPTIONAL, struct rule_values, confidence, 1),
    WORD(severity, SEVERITIES),
    WORD(scope, SCOPES),
    TEXT(effective_from),
    TEXT(effective_to),
    TEXT(from),
    TEXT(to),
    NUMBER(limit),
    NUMBER(days),
    NUMBER(daily_limit),
    WORDS(media, MEDIA),
    WORD(counts, COUNTED),
    WORD(per, PERS),
    WORD(target, TARGETS),
    WORDS(leaves_out, OMITS),
    WORD(debt_type, DEBT_TYPES),
    WORD(hold, HOLDS),
    CYAML_FIELD_BOOL_PTR("lifted", OPTIONAL_POINTER, struct rule_values, lifted),
    CYAML_FIELD_SEQUENCE_COUNT("zones", OPTIONAL_POINTER, struct rule_values, zones, n_zones, &ZONE, 1, RULE_ZONES_MAX),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t RULE = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct rule_values, RULE_FIELDS)};

static const cyaml_schema_field_t PACK_FIELDS[] = {
    CYAML_FIELD_STRING("name", CYAML_FLAG_DEFAULT, struct pack_values, name, 1),
    CYAML_FIELD_STRING("title", CYAML_FLAG_DEFAULT, struct pack_values, title, 1),
    CYAML_FIELD_SEQUENCE_COUNT("rules", CYAML_FLAG_POINTER, struct pack_values, rules, n_rules, &RULE, 1,
                               CYAML_UNLIMITED),
    CYAML_FIELD_END,
};
const cyaml_schema_value_t PACK_SCHEMA = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct pack_values, PACK_FIELDS)};

/* --- what becomes of it --------------------------------------------------------------------------------------------
 */

struct maker {
    const struct policy_file *file;
    const struct rule_values *values;
    size_t index;
    struct rule *rule;
    struct error *err;
};

static struct policy_path field_path(const struct maker *maker, const char *field)
{
    return policy_path("rules[%zu].%s", maker->index, field);
}

/* "08:00" as seconds of the day; "24:00" is its end. */
static enum status make_time(const struct maker *maker, const char *field, const char *text, int32_t *ret_second)
{
    int hour = 0;
    int minute = 0;
    char rest = '\0';
    bool is_read =
        strlen(text) == 5 && sscanf(text, "%2d:%2d%c", &hour, &minute, &rest) == 2 && hour >= 0 && minute >= 0;
    if (!is_read || minute > 59 || hour * 3600 + minute * 60 > SECONDS_A_DAY)
        return policy_refuse(maker->file, maker->err, field_path(maker, field), "'%s' is no time of day like \"08:00\"",
                             text);
    *ret_second = hour * 3600 + minute * 60;
    return STATUS_OK;
}

static enum status make_window(const struct maker *maker)
{
    if (maker->values->from == NULL)
        return STATUS_OK;
    enum status st = make_time(maker, "from", maker->values->from, &maker->rule->from_second);
    if (st == STATUS_OK)
        st = make_time(maker, "to", maker->values->to, &maker->rule->to_second);
    if (st == STATUS_OK && maker->rule->from_second >= maker->rule->to_second)
        return policy_refuse(maker->file, maker->err, field_path(maker, "to"), "'%s' is not after '%s'",
                             maker->values->to, maker->values->from);
    return st;
}

static enum status make_number(const struct maker *maker, const char *field, const int32_t *value, int32_t min,
                               int32_t max, int32_t *ret_value)
{
    if (value == NULL)
        return STATUS_OK;
    if (*value < min || *value > max)
        return policy_refuse(maker->file, maker->err, field_path(maker, field),
                             "%" PRId32 " is not within %" PRId32 " and %" PRId32, *value, min, max);
    *ret_value = *value;
    return STATUS_OK;
}

static enum status make_numbers(const struct maker *maker)
{
    const struct rule_values *values = maker->values;
    enum status st = make_number(maker, "limit", values->limit, 0, LIMIT_MAX, &maker->rule->limit);
    if (st == STATUS_OK)
        st = make_number(maker, "days", values->days, 1, DAYS_MAX, &maker->rule->days);
    if (st == STATUS_OK)
        st = make_number(maker, "daily_limit", values->daily_limit, 1, LIMIT_MAX, &maker->rule->daily_limit);
    return st;
}

static enum status make_date(const struct maker *maker, const char *field, const char *text, struct date *ret_date)
{
    struct error why;
    if (text == NULL || date_parse(text, "YYYY-MM-DD", ret_date, &why) == STATUS_OK)
        return STATUS_OK;
    return policy_refuse(maker->file, maker->err, field_path(maker, field), "%s", why.text);
}

static enum status make_dates(const struct maker *maker)
{
    struct rule *rule = maker->rule;
    enum status st = make_date(maker, "effective_from", maker->values->effective_from, &rule->effective_from);
    if (st == STATUS_OK)
        st = make_date(maker, "effective_to", maker->values->effective_to, &rule->effective_to);
    if (st == STATUS_OK && rule->effective_to.days != 0 && rule->effective_to.days < rule->effective_from.days)
        return policy_refuse(maker->file, maker->err, field_path(maker, "effective_to"), "'%s' is before '%s'",
                             maker->values->effective_to, maker->values->effective_from);
    return st;
}

static enum status make_zones(const struct maker *maker)
{
    for (unsigned i = 0; i < maker->values->n_zones; i++) {
        struct error why;
        if (zone_open(maker->values->zones[i], &maker->rule->zones[i], &why) != STATUS_OK)
            return policy_refuse(maker->file, maker->err, policy_path("rules[%zu].zones[%u]", maker->index, i), "%s",
                                 why.text);
        maker->rule->n_zones++;
    }
    return STATUS_OK;
}

/* What is not stated is zero, which is each parameter's widest meaning. */
static void make_words(const struct rule_values *values, struct rule *rule)
{
    rule->severity = values->severity != NULL ? *values->severity : SEVERITY_BLOCK;
    rule->scope = values->scope != NULL ? *values->scope : SCOPE_REG_F;
    rule->media = (medium_set)values->media;
    rule->counts = values->counts != NULL ? *values->counts : COUNTS_ATTEMPTS;
    rule->per = values->per != NULL ? *values->per : PER_PERSON_DEBT;
    rule->target = values->target != NULL ? *values->target : TARGET_ANY;
    rule->omits = values->leaves_out;
    rule->debt_type = values->debt_type != NULL ? *values->debt_type : DEBT_OTHER;
    rule->hold = values->hold != NULL ? *values->hold : HOLD_DISPUTE;
    rule->is_lifted = values->lifted != NULL && *values->lifted;
}

/* --- checks --------------------------------------------------------------------------------------------------------
 */

static enum status check_parameters(const struct maker *maker)
{
    const struct rule_values *values = maker->values;
    const struct rule_kind *kind = maker->rule->kind;
    const struct {
        const char *name;
        enum rule_parameter parameter;
        bool is_there;
    } fields[] = {
        {"from", PARAMETER_FROM, values->from != NULL},
        {"to", PARAMETER_TO, values->to != NULL},
        {"limit", PARAMETER_LIMIT, values->limit != NULL},
        {"days", PARAMETER_DAYS, values->days != NULL},
        {"daily_limit", PARAMETER_DAILY_LIMIT, values->daily_limit != NULL},
        {"media", PARAMETER_MEDIA, values->media != 0},
        {"counts", PARAMETER_COUNTS, values->counts != NULL},
        {"per", PARAMETER_PER, values->per != NULL},
        {"target", PARAMETER_TARGET, values->target != NULL},
        {"leaves_out", PARAMETER_LEAVES_OUT, values->leaves_out != 0},
        {"debt_type", PARAMETER_DEBT_TYPE, values->debt_type != NULL},
        {"hold", PARAMETER_HOLD, values->hold != NULL},
        {"lifted", PARAMETER_LIFTED, values->lifted != NULL},
        {"zones", PARAMETER_ZONES, values->n_zones != 0},
    };
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        unsigned bit = PARAMETER_BIT(fields[i].parameter);
        if ((kind->required & bit) != 0 && !fields[i].is_there)
            return policy_refuse(maker->file, maker->err, field_path(maker, fields[i].name),
                                 "missing: kind '%s' needs it", kind->name);
        if (((kind->required | kind->optional) & bit) == 0 && fields[i].is_there)
            return policy_refuse(maker->file, maker->err, field_path(maker, fields[i].name),
                                 "kind '%s' has no such field", kind->name);
    }
    return STATUS_OK;
}

static bool do_overlap(const struct rule *a, const struct rule *b)
{
    return (a->effective_to.days == 0 || b->effective_from.days <= a->effective_to.days) &&
           (b->effective_to.days == 0 || a->effective_from.days <= b->effective_to.days);
}

/* An id may come back with other parameters, for another time. */
static enum status check_id(const struct maker *maker)
{
    for (const struct rule *other = maker->rule - maker->index; other < maker->rule; other++)
        if (strcmp(other->id, maker->rule->id) == 0 && do_overlap(other, maker->rule))
            return policy_refuse(maker->file, maker->err, field_path(maker, "id"),
                                 "'%s' is there twice, in force at the same time", maker->rule->id);
    return STATUS_OK;
}

/* What is known from memory only is no law to refuse by. */
static enum status make_confidence(const struct maker *maker)
{
    const char *text = maker->values->confidence;
    if (text[0] != '\0' && strcmp(text, "H") != 0 && strcmp(text, "M") != 0)
        return policy_refuse(maker->file, maker->err, field_path(maker, "confidence"),
                             "'%s' is neither H nor M: less is not to be decided by", text);
    maker->rule->confidence = text[0] == '\0' ? 'H' : text[0];
    return STATUS_OK;
}

static enum status make_kind(const struct maker *maker)
{
    maker->rule->kind = rule_kind_find(maker->values->kind);
    if (maker->rule->kind == NULL)
        return policy_refuse(maker->file, maker->err, field_path(maker, "kind"), "no kind '%s'", maker->values->kind);
    return check_parameters(maker);
}

enum status rule_from_values(const struct policy_file *file, const struct pack_values *values, size_t index,
                             struct rule *rules, struct error *err)
{
    const struct rule_values *said = &values->rules[index];
    const struct maker maker = {.file = file, .values = said, .index = index, .rule = &rules[index], .err = err};
    enum status st = policy_check_code(file, field_path(&maker, "id"), said->id, err);
    if (st != STATUS_OK)
        return st;
    (void)snprintf(maker.rule->id, sizeof(maker.rule->id), "%s", said->id);
    (void)snprintf(maker.rule->citation, sizeof(maker.rule->citation), "%s", said->citation);
    (void)snprintf(maker.rule->title, sizeof(maker.rule->title), "%s", said->title);
    static enum status (*const STEPS[])(const struct maker *) = {make_kind,    make_confidence, make_dates, check_id,
                                                                 make_numbers, make_window,     make_zones};
    for (size_t i = 0; i < ARRAY_SIZE(STEPS); i++) {
        st = STEPS[i](&maker);
        if (st != STATUS_OK)
            return st;
    }
    make_words(said, maker.rule);
    return STATUS_OK;
}
