#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "id/id.h"
#include "log_order.h"

/* Broken once: keys were the times themselves, and an event stood before what precedes it in its log; log_order_wants
 * looked only whether there are enough lines, and newer events were missed. */

struct told {
    uint16_t partition;
    int64_t recorded_at_us;
    const char *line; /* NULL: not to be shown */
};

/* Events of all partitions, each partition's in the order of its log. */
struct order_case {
    const char *name;
    struct told log[12];
    size_t last;
    const char *expected;
};

static const struct order_case CASES[] = {
    {"one partition", {{1, 10, "a"}, {1, 20, "b"}, {1, 30, "c"}}, 9, "a b c"},
    {"by time between partitions", {{1, 10, "a"}, {2, 20, "b"}, {1, 30, "c"}, {2, 40, "d"}}, 9, "a b c d"},
    {"the newest only", {{1, 10, "a"}, {2, 20, "b"}, {1, 30, "c"}, {2, 40, "d"}}, 2, "c d"},
    {"a clock set back", {{1, 50, "a"}, {1, 60, "b"}, {1, 20, "c"}, {1, 30, "d"}}, 9, "a b c d"},
    {"a clock set back, the newest only", {{1, 50, "a"}, {1, 60, "b"}, {1, 20, "c"}, {1, 30, "d"}}, 2, "c d"},
    {"set back between others", {{2, 10, "o"}, {1, 50, "a"}, {1, 20, "b"}, {2, 40, "p"}}, 9, "o a b p"},
    {"what is not shown counts for the order", {{1, 50, "a"}, {1, 20, NULL}, {2, 30, "o"}}, 9, "a o"},
    {"one moment", {{1, 10, "a"}, {1, 10, "b"}, {2, 10, "o"}, {1, 10, "c"}, {2, 10, "p"}}, 9, "a b c o p"},
    {"one moment, the newest only", {{2, 10, "o"}, {2, 10, "p"}, {1, 10, "a"}}, 2, "o p"},
    {"nothing", {{0}}, 9, ""},
};

static void do_nothing(void *line)
{
    (void)line;
}

/* As `dunlin log tail` does, with chunks of one event; *ret_read is how many it has read. */
static char *show(const struct order_case *each, size_t *ret_read)
{
    SCOPED(log_order_freep) struct log_order *order = log_order_new(each->last, do_nothing);
    size_t n = 0, unread[PARTITION_COUNT];
    while (n < ARRAY_SIZE(each->log) && each->log[n].recorded_at_us != 0)
        n++;
    for (size_t p = 0; p < PARTITION_COUNT; p++)
        unread[p] = n;
    *ret_read = 0;
    for (bool is_over = false; !is_over;) {
        is_over = true;
        for (uint16_t p = 1; p < 4; p++) {
            while (unread[p] > 0 && each->log[unread[p] - 1].partition != p)
                unread[p]--;
            if (unread[p] == 0 || !log_order_wants(order, p))
                continue;
            const struct told *told = &each->log[--unread[p]];
            log_order_add(order, p, (int64_t)unread[p], told->recorded_at_us, (void *)(uintptr_t)told->line);
            log_order_settle(order);
            (*ret_read)++;
            is_over = false;
        }
    }
    GPtrArray *lines = log_order_take(order);
    g_ptr_array_add(lines, NULL);
    char *text = g_strjoinv(" ", (char **)lines->pdata);
    g_ptr_array_set_size(lines, 0);
    g_ptr_array_unref(lines);
    return text;
}

static void a_partition_keeps_its_order_and_times_order_the_others(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        size_t n_read = 0;
        char *text = show(&CASES[i], &n_read);
        if (strcmp(text, CASES[i].expected) != 0)
            fail_msg("%s: '%s', not '%s'", CASES[i].name, text, CASES[i].expected);
        g_free(text);
    }
}

/* A partition that is quiet for long has enough lines to fill the screen, and none of them is new. */
static void a_busy_partition_is_read_further_back_than_a_quiet_one(void **state)
{
    (void)state;
    static const struct order_case BUSY = {
        "busy",
        {{2, 1, "x"}, {2, 2, "y"}, {2, 3, "z"}, {1, 10, "a"}, {1, 11, NULL}, {1, 12, "b"}, {1, 13, NULL}, {1, 14, "c"}},
        3,
        "a b c"};
    size_t n_read = 0;
    char *text = show(&BUSY, &n_read);
    assert_string_equal(text, BUSY.expected);
    assert_in_range(n_read, 6, 7); /* but the oldest of the quiet one */
    g_free(text);
}

static void lines_that_are_not_shown_are_freed(void **state)
{
    (void)state;
    struct log_order *order = log_order_new(2, free);
    for (int64_t seq = 9; seq > 0; seq--)
        log_order_add(order, 1, seq, seq, malloc(1));
    log_order_settle(order);
    g_ptr_array_unref(log_order_take(order));
    log_order_add(order, 1, 10, 10, malloc(1));
    log_order_free(order);
    log_order_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_partition_keeps_its_order_and_times_order_the_others),
        cmocka_unit_test(a_busy_partition_is_read_further_back_than_a_quiet_one),
        cmocka_unit_test(lines_that_are_not_shown_are_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
