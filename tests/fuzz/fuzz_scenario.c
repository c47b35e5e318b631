#include <string.h>

#include "fuzz.h"
#include "scenario.h"
#include "scenario_run.h"

/* A file of compliance scenarios, a line each. A line is read and judged by the packs that are shipped, twice with the
 * same verdict, or refused with file, line and place; whatever is in it. */

#define NAME "s.jsonl"

static const struct rules_book *packs(void)
{
    static struct rules_book *book;
    struct error err;
    const char *source = g_getenv("DUNLIN_SOURCE_DIR");
    g_autofree char *path = g_build_filename(source != NULL ? source : ".", "deploy", "rules", NULL);

    FUZZ_CHECK(book != NULL || rules_book_load(path, &book, &err) == STATUS_OK, "%s", err.text);
    return book;
}

static void check_refusal(enum status st, const struct error *err, size_t line)
{
    g_autofree char *place = g_strdup_printf(NAME ":%zu: ", line);

    FUZZ_CHECK(st == STATUS_INVALID_ARGUMENT, "%s: %s", status_name(st), err->text);
    FUZZ_CHECK(g_str_has_prefix(err->text, place) && strlen(err->text) > strlen(place), "'%s'", err->text);
    FUZZ_CHECK(g_utf8_validate(err->text, -1, NULL) && strchr(err->text, '\n') == NULL, "'%s'", err->text);
}

static void check_verdict(const struct rules_verdict *verdict)
{
    bool is_blocked = false;

    FUZZ_CHECK(verdict->n_hits <= VERDICT_HITS_MAX && verdict->n_counts <= VERDICT_COUNTS_MAX, "%u hits",
               verdict->n_hits);
    for (uint32_t i = 0; i < verdict->n_hits; i++) {
        is_blocked = is_blocked || verdict->hits[i].severity != SEVERITY_WARN;
        FUZZ_CHECK(verdict->hits[i].rule != NULL, "a hit without a rule");
        FUZZ_CHECK(memchr(verdict->hits[i].detail, '\0', RULE_HIT_DETAIL_SIZE) != NULL, "a detail without an end");
    }
    FUZZ_CHECK(verdict->is_allowed == !is_blocked, "allowed is %d", verdict->is_allowed);
}

/* Reads and judges a line; *ret_result is to be finished where it is OK. */
static enum status judge(const char *line, size_t len, size_t number, struct scenario_result *ret_result)
{
    SCOPED(scenario_freep) struct scenario *scenario = NULL;
    struct error err = {0};
    enum status st = scenario_read(NAME, number, line, len, len % 2 == 0, &scenario, NULL, &err);

    if (st == STATUS_OK) {
        g_autofree char *described = scenario_describe(scenario);
        FUZZ_CHECK(described != NULL && scenario->id != NULL, "a scenario without a name");
        st = scenario_run(scenario, packs(), true, ret_result, &err);
    } else
        FUZZ_CHECK(scenario == NULL, "an error and a scenario");
    if (st != STATUS_OK)
        check_refusal(st, &err, number);
    else if (scenario->asks != SCENARIO_ASKS_VALUE)
        check_verdict(&ret_result->verdict);
    return st;
}

static void check_line(const char *line, size_t len, size_t number)
{
    struct scenario_result first = {0}, second = {0};
    const enum status st = judge(line, len, number, &first);

    FUZZ_CHECK(judge(line, len, number, &second) == st, "read once as %s", status_name(st));
    if (st == STATUS_OK)
        FUZZ_CHECK(first.has_passed == second.has_passed && first.verdict.n_hits == second.verdict.n_hits &&
                       strcmp(first.value, second.value) == 0,
                   "judged twice, two verdicts");
    scenario_result_fini(&first);
    scenario_result_fini(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    size_t number = 1;

    for (size_t from = 0; from < len; number++) {
        const uint8_t *end = memchr(bytes + from, '\n', len - from);
        const size_t line = end != NULL ? (size_t)(end - bytes) - from : len - from;
        check_line((const char *)bytes + from, line, number);
        from += line + 1;
    }
    return 0;
}
