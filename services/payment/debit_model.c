#include "debit_model.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "ach/ach.h"
#include "ach/ach_codes.h"
#include "calendar/calendar.h"
#include "rules/law_dates.h"
#include "rules/law_debit_notice.h"

/* The Federal Reserve settles entries of the day before at 8:30 a.m. Eastern: 13:30 UTC in winter, an hour earlier in
 * summer. */
#define SETTLEMENT_US (13 * US_PER_HOUR + 30 * US_PER_MIN)

static const char *const STATE_NAMES[DEBIT_STATES_END] = {
    [DEBIT_SCHEDULED] = "scheduled", [DEBIT_RESERVED] = "reserved for a file",
    [DEBIT_SENT] = "sent",           [DEBIT_SETTLED] = "settled",
    [DEBIT_RETURNED] = "returned",   [DEBIT_CANCELLED] = "cancelled",
};

/* All that may happen: where there is no row, it is refused. */
static const struct {
    enum debit_state from;
    enum debit_event event;
    enum debit_state to;
} MOVES[] = {
    {DEBIT_SCHEDULED, DEBIT_EVENT_RESERVE, DEBIT_RESERVED},   {DEBIT_SCHEDULED, DEBIT_EVENT_CANCEL, DEBIT_CANCELLED},
    {DEBIT_RESERVED, DEBIT_EVENT_SEND, DEBIT_SENT},           {DEBIT_SENT, DEBIT_EVENT_SETTLE, DEBIT_SETTLED},
    {DEBIT_SENT, DEBIT_EVENT_RETURN, DEBIT_RETURNED},         {DEBIT_SETTLED, DEBIT_EVENT_RETURN, DEBIT_RETURNED},
    {DEBIT_RETURNED, DEBIT_EVENT_REPRESENT, DEBIT_SCHEDULED},
};

const char *debit_state_name(enum debit_state state)
{
    return STATE_NAMES[state];
}

enum status debit_move(struct debit *debit, enum debit_event event, struct error *err)
{
    for (size_t i = 0; i < ARRAY_SIZE(MOVES); i++) {
        if (MOVES[i].from != debit->state || MOVES[i].event != event)
            continue;
        debit->state = MOVES[i].to;
        return STATUS_OK;
    }
    return error_set(err, STATUS_FAILED_PRECONDITION, "the debit is %s", STATE_NAMES[debit->state]);
}

/* --- scheduling */

static enum status check_amount(const struct account *account, const struct debit_terms *terms, struct error *err)
{
    if (terms->amount.minor <= 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "amount_minor: %" PRId64 " is not positive",
                         terms->amount.minor);
    if (terms->amount.minor > ACH_AMOUNT_MAX_MINOR)
        return error_set(err, STATUS_INVALID_ARGUMENT, "amount_minor: %" PRId64 " has more than ten digits",
                         terms->amount.minor);
    if (strcmp(terms->amount.currency, "USD") != 0 || strcmp(account->balance.currency, "USD") != 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "currency: '%s' on an account in %s; debits are in USD",
                         terms->amount.currency, account->balance.currency);
    const enum status st = account_check_held(account, terms->pending_minor + terms->amount.minor, err);
    if (st != STATUS_OK)
        return st;
    if (terms->amount.minor > account->balance.minor - terms->pending_minor)
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "amount_minor: %" PRId64 " is more than the %" PRId64 " owed without the %" PRId64
                         " of debits that are on their way",
                         terms->amount.minor, account->balance.minor, terms->pending_minor);
    return STATUS_OK;
}

static enum status check_terms(const struct account *account, const struct instrument *instrument,
                               const struct debit_terms *terms, int32_t today, struct error *err)
{
    if (!id_equal(&account->debtor_id, &instrument->debtor_id))
        return error_set(err, STATUS_FAILED_PRECONDITION, "instrument_id: is another debtor's");
    if (instrument->state != INSTRUMENT_ACTIVE)
        return error_set(err, STATUS_FAILED_PRECONDITION, "instrument_id: is stopped");
    if (account->is_recalled)
        return error_set(err, STATUS_FAILED_PRECONDITION, "the client took the account back");
    if (id_is_none(&terms->plan_id) != (terms->instalment == 0) || terms->instalment < 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "instalment: %d goes with a plan_id, from 1", terms->instalment);
    if (terms->due_on_days < today || terms->due_on_days > today + DEBIT_DUE_MAX_DAYS)
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "due_on_days: day %d is not between today (%d) and %d days after", terms->due_on_days, today,
                         DEBIT_DUE_MAX_DAYS);
    return check_amount(account, terms, err);
}

