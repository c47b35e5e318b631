#ifndef DUNLIN_INTAKE_FIELDS_H
#define DUNLIN_INTAKE_FIELDS_H

#include <stddef.h>
#include <stdio.h>

/* What a file may say: one table (intake_fields.c) of which the mapping's checks, the row's checks and the reference in
 * README.md come. */

/* Values as on the wire (dunlin.intake.v1.FileKind) and in intake.placement. */
enum file_kind {
    FILE_PLACEMENT = 1,
    FILE_PAYMENT = 2,
    FILE_UPDATE = 3,
    FILE_RECALL = 4,
};
#define FILE_KIND_FIRST FILE_PLACEMENT
#define FILE_KIND_LAST  FILE_RECALL

/* "placement"; NULL for a number that is no kind. */
const char *file_kind_name(enum file_kind kind);

/* What a debt is of; values as on the wire (dunlin.intake.v1.DebtKind) and in intake.account. */
enum debt_kind {
    DEBT_KIND_UNSPECIFIED,
    DEBT_KIND_CONSUMER,
    DEBT_KIND_CREDIT_CARD,
    DEBT_KIND_MEDICAL,
    DEBT_KIND_MORTGAGE,
    DEBT_KIND_STUDENT_LOAN,
    DEBT_KIND_AUTO,
    DEBT_KIND_COMMERCIAL,
    DEBT_KIND_COUNT,
};
#define DEBT_KIND_NAMES "consumer, credit_card, medical, mortgage, student_loan, auto, commercial"

/* By its name, in whatever case; DEBT_KIND_UNSPECIFIED where there is none. */
enum debt_kind debt_kind_by_name(const char *name);

enum field {
    FIELD_CLIENT,
    FIELD_CLIENT_REFERENCE,
    FIELD_DEBTOR_REFERENCE,
    FIELD_DEBTOR_NAME,
    FIELD_GIVEN_NAME,
    FIELD_FAMILY_NAME,
    FIELD_IS_NATURAL_PERSON,
    FIELD_TAX_ID,
    FIELD_BIRTH_DATE,
    FIELD_BALANCE,
    FIELD_AMOUNT,
    FIELD_CURRENCY,
    FIELD_DUE_DATE,
    FIELD_OPENED_DATE,
    FIELD_PAID_DATE,
    FIELD_PAYMENT_REFERENCE,
    FIELD_DISPUTED,
    FIELD_PHONE,
    FIELD_PHONE_2,
    FIELD_PHONE_3,
    FIELD_EMAIL,
    FIELD_EMAIL_2,
    FIELD_STREET,
    FIELD_STREET_2,
    FIELD_CITY,
    FIELD_STATE,
    FIELD_POSTCODE,
    FIELD_COUNTRY,
    FIELD_TIME_ZONE,
    FIELD_REASON,
    FIELD_DEBT_KIND,
    FIELD_COUNT,
};
#define FIELD_NONE (-1) /* the whole row */

enum field_type {
    FIELD_TYPE_TEXT,      /* for people: line ends and tabs become one space */
    FIELD_TYPE_REFERENCE, /* identifies something: no line ends or tabs, no placeholder such as "N/A" */
    FIELD_TYPE_MONEY,
    FIELD_TYPE_CURRENCY,
    FIELD_TYPE_DATE,
    FIELD_TYPE_BOOL,
    FIELD_TYPE_PHONE,
    FIELD_TYPE_EMAIL,
    FIELD_TYPE_COUNTRY,
    FIELD_TYPE_ZONE,
    FIELD_TYPE_DEBT_KIND,
};

struct field_spec {
    const char *name;
    enum field_type type;
    unsigned required_for; /* FIELD_FOR(kind) bits */
    unsigned allowed_for;  /* the same, optional there; a field in neither set is refused by the mapping */
    size_t max_bytes;      /* of its cell in UTF-8, blanks around it removed */
    int max_days_ahead;    /* FIELD_TYPE_DATE: how far after today it may lie */
    const char *meaning;   /* for the reference */
};
#define FIELD_FOR(kind) (1u << (kind))

const struct field_spec *field_spec(enum field field);

/* By its name in a mapping; FIELD_NONE where there is none. */
int field_by_name(const char *name);

const char *field_type_name(enum field_type type);

/* The field table as Markdown rows, for README.md (a test compares). */
void field_print_reference(FILE *out);

#endif
