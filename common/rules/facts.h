#ifndef DUNLIN_RULES_FACTS_H
#define DUNLIN_RULES_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calendar/calendar.h"

/* What is known of one person and his debts when the rules of collection are asked something. Plain state: lent to the
 * rules, which neither change it nor keep it. Facts lie in arrays and name each other by index; sets of debts are bit
 * sets. An instant of 0 says "never", an index of FACT_NONE "none". What lies after the instant of the question holds
 * nothing yet; but a contact that does counts, as clocks may have been set back since: leave out what is not to be
 * known.
 *
 * Sizes: a contact is 12 bytes, a debt 56, an address 16: a person with 3 debts, 4 numbers and 50 contacts fits in
 * 1 KiB. What only few have stands apart, in particulars that are there where there is something to say. */

#define FACT_NONE          UINT8_MAX
#define FACT_DEBTS_MAX     32 /* bits of a debt_set */
#define FACT_ADDRESSES_MAX 128
#define FACT_PERSONS_MAX   128
#define FACT_DATES_MAX     4
#define FACT_CONSUMER      0 /* index of the consumer among the persons */

typedef uint32_t debt_set;
#define DEBT_BIT(index) ((debt_set)1 << (index))
#define DEBTS_ALL       UINT32_MAX

/* Ways in which something is said. */
enum medium {
    MEDIUM_CALL,
    MEDIUM_RINGLESS, /* a voicemail that is put into a mailbox without ringing: a placed call (comment 14(b)-1) */
    MEDIUM_TEXT,
    MEDIUM_EMAIL,
    MEDIUM_SOCIAL, /* a message on a social network */
    MEDIUM_PORTAL, /* the collector's website or app, while the consumer uses it */
    MEDIUM_LETTER,
    MEDIUM_POSTCARD,
    MEDIUM_FAX,
    MEDIUM_IN_PERSON,
    MEDIUM_COUNT,
};
typedef uint16_t medium_set;
#define MEDIUM_BIT(medium) ((medium_set)(1u << (medium)))
#define MEDIA_PHONE        ((medium_set)(MEDIUM_BIT(MEDIUM_CALL) | MEDIUM_BIT(MEDIUM_RINGLESS)))
#define MEDIA_ELECTRONIC   ((medium_set)(MEDIUM_BIT(MEDIUM_TEXT) | MEDIUM_BIT(MEDIUM_EMAIL) | MEDIUM_BIT(MEDIUM_SOCIAL)))
#define MEDIA_PAPER        ((medium_set)(MEDIUM_BIT(MEDIUM_LETTER) | MEDIUM_BIT(MEDIUM_POSTCARD)))
#define MEDIA_ALL          ((medium_set)(MEDIUM_BIT(MEDIUM_COUNT) - 1))

enum technology {
    TECHNOLOGY_MANUAL, /* also a dialer that works through a list (Facebook v. Duguid) */
    TECHNOLOGY_ATDS,   /* random or sequential number generator */
    TECHNOLOGY_PRERECORDED,
    TECHNOLOGY_ARTIFICIAL, /* artificial voice, one made by a machine that answers included */
};

enum contact_outcome {
    OUTCOME_UNKNOWN, /* counts as a call that connected */
    OUTCOME_NO_ANSWER,
    OUTCOME_VOICEMAIL, /* a message that is a communication */
    OUTCOME_VOICEMAIL_LCM,
    OUTCOME_VOICEMAIL_FULL,
    OUTCOME_RECORDED_MESSAGE,
    OUTCOME_DROPPED,
    OUTCOME_RINGLESS_VOICEMAIL,
    OUTCOME_CONVERSATION,
    OUTCOME_BUSY,
    OUTCOME_NOT_IN_SERVICE,
    OUTCOME_SENT, /* of what is written */
};

