#include "letter/letter.h"

#include <stdlib.h>
#include <string.h>

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "letter/letter_layout.h"

struct bytes {
    uint8_t *bytes;
    size_t len, size;
};

static cairo_status_t append(void *closure, const unsigned char *data, unsigned int len)
{
    struct bytes *out = closure;
    if (out->size - out->len < len) {
        const size_t size = MAX(2 * out->size, out->len + len + 16384);
        uint8_t *bytes = realloc(out->bytes, size);
        if (!bytes)
            return CAIRO_STATUS_NO_MEMORY;
        out->bytes = bytes;
        out->size = size;
    }
    memcpy(out->bytes + out->len, data, len);
    out->len += len;
    return CAIRO_STATUS_SUCCESS;
}

static enum status cairo_error(cairo_status_t code, struct error *err)
{
    if (code == CAIRO_STATUS_SUCCESS)
        return STATUS_OK;
    return error_set(err, code == CAIRO_STATUS_NO_MEMORY ? STATUS_RESOURCE_EXHAUSTED : STATUS_INTERNAL, "cairo: %s",
                     cairo_status_to_string(code));
}

/* The time of making would make two of the same letter differ. */
static void set_metadata(cairo_surface_t *surface, const struct letter *letter)
{
    char day[DATE_TEXT_SIZE];
    g_autofree char *made = g_strconcat(date_format(letter->date, day), "T00:00:00Z", NULL);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, letter->title ? letter->title : "");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, letter->sender_name);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, made);
}

static enum status draw(const struct letter *letter, cairo_surface_t *surface, unsigned *ret_pages, struct error *err)
{
    struct letter_layout *layout = NULL;
    cairo_t *cairo = cairo_create(surface);
    enum status st = letter_layout_new(letter, cairo, &layout, err);
    if (st == STATUS_OK) {
        letter_layout_paint(layout, cairo);
        *ret_pages = letter_layout_pages(layout);
        st = cairo_error(cairo_status(cairo), err);
    }
    letter_layout_free(layout);
    cairo_destroy(cairo);
    return st;
}

enum status letter_render(const struct letter *letter, struct letter_document *ret_document, struct error *err)
{
    struct bytes out = {0};
    unsigned n_pages = 0;
    enum status st = letter_check(letter, err);
    if (st != STATUS_OK)
        return st;
    const struct letter_area sheet = letter_sheet(letter->paper);
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(append, &out, sheet.width, sheet.height);
    cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
    set_metadata(surface, letter);
    st = draw(letter, surface, &n_pages, err);
    cairo_surface_finish(surface);
    if (st == STATUS_OK)
        st = cairo_error(cairo_surface_status(surface), err);
    cairo_surface_destroy(surface);
    if (st != STATUS_OK) {
        free(out.bytes);
        return st;
    }
    *ret_document = (struct letter_document){.bytes = out.bytes, .len = out.len, .n_pages = n_pages};
    return STATUS_OK;
}

void letter_document_fini(struct letter_document *document)
{
    free(document->bytes);
    *document = (struct letter_document){0};
}
