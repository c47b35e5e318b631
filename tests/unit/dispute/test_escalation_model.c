#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "escalation_model.h"

/* Broken once to see it fail: the proposer may approve, an agency's escalation handed over as a lawyer's, a rule raised
 * again while its last one is open, a debt of nothing exported. */

#define RAISED_US (20600 * US_PER_DAY)

static const struct escalation_standing FREE = {.owed_minor = 25000, .currency = "USD"};

static struct escalation raised(enum sop_route route, const char *by)
{
    struct escalation escalation = {.route = route,
                                    .raised_by = by,
                                    .raised_at = {RAISED_US},
                                    .rule = "",
                                    .decided_by = "",
                                    .file_id = "",
                                    .note = ""};

    escalation_begin(&escalation);
    return escalation;
}

static enum status move_by(struct escalation *escalation, enum escalation_event event, const char *by,
                           const struct escalation_standing *standing)
{
    struct error err;
    const struct escalation_change change = {.event = event,
                                             .at = {RAISED_US + US_PER_HOUR},
                                             .by = by,
                                             .note = "because",
                                             .owner = "user:ben",
                                             .file_id = "f-1",
                                             .standing = standing};

    return escalation_move(escalation, &change, &err);
}

/* What follows from each state and event; 0: refused. In the order of the events; of the route that the state is of. */
#define C ESCALATION_CLOSED
static const enum escalation_state MOVES[ESCALATION_STATES_END][ESCALATION_EVENTS_END] = {
    [ESCALATION_RAISED] = {ESCALATION_ASSIGNED, 0, 0, 0, 0, C, 0, 0, 0, C},
    [ESCALATION_ASSIGNED] = {ESCALATION_ASSIGNED, 0, 0, 0, 0, C, 0, 0, 0, C},
    [ESCALATION_PROPOSED] = {ESCALATION_PROPOSED, ESCALATION_APPROVED, C, 0, 0, 0, 0, C, 0, C},
    [ESCALATION_APPROVED] = {ESCALATION_APPROVED, 0, 0, ESCALATION_EXPORTED, 0, 0, 0, C, 0, C},
    [ESCALATION_EXPORTED] = {ESCALATION_EXPORTED, 0, 0, 0, 0, 0, C, C, C, C},
    [ESCALATION_HANDED_OVER] = {ESCALATION_HANDED_OVER, 0, 0, 0, 0, 0, 0, C, C, C},
};

static void every_state_takes_only_the_events_that_it_has(void **state)
{
    (void)state;
    for (int from = ESCALATION_RAISED; from < ESCALATION_STATES_END; from++)
        for (int event = 0; event < ESCALATION_EVENTS_END; event++) {
            struct escalation escalation = raised(SOP_ROUTE_AGENCY, "user:anna");
            escalation.state = (enum escalation_state)from;
            const enum status st = move_by(&escalation, (enum escalation_event)event, "user:ben", &FREE);
            const int expected = (int)MOVES[from][event];
            if ((st == STATUS_OK) != (expected != 0) || (int)escalation.state != (expected != 0 ? expected : from))
                fail_msg("state %d, event %d: %s, then state %d", from, event, status_name(st), (int)escalation.state);
        }
}

static void a_lawyer_gets_a_package_and_an_agency_a_file(void **state)
{
    (void)state;
    struct escalation agency = raised(SOP_ROUTE_AGENCY, "user:anna"), legal = raised(SOP_ROUTE_LEGAL, "user:anna");

    agency.state = legal.state = ESCALATION_APPROVED;
    assert_int_equal(move_by(&agency, ESCALATION_EVENT_HAND_OVER, "user:ben", &FREE), STATUS_FAILED_PRECONDITION);
    assert_int_equal(move_by(&legal, ESCALATION_EVENT_EXPORT, "user:ben", &FREE), STATUS_FAILED_PRECONDITION);
    assert_int_equal(move_by(&legal, ESCALATION_EVENT_HAND_OVER, "user:ben", &FREE), STATUS_OK);
    assert_int_equal(legal.state, ESCALATION_HANDED_OVER);
    assert_true(escalation_is_holding(&legal) && !escalation_is_holding(&agency));
    assert_string_equal(legal.file_id, "f-1");
}

