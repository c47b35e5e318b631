#include "number_model.h"

#define DIGITS_MAX 15

bool number_parse(const char *text, int64_t *ret_number)
{
    int64_t number = 0;
    int n = 0;
    if (text[0] != '+' || text[1] == '0')
        return false;
    for (const char *at = text + 1; *at; at++) {
        if (*at < '0' || *at > '9' || ++n > DIGITS_MAX)
            return false;
        number = 10 * number + (*at - '0');
    }
    if (n == 0)
        return false;
    *ret_number = number;
    return true;
}
