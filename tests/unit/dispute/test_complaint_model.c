#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "complaint_model.h"

/* Broken once to see it fail: the second clock counted from the acknowledgement, a resolved complaint that goes on
 * holding, a reopened one that keeps its outcome. */

#define RECEIVED_US (20600 * US_PER_DAY)

static const struct sop SOP = {
    .complaints =
        {
            [SOP_SEVERITY_LOW] = {120, 30, false},
            [SOP_SEVERITY_CRITICAL] = {8, 5, true},
        },
};

static struct complaint opened(enum sop_severity severity)
{
    struct complaint complaint = {.severity = severity,
                                  .received_at = {RECEIVED_US},
                                  .owner = "",
                                  .note = "",
                                  .cause_text = "",
                                  .resolved_by = ""};

    complaint_open(&complaint, &SOP);
    return complaint;
}

static enum status move(struct complaint *complaint, enum complaint_event event, struct error *err)
{
    const struct complaint_change change = {
        .event = event,
        .at = {RECEIVED_US + US_PER_HOUR},
        .by = "user:anna",
        .note = "because",
        .owner = "user:ben",
        .severity = SOP_SEVERITY_CRITICAL,
        .outcome = COMPLAINT_JUSTIFIED,
        .cause = COMPLAINT_CAUSE_CONDUCT,
        .cause_text = "",
    };

    return complaint_move(complaint, &change, &SOP, err);
}

/* What follows from each state and event; 0: refused. In the order of the events. */
static const enum complaint_state MOVES[COMPLAINT_STATES_END][COMPLAINT_EVENTS_END] = {
    [COMPLAINT_RECEIVED] = {COMPLAINT_RECEIVED, COMPLAINT_RECEIVED, COMPLAINT_ACKNOWLEDGED, COMPLAINT_INVESTIGATING,
                            COMPLAINT_RESOLVED, 0, 0, COMPLAINT_RECEIVED},
    [COMPLAINT_ACKNOWLEDGED] = {COMPLAINT_ACKNOWLEDGED, COMPLAINT_ACKNOWLEDGED, 0, COMPLAINT_INVESTIGATING,
                                COMPLAINT_RESOLVED, 0, 0, COMPLAINT_ACKNOWLEDGED},
    [COMPLAINT_INVESTIGATING] = {COMPLAINT_INVESTIGATING, COMPLAINT_INVESTIGATING, COMPLAINT_INVESTIGATING, 0,
                                 COMPLAINT_RESOLVED, 0, 0, COMPLAINT_INVESTIGATING},
    [COMPLAINT_RESOLVED] = {0, 0, 0, 0, 0, COMPLAINT_CLOSED, COMPLAINT_INVESTIGATING, 0},
    [COMPLAINT_CLOSED] = {0, 0, 0, 0, 0, 0, COMPLAINT_INVESTIGATING, 0},
};

static void every_state_takes_only_the_events_that_it_has(void **state)
{
    (void)state;
    for (int from = COMPLAINT_RECEIVED; from < COMPLAINT_STATES_END; from++)
        for (int event = 0; event < COMPLAINT_EVENTS_END; event++) {
            struct complaint complaint = opened(SOP_SEVERITY_LOW);
            complaint.state = (enum complaint_state)from;
            const struct complaint before = complaint;
            const enum status st = move(&complaint, (enum complaint_event)event, NULL);
            if (MOVES[from][event] == 0) {
                assert_int_equal(st, STATUS_FAILED_PRECONDITION);
                assert_memory_equal(&complaint, &before, sizeof(before));
            } else {
                assert_int_equal(st, STATUS_OK);
                assert_int_equal(complaint.state, MOVES[from][event]);
                assert_string_equal(complaint.note, "because");
            }
        }
}

static void two_clocks_run_one_after_the_other_from_receipt(void **state)
{
    struct complaint complaint = opened(SOP_SEVERITY_LOW);
    struct error err = {0};
    (void)state;

    assert_true(complaint.due_at.us == RECEIVED_US + 120 * US_PER_HOUR);
    assert_int_equal(move(&complaint, COMPLAINT_EVENT_OVERDUE, NULL), STATUS_OK);
    assert_true(complaint.is_escalated);
    assert_int_equal(move(&complaint, COMPLAINT_EVENT_INVESTIGATE, NULL), STATUS_OK);
    assert_true(complaint.due_at.us == RECEIVED_US + 120 * US_PER_HOUR); /* nobody has told the complainant yet */
    assert_int_equal(move(&complaint, COMPLAINT_EVENT_ACKNOWLEDGE, NULL), STATUS_OK);
    assert_true(complaint.due_at.us == RECEIVED_US + 30 * US_PER_DAY);
    assert_false(complaint.is_escalated); /* of this clock */
    assert_int_equal(move(&complaint, COMPLAINT_EVENT_ACKNOWLEDGE, &err), STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(err.text, "acknowledged already"));
    assert_int_equal(move(&complaint, COMPLAINT_EVENT_REGRADE, NULL), STATUS_OK);
    assert_true(complaint.due_at.us == RECEIVED_US + 5 * US_PER_DAY);
    assert_int_equal(move(&complaint, COMPLAINT_EVENT_RESOLVE, NULL), STATUS_OK);
    assert_true(complaint.due_at.us == 0);
    assert_string_equal(complaint.resolved_by, "user:anna");
    assert_int_equal(move(&complaint, COMPLAINT_EVENT_REOPEN, NULL), STATUS_OK);
    assert_true(complaint.due_at.us == RECEIVED_US + US_PER_HOUR + 5 * US_PER_DAY); /* from now on */
    assert_int_equal(complaint.outcome, COMPLAINT_PENDING);
}

static void a_severity_holds_contact_until_it_is_resolved(void **state)
{
    struct complaint complaint = opened(SOP_SEVERITY_CRITICAL), low = opened(SOP_SEVERITY_LOW);
    (void)state;

    assert_true(complaint_is_holding(&complaint));
    assert_false(complaint_is_holding(&low));
    assert_int_equal(move(&low, COMPLAINT_EVENT_REGRADE, NULL), STATUS_OK);
    assert_true(complaint_is_holding(&low));
    assert_int_equal(move(&complaint, COMPLAINT_EVENT_RESOLVE, NULL), STATUS_OK);
    assert_false(complaint_is_holding(&complaint));
    assert_true(complaint.acknowledged_at.us != 0); /* the answer says so too */
    assert_int_equal(move(&complaint, COMPLAINT_EVENT_REOPEN, NULL), STATUS_OK);
    assert_true(complaint_is_holding(&complaint));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_takes_only_the_events_that_it_has),
        cmocka_unit_test(two_clocks_run_one_after_the_other_from_receipt),
        cmocka_unit_test(a_severity_holds_contact_until_it_is_resolved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
