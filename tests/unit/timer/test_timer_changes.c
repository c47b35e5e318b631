#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "timer/timer.h"
#include "timer_sql.h"

static struct id subject(uint16_t partition, const char *key)
{
    return id_derive_root(partition, "subject", key, strlen(key));
}

static void set(struct timer_changes *changes, const char *kind, struct id subject_id, int64_t due_at_us)
{
    timer_set(changes, &(struct timer){.kind = kind,
                                       .subject_id = subject_id,
                                       .debtor_id = subject(id_partition(&subject_id), "debtor"),
                                       .agency_id = 1,
                                       .due_at = {due_at_us}});
}

static void cancel(struct timer_changes *changes, const char *kind, struct id subject_id)
{
    timer_cancel(changes, kind, &subject_id);
}

static void assert_calls(const struct timer_changes *changes, size_t n_set, size_t n_cancelled)
{
    struct timer_changes_call storage = {0};
    struct db_call calls[TIMER_CHANGES_CALLS] = {0};
    size_t n = timer_changes_prepare("contact", changes, &storage, calls);
    assert_int_equal(n, (n_set > 0) + (n_cancelled > 0));
    if (n_set > 0)
        assert_ptr_equal(calls[0].statement, &TIMER_TIMER_UPSERT);
    if (n_cancelled > 0)
        assert_ptr_equal(calls[n - 1].statement, &TIMER_TIMER_DELETE);
    for (size_t i = 0; i < TIMER_COLUMNS; i++)
        assert_int_equal(db_array_length(storage.set[i]), n_set);
    for (size_t i = 0; i < ARRAY_SIZE(storage.cancelled); i++)
        assert_int_equal(db_array_length(storage.cancelled[i]), n_cancelled);
    timer_changes_call_clear(&storage);
}

static void no_changes_are_no_statement(void **state)
{
    (void)state;
    struct timer_changes *changes = timer_changes_new();
    assert_int_equal(timer_changes_count(changes), 0);
    assert_calls(changes, 0, 0);
    assert_int_equal(timer_changes_write(&(struct db_tx){0}, "contact", changes, NULL), STATUS_OK);
    timer_changes_freep(&changes);
    assert_null(changes);
    timer_changes_free(NULL);
}

static void a_timer_is_told_apart_by_kind_and_subject(void **state)
{
    (void)state;
    struct timer_changes *changes = timer_changes_new();
    set(changes, "aging", subject(1, "a"), 10);
    set(changes, "aging", subject(1, "b"), 10);
    set(changes, "aging", subject(2, "a"), 10);
    set(changes, "promise", subject(1, "a"), 10);
    assert_int_equal(timer_changes_count(changes), 4);
    assert_calls(changes, 4, 0);
    timer_changes_free(changes);
}

static void the_last_word_on_a_timer_wins(void **state)
{
    (void)state;
    struct timer_changes *changes = timer_changes_new();
    set(changes, "aging", subject(1, "a"), 10);
    set(changes, "aging", subject(1, "a"), 20);
    assert_calls(changes, 1, 0);
    cancel(changes, "aging", subject(1, "a"));
    assert_int_equal(timer_changes_count(changes), 1);
    assert_calls(changes, 0, 1);
    set(changes, "aging", subject(1, "a"), 30);
    assert_calls(changes, 1, 0);
    cancel(changes, "promise", subject(1, "a"));
    assert_calls(changes, 1, 1);
    timer_changes_free(changes);
}

static void a_kind_need_not_outlive_the_call(void **state)
{
    (void)state;
    struct timer_changes *changes = timer_changes_new();
    char kind[] = "aging";
    set(changes, kind, subject(1, "a"), 10);
    memset(kind, 'x', sizeof(kind) - 1);
    set(changes, "aging", subject(1, "a"), 20);
    assert_int_equal(timer_changes_count(changes), 1);
    timer_changes_free(changes);
}

static void many_timers_stay_apart(void **state)
{
    (void)state;
    struct timer_changes *changes = timer_changes_new();
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 5000; i++)
            set(changes, "aging", id_derive_root((uint16_t)(i % PARTITION_COUNT), "subject", &i, sizeof(i)), round);
    }
    assert_int_equal(timer_changes_count(changes), 5000);
    timer_changes_free(changes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_changes_are_no_statement),   cmocka_unit_test(a_timer_is_told_apart_by_kind_and_subject),
        cmocka_unit_test(the_last_word_on_a_timer_wins), cmocka_unit_test(a_kind_need_not_outlive_the_call),
        cmocka_unit_test(many_timers_stay_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
