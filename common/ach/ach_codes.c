#include "ach/ach_codes.h"

#include <stddef.h>
#include <string.h>

#include "ach/ach.h"

/* R11 counts as unauthorised: since April 2021 the network charges its returns as such, and where descriptions of the
 * rate differ about it the stricter is taken. R51 is of RCK entries. What stops an instrument: the account is gone, was
 * never there, cannot be debited, its holder is dead, or nobody authorised it. Not so where money was short (R01, R09),
 * one payment was stopped (R08) or one entry was wrong (R11, R17 to R19, R24 to R27). */
const struct ach_return_code ACH_RETURN_CODES[] = {
    {"R01", ACH_OTHER_RETURN, false, "insufficient funds"},
    {"R02", ACH_ADMINISTRATIVE, true, "account closed"},
    {"R03", ACH_ADMINISTRATIVE, true, "no account, or unable to locate it"},
    {"R04", ACH_ADMINISTRATIVE, true, "invalid account number"},
    {"R05", ACH_UNAUTHORIZED, true, "unauthorised debit to a consumer's account under a corporate class"},
    {"R06", ACH_OTHER_RETURN, false, "returned at the request of the originating institution"},
    {"R07", ACH_UNAUTHORIZED, true, "authorization revoked"},
    {"R08", ACH_OTHER_RETURN, false, "payment stopped"},
    {"R09", ACH_OTHER_RETURN, false, "uncollected funds"},
    {"R10", ACH_UNAUTHORIZED, true, "not authorised, says the customer"},
    {"R11", ACH_UNAUTHORIZED, false, "not in accordance with the terms of the authorization, says the customer"},
    {"R12", ACH_OTHER_RETURN, true, "account sold to another institution"},
    {"R13", ACH_OTHER_RETURN, true, "invalid routing number"},
    {"R14", ACH_OTHER_RETURN, true, "representative payee deceased or unable to continue"},
    {"R15", ACH_OTHER_RETURN, true, "beneficiary or account holder deceased"},
    {"R16", ACH_OTHER_RETURN, true, "account frozen, or entry returned on instruction of OFAC"},
    {"R17", ACH_OTHER_RETURN, false, "file record edit criteria, or questionable circumstances"},
    {"R18", ACH_OTHER_RETURN, false, "improper effective entry date"},
    {"R19", ACH_OTHER_RETURN, false, "amount field error"},
    {"R20", ACH_OTHER_RETURN, true, "non-transaction account"},
    {"R21", ACH_OTHER_RETURN, false, "invalid company identification"},
    {"R22", ACH_OTHER_RETURN, false, "invalid individual id number"},
    {"R23", ACH_OTHER_RETURN, false, "credit refused by the receiver"},
    {"R24", ACH_OTHER_RETURN, false, "duplicate entry"},
    {"R25", ACH_OTHER_RETURN, false, "addenda error"},
    {"R26", ACH_OTHER_RETURN, false, "mandatory field error"},
    {"R27", ACH_OTHER_RETURN, false, "trace number error"},
    {"R28", ACH_OTHER_RETURN, true, "routing number check digit error"},
    {"R29", ACH_UNAUTHORIZED, true, "not authorised, says the corporate customer"},
    {"R30", ACH_OTHER_RETURN, false, "receiving institution takes no part in check truncation"},
    {"R31", ACH_OTHER_RETURN, false, "permissible return, agreed between the institutions"},
    {"R32", ACH_OTHER_RETURN, false, "receiving institution cannot settle"},
    {"R33", ACH_OTHER_RETURN, false, "return of an XCK entry"},
    {"R34", ACH_OTHER_RETURN, true, "receiving institution's participation is limited"},
    {"R35", ACH_OTHER_RETURN, true, "improper debit: the account may not be debited"},
    {"R36", ACH_OTHER_RETURN, false, "improper credit"},
    {"R37", ACH_OTHER_RETURN, false, "source document presented for payment"},
    {"R38", ACH_OTHER_RETURN, false, "payment of the source document stopped"},
    {"R39", ACH_OTHER_RETURN, false, "improper source document"},
    {"R50", ACH_OTHER_RETURN, false, "state law forbids the RCK entry"},
    {"R51", ACH_UNAUTHORIZED, false, "RCK entry ineligible or improper"},
    {"R52", ACH_OTHER_RETURN, false, "payment of the item of an RCK entry stopped"},
    {"R53", ACH_OTHER_RETURN, false, "item and RCK entry both presented for payment"},
    {"R61", ACH_OTHER_RETURN, false, "dishonoured: misrouted return"},
    {"R62", ACH_OTHER_RETURN, false, "dishonoured: return of an erroneous or reversing debit"},
    {"R67", ACH_OTHER_RETURN, false, "dishonoured: duplicate return"},
    {"R68", ACH_OTHER_RETURN, false, "dishonoured: untimely return"},
    {"R69", ACH_OTHER_RETURN, false, "dishonoured: field errors"},
    {"R70", ACH_OTHER_RETURN, false, "dishonoured: permissible return not accepted, or return not requested"},
    {"R71", ACH_OTHER_RETURN, false, "contested: misrouted dishonoured return"},
    {"R72", ACH_OTHER_RETURN, false, "contested: untimely dishonoured return"},
    {"R73", ACH_OTHER_RETURN, false, "contested: the original return was timely"},
    {"R74", ACH_OTHER_RETURN, false, "contested: corrected return"},
    {"R75", ACH_OTHER_RETURN, false, "contested: the return was no duplicate"},
    {"R76", ACH_OTHER_RETURN, false, "contested: no errors found"},
    {"R77", ACH_OTHER_RETURN, false, "contested: dishonoured as R62, not accepted"},
    {0},
};

