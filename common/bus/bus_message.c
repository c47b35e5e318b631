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

enum status bus_pack(const ProtobufCMessage *message, zmq_msg_t *ret_frame, struct error *err)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    if (zmq_msg_init_size(ret_frame, size) != 0)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "no memory for a frame of %zu bytes", size);
    (void)protobuf_c_message_pack(message, zmq_msg_data(ret_frame));
    return STATUS_OK;
}
