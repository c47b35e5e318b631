#ifndef DUNLIN_CONTACT_CODEC_H
#define DUNLIN_CONTACT_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "attempt_model.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "permit_model.h"

/* Wire <-> own types. What is made here borrows its texts and bytes from what it is made of. */

#define CODEC_DIALER_MAX_BYTES   64
#define CODEC_CAMPAIGN_MAX_BYTES 100
#define CODEC_REASON_MAX_BYTES   2000
#define CODEC_DOCUMENT_MAX_BYTES 200
#define EVIDENCE_HASH_BYTES      32 /* BLAKE2b-256 */

struct permit_question {
    struct id account_id, contact_point_id; /* the latter none for the portal */
    enum channel channel;
    enum contact_purpose purpose;
    const char *dialer;     /* may be empty */
    const char *campaign;   /* may be empty */
    bool is_override_asked; /* reason code and reason of `override` are said then; by whom the caller knows */
    struct permit_override override;
};
/* All fail with INVALID_ARGUMENT naming the field: "requests[3].channel: ...". */
MUST_USE enum status codec_question(const Dunlin__Contact__V1__PermitRequest *wire, size_t index,
                                    struct permit_question *ret_question, struct error *err);

MUST_USE enum status codec_report(const Dunlin__Contact__V1__AttemptReport *wire, struct report *ret_report,
                                  struct error *err);

/* NULL is fine: there is none. */
MUST_USE enum status codec_check_evidence(const Dunlin__Contact__V1__Evidence *wire, struct error *err);

MUST_USE enum status codec_flag(Dunlin__Contact__V1__StickyFlag wire, const char *field, enum sticky_flag *ret_flag,
                                struct error *err);

/* One contact point of an intake message into its debtor; what contact itself has learnt of it (opted out, wrong)
 * stays. *ret_has_changed: it is new, or other zones are known. */
MUST_USE enum status codec_point(const Dunlin__Intake__V1__ContactPoint *wire, struct contact_book *book,
                                 struct debtor *debtor, bool *ret_has_changed, struct error *err);

/* One that this program does not know counts as not said: as a consumer's, the stricter. */
enum debt_kind codec_debt_kind(Dunlin__Intake__V1__DebtKind wire);

/* What must not be asked for; NULL: nothing, or all is held. `storage` outlives the message. */
Dunlin__Contact__V1__HeldPart *codec_held_part(int64_t held_minor, const char *currency,
                                               Dunlin__Contact__V1__HeldPart *storage);

/* Names of a set of holds, lent for ever; returns how many. */
size_t codec_holds(hold_set holds, char *ret_names[static HOLD_SET_COUNT]);

/* A decision's facts as they are recorded. Lends `facts`; used through &inputs.message, and released. */
struct decision_inputs {
    Dunlin__Contact__V1__DecisionInputs message;
    char *zones[CONTACT_ZONES_MAX];
    char *holds[HOLD_SET_COUNT];
    Dunlin__Contact__V1__DecisionContact *rows; /* owned, as the list */
    Dunlin__Contact__V1__DecisionContact **list;
    ProtobufCBinaryData *fact_ids; /* owned */
    Dunlin__Contact__V1__DecisionOverride override;
};
void codec_inputs(const struct permit_facts *facts, const struct rules_verdict *verdict,
                  const struct permit_override *override, int64_t log_seq, struct decision_inputs *ret_inputs);
void decision_inputs_fini(struct decision_inputs *inputs);

/* What was asked and seen in a recorded decision, for its replay; channel and purpose stand in its event. `zones` has
 * CONTACT_ZONES_MAX places, `contacts` takes struct permit_contact; both are lent to the facts. */
MUST_USE enum status codec_facts(const Dunlin__Contact__V1__DecisionInputs *inputs, enum channel channel,
                                 enum contact_purpose purpose, const struct zone **zones, GArray *contacts,
                                 struct permit_facts *ret_facts, struct error *err);

/* That was asked for in a recorded decision; lends its texts. */
struct permit_override codec_override(const Dunlin__Contact__V1__DecisionInputs *inputs);

/* The first n hits of a refusal, those that block; `rows` and `list` have n places each. */
void codec_hits(const struct rule_hit *hits, size_t n, Dunlin__Contact__V1__RuleHit *rows,
                Dunlin__Contact__V1__RuleHit **list);

#endif
