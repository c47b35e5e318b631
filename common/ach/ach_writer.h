#ifndef DUNLIN_ACH_ACH_WRITER_H
#define DUNLIN_ACH_ACH_WRITER_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#include "calendar/calendar.h"
#include "status/status.h"

/* Writes a file of debits, and of credits where money goes back, in classes PPD, WEB, TEL and CCD. Pure: no clock, no
 * numbers of its own making, and the same draft gives the same bytes.
 *
 * All texts are borrowed for the call and made of printable ASCII without blanks at either end; NULL is "". What does
 * not fit is refused, with one exception: an individual's name is cut to 22 bytes. The bank does not post by it and
 * many names are longer, while a company's name, an id or a description that was cut would say something else. Who has
 * names with other letters writes them in ASCII first. */
struct ach_draft_entry {
    int transaction_code;            /* 22, 23, 27, 28, 32, 33, 37 or 38 */
    const char *routing;             /* of the receiver's bank: nine digits, the last one checked */
    const char *account;             /* the receiver's, up to 17 bytes. A secret: no error says it */
    int64_t amount_minor;            /* cents; 0 for a prenote (23, 28, 33, 38) and for nothing else */
    const char *individual_id;       /* the agency's own reference, up to 15 bytes; may be "" */
    const char *individual_name;     /* the receiver's; CCD: his company's */
    const char *discretionary;       /* up to 2 bytes; WEB: "R" or "S", recurring or single; TEL: these or "" */
    const char *payment_information; /* becomes an addendum 05, up to 80 bytes; "": none. Not for TEL */
    uint32_t sequence;               /* 1 to ACH_SEQUENCE_MAX: the last seven digits of the trace number */
};

struct ach_draft_batch {
    const char *company_name;          /* as the receiver knows it, up to 16 bytes */
    const char *company_discretionary; /* up to 20 */
    const char *company_id;            /* as the bank has given it, up to 10 */
    const char *class;                 /* "PPD", "WEB", "TEL" or "CCD" */
    const char *description;           /* up to 10: "PAYMENT", or "RETRY PYMT" */
    const char *descriptive_date;      /* up to 6; may be "" */
    struct date effective_on;          /* years 2000 to 2099 */
    const char *odfi;                  /* the agency's bank: the first eight digits of its routing number */
    const struct ach_draft_entry *entries;
    size_t n_entries; /* at least one */
    /* Balances the batch: a credit (22 or 32) to the agency's own account of what debits come to beyond credits; its
     * amount_minor is 0 here and worked out. Nothing is added where they are equal, refused where credits are more.
     * NULL: the bank does that. */
    const struct ach_draft_entry *offset;
};

enum ach_line_end {
    ACH_LF,
    ACH_CRLF,
    ACH_NO_LINE_END,
};

struct ach_draft {
    const char *destination;      /* the routing number of the bank that the file goes to */
    const char *destination_name; /* up to 23 bytes */
    const char *origin;           /* up to 10, as that bank has given it */
    const char *origin_name;      /* up to 23 */
    const char *reference;        /* up to 8; may be "" */
    struct date created_on;       /* years 2000 to 2099 */
    int created_minute;           /* of the day, 0 to 1439 */
    char id_modifier;             /* 'A' to 'Z', '0' to '9': tells files of one day apart */
    enum ach_line_end line_end;
    const struct ach_draft_batch *batches; /* numbered from 1 as they stand here */
    size_t n_batches;                      /* at least one */
};

/* Appends the file to `file`, which then holds account numbers: nothing for a log.
 *
 * Sequences ascend through the whole file, its offsets included: a return names an entry by its trace number only.
 * Fails with INVALID_ARGUMENT naming batch, entry and field ("batch 1, entry 3: amount: ..."); `file` is then as it
 * was.
 */
MUST_USE enum status ach_write(const struct ach_draft *draft, GString *file, struct error *err);

/* Whether a batch of `class` may hold `entry`, as ach_write sees it: for setting aside one of many. Fails with
 * INVALID_ARGUMENT naming the field. */
MUST_USE enum status ach_draft_entry_check(const char *class, const struct ach_draft_entry *entry, struct error *err);

/* The trace number of an entry, by which its return will name it. Returns `text`. */
#define ACH_TRACE_SIZE 16
const char *ach_trace(const char *odfi, uint32_t sequence, char text[static ACH_TRACE_SIZE]);

#endif
