#ifndef DUNLIN_RECORDFILE_RECORD_CELLS_H
#define DUNLIN_RECORDFILE_RECORD_CELLS_H

#include <glib.h>
#include <stdbool.h>

#include "recordfile/recordfile.h"

/* How the readers of each format fill the cells; no business of the module's callers. */

struct record_cells *record_cells_new(void);

/* A copy of value[0..len) and, for JSON, of its name (else NULL). False where there are RECORD_MAX_CELLS already. */
bool record_cells_add(struct record_cells *cells, const char *name, const char *value, size_t len);

#endif
