#ifndef DUNLIN_TEMPLATE_TEMPLATE_FIELDS_H
#define DUNLIN_TEMPLATE_TEMPLATE_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "calendar/calendar.h"
#include "money/money.h"

/* Everything that a message may say of an account: the fields that Dunlin knows, and their values for one message. */

enum template_kind {
    TEMPLATE_TEXT,  /* one line */
    TEMPLATE_LINES, /* several lines: an address */
    TEMPLATE_MONEY,
    TEMPLATE_DATE,
    TEMPLATE_NUMBER,
    TEMPLATE_RATE, /* percent a year */
};

enum template_field {
    TEMPLATE_DEBTOR_NAME,
    TEMPLATE_DEBTOR_ADDRESS,
    TEMPLATE_CLIENT,
    TEMPLATE_CLIENT_REFERENCE,
    TEMPLATE_AGENCY_REFERENCE,
    TEMPLATE_ORIGINAL_CREDITOR,
    TEMPLATE_INVOICE_NUMBER,
    TEMPLATE_INVOICE_DATE,
    TEMPLATE_BALANCE,
    TEMPLATE_ORIGINAL_AMOUNT,
    TEMPLATE_INTEREST_AMOUNT,
    TEMPLATE_INTEREST_RATE,
    TEMPLATE_INTEREST_FROM,
    TEMPLATE_COMPENSATION_AMOUNT,
    TEMPLATE_TOTAL_AMOUNT,
    TEMPLATE_SETTLEMENT_AMOUNT,
    TEMPLATE_DUE_DATE,
    TEMPLATE_DAYS_PAST_DUE,
    TEMPLATE_PAY_BY_DATE,
    TEMPLATE_LETTER_DATE,
    TEMPLATE_SERVICE_DATE,
    TEMPLATE_VALIDATION_END_DATE,
    TEMPLATE_AGENCY_NAME,
    TEMPLATE_AGENCY_ADDRESS,
    TEMPLATE_AGENCY_PHONE,
    TEMPLATE_AGENCY_EMAIL,
    TEMPLATE_AGENCY_HOURS,
    TEMPLATE_AGENCY_LICENSE,
    TEMPLATE_AGENT_NAME,
    TEMPLATE_DISPUTE_ADDRESS,
    TEMPLATE_DISPUTE_LINK,
    TEMPLATE_OPT_OUT_INSTRUCTIONS,
    TEMPLATE_OPT_OUT_LINK,
    TEMPLATE_PAYMENT_LINK,
    TEMPLATE_PAYMENT_AMOUNT,
    TEMPLATE_PAYMENT_DATE,
    TEMPLATE_PROMISE_AMOUNT,
    TEMPLATE_PROMISE_DATE,
    TEMPLATE_ASSISTANCE_PHONE,
    TEMPLATE_ASSISTANCE_LINK,
    TEMPLATE_DISPUTE_DATE,
    TEMPLATE_DISPUTE_REFERENCE,
    TEMPLATE_DISPUTE_SUBJECT,
    TEMPLATE_DISPUTE_REASON,
    TEMPLATE_DISPUTE_EXPLANATION,
    TEMPLATE_DISPUTE_ANSWER_DATE,
    TEMPLATE_DISPUTE_PROOF,
    TEMPLATE_DISPUTE_OUTCOME,
    TEMPLATE_DISPUTE_CAUSE,
    TEMPLATE_CREDIT_AMOUNT,
    TEMPLATE_INTEREST_ADDED,
    TEMPLATE_FEES_ADDED,
    TEMPLATE_PAYMENTS_MADE,
    TEMPLATE_CREDITS_GIVEN,
    TEMPLATE_DEBIT_AMOUNT,
    TEMPLATE_DEBIT_DATE,
    TEMPLATE_DEBIT_ACCOUNT,
    TEMPLATE_FIELD_COUNT,
};
typedef uint64_t template_field_set;
#define TEMPLATE_FIELD_BIT(field) ((template_field_set)1 << (field))

struct template_field_row {
    const char *name; /* as templates say it: "debtor_name" */
    enum template_kind kind;
    const char *meaning;
};

const struct template_field_row *template_field_row(enum template_field field);

/* TEMPLATE_FIELD_COUNT where Dunlin knows no such field. `name` need not end with a NUL. */
enum template_field template_field_find(const char *name, size_t len);

/* The known name that is nearest to `name`; NULL where none is near. */
const char *template_field_nearest(const char *name);

const char *template_kind_name(enum template_kind kind); /* "money" */

/* The values of one message. Zeroed: none is known. Texts are lent: they must outlive the rendering. */
struct template_value {
    bool is_set;
    union {
        const char *text; /* UTF-8 */
        struct money money;
        struct date date;
        int64_t number;
        int64_t rate; /* millionths of a percent: 11,270,000 is 11.27 % */
    };
};
struct template_values {
    struct template_value of[TEMPLATE_FIELD_COUNT];
};

/* Setting a field of another kind is a bug of the caller. A NULL text leaves the field unset. */
void template_set_text(struct template_values *values, enum template_field field, const char *text); /* also lines */
void template_set_money(struct template_values *values, enum template_field field, struct money money);
void template_set_date(struct template_values *values, enum template_field field, struct date date);
void template_set_number(struct template_values *values, enum template_field field, int64_t number);
void template_set_rate(struct template_values *values, enum template_field field, int64_t rate);

#endif
