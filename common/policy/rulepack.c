#include "policy/rulepack.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/policy_file.h"

#define LIMIT_MAX       1000
#define WINDOW_DAYS_MAX 366
#define PACKS_MAX       256
#define SECONDS_A_DAY   86400

static const char *const HOLD_NAMES[HOLD_COUNT] = {
    [HOLD_DISPUTE] = "dispute",
    [HOLD_DISPUTE_UPHELD] = "dispute_upheld",
    [HOLD_CEASE] = "cease",
    [HOLD_ATTORNEY] = "attorney",
    [HOLD_BANKRUPTCY] = "bankruptcy",
    [HOLD_DECEASED] = "deceased",
    [HOLD_OPT_OUT_CALLS] = "opt_out_calls",
    [HOLD_OPT_OUT_CONTACT_POINT] = "opt_out_contact_point",
    [HOLD_WRONG_NUMBER] = "wrong_number",
    [HOLD_PAID] = "paid",
    [HOLD_RECALLED] = "recalled",
    [HOLD_PROMISE] = "promise",
};

const char *hold_name(enum hold hold)
{
    return HOLD_NAMES[hold];
}

void rulebook_free(struct rulebook *rulebook)
{
    if (rulebook == NULL)
        return;
    for (size_t i = 0; i < rulebook->n_packs; i++)
        free(rulebook->packs[i].rules);
    free(rulebook->packs);
    free(rulebook);
}

void rulebook_freep(struct rulebook **rulebook)
{
    rulebook_free(*rulebook);
}

struct rule_values {
    char id[SOP_CODE_SIZE];
    char citation[128];
    char title[160];
    enum rule_kind kind;
    char *from, *to;
    int32_t *limit;
    int32_t *window_days;
    char *hold;
};

struct pack_values {
    char name[SOP_CODE_SIZE];
    char title[160];
    struct rule_values *rules;
    unsigned n_rules;
};

static const cyaml_strval_t KIND_NAMES[] = {
    {"call_window", RULE_CALL_WINDOW},
    {"unknown_zone", RULE_UNKNOWN_ZONE},
    {"attempt_cap", RULE_ATTEMPT_CAP},
    {"conversation_gap", RULE_CONVERSATION_GAP},
    {"hold", RULE_HOLD},
};

#define OPTIONAL_POINTER (CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER)

static const cyaml_schema_field_t RULE_FIELDS[] = {
    CYAML_FIELD_STRING("id", CYAML_FLAG_DEFAULT, struct rule_values, id, 1),
    CYAML_FIELD_STRING("citation", CYAML_FLAG_DEFAULT, struct rule_values, citation, 1),
    CYAML_FIELD_STRING("title", CYAML_FLAG_DEFAULT, struct rule_values, title, 1),
    CYAML_FIELD_ENUM("kind", CYAML_FLAG_STRICT, struct rule_values, kind, KIND_NAMES, ARRAY_SIZE(KIND_NAMES)),
    CYAML_FIELD_STRING_PTR("from", OPTIONAL_POINTER, struct rule_values, from, 1, 8),
    CYAML_FIELD_STRING_PTR("to", OPTIONAL_POINTER, struct rule_values, to, 1, 8),
    CYAML_FIELD_INT_PTR("limit", CYAML_FLAG_OPTIONAL, struct rule_values, limit),
    CYAML_FIELD_INT_PTR("window_days", CYAML_FLAG_OPTIONAL, struct rule_values, window_days),
    CYAML_FIELD_STRING_PTR("hold", OPTIONAL_POINTER, struct rule_values, hold, 1, 63),
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
static const cyaml_schema_value_t PACK = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct pack_values, PACK_FIELDS)};

/* One rule being made. */
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
    enum status st = make_time(maker, "from", maker->values->from, &maker->rule->from_second);
    if (st == STATUS_OK)
        st = make_time(maker, "to", maker->values->to, &maker->rule->to_second);
    if (st == STATUS_OK && maker->rule->from_second >= maker->rule->to_second)
        return policy_refuse(maker->file, maker->err, field_path(maker, "to"), "'%s' is not after '%s'",
                             maker->values->to, maker->values->from);
    return st;
}

static enum status make_number(const struct maker *maker, const char *field, int32_t value, int32_t min, int32_t max,
                               int32_t *ret_value)
{
    if (value < min || value > max)
        return policy_refuse(maker->file, maker->err, field_path(maker, field),
                             "%" PRId32 " is not within %" PRId32 " and %" PRId32, value, min, max);
    *ret_value = value;
    return STATUS_OK;
}

