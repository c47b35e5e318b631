#ifndef DUNLIN_INTAKE_TEXT_H
#define DUNLIN_INTAKE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "intake_rejects.h"

/* What may stand in a text that is kept. A text is kept as it came, or refused: nothing is repaired behind the client's
 * back but blanks around it and, in texts for people, line ends and tabs, each run of which becomes one space (an
 * address on two lines of one cell is common). */
enum text_use {
    TEXT_FOR_PEOPLE,
    TEXT_REFERENCE, /* line ends and tabs inside it are refused */
};

#define TEXT_OK (-1)

/* Turns a cell's bytes into clean UTF-8 in `chunk`.
 *
 * encoding  iconv name, NULL for UTF-8.
 * Gives TEXT_OK and *ret_text (owned by the chunk; "" for an empty cell), or the reject code BAD_ENCODING or
 * BAD_CHARACTER (C0 and C1 controls, DEL, U+2028 and U+2029, the overrides and isolates of writing direction
 * U+202A-202E and U+2066-2069, noncharacters): they could make a screen or a letter show something else than what is
 * stored. */
int text_read(const char *cell, const char *encoding, enum text_use use, GStringChunk *chunk, const char **ret_text);

/* True for what people write where they have no reference: "N/A", "none", "NULL", "unknown", "0", "-" and the like. */
bool text_is_placeholder(const char *text);

#endif
