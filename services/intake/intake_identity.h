#ifndef DUNLIN_INTAKE_IDENTITY_H
#define DUNLIN_INTAKE_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "calendar/calendar.h"
#include "id/id.h"
#include "platform/platform.h"

/* Who a debtor is: the key under which accounts come together (DESIGN.md §3). Two accounts with the same key are one
 * person's, share a partition, contact limits and cease requests; so a key is only made of what hardly anybody else
 * has. */
#define IDENTITY_KEY_BYTES 32

enum identity_source {
    IDENTITY_NONE,
    IDENTITY_BY_REFERENCE, /* client and the client's debtor reference */
    IDENTITY_BY_TAX_ID,    /* across clients */
    IDENTITY_BY_NAME, /* normalised name, postcode and birth date, all three, across clients: a father of the same name
                         at the same address is another debtor */
};

/* What a row says of its debtor; empty texts and has_birth false where it says nothing. Texts are borrowed. */
struct identity_facts {
    const char *client;
    const char *debtor_reference;
    const char *tax_id;
    const char *name;
    const char *country;
    const char *postcode;
    bool has_birth;
    struct date birth;
};

/* The first source of the order above that the facts allow, hashed with BLAKE2b keyed by the agency's secret: without
 * it nobody can find out from a key which tax id it was made of by trying all nine-digit numbers. IDENTITY_NONE leaves
 * ret_key untouched. Thread-safe. */
enum identity_source identity_key(const struct identity_facts *facts,
                                  const uint8_t agency_key[static PLATFORM_IDENTITY_KEY_BYTES],
                                  uint8_t ret_key[static IDENTITY_KEY_BYTES]);

/* At least five letters or digits that are not all the same one: "000-00-0000" would make strangers one person. */
bool identity_tax_id_is_usable(const char *tax_id);

/* The debtor with that key, in its partition. */
struct id identity_debtor_id(int32_t agency_id, const uint8_t key[static IDENTITY_KEY_BYTES]);

/* The account of a debtor with that client's reference, where `line` of a file opened at `opened_at_us` places it: ids
 * of one file follow its lines (id_derive_in_order). A reference keeps the id under which it was placed first: the
 * registry has it. */
struct id identity_account_id(const struct id *debtor_id, const char *client, const char *client_reference,
                              int64_t opened_at_us, int64_t line);

/* The registry's partition of a client reference: any client's of the agency, so that a reference can be looked up
 * without its client. */
uint16_t identity_reference_partition(int32_t agency_id, const char *client_reference);

#endif