static enum status make_hold(const struct maker *maker)
{
    char names[256] = "";
    for (int hold = 0; hold < HOLD_COUNT; hold++) {
        if (strcmp(HOLD_NAMES[hold], maker->values->hold) == 0) {
            maker->rule->hold = (enum hold)hold;
            return STATUS_OK;
        }
        size_t len = strlen(names);
        (void)snprintf(names + len, sizeof(names) - len, "%s%s", len == 0 ? "" : ", ", HOLD_NAMES[hold]);
    }
    return policy_refuse(maker->file, maker->err, field_path(maker, "hold"), "no hold '%s'; there are: %s",
                         maker->values->hold, names);
}

/* Which optional fields each kind has: all of its own must be there, and no others. */
enum rule_field {
    FIELD_FROM = 1 << 0,
    FIELD_TO = 1 << 1,
    FIELD_LIMIT = 1 << 2,
    FIELD_WINDOW_DAYS = 1 << 3,
    FIELD_HOLD = 1 << 4,
};

static const unsigned KIND_FIELDS[] = {
    [RULE_CALL_WINDOW] = FIELD_FROM | FIELD_TO,
    [RULE_UNKNOWN_ZONE] = 0,
    [RULE_ATTEMPT_CAP] = FIELD_LIMIT | FIELD_WINDOW_DAYS,
    [RULE_CONVERSATION_GAP] = FIELD_WINDOW_DAYS,
    [RULE_HOLD] = FIELD_HOLD,
};

static enum status check_fields(const struct maker *maker)
{
    const struct rule_values *values = maker->values;
    const struct {
        const char *name;
        unsigned bit;
        bool is_there;
    } fields[] = {
        {"from", FIELD_FROM, values->from != NULL},    {"to", FIELD_TO, values->to != NULL},
        {"limit", FIELD_LIMIT, values->limit != NULL}, {"window_days", FIELD_WINDOW_DAYS, values->window_days != NULL},
        {"hold", FIELD_HOLD, values->hold != NULL},
    };
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        bool is_wanted = (KIND_FIELDS[values->kind] & fields[i].bit) != 0;
        if (is_wanted && !fields[i].is_there)
            return policy_refuse(maker->file, maker->err, field_path(maker, fields[i].name),
                                 "missing: kind '%s' needs it", KIND_NAMES[values->kind].str);
        if (!is_wanted && fields[i].is_there)
            return policy_refuse(maker->file, maker->err, field_path(maker, fields[i].name),
                                 "kind '%s' has no such field", KIND_NAMES[values->kind].str);
    }
    return STATUS_OK;
}

static enum status make_parameters(const struct maker *maker)
{
    const struct rule_values *values = maker->values;
    struct rule *rule = maker->rule;
    enum status st = STATUS_OK;
    switch (rule->kind) {
    case RULE_CALL_WINDOW:
        return make_window(maker);
    case RULE_UNKNOWN_ZONE:
        return STATUS_OK;
    case RULE_ATTEMPT_CAP:
        st = make_number(maker, "limit", *values->limit, 0, LIMIT_MAX, &rule->limit);
        if (st != STATUS_OK)
            return st;
        return make_number(maker, "window_days", *values->window_days, 1, WINDOW_DAYS_MAX, &rule->window_days);
    case RULE_CONVERSATION_GAP:
        return make_number(maker, "window_days", *values->window_days, 1, WINDOW_DAYS_MAX, &rule->window_days);
    case RULE_HOLD:
        return make_hold(maker);
    }
    return STATUS_OK;
}

static enum status make_rule(const struct maker *maker)
{
    const struct rule_values *values = maker->values;
    struct rule *rule = maker->rule;
    enum status st = policy_check_code(maker->file, field_path(maker, "id"), values->id, maker->err);
    if (st != STATUS_OK)
        return st;
    for (const struct rule *other = rule - maker->index; other < rule; other++)
        if (strcmp(other->id, values->id) == 0)
            return policy_refuse(maker->file, maker->err, field_path(maker, "id"), "'%s' is there twice", values->id);
    (void)snprintf(rule->id, sizeof(rule->id), "%s", values->id);
    (void)snprintf(rule->citation, sizeof(rule->citation), "%s", values->citation);
    (void)snprintf(rule->title, sizeof(rule->title), "%s", values->title);
    rule->kind = values->kind;
    st = check_fields(maker);
    return st == STATUS_OK ? make_parameters(maker) : st;
}

