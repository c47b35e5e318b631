#ifndef DUNLIN_RULES_RULES_H
#define DUNLIN_RULES_RULES_H

#include "rules/facts.h"

/* The rules of collection: may this be done, now, as far as the facts go? Pure: no clock, no I/O, no allocation; any
 * thread. Engineering facts, not legal advice. */

struct rule;
struct rules_selection; /* the rules that apply: rulebook.h */

enum question_action {
    ACTION_CONTACT,
    ACTION_FURNISH, /* to a consumer reporting agency */
    ACTION_SELL,
    ACTION_PLACE, /* with another collector */
    ACTION_SEND_DATA,
    ACTION_APPLY_PAYMENT,
    ACTION_ASSESS_FEE,
    ACTION_DEPOSIT, /* a postdated check or the like */
    ACTION_FILE_SUIT,
    ACTION_THREATEN_SUIT,
    ACTION_PROOF_OF_CLAIM,
    ACTION_COLLECT,
    ACTION_SEND_VALIDATION,
    ACTION_OMIT_VALIDATION,
    ACTION_CHECK_VALIDATION,
    ACTION_DELETE_RECORDS,
    ACTION_ACH_REINITIATE,
    ACTION_PREAUTHORIZED_DEBIT,
    ACTION_COUNT,
};

/* What a question says of its content or circumstances. What is not said is taken to be as the law wants it. */
enum claim {
    CLAIM_OPT_OUT_NOTICE,      /* clear and conspicuous, with a simple way to opt out */
    CLAIM_OPT_OUT_FEE,         /* opting out costs something */
    CLAIM_OPT_OUT_ASKS_DATA,   /* ... or asks for more than the preference and the address */
    CLAIM_FIRST_COMMUNICATION, /* with the consumer about the debt */
    CLAIM_FIRST_WRITTEN,       /* ... in writing */
    CLAIM_DISCLOSURES,         /* disclosures are listed: those that hold are said by the two below */
    CLAIM_DISCLOSES_FULL,      /* attempt to collect a debt, information will be used for that purpose */
    CLAIM_DISCLOSES_COLLECTOR, /* from a debt collector */
    CLAIM_IDENTIFIES,          /* meaningful identity of the caller */
    CLAIM_VISIBLE_TO_OTHERS,   /* a social message that the public or contacts can see */
    CLAIM_ENVELOPE_REVEALS,    /* anything but address, neutral name and postal marks */
    CLAIM_CONFIRMATION_ONLY,   /* of an opt-out: contains nothing else */
    CLAIM_REPLY,               /* answers what the person began, through the same medium */
    CLAIM_CONTINUES_CALL,      /* of the person, that lasts still */
    CLAIM_AUTOMATED,
    CLAIM_IDENTIFIES_BY_NAME, /* location calls: 1006.10(b)(1) */
    CLAIM_STATES_LOCATION,    /* ... that he confirms or corrects location information */
    CLAIM_NAMES_EMPLOYER,     /* ... his own employer's name */
    CLAIM_EMPLOYER_ASKED,     /* ... because he was expressly asked */
    CLAIM_STATES_DEBT,        /* ... (b)(2) */
    CLAIM_REVEALS_COLLECTION, /* ... (b)(4): by language or symbol on what is sent */
    CLAIM_OVERSHADOWS,        /* 1006.38(b) */
    CLAIM_THREATENS_SUIT,
    CLAIM_AS_DISPUTED,           /* the debt is communicated or reported as disputed */
    CLAIM_REPORTS_CREDIT,        /* gives information about the debt to others than the consumer */
    CLAIM_ESIGN_CONSENT,         /* E-SIGN 101(c) */
    CLAIM_AUTHORIZED,            /* fee: by the agreement */
    CLAIM_PERMITTED_BY_LAW,      /* fee */
    CLAIM_REAL_PROPERTY,         /* suit: to enforce an interest in real property */
    CLAIM_NOTIFIES_DISCHARGE,    /* sale: tells the buyer of the discharge */
    CLAIM_WRITTEN_AUTHORIZATION, /* signed or similarly authenticated */
    CLAIM_COPY_PROVIDED,
    CLAIM_REAUTHORIZED,       /* ACH: by the receiver, after the return */
    CLAIM_CORRECTED,          /* ACH: of R11 */
    CLAIM_REMEDIED,           /* ACH: the cause of the return */
    CLAIM_RETRY_DESCRIPTION,  /* ACH: "RETRY PYMT" */
    CLAIM_PART_OF_PROCEEDING, /* proof of claim or suit in a bankruptcy, with leave */
    CLAIM_SINGLE_DEBT,        /* payment: the consumer owes no other */
    CLAIM_FINANCIAL_PRODUCT,  /* validation notice: of a debt related to a consumer financial product or service */
    CLAIM_PERMANENT_COPY,     /* 1006.42: keepable, in a form that the consumer may retain */
    CLAIM_COUNT,
};
typedef uint64_t claim_set;
#define CLAIM_BIT(claim) ((claim_set)1 << (claim))

