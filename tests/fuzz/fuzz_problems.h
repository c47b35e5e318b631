#ifndef DUNLIN_TESTS_FUZZ_PROBLEMS_H
#define DUNLIN_TESTS_FUZZ_PROBLEMS_H

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "policy/policy_file.h"

/* A policy read once more for all of its problems, as `dunlin policy check` does: whoever goes on after the first one
 * works on what is half made. It is refused where it was refused before, and every problem has a line of the file. */

struct fuzz_problems {
    size_t len; /* of the file */
};

static inline void fuzz_on_problem(void *context, const char *path, size_t line, const char *field, const char *text)
{
    const struct fuzz_problems *problems = context;
    FUZZ_CHECK(path[0] != '\0' && text[0] != '\0', "'%s': '%s'", path, text);
    FUZZ_CHECK(line >= 1 && line <= problems->len + 1, "line %zu of %zu bytes", line, problems->len);
    FUZZ_CHECK(g_utf8_validate(field, -1, NULL) && g_utf8_validate(text, -1, NULL), "no UTF-8");
}

static inline void fuzz_problems(const char *path, size_t len, bool is_refused,
                                 enum status (*read)(const struct policy_file *file, struct error *err))
{
    SCOPED(policy_file_fini) struct policy_file file = {0};
    struct fuzz_problems context = {.len = len};
    struct policy_problems problems = {.found = fuzz_on_problem, .context = &context};
    struct error err = {0};
    if (policy_file_read(path, &file, &err) != STATUS_OK)
        return;
    file.problems = &problems;
    const enum status st = read(&file, &err);
    FUZZ_CHECK((st != STATUS_OK) == is_refused, "%s, before: %s; %s", status_name(st), is_refused ? "refused" : "read",
               err.text);
    FUZZ_CHECK((problems.n > 0) == is_refused, "%zu problems; %s", problems.n, err.text);
}

/* A policy that was refused: "<file>:<line>: ...", the line one of the file's, or "<file>: ..." for what is about no
 * line. */
static inline void fuzz_refusal(enum status st, const struct error *err, const char *path, size_t len)
{
    const size_t path_len = strlen(path);
    char *end = NULL;

    FUZZ_CHECK(st == STATUS_INVALID_ARGUMENT, "%s: %s", status_name(st), err->text);
    FUZZ_CHECK(strncmp(err->text, path, path_len) == 0 && err->text[path_len] == ':', "'%s'", err->text);
    FUZZ_CHECK(g_utf8_validate(err->text, -1, NULL), "no UTF-8");
    const char *rest = err->text + path_len + 1;
    if (g_str_has_prefix(rest, " larger than") || g_str_has_prefix(rest, " not a text file"))
        return;
    const long line = strtol(rest, &end, 10);
    FUZZ_CHECK(end > rest && end[0] == ':' && end[1] == ' ' && end[2] != '\0', "'%s'", err->text);
    /* YAML counts line ends that others do not: U+0085, U+2028, U+2029. */
    FUZZ_CHECK(line >= 1 && line <= (long)len + 1, "line %ld of %zu bytes: %s", line, len, err->text);
}

#endif
