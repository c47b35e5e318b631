/* What one decision takes: all packs of the United States and the house's, about a person with 3 debts, 4 telephones
 * in two zones and 50 contacts, at every second of an hour in which he may be called.
 *
 *   bench-judge RULES    prints JSON: rules, refused, the median and the 99th percentile in nanoseconds of batches of
 * 100 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock/clock.h"
#include "latency.h"
#include "rules/facts_fold.h"
#include "rules/rulebook.h"

#define DEBTS    3
#define PHONES   4
#define CONTACTS 50
#define BATCH    100
#define BATCHES  3600

static const char *const PACKS[] = {"us-federal", "us-ma", "us-wa", "us-ny", "us-ny-nyc",
                                    "us-dc",      "us-wv", "us-fl", "us-nv", "house"};

static void must(enum status st, const struct error *err)
{
    if (st != STATUS_OK)
        bench_fail("%s", err->text);
}

static void add_debts_and_phones(struct facts_book *book)
{
    static const char *const ZONES[PHONES] = {"America/New_York", "America/New_York", "America/Chicago",
                                              "America/New_York"};
    struct error err;
    char id[16];
    uint8_t unused = 0;
    for (int i = 0; i < DEBTS; i++) {
        const struct fact_debt debt = fact_debt_plain();
        (void)snprintf(id, sizeof(id), "D%d", i);
        must(facts_book_add_debt(book, id, &debt, &unused, &err), &err);
    }
    for (int i = 0; i < PHONES; i++) {
        const struct zone *zone = NULL;
        must(zone_open(ZONES[i], &zone, &err), &err);
        struct fact_address phone = fact_address_plain(ADDRESS_MOBILE, FACT_CONSUMER);
        phone.zones = &zone;
        phone.n_zones = 1;
        (void)snprintf(id, sizeof(id), "P%d", i);
        must(facts_book_add_address(book, id, &phone, &unused, &err), &err);
    }
}

/* In turns about each debt, so far apart that no rule of any state minds. */
#define DAYS_APART 4
static void add_contacts(struct facts_book *book, struct instant now)
{
    struct error err;
    for (int i = CONTACTS; i > 0; i--) {
        struct fact_event event =
            fact_event_plain(FACT_CONTACT_OUT, (struct instant){now.us - i * DAYS_APART * US_PER_DAY});
        event.address = (uint8_t)(i % PHONES);
        event.outcome = OUTCOME_NO_ANSWER;
        event.debts = DEBT_BIT(i % DEBTS);
        must(facts_book_apply(book, &event, &err), &err);
    }
}

int main(int argc, char **argv)
{
    static struct rules_verdict verdict;
    struct error err;
    struct rules_book *packs = NULL;
    struct rules_selection *rules = NULL;
    struct instant now = {0};
    uint64_t refused = 0;
    if (argc != 2)
        bench_fail("usage: bench-judge RULES");
    must(rules_book_load(argv[1], &packs, &err), &err);
    must(rules_select(packs, PACKS, G_N_ELEMENTS(PACKS), &rules, &err), &err);
    must(instant_parse("2026-06-10T15:00:00Z", &now, &err), &err);
    struct facts_book *book = facts_book_new();
    struct latency *latency = latency_new();
    add_debts_and_phones(book);
    add_contacts(book, now);
    for (int i = 0; i < BATCHES; i++) {
        struct question question = question_plain(ACTION_CONTACT, (struct instant){now.us + i * US_PER_S});
        question.address = 0;
        question.debts = DEBT_BIT(0);
        const int64_t begin_us = clock_monotonic().us;
        for (int j = 0; j < BATCH; j++) {
            rules_judge(rules, facts_book_facts(book), &question, &verdict);
            refused += !verdict.is_allowed;
        }
        latency_add(latency, (clock_monotonic().us - begin_us) * 1000 / BATCH);
    }
    g_autoptr(GString) text = g_string_new(NULL);
    latency_format(latency, text);
    (void)printf("{\"rules\": %zu, \"refused\": %" PRIu64 ", \"debtor_bytes\": %zu, %s}\n", rules->n_rules, refused,
                 facts_size(facts_book_facts(book)), text->str);
    latency_free(latency);
    facts_book_free(book);
    rules_selection_free(rules);
    rules_book_free(packs);
    return 0;
}
