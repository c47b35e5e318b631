#include "contact_rules.h"

#include <glib.h>

void contact_rules_free(struct contact_rules *rules)
{
    if (rules == NULL)
        return;
    rules_selection_free(rules->selection);
    rules_book_free(rules->book);
    g_free(rules);
}

void contact_rules_freep(struct contact_rules **rules)
{
    contact_rules_free(*rules);
}

enum status contact_rules_load(const char *path, const char *packs, struct contact_rules **ret_rules, struct error *err)
{
    g_auto(GStrv) names = g_strsplit(packs, ",", -1);
    SCOPED(contact_rules_freep) struct contact_rules *rules = g_new0(struct contact_rules, 1);
    enum status st = rules_book_load(path, &rules->book, err);
    if (st == STATUS_OK)
        st = rules_select(rules->book, (const char *const *)names, g_strv_length(names), &rules->selection, err);
    if (st == STATUS_OK)
        st = rules_selection_check_limits(rules->selection, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "%s, packs %s", path, packs);
    *ret_rules = TAKE(rules);
    return STATUS_OK;
}
