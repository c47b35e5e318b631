#include "intake_row.h"

#include <sodium.h>
#include <stdarg.h>
#include <string.h>

#include "intake_places.h"
#include "intake_text.h"

#define SHOWN_MAX 40 /* bytes of a refused value that its reason repeats */

/* A row being read. */
struct reading {
    const struct mapping *mapping;
    struct date today;
    const struct record_cells *cells;
    GStringChunk *texts;
    struct row *row;
};

void row_reject(struct row *row, GStringChunk *texts, int field, enum reject_code code, const char *format, ...)
{
    va_list args;

    row->outcome = ROW_REJECTED;
    if (row->n_rejects == ROW_REJECTS_MAX)
        return;
    va_start(args, format);
    g_autofree char *reason = g_strdup_vprintf(format, args);
    va_end(args);
    /* A library's text may have cut a character in two. */
    g_autofree char *valid = g_utf8_make_valid(reason, -1);
    row->rejects[row->n_rejects++] =
        (struct row_reject){.field = field, .code = code, .reason = g_string_chunk_insert(texts, valid)};
}

/* The beginning of a value, in whole characters. */
static const char *shown(const char *text, char buffer[static SHOWN_MAX + 4])
{
    size_t len = strlen(text);

    if (len > SHOWN_MAX) {
        len = SHOWN_MAX;
        while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
            len--;
        memcpy(buffer, text, len);
        memcpy(buffer + len, "...", 4);
    } else {
        memcpy(buffer, text, len + 1);
    }
    return buffer;
}

static enum reject_code code_of_cells(const struct raw_row *raw, const struct mapping *mapping)
{
    if (mapping->format == RECORDFILE_JSONL)
        return REJECT_BAD_JSON;
    /* record_cells_from_csv refuses for quotes or for their number only, once zero bytes are ruled out; without quotes
     * it is the number. */
    return memchr(raw->bytes, mapping->quote, raw->len) ? REJECT_BAD_QUOTE : REJECT_TOO_MANY_CELLS;
}

static bool check_raw(struct reading *reading, const struct raw_row *raw)
{
    struct row *row = reading->row;

    if (raw->is_oversize)
        row_reject(row, reading->texts, FIELD_NONE, REJECT_OVERSIZE, "longer than %d bytes", RECORD_MAX_BYTES);
    else if (raw->len > 0 && memchr(raw->bytes, '\0', raw->len))
        row_reject(row, reading->texts, FIELD_NONE, REJECT_NUL_BYTE, "a zero byte at byte %td of the record",
                   (const uint8_t *)memchr(raw->bytes, '\0', raw->len) - raw->bytes + 1);
    else if (raw->is_unterminated)
        row_reject(row, reading->texts, FIELD_NONE, REJECT_BAD_QUOTE, "a quote is opened and never closed");
    return row->outcome != ROW_REJECTED;
}

static enum status cut_cells(const struct mapping *mapping, const struct raw_row *raw, struct record_cells **ret_cells,
                             struct error *err)
{
    if (mapping->format == RECORDFILE_JSONL)
        return record_cells_from_json(raw->bytes, raw->len, ret_cells, err);
    return record_cells_from_csv(raw->bytes, raw->len, mapping->delimiter, mapping->quote, ret_cells, err);
}

static bool check_cell_count(struct reading *reading)
{
    size_t n = record_cells_count(reading->cells);
    size_t expected = reading->mapping->n_columns;

    if (reading->mapping->format == RECORDFILE_JSONL || n == expected)
        return true;
    row_reject(reading->row, reading->texts, FIELD_NONE, n < expected ? REJECT_TOO_FEW_CELLS : REJECT_TOO_MANY_CELLS,
               "%zu cells, the header has %zu columns", n, expected);
    return false;
}

static const char *cell_of(const struct reading *reading, const char *column, size_t position)
{
    const char *cell = reading->mapping->format == RECORDFILE_JSONL ? record_cells_named(reading->cells, column)
                                                                    : record_cells_at(reading->cells, position);
    return cell ? cell : "";
}

