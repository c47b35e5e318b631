#ifndef DUNLIN_CLI_PLACE_FILE_H
#define DUNLIN_CLI_PLACE_FILE_H

#include <glib.h>

#include "dunlin/intake/v1/intake.pb-c.h"
#include "recordfile/recordfile.h"

/* The sender's side of a placement: a file cut into batches of raw records (proto/dunlin/intake/v1/intake.proto). */

/* A batch's records in one request; a frame of the bus takes 4 MiB. */
#define PLACE_BATCH_MAX_BYTES (3 * 1024 * 1024)

/* What cutting needs to know of a mapping; everything else in it is intake's business. */
struct place_cut {
    enum recordfile_format format;
    char quote;
};
/* Reads `format` and `quote` out of a mapping's text; what is missing or wrong is left at CSV and '"': intake says what
 * is wrong with it, by its line. */
struct place_cut place_cut_from_mapping(const char *text);

/* One batch; owned: place_batch_free. */
struct place_batch {
    uint32_t number; /* from 0 */
    Dunlin__Intake__V1__RowsRequest request;
    GPtrArray *rows; /* of Dunlin__Intake__V1__Row, owned with their bytes */
    size_t bytes;
};
void place_batch_free(struct place_batch *batch);

/* A file being cut. The same file and batch size give the same batches, however often it is cut. */
struct place_file {
    struct recordfile *file;
    uint32_t batch_rows;
    uint32_t next_number;
    bool is_at_end;
    bool has_pending; /* a record that did not fit the batch before */
    struct recordfile_record pending;
    GByteArray *header; /* CSV: the raw first record */
};
MUST_USE enum status place_file_open(const char *path, const struct place_cut *cut, struct place_file *ret_file,
                                     struct error *err);
void place_file_close(struct place_file *file);

/* The next batch. OUT_OF_RANGE, without text, after the last. */
MUST_USE enum status place_file_next(struct place_file *file, struct place_batch **ret_batch, struct error *err);

#endif
