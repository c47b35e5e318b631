#ifndef DUNLIN_ACH_ACH_LAYOUT_H
#define DUNLIN_ACH_ACH_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the fields of each record stand and what each may hold: the one place that the writer and the reader have it
 * from. No business of the module's callers. */
enum ach_record {
    ACH_FILE_HEADER,
    ACH_BATCH_HEADER,
    ACH_ENTRY,
    ACH_PAYMENT_ADDENDUM,        /* 05 */
    ACH_CHANGE_ADDENDUM,         /* 98, C01 to C60 */
    ACH_REFUSED_CHANGE_ADDENDUM, /* 98, C61 to C69 */
    ACH_RETURN_ADDENDUM,         /* 99 */
    ACH_DISHONORED_ADDENDUM,     /* 99, R61 to R70 */
    ACH_CONTESTED_ADDENDUM,      /* 99, R71 to R79 */
    ACH_BATCH_CONTROL,
    ACH_FILE_CONTROL,
    ACH_N_RECORDS,
};

/* Texts are debtors' data, account numbers among them: no error quotes one. */
enum ach_content {
    CONTENT_FIXED,           /* `fixed` to the letter */
    CONTENT_BLANK,           /* reserved */
    CONTENT_TEXT,            /* to the left; may be blank */
    CONTENT_NEEDED_TEXT,     /* not blank */
    CONTENT_NUMBER,          /* digits throughout */
    CONTENT_MASKED,          /* digits; beside an account number, of which a part may stand there in error */
    CONTENT_DATE,            /* YYMMDD */
    CONTENT_OPTIONAL_DATE,   /* or blank, or zeros */
    CONTENT_OPTIONAL_DAY,    /* 001 to 366 of a year, or blank, or zeros */
    CONTENT_OPTIONAL_MINUTE, /* HHMM, or blank */
};

struct ach_field {
    const char *name;
    uint8_t first, last; /* from 1, inclusive, as the format counts */
    enum ach_content content;
    const char *fixed;
};

struct ach_layout {
    const char *name;
    const struct ach_field *fields;
    size_t n_fields;
};
extern const struct ach_layout ACH_LAYOUTS[ACH_N_RECORDS];

/* The fields by record; the record type is always the first. */
enum ach_file_header_field {
    FILE_HEADER_TYPE,
    FILE_HEADER_PRIORITY,
    FILE_HEADER_DESTINATION,
    FILE_HEADER_ORIGIN,
    FILE_HEADER_DATE,
    FILE_HEADER_TIME,
    FILE_HEADER_MODIFIER,
    FILE_HEADER_RECORD_SIZE,
    FILE_HEADER_BLOCKING,
    FILE_HEADER_FORMAT,
    FILE_HEADER_DESTINATION_NAME,
    FILE_HEADER_ORIGIN_NAME,
    FILE_HEADER_REFERENCE,
};

enum ach_batch_header_field {
    BATCH_HEADER_TYPE,
    BATCH_HEADER_SERVICE,
    BATCH_HEADER_COMPANY,
    BATCH_HEADER_DISCRETIONARY,
    BATCH_HEADER_COMPANY_ID,
    BATCH_HEADER_CLASS,
    BATCH_HEADER_DESCRIPTION,
    BATCH_HEADER_DESCRIPTIVE_DATE,
    BATCH_HEADER_EFFECTIVE,
    BATCH_HEADER_SETTLEMENT,
    BATCH_HEADER_STATUS,
    BATCH_HEADER_ODFI,
    BATCH_HEADER_NUMBER,
};

enum ach_entry_field {
    ENTRY_TYPE,
    ENTRY_TRANSACTION,
    ENTRY_RDFI,
    ENTRY_CHECK_DIGIT,
    ENTRY_ACCOUNT,
    ENTRY_AMOUNT,
    ENTRY_INDIVIDUAL_ID,
    ENTRY_INDIVIDUAL_NAME,
    ENTRY_DISCRETIONARY,
    ENTRY_INDICATOR,
    ENTRY_TRACE,
};

/* Of every addendum; then what each kind has. */
enum ach_addendum_field {
    ADDENDUM_TYPE,
    ADDENDUM_KIND,
};

enum ach_payment_field {
    PAYMENT_INFORMATION = ADDENDUM_KIND + 1,
    PAYMENT_SEQUENCE,
    PAYMENT_ENTRY,
};

/* The same in all addenda 98 and 99. */
enum ach_answer_field {
    ANSWER_CODE = ADDENDUM_KIND + 1,
    ANSWER_ORIGINAL_TRACE,
    ANSWER_DATE, /* return: of death; contested: when the entry was returned; else reserved */
    ANSWER_ORIGINAL_RDFI,
    ANSWER_REST, /* what follows differs */
};

enum ach_change_field {
    CHANGE_CORRECTED = ANSWER_REST,
    CHANGE_RESERVED,
    CHANGE_TRACE,
};

enum ach_refused_field {
    REFUSED_CORRECTED = ANSWER_REST,
    REFUSED_CODE,
    REFUSED_SEQUENCE,
    REFUSED_RESERVED,
    REFUSED_TRACE,
};

enum ach_return_field {
    RETURN_INFORMATION = ANSWER_REST,
    RETURN_TRACE,
};

enum ach_dishonored_field {
    DISHONORED_RESERVED = ANSWER_REST,
    DISHONORED_RETURN_TRACE,
    DISHONORED_RETURN_DAY,
    DISHONORED_RETURN_CODE,
    DISHONORED_INFORMATION,
    DISHONORED_TRACE,
};

enum ach_contested_field {
    CONTESTED_ORIGINAL_DAY = ANSWER_REST,
    CONTESTED_RETURN_TRACE,
    CONTESTED_RETURN_DAY,
    CONTESTED_RETURN_CODE,
    CONTESTED_DISHONORED_TRACE,
    CONTESTED_DISHONORED_DAY,
    CONTESTED_DISHONORED_CODE,
    CONTESTED_RESERVED,
    CONTESTED_TRACE,
};

enum ach_batch_control_field {
    BATCH_CONTROL_TYPE,
    BATCH_CONTROL_SERVICE,
    BATCH_CONTROL_COUNT,
    BATCH_CONTROL_HASH,
    BATCH_CONTROL_DEBITS,
    BATCH_CONTROL_CREDITS,
    BATCH_CONTROL_COMPANY_ID,
    BATCH_CONTROL_AUTHENTICATION,
    BATCH_CONTROL_RESERVED,
    BATCH_CONTROL_ODFI,
    BATCH_CONTROL_NUMBER,
};

enum ach_file_control_field {
    FILE_CONTROL_TYPE,
    FILE_CONTROL_BATCHES,
    FILE_CONTROL_BLOCKS,
    FILE_CONTROL_COUNT,
    FILE_CONTROL_HASH,
    FILE_CONTROL_DEBITS,
    FILE_CONTROL_CREDITS,
    FILE_CONTROL_RESERVED,
};

static inline const struct ach_field *ach_field_at(enum ach_record record, int field)
{
    return &ACH_LAYOUTS[record].fields[field];
}

static inline size_t ach_field_bytes(const struct ach_field *field)
{
    return (size_t)(field->last - field->first) + 1;
}

/* A record of these up to the end of the last block. */
#define ACH_FILLER '9'

/* Letters, digits, blank and the signs of ASCII. */
static inline bool ach_is_allowed(unsigned char byte)
{
    return byte >= 0x20 && byte <= 0x7e;
}

#endif
