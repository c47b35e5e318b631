#include <jansson.h>
#include <string.h>

#include "recordfile/record_cells.h"

/* Errors name places, never the texts found there: those are debtors' data and errors are logged. (jansson's own texts
 * quote what stands "near".)
 *
 * jansson reads numbers into doubles, but "100.10" must stay "100.10". So it checks the whole text and decodes names
 * and strings, and the numbers' literals are found by a walk over the text that it has found good. That walk is simple
 * since the object is flat, and in step with jansson's since it keeps members in the order of the text and has refused
 * doubles. */

static const char *reason_of(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_invalid_utf8:
        return "not UTF-8";
    case json_error_duplicate_key:
        return "a name stands twice";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "a NUL";
    case json_error_premature_end_of_input:
        return "ends too early";
    case json_error_end_of_input_expected:
        return "something after its end";
    case json_error_numeric_overflow:
        return "a number too large";
    case json_error_out_of_memory:
    case json_error_stack_overflow:
    case json_error_unknown:
    case json_error_cannot_open_file:
    case json_error_invalid_argument:
    case json_error_invalid_syntax:
    case json_error_invalid_format:
    case json_error_wrong_type:
    case json_error_null_value:
    case json_error_item_not_found:
    case json_error_index_out_of_range:
        break;
    }
    return "not JSON";
}

/* A place in the text, which is known to be a flat JSON object: the walk needs no bounds beyond its grammar. */
static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

/* From a string's opening quote to past its closing one. */
static const char *skip_string(const char *at)
{
    for (at++; *at != '"'; at++)
        if (*at == '\\')
            at++;
    return at + 1;
}

/* From a member's name to its value. */
static const char *skip_name(const char *at)
{
    at = skip_blanks(skip_string(skip_blanks(at)));
    return skip_blanks(at + 1);
}

/* Number, true, false or null: up to what cannot belong to it. */
static size_t literal_length(const char *at)
{
    return strcspn(at, ",} \t\r\n");
}

static const char *skip_value(const char *at)
{
    return *at == '"' ? skip_string(at) : at + literal_length(at);
}

/* From past a member to past the comma behind it, if there is one. */
static const char *skip_comma(const char *at)
{
    at = skip_blanks(at);
    return *at == ',' ? at + 1 : at;
}

static bool add_member(struct record_cells *cells, const char *name, const json_t *value, const char *literal)
{
    if (json_is_null(value))
        return true;
    if (json_is_string(value))
        return record_cells_add(cells, name, json_string_value(value), json_string_length(value));
    return record_cells_add(cells, name, literal, literal_length(literal));
}

static enum status check_flat(json_t *object, struct error *err)
{
    const char *name;
    json_t *value;
    size_t position = 0;

    if (!json_is_object(object))
        return error_set(err, STATUS_INVALID_ARGUMENT, "JSON: not an object");
    json_object_foreach(object, name, value)
    {
        position++;
        if (json_is_object(value) || json_is_array(value))
            return error_set(err, STATUS_INVALID_ARGUMENT, "JSON: member %zu is not a plain value", position);
    }
    return STATUS_OK;
}

static enum status read_members(json_t *object, const char *text, struct record_cells *cells, struct error *err)
{
    const char *at = skip_blanks(text) + 1;
    const char *name;
    json_t *value;

    json_object_foreach(object, name, value)
    {
        at = skip_name(at);
        if (!add_member(cells, name, value, at))
            return error_set(err, STATUS_INVALID_ARGUMENT, "JSON: more than %d members", RECORD_MAX_CELLS);
        at = skip_comma(skip_value(at));
    }
    return STATUS_OK;
}

static void json_freep(json_t **json)
{
    json_decref(*json);
}

enum status record_cells_from_json(const uint8_t *bytes, size_t len, struct record_cells **ret_cells, struct error *err)
{
    SCOPED(json_freep) json_t *object = NULL;
    SCOPED(record_cells_freep) struct record_cells *cells = NULL;
    json_error_t json_error;

    if (len > 0 && memchr(bytes, '\0', len))
        return error_set(err, STATUS_INVALID_ARGUMENT, "JSON: a NUL");
    /* A copy that ends in a NUL, where the walk over the text can rely on it. */
    g_autofree char *text = g_strndup((const char *)bytes, len);
    object = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &json_error);
    if (!object)
        return error_set(err, STATUS_INVALID_ARGUMENT, "JSON: %s, at byte %d", reason_of(&json_error),
                         json_error.position);
    enum status st = check_flat(object, err);
    if (st != STATUS_OK)
        return st;
    cells = record_cells_new();
    st = read_members(object, text, cells, err);
    if (st != STATUS_OK)
        return st;
    *ret_cells = TAKE(cells);
    return STATUS_OK;
}
