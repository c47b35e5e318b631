#ifndef DUNLIN_TESTS_SUPPORT_PDF_TEXT_H
#define DUNLIN_TESTS_SUPPORT_PDF_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* What a reader gets out of a PDF, by poppler's pdftotext, which knows nothing of us. Whatever goes wrong fails the
 * test. */

/* All text, words apart by one space whatever stood between them; g_free. */
char *pdf_text(const uint8_t *bytes, size_t len);

/* One word and where it stands, in points from the page's upper left corner. */
struct pdf_word {
    unsigned page; /* from 1 */
    double left, top, right, bottom;
    char text[64];
};
/* n words; g_free. */
struct pdf_word *pdf_words(const uint8_t *bytes, size_t len, size_t *ret_n);

#endif
