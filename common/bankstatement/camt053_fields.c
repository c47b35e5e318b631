#include "bankstatement/camt053_fields.h"

#include <string.h>

#include "status/scope.h"

#define MESSAGE   "Document/BkToCstmrStmt"
#define STATEMENT MESSAGE "/Stmt"
#define BALANCE   STATEMENT "/Bal"
#define ENTRY     STATEMENT "/Ntry"
#define DETAIL    ENTRY "/NtryDtls/TxDtls"
#define PARTIES   DETAIL "/RltdPties"

static const char *const SECTIONS[CAMT_SECTION_COUNT] = {
    [CAMT_MESSAGE] = MESSAGE, [CAMT_STATEMENT] = STATEMENT, [CAMT_BALANCE] = BALANCE,
    [CAMT_ENTRY] = ENTRY,     [CAMT_DETAIL] = DETAIL,
};

/* Versions differ little in what is read here: a status has become a choice of codes, a party a choice of person and
 * bank, a transaction has got an amount of its own. Each path stands here whatever its version. */
static const struct camt_row ROWS[] = {
    {CAMT_MESSAGE_ID, MESSAGE "/GrpHdr/MsgId", false},
    {CAMT_MESSAGE_PAGE, MESSAGE "/GrpHdr/MsgPgntn/PgNb", false},
    {CAMT_MESSAGE_IS_LAST, MESSAGE "/GrpHdr/MsgPgntn/LastPgInd", false},
    {CAMT_ID, STATEMENT "/Id", false},
    {CAMT_PAGE, STATEMENT "/StmtPgntn/PgNb", false},
    {CAMT_IS_LAST, STATEMENT "/StmtPgntn/LastPgInd", false},
    {CAMT_SEQUENCE_NUMBER, STATEMENT "/ElctrncSeqNb", false},
    {CAMT_LEGAL_SEQUENCE_NUMBER, STATEMENT "/LglSeqNb", false},
    {CAMT_IBAN, STATEMENT "/Acct/Id/IBAN", false},
    {CAMT_OTHER_ACCOUNT, STATEMENT "/Acct/Id/Othr/Id", false},
    {CAMT_ACCOUNT_CURRENCY, STATEMENT "/Acct/Ccy", false},
    {CAMT_BALANCE_CODE, BALANCE "/Tp/CdOrPrtry/Cd", false},
    {CAMT_BALANCE_AMOUNT, BALANCE "/Amt", false},
    {CAMT_BALANCE_SIDE, BALANCE "/CdtDbtInd", false},
    {CAMT_BALANCE_DATE, BALANCE "/Dt/Dt", false},
    {CAMT_BALANCE_DATE, BALANCE "/Dt/DtTm", false},
    {CAMT_ENTRY_REFERENCE, ENTRY "/NtryRef", false},
    {CAMT_ENTRY_AMOUNT, ENTRY "/Amt", false},
    {CAMT_ENTRY_SIDE, ENTRY "/CdtDbtInd", false},
    {CAMT_REVERSAL, ENTRY "/RvslInd", false},
    {CAMT_STATUS, ENTRY "/Sts", false},
    {CAMT_STATUS, ENTRY "/Sts/Cd", false},
    {CAMT_STATUS_OF_BANK, ENTRY "/Sts/Prtry", false},
    {CAMT_BOOKING_DATE, ENTRY "/BookgDt/Dt", false},
    {CAMT_BOOKING_DATE, ENTRY "/BookgDt/DtTm", false},
    {CAMT_VALUE_DATE, ENTRY "/ValDt/Dt", false},
    {CAMT_VALUE_DATE, ENTRY "/ValDt/DtTm", false},
    {CAMT_BANK_REFERENCE, ENTRY "/AcctSvcrRef", false},
    {CAMT_ENTRY_INFORMATION, ENTRY "/AddtlNtryInf", false},
    {CAMT_BATCH_COUNT, ENTRY "/NtryDtls/Btch/NbOfTxs", true},
    {CAMT_DETAIL_BANK_REFERENCE, DETAIL "/Refs/AcctSvcrRef", false},
    {CAMT_END_TO_END_ID, DETAIL "/Refs/EndToEndId", false},
    {CAMT_DETAIL_AMOUNT, DETAIL "/Amt", false},
    {CAMT_TRANSACTION_AMOUNT, DETAIL "/AmtDtls/TxAmt/Amt", false},
    {CAMT_DETAIL_SIDE, DETAIL "/CdtDbtInd", false},
    {CAMT_DEBTOR_NAME, PARTIES "/Dbtr/Nm", false},
    {CAMT_DEBTOR_NAME, PARTIES "/Dbtr/Pty/Nm", false},
    {CAMT_DEBTOR_NAME, PARTIES "/Dbtr/Agt/FinInstnId/Nm", false},
    {CAMT_DEBTOR_ACCOUNT, PARTIES "/DbtrAcct/Id/IBAN", false},
    {CAMT_DEBTOR_ACCOUNT, PARTIES "/DbtrAcct/Id/Othr/Id", false},
    {CAMT_CREDITOR_NAME, PARTIES "/Cdtr/Nm", false},
    {CAMT_CREDITOR_NAME, PARTIES "/Cdtr/Pty/Nm", false},
    {CAMT_CREDITOR_NAME, PARTIES "/Cdtr/Agt/FinInstnId/Nm", false},
    {CAMT_CREDITOR_ACCOUNT, PARTIES "/CdtrAcct/Id/IBAN", false},
    {CAMT_CREDITOR_ACCOUNT, PARTIES "/CdtrAcct/Id/Othr/Id", false},
    {CAMT_REMITTANCE, DETAIL "/RmtInf/Ustrd", true},
    {CAMT_REMITTANCE, DETAIL "/RmtInf/Strd/AddtlRmtInf", true},
    {CAMT_CREDITOR_REFERENCE, DETAIL "/RmtInf/Strd/CdtrRefInf/Ref", true},
    {CAMT_DOCUMENT, DETAIL "/RmtInf/Strd/RfrdDocInf/Nb", true},
    {CAMT_RETURN, DETAIL "/RtrInf", false},
    {CAMT_RETURN_CODE, DETAIL "/RtrInf/Rsn/Cd", false},
    {CAMT_RETURN_CODE, DETAIL "/RtrInf/Rsn/Prtry", false},
    {CAMT_RETURN_TEXT, DETAIL "/RtrInf/AddtlInf", true},
    {CAMT_DETAIL_INFORMATION, DETAIL "/AddtlTxInf", false},
};

