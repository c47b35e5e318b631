#include "ach/ach_addendum.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

/* The first and the last of codes that have a layout of their own. */
#define REFUSED_FIRST    61
#define REFUSED_LAST     69
#define DISHONORED_FIRST 61
#define DISHONORED_LAST  70
#define CONTESTED_FIRST  71
#define CONTESTED_LAST   79

#define CODE_SIZE       4
#define TWO_DIGITS_SIZE 3

/* What an addendum is that begins with a letter and two digits; 0 where it does not. */
static int code_number(const struct ach_line *line, enum ach_record record, char letter,
                       char ret_code[static CODE_SIZE])
{
    ach_line_text(line, record, ANSWER_CODE, ret_code);
    if (ret_code[0] != letter || strspn(ret_code + 1, "0123456789") != 2)
        return 0;
    return (ret_code[1] - '0') * 10 + (ret_code[2] - '0');
}

static enum status find_change_layout(const struct ach_line *line, enum ach_record *ret_record, struct error *err)
{
    char code[CODE_SIZE];
    const int number = code_number(line, ACH_CHANGE_ADDENDUM, 'C', code);

    if (number == 0 || number > REFUSED_LAST)
        return ach_line_error(line, ACH_CHANGE_ADDENDUM, ANSWER_CODE, STATUS_INVALID_ARGUMENT, err,
                              "'%s' is no change code", code);
    *ret_record = number >= REFUSED_FIRST ? ACH_REFUSED_CHANGE_ADDENDUM : ACH_CHANGE_ADDENDUM;
    return STATUS_OK;
}

static enum status find_return_layout(const struct ach_line *line, enum ach_record *ret_record, struct error *err)
{
    char code[CODE_SIZE];
    const int number = code_number(line, ACH_RETURN_ADDENDUM, 'R', code);

    if (number == 0)
        return ach_line_error(line, ACH_RETURN_ADDENDUM, ANSWER_CODE, STATUS_INVALID_ARGUMENT, err,
                              "'%s' is no return reason code", code);
    *ret_record = ACH_RETURN_ADDENDUM;
    if (number >= DISHONORED_FIRST && number <= DISHONORED_LAST)
        *ret_record = ACH_DISHONORED_ADDENDUM;
    else if (number >= CONTESTED_FIRST && number <= CONTESTED_LAST)
        *ret_record = ACH_CONTESTED_ADDENDUM;
    return STATUS_OK;
}

static enum status find_layout(const struct ach_line *line, enum ach_record *ret_record, struct error *err)
{
    char type[TWO_DIGITS_SIZE];

    ach_line_text(line, ACH_PAYMENT_ADDENDUM, ADDENDUM_KIND, type);
    if (strcmp(type, "05") == 0) {
        *ret_record = ACH_PAYMENT_ADDENDUM;
        return STATUS_OK;
    }
    if (strcmp(type, "98") == 0)
        return find_change_layout(line, ret_record, err);
    if (strcmp(type, "99") == 0)
        return find_return_layout(line, ret_record, err);
    return ach_line_error(line, ACH_PAYMENT_ADDENDUM, ADDENDUM_KIND, STATUS_UNIMPLEMENTED, err,
                          "'%s' is not read here: 05, 98 and 99 are", type);
}

/* --- by layout ------------------------------------------------------------------------------------------------------
 */

/* An entry of the classes that are read has one addendum at most: the first. */
static enum status read_payment(const struct ach_line *line, const struct ach_class *class,
                                const struct ach_entry *entry, struct ach_addendum *addendum, struct error *err)
{
    const enum ach_record record = ACH_PAYMENT_ADDENDUM;
    const uint64_t sequence = ach_line_number(line, record, PAYMENT_SEQUENCE);
    char of_entry[8];

    addendum->kind = ACH_PAYMENT;
    ach_line_text(line, record, PAYMENT_INFORMATION, addendum->information);
    ach_line_text(line, record, PAYMENT_ENTRY, of_entry);
    if (!class->has_payment_information)
        return ach_line_error(line, record, ADDENDUM_KIND, STATUS_INVALID_ARGUMENT, err, "'05' in a batch of %s",
                              class->code);
    if (sequence != 1)
        return ach_line_error(line, record, PAYMENT_SEQUENCE, STATUS_INVALID_ARGUMENT, err, "'%04u' instead of '0001'",
                              (unsigned)sequence);
    if (strcmp(of_entry, entry->trace + ACH_DFI_DIGITS) != 0)
        return ach_line_error(line, record, PAYMENT_ENTRY, STATUS_INVALID_ARGUMENT, err,
                              "'%s' instead of '%s', the end of the entry's trace number", of_entry,
                              entry->trace + ACH_DFI_DIGITS);
    return STATUS_OK;
}

static void read_answer(const struct ach_line *line, enum ach_record record, struct ach_addendum *addendum)
{
    ach_line_text(line, record, ANSWER_CODE, addendum->code);
    ach_line_text(line, record, ANSWER_ORIGINAL_TRACE, addendum->original_trace);
    ach_line_text(line, record, ANSWER_ORIGINAL_RDFI, addendum->original_rdfi);
}

/* The two digits of a return reason code that stands without its letter. */
static void read_reason(const struct ach_line *line, enum ach_record record, int at, char ret_code[static CODE_SIZE])
{
    ret_code[0] = 'R';
    ach_line_text(line, record, at, ret_code + 1);
}

