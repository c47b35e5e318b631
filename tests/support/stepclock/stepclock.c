#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Preloaded, it takes the place of libc's clock: CLOCK_REALTIME is ahead of the machine's by the microseconds that the
 * first eight bytes of the file named by DUNLIN_TEST_CLOCK say at that moment. The other clocks are the machine's, as
 * when somebody sets the time: so a test steps the clock of running processes. Not libfaketime, which takes the place
 * of dozens of functions and does not get on with the sanitizers. */

static const volatile int64_t *ahead_us;

__attribute__((constructor)) static void open_clock(void)
{
    const char *path = getenv("DUNLIN_TEST_CLOCK");
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *file = mmap(NULL, sizeof(*ahead_us), PROT_READ, MAP_SHARED, fd, 0);
    ahead_us = file != MAP_FAILED ? file : NULL;
    (void)close(fd);
}

int clock_gettime(clockid_t which, struct timespec *now)
{
    if (syscall(SYS_clock_gettime, which, now) != 0)
        return -1;
    if (which != CLOCK_REALTIME || ahead_us == NULL)
        return 0;
    int64_t us = (int64_t)now->tv_sec * 1000000 + now->tv_nsec / 1000 + *ahead_us;
    now->tv_sec = us / 1000000;
    now->tv_nsec = us % 1000000 * 1000;
    return 0;
}
