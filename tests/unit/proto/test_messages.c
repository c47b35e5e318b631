#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dunlin/messages.h"
#include "status/scope.h"

/* Bytes as packed when a message or field came into the contract lie in messages_v1.txt (made by make_messages.py) and
 * must unpack for ever: they stand for what lies in logs and for what older programs send. */
#define LINES "tests/unit/proto/messages_v1.txt"

struct sample {
    guint line;
    const ProtobufCMessageDescriptor *type;
    uint8_t *packed; /* exactly `len` bytes: a sanitizer sees who reads further */
    size_t len;
};

static GArray *samples;

static const ProtobufCMessageDescriptor *find_type(const char *name)
{
    for (size_t i = 0; DUNLIN_MESSAGES[i]; i++)
        if (strcmp(DUNLIN_MESSAGES[i]->name, name) == 0)
            return DUNLIN_MESSAGES[i];
    return NULL;
}

static void take_hex(struct sample *sample, const char *hex)
{
    const size_t digits = strcmp(hex, "-") == 0 ? 0 : strlen(hex);
    if (digits % 2 != 0 || strspn(hex, "0123456789abcdef-") != strlen(hex))
        fail_msg("%s:%u: no hex", LINES, sample->line);
    sample->len = digits / 2;
    sample->packed = malloc(MAX(sample->len, 1));
    assert_non_null(sample->packed);
    for (size_t i = 0; i < sample->len; i++)
        sample->packed[i] = (uint8_t)(g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]));
}

static void take_line(guint number, const char *line)
{
    const char *space = strchr(line, ' ');
    if (!space)
        fail_msg("%s:%u: no space", LINES, number);
    gchar *name = g_strndup(line, (gsize)(space - line));
    struct sample sample = {.line = number, .type = find_type(name)};
    if (!sample.type)
        fail_msg("%s:%u: the contract knows no %s any more", LINES, number, name);
    g_free(name);
    take_hex(&sample, space + 1);
    g_array_append_val(samples, sample);
}

static void clear_sample(gpointer data)
{
    free(((struct sample *)data)->packed);
}

static int read_samples(void **state)
{
    gchar *text = NULL;
    (void)state;
    if (!g_file_get_contents(LINES, &text, NULL, NULL))
        fail_msg("%s cannot be read", LINES);
    samples = g_array_new(FALSE, FALSE, sizeof(struct sample));
    g_array_set_clear_func(samples, clear_sample);
    gchar **lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] && lines[i][0]; i++)
        take_line(i + 1, lines[i]);
    g_strfreev(lines);
    g_free(text);
    return 0;
}

static int free_samples(void **state)
{
    (void)state;
    g_array_free(samples, TRUE);
    return 0;
}

static const struct sample *sample_at(guint i)
{
    return &g_array_index(samples, struct sample, i);
}

static ProtobufCMessage *unpack(const struct sample *sample)
{
    ProtobufCMessage *message = protobuf_c_message_unpack(sample->type, NULL, sample->len, sample->packed);
    if (!message)
        fail_msg("%s:%u: %s does not unpack", LINES, sample->line, sample->type->name);
    return message;
}

/* What `message` packs to; owned by the caller. */
static GByteArray *packed_again(const ProtobufCMessage *message)
{
    const size_t len = protobuf_c_message_get_packed_size(message);
    GByteArray *bytes = g_byte_array_sized_new((guint)MAX(len, 1));
    g_byte_array_set_size(bytes, (guint)len);
    assert_int_equal(protobuf_c_message_pack(message, bytes->data), len);
    return bytes;
}

static const void *member(const ProtobufCMessage *message, unsigned offset)
{
    return (const char *)message + offset;
}

static size_t count_of(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return *(const size_t *)member(message, field->quantifier_offset);
}

/* Is this the member of its oneof that is set? True outside a oneof. */
static bool is_chosen(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return !(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) ||
           *(const uint32_t *)member(message, field->quantifier_offset) == field->id;
}

/* The sub-messages of a field: 0, 1 or many. */
static size_t sub_messages(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                           ProtobufCMessage *const **ret_list)
{
    if (field->type != PROTOBUF_C_TYPE_MESSAGE)
        return 0;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        *ret_list = *(ProtobufCMessage * *const *)member(message, field->offset);
        return count_of(message, field);
    }
    if (!is_chosen(message, field))
        return 0;
    *ret_list = member(message, field->offset);
    return **ret_list ? 1 : 0;
}

/* Unknown fields are kept, behind the known ones: where there are some, packing again gives another order. */
static bool has_unknown_fields(const ProtobufCMessage *message)
{
    if (message->n_unknown_fields > 0)
        return true;
    for (unsigned f = 0; f < message->descriptor->n_fields; f++) {
        ProtobufCMessage *const *list = NULL;
        const size_t n = sub_messages(message, &message->descriptor->fields[f], &list);
        for (size_t i = 0; i < n; i++)
            if (has_unknown_fields(list[i]))
                return true;
    }
    return false;
}