static void read_text(struct reading *reading, enum field field)
{
    const struct mapping_source *source = &reading->mapping->fields[field];
    const struct field_spec *spec = field_spec(field);
    enum text_use use = spec->type == FIELD_TYPE_REFERENCE ? TEXT_REFERENCE : TEXT_FOR_PEOPLE;
    bool is_value = source->origin == MAPPING_VALUE;
    const char *text = "";

    if (source->origin == MAPPING_ABSENT)
        return;
    const char *cell = is_value ? source->text : cell_of(reading, source->text, source->position);
    int code = text_read(cell, is_value ? NULL : reading->mapping->encoding, use, reading->texts, &text);
    if (code == REJECT_BAD_ENCODING) {
        row_reject(reading->row, reading->texts, (int)field, REJECT_BAD_ENCODING, "not valid %s",
                   reading->mapping->encoding ? reading->mapping->encoding : "UTF-8");
    } else if (code != TEXT_OK) {
        row_reject(reading->row, reading->texts, (int)field, (enum reject_code)code,
                   "a control character or one that turns the direction of writing");
    } else if (strlen(text) > spec->max_bytes) {
        row_reject(reading->row, reading->texts, (int)field, REJECT_TOO_LONG, "%zu bytes, at most %zu are kept",
                   strlen(text), spec->max_bytes);
    } else if (!*text && (spec->required_for & FIELD_FOR(reading->mapping->kind))) {
        row_reject(reading->row, reading->texts, (int)field, REJECT_MISSING, "empty");
    } else {
        reading->row->values[field].text = text;
    }
}

static void read_reference(struct reading *reading, enum field field, struct row_value *value)
{
    if (field == FIELD_TAX_ID) {
        if (!identity_tax_id_is_usable(value->text))
            row_reject(reading->row, reading->texts, (int)field, REJECT_BAD_TAX_ID,
                       "fewer than five letters and digits, or all the same");
    } else if (text_is_placeholder(value->text)) {
        row_reject(reading->row, reading->texts, (int)field, REJECT_BAD_REFERENCE, "'%s' stands for no reference",
                   value->text);
    }
}

static void read_date(struct reading *reading, enum field field, struct row_value *value)
{
    const char *pattern = reading->mapping->fields[field].dates;
    int max_days_ahead = field_spec(field)->max_days_ahead;
    struct error err = {0};

    if (date_parse(value->text, pattern, &value->date, &err) != STATUS_OK) {
        row_reject(reading->row, reading->texts, (int)field, REJECT_BAD_DATE, "%s", err.text);
        return;
    }
    if (value->date.days - reading->today.days > max_days_ahead) {
        struct date last = {reading->today.days + max_days_ahead};
        char day[DATE_TEXT_SIZE], last_day[DATE_TEXT_SIZE];
        row_reject(reading->row, reading->texts, (int)field, REJECT_FUTURE_DATE,
                   "%s is after %s, the last day that it may be", date_format(value->date, day),
                   date_format(last, last_day));
        return;
    }
    value->has_value = true;
}

static bool has_one_of(const char *const *values, const char *text)
{
    for (size_t i = 0; values[i]; i++)
        if (g_ascii_strcasecmp(values[i], text) == 0)
            return true;
    return false;
}

static void read_bool(struct reading *reading, enum field field, struct row_value *value)
{
    static const char *const USUAL_TRUE[] = {"true", "yes", "y", "t", "1", NULL};
    static const char *const USUAL_FALSE[] = {"false", "no", "n", "f", "0", NULL};
    const struct mapping_source *source = &reading->mapping->fields[field];
    const char *const *true_values = source->true_values ? (const char *const *)source->true_values : USUAL_TRUE;
    const char *const *false_values = source->false_values ? (const char *const *)source->false_values : USUAL_FALSE;
    char buffer[SHOWN_MAX + 4];

    value->truth = has_one_of(true_values, value->text);
    value->has_value = value->truth || has_one_of(false_values, value->text);
    if (!value->has_value)
        row_reject(reading->row, reading->texts, (int)field, REJECT_BAD_BOOLEAN,
                   "'%s' is neither a true value (%s, ...) nor a false one (%s, ...)", shown(value->text, buffer),
                   true_values[0] ? true_values[0] : "none", false_values[0] ? false_values[0] : "none");
}

