#ifndef DUNLIN_PAYMENT_DEBIT_MODEL_H
#define DUNLIN_PAYMENT_DEBIT_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "instrument_model.h"
#include "payment_model.h"

/* Debits drawn on a debtor's bank account: their states, what may be scheduled, when the debtor is told, what a return
 * does, what may be presented again. No I/O, no clock; days come in as parameters. Amounts are cents of USD: the
 * clearing house has no other. Sources: Nacha Operating Rules (reinitiation, returns); 15 USC 1692f(2) with 12 CFR
 * 1006.22(c) (postdated); 12 CFR 1005.10(d) (varying amounts). Engineering facts, not legal advice. */

#define DEBIT_PRESENTMENTS_MAX 3   /* the original, and two more */
#define DEBIT_DUE_MAX_DAYS     366 /* later is a mistyped year, as of a promise */
#define DEBIT_TRACE_DIGITS     15
#define DEBIT_CODE_SIZE        4  /* "R01" */
#define DEBIT_RATE_DAYS        60 /* Nacha: the preceding 60 days or two calendar months */

/* Numbers are stored, and are those of the wire. */
enum debit_state {
    DEBIT_SCHEDULED = 1,
    DEBIT_RESERVED = 2,
    DEBIT_SENT = 3,
    DEBIT_SETTLED = 4,
    DEBIT_RETURNED = 5,
    DEBIT_CANCELLED = 6,
};
#define DEBIT_STATES_END 7

enum debit_event {
    DEBIT_EVENT_RESERVE,   /* for a file */
    DEBIT_EVENT_SEND,      /* it is in the file */
    DEBIT_EVENT_SETTLE,    /* its day has come */
    DEBIT_EVENT_RETURN,    /* by the debtor's bank */
    DEBIT_EVENT_REPRESENT, /* once more */
    DEBIT_EVENT_CANCEL,
};
#define DEBIT_EVENTS_END 6

/* Once in a file. */
struct presentment {
    struct id file_id;
    char trace[DEBIT_TRACE_DIGITS + 1]; /* "": not sent yet */
    int32_t effective_on_days;          /* when the money moves */
    int32_t sent_on_days;               /* with the trace */
    char return_code[DEBIT_CODE_SIZE];  /* "": it did not come back */
    int32_t returned_on_days;           /* with the code */
};

struct debit {
    struct id debit_id;
    struct id account_id;
    struct id debtor_id;
    int32_t agency_id;
    struct id instrument_id;
    enum debit_state state;
    struct money amount;
    int32_t due_on_days; /* of the next presentment, or the last */
    struct id plan_id;   /* none: a single debit */
    int32_t instalment;  /* of the plan, from 1; 0: of none */
    int n_presented;
    struct presentment presented[DEBIT_PRESENTMENTS_MAX];
    struct instant scheduled_at;
    const char *reason; /* why it was cancelled; borrowed; "" */
};

/* What is asked for. */
struct debit_terms {
    struct id debit_id;
    struct money amount;
    int32_t due_on_days;
    struct id plan_id;
    int32_t instalment;
    bool has_previous;
    int64_t previous_minor; /* the transfer before it under the same authorization, or what was preauthorized */
    int64_t pending_minor;  /* of the account's debits that are to bring money yet */
    struct instant scheduled_at;
};

/* When the debtor is to be told, and until when that is in time. */
struct debit_notices {
    bool is_postdated, is_varying; /* one is due */
    int32_t postdated_on_days, postdated_latest_on_days;
    int32_t varying_on_days, varying_latest_on_days;
};

/* Schedules a debit on the account by the instrument. Fails with INVALID_ARGUMENT (amount not positive or too large for
 * the format, not USD, a day before today or more than DEBIT_DUE_MAX_DAYS after; plan without instalment) or
 * FAILED_PRECONDITION (another debtor's instrument, or a stopped one; the account is recalled; with the pending debits
 * more than is owed, or than a dispute leaves to be collected; a notice would come too late, with the first day on
 * which it would not). */
MUST_USE enum status debit_schedule(const struct account *account, const struct instrument *instrument,
                                    const struct debit_terms *terms, struct debit *ret_debit,
                                    struct debit_notices *ret_notices, struct error *err);

/* The one mover of states. FAILED_PRECONDITION where the state forbids it, saying where the debit stands. */
MUST_USE enum status debit_move(struct debit *debit, enum debit_event event, struct error *err);

/* The presentment that is under way or was the last; NULL before the first. */
struct presentment *debit_presented(struct debit *debit);
const struct presentment *debit_presented_as(const struct debit *debit, const char *trace);

/* When money moves of what is sent on `today`: on its due day or the first banking day after, and not before the
 * banking day after today. */
int32_t debit_effective_on(const struct debit *debit, int32_t today);

/* Why a scheduled debit of the account is not presented on `effective_on_days` any more, static: more than is owed, or
 * may be collected, beyond what is on its way (`in_files_minor`), or too late to be presented again. NULL: it is. */
const char *debit_obstacle(const struct debit *debit, const struct account *account, int64_t in_files_minor,
                           int32_t effective_on_days);

/* Puts it into a file; marks it as sent. What they fail with is debit_move's. `trace` has DEBIT_TRACE_DIGITS. */
MUST_USE enum status debit_reserve(struct debit *debit, const struct id *file_id, int32_t effective_on_days,
                                   struct error *err);
MUST_USE enum status debit_send(struct debit *debit, const char *trace, int32_t today, struct error *err);

/* When it settles: the clearing house's morning window of its effective day. */
struct instant debit_settles_at(const struct presentment *presentment);

/* Id of the payment that a presentment settles as; presentments count from 1. */
struct id debit_payment_id(const struct id *debit_id, int presentment);

/* What is to be done about a return by its code. */
struct debit_answer {
    bool stops_instrument; /* unauthorised, or there is no such account to be debited */
    bool may_retry;        /* R01, R09 */
    const char *meaning;   /* static; "" for a code that is not known here */
};
/* Fails with INVALID_ARGUMENT for what is no code of a return: another form, or an answer to a return (R61 and on). */
MUST_USE enum status debit_answer_code(const char *code, struct debit_answer *ret_answer, struct error *err);

/* The last presentment came back. *ret_was_settled: its payment is to be taken back. FAILED_PRECONDITION as
 * debit_move. */
MUST_USE enum status debit_return(struct debit *debit, const char *code, int32_t today, bool *ret_was_settled,
                                  struct error *err);

/* Schedules a returned debit again. FAILED_PRECONDITION: the code forbids it, it was presented DEBIT_PRESENTMENTS_MAX
 * times, the instrument is stopped, or the day is more than 180 days after the first settlement; INVALID_ARGUMENT: the
 * day is over. */
MUST_USE enum status debit_represent(struct debit *debit, const struct instrument *instrument, int32_t due_on_days,
                                     bool is_reauthorized, int32_t today, struct error *err);

const char *debit_state_name(enum debit_state state);

#endif
