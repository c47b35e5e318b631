#ifndef DUNLIN_RECORDFILE_RECORDFILE_H
#define DUNLIN_RECORDFILE_RECORDFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/status.h"

/* Cuts a file into raw records, and a raw record into cells.
 *
 * Cutting (the sender's side) knows only line ends and quotes, so that the bytes of every record reach the platform
 * unchanged and can be hashed; reading cells (the platform's side) is libcsv or jansson. Bounded memory: a record
 * longer than RECORD_MAX_BYTES is reported as such and skipped up to its line's end. */
#define RECORD_MAX_BYTES      (64 * 1024) /* a placement row has some 40 cells of at most 1 KiB */
#define RECORD_MAX_CELLS      256
#define RECORDFILE_HASH_BYTES 32

enum recordfile_format {
    RECORDFILE_CSV,   /* RFC 4180: quotes may hold separators, doubled quotes and line ends; the first record is the
                         header */
    RECORDFILE_JSONL, /* one JSON object a line */
};

struct recordfile_record {
    int64_t line;         /* of its first byte, counted from 1 */
    const uint8_t *bytes; /* without the line end; lent until the next call */
    size_t len;
    bool is_oversize;     /* longer than RECORD_MAX_BYTES: `bytes` holds its beginning only */
    bool is_unterminated; /* CSV: a quote is still open at the end of the file, or at RECORD_MAX_BYTES, or a later line
                             shows that it was left open */
};

struct recordfile;

/* Fails with NOT_FOUND, PERMISSION_DENIED or UNAVAILABLE (read error), naming the path. A leading UTF-8 byte order mark
 * is skipped (it still counts in the hash). */
MUST_USE enum status recordfile_open(const char *path, enum recordfile_format format, char quote,
                                     struct recordfile **ret_file, struct error *err);
void recordfile_free(struct recordfile *file);
void recordfile_freep(struct recordfile **file);

/* The next record that is not an empty line; OUT_OF_RANGE, without text, after the last. An unterminated quote loses
 * one line only: the record is given back with is_unterminated and its first line, and reading goes on at the line
 * after it. */
MUST_USE enum status recordfile_next(struct recordfile *file, struct recordfile_record *ret_record, struct error *err);

int64_t recordfile_size_bytes(const struct recordfile *file);
int64_t recordfile_position_bytes(const struct recordfile *file); /* for progress */

/* BLAKE2b-256 of the whole file's bytes. Fails like recordfile_open. */
MUST_USE enum status recordfile_hash(const char *path, uint8_t ret_hash[static RECORDFILE_HASH_BYTES],
                                     struct error *err);

/* Encodings that a mapping may name, in any case. */
#define RECORD_ENCODING_NAMES "UTF-8, ISO-8859-1, ISO-8859-15, WINDOWS-1252"
/* *ret_iconv_name: static, NULL for UTF-8. False where it is none of RECORD_ENCODING_NAMES. */
bool record_encoding_by_name(const char *name, const char **ret_iconv_name);

/* Cells of one raw record. */
struct record_cells;

/* CSV: cells by position. Fails with INVALID_ARGUMENT (a NUL byte, an unterminated or misplaced quote, more than
 * RECORD_MAX_CELLS). */
MUST_USE enum status record_cells_from_csv(const uint8_t *bytes, size_t len, char delimiter, char quote,
                                           struct record_cells **ret_cells, struct error *err);

/* JSON: cells by name; strings as they are, numbers by their literal text (an amount is never passed through a double),
 * true/false as "true"/"false", null as absent. Nested objects and arrays are refused. Fails with INVALID_ARGUMENT
 * saying where. */
MUST_USE enum status record_cells_from_json(const uint8_t *bytes, size_t len, struct record_cells **ret_cells,
                                            struct error *err);
void record_cells_free(struct record_cells *cells);
void record_cells_freep(struct record_cells **cells);

size_t record_cells_count(const struct record_cells *cells);
/* UTF-8 or whatever the file's encoding is, NUL-terminated, lent. NULL where there is no such cell. */
const char *record_cells_at(const struct record_cells *cells, size_t position);
const char *record_cells_named(const struct record_cells *cells, const char *name); /* JSON only */

#endif
