#include "intake_fields.h"

#include <assert.h>
#include <string.h>

#include <glib.h>

#define P FIELD_FOR(FILE_PLACEMENT)
#define M FIELD_FOR(FILE_PAYMENT)
#define U FIELD_FOR(FILE_UPDATE)
#define R FIELD_FOR(FILE_RECALL)

/* Longest texts: what a letter's address block and a screen can show; references: the longest seen in client systems is
 * 36 (a UUID's text). Days ahead: 1 allows for a sender whose local day is already tomorrow in UTC; a due date more
 * than ten years ahead is a typing error. */
#define TEXT_MAX      200
#define REFERENCE_MAX 64
#define SHORT_MAX     40
#define TOMORROW      1
#define TEN_YEARS     3653

static const struct field_spec FIELDS[FIELD_COUNT] = {
    [FIELD_CLIENT] = {"client", FIELD_TYPE_REFERENCE, P | M | U | R, 0, REFERENCE_MAX, 0,
                      "creditor on whose behalf; given at the top of the mapping"},
    [FIELD_CLIENT_REFERENCE] = {"client_reference", FIELD_TYPE_REFERENCE, P | M | U | R, 0, REFERENCE_MAX, 0,
                                "the client's number of the account; unique per agency and client"},
    [FIELD_DEBTOR_REFERENCE] = {"debtor_reference", FIELD_TYPE_REFERENCE, 0, P, REFERENCE_MAX, 0,
                                "the client's number of the debtor: accounts that share it are one debtor's"},
    [FIELD_DEBTOR_NAME] = {"debtor_name", FIELD_TYPE_TEXT, 0, P, TEXT_MAX, 0, "whole name of the person or firm"},
    [FIELD_GIVEN_NAME] = {"given_name", FIELD_TYPE_TEXT, 0, P, TEXT_MAX / 2, 0,
                          "joined with family_name where there is no debtor_name"},
    [FIELD_FAMILY_NAME] = {"family_name", FIELD_TYPE_TEXT, 0, P, TEXT_MAX / 2, 0, "see given_name"},
    [FIELD_IS_NATURAL_PERSON] = {"is_natural_person", FIELD_TYPE_BOOL, 0, P, SHORT_MAX, 0,
                                 "a person (the default), not a firm"},
    [FIELD_TAX_ID] = {"tax_id", FIELD_TYPE_REFERENCE, 0, P, SHORT_MAX, 0,
                      "tax or social security number; only a keyed hash of it is kept"},
    [FIELD_BIRTH_DATE] = {"birth_date", FIELD_TYPE_DATE, 0, P, SHORT_MAX, TOMORROW,
                          "birth or registration; with name and postcode it tells debtors apart"},
    [FIELD_BALANCE] = {"balance", FIELD_TYPE_MONEY, P, U, SHORT_MAX, 0,
                       "what is owed; above zero in a placement, zero or more in an update"},
    [FIELD_AMOUNT] = {"amount", FIELD_TYPE_MONEY, M, 0, SHORT_MAX, 0, "what was paid; above zero"},
    [FIELD_CURRENCY] = {"currency", FIELD_TYPE_CURRENCY, 0, P | M | U, SHORT_MAX, 0,
                        "ISO 4217 code; given at the top of the mapping; wherever there is an amount"},
    [FIELD_DUE_DATE] = {"due_date", FIELD_TYPE_DATE, P, U, SHORT_MAX, TEN_YEARS, "when it was or is to be paid"},
    [FIELD_OPENED_DATE] = {"opened_date", FIELD_TYPE_DATE, 0, P, SHORT_MAX, TOMORROW,
                           "date of the invoice or contract; the due date where it is empty"},
    [FIELD_PAID_DATE] = {"paid_date", FIELD_TYPE_DATE, M, 0, SHORT_MAX, TOMORROW, "value date of the payment"},
    [FIELD_PAYMENT_REFERENCE] = {"payment_reference", FIELD_TYPE_REFERENCE, 0, M, REFERENCE_MAX, 0,
                                 "the payer's or bank's; one account and reference is one payment, in whatever file"},
    [FIELD_DISPUTED] = {"disputed", FIELD_TYPE_BOOL, 0, P, SHORT_MAX, 0, "the debtor disputes it, says the client"},
    [FIELD_PHONE] = {"phone", FIELD_TYPE_PHONE, 0, P | U, SHORT_MAX, 0, "a phone number, as people write it"},
    [FIELD_PHONE_2] = {"phone_2", FIELD_TYPE_PHONE, 0, P | U, SHORT_MAX, 0, "another one"},
    [FIELD_PHONE_3] = {"phone_3", FIELD_TYPE_PHONE, 0, P | U, SHORT_MAX, 0, "another one"},
    [FIELD_EMAIL] = {"email", FIELD_TYPE_EMAIL, 0, P | U, 254, 0, "an e-mail address"},
    [FIELD_EMAIL_2] = {"email_2", FIELD_TYPE_EMAIL, 0, P | U, 254, 0, "another one"},
    [FIELD_STREET] = {"street", FIELD_TYPE_TEXT, 0, P | U, TEXT_MAX, 0,
                      "street and number; an address needs it and a city or postcode"},
    [FIELD_STREET_2] = {"street_2", FIELD_TYPE_TEXT, 0, P | U, TEXT_MAX, 0, "flat, floor, care of"},
    [FIELD_CITY] = {"city", FIELD_TYPE_TEXT, 0, P | U, TEXT_MAX / 2, 0, "city"},
    [FIELD_STATE] = {"state", FIELD_TYPE_TEXT, 0, P | U, TEXT_MAX / 2, 0,
                     "state or region; in the US the two letters or the name: it gives the time zones"},
    [FIELD_POSTCODE] = {"postcode", FIELD_TYPE_TEXT, 0, P | U, SHORT_MAX, 0, "postcode; in the US 12345 or 12345-6789"},
    [FIELD_COUNTRY] = {"country", FIELD_TYPE_COUNTRY, 0, P | U, SHORT_MAX, 0,
                       "ISO 3166 two-letter code; the mapping's region where it is empty"},
    [FIELD_TIME_ZONE] = {"time_zone", FIELD_TYPE_ZONE, 0, P | U, REFERENCE_MAX, 0,
                         "IANA zone in which the debtor is; takes the place of what the address tells"},
    [FIELD_REASON] = {"reason", FIELD_TYPE_TEXT, 0, R, TEXT_MAX, 0, "why it is recalled"},
    [FIELD_DEBT_KIND] = {"debt_kind", FIELD_TYPE_DEBT_KIND, 0, P, SHORT_MAX, 0,
                         "whose rules it is asked by; where it is empty it counts as a consumer's"},
};