static void read_currency(struct reading *reading, enum field field, struct row_value *value)
{
    char buffer[SHOWN_MAX + 4];

    value->has_value = currency_exponent(value->text) >= 0;
    if (!value->has_value)
        row_reject(reading->row, reading->texts, (int)field, REJECT_UNKNOWN_CURRENCY, "'%s' is no currency of ISO 4217",
                   shown(value->text, buffer));
}

static bool must_be_positive(const struct reading *reading, enum field field)
{
    return field == FIELD_AMOUNT || reading->mapping->kind == FILE_PLACEMENT;
}

static void check_amount(struct reading *reading, enum field field, struct row_value *value)
{
    int64_t minor = value->money.minor;
    char text[MONEY_TEXT_SIZE];

    (void)money_format_text(value->money, text);
    if (minor < 0)
        row_reject(reading->row, reading->texts, (int)field, REJECT_NEGATIVE, "%s", text);
    else if (minor == 0 && must_be_positive(reading, field))
        row_reject(reading->row, reading->texts, (int)field, REJECT_ZERO, "%s", text);
    else
        value->has_value = true;
}

static void read_money(struct reading *reading, enum field field, struct row_value *value)
{
    const struct row_value *currency = &reading->row->values[FIELD_CURRENCY];
    struct error err = {0};

    if (!*currency->text) {
        row_reject(reading->row, reading->texts, FIELD_CURRENCY, REJECT_MISSING, "empty, and there is an amount");
        return;
    }
    if (!currency->has_value)
        return;
    enum status st = money_parse(value->text, currency->text, &reading->mapping->money, &value->money, &err);
    if (st == STATUS_OK && (value->money.minor > ROW_AMOUNT_MAX_MINOR || value->money.minor < -ROW_AMOUNT_MAX_MINOR))
        st = error_set(&err, STATUS_OUT_OF_RANGE, "larger than %" G_GINT64_FORMAT " minor units", ROW_AMOUNT_MAX_MINOR);
    if (st != STATUS_OK) {
        row_reject(reading->row, reading->texts, (int)field,
                   st == STATUS_OUT_OF_RANGE ? REJECT_OVERFLOW : REJECT_BAD_MONEY, "%s", err.text);
        return;
    }
    if (mapping_amount_field(reading->mapping) == (int)field) {
        reading->row->has_amount = true;
        reading->row->amount = value->money;
    }
    check_amount(reading, field, value);
}

static void read_country(struct reading *reading, enum field field, struct row_value *value)
{
    g_autofree char *upper = g_ascii_strup(value->text, -1);
    char buffer[SHOWN_MAX + 4];

    value->has_value = country_is_known(upper);
    if (value->has_value)
        value->text = g_string_chunk_insert_const(reading->texts, upper);
    else
        row_reject(reading->row, reading->texts, (int)field, REJECT_BAD_COUNTRY,
                   "'%s' is no two-letter country code of ISO 3166", shown(value->text, buffer));
}

static void read_zone(struct reading *reading, enum field field, struct row_value *value)
{
    const struct zone *zone = NULL;
    struct error err = {0};

    value->has_value = zone_open(value->text, &zone, &err) == STATUS_OK;
    if (!value->has_value)
        row_reject(reading->row, reading->texts, (int)field, REJECT_BAD_TIME_ZONE, "%s", err.text);
}

static enum debt_kind kind_said(const struct mapping_source *source, const char *text)
{
    if (!source->words)
        return debt_kind_by_name(text);
    for (guint i = 0; i < source->words->len; i++) {
        const struct mapping_word *word = &g_array_index(source->words, struct mapping_word, i);
        if (g_ascii_strcasecmp(word->said, text) == 0)
            return word->meant;
    }
    return DEBT_KIND_UNSPECIFIED;
}

