#ifndef DUNLIN_TESTS_FUZZ_H
#define DUNLIN_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

/* What the fuzz targets share. A target has one entry, LLVMFuzzerTestOneInput: with Clang libFuzzer calls it with
 * inputs of its own making, in every other build replay_main.c calls it with the files of corpus/. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* A property that must hold for every input; printed where it does not, and the process ends. */
#define FUZZ_CHECK(condition, ...)                                                                                     \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            fuzz_fail(__FILE__, __LINE__, #condition, __VA_ARGS__);                                                    \
    } while (0)
void fuzz_fail(const char *file, int line, const char *condition, const char *format, ...)
    __attribute__((noreturn, format(printf, 4, 5)));

/* The path of a file in memory that holds these bytes until the next call with the same slot (0 or 1). Lent. */
const char *fuzz_file(unsigned slot, const void *bytes, size_t len);

/* Inputs are kept small by an escape that no UTF-8 text has: 0xF5, a byte, n stands for (n + 1) * 1,000 times the byte,
 * so that limits of 64 KiB are within reach of an input of some bytes. Other bytes stand for themselves. At most
 * `max` bytes come of it. Owned by the caller. */
GByteArray *fuzz_stretch(const uint8_t *bytes, size_t len, size_t max);

/* 1 and the number of line ends ("\n", "\r\n", "\r") in bytes[0..at). */
int64_t fuzz_line_at(const uint8_t *bytes, size_t at);

#endif
