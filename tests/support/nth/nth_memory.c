#include "nth_memory.h"

#include <errno.h>
#include <execinfo.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* Finding out who asked takes longer than all the rest. */
#define STACKS_MAX 16

extern __attribute__((weak)) void __lsan_disable(void);
extern __attribute__((weak)) void __lsan_enable(void);

static __thread struct {
    struct nth_allocations *into; /* NULL: not armed */
    size_t n;
    bool stays_out;
    int n_stacks;
} plan;

/* Its first call loads the unwinder, which keeps memory. */
static void load_unwinder(void)
{
    void *frame;
    if (__lsan_disable)
        __lsan_disable();
    (void)backtrace(&frame, 1);
    if (__lsan_enable)
        __lsan_enable();
}

void nth_memory_arm(struct nth_allocations *into, size_t n, bool stays_out)
{
    load_unwinder();
    *into = (struct nth_allocations){0};
    plan.n = n;
    plan.stays_out = stays_out;
    plan.n_stacks = 0;
    plan.into = into;
}

void nth_memory_disarm(void)
{
    plan.into = NULL;
}

struct nth_allocations *nth_memory_pause(void)
{
    struct nth_allocations *paused = plan.into;
    plan.into = NULL;
    return paused;
}

void nth_memory_resume(struct nth_allocations *paused)
{
    plan.into = paused;
}

/* Counts one; true where it shall fail. */
static bool is_out(size_t bytes)
{
    struct nth_allocations *into = plan.into;
    if (into == NULL)
        return false;
    into->n++;
    if (plan.n == 0 || into->n < plan.n || (into->n > plan.n && !plan.stays_out))
        return false;
    if (plan.n_stacks++ < STACKS_MAX) {
        plan.into = NULL;
        into->last.n = backtrace(into->last.frames, NTH_FRAMES);
        plan.into = into;
    }
    if (!into->has_failed) {
        into->first = into->last;
        into->failed_bytes = bytes;
        into->has_failed = true;
    }
    errno = ENOMEM;
    return true;
}

/* The sanitizer's, where there is one, else libc's. */
#define BEHIND(call, parameters, arguments)                                                                            \
    extern __attribute__((weak)) void *__interceptor_##call parameters;                                                \
    extern void *__libc_##call parameters;                                                                             \
    static void *behind_##call parameters                                                                              \
    {                                                                                                                  \
        return __interceptor_##call ? __interceptor_##call arguments : __libc_##call arguments;                        \
    }                                                                                                                  \
    _Static_assert(sizeof(#call) > 0, "")

BEHIND(malloc, (size_t size), (size));
BEHIND(calloc, (size_t n, size_t size), (n, size));
BEHIND(realloc, (void *old, size_t size), (old, size));
BEHIND(memalign, (size_t alignment, size_t size), (alignment, size));

void *malloc(size_t size)
{
    return is_out(size) ? NULL : behind_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return is_out(n * size) ? NULL : behind_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    return is_out(size) ? NULL : behind_realloc(old, size);
}

void *reallocarray(void *old, size_t n, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(n, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(old, bytes);
}

void *memalign(size_t alignment, size_t size)
{
    return is_out(size) ? NULL : behind_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **ret, size_t alignment, size_t size)
{
    void *made = memalign(alignment, size);
    if (made == NULL)
        return ENOMEM;
    *ret = made;
    return 0;
}

static char *copy(const char *text, size_t len)
{
    char *made = malloc(len + 1);
    if (made == NULL)
        return NULL;
    made[len] = '\0';
    return memcpy(made, text, len);
}

char *strndup(const char *text, size_t max)
{
    return copy(text, strnlen(text, max));
}

char *strdup(const char *text)
{
    return copy(text, strlen(text));
}
