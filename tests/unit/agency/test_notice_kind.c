#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "agency/notice_kind.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "status/scope.h"

/* What of a dispute is written, and when it is so no longer.
 *
 * Broken once: what the creditor disputed at placement answered as the debtor's; 0x2 != 0. An acknowledgement after the
 * answer; the test of what is no longer so failed. A verification written though nobody asked for it any more; its test
 * failed. */

#define SOURCE(name)  DUNLIN__DISPUTE__V1__DISPUTE_SOURCE__DISPUTE_SOURCE_##name
#define KIND(name)    DUNLIN__DISPUTE__V1__DISPUTE_KIND__DISPUTE_KIND_##name
#define OUTCOME(name) DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_##name
#define STATE(name)   DUNLIN__DISPUTE__V1__DISPUTE_STATE__DISPUTE_STATE_##name

static void what_is_received_is_confirmed_to_who_made_it(void **state)
{
    (void)state;
    static const struct {
        int source, kind;
        enum notice_kind expected;
    } CASES[] = {
        {SOURCE(DEBTOR), KIND(WRITTEN), NOTICE_DISPUTE_RECEIVED},
        {SOURCE(CALL), KIND(ORAL), NOTICE_DISPUTE_RECEIVED},
        {SOURCE(DEBTOR), KIND(PART), NOTICE_DISPUTE_RECEIVED},
        {SOURCE(DEBTOR), KIND(DIRECT), NOTICE_DISPUTE_RECEIVED},
        {SOURCE(UNSPECIFIED), KIND(UNSPECIFIED), NOTICE_DISPUTE_RECEIVED}, /* a log that did not say it */
        {SOURCE(DEBTOR), KIND(IDENTITY_THEFT), NOTICE_DISPUTE_IDENTITY_THEFT},
        {SOURCE(DEBTOR), KIND(DUPLICATE), NOTICE_DISPUTE_DUPLICATE},
        {SOURCE(DEBTOR), KIND(BUREAU), NOTICE_NONE},
        {SOURCE(BUREAU), KIND(WRITTEN), NOTICE_NONE},
        {SOURCE(CLIENT), KIND(WRITTEN), NOTICE_NONE},
    };
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++)
        assert_int_equal(notice_of_opening(&(struct notice_dispute){.source = CASES[i].source, .kind = CASES[i].kind}),
                         CASES[i].expected);
}

static void each_end_has_its_letter(void **state)
{
    (void)state;
    static const struct {
        int outcome;
        int64_t credit_minor;
        enum notice_kind expected;
    } CASES[] = {
        {OUTCOME(REJECTED), 0, NOTICE_DISPUTE_REJECTED},
        {OUTCOME(WITHDRAWN), 0, NOTICE_DISPUTE_WITHDRAWN},
        {OUTCOME(PARTLY), 4000, NOTICE_DISPUTE_CREDITED},
        {OUTCOME(UPHELD), 4000, NOTICE_DISPUTE_CREDITED},
        {OUTCOME(CONCEDED), 1, NOTICE_DISPUTE_CREDITED},
        {OUTCOME(UPHELD), 0, NOTICE_DISPUTE_CLOSED},
        {OUTCOME(CONCEDED), 0, NOTICE_DISPUTE_CLOSED},
        {OUTCOME(RECALLED), 0, NOTICE_NONE},
        {OUTCOME(REPEATED), 0, NOTICE_NONE},
        {OUTCOME(UNSPECIFIED), 0, NOTICE_NONE},
    };
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        struct notice_dispute dispute = {.outcome = CASES[i].outcome, .credit_minor = CASES[i].credit_minor};
        assert_int_equal(notice_of_outcome(&dispute), CASES[i].expected);
        dispute.kind = KIND(BUREAU);
        assert_int_equal(notice_of_outcome(&dispute), NOTICE_NONE);
    }
}

static void what_is_no_longer_so_is_not_written(void **state)
{
    (void)state;
    struct notice_dispute dispute = {.source = SOURCE(DEBTOR), .kind = KIND(WRITTEN), .state = STATE(OPEN)};
    assert_true(notice_is_current(NOTICE_DISPUTE_RECEIVED, &dispute));
    assert_false(notice_is_current(NOTICE_DISPUTE_DUPLICATE, &dispute));
    assert_false(notice_is_current(NOTICE_DISPUTE_FRIVOLOUS, &dispute));
    assert_false(notice_is_current(NOTICE_DISPUTE_REJECTED, &dispute));
    dispute.is_frivolous = true;
    assert_true(notice_is_current(NOTICE_DISPUTE_FRIVOLOUS, &dispute));
    dispute.is_answered = true;
    assert_false(notice_is_current(NOTICE_DISPUTE_RECEIVED, &dispute));
    assert_false(notice_is_current(NOTICE_DISPUTE_FRIVOLOUS, &dispute));
    dispute.state = STATE(RESOLVED);
    dispute.outcome = OUTCOME(REJECTED);
    assert_true(notice_is_current(NOTICE_DISPUTE_REJECTED, &dispute));
    assert_false(notice_is_current(NOTICE_DISPUTE_CREDITED, &dispute));
    dispute.state = STATE(PROPOSED);
    assert_false(notice_is_current(NOTICE_DISPUTE_REJECTED, &dispute));
}

