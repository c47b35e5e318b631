#ifndef DUNLIN_CONTACT_STATE_H
#define DUNLIN_CONTACT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "calendar/calendar.h"
#include "channel_model.h"
#include "id/id.h"
#include "rules/facts.h"

/* What contact knows of debtors, as objects in memory for the life of one batch: loaded by contact_store, changed by
 * the models, written back by contact_store. Plain data; no I/O, no clock. */

/* Candidate zones of one debtor. More distinct zones than this are as good as unknown: the debtor is refused, not
 * guessed at. */
#define CONTACT_ZONES_MAX 64

/* A set of enum hold. */
typedef uint32_t hold_set;
#define HOLD_BIT(hold) ((hold_set)1 << (hold))

/* Blockers that no rule pack can switch off; beside the holds of the packs in one hold_set, never stored. */
enum builtin_hold {
    HOLD_PARKED = HOLD_COUNT, /* an event of the debtor could not be applied: what we know of him is incomplete */
    HOLD_UNREADABLE_ZONE,     /* a candidate zone cannot be evaluated: as good as unknown */
    HOLD_PERMIT_OPEN,         /* a permit of the debt is not reported: its call may be a conversation right now */
    HOLD_UNPOSTED,            /* what was paid or credited is not in the ledger yet: what is owed is not known */
    HOLD_NO_JURISDICTION,     /* no pack is for any place where the person may be */
    HOLD_NO_LIMITS,           /* no pack limits hours and calls of such debts */
    HOLD_SET_COUNT,
};

struct contact_point {
    struct id id;
    enum contact_point_kind kind;
    const char *value;
    const char *zones; /* IANA names joined by ','; empty: unknown */
    bool is_opted_out; /* the debtor excluded it */
    bool is_wrong;     /* it turned out not to be the debtor's */
    bool is_returned;  /* what was written to it last came back */
    bool is_changed;
    bool is_new; /* not written yet */
};

struct rules_selection;

/* What a debt is of; values as on the wire (dunlin.intake.v1.DebtKind). All but commercial ones are consumers'. */
enum debt_kind {
    DEBT_KIND_UNSPECIFIED,
    DEBT_KIND_CONSUMER,
    DEBT_KIND_CREDIT_CARD,
    DEBT_KIND_MEDICAL,
    DEBT_KIND_MORTGAGE,
    DEBT_KIND_STUDENT_LOAN,
    DEBT_KIND_AUTO,
    DEBT_KIND_COMMERCIAL,
    DEBT_KIND_END,
};

/* Consumers' debts and commercial ones are asked by packs of their own: index of what is kept for each. */
enum debt_matter {
    MATTER_CONSUMER,
    MATTER_COMMERCIAL,
    MATTER_END,
};

static inline enum debt_matter debt_matter_of(enum debt_kind kind)
{
    return kind == DEBT_KIND_COMMERCIAL ? MATTER_COMMERCIAL : MATTER_CONSUMER;
}

/* The rules for a person's debts of one matter (contact_rules_for). */
struct debtor_rules {
    const struct rules_selection *selection; /* NULL: not worked out yet */
    const char *place_packs;                 /* of them, those of the places where he may be, joined by ',' */
    bool has_no_jurisdiction;                /* no country is known that a pack covers */
    bool has_no_limits;                      /* no hours or cap for such debts in any of them */
};

struct debtor {
    struct id id;
    int32_t agency_id;
    hold_set holds;                              /* of the person: attorney, bankruptcy, deceased, opt-out of calls */
    GPtrArray *points;                           /* struct contact_point, in the order of their ids */
    GPtrArray *accounts;                         /* struct account: those that are loaded */
    GPtrArray *facts;                            /* struct person_fact: where they are loaded; fact_model.h */
    const struct zone *zones[CONTACT_ZONES_MAX]; /* candidates, by name, without doubles; debtor_update_zones */
    size_t n_zones;
    struct debtor_rules rules[MATTER_END];
    bool has_unreadable_fact; /* one on record that this program does not know */
    bool has_unreadable_zone; /* one that this machine's IANA database lacks, or too many */
    bool is_new;              /* not written yet */
    bool is_changed;
};

/* An attempt as far as one account goes: that of its permit, or one that was discussed. Those that were never made are
 * none. */
struct attempt {
    struct id permit_id;
    struct id contact_point_id; /* none: the portal */
    int64_t occurred_at_us;
    int32_t channel, purpose;    /* 0: a call to collect */
    int32_t telephony, delivery; /* 0: not reported */
    bool counts;
    bool is_conversation;
    bool is_open; /* granted and not reported: a call may yet become a conversation */
};

/* Of a debt, what its debtor disputes and the law alone holds: the rest may be asked for. */
struct held_part {
    int64_t minor;        /* 0: all of the debt is held */
    const char *currency; /* never NULL; empty: not known, or none */
};

