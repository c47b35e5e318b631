#ifndef DUNLIN_CLI_POLICY_CHECK_H
#define DUNLIN_CLI_POLICY_CHECK_H

#include "policy_files.h"

/* What only several files together, or a file thought through, show to be wrong: names that nothing has, classes and
 * steps that can never happen, contacts that no rule ever permits, exits that are missing, reviews that are overdue,
 * messages that a language lacks. */

struct policy_shipped {
    const char *rules, *templates; /* folders for what is named and not among the files; read when it is needed */
};

/* Adds findings about files->entries. Fails with RESOURCE_EXHAUSTED, or as rules_book_load and templates_load do. */
MUST_USE enum status policy_check(struct policy_files *files, const struct policy_shipped *shipped, struct date today,
                                  struct error *err);

/* Parts of it: an owner and a review that every policy has; agreements on a day. */
void policy_check_review(struct policy_files *files, const struct policy_entry *entry, const char *owner,
                         struct date review_by, struct date today);
void policy_check_agreements(struct policy_files *files, const struct policy_entry *entry, struct date today);

#endif
