#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "composition.h"
#include "pdf_text.h"

/* Promise P1: what goes out says what the rules want, or does not go out.
 *
 * Broken once: a message in the default language where the debtor's is not there; the test of languages failed with no
 * 'cobrador de deudas.'. Credits left out of the notice; it was refused with "current_amount: is $210.00, but the
 * itemization adds up to $215.00". The opt-out notice of e-mails not asked for; the test of it failed. */

static struct agency_profiles *profiles;
static struct template_set *templates;

/* The shipped files, and templates of the test's own. */
static const char *const LETTER_TEMPLATE =
    "name: reminder\nlanguage: en\ntitle: Reminder\nchannels: [letter, email]\nsubject: Your account "
    "{{client_reference}}\n"
    "fields: [debtor_name, client_reference, balance, agency_name, due_date]\nopt_out_notice: false\n"
    "body: |\n  Dear {{debtor_name}},\n\n  you owe {{balance}} since {{due_date}}.\n\n  - a point\n\n  "
    "{{agency_name}}\n";
static const char *const TEXT_TEMPLATE = "name: nudge\nlanguage: en\ntitle: Nudge\nchannels: [text, email]\nsubject: "
                                         "Your account\nopt_out_notice: true\nattach_pdf: true\n"
                                         "fields: [agency_name, opt_out_instructions]\nbody: \"{{agency_name}}, a debt "
                                         "collector, asks you to call. {{opt_out_instructions}}\"\n";

static const char *const SPANISH_TEMPLATE =
    "name: nudge\nlanguage: es\nformats: es-US\ntitle: Aviso\nchannels: [text, email]\nsubject: Su cuenta\n"
    "opt_out_notice: true\nattach_pdf: true\nfields: [agency_name, opt_out_instructions]\n"
    "body: \"{{agency_name}}, cobrador de deudas. {{opt_out_instructions}}\"\n";
static const char *const ASKING_TEMPLATE =
    "name: ask\nlanguage: en\ntitle: Ask\nchannels: [text, email]\nsubject: Your account\nopt_out_notice: true\n"
    "fields: [balance, opt_out_instructions]\nbody: \"You owe {{balance}}. {{opt_out_instructions}}\"\n";
static const char *const SPANISH_ASKING_TEMPLATE =
    "name: ask\nlanguage: es\nformats: es-US\ntitle: Pedir\nchannels: [text, email]\nsubject: Su cuenta\n"
    "opt_out_notice: true\nfields: [balance, opt_out_instructions]\n"
    "body: \"Usted debe {{balance}}. {{opt_out_instructions}}\"\n";
static const char *const CONFIRMATION_TEMPLATE = "name: done\nlanguage: en\ntitle: Done\nchannels: [text]\n"
                                                 "opt_out_notice: false\nfields: [agency_name]\n"
                                                 "body: \"{{agency_name}}: no more texts.\"\n";

