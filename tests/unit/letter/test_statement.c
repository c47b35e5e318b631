#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "letter/statement.h"
#include "pdf_text.h"

/* Statements as PDF, read back by poppler. To look at one: DUNLIN_TEST_PDF=/tmp, then /tmp/statement.pdf.
 *
 * Broken once: the header left out of further pages, amounts to the left of their columns. */

#define COLUMNS 4

static const struct statement_column TABLE[COLUMNS] = {
    {"Value date", 60, false}, {"Reference", 150, false}, {"Placed by", 200, false}, {"Amount", 80, true}};
static const struct statement_fact FACTS[] = {{"Remittance", "2026-10"}, {"Date", "2026-10-31"}, {0}};
static const struct statement_figure FIGURES[] = {
    {"Collected by us", "12,345.67", false}, {"Our fees", "–345.67", false}, {"Paid to you", "12,000.00", true}};
static const struct statement_cell TOTALS[COLUMNS] = {{.text = "Total"}, {0}, {0}, {.text = "98,765.43"}};

struct source {
    size_t n_asked;
    char texts[3][64];
};

static void fill(void *data, size_t i, struct statement_cell *cells)
{
    struct source *source = data;
    source->n_asked++;
    (void)g_snprintf(source->texts[0], sizeof(source->texts[0]), "R-%04zu", i);
    (void)g_snprintf(source->texts[1], sizeof(source->texts[1]), "accounts.csv, line %zu", i + 2);
    (void)g_snprintf(source->texts[2], sizeof(source->texts[2]), "%zu.25", i);
    cells[0].text = "2026-10-01";
    cells[1].text = source->texts[0];
    cells[1].note = i % 50 == 3 ? "DISPUTED" : NULL;
    cells[1].is_strong = true;
    cells[2].text = source->texts[1];
    cells[2].note = "a payer's\nwords";
    cells[3].text = source->texts[2];
}

static struct statement statement_of(struct source *source, size_t n_rows)
{
    return (struct statement){.paper = LETTER_PAPER_US,
                              .title = "Remittance statement",
                              .sender_name = "Demo Receivables LLC",
                              .sender_lines = {"P.O. Box 1234", "Springfield, IL 62701"},
                              .addressee = "Acme Medical Group",
                              .reference = "2026-10",
                              .date = {20757},
                              .facts = FACTS,
                              .figures = FIGURES,
                              .n_figures = G_N_ELEMENTS(FIGURES),
                              .columns = TABLE,
                              .n_columns = COLUMNS,
                              .n_rows = n_rows,
                              .row = fill,
                              .source = source,
                              .totals = TOTALS,
                              .notes = {"What is meant by what."}};
}

