#include "intake_rejects.h"

#include <assert.h>

static const struct {
    const char *name;
    const char *meaning;
} CODES[REJECT_CODE_COUNT] = {
    [REJECT_OVERSIZE] = {"OVERSIZE", "the record is longer than 64 KiB"},
    [REJECT_NUL_BYTE] = {"NUL_BYTE", "the record holds a zero byte"},
    [REJECT_BAD_QUOTE] = {"BAD_QUOTE", "a quote is not closed, or stands inside a cell that does not begin with one"},
    [REJECT_BAD_JSON] = {"BAD_JSON", "the line is no JSON object of plain values"},
    [REJECT_TOO_FEW_CELLS] = {"TOO_FEW_CELLS", "fewer cells than the header has columns"},
    [REJECT_TOO_MANY_CELLS] = {"TOO_MANY_CELLS", "more cells than the header has columns"},
    [REJECT_BAD_ENCODING] = {"BAD_ENCODING", "bytes that are no text in the mapping's encoding"},
    [REJECT_BAD_CHARACTER] = {"BAD_CHARACTER", "a control character, or one that turns the direction of writing"},
    [REJECT_TOO_LONG] = {"TOO_LONG", "longer than the field may be"},
    [REJECT_MISSING] = {"MISSING", "a required field is empty"},
    [REJECT_BAD_REFERENCE] = {"BAD_REFERENCE",
                              "a placeholder (N/A, NULL, UNKNOWN, 0, -) where a reference is expected"},
    [REJECT_BAD_TAX_ID] = {"BAD_TAX_ID", "too short, or one and the same digit throughout"},
    [REJECT_BAD_DATE] = {"BAD_DATE", "not a date in the mapping's form, or no such day"},
    [REJECT_FUTURE_DATE] = {"FUTURE_DATE", "further ahead than the field may lie"},
    [REJECT_BAD_MONEY] = {"BAD_MONEY", "not an amount in the mapping's form"},
    [REJECT_NEGATIVE] = {"NEGATIVE", "an amount below zero"},
    [REJECT_ZERO] = {"ZERO", "nothing is owed, or nothing was paid"},
    [REJECT_OVERFLOW] = {"OVERFLOW", "an amount above 10,000,000,000,000 minor units (a hundred billion dollars)"},
    [REJECT_UNKNOWN_CURRENCY] = {"UNKNOWN_CURRENCY", "no currency code of ISO 4217"},
    [REJECT_BAD_BOOLEAN] = {"BAD_BOOLEAN", "neither one of the true nor of the false values"},
    [REJECT_BAD_PHONE] = {"BAD_PHONE", "not a phone number that can exist"},
    [REJECT_BAD_EMAIL] = {"BAD_EMAIL", "not an e-mail address"},
    [REJECT_BAD_ADDRESS] = {"BAD_ADDRESS",
                            "no such state, a postcode that the country does not have, or a part is missing"},
    [REJECT_BAD_COUNTRY] = {"BAD_COUNTRY", "no two-letter country code of ISO 3166"},
    [REJECT_BAD_TIME_ZONE] = {"BAD_TIME_ZONE", "the IANA database has no such zone"},
    [REJECT_NO_IDENTITY] = {"NO_IDENTITY",
                            "neither debtor reference, nor tax id, nor name with postcode and birth date"},
    [REJECT_NOTHING_TO_UPDATE] = {"NOTHING_TO_UPDATE", "an update without any value"},
    [REJECT_DUPLICATE_REFERENCE] = {"DUPLICATE_REFERENCE",
                                    "the client's reference is placed already; the reason says where"},
    [REJECT_DUPLICATE_PAYMENT] = {"DUPLICATE_PAYMENT", "the payment was reported already; the reason says where"},
    [REJECT_UNKNOWN_REFERENCE] = {"UNKNOWN_REFERENCE", "no account of this client has the reference"},
    [REJECT_ALREADY_RECALLED] = {"ALREADY_RECALLED", "the client took the account back before"},
    [REJECT_CURRENCY_MISMATCH] = {"CURRENCY_MISMATCH", "the account is in another currency"},
    [REJECT_TOO_MANY_CONTACT_POINTS] = {"TOO_MANY_CONTACT_POINTS", "the debtor would have more than 100"},
    [REJECT_BAD_DEBT_KIND] = {"BAD_DEBT_KIND", "no kind of debt that the mapping or Dunlin knows"},
};

const char *reject_code_name(enum reject_code code)
{
    assert(code < REJECT_CODE_COUNT);
    return CODES[code].name;
}

const char *reject_code_meaning(enum reject_code code)
{
    assert(code < REJECT_CODE_COUNT);
    return CODES[code].meaning;
}

void reject_print_reference(FILE *out)
{
    fputs("| code | meaning |\n|---|---|\n", out);
    for (size_t i = 0; i < REJECT_CODE_COUNT; i++)
        fprintf(out, "| `%s` | %s |\n", CODES[i].name, CODES[i].meaning);
}
