#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "intake_fields.h"
#include "intake_rejects.h"
#include "intake_row.h"
#include "recordfile/recordfile.h"
#include "test_shared_data.h"

/* Whole files through the row checks: Dunlin's own sample, with what its generator expects, and other people's awkward
 * ones. */

#define SAMPLE_DAY 20458 /* 2026-01-05 */
#define LATER_DAY  20500

struct tally {
    int64_t accepted, rejected, skipped;
    int64_t sum_minor;
    GString *rejects; /* "line,field,column,code" lines */
};

static const char *column_of(const struct mapping *mapping, int field)
{
    return field == FIELD_NONE || mapping->fields[field].origin != MAPPING_COLUMN ? "" : mapping->fields[field].text;
}

static void tally_row(struct tally *tally, const struct mapping *mapping, const struct row *row)
{
    tally->accepted += row->outcome == ROW_ACCEPTED;
    tally->rejected += row->outcome == ROW_REJECTED;
    tally->skipped += row->outcome == ROW_SKIPPED;
    tally->sum_minor += row->has_amount ? row->amount.minor : 0;
    for (size_t i = 0; i < row->n_rejects; i++)
        g_string_append_printf(
            tally->rejects, "%" G_GINT64_FORMAT ",%s,%s,%s\n", row->raw.line,
            row->rejects[i].field == FIELD_NONE ? "" : field_spec((enum field)row->rejects[i].field)->name,
            column_of(mapping, row->rejects[i].field), reject_code_name(row->rejects[i].code));
}

static struct raw_row raw_of(const struct recordfile_record *record)
{
    return (struct raw_row){record->line, record->bytes, record->len, record->is_oversize, record->is_unterminated};
}

static struct tally read_file(const char *mapping_path, const char *file_path, int32_t today)
{
    SCOPED(recordfile_freep) struct recordfile *file = NULL;
    SCOPED(mapping_freep) struct mapping *mapping = NULL;
    g_autofree char *text = NULL;
    struct recordfile_record record;
    struct error err = {0};
    struct tally tally = {.rejects = g_string_new(NULL)};

