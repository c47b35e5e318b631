#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "composition.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/payment/v1/instrument.pb-c.h"

/* The shipped letters about disputes and debits, in every language: each can be written, says from whom it is where it
 * must, and asks for nothing. DUNLIN_TEST_PDF=FOLDER keeps them, for a look.
 *
 * Broken once: the disputed part written as the whole debt; "does not say '$40.00 of the debt'". The account named by
 * its kind alone where its last digits are known; "does not say 'your savings account ending in 6789'". An itemization
 * of which 5 dollars are missing taken; 0 != 3. */

static struct agency_profiles *profiles;
static struct template_set *templates;

static int load(void **state)
{
    struct error err = {0};
    const char *source = g_getenv("DUNLIN_SOURCE_DIR");
    g_autofree char *folder = g_build_filename(source, "deploy", "templates", NULL);
    g_autofree char *agencies = g_build_filename(source, "deploy", "agencies.yaml", NULL);
    (void)state;
    if (templates_load(folder, &templates, &err) != STATUS_OK ||
        agency_profiles_load(agencies, &profiles, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    templates_freep(&templates);
    agency_profiles_freep(&profiles);
    return 0;
}

static const struct account_description ACCOUNT = {
    .account_id = {{1, [10] = 0xAB, [15] = 7}},
    .debtor_name = "Jo Miller",
    .client = "Main Street Clinic",
    .client_reference = "T-4711",
    .currency = "USD",
    .placed_minor = 25000,
    .credited_minor = 4000,
    .balance_minor = 21000,
    .due_on = {20418},
    .opened_on = {20388},
    .address = "1 Main St\nNew York\nNY\n10001\nUS",
    .postal_address = "1 Main St\nNew York\nNY\n10001\nUS",
    .language = "",
};

static const struct dispute_description DISPUTE = {
    .dispute_id = {{2, [10] = 0xCD, [15] = 7}},
    .outcome = DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_PARTLY,
    .root_cause = DUNLIN__DISPUTE__V1__ROOT_CAUSE__ROOT_CAUSE_AMOUNT,
    .root_cause_text = "",
    .received_on = {20450},
    .disputed_minor = 4000,
    .credited_minor = 4000,
    .reason = "charged twice",
    .explanation = "no account is named, and none can be found",
    .documents = "",
    .earlier_answered_on = {20430},
};

static const struct debit_description DEBIT = {
    .amount = {.minor = 12050, .currency = "USD"},
    .drawn_on = {20470},
    .kind = DUNLIN__PAYMENT__V1__INSTRUMENT_KIND__INSTRUMENT_KIND_SAVINGS,
    .last4 = "6789",
};

static struct composition_order order_of(const struct template *template, struct account_description *account)
{
    static const char *const CLIENT[] = {"Main Street Clinic", "10 Main St", "Springfield, IL 62701", NULL};
    *account = ACCOUNT;
    account->language = template->language;
    return (struct composition_order){.account = account,
                                      .dispute = &DISPUTE,
                                      .debit = &DEBIT,
                                      .profile = agency_profiles_find(profiles, 1),
                                      .templates = templates,
                                      .channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER,
                                      .purpose = DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_DISPUTE_RESPONSE,
                                      .template_name = template->name,
                                      .addressee = g_str_has_prefix(template->name, "client-") ? CLIENT : NULL,
                                      .today = {20458}};
}

static char *written(const struct template *template)
{
    struct account_description account;
    const struct composition_order order = order_of(template, &account);
    struct composition composition = {0};
    struct error err = {0};
    if (composition_write(&order, &composition, &err) != STATUS_OK)
        fail_msg("%s (%s): %s", template->name, template->language, err.text);
    const char *folder = g_getenv("DUNLIN_TEST_PDF");
    if (folder) {
        g_autofree char *path = g_strdup_printf("%s/%s.%s.pdf", folder, template->name, template->language);
        assert_true(g_file_set_contents(path, (const char *)composition.pdf.bytes, (gssize)composition.pdf.len, NULL));
    }
    assert_int_equal(composition.pdf.n_pages, 1);
    char *text = g_strdup(composition.body);
    composition_fini(&composition);
    return text;
}

static bool is_letter_of_dispute(const struct template *template)
{
    return strstr(template->name, "-dispute-") != NULL;
}

static bool is_notice(const struct template *template)
{
    return is_letter_of_dispute(template) || strstr(template->name, "-debit-") != NULL;
}

static void every_letter_can_be_written_in_its_languages(void **state)
{
    unsigned n = 0;
    (void)state;
    for (size_t i = 0; i < templates->n; i++) {
        if (!is_notice(&templates->all[i]))
            continue;
        g_autofree char *text = written(&templates->all[i]);
        if (g_str_has_prefix(templates->all[i].name, "us-"))
            assert_non_null(strcmp(templates->all[i].language, "es") == 0
                                ? strstr(text, "Esta comunicación es de un cobrador de deudas.")
                                : strstr(text, "This communication is from a debt collector."));
        n++;
    }
    assert_int_equal(n, 9 * 2 + 6 * 2 + 3 * 3 + 2 * 2);
}

static void no_answer_to_the_debtor_asks_for_money(void **state)
{
    struct error err = {0};
    (void)state;
    for (size_t i = 0; i < templates->n; i++)
        if (is_letter_of_dispute(&templates->all[i]) && !g_str_has_prefix(templates->all[i].name, "client-"))
            assert_int_equal(composition_check_dispute_letter(templates, templates->all[i].name, &err), STATUS_OK);
    assert_int_equal(composition_check_dispute_letter(templates, "us-reminder", &err), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "{{payment_link}} asks for payment"));
    assert_int_equal(composition_check_dispute_letter(templates, "us-email-reminder", &err), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "may not be sent by letter"));
    assert_int_equal(composition_check_dispute_letter(templates, "nothing", &err), STATUS_NOT_FOUND);
}

