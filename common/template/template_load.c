#include "template/template_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "template/template_format.h"
#include "template/template_words.h"

#define SUBJECT_MAX_BYTES   300
#define BODY_MAX_BYTES      (64 * 1024)
#define PAY_WITHIN_DAYS_MAX 365

struct template_file_values {
    char name[SOP_CODE_SIZE];
    char language[TEMPLATE_LANGUAGE_SIZE];
    char *formats;
    char title[128];
    uint32_t channels;
    char *subject;
    char *body;
    bool opt_out_notice, attach_pdf;
    int32_t pay_within_days, discount_percent;
    uint32_t disclosures;
    char **fields;
    unsigned n_fields;
};

static const cyaml_strval_t CHANNELS[] = {
    {"call", TEMPLATE_CHANNEL_BIT(SOP_CHANNEL_CALL)},
    {"prerecorded", TEMPLATE_CHANNEL_BIT(SOP_CHANNEL_PRERECORDED)},
    {"ringless", TEMPLATE_CHANNEL_BIT(SOP_CHANNEL_RINGLESS)},
    {"text", TEMPLATE_CHANNEL_BIT(SOP_CHANNEL_TEXT)},
    {"email", TEMPLATE_CHANNEL_BIT(SOP_CHANNEL_EMAIL)},
    {"letter", TEMPLATE_CHANNEL_BIT(SOP_CHANNEL_LETTER)},
    {"portal", TEMPLATE_CHANNEL_BIT(SOP_CHANNEL_PORTAL)},
};

/* In the order of the enum. */
static const cyaml_strval_t DISCLOSURES[] = {
    {"debt_collector", TEMPLATE_DISCLOSURE_BIT(TEMPLATE_DISCLOSES_COLLECTOR)},
    {"debt_collector_full", TEMPLATE_DISCLOSURE_BIT(TEMPLATE_DISCLOSES_FULL)},
    {"validation_information", TEMPLATE_DISCLOSURE_BIT(TEMPLATE_DISCLOSES_VALIDATION)},
    {"as_disputed", TEMPLATE_DISCLOSURE_BIT(TEMPLATE_DISCLOSES_DISPUTED)},
    {"time_barred", TEMPLATE_DISCLOSURE_BIT(TEMPLATE_DISCLOSES_TIME_BARRED)},
    {"late_payment_interest", TEMPLATE_DISCLOSURE_BIT(TEMPLATE_DISCLOSES_INTEREST)},
    {"financial_assistance", TEMPLATE_DISCLOSURE_BIT(TEMPLATE_DISCLOSES_ASSISTANCE)},
};

const char *template_disclosure_name(enum template_disclosure disclosure)
{
    return DISCLOSURES[disclosure].str;
}

#define OPTIONAL_POINTER (CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER)

static const cyaml_schema_value_t FIELD_NAME = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, 63)};

static const cyaml_schema_field_t FIELDS[] = {
    CYAML_FIELD_STRING("name", CYAML_FLAG_DEFAULT, struct template_file_values, name, 1),
    CYAML_FIELD_STRING("language", CYAML_FLAG_DEFAULT, struct template_file_values, language, 2),
    CYAML_FIELD_STRING_PTR("formats", OPTIONAL_POINTER, struct template_file_values, formats, 2,
                           TEMPLATE_LANGUAGE_SIZE - 1),
    CYAML_FIELD_STRING("title", CYAML_FLAG_DEFAULT, struct template_file_values, title, 1),
    CYAML_FIELD_FLAGS("channels", CYAML_FLAG_STRICT, struct template_file_values, channels, CHANNELS,
                      ARRAY_SIZE(CHANNELS)),
    CYAML_FIELD_STRING_PTR("subject", OPTIONAL_POINTER, struct template_file_values, subject, 1, SUBJECT_MAX_BYTES),
    CYAML_FIELD_STRING_PTR("body", CYAML_FLAG_POINTER, struct template_file_values, body, 1, BODY_MAX_BYTES),
    CYAML_FIELD_BOOL("opt_out_notice", CYAML_FLAG_OPTIONAL, struct template_file_values, opt_out_notice),
    CYAML_FIELD_BOOL("attach_pdf", CYAML_FLAG_OPTIONAL, struct template_file_values, attach_pdf),
    CYAML_FIELD_INT("pay_within_days", CYAML_FLAG_OPTIONAL, struct template_file_values, pay_within_days),
    CYAML_FIELD_INT("discount_percent", CYAML_FLAG_OPTIONAL, struct template_file_values, discount_percent),
    CYAML_FIELD_FLAGS("disclosures", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, struct template_file_values, disclosures,
                      DISCLOSURES, ARRAY_SIZE(DISCLOSURES)),
    CYAML_FIELD_SEQUENCE_COUNT("fields", OPTIONAL_POINTER, struct template_file_values, fields, n_fields, &FIELD_NAME,
                               0, TEMPLATE_FIELD_COUNT),
    CYAML_FIELD_END,
};
const cyaml_schema_value_t TEMPLATE_SCHEMA = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct template_file_values, FIELDS)};

