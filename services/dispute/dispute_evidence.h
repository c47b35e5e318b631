#ifndef DUNLIN_DISPUTE_EVIDENCE_H
#define DUNLIN_DISPUTE_EVIDENCE_H

#include "dispute_model.h"

/* Documents about a dispute: by name and hash, never their text. Numbers of these enums are stored, and are those of
 * the wire. */

enum dispute_step {
    STEP_OPENING = 1,
    STEP_VERIFICATION = 2,
    STEP_RETURN = 3,
    STEP_INFORMATION = 4,
    STEP_RESOLUTION = 5,
};

enum hash_algorithm {
    HASH_NONE = 0,
    HASH_BLAKE2B_256 = 1,
    HASH_SHA_256 = 2,
};
#define HASH_ALGORITHMS_END 3
#define EVIDENCE_HASH_BYTES 32

struct evidence {
    struct id evidence_id, dispute_id;
    enum dispute_step step;
    const char *document;
    const uint8_t *hash; /* EVIDENCE_HASH_BYTES; NULL: there is none */
    enum hash_algorithm algorithm;
    enum medium medium;
    const char *recorded_by;
    struct instant recorded_at;
};

/* The same documents in the same order, whoever recorded them and when. */
bool evidence_is_same(const struct evidence *a, size_t n_a, const struct evidence *b, size_t n_b);

#endif
