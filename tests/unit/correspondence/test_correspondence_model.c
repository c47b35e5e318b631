#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "correspondence_model.h"

/* Promise P2: no message is sent twice, none is taken back.
 *
 * Broken once: DELIVERED made reachable from UNDELIVERABLE; the walk failed with "undeliverable + event 3: OK,
 * delivered". */

#define NO MESSAGE_SENDING /* no move leads back there */

static void every_state_moves_as_the_table_says_and_no_other_way(void **state)
{
    /* One row a state, one column an event. */
    static const enum message_state EXPECTED[][MESSAGE_EVENT_RETURNED + 1] = {
        [MESSAGE_SENDING] = {MESSAGE_SENT, MESSAGE_NOT_SENT, MESSAGE_UNDELIVERABLE, MESSAGE_DELIVERED,
                             MESSAGE_UNDELIVERABLE},
        [MESSAGE_SENT] = {MESSAGE_SENT, NO, NO, MESSAGE_DELIVERED, MESSAGE_UNDELIVERABLE},
        [MESSAGE_NOT_SENT] = {NO, MESSAGE_NOT_SENT, NO, NO, NO},
        [MESSAGE_DELIVERED] = {MESSAGE_DELIVERED, NO, NO, MESSAGE_DELIVERED, MESSAGE_UNDELIVERABLE},
        [MESSAGE_PERMITTED] = {NO, MESSAGE_NOT_SENT, NO, NO, NO},
        [MESSAGE_UNDELIVERABLE] = {NO, NO, MESSAGE_UNDELIVERABLE, NO, MESSAGE_UNDELIVERABLE},
    };
    (void)state;
    for (enum message_state from = MESSAGE_SENDING; from <= MESSAGE_PERMITTED; from++)
        for (enum message_event event = 0; event <= MESSAGE_EVENT_RETURNED; event++) {
            enum message_state to = from;
            const char *text = NULL;
            struct error err = {0};
            const enum message_state expected = EXPECTED[from][event];
            const enum status st = message_move(&to, event, &text, &err);
            if (st != (expected == NO ? STATUS_FAILED_PRECONDITION : STATUS_OK) ||
                to != (expected == NO ? from : expected))
                fail_msg("%s + event %d: %s, %s", message_state_name(from), (int)event, status_name(st),
                         message_state_name(to));
            assert_true(expected == NO ? err.text[0] != '\0' : text != NULL);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_moves_as_the_table_says_and_no_other_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