enum purpose {
    PURPOSE_COLLECTION,
    PURPOSE_LOCATION, /* to learn where the consumer is (1006.10) */
    PURPOSE_PAYMENT_CONFIRMATION,
    PURPOSE_OPT_OUT_CONFIRMATION,
    PURPOSE_REQUEST_ELECTRONIC_CONSENT,
    PURPOSE_TERMINATE_EFFORTS,     /* 1006.6(c)(2)(i) */
    PURPOSE_MAY_INVOKE_REMEDY,     /* (ii) */
    PURPOSE_INTENDS_INVOKE_REMEDY, /* (iii) */
    PURPOSE_REQUIRED_SERVICING,    /* a notice that Regulation X or Z requires (comment 6(c)(2)-1) */
    PURPOSE_REQUIRED_BY_LAW,       /* 1006.14(h)(2)(iii) */
    PURPOSE_POST_JUDGMENT_REMEDY,  /* 1006.6(d)(2)(iv) */
    PURPOSE_VALIDATION_NOTICE,
    PURPOSE_DISPUTE_RESPONSE, /* verification, copy of a judgment, duplicate notice, original creditor's name */
    PURPOSE_PLEADING,         /* a formal pleading in a civil action: no initial communication */
    PURPOSE_BANKRUPTCY_CLAIM, /* proof of claim */
    PURPOSE_OTHER,            /* nothing about the debt */
};

/* --- persons ------------------------------------------------------------------------------------------------------ */

enum relation {
    RELATION_CONSUMER,
    RELATION_CO_OBLIGOR, /* owes the debt as well: a consumer himself */
    RELATION_SPOUSE,     /* surviving spouse included */
    RELATION_PARENT,     /* a consumer where the debtor is a minor (1006.6(a)(2)) */
    RELATION_GUARDIAN,
    RELATION_EXECUTOR,  /* executor, administrator, personal representative */
    RELATION_SUCCESSOR, /* confirmed successor in interest */
    RELATION_ATTORNEY,  /* of the consumer */
    RELATION_CRA,
    RELATION_CREDITOR,
    RELATION_CREDITOR_ATTORNEY,
    RELATION_COLLECTOR_ATTORNEY,
    RELATION_EMPLOYER,
    RELATION_OTHER, /* anybody else: sister, neighbour, friend */
};

struct fact_person {
    enum relation relation;
    int64_t callback_requested_at_us; /* asked to be contacted again (1006.10(c)) */
    int64_t answer_doubted_at_us; /* his earlier answer is believed wrong or incomplete, and he is believed to have a
                                     right one now */
};

enum collector_type {
    COLLECTOR_THIRD_PARTY,
    COLLECTOR_DEBT_BUYER,
    COLLECTOR_CREDITOR,            /* in its own name */
    COLLECTOR_CREDITOR_OTHER_NAME, /* as if a third party collected: covered (1006.2(i)(1)) */
    COLLECTOR_OTHER,
};

/* --- ways to reach somebody --------------------------------------------------------------------------------------- */

enum address_kind {
    ADDRESS_MOBILE,
    ADDRESS_LANDLINE,
    ADDRESS_VOIP,
    ADDRESS_EMAIL,
    ADDRESS_POSTAL,
    ADDRESS_SOCIAL,
    ADDRESS_PORTAL,
};

enum address_place {
    PLACE_NONE, /* the address is bound to no place: a mobile, an e-mail address */
    PLACE_HOME,
    PLACE_WORK,
    PLACE_OTHER,
};

struct fact_address {
    enum address_kind kind : 8;
    enum address_place place : 8;
    uint8_t person; /* whose */
    uint8_t n_zones;
    uint8_t particulars;             /* the book's: read by address_particulars */
    bool is_employer_provided;       /* and known to the collector to be: an e-mail address */
    bool is_private_domain;          /* its domain is not open to the public (1006.6(d)(4)(ii)(E)) */
    const struct zone *const *zones; /* where its owner may be, as far as it tells; a prefix may straddle zones */
};

