#include <glib.h>
#include <string.h>

#include "letter/letter_layout.h"

static enum status check_text(const char *text, const char *what, struct error *err)
{
    if (!text)
        return STATUS_OK;
    const size_t len = strlen(text);
    if (len > LETTER_TEXT_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: longer than %d bytes", what, LETTER_TEXT_MAX);
    if (!g_utf8_validate(text, (gssize)len, NULL))
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: not UTF-8", what);
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        const gunichar c = g_utf8_get_char(at);
        if (c != '\n' && (g_unichar_iscntrl(c) || c == 0xFFFC))
            return error_set(err, STATUS_INVALID_ARGUMENT, "%s: has the control character U+%04X", what, c);
    }
    return STATUS_OK;
}

static enum status check_required(const char *text, const char *what, struct error *err)
{
    if (!text || strspn(text, " \n") == strlen(text))
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: is missing", what);
    return check_text(text, what, err);
}

/* Lines end with NULL, and so does a full array with its last. */
static enum status check_lines(const char *const lines[static LETTER_LINES_MAX], const char *what, struct error *err)
{
    for (size_t i = 0; i < LETTER_LINES_MAX && lines[i]; i++) {
        const enum status st = check_text(lines[i], what, err);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

static enum status check_rows(const struct letter_block *block, const char *what, struct error *err)
{
    enum status st = STATUS_OK;
    if (block->n_rows > LETTER_ROWS_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: more than %d rows", what, LETTER_ROWS_MAX);
    for (size_t i = 0; i < block->n_rows && st == STATUS_OK; i++) {
        st = check_text(block->rows[i].words, what, err);
        if (st == STATUS_OK)
            st = check_text(block->rows[i].amount, what, err);
    }
    return st;
}

/* `depth` 0: the letter's own; 1: of a column, where neither columns nor the response part may be. */
static enum status check_blocks(const struct letter_block *blocks, size_t n, const char *where, unsigned depth,
                                struct error *err)
{
    bool is_torn = false;
    enum status st = STATUS_OK;
    if (n > LETTER_BLOCKS_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: more than %d", where, LETTER_BLOCKS_MAX);
    for (size_t i = 0; i < n && st == STATUS_OK; i++) {
        const struct letter_block *block = &blocks[i];
        g_autofree char *what = g_strdup_printf("%s[%zu]", where, i);
        const bool is_inner = block->kind == LETTER_COLUMNS || block->kind == LETTER_TEAR_OFF;
        if ((is_inner && depth > 0) || (block->kind == LETTER_TEAR_OFF && is_torn))
            return error_set(err, STATUS_INVALID_ARGUMENT, "%s: must not stand here", what);
        is_torn = is_torn || block->kind == LETTER_TEAR_OFF;
        st = check_text(block->text, what, err);
        if (st == STATUS_OK)
            st = check_rows(block, what, err);
        if (st == STATUS_OK && block->kind == LETTER_COLUMNS) {
            st = check_blocks(block->left, block->n_left, "left", depth + 1, err);
            if (st == STATUS_OK)
                st = check_blocks(block->right, block->n_right, "right", depth + 1, err);
        }
    }
    return st;
}

enum status letter_check(const struct letter *letter, struct error *err)
{
    enum status st = check_required(letter->sender_name, "sender_name", err);
    if (st == STATUS_OK)
        st = check_required(letter->addressee[0], "addressee", err);
    if (st == STATUS_OK)
        st = check_text(letter->title, "title", err);
    if (st == STATUS_OK)
        st = check_text(letter->return_line, "return_line", err);
    if (st == STATUS_OK)
        st = check_lines(letter->sender_lines, "sender_lines", err);
    if (st == STATUS_OK)
        st = check_lines(letter->addressee, "addressee", err);
    if (st == STATUS_OK)
        st = check_lines(letter->info, "info", err);
    return st == STATUS_OK ? check_blocks(letter->blocks, letter->n_blocks, "blocks", 0, err) : st;
}
