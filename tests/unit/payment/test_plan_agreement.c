#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "plan_agreement.h"

/* What an account's postings do to its plan, and who may agree to it; the states themselves: test_plan_model.c.
 *
 * Broken once: what was paid while a plan waited forgotten at its approval, the name of what it replaces lost where
 * that is refused, the next look taken from today instead of from the last review. */

#define TODAY 20600

static struct id numbered(uint8_t number)
{
    return (struct id){{number, [15] = 7}};
}

/* 1,000 in four weekly instalments, the first in a week; proposed. */
static struct plan_agreement weekly(uint8_t number)
{
    const struct plan_terms terms = {
        .owed_minor = 1000, .rhythm = {PLAN_WEEKLY, {TODAY + 7}, 0, 0}, .amounts = PLAN_BY_NUMBER, .number = 4};
    const struct plan_policy policy = {.grace_days = 2, .breaks_in_a_row = 1};
    const struct id plan_id = numbered(number), account_id = numbered(1);
    struct plan_agreement agreement = {.owed = {1000, "USD"}, .made_after = 3, .reason = ""};

    assert_int_equal(plan_propose(&plan_id, &account_id, &terms, &policy, &agreement.plan, NULL), STATUS_OK);
    return agreement;
}

static struct posting posted(enum posting_kind kind, int64_t change_minor, int32_t reverses_number)
{
    return (struct posting){.draft = {.kind = kind,
                                      .change = {change_minor, "USD"},
                                      .effective_on_days = TODAY + 1,
                                      .posted_at = {(TODAY + 1) * US_PER_DAY},
                                      .reverses_number = reverses_number}};
}

static void what_is_paid_while_it_waits_counts_once_it_is_agreed_on(void **state)
{
    struct plan_agreement agreement = weekly(2);
    const struct posting payment = posted(POSTING_PAYMENT, -300, 0), earlier = posted(POSTING_REVERSAL, 100, 2),
                         back = posted(POSTING_REVERSAL, 40, 4);
    (void)state;

    plan_settle(&agreement, &payment, 700);
    plan_settle(&agreement, &earlier, 800); /* of what was paid before it was proposed */
    plan_settle(&agreement, &back, 840);
    assert_int_equal(agreement.plan.state, PLAN_PROPOSED);
    assert_int_equal(agreement.plan.unapplied_minor, 260);
    assert_int_equal(plan_agree(&agreement, NULL, 840, (struct date){TODAY + 2}, NULL), STATUS_OK);
    assert_int_equal(plan_paid(&agreement.plan), 260);
    assert_int_equal(agreement.plan.unapplied_minor, 0);
    assert_int_equal(plan_agree(&agreement, NULL, 840, (struct date){TODAY + 2}, NULL), STATUS_FAILED_PRECONDITION);
}

static void one_that_waits_ends_where_nothing_is_owed(void **state)
{
    struct plan_agreement agreement = weekly(2);
    const struct posting payment = posted(POSTING_PAYMENT, -1000, 0);
    (void)state;

    plan_settle(&agreement, &payment, 0);
    assert_int_equal(agreement.plan.state, PLAN_CANCELLED);
    assert_non_null(strstr(agreement.reason, "nothing is owed"));
}

static void only_what_was_posted_after_it_is_taken_back(void **state)
{
    struct plan_agreement agreement = weekly(2);
    const struct posting payment = posted(POSTING_PAYMENT, -300, 0), earlier = posted(POSTING_REVERSAL, 300, 3),
                         back = posted(POSTING_REVERSAL, 300, 4), charge = posted(POSTING_INTEREST, 50, 0);
    (void)state;

    assert_int_equal(plan_agree(&agreement, NULL, 1000, (struct date){TODAY}, NULL), STATUS_OK);
    plan_settle(&agreement, &payment, 700);
    plan_settle(&agreement, &earlier, 1000);
    plan_settle(&agreement, &charge, 1050);
    assert_int_equal(plan_paid(&agreement.plan), 300);
    plan_settle(&agreement, &back, 1350);
    assert_int_equal(plan_paid(&agreement.plan), 0);
}

static void a_refused_replacement_leaves_both_alone(void **state)
{
    struct plan_agreement earlier = weekly(2), later = weekly(3);
    const struct date today = {TODAY};
    (void)state;

    assert_int_equal(plan_agree(&earlier, NULL, 1000, today, NULL), STATUS_OK);
    assert_int_equal(plan_move(&earlier.plan, PLAN_EVENT_PAID_IN_FULL, NULL, NULL), STATUS_OK);
    later.plan.replaces = earlier.plan.plan_id;
    assert_int_equal(plan_agree(&later, &earlier, 1000, today, NULL), STATUS_FAILED_PRECONDITION);
    assert_int_equal(later.plan.state, PLAN_PROPOSED);
    assert_true(id_equal(&later.plan.replaces, &earlier.plan.plan_id));
    assert_true(id_is_none(&earlier.plan.replaced_by));
}