/* What is known of few addresses. */
struct fact_address_particulars {
    int64_t wrong_since_us;        /* known not to be the person's */
    int64_t disclosed_since_us;    /* somebody told that it led to a prohibited disclosure */
    int64_t creditor_notice_at_us; /* 1006.6(d)(4)(ii) */
    int64_t check_at_us;           /* last look into the reassigned numbers database */
    int64_t check_since_us;        /* the day from which on that look covers */
    int64_t tcpa_consent_at_us;
    int64_t tcpa_revoked_at_us;
    int64_t tcpa_exempt_opt_out_at_us;    /* from exempt prerecorded calls to a residential line */
    struct date tcpa_revocation_deadline; /* day by which the revocation must be honored; calls are refused after it */
    struct date creditor_notice_deadline; /* until when that notice let him opt out */
    bool is_prior_collector_use; /* 1006.6(d)(4)(iii): obtained under (i) or (ii), used by the immediately prior
                                    collector, not opted out of then */
    bool is_notice_incomplete;   /* the creditor's notice lacks one of its six items, or the creditor did not itself
                                    obtain and use the address */
    bool is_check_reassigned;    /* the last look into the reassigned numbers database said so */
};

/* --- debts -------------------------------------------------------------------------------------------------------- */

enum debt_type {
    DEBT_OTHER,
    DEBT_CREDIT_CARD,
    DEBT_MEDICAL,
    DEBT_MORTGAGE,
    DEBT_STUDENT_LOAN,
    DEBT_AUTO,
    DEBT_COMMERCIAL,
};

enum debt_status {
    DEBT_STATUS_ACTIVE,
    DEBT_STATUS_PAID,
    DEBT_STATUS_SETTLED,
    DEBT_STATUS_DISCHARGED,
    DEBT_STATUS_RECALLED,
};

/* What can hold a debt beside what has facts of its own: the bits that contact stores, in its order. */
enum hold {
    HOLD_DISPUTE, /* open dispute, or one that was claimed on a call and is not opened yet */
    HOLD_DISPUTE_UPHELD,
    HOLD_CEASE,
    HOLD_ATTORNEY,
    HOLD_BANKRUPTCY,
    HOLD_DECEASED,
    HOLD_OPT_OUT_CALLS,
    HOLD_OPT_OUT_CONTACT_POINT,
    HOLD_WRONG_NUMBER,
    HOLD_PAID,
    HOLD_RECALLED,
    HOLD_PROMISE,
    HOLD_NOTICE_OVERDUE, /* the validation notice was not sent in time */
    HOLD_COMPLAINT,      /* a complaint whose severity stops contact, by the agency's policy */
    HOLD_HANDED_OVER,    /* with an outside agency or a lawyer: others contact him */
    HOLD_PLAN,           /* a payment plan is agreed on */
    HOLD_COUNT,
};
const char *hold_name(enum hold hold); /* "dispute" */

struct fact_debt {
    enum debt_type type : 8;
    enum debt_status status : 8;
    uint8_t account;     /* student loans of one account number are one debt (1006.14(b)(4)); FACT_NONE: stands alone */
    uint8_t particulars; /* the book's: read by debt_particulars */
    bool is_consumer_debt : 1; /* personal, family, household */
    bool is_charged_off : 1;
    bool is_limited : 1;       /* has a limitation period, that ends or ended on `limitation_ends` */
    bool has_lien : 1;         /* secured by a lien that is enforceable in spite of a discharge */
    bool is_real_property : 1; /* secured by real property */
    uint16_t holds;            /* bits of enum hold */
    struct date limitation_ends;
    struct date validation_ends; /* end of the validation period; days 0: not known */
    int64_t balance_minor;       /* 0: not known */
    int64_t validation_at_us;    /* validation information given */
    int64_t initial_at_us;       /* initial communication */
    int64_t furnish_since_us;    /* sent in writing and, as far as known, delivered: 14 days of monitoring run */
    int64_t last_activity_at_us; /* last collection activity (1006.100) */
};
_Static_assert(HOLD_COUNT <= 16, "fact_debt.holds");