struct maker {
    const struct policy_file *file;
    const struct template_file_values *values;
    struct template *template;
    struct error *err;
};

void template_fini(struct template *template)
{
    free(template->subject);
    free(template->body);
    *template = (struct template){0};
}

static enum status take_field(const struct maker *maker, unsigned i)
{
    const char *name = maker->values->fields[i];
    const enum template_field field = template_field_find(name, strlen(name));
    const char *nearest = template_field_nearest(name);
    if (field == TEMPLATE_FIELD_COUNT && nearest != NULL)
        return policy_refuse(maker->file, maker->err, policy_path("fields[%u]", i),
                             "Dunlin knows no field '%s'; is '%s' meant?", name, nearest);
    if (field == TEMPLATE_FIELD_COUNT)
        return policy_refuse(maker->file, maker->err, policy_path("fields[%u]", i),
                             "Dunlin knows no field '%s'; common/template/README.md lists them", name);
    if ((maker->template->fields & TEMPLATE_FIELD_BIT(field)) != 0)
        return policy_refuse(maker->file, maker->err, policy_path("fields[%u]", i), "'%s' is there twice", name);
    maker->template->fields |= TEMPLATE_FIELD_BIT(field);
    return STATUS_OK;
}

/* A declared name that is near what stands in a text. */
static const char *nearest_declared(const struct maker *maker, const char *name)
{
    const char *found = template_field_nearest(name);
    return found != NULL &&
                   (maker->template->fields & TEMPLATE_FIELD_BIT(template_field_find(found, strlen(found)))) != 0
               ? found
               : NULL;
}

static enum status refuse_undeclared(const struct maker *maker, const char *path, const char *text,
                                     const struct template_piece *piece)
{
    char name[SOP_CODE_SIZE];
    (void)snprintf(name, sizeof(name), "%.*s", (int)piece->name_len, text + piece->name_start);
    const char *nearest = nearest_declared(maker, name);
    return policy_refuse_text(maker->file, maker->err, policy_path("%s", path), text, piece->start,
                              "{{%s}} is not among 'fields'%s%s%s", name, nearest == NULL ? "" : "; is {{",
                              nearest == NULL ? "" : nearest, nearest == NULL ? "" : "}} meant?");
}

static enum status check_text(const struct maker *maker, const char *path, const char *text)
{
    struct template_piece piece;
    const char *wrong = NULL;
    enum status st = STATUS_OK;
    size_t at = 0;
    while (template_next_piece(text, &at, &piece, &wrong)) {
        if (wrong != NULL)
            return policy_refuse_text(maker->file, maker->err, policy_path("%s", path), text, piece.start, "%s", wrong);
        if (!piece.is_field)
            continue;
        if (piece.field == TEMPLATE_FIELD_COUNT || (maker->template->fields & TEMPLATE_FIELD_BIT(piece.field)) == 0)
            st = refuse_undeclared(maker, path, text, &piece);
        if (st != STATUS_OK && !policy_goes_on(maker->file, st))
            return st;
        if (piece.field != TEMPLATE_FIELD_COUNT)
            maker->template->used |= TEMPLATE_FIELD_BIT(piece.field);
    }
    return STATUS_OK;
}

/* What is claimed must be there: an instruction, a link, or the word that every gateway understands. */
static bool says_how_to_opt_out(const struct template *template)
{
    const template_field_set fields =
        TEMPLATE_FIELD_BIT(TEMPLATE_OPT_OUT_INSTRUCTIONS) | TEMPLATE_FIELD_BIT(TEMPLATE_OPT_OUT_LINK);
    return (template->used & fields) != 0 || strstr(template->body, "STOP") != NULL;
}

/* A number of the file that a field of the text is made with: either both are there or none. */
static enum status check_number(const struct maker *maker, const char *path, int32_t value, int32_t max,
                                enum template_field field)
{
    const bool is_used = (maker->template->used & TEMPLATE_FIELD_BIT(field)) != 0;
    const char *name = template_field_row(field)->name;
    if (is_used && value == 0)
        return policy_refuse(maker->file, maker->err, policy_path("%s", path), "missing: {{%s}} is made with it", name);
    if (!is_used && value != 0)
        return policy_refuse(maker->file, maker->err, policy_path("%s", path), "no text has {{%s}}", name);
    if (value < 0 || value > max)
        return policy_refuse(maker->file, maker->err, policy_path("%s", path), "%d is not within 1 and %d", (int)value,
                             (int)max);
    return STATUS_OK;
}

