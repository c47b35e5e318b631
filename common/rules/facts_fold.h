#ifndef DUNLIN_RULES_FACTS_FOLD_H
#define DUNLIN_RULES_FACTS_FOLD_H

#include "rules/facts.h"
#include "status/status.h"

/* Events to facts. A book owns the facts of one person: who and what there is is added first, then events are applied
 * in the order of time, and facts_book_facts lends the state after them. For a question at an instant apply only what
 * happened until then. Not thread-safe. */
struct facts_book;

struct facts_book *facts_book_new(void);
void facts_book_free(struct facts_book *book);
void facts_book_freep(struct facts_book **book);

/* What is asked and what is said once and for all: collector and consumer; known zone, plan, entry. The caller sets
 * what he knows; lists and counts belong to the book. A new book has a covered third-party collector and a natural
 * person, who is person 0. */
struct facts *facts_book_scope(struct facts_book *book);
struct fact_particulars *facts_book_particulars(struct facts_book *book);

/* Each adds what stands there and names it `id` ("D1", copied), unique among its kind; the index goes to *ret_index. An
 * address's zones are copied; those of the consumer's own addresses are his candidate zones. Fails with
 * ALREADY_EXISTS, RESOURCE_EXHAUSTED (FACT_..._MAX). */
MUST_USE enum status facts_book_add_debt(struct facts_book *book, const char *id, const struct fact_debt *debt,
                                         uint8_t *ret_index, struct error *err);
MUST_USE enum status facts_book_add_address(struct facts_book *book, const char *id, const struct fact_address *address,
                                            uint8_t *ret_index, struct error *err);
MUST_USE enum status facts_book_add_person(struct facts_book *book, const char *id, const struct fact_person *person,
                                           uint8_t *ret_index, struct error *err);
/* Gives person 0 its id. */
MUST_USE enum status facts_book_name_consumer(struct facts_book *book, const char *id, struct error *err);
/* The index of a student-loan account by its number, for fact_debt.account. */
uint8_t facts_book_account(struct facts_book *book, const char *number);

/* A debt and an address as they are where nothing is said of them. */
struct fact_debt fact_debt_plain(void);
struct fact_address fact_address_plain(enum address_kind kind, uint8_t person);

/* FACT_NONE where there is none of that id. */
uint8_t facts_book_find_debt(const struct facts_book *book, const char *id);
uint8_t facts_book_find_address(const struct facts_book *book, const char *id);
uint8_t facts_book_find_person(const struct facts_book *book, const char *id);

/* What may happen. Beside each: the fields of struct fact_event that it reads, beyond `at`; "debts" empty means all of
 * the person's. */
