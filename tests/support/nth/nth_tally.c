#include "nth_tally.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct nth_tallies {
    GHashTable *by_name;
};

struct nth_tallies *nth_tallies_new(void)
{
    struct nth_tallies *tallies = g_new0(struct nth_tallies, 1);

    tallies->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return tallies;
}

void nth_tallies_free(struct nth_tallies *tallies)
{
    if (!tallies)
        return;
    g_hash_table_destroy(tallies->by_name);
    g_free(tallies);
}

struct nth_tally *nth_tally_of(struct nth_tallies *tallies, const char *what, bool is_large)
{
    g_autofree char *name = g_strconcat(what, is_large ? ", large" : "", NULL);
    struct nth_tally *tally = g_hash_table_lookup(tallies->by_name, name);

    if (!tally) {
        tally = g_new0(struct nth_tally, 1);
        (void)g_hash_table_insert(tallies->by_name, g_strdup(name), tally);
    }
    return tally;
}

bool nth_tallies_have(const struct nth_tallies *tallies, const char *what)
{
    return g_hash_table_contains(tallies->by_name, what);
}

static int64_t failed_allocations(const struct nth_tally *tally)
{
    return tally->allocations[NTH_ENDING_DIED] + tally->allocations[NTH_ENDING_ERROR] +
           tally->allocations[NTH_ENDING_COPED];
}

static void print_row(const char *what, const struct nth_tally *tally)
{
    (void)printf("%-47s %5" PRId64 " %8zu of %8zu %8zu of %8zu %8" PRId64 " %8" PRId64 " %8" PRId64 "\n", what,
                 tally->units, tally->tried[NTH_CALLS], tally->possible[NTH_CALLS], tally->tried[NTH_ALLOCATIONS],
                 tally->possible[NTH_ALLOCATIONS], tally->allocations[NTH_ENDING_COPED],
                 tally->allocations[NTH_ENDING_ERROR], tally->allocations[NTH_ENDING_DIED]);
}

static void add(struct nth_tally *sum, const struct nth_tally *tally)
{
    sum->units += tally->units;
    sum->failed_calls += tally->failed_calls;
    for (size_t i = 0; i < NTH_ENDINGS; i++)
        sum->allocations[i] += tally->allocations[i];
    for (size_t i = 0; i < NTH_KINDS; i++) {
        sum->tried[i] += tally->tried[i];
        sum->possible[i] += tally->possible[i];
    }
}

static gint by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

void nth_tallies_print(const struct nth_tallies *tallies)
{
    GList *names = g_list_sort(g_hash_table_get_keys(tallies->by_name), by_text);
    struct nth_tally sum = {0};

    (void)printf("%-47s %5s %20s %20s %8s %8s %8s\n", "tried of", "units", "calls and failures", "allocations",
                 "no harm", "error", "ended");
    for (const GList *name = names; name; name = name->next) {
        const struct nth_tally *tally = g_hash_table_lookup(tallies->by_name, name->data);
        print_row(name->data, tally);
        add(&sum, tally);
    }
    g_list_free(names);
    print_row("all", &sum);
    (void)printf("failed: %" PRId64 " calls of the database; %" PRId64 " allocations: %" PRId64
                 " ended the process, %" PRId64 " came back as errors, %" PRId64 " did not matter\n",
                 sum.failed_calls, failed_allocations(&sum), sum.allocations[NTH_ENDING_DIED],
                 sum.allocations[NTH_ENDING_ERROR], sum.allocations[NTH_ENDING_COPED]);
}