struct account {
    struct id id;
    struct debtor *debtor;
    hold_set holds;          /* of the account: cease, paid, recalled, promise, upheld dispute */
    struct id dispute_id;    /* open dispute; none where there is none */
    bool is_dispute_claimed; /* said on a call or at placement, not opened yet */
    struct held_part part;   /* that the open dispute holds */
    int64_t owed_minor;      /* where a part was ever held, which must be compared with it; else not kept */
    bool is_owed_known;
    int64_t unposted_seq;     /* log position of the last payment or credit that the ledger has not taken in; 0: none */
    int64_t restated_seq;     /* and of the client's last word that nothing is owed, until the ledger has taken it in */
    enum debt_kind debt_kind; /* as placed; it never changes */
    int64_t placed_at_us;
    int32_t due_on_days;
    const char *strategy;      /* empty: none */
    const char *left_strategy; /* where its class leads, which an exit has led it out of since; empty: it is there */
    int32_t priority;
    int64_t classified_at_us;           /* when it came into this strategy */
    int64_t exit_at_us;                 /* when time leads out of it: exit_model.h; 0: not */
    unsigned exits_made;                /* by which time has led out of this run of it */
    int64_t promise_broken_at_us;       /* the latest; 0: none */
    int64_t notice_at_us;               /* the validation notice was sent and did not come back; 0: notice_model.h */
    int64_t notice_due_at_us;           /* ... is owed by then; 0: it is not */
    const char *steps_done;             /* ",call-1,call-2,": of this strategy */
    int64_t last_step_at_us;            /* 0: none yet */
    int64_t not_before_us[CHANNEL_END]; /* a refusal or a failed attempt pushed the channel's next step to here; 0:
                                           nothing did */

    /* what was said last: ContactPlanned, ContactStopped */
    const char *step; /* empty: nothing planned */
    int32_t step_channel;
    int64_t step_due_at_us;
    const char *sop_version;
    bool is_stopped;
    int64_t dial_at_us; /* from when on dial lists offer it, as it stands in the database; 0: not at all */

    GArray *attempts; /* struct attempt; NULL where not loaded */
    bool is_new;      /* not written yet */
    bool is_changed;
    bool is_notice_changed; /* its timer is to follow */
    bool is_reservation_changed;
    int64_t reserved_until_us; /* written only where is_reservation_changed: a dialer has it */
};

enum permit_state {
    PERMIT_GRANTED = 1,
    PERMIT_REPORTED = 2,
    PERMIT_EXPIRED = 3, /* its time is over and nobody said what came of it; it still counts */
};

/* What is known of another account of the person that was discussed on a permit's call. */
struct discussion {
    struct id account_id;
    int64_t occurred_at_us;
    bool counts;
    bool is_conversation;
    bool is_disputed;
    bool is_changed;
};

struct permit {
    struct id id;
    struct id account_id, debtor_id, contact_point_id;
    int32_t agency_id;
    int32_t channel, purpose;
    const char *dialer;
    const char *campaign; /* of which it is; empty: of none */
    int64_t granted_at_us, valid_until_us;
    const char *strategy, *step; /* the step that it is for; empty: none */
    const char *rule_version;
    enum permit_state state;
    int64_t occurred_at_us;            /* when the attempt was made, for the frequency rules */
    int32_t telephony, party, outcome; /* 0: not reported */
    int32_t delivery;                  /* of what is written; 0: not reported */
    int64_t started_at_us;
    int32_t duration_s;
    bool counts;
    bool is_conversation;
    bool is_new, is_changed;
    GArray *discussions; /* struct discussion: those that are loaded or new; NULL: none */
};

struct contact_book {
    GHashTable *accounts; /* struct id -> struct account; owns */
    GHashTable *debtors;  /* struct id -> struct debtor; owns */
    GHashTable *permits;  /* struct id -> struct permit; owns */
    GStringChunk *texts;  /* every text of the above */
};

struct contact_book *contact_book_new(void);
void contact_book_free(struct contact_book *book);
void contact_book_freep(struct contact_book **book);

/* A copy that lives as long as the book; NULL gives "". */
const char *contact_text(struct contact_book *book, const char *text);
const char *contact_text_of(struct contact_book *book, const char *text, size_t len);

struct account *contact_find_account(const struct contact_book *book, const struct id *id); /* NULL: not loaded */
struct debtor *contact_find_debtor(const struct contact_book *book, const struct id *id);
struct permit *contact_find_permit(const struct contact_book *book, const struct id *id);
struct contact_point *debtor_find_point(const struct debtor *debtor, const struct id *id);

/* Each finds it or makes an empty one. */
struct debtor *contact_add_debtor(struct contact_book *book, const struct id *id, int32_t agency_id);
struct account *contact_add_account(struct contact_book *book, const struct id *id, struct debtor *debtor);
struct permit *contact_add_permit(struct contact_book *book, const struct id *id);
struct contact_point *debtor_add_point(struct debtor *debtor, const struct id *id);
void account_add_attempt(struct account *account, const struct attempt *attempt);
/* Lent until the next one is added. */
struct discussion *permit_add_discussion(struct permit *permit, const struct id *account_id);
const struct discussion *permit_find_discussion(const struct permit *permit, const struct id *account_id); /* or NULL */

/* Candidate zones anew, after points came or changed: those of every phone that is not known to be somebody else's, and
 * of every address. An opted-out phone still says where its holder may be. */
void debtor_update_zones(struct debtor *debtor);

/* How much of the debt must not be asked for while the rest may be; 0: nothing, or all of it is held, as where no more
 * is owed than is disputed. The one place for this. */
int64_t account_held_minor(const struct account *account);

/* Everything that holds the account whatever contact point of this kind is used: its own holds, the person's, and,
 * where every one is excluded or not his, why. */
hold_set account_holds_by(const struct account *account, enum contact_point_kind kind);
/* The same for calls. */
hold_set account_holds(const struct account *account);
/* The same for one contact point; NULL: none is needed. */
hold_set account_holds_at(const struct account *account, const struct contact_point *point);

/* May be used, and reaches somebody, as far as the number or address itself goes. */
bool contact_point_is_usable(const struct contact_point *point);
/* Some contact point of the kind is; true for CONTACT_POINT_NONE. */
bool debtor_has_usable_point(const struct debtor *debtor, enum contact_point_kind kind);

#endif
