#ifndef DUNLIN_ACH_ACH_READER_H
#define DUNLIN_ACH_ACH_READER_H

#include <stddef.h>
#include <stdint.h>

#include "ach/ach.h"
#include "calendar/calendar.h"
#include "status/status.h"

/* Reads a file of the clearing house, of any side: what was sent, what came back. All or nothing. Texts are printable
 * ASCII without the blanks at their end, NUL-terminated; a date that was not given has days 0, a day of the year 0.
 * Account numbers and corrected data are secrets: they stand here and in no error. */

enum ach_addendum_kind {
    ACH_PAYMENT,        /* 05 */
    ACH_CHANGE,         /* 98, a notification of change: ach_correction_read (ach_codes.h) reads what is corrected */
    ACH_REFUSED_CHANGE, /* 98, C61 to C69: the originator's bank does not take the notification */
    ACH_RETURN,         /* 99 */
    ACH_DISHONORED,     /* 99, R61 to R70: the originator's bank sends the return back */
    ACH_CONTESTED,      /* 99, R71 to R79: the receiver's bank insists */
};

struct ach_addendum {
    enum ach_addendum_kind kind;
    char information[81]; /* payment; return and dishonored: addenda information */

    /* All but payment. */
    char code[4];            /* "R01", "C01"; one that ach_codes.h need not know */
    char original_trace[16]; /* of the entry that this answers */
    char original_rdfi[9];   /* the first eight digits of its routing number */
    char trace[16];          /* of this record; not always that of its entry */

    struct date died_on; /* return, R14 and R15 */
    char corrected[30];  /* change, refused change. A secret: it may be an account number */

    /* Refused change: the notification that is refused. */
    char change_code[4]; /* "C01" */
    char change_sequence[8];

    /* Dishonored, contested: the return that was answered. */
    char return_trace[16];
    char return_code[4]; /* "R01" */
    int return_settled;  /* day of the year */

    /* Contested. */
    struct date returned_on;
    int original_settled; /* day of the year */
    char dishonored_trace[16];
    char dishonored_code[4]; /* "R68" */
    int dishonored_settled;  /* day of the year */
};

struct ach_entry {
    size_t record; /* of the file, from 1 */
    int transaction_code;
    char routing[10]; /* nine digits, the last one checked */
    char account[18]; /* a secret */
    int64_t amount_minor;
    char individual_id[16];
    char individual_name[23];
    char discretionary[3];
    char trace[16];
    struct ach_addendum *addendum; /* NULL: none */
};

struct ach_batch {
    size_t record;
    int service_class; /* 200, 220 or 225 */
    char company_name[17];
    char company_discretionary[21];
    char company_id[11];
    char class[4]; /* one of ACH_CLASSES */
    char description[11];
    char descriptive_date[7];
    struct date effective_on;
    int settled; /* day of the year */
    char odfi[9];
    uint32_t number;
    struct ach_entry *entries;
    size_t n_entries; /* at least one */
    int64_t debit_minor, credit_minor;
};

struct ach_file {
    char destination[11]; /* without the blanks before it */
    char destination_name[24];
    char origin[11];
    char origin_name[24];
    char reference[9];
    struct date created_on;
    int created_minute; /* of the day; -1: not given */
    char id_modifier;
    struct ach_batch *batches;
    size_t n_batches; /* may be 0: a day without returns */
    int64_t debit_minor, credit_minor;
};
void ach_file_free(struct ach_file *file);
void ach_file_freep(struct ach_file **file);

/* bytes  the whole file: records of 94 bytes that all end in "\n" or "\r\n", or one after the other without line ends.
 * name   of the file, for errors.
 * Verified: the order of records, each field's content, dates, check digits, codes, addenda, trace numbers, batch
 * numbers, counts, hashes, totals, blocks and filler (README.md says what is not).
 * Fails with INVALID_ARGUMENT naming file, record, field, position and what stands there ("returns.ach: record 11,
 * total debits (21-32): '000000022049' instead of 22050"); UNIMPLEMENTED for a class or an addendum of a layout that is
 * not read here. */
MUST_USE enum status ach_read(const char *name, const void *bytes, size_t len, struct ach_file **ret_file,
                              struct error *err);

#endif
