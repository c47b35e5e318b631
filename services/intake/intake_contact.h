#ifndef DUNLIN_INTAKE_CONTACT_H
#define DUNLIN_INTAKE_CONTACT_H

#include <stdbool.h>

#include <glib.h>

#include "id/id.h"
#include "phone/phone.h"

/* Ways to reach a debtor. Values as on the wire (dunlin.intake.v1.ContactPointKind) and in intake.contact_point. */
enum contact_kind {
    CONTACT_PHONE = 1,
    CONTACT_EMAIL = 2,
    CONTACT_ADDRESS = 3,
};

/* Texts are owned by a chunk of the caller's. */
struct contact {
    enum contact_kind kind;
    const char *value; /* E.164; address@domain; or "street\ncity\nregion\npostcode\ncountry" */
    enum phone_kind phone_kind;
    const char *zones; /* IANA names in ascending order joined by commas; "": unknown */
};

/* The same debtor, kind and value give the same id; e-mail addresses in whatever case. */
struct id contact_point_id(const struct id *debtor_id, const struct contact *contact);

/* local@domain with a domain of at least two labels, at most 254 bytes, ASCII (RFC 5321 without quoted local parts). */
bool email_is_valid(const char *text);

/* Every zone of both lists: a person who may be in either must be called at an hour that is decent in both. In `chunk`,
 * or one of the arguments. */
const char *zones_union(const char *a, const char *b, GStringChunk *chunk);

/* The zones of a phone number by its prefix; "" for toll-free and unknown ones. */
const char *zones_of_phone(const struct phone *phone, GStringChunk *chunk);

#endif