static void verification_is_written_while_it_is_asked_for(void **state)
{
    (void)state;
    struct notice_dispute dispute = {.source = SOURCE(BUREAU), .kind = KIND(WRITTEN), .state = STATE(OPEN)};
    assert_false(notice_is_current(NOTICE_DISPUTE_VERIFICATION, &dispute));
    dispute.is_requested = true;
    assert_true(notice_is_current(NOTICE_DISPUTE_VERIFICATION, &dispute));
    dispute.state = STATE(PROPOSED);
    assert_true(notice_is_current(NOTICE_DISPUTE_VERIFICATION, &dispute));
    dispute.is_answered = true;
    assert_false(notice_is_current(NOTICE_DISPUTE_VERIFICATION, &dispute));
    dispute = (struct notice_dispute){.state = STATE(RESOLVED), .is_requested = true};
    assert_false(notice_is_current(NOTICE_DISPUTE_VERIFICATION, &dispute));
}

static void each_kind_is_of_what_it_is_about(void **state)
{
    (void)state;
    static const struct {
        enum notice_kind kind;
        bool is_of_dispute, is_of_debit, is_outcome, is_demanded;
    } CASES[] = {
        {NOTICE_OPT_OUT_CONFIRMATION, false, false, false, false}, {NOTICE_DISPUTE_RECEIVED, true, false, false, false},
        {NOTICE_DISPUTE_REJECTED, true, false, true, false},       {NOTICE_DISPUTE_CLOSED, true, false, true, false},
        {NOTICE_DEBIT_POSTDATED, false, true, false, true},        {NOTICE_DEBIT_VARYING, false, true, false, true},
        {NOTICE_DISPUTE_VERIFICATION, true, false, false, true},
    };
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        assert_int_equal(notice_is_of_dispute(CASES[i].kind), CASES[i].is_of_dispute);
        assert_int_equal(notice_is_of_debit(CASES[i].kind), CASES[i].is_of_debit);
        assert_int_equal(notice_is_outcome(CASES[i].kind), CASES[i].is_outcome);
        assert_int_equal(notice_is_demanded(CASES[i].kind), CASES[i].is_demanded);
    }
}

static void one_is_received_once_and_ends_each_time(void **state)
{
    (void)state;
    const struct id dispute_id = {{1, [15] = 7}};
    struct id first = notice_id_of(&dispute_id, NOTICE_DISPUTE_RECEIVED, 5);
    struct id second = notice_id_of(&dispute_id, NOTICE_DISPUTE_RECEIVED, 6);
    assert_true(id_equal(&first, &second));
    assert_int_equal(id_partition(&first), 7);
    first = notice_id_of(&dispute_id, NOTICE_DISPUTE_REJECTED, 5);
    assert_false(id_equal(&first, &second));
    second = notice_id_of(&dispute_id, NOTICE_DISPUTE_REJECTED, 6);
    assert_false(id_equal(&first, &second));
}

static void each_kind_is_named_and_has_its_time(void **state)
{
    (void)state;
    for (int kind = NOTICE_NONE + 1; kind < NOTICE_KINDS_END; kind++) {
        const struct notice_rule *rule = notice_rule((enum notice_kind)kind);
        assert_non_null(rule->name);
        assert_true(strlen(rule->step) > 0 && strlen(rule->law) > 0);
        assert_true(notice_is_of_debit((enum notice_kind)kind) ? rule->within_us == 0 : rule->within_us > 0);
        for (int other = NOTICE_NONE + 1; other < kind; other++)
            assert_string_not_equal(rule->step, notice_rule((enum notice_kind)other)->step);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_received_is_confirmed_to_who_made_it),
        cmocka_unit_test(each_end_has_its_letter),
        cmocka_unit_test(what_is_no_longer_so_is_not_written),
        cmocka_unit_test(verification_is_written_while_it_is_asked_for),
        cmocka_unit_test(each_kind_is_of_what_it_is_about),
        cmocka_unit_test(one_is_received_once_and_ends_each_time),
        cmocka_unit_test(each_kind_is_named_and_has_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
