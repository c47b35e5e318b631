#ifndef DUNLIN_CONTACT_RULES_H
#define DUNLIN_CONTACT_RULES_H

#include <glib.h>

#include "contact_state.h"
#include "rules/rulebook.h"

/* The rules that contact decides by: all packs of a folder, and of them those that apply here. Loaded once; belongs to
 * one worker, as the selections for places are made when the first person lives there. */
struct contact_rules {
    struct rules_book *book;
    struct rules_selection *selection; /* the base: of everybody */
    struct rules_selection *widest;    /* all packs: what may have to be known of anybody */
    char *packs;                       /* of the base */
    GHashTable *by_places;             /* packs of places joined by ',' -> struct place_rules */
};

/* The rules for a debt: the base, and the packs of every place where its person may be, as far as there are such and
 * they have rules for its kind: of his addresses' states and countries ("us-ma", "us-ny-nyc", "eu"), of his numbers'
 * countries. The strictest rule of all of them wins. Sets what stands in debtor->rules of its matter. Lent; worked out
 * again after debtor_update_zones. */
const struct rules_selection *contact_rules_for(const struct contact_rules *rules, const struct account *account);

/* `packs` are names joined by ','. Fails with INVALID_ARGUMENT naming file, line and field, or NOT_FOUND naming the
 * pack; also where no rule limits hours and attempts or refuses unknown zones, of consumers' debts: limits default on.
 * For commercial debts they may come from the packs of places; where none has them, permits are refused. */
MUST_USE enum status contact_rules_load(const char *path, const char *packs, struct contact_rules **ret_rules,
                                        struct error *err);
void contact_rules_free(struct contact_rules *rules);
void contact_rules_freep(struct contact_rules **rules);

#endif
