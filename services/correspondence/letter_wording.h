#ifndef DUNLIN_CORRESPONDENCE_LETTER_WORDING_H
#define DUNLIN_CORRESPONDENCE_LETTER_WORDING_H

/* What letters say in few words of the message's language, where a template's own text cannot: what is disputed, by
 * what it is proved, how it ended and why; from which account money is drawn. */
struct letter_wording {
    const char *whole_debt;
    const char *part_of_debt; /* with %s: the amount, as the language writes it */
    const char *held_part;    /* with %s: the amount that is disputed and not asked for; a sentence to the debtor */
    const char *no_reason;    /* the debtor gave none */
    const char *records_of;   /* with %s: the client */
    const char *unknown;      /* an outcome or cause that nobody has said */
    const char *outcome[8];   /* by dunlin.dispute.v1.DisputeOutcome */
    const char *cause[8];     /* by dunlin.dispute.v1.RootCause; OTHER is said in words */
    const char *account[3];   /* by dunlin.payment.v1.InstrumentKind; [0]: the kind is not known */
    const char *ending[3];    /* the same with %s: its last four digits */
};

/* In English where the language, BCP 47, has none. Lent. */
const struct letter_wording *letter_wording(const char *language);

#endif
