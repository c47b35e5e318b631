#include "cardmask/cardmask.h"

#include <stdbool.h>
#include <string.h>

#define SEPARATORS_MAX 2
#define SHOWN_DIGITS   4

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Every second digit from the right is doubled, and its own digits summed. */
static bool passes_luhn(char *const *digits, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned digit = (unsigned)(*digits[n - 1 - i] - '0');
        if (i % 2 == 1)
            digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}

/* Where the next group of digits begins; NULL where the text goes on otherwise. */
static char *next_group(char *end)
{
    size_t n = strspn(end, " \t-./_");
    return n >= 1 && n <= SEPARATORS_MAX && is_digit(end[n]) ? end + n : NULL;
}

/* How many digits from `group`, where a run begins, are a card number: the most that are, 0 for none. */
static size_t card_digits(char *group, char *digits[static CARD_DIGITS_MAX])
{
    size_t n = 0, n_card = 0;
    while (group != NULL) {
        for (; is_digit(*group); group++) {
            if (n == CARD_DIGITS_MAX)
                return n_card;
            digits[n++] = group;
        }
        if (n >= CARD_DIGITS_MIN && passes_luhn(digits, n))
            n_card = n;
        group = next_group(group);
    }
    return n_card;
}

size_t mask_card_numbers(char *text)
{
    char *digits[CARD_DIGITS_MAX];
    size_t n_masked = 0;
    while (*text != '\0') {
        if (!is_digit(*text)) {
            text++;
            continue;
        }
        size_t n = card_digits(text, digits);
        for (size_t i = 0; i + SHOWN_DIGITS < n; i++)
            *digits[i] = '*';
        n_masked += n > 0;
        text = n > 0 ? digits[n - 1] + 1 : text + strspn(text, "0123456789");
    }
    return n_masked;
}
