#ifndef DUNLIN_CLI_CSV_H
#define DUNLIN_CLI_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Cells of a CSV file as RFC 4180 has them, always quoted; the last of a line ends it. */
void csv_cell(FILE *out, const char *text, bool is_last);
void csv_cell_bytes(FILE *out, const void *bytes, size_t len, bool is_last);

#endif
