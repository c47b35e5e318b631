#include <stdbool.h>
#include <string.h>

#include "fuzz.h"
#include "intake_mapping.h"
#include "intake_row.h"

/* A mapping file, a line "%%", and a client's file: its header and its rows, a line each. The mapping is read or
 * refused with its name and, where something in it is wrong, the line; a row is accepted with everything that its kind
 * needs, or rejected with field, code and reason, and comes out the same however often it is read. */

#define NAME      "acme.yaml"
#define SEPARATOR "\n%%\n"

static const struct date TODAY = {.days = 20458}; /* 2026-01-05 */

static void check_text(const char *text, const char *what)
{
    FUZZ_CHECK(text && g_utf8_validate(text, -1, NULL), "%s is no text", what);
}

static void check_mapping(const struct mapping *mapping)
{
    FUZZ_CHECK(file_kind_name(mapping->kind), "kind %d", (int)mapping->kind);
    FUZZ_CHECK(mapping->delimiter != mapping->quote, "'%c' is delimiter and quote", mapping->quote);
    for (int field = 0; field < FIELD_COUNT; field++) {
        const struct mapping_source *source = &mapping->fields[field];
        const struct field_spec *spec = field_spec((enum field)field);
        FUZZ_CHECK(source->origin != MAPPING_ABSENT || !(spec->required_for & FIELD_FOR(mapping->kind)), "no %s",
                   spec->name);
        FUZZ_CHECK(source->origin == MAPPING_ABSENT ||
                       ((spec->required_for | spec->allowed_for) & FIELD_FOR(mapping->kind)),
                   "%s is none of its fields", spec->name);
        if (source->origin == MAPPING_COLUMN && mapping->format == RECORDFILE_CSV)
            FUZZ_CHECK(source->position < mapping->n_columns, "%s is column %zu", spec->name, source->position);
    }
}

static enum status read_mapping(const char *text, const uint8_t *header, size_t header_len,
                                struct mapping **ret_mapping)
{
    struct error err = {0};
    const enum status st = mapping_read(NAME, text, header, header_len, ret_mapping, &err);

    if (st == STATUS_OK)
        return st;
    FUZZ_CHECK(*ret_mapping == NULL, "an error and a mapping");
    FUZZ_CHECK(st == STATUS_INVALID_ARGUMENT && err.code == st, "%s", status_name(st));
    FUZZ_CHECK(g_str_has_prefix(err.text, NAME ":") && strlen(err.text) > strlen(NAME ": "), "'%s'", err.text);
    check_text(err.text, "the error");
    return st;
}

static void check_rejects(const struct row *row)
{
    FUZZ_CHECK((row->outcome == ROW_REJECTED) == (row->n_rejects > 0), "outcome %d with %zu reasons", (int)row->outcome,
               row->n_rejects);
    FUZZ_CHECK(row->n_rejects <= ROW_REJECTS_MAX, "%zu reasons", row->n_rejects);
    for (size_t i = 0; i < row->n_rejects; i++) {
        const struct row_reject *reject = &row->rejects[i];
        FUZZ_CHECK(reject->field >= FIELD_NONE && reject->field < FIELD_COUNT, "field %d", reject->field);
        FUZZ_CHECK(reject->code < REJECT_CODE_COUNT && reject_code_name(reject->code), "code %d", (int)reject->code);
        check_text(reject->reason, "the reason");
        FUZZ_CHECK(reject->reason[0] != '\0', "rejected without a reason");
    }
}

/* What the platform takes over must hold whatever the client wrote. */
static void check_accepted(const struct mapping *mapping, const struct row *row)
{
    for (int field = 0; field < FIELD_COUNT; field++) {
        const struct field_spec *spec = field_spec((enum field)field);
        const struct row_value *value = &row->values[field];
        check_text(value->text, spec->name);
        FUZZ_CHECK(!(spec->required_for & FIELD_FOR(mapping->kind)) || value->text[0] != '\0', "no %s", spec->name);
        FUZZ_CHECK(strlen(value->text) <= spec->max_bytes, "%s of %zu bytes", spec->name, strlen(value->text));
        if (spec->type == FIELD_TYPE_DATE && value->has_value)
            FUZZ_CHECK(value->date.days <= TODAY.days + spec->max_days_ahead, "%s is on day %d", spec->name,
                       value->date.days);
        if (spec->type == FIELD_TYPE_MONEY && value->has_value)
            FUZZ_CHECK(value->money.minor > 0 && value->money.minor <= ROW_AMOUNT_MAX_MINOR &&
                           currency_exponent(value->money.currency) >= 0,
                       "%s of %" G_GINT64_FORMAT " %s", spec->name, value->money.minor, value->money.currency);
    }
    FUZZ_CHECK(row->n_contacts <= ROW_CONTACTS_MAX, "%zu contacts", row->n_contacts);
    check_text(row->debtor_name, "the debtor's name");
}

static void check_same(const struct row *a, const struct row *b)
{
    FUZZ_CHECK(a->outcome == b->outcome && a->n_rejects == b->n_rejects && a->n_contacts == b->n_contacts &&
                   a->has_amount == b->has_amount && memcmp(a->hash, b->hash, sizeof(a->hash)) == 0,
               "read again it is another row");
    for (int field = 0; field < FIELD_COUNT; field++)
        FUZZ_CHECK(strcmp(a->values[field].text, b->values[field].text) == 0, "field %d", field);
}

static void check_row(const struct mapping *mapping, const struct raw_row *raw)
{
    GStringChunk *texts = g_string_chunk_new(4096);
    struct row row, again;

    row_read(mapping, TODAY, raw, texts, &row);
    row_read(mapping, TODAY, raw, texts, &again);
    check_same(&row, &again);
    check_rejects(&row);
    if (row.outcome == ROW_ACCEPTED)
        check_accepted(mapping, &row);
    g_string_chunk_free(texts);
}

static const uint8_t *line_end(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *found = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
    return found ? found : end;
}

static void check_rows(const struct mapping *mapping, const uint8_t *at, const uint8_t *end)
{
    for (int64_t line = 2; at < end; line++) {
        const uint8_t *line_to = line_end(at, end);
        const struct raw_row raw = {.line = line,
                                    .bytes = at,
                                    .len = (size_t)(line_to - at),
                                    .is_oversize = line % 16 == 0,
                                    .is_unterminated = line % 32 == 1};
        if (raw.len > 0)
            check_row(mapping, &raw);
        at = line_to < end ? line_to + 1 : end;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    SCOPED(mapping_freep) struct mapping *mapping = NULL;
    SCOPED(mapping_freep) struct mapping *again = NULL;
    const uint8_t *end = bytes + len;
    const uint8_t *separator = memmem(bytes, len, SEPARATOR, strlen(SEPARATOR));
    const uint8_t *header = separator ? separator + strlen(SEPARATOR) : end;
    const uint8_t *header_end = line_end(header, end);
    g_autofree char *text = g_strndup((const char *)bytes, (size_t)((separator ? separator : end) - bytes));

    if (read_mapping(text, header, (size_t)(header_end - header), &mapping) != STATUS_OK)
        return 0;
    check_mapping(mapping);
    FUZZ_CHECK(read_mapping(text, header, (size_t)(header_end - header), &again) == STATUS_OK &&
                   memcmp(mapping->hash, again->hash, MAPPING_HASH_BYTES) == 0,
               "read again it is another mapping");
    check_rows(mapping, header_end < end ? header_end + 1 : end, end);
    return 0;
}
