#include "service/wire.h"

#include <stdint.h>
#include <string.h>

#include <glib.h>

#include "cardmask/cardmask.h"

ProtobufCBinaryData wire_bytes(const void *bytes, size_t len)
{
    return (ProtobufCBinaryData){.len = len, .data = (uint8_t *)(uintptr_t)bytes};
}

ProtobufCBinaryData wire_id(const struct id *id)
{
    return id_is_none(id) ? wire_bytes(NULL, 0) : wire_bytes(id->bytes, sizeof(id->bytes));
}

char *wire_text(const char *text)
{
    return (char *)(uintptr_t)text;
}

enum status wire_read_id(const ProtobufCBinaryData *bytes, const char *field, struct id *ret_id, struct error *err)
{
    struct id id;
    enum status st = id_from_bytes(bytes->data, bytes->len, field, &id, err);

    if (st != STATUS_OK)
        return st;
    if (id_is_none(&id))
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: is all zeros", field);
    *ret_id = id;
    return STATUS_OK;
}

enum status wire_read_own_id(const struct service_call *call, const ProtobufCBinaryData *bytes, const char *field,
                             struct id *ret_id, struct error *err)
{
    struct id id;
    enum status st = wire_read_id(bytes, field, &id, err);

    if (st != STATUS_OK)
        return st;
    if (id_partition(&id) != call->partition)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: is of partition %u, the request of %u", field,
                         id_partition(&id), call->partition);
    *ret_id = id;
    return STATUS_OK;
}

struct id wire_known_id(const ProtobufCBinaryData *bytes)
{
    struct id id = {{0}};

    (void)!id_from_bytes(bytes->data, bytes->len, "id", &id, NULL);
    return id;
}

enum status wire_check_text(const char *text, size_t max, const char *field, struct error *err)
{
    if (strlen(text) > max)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: longer than %zu bytes", field, max);
    if (!g_utf8_validate(text, -1, NULL))
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: is not UTF-8", field);
    return STATUS_OK;
}

enum status wire_free_text(char *text, size_t max, const char *field, struct error *err)
{
    const enum status st = wire_check_text(text, max, field, err);

    if (st == STATUS_OK)
        (void)mask_card_numbers(text);
    return st;
}

static void *allocate(void *context, size_t size)
{
    (void)context;
    return g_malloc(size);
}

static void release(void *context, void *memory)
{
    (void)context;
    g_free(memory);
}

ProtobufCMessage *wire_unpack(const ProtobufCMessageDescriptor *type, size_t len, const uint8_t *bytes)
{
    ProtobufCAllocator allocator = {.alloc = allocate, .free = release};

    return protobuf_c_message_unpack(type, &allocator, len, bytes);
}

const char *wire_actor(const struct service_call *call)
{
    return call->principal && call->principal[0] ? call->principal : NULL;
}
