#ifndef DUNLIN_CONTACT_RULES_H
#define DUNLIN_CONTACT_RULES_H

#include "rules/rulebook.h"

/* The rules that contact decides by: all packs of a folder, and of them those that apply here. Loaded once, then
 * immutable. */
struct contact_rules {
    struct rules_book *book;
    struct rules_selection *selection;
};

/* `packs` are names joined by ','. Fails with INVALID_ARGUMENT naming file, line and field, or NOT_FOUND naming the
 * pack; also where no rule limits hours and attempts or refuses unknown zones: limits default on. */
MUST_USE enum status contact_rules_load(const char *path, const char *packs, struct contact_rules **ret_rules,
                                        struct error *err);
void contact_rules_free(struct contact_rules *rules);
void contact_rules_freep(struct contact_rules **rules);

#endif
