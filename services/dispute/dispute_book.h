#ifndef DUNLIN_DISPUTE_BOOK_H
#define DUNLIN_DISPUTE_BOOK_H

#include <glib.h>

#include <protobuf-c/protobuf-c.h>

#include "dispute_evidence.h"
#include "dispute_model.h"
#include "dispute_notice.h"
#include "escalation_model.h"

/* The working set of one batch: what it wants, what was there, what is new. Filled by the store's one load, changed by
 * the handlers in order, written by the store's one save. Owns its rows at fixed addresses; texts in them are borrowed
 * from the batch's messages or from what the book keeps. Belongs to one thread. */

/* A row and what the store must do with it. The value stands first, so a pointer to it is one to its row. */
struct book_account {
    struct account account;
    bool is_new;
    bool is_balance_changed;
    bool is_due_changed;
};

struct book_dispute {
    struct dispute dispute;
    int32_t version; /* as loaded; 0: not there yet */
    bool is_changed;
};

struct book_escalation {
    struct escalation escalation;
    int32_t version; /* as loaded; 0: not there yet */
    bool is_changed;
};

/* What stops a person, beside what disputes do. Stored. */
enum stop {
    STOP_ATTORNEY = 1,
    STOP_BANKRUPTCY = 2,
    STOP_DECEASED = 4,
};

struct book_stops {
    struct id debtor_id;
    unsigned stops; /* bits of enum stop */
    bool is_changed;
};

struct book_notice {
    struct notice notice;
    bool is_changed;
};

struct book {
    GHashTable *accounts;        /* struct id -> struct book_account */
    GHashTable *disputes;        /* struct id -> struct book_dispute */
    GHashTable *notices;         /* struct id of the debtor -> GPtrArray of struct book_notice, in no order */
    GHashTable *escalations;     /* struct id -> struct book_escalation */
    GHashTable *stops;           /* struct id of the debtor -> struct book_stops */
    GArray *evidence;            /* struct evidence that is new */
    GHashTable *wanted_accounts; /* sets of struct id */
    GHashTable *wanted_disputes;
    GHashTable *wanted_notices;                    /* accounts, whose debtors' are wanted */
    GHashTable *wanted_cases, *wanted_of_accounts; /* accounts */
    GHashTable *wanted_escalations;
    GHashTable *wanted_stops; /* debtors */
    const struct sop *sop;    /* borrowed; where it has escalations, accounts come with what they ask for. NULL: none */
    GPtrArray *results;       /* struct db_result */
    GPtrArray *messages;      /* ProtobufCMessage */
    GPtrArray *texts;         /* char */
};

struct book *book_new(void);
void book_free(struct book *book);
void book_freep(struct book **book);

/* Ask for a row at the next load; twice is once. */
void book_want_account(struct book *book, const struct id *account_id);
void book_want_dispute(struct book *book, const struct id *dispute_id);
/* The account, and the validation notices of its debtor: what a dispute of it is measured by. */
void book_want_claim(struct book *book, const struct id *account_id);

/* The account, and all that decides on its escalations. */
void book_want_case(struct book *book, const struct id *account_id);
void book_want_stops(struct book *book, const struct id *debtor_id);
void book_want_escalation(struct book *book, const struct id *escalation_id);

/* NULL where there is none. Lent. */
struct account *book_account(const struct book *book, const struct id *account_id);
struct dispute *book_dispute(const struct book *book, const struct id *dispute_id);

/* Copy a value in; the copy is lent. One with that id must not be there. */
struct account *book_add_account(struct book *book, const struct account *account, bool is_new);
/* Behind those of its account, which must be in the book. */
struct escalation *book_add_escalation(struct book *book, const struct escalation *escalation, int32_t version);
struct dispute *book_add_dispute(struct book *book, const struct dispute *dispute, int32_t version);

/* Says that a dispute of the book must be written. */
void book_touch_dispute(struct dispute *dispute);
void book_touch_balance(struct account *account);
void book_touch_due(struct account *account);
void book_touch_escalation(struct escalation *escalation);

struct escalation *book_escalation(const struct book *book, const struct id *escalation_id);
/* What stops a person; 0: nothing is known to. */
unsigned book_stops(const struct book *book, const struct id *debtor_id);
void book_take_stops(struct book *book, const struct id *debtor_id,
                     unsigned stops); /* as loaded; what is there stays */
void book_set_stops(struct book *book, const struct id *debtor_id, unsigned stops);

/* Copies it in, unless one of that id is there. */
void book_add_notice(struct book *book, const struct notice *notice, bool is_new);
/* It counts no more, where it is in the book. */
void book_void_notice(struct book *book, const struct id *debtor_id, const struct id *notice_id);
/* The end of the debt's validation period, by the notices of the book. */
struct date book_validation_end(const struct book *book, const struct account *account);

void book_add_evidence(struct book *book, const struct evidence *evidence);

/* A copy of what people wrote that lives as long as the book, its card numbers masked. */
const char *book_keep_words(struct book *book, const char *words);
/* Takes a message whose texts are borrowed. */
void book_keep_message(struct book *book, ProtobufCMessage *message);

#endif