static void write_template(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static int load(void **state)
{
    struct error err = {0};
    g_autofree char *folder = g_dir_make_tmp("dunlin-templates-XXXXXX", NULL);
    g_autofree char *agencies = g_build_filename(g_getenv("DUNLIN_SOURCE_DIR"), "deploy", "agencies.yaml", NULL);
    (void)state;
    write_template(folder, "reminder.en.yaml", LETTER_TEMPLATE);
    write_template(folder, "nudge.en.yaml", TEXT_TEMPLATE);
    write_template(folder, "nudge.es.yaml", SPANISH_TEMPLATE);
    write_template(folder, "done.en.yaml", CONFIRMATION_TEMPLATE);
    write_template(folder, "ask.en.yaml", ASKING_TEMPLATE);
    write_template(folder, "ask.es.yaml", SPANISH_ASKING_TEMPLATE);
    if (templates_load(folder, &templates, &err) != STATUS_OK ||
        agency_profiles_load(agencies, &profiles, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    g_autofree char *command = g_strdup_printf("rm -rf '%s'", folder);
    return system(command);
}

static int unload(void **state)
{
    (void)state;
    templates_freep(&templates);
    agency_profiles_freep(&profiles);
    return 0;
}

static struct account_description known_account(void)
{
    return (struct account_description){
        .account_id = {{1, [10] = 0xAB, [15] = 7}},
        .debtor_name = "Jo Miller",
        .client = "Main Street Clinic",
        .client_reference = "T-4711",
        .currency = "USD",
        .placed_minor = 25000,
        .charged_minor = 1500,
        .paid_minor = 5000,
        .credited_minor = 500,
        .balance_minor = 21000,
        .due_on = {20418},
        .opened_on = {20388},
        .address = "1 Main St\nNew York\nNY\n10001\nUS",
        .postal_address = "1 Main St\nNew York\nNY\n10001\nUS",
        .language = "",
    };
}

static struct composition_order order_of(const struct account_description *account,
                                         Dunlin__Contact__V1__Channel channel, const char *name)
{
    return (struct composition_order){.account = account,
                                      .profile = agency_profiles_find(profiles, 1),
                                      .templates = templates,
                                      .channel = channel,
                                      .purpose = DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_COLLECTION,
                                      .template_name = name,
                                      .opt_out_link = "https://agency.example/unsubscribe/1",
                                      .today = {20458}};
}

static struct composition written(const struct composition_order *order)
{
    struct composition composition = {0};
    struct error err = {0};
    if (composition_write(order, &composition, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return composition;
}

static void refused(const struct composition_order *order, const char *why)
{
    struct composition composition = {0};
    struct error err = {0};
    assert_int_not_equal(composition_write(order, &composition, &err), STATUS_OK);
    assert_string_equal(err.text, why);
}

static void must_have(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no '%s' in: %s", part, text);
}

static void a_letter_is_its_template_under_the_agencys_head(void **state)
{
    const struct account_description account = known_account();
    const struct composition_order order = order_of(&account, DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER, "reminder");
    (void)state;
    struct composition composition = written(&order);
    g_autofree char *text = pdf_text(composition.pdf.bytes, composition.pdf.len);
    must_have(text, "Demo Receivables LLC");
    must_have(text, "Jo Miller 1 Main St New York, NY 10001");
    must_have(text, "Your account T-4711");
    must_have(text, "you owe $210.00 since");
    assert_string_equal(composition.postcode, "10001");
    composition_fini(&composition);
}

static void a_validation_notice_is_the_form_with_the_ledgers_amounts(void **state)
{
    const struct account_description account = known_account();
    struct composition_order order =
        order_of(&account, DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER, "us-validation-notice");
    (void)state;
    order.purpose = DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_VALIDATION_NOTICE;
    struct composition composition = written(&order);
    g_autofree char *text = pdf_text(composition.pdf.bytes, composition.pdf.len);
    must_have(text, "Demo Receivables LLC is a debt collector.");
    must_have(text, "you owed: $250.00");
    must_have(text, "in fees: $15.00");
    must_have(text, "You paid this amount toward the debt: $50.00");
    must_have(text, "You were credited this amount toward the debt: $5.00");
    must_have(text, "Total amount of the debt now: $210.00");
    must_have(text, "Account number: T-4711");
    composition_fini(&composition);
}

static void a_notice_that_does_not_add_up_is_refused(void **state)
{
    struct account_description account = known_account();
    struct composition_order order = order_of(&account, DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER, "x");
    (void)state;
    order.purpose = DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_VALIDATION_NOTICE;
    account.balance_minor = 21001;
    refused(&order, "current_amount: is $210.01, but the itemization adds up to $210.00");
    account = known_account();
    account.address = "";
    refused(&order, "consumer_mail_address: is missing");
}

static void texts_and_e_mails_say_how_to_stop_them(void **state)
{
    const struct account_description account = known_account();
    struct composition_order order = order_of(&account, DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT, "nudge");
    (void)state;
    struct composition composition = written(&order);
    must_have(composition.body, "Reply STOP to stop.");
    assert_int_equal(composition.pdf.len, 0);
    composition_fini(&composition);
    order.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_EMAIL;
    composition = written(&order);
    must_have(composition.body, "https://agency.example/unsubscribe/1");
    assert_true(composition.pdf.len > 0);
    composition_fini(&composition);
    order.template_name = "reminder";
    refused(&order, "template 'reminder' does not say how to stop such messages (12 CFR 1006.6(e))");
    order.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT;
    refused(&order, "template 'reminder' may not be sent by text");
    order.template_name = "nothing";
    refused(&order, "no template 'nothing'");
}

static void assert_written_as(const char *language, const char *agencys, Dunlin__Contact__V1__Channel channel,
                              const char *part)
{
    struct account_description account = known_account();
    account.language = language;
    struct composition_order order = order_of(&account, channel, "nudge");
    struct agency_profile profile = *order.profile;
    profile.language = (char *)(uintptr_t)agencys;
    order.profile = &profile;
    struct composition composition = written(&order);
    must_have(composition.body, part);
    composition_fini(&composition);
}

static void a_message_is_in_the_debtors_language_or_else_in_the_agencys(void **state)
{
    static const struct {
        const char *language, *text, *email;
    } CASES[] = {
        {"", "a debt collector, asks you to call. Reply STOP to stop.", "To stop e-mails to this address: https://"},
        {"es", "cobrador de deudas. Responda STOP para no", "Para no recibir más correos en esta dirección: https://"},
        {"ES-mx", "cobrador de deudas. Responda STOP para no", "cobrador de deudas."},
        {"fr", "a debt collector, asks you to call. Reply STOP", "a debt collector"},
        {"est", "a debt collector, asks you to call. Reply STOP", "a debt collector"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        assert_written_as(CASES[i].language, "en", DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT, CASES[i].text);
        assert_written_as(CASES[i].language, "en", DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_EMAIL, CASES[i].email);
    }
    assert_written_as("fr", "es", DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT, "cobrador de deudas.");
    assert_written_as("en", "es", DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT, "a debt collector");
}

/* A translation alone is no notice: 12 CFR 1006.34(e)(1). */
static void a_validation_notice_is_in_the_agencys_language(void **state)
{
    struct account_description account = known_account();
    struct composition_order order =
        order_of(&account, DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER, "us-validation-notice");
    (void)state;
    account.language = "es";
    order.purpose = DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_VALIDATION_NOTICE;
    struct composition composition = written(&order);
    g_autofree char *text = pdf_text(composition.pdf.bytes, composition.pdf.len);
    must_have(text, "Demo Receivables LLC is a debt collector.");
    composition_fini(&composition);
}

static void a_word_that_every_text_has_is_no_word_to_stop(void **state)
{
    struct error err = {0};
    struct agency_profiles *loaded = NULL;
    g_autofree char *shipped = NULL, *path = NULL, *folder = g_dir_make_tmp("dunlin-agencies-XXXXXX", NULL);
    g_autofree char *source = g_build_filename(g_getenv("DUNLIN_SOURCE_DIR"), "deploy", "agencies.yaml", NULL);
    (void)state;
    assert_true(g_file_get_contents(source, &shipped, NULL, NULL));
    g_auto(GStrv) parts = g_strsplit(shipped, "[stopp,", 2);
    g_autofree char *changed = g_strjoin("[\"!\",", parts[0], parts[1], NULL);
    path = g_build_filename(folder, "agencies.yaml", NULL);
    assert_true(g_file_set_contents(path, changed, -1, NULL));
    assert_int_equal(agency_profiles_load(path, &loaded, &err), STATUS_INVALID_ARGUMENT);
    must_have(err.text, "opt_out_words[1].words[0]: '!' has no two letters");
    (void)remove(path);
    (void)remove(folder);
}

static void what_confirms_an_opt_out_says_nothing_else(void **state)
{
    const struct account_description account = known_account();
    struct composition_order order = order_of(&account, DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT, "done");
    struct error err = {0};
    (void)state;
    refused(&order, "template 'done' does not say how to stop such messages (12 CFR 1006.6(e))");
    order.purpose = DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_OPT_OUT_CONFIRMATION;
    struct composition composition = written(&order);
    assert_string_equal(composition.body, "Demo Receivables LLC: no more texts.");
    composition_fini(&composition);
    order.template_name = "nudge";
    refused(&order, "template 'nudge' (en): what confirms an opt-out has no fields but {{agency_name}} and "
                    "{{agency_phone}} (12 CFR 1006.14(h)(2)(i))");
    assert_int_equal(composition_check_confirmation(templates, "done", &err), STATUS_OK);
    assert_int_equal(composition_check_confirmation(templates, "nudge", &err), STATUS_INVALID_ARGUMENT);
    assert_int_equal(composition_check_confirmation(templates, "reminder", &err), STATUS_INVALID_ARGUMENT);
    assert_int_equal(composition_check_confirmation(templates, "nothing", &err), STATUS_NOT_FOUND);
}

static void must_lack(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("'%s' in: %s", part, text);
}

/* 12 CFR 1006.38(d)(2)(i), 15 USC 1692e(8): what is disputed is not asked for, and is said to be disputed. */
static void what_asks_for_payment_leaves_the_disputed_part_out(void **state)
{
    static const char *const SAID = "You dispute $40.00 of this debt. We do not ask you for that part until";
    struct account_description account = known_account();
    account.held_minor = 4000;
    struct composition_order order = order_of(&account, DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER, "reminder");
    (void)state;
    struct composition composition = written(&order);
    g_autofree char *text = pdf_text(composition.pdf.bytes, composition.pdf.len);
    must_have(text, "you owe $170.00 since");
    must_have(text, SAID);
    must_lack(text, "210.00");
    composition_fini(&composition);

    order.purpose = DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_DISPUTE_RESPONSE; /* which names the debt as it is */
    composition = written(&order);
    must_have(composition.body, "you owe $210.00 since");
    must_lack(composition.body, "You dispute");
    composition_fini(&composition);

    order = order_of(&account, DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT, "ask");
    composition = written(&order);
    must_have(composition.body, "You owe $170.00. Reply STOP to stop. You dispute $40.00 of this debt.");
    composition_fini(&composition);
    account.language = "es";
    order.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_EMAIL;
    composition = written(&order);
    must_have(composition.body, "Usted debe $170.00.");
    must_have(composition.body, "Usted disputa $40.00 de esta deuda.");
    composition_fini(&composition);
}

/* Others may see a text. */
static void what_names_no_amount_names_no_dispute(void **state)
{
    struct account_description account = known_account();
    struct composition_order order = order_of(&account, DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT, "nudge");
    (void)state;
    account.held_minor = 4000;
    struct composition composition = written(&order);
    must_lack(composition.body, "dispute");
    must_lack(composition.body, "40.00");
    composition_fini(&composition);
}

/* And its validation notice says all that is owed: 12 CFR 1006.34(c)(2)(viii). */
static void a_validation_notice_names_all_of_a_debt_that_is_disputed_in_part(void **state)
{
    struct account_description account = known_account();
    account.held_minor = 4000;
    struct composition_order order =
        order_of(&account, DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER, "us-validation-notice");
    (void)state;
    order.purpose = DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_VALIDATION_NOTICE;
    struct composition composition = written(&order);
    g_autofree char *text = pdf_text(composition.pdf.bytes, composition.pdf.len);
    must_have(text, "Total amount of the debt now: $210.00");
    composition_fini(&composition);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letter_is_its_template_under_the_agencys_head),
        cmocka_unit_test(a_validation_notice_is_the_form_with_the_ledgers_amounts),
        cmocka_unit_test(a_notice_that_does_not_add_up_is_refused),
        cmocka_unit_test(texts_and_e_mails_say_how_to_stop_them),
        cmocka_unit_test(a_message_is_in_the_debtors_language_or_else_in_the_agencys),
        cmocka_unit_test(a_validation_notice_is_in_the_agencys_language),
        cmocka_unit_test(a_word_that_every_text_has_is_no_word_to_stop),
        cmocka_unit_test(what_confirms_an_opt_out_says_nothing_else),
        cmocka_unit_test(what_asks_for_payment_leaves_the_disputed_part_out),
        cmocka_unit_test(what_names_no_amount_names_no_dispute),
        cmocka_unit_test(a_validation_notice_names_all_of_a_debt_that_is_disputed_in_part),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
