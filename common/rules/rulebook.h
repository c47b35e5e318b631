#ifndef DUNLIN_RULES_RULEBOOK_H
#define DUNLIN_RULES_RULEBOOK_H

#include "policy/sop.h"
#include "rules/rules.h"
#include "status/status.h"

/* Rules of law and policy as data (deploy/rules/<jurisdiction>.yaml): parameters of known kinds, each with its
 * citation. Loaded once, then immutable and shared. */

struct policy_file;
struct rule_kind;

/* Which collectors and debts a rule is for. */
enum rule_scope {
    SCOPE_REG_F,      /* covered collector, natural person, consumer debt (1006.1(c), 1006.2) */
    SCOPE_COLLECTORS, /* third parties and debt buyers; natural person, consumer debt */
    SCOPE_CREDITORS,  /* these and creditors; natural person, consumer debt */
    SCOPE_ALL,        /* anybody and any debt */
    SCOPE_COMMERCIAL, /* debts that are no consumer's: for business, or of a firm */
};

enum rule_counts {
    COUNTS_ATTEMPTS,
    COUNTS_COMMUNICATIONS,
    COUNTS_CONVERSATIONS,
};

enum rule_per {
    PER_PERSON_DEBT,   /* each person and each debt: 1006.14(b)(2) */
    PER_CONSUMER_DEBT, /* each debt; the consumer and who counts as one, together */
    PER_CONSUMER,      /* the consumer and who counts as one, all debts together */
};

enum rule_target {
    TARGET_ANY,
    TARGET_PERSONAL, /* anything but work */
    TARGET_WORK,
};

enum rule_omit {
    OMIT_UNCONNECTED = 1 << 0,  /* busy, not in service */
    OMIT_CONSENTED = 1 << 1,    /* 1006.14(b)(3)(i) */
    OMIT_PROFESSIONAL = 1 << 2, /* attorneys, creditors, consumer reporting agencies */
    OMIT_REPLIES = 1 << 3,      /* to what the person began */
};

#define RULE_ZONES_MAX 8

struct rule {
    char id[SOP_CODE_SIZE]; /* "REGF-14B2A-7IN7" */
    char citation[128];     /* "12 CFR 1006.14(b)(2)(i)(A)" */
    char title[192];
    char confidence; /* 'H' or 'M' */
    enum severity severity;
    enum rule_scope scope;
    const struct rule_kind *kind;
    struct date effective_from, effective_to; /* both included; days 0: open */

    /* Parameters; which of them a kind has is in its row of rule_kinds.c, all others are zero. */
    int32_t from_second, to_second;
    int32_t limit;
    int32_t days;
    medium_set media;
    enum rule_counts counts;
    enum rule_per per;
    enum rule_target target;
    uint32_t omits;      /* bits of enum rule_omit */
    int32_t daily_limit; /* calls in one day beyond which a presumption of compliance may fall */
    bool is_lifted;      /* by the consent and the court's permission of 1006.6(b)(4), and for one response */
    enum debt_type debt_type;
    enum hold hold;
    uint8_t n_zones; /* where nothing is known of the person's whereabouts */
    const struct zone *zones[RULE_ZONES_MAX];
};

struct rules_pack {
    char name[SOP_CODE_SIZE]; /* the jurisdiction: "us-federal", "us-ny-nyc", "eu", "house" */
    char title[192];
    struct rule *rules;
    size_t n_rules;
};

/* One pack of a file that is read, for who checks policies and wants every problem of it. rules_pack_fini frees what it
 * holds; a zeroed struct is fine. Fails with INVALID_ARGUMENT naming file, line and field. */
MUST_USE enum status rules_pack_from_file(const struct policy_file *file, struct rules_pack *ret_pack,
                                          struct error *err);
void rules_pack_fini(struct rules_pack *pack);

/* All packs of a folder (or one file), in the order of their names, and one version over them all. */
struct rules_book {
    char version[POLICY_VERSION_SIZE];
    struct rules_pack *packs;
    size_t n_packs;
};

/* Fails with INVALID_ARGUMENT naming file, line and field. */
MUST_USE enum status rules_book_load(const char *path, struct rules_book **ret_book, struct error *err);
void rules_book_free(struct rules_book *book);
void rules_book_freep(struct rules_book **book);

/* NULL where no pack has that name. */
const struct rules_pack *rules_book_pack(const struct rules_book *book, const char *name);

/* The rules of some packs, ready to be judged by. Immutable; lends the book. */
#define RULES_SELECTION_PACKS_MAX 16
struct rules_selection {
    size_t n_rules;
    const struct rule *rules[];
};

/* Fails with NOT_FOUND naming a pack that is not there, RESOURCE_EXHAUSTED. */
MUST_USE enum status rules_select(const struct rules_book *book, const char *const *packs, size_t n_packs,
                                  struct rules_selection **ret_selection, struct error *err);
void rules_selection_free(struct rules_selection *selection);
void rules_selection_freep(struct rules_selection **selection);

/* The packs of a jurisdiction as scenario files name it: "US" is us-federal, "US-XX" us-federal and us-xx, "US-NY-NYC"
 * us-federal and us-ny-nyc, "EU" and "UK" that one alone; `with_house` adds "house". Fails with INVALID_ARGUMENT where
 * there is no such jurisdiction. */
MUST_USE enum status rules_select_jurisdiction(const struct rules_book *book, const char *jurisdiction, bool with_house,
                                               struct rules_selection **ret_selection, struct error *err);

/* Whether a rule of the scope can be for such debts: commercial ones, or consumers'. */
bool rule_scope_takes(enum rule_scope scope, bool is_commercial);

/* Some rule of the pack can be. */
bool rules_pack_is_for(const struct rules_pack *pack, bool is_commercial);

/* Limits default on: a selection by which debtors are called has hours, a cap on attempts, and a rule for who may be
 * anywhere, each for such debts. Fails with INVALID_ARGUMENT naming the kind that is missing; such a selection is not
 * to be read as "no limit". */
MUST_USE enum status rules_selection_check_limits(const struct rules_selection *selection, bool is_commercial,
                                                  struct error *err);

/* How many local days back contacts matter to any rule that may be asked about a contact through this technology, today
 * included; at least 1. */
int32_t rules_selection_window_days(const struct rules_selection *selection, enum technology technology);

/* The rule of that id that is in force on `date`, or NULL: for what is computed rather than judged. */
const struct rule *rules_selection_find(const struct rules_selection *selection, const char *id, struct date date);

#endif
