#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "dispute_model.h"

#define OPENED_US (20600 * US_PER_DAY + 7 * US_PER_HOUR)

static const struct account ACCOUNT = {
    .account_id = {{1, [15] = 7}},
    .debtor_id = {{2, [15] = 7}},
    .agency_id = 3,
};

static struct dispute opened(void)
{
    const struct dispute_claim claim = {
        .dispute_id = {{4, [15] = 7}},
        .source = SOURCE_DEBTOR,
        .reason = "not mine",
        .is_written = true,
        .opened_at = {OPENED_US},
        .verification_days = 30,
    };

    return dispute_open(&ACCOUNT, &claim);
}

static void a_new_dispute_is_open_until_its_verification_is_due(void **state)
{
    struct dispute dispute = opened();
    (void)state;

    assert_int_equal(dispute.state, DISPUTE_OPEN);
    assert_int_equal(dispute.outcome, OUTCOME_PENDING);
    assert_int_equal(dispute.source, SOURCE_DEBTOR);
    assert_string_equal(dispute.reason, "not mine");
    assert_true(dispute.is_written);
    assert_false(dispute.is_escalated);
    assert_true(dispute.opened_at.us == OPENED_US);
    assert_true(dispute.deadline_at.us == OPENED_US + 30 * US_PER_DAY);
    assert_true(id_equal(&dispute.account_id, &ACCOUNT.account_id));
    assert_true(id_equal(&dispute.debtor_id, &ACCOUNT.debtor_id));
    assert_int_equal(dispute.agency_id, 3);
}

/* Every state with every event; what has no row here must be refused and change nothing. */
static void every_state_takes_only_the_events_that_it_has(void **state)
{
    static const struct {
        enum dispute_state from;
        enum dispute_event event;
        enum dispute_state to;
        enum dispute_outcome outcome;
    } rows[] = {
        {DISPUTE_OPEN, DISPUTE_EVENT_VERIFY, DISPUTE_VERIFIED, OUTCOME_PENDING},
        {DISPUTE_OPEN, DISPUTE_EVENT_UPHOLD, DISPUTE_RESOLVED, OUTCOME_UPHELD},
        {DISPUTE_OPEN, DISPUTE_EVENT_REJECT, DISPUTE_RESOLVED, OUTCOME_REJECTED},
        {DISPUTE_OPEN, DISPUTE_EVENT_WITHDRAW, DISPUTE_RESOLVED, OUTCOME_WITHDRAWN},
        {DISPUTE_OPEN, DISPUTE_EVENT_RECALL, DISPUTE_RESOLVED, OUTCOME_RECALLED},
        {DISPUTE_OPEN, DISPUTE_EVENT_OVERDUE, DISPUTE_OPEN, OUTCOME_PENDING},
        {DISPUTE_VERIFIED, DISPUTE_EVENT_UPHOLD, DISPUTE_RESOLVED, OUTCOME_UPHELD},
        {DISPUTE_VERIFIED, DISPUTE_EVENT_REJECT, DISPUTE_RESOLVED, OUTCOME_REJECTED},
        {DISPUTE_VERIFIED, DISPUTE_EVENT_WITHDRAW, DISPUTE_RESOLVED, OUTCOME_WITHDRAWN},
        {DISPUTE_VERIFIED, DISPUTE_EVENT_RECALL, DISPUTE_RESOLVED, OUTCOME_RECALLED},
        {DISPUTE_VERIFIED, DISPUTE_EVENT_REPEAT, DISPUTE_RESOLVED, OUTCOME_REPEATED},
    };
    (void)state;

    for (int from = DISPUTE_OPEN; from < DISPUTE_STATES_END; from++)
        for (int event = 0; event < DISPUTE_EVENTS_END; event++) {
            struct dispute dispute = opened();
            const char *text = NULL;
            size_t row = 0;
            dispute.state = (enum dispute_state)from;
            while (row < ARRAY_SIZE(rows) && ((int)rows[row].from != from || (int)rows[row].event != event))
                row++;
            enum status st = dispute_move(&dispute, (enum dispute_event)event, "because", &text, NULL);
            if (row == ARRAY_SIZE(rows)) {
                assert_int_equal(st, STATUS_FAILED_PRECONDITION);
                assert_int_equal(dispute.state, from);
                assert_int_equal(dispute.outcome, OUTCOME_PENDING);
                assert_string_equal(dispute.note, "");
                assert_null(text);
                continue;
            }
            assert_int_equal(st, STATUS_OK);
            assert_int_equal(dispute.state, rows[row].to);
            assert_int_equal(dispute.outcome, rows[row].outcome);
            assert_string_equal(dispute.note, "because");
            assert_non_null(text);
        }
}

static void a_refusal_says_in_which_state_the_dispute_is(void **state)
{
    struct dispute dispute = opened();
    struct error err = {0};
    const char *text;
    (void)state;

    assert_int_equal(dispute_move(&dispute, DISPUTE_EVENT_VERIFY, "", &text, NULL), STATUS_OK);
    assert_int_equal(dispute_move(&dispute, DISPUTE_EVENT_VERIFY, "", &text, &err), STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(err.text, "verified already"));
}

static void has_no_deadline_once_it_is_not_open(void **state)
{
    static const enum dispute_event events[] = {DISPUTE_EVENT_VERIFY, DISPUTE_EVENT_REJECT, DISPUTE_EVENT_RECALL};
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
        struct dispute dispute = opened();
        const char *text;
        assert_int_equal(dispute_move(&dispute, events[i], "", &text, NULL), STATUS_OK);
        assert_true(dispute.deadline_at.us == 0);
    }
}

static void an_overdue_dispute_stays_due_and_is_escalated(void **state)
{
    struct dispute dispute = opened();
    const char *text;
    (void)state;

    assert_int_equal(dispute_move(&dispute, DISPUTE_EVENT_OVERDUE, "", &text, NULL), STATUS_OK);
    assert_true(dispute.is_escalated);
    assert_true(dispute.deadline_at.us == OPENED_US + 30 * US_PER_DAY);
    /* Late verification is still verification; that it was escalated is not forgotten. */
    assert_int_equal(dispute_move(&dispute, DISPUTE_EVENT_VERIFY, "", &text, NULL), STATUS_OK);
    assert_true(dispute.is_escalated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_dispute_is_open_until_its_verification_is_due),
        cmocka_unit_test(every_state_takes_only_the_events_that_it_has),
        cmocka_unit_test(a_refusal_says_in_which_state_the_dispute_is),
        cmocka_unit_test(has_no_deadline_once_it_is_not_open),
        cmocka_unit_test(an_overdue_dispute_stays_due_and_is_escalated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
