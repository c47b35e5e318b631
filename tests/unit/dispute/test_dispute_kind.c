#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "dispute_kind.h"

/* Broken once to see it fail: a late dispute held by law, a part held as the whole, the extension without its 15 days,
 * the frivolous notice after five calendar days. */

#define RECEIVED_US (20600 * US_PER_DAY + 15 * US_PER_HOUR) /* 2026-05-27, a Wednesday, in all of the United States */

static void every_kind_says_what_follows_from_it(void **state)
{
    (void)state;
    for (int kind = KIND_UNKNOWN; kind < KINDS_END; kind++) {
        const struct kind_rule *rule = kind_rule((enum dispute_kind)kind);
        assert_non_null(rule->name);
        assert_non_null(rule->response);
        assert_non_null(rule->answerer);
        assert_non_null(rule->hold_ends);
        assert_non_null(strstr(rule->law, rule->law[0] == '1' && rule->law[1] == '5' ? "USC" : "CFR"));
        assert_true(rule->hold >= LAW_HOLD_NOTHING && rule->hold <= LAW_HOLD_WHOLE);
    }
}

static void the_law_holds_what_is_written_in_time(void **state)
{
    static const struct {
        enum dispute_kind kind;
        bool is_written, is_timely;
        enum law_hold hold;
    } rows[] = {
        {KIND_WRITTEN, true, true, LAW_HOLD_WHOLE},
        {KIND_ORAL, false, true, LAW_HOLD_NOTHING},
        {KIND_LATE, true, false, LAW_HOLD_NOTHING},
        {KIND_DUPLICATE, true, true, LAW_HOLD_WHOLE},
        {KIND_DUPLICATE, true, false, LAW_HOLD_NOTHING},
        {KIND_PART, true, true, LAW_HOLD_PART},
        {KIND_PART, false, true, LAW_HOLD_NOTHING}, /* said on the phone */
        {KIND_PART, true, false, LAW_HOLD_NOTHING},
        {KIND_ORIGINAL_CREDITOR, true, true, LAW_HOLD_WHOLE},
        {KIND_ORIGINAL_CREDITOR, true, false, LAW_HOLD_NOTHING},
        {KIND_IDENTITY_THEFT, true, true, LAW_HOLD_WHOLE},
        {KIND_DIRECT, true, true, LAW_HOLD_WHOLE}, /* to the collector it is a dispute of the debt, too */
        {KIND_DIRECT, true, false, LAW_HOLD_NOTHING},
        {KIND_BUREAU, true, true, LAW_HOLD_NOTHING}, /* the bureau wrote, not the consumer */
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (kind_law_hold(rows[i].kind, rows[i].is_written, rows[i].is_timely) != rows[i].hold)
            fail_msg("row %zu", i);
}

static void the_kind_follows_from_what_is_said(void **state)
{
    static const struct {
        struct kind_claim claim;
        enum dispute_kind kind; /* KIND_UNKNOWN: refused */
        const char *why;
    } rows[] = {
        {{KIND_UNKNOWN, true, true, 0}, KIND_WRITTEN, NULL},
        {{KIND_UNKNOWN, true, false, 0}, KIND_LATE, NULL},
        {{KIND_UNKNOWN, false, true, 0}, KIND_ORAL, NULL},
        {{KIND_UNKNOWN, true, true, 500}, KIND_PART, NULL},
        {{KIND_WRITTEN, true, false, 0}, KIND_LATE, NULL}, /* the service decides */
        {{KIND_PART, true, true, 500}, KIND_PART, NULL},
        {{KIND_DIRECT, true, false, 0}, KIND_DIRECT, NULL},
        {{KIND_BUREAU, true, false, 0}, KIND_BUREAU, NULL},
        {{KIND_LATE, true, false, 0}, KIND_UNKNOWN, "say written"},
        {{KIND_WRITTEN, false, true, 0}, KIND_UNKNOWN, "is_written"},
        {{KIND_ORAL, true, true, 0}, KIND_UNKNOWN, "is_written"},
        {{KIND_PART, true, true, 0}, KIND_UNKNOWN, "amount_minor"},
        {{KIND_DIRECT, true, true, 500}, KIND_UNKNOWN, "amount_minor"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        enum dispute_kind kind = KIND_UNKNOWN;
        struct error err = {0};
        enum status st = kind_decide(&rows[i].claim, &kind, &err);
        if (kind != rows[i].kind || (rows[i].why && (st != STATUS_INVALID_ARGUMENT || !strstr(err.text, rows[i].why))))
            fail_msg("row %zu: %s", i, err.text);
    }
}

static void deadlines_are_those_of_the_law_or_the_policy(void **state)
{
    struct kind_clock clock = {.received_at = {RECEIVED_US}, .policy_days = 14, .answer_due_on = {20610}};
    (void)state;

    assert_true(kind_deadline(KIND_WRITTEN, &clock).us == RECEIVED_US + 14 * US_PER_DAY);
    assert_true(kind_deadline(KIND_ORAL, &clock).us == RECEIVED_US + 14 * US_PER_DAY);
    assert_true(kind_deadline(KIND_DIRECT, &clock).us == (20600 + 30 + 1) * US_PER_DAY); /* the end of that day */
    clock.is_extended = true;
    assert_true(kind_deadline(KIND_DIRECT, &clock).us == (20600 + 45 + 1) * US_PER_DAY);
    assert_true(kind_deadline(KIND_WRITTEN, &clock).us == RECEIVED_US + 14 * US_PER_DAY);
    assert_true(kind_deadline(KIND_BUREAU, &clock).us == (20610 + 1) * US_PER_DAY);
    assert_int_equal(kind_information_latest((struct instant){RECEIVED_US}).days, 20600 + 30);
    /* Wednesday, 2026-05-27: Thursday, Friday, Monday, Tuesday, Wednesday. */
    assert_true(kind_frivolous_deadline((struct instant){RECEIVED_US}).us == (20600 + 7 + 1) * US_PER_DAY);
    /* Over Independence Day, a Saturday in 2026, which is no business day anyway: from Monday, 2026-06-29, to 07-06. */
    assert_true(kind_frivolous_deadline((struct instant){20633 * US_PER_DAY + 15 * US_PER_HOUR}).us ==
                (20640 + 1) * US_PER_DAY);
}

static void a_day_is_taken_in_the_debtors_favour(void **state)
{
    (void)state;
    assert_int_equal(kind_earliest_day((struct instant){20600 * US_PER_DAY + 10 * US_PER_HOUR}).days, 20599);
    assert_int_equal(kind_earliest_day((struct instant){20600 * US_PER_DAY + 11 * US_PER_HOUR}).days, 20600);
    assert_int_equal(kind_latest_day((struct instant){20600 * US_PER_DAY}).days, 20600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_says_what_follows_from_it),
        cmocka_unit_test(the_law_holds_what_is_written_in_time),
        cmocka_unit_test(the_kind_follows_from_what_is_said),
        cmocka_unit_test(deadlines_are_those_of_the_law_or_the_policy),
        cmocka_unit_test(a_day_is_taken_in_the_debtors_favour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