static void read_debt_kind(struct reading *reading, enum field field, struct row_value *value)
{
    const struct mapping_source *source = &reading->mapping->fields[field];
    char buffer[SHOWN_MAX + 4];

    value->debt_kind = kind_said(source, value->text);
    value->has_value = value->debt_kind != DEBT_KIND_UNSPECIFIED;
    if (!value->has_value)
        row_reject(reading->row, reading->texts, (int)field, REJECT_BAD_DEBT_KIND, "'%s' is none of %s",
                   shown(value->text, buffer), source->words ? "the mapping's values" : DEBT_KIND_NAMES);
}

static void read_email(struct reading *reading, enum field field, struct row_value *value)
{
    value->has_value = email_is_valid(value->text);
    if (!value->has_value)
        row_reject(reading->row, reading->texts, (int)field, REJECT_BAD_EMAIL, "not of the form name@domain.tld");
}

/* Phones wait for the country, hence read_phones; texts and references are what they are. */
static void read_value(struct reading *reading, enum field field)
{
    struct row_value *value = &reading->row->values[field];

    if (!*value->text)
        return;
    switch (field_spec(field)->type) {
    case FIELD_TYPE_TEXT:
    case FIELD_TYPE_PHONE:
        break;
    case FIELD_TYPE_REFERENCE:
        read_reference(reading, field, value);
        break;
    case FIELD_TYPE_MONEY:
        read_money(reading, field, value);
        break;
    case FIELD_TYPE_CURRENCY:
        break;
    case FIELD_TYPE_DATE:
        read_date(reading, field, value);
        break;
    case FIELD_TYPE_BOOL:
        read_bool(reading, field, value);
        break;
    case FIELD_TYPE_EMAIL:
        read_email(reading, field, value);
        break;
    case FIELD_TYPE_COUNTRY:
        read_country(reading, field, value);
        break;
    case FIELD_TYPE_ZONE:
        read_zone(reading, field, value);
        break;
    case FIELD_TYPE_DEBT_KIND:
        read_debt_kind(reading, field, value);
        break;
    }
}

static void add_contact(struct row *row, enum contact_kind kind, const char *value, enum phone_kind phone_kind,
                        const char *zones)
{
    for (size_t i = 0; i < row->n_contacts; i++)
        if (row->contacts[i].kind == kind && g_ascii_strcasecmp(row->contacts[i].value, value) == 0)
            return;
    g_assert(row->n_contacts < ROW_CONTACTS_MAX);
    row->contacts[row->n_contacts++] =
        (struct contact){.kind = kind, .value = value, .phone_kind = phone_kind, .zones = zones};
}

static const char *text_of(const struct reading *reading, enum field field)
{
    return reading->row->values[field].text;
}

/* Where the debtor is, as the client says it or as the address tells. */
static const char *place_zones(const struct reading *reading, const char *state)
{
    if (reading->row->values[FIELD_TIME_ZONE].has_value)
        return text_of(reading, FIELD_TIME_ZONE);
    if (strcmp(reading->row->country, "US") == 0)
        return us_state_zones(state);
    return country_zones(reading->row->country);
}

/* In the US the state in its two letters; *ret_state "" where there is none. */
static bool check_us_parts(struct reading *reading, const char **ret_state)
{
    const char *state = text_of(reading, FIELD_STATE);
    const char *postcode = text_of(reading, FIELD_POSTCODE);
    const char *code = *state ? us_state_code(state) : "";
    char buffer[SHOWN_MAX + 4];

    if (!code)
        row_reject(reading->row, reading->texts, FIELD_STATE, REJECT_BAD_ADDRESS, "'%s' is no state of the US",
                   shown(state, buffer));
    if (*postcode && !us_postcode_is_valid(postcode))
        row_reject(reading->row, reading->texts, FIELD_POSTCODE, REJECT_BAD_ADDRESS,
                   "'%s' is no US postcode: 12345 or 12345-6789", shown(postcode, buffer));
    *ret_state = code ? code : "";
    return reading->row->outcome == ROW_ACCEPTED;
}

static const char *join_address(const struct reading *reading, const char *state)
{
    const char *street_2 = text_of(reading, FIELD_STREET_2);
    g_autofree char *address =
        g_strdup_printf("%s%s%s\n%s\n%s\n%s\n%s", text_of(reading, FIELD_STREET), *street_2 ? ", " : "", street_2,
                        text_of(reading, FIELD_CITY), state, text_of(reading, FIELD_POSTCODE), reading->row->country);

    return g_string_chunk_insert(reading->texts, address);
}

