#include "template/template_format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <unicode/udat.h>
#include <unicode/uloc.h>
#include <unicode/unumberformatter.h>
#include <unicode/ustring.h>

#define MS_PER_DAY 86400000.0

bool template_locale(const char *language, char locale[static TEMPLATE_LANGUAGE_SIZE])
{
    char known[TEMPLATE_LANGUAGE_SIZE];
    UErrorCode code = U_ZERO_ERROR;
    int32_t parsed = 0;
    int32_t len = uloc_forLanguageTag(language, known, sizeof(known), &parsed, &code);
    if (U_FAILURE(code) || len <= 0 || (size_t)len >= sizeof(known) || (size_t)parsed != strlen(language))
        return false;
    char wanted[ULOC_LANG_CAPACITY];
    (void)uloc_getLanguage(known, wanted, sizeof(wanted), &code);
    for (int32_t i = 0; U_SUCCESS(code) && i < uloc_countAvailable(); i++) {
        if (strcmp(uloc_getAvailable(i), wanted) == 0) {
            memcpy(locale, known, sizeof(known));
            return true;
        }
    }
    return false;
}

static enum status to_utf8(const UChar *wide, UErrorCode code, char text[static TEMPLATE_FORMATTED_SIZE],
                           struct error *err)
{
    if (U_SUCCESS(code))
        (void)u_strToUTF8(text, TEMPLATE_FORMATTED_SIZE, NULL, wide, -1, &code);
    if (U_FAILURE(code) || code == U_STRING_NOT_TERMINATED_WARNING)
        return error_set(err, code == U_MEMORY_ALLOCATION_ERROR ? STATUS_RESOURCE_EXHAUSTED : STATUS_INTERNAL,
                         "ICU: %s", u_errorName(code));
    return STATUS_OK;
}

/* An exact decimal by a skeleton of ICU's: "currency/EUR". */
static enum status format_decimal(const char *locale, const char *skeleton, const char *decimal,
                                  char text[static TEMPLATE_FORMATTED_SIZE], struct error *err)
{
    UChar wide_skeleton[64];
    UChar wide[TEMPLATE_FORMATTED_SIZE] = {0};
    UErrorCode code = U_ZERO_ERROR;
    u_uastrncpy(wide_skeleton, skeleton, (int32_t)ARRAY_SIZE(wide_skeleton));
    UNumberFormatter *formatter = unumf_openForSkeletonAndLocale(wide_skeleton, -1, locale, &code);
    UFormattedNumber *number = unumf_openResult(&code);
    unumf_formatDecimal(formatter, decimal, -1, number, &code);
    (void)unumf_resultToString(number, wide, (int32_t)ARRAY_SIZE(wide) - 1, &code);
    unumf_closeResult(number);
    unumf_close(formatter);
    return to_utf8(wide, code, text, err);
}

static enum status format_money(const char *locale, const struct money *money,
                                char text[static TEMPLATE_FORMATTED_SIZE], struct error *err)
{
    char amount[MONEY_TEXT_SIZE];
    char skeleton[32];
    if (currency_exponent(money->currency) < 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "'%.3s' is no currency", money->currency);
    (void)snprintf(skeleton, sizeof(skeleton), "currency/%s", money->currency);
    return format_decimal(locale, skeleton, money_format_amount(*money, amount), text, err);
}

/* The long form, which nobody misreads: "November 23, 2026". */
static enum status format_date(const char *locale, struct date date, char text[static TEMPLATE_FORMATTED_SIZE],
                               struct error *err)
{
    UChar utc[8];
    UChar wide[TEMPLATE_FORMATTED_SIZE] = {0};
    UErrorCode code = U_ZERO_ERROR;
    u_uastrncpy(utc, "UTC", (int32_t)ARRAY_SIZE(utc));
    UDateFormat *formatter = udat_open(UDAT_NONE, UDAT_LONG, locale, utc, -1, NULL, 0, &code);
    (void)udat_format(formatter, date.days * MS_PER_DAY, wide, (int32_t)ARRAY_SIZE(wide) - 1, NULL, &code);
    udat_close(formatter);
    return to_utf8(wide, code, text, err);
}

enum status template_format(const char *locale, enum template_kind kind, const struct template_value *value,
                            char text[static TEMPLATE_FORMATTED_SIZE], struct error *err)
{
    char decimal[MONEY_TEXT_SIZE];
    switch (kind) {
    case TEMPLATE_MONEY:
        return format_money(locale, &value->money, text, err);
    case TEMPLATE_DATE:
        return format_date(locale, value->date, text, err);
    case TEMPLATE_NUMBER:
        (void)snprintf(decimal, sizeof(decimal), "%" PRId64, value->number);
        return format_decimal(locale, "precision-integer", decimal, text, err);
    case TEMPLATE_RATE:
        (void)snprintf(decimal, sizeof(decimal), "%" PRId64 "E-6", value->rate);
        return format_decimal(locale, "percent .00####", decimal, text, err);
    case TEMPLATE_TEXT:
    case TEMPLATE_LINES:
        break;
    }
    return error_set(err, STATUS_INTERNAL, "a text is not formatted");
}
