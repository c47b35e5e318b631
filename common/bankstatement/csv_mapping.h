#ifndef DUNLIN_BANKSTATEMENT_CSV_MAPPING_H
#define DUNLIN_BANKSTATEMENT_CSV_MAPPING_H

#include <glib.h>

#include "bankstatement/bankstatement.h"

/* What a mapping says; no business of the module's callers. */

enum csv_field {
    CSV_ACCOUNT,
    CSV_CURRENCY,
    CSV_BOOKING_DATE,
    CSV_VALUE_DATE,
    CSV_AMOUNT, /* below zero: a debit; or the next two */
    CSV_DEBIT,
    CSV_CREDIT,
    CSV_BANK_REFERENCE,
    CSV_END_TO_END_ID,
    CSV_CREDITOR_REFERENCE,
    CSV_COUNTERPARTY_NAME,
    CSV_COUNTERPARTY_ACCOUNT,
    CSV_REMITTANCE, /* one column or several, joined by blanks */
    CSV_FIELD_COUNT,
};

#define CSV_COLUMNS_MAX 16 /* of one field */

struct csv_source {
    const char *value; /* the same for every row; NULL: from columns */
    const char *columns[CSV_COLUMNS_MAX];
    size_t n_columns;
    int line; /* of the mapping */
};

struct bank_csv_mapping {
    char *name;
    char delimiter;
    char quote;
    const char *encoding; /* an iconv name; NULL: UTF-8 */
    const char *dates;
    struct money_format money;
    struct csv_source fields[CSV_FIELD_COUNT];
    GStringChunk *texts;
};

/* As it stands in a mapping: "booking_date". */
const char *csv_field_name(enum csv_field field);

#endif
