#ifndef DUNLIN_CONTACT_PERSON_STORE_H
#define DUNLIN_CONTACT_PERSON_STORE_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#include "contact_state.h"
#include "contact_writes.h"
#include "db/db_columns.h"
#include "status/status.h"

/* Persons: their holds, contact points, numbers and facts. */

/* The person of an account's row (account_select*.sql), which is in the book then: as he was there, or as read. */
struct debtor *person_store_read(const struct db_result *rows, size_t row, struct contact_book *book);
/* A fact of a person of the book (fact_select.sql); of any other it is passed over. A fact that this program does not
 * know weakens nothing: the person is not known well enough then. */
void person_store_read_fact(const struct db_result *rows, size_t row, struct contact_book *book);

/* For contact_store_save. New persons, numbers and facts, and released facts, into `columns`; known persons that have
 * changed (struct debtor, lent by the book) into `changed`. */
void person_store_push(const struct contact_book *book, struct db_columns columns[static WRITE_END],
                       GPtrArray *changed);
/* Writes those, in one round trip. */
MUST_USE enum status person_store_update(struct db *db, const GPtrArray *changed, struct error *err);

/* Somebody who has a number, and one of his accounts: one that is not recalled where he has such. */
struct number_holder {
    struct id contact_point_id, debtor_id, account_id;
    int32_t agency_id;
};
/* At most 1,000 of them, in the order of their contact points, in *ret_holders (struct number_holder), which belongs to
 * the caller: g_array_unref. */
MUST_USE enum status person_store_find_number(struct db *db, int64_t number, GArray **ret_holders, struct error *err);

#endif