enum fact_event_type {
    FACT_CONTACT_OUT, /* person (FACT_NONE: the consumer), address, medium, outcome, technology, purpose, debts,
                         discussed, flag BY_OTHER, REPLY, OPEN, LAST_ACTIVITY */
    FACT_CONTACT_IN,  /* person, address, medium, outcome, debts, discussed, flag IN_PROGRESS, ABOUT_DEBT */
    FACT_CONSENT,     /* scope, address (email:, text:), person (third_party:), debts, from_second, to_second, dates,
                         flag GIVEN_TO_COLLECTOR, COMPLIANT: without both it is no fact */
    FACT_CONSENT_REVOKED,        /* scope (flag ALL_SCOPES: of any), address, person */
    FACT_COURT_PERMISSION,       /* - */
    FACT_INCONVENIENT_TIME,      /* days, from_second, to_second, date (until), flag ONLY */
    FACT_INCONVENIENT_PLACE,     /* place, date (until) */
    FACT_DESIGNATION_RESCINDED,  /* place (PLACE_NONE: all designations) */
    FACT_ATTORNEY_NOTICE,        /* debts, person (the attorney, or FACT_NONE), flag ATTORNEY_KNOWN (name and address
                                    known or readily ascertainable); without the flag no fact */
    FACT_ATTORNEY_ENDED,         /* debts, person (FACT_NONE: whoever) */
    FACT_ATTORNEY_CONSENTS,      /* person, debts */
    FACT_ATTORNEY_UNRESPONSIVE,  /* person, debts */
    FACT_EMPLOYER_PROHIBITS,     /* flag RESCINDED: he may be contacted at work again */
    FACT_CEASE_MAILED,           /* - : nothing changes before it is received */
    FACT_CEASE_RECEIVED,         /* debts, flag WRITTEN, MEDIUM_REFUSED: a medium by which consumers' messages are not
                                    accepted */
    FACT_CEASE_WITHDRAWN,        /* debts */
    FACT_REFUSE_TO_PAY,          /* as FACT_CEASE_RECEIVED */
    FACT_MEDIA_REQUEST,          /* media, address (FACT_NONE: all), flag WITHDRAWN */
    FACT_OPT_OUT,                /* as FACT_MEDIA_REQUEST; also withdraws consents to the address */
    FACT_SESSION_START,          /* - */
    FACT_SESSION_END,            /* - */
    FACT_PORTAL_PAYMENT,         /* debts */
    FACT_WRONG_NUMBER,           /* address */
    FACT_DISCLOSED,              /* address: somebody told that it led to a prohibited disclosure */
    FACT_VALIDATION_SENT,        /* debts, medium, date (end of the validation period; days 0: not known), address */
    FACT_VALIDATION_ORAL,        /* debts, date (end) */
    FACT_UNDELIVERABLE,          /* debts, flag OF_VERIFICATION where it is what came back */
    FACT_DISPUTE,                /* debts, flag WRITTEN, MEDIUM_REFUSED, SAME (substantially), NEW_INFORMATION; date
                                    (submitted or postmarked; days 0: day of receipt), amount_minor (0: all) */
    FACT_DISPUTE_WITHDRAWN,      /* debts; also: found to be resolved */
    FACT_VERIFICATION_SENT,      /* debts */
    FACT_JUDGMENT_SENT,          /* debts */
    FACT_DUPLICATIVE_NOTICE,     /* debts, flag NOTICE_COMPLETE (reasons and reference to the earlier response) */
    FACT_CREDITOR_REQUEST,       /* debts, flag WRITTEN, MEDIUM_REFUSED; date (submitted) */
    FACT_CREDITOR_INFO_SENT,     /* debts */
    FACT_SAME_CREDITOR_NOTICE,   /* debts */
    FACT_SUBSTANTIATION_REQUEST, /* debts, flag WRITTEN */
    FACT_SUBSTANTIATION_SENT,    /* debts */
    FACT_BANKRUPTCY_FILED,       /* debts */
    FACT_BANKRUPTCY_DISMISSED,   /* debts */
    FACT_BANKRUPTCY_CLOSED,      /* debts */
    FACT_STAY_RELIEVED,          /* debts */
    FACT_BANKRUPTCY_DISCHARGED,  /* debts */
    FACT_REAFFIRMED,             /* debts: the discharge does not reach them */
    FACT_TCPA_CONSENT,           /* address */
    FACT_TCPA_REVOCATION,        /* address (FACT_NONE: all), date (by which it must be honored) */
    FACT_TCPA_EXEMPT_OPT_OUT,    /* address */
    FACT_CREDITOR_EMAIL_NOTICE,  /* address, date (until when one may opt out), flag INCOMPLETE */
    FACT_PRIOR_COLLECTOR_USE,    /* address, flag IMMEDIATELY_PRIOR, OPTED_OUT, COMPLIANT (obtained as the rule says) */
    FACT_NUMBER_CHECK,           /* address, date (covers since), flag REASSIGNED, INCOMPLETE */
    FACT_CALLBACK_REQUESTED,     /* person */
    FACT_ANSWER_DOUBTED,         /* person, flag HAS_INFORMATION (now the right one) */
    FACT_MEDICAL_NOTICE,         /* debts */
    FACT_FURNISHED,              /* debts */
    FACT_PAYMENT,                /* debts, amount_minor, flag IN_FULL, SETTLES, LAST_ACTIVITY */
    FACT_ACTIVITY,               /* debts: any other collection activity */
    FACT_CHARGED_OFF,            /* debts */
    FACT_POSTDATED_RECEIVED,     /* date (that it bears) */
    FACT_POSTDATED_NOTICE,       /* flag WRITTEN */
    FACT_ACH_RETURN,             /* code (1 for R01) */
    FACT_ACH_REINITIATED,        /* - */
    FACT_ACH_REAUTHORIZED,       /* - */
    FACT_ACH_REMEDIED,           /* - */
    FACT_VARYING_NOTICE,         /* flag WRITTEN */
    FACT_HOLD_SET,               /* debts, hold */
    FACT_HOLD_CLEARED,           /* debts, hold */
    FACT_EVENT_TYPE_COUNT,
};

