#include "statement_match.h"

#include <string.h>

/* Points of 100. A reference alone, in what somebody wrote, is sure where nothing speaks against it (70); another name
 * or more than is owed must be outweighed. */
#define POINTS_NAME_FITS     15
#define POINTS_NAME_OTHER    (-20)
#define POINTS_AMOUNT_EXACT  15
#define POINTS_AMOUNT_PART   5
#define POINTS_AMOUNT_MORE   (-20)
#define POINTS_NOTHING_OWED  (-40)
#define POINTS_TELLING_APART 15 /* by which the best must lead */
#define REFERENCE_BYTES_MIN  3
#define NAME_LETTERS_MIN     3 /* of a word that tells a name: not "J", "DE" */
#define WHOLE_TEXT_WORDS_MAX 4 /* of a text that may be one reference with blanks in it */

static const int SOURCE_POINTS[] = {
    [MATCH_TEXT] = 65, [MATCH_END_TO_END] = 75, [MATCH_STRUCTURED] = 80, [MATCH_ACCOUNT_ID] = 80};
static const char *const SOURCE_NAMES[] = {[MATCH_TEXT] = "in the text",
                                           [MATCH_END_TO_END] = "as end-to-end id",
                                           [MATCH_STRUCTURED] = "as structured reference",
                                           [MATCH_ACCOUNT_ID] = "by its id"};

/* --- references */

static void free_token(gpointer token)
{
    g_free(((struct match_token *)token)->text);
}

/* Words without a digit are words; references have one. */
static bool may_be_reference(const char *text, size_t len)
{
    if (len < REFERENCE_BYTES_MIN || len > MATCH_REFERENCE_BYTES)
        return false;
    for (size_t i = 0; i < len; i++)
        if (g_ascii_isdigit(text[i]))
            return true;
    return false;
}

static void add_token(GArray *tokens, const char *text, size_t len, enum match_source source)
{
    if (!may_be_reference(text, len))
        return;
    for (guint i = 0; i < tokens->len; i++) {
        struct match_token *token = &g_array_index(tokens, struct match_token, i);
        if (strlen(token->text) != len || memcmp(token->text, text, len) != 0)
            continue;
        token->source = MAX(token->source, source);
        return;
    }
    if (tokens->len == MATCH_TOKENS_MAX)
        return;
    const struct match_token token = {g_strndup(text, len), source};
    g_array_append_val(tokens, token);
}

/* As it stands and in capitals, as banks write. */
static void add_forms(GArray *tokens, const char *text, size_t len, enum match_source source)
{
    g_autofree char *upper = g_ascii_strup(text, (gssize)len);

    add_token(tokens, text, len, source);
    add_token(tokens, upper, len, source);
}

static void add_trimmed(GArray *tokens, const char *word, enum match_source source)
{
    static const char EDGES[] = ".,;:!?()[]{}<>\"'*/#+";
    size_t len;

    word += strspn(word, EDGES);
    len = strlen(word);
    while (len > 0 && strchr(EDGES, word[len - 1]))
        len--;
    add_forms(tokens, word, len, source);
}

/* Whole words, and what stands between ":", "=", "#", "," and the like: "REF:A-1001", "A-1001,A-1002". */
static void add_words(GArray *tokens, const char *text, enum match_source source)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);

    for (char **word = words; *word; word++)
        add_trimmed(tokens, *word, source);
    for (char **word = words; *word; word++) {
        g_auto(GStrv) parts = g_strsplit_set(*word, ":=#,;()", -1);
        for (char **part = parts; *part && parts[1]; part++)
            add_trimmed(tokens, *part, source);
    }
    if (g_strv_length(words) > 1 && g_strv_length(words) <= WHOLE_TEXT_WORDS_MAX) {
        g_autofree char *joined = g_strjoinv("", words);
        add_trimmed(tokens, joined, source); /* "A-10 01" */
        add_trimmed(tokens, text, source);
    }
}

GArray *match_tokens(const struct bank_detail *detail)
{
    GArray *tokens = g_array_new(FALSE, FALSE, sizeof(struct match_token));

    g_array_set_clear_func(tokens, free_token);
    for (size_t i = 0; i < detail->n_references; i++) {
        const struct bank_reference *reference = &detail->references[i];
        add_words(tokens, reference->text, MATCH_STRUCTURED);
        if (reference->kind == BANK_REFERENCE_RF) /* after "RF" and its two check digits: the creditor's own */
            add_token(tokens, reference->text + 4, strlen(reference->text + 4), MATCH_STRUCTURED);
    }
    add_words(tokens, detail->end_to_end_id, MATCH_END_TO_END);
    add_words(tokens, detail->text, MATCH_TEXT);
    return tokens;
}

/* --- names */

