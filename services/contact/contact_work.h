#ifndef DUNLIN_CONTACT_WORK_H
#define DUNLIN_CONTACT_WORK_H

#include "attempt_model.h"
#include "contact_service.h"
#include "contact_state.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "exit_model.h"
#include "permit_model.h"
#include "service/unit.h"

/* Where what follows from a change goes: in the service into its unit of work; where the log is read again
 * (contact_replay.h) to whoever looks. */
struct contact_effects {
    enum status (*emit)(void *sink, const struct subject *subject, const char *actor, const ProtobufCMessage *message,
                        struct error *err);
    void (*set_timer)(void *sink, const struct timer *timer);
    void (*cancel_timer)(void *sink, const char *kind, const struct id *subject_id);
};

/* Work on a book of objects in memory, and the events that follow from what changed in them. */
struct contact_work {
    struct unit *unit; /* NULL where the log is read again: nothing is loaded or saved then */
    const struct contact_context *context;
    struct contact_book *book;
    const struct contact_effects *effects;
    void *sink;              /* of the effects */
    struct instant now;      /* business time */
    struct instant cause_at; /* that of the event which is applied; `now` for what contact does by itself or is asked */
    const char *actor;       /* NULL: the service itself */
};

/* The work of one unit. */
struct contact_work contact_work_of(struct unit *unit, struct contact_book *book);

/* Brings an account's plan in line with its facts, and says what changed: ContactStopped or ContactResumed,
 * ContactPlanned. To be called after every single change (not once a batch), so that the events do not depend on how
 * events were batched. `because`: "classified", "attempt", "released", ... */
MUST_USE enum status contact_settle(const struct contact_work *work, struct account *account, const char *because,
                                    struct error *err);
/* The same for all loaded accounts of a person. */
MUST_USE enum status contact_settle_debtor(const struct contact_work *work, struct debtor *debtor, const char *because,
                                           struct error *err);

/* The time for the validation notice is over: NoticeOverdue, and the debt is held. Nothing where it was sent, or is
 * held already. */
MUST_USE enum status contact_notice_overdue(const struct contact_work *work, struct account *account,
                                            struct error *err);

/* The days of an exit may be over: where they are, the account leaves its strategy. */
MUST_USE enum status contact_exit_due(const struct contact_work *work, struct account *account, struct error *err);
/* It leaves by this one: StrategyExited, and its next plan. */
MUST_USE enum status contact_leave(const struct contact_work *work, struct account *account,
                                   const struct strategy_exit *exit, struct error *err);

/* A decision as it is told. */
struct decision {
    const struct account *account;
    const struct contact_point *point;
    int32_t channel, purpose;
    const char *dialer, *campaign;
    const struct permit_facts *facts;
    const struct rules_verdict *verdict;
    struct permit_override override;
    struct instant valid_until; /* of the permit, where it is granted */
    int64_t log_seq;
};
MUST_USE enum status contact_emit_granted(const struct contact_work *work, const struct decision *decision,
                                          const struct permit *permit, struct error *err);
MUST_USE enum status contact_emit_refused(const struct contact_work *work, const struct decision *decision,
                                          struct error *err);

/* RuleOverridden, where the permit was granted although rules block; nothing where none does. */
MUST_USE enum status contact_emit_overridden(const struct contact_work *work, const struct decision *decision,
                                             const struct permit *permit, struct error *err);

/* `report` as it came off the wire. `before`: the permit as it was known before a later report; NULL with the first. */
MUST_USE enum status contact_emit_reported(const struct contact_work *work, const struct permit *permit,
                                           const Dunlin__Contact__V1__AttemptReport *report,
                                           const struct permit *before, struct error *err);
MUST_USE enum status contact_emit_expired(const struct contact_work *work, const struct permit *permit,
                                          struct error *err);

/* StopRecorded or StopReleased. `contact_point_id` may be none. */
MUST_USE enum status contact_emit_flag(const struct contact_work *work, const struct account *account,
                                       enum sticky_flag flag, const struct id *contact_point_id, bool is_release,
                                       const char *reason, struct error *err);

#endif
