/* Due dates and amounts of a plan's instalments.
 *
 * Broken once to see it fail: the day of a short month kept for the months after it, the month of the second day of two
 * counted once too often, the division rounded down, a down payment of everything, 367 instalments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "payment_model.h"
#include "plan_schedule.h"

static struct date on(const char *text)
{
    struct date date;
    assert_int_equal(date_parse(text, "YYYY-MM-DD", &date, NULL), STATUS_OK);
    return date;
}

static void assert_due(const struct plan_rhythm *rhythm, int32_t n, const char *expected)
{
    struct date due;
    struct error err;
    char text[DATE_TEXT_SIZE];
    if (plan_due_date(rhythm, n, &due, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    assert_string_equal(date_format(due, text), expected);
}

static void falls_due_by_its_frequency_and_goes_back_to_the_wanted_day(void **state)
{
    static const struct {
        enum plan_frequency frequency;
        const char *first;
        int32_t day, second_day;
        const char *due[5];
    } ROWS[] = {
        {PLAN_WEEKLY, "2024-02-22", 0, 0, {"2024-02-22", "2024-02-29", "2024-03-07", "2024-03-14", "2024-03-21"}},
        {PLAN_TWO_WEEKLY, "2023-12-25", 0, 0, {"2023-12-25", "2024-01-08", "2024-01-22", "2024-02-05", "2024-02-19"}},
        {PLAN_TWICE_A_MONTH,
         "2023-01-15",
         15,
         31,
         {"2023-01-15", "2023-01-31", "2023-02-15", "2023-02-28", "2023-03-15"}},
        {PLAN_TWICE_A_MONTH,
         "2023-12-31",
         15,
         31,
         {"2023-12-31", "2024-01-15", "2024-01-31", "2024-02-15", "2024-02-29"}},
        {PLAN_TWICE_A_MONTH,
         "2023-02-28",
         27,
         28,
         {"2023-02-28", "2023-03-27", "2023-03-28", "2023-04-27", "2023-04-28"}},
        {PLAN_MONTHLY, "2023-01-31", 0, 0, {"2023-01-31", "2023-02-28", "2023-03-31", "2023-04-30", "2023-05-31"}},
        {PLAN_MONTHLY, "2023-12-30", 0, 0, {"2023-12-30", "2024-01-30", "2024-02-29", "2024-03-30", "2024-04-30"}},
        {PLAN_MONTHLY, "2023-02-28", 31, 0, {"2023-02-28", "2023-03-31", "2023-04-30", "2023-05-31", "2023-06-30"}},
        {PLAN_MONTHLY, "2023-02-28", 0, 0, {"2023-02-28", "2023-03-28", "2023-04-28", "2023-05-28", "2023-06-28"}},
        {PLAN_QUARTERLY, "2023-11-30", 0, 0, {"2023-11-30", "2024-02-29", "2024-05-30", "2024-08-30", "2024-11-30"}},
        {PLAN_YEARLY, "2024-02-29", 0, 0, {"2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"}},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const struct plan_rhythm rhythm = {ROWS[i].frequency, on(ROWS[i].first), ROWS[i].day, ROWS[i].second_day};
        for (int32_t n = 0; n < 5; n++)
            assert_due(&rhythm, n, ROWS[i].due[n]);
    }
}

static void refuses_days_that_do_not_fit_the_frequency(void **state)
{
    static const struct {
        enum plan_frequency frequency;
        const char *first;
        int32_t day, second_day;
        const char *why;
    } ROWS[] = {
        {(enum plan_frequency)0, "2023-01-15", 0, 0, "no frequency"},
        {(enum plan_frequency)PLAN_FREQUENCIES_END, "2023-01-15", 0, 0, "no frequency"},
        {PLAN_WEEKLY, "2023-01-15", 15, 0, "a day of the month, weekly"},
        {PLAN_MONTHLY, "2023-01-15", 16, 0, "not on its day"},
        {PLAN_MONTHLY, "2023-01-31", 32, 0, "no such day"},
        {PLAN_MONTHLY, "2023-01-31", -1, 0, "no such day"},
        {PLAN_MONTHLY, "2023-01-15", 15, 20, "a second day, monthly"},
        {PLAN_TWICE_A_MONTH, "2023-01-15", 0, 31, "no first day"},
        {PLAN_TWICE_A_MONTH, "2023-01-15", 15, 15, "one day twice"},
        {PLAN_TWICE_A_MONTH, "2023-01-15", 15, 0, "no second day"},
        {PLAN_TWICE_A_MONTH, "2023-01-15", 15, 32, "no such day"},
        {PLAN_TWICE_A_MONTH, "2023-01-28", 28, 31, "two days that are one in February"},
        {PLAN_TWICE_A_MONTH, "2023-01-16", 15, 31, "on neither day"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const struct plan_rhythm rhythm = {ROWS[i].frequency, on(ROWS[i].first), ROWS[i].day, ROWS[i].second_day};
        struct date due;
        if (plan_due_date(&rhythm, 0, &due, NULL) != STATUS_INVALID_ARGUMENT)
            fail_msg("accepted: %s", ROWS[i].why);
    }
}

static void ends_with_the_calendar(void **state)
{
    static const enum plan_frequency MONTHS[] = {PLAN_MONTHLY, PLAN_QUARTERLY, PLAN_YEARLY};
    struct plan_rhythm rhythm = {PLAN_WEEKLY, {EFFECTIVE_ON_MAX}, 0, 0};
    struct date due;
    (void)state;
    assert_int_equal(plan_due_date(&rhythm, 0, &due, NULL), STATUS_OK);
    assert_int_equal(plan_due_date(&rhythm, 1, &due, NULL), STATUS_OUT_OF_RANGE);
    assert_int_equal(plan_due_date(&rhythm, -1, &due, NULL), STATUS_OUT_OF_RANGE);
    for (size_t i = 0; i < ARRAY_SIZE(MONTHS); i++) {
        rhythm.frequency = MONTHS[i];
        assert_int_equal(plan_due_date(&rhythm, 1, &due, NULL), STATUS_OUT_OF_RANGE);
        assert_int_equal(plan_due_date(&rhythm, INT32_MAX, &due, NULL), STATUS_OUT_OF_RANGE);
    }
    rhythm = (struct plan_rhythm){PLAN_TWICE_A_MONTH, {EFFECTIVE_ON_MAX}, 15, 31};
    assert_int_equal(plan_due_date(&rhythm, 1, &due, NULL), STATUS_OUT_OF_RANGE);
    assert_int_equal(plan_due_date(&rhythm, INT32_MAX, &due, NULL), STATUS_OUT_OF_RANGE);
    rhythm.first_due.days = EFFECTIVE_ON_MAX + 1;
    assert_int_equal(plan_due_date(&rhythm, 0, &due, NULL), STATUS_INVALID_ARGUMENT);
}

static void counts_a_term_in_months_begun(void **state)
{
    static const struct {
        const char *agreed_on, *due;
        int32_t months;
    } ROWS[] = {
        {"2024-01-31", "2024-01-31", 0},  {"2024-01-31", "2024-01-01", 0}, {"2024-01-31", "2024-02-01", 1},
        {"2024-01-31", "2024-02-29", 1},  {"2024-01-31", "2024-03-01", 2}, {"2024-01-31", "2025-01-31", 12},
        {"2024-01-31", "2025-02-01", 13}, {"2024-12-15", "2025-01-15", 1}, {"2024-12-15", "2025-01-16", 2},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++)
        assert_int_equal(plan_term_months(on(ROWS[i].agreed_on), on(ROWS[i].due)), ROWS[i].months);
    assert_int_equal(plan_add_months((struct date){INT32_MAX}, 1).days, INT32_MAX);
}

static struct plan_terms monthly(int64_t owed_minor)
{
    return (struct plan_terms){.owed_minor = owed_minor,
                               .rhythm = {PLAN_MONTHLY, on("2024-01-31"), 0, 0},
                               .amounts = PLAN_BY_NUMBER,
                               .number = 1};
}

static void assert_amounts(const struct plan_terms *terms, int32_t n, const int64_t *amounts)
{
    struct plan_schedule schedule;
    struct error err;
    if (plan_schedule_make(terms, &schedule, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    assert_int_equal(schedule.n, n);
    for (int32_t i = 0; i < n; i++) {
        assert_int_equal(schedule.instalments[i].amount_minor, amounts[i]);
        assert_int_equal(schedule.instalments[i].grace_from.days, schedule.instalments[i].due.days);
    }
    assert_int_equal(plan_schedule_check(&schedule, terms->owed_minor - terms->discount_minor, NULL), STATUS_OK);
}

static void the_last_instalment_takes_the_rest_and_is_never_the_largest(void **state)
{
    struct plan_terms terms = monthly(10000);
    (void)state;
    terms.number = 3;
    assert_amounts(&terms, 3, (const int64_t[]){3334, 3334, 3332});
    terms.number = 1;
    assert_amounts(&terms, 1, (const int64_t[]){10000});
    terms.amounts = PLAN_BY_AMOUNT;
    terms.amount_minor = 4000;
    assert_amounts(&terms, 3, (const int64_t[]){4000, 4000, 2000});
    terms.amount_minor = 5000;
    assert_amounts(&terms, 2, (const int64_t[]){5000, 5000});
    terms.amount_minor = INT64_MAX;
    assert_amounts(&terms, 1, (const int64_t[]){10000});
}

static void a_down_payment_comes_first_and_a_discount_is_not_asked_for(void **state)
{
    struct plan_terms terms = monthly(10000);
    struct plan_schedule schedule;
    (void)state;
    terms.discount_minor = 1999;
    terms.down_payment_minor = 1;
    terms.down_payment_on = on("2024-01-31");
    terms.number = 4;
    assert_amounts(&terms, 5, (const int64_t[]){1, 2000, 2000, 2000, 2000});
    terms.down_payment_on = on("2024-01-02");
    assert_int_equal(plan_schedule_make(&terms, &schedule, NULL), STATUS_OK);
    assert_int_equal(schedule.instalments[0].due.days, on("2024-01-02").days);
    assert_int_equal(schedule.instalments[2].due.days, on("2024-02-29").days);
}

static void steps_come_to_what_is_to_be_paid(void **state)
{
    static const struct plan_step STEPS[] = {{2, 1000}, {1, 3000}, {1, 5000}};
    struct plan_terms terms = monthly(10000);
    (void)state;
    terms.amounts = PLAN_STEPPED;
    terms.steps = STEPS;
    terms.n_steps = 3;
    assert_amounts(&terms, 4, (const int64_t[]){1000, 1000, 3000, 5000});
}

static void refuses_terms_that_are_no_plan(void **state)
{
    static const struct plan_step STEPS[] = {{2, 1000}}, ZERO[] = {{1, 10000}, {1, 0}}, NONE[] = {{0, 1000}},
                                  MANY[] = {{INT32_MAX, 1}};
#define MONTHLY .rhythm = { PLAN_MONTHLY, {19753}, 0, 0 }
    static const struct {
        struct plan_terms terms;
        enum status status;
        const char *why;
    } ROWS[] = {
        {{.owed_minor = 0, MONTHLY, .amounts = PLAN_BY_NUMBER, .number = 1},
         STATUS_INVALID_ARGUMENT,
         "nothing is owed"},
        {{.owed_minor = 9, .discount_minor = -1, MONTHLY, .amounts = PLAN_BY_NUMBER, .number = 1},
         STATUS_INVALID_ARGUMENT,
         "negative"},
        {{.owed_minor = 9, .down_payment_minor = -1, MONTHLY, .amounts = PLAN_BY_NUMBER, .number = 1},
         STATUS_INVALID_ARGUMENT,
         "negative"},
        {{.owed_minor = 9, .discount_minor = 9, MONTHLY, .amounts = PLAN_BY_NUMBER, .number = 1},
         STATUS_INVALID_ARGUMENT,
         "leaves nothing"},
        {{.owed_minor = 9, .down_payment_minor = 9, MONTHLY, .amounts = PLAN_BY_NUMBER, .number = 1},
         STATUS_INVALID_ARGUMENT,
         "down payment leaves"},
        {{.owed_minor = 9,
          .down_payment_minor = 1,
          .down_payment_on = {19754},
          MONTHLY,
          .amounts = PLAN_BY_NUMBER,
          .number = 1},
         STATUS_INVALID_ARGUMENT,
         "after the first"},
        {{.owed_minor = 9, MONTHLY, .number = 1}, STATUS_INVALID_ARGUMENT, "amounts"},
        {{.owed_minor = 9, MONTHLY, .amounts = PLAN_BY_NUMBER}, STATUS_INVALID_ARGUMENT, "number: 0"},
        {{.owed_minor = 999999, MONTHLY, .amounts = PLAN_BY_NUMBER, .number = 367},
         STATUS_INVALID_ARGUMENT,
         "number: 367"},
        {{.owed_minor = 999999,
          .down_payment_minor = 1,
          .down_payment_on = {19753},
          MONTHLY,
          .amounts = PLAN_BY_NUMBER,
          .number = 366},
         STATUS_INVALID_ARGUMENT,
         "more than 366"},
        {{.owed_minor = 10, MONTHLY, .amounts = PLAN_BY_NUMBER, .number = 7},
         STATUS_INVALID_ARGUMENT,
         "5 instalments of 2"},
        {{.owed_minor = 10, MONTHLY, .amounts = PLAN_BY_AMOUNT}, STATUS_INVALID_ARGUMENT, "amount_minor"},
        {{.owed_minor = 367, MONTHLY, .amounts = PLAN_BY_AMOUNT, .amount_minor = 1},
         STATUS_INVALID_ARGUMENT,
         "more than 366"},
        {{.owed_minor = 2001, MONTHLY, .amounts = PLAN_STEPPED, .steps = STEPS, .n_steps = 1},
         STATUS_INVALID_ARGUMENT,
         "1 minor units less"},
        {{.owed_minor = 1999, MONTHLY, .amounts = PLAN_STEPPED, .steps = STEPS, .n_steps = 1},
         STATUS_INVALID_ARGUMENT,
         "more than is to be paid"},
        {{.owed_minor = 10000, MONTHLY, .amounts = PLAN_STEPPED, .steps = ZERO, .n_steps = 2},
         STATUS_INVALID_ARGUMENT,
         "of 0 minor"},
        {{.owed_minor = 10000, MONTHLY, .amounts = PLAN_STEPPED, .steps = NONE, .n_steps = 1},
         STATUS_INVALID_ARGUMENT,
         "0 instalments"},
        {{.owed_minor = 10000, MONTHLY, .amounts = PLAN_STEPPED, .steps = MANY, .n_steps = 1},
         STATUS_INVALID_ARGUMENT,
         "more than 366"},
        {{.owed_minor = 10000, MONTHLY, .amounts = PLAN_STEPPED}, STATUS_INVALID_ARGUMENT, "less than"},
        {{.owed_minor = 9, .rhythm = {PLAN_MONTHLY, {19753}, 1, 0}, .amounts = PLAN_BY_NUMBER, .number = 1},
         STATUS_INVALID_ARGUMENT,
         "first_due"},
        {{.owed_minor = 9000, .rhythm = {PLAN_YEARLY, {19753}, 0, 0}, .amounts = PLAN_BY_NUMBER, .number = 200},
         STATUS_OUT_OF_RANGE,
         "2199"},
    };
#undef MONTHLY
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct plan_schedule schedule = {.n = 77};
        struct error err = {0};
        assert_int_equal(plan_schedule_make(&ROWS[i].terms, &schedule, &err), ROWS[i].status);
        if (!strstr(err.text, ROWS[i].why))
            fail_msg("row %zu: '%s' lacks '%s'", i, err.text, ROWS[i].why);
        assert_int_equal(schedule.n, 77);
    }
}

static void takes_as_many_instalments_as_there_may_be(void **state)
{
    struct plan_terms terms = monthly(INT64_MAX);
    struct plan_schedule schedule;
    (void)state;
    terms.number = PLAN_INSTALMENTS_MAX;
    assert_int_equal(plan_schedule_make(&terms, &schedule, NULL), STATUS_OK);
    assert_int_equal(schedule.n, PLAN_INSTALMENTS_MAX);
    assert_int_equal(plan_schedule_check(&schedule, INT64_MAX, NULL), STATUS_OK);
}

static void sees_a_schedule_that_does_not_add_up(void **state)
{
    const struct plan_schedule good = {2, {{.due = {5}, .amount_minor = 1}, {.due = {5}, .amount_minor = 2}}};
    struct plan_schedule bad[6] = {good, good, good, good, good, good};
    (void)state;
    assert_int_equal(plan_schedule_check(&good, 3, NULL), STATUS_OK);
    assert_int_equal(plan_schedule_check(&good, 4, NULL), STATUS_INVALID_ARGUMENT);
    bad[0].n = 0;
    bad[1].n = PLAN_INSTALMENTS_MAX + 1;
    bad[2].instalments[0].amount_minor = 0;
    bad[3].instalments[1].amount_minor = INT64_MAX;
    bad[4].instalments[1].due.days = 4;
    bad[5].instalments[1].amount_minor = -2;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_int_equal(plan_schedule_check(&bad[i], 3, NULL), STATUS_INVALID_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(falls_due_by_its_frequency_and_goes_back_to_the_wanted_day),
        cmocka_unit_test(refuses_days_that_do_not_fit_the_frequency),
        cmocka_unit_test(ends_with_the_calendar),
        cmocka_unit_test(counts_a_term_in_months_begun),
        cmocka_unit_test(the_last_instalment_takes_the_rest_and_is_never_the_largest),
        cmocka_unit_test(a_down_payment_comes_first_and_a_discount_is_not_asked_for),
        cmocka_unit_test(steps_come_to_what_is_to_be_paid),
        cmocka_unit_test(refuses_terms_that_are_no_plan),
        cmocka_unit_test(takes_as_many_instalments_as_there_may_be),
        cmocka_unit_test(sees_a_schedule_that_does_not_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
