#include "bus/bus_internal.h"

char *bus_lend(const char *text)
{
    union {
        const char *in;
        char *out;
    } pointer = {.in = text};
    return pointer.out;
}

static void *budget_alloc(void *context, size_t size)
{
    size_t *left = context;
    if (size > *left)
        return NULL;
    *left -= size;
    /* Without memory the process ends here: NULL would say that the peer sent garbage. */
    return g_malloc(size);
}

static void budget_free(void *context, void *pointer)
{
    (void)context;
    g_free(pointer);
}

ProtobufCMessage *bus_unpack(const ProtobufCMessageDescriptor *descriptor, size_t len, const void *data)
{
    size_t used = 0;
    return bus_unpack_counted(descriptor, len, data, &used);
}

ProtobufCMessage *bus_unpack_counted(const ProtobufCMessageDescriptor *descriptor, size_t len, const void *data,
                                     size_t *ret_bytes)
{
    size_t left = BUS_UNPACK_MAX_BYTES;
    /* Its memory is malloc's (GLib's is the same), so that the default allocator may free it when this one is gone. */
    ProtobufCAllocator allocator = {.alloc = budget_alloc, .free = budget_free, .allocator_data = &left};
    static const uint8_t nothing = 0;
    ProtobufCMessage *message = protobuf_c_message_unpack(descriptor, &allocator, len, len == 0 ? &nothing : data);
    if (message != NULL)
        *ret_bytes = BUS_UNPACK_MAX_BYTES - left;
    return message;
}

static const char *text_not_utf8(const ProtobufCMessage *message);

/* A field's value, or one of its values: NULL, or the name of the field that is not UTF-8. */
static const char *value_not_utf8(const ProtobufCFieldDescriptor *field, const void *value)
{
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        const ProtobufCMessage *message = *(const ProtobufCMessage *const *)value;
        return message == NULL ? NULL : text_not_utf8(message);
    }
    const char *text = *(const char *const *)value;
    return text == NULL || g_utf8_validate(text, -1, NULL) ? NULL : field->name;
}

static const char *field_not_utf8(const ProtobufCFieldDescriptor *field, const ProtobufCMessage *message)
{
    const uint8_t *base = (const uint8_t *)message;
    const void *value = base + field->offset;
    const void *quantifier = base + field->quantifier_offset;
    if (field->label != PROTOBUF_C_LABEL_REPEATED) {
        const bool is_other =
            (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 && *(const uint32_t *)quantifier != field->id;
        return is_other ? NULL : value_not_utf8(field, value);
    }
    const char *name = NULL;
    const void *const *values = *(const void *const *const *)value;
    for (size_t i = 0; i < *(const size_t *)quantifier && name == NULL; i++)
        name = value_not_utf8(field, &values[i]);
    return name;
}

static const char *text_not_utf8(const ProtobufCMessage *message)
{
    const char *name = NULL;
    for (unsigned i = 0; i < message->descriptor->n_fields && name == NULL; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE)
            name = field_not_utf8(field, message);
    }
    return name;
}

enum status bus_check_texts(const ProtobufCMessage *message, struct error *err)
{
    const char *name = text_not_utf8(message);
    if (name != NULL)
        return error_set(err, STATUS_INVALID_ARGUMENT, "body: %s: %s is not UTF-8", message->descriptor->name, name);
    return STATUS_OK;
}

enum status bus_pack(const ProtobufCMessage *message, zmq_msg_t *ret_frame, struct error *err)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    if (zmq_msg_init_size(ret_frame, size) != 0)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "no memory for a frame of %zu bytes", size);
    (void)protobuf_c_message_pack(message, zmq_msg_data(ret_frame));
    return STATUS_OK;
}
