#ifndef DUNLIN_CLI_DEBIT_FILE_H
#define DUNLIN_CLI_DEBIT_FILE_H

#include <glib.h>

#include "dunlin/payment/v1/payment.pb-c.h"
#include "originator.h"
#include "status/status.h"

/* The debits of a file as the clearing house wants them. Pure: the same debits, numbers and originator give the same
 * bytes. */

/* One entry: a debit as presented, and its trace number. */
struct debit_entry {
    const Dunlin__Payment__V1__DebitView *debit; /* borrowed */
    size_t batch;                                /* in which it stands, from 0 */
    uint32_t sequence;
    char trace[16];
};

struct debit_file {
    GArray *entries; /* struct debit_entry, in the order of the file */
    size_t n_batches;
    size_t n_sequences; /* entries, and one a batch that balances it */
    int64_t amount_minor;
};

/* Puts debits (const DebitView *, borrowed) in their order - class, day, first presentments before others, id - and
 * cuts them into batches: of one class, day and description, and of no more than an entry's amount, which balances it.
 */
void debit_file_init(struct debit_file *file, const GPtrArray *debits);
void debit_file_fini(struct debit_file *file);

/* Numbers the entries from `first` on, with a sequence behind each batch for what balances it. */
void debit_file_number(struct debit_file *file, const struct originator *originator, uint32_t first);

/* Appends the Nacha file. Fails with INVALID_ARGUMENT naming batch, entry and field, and no account number; `bytes` is
 * then as it was. */
MUST_USE enum status debit_file_write(const struct debit_file *file, const struct originator *originator,
                                      const Dunlin__Payment__V1__DebitFileView *numbered, GString *bytes,
                                      struct error *err);

/* The same as CSV, with a header line; UTF-8. */
MUST_USE enum status debit_file_write_csv(const struct debit_file *file, const char *path, struct error *err);

#endif
