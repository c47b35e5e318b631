#ifndef DUNLIN_ACH_ACH_ADDENDUM_H
#define DUNLIN_ACH_ACH_ADDENDUM_H

#include "ach/ach_reader.h"
#include "ach/ach_record.h"

/* Reads the addendum of `entry`, which stands in a batch of `class`. Fails with INVALID_ARGUMENT, or UNIMPLEMENTED for
 * a type that is not read. No business of the module's callers. */
enum status ach_addendum_read(const struct ach_line *line, const struct ach_class *class, const struct ach_entry *entry,
                              struct ach_addendum *ret_addendum, struct error *err);

#endif