enum recipient {
    RECIPIENT_UNKNOWN,
    RECIPIENT_CRA,
    RECIPIENT_CHECK_HISTORY_CRA, /* compiles information on check writing: exempt (comment 30(a)-1) */
    RECIPIENT_OWNER,             /* of the debt (1006.30(b)(2)(i)) */
    RECIPIENT_SECURITIZATION,    /* (iii) */
    RECIPIENT_MERGER,            /* (iv): merger, acquisition of substantially all assets */
    RECIPIENT_AGENCY,
    RECIPIENT_BUYER,
};

enum venue {
    VENUE_UNKNOWN,
    VENUE_CONSUMER_RESIDENCE,
    VENUE_CONTRACT_SIGNED,
    VENUE_REAL_PROPERTY,
    VENUE_OTHER,
};

/* Why a call beyond a presumption may be defended (comments 14(b)(2)(i)-2, (ii)-2). */
enum justification {
    JUSTIFICATION_NONE,
    JUSTIFICATION_LEGALLY_REQUIRED,
    JUSTIFICATION_LITIGATION,
    JUSTIFICATION_CONSUMER_REQUEST,
    JUSTIFICATION_EXTERNAL_EFFECT,
    JUSTIFICATION_SELF_MADE, /* a "one-time" discount of one's own: none */
};

/* What a validation notice holds (1006.34(c)): bits of enum notice_field. */
enum notice_field {
    NOTICE_MINI_MIRANDA,
    NOTICE_COLLECTOR_NAME,
    NOTICE_COLLECTOR_DISPUTE_MAIL_ADDRESS,
    NOTICE_CONSUMER_NAME,
    NOTICE_CONSUMER_MAIL_ADDRESS,
    NOTICE_CREDITOR_ON_ITEMIZATION_DATE, /* consumer financial product only */
    NOTICE_ACCOUNT_NUMBER,
    NOTICE_CURRENT_CREDITOR,
    NOTICE_ITEMIZATION_DATE,
    NOTICE_AMOUNT_ON_ITEMIZATION_DATE,
    NOTICE_ITEMIZATION_INTEREST,
    NOTICE_ITEMIZATION_FEES,
    NOTICE_ITEMIZATION_PAYMENTS,
    NOTICE_ITEMIZATION_CREDITS,
    NOTICE_CURRENT_AMOUNT,
    NOTICE_END_DATE_DISPUTE,
    NOTICE_END_DATE_ORIGINAL_CREDITOR,
    NOTICE_ASSUMED_VALID,
    NOTICE_CFPB_WEBSITE,       /* consumer financial product only */
    NOTICE_ELECTRONIC_DISPUTE, /* sent electronically only */
    NOTICE_DISPUTE_PROMPTS,
    NOTICE_ORIGINAL_CREDITOR_PROMPT,
    NOTICE_RESPONSE_MAIL_ADDRESSES,
    NOTICE_FIELD_COUNT,
};
/* "mini_miranda", ...; NOTICE_FIELD_COUNT where there is none of that name. */
const char *notice_field_name(enum notice_field field);
enum notice_field notice_field_find(const char *name);