/* All of them begin alike: they are compared from the end. */
static bool ends_alike(const char *a, size_t a_len, const char *b)
{
    const size_t b_len = strlen(b);
    return a_len == b_len && a[a_len - 1] == b[b_len - 1] && memcmp(a, b, a_len) == 0;
}

const struct camt_row *camt_row_of(const char *path)
{
    const size_t len = strlen(path);

    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++)
        if (ends_alike(path, len, ROWS[i].path))
            return &ROWS[i];
    return NULL;
}

const char *camt_path(enum camt_field field)
{
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++)
        if (ROWS[i].field == field)
            return ROWS[i].path;
    return "";
}

enum camt_section camt_section_of(enum camt_field field)
{
    if (field >= CAMT_DETAIL_BANK_REFERENCE)
        return CAMT_DETAIL;
    if (field >= CAMT_ENTRY_REFERENCE)
        return CAMT_ENTRY;
    if (field >= CAMT_BALANCE_CODE)
        return CAMT_BALANCE;
    return field >= CAMT_ID ? CAMT_STATEMENT : CAMT_MESSAGE;
}

const char *camt_section_path(enum camt_section section)
{
    return SECTIONS[section];
}

enum camt_section camt_section_at(const char *path)
{
    for (enum camt_section section = 0; section < CAMT_SECTION_COUNT; section++)
        if (strcmp(path, SECTIONS[section]) == 0)
            return section;
    return CAMT_SECTION_COUNT;
}
