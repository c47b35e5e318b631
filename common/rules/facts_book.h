#ifndef DUNLIN_RULES_FACTS_BOOK_H
#define DUNLIN_RULES_FACTS_BOOK_H

#include <glib.h>

#include "rules/facts_fold.h"

/* What a book is made of: facts_book.c adds who and what there is, facts_fold.c what happens. Internal to this module.
 */
struct facts_book {
    struct facts facts;
    GPtrArray *debt_ids, *address_ids, *person_ids, *accounts; /* char *, owned */
    GArray *debts;                                             /* struct fact_debt */
    GArray *addresses;                                         /* struct fact_address */
    GArray *persons;                                           /* struct fact_person */
    GArray *contacts;                                          /* struct fact_contact */
    GArray *designations, *consents, *requests;                /* struct fact_designation, ... */
    GArray *zones;                                             /* const struct zone *: the consumer's candidates */
    GPtrArray *address_zones; /* owned copies of the lists of zones that addresses name */
    int64_t last_us;          /* of the event applied last */
};

/* Works out again where the consumer may be: the zones of his addresses, those left out that are known to be another's.
 */
void facts_book_update_zones(struct facts_book *book);

#endif
