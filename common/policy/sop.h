#ifndef DUNLIN_POLICY_SOP_H
#define DUNLIN_POLICY_SOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calendar/calendar.h"
#include "status/status.h"

/* A standard operating procedure as data (deploy/policies/<name>.yaml): classes over declared facts, and the strategies
 * that they lead to. Loaded once, then immutable and shared. */
#define POLICY_VERSION_SIZE 33 /* BLAKE2b-128 of the file's content as hex: it stands in nearly every event */
#define SOP_CODE_SIZE       64

/* What classes and escalations may ask about an account: classes all but the last four, escalations all but those of
 * the debtor's other accounts. Days go on by themselves, and so does what depends on them. */
enum sop_fact {
    SOP_DAYS_PAST_DUE,      /* negative before due */
    SOP_BALANCE_MINOR,      /* owed now */
    SOP_PAYMENTS,           /* posted and not reversed */
    SOP_DAYS_SINCE_PAYMENT, /* SOP_UNKNOWN_FACT where there was none */
    SOP_BROKEN_PROMISES,
    SOP_OPEN_DISPUTES,
    SOP_DEBTOR_ACCOUNTS,      /* placed accounts of the same debtor, this one included */
    SOP_DEBTOR_LATE_ACCOUNTS, /* of those, paid late or past due now */
    SOP_FAILED_CONTACTS,      /* attempts in a row that did not reach the debtor */
    SOP_DAYS_WITHOUT_CONTACT, /* since he was reached, or since placement */
    SOP_DISPUTE_DAYS,         /* since the dispute that is not resolved was opened; SOP_UNKNOWN_FACT where none is */
    SOP_OPEN_COMPLAINTS,
    SOP_FACT_COUNT,
};
#define SOP_UNKNOWN_FACT INT64_MIN /* no condition on an unknown fact holds */

struct sop_condition {
    enum sop_fact fact;
    int64_t min, max;           /* inclusive; INT64_MIN / INT64_MAX: open */
    char reason[SOP_CODE_SIZE]; /* "BALANCE_AT_LEAST_10000": made from the fact and its bounds unless the file names it
                                 */
};

enum sop_risk {
    SOP_RISK_LOW = 1,
    SOP_RISK_MEDIUM,
    SOP_RISK_HIGH,
};

struct sop_class {
    char code[SOP_CODE_SIZE];
    char title[128];
    struct sop_condition *conditions; /* all must hold; none: always */
    size_t n_conditions;
    char segment[SOP_CODE_SIZE];
    enum sop_risk risk;
    int32_t priority;             /* 0 to 1,000 */
    char strategy[SOP_CODE_SIZE]; /* empty: no contact */
};

/* A fact that steps are counted from. */
enum sop_anchor {
    SOP_ANCHOR_PLACED,
    SOP_ANCHOR_DUE,
    SOP_ANCHOR_CLASSIFIED,     /* since the account came into this strategy */
    SOP_ANCHOR_PROMISE_BROKEN, /* of the latest broken promise; the step is skipped where there is none */
};

/* How a step reaches the debtor. The numbers are those of Channel on the wire (proto/dunlin/contact/v1). */
enum sop_channel {
    SOP_CHANNEL_CALL = 1,    /* an agent speaks */
    SOP_CHANNEL_PRERECORDED, /* a recorded or artificial voice */
    SOP_CHANNEL_RINGLESS,    /* a recorded message put into a mailbox without ringing */
    SOP_CHANNEL_TEXT,
    SOP_CHANNEL_EMAIL,
    SOP_CHANNEL_LETTER,
    SOP_CHANNEL_PORTAL, /* a message that the debtor sees when he uses the portal */
};
const char *sop_channel_name(enum sop_channel channel); /* as files say it: "call" */

/* What a step is for. The numbers are those of Purpose on the wire. */
enum sop_purpose {
    SOP_PURPOSE_COLLECTION = 1,
    SOP_PURPOSE_CALLBACK,
    SOP_PURPOSE_VALIDATION_NOTICE,
    SOP_PURPOSE_DISPUTE_RESPONSE,
    SOP_PURPOSE_PAYMENT_CONFIRMATION,
    SOP_PURPOSE_OPT_OUT_CONFIRMATION,
    SOP_PURPOSE_REQUIRED_BY_LAW,
    SOP_PURPOSE_TERMINATE_EFFORTS,
    SOP_PURPOSE_REMEDY_NOTICE,
};
const char *sop_purpose_name(enum sop_purpose purpose); /* as files say it: "collection" */