static bool is_expected_text(const ProtobufCFieldDescriptor *field, const char *text, int64_t number)
{
    gchar *expected = g_strdup_printf("%s № %d", field->name, (int)number);
    const bool is_it = text[0] == '\0' || strcmp(text, expected) == 0;
    g_free(expected);
    return is_it;
}

static bool is_expected_bytes(const ProtobufCFieldDescriptor *field, const ProtobufCBinaryData *bytes, int64_t number)
{
    const uint8_t head[] = {(uint8_t)number, 0, 255};
    return bytes->len == 0 ||
           (bytes->len == sizeof(head) + strlen(field->name) && memcmp(bytes->data, head, sizeof(head)) == 0 &&
            memcmp(bytes->data + sizeof(head), field->name, strlen(field->name)) == 0);
}

/* The rules of value_of in make_messages.py. What is zero came into the contract after the line did. */
static bool is_expected_value(const ProtobufCFieldDescriptor *field, const void *value, int64_t number)
{
    const int64_t sign = field->id % 2 ? 1 : -1;
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT64:
        return *(const int64_t *)value == 0 || *(const int64_t *)value == sign * number * INT64_C(1000000007001);
    case PROTOBUF_C_TYPE_INT32:
        return *(const int32_t *)value == 0 || *(const int32_t *)value == sign * number * 1000003;
    case PROTOBUF_C_TYPE_UINT64:
        return *(const uint64_t *)value == 0 || *(const uint64_t *)value == (UINT64_C(1) << 63) + (uint64_t)number;
    case PROTOBUF_C_TYPE_UINT32:
        return *(const uint32_t *)value == 0 || *(const uint32_t *)value == (UINT32_C(1) << 31) + (uint32_t)number;
    case PROTOBUF_C_TYPE_DOUBLE: /* n and a half: twice that is a whole number */
        return (int64_t)(2 * *(const double *)value) == 0 ||
               (int64_t)(2 * *(const double *)value) == sign * (2 * number + 1);
    case PROTOBUF_C_TYPE_BOOL:
        return true; /* a bool that is set is true */
    case PROTOBUF_C_TYPE_ENUM:
        return protobuf_c_enum_descriptor_get_value(field->descriptor, *(const int *)value) != NULL;
    case PROTOBUF_C_TYPE_STRING:
        return is_expected_text(field, *(char *const *)value, number);
    case PROTOBUF_C_TYPE_BYTES:
        return is_expected_bytes(field, value, number);
    default:
        fail_msg("%s: no rule for this type of field; add one", field->name);
        return false;
    }
}

static size_t element_size(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return sizeof(int64_t);
    case PROTOBUF_C_TYPE_STRING:
        return sizeof(char *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    default:
        return sizeof(int32_t);
    }
}

static void expect_values(const ProtobufCMessage *message);

static void expect_field(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    ProtobufCMessage *const *list = NULL;
    const char *values = member(message, field->offset);
    size_t n = is_chosen(message, field) ? 1 : 0;
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        n = sub_messages(message, field, &list);
        for (size_t i = 0; i < n; i++)
            expect_values(list[i]);
        return;
    }
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        n = count_of(message, field);
        values = *(const char *const *)(const void *)values;
    }
    for (size_t i = 0; i < n; i++)
        if (!is_expected_value(field, values + i * element_size(field), (int64_t)(field->id + 100 * i)))
            fail_msg("%s.%s has another value than was packed", message->descriptor->name, field->name);
}

static void expect_values(const ProtobufCMessage *message)
{
    for (unsigned f = 0; f < message->descriptor->n_fields; f++)
        expect_field(message, &message->descriptor->fields[f]);
}

static size_t varint(const uint8_t *bytes, uint64_t *ret_value)
{
    size_t n = 0;
    *ret_value = 0;
    do
        *ret_value |= (uint64_t)(bytes[n] & 0x7f) << (7 * n);
    while (bytes[n++] & 0x80);
    return n;
}

/* Length of the field that begins at `bytes`, tag included. */
static size_t field_len(const uint8_t *bytes, uint32_t *ret_id)
{
    uint64_t tag, value;
    size_t n = varint(bytes, &tag);
    *ret_id = (uint32_t)(tag >> 3);
    switch (tag & 7) {
    case 0:
        return n + varint(bytes + n, &value);
    case 1:
        return n + 8;
    case 2:
        n += varint(bytes + n, &value);
        return n + value;
    case 5:
        return n + 4;
    default:
        fail_msg("wire type %u", (unsigned)(tag & 7));
        return 0;
    }
}

static bool shows_field(const struct sample *sample, uint32_t id)
{
    for (size_t at = 0; at < sample->len;) {
        uint32_t found;
        at += field_len(sample->packed + at, &found);
        if (found == id)
            return true;
    }
    return false;
}

static void every_line_unpacks_to_the_values_that_were_packed(void **state)
{
    (void)state;
    for (guint i = 0; i < samples->len; i++) {
        ProtobufCMessage *message = unpack(sample_at(i));
        expect_values(message);
        protobuf_c_message_free_unpacked(message, NULL);
    }
}