static enum status check_numbers(const struct maker *maker)
{
    enum status st = check_number(maker, "pay_within_days", maker->template->pay_within_days, PAY_WITHIN_DAYS_MAX,
                                  TEMPLATE_PAY_BY_DATE);
    if (st == STATUS_OK || policy_goes_on(maker->file, st))
        st =
            check_number(maker, "discount_percent", maker->template->discount_percent, 100, TEMPLATE_SETTLEMENT_AMOUNT);
    return st;
}

static enum status check_whole(const struct maker *maker)
{
    const struct template *template = maker->template;
    const uint32_t email = TEMPLATE_CHANNEL_BIT(SOP_CHANNEL_EMAIL);
    if (template->channels == 0)
        return policy_refuse(maker->file, maker->err, policy_path("channels"), "empty: by what may it be sent?");
    if ((template->channels & email) != 0 && template->subject[0] == '\0')
        return policy_refuse(maker->file, maker->err, policy_path("subject"), "missing: an e-mail has one");
    if (strchr(template->subject, '\n') != NULL)
        return policy_refuse(maker->file, maker->err, policy_path("subject"), "has more than one line");
    if (template->attaches_pdf && (template->channels & email) == 0)
        return policy_refuse(maker->file, maker->err, policy_path("attach_pdf"), "only an e-mail brings one with it");
    if (template->has_opt_out_notice && !says_how_to_opt_out(template))
        return policy_refuse(
            maker->file, maker->err, policy_path("opt_out_notice"),
            "the body has no such notice: {{opt_out_instructions}}, {{opt_out_link}} or the word STOP");
    return check_numbers(maker);
}

static enum status copy_texts(const struct maker *maker)
{
    maker->template->subject = strdup(maker->values->subject == NULL ? "" : maker->values->subject);
    maker->template->body = strdup(maker->values->body);
    if (maker->template->subject == NULL || maker->template->body == NULL)
        return error_set(maker->err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", maker->file->path);
    return STATUS_OK;
}

static enum status make_head(const struct maker *maker)
{
    const struct template_file_values *values = maker->values;
    struct template *template = maker->template;
    char ignored[TEMPLATE_LANGUAGE_SIZE];
    enum status st = policy_check_code(maker->file, policy_path("name"), values->name, maker->err);
    if (st != STATUS_OK)
        return st;
    if (!template_locale(values->language, ignored))
        return policy_refuse(maker->file, maker->err, policy_path("language"),
                             "'%s' is no language that is known (BCP 47: en, es-MX)", values->language);
    if (!template_locale(values->formats == NULL ? values->language : values->formats, template->locale))
        return policy_refuse(maker->file, maker->err, policy_path("formats"),
                             "'%s' is no language that is known (BCP 47: en-US, es-MX)", values->formats);
    (void)snprintf(template->name, sizeof(template->name), "%s", values->name);
    (void)snprintf(template->language, sizeof(template->language), "%s", values->language);
    (void)snprintf(template->title, sizeof(template->title), "%s", values->title);
    memcpy(template->version, maker->file->version, sizeof(template->version));
    template->channels = values->channels;
    template->disclosures = values->disclosures;
    template->has_opt_out_notice = values->opt_out_notice;
    template->attaches_pdf = values->attach_pdf;
    template->pay_within_days = values->pay_within_days;
    template->discount_percent = values->discount_percent;
    return STATUS_OK;
}

static enum status make_texts(const struct maker *maker)
{
    enum status st = copy_texts(maker);
    if (st != STATUS_OK)
        return st;
    st = check_text(maker, "subject", maker->template->subject);
    if (st == STATUS_OK || policy_goes_on(maker->file, st))
        st = check_text(maker, "body", maker->template->body);
    return st;
}

static enum status make_template(const struct maker *maker)
{
    enum status st = make_head(maker);
    for (unsigned i = 0; i < maker->values->n_fields && (st == STATUS_OK || policy_goes_on(maker->file, st)); i++)
        st = take_field(maker, i);
    if (st == STATUS_OK || policy_goes_on(maker->file, st))
        st = make_texts(maker);
    if (st == STATUS_OK || policy_goes_on(maker->file, st))
        st = check_whole(maker);
    return st == STATUS_OK ? policy_problem(maker->file, maker->err) : st;
}

enum status template_from_file(const struct policy_file *file, struct template *ret_template, struct error *err)
{
    SCOPED(template_fini) struct template template = {0};
    void *values = NULL;
    enum status st = policy_file_values(file, &TEMPLATE_SCHEMA, &values, err);
    if (st != STATUS_OK)
        return st;
    const struct maker maker = {.file = file, .values = values, .template = &template, .err = err};
    st = make_template(&maker);
    policy_values_free(&TEMPLATE_SCHEMA, values);
    if (st != STATUS_OK)
        return st;
    *ret_template = template;
    template = (struct template){0};
    return STATUS_OK;
}
