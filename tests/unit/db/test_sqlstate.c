#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db/db_internal.h"

static void every_state_has_the_status_of_its_remedy(void **state)
{
    (void)state;
    static const struct {
        const char *sqlstate;
        enum status status;
        bool ends_connection;
        const char *meaning;
    } CASES[] = {
        {"08006", STATUS_UNAVAILABLE, true, "connection failure"},
        {"08P01", STATUS_INTERNAL, false, "protocol violation"},
        {"22P02", STATUS_INVALID_ARGUMENT, false, "invalid text representation"},
        {"22021", STATUS_INVALID_ARGUMENT, false, "character not in repertoire"},
        {"23502", STATUS_FAILED_PRECONDITION, false, "not null"},
        {"23503", STATUS_FAILED_PRECONDITION, false, "foreign key"},
        {"23505", STATUS_ALREADY_EXISTS, false, "unique"},
        {"23514", STATUS_FAILED_PRECONDITION, false, "check"},
        {"23P01", STATUS_ALREADY_EXISTS, false, "exclusion"},
        {"25001", STATUS_INTERNAL, false, "active transaction"},
        {"25006", STATUS_UNAVAILABLE, true, "read-only transaction"},
        {"25P02", STATUS_INTERNAL, false, "in failed transaction"},
        {"25P03", STATUS_UNAVAILABLE, true, "idle in transaction"},
        {"26000", STATUS_UNAVAILABLE, true, "no such prepared statement"},
        {"28000", STATUS_PERMISSION_DENIED, false, "no such role"},
        {"28P01", STATUS_PERMISSION_DENIED, false, "wrong password"},
        {"3D000", STATUS_FAILED_PRECONDITION, false, "no such database"},
        {"40001", STATUS_ABORTED, false, "serialisation"},
        {"40P01", STATUS_ABORTED, false, "deadlock"},
        {"42501", STATUS_PERMISSION_DENIED, false, "insufficient privilege"},
        {"42601", STATUS_INTERNAL, false, "syntax"},
        {"42P01", STATUS_INTERNAL, false, "no such table"},
        {"53100", STATUS_UNAVAILABLE, false, "disk full"},
        {"53200", STATUS_RESOURCE_EXHAUSTED, false, "out of memory"},
        {"53300", STATUS_UNAVAILABLE, true, "too many connections"},
        {"55P03", STATUS_ABORTED, false, "lock not available"},
        {"57014", STATUS_DEADLINE_EXCEEDED, false, "query cancelled"},
        {"57P01", STATUS_UNAVAILABLE, true, "admin shutdown"},
        {"57P03", STATUS_UNAVAILABLE, true, "starting up"},
        {"P0001", STATUS_FAILED_PRECONDITION, false, "raise exception"},
        {"XX000", STATUS_INTERNAL, false, "internal error"},
        {"XX001", STATUS_DATA_LOSS, false, "data corrupted"},
        {"ZZ999", STATUS_INTERNAL, false, "unknown"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        bool ends_connection = !CASES[i].ends_connection;
        enum status st = db_status_of_sqlstate(CASES[i].sqlstate, &ends_connection);
        if (st != CASES[i].status || ends_connection != CASES[i].ends_connection)
            fail_msg("%s (%s) is %s%s", CASES[i].sqlstate, CASES[i].meaning, status_name(st),
                     ends_connection ? " and ends the connection" : "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_has_the_status_of_its_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
