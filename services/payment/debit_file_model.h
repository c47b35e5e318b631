#ifndef DUNLIN_PAYMENT_DEBIT_FILE_MODEL_H
#define DUNLIN_PAYMENT_DEBIT_FILE_MODEL_H

#include <stdint.h>

#include "clock/clock.h"
#include "id/id.h"
#include "status/status.h"

/* Files of debits and their numbers. No I/O. */

#define DEBIT_ORIGINATOR_BYTES 32 /* BLAKE2b-256 */

struct debit_file {
    struct id file_id; /* none: it is not there */
    int32_t agency_id;
    int32_t ordinal; /* of the agency's files, from 1 */
    int32_t due_on_days;
    int32_t n_entries;
    int32_t first_sequence; /* of n_entries: the last seven digits of trace numbers */
    uint8_t originator_hash[DEBIT_ORIGINATOR_BYTES];
    struct instant numbered_at;
};

/* What a new file must say; its id, agency, day, entries, originator and time are filled. The next ordinal and
 * sequences after the agency's `last` (none: the first), from 1 again where seven digits end: a return is looked up
 * among those sent last. Fails with INVALID_ARGUMENT: n_entries is not within 1 and the most that a file holds. */
MUST_USE enum status debit_file_number(struct debit_file *file, const struct debit_file *last, struct error *err);

/* True where `kept` is what is asked for again. Fails with FAILED_PRECONDITION saying what differs. */
MUST_USE enum status debit_file_check_same(const struct debit_file *kept, const struct debit_file *asked,
                                           struct error *err);

#endif
