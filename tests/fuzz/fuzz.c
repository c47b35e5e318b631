#include "fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define STRETCH_MARK 0xF5
#define STRETCH_UNIT 1000

void fuzz_fail(const char *file, int line, const char *condition, const char *format, ...)
{
    va_list args;
    (void)fprintf(stderr, "%s:%d: does not hold: %s: ", file, line, condition);
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
    abort();
}

const char *fuzz_file(unsigned slot, const void *bytes, size_t len)
{
    static struct {
        int fd;
        char path[64];
    } files[2];

    FUZZ_CHECK(slot < G_N_ELEMENTS(files), "slot %u", slot);
    if (files[slot].path[0] == '\0') {
        files[slot].fd = memfd_create("fuzz", MFD_CLOEXEC);
        FUZZ_CHECK(files[slot].fd >= 0, "no file in memory");
        (void)snprintf(files[slot].path, sizeof(files[slot].path), "/proc/self/fd/%d", files[slot].fd);
    }
    FUZZ_CHECK(ftruncate(files[slot].fd, 0) == 0, "empty the file in memory");
    FUZZ_CHECK(pwrite(files[slot].fd, bytes, len, 0) == (ssize_t)len, "write %zu bytes", len);
    return files[slot].path;
}

GByteArray *fuzz_stretch(const uint8_t *bytes, size_t len, size_t max)
{
    GByteArray *out = g_byte_array_sized_new((guint)len);

    for (size_t at = 0; at < len && out->len < max; at++) {
        if (bytes[at] != STRETCH_MARK || at + 2 >= len) {
            g_byte_array_append(out, &bytes[at], 1);
            continue;
        }
        const guint from = out->len;
        const size_t n = MIN(((size_t)bytes[at + 2] + 1) * STRETCH_UNIT, max - out->len);
        g_byte_array_set_size(out, from + (guint)n);
        for (size_t i = 0; i < n; i++)
            out->data[from + i] = bytes[at + 1];
        at += 2;
    }
    return out;
}

int64_t fuzz_line_at(const uint8_t *bytes, size_t at)
{
    int64_t line = 1;

    for (size_t i = 0; i < at; i++)
        line += bytes[i] == '\n' || (bytes[i] == '\r' && !(i + 1 < at && bytes[i + 1] == '\n'));
    return line;
}
