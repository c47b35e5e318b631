#ifndef DUNLIN_RULES_FACTS_BOOK_H
#define DUNLIN_RULES_FACTS_BOOK_H

#include <glib.h>

#include "rules/facts_fold.h"

/* What a book is made of: facts_book.c adds who and what there is, facts_fold.c what happens. Internal to this module.
 */
struct facts_book {
    struct facts facts;
    struct fact_particulars particulars;                       /* lent with the facts where there is anything in them */
    GPtrArray *debt_ids, *address_ids, *person_ids, *accounts; /* char *, owned */
    GArray *debts;                                             /* struct fact_debt */
    GArray *addresses;                                         /* struct fact_address */
    GArray *persons;                                           /* struct fact_person */
    GArray *debt_particulars;                                  /* struct fact_debt_particulars, numbered from 1 */
    GArray *address_particulars;                               /* struct fact_address_particulars, numbered from 1 */
    GArray *contacts;                                          /* struct fact_contact */
    GArray *subjects;                                          /* struct fact_subject, each once */
    GArray *designations, *consents, *requests;                /* struct fact_designation, ... */
    GArray *zones;                                             /* const struct zone *: the consumer's candidates */
    GPtrArray *address_zones; /* owned copies of the lists of zones that addresses name */
    int64_t last_us;          /* of the event applied last */
};

/* To be written to: made where the debt, or address, has none yet. Lent until the next one is made. */
struct fact_debt_particulars *facts_book_debt(struct facts_book *book, struct fact_debt *debt);
struct fact_address_particulars *facts_book_address(struct facts_book *book, struct fact_address *address);

/* The index of a subject like this one, for fact_contact.subject. There must be room for another one. */
unsigned facts_book_subject(struct facts_book *book, const struct fact_subject *subject);

/* Works out again where the consumer may be: the zones of his addresses, those left out that are known to be another's.
 */
void facts_book_update_zones(struct facts_book *book);

#endif