static void every_line_packs_to_the_same_bytes_again(void **state)
{
    (void)state;
    for (guint i = 0; i < samples->len; i++) {
        const struct sample *sample = sample_at(i);
        ProtobufCMessage *message = unpack(sample);
        GByteArray *again = packed_again(message);
        if (again->len != sample->len ||
            (memcmp(again->data, sample->packed, sample->len) != 0 && !has_unknown_fields(message)))
            fail_msg("%s:%u: %s packs to other bytes", LINES, sample->line, sample->type->name);
        g_byte_array_free(again, TRUE);
        protobuf_c_message_free_unpacked(message, NULL);
    }
}

static void every_message_and_field_of_the_contract_has_a_line(void **state)
{
    GString *missing = g_string_new("");
    (void)state;
    for (size_t t = 0; DUNLIN_MESSAGES[t]; t++) {
        const ProtobufCMessageDescriptor *type = DUNLIN_MESSAGES[t];
        bool is_there = false;
        for (guint i = 0; i < samples->len; i++)
            is_there |= sample_at(i)->type == type;
        if (!is_there)
            g_string_append_printf(missing, "\n%s", type->name);
        for (unsigned f = 0; f < type->n_fields && is_there; f++) {
            bool is_shown = false;
            for (guint i = 0; i < samples->len; i++)
                is_shown |= sample_at(i)->type == type && shows_field(sample_at(i), type->fields[f].id);
            if (!is_shown)
                g_string_append_printf(missing, "\n%s.%s", type->name, type->fields[f].name);
        }
    }
    if (missing->len > 0)
        fail_msg("not in %s; run tests/unit/proto/make_messages.py:%s", LINES, missing->str);
    g_string_free(missing, TRUE);
}

/* Tags 15000 (varint 1), 15001 (the bytes "new") and 15002 (fixed64): what a newer program may add. */
static const uint8_t NEWER[] = {0xc0, 0xa9, 0x07, 0x01, 0xca, 0xa9, 0x07, 0x03, 'n', 'e', 'w',
                                0xd1, 0xa9, 0x07, 1,    2,    3,    4,    5,    6,   7,   8};

static void fields_of_a_newer_contract_are_skipped_and_kept(void **state)
{
    (void)state;
    for (guint i = 0; i < samples->len; i++) {
        const struct sample *sample = sample_at(i);
        GByteArray *newer = g_byte_array_new();
        g_byte_array_append(newer, sample->packed, (guint)sample->len);
        g_byte_array_append(newer, NEWER, sizeof(NEWER));
        ProtobufCMessage *message = protobuf_c_message_unpack(sample->type, NULL, newer->len, newer->data);
        if (!message || message->n_unknown_fields < 3)
            fail_msg("%s with fields of a newer contract does not unpack", sample->type->name);
        GByteArray *again = packed_again(message);
        if (again->len != newer->len || memcmp(again->data + again->len - sizeof(NEWER), NEWER, sizeof(NEWER)) != 0)
            fail_msg("%s loses fields of a newer contract", sample->type->name);
        g_byte_array_free(again, TRUE);
        g_byte_array_free(newer, TRUE);
        protobuf_c_message_free_unpacked(message, NULL);
    }
}

/* Unpacks the first `len` bytes, out of memory of exactly that size. */
static bool prefix_unpacks(const struct sample *sample, size_t len)
{
    uint8_t *prefix = malloc(MAX(len, 1));
    assert_non_null(prefix);
    memcpy(prefix, sample->packed, len);
    ProtobufCMessage *message = protobuf_c_message_unpack(sample->type, NULL, len, prefix);
    free(prefix);
    if (!message)
        return false;
    protobuf_c_message_free_unpacked(message, NULL);
    return true;
}

static void bytes_cut_off_inside_a_field_are_refused(void **state)
{
    (void)state;
    for (guint i = 0; i < samples->len; i++) {
        const struct sample *sample = sample_at(i);
        size_t boundary = 0;
        for (size_t len = 0; len < sample->len; len++) {
            const bool is_whole = len == boundary;
            uint32_t id;
            if (is_whole)
                boundary += field_len(sample->packed + boundary, &id);
            if (prefix_unpacks(sample, len) != is_whole)
                fail_msg("%s: the first %zu of %zu bytes are %s", sample->type->name, len, sample->len,
                         is_whole ? "refused" : "accepted");
        }
        assert_int_equal(boundary, sample->len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_unpacks_to_the_values_that_were_packed),
        cmocka_unit_test(every_line_packs_to_the_same_bytes_again),
        cmocka_unit_test(every_message_and_field_of_the_contract_has_a_line),
        cmocka_unit_test(fields_of_a_newer_contract_are_skipped_and_kept),
        cmocka_unit_test(bytes_cut_off_inside_a_field_are_refused),
    };
    return cmocka_run_group_tests(tests, read_samples, free_samples);
}
