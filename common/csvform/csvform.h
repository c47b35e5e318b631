#ifndef DUNLIN_CSVFORM_CSVFORM_H
#define DUNLIN_CSVFORM_CSVFORM_H

#include "money/money.h"
#include "yamltree/yamltree.h"

/* How somebody's CSV is written, as mappings of files say it: keys that are the same in each, with the same messages.
 *
 *     delimiter: ";"            # , ; | or "\t"
 *     quote: "\""               # " or '
 *     encoding: ISO-8859-15     # RECORD_ENCODING_NAMES
 *     money: { decimal: ",", group: ".", minor_units: false }
 */

/* Where they go; borrowed. A reader of a mapping has it as its first member, so that a pointer to the reader, the
 * `context` of the functions below, is one to it. */
struct csv_form {
    char *delimiter, *quote;
    const char **encoding; /* iconv's name, static; NULL for UTF-8 */
    struct money_format *money;
};

/* Rows for a table of keys. Fail with INVALID_ARGUMENT naming file, line, key and what is allowed. */
yaml_read_fn csv_form_read_delimiter;
yaml_read_fn csv_form_read_quote;
yaml_read_fn csv_form_read_encoding;
yaml_read_fn csv_form_read_money;

#endif
