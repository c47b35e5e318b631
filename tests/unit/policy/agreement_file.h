#ifndef DUNLIN_TESTS_AGREEMENT_FILE_H
#define DUNLIN_TESTS_AGREEMENT_FILE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy/agreement_load.h"

/* A file of agreements for a test, made of parts. FIRST is line 1; what ALL adds begins where it stands. */
#define FIRST "name: ours\n"
#define APPLY "    apply: [principal, interest, fees, costs]\n    order: oldest\n"
#define FEES  "    fees: [ { percent: 25 } ]\n"
#define PAYS  "    remittance: { method: net, every: month, payee: P, reference: R }\n"
#define REST  "  - client: \"*\"\n" APPLY FEES PAYS /* five lines */

struct agreement_file {
    char path[64];
    struct agreements *agreements;
};

static inline int agreement_set_up(void **state)
{
    struct agreement_file *file = calloc(1, sizeof(*file));
    (void)snprintf(file->path, sizeof(file->path), "/tmp/agreements-XXXXXX");
    int fd = mkstemp(file->path);
    if (fd >= 0)
        (void)close(fd);
    *state = file;
    return 0;
}

static inline int agreement_tear_down(void **state)
{
    struct agreement_file *file = *state;
    agreements_free(file->agreements);
    (void)unlink(file->path);
    free(file);
    return 0;
}

static inline void write_agreements(const struct agreement_file *file, const char *text)
{
    FILE *stream = fopen(file->path, "we");
    assert_non_null(stream);
    (void)fputs(text, stream);
    (void)fclose(stream);
}

static inline const struct agreements *read_agreements(struct agreement_file *file, const char *text)
{
    struct error err = {0};
    write_agreements(file, text);
    agreements_free(file->agreements);
    file->agreements = NULL;
    if (agreements_load(file->path, &file->agreements, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return file->agreements;
}

static inline struct date on(const char *text)
{
    struct date date;
    struct error err = {0};
    if (date_parse(text, "YYYY-MM-DD", &date, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return date;
}

#endif
