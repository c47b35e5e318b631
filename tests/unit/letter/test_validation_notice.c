#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "letter/validation_notice.h"
#include "pdf_text.h"
#include "rules/rules.h"

/* Promise P1: no notice goes out that lacks what 12 CFR 1006.34(c) wants on it.
 *
 * Broken once: the end date as 35 days after sending; the first test failed with "no 'Call or write to us by February
 * 11, 2026, to dispute'", that of the end date with "2026-08-06" != "2026-08-09". */

static const struct money ON_DATE = {23456, "USD"}, INTEREST = {7597, "USD"}, FEES = {2500, "USD"},
                          PAID = {5000, "USD"}, CREDITED = {0, "USD"}, NOW = {28553, "USD"};

/* The model form's own figures; sent on Monday, January 5, 2026. */
static struct validation_notice model_notice(void)
{
    struct validation_notice notice = {
        .paper = LETTER_PAPER_US,
        .wording = notice_wording("en"),
        .is_consumer_financial_product = true,
        .assumption_days = LAW_RECEIPT_ASSUMPTION_DAYS,
        .collector_name = "North South Group",
        .collector_lines = {"P.O. Box 123456", "Pasadena, CA 91111-2222",
                            "(800) 123-4567, 8:00 a.m. to 8:00 p.m. EST, Monday to Saturday", "www.example.com"},
        .collector_dispute_mail_address = {"P.O. Box 123456", "Pasadena, CA 91111-2222"},
        .consumer_name = "Person A",
        .consumer_mail_address = {"2323 Park Street", "Apartment 342", "Bethesda, MD 20815"},
        .response_mail_address = {"P.O. Box 123457", "Pasadena, CA 91111-3333"},
        .reference = "584-345",
        .creditor_on_itemization_date = "Main Street Department Store",
        .current_creditor = "Bank of Rockville",
        .account_number = "123-456-789",
        .basis = NOTICE_BASIS_LAST_STATEMENT,
        .amount_on_itemization_date = &ON_DATE,
        .interest = &INTEREST,
        .fees = &FEES,
        .payments = &PAID,
        .credits = &CREDITED,
        .current_amount = &NOW,
    };
    (void)date_from_ymd(2026, 1, 5, &notice.sent);
    (void)date_from_ymd(2025, 10, 2, &notice.itemization_date);
    return notice;
}

