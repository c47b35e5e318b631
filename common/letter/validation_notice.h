#ifndef DUNLIN_LETTER_VALIDATION_NOTICE_H
#define DUNLIN_LETTER_VALIDATION_NOTICE_H

#include <stdbool.h>
#include <stddef.h>

#include "calendar/calendar.h"
#include "letter/letter.h"
#include "money/money.h"
#include "rules/law_dates.h"
#include "status/status.h"

/* The validation notice of 12 CFR 1006.34(c), in the order of model form B-1 (appendix B to part 1006). What must be on
 * it is the list NOTICE_* of rules/rules.h; one that is missing or blank is refused by its name. Engineering facts, not
 * legal advice: counsel signs the wording off. */

/* 1006.34(b)(3): once chosen for a debt, the same for every notice of it. */
enum notice_itemization_basis {
    NOTICE_BASIS_UNSPECIFIED,
    NOTICE_BASIS_LAST_STATEMENT,
    NOTICE_BASIS_CHARGE_OFF,
    NOTICE_BASIS_LAST_PAYMENT,
    NOTICE_BASIS_TRANSACTION,
    NOTICE_BASIS_JUDGMENT,
};

/* What the law wants said but leaves to us how. "{collector}", "{creditor}", "{end_date}", "{itemization_date}" and
 * "{basis}" are replaced; nothing else is. The statements of the end date must name it. NULL or blank: missing. */
#define NOTICE_PROMPTS 4
struct notice_wording {
    const char *language;                        /* BCP 47, of the fixed words too: "en" or "es" */
    const char *mini_miranda;                    /* 1006.18(e)(1), 1006.34(c)(1) */
    const char *dispute_statement;               /* 1006.34(c)(3)(i) */
    const char *assumed_valid;                   /* 1006.34(c)(3)(iii) */
    const char *original_creditor_statement;     /* 1006.34(c)(3)(ii) */
    const char *cfpb_website;                    /* 1006.34(c)(3)(iv) */
    const char *electronic_dispute;              /* 1006.34(c)(3)(v) */
    const char *dispute_prompts[NOTICE_PROMPTS]; /* 1006.34(c)(4)(i): the lead, and three reasons */
    const char *original_creditor_prompt;        /* 1006.34(c)(4)(ii) */
};
const struct notice_wording *notice_wording(const char *language); /* falls back to English. Lent */

/* Everything is borrowed for the call; lists of lines end with NULL. Amounts are of one currency; NULL: missing, which
 * an amount of 0 is not. */
struct validation_notice {
    enum letter_paper paper;
    const struct notice_wording *wording;
    bool is_consumer_financial_product; /* 1006.1(c)(2) */
    bool is_electronic;                 /* 1006.42(b): sent by e-mail */
    struct date sent;
    int assumption_days; /* business days until it is assumed to be received: at least LAW_RECEIPT_ASSUMPTION_DAYS */

    const char *collector_name;
    const char *collector_lines[LETTER_LINES_MAX];                /* of the letterhead: address, telephone, hours */
    const char *collector_dispute_mail_address[LETTER_LINES_MAX]; /* where disputes go */
    const char *collector_return_line;                            /* LETTER_PAPER_DIN */
    const char *consumer_name;                                    /* the most complete that is known */
    const char *consumer_mail_address[LETTER_LINES_MAX];
    const char *response_mail_address[LETTER_LINES_MAX]; /* of the response part; may be that for disputes */
    const char *reference;                               /* ours; may be NULL */

    const char *creditor_on_itemization_date; /* where is_consumer_financial_product */
    const char *current_creditor;
    const char *account_number; /* as the creditor's, or cut: "...4321" */
    enum notice_itemization_basis basis;
    struct date itemization_date;
    const struct money *amount_on_itemization_date;
    const struct money *interest, *fees;    /* added since */
    const struct money *payments, *credits; /* taken off since; not negative */
    const struct letter_row *more_rows; /* of the itemization, below its date's amount: 1006.34(c)(2)(viii) in detail */
    size_t n_more_rows;
    const struct money *current_amount;
};

/* The last day of the validation period that the notice names. */
struct date validation_notice_end(const struct validation_notice *notice);

/* Fails with INVALID_ARGUMENT, "<field>: <why>" with the field's name of rules.h ("current_creditor: is missing"); also
 * where the itemization does not add up to the current amount, or as letter_render does. */
MUST_USE enum status validation_notice_render(const struct validation_notice *notice,
                                              struct letter_document *ret_document, struct error *err);

/* Whether it could be rendered, as far as its fields say. */
MUST_USE enum status validation_notice_check(const struct validation_notice *notice, struct error *err);

/* "$1,234.50"; "EUR 1,234.50" for currencies without a sign that everybody knows. g_free. */
char *notice_money(struct money amount);
/* "January 5, 2027"; "5 de enero de 2027". g_free. */
char *notice_date(struct date date, const char *language);

#endif