static const char *const TYPE_NAMES[] = {
    [FIELD_TYPE_TEXT] = "text",
    [FIELD_TYPE_REFERENCE] = "reference",
    [FIELD_TYPE_MONEY] = "amount",
    [FIELD_TYPE_CURRENCY] = "currency",
    [FIELD_TYPE_DATE] = "date",
    [FIELD_TYPE_BOOL] = "yes/no",
    [FIELD_TYPE_PHONE] = "phone",
    [FIELD_TYPE_EMAIL] = "e-mail",
    [FIELD_TYPE_COUNTRY] = "country",
    [FIELD_TYPE_ZONE] = "time zone",
    [FIELD_TYPE_DEBT_KIND] = "kind of debt",
};

static const char *const KIND_NAMES[] = {
    [FILE_PLACEMENT] = "placement",
    [FILE_PAYMENT] = "payment",
    [FILE_UPDATE] = "update",
    [FILE_RECALL] = "recall",
};

enum debt_kind debt_kind_by_name(const char *name)
{
    static const char *const NAMES[DEBT_KIND_COUNT] = {
        [DEBT_KIND_CONSUMER] = "consumer",
        [DEBT_KIND_CREDIT_CARD] = "credit_card",
        [DEBT_KIND_MEDICAL] = "medical",
        [DEBT_KIND_MORTGAGE] = "mortgage",
        [DEBT_KIND_AUTO] = "auto",
        [DEBT_KIND_STUDENT_LOAN] = "student_loan",
        [DEBT_KIND_COMMERCIAL] = "commercial",
    };
    for (enum debt_kind kind = DEBT_KIND_CONSUMER; kind < DEBT_KIND_COUNT; kind++)
        if (g_ascii_strcasecmp(NAMES[kind], name) == 0)
            return kind;
    return DEBT_KIND_UNSPECIFIED;
}

const char *file_kind_name(enum file_kind kind)
{
    return kind >= FILE_KIND_FIRST && kind <= FILE_KIND_LAST ? KIND_NAMES[kind] : NULL;
}

const struct field_spec *field_spec(enum field field)
{
    assert(field < FIELD_COUNT);
    return &FIELDS[field];
}

int field_by_name(const char *name)
{
    for (int i = 0; i < FIELD_COUNT; i++)
        if (strcmp(FIELDS[i].name, name) == 0)
            return i;
    return FIELD_NONE;
}

const char *field_type_name(enum field_type type)
{
    return TYPE_NAMES[type];
}

static const char *use_in(const struct field_spec *spec, enum file_kind kind)
{
    if (spec->required_for & FIELD_FOR(kind))
        return "required";
    return spec->allowed_for & FIELD_FOR(kind) ? "may" : "";
}

void field_print_reference(FILE *out)
{
    fputs("| field | type | placement | payment | update | recall | bytes | meaning "
          "|\n|---|---|---|---|---|---|---|---|\n",
          out);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const struct field_spec *spec = &FIELDS[i];
        fprintf(out, "| `%s` | %s | %s | %s | %s | %s | %zu | %s |\n", spec->name, field_type_name(spec->type),
                use_in(spec, FILE_PLACEMENT), use_in(spec, FILE_PAYMENT), use_in(spec, FILE_UPDATE),
                use_in(spec, FILE_RECALL), spec->max_bytes, spec->meaning);
    }
}