static char *text_of(const struct validation_notice *notice, unsigned *ret_pages)
{
    struct letter_document document = {0};
    struct error err = {0};
    if (validation_notice_render(notice, &document, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    char *text = pdf_text(document.bytes, document.len);
    if (ret_pages)
        *ret_pages = document.n_pages;
    const char *folder = g_getenv("DUNLIN_TEST_PDF"); /* where to leave them for somebody who looks at them */
    if (folder) {
        g_autofree char *path = g_strdup_printf("%s/notice-%s-%d-%u.pdf", folder, notice->wording->language,
                                                (int)notice->paper, document.n_pages);
        (void)g_file_set_contents(path, (const char *)document.bytes, (gssize)document.len, NULL);
    }
    letter_document_fini(&document);
    return text;
}

static void must_have(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("no '%s' in: %s", part, text);
}

static void every_field_of_the_law_is_on_it(void **state)
{
    /* Five business days from January 5, 2026 are January 12; 30 days more are February 11. */
    static const char *const PARTS[] = {
        ("North South Group is a debt collector. We are trying to collect a debt that you owe to Bank of Rockville. We "
         "will use any information you give us to help collect the debt."),
        "(800) 123-4567",
        "P.O. Box 123456 Pasadena, CA 91111-2222",
        "Person A 2323 Park Street Apartment 342 Bethesda, MD 20815",
        "Main Street Department Store",
        "123-456-789",
        "As of October 2, 2025 (the date of the last statement or invoice), you owed:",
        "$234.56",
        "$75.97",
        "$25.00",
        "$50.00",
        "$0.00",
        "$285.53",
        "Call or write to us by February 11, 2026, to dispute",
        "If you do not dispute the debt by February 11, 2026, we will assume that our information is correct.",
        "If you write by February 11, 2026, we must stop collection until we send you that information.",
        "www.cfpb.gov/debt-collection",
        "How do you want to respond?",
        "I want to dispute the debt because I think:",
        "This is not my debt.",
        "The amount is wrong.",
        "Other (please describe on reverse or attach additional information).",
        "I want you to send me the name and address of the original creditor.",
        "Mail this form to: North South Group P.O. Box 123457 Pasadena, CA 91111-3333",
        "584-345",
    };
    (void)state;
    const struct validation_notice notice = model_notice();
    unsigned n_pages = 0;
    g_autofree char *text = text_of(&notice, &n_pages);
    for (size_t i = 0; i < G_N_ELEMENTS(PARTS); i++)
        must_have(text, PARTS[i]);
    assert_int_equal(n_pages, 1);
}

/* Takes the field away; false: the wording, which is the caller's copy. */
static void take_away(struct validation_notice *notice, struct notice_wording *wording, enum notice_field field)
{
    switch (field) {
    case NOTICE_MINI_MIRANDA:
        wording->mini_miranda = " ";
        break;
    case NOTICE_COLLECTOR_NAME:
        notice->collector_name = "";
        break;
    case NOTICE_COLLECTOR_DISPUTE_MAIL_ADDRESS:
        notice->collector_dispute_mail_address[0] = NULL;
        break;
    case NOTICE_CONSUMER_NAME:
        notice->consumer_name = "\n";
        break;
    case NOTICE_CONSUMER_MAIL_ADDRESS:
        memset(notice->consumer_mail_address, 0, sizeof(notice->consumer_mail_address));
        break;
    case NOTICE_CREDITOR_ON_ITEMIZATION_DATE:
        notice->creditor_on_itemization_date = NULL;
        break;
    case NOTICE_ACCOUNT_NUMBER:
        notice->account_number = NULL;
        break;
    case NOTICE_CURRENT_CREDITOR:
        notice->current_creditor = NULL;
        break;
    case NOTICE_ITEMIZATION_DATE:
        notice->basis = NOTICE_BASIS_UNSPECIFIED;
        break;
    case NOTICE_AMOUNT_ON_ITEMIZATION_DATE:
        notice->amount_on_itemization_date = NULL;
        break;
    case NOTICE_ITEMIZATION_INTEREST:
        notice->interest = NULL;
        break;
    case NOTICE_ITEMIZATION_FEES:
        notice->fees = NULL;
        break;
    case NOTICE_ITEMIZATION_PAYMENTS:
        notice->payments = NULL;
        break;
    case NOTICE_ITEMIZATION_CREDITS:
        notice->credits = NULL;
        break;
    case NOTICE_CURRENT_AMOUNT:
        notice->current_amount = NULL;
        break;
    case NOTICE_END_DATE_DISPUTE:
        wording->dispute_statement = "Dispute soon.";
        break;
    case NOTICE_END_DATE_ORIGINAL_CREDITOR:
        wording->original_creditor_statement = "Ask soon.";
        break;
    case NOTICE_ASSUMED_VALID:
        wording->assumed_valid = NULL;
        break;
    case NOTICE_CFPB_WEBSITE:
        wording->cfpb_website = "Ask your lawyer.";
        break;
    case NOTICE_ELECTRONIC_DISPUTE:
        wording->electronic_dispute = NULL;
        break;
    case NOTICE_DISPUTE_PROMPTS:
        wording->dispute_prompts[2] = "";
        break;
    case NOTICE_ORIGINAL_CREDITOR_PROMPT:
        wording->original_creditor_prompt = NULL;
        break;
    case NOTICE_RESPONSE_MAIL_ADDRESSES:
        memset(notice->response_mail_address, 0, sizeof(notice->response_mail_address));
        break;
    case NOTICE_FIELD_COUNT:
        fail();
    }
}

static void refused(const struct validation_notice *notice, const char *why)
{
    struct letter_document document = {0};
    struct error err = {0};
    assert_int_equal(validation_notice_render(notice, &document, &err), STATUS_INVALID_ARGUMENT);
    assert_string_equal(err.text, why);
    assert_null(document.bytes);
}

static void each_field_that_is_missing_is_refused_by_its_name(void **state)
{
    (void)state;
    for (int field = 0; field < NOTICE_FIELD_COUNT; field++) {
        struct validation_notice notice = model_notice();
        struct notice_wording wording = *notice.wording;
        notice.wording = &wording;
        notice.is_electronic = true;
        take_away(&notice, &wording, (enum notice_field)field);
        g_autofree char *why = g_strconcat(notice_field_name((enum notice_field)field), ": is missing", NULL);
        refused(&notice, why);
    }
}

static void debts_that_are_no_financial_products_need_less(void **state)
{
    (void)state;
    struct validation_notice notice = model_notice();
    struct notice_wording wording = *notice.wording;
    notice.wording = &wording;
    notice.is_consumer_financial_product = false;
    take_away(&notice, &wording, NOTICE_CREDITOR_ON_ITEMIZATION_DATE);
    take_away(&notice, &wording, NOTICE_CFPB_WEBSITE);
    g_autofree char *text = text_of(&notice, NULL);
    must_have(text, "The debt is now owed to Bank of Rockville.");
    assert_null(strstr(text, "cfpb"));
}

static void electronic_notices_say_how_to_dispute_electronically(void **state)
{
    (void)state;
    struct validation_notice notice = model_notice();
    notice.is_electronic = true;
    g_autofree char *text = text_of(&notice, NULL);
    must_have(text,
              "You may also dispute the debt, or ask for the name and address of the original creditor, by replying");
}

static void itemizations_that_do_not_add_up_are_refused(void **state)
{
    static const struct money WRONG = {28554, "USD"}, NEGATIVE = {-1, "USD"}, FOREIGN = {0, "EUR"};
    (void)state;
    struct validation_notice notice = model_notice();
    notice.current_amount = &WRONG;
    refused(&notice, "current_amount: is $285.54, but the itemization adds up to $285.53");
    notice = model_notice();
    notice.credits = &NEGATIVE;
    refused(&notice, "itemization_credits: is negative");
    notice.credits = &FOREIGN;
    struct error err = {0};
    assert_int_equal(validation_notice_check(&notice, &err), STATUS_INVALID_ARGUMENT);
    assert_true(g_str_has_prefix(err.text, "itemization_credits: "));
}

static void the_end_date_is_never_too_early(void **state)
{
    (void)state;
    struct validation_notice notice = model_notice();
    notice.assumption_days = 4;
    refused(&notice, "assumption_days: 4; the law wants at least 5");
    notice = model_notice();
    (void)date_from_ymd(2026, 7, 2, &notice.sent); /* Independence Day is observed on the 3rd */
    char text[DATE_TEXT_SIZE];
    assert_string_equal(date_format(validation_notice_end(&notice), text), "2026-08-09");
    notice.itemization_date.days = notice.sent.days + 1;
    refused(&notice, "itemization_date: is after the notice");
}

static void thirty_more_rows_break_to_another_page(void **state)
{
    struct letter_row rows[30];
    char words[30][48];
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        (void)g_snprintf(words[i], sizeof(words[i]), "of which invoice INV-%04zu", i);
        rows[i] = (struct letter_row){.words = words[i], .amount = "$7.81"};
    }
    struct validation_notice notice = model_notice();
    notice.more_rows = rows;
    notice.n_more_rows = G_N_ELEMENTS(rows);
    unsigned n_pages = 0;
    g_autofree char *text = text_of(&notice, &n_pages);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        must_have(text, words[i]);
    must_have(text, "Page 2 of 2");
    must_have(text, "Mail this form to:");
    assert_int_equal(n_pages, 2);
}

static void what_values_say_is_not_replaced_again(void **state)
{
    (void)state;
    struct validation_notice notice = model_notice();
    notice.current_creditor = "Bank {end_date} {collector}";
    g_autofree char *text = text_of(&notice, NULL);
    must_have(text, "The debt is now owed to Bank {end_date} {collector}.");
}

static void spanish_notices_are_spanish(void **state)
{
    (void)state;
    struct validation_notice notice = model_notice();
    notice.wording = notice_wording("es-MX");
    g_autofree char *text = text_of(&notice, NULL);
    must_have(text, "a más tardar el 11 de febrero de 2026");
    must_have(text, "¿Cómo quiere responder?");
    must_have(text, "Al 2 de octubre de 2025");
}

static void the_din_sheet_holds_it_too(void **state)
{
    (void)state;
    struct validation_notice notice = model_notice();
    notice.paper = LETTER_PAPER_DIN;
    notice.collector_return_line = "North South Group · P.O. Box 123456 · Pasadena, CA 91111-2222";
    g_autofree char *text = text_of(&notice, NULL);
    must_have(text, "Mail this form to:");
}

static void amounts_are_grouped(void **state)
{
    static const struct {
        struct money amount;
        const char *text;
    } rows[] = {{{123456789, "USD"}, "$1,234,567.89"}, {{0, "USD"}, "$0.00"},        {{99999, "USD"}, "$999.99"},
                {{100000, "USD"}, "$1,000.00"},        {{1234, "JPY"}, "JPY 1,234"}, {{-150, "EUR"}, "–EUR 1.50"}};
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = notice_money(rows[i].amount);
        assert_string_equal(text, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_of_the_law_is_on_it),
        cmocka_unit_test(each_field_that_is_missing_is_refused_by_its_name),
        cmocka_unit_test(debts_that_are_no_financial_products_need_less),
        cmocka_unit_test(electronic_notices_say_how_to_dispute_electronically),
        cmocka_unit_test(itemizations_that_do_not_add_up_are_refused),
        cmocka_unit_test(the_end_date_is_never_too_early),
        cmocka_unit_test(thirty_more_rows_break_to_another_page),
        cmocka_unit_test(what_values_say_is_not_replaced_again),
        cmocka_unit_test(spanish_notices_are_spanish),
        cmocka_unit_test(the_din_sheet_holds_it_too),
        cmocka_unit_test(amounts_are_grouped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