/* *ret_zones: where the row's place is; "" unknown. True where the row has an address. */
static bool read_address(struct reading *reading, const char **ret_zones)
{
    const char *street = text_of(reading, FIELD_STREET);
    const char *city = text_of(reading, FIELD_CITY);
    const char *postcode = text_of(reading, FIELD_POSTCODE);
    const char *state = text_of(reading, FIELD_STATE);

    if (strcmp(reading->row->country, "US") == 0 && !check_us_parts(reading, &state))
        return false;
    *ret_zones = place_zones(reading, state);
    if (!*street) {
        if (*text_of(reading, FIELD_STREET_2))
            row_reject(reading->row, reading->texts, FIELD_STREET, REJECT_BAD_ADDRESS,
                       "empty, and there is a street_2");
        return false;
    }
    if (!*city && !*postcode) {
        row_reject(reading->row, reading->texts, FIELD_CITY, REJECT_BAD_ADDRESS,
                   "an address needs a city or a postcode beside its street");
        return false;
    }
    add_contact(reading->row, CONTACT_ADDRESS, join_address(reading, state), PHONE_UNKNOWN, *ret_zones);
    return true;
}

static void read_phone(struct reading *reading, enum field field, const char *zones)
{
    const char *text = text_of(reading, field);
    struct error err = {0};
    struct phone phone;

    if (!*text)
        return;
    if (phone_parse(text, reading->row->country, &phone, &err) != STATUS_OK) {
        row_reject(reading->row, reading->texts, (int)field, REJECT_BAD_PHONE, "%s", err.text);
        return;
    }
    const char *own = zones_of_phone(&phone, reading->texts);
    if (phone.kind != PHONE_TOLL_FREE)
        own = zones_union(own, zones, reading->texts);
    add_contact(reading->row, CONTACT_PHONE, g_string_chunk_insert(reading->texts, phone.e164), phone.kind, own);
}

static void read_contacts(struct reading *reading)
{
    const struct row_value *country = &reading->row->values[FIELD_COUNTRY];
    const char *zones = "";

    reading->row->country = country->has_value ? country->text : reading->mapping->region;
    bool has_address = read_address(reading, &zones);
    /* An explicit zone says where the person is, whatever the area code; the address's zones count by the address
     * itself. */
    if (has_address && !reading->row->values[FIELD_TIME_ZONE].has_value)
        zones = "";
    for (enum field field = FIELD_PHONE; field <= FIELD_PHONE_3; field++)
        read_phone(reading, field, zones);
    for (enum field field = FIELD_EMAIL; field <= FIELD_EMAIL_2; field++)
        if (reading->row->values[field].has_value)
            add_contact(reading->row, CONTACT_EMAIL, text_of(reading, field), PHONE_UNKNOWN, "");
}

static void read_name(struct reading *reading)
{
    const char *given = text_of(reading, FIELD_GIVEN_NAME);
    const char *family = text_of(reading, FIELD_FAMILY_NAME);

    reading->row->debtor_name = text_of(reading, FIELD_DEBTOR_NAME);
    if (*reading->row->debtor_name)
        return;
    g_autofree char *joined = g_strdup_printf("%s%s%s", given, *given && *family ? " " : "", family);
    reading->row->debtor_name = g_string_chunk_insert(reading->texts, joined);
}

struct identity_facts row_identity(const struct row *row)
{
    return (struct identity_facts){
        .client = row->values[FIELD_CLIENT].text,
        .debtor_reference = row->values[FIELD_DEBTOR_REFERENCE].text,
        .tax_id = row->values[FIELD_TAX_ID].text,
        .name = row->debtor_name,
        .country = row->country,
        .postcode = row->values[FIELD_POSTCODE].text,
        .has_birth = row->values[FIELD_BIRTH_DATE].has_value,
        .birth = row->values[FIELD_BIRTH_DATE].date,
    };
}