static void nothing_goes_out_by_one_person(void **state)
{
    (void)state;
    struct escalation by_hand = raised(SOP_ROUTE_LEGAL, "user:anna"), by_rule = raised(SOP_ROUTE_AGENCY, "");

    assert_int_equal(move_by(&by_hand, ESCALATION_EVENT_APPROVE, "user:anna", &FREE), STATUS_PERMISSION_DENIED);
    assert_int_equal(move_by(&by_hand, ESCALATION_EVENT_APPROVE, "", &FREE), STATUS_PERMISSION_DENIED);
    assert_int_equal(by_hand.state, ESCALATION_PROPOSED);
    assert_int_equal(move_by(&by_hand, ESCALATION_EVENT_APPROVE, "user:ben", &FREE), STATUS_OK);
    assert_int_equal(move_by(&by_hand, ESCALATION_EVENT_HAND_OVER, "user:ben", &FREE), STATUS_OK);
    assert_int_equal(move_by(&by_rule, ESCALATION_EVENT_APPROVE, "user:ben", &FREE), STATUS_OK);
    assert_int_equal(move_by(&by_rule, ESCALATION_EVENT_EXPORT, "user:ben", &FREE), STATUS_PERMISSION_DENIED);
    assert_int_equal(move_by(&by_rule, ESCALATION_EVENT_EXPORT, "user:anna", &FREE), STATUS_OK);
}

static void the_law_keeps_some_debts_back(void **state)
{
    static const struct {
        struct escalation_standing standing;
        enum status agency, legal;
    } rows[] = {
        {{.owed_minor = 1}, STATUS_OK, STATUS_OK},
        {{.owed_minor = 1, .has_attorney = true, .is_ceased = true}, STATUS_OK, STATUS_OK}, /* it is told with it */
        {{.owed_minor = 0}, STATUS_FAILED_PRECONDITION, STATUS_FAILED_PRECONDITION},
        {{.owed_minor = 1, .is_bankrupt = true}, STATUS_FAILED_PRECONDITION, STATUS_FAILED_PRECONDITION},
        {{.owed_minor = 1, .is_deceased = true}, STATUS_FAILED_PRECONDITION, STATUS_FAILED_PRECONDITION},
        {{.owed_minor = 1, .is_disputed = true}, STATUS_OK, STATUS_OK},
        {{.owed_minor = 1, .is_disputed = true, .is_held_by_law = true}, STATUS_OK, STATUS_FAILED_PRECONDITION},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct escalation agency = raised(SOP_ROUTE_AGENCY, "user:anna"), legal = raised(SOP_ROUTE_LEGAL, "user:anna");
        agency.state = ESCALATION_APPROVED;
        if (move_by(&agency, ESCALATION_EVENT_EXPORT, "user:ben", &rows[i].standing) != rows[i].agency ||
            move_by(&legal, ESCALATION_EVENT_APPROVE, "user:ben", &rows[i].standing) != rows[i].legal)
            fail_msg("row %zu", i);
        assert_int_equal(agency.is_disputed, rows[i].agency == STATUS_OK && rows[i].standing.is_disputed);
        assert_int_equal(agency.has_attorney, rows[i].agency == STATUS_OK && rows[i].standing.has_attorney);
    }
}

static void a_rule_is_raised_again_only_when_it_may(void **state)
{
    static const struct sop_escalation ONCE = {.code = "age", .route = SOP_ROUTE_QUEUE},
                                       AGAIN = {.code = "age", .route = SOP_ROUTE_QUEUE, .again_after_days = 30},
                                       OUT = {.code = "out", .route = SOP_ROUTE_AGENCY};
    struct escalation last = raised(SOP_ROUTE_QUEUE, "");
    const struct instant later = {RAISED_US + 30 * US_PER_DAY}, sooner = {later.us - 1};
    unsigned n = 9;

    (void)state;
    last.rule = "age";
    assert_true(escalation_is_due(&ONCE, NULL, later, &n));
    assert_int_equal(n, 0);
    assert_false(escalation_is_due(&ONCE, &last, later, &n));
    assert_false(escalation_is_due(&AGAIN, &last, later, &n)); /* it is open */
    last.state = ESCALATION_CLOSED;
    assert_false(escalation_is_due(&ONCE, &last, later, &n));
    assert_false(escalation_is_due(&AGAIN, &last, sooner, &n));
    assert_true(escalation_is_due(&AGAIN, &last, later, &n));
    assert_int_equal(n, 1);
    struct escalation legal = raised(SOP_ROUTE_LEGAL, "user:anna");
    assert_false(escalation_is_due(&OUT, &legal, later, &n)); /* on its way elsewhere */
    legal.state = ESCALATION_CLOSED;
    assert_true(escalation_is_due(&OUT, &legal, later, &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_takes_only_the_events_that_it_has),
        cmocka_unit_test(a_lawyer_gets_a_package_and_an_agency_a_file),
        cmocka_unit_test(nothing_goes_out_by_one_person),
        cmocka_unit_test(the_law_keeps_some_debts_back),
        cmocka_unit_test(a_rule_is_raised_again_only_when_it_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
