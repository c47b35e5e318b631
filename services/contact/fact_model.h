#ifndef DUNLIN_CONTACT_FACT_MODEL_H
#define DUNLIN_CONTACT_FACT_MODEL_H

#include "attempt_model.h"
#include "rules/facts_fold.h"

/* What was learnt of a person: which facts there are, and what each does. Pure. The numbers are those of the wire. */

enum fact_kind {
    FACT_KIND_CONSENT = 1,
    FACT_KIND_CONSENT_REVOKED,
    FACT_KIND_COURT_PERMISSION,
    FACT_KIND_INCONVENIENT_TIME,
    FACT_KIND_INCONVENIENT_PLACE,
    FACT_KIND_DESIGNATION_RESCINDED,
    FACT_KIND_EMPLOYER_PROHIBITS,
    FACT_KIND_EMPLOYER_EMAIL,
    FACT_KIND_MEDIA_REQUEST,
    FACT_KIND_OPT_OUT,
    FACT_KIND_NUMBER_CHECK,
    FACT_KIND_WRONG_NUMBER,
    FACT_KIND_BANKRUPTCY_FILED,
    FACT_KIND_BANKRUPTCY_DISMISSED,
    FACT_KIND_BANKRUPTCY_DISCHARGED,
    FACT_KIND_DECEASED,
    FACT_KIND_MINOR,
    FACT_KIND_SERVICE_MEMBER,
    FACT_KIND_LANGUAGE,
    FACT_KIND_ATTORNEY_NOTICE,
    FACT_KIND_ATTORNEY_CONSENTS,
    FACT_KIND_ATTORNEY_UNRESPONSIVE,
    FACT_KIND_ATTORNEY_ENDED,
    FACT_KIND_CEASE_RECEIVED,
    FACT_KIND_REFUSAL_TO_PAY,
    FACT_KIND_CEASE_WITHDRAWN,
    FACT_KIND_VALIDATION_NOTICE_SENT,
    FACT_KIND_VALIDATION_NOTICE_RETURNED,
    FACT_KIND_ORIGINAL_CREDITOR_REQUESTED,
    FACT_KIND_ORIGINAL_CREDITOR_SENT,
    FACT_KIND_SESSION_STARTED,
    FACT_KIND_SESSION_ENDED,
    FACT_KIND_MESSAGE_RECEIVED,
    FACT_KIND_TCPA_CONSENT,
    FACT_KIND_TCPA_REVOCATION,
    FACT_KIND_CREDITOR_EMAIL_NOTICE,
    FACT_KIND_LOCATION_KNOWN,
    FACT_KIND_SUBSTANTIATION_REQUESTED,
    FACT_KIND_SUBSTANTIATION_SENT,
    FACT_KIND_MEDICAL_NOTICE_SENT,
    FACT_KIND_HARDSHIP,
    FACT_KIND_END,
};

enum fact_effect {
    FACT_IS_FOLDED,    /* the rules read it as an event */
    FACT_IS_OF_PERSON, /* of the person himself, or of an address: see permit_model.c */
    FACT_IS_KEPT,      /* no rule looks at it */
    FACT_MARKS_WRONG,  /* the contact point is not the person's */
    FACT_SETS_FLAG,    /* a sticky flag, which then speaks for it */
    FACT_ENDS_FLAG,    /* releases it */
};

struct fact_traits {
    const char *name;
    enum fact_effect effect;
    enum fact_event_type type; /* folded; also of what is folded for want of a flag (a refusal that is not written) */
    enum sticky_flag flag;     /* set or ended; 0: none */
    bool needs_point;
    bool is_loosening; /* allows what was not allowed: what stands against it is said */
};
const struct fact_traits *fact_traits(enum fact_kind kind);

#define FACT_ACCOUNTS_MAX 16

struct person_fact {
    struct id id;
    enum fact_kind kind;
    int64_t at_us;  /* when it happened */
    int32_t number; /* in the order in which they were recorded, from 1 */
    int64_t recorded_at_us;
    int64_t released_at_us;                   /* 0: it counts */
    const char *recorded_by;                  /* lent by the book */
    struct id account_ids[FACT_ACCOUNTS_MAX]; /* none: all debts of the person */
    size_t n_accounts;
    struct id contact_point_id; /* none: not named */
    struct fact_event event;    /* as the rules read it, but for debts and address */
    const struct zone *zone;    /* of FACT_KIND_LOCATION_KNOWN */
    enum fact_effect effect;    /* of this very one: what its traits say, or folded where no flag fits */
    enum sticky_flag flag;      /* that it sets or ends */
    uint8_t *body;              /* as it came off the wire; owned */
    size_t body_len;
    bool is_new, is_changed;
};

void person_fact_free(void *fact);
void person_fact_freep(struct person_fact **fact);

/* NULL: not known. Facts are kept in the order in which they happened. */
struct person_fact *debtor_find_fact(const struct debtor *debtor, const struct id *id);
/* Takes it, and numbers it where it has no number; false, and it is freed, where one of the id is there. */
bool debtor_add_fact(struct debtor *debtor, struct person_fact **fact);

/* It is about this debt. */
bool fact_concerns(const struct person_fact *fact, const struct id *account_id);

/* The holds of the debts that it is about which say otherwise than a loosening fact, and stand. */
hold_set fact_contradicts(const struct person_fact *fact, const struct debtor *debtor);

#endif
