#include "template/template_fields.h"

#include <assert.h>
#include <string.h>

#include "config/nearest.h"

static const struct template_field_row FIELDS[TEMPLATE_FIELD_COUNT] = {
    [TEMPLATE_DEBTOR_NAME] = {"debtor_name", TEMPLATE_TEXT, "who owes: a person's or a company's name"},
    [TEMPLATE_DEBTOR_ADDRESS] = {"debtor_address", TEMPLATE_LINES, "where letters to the debtor go"},
    [TEMPLATE_CLIENT] = {"client", TEMPLATE_TEXT, "the creditor who placed the account"},
    [TEMPLATE_CLIENT_REFERENCE] = {"client_reference", TEMPLATE_TEXT, "the client's number of the account"},
    [TEMPLATE_AGENCY_REFERENCE] = {"agency_reference", TEMPLATE_TEXT, "the agency's number of the account"},
    [TEMPLATE_ORIGINAL_CREDITOR] = {"original_creditor", TEMPLATE_TEXT, "to whom the debt was owed first"},
    [TEMPLATE_INVOICE_NUMBER] = {"invoice_number", TEMPLATE_TEXT, "of the invoice that is owed"},
    [TEMPLATE_INVOICE_DATE] = {"invoice_date", TEMPLATE_DATE, "of the invoice that is owed"},
    [TEMPLATE_BALANCE] = {"balance", TEMPLATE_MONEY,
                          "owed now; in what asks for payment, without the part that is disputed and held"},
    [TEMPLATE_ORIGINAL_AMOUNT] = {"original_amount", TEMPLATE_MONEY, "owed when the account was placed"},
    [TEMPLATE_INTEREST_AMOUNT] = {"interest_amount", TEMPLATE_MONEY, "interest up to the letter's date"},
    [TEMPLATE_INTEREST_RATE] = {"interest_rate", TEMPLATE_RATE, "percent a year"},
    [TEMPLATE_INTEREST_FROM] = {"interest_from", TEMPLATE_DATE, "the first day that bears interest"},
    [TEMPLATE_COMPENSATION_AMOUNT] = {"compensation_amount", TEMPLATE_MONEY, "the fixed sum for recovery costs"},
    [TEMPLATE_TOTAL_AMOUNT] = {"total_amount", TEMPLATE_MONEY, "balance, interest and compensation together"},
    [TEMPLATE_SETTLEMENT_AMOUNT] = {"settlement_amount", TEMPLATE_MONEY,
                                    "taken as payment in full: the balance less the template's `discount_percent`"},
    [TEMPLATE_DUE_DATE] = {"due_date", TEMPLATE_DATE, "when the debt fell due, or will"},
    [TEMPLATE_DAYS_PAST_DUE] = {"days_past_due", TEMPLATE_NUMBER, "days since then"},
    [TEMPLATE_PAY_BY_DATE] = {"pay_by_date", TEMPLATE_DATE,
                              "until when the message asks for payment: its date and the template's `pay_within_days`"},
    [TEMPLATE_LETTER_DATE] = {"letter_date", TEMPLATE_DATE, "of this message"},
    [TEMPLATE_SERVICE_DATE] = {"service_date", TEMPLATE_DATE, "when what is owed for was delivered or done"},
    [TEMPLATE_VALIDATION_END_DATE] = {"validation_end_date", TEMPLATE_DATE,
                                      "the last day of the validation period (12 CFR 1006.34(b)(5))"},
    [TEMPLATE_AGENCY_NAME] = {"agency_name", TEMPLATE_TEXT, "who writes"},
    [TEMPLATE_AGENCY_ADDRESS] = {"agency_address", TEMPLATE_LINES, "where letters to the agency go"},
    [TEMPLATE_AGENCY_PHONE] = {"agency_phone", TEMPLATE_TEXT, "where the debtor can call"},
    [TEMPLATE_AGENCY_EMAIL] = {"agency_email", TEMPLATE_TEXT, "where the debtor can write"},
    [TEMPLATE_AGENCY_HOURS] = {"agency_hours", TEMPLATE_TEXT, "when somebody answers"},
    [TEMPLATE_AGENCY_LICENSE] = {"agency_license", TEMPLATE_TEXT, "the licence that the debtor's state wants named"},
    [TEMPLATE_AGENT_NAME] = {"agent_name", TEMPLATE_TEXT, "a natural person of the agency"},
    [TEMPLATE_DISPUTE_ADDRESS] = {"dispute_address", TEMPLATE_LINES, "where disputes are sent"},
    [TEMPLATE_DISPUTE_LINK] = {"dispute_link", TEMPLATE_TEXT, "where a dispute can be made electronically"},
    [TEMPLATE_OPT_OUT_INSTRUCTIONS] = {"opt_out_instructions", TEMPLATE_TEXT,
                                       "how to stop messages through this channel, in the message's language"},
    [TEMPLATE_OPT_OUT_LINK] = {"opt_out_link", TEMPLATE_TEXT, "where to stop messages to this address"},
    [TEMPLATE_PAYMENT_LINK] = {"payment_link", TEMPLATE_TEXT, "where to pay"},
    [TEMPLATE_PAYMENT_AMOUNT] = {"payment_amount", TEMPLATE_MONEY, "that was paid"},
    [TEMPLATE_PAYMENT_DATE] = {"payment_date", TEMPLATE_DATE, "when it was paid"},
    [TEMPLATE_PROMISE_AMOUNT] = {"promise_amount", TEMPLATE_MONEY, "that was promised"},
    [TEMPLATE_PROMISE_DATE] = {"promise_date", TEMPLATE_DATE, "for when it was promised"},
    [TEMPLATE_ASSISTANCE_PHONE] = {"assistance_phone", TEMPLATE_TEXT, "the provider's financial assistance"},
    [TEMPLATE_ASSISTANCE_LINK] = {"assistance_link", TEMPLATE_TEXT, "where to apply for financial assistance"},
    [TEMPLATE_DISPUTE_DATE] = {"dispute_date", TEMPLATE_DATE, "when the dispute was received"},
    [TEMPLATE_DISPUTE_REFERENCE] = {"dispute_reference", TEMPLATE_TEXT, "the agency's number of the dispute"},
    [TEMPLATE_DISPUTE_SUBJECT] = {"dispute_subject", TEMPLATE_TEXT,
                                  "what is disputed, in the message's language: the whole debt, or how much of it"},
    [TEMPLATE_DISPUTE_REASON] = {"dispute_reason", TEMPLATE_TEXT, "the debtor's words, or that there are none"},
    [TEMPLATE_DISPUTE_EXPLANATION] = {"dispute_explanation", TEMPLATE_TEXT,
                                      "why a dispute was found to be frivolous, as whoever found it wrote it"},
    [TEMPLATE_DISPUTE_ANSWER_DATE] = {"dispute_answer_date", TEMPLATE_DATE,
                                      "when the dispute that this one repeats was answered"},
    [TEMPLATE_DISPUTE_PROOF] = {"dispute_proof", TEMPLATE_TEXT,
                                "the documents on record that were sent as the answer, or the client's records"},
    [TEMPLATE_DISPUTE_OUTCOME] = {"dispute_outcome", TEMPLATE_TEXT, "how the dispute ended, in the message's language"},
    [TEMPLATE_DISPUTE_CAUSE] = {"dispute_cause", TEMPLATE_TEXT, "its root cause, in the message's language"},
    [TEMPLATE_CREDIT_AMOUNT] = {"credit_amount", TEMPLATE_MONEY, "what a resolution took off"},
    [TEMPLATE_INTEREST_ADDED] = {"interest_added", TEMPLATE_MONEY, "interest since the account was placed"},
    [TEMPLATE_FEES_ADDED] = {"fees_added", TEMPLATE_MONEY, "what else was added since then"},
    [TEMPLATE_PAYMENTS_MADE] = {"payments_made", TEMPLATE_MONEY, "paid since then, less what came back"},
    [TEMPLATE_CREDITS_GIVEN] = {"credits_given", TEMPLATE_MONEY, "taken off since then"},
    [TEMPLATE_DEBIT_AMOUNT] = {"debit_amount", TEMPLATE_MONEY, "that is to be drawn from the debtor's bank account"},
    [TEMPLATE_DEBIT_DATE] = {"debit_date", TEMPLATE_DATE, "on which it is drawn"},
    [TEMPLATE_DEBIT_ACCOUNT] = {"debit_account", TEMPLATE_TEXT,
                                "from which, in the message's language: its kind and last four digits"},
};

