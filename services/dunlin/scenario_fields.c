#include "scenario_fields.h"

#include <stdarg.h>
#include <string.h>

#include <glib.h>

#include "config/nearest.h"
#include "money/money.h"

static bool is_failed(const struct fields *fields)
{
    return fields->reader->status != STATUS_OK || fields->rest == NULL;
}

/* Words of the file come into errors: nothing of them may end a line, steer a terminal or be cut inside a letter. */
static void make_plain(char *text)
{
    const char *bad = NULL;
    for (char *at = text; *at != '\0'; at++)
        if (g_ascii_iscntrl(*at))
            *at = '?';
    while (!g_utf8_validate(text, -1, &bad))
        text[bad - text] = '?';
}

void fields_refuse(const struct fields *fields, const char *field, const char *format, ...)
{
    struct scenario_reader *reader = fields->reader;
    char why[ERROR_TEXT_MAX];
    va_list args;
    if (reader->status != STATUS_OK)
        return;
    va_start(args, format);
    (void)g_vsnprintf(why, sizeof(why), format, args);
    va_end(args);
    make_plain(why);
    reader->status =
        error_set(reader->err, STATUS_INVALID_ARGUMENT, "%s: %s%s%s: %s", reader->scenario->place, fields->path,
                  field != NULL && fields->path[0] != '\0' ? "." : "", field != NULL ? field : "", why);
}

struct fields fields_open(struct scenario_reader *reader, json_t *object, const char *format, ...)
{
    struct fields fields = {.reader = reader};
    va_list args;
    va_start(args, format);
    (void)g_vsnprintf(fields.path, sizeof(fields.path), format, args);
    va_end(args);
    if (object == NULL || json_is_null(object))
        return fields;
    if (json_is_object(object))
        fields.rest = json_copy(object);
    else
        fields_refuse(&fields, NULL, "an object {...} is expected");
    return fields;
}

static void note_ignored(struct fields *fields, const char *name)
{
    GString *ignored = fields->reader->ignored;
    if (ignored->len > 0)
        g_string_append(ignored, ", ");
    g_string_append_printf(ignored, "%s%s%s", fields->path, fields->path[0] != '\0' ? "." : "", name);
}

void fields_close(struct fields *fields)
{
    const char *name;
    json_t *value;
    json_object_foreach(fields->rest, name, value)
    {
        char shown[ERROR_SHOWN_SIZE];
        if (json_is_null(value)) /* says nothing, whatever it is called */
            continue;
        if (fields->reader->is_lenient)
            note_ignored(fields, name);
        else
            fields_refuse(fields, error_shown(name, shown), "there is no such field");
    }
    json_decref(fields->rest);
    fields->rest = NULL;
}

bool field_is_there(const struct fields *fields, const char *field)
{
    const json_t *value = json_object_get(fields->rest, field);
    return value != NULL && !json_is_null(value);
}

json_t *field_any(struct fields *fields, const char *field)
{
    json_t *value = is_failed(fields) ? NULL : json_object_get(fields->rest, field);
    if (value == NULL)
        return NULL;
    /* The scenario's own JSON holds what the copy lets go. */
    (void)json_object_del(fields->rest, field);
    return json_is_null(value) ? NULL : value;
}

const char *field_text(struct fields *fields, const char *field)
{
    const json_t *value = field_any(fields, field);
    if (value != NULL && !json_is_string(value))
        fields_refuse(fields, field, "a text is expected");
    return json_string_value(value);
}

bool field_bool(struct fields *fields, const char *field, bool otherwise)
{
    const json_t *value = field_any(fields, field);
    if (value == NULL)
        return otherwise;
    if (!json_is_boolean(value))
        fields_refuse(fields, field, "true or false is expected");
    return json_is_true(value);
}