/* What comes up about few debts. */
struct fact_debt_particulars {
    int64_t cease_at_us;   /* received, in writing, through a medium that is accepted */
    int64_t refused_at_us; /* refused or asked to cease otherwise, orally for one: a rebuttal factor only */
    int64_t attorney_at_us;
    int64_t bankruptcy_at_us; /* filed and neither dismissed, closed, discharged nor relieved since */
    int64_t discharge_at_us;
    int64_t dispute_at_us;          /* the last one */
    int64_t dispute_answered_at_us; /* verification, copy of a judgment, or the notice that answers a duplicative one */
    int64_t disputed_since_us;      /* disputed in any form and not withdrawn */
    int64_t disputed_minor;         /* 0: the whole debt */
    int64_t creditor_request_at_us; /* for the original creditor: timely, written, not answered */
    int64_t substantiation_at_us;   /* 23 NYCRR 1.4: requested and not provided */
    int64_t medical_notice_at_us;   /* NRS 649.366 */
    int64_t paid_at_us;
    uint8_t attorney;            /* person; FACT_NONE: not named */
    bool is_dispute_duplicative; /* substantially the same as one that was answered, and nothing new */
    bool is_dispute_timely;      /* within the validation period */
    bool is_dispute_written;
};

/* --- contacts ----------------------------------------------------------------------------------------------------- */

enum contact_flag {
    CONTACT_INBOUND = 1 << 0,     /* from the person */
    CONTACT_BY_OTHER = 1 << 1,    /* placed by another collector: not ours to count */
    CONTACT_REPLY = 1 << 2,       /* answers what the person began */
    CONTACT_IN_PROGRESS = 1 << 3, /* the call still lasts */
    CONTACT_ABOUT_DEBT = 1 << 4,  /* inbound: about the debt (the usual case) */
    CONTACT_OPEN = 1 << 5,        /* placed, or about to be, and not reported yet: it may become a conversation */
    CONTACT_FLAGS_ALL = (1 << 6) - 1,
};

/* With whom a contact was, and about what: few differ among the contacts of a person. */
struct fact_subject {
    debt_set debts;     /* to which it counts */
    debt_set discussed; /* that were talked about; none named: `debts` */
    debt_set consented; /* for which a consent was in force when it was placed: left out of 14(b) */
    uint8_t person;
};

/* One contact made, tried or received. There are many: its bits are counted. */
struct __attribute__((packed, aligned(4))) fact_contact {
    int64_t at_us : 56; /* not before 1970 */
    enum medium medium : 4;
    enum contact_outcome outcome : 4;
    enum technology technology : 2;
    enum purpose purpose : 4;
    uint32_t flags : 6;    /* enum contact_flag */
    uint32_t subject : 12; /* read by contact_subject */
    uint32_t address : 8;  /* FACT_NONE: not known */
};
#define FACT_CONTACT_AT_MAX_US ((INT64_C(1) << 55) - 1)
#define FACT_SUBJECTS_MAX      (1 << 12)
_Static_assert(sizeof(struct fact_contact) == 12, "twelve bytes");
_Static_assert(MEDIUM_COUNT <= 1 << 4, "fact_contact.medium");
_Static_assert(OUTCOME_SENT < 1 << 4, "fact_contact.outcome");
_Static_assert(TECHNOLOGY_ARTIFICIAL < 1 << 2, "fact_contact.technology");
_Static_assert(PURPOSE_OTHER < 1 << 4, "fact_contact.purpose");
_Static_assert(CONTACT_FLAGS_ALL < 1 << 6, "fact_contact.flags");

/* --- what the person asked for ------------------------------------------------------------------------------------ */

/* A time or a place that he called inconvenient. */
struct fact_designation {
    int64_t at_us;
    int64_t rescinded_at_us;
    uint8_t days;                   /* bit 0 Monday ... bit 6 Sunday; 0: every day */
    bool is_only;                   /* he named when it is convenient: all else is not */
    enum address_place place;       /* PLACE_NONE: it is about time */
    int32_t from_second, to_second; /* of the local day; both 0: all day; from > to: over midnight */
    struct date until;              /* last day; days 0: until rescinded */
};

enum consent_scope {
    CONSENT_TIME,
    CONSENT_EMPLOYER,
    CONSENT_CALLS, /* 1006.14(b)(3)(i) only */
    CONSENT_EMAIL,
    CONSENT_TEXT,
    CONSENT_THIRD_PARTY,
    CONSENT_ELECTRONIC,         /* DC */
    CONSENT_EMAIL_CONFIRMATION, /* to confirm by e-mail what he did elsewhere */
    CONSENT_COURT,              /* permission of a court */
};

