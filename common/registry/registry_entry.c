#include "registry/registry_entry.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const char *const STATES[] = {
    [INSTANCE_SERVING] = "serving",
    [INSTANCE_DRAINING] = "draining",
};

const char *registry_key(const struct instance *instance, char key[static REGISTRY_KEY_SIZE])
{
    (void)snprintf(key, REGISTRY_KEY_SIZE, REGISTRY_KEY_PREFIX "%s:%s", instance->service, instance->id);
    return key;
}

static void json_freep(json_t **json)
{
    json_decref(*json);
}

enum status registry_entry_write(const struct instance *instance, char **ret_text, struct error *err)
{
    SCOPED(json_freep)
    json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:s}", "service", instance->service, "id",
                             instance->id, "version", instance->version, "rpc_endpoint", instance->rpc_endpoint,
                             "event_endpoint", instance->event_endpoint, "admin_endpoint", instance->admin_endpoint,
                             "public_endpoint", instance->public_endpoint,
                             "pid", (json_int_t)instance->pid, "started_at_us", (json_int_t)instance->started_at_us,
                             "state", STATES[instance->state]);
    if (json == NULL)
        return error_set(err, STATUS_INVALID_ARGUMENT, "instance '%s': a text is not UTF-8", instance->id);
    char *text = json_dumps(json, JSON_COMPACT);
    if (text == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "instance '%s': no memory", instance->id);
    *ret_text = text;
    return STATUS_OK;
}

static bool read_text(const json_t *json, const char *field, char *out, size_t size)
{
    const json_t *value = json_object_get(json, field);
    if (value == NULL)
        return true;
    if (!json_is_string(value) || json_string_length(value) >= size)
        return false;
    memcpy(out, json_string_value(value), json_string_length(value) + 1);
    return true;
}

static bool read_number(const json_t *json, const char *field, int64_t *out)
{
    const json_t *value = json_object_get(json, field);
    if (value == NULL)
        return true;
    if (!json_is_integer(value))
        return false;
    *out = json_integer_value(value);
    return true;
}

static bool read_state(const json_t *json, enum instance_state *out)
{
    char text[32] = "serving";
    if (!read_text(json, "state", text, sizeof(text)))
        return false;
    /* A state that a newer version knows: whatever it is, it is not the plain one, so nothing new goes there. */
    *out = strcmp(text, STATES[INSTANCE_SERVING]) == 0 ? INSTANCE_SERVING : INSTANCE_DRAINING;
    return true;
}

bool registry_entry_read(const char *key, const char *text, struct instance *ret_instance)
{
    SCOPED(json_freep) json_t *json = json_loads(text, 0, NULL);
    struct instance i = {0};
    if (!json_is_object(json) || !read_text(json, "service", i.service, sizeof(i.service)) ||
        !read_text(json, "id", i.id, sizeof(i.id)) || !read_text(json, "version", i.version, sizeof(i.version)) ||
        !read_text(json, "rpc_endpoint", i.rpc_endpoint, sizeof(i.rpc_endpoint)) ||
        !read_text(json, "event_endpoint", i.event_endpoint, sizeof(i.event_endpoint)) ||
        !read_text(json, "admin_endpoint", i.admin_endpoint, sizeof(i.admin_endpoint)) ||
        !read_text(json, "public_endpoint", i.public_endpoint, sizeof(i.public_endpoint)) ||
        !read_number(json, "pid", &i.pid) || !read_number(json, "started_at_us", &i.started_at_us) ||
        !read_state(json, &i.state))
        return false;
    char own_key[REGISTRY_KEY_SIZE];
    if (i.service[0] == '\0' || i.id[0] == '\0' || strcmp(registry_key(&i, own_key), key) != 0)
        return false;
    *ret_instance = i;
    return true;
}
