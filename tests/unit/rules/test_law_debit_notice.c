/* Notices before a debit or a deposit: whether, and when.
 *
 * Broken once to see it fail: nine days instead of ten, a notice on a Saturday, a window that is over taken for open,
 * the ends of a range taken for outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/law_dates.h"
#include "rules/law_debit_notice.h"

static struct date on(const char *text)
{
    struct date date;
    assert_int_equal(date_parse(text, "YYYY-MM-DD", &date, NULL), STATUS_OK);
    return date;
}

static void assert_day(struct date date, const char *expected)
{
    char text[DATE_TEXT_SIZE];
    assert_string_equal(date_format(date, text), expected);
}

static void a_notice_of_a_varying_amount_leaves_ten_days_before_on_a_business_day(void **state)
{
    (void)state;
    assert_day(law_varying_notice_begins(on("2026-06-26"), 0), "2026-06-16"); /* Friday: Tuesday */
    assert_day(law_varying_notice_begins(on("2026-06-30"), 0), "2026-06-18"); /* a Saturday, and Juneteenth before */
    assert_day(law_varying_notice_begins(on("2026-06-26"), 2), "2026-06-12"); /* over a weekend */
    for (struct date day = on("2026-01-01"); day.days < on("2028-03-01").days; day.days++) {
        const struct date begins = law_varying_notice_begins(day, 0);
        assert_true(day.days - begins.days >= 10);
        assert_true(law_is_business_day(begins, LAW_HOLIDAYS_STATUTE));
    }
}

static void a_notice_is_due_where_the_amount_varies_unless_chosen_otherwise(void **state)
{
    static const struct {
        int64_t amount, previous;
        struct law_varying_option option;
        bool is_due;
    } ROWS[] = {
        {5000, 5000, {0}, false},
        {4999, 5000, {0}, true},
        {5001, 5000, {0}, true},
        {4999, 5000, {.has_range = true, .least_minor = 4000, .most_minor = 6000}, false},
        {4000, 6000, {.has_range = true, .least_minor = 4000, .most_minor = 6000}, false},
        {3999, 5000, {.has_range = true, .least_minor = 4000, .most_minor = 6000}, true},
        {6001, 6001, {.has_range = true, .least_minor = 4000, .most_minor = 6000}, true},
        {5100, 5000, {.has_difference = true, .difference_minor = 100}, false},
        {5101, 5000, {.has_difference = true, .difference_minor = 100}, true},
        {4899, 5000, {.has_difference = true, .difference_minor = 100}, true},
        {5500, 5000, {true, 4000, 6000, true, 100}, true},
        {5050, 5000, {true, 4000, 6000, true, 100}, false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++)
        if (law_varying_notice_is_due(ROWS[i].amount, ROWS[i].previous, &ROWS[i].option) != ROWS[i].is_due)
            fail_msg("row %zu", i);
}

static void a_postdated_instrument_is_announced_within_its_window(void **state)
{
    static const struct {
        const char *accepted, *deposit, *today;
        enum law_postdated verdict;
        const char *send;
    } ROWS[] = {
        {"2026-06-01", "2026-06-06", "2026-06-01", LAW_POSTDATED_FREE, NULL},
        {"2026-06-01", "2026-06-07", "2026-06-01", LAW_POSTDATED_NOTICE, "2026-06-01"},
        {"2026-03-01", "2026-06-12", "2026-03-01", LAW_POSTDATED_NOTICE, "2026-05-29"}, /* ten business days before */
        {"2026-03-01", "2026-06-12", "2026-06-06", LAW_POSTDATED_NOTICE, "2026-06-08"}, /* from Saturday to Monday */
        {"2026-03-01", "2026-06-12", "2026-06-09", LAW_POSTDATED_NOTICE, "2026-06-09"}, /* the last day */
        {"2026-03-01", "2026-06-12", "2026-06-10", LAW_POSTDATED_TOO_LATE, NULL},
        /* Memorial Day, 25 May, is no business day. */
        {"2026-03-01", "2026-05-28", "2026-05-22", LAW_POSTDATED_NOTICE, "2026-05-22"},
        {"2026-03-01", "2026-05-28", "2026-05-23", LAW_POSTDATED_TOO_LATE, NULL},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct date send = {-1};
        const enum law_postdated verdict =
            law_postdated_notice_day(on(ROWS[i].accepted), on(ROWS[i].deposit), on(ROWS[i].today), &send);
        assert_int_equal(verdict, ROWS[i].verdict);
        if (ROWS[i].send != NULL)
            assert_day(send, ROWS[i].send);
        else
            assert_int_equal(send.days, -1);
    }
}

static void a_late_notice_moves_the_deposit(void **state)
{
    (void)state;
    assert_day(law_postdated_deposit_earliest(on("2026-05-22")), "2026-05-28");
    assert_day(law_postdated_deposit_earliest(on("2026-05-23")), "2026-05-29");
    for (struct date day = on("2026-01-01"); day.days < on("2028-03-01").days; day.days++) {
        const struct date deposit = law_postdated_deposit_earliest(day);
        struct date send;
        assert_int_equal(law_postdated_notice_day((struct date){day.days - 90}, deposit, day, &send),
                         LAW_POSTDATED_NOTICE);
        assert_true(send.days >= day.days);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_notice_of_a_varying_amount_leaves_ten_days_before_on_a_business_day),
        cmocka_unit_test(a_notice_is_due_where_the_amount_varies_unless_chosen_otherwise),
        cmocka_unit_test(a_postdated_instrument_is_announced_within_its_window),
        cmocka_unit_test(a_late_notice_moves_the_deposit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
