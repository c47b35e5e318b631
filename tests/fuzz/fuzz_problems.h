#ifndef DUNLIN_TESTS_FUZZ_PROBLEMS_H
#define DUNLIN_TESTS_FUZZ_PROBLEMS_H

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

#endif