struct question {
    enum question_action action;
    struct instant at;
    enum medium medium;
    enum technology technology;
    enum purpose purpose;
    debt_set debts;        /* that it is about; other actions: the one debt's bit */
    uint8_t person;        /* to whom; FACT_CONSUMER for the consumer */
    uint8_t address;       /* FACT_NONE: not named */
    claim_set claims_said; /* which claims are made */
    claim_set claims;      /* ... and hold */
    enum recipient recipient;
    enum venue venue;
    enum justification justification;
    int64_t amount_minor;   /* collect, fee, ACH, debit */
    uint8_t directed_debt;  /* payment: to which the consumer directs it; FACT_NONE: to none */
    uint32_t notice_fields; /* bits of enum notice_field that are there and not blank */
    struct date date;     /* deposit: that the instrument bears; contact: by which payment is demanded; days 0: none */
    struct date received; /* deposit: when it was received; days 0: as the facts say */
    struct date recorded_on; /* deletion: of a recording of that day; days 0: of records */
};

/* A question about nothing but its action and instant, to the consumer. */
struct question question_plain(enum question_action action, struct instant at);

/* Says that a claim holds, or that it does not. */
void question_claim(struct question *question, enum claim claim, bool holds);

enum severity {
    SEVERITY_BLOCK,
    SEVERITY_PRESUMED, /* a presumption of violation: refused, but a human may override it with a reason */
    SEVERITY_WARN,
};
const char *severity_name(enum severity severity); /* "block", "block_presumed", "warn" */

#define RULE_HIT_DETAIL_SIZE 192
struct rule_hit {
    const struct rule *rule; /* lent by the rulebook: id, title, citation */
    enum severity severity;
    bool is_overridable;
    bool has_next;       /* false: not while the state is as it is */
    struct instant next; /* the earliest instant at which this rule no longer blocks */
    char detail[RULE_HIT_DETAIL_SIZE];
};

/* How far a cap is used up, the proposed contact included where it counts. */
struct rule_count {
    const struct rule *rule;
    uint32_t count;
    uint32_t limit;
};

#define VERDICT_HITS_MAX   96
#define VERDICT_COUNTS_MAX 32
struct rules_verdict {
    bool is_allowed;      /* no hit but warnings */
    bool has_safe_harbor; /* 1006.6(d)(3) holds for this address */
    uint32_t n_hits;
    uint32_t n_counts;
    struct rule_hit hits[VERDICT_HITS_MAX]; /* those that last longest first, warnings last */
    struct rule_count counts[VERDICT_COUNTS_MAX];
};

/* Every rule of the selection that blocks or warns. More hits than fit are not listed; a refusal stays one. */
void rules_judge(const struct rules_selection *selection, const struct facts *facts, const struct question *question,
                 struct rules_verdict *ret_verdict);

/* The earliest instant, not before that of the question, at which no rule blocks, the facts staying as they are; false
 * where a rule blocks for good or for more than a year. */
bool rules_next_allowed(const struct rules_selection *selection, const struct facts *facts,
                        const struct question *question, struct instant *ret_next);

/* Until when a contact that is allowed at the question's instant may still be made, the facts staying as they are:
 * `limit`, or earlier where hours end before it, the law's or those that the person named. Only hours can forbid a
 * contact by the mere passing of time. */
struct instant rules_open_until(const struct rules_selection *selection, const struct facts *facts,
                                const struct question *question, struct instant limit);

/* Hours of the day alone, in every zone where the person may be: the earliest instant, not before that of the question,
 * at which they allow this medium; false where they never meet. */
bool rules_next_open(const struct rules_selection *selection, const struct facts *facts,
                     const struct question *question, struct instant *ret_open);

/* How many of the hits block; they stand first. */
size_t verdict_n_blocking(const struct rules_verdict *verdict);

/* NULL where the rule did not hit, or has no count. */
const struct rule_hit *verdict_hit(const struct rules_verdict *verdict, const char *rule_id);
const struct rule_count *verdict_count(const struct rules_verdict *verdict, const char *rule_id);

#endif