int64_t field_integer(struct fields *fields, const char *field, int64_t otherwise)
{
    const json_t *value = field_any(fields, field);
    gint64 number = otherwise;
    if (value == NULL)
        return otherwise;
    if (json_is_integer(value))
        return json_integer_value(value);
    if (!json_is_string(value) ||
        !g_ascii_string_to_signed(json_string_value(value), 10, INT32_MIN, INT32_MAX, &number, NULL))
        fields_refuse(fields, field, "a whole number is expected");
    return number;
}

bool field_instant(struct fields *fields, const char *field, struct instant *ret_instant)
{
    struct error why;
    const char *text = field_text(fields, field);
    if (text == NULL)
        return false;
    if (instant_parse(text, ret_instant, &why) == STATUS_OK)
        return true;
    fields_refuse(fields, field, "%s", why.text);
    return false;
}

struct date scenario_date(const struct scenario *scenario, struct instant at)
{
    struct date date;
    int32_t second;
    zone_local(scenario->zone, at, &date, &second);
    return date;
}

bool field_date(struct fields *fields, const char *field, struct date *ret_date)
{
    struct error why;
    struct instant at;
    const char *text = field_text(fields, field);
    if (text == NULL)
        return false;
    if (strchr(text, 'T') != NULL) {
        if (instant_parse(text, &at, &why) == STATUS_OK) {
            *ret_date = scenario_date(fields->reader->scenario, at);
            return true;
        }
    } else if (date_parse(text, "YYYY-MM-DD", ret_date, &why) == STATUS_OK)
        return true;
    fields_refuse(fields, field, "%s", why.text);
    return false;
}

bool field_money(struct fields *fields, const char *field, int64_t *ret_minor)
{
    static const struct money_format FORMAT = {.decimal_separator = '.'};
    struct error why;
    struct money money;
    const json_t *value = field_any(fields, field);
    if (value == NULL)
        return false;
    if (!json_is_string(value))
        fields_refuse(fields, field, "an amount is expected, as text: \"120.00\"");
    else if (money_parse(json_string_value(value), "USD", &FORMAT, &money, &why) != STATUS_OK)
        fields_refuse(fields, field, "%s", why.text);
    else {
        *ret_minor = money.minor;
        return true;
    }
    return false;
}

bool field_second(struct fields *fields, const char *field, int32_t *ret_second)
{
    const char *text = field_text(fields, field);
    if (text == NULL)
        return false;
    const bool has_form = strlen(text) >= 5 && g_ascii_isdigit(text[0]) && g_ascii_isdigit(text[1]) && text[2] == ':' &&
                          g_ascii_isdigit(text[3]) && g_ascii_isdigit(text[4]) &&
                          (text[5] == '\0' || strcmp(text + 5, ":00") == 0);
    const int minutes =
        has_form ? (text[0] - '0') * 600 + (text[1] - '0') * 60 + (text[3] - '0') * 10 + text[4] - '0' : 0;
    if (!has_form || minutes > 24 * 60 || text[3] > '5') {
        char shown[ERROR_SHOWN_SIZE];
        fields_refuse(fields, field, "'%s' is no time of day such as 21:30", error_shown(text, shown));
        return false;
    }
    *ret_second = minutes * 60;
    return true;
}

static debt_set debt_of(struct fields *fields, const char *field, const json_t *item)
{
    char shown[ERROR_SHOWN_SIZE];
    const char *id = json_string_value(item);
    const uint8_t index = id != NULL ? facts_book_find_debt(fields->reader->scenario->book, id) : FACT_NONE;
    if (index != FACT_NONE)
        return DEBT_BIT(index);
    fields_refuse(fields, field, "there is no debt '%s'", error_shown(id != NULL ? id : "?", shown));
    return 0;
}

debt_set field_debts(struct fields *fields, const char *field)
{
    const json_t *list = field_any(fields, field);
    debt_set debts = 0;
    if (json_is_string(list))
        return debt_of(fields, field, list);
    if (list != NULL && !json_is_array(list))
        fields_refuse(fields, field, "a list of ids of debts is expected");
    for (size_t i = 0; i < json_array_size(list); i++)
        debts |= debt_of(fields, field, json_array_get(list, i));
    return debts;
}