_Static_assert(TEMPLATE_FIELD_COUNT <= 64, "a template_field_set has a bit for each field");

const struct template_field_row *template_field_row(enum template_field field)
{
    return &FIELDS[field];
}

enum template_field template_field_find(const char *name, size_t len)
{
    unsigned field = 0;
    while (field < TEMPLATE_FIELD_COUNT &&
           (strlen(FIELDS[field].name) != len || memcmp(FIELDS[field].name, name, len) != 0))
        field++;
    return (enum template_field)field;
}

const char *template_field_nearest(const char *name)
{
    const char *found = NULL;
    struct nearest nearest = nearest_to(name);
    for (unsigned field = 0; field < TEMPLATE_FIELD_COUNT; field++)
        if (nearest_improves(&nearest, FIELDS[field].name))
            found = FIELDS[field].name;
    return found;
}

const char *template_kind_name(enum template_kind kind)
{
    static const char *const NAMES[] = {"text", "lines", "money", "date", "number", "rate"};
    return NAMES[kind];
}

static struct template_value *value_of(struct template_values *values, enum template_field field,
                                       enum template_kind kind)
{
    assert(FIELDS[field].kind == kind);
    (void)kind;
    values->of[field].is_set = true;
    return &values->of[field];
}

void template_set_text(struct template_values *values, enum template_field field, const char *text)
{
    if (text == NULL)
        return;
    if (FIELDS[field].kind == TEMPLATE_LINES)
        value_of(values, field, TEMPLATE_LINES)->text = text;
    else
        value_of(values, field, TEMPLATE_TEXT)->text = text;
}

void template_set_money(struct template_values *values, enum template_field field, struct money money)
{
    value_of(values, field, TEMPLATE_MONEY)->money = money;
}

void template_set_date(struct template_values *values, enum template_field field, struct date date)
{
    value_of(values, field, TEMPLATE_DATE)->date = date;
}

void template_set_number(struct template_values *values, enum template_field field, int64_t number)
{
    value_of(values, field, TEMPLATE_NUMBER)->number = number;
}

void template_set_rate(struct template_values *values, enum template_field field, int64_t rate)
{
    value_of(values, field, TEMPLATE_RATE)->rate = rate;
}
