#include "csv.h"

#include <string.h>

void csv_cell_bytes(FILE *out, const void *bytes, size_t len, bool is_last)
{
    const char *text = bytes;
    (void)fputc('"', out);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"')
            (void)fputc('"', out);
        (void)fputc(text[i], out);
    }
    (void)fputs(is_last ? "\"\r\n" : "\",", out);
}

void csv_cell(FILE *out, const char *text, bool is_last)
{
    csv_cell_bytes(out, text, strlen(text), is_last);
}
