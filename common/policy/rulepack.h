#ifndef DUNLIN_POLICY_RULEPACK_H
#define DUNLIN_POLICY_RULEPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/sop.h"
#include "status/status.h"

/* Rules of law and policy on contact as data (deploy/rules/<name>.yaml): parameters of known kinds, each with its
 * citation. All packs that apply are combined; every rule that blocks is reported. Loaded once, then immutable and
 * shared. Engineering facts, not legal advice. */
enum rule_kind {
    RULE_CALL_WINDOW,  /* contact only between from_second and to_second of the debtor's local day, in every candidate
                          zone */
    RULE_UNKNOWN_ZONE, /* no candidate zone known: refuse, never guess */
    RULE_ATTEMPT_CAP,  /* at most `limit` counted attempts in `window_days` local calendar days, today included, per
                          person and debt */
    RULE_CONVERSATION_GAP, /* no call within `window_days` local calendar days of a conversation about the debt, its day
                              being the first */
    RULE_HOLD,             /* no contact while the account or debtor has `hold` */
};

/* What can hold an account. One row a hold in rulepack.c with its name in the file. The numbers are stored as bits by
 * contact: new holds come last, before HOLD_COUNT. */
enum hold {
    HOLD_DISPUTE, /* open dispute, or one that was claimed on a call and is not opened yet */
    HOLD_DISPUTE_UPHELD,
    HOLD_CEASE,
    HOLD_ATTORNEY,
    HOLD_BANKRUPTCY,
    HOLD_DECEASED,
    HOLD_OPT_OUT_CALLS, /* of the person */
    HOLD_OPT_OUT_CONTACT_POINT,
    HOLD_WRONG_NUMBER,
    HOLD_PAID, /* nothing is owed */
    HOLD_RECALLED,
    HOLD_PROMISE, /* a promise is open: policy, not law */
    HOLD_COUNT,
};
const char *hold_name(enum hold hold); /* "dispute" */

struct rule {
    char id[SOP_CODE_SIZE]; /* "REGF-14B2A-7IN7" */
    char citation[128];     /* "12 CFR 1006.14(b)(2)(i)(A)" */
    char title[160];
    enum rule_kind kind;
    int32_t from_second, to_second; /* RULE_CALL_WINDOW: [from, to) of the local day */
    int32_t limit;                  /* RULE_ATTEMPT_CAP */
    int32_t window_days;
    enum hold hold; /* RULE_HOLD */
};

struct rulepack {
    char name[SOP_CODE_SIZE];
    char title[160];
    struct rule *rules;
    size_t n_rules;
};

/* All packs of a folder (or one file), in the order of their names, and one version over them all. */
struct rulebook {
    char version[POLICY_VERSION_SIZE];
    struct rulepack *packs;
    size_t n_packs;
};

/* Fails with INVALID_ARGUMENT naming file, line and field; also where no pack limits calling hours, attempts, or
 * refuses unknown zones: limits default on. */
MUST_USE enum status rulebook_load(const char *path, struct rulebook **ret_rulebook, struct error *err);
void rulebook_free(struct rulebook *rulebook);
void rulebook_freep(struct rulebook **rulebook);

#endif