struct sop_step {
    char code[SOP_CODE_SIZE]; /* "call-2"; unique in its strategy */
    enum sop_anchor anchor;
    int32_t day; /* after the anchor's local date; negative: before */
    enum sop_channel channel;
    enum sop_purpose purpose;
    char template[SOP_CODE_SIZE]; /* what is sent or played; empty: a call */
    char script[SOP_CODE_SIZE];   /* a call: the template that the agent reads from; empty: none */
    int32_t times, every_days;    /* of the file's step: 1 and 0 where it is not repeated */
    size_t source;                /* the file's step, from 0, that this one or its repeat comes of */
};

/* What makes an account leave its strategy. */
enum sop_exit_event {
    SOP_EXIT_PAID = 1, /* nothing is owed any more */
    SOP_EXIT_PROMISE_MADE,
    SOP_EXIT_PLAN_AGREED,
    SOP_EXIT_DISPUTE_OPENED,
    SOP_EXIT_CEASE_RECEIVED,
    SOP_EXIT_ATTORNEY_NAMED,
    SOP_EXIT_BANKRUPTCY_FILED,
    SOP_EXIT_DECEASED,
    SOP_EXIT_RECALLED,         /* the client took it back */
    SOP_EXIT_CLASS_CHANGED,    /* its class leads to another strategy */
    SOP_EXIT_STEPS_DONE,       /* and `days` have passed since the last one */
    SOP_EXIT_DAYS_IN_STRATEGY, /* `days` since it came into the strategy */
};

enum sop_exit_to {
    SOP_TO_STRATEGY = 1, /* `strategy` */
    SOP_TO_CLASS,        /* where its class leads */
    SOP_TO_HOLD,         /* no contact until somebody answers */
    SOP_TO_CLOSE,
    SOP_TO_RETURN, /* to the client */
    SOP_TO_LEGAL,
    SOP_TO_REVIEW, /* a supervisor decides */
};

struct sop_exit {
    enum sop_exit_event on;
    int32_t days; /* SOP_EXIT_STEPS_DONE, SOP_EXIT_DAYS_IN_STRATEGY */
    enum sop_exit_to to;
    char strategy[SOP_CODE_SIZE]; /* SOP_TO_STRATEGY */
    bool is_common;               /* of all strategies */
};
const char *sop_exit_event_name(enum sop_exit_event event); /* as files say it: "dispute_opened" */
const char *sop_exit_to_name(enum sop_exit_to to);

struct sop_strategy {
    char code[SOP_CODE_SIZE];
    char title[128];
    struct sop_exit *exits; /* its own, then those of all strategies for other events */
    size_t n_exits;
    struct sop_step *steps; /* repeats are expanded: "call-2" every 7 days 3 times gives call-2, call-2.2, call-2.3 */
    size_t n_steps;
};

struct sop_bucket {
    char code[SOP_CODE_SIZE]; /* "1-30" */
    int32_t from_day, to_day; /* days past due, inclusive; INT32_MIN / INT32_MAX: open */
};

/* Who may agree to what. */
enum sop_role {
    SOP_ROLE_COLLECTOR = 1,
    SOP_ROLE_SUPERVISOR,
    SOP_ROLE_MANAGER,
    SOP_ROLE_COMPLIANCE,
    SOP_ROLE_CLIENT,
};
const char *sop_role_name(enum sop_role role); /* "collector" */

struct sop_authority {
    enum sop_role role;
    int64_t minimum_payment_minor;    /* the smallest instalment that he may accept */
    int32_t longest_plan_months;      /* 0: no plan */
    int32_t largest_discount_percent; /* of the balance, in a settlement; 0: none */
    enum sop_role approval_by;        /* who decides beyond; 0: nobody */
};

