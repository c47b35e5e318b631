#ifndef DUNLIN_CORRESPONDENCE_LETTER_BATCH_H
#define DUNLIN_CORRESPONDENCE_LETTER_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "id/id.h"
#include "status/status.h"

/* A folder of letters for a printer:
 *
 *   <spool>/2026-01-05/170000-3f9a1c02-1/0001-<permit>.pdf ...   each appears whole, by rename, once
 *                                        manifest.csv            a line a letter
 *                                        manifest.json           the same with control totals; written last
 *
 * Whoever takes batches takes those with a manifest.json, which then change no more. An open batch is locked (flock of
 * the folder) by the process that writes it: where the lock can be had, that process is gone, and what the folder holds
 * is all that there will ever be. */
struct letter_batch;

struct batched_letter {
    struct id permit_id;
    const uint8_t *bytes;
    size_t len;
    unsigned pages;
    const char *postcode, *country; /* of the addressee; nothing else of him stands in a manifest */
};

#define LETTER_BATCH_MAX      9999 /* letters: NNNN */
#define LETTER_FILE_NAME_SIZE 64

/* Makes <spool>/<batch>, "2026-01-05/170000-...", and locks it. `mail_class` goes into the manifest. Fails with
 * UNAVAILABLE where the spool cannot be written. *ret_batch is owned by the caller. */
MUST_USE enum status letter_batch_open(const char *spool, const char *batch, const char *mail_class,
                                       struct letter_batch **ret_batch, struct error *err);

/* Takes over one that its process left open. NOT_FOUND: no such folder; UNAVAILABLE: it is held;
 * FAILED_PRECONDITION: it is closed. */
MUST_USE enum status letter_batch_adopt(const char *spool, const char *batch, const char *mail_class,
                                        struct letter_batch **ret_batch, struct error *err);

/* The name that the next letter will have. */
void letter_batch_next_name(const struct letter_batch *batch, const struct id *permit_id,
                            char name[static LETTER_FILE_NAME_SIZE]);
size_t letter_batch_count(const struct letter_batch *batch);
const char *letter_batch_name(const struct letter_batch *batch);

/* Writes one; when it returns OK the letter is on disk under its final name. ALREADY_EXISTS: the name is taken. Any
 * other failure: it is not there, and will not be. */
MUST_USE enum status letter_batch_add(struct letter_batch *batch, const struct batched_letter *letter,
                                      struct error *err);

/* Writes the manifest, from what stands in the folder, and frees it. One without letters goes away. On failure it is
 * freed too and stays open on disk: whoever adopts it may try again. */
MUST_USE enum status letter_batch_close(struct letter_batch **batch, struct error *err);

/* Frees it without closing it on disk. */
void letter_batch_abandon(struct letter_batch **batch);

bool letter_batch_is_closed(const char *spool, const char *batch);
bool letter_batch_has(const char *spool, const char *batch, const char *file);

#endif
