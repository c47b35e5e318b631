#include "agency/opt_out.h"

#include <string.h>

#include <glib.h>

#include "status/status.h"

/* Words by themselves, upper case; everything that is no letter parts them. */
static char *plain_words(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autofree char *composed = g_utf8_normalize(valid, -1, G_NORMALIZE_ALL_COMPOSE); /* full-width letters too */
    g_autofree char *upper = g_utf8_strup(composed, -1);
    GString *words = g_string_new(" ");
    for (const char *at = upper; *at; at = g_utf8_next_char(at)) {
        const gunichar c = g_utf8_get_char(at);
        if (g_unichar_isalpha(c))
            g_string_append_unichar(words, c);
        else if (words->str[words->len - 1] != ' ')
            g_string_append_c(words, ' ');
    }
    if (words->str[words->len - 1] != ' ')
        g_string_append_c(words, ' ');
    return g_string_free(words, FALSE);
}

bool is_opt_out_word(const char *word)
{
    g_autofree char *words = plain_words(word);
    glong n_letters = 0;
    for (const char *at = words; *at; at = g_utf8_next_char(at))
        n_letters += *at != ' ';
    return n_letters >= 2;
}

static bool has_word(const char *words, const struct opt_out_words *list)
{
    for (unsigned i = 0; i < list->n_words; i++) {
        g_autofree char *word = plain_words(list->words[i]);
        if (is_opt_out_word(word) && strstr(words, word))
            return true;
    }
    return false;
}

bool is_opt_out_text(const char *text, const struct opt_out_words *more, size_t n_more)
{
    static const char *const WORDS[] = {" STOP ",   " STOPALL ", " QUIT ",        " END ",  " REVOKE ", " OPT OUT ",
                                        " OPTOUT ", " CANCEL ",  " UNSUBSCRIBE ", " ALTO ", " PARAR "};
    g_autofree char *words = plain_words(text);
    for (size_t i = 0; i < ARRAY_SIZE(WORDS); i++)
        if (strstr(words, WORDS[i]))
            return true;
    for (size_t i = 0; i < n_more; i++)
        if (has_word(words, &more[i]))
            return true;
    return false;
}