enum sop_trigger {
    SOP_ON_CONDITION = 1, /* `conditions` came to hold */
    SOP_ON_COMPLAINT,
    SOP_ON_DISPUTE_OPENED,
    SOP_ON_DISPUTE_OVERDUE,
    SOP_ON_NOTICE_OVERDUE, /* a validation notice was not sent in time */
    SOP_ON_PROMISE_BROKEN,
    SOP_ON_PAYMENT_RETURNED,
    SOP_ON_CEASE_RECEIVED,
    SOP_ON_ATTORNEY_NAMED,
    SOP_ON_BANKRUPTCY_FILED,
    SOP_ON_DECEASED,
    SOP_ON_HARDSHIP_CLAIMED,
    SOP_ON_STEPS_DONE,
};
const char *sop_trigger_name(enum sop_trigger trigger);

enum sop_action {
    SOP_ACTION_REVIEW = 1,
    SOP_ACTION_CALL,
    SOP_ACTION_ANSWER, /* in writing */
    SOP_ACTION_HOLD,
    SOP_ACTION_OFFER_PLAN,
    SOP_ACTION_OFFER_SETTLEMENT,
    SOP_ACTION_LEGAL_REVIEW,
    SOP_ACTION_HAND_OVER, /* to a lawyer or a court */
    SOP_ACTION_RETURN,    /* to the client */
};
const char *sop_action_name(enum sop_action action);

/* Where an escalation goes. The numbers are those of EscalationRoute on the wire (proto/dunlin/dispute/v1). */
enum sop_route {
    SOP_ROUTE_QUEUE = 1, /* `target`, or the role's where the file names none */
    SOP_ROUTE_PERSON,    /* `target`, "user:anna" */
    SOP_ROUTE_AGENCY,    /* an outside agency of the name `target`; another person approves first */
    SOP_ROUTE_LEGAL,     /* a lawyer or a court; another person approves first */
};

#define SOP_CLIENT_SIZE   128
#define SOP_CURRENCY_SIZE 4

struct sop_escalation {
    char code[SOP_CODE_SIZE];
    char title[128];
    enum sop_trigger on;
    struct sop_condition *conditions; /* all must hold as well; none: always */
    size_t n_conditions;
    char client[SOP_CLIENT_SIZE]; /* and these: whose claim it is, in what money, of which class; empty: any */
    char currency[SOP_CURRENCY_SIZE];
    char class[SOP_CODE_SIZE];
    enum sop_role to;
    enum sop_route route;
    char target[SOP_CODE_SIZE]; /* of the route */
    int32_t within_hours;       /* in which he must have acted */
    int32_t again_after_days;   /* not again before; 0: once an account */
    int32_t priority;           /* 0 to 1,000 */
    enum sop_action action;
};

/* An account as escalations ask of it; texts are borrowed, "" is not known. */
struct sop_escalation_facts {
    int64_t facts[SOP_FACT_COUNT];
    const char *client, *currency, *class;
};

/* How much less than agreed still counts as paid. */
struct sop_tolerance {
    bool is_percent; /* of what was agreed, rounded down to the minor unit; else minor units */
    int64_t value;   /* 0: none */
};

/* By what a payment plan is judged, and what is offered beside it. */
struct sop_plans {
    int32_t grace_days;             /* after an instalment's due day before it counts as missed */
    struct sop_tolerance tolerance; /* of each instalment */
    int32_t breaks_in_a_row;        /* a plan is broken by so many missed and not paid since; 0: never */
    int32_t breaks_in_total;        /* by so many missed, also where they were paid since; 0: never */
    int32_t settlement_percent; /* discount that is offered for all at once, within who offers' authority; 0: none */
};

/* How grave a complaint is. The numbers are those of ComplaintSeverity on the wire (proto/dunlin/dispute/v1). */
enum sop_severity {
    SOP_SEVERITY_LOW = 1,
    SOP_SEVERITY_MEDIUM,
    SOP_SEVERITY_HIGH,
    SOP_SEVERITY_CRITICAL,
    SOP_SEVERITY_END,
};
const char *sop_severity_name(enum sop_severity severity);

