#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "intake_mapping.h"

#define HEADER "id,who,owed,due,flag"
#define GOOD                                                                                                           \
    "kind: placement\n"                                                                                                \
    "client: acme\n"                                                                                                   \
    "currency: USD\n"                                                                                                  \
    "dates: \"YYYY-MM-DD\"\n"
#define GOOD_FIELDS                                                                                                    \
    "fields:\n"                                                                                                        \
    "  client_reference: id\n"                                                                                         \
    "  debtor_reference: who\n"                                                                                        \
    "  balance: owed\n"                                                                                                \
    "  due_date: due\n"

static enum status read_with(const char *text, const char *header, struct mapping **ret_mapping, struct error *err)
{
    return mapping_read("acme.yaml", text, header, strlen(header), ret_mapping, err);
}

static struct mapping *must_read(const char *text, const char *header)
{
    struct mapping *mapping = NULL;
    struct error err = {0};

    if (read_with(text, header, &mapping, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return mapping;
}

static void a_short_mapping_finds_its_columns_and_fills_in_the_rest(void **state)
{
    (void)state;
    SCOPED(mapping_freep) struct mapping *mapping = must_read(GOOD GOOD_FIELDS, HEADER);

    assert_int_equal(mapping->kind, FILE_PLACEMENT);
    assert_int_equal(mapping->format, RECORDFILE_CSV);
    assert_int_equal(mapping->delimiter, ',');
    assert_int_equal(mapping->n_columns, 5);
    assert_int_equal(mapping->fields[FIELD_BALANCE].position, 2);
    assert_string_equal(mapping->fields[FIELD_DUE_DATE].dates, "YYYY-MM-DD");
    assert_string_equal(mapping_client(mapping), "acme");
    assert_string_equal(mapping_currency(mapping), "USD");
    assert_int_equal(mapping_amount_field(mapping), FIELD_BALANCE);
}

static void every_setting_is_read(void **state)
{
    (void)state;
    SCOPED(mapping_freep)
    struct mapping *mapping = must_read("kind: placement\n"
                                        "client: { column: who }\n"
                                        "format: csv\n"
                                        "delimiter: \"\\t\"\n"
                                        "quote: \"'\"\n"
                                        "encoding: windows-1252\n"
                                        "region: DE\n"
                                        "currency: { column: cur }\n"
                                        "dates: DD.MM.YYYY\n"
                                        "money: { decimal: \",\", group: \".\", minor_units: false }\n"
                                        "where:\n"
                                        "  - { column: flag, equals: [a, b] }\n"
                                        "  - { column: who, empty: false }\n"
                                        "fields:\n"
                                        "  client_reference: id\n"
                                        "  debtor_reference: { column: who }\n"
                                        "  balance: owed\n"
                                        "  due_date: { column: due, dates: YYYYMMDD }\n"
                                        "  disputed: { column: flag, true_values: [ja, J], false_values: nein }\n"
                                        "  country: { value: AT }\n",
                                        "id\twho\towed\tdue\tflag\tcur");

    assert_int_equal(mapping->delimiter, '\t');
    assert_int_equal(mapping->quote, '\'');
    assert_string_equal(mapping->encoding, "CP1252");
    assert_string_equal(mapping->region, "DE");
    assert_int_equal(mapping->money.group_separator, '.');
    assert_int_equal(mapping->n_conditions, 2);
    assert_int_equal(mapping->conditions[1].test, MAPPING_NOT_EMPTY);
    assert_string_equal(mapping->fields[FIELD_DUE_DATE].dates, "YYYYMMDD");
    assert_string_equal(mapping->fields[FIELD_DISPUTED].true_values[1], "J");
    assert_string_equal(mapping->fields[FIELD_DISPUTED].false_values[0], "nein");
    assert_int_equal(mapping->fields[FIELD_COUNTRY].origin, MAPPING_VALUE);
    assert_string_equal(mapping_client(mapping), "");
    assert_null(mapping_currency(mapping));
}

static void a_bad_mapping_is_refused_with_line_field_and_what_is_allowed(void **state)
{
    static const struct {
        const char *text;
        const char *header;
        const char *expected[3];
    } rows[] = {
        {"", HEADER, {"acme.yaml", "nothing in it"}},
        {"kind: [", HEADER, {"acme.yaml:2", "not YAML"}},
        {"- a\n- b\n", HEADER, {"acme.yaml:1", "a mapping (key: value) is expected"}},
        {"kind: invoice\n", HEADER, {"acme.yaml:1: kind", "'invoice'", "placement, payment, update, recall"}},
        {"kind: placement\nkind: payment\n", HEADER, {"acme.yaml:2", "'kind' stands here twice", "line 1"}},
        {GOOD "colour: red\n" GOOD_FIELDS, HEADER, {"acme.yaml:5: colour", "no such key", "delimiter"}},
        {"client: acme\n" GOOD_FIELDS, HEADER, {"kind: missing", "placement"}},
        {GOOD, HEADER, {"fields: missing"}},
        {GOOD "format: xml\n" GOOD_FIELDS, HEADER, {"acme.yaml:5: format", "'xml'", "csv nor jsonl"}},
        {GOOD GOOD_FIELDS "  debt_kind: { value: business }\n",
         HEADER,
         {"acme.yaml:10: fields.debt_kind", "'business'", "consumer, credit_card"}},
        {GOOD GOOD_FIELDS "  debt_kind: { column: flag, values: { B: business } }\n",
         HEADER,
         {"acme.yaml:10: fields.debt_kind.values.B", "'business'", "commercial"}},
        {GOOD GOOD_FIELDS "  debt_kind: { column: flag, values: { b: commercial, B: medical } }\n",
         HEADER,
         {"fields.debt_kind.values.B", "twice"}},
        {GOOD GOOD_FIELDS "  debt_kind: { column: flag, values: { \"\": commercial } }\n",
         HEADER,
         {"acme.yaml:10: fields.debt_kind.values", "an empty cell says nothing"}},
        {GOOD GOOD_FIELDS "  debt_kind: { value: commercial, values: { b: commercial } }\n",
         HEADER,
         {"fields.debt_kind", "what a column says"}},
        {GOOD GOOD_FIELDS "  debt_kind: { column: flag, values: {} }\n", HEADER, {"fields.debt_kind", "empty"}},
        {GOOD GOOD_FIELDS "  disputed: { column: flag, values: { b: commercial } }\n",
         HEADER,
         {"fields.disputed", "kinds of debt; this is a yes/no"}},
        {GOOD "delimiter: ab\n" GOOD_FIELDS, HEADER, {"acme.yaml:5: delimiter", "'ab'"}},
        {GOOD "encoding: EBCDIC\n" GOOD_FIELDS, HEADER, {"acme.yaml:5: encoding", "WINDOWS-1252"}},
        {GOOD "region: usa\n" GOOD_FIELDS, HEADER, {"acme.yaml:5: region", "'usa'", "US"}},
        {"kind: placement\nclient: a\ncurrency: DOLLAR\ndates: YYYYMMDD\n" GOOD_FIELDS,
         HEADER,
         {"acme.yaml:3: currency", "'DOLLAR'"}},
        {"kind: placement\nclient: a\ncurrency: USD\ndates: YYYY-QQ\n" GOOD_FIELDS,
         HEADER,
         {"acme.yaml:4: dates", "'YYYY-QQ'", "M/D/YYYY"}},
        {GOOD "money: { decimal: \".\", group: \".\" }\n" GOOD_FIELDS, HEADER, {"acme.yaml:5: money", "the same sign"}},
        {GOOD "money: { rounding: up }\n" GOOD_FIELDS, HEADER, {"money.rounding", "no such key", "minor_units"}},
        {GOOD GOOD_FIELDS "  shoe_size: id\n", HEADER, {"acme.yaml:10: fields.shoe_size", "no such field"}},
        {GOOD GOOD_FIELDS "  amount: owed\n",
         HEADER,
         {"acme.yaml:10", "fields.amount", "no field of a placement file"}},
        {GOOD GOOD_FIELDS "  client: who\n", HEADER, {"fields.client", "top of the mapping"}},
        {GOOD GOOD_FIELDS "  city: { column: who, value: X }\n",
         HEADER,
         {"acme.yaml:10", "a column or a value, not both"}},
        {GOOD GOOD_FIELDS "  city: {}\n", HEADER, {"acme.yaml:10: fields.city", "neither column nor value"}},
        {GOOD GOOD_FIELDS "  city: \"\"\n", HEADER, {"acme.yaml:10: fields.city", "leave the field out"}},
        {GOOD GOOD_FIELDS "  city: [id, who]\n", HEADER, {"acme.yaml:10: fields.city", "not a list"}},
        {GOOD GOOD_FIELDS "  city: { column: who, dates: YYYYMMDD }\n", HEADER, {"fields.city", "dates is for dates"}},
        {GOOD GOOD_FIELDS "  city: { column: who, true_values: [x] }\n", HEADER, {"fields.city", "are for yes/no"}},
        {GOOD GOOD_FIELDS "  phone: who\n", HEADER, {"region: missing", "fields.phone"}},
        {"kind: placement\nclient: a\ncurrency: USD\n" GOOD_FIELDS, HEADER, {"dates: missing", "fields.due_date"}},
        {"kind: placement\nclient: a\ndates: YYYYMMDD\n" GOOD_FIELDS, HEADER, {"currency: missing", "fields.balance"}},
        {"kind: placement\ncurrency: USD\ndates: YYYYMMDD\n" GOOD_FIELDS, HEADER, {"client: missing", "placement"}},
        {GOOD "fields:\n  client_reference: id\n  balance: owed\n", HEADER, {"fields.due_date: missing"}},
        {GOOD "where: { column: flag }\n" GOOD_FIELDS, HEADER, {"acme.yaml:5: where", "equals, not_equals, empty"}},
        {GOOD "where: { equals: x }\n" GOOD_FIELDS, HEADER, {"acme.yaml:5: where", "column is missing"}},
        {GOOD "where: { column: flag, equals: x, empty: true }\n" GOOD_FIELDS, HEADER, {"where", "one of equals"}},
        {GOOD "where: { column: flag, empty: perhaps }\n" GOOD_FIELDS,
         HEADER,
         {"where.empty", "'perhaps'", "true nor false"}},
        {GOOD "where: { column: nope, empty: true }\n" GOOD_FIELDS,
         HEADER,
         {"acme.yaml:5: where", "no column 'nope'", "id, who, owed"}},
        {GOOD GOOD_FIELDS,
         "id,who,amount,due",
         {"acme.yaml:8: fields.balance", "no column 'owed'", "id, who, amount, due"}},
        {GOOD GOOD_FIELDS, "ID,who,owed,due", {"acme.yaml:6", "no column 'id'"}},
        {GOOD GOOD_FIELDS, "id,who,owed,due,who", {"two columns named 'who'", "the 2. and the 5."}},
        {GOOD GOOD_FIELDS, "id,\"who,owed", {"the file's header"}},
        {GOOD GOOD_FIELDS, "", {"no header"}},
        {GOOD GOOD_FIELDS, "id,w\xFFho,owed,due", {"2. column", "encoding"}},
        {GOOD "format: jsonl\nencoding: ISO-8859-1\n" GOOD_FIELDS, HEADER, {"encoding", "JSON lines are UTF-8"}},
        {GOOD "fields: &a\n  client_reference: *a\n", HEADER, {"acme.yaml"}},
        {GOOD "? [a, b]\n: c\n" GOOD_FIELDS, HEADER, {"acme.yaml:5", "one value is expected"}},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        SCOPED(mapping_freep) struct mapping *mapping = NULL;
        struct error err = {0};
        if (read_with(rows[i].text, rows[i].header, &mapping, &err) != STATUS_INVALID_ARGUMENT)
            fail_msg("row %zu was not refused", i);
        for (size_t j = 0; j < 3 && rows[i].expected[j]; j++)
            if (!strstr(err.text, rows[i].expected[j]))
                fail_msg("row %zu: '%s' lacks '%s'", i, err.text, rows[i].expected[j]);
    }
}

static void columns_without_a_name_may_be_several(void **state)
{
    (void)state;
    SCOPED(mapping_freep) struct mapping *mapping = must_read(GOOD GOOD_FIELDS, "id,who,owed,due,,");
    assert_int_equal(mapping->n_columns, 6);
}

static void blanks_and_a_byte_order_mark_do_not_hide_a_column(void **state)
{
    (void)state;
    SCOPED(mapping_freep) struct mapping *mapping = must_read(GOOD GOOD_FIELDS, "\xEF\xBB\xBFid, who ,owed,due");
    assert_int_equal(mapping->fields[FIELD_CLIENT_REFERENCE].position, 0);
    assert_int_equal(mapping->fields[FIELD_DEBTOR_REFERENCE].position, 1);
}

static void the_version_is_of_the_meaning(void **state)
{
    static const struct {
        const char *text;
        bool is_same;
    } rows[] = {
        {GOOD GOOD_FIELDS, true},
        {"# a comment\n" GOOD GOOD_FIELDS, true},
        {GOOD "format: csv\ndelimiter: ','\n" GOOD_FIELDS, true},
        {GOOD
         "fields:\n  due_date: { column: due }\n  balance: owed\n  debtor_reference: who\n  client_reference: id\n",
         true},
        {GOOD GOOD_FIELDS "  city: who\n", false},
        {GOOD "encoding: ISO-8859-1\n" GOOD_FIELDS, false},
        {GOOD "money: { group: \",\" }\n" GOOD_FIELDS, false},
        {GOOD "where: { column: flag, empty: true }\n" GOOD_FIELDS, false},
        {"kind: placement\nclient: other\ncurrency: USD\ndates: YYYY-MM-DD\n" GOOD_FIELDS, false},
        {"kind: placement\nclient: acme\ncurrency: USD\ndates: YYYY-DD-MM\n" GOOD_FIELDS, false},
    };
    SCOPED(mapping_freep) struct mapping *first = must_read(GOOD GOOD_FIELDS, HEADER);

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        SCOPED(mapping_freep) struct mapping *mapping = must_read(rows[i].text, HEADER);
        bool is_same = memcmp(mapping->hash, first->hash, MAPPING_HASH_BYTES) == 0;
        if (is_same != rows[i].is_same)
            fail_msg("row %zu: %s", i, is_same ? "the same" : "another version");
    }
}

static void the_shipped_mappings_fit_the_sample_files(void **state)
{
    static const struct {
        const char *mapping;
        const char *file;
        enum file_kind kind;
    } rows[] = {
        {"placement.yaml", "portfolio.csv", FILE_PLACEMENT},
        {"payments.yaml", "payments.csv", FILE_PAYMENT},
        {"updates.yaml", "updates.csv", FILE_UPDATE},
        {"recalls.yaml", "recalls.csv", FILE_RECALL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        g_autofree char *mapping_path = g_build_filename("deploy", "mappings", rows[i].mapping, NULL);
        g_autofree char *file_path = g_build_filename("deploy", "sample", rows[i].file, NULL);
        g_autofree char *text = NULL;
        g_autofree char *content = NULL;
        assert_true(g_file_get_contents(mapping_path, &text, NULL, NULL));
        assert_true(g_file_get_contents(file_path, &content, NULL, NULL));
        *strchr(content, '\n') = '\0';
        SCOPED(mapping_freep) struct mapping *mapping = must_read(text, content);
        assert_int_equal(mapping->kind, rows[i].kind);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_mapping_finds_its_columns_and_fills_in_the_rest),
        cmocka_unit_test(every_setting_is_read),
        cmocka_unit_test(a_bad_mapping_is_refused_with_line_field_and_what_is_allowed),
        cmocka_unit_test(columns_without_a_name_may_be_several),
        cmocka_unit_test(blanks_and_a_byte_order_mark_do_not_hide_a_column),
        cmocka_unit_test(the_version_is_of_the_meaning),
        cmocka_unit_test(the_shipped_mappings_fit_the_sample_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