static void is_looked_at_on_the_first_day_that_was_not_reviewed(void **state)
{
    struct plan_agreement agreement = weekly(2);
    struct instant at = {0};
    const char *text;
    (void)state;

    assert_true(plan_next_look(&agreement.plan, &at)); /* it waits until its first due date is over */
    assert_int_equal(at.us / US_PER_DAY, TODAY + 8);
    assert_int_equal(plan_agree(&agreement, NULL, 1000, (struct date){TODAY}, NULL), STATUS_OK);
    assert_true(plan_next_look(&agreement.plan, &at));
    assert_int_equal(at.us / US_PER_DAY, TODAY + 7 + 3);
    agreement.plan.policy.breaks_in_a_row = 9;
    plan_review(&agreement.plan, (struct date){TODAY + 10}, &text);
    assert_true(plan_next_look(&agreement.plan, &at));
    assert_int_equal(at.us / US_PER_DAY, TODAY + 14 + 3);
    assert_int_equal(plan_hold(&agreement.plan, (struct date){TODAY + 11}, NULL), STATUS_OK);
    assert_false(plan_next_look(&agreement.plan, &at));
}

static void an_account_has_room_for_one_plan(void **state)
{
    struct account account = {.account_id = numbered(1), .balance = {1000, "USD"}};
    struct plan_agreement running = weekly(2), waiting = weekly(3);
    struct error err = {0};
    char text[ID_TEXT_SIZE];
    (void)state;

    assert_int_equal(plan_check_room(&account, NULL, NULL, NULL, NULL), STATUS_OK);
    assert_int_equal(plan_check_room(&account, NULL, &waiting, NULL, &err), STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(err.text, "waits for approval"));
    running.plan.state = PLAN_ON_HOLD;
    assert_int_equal(plan_check_room(&account, &running, NULL, NULL, &err), STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(err.text, id_format(&running.plan.plan_id, text)));
    assert_int_equal(plan_check_room(&account, &running, NULL, &running, NULL), STATUS_OK);
    running.plan.state = PLAN_COMPLETED;
    assert_int_equal(plan_check_room(&account, &running, NULL, NULL, NULL), STATUS_OK);
    account.balance.minor = 0;
    assert_int_equal(plan_check_room(&account, NULL, NULL, NULL, &err), STATUS_FAILED_PRECONDITION);
    account.balance.minor = 1;
    account.is_recalled = true;
    assert_int_equal(plan_check_room(&account, NULL, NULL, NULL, &err), STATUS_FAILED_PRECONDITION);
}

static void a_refusal_says_which_limits_and_who_may(void **state)
{
    static const struct sop_authority AUTHORITIES[] = {{SOP_ROLE_COLLECTOR, 2500, 6, 10, SOP_ROLE_SUPERVISOR}};
    static const struct {
        struct plan_verdict verdict;
        enum sop_role role;
        const char *why;
    } ROWS[] = {
        {{PLAN_LIMIT_TERM, SOP_ROLE_SUPERVISOR},
         SOP_ROLE_COLLECTOR,
         "role: beyond what a collector may agree to, at most 6 months; a supervisor may approve it"},
        {{PLAN_LIMIT_MINIMUM | PLAN_LIMIT_DISCOUNT, 0},
         SOP_ROLE_COLLECTOR,
         "role: beyond what a collector may agree to, instalments of at least 2500 minor units, a discount of at most "
         "10 %; nobody may"},
        {{PLAN_LIMIT_NONE, SOP_ROLE_COLLECTOR},
         SOP_ROLE_MANAGER,
         "role: a manager may agree to no plan; a collector may approve it"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct error err = {0};
        assert_int_equal(plan_refuse(&ROWS[i].verdict, AUTHORITIES, ARRAY_SIZE(AUTHORITIES), ROWS[i].role, &err),
                         STATUS_PERMISSION_DENIED);
        assert_string_equal(err.text, ROWS[i].why);
    }
}

static void begins_today_at_the_earliest(void **state)
{
    const struct plan_agreement agreement = weekly(2);
    struct error err = {0};
    (void)state;

    assert_int_equal(plan_check_begin(&agreement.plan, (struct date){TODAY + 8}, NULL), STATUS_OK);
    assert_int_equal(plan_check_begin(&agreement.plan, (struct date){TODAY + 9}, &err), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "2026-06-03"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_paid_while_it_waits_counts_once_it_is_agreed_on),
        cmocka_unit_test(one_that_waits_ends_where_nothing_is_owed),
        cmocka_unit_test(only_what_was_posted_after_it_is_taken_back),
        cmocka_unit_test(a_refused_replacement_leaves_both_alone),
        cmocka_unit_test(is_looked_at_on_the_first_day_that_was_not_reviewed),
        cmocka_unit_test(an_account_has_room_for_one_plan),
        cmocka_unit_test(a_refusal_says_which_limits_and_who_may),
        cmocka_unit_test(begins_today_at_the_earliest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
