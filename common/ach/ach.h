#ifndef DUNLIN_ACH_ACH_H
#define DUNLIN_ACH_ACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What writing and reading files of the US automated clearing house share: sizes, routing numbers, and the codes that
 * say what an entry is. After the record formats of the Nacha Operating Rules. All is plain data; any thread. */
#define ACH_RECORD_BYTES  94
#define ACH_BLOCK_RECORDS 10
/* Of one file, written or read, filler included: 48 MB, ten times the instalments that a large agency has on a day. */
#define ACH_RECORDS_MAX 500000
/* Records of 94 bytes and "\r\n". */
#define ACH_FILE_MAX_BYTES ((size_t)ACH_RECORDS_MAX * (ACH_RECORD_BYTES + 2))

#define ACH_AMOUNT_MAX_MINOR INT64_C(9999999999)   /* of an entry: ten digits */
#define ACH_TOTAL_MAX_MINOR  INT64_C(999999999999) /* of a batch and of a file: twelve */
#define ACH_HASH_MODULUS     UINT64_C(10000000000) /* an entry hash keeps the last ten digits of its sum */
#define ACH_SEQUENCE_MAX     9999999               /* the last seven digits of a trace number */
#define ACH_DFI_DIGITS       8                     /* of a bank: a routing number without its check digit */

/* Service class codes: which way the money of a batch goes. */
#define ACH_SERVICE_MIXED   200
#define ACH_SERVICE_CREDITS 220
#define ACH_SERVICE_DEBITS  225

/* True for nine digits of which the last is right for the others: weights 3, 7, 1, the sum a multiple of ten. */
bool ach_routing_is_valid(const char *routing);

/* What a transaction code says. */
enum ach_purpose {
    ACH_LIVE,        /* moves money */
    ACH_PRENOTE,     /* tries the account: amount 0 */
    ACH_ZERO_AMOUNT, /* carries an addendum only: amount 0 */
    ACH_COMES_BACK,  /* a return or a notification of change: always with an addendum */
};
struct ach_transaction {
    int code; /* 27 */
    bool is_debit;
    enum ach_purpose purpose;
};

/* NULL for what is no code, or one of advices of accounting (81 to 88). */
const struct ach_transaction *ach_find_transaction(int code);

/* A standard entry class whose entries have the common layout: those of an originator that collects by debit, and what
 * comes back to it. Classes with a layout of their own (IAT, ADV, CTX, ENR, ...) are none here. */
struct ach_class {
    const char *code;             /* "PPD" */
    bool is_written;              /* ach_writer.h writes it */
    bool has_payment_information; /* an entry may have an addendum 05 */
    bool needs_payment_type;      /* its discretionary data say "R", recurring, or "S", single */
};
extern const struct ach_class ACH_CLASSES[]; /* ended by code NULL */

/* NULL for what is none of them. */
const struct ach_class *ach_find_class(const char *code);

#endif
