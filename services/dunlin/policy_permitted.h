#ifndef DUNLIN_CLI_POLICY_PERMITTED_H
#define DUNLIN_CLI_POLICY_PERMITTED_H

#include <glib.h>

#include "policy/sop.h"
#include "rules/rulebook.h"
#include "template/template.h"

/* Would the rules ever permit a step? They are asked as contact asks them, with the most favourable facts: everybody
 * consented, every notice was given long ago, nobody was contacted before. */

/* `message` is the step's template or script; NULL where it has none. Where it is never permitted, `why` gets the rules
 * that say so, with their citations. */
bool policy_is_ever_permitted(const struct rules_selection *selection, enum sop_debts debts,
                              const struct sop_step *step, const struct template *message, struct date today,
                              GString *why);

#endif