static struct letter_document render(const struct statement *statement)
{
    struct letter_document document = {0};
    struct error err;
    if (statement_render(statement, &document, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return document;
}

static void look_at(const struct letter_document *document)
{
    const char *folder = g_getenv("DUNLIN_TEST_PDF");
    if (!folder)
        return;
    g_autofree char *path = g_build_filename(folder, "statement.pdf", NULL);
    (void)g_file_set_contents(path, (const char *)document->bytes, (gssize)document->len, NULL);
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
        n++;
    return n;
}

static void a_table_goes_over_pages_that_say_whose_they_are(void **state)
{
    struct source source = {0};
    const struct statement statement = statement_of(&source, 120);
    struct letter_document document = render(&statement);
    g_autofree char *text = pdf_text(document.bytes, document.len);
    (void)state;
    look_at(&document);
    assert_int_equal(source.n_asked, 120); /* each row once: none is kept */
    assert_true(document.n_pages >= 5);
    assert_int_equal(count(text, "Value date"), document.n_pages);
    assert_int_equal(count(text, "Remittance statement"), document.n_pages);
    assert_int_equal(count(text, "accounts.csv, line"), 120);
    assert_int_equal(count(text, "DISPUTED"), 3);
    for (unsigned page = 1; page <= document.n_pages; page++) {
        g_autofree char *number = g_strdup_printf("Page %u of %u", page, document.n_pages);
        assert_int_equal(count(text, number), 1);
    }
    static const char *const WORDS[] = {"Demo Receivables LLC",
                                        "Springfield, IL 62701",
                                        "Acme Medical Group",
                                        "Paid to you",
                                        "12,000.00",
                                        "Total",
                                        "98,765.43",
                                        "What is meant by what.",
                                        "a payer's words"};
    for (size_t i = 0; i < G_N_ELEMENTS(WORDS); i++)
        if (!strstr(text, WORDS[i]))
            fail_msg("'%s' is missing in: %s", WORDS[i], text);
    letter_document_fini(&document);
}

static bool ends_so(const char *text, const char *end)
{
    return g_str_has_suffix(text, end);
}

static void amounts_stand_below_each_other_and_nothing_leaves_the_sheet(void **state)
{
    struct source source = {0};
    const struct statement statement = statement_of(&source, 40);
    struct letter_document document = render(&statement);
    size_t n = 0, n_amounts = 0;
    g_autofree struct pdf_word *words = pdf_words(document.bytes, document.len, &n);
    double right = 0;
    (void)state;
    for (size_t i = 0; i < n; i++) {
        assert_true(words[i].left > 40 && words[i].right < 11 * 72 - 40);
        assert_true(words[i].top > 20 && words[i].bottom < 8.5 * 72 - 20);
        if (!ends_so(words[i].text, ".25"))
            continue;
        if (n_amounts++ == 0)
            right = words[i].right;
        assert_true(words[i].right > right - 0.2 && words[i].right < right + 0.2);
    }
    assert_int_equal(n_amounts, 40);
    letter_document_fini(&document);
}

static void the_same_statement_is_the_same_bytes(void **state)
{
    struct source source = {0};
    const struct statement statement = statement_of(&source, 30);
    struct letter_document first = render(&statement), second = render(&statement);
    (void)state;
    assert_int_equal(first.len, second.len);
    assert_memory_equal(first.bytes, second.bytes, first.len);
    letter_document_fini(&first);
    letter_document_fini(&second);
}

/* Whatever the number of rows, the last one and the totals are on one page, and the pages were counted right. */
static void totals_never_stand_alone(void **state)
{
    (void)state;
    for (size_t n_rows = 0; n_rows < 45; n_rows++) {
        struct source source = {0};
        const struct statement statement = statement_of(&source, n_rows);
        struct letter_document document = render(&statement);
        size_t n = 0;
        g_autofree struct pdf_word *words = pdf_words(document.bytes, document.len, &n);
        g_autofree char *last = g_strdup_printf("R-%04zu", n_rows - 1);
        unsigned last_page = 1, total_page = 0, highest = 0;
        for (size_t i = 0; i < n; i++) {
            highest = MAX(highest, words[i].page);
            if (strcmp(words[i].text, last) == 0)
                last_page = words[i].page;
            if (strcmp(words[i].text, "98,765.43") != 0)
                continue;
            total_page = words[i].page;
            assert_true(words[i].bottom < 8.5 * 72 - 44); /* and above the foot */
        }
        if (total_page != last_page || highest != document.n_pages)
            fail_msg("%zu rows: the last on page %u, totals on %u, pages %u of %u", n_rows, last_page, total_page,
                     highest, document.n_pages);
        letter_document_fini(&document);
    }
}

static void what_is_too_wide_ends_in_dots_and_what_no_font_has_does_no_harm(void **state)
{
    struct source source = {0};
    struct statement statement = statement_of(&source, 1);
    g_autofree char *wide = g_strnfill(300, 'W');
    const struct statement_fact facts[] = {{"Reference", wide}, {"Payer", "\uE123"}, {0}};
    (void)state;
    statement.facts = facts;
    statement.paper = LETTER_PAPER_DIN;
    struct letter_document document = render(&statement);
    size_t n = 0;
    g_autofree struct pdf_word *words = pdf_words(document.bytes, document.len, &n);
    bool is_there = false;
    for (size_t i = 0; i < n; i++) {
        if (!g_str_has_prefix(words[i].text, "WWWW")) /* whoever copies it gets all of it */
            continue;
        is_there = true;
        assert_true(words[i].right < 297 / 25.4 * 72 - 342); /* where the figures begin */
    }
    assert_true(is_there);
    letter_document_fini(&document);
}

static void a_table_without_columns_is_refused(void **state)
{
    struct source source = {0};
    struct statement statement = statement_of(&source, 1);
    struct letter_document document = {0};
    struct error err;
    (void)state;
    statement.n_columns = 0;
    assert_int_equal(statement_render(&statement, &document, &err), STATUS_INVALID_ARGUMENT);
    statement.n_columns = STATEMENT_COLUMNS_MAX + 1;
    assert_int_equal(statement_render(&statement, &document, &err), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "columns"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_goes_over_pages_that_say_whose_they_are),
        cmocka_unit_test(amounts_stand_below_each_other_and_nothing_leaves_the_sheet),
        cmocka_unit_test(the_same_statement_is_the_same_bytes),
        cmocka_unit_test(totals_never_stand_alone),
        cmocka_unit_test(what_is_too_wide_ends_in_dots_and_what_no_font_has_does_no_harm),
        cmocka_unit_test(a_table_without_columns_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
