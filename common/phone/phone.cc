#include <glib.h>
#include <phonenumbers/phonenumberutil.h>
#include <unicode/uclean.h>

#include <atomic>
#include <cstring>
#include <exception>
#include <new>
#include <string>

extern "C" {
#include "phone/phone.h"
}

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

/* As libphonenumber's Java edition has it. The C++ edition checks no length and its regular expressions take a time
 * that grows faster than the text: nearly a minute for 100,000 digits. */
#define TEXT_MAX_BYTES  250
#define NATIONAL_DIGITS 10 /* of numbers of the North American plan */

namespace
{

/* The texts never repeat the number: they end up in logs, where no debtor's number may stand in clear. */
const char *text_of(PhoneNumberUtil::ErrorType error)
{
    switch (error) {
    case PhoneNumberUtil::NO_PARSING_ERROR:
        break;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
        return "no such country code, and no known region to assume";
    case PhoneNumberUtil::NOT_A_NUMBER:
        return "not a number";
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
    case PhoneNumberUtil::TOO_SHORT_NSN:
        return "too short";
    case PhoneNumberUtil::TOO_LONG_NSN:
        return "too long";
    }
    return "not a number";
}

const char *text_of(PhoneNumberUtil::ValidationResult result)
{
    switch (result) {
    case PhoneNumberUtil::IS_POSSIBLE:
        return "not a valid number of its region";
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY:
        return "too short: the area code is missing";
    case PhoneNumberUtil::INVALID_COUNTRY_CODE:
        return "no such country code";
    case PhoneNumberUtil::TOO_SHORT:
        return "too short";
    case PhoneNumberUtil::INVALID_LENGTH:
        return "of a length that its region does not have";
    case PhoneNumberUtil::TOO_LONG:
        return "too long";
    }
    return "not a valid number of its region";
}

enum phone_kind kind_of(PhoneNumberUtil::PhoneNumberType type)
{
    switch (type) {
    case PhoneNumberUtil::FIXED_LINE:
        return PHONE_FIXED;
    case PhoneNumberUtil::MOBILE:
        return PHONE_MOBILE;
    case PhoneNumberUtil::TOLL_FREE:
        return PHONE_TOLL_FREE;
    case PhoneNumberUtil::VOIP:
        return PHONE_VOIP;
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE:
    case PhoneNumberUtil::UNKNOWN:
        return PHONE_UNKNOWN;
    case PhoneNumberUtil::PREMIUM_RATE:
    case PhoneNumberUtil::SHARED_COST:
    case PhoneNumberUtil::PERSONAL_NUMBER:
    case PhoneNumberUtil::PAGER:
    case PhoneNumberUtil::UAN:
    case PhoneNumberUtil::VOICEMAIL:
        return PHONE_OTHER;
    }
    return PHONE_UNKNOWN;
}

/* Ten digits from 2 on, or those behind a 1 or a +1, and what people put between them: to Parse too, which takes a
 * dozen regular expressions to see it, such a text is that number. Most numbers of a portfolio from the US and Canada
 * are written so. */
bool read_plain_nanp(const char *text, const char *region, PhoneNumber *number)
{
    uint64_t national = 0;
    int n_digits = 0;

    if (std::strcmp(region, "US") != 0 && std::strcmp(region, "CA") != 0)
        return false;
    text += std::strspn(text, " ");
    if (*text == '+' && text[1] != '1')
        return false;
    text += *text == '+';
    text += *text == '1';
    for (; *text != '\0'; text++) {
        if (*text >= '0' && *text <= '9') {
            if ((n_digits == 0 && *text < '2') || ++n_digits > NATIONAL_DIGITS)
                return false;
            national = national * 10 + static_cast<uint64_t>(*text - '0');
        } else if (std::strchr(" -.()", *text) == nullptr) {
            return false;
        }
    }
    if (n_digits != NATIONAL_DIGITS)
        return false;
    number->set_country_code(1);
    number->set_national_number(national);
    return true;
}

/* Of a plain number, which has ten digits from 2 on. What it is follows from the first seven: no pattern of the
 * American plan looks further (the longest are 246521[0369] and 8766060). GetNumberType matches up to fifty regular
 * expressions, and takes as long as the rest of an account. */
PhoneNumberUtil::PhoneNumberType type_of_plain(const PhoneNumberUtil &util, const PhoneNumber &number)
{
    static std::atomic<uint8_t>
        known[8 * 1000 * 1000]; /* type + 2, 0: not looked at yet; written alike by every thread */
    std::atomic<uint8_t> &entry = known[number.national_number() / 1000 - 2 * 1000 * 1000];
    const uint8_t found = entry.load(std::memory_order_relaxed);
    if (found != 0)
        return static_cast<PhoneNumberUtil::PhoneNumberType>(found - 2);
    const PhoneNumberUtil::PhoneNumberType type = util.GetNumberType(number);
    entry.store(static_cast<uint8_t>(type + 2), std::memory_order_relaxed);
    return type;
}

enum status parse(const char *text, const char *region, struct phone *ret_phone, struct error *err)
{
    const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    std::string e164;

    const bool is_plain = read_plain_nanp(text, region, &number);
    if (!is_plain) {
        PhoneNumberUtil::ErrorType error = util.Parse(text, region, &number);
        if (error != PhoneNumberUtil::NO_PARSING_ERROR)
            return error_set(err, STATUS_INVALID_ARGUMENT, "phone number: %s", text_of(error));
    }
    /* A number is valid (IsValidNumber) where its region has a type for it; both look for the type in the same way. */
    PhoneNumberUtil::PhoneNumberType type = is_plain ? type_of_plain(util, number) : util.GetNumberType(number);
    if (type == PhoneNumberUtil::UNKNOWN)
        return error_set(err, STATUS_INVALID_ARGUMENT, "phone number: %s",
                         text_of(util.IsPossibleNumberWithReason(number)));
    util.Format(number, PhoneNumberUtil::E164, &e164);
    if (e164.size() >= PHONE_E164_SIZE)
        return error_set(err, STATUS_INVALID_ARGUMENT, "phone number: too long");
    std::memcpy(ret_phone->e164, e164.c_str(), e164.size() + 1);
    ret_phone->kind = kind_of(type);
    return STATUS_OK;
}

void *allocate(const void *context, size_t size)
{
    (void)context;
    return g_malloc(size);
}

void *reallocate(const void *context, void *old, size_t size)
{
    (void)context;
    return g_realloc(old, size);
}

void release(const void *context, void *memory)
{
    (void)context;
    g_free(memory);
}

/* Without memory ICU's regular expressions match nothing, and a good number would be called a bad one, for good. GLib's
 * functions end the process instead. */
bool share_memory_with_glib()
{
    UErrorCode code = U_ZERO_ERROR;
    u_setMemoryFunctions(nullptr, allocate, reallocate, release, &code);
    return U_SUCCESS(code);
}

} // namespace

/* No exception may leave into C. */
enum status phone_parse(const char *text, const char *region, struct phone *ret_phone, struct error *err)
{
    static const bool shares_memory = share_memory_with_glib();
    g_assert(shares_memory);
    if (strnlen(text, TEXT_MAX_BYTES + 1) > TEXT_MAX_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "phone number: too long");
    try {
        return parse(text, region ? region : "", ret_phone, err);
    } catch (const std::bad_alloc &) {
        std::terminate(); /* as GLib does: nobody may take it for a word about the number */
    } catch (const std::exception &) {
        return error_set(err, STATUS_INTERNAL, "phone number: libphonenumber failed");
    }
}
