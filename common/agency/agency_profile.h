#ifndef DUNLIN_AGENCY_AGENCY_PROFILE_H
#define DUNLIN_AGENCY_AGENCY_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agency/notice_kind.h"
#include "agency/opt_out.h"
#include "letter/validation_notice.h"
#include "status/status.h"

/* Templates of the letters that facts ask for, by enum notice_kind; NULL: the agency writes none such, or it is none
 * of these. */
struct notice_templates {
    char *of[NOTICE_KINDS_END];
};

/* Who writes: letterhead, addresses and choices of each agency, out of one file (deploy/agencies.yaml). Loaded once,
 * then immutable. Lists of lines end with NULL. */
struct agency_profile {
    int32_t agency_id; /* 0: every agency that has no entry of its own */
    char *name;
    char **address; /* where mail reaches it */
    unsigned n_address;
    char **dispute_address; /* ... disputes, and the response part of notices */
    unsigned n_dispute_address;
    char *phone, *hours, *email, *website, *license;
    char *payment_link, *dispute_link; /* may be empty */
    char *language;                    /* of whoever has said nothing else */
    enum letter_paper paper;
    bool consumer_financial_product;           /* 12 CFR 1006.1(c)(2): of debts to natural persons */
    enum notice_itemization_basis itemization; /* what the date of opening of an account is */
    int assumption_days;                       /* business days until a notice counts as received */
    struct notice_templates dispute_letters, debit_letters;
};

struct agency_profiles {
    struct agency_profile *all;
    unsigned n;
    struct opt_out_words *opt_out_words; /* a language each; NULL: none but those that always count */
    unsigned n_opt_out_words;
};

/* Fails with NOT_FOUND or INVALID_ARGUMENT naming file, line and field. *ret_profiles is owned by the caller. */
MUST_USE enum status agency_profiles_load(const char *path, struct agency_profiles **ret_profiles, struct error *err);
void agency_profiles_free(struct agency_profiles *profiles);
void agency_profiles_freep(struct agency_profiles **profiles);

/* Of a letter that a fact asks for. Lent; NULL: the agency writes none of this kind. */
const char *agency_profile_letter(const struct agency_profile *profile, enum notice_kind kind);
/* Under which key the file names it: "dispute_letters". Static. */
const char *agency_profile_letters(enum notice_kind kind);

/* Lent; NULL where the file has neither an entry for it nor one for all. */
const struct agency_profile *agency_profiles_find(const struct agency_profiles *profiles, int32_t agency_id);

#endif
