#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agency/opt_out.h"
#include "status/status.h"

/* Promise P1: an opt-out in whatever words. */

static void words_that_mean_stop_are_understood(void **state)
{
    static const char *const STOPS[] = {"STOP",        "stop",   "Stop.",       " quit ",
                                        "END",         "revoke", "OPT OUT",     "opt-out",
                                        "optout",      "Cancel", "UNSUBSCRIBE", "STOP texting me!",
                                        "please stop", "ALTO",   "stopall",     "\uff33\uff34\uff2f\uff30"};
    static const char *const OTHERS[] = {
        "", "I will pay on Friday", "unstoppable", "weekend", "who is this?", "sto p", "Yes", "endless"};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(STOPS); i++)
        if (!is_opt_out_text(STOPS[i], NULL, 0))
            fail_msg("'%s' asks to stop", STOPS[i]);
    for (size_t i = 0; i < ARRAY_SIZE(OTHERS); i++)
        if (is_opt_out_text(OTHERS[i], NULL, 0))
            fail_msg("'%s' does not ask to stop", OTHERS[i]);
}

static void an_agencys_own_words_count_on_top_of_those_that_always_do(void **state)
{
    char german[] = "abmelden", also[] = "Keine SMS", french[] = "arre\u0302t", letter[] = "x";
    char *germans[] = {german, also}, *frenchs[] = {french}, *letters[] = {letter};
    const struct opt_out_words more[] = {
        {.words = germans, .n_words = 2}, {.words = frenchs, .n_words = 1}, {.words = letters, .n_words = 1}};
    static const char *const STOPS[] = {"Abmelden!", "bitte keine  sms mehr", "ARR\u00caT", "stop", "Parar"};
    static const char *const OTHERS[] = {"anmelden", "keine Ahnung", "x", "SMS"};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(STOPS); i++)
        if (!is_opt_out_text(STOPS[i], more, ARRAY_SIZE(more)))
            fail_msg("'%s' asks to stop", STOPS[i]);
    for (size_t i = 0; i < ARRAY_SIZE(OTHERS); i++)
        if (is_opt_out_text(OTHERS[i], more, ARRAY_SIZE(more)))
            fail_msg("'%s' does not ask to stop", OTHERS[i]);
    assert_false(is_opt_out_text("abmelden", NULL, 0));
    assert_false(is_opt_out_word("...") || is_opt_out_word("x 1") || is_opt_out_word(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_that_mean_stop_are_understood),
        cmocka_unit_test(an_agencys_own_words_count_on_top_of_those_that_always_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
