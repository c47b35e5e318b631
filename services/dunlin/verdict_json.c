#include "verdict_json.h"

#include "calendar/calendar.h"
#include "rules/rulebook.h"

json_t *verdict_hits_json(const struct rules_verdict *verdict)
{
    json_t *hits = json_array();
    for (uint32_t i = 0; i < verdict->n_hits; i++) {
        const struct rule_hit *hit = &verdict->hits[i];
        char next[INSTANT_TEXT_SIZE];
        (void)json_array_append_new(
            hits, json_pack("{s:s, s:s, s:s, s:s, s:b, s:s, s:o}", "rule", hit->rule->id, "severity",
                            severity_name(hit->severity), "citation", hit->rule->citation, "title", hit->rule->title,
                            "is_overridable", hit->is_overridable, "detail", hit->detail, "next",
                            hit->has_next ? json_string(instant_format(hit->next, next)) : json_null()));
    }
    return hits;
}

json_t *verdict_counts_json(const struct rules_verdict *verdict)
{
    json_t *counts = json_array();
    for (uint32_t i = 0; i < verdict->n_counts; i++)
        (void)json_array_append_new(counts, json_pack("{s:s, s:I, s:I}", "rule", verdict->counts[i].rule->id, "count",
                                                      (json_int_t)verdict->counts[i].count, "limit",
                                                      (json_int_t)verdict->counts[i].limit));
    return counts;
}