    assert_true(g_file_get_contents(mapping_path, &text, NULL, NULL));
    if (recordfile_open(file_path, RECORDFILE_CSV, '"', &file, &err) != STATUS_OK ||
        recordfile_next(file, &record, &err) != STATUS_OK ||
        mapping_read(mapping_path, text, record.bytes, record.len, &mapping, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    while (recordfile_next(file, &record, &err) == STATUS_OK) {
        GStringChunk *texts = g_string_chunk_new(1024);
        struct raw_row raw = raw_of(&record);
        struct row row;
        row_read(mapping, (struct date){today}, &raw, texts, &row);
        tally_row(&tally, mapping, &row);
        g_string_chunk_free(texts);
    }
    return tally;
}

/* What only the database knows is no business of the row checks. */
static char *expected_of_rows(const char *path)
{
    static const char *const REGISTRY_CODES[] = {"DUPLICATE_REFERENCE", "DUPLICATE_PAYMENT", "UNKNOWN_REFERENCE",
                                                 "ALREADY_RECALLED", "CURRENCY_MISMATCH"};
    g_autofree char *content = NULL;
    assert_true(g_file_get_contents(path, &content, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(content, "\n", -1);
    GString *kept = g_string_new(NULL);

    for (size_t i = 1; lines[i]; i++) {
        bool is_of_registry = false;
        for (size_t j = 0; j < ARRAY_SIZE(REGISTRY_CODES); j++)
            is_of_registry |= g_str_has_suffix(lines[i], REGISTRY_CODES[j]);
        if (*lines[i] && !is_of_registry)
            g_string_append_printf(kept, "%s\n", lines[i]);
    }
    return g_string_free(kept, FALSE);
}

static void the_sample_s_broken_rows_are_rejected_as_its_generator_expects(void **state)
{
    static const struct {
        const char *mapping, *file, *rejects;
    } rows[] = {
        {"deploy/mappings/placement.yaml", "deploy/sample/portfolio.csv", "deploy/sample/portfolio.rejects.csv"},
        {"deploy/mappings/payments.yaml", "deploy/sample/payments.csv", "deploy/sample/payments.rejects.csv"},
        {"deploy/mappings/updates.yaml", "deploy/sample/updates.csv", "deploy/sample/updates.rejects.csv"},
        {"deploy/mappings/recalls.yaml", "deploy/sample/recalls.csv", "deploy/sample/recalls.rejects.csv"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        g_autofree char *expected = expected_of_rows(rows[i].rejects);
        struct tally tally = read_file(rows[i].mapping, rows[i].file, SAMPLE_DAY);
        assert_string_equal(tally.rejects->str, expected);
        g_string_free(tally.rejects, TRUE);
    }
}

static void the_sample_is_what_it_says(void **state)
{
    (void)state;
    struct tally tally = read_file("deploy/mappings/placement.yaml", "deploy/sample/portfolio.csv", SAMPLE_DAY);
    g_autofree char *content = NULL;
    gsize size = 0;

    assert_in_range(tally.accepted, 5000, 6000);
    assert_in_range(tally.rejected, 40, 60);
    assert_true(g_file_get_contents("deploy/sample/portfolio.csv", &content, &size, NULL));
    assert_true(size < 1300000);
    g_string_free(tally.rejects, TRUE);
}

static void the_receivables_file_is_read_whole_as_accounts_and_as_payments(void **state)
{
    g_autofree char *path = test_shared_data("receivables/WA_Fn-UseC_-Accounts-Receivable.csv");

    (void)state;
    if (!path)
        skip();
    const char *const mappings[] = {"deploy/mappings/receivables-accounts.yaml",
                                    "deploy/mappings/receivables-payments.yaml"};
    for (size_t i = 0; i < ARRAY_SIZE(mappings); i++) {
        struct tally tally = read_file(mappings[i], path, LATER_DAY);
        assert_string_equal(tally.rejects->str, "");
        assert_int_equal(tally.accepted, 2466);
        assert_int_equal(tally.sum_minor, 14770318);
        g_string_free(tally.rejects, TRUE);
    }
}

static const char NAMES[] =
    "kind: placement\nformat: jsonl\nclient: acme\ncurrency: USD\nregion: US\ndates: YYYYMMDD\n"
    "fields:\n  client_reference: ref\n  debtor_reference: ref\n  debtor_name: name\n  street: name\n"
    "  city: name\n  balance: owed\n  due_date: due\n";

static void a_naughty_string_is_kept_as_it_is_or_refused_with_a_reason(void **state)
{
    g_autofree char *path = test_shared_data("naughty/blns.json");
    SCOPED(mapping_freep) struct mapping *mapping = NULL;
    struct error err = {0};

    (void)state;
    if (!path)
        skip();
    json_t *strings = json_load_file(path, JSON_ALLOW_NUL, NULL);
    assert_true(json_is_array(strings));
    assert_int_equal(mapping_read("names", NAMES, NULL, 0, &mapping, &err), STATUS_OK);
    size_t i;
    json_t *string;
    size_t n_kept = 0;
    json_array_foreach(strings, i, string)
    {
        json_t *object =
            json_pack("{s:s, s:O, s:s, s:s}", "ref", "A-1", "name", string, "owed", "1.00", "due", "20250101");
        g_autofree char *line = json_dumps(object, JSON_COMPACT);
        g_autofree char *trimmed = g_strdup(json_string_value(string));
        GStringChunk *texts = g_string_chunk_new(256);
        struct raw_row raw = {.line = (int64_t)i + 1, .bytes = (const uint8_t *)line, .len = strlen(line)};
        struct row row;
        row_read(mapping, (struct date){SAMPLE_DAY}, &raw, texts, &row);
        assert_true(row.outcome == ROW_ACCEPTED || row.n_rejects > 0);
        /* The list has no line ends inside a string; blanks around one go. */
        if (row.outcome == ROW_ACCEPTED && !strpbrk(g_strstrip(trimmed), "\t\r\n")) {
            assert_string_equal(row.debtor_name, trimmed);
            n_kept++;
        }
        for (size_t j = 0; j < row.n_rejects; j++)
            assert_true(g_utf8_validate(row.rejects[j].reason, -1, NULL));
        g_string_chunk_free(texts);
        json_decref(object);
    }
    assert_true(n_kept > json_array_size(strings) * 8 / 10);
    json_decref(strings);
}

static void a_naughty_string_in_any_cell_of_a_csv_file_harms_nothing(void **state)
{
    g_autofree char *path = test_shared_data("naughty/blns.json");
    static const char HEADER[] = "a,b,c,d,e,f,g,h";
    static const char EVERY[] =
        "kind: placement\nclient: { column: a }\ncurrency: { column: b }\nregion: US\ndates: YYYYMMDD\nfields:\n"
        "  client_reference: a\n  debtor_reference: a\n  balance: c\n  due_date: d\n  phone: e\n  email: f\n"
        "  disputed: g\n  state: h\n  street: a\n  country: b\n  time_zone: c\n  tax_id: h\n";
    SCOPED(mapping_freep) struct mapping *mapping = NULL;
    struct error err = {0};

    (void)state;
    if (!path)
        skip();
    json_t *strings = json_load_file(path, JSON_ALLOW_NUL, NULL);
    assert_int_equal(mapping_read("every", EVERY, HEADER, strlen(HEADER), &mapping, &err), STATUS_OK);
    size_t i;
    json_t *string;
    json_array_foreach(strings, i, string)
    {
        GString *record = g_string_new(NULL);
        GStringChunk *texts = g_string_chunk_new(256);
        struct row row;
        for (int cell = 0; cell < 8; cell++) {
            if (cell > 0)
                g_string_append_c(record, ',');
            g_string_append_len(record, json_string_value(string), (gssize)json_string_length(string));
        }
        struct raw_row raw = {.line = 1, .bytes = (const uint8_t *)record->str, .len = record->len};
        row_read(mapping, (struct date){SAMPLE_DAY}, &raw, texts, &row);
        assert_int_equal(row.outcome, ROW_REJECTED);
        assert_true(row.n_rejects > 0);
        g_string_chunk_free(texts);
        g_string_free(record, TRUE);
    }
    json_decref(strings);
}

static void the_readme_has_the_tables_of_fields_and_codes(void **state)
{
    static void (*const PRINTERS[])(FILE *) = {field_print_reference, reject_print_reference};
    g_autofree char *readme = NULL;

    (void)state;
    assert_true(g_file_get_contents("services/intake/README.md", &readme, NULL, NULL));
    for (size_t i = 0; i < ARRAY_SIZE(PRINTERS); i++) {
        char *table = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&table, &size);
        PRINTERS[i](out);
        assert_int_equal(fclose(out), 0);
        if (!strstr(readme, table)) {
            (void)fputs(table, stderr); /* cmocka cuts long messages */
            fail_msg("services/intake/README.md lacks the table above, which belongs there");
        }
        free(table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_s_broken_rows_are_rejected_as_its_generator_expects),
        cmocka_unit_test(the_sample_is_what_it_says),
        cmocka_unit_test(the_receivables_file_is_read_whole_as_accounts_and_as_payments),
        cmocka_unit_test(a_naughty_string_is_kept_as_it_is_or_refused_with_a_reason),
        cmocka_unit_test(a_naughty_string_in_any_cell_of_a_csv_file_harms_nothing),
        cmocka_unit_test(the_readme_has_the_tables_of_fields_and_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
