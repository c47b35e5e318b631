#ifndef DUNLIN_CONTACT_CONTACT_WRITES_H
#define DUNLIN_CONTACT_CONTACT_WRITES_H

/* What a batch writes at its end, a statement each, in this order (contact_store.c has their columns' types). The
 * stores push the rows. */
enum contact_write {
    WRITE_NEW_DEBTORS,
    WRITE_NUMBERS,
    WRITE_NEW_ACCOUNTS,
    WRITE_ACCOUNTS,
    WRITE_RESERVATIONS,
    WRITE_PERMITS,
    WRITE_REPORTS,
    WRITE_DISCUSSIONS,
    WRITE_FACTS,
    WRITE_RELEASES,
    WRITE_END,
};

#endif
