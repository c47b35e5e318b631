#ifndef DUNLIN_AGENCY_OPT_OUT_H
#define DUNLIN_AGENCY_OPT_OUT_H

#include <stdbool.h>
#include <stddef.h>

/* Words of a language that ask us to stop, on top of those that always count; as agencies.yaml has them. */
struct opt_out_words {
    char *language;
    char **words; /* each of one word or several */
    unsigned n_words;
};

/* Whether a text from the debtor asks us to stop: one of the words that always count (47 CFR 64.1200(a)(10): STOP,
 * QUIT, END, REVOKE, OPT OUT, CANCEL, UNSUBSCRIBE; the Spanish ALTO and PARAR), or one of `more` in whatever language,
 * alone or with others around it. Any other text is not: "please stop by my office" is, since a stop too many costs
 * less than one too few. */
bool is_opt_out_text(const char *text, const struct opt_out_words *more, size_t n_more);

/* Whether it may be one of `more`: at least two letters, or every text would ask us to stop. */
bool is_opt_out_word(const char *word);

#endif