/* The clocks of a complaint, both from its receipt, and whether it stops contact. */
struct sop_complaint {
    int32_t acknowledge_within_hours;
    int32_t resolve_within_days;
    bool holds_contact; /* on its account, until it is resolved */
};

/* What the work is measured by: reporting's KPIs of that name. */
struct sop_target {
    char kpi[SOP_CODE_SIZE];
    bool is_in_days;  /* else percent */
    int64_t min, max; /* INT64_MIN / INT64_MAX: open */
};

/* What debts it is for: what the rules are asked about it. */
enum sop_debts {
    SOP_DEBTS_CONSUMER = 1,
    SOP_DEBTS_MEDICAL, /* a consumer's, too */
    SOP_DEBTS_COMMERCIAL,
};
const char *sop_debts_name(enum sop_debts debts);

const char *sop_fact_name(enum sop_fact fact);       /* "days_past_due" */
const char *sop_risk_name(enum sop_risk risk);       /* "low" */
const char *sop_anchor_name(enum sop_anchor anchor); /* "placed" */

struct sop {
    char name[SOP_CODE_SIZE];
    char version[POLICY_VERSION_SIZE];
    char title[256];                   /* empty: none */
    char owner[128];                   /* who answers for it; empty: nobody is named */
    struct date review_by;             /* days 0: not said */
    enum sop_debts debts;              /* 0: not said */
    char (*rule_packs)[SOP_CODE_SIZE]; /* that it is meant to work under */
    size_t n_rule_packs;
    char (*languages)[SOP_CODE_SIZE]; /* BCP 47: of its messages */
    size_t n_languages;
    struct sop_authority *authorities; /* one a role */
    size_t n_authorities;
    struct sop_escalation *escalations;
    size_t n_escalations;
    struct sop_target *targets;
    size_t n_targets;
    struct sop_complaint
        complaints[SOP_SEVERITY_END]; /* by severity; those that the file does not name have defaults */
    struct sop_class *classes;        /* first match wins; the last has no condition */
    size_t n_classes;
    struct sop_strategy *strategies;
    size_t n_strategies;
    bool sends_notices;         /* some step is the validation notice: that it is sent in time is seen to here */
    struct sop_bucket *buckets; /* ascending, without gaps or overlaps */
    size_t n_buckets;
    int32_t promise_grace_days; /* after a promise's due day before it counts as broken */
    struct sop_tolerance promise_tolerance;
    struct sop_plans plans;
    int32_t verification_days;       /* from a dispute's opening until its verification must be sent */
    bool disputes_hold_by_law_alone; /* else whatever is disputed holds contact until it is answered */
};

/* Reads and validates. Fails with INVALID_ARGUMENT naming file, line and field ("standard.yaml:14: classes[2].strategy:
 * no strategy 'firm'; there are: …") or NOT_FOUND. *ret_sop is owned by the caller. */
MUST_USE enum status sop_load(const char *path, struct sop **ret_sop, struct error *err);
void sop_free(struct sop *sop);
void sop_freep(struct sop **sop);

/* The days after which all that the escalation asks for holds, if nothing happens but that time goes on: 0 it holds
 * now, INT32_MAX it never comes to that. Pure. */
int32_t sop_escalation_in_days(const struct sop_escalation *escalation, const struct sop_escalation_facts *facts);

/* Some escalation asks for the fact. */
bool sop_escalations_ask(const struct sop *sop, enum sop_fact fact);

/* The first class whose conditions all hold; never NULL. `facts` has SOP_FACT_COUNT values. Pure. */
const struct sop_class *sop_classify(const struct sop *sop, const int64_t facts[static SOP_FACT_COUNT]);

/* The bucket of a number of days past due; never NULL. */
const struct sop_bucket *sop_bucket(const struct sop *sop, int32_t days_past_due);

/* The smallest number of days past due greater than `days_past_due` at which a bucket begins or a condition on
 * SOP_DAYS_PAST_DUE changes its answer; INT32_MAX where there is none. The day boundaries that matter: a timer on that
 * fact, no nightly scan. */
int32_t sop_next_boundary(const struct sop *sop, int32_t days_past_due);

const struct sop_strategy *sop_strategy(const struct sop *sop, const char *code); /* NULL where there is none */

#endif
