#ifndef DUNLIN_TEMPLATE_TEMPLATE_H
#define DUNLIN_TEMPLATE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/sop.h"
#include "status/status.h"
#include "template/template_fields.h"

/* What Dunlin says in writing, on recordings and in scripts, as data: one file a message and language
 * (deploy/templates/<name>.<language>.yaml). Texts hold fields as {{name}}; the file declares which. Loaded once, then
 * immutable and shared by any thread. */

#define TEMPLATES_DEFAULT_LANGUAGE "en"
#define TEMPLATE_LANGUAGE_SIZE     36 /* BCP 47: "es", "es-MX" */

/* What a message tells because a law wants it told: bits. */
enum template_disclosure {
    TEMPLATE_DISCLOSES_COLLECTOR,   /* debt_collector: from a debt collector (12 CFR 1006.18(e)(2)) */
    TEMPLATE_DISCLOSES_FULL,        /* debt_collector_full: attempts to collect, information will be used ((e)(1)) */
    TEMPLATE_DISCLOSES_VALIDATION,  /* validation_information: 12 CFR 1006.34(c) */
    TEMPLATE_DISCLOSES_DISPUTED,    /* as_disputed: that the debt is disputed (12 CFR 1006.18(c)(2)) */
    TEMPLATE_DISCLOSES_TIME_BARRED, /* time_barred: that nobody will sue */
    TEMPLATE_DISCLOSES_INTEREST,    /* late_payment_interest: statutory interest and compensation */
    TEMPLATE_DISCLOSES_ASSISTANCE,  /* financial_assistance: of a hospital */
    TEMPLATE_DISCLOSURE_COUNT,
};
#define TEMPLATE_DISCLOSURE_BIT(disclosure) (1u << (disclosure))
const char *template_disclosure_name(enum template_disclosure disclosure); /* "debt_collector" */

#define TEMPLATE_CHANNEL_BIT(channel) (1u << (channel)) /* of enum sop_channel */

struct template
{
    char name[SOP_CODE_SIZE];
    char language[TEMPLATE_LANGUAGE_SIZE];
    char version[POLICY_VERSION_SIZE];   /* of the file's content */
    char locale[TEMPLATE_LANGUAGE_SIZE]; /* ICU's, by which money and dates are written */
    char title[128];                     /* for those who choose it */
    char *subject;                       /* of an e-mail, heading of a letter; empty: none */
    char *body;
    uint32_t channels; /* by which it may be sent */
    uint32_t disclosures;
    template_field_set fields; /* declared */
    template_field_set used;   /* of those, in subject and body */
    bool has_opt_out_notice;
    int32_t pay_within_days;  /* that {{pay_by_date}} lies after {{letter_date}}; 0: not used */
    int32_t discount_percent; /* that {{settlement_amount}} is less than {{balance}}; 0: not used */
    bool attaches_pdf;        /* an e-mail that brings the same text as a letter in PDF with it */
};

struct template_set {
    char version[POLICY_VERSION_SIZE]; /* over all files */
    struct template *all;              /* in the order of their files */
    size_t n;
};

/* Reads every *.yaml of a folder, or one file. Fails with NOT_FOUND, or INVALID_ARGUMENT naming file, line and field:
 * a field in a text that is not declared, a declared one that Dunlin does not know, braces that are not closed, a
 * language of which ICU knows nothing, an opt-out notice that is claimed and not there; of a folder also a file that is
 * not called <name>.<language>.yaml, a message that is not there in TEMPLATES_DEFAULT_LANGUAGE, languages of one
 * message that differ in channels, disclosures or opt-out notice. *ret_set is owned by the caller. */
MUST_USE enum status templates_load(const char *path, struct template_set **ret_set, struct error *err);
void templates_free(struct template_set *set);
void templates_freep(struct template_set **set);

/* The message in the nearest language that is there: "es-MX", then "es", then TEMPLATES_DEFAULT_LANGUAGE. `language`
 * may be NULL or empty. NULL where there is no message of that name. Lent. */
const struct template *templates_find(const struct template_set *set, const char *name, const char *language);

/* Exactly this language, case aside; NULL where it is not there. Lent. */
const struct template *templates_find_exact(const struct template_set *set, const char *name, const char *language);

struct template_text {
    char *subject; /* one line; empty: none */
    char *body;
};
void template_text_fini(struct template_text *text); /* a zeroed struct is fine */

/* Puts values into subject and body. Values are data: never markup, never further fields; control characters of theirs
 * become spaces (line ends stay in the body where the field has several lines), and characters that turn the direction
 * of what follows are left out. The text is plain: what it is put into must escape it.
 * {{pay_by_date}} and {{settlement_amount}} follow from other values where they are not set.
 * ret_text  owned by the caller (template_text_fini) on STATUS_OK, untouched otherwise.
 * Fails with INVALID_ARGUMENT naming the field where one that the text uses has no value or none that is UTF-8, is
 * longer than TEMPLATE_VALUE_MAX_BYTES or is money of an unknown currency; RESOURCE_EXHAUSTED. */
#define TEMPLATE_VALUE_MAX_BYTES 2000
MUST_USE enum status template_render(const struct template *template, const struct template_values *values,
                                     struct template_text *ret_text, struct error *err);

#endif