static void check_identity(struct reading *reading)
{
    static const uint8_t ANY_KEY[PLATFORM_IDENTITY_KEY_BYTES] = {0};
    struct identity_facts facts = row_identity(reading->row);
    uint8_t key[IDENTITY_KEY_BYTES];

    if (identity_key(&facts, ANY_KEY, key) == IDENTITY_NONE)
        row_reject(reading->row, reading->texts, FIELD_NONE, REJECT_NO_IDENTITY, "%s",
                   reject_code_meaning(REJECT_NO_IDENTITY));
}

static void check_update(struct reading *reading)
{
    const struct row *row = reading->row;

    if (row->n_contacts == 0 && !row->values[FIELD_BALANCE].has_value && !row->values[FIELD_DUE_DATE].has_value)
        row_reject(reading->row, reading->texts, FIELD_NONE, REJECT_NOTHING_TO_UPDATE,
                   "neither balance, due date nor contact point");
}

static void check_row(struct reading *reading)
{
    switch (reading->mapping->kind) {
    case FILE_PLACEMENT:
        check_identity(reading);
        break;
    case FILE_UPDATE:
        check_update(reading);
        break;
    case FILE_PAYMENT:
    case FILE_RECALL:
        break;
    }
}

static bool condition_holds(const struct reading *reading, const struct mapping_condition *condition)
{
    const char *cell = cell_of(reading, condition->column, condition->position);
    const char *text = "";

    /* An unreadable cell equals nothing, and is not empty. */
    if (text_read(cell, reading->mapping->encoding, TEXT_FOR_PEOPLE, reading->texts, &text) != TEXT_OK)
        return condition->test == MAPPING_NOT_EQUALS || condition->test == MAPPING_NOT_EMPTY;
    switch (condition->test) {
    case MAPPING_EQUALS:
        return g_strv_contains((const char *const *)condition->values, text);
    case MAPPING_NOT_EQUALS:
        return !g_strv_contains((const char *const *)condition->values, text);
    case MAPPING_EMPTY:
        return !*text;
    case MAPPING_NOT_EMPTY:
        return *text != '\0';
    }
    return false;
}

static bool is_selected(const struct reading *reading)
{
    for (size_t i = 0; i < reading->mapping->n_conditions; i++)
        if (!condition_holds(reading, &reading->mapping->conditions[i]))
            return false;
    return true;
}

static void read_currency_first(struct reading *reading)
{
    struct row_value *currency = &reading->row->values[FIELD_CURRENCY];

    if (*currency->text)
        read_currency(reading, FIELD_CURRENCY, currency);
}

static void read_fields(struct reading *reading)
{
    for (enum field field = 0; field < FIELD_COUNT; field++)
        read_text(reading, field);
    read_currency_first(reading);
    for (enum field field = 0; field < FIELD_COUNT; field++)
        read_value(reading, field);
    read_contacts(reading);
    read_name(reading);
    if (reading->row->outcome == ROW_ACCEPTED)
        check_row(reading);
}

void row_read(const struct mapping *mapping, struct date today, const struct raw_row *raw, GStringChunk *texts,
              struct row *ret_row)
{
    SCOPED(record_cells_freep) struct record_cells *cells = NULL;
    struct reading reading = {.mapping = mapping, .today = today, .texts = texts, .row = ret_row};
    struct error err = {0};

    *ret_row = (struct row){.raw = *raw, .outcome = ROW_ACCEPTED, .debtor_name = "", .country = ""};
    for (size_t i = 0; i < FIELD_COUNT; i++)
        ret_row->values[i].text = "";
    (void)crypto_generichash(ret_row->hash, sizeof(ret_row->hash), raw->bytes, raw->len, NULL, 0);
    if (!check_raw(&reading, raw))
        return;
    if (cut_cells(mapping, raw, &cells, &err) != STATUS_OK) {
        row_reject(ret_row, texts, FIELD_NONE, code_of_cells(raw, mapping), "%s", err.text);
        return;
    }
    reading.cells = cells;
    if (!check_cell_count(&reading))
        return;
    read_fields(&reading);
    if (!is_selected(&reading)) {
        ret_row->outcome = ROW_SKIPPED;
        ret_row->n_rejects = 0;
    }
}