/* Given to this collector in a compliant communication; others are no facts. */
struct fact_consent {
    int64_t at_us;
    int64_t ended_at_us; /* revoked, or used up by a conversation (calls) */
    debt_set debts;      /* none named: DEBTS_ALL */
    enum consent_scope scope;
    uint8_t person;  /* CONSENT_THIRD_PARTY */
    uint8_t address; /* CONSENT_EMAIL, CONSENT_TEXT */
    uint8_t n_dates; /* 0: any day */
    struct date dates[FACT_DATES_MAX];
    int32_t from_second, to_second; /* of the local day; both 0: all day */
};

/* No contact by these media, about any debt (1006.14(h)(1)). */
struct fact_request {
    int64_t at_us;
    int64_t withdrawn_at_us;
    medium_set media;
    uint8_t address; /* FACT_NONE: by none of its kind */
};

/* --- money -------------------------------------------------------------------------------------------------------- */

/* The entry that an ACH question is about, and what came of it. */
struct fact_ach {
    struct date settled_on; /* days 0: none known */
    int64_t amount_minor;
    uint8_t return_code; /* 1 for R01; 0: none */
    uint8_t reinitiations;
    bool is_reauthorized; /* after the return, by the receiver */
    bool is_remedied;     /* the cause of the return is */
    int64_t returned_at_us;
};

/* Preauthorized transfers (Regulation E 1005.10). */
struct fact_plan {
    int64_t authorized_minor;                 /* 0: not known */
    int64_t range_from_minor, range_to_minor; /* amounts for which no notice is agreed; both 0: none */
    int64_t notice_at_us;                     /* written notice of a varying amount */
};

struct fact_postdated {
    int64_t received_at_us;
    int64_t notice_at_us; /* written notice of intent to deposit */
    struct date dated;    /* days 0: none */
};

/* --- all of it ---------------------------------------------------------------------------------------------------- */

/* What is known of few persons. */
struct fact_particulars {
    const struct fact_debt_particulars *debts;
    const struct fact_address_particulars *addresses;
    const struct fact_designation *designations;
    const struct fact_consent *consents;
    const struct fact_request *requests;
    uint16_t n_designations, n_consents, n_requests;

    enum address_place known_place; /* where he is known to be */
    int64_t known_place_at_us;
    const struct zone *known_zone; /* replaces the candidates */

    int64_t employer_prohibits_at_us; /* known or to be known that he may not be contacted at work */
    int64_t session_from_us;          /* uses the portal since */
    int64_t session_to_us;            /* until; 0: still */

    struct fact_ach ach;
    struct fact_plan plan;
    struct fact_postdated postdated;
};

struct facts {
    const struct zone *const *zones; /* candidates: of his addresses and numbers, wrong ones left out */
    const struct fact_debt *debts;
    const struct fact_address *addresses;
    const struct fact_person *persons;   /* [0] is the consumer */
    const struct fact_contact *contacts; /* ascending by time */
    const struct fact_subject *subjects;
    const struct fact_particulars *particulars; /* NULL: none; read by facts_particulars */
    uint32_t n_contacts;
    uint8_t n_zones, n_debts, n_addresses, n_persons;
    enum collector_type collector : 8;
    bool is_covered : 1;        /* the collector, by Regulation F */
    bool is_natural_person : 1; /* the consumer is */
    bool is_minor : 1;
    bool is_deceased : 1;
    bool has_unreadable_zone : 1; /* some zone where he may be is not in the IANA database */
};

/* Each lends what there is to say, or where there is nothing a plain one that says so. */
const struct fact_particulars *facts_particulars(const struct facts *facts);
const struct fact_debt_particulars *debt_particulars(const struct facts *facts, const struct fact_debt *debt);
const struct fact_address_particulars *address_particulars(const struct facts *facts,
                                                           const struct fact_address *address);

static inline const struct fact_subject *contact_subject(const struct facts *facts, const struct fact_contact *contact)
{
    return &facts->subjects[contact->subject];
}

/* What the facts take in memory, in bytes, all that they point to included but zones, which are the process's. */
size_t facts_size(const struct facts *facts);

#endif
