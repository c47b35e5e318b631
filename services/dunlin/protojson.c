#include "protojson.h"

#include <string.h>

#include <glib.h>

#include "calendar/calendar.h"
#include "dunlin/messages.h"
#include "id/id.h"

/* "PromiseState" -> "PROMISE_STATE_" */
static char *enum_prefix(const ProtobufCEnumDescriptor *type)
{
    GString *prefix = g_string_new(NULL);
    for (const char *at = type->short_name; *at != '\0'; at++) {
        if (g_ascii_isupper(*at) && at > type->short_name)
            g_string_append_c(prefix, '_');
        g_string_append_c(prefix, g_ascii_toupper(*at));
    }
    g_string_append_c(prefix, '_');
    return g_string_free(prefix, FALSE);
}

static char *enum_text(const ProtobufCEnumDescriptor *type, const char *value_name)
{
    g_autofree char *prefix = enum_prefix(type);
    return g_ascii_strdown(g_str_has_prefix(value_name, prefix) ? value_name + strlen(prefix) : value_name, -1);
}

static json_t *enum_json(const ProtobufCEnumDescriptor *type, int value)
{
    const ProtobufCEnumValue *known = protobuf_c_enum_descriptor_get_value(type, value);
    if (value == 0)
        return json_null();
    if (known == NULL)
        return json_integer(value);
    g_autofree char *text = enum_text(type, known->name);
    return json_string(text);
}

enum status protojson_parse_enum(const ProtobufCEnumDescriptor *type, const char *what, const char *text,
                                 int *ret_value, struct error *err)
{
    g_autofree char *asked = g_strdelimit(g_ascii_strdown(text, -1), "-", '_');
    g_autoptr(GString) known = g_string_new(NULL);
    for (unsigned i = 0; i < type->n_values; i++) {
        g_autofree char *name = enum_text(type, type->values[i].name);
        if (type->values[i].value == 0)
            continue;
        if (strcmp(name, asked) == 0) {
            *ret_value = type->values[i].value;
            return STATUS_OK;
        }
        g_string_append_printf(known, "%s%s", known->len > 0 ? ", " : "", g_strdelimit(name, "_", '-'));
    }
    return error_set(err, STATUS_INVALID_ARGUMENT, "%s '%s': one of %s", what, text, known->str);
}

enum meaning {
    MEANING_PLAIN,
    MEANING_INSTANT,
    MEANING_DATE,
};

/* What a number's name says of it; *ret_name is what it is called in JSON. */
static enum meaning meaning_of(const char *name, char **ret_name)
{
    static const struct {
        const char *suffix;
        size_t dropped; /* bytes of the suffix that go */
        enum meaning meaning;
    } SUFFIXES[] = {
        {"_at_us", 3, MEANING_INSTANT},  {"_until_us", 3, MEANING_INSTANT}, {"_of_us", 3, MEANING_INSTANT},
        {"_now_us", 3, MEANING_INSTANT}, {"_on_days", 5, MEANING_DATE},     {"_of_days", 5, MEANING_DATE},
    };
    for (size_t i = 0; i < ARRAY_SIZE(SUFFIXES); i++) {
        if (!g_str_has_suffix(name, SUFFIXES[i].suffix))
            continue;
        *ret_name = g_strndup(name, strlen(name) - SUFFIXES[i].dropped);
        return SUFFIXES[i].meaning;
    }
    *ret_name = g_strdup(name);
    return MEANING_PLAIN;
}

static json_t *number_json(enum meaning meaning, int64_t number)
{
    char text[INSTANT_TEXT_SIZE];
    if (meaning == MEANING_PLAIN)
        return json_integer(number);
    if (number == 0)
        return json_null();
    if (meaning == MEANING_INSTANT)
        return json_string(instant_format((struct instant){number}, text));
    return json_string(date_format((struct date){(int32_t)number}, text));
}

static json_t *bytes_json(const ProtobufCBinaryData *bytes)
{
    struct id id;
    char text[ID_TEXT_SIZE];
    if (bytes->len == 0)
        return json_null();
    if (bytes->len == ID_BYTES && id_from_bytes(bytes->data, bytes->len, "id", &id, NULL) == STATUS_OK)
        return json_string(id_format(&id, text));
    g_autoptr(GString) hex = g_string_new(NULL);
    for (size_t i = 0; i < bytes->len; i++)
        g_string_append_printf(hex, "%02x", bytes->data[i]);
    return json_string(hex->str);
}

/* Text that came from a file need not be UTF-8 everywhere. */
static json_t *text_json(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);
    return json_string(valid);
}

static size_t value_size(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_ENUM:
        return sizeof(int32_t);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return sizeof(int64_t);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    }
    return 0;
}

static json_t *value_json(const ProtobufCFieldDescriptor *field, enum meaning meaning, const void *value)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        return number_json(meaning, *(const int32_t *)value);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return json_integer(*(const uint32_t *)value);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return number_json(meaning, *(const int64_t *)value);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return json_integer((json_int_t) * (const uint64_t *)value);
    case PROTOBUF_C_TYPE_FLOAT:
        return json_real((double)*(const float *)value);
    case PROTOBUF_C_TYPE_DOUBLE:
        return json_real(*(const double *)value);
    case PROTOBUF_C_TYPE_BOOL:
        return json_boolean(*(const protobuf_c_boolean *)value);
    case PROTOBUF_C_TYPE_ENUM:
        return enum_json(field->descriptor, *(const int *)value);
    case PROTOBUF_C_TYPE_STRING:
        return text_json(*(char *const *)value);
    case PROTOBUF_C_TYPE_BYTES:
        return bytes_json(value);
    case PROTOBUF_C_TYPE_MESSAGE:
        return protojson(*(const ProtobufCMessage *const *)value);
    }
    return NULL;
}

static json_t *list_json(const ProtobufCFieldDescriptor *field, enum meaning meaning, const uint8_t *base)
{
    const size_t n = *(const size_t *)(const void *)(base + field->quantifier_offset);
    const uint8_t *values = *(uint8_t *const *)(const void *)(base + field->offset);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, value_json(field, meaning, values + i * value_size(field->type)));
    return list;
}

static bool is_present(const ProtobufCFieldDescriptor *field, const uint8_t *base)
{
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
        return *(const uint32_t *)(const void *)(base + field->quantifier_offset) == field->id;
    if (field->type == PROTOBUF_C_TYPE_MESSAGE && field->label != PROTOBUF_C_LABEL_REPEATED)
        return *(void *const *)(const void *)(base + field->offset) != NULL;
    return true;
}

json_t *protojson(const ProtobufCMessage *message)
{
    const uint8_t *base = (const uint8_t *)message;
    json_t *object = json_object();
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        if (!is_present(field, base))
            continue;
        g_autofree char *name = NULL;
        const enum meaning meaning = meaning_of(field->name, &name);
        json_t *value = field->label == PROTOBUF_C_LABEL_REPEATED ? list_json(field, meaning, base)
                                                                  : value_json(field, meaning, base + field->offset);
        (void)json_object_set_new(object, name, value);
    }
    return object;
}

const ProtobufCMessageDescriptor *protojson_event_type(const char *name)
{
    for (size_t i = 0; DUNLIN_MESSAGES[i]; i++)
        if (strcmp(DUNLIN_MESSAGES[i]->name, name) == 0)
            return DUNLIN_MESSAGES[i];
    return NULL;
}
