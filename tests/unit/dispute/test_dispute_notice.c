#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "dispute_notice.h"

/* Broken once to see it fail: a notice that came back counted, one of another debt counted, the earliest end taken, the
 * day of receipt taken where that of submission was known. */

static const struct id DEBT = {{1, [15] = 7}}, OTHER = {{2, [15] = 7}};

static struct notice sent(int day, int32_t ends_on, const struct id *about)
{
    return (struct notice){
        .at = {day * US_PER_DAY},
        .ends_on = {ends_on},
        .account_ids = about ? about->bytes : NULL,
        .n_accounts = about != NULL,
    };
}

static struct notice returned(int day)
{
    return (struct notice){.at = {day * US_PER_DAY}, .is_return = true};
}

static struct notice voided(struct notice notice)
{
    notice.is_void = true;
    return notice;
}

static int32_t end_of(struct notice first, struct notice second, struct notice third)
{
    const struct notice *const notices[] = {&first, &second, &third};

    return notices_end(notices, 3, &DEBT).days;
}

static void the_period_ends_by_the_latest_notice_that_reached_him(void **state)
{
    const struct notice nothing = voided(sent(1, 40, NULL));
    (void)state;

    assert_int_equal(notices_end(NULL, 0, &DEBT).days, 0); /* no notice: it has not ended */
    assert_int_equal(end_of(nothing, nothing, nothing), 0);
    assert_int_equal(end_of(sent(1, 40, &DEBT), nothing, nothing), 40);
    assert_int_equal(end_of(sent(1, 40, NULL), nothing, nothing), 40);  /* of all his debts */
    assert_int_equal(end_of(sent(1, 40, &OTHER), nothing, nothing), 0); /* of another */
    assert_int_equal(end_of(sent(5, 45, &DEBT), sent(1, 40, &DEBT), nothing), 45);
    assert_int_equal(end_of(sent(1, 60, &DEBT), sent(5, 45, &DEBT), nothing),
                     60); /* what he was told last is no shorter */
    assert_int_equal(end_of(sent(1, 40, &DEBT), returned(9), nothing), 0);
    assert_int_equal(end_of(sent(1, 40, &DEBT), returned(9), sent(10, 50, &DEBT)), 50);
    assert_int_equal(end_of(sent(1, 40, &DEBT), voided(returned(9)), nothing), 40);
}

static void a_day_on_or_before_the_end_is_in_time(void **state)
{
    const struct instant noon = {40 * US_PER_DAY + 20 * US_PER_HOUR}, day_after = {41 * US_PER_DAY + 20 * US_PER_HOUR};
    (void)state;

    assert_true(notices_is_timely((struct date){0}, (struct date){0}, day_after));
    assert_true(notices_is_timely((struct date){40}, (struct date){0}, noon));
    assert_false(notices_is_timely((struct date){40}, (struct date){0}, day_after));
    assert_true(notices_is_timely((struct date){40}, (struct date){40}, day_after)); /* the postmark counts */
    assert_false(notices_is_timely((struct date){40}, (struct date){41}, day_after));
    /* In the small hours of UTC it is the day before in all of the United States. */
    assert_true(
        notices_is_timely((struct date){40}, (struct date){0}, (struct instant){41 * US_PER_DAY + US_PER_HOUR}));
}

static void an_end_that_nobody_said_is_the_latest_that_may_have_been_said(void **state)
{
    const struct instant at = {20600 * US_PER_DAY + 15 * US_PER_HOUR}; /* 2026-05-27 */
    (void)state;

    assert_int_equal(notice_end(at, 20640).days, 20640);
    /* Thirty business days with Juneteenth, and Independence Day observed on July 3, among them: July 10. Then 30 days.
     */
    assert_int_equal(notice_end(at, 0).days, 20644 + 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_period_ends_by_the_latest_notice_that_reached_him),
        cmocka_unit_test(a_day_on_or_before_the_end_is_in_time),
        cmocka_unit_test(an_end_that_nobody_said_is_the_latest_that_may_have_been_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