uint8_t field_address(struct fields *fields, const char *field)
{
    char shown[ERROR_SHOWN_SIZE];
    const char *id = field_text(fields, field);
    if (id == NULL)
        return FACT_NONE;
    const uint8_t index = facts_book_find_address(fields->reader->scenario->book, id);
    if (index == FACT_NONE)
        fields_refuse(fields, field, "there is no address or number '%s'", error_shown(id, shown));
    return index;
}

uint8_t fields_person(struct fields *fields, const char *field, const char *id)
{
    struct scenario *scenario = fields->reader->scenario;
    struct error why;
    struct fact_person person = {0};
    char shown[ERROR_SHOWN_SIZE];
    int relation = 0;
    uint8_t index = facts_book_find_person(scenario->book, id);
    if (index != FACT_NONE)
        return index;
    g_autofree char *lower = g_ascii_strdown(id, -1);
    if (!word_find(WORDS_RELATION, lower, &relation) || relation == RELATION_CONSUMER) {
        fields_refuse(fields, field, "there is no person '%s'", error_shown(id, shown));
        return FACT_CONSUMER;
    }
    person.relation = (enum relation)relation;
    if (facts_book_add_person(scenario->book, id, &person, &index, &why) != STATUS_OK)
        fields_refuse(fields, field, "%s", why.text);
    return index;
}

uint8_t field_person(struct fields *fields, const char *field)
{
    const char *id = field_text(fields, field);
    return id != NULL ? fields_person(fields, field, id) : FACT_NONE;
}

bool word_find(const struct word *words, const char *text, int *ret_value)
{
    for (; words->text != NULL; words++)
        if (strcmp(words->text, text) == 0) {
            *ret_value = words->value;
            return true;
        }
    return false;
}

static bool has_stem(const char *stems, const char *text)
{
    g_auto(GStrv) all = g_strsplit(stems, "|", -1);
    for (size_t i = 0; all[i] != NULL; i++)
        if (strstr(text, all[i]) != NULL)
            return true;
    return stems[0] == '\0';
}

bool word_find_like(const struct word *stems, const char *text, int *ret_value)
{
    for (; stems->text != NULL; stems++)
        if (has_stem(stems->text, text)) {
            *ret_value = stems->value;
            return true;
        }
    return false;
}

const char *field_like(const struct fields *fields, const char *stems)
{
    const char *name;
    json_t *value;
    json_object_foreach(fields->rest, name, value) if (!json_is_null(value) && has_stem(stems, name)) return name;
    return NULL;
}

void fields_refuse_word(const struct fields *fields, const char *field, const char *text, const struct word *words)
{
    char shown[ERROR_SHOWN_SIZE];
    struct nearest nearest = nearest_to(text);
    const char *meant = NULL;
    g_autoptr(GString) all = g_string_new(NULL);
    for (const struct word *word = words; word->text != NULL; word++) {
        if (nearest_improves(&nearest, word->text))
            meant = word->text;
        g_string_append_printf(all, "%s%s", all->len > 0 ? ", " : "", word->text);
    }
    if (meant != NULL)
        fields_refuse(fields, field, "'%s' is not known here: did you mean '%s'?", error_shown(text, shown), meant);
    else
        fields_refuse(fields, field, "'%s' is not known here: %s", error_shown(text, shown), all->str);
}

int field_word(struct fields *fields, const char *field, const struct word *words, int otherwise)
{
    const char *text = field_text(fields, field);
    int value = otherwise;
    if (text != NULL && !word_find(words, text, &value))
        fields_refuse_word(fields, field, text, words);
    return value;
}

void fields_skip(struct fields *fields, const char *const *names)
{
    for (; *names != NULL; names++)
        (void)field_any(fields, *names);
}