static enum status plan_postdated(int32_t due_on_days, int32_t today, struct debit_notices *notices, struct error *err)
{
    const struct date due = {due_on_days}, now = {today};
    char text[DATE_TEXT_SIZE];
    struct date send;

    switch (law_postdated_notice_day(now, due, now, &send)) {
    case LAW_POSTDATED_FREE:
        return STATUS_OK;
    case LAW_POSTDATED_TOO_LATE:
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "due_on_days: postdated by more than %d days, and a notice would come too late; the first day "
                         "for which it does not is %s (15 USC 1692f(2))",
                         LAW_POSTDATED_FREE_DAYS, date_format(law_postdated_deposit_earliest(now), text));
    case LAW_POSTDATED_NOTICE:
        break;
    }
    notices->is_postdated = true;
    notices->postdated_on_days = send.days;
    notices->postdated_latest_on_days = law_postdated_notice_last(due).days;
    return STATUS_OK;
}

static enum status plan_varying(const struct debit_terms *terms, int32_t today, struct debit_notices *notices,
                                struct error *err)
{
    static const struct law_varying_option NONE = {0};
    const struct date due = {terms->due_on_days};
    const struct date latest = law_varying_notice_latest(due);
    char text[DATE_TEXT_SIZE];

    if (!terms->has_previous || !law_varying_notice_is_due(terms->amount.minor, terms->previous_minor, &NONE))
        return STATUS_OK;
    if (today > latest.days)
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "due_on_days: the amount differs from the transfer before, of which a notice was due by %s "
                         "(12 CFR 1005.10(d))",
                         date_format(latest, text));
    const int32_t begins = law_varying_notice_begins(due, 0).days;
    notices->is_varying = true;
    notices->varying_on_days = MAX(begins, today);
    notices->varying_latest_on_days = latest.days;
    return STATUS_OK;
}

enum status debit_schedule(const struct account *account, const struct instrument *instrument,
                           const struct debit_terms *terms, struct debit *ret_debit, struct debit_notices *ret_notices,
                           struct error *err)
{
    const int32_t today = (int32_t)(terms->scheduled_at.us / US_PER_DAY);
    struct debit_notices notices = {0};
    enum status st = check_terms(account, instrument, terms, today, err);

    if (st == STATUS_OK)
        st = plan_postdated(terms->due_on_days, today, &notices, err);
    if (st == STATUS_OK)
        st = plan_varying(terms, today, &notices, err);
    if (st != STATUS_OK)
        return st;
    *ret_notices = notices;
    *ret_debit = (struct debit){
        .debit_id = terms->debit_id,
        .account_id = account->account_id,
        .debtor_id = account->debtor_id,
        .agency_id = account->agency_id,
        .instrument_id = instrument->instrument_id,
        .state = DEBIT_SCHEDULED,
        .amount = terms->amount,
        .due_on_days = terms->due_on_days,
        .plan_id = terms->plan_id,
        .instalment = terms->instalment,
        .scheduled_at = terms->scheduled_at,
        .reason = "",
    };
    return STATUS_OK;
}

/* --- into a file */

struct presentment *debit_presented(struct debit *debit)
{
    return debit->n_presented > 0 ? &debit->presented[debit->n_presented - 1] : NULL;
}

/* Of one that is past RESERVED: it has one. */
static struct presentment *last_of(struct debit *debit)
{
    assert(debit->n_presented > 0);
    return &debit->presented[debit->n_presented - 1];
}

const struct presentment *debit_presented_as(const struct debit *debit, const char *trace)
{
    for (int i = 0; i < debit->n_presented; i++)
        if (strcmp(debit->presented[i].trace, trace) == 0)
            return &debit->presented[i];
    return NULL;
}

int32_t debit_effective_on(const struct debit *debit, int32_t today)
{
    const struct date day = {MAX(debit->due_on_days, today + 1)};

    return law_add_business_days((struct date){day.days - 1}, 1, LAW_HOLIDAYS_BANKS).days;
}

static bool is_too_late(const struct debit *debit, int32_t on_days)
{
    return debit->n_presented > 0 &&
           on_days > law_ach_reinitiation_latest((struct date){debit->presented[0].effective_on_days}).days;
}

const char *debit_obstacle(const struct debit *debit, const struct account *account, int64_t in_files_minor,
                           int32_t effective_on_days)
{
    if (debit->amount.minor > account->balance.minor - in_files_minor)
        return "less is owed by now";
    if (debit->amount.minor > account_collectable_minor(account) - in_files_minor)
        return account_held_reason(account);
    if (is_too_late(debit, effective_on_days))
        return "more than 180 days after the first settlement";
    return NULL;
}

