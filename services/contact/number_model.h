#ifndef DUNLIN_CONTACT_NUMBER_MODEL_H
#define DUNLIN_CONTACT_NUMBER_MODEL_H

#include <stdbool.h>
#include <stdint.h>

/* A telephone number as it is looked for: E.164 ("+12125550123") without its "+", which fits an integer since it has at
 * most 15 digits and the first is not 0 (ITU-T E.164, 6.2). False for any other text, which is no number that anybody
 * could write from; *ret_number is untouched then. */
bool number_parse(const char *text, int64_t *ret_number);

#endif
