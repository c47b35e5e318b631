#include <string.h>

#include "fuzz.h"
#include "fuzz_problems.h"
#include "rules/rulebook.h"

/* A file read as a pack of rules of law. Either every rule of it can be used (named, cited, of a known kind, its dates
 * in order), or an error names the file and, where it is about something in it, the line. */

static void check_rule(const struct rule *rule)
{
    FUZZ_CHECK(rule->id[0] != '\0' && rule->citation[0] != '\0' && rule->title[0] != '\0', "a rule without a name");
    FUZZ_CHECK(rule->kind != NULL, "'%s' is of no kind", rule->id);
    FUZZ_CHECK(severity_name(rule->severity) != NULL, "severity %d", (int)rule->severity);
    FUZZ_CHECK(rule->effective_from.days == 0 || rule->effective_to.days == 0 ||
                   rule->effective_from.days <= rule->effective_to.days,
               "'%s' ends before it begins", rule->id);
    FUZZ_CHECK(rule->limit >= 0 && rule->days >= 0 && rule->from_second >= 0 && rule->to_second <= 86400,
               "'%s': limit %d, days %d, from %d to %d", rule->id, rule->limit, rule->days, rule->from_second,
               rule->to_second);
}

/* Whatever the rules are: they judge. */
static void check_judgement(const struct rules_book *book)
{
    static struct rules_verdict verdict;
    SCOPED(rules_selection_freep) struct rules_selection *selection = NULL;
    struct error err = {0};
    const char *packs[] = {book->packs[0].name};
    const struct facts facts = {.is_covered = true, .is_natural_person = true};
    FUZZ_CHECK(rules_select(book, packs, 1, &selection, &err) == STATUS_OK, "%s", err.text);
    for (int action = 0; action < ACTION_COUNT; action++) {
        const struct question question =
            question_plain((enum question_action)action, (struct instant){1780000000 * US_PER_S});
        rules_judge(selection, &facts, &question, &verdict);
        FUZZ_CHECK(verdict.is_allowed == (verdict_n_blocking(&verdict) == 0), "%u hits", verdict.n_hits);
    }
}

static enum status read_pack(const struct policy_file *file, struct error *err)
{
    SCOPED(rules_pack_fini) struct rules_pack pack = {0};
    return rules_pack_from_file(file, &pack, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    SCOPED(rules_book_freep) struct rules_book *book = NULL;
    struct error err = {0};
    const char *path = fuzz_file(0, bytes, len);
    const enum status st = rules_book_load(path, &book, &err);

    fuzz_problems(path, len, st != STATUS_OK, read_pack);
    if (st != STATUS_OK) {
        FUZZ_CHECK(book == NULL, "an error and rules");
        fuzz_refusal(st, &err, path, len);
        return 0;
    }
    FUZZ_CHECK(book->n_packs == 1 && strlen(book->version) == POLICY_VERSION_SIZE - 1, "%zu packs", book->n_packs);
    for (size_t i = 0; i < book->packs[0].n_rules; i++)
        check_rule(&book->packs[0].rules[i]);
    check_judgement(book);
    return 0;
}
