#ifndef DUNLIN_TEMPLATE_TEMPLATE_FORMAT_H
#define DUNLIN_TEMPLATE_TEMPLATE_FORMAT_H

#include <stdbool.h>

#include "status/status.h"
#include "template/template.h"

/* Money, dates and numbers as a language writes them, by ICU; for values that are part of a text, too. */
#define TEMPLATE_FORMATTED_SIZE 256

/* The ICU locale of a BCP 47 tag; false where it is none or ICU knows nothing of its language. */
bool template_locale(const char *language, char locale[static TEMPLATE_LANGUAGE_SIZE]);

/* A value of any kind but texts. Fails with INVALID_ARGUMENT (a currency that is none) or INTERNAL. */
MUST_USE enum status template_format(const char *locale, enum template_kind kind, const struct template_value *value,
                                     char text[static TEMPLATE_FORMATTED_SIZE], struct error *err);

#endif