enum status debit_reserve(struct debit *debit, const struct id *file_id, int32_t effective_on_days, struct error *err)
{
    enum status st = debit_move(debit, DEBIT_EVENT_RESERVE, err);

    if (st != STATUS_OK)
        return st;
    debit->presented[debit->n_presented++] =
        (struct presentment){.file_id = *file_id, .effective_on_days = effective_on_days};
    return STATUS_OK;
}

enum status debit_send(struct debit *debit, const char *trace, int32_t today, struct error *err)
{
    enum status st = debit_move(debit, DEBIT_EVENT_SEND, err);

    if (st != STATUS_OK)
        return st;
    struct presentment *presentment = last_of(debit);
    g_strlcpy(presentment->trace, trace, sizeof(presentment->trace));
    presentment->sent_on_days = today;
    return STATUS_OK;
}

struct instant debit_settles_at(const struct presentment *presentment)
{
    return (struct instant){presentment->effective_on_days * US_PER_DAY + SETTLEMENT_US};
}

struct id debit_payment_id(const struct id *debit_id, int presentment)
{
    const uint8_t number = (uint8_t)presentment;

    return id_derive(debit_id, "payment/debit", &number, sizeof(number));
}

/* --- what comes back */

enum status debit_answer_code(const char *code, struct debit_answer *ret_answer, struct error *err)
{
    if (strlen(code) != DEBIT_CODE_SIZE - 1 || code[0] != 'R' || !g_ascii_isdigit(code[1]) || !g_ascii_isdigit(code[2]))
        return error_set(err, STATUS_INVALID_ARGUMENT, "code: '%.8s' is not R and two digits", code);
    if (strcmp(code, "R61") >= 0 && strcmp(code, "R79") <= 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "code: %s answers a return; it is none", code);
    const struct ach_return_code *row = ach_find_return_code(code);
    *ret_answer = (struct debit_answer){
        .stops_instrument = row && (row->stops_instrument || row->class == ACH_UNAUTHORIZED),
        .may_retry = strcmp(code, "R01") == 0 || strcmp(code, "R09") == 0,
        .meaning = row ? row->meaning : "",
    };
    return STATUS_OK;
}

enum status debit_return(struct debit *debit, const char *code, int32_t today, bool *ret_was_settled, struct error *err)
{
    const bool was_settled = debit->state == DEBIT_SETTLED;
    enum status st = debit_move(debit, DEBIT_EVENT_RETURN, err);

    if (st != STATUS_OK)
        return st;
    struct presentment *presentment = last_of(debit);
    g_strlcpy(presentment->return_code, code, sizeof(presentment->return_code));
    presentment->returned_on_days = today;
    *ret_was_settled = was_settled;
    return STATUS_OK;
}

static enum status check_again(const struct debit *debit, const char *code, bool is_reauthorized, struct error *err)
{
    const bool is_short = strcmp(code, "R01") == 0 || strcmp(code, "R09") == 0;
    const bool is_stopped = strcmp(code, "R08") == 0;

    if (is_stopped && !is_reauthorized)
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "a debit returned as R08 is presented again only with the debtor's new authorization");
    if (!is_short && !is_stopped)
        return error_set(err, STATUS_FAILED_PRECONDITION, "a debit returned as %s is not presented again", code);
    if (debit->n_presented >= DEBIT_PRESENTMENTS_MAX)
        return error_set(err, STATUS_FAILED_PRECONDITION, "it was presented %d times: twice again is the most",
                         debit->n_presented);
    return STATUS_OK;
}

enum status debit_represent(struct debit *debit, const struct instrument *instrument, int32_t due_on_days,
                            bool is_reauthorized, int32_t today, struct error *err)
{
    struct debit moved = *debit;
    enum status st = debit_move(&moved, DEBIT_EVENT_REPRESENT, err);

    if (st == STATUS_OK)
        st = check_again(debit, last_of(&moved)->return_code, is_reauthorized, err);
    if (st != STATUS_OK)
        return st;
    if (instrument->state != INSTRUMENT_ACTIVE)
        return error_set(err, STATUS_FAILED_PRECONDITION, "the instrument is stopped");
    if (due_on_days < today)
        return error_set(err, STATUS_INVALID_ARGUMENT, "due_on_days: day %d is over", due_on_days);
    moved.due_on_days = due_on_days;
    if (is_too_late(&moved, debit_effective_on(&moved, today)))
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "due_on_days: on day %d it would settle more than 180 days after the first time", due_on_days);
    *debit = moved;
    return STATUS_OK;
}
