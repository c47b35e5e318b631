#ifndef DUNLIN_BANKSTATEMENT_CAMT053_FIELDS_H
#define DUNLIN_BANKSTATEMENT_CAMT053_FIELDS_H

#include <stdbool.h>

/* Which elements of a camt.053 are read, as tables; no business of the module's callers. */

/* The parts of a message that repeat, or begin something. */
enum camt_section {
    CAMT_MESSAGE,
    CAMT_STATEMENT,
    CAMT_BALANCE,
    CAMT_ENTRY,
    CAMT_DETAIL,
    CAMT_SECTION_COUNT,
};

enum camt_field {
    CAMT_MESSAGE_ID,
    CAMT_MESSAGE_PAGE,
    CAMT_MESSAGE_IS_LAST,
    CAMT_ID,
    CAMT_PAGE,
    CAMT_IS_LAST,
    CAMT_SEQUENCE_NUMBER,
    CAMT_LEGAL_SEQUENCE_NUMBER,
    CAMT_IBAN,
    CAMT_OTHER_ACCOUNT,
    CAMT_ACCOUNT_CURRENCY,
    CAMT_BALANCE_CODE,
    CAMT_BALANCE_AMOUNT,
    CAMT_BALANCE_SIDE,
    CAMT_BALANCE_DATE,
    CAMT_ENTRY_REFERENCE,
    CAMT_ENTRY_AMOUNT,
    CAMT_ENTRY_SIDE,
    CAMT_REVERSAL,
    CAMT_STATUS,
    CAMT_STATUS_OF_BANK,
    CAMT_BOOKING_DATE,
    CAMT_VALUE_DATE,
    CAMT_BANK_REFERENCE,
    CAMT_ENTRY_INFORMATION,
    CAMT_BATCH_COUNT,
    CAMT_DETAIL_BANK_REFERENCE,
    CAMT_END_TO_END_ID,
    CAMT_DETAIL_AMOUNT,
    CAMT_TRANSACTION_AMOUNT,
    CAMT_DETAIL_SIDE,
    CAMT_DEBTOR_NAME,
    CAMT_DEBTOR_ACCOUNT,
    CAMT_CREDITOR_NAME,
    CAMT_CREDITOR_ACCOUNT,
    CAMT_REMITTANCE,
    CAMT_CREDITOR_REFERENCE,
    CAMT_DOCUMENT,
    CAMT_RETURN,
    CAMT_RETURN_CODE,
    CAMT_RETURN_TEXT,
    CAMT_DETAIL_INFORMATION,
    CAMT_FIELD_COUNT,
};

struct camt_row {
    enum camt_field field;
    const char *path;
    bool repeats; /* else it may stand once within its section */
};

/* NULL where the element is none that is read. */
const struct camt_row *camt_row_of(const char *path);
/* The first path of a field, for messages. */
const char *camt_path(enum camt_field field);
enum camt_section camt_section_of(enum camt_field field);

const char *camt_section_path(enum camt_section section);
/* CAMT_SECTION_COUNT where the element begins none. */
enum camt_section camt_section_at(const char *path);

#endif
