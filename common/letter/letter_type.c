#include "letter/letter_type.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cairo-pdf.h>

/* Names in the order of preference; each is a package that the readme names. The second has what the first lacks. */
#define FONTS "Liberation Sans, DejaVu Sans"

PangoFontDescription *type_font(const char *style, double size)
{
    g_autofree char *name = g_strdup_printf("%s %s", FONTS, style);
    PangoFontDescription *font = pango_font_description_from_string(name);
    pango_font_description_set_size(font, (int)lround(size * PANGO_SCALE));
    return font;
}

PangoLayout *type_set(PangoContext *context, const PangoFontDescription *font, double width, const char *text)
{
    PangoLayout *set = pango_layout_new(context);
    pango_layout_set_font_description(set, font);
    pango_layout_set_width(set, width < TYPE_ENDLESS ? (int)(width * PANGO_SCALE) : -1);
    pango_layout_set_wrap(set, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_line_spacing(set, 1.05f);
    pango_layout_set_text(set, text, -1);
    return set;
}

double type_height(PangoLayout *set)
{
    PangoRectangle logical;
    pango_layout_get_extents(set, NULL, &logical);
    return (double)logical.height / PANGO_SCALE;
}

double type_width(PangoLayout *set)
{
    PangoRectangle logical;
    pango_layout_get_extents(set, NULL, &logical);
    return (double)logical.width / PANGO_SCALE;
}

static enum status check_fonts(PangoContext *context, struct error *err)
{
    PangoFontFamily **families = NULL;
    int n = 0;
    pango_context_list_families(context, &families, &n);
    g_free(families);
    if (n > 0)
        return STATUS_OK;
    return error_set(err, STATUS_NOT_FOUND, "no font is installed (Debian: fonts-liberation fonts-dejavu-core)");
}

enum status type_context_new(const char *language, cairo_t *cairo, PangoContext **ret_context, struct error *err)
{
    PangoContext *context = pango_cairo_create_context(cairo);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(context, 72.0);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_context_set_language(context, pango_language_from_string(language ? language : "en"));
    const enum status st = check_fonts(context, err);
    if (st == STATUS_OK)
        *ret_context = context;
    else
        g_object_unref(context);
    return st;
}

static const struct page_words {
    const char *language, *page;
} PAGE_WORDS[] = {{"en", "Page %d of %d"}, {"es", "Página %d de %d"}, {"de", "Seite %d von %d"}};

char *type_page(const char *language, unsigned page, unsigned n_pages)
{
    size_t i = 0;
    for (size_t k = 0; language && k < G_N_ELEMENTS(PAGE_WORDS); k++)
        if (g_ascii_strncasecmp(language, PAGE_WORDS[k].language, 2) == 0)
            i = k;
    GString *text = g_string_new(PAGE_WORDS[i].page);
    g_autofree char *of = g_strdup_printf("%u", n_pages);
    g_autofree char *number = g_strdup_printf("%u", page);
    (void)g_string_replace(text, "%d", number, 1);
    (void)g_string_replace(text, "%d", of, 1);
    return g_string_free(text, FALSE);
}

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

static void set_properties(cairo_surface_t *surface, const struct type_document *properties)
{
    char day[DATE_TEXT_SIZE];
    g_autofree char *made = g_strconcat(date_format(properties->date, day), "T00:00:00Z", NULL);
    cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, properties->title ? properties->title : "");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, properties->author);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, made);
}

enum status type_print(const struct type_document *properties, type_draw_fn *draw, const void *what,
                       struct letter_document *ret_document, struct error *err)
{
    struct bytes out = {0};
    unsigned n_pages = 0;
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(append, &out, properties->width, properties->height);
    set_properties(surface, properties);
    cairo_t *cairo = cairo_create(surface);
    enum status st = draw(what, cairo, &n_pages, err);
    if (st == STATUS_OK)
        st = cairo_error(cairo_status(cairo), err);
    cairo_destroy(cairo);
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