static void read_change(const struct ach_line *line, struct ach_addendum *addendum)
{
    addendum->kind = ACH_CHANGE;
    ach_line_text(line, ACH_CHANGE_ADDENDUM, CHANGE_CORRECTED, addendum->corrected);
    ach_line_text(line, ACH_CHANGE_ADDENDUM, CHANGE_TRACE, addendum->trace);
}

static enum status read_refused_change(const struct ach_line *line, struct ach_addendum *addendum, struct error *err)
{
    const enum ach_record record = ACH_REFUSED_CHANGE_ADDENDUM;

    addendum->kind = ACH_REFUSED_CHANGE;
    ach_line_text(line, record, REFUSED_CORRECTED, addendum->corrected);
    ach_line_text(line, record, REFUSED_CODE, addendum->change_code);
    ach_line_text(line, record, REFUSED_SEQUENCE, addendum->change_sequence);
    ach_line_text(line, record, REFUSED_TRACE, addendum->trace);
    if (addendum->change_code[0] != 'C' || strspn(addendum->change_code + 1, "0123456789") != 2)
        return ach_line_error(line, record, REFUSED_CODE, STATUS_INVALID_ARGUMENT, err, "is no change code");
    return STATUS_OK;
}

static void read_return(const struct ach_line *line, struct ach_addendum *addendum)
{
    addendum->kind = ACH_RETURN;
    addendum->died_on = ach_line_date(line, ACH_RETURN_ADDENDUM, ANSWER_DATE);
    ach_line_text(line, ACH_RETURN_ADDENDUM, RETURN_INFORMATION, addendum->information);
    ach_line_text(line, ACH_RETURN_ADDENDUM, RETURN_TRACE, addendum->trace);
}

static void read_dishonored(const struct ach_line *line, struct ach_addendum *addendum)
{
    const enum ach_record record = ACH_DISHONORED_ADDENDUM;

    addendum->kind = ACH_DISHONORED;
    ach_line_text(line, record, DISHONORED_RETURN_TRACE, addendum->return_trace);
    addendum->return_settled = ach_line_day(line, record, DISHONORED_RETURN_DAY);
    read_reason(line, record, DISHONORED_RETURN_CODE, addendum->return_code);
    ach_line_text(line, record, DISHONORED_INFORMATION, addendum->information);
    ach_line_text(line, record, DISHONORED_TRACE, addendum->trace);
}

static void read_contested(const struct ach_line *line, struct ach_addendum *addendum)
{
    const enum ach_record record = ACH_CONTESTED_ADDENDUM;

    addendum->kind = ACH_CONTESTED;
    addendum->returned_on = ach_line_date(line, record, ANSWER_DATE);
    addendum->original_settled = ach_line_day(line, record, CONTESTED_ORIGINAL_DAY);
    ach_line_text(line, record, CONTESTED_RETURN_TRACE, addendum->return_trace);
    addendum->return_settled = ach_line_day(line, record, CONTESTED_RETURN_DAY);
    read_reason(line, record, CONTESTED_RETURN_CODE, addendum->return_code);
    ach_line_text(line, record, CONTESTED_DISHONORED_TRACE, addendum->dishonored_trace);
    addendum->dishonored_settled = ach_line_day(line, record, CONTESTED_DISHONORED_DAY);
    read_reason(line, record, CONTESTED_DISHONORED_CODE, addendum->dishonored_code);
    ach_line_text(line, record, CONTESTED_TRACE, addendum->trace);
}

/* What goes with an entry that notifies of a change, and with no other. */
static enum status check_class(const struct ach_line *line, const struct ach_class *class,
                               const struct ach_addendum *addendum, struct error *err)
{
    const bool is_change = addendum->kind == ACH_CHANGE || addendum->kind == ACH_REFUSED_CHANGE;

    if (is_change == (strcmp(class->code, "COR") == 0))
        return STATUS_OK;
    return ach_line_error(line, ACH_PAYMENT_ADDENDUM, ADDENDUM_KIND, STATUS_INVALID_ARGUMENT, err,
                          "'%.2s' in a batch of %s", line->bytes + 1, class->code);
}

enum status ach_addendum_read(const struct ach_line *line, const struct ach_class *class, const struct ach_entry *entry,
                              struct ach_addendum *ret_addendum, struct error *err)
{
    enum ach_record record = ACH_PAYMENT_ADDENDUM;
    enum status st = find_layout(line, &record, err);

    if (st == STATUS_OK)
        st = ach_line_check(line, record, err);
    if (st != STATUS_OK)
        return st;
    *ret_addendum = (struct ach_addendum){0};
    switch (record) {
    case ACH_PAYMENT_ADDENDUM:
        return read_payment(line, class, entry, ret_addendum, err);
    case ACH_CHANGE_ADDENDUM:
        read_change(line, ret_addendum);
        break;
    case ACH_REFUSED_CHANGE_ADDENDUM:
        st = read_refused_change(line, ret_addendum, err);
        break;
    case ACH_RETURN_ADDENDUM:
        read_return(line, ret_addendum);
        break;
    case ACH_DISHONORED_ADDENDUM:
        read_dishonored(line, ret_addendum);
        break;
    case ACH_CONTESTED_ADDENDUM:
        read_contested(line, ret_addendum);
        break;
    case ACH_FILE_HEADER:
    case ACH_BATCH_HEADER:
    case ACH_ENTRY:
    case ACH_BATCH_CONTROL:
    case ACH_FILE_CONTROL:
    case ACH_N_RECORDS:
        abort(); /* no addenda */
    }
    read_answer(line, record, ret_addendum);
    return st == STATUS_OK ? check_class(line, class, ret_addendum, err) : st;
}
