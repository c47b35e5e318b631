#ifndef DUNLIN_BANKSTATEMENT_STATEMENT_DRAFT_H
#define DUNLIN_BANKSTATEMENT_STATEMENT_DRAFT_H

#include <glib.h>

#include "bankstatement/bankstatement.h"

/* A statement while it is read, and what must hold of it whatever its format; no business of the module's callers. */

struct bank_texts {
    GStringChunk *chunk;
};

struct statement_draft {
    struct bank_statement statement; /* all but its entries */
    GArray *booked;                  /* struct bank_entry */
    GArray *unbooked;
};

struct statement_draft *statement_draft_new(int64_t line);
void statement_draft_free(struct statement_draft *draft);
void statement_draft_freep(struct statement_draft **draft);

/* Takes over the entry's details: entry->details is NULL afterwards. */
void statement_draft_add(struct statement_draft *draft, struct bank_entry *entry);

/* Makes it complete: one currency throughout, ids, proof. `name` is the file's, `where` the statement's element or
 * such. Fails with INVALID_ARGUMENT. Hands the entries on to *ret_statement; the draft is still to be freed. */
MUST_USE enum status statement_draft_finish(struct statement_draft *draft, const char *name, const char *where,
                                            enum bank_demand demand, GStringChunk *texts,
                                            struct bank_statement *ret_statement, struct error *err);

/* Fills in and checks the details' amounts against the entry's. Fails with INVALID_ARGUMENT without file and line. */
MUST_USE enum status entry_split(struct bank_entry *entry, struct error *err);
void entry_fini(struct bank_entry *entry);

/* Gives all booked details their ids. */
void statement_identify(struct bank_statement *statement);

struct bank_statements *bank_statements_new(void);
/* Takes over the statement. */
void bank_statements_add(struct bank_statements *statements, const struct bank_statement *statement);

#endif