enum fact_event_flag {
    FACT_FLAG_BY_OTHER = 1 << 0,
    FACT_FLAG_REPLY = 1 << 1,
    FACT_FLAG_LAST_ACTIVITY = 1 << 2,
    FACT_FLAG_IN_PROGRESS = 1 << 3,
    FACT_FLAG_ABOUT_DEBT = 1 << 4, /* set it unless the message is said to be about something else */
    FACT_FLAG_GIVEN_TO_COLLECTOR = 1 << 5,
    FACT_FLAG_COMPLIANT = 1 << 6,
    FACT_FLAG_ALL_SCOPES = 1 << 7,
    FACT_FLAG_ONLY = 1 << 8,
    FACT_FLAG_ATTORNEY_KNOWN = 1 << 9,
    FACT_FLAG_RESCINDED = 1 << 10,
    FACT_FLAG_WRITTEN = 1 << 11,
    FACT_FLAG_MEDIUM_REFUSED = 1 << 12,
    FACT_FLAG_WITHDRAWN = 1 << 13,
    FACT_FLAG_SAME = 1 << 14,
    FACT_FLAG_NEW_INFORMATION = 1 << 15,
    FACT_FLAG_NOTICE_COMPLETE = 1 << 16,
    FACT_FLAG_INCOMPLETE = 1 << 17,
    FACT_FLAG_IMMEDIATELY_PRIOR = 1 << 18,
    FACT_FLAG_OPTED_OUT = 1 << 19,
    FACT_FLAG_REASSIGNED = 1 << 20,
    FACT_FLAG_HAS_INFORMATION = 1 << 21,
    FACT_FLAG_IN_FULL = 1 << 22,
    FACT_FLAG_SETTLES = 1 << 23,
    FACT_FLAG_OF_VERIFICATION = 1 << 24,
    FACT_FLAG_OPEN = 1 << 25, /* not reported yet */
};

struct fact_event {
    enum fact_event_type type;
    struct instant at;
    debt_set debts;
    debt_set discussed;
    uint32_t flags; /* enum fact_event_flag */
    enum medium medium;
    enum contact_outcome outcome;
    enum technology technology;
    enum purpose purpose;
    enum consent_scope scope;
    enum address_place place;
    enum hold hold;
    medium_set media;
    uint8_t person;  /* FACT_NONE: not named */
    uint8_t address; /* FACT_NONE: not named */
    uint8_t days;    /* bit 0 Monday ... bit 6 Sunday; 0: every day */
    uint8_t code;
    uint8_t n_dates;
    struct date dates[FACT_DATES_MAX];
    struct date date;
    int32_t from_second, to_second;
    int64_t amount_minor;
};

/* An event about nobody and nothing but its type and instant. */
struct fact_event fact_event_plain(enum fact_event_type type, struct instant at);

/* Applies `event`, which must not lie before the one applied last. Fails with INVALID_ARGUMENT where it does, or names
 * what the book does not have. */
MUST_USE enum status facts_book_apply(struct facts_book *book, const struct fact_event *event, struct error *err);

/* The state after the events so far; lent until the book is changed. */
const struct facts *facts_book_facts(struct facts_book *book);

#endif
