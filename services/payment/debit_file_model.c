#include "debit_file_model.h"

#include <string.h>

#include "ach/ach.h"

enum status debit_file_number(struct debit_file *file, const struct debit_file *last, struct error *err)
{
    const bool is_first = id_is_none(&last->file_id);
    const int32_t next = is_first ? 1 : last->first_sequence + last->n_entries;

    if (file->n_entries < 1 || file->n_entries > ACH_RECORDS_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "entries: %d is not between 1 and %d", file->n_entries,
                         ACH_RECORDS_MAX);
    file->ordinal = is_first ? 1 : last->ordinal + 1;
    file->first_sequence = next > ACH_SEQUENCE_MAX - file->n_entries + 1 ? 1 : next;
    return STATUS_OK;
}

enum status debit_file_check_same(const struct debit_file *kept, const struct debit_file *asked, struct error *err)
{
    if (kept->agency_id != asked->agency_id || kept->due_on_days != asked->due_on_days)
        return error_set(err, STATUS_INVALID_ARGUMENT, "file_id: is another file's");
    if (kept->n_entries != asked->n_entries)
        return error_set(err, STATUS_FAILED_PRECONDITION, "entries: %d, but the file was numbered for %d",
                         asked->n_entries, kept->n_entries);
    if (memcmp(kept->originator_hash, asked->originator_hash, DEBIT_ORIGINATOR_BYTES) != 0)
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "originator_hash: what is said of the originator is not what it was when the file was "
                         "numbered: the same file would be another one");
    return STATUS_OK;
}
