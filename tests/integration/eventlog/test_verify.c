#include "log_fixture.h"

#include <stdio.h>

#define PARTITION 11
#define N_EVENTS  10

static int open_group(void **state)
{
    return open_log(state, "eventlog_verify");
}

static void an_untouched_log_verifies(void **state)
{
    const struct database_fixture *fixture = *state;
    int64_t n = -1;
    assert_int_equal(eventlog_verify(fixture->db, PARTITION, NULL, NULL, &n, NULL), STATUS_OK);
    assert_int_equal(n, 0);
    fill(fixture->db, PARTITION, N_EVENTS);
    fill(fixture->db, PARTITION, 1);
    assert_int_equal(eventlog_verify(fixture->db, PARTITION, NULL, NULL, &n, NULL), STATUS_OK);
    assert_int_equal(n, N_EVENTS + 1);
}

/* Each as the owner of the database, on a log of ten events; all must be found. */
static const struct {
    const char *sql;
    const char *want; /* in the error's text */
} TAMPERS[] = {
    {"UPDATE log.event SET payload = '\\x0A00FE' WHERE seq = 4", "seq 4: its hash"},
    {"UPDATE log.event SET payload = '' WHERE seq = 1", "seq 1: its hash"},
    {"UPDATE log.event SET occurred_at_us = occurred_at_us - 1 WHERE seq = 10", "seq 10: its hash"},
    {"UPDATE log.event SET recorded_at_us = recorded_at_us + 1 WHERE seq = 5", "seq 5: its hash"},
    {"UPDATE log.event SET agency_id = 2 WHERE seq = 5", "seq 5: its hash"},
    {"UPDATE log.event SET debtor_id = NULL WHERE seq = 5", "seq 5: its hash"},
    {"UPDATE log.event SET account_id = debtor_id WHERE seq = 5", "seq 5: its hash"},
    {"UPDATE log.event SET type = 'dunlin.intake.v1.AccountRecalled' WHERE seq = 5", "seq 5: its hash"},
    {"UPDATE log.event SET actor = 'user:anna' WHERE seq = 5", "seq 5: its hash"},
    {"UPDATE log.event SET traceparent = '0' WHERE seq = 5", "seq 5: its hash"},
    {"UPDATE log.event SET hash = decode(repeat('00', 32), 'hex') WHERE seq = 7", "seq 7: its hash"},
    {"UPDATE log.event SET hash = '\\x00' WHERE seq = 7", "seq 7: the hash has 1 bytes"},
    {"DELETE FROM log.event WHERE seq = 10", "seq 10: is missing"},
    {"DELETE FROM log.event WHERE seq = 1", "seq 1: is missing"},
    {"DELETE FROM log.event WHERE seq BETWEEN 4 AND 6", "seq 4: is missing; 7 comes next"},
    {"DELETE FROM log.event", "seq 1: is missing"},
    {"INSERT INTO log.event SELECT partition, seq, recorded_at_us + 1, occurred_at_us, agency_id, debtor_id, "
     "account_id, "
     "type, actor, traceparent, payload, hash FROM log.event WHERE seq = 3",
     "seq 3: is there more than once"},
    {"UPDATE log.event SET seq = -1 WHERE seq = 5; UPDATE log.event SET seq = 5 WHERE seq = 6; UPDATE log.event SET "
     "seq = 6 WHERE seq = -1",
     "seq 5: its hash"},
    {"UPDATE log.event SET partition = 12 WHERE seq = 10", "seq 10: is missing"},
    {"INSERT INTO log.event SELECT partition, 11, recorded_at_us, occurred_at_us, agency_id, debtor_id, account_id, "
     "type, "
     "actor, traceparent, payload, hash FROM log.event WHERE seq = 10",
     "seq 11: is beyond the head"},
    {"UPDATE log.head SET next_seq = 10 WHERE partition = 11", "seq 10: is beyond the head"},
    {"UPDATE log.head SET next_seq = 12 WHERE partition = 11", "seq 11: is missing"},
    {"UPDATE log.head SET hash = decode(repeat('01', 32), 'hex') WHERE partition = 11",
     "seq 10: its hash is not that of the head"},
};

static void every_tampering_is_found_and_named(void **state)
{
    const struct database_fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_SIZE(TAMPERS); i++) {
        (void)empty_log(state);
        fill(fixture->db, PARTITION, N_EVENTS);
        test_database_script(fixture->owner, TAMPERS[i].sql);
        int64_t n = -1;
        struct error err = {0};
        if (eventlog_verify(fixture->db, PARTITION, NULL, NULL, &n, &err) != STATUS_DATA_LOSS)
            fail_msg("not found: %s", TAMPERS[i].sql);
        assert_int_equal(n, -1);
        if (strstr(err.text, "partition 11") == NULL || strstr(err.text, TAMPERS[i].want) == NULL)
            fail_msg("%s: '%s' does not say '%s'", TAMPERS[i].sql, err.text, TAMPERS[i].want);
    }
}

static void a_missing_head_is_found(void **state)
{
    const struct database_fixture *fixture = *state;
    test_database_script(fixture->owner, "DELETE FROM log.head WHERE partition = 11");
    int64_t n = -1;
    enum status st = eventlog_verify(fixture->db, PARTITION, NULL, NULL, &n, NULL);
    test_database_script(fixture->owner, "INSERT INTO log.head VALUES (11, 1, decode(repeat('00', 32), 'hex'))");
    assert_int_equal(st, STATUS_DATA_LOSS);
}

struct progress {
    size_t n_calls;
    int64_t seq;
    struct db *writer;
};

/* Appends while the walk goes on: events after the head that the walk began with are none of its business. */
static void append_meanwhile(void *context, uint16_t partition, int64_t seq, int64_t last_seq)
{
    struct progress *progress = context;
    assert_int_equal(partition, PARTITION);
    assert_int_equal(last_seq, 12000);
    assert_true(seq > progress->seq);
    progress->seq = seq;
    progress->n_calls++;
    fill(progress->writer, PARTITION, 3);
}

static void a_long_log_is_walked_in_chunks_beside_appends(void **state)
{
    const struct database_fixture *fixture = *state;
    for (size_t i = 0; i < 12; i++)
        fill(fixture->db, PARTITION, 1000);
    struct progress progress = {.writer = fixture->owner};
    int64_t n = 0;
    struct error err = {0};
    if (eventlog_verify(fixture->db, PARTITION, append_meanwhile, &progress, &n, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    assert_int_equal(n, 12000);
    assert_int_equal(progress.seq, 12000);
    assert_int_equal(progress.n_calls, 3);
}

#define TEST(function) cmocka_unit_test_setup(function, empty_log)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_untouched_log_verifies),
        TEST(every_tampering_is_found_and_named),
        TEST(a_missing_head_is_found),
        TEST(a_long_log_is_walked_in_chunks_beside_appends),
    };
    return cmocka_run_group_tests(tests, open_group, database_fixture_close);
}
