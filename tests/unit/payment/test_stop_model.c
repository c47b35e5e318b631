/* Who is stopped, by what and since when; what that leaves to be collected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "payment_model.h"

static const struct date MONDAY = {20600}, TUESDAY = {20601}, FRIDAY = {20604};

static int open_stops(void **state)
{
    const struct id debtor_id = id_new(7);

    *state = stops_new(&debtor_id);
    return 0;
}

static int close_stops(void **state)
{
    stops_free(*state);
    return 0;
}

static const struct stop *last_of(const struct stops *stops)
{
    return &g_array_index(stops->all, struct stop, stops->all->len - 1);
}

static void begins_and_ends_once(void **state)
{
    struct stops *stops = *state;

    assert_false(stops_end(stops, STOP_BANKRUPTCY, MONDAY));
    assert_true(stops_begin(stops, STOP_BANKRUPTCY, MONDAY));
    assert_false(stops_begin(stops, STOP_BANKRUPTCY, TUESDAY));
    assert_true(stops_stand(stops, STOP_BANKRUPTCY));
    assert_false(stops_stand(stops, STOP_DECEASED));
    assert_false(stops_end(stops, STOP_DECEASED, TUESDAY));
    assert_true(stops_end(stops, STOP_BANKRUPTCY, FRIDAY));
    assert_false(stops_stand(stops, STOP_BANKRUPTCY));
    assert_int_equal(last_of(stops)->from.days, MONDAY.days);
    assert_int_equal(last_of(stops)->last.days, FRIDAY.days);
    assert_int_equal(stops->all->len, 1);
}

static void begins_again_as_another_one_or_on_its_first_day_as_the_same(void **state)
{
    struct stops *stops = *state;

    assert_true(stops_begin(stops, STOP_BANKRUPTCY, MONDAY));
    assert_true(stops_end(stops, STOP_BANKRUPTCY, MONDAY));
    assert_true(stops_begin(stops, STOP_BANKRUPTCY, MONDAY));
    assert_int_equal(stops->all->len, 1);
    assert_int_equal(last_of(stops)->last.days, STOP_STANDS);
    assert_true(stops_end(stops, STOP_BANKRUPTCY, TUESDAY));
    assert_true(stops_begin(stops, STOP_BANKRUPTCY, FRIDAY));
    assert_int_equal(stops->all->len, 2);
    assert_true(stops_stand(stops, STOP_BANKRUPTCY));
}

static void never_ends_before_it_began(void **state)
{
    struct stops *stops = *state;

    assert_true(stops_begin(stops, STOP_DECEASED, TUESDAY));
    assert_true(stops_end(stops, STOP_DECEASED, MONDAY)); /* what contact says came in another order */
    assert_int_equal(last_of(stops)->last.days, TUESDAY.days);
}

static void what_is_stored_is_known_once_and_not_to_be_written(void **state)
{
    struct stops *stops = *state;
    const struct stop stored = {.cause = STOP_BANKRUPTCY, .from = MONDAY, .last = {STOP_STANDS}};

    stops_add(stops, &stored);
    stops_add(stops, &stored); /* with each account of his */
    assert_int_equal(stops->all->len, 1);
    assert_false(last_of(stops)->is_changed);
    assert_true(stops_end(stops, STOP_BANKRUPTCY, FRIDAY));
    assert_true(last_of(stops)->is_changed);
}

static void what_is_refused_is_refused_by_law(void **state)
{
    struct stops *stops = *state;
    struct error err;

    assert_null(stops_reason(NULL));
    assert_null(stops_reason(stops));
    assert_int_equal(stops_check(NULL, &err), STATUS_OK);
    assert_int_equal(stops_check(stops, &err), STATUS_OK);
    assert_true(stops_begin(stops, STOP_DECEASED, MONDAY));
    assert_int_equal(stops_check(stops, &err), STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(err.text, "the debtor is deceased: "));
    assert_non_null(strstr(err.text, "Nacha"));
    assert_true(stops_begin(stops, STOP_BANKRUPTCY, TUESDAY));
    assert_int_equal(stops_check(stops, &err), STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(err.text, "the debtor is bankrupt: "));
    assert_non_null(strstr(err.text, "11 USC 362(a)(6)"));
}

static void nothing_is_collected_while_something_stops_him(void **state)
{
    static const struct {
        int64_t owed_minor, held_minor;
        bool is_stopped;
        int64_t collectable_minor;
        const char *refusal; /* of one minor unit */
    } ROWS[] = {
        {1000, 0, false, 1000, NULL},
        {1000, 0, true, 0, "the debtor is bankrupt"},
        {1000, 300, true, 0, "the debtor is bankrupt"}, /* before the dispute, which ends sooner */
        {1000, 1000, false, 0, "the debt is disputed"},
        {0, 0, true, 0, NULL}, /* nothing is owed: that is refused by others */
        {-5, 0, true, -5, NULL},
    };
    struct stops *stops = *state;

    assert_true(stops_begin(stops, STOP_BANKRUPTCY, MONDAY));
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const struct account account = {
            .balance = {ROWS[i].owed_minor, "USD"},
            .held_minor = ROWS[i].held_minor,
            .stops = ROWS[i].is_stopped ? stops : NULL,
        };
        struct error err = {0};
        assert_int_equal(account_collectable_minor(&account), ROWS[i].collectable_minor);
        assert_int_equal(account_check_held(&account, 1, &err),
                         ROWS[i].refusal ? STATUS_FAILED_PRECONDITION : STATUS_OK);
        assert_true(!ROWS[i].refusal || g_str_has_prefix(err.text, ROWS[i].refusal));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(begins_and_ends_once, open_stops, close_stops),
        cmocka_unit_test_setup_teardown(begins_again_as_another_one_or_on_its_first_day_as_the_same, open_stops,
                                        close_stops),
        cmocka_unit_test_setup_teardown(never_ends_before_it_began, open_stops, close_stops),
        cmocka_unit_test_setup_teardown(what_is_stored_is_known_once_and_not_to_be_written, open_stops, close_stops),
        cmocka_unit_test_setup_teardown(what_is_refused_is_refused_by_law, open_stops, close_stops),
        cmocka_unit_test_setup_teardown(nothing_is_collected_while_something_stops_him, open_stops, close_stops),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
