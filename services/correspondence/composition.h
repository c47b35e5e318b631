#ifndef DUNLIN_CORRESPONDENCE_COMPOSITION_H
#define DUNLIN_CORRESPONDENCE_COMPOSITION_H

#include "agency/agency_profile.h"
#include "debit_facts.h"
#include "description.h"
#include "dispute_facts.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "letter/letter.h"
#include "template/template.h"

/* What is sent for a step: its text and, for letters and where the template wants it, its PDF. Pure: what is known of
 * the account, the agency's profile and the template in, bytes out. */

#define COMPOSITION_HASH_BYTES 32

struct composition_order {
    const struct account_description *account;
    const struct dispute_description *dispute; /* that it is about; NULL: about none */
    const struct debit_description *debit;     /* that it announces; NULL: none */
    const struct agency_profile *profile;
    const struct template_set *templates;
    Dunlin__Contact__V1__Channel channel;
    Dunlin__Contact__V1__Purpose purpose;
    const char *template_name;
    const char *opt_out_link;     /* of this contact point; NULL: there is none */
    const char *const *addressee; /* lines of a letter to somebody else than the debtor, ended by NULL; NULL: to him */
    struct date today;            /* the letter's */
};

/* Owned by the caller: composition_fini. */
struct composition {
    char *subject;              /* e-mail; else empty */
    char *body;                 /* e-mail, text; a letter's own words */
    struct letter_document pdf; /* letters, and e-mails that bring one; else empty */
    char template_version[POLICY_VERSION_SIZE];
    char *postcode, *country;   /* letters: of the addressee, for the printer's list */
    struct date notice_ends_on; /* a validation notice: the last day of the period, as it says; days 0: it is none */
};
void composition_fini(struct composition *composition);

/* In the debtor's language where the template has it, else in the agency's.
 * PURPOSE_VALIDATION_NOTICE as a letter or by e-mail is the notice of common/letter whatever the template; the
 * template's words go along by e-mail. Fails with INVALID_ARGUMENT or NOT_FOUND: it cannot be written like this, and
 * not later either. */
MUST_USE enum status composition_write(const struct composition_order *order, struct composition *ret_composition,
                                       struct error *err);

/* What is written for this purpose asks for payment: of a debt of which a part is held it asks for the rest alone, and
 * says what is disputed (15 USC 1692e(8), 1692g(b)). All else names the debt as it is. */
bool composition_asks(Dunlin__Contact__V1__Purpose purpose);

/* Whether the message of this name can confirm opt-outs by text. Fails with NOT_FOUND, or INVALID_ARGUMENT where it
 * could say anything else. */
MUST_USE enum status composition_check_confirmation(const struct template_set *templates, const char *name,
                                                    struct error *err);

/* Whether the message of this name can be a letter about a dispute to the debtor. Fails with NOT_FOUND, or
 * INVALID_ARGUMENT where it is no letter or asks for money: an answer collects nothing. */
MUST_USE enum status composition_check_dispute_letter(const struct template_set *templates, const char *name,
                                                      struct error *err);

/* Whether the message of this name can announce a debit: as that of a dispute, and it says how much is drawn and when
 * (12 CFR 1005.10(d)(1), 1006.22(c)). */
MUST_USE enum status composition_check_debit_letter(const struct template_set *templates, const char *name,
                                                    struct error *err);

/* BLAKE2b-256. */
void composition_hash(const void *bytes, size_t len, uint8_t hash[static COMPOSITION_HASH_BYTES]);

#endif
