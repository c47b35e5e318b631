#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "composition.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"

/* The shipped letters about disputes, in every language: each can be written, says from whom it is where it must, and
 * asks for nothing. DUNLIN_TEST_PDF=FOLDER keeps them, for a look.
 *
 * Broken once: the disputed part written as the whole debt; "does not say '$40.00 of the debt'". */

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

static struct composition_order order_of(const struct template *template, struct account_description *account)
{
    static const char *const CLIENT[] = {"Main Street Clinic", "10 Main St", "Springfield, IL 62701", NULL};
    *account = ACCOUNT;
    account->language = template->language;
    return (struct composition_order){.account = account,
                                      .dispute = &DISPUTE,
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

static void every_letter_can_be_written_in_its_languages(void **state)
{
    unsigned n = 0;
    (void)state;
    for (size_t i = 0; i < templates->n; i++) {
        if (!is_letter_of_dispute(&templates->all[i]))
            continue;
        g_autofree char *text = written(&templates->all[i]);
        if (g_str_has_prefix(templates->all[i].name, "us-"))
            assert_non_null(strcmp(templates->all[i].language, "es") == 0
                                ? strstr(text, "Esta comunicación es de un cobrador de deudas.")
                                : strstr(text, "This communication is from a debt collector."));
        n++;
    }
    assert_int_equal(n, 8 * 2 + 5 * 2 + 3 * 3);
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

static void each_choice_of_the_shipped_agency_is_there(void **state)
{
    const struct agency_profile *profile = agency_profiles_find(profiles, 1);
    (void)state;
    for (int kind = NOTICE_DISPUTE_RECEIVED; kind < NOTICE_KINDS_END; kind++) {
        assert_non_null(profile->dispute_letters.of[kind]);
        assert_non_null(templates_find(templates, profile->dispute_letters.of[kind], NULL));
    }
    assert_null(profile->dispute_letters.of[NOTICE_NONE]);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_letter_can_be_written_in_its_languages),
        cmocka_unit_test(no_answer_to_the_debtor_asks_for_money),
        cmocka_unit_test(each_choice_of_the_shipped_agency_is_there),
        cmocka_unit_test(what_differs_is_said_as_the_language_says_it),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
