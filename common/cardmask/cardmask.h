#ifndef DUNLIN_CARDMASK_CARDMASK_H
#define DUNLIN_CARDMASK_CARDMASK_H

#include <stddef.h>

/* Card numbers that people write into free text must not be stored (PCI DSS 3.3, 3.4): of each, all digits but the last
 * four become '*', in place; nothing else changes. True of 13 to 19 digits that pass the Luhn check and stand together,
 * or in groups parted by one or two of " -./_" and tabs: "4111 1111 1111 1111". A run of digits is taken whole: a
 * longer one is no card number. `text` is changed; UTF-8 stays UTF-8. Returns how many were masked. */
#define CARD_DIGITS_MIN 13
#define CARD_DIGITS_MAX 19
size_t mask_card_numbers(char *text);

#endif