static void what_announces_a_debit_says_how_much_and_when(void **state)
{
    struct error err = {0};
    (void)state;
    for (size_t i = 0; i < templates->n; i++)
        if (strstr(templates->all[i].name, "-debit-"))
            assert_int_equal(composition_check_debit_letter(templates, templates->all[i].name, &err), STATUS_OK);
    assert_int_equal(composition_check_debit_letter(templates, "us-dispute-received", &err), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "{{debit_amount}} (12 CFR 1005.10(d)(1))"));
    assert_int_equal(composition_check_debit_letter(templates, "nothing", &err), STATUS_NOT_FOUND);
}

static void each_choice_of_the_shipped_agency_is_there(void **state)
{
    const struct agency_profile *profile = agency_profiles_find(profiles, 1);
    (void)state;
    for (enum notice_kind kind = NOTICE_DISPUTE_RECEIVED; kind < NOTICE_KINDS_END; kind++) {
        assert_non_null(agency_profile_letter(profile, kind));
        assert_non_null(templates_find(templates, agency_profile_letter(profile, kind), NULL));
        assert_string_equal(agency_profile_letters(kind),
                            notice_is_of_debit(kind) ? "debit_letters" : "dispute_letters");
    }
    assert_null(agency_profile_letter(profile, NOTICE_NONE));
}

static void assert_says(const char *name, const char *language, const char *const *words)
{
    g_autofree char *text = written(templates_find_exact(templates, name, language));
    for (size_t i = 0; words[i]; i++)
        if (!strstr(text, words[i]))
            fail_msg("%s (%s) does not say '%s': %s", name, language, words[i], text);
}

static void what_differs_is_said_as_the_language_says_it(void **state)
{
    (void)state;
    assert_says("us-dispute-credited", "en",
                (const char *const[]){"$40.00 of the debt", "Taken off: $40.00", "after that: $210.00", NULL});
    assert_says("us-dispute-credited", "es", (const char *const[]){"$40.00 de la deuda", "Descontado: $40.00", NULL});
    assert_says("us-dispute-rejected", "en",
                (const char *const[]){"the account records of Main Street Clinic", "$250.00", NULL});
    assert_says("us-dispute-duplicate", "en", (const char *const[]){"sent on December 8, 2025", NULL});
    assert_says("us-dispute-frivolous", "en",
                (const char *const[]){"no account is named, and none can be found", NULL});
    assert_says("client-dispute-credited", "de",
                (const char *const[]){"40,00\u00a0$ der Forderung", "teilweise zugunsten", "falscher Betrag", NULL});
}

static void a_debit_is_told_with_its_account_and_the_ways_to_stop_it(void **state)
{
    (void)state;
    assert_says("us-debit-postdated", "en",
                (const char *const[]){"Amount: $120.50", "Date: January 17, 2026",
                                      "your savings account ending in 6789", "withdraw your authorization",
                                      "(217) 555-0100", "at least three business days before", NULL});
    assert_says("us-debit-varying", "es",
                (const char *const[]){"Monto: $120.50", "17 de enero de 2026",
                                      "su cuenta de ahorros que termina en 6789", NULL});
}

static void a_verification_itemizes_what_is_owed_and_names_what_it_rests_on(void **state)
{
    (void)state;
    assert_says("us-dispute-verification", "en",
                (const char *const[]){"Creditor to whom the debt is owed: Main Street Clinic", "T-4711",
                                      "you owed: $250.00", "in interest: $0.00",
                                      "you were credited this amount: $40.00", "Total amount of the debt now: $210.00",
                                      "the account records of Main Street Clinic", NULL});
}

static void an_itemization_that_does_not_add_up_is_not_written(void **state)
{
    struct account_description account;
    const struct template *template = templates_find_exact(templates, "us-dispute-verification", "en");
    struct composition_order order = order_of(template, &account);
    struct composition composition = {0};
    struct error err = {0};
    (void)state;
    account.paid_minor = 500;
    assert_int_equal(composition_write(&order, &composition, &err), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "do not add up to balance"));
    order.template_name = "us-dispute-received"; /* which itemizes nothing */
    assert_int_equal(composition_write(&order, &composition, &err), STATUS_OK);
    composition_fini(&composition);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_letter_can_be_written_in_its_languages),
        cmocka_unit_test(no_answer_to_the_debtor_asks_for_money),
        cmocka_unit_test(each_choice_of_the_shipped_agency_is_there),
        cmocka_unit_test(what_differs_is_said_as_the_language_says_it),
        cmocka_unit_test(what_announces_a_debit_says_how_much_and_when),
        cmocka_unit_test(a_debit_is_told_with_its_account_and_the_ways_to_stop_it),
        cmocka_unit_test(a_verification_itemizes_what_is_owed_and_names_what_it_rests_on),
        cmocka_unit_test(an_itemization_that_does_not_add_up_is_not_written),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