static enum status make_pack(const struct policy_file *file, const struct pack_values *values, struct rulepack *pack,
                             struct error *err)
{
    enum status st = policy_check_code(file, policy_path("name"), values->name, err);
    if (st != STATUS_OK)
        return st;
    (void)snprintf(pack->name, sizeof(pack->name), "%s", values->name);
    (void)snprintf(pack->title, sizeof(pack->title), "%s", values->title);
    pack->rules = calloc(values->n_rules, sizeof(*pack->rules));
    if (pack->rules == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", file->path);
    pack->n_rules = values->n_rules;
    for (size_t i = 0; i < pack->n_rules; i++) {
        const struct maker maker = {
            .file = file, .values = &values->rules[i], .index = i, .rule = &pack->rules[i], .err = err};
        st = make_rule(&maker);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

/* `version` becomes that of the file's content. */
static enum status load_pack(const char *path, struct rulepack *pack, char version[static POLICY_VERSION_SIZE],
                             struct error *err)
{
    SCOPED(policy_file_fini) struct policy_file file = {0};
    enum status st = policy_file_read(path, &file, err);
    if (st != STATUS_OK)
        return st;
    void *values = NULL;
    st = policy_file_values(&file, &PACK, &values, err);
    if (st != STATUS_OK)
        return st;
    st = make_pack(&file, values, pack, err);
    policy_values_free(&PACK, values);
    memcpy(version, file.version, POLICY_VERSION_SIZE);
    return st;
}

static int is_pack(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".yaml") == 0;
}

/* The files of a folder in the order of their names, or the one file itself. */
struct pack_paths {
    struct dirent **entries; /* NULL where `path` is a file */
    int n;
};

static void pack_paths_fini(struct pack_paths *paths)
{
    for (int i = 0; paths->entries != NULL && i < paths->n; i++)
        free(paths->entries[i]);
    free(paths->entries);
}

static enum status list_packs(const char *path, struct pack_paths *paths, struct error *err)
{
    struct stat facts;
    if (stat(path, &facts) != 0)
        return error_set(err, STATUS_NOT_FOUND, "%s: %s", path, strerror(errno));
    paths->n = 1;
    if (!S_ISDIR(facts.st_mode))
        return STATUS_OK;
    paths->n = scandir(path, &paths->entries, is_pack, alphasort);
    if (paths->n < 0)
        return error_set(err, STATUS_NOT_FOUND, "%s: %s", path, strerror(errno));
    if (paths->n == 0 || paths->n > PACKS_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: %d rule packs (*.yaml); there must be 1 to %d", path,
                         paths->n, PACKS_MAX);
    return STATUS_OK;
}

static bool rulebook_has(const struct rulebook *rulebook, enum rule_kind kind)
{
    for (size_t i = 0; i < rulebook->n_packs; i++)
        for (size_t j = 0; j < rulebook->packs[i].n_rules; j++)
            if (rulebook->packs[i].rules[j].kind == kind)
                return true;
    return false;
}

/* Limits default on: a set of packs that forgets one of these is refused, not read as "no limit". */
static enum status check_limits(const char *path, const struct rulebook *rulebook, struct error *err)
{
    static const enum rule_kind needed[] = {RULE_CALL_WINDOW, RULE_ATTEMPT_CAP, RULE_UNKNOWN_ZONE};
    for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
        if (!rulebook_has(rulebook, needed[i]))
            return error_set(err, STATUS_INVALID_ARGUMENT,
                             "%s: rules: no rule of kind '%s' in any pack; limits must be stated", path,
                             KIND_NAMES[needed[i]].str);
    return STATUS_OK;
}

#define VERSION_LINE_SIZE (POLICY_VERSION_SIZE + 2 + 256 + 1)

static enum status load_packs(const char *path, const struct pack_paths *paths, struct rulebook *rulebook,
                              struct error *err)
{
    SCOPED(policy_file_fini) struct policy_file lines = {0}; /* `text` holds the lines that the version is made of */
    lines.text = calloc((size_t)paths->n, VERSION_LINE_SIZE);
    rulebook->packs = calloc((size_t)paths->n, sizeof(*rulebook->packs));
    if (lines.text == NULL || rulebook->packs == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", path);
    for (int i = 0; i < paths->n; i++) {
        char file[4096];
        char version[POLICY_VERSION_SIZE];
        const char *base = strrchr(path, '/');
        const char *name = paths->entries != NULL ? paths->entries[i]->d_name : base != NULL ? base + 1 : path;
        (void)snprintf(file, sizeof(file), paths->entries != NULL ? "%s/%s" : "%s", path, name);
        rulebook->n_packs++;
        enum status st = load_pack(file, &rulebook->packs[i], version, err);
        if (st != STATUS_OK)
            return st;
        int len = snprintf(lines.text + lines.len, VERSION_LINE_SIZE, "%s  %.255s\n", version, name);
        lines.len += (size_t)len;
    }
    policy_version(lines.text, lines.len, rulebook->version);
    return check_limits(path, rulebook, err);
}

enum status rulebook_load(const char *path, struct rulebook **ret_rulebook, struct error *err)
{
    SCOPED(pack_paths_fini) struct pack_paths paths = {0};
    enum status st = list_packs(path, &paths, err);
    if (st != STATUS_OK)
        return st;
    SCOPED(rulebook_freep) struct rulebook *rulebook = calloc(1, sizeof(*rulebook));
    if (rulebook == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", path);
    st = load_packs(path, &paths, rulebook, err);
    if (st == STATUS_OK)
        *ret_rulebook = TAKE(rulebook);
    return st;
}
