#include "recordfile/record_cells.h"

#include <string.h>

/* All texts lie in one chunk, which only grows by whole blocks and never moves what was lent. */
struct record_cells {
    GStringChunk *texts;
    size_t n_cells;
    struct {
        const char *name;
        const char *value;
    } cells[RECORD_MAX_CELLS];
};

bool record_encoding_by_name(const char *name, const char **ret_iconv_name)
{
    static const struct {
        const char *name;
        const char *iconv_name;
    } ENCODINGS[] = {
        {"UTF-8", NULL},
        {"ISO-8859-1", "ISO-8859-1"},
        {"ISO-8859-15", "ISO-8859-15"},
        {"WINDOWS-1252", "CP1252"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(ENCODINGS); i++)
        if (g_ascii_strcasecmp(name, ENCODINGS[i].name) == 0) {
            *ret_iconv_name = ENCODINGS[i].iconv_name;
            return true;
        }
    return false;
}

struct record_cells *record_cells_new(void)
{
    struct record_cells *cells = g_new(struct record_cells, 1);

    cells->texts = g_string_chunk_new(1024);
    cells->n_cells = 0;
    return cells;
}

bool record_cells_add(struct record_cells *cells, const char *name, const char *value, size_t len)
{
    if (cells->n_cells == RECORD_MAX_CELLS)
        return false;
    cells->cells[cells->n_cells].name = name ? g_string_chunk_insert(cells->texts, name) : NULL;
    cells->cells[cells->n_cells].value = g_string_chunk_insert_len(cells->texts, value, (gssize)len);
    cells->n_cells++;
    return true;
}

void record_cells_free(struct record_cells *cells)
{
    if (!cells)
        return;
    g_string_chunk_free(cells->texts);
    g_free(cells);
}

void record_cells_freep(struct record_cells **cells)
{
    record_cells_free(*cells);
    *cells = NULL;
}

size_t record_cells_count(const struct record_cells *cells)
{
    return cells->n_cells;
}

const char *record_cells_at(const struct record_cells *cells, size_t position)
{
    return position < cells->n_cells ? cells->cells[position].value : NULL;
}

const char *record_cells_named(const struct record_cells *cells, const char *name)
{
    for (size_t i = 0; i < cells->n_cells; i++)
        if (cells->cells[i].name && strcmp(cells->cells[i].name, name) == 0)
            return cells->cells[i].value;
    return NULL;
}
