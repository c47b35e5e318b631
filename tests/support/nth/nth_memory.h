#ifndef DUNLIN_TESTS_SUPPORT_NTH_NTH_MEMORY_H
#define DUNLIN_TESTS_SUPPORT_NTH_NTH_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Lets the n-th allocation of one thread fail: this program's own malloc and its like stand before those of libc and of
 * the address sanitizer, for shared libraries too. */

#define NTH_FRAMES 24

/* Who asked for memory that he did not get, innermost first. */
struct nth_stack {
    int n;
    void *frames[NTH_FRAMES];
};

/* What happened since nth_memory_arm. Lives in memory that a forked child shares with its parent. */
struct nth_allocations {
    size_t n;
    bool has_failed;
    size_t failed_bytes;
    struct nth_stack first, last; /* of those that failed */
};

/* From here on this thread's allocations count into `into`; the n-th fails (0: none does), and so do all after it where
 * memory `stays_out`. */
void nth_memory_arm(struct nth_allocations *into, size_t n, bool stays_out);
void nth_memory_disarm(void);

/* Between them nothing counts and nothing fails. */
struct nth_allocations *nth_memory_pause(void);
void nth_memory_resume(struct nth_allocations *paused);

#endif