/* Small letters without accents. */
static char *fold(const char *name)
{
    g_autofree char *apart = g_utf8_normalize(name, -1, G_NORMALIZE_ALL);
    GString *folded = g_string_new(NULL);

    for (const char *at = apart ? apart : ""; *at; at = g_utf8_next_char(at)) {
        const gunichar sign = g_utf8_get_char(at);
        if (g_unichar_isalpha(sign))
            g_string_append_unichar(folded, g_unichar_tolower(sign));
        else if (!g_unichar_ismark(sign))
            g_string_append_c(folded, ' ');
    }
    return g_string_free(folded, FALSE);
}

bool match_names_fit(const char *a, const char *b)
{
    g_autofree char *folded_a = fold(a), *folded_b = fold(b);
    g_auto(GStrv) words = g_strsplit(folded_a, " ", -1);
    g_auto(GStrv) others = g_strsplit(folded_b, " ", -1);

    for (char **word = words; *word; word++)
        if (g_utf8_strlen(*word, -1) >= NAME_LETTERS_MIN && g_strv_contains((const char *const *)others, *word))
            return true;
    return false;
}

/* --- judgement */

static int amount_points(const struct match_payment *payment, const struct match_candidate *candidate,
                         const char **ret_text)
{
    if (candidate->balance_minor <= 0) {
        *ret_text = "nothing is owed";
        return POINTS_NOTHING_OWED;
    }
    if (payment->money.minor == candidate->balance_minor) {
        *ret_text = "the amount is what is owed";
        return POINTS_AMOUNT_EXACT;
    }
    *ret_text = payment->money.minor < candidate->balance_minor ? "a part of what is owed" : "more than is owed";
    return payment->money.minor < candidate->balance_minor ? POINTS_AMOUNT_PART : POINTS_AMOUNT_MORE;
}

static int name_points(const struct match_payment *payment, const struct match_candidate *candidate,
                       const char **ret_text)
{
    if (!*payment->payer || !*candidate->debtor_name) {
        *ret_text = "no name to compare";
        return 0;
    }
    const bool is_fit = match_names_fit(payment->payer, candidate->debtor_name);
    *ret_text = is_fit ? "the name fits" : "another name";
    return is_fit ? POINTS_NAME_FITS : POINTS_NAME_OTHER;
}

/* Why it cannot be this account's, whatever else fits; NULL: it can. */
static const char *why_not(const struct match_payment *payment, const struct match_candidate *candidate)
{
    if (candidate->is_recalled)
        return "the client took the account back";
    if (!candidate->is_in_ledger)
        return "the ledger does not know the account yet";
    return strcmp(candidate->currency, payment->money.currency) == 0 ? NULL : "the account is in another currency";
}

static char *judge_one(const struct match_payment *payment, struct match_candidate *candidate)
{
    const char *const obstacle = why_not(payment, candidate);
    const char *amount_text = "", *name_text = "";

    if (obstacle) {
        candidate->confidence = 0;
        return g_strdup_printf("%s %s: %s", candidate->reference, SOURCE_NAMES[candidate->source], obstacle);
    }
    const int points = SOURCE_POINTS[candidate->source] + name_points(payment, candidate, &name_text) +
                       amount_points(payment, candidate, &amount_text);
    candidate->confidence = CLAMP(points, 0, 100);
    return g_strdup_printf("%s %s, %s, %s: %d %%", candidate->reference, SOURCE_NAMES[candidate->source], name_text,
                           amount_text, candidate->confidence);
}

static size_t best_of(const struct match_candidate *candidates, size_t n, size_t but)
{
    size_t best = n;

    for (size_t i = 0; i < n; i++)
        if (i != but && (best == n || candidates[i].confidence > candidates[best].confidence))
            best = i;
    return best;
}

struct match_judgement match_judge(const struct match_payment *payment, struct match_candidate *candidates, size_t n,
                                   int sure)
{
    g_autoptr(GPtrArray) reasons = g_ptr_array_new_with_free_func(g_free);
    struct match_judgement judgement = {.best = n};

    if (n == 0) {
        judgement.reason = g_strdup("no reference of an account");
        return judgement;
    }
    for (size_t i = 0; i < n; i++)
        g_ptr_array_add(reasons, judge_one(payment, &candidates[i]));
    judgement.best = best_of(candidates, n, n);
    judgement.confidence = candidates[judgement.best].confidence;
    const size_t next = best_of(candidates, n, judgement.best);
    const bool is_alone = next == n || judgement.confidence - candidates[next].confidence >= POINTS_TELLING_APART;
    judgement.is_sure = judgement.confidence >= sure && is_alone;
    if (judgement.is_sure || n == 1) {
        judgement.reason = g_strdup(g_ptr_array_index(reasons, judgement.best));
    } else {
        g_ptr_array_add(reasons, NULL);
        g_autofree char *all = g_strjoinv("; ", (char **)reasons->pdata);
        judgement.reason = g_strdup_printf("several accounts: %s", all);
    }
    return judgement;
}
