#include "pdf_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char *run(const uint8_t *bytes, size_t len, const char *option)
{
    g_autofree char *path = NULL;
    char *out = NULL;
    g_autofree char *complaint = NULL;
    int code = 0;
    const int fd = g_file_open_tmp("dunlin-letter-XXXXXX.pdf", &path, NULL);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
    char *argv[] = {(char *)(uintptr_t) "pdftotext", (char *)(uintptr_t)option, path, (char *)(uintptr_t) "-", NULL};
    const gboolean ran = g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &complaint, &code, NULL);
    (void)g_unlink(path);
    if (!ran || code != 0)
        fail_msg("pdftotext (Debian: poppler-utils): %s", complaint ? complaint : "cannot be run");
    return out;
}

char *pdf_text(const uint8_t *bytes, size_t len)
{
    g_autofree char *out = run(bytes, len, "-raw");
    GString *text = g_string_new(NULL);
    bool is_space = true;
    for (const char *at = out; *at; at++) {
        const bool is_blank = *at == '\n' || *at == ' ' || *at == '\f';
        if (!is_blank)
            g_string_append_c(text, *at);
        else if (!is_space)
            g_string_append_c(text, ' ');
        is_space = is_blank;
    }
    return g_string_free(text, FALSE);
}

struct pdf_word *pdf_words(const uint8_t *bytes, size_t len, size_t *ret_n)
{
    g_autofree char *out = run(bytes, len, "-bbox");
    g_auto(GStrv) lines = g_strsplit(out, "\n", -1);
    GArray *words = g_array_new(FALSE, TRUE, sizeof(struct pdf_word));
    unsigned page = 0;
    for (size_t i = 0; lines[i]; i++) {
        struct pdf_word word = {0};
        if (strstr(lines[i], "<page "))
            page++;
        word.page = page;
        if (sscanf(lines[i], " <word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" yMax=\"%lf\">%63[^<]", &word.left,
                   &word.top, &word.right, &word.bottom, word.text) == 5)
            g_array_append_val(words, word);
    }
    *ret_n = words->len;
    return (struct pdf_word *)(void *)g_array_free(words, FALSE);
}