const struct ach_return_code *ach_find_return_code(const char *code)
{
    for (const struct ach_return_code *row = ACH_RETURN_CODES; row->code != NULL; row++)
        if (strcmp(row->code, code) == 0)
            return row;
    return NULL;
}

const struct ach_change_code ACH_CHANGE_CODES[] = {
    {"C01", "account number"},
    {"C02", "routing number"},
    {"C03", "routing number and account number"},
    {"C04", "individual's or company's name"},
    {"C05", "transaction code"},
    {"C06", "account number and transaction code"},
    {"C07", "routing number, account number and transaction code"},
    {"C08", "receiving institution's identification, of IAT entries"},
    {"C09", "individual id number"},
    {"C10", "company name"},
    {"C11", "company identification"},
    {"C12", "company name and company identification"},
    {"C13", "format of the addendum"},
    {"C14", "class of an outbound international payment"},
    {"C61", "refused: misrouted"},
    {"C62", "refused: incorrect trace number"},
    {"C63", "refused: incorrect company identification"},
    {"C64", "refused: incorrect individual id number"},
    {"C65", "refused: corrected data incorrectly formatted"},
    {"C66", "refused: incorrect discretionary data"},
    {"C67", "refused: routing number not that of the original entry"},
    {"C68", "refused: account number not that of the original entry"},
    {"C69", "refused: incorrect transaction code"},
    {0},
};

const struct ach_change_code *ach_find_change_code(const char *code)
{
    for (const struct ach_change_code *row = ACH_CHANGE_CODES; row->code != NULL; row++)
        if (strcmp(row->code, code) == 0)
            return row;
    return NULL;
}

/* --- corrected data -------------------------------------------------------------------------------------------------
 */

#define CORRECTED_BYTES 29
#define ROUTING_BYTES   9
#define ACCOUNT_BYTES   17
#define CODE_BYTES      2
#define NOT_THERE       (-1)

/* Where each number begins in the corrected data; all else is blank. */
static const struct correction_layout {
    const char *code;
    int routing, account, transaction_code;
} LAYOUTS[] = {
    {"C01", NOT_THERE, 0, NOT_THERE}, {"C02", 0, NOT_THERE, NOT_THERE}, {"C03", 0, 12, NOT_THERE},
    {"C05", NOT_THERE, NOT_THERE, 0}, {"C06", NOT_THERE, 0, 20},        {"C07", 0, 9, 26},
};

/* Moves a number out of `rest`, which is left with blanks there, into `ret_text` without the blanks at its end. */
static void take(char *rest, int from, size_t n, char *ret_text)
{
    if (from == NOT_THERE)
        return;
    memcpy(ret_text, rest + from, n);
    memset(rest + from, ' ', n);
    while (n > 0 && ret_text[n - 1] == ' ')
        n--;
    ret_text[n] = '\0';
}

static const struct correction_layout *find_layout(const char *code)
{
    for (size_t i = 0; i < ARRAY_SIZE(LAYOUTS); i++)
        if (strcmp(LAYOUTS[i].code, code) == 0)
            return &LAYOUTS[i];
    return NULL;
}

enum status ach_correction_read(const char *code, const char *corrected, struct ach_correction *ret_correction,
                                struct error *err)
{
    const struct correction_layout *layout = find_layout(code);
    const size_t len = strlen(corrected);
    struct ach_correction correction = {0};
    char rest[CORRECTED_BYTES + 1], transaction_code[CODE_BYTES + 1] = "";

    if (layout == NULL)
        return error_set(err, STATUS_UNIMPLEMENTED, "corrected data of %s: text, without a layout", code);
    if (len > CORRECTED_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "corrected data of %s: longer than %d", code, CORRECTED_BYTES);
    memset(rest, ' ', CORRECTED_BYTES);
    memcpy(rest, corrected, len);
    rest[CORRECTED_BYTES] = '\0';
    take(rest, layout->routing, ROUTING_BYTES, correction.routing);
    take(rest, layout->account, ACCOUNT_BYTES, correction.account);
    take(rest, layout->transaction_code, CODE_BYTES, transaction_code);
    if (strspn(rest, " ") != CORRECTED_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "corrected data of %s: not blank where it has nothing to say",
                         code);
    if (layout->routing != NOT_THERE && !ach_routing_is_valid(correction.routing))
        return error_set(err, STATUS_INVALID_ARGUMENT, "corrected data of %s: no routing number", code);
    if (layout->account != NOT_THERE && (correction.account[0] == '\0' || correction.account[0] == ' '))
        return error_set(err, STATUS_INVALID_ARGUMENT, "corrected data of %s: no account number at its place", code);
    if (layout->transaction_code != NOT_THERE) {
        if (strlen(transaction_code) == CODE_BYTES && strspn(transaction_code, "0123456789") == CODE_BYTES)
            correction.transaction_code = (transaction_code[0] - '0') * 10 + (transaction_code[1] - '0');
        if (ach_find_transaction(correction.transaction_code) == NULL)
            return error_set(err, STATUS_INVALID_ARGUMENT, "corrected data of %s: no transaction code", code);
    }
    *ret_correction = correction;
    return STATUS_OK;
}
