#include "plan_collection.h"

#include <string.h>

#include "debit_record.h"
#include "logging/logging.h"

static struct id debit_id_of(const struct plan_agreement *agreement, int32_t number, int attempt)
{
    const uint8_t key[] = {(uint8_t)(number >> 8), (uint8_t)number, (uint8_t)attempt};

    return id_derive(&agreement->plan.plan_id, "debit", key, sizeof(key));
}

/* Whether the i-th is the next to be collected that has not been counted yet; `n` are. */
static bool is_ahead(const struct plan_instalment *instalment, int32_t today, int n)
{
    const int32_t days = instalment->due.days - today;

    return days >= 0 && days <= (n == 0 ? DEBIT_DUE_MAX_DAYS : PLAN_COLLECTED_AHEAD_DAYS);
}

bool plan_collection_want(struct book *book)
{
    GHashTableIter iter;
    gpointer row;
    bool wants = false;

    g_hash_table_iter_init(&iter, book->plans);
    while (g_hash_table_iter_next(&iter, NULL, &row)) {
        const struct plan_agreement *agreement = &((const struct book_plan *)row)->agreement;
        if (id_is_none(&agreement->instrument_id))
            continue;
        debit_book_want_instrument(book->debits, &agreement->instrument_id);
        debit_book_want_pending(book->debits, &agreement->plan.account_id);
        debit_book_want_of_plan(book->debits, &agreement->plan.plan_id);
        wants = true;
    }
    return wants;
}

enum status plan_collection_check(const struct record *record, const struct account *account,
                                  const struct plan_agreement *agreement, struct error *err)
{
    const struct instrument *instrument = debit_book_instrument(record->book->debits, &agreement->instrument_id);
    char text[ID_TEXT_SIZE];

    if (id_is_none(&agreement->instrument_id))
        return STATUS_OK;
    if (!instrument || !id_equal(&instrument->debtor_id, &account->debtor_id))
        return error_set(err, STATUS_INVALID_ARGUMENT, "instrument_id: %s is none of the debtor's",
                         id_format(&agreement->instrument_id, text));
    if (instrument->state != INSTRUMENT_ACTIVE)
        return error_set(err, STATUS_INVALID_ARGUMENT, "instrument_id: %s is stopped",
                         id_format(&agreement->instrument_id, text));
    if (strcmp(account->balance.currency, "USD") != 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "instrument_id: debits are in USD, the account is in %s",
                         account->balance.currency);
    return STATUS_OK;
}

static bool is_scheduled_of(const struct debit *debit, const void *plan_id)
{
    return debit->state == DEBIT_SCHEDULED && id_equal(&debit->plan_id, plan_id);
}

/* What was scheduled and is not to be drawn any more, or not so much. */
static enum status cancel_stale(const struct record *record, const struct plan_agreement *agreement, struct error *err)
{
    const struct plan *plan = &agreement->plan;
    g_autoptr(GPtrArray) debits = debit_book_select(record->book->debits, is_scheduled_of, &plan->plan_id);
    enum status st = STATUS_OK;

    for (guint i = 0; i < debits->len && st == STATUS_OK; i++) {
        struct debit *debit = g_ptr_array_index(debits, i);
        const bool is_collected = plan->state == PLAN_ACTIVE && debit->instalment <= plan->schedule.n;
        if (!is_collected)
            st = record_debit_cancel(record, debit, "the plan does not collect it any more", err);
        else if (plan_instalment_open(&plan->schedule.instalments[debit->instalment - 1]) != debit->amount.minor)
            st = record_debit_cancel(record, debit, "another amount is open on the instalment", err);
    }
    return st;
}

static enum status draw(const struct record *record, const struct account *account,
                        const struct plan_agreement *agreement, int32_t number, const struct id *debit_id,
                        struct error *err)
{
    const struct plan_instalment *instalment = &agreement->plan.schedule.instalments[number - 1];
    struct debit_book *book = record->book->debits;
    struct debit_terms terms = {
        .debit_id = *debit_id,
        .amount = account->balance,
        .due_on_days = instalment->due.days,
        .plan_id = agreement->plan.plan_id,
        .instalment = number,
        .has_previous = true,
        .previous_minor = instalment->amount_minor, /* what was preauthorized */
        .pending_minor = debit_book_sum(book, &account->account_id, DEBIT_PENDING),
        .scheduled_at = unit_now(record->unit),
    };
    struct debit debit;
    struct debit_notices notices;
    struct error why;

    terms.amount.minor = plan_instalment_open(instalment);
    if (debit_schedule(account, debit_book_instrument(book, &agreement->instrument_id), &terms, &debit, &notices,
                       &why) != STATUS_OK) {
        log_info("instalment not collected", log_id("plan", &agreement->plan.plan_id), log_number("number", number),
                 log_error_text(&why));
        return STATUS_OK;
    }
    struct debit *kept;
    return record_debit(record, &debit, &notices, &kept, err);
}

/* One debit at a time; one that was cancelled makes room for another, one that came back does not. */
static enum status collect(const struct record *record, const struct account *account,
                           const struct plan_agreement *agreement, int32_t number, struct error *err)
{
    for (int attempt = 0; attempt < PLAN_DEBITS_MAX; attempt++) {
        const struct id debit_id = debit_id_of(agreement, number, attempt);
        const struct debit *debit = debit_book_debit(record->book->debits, &debit_id);
        if (!debit)
            return draw(record, account, agreement, number, &debit_id, err);
        if (debit->state != DEBIT_CANCELLED)
            return STATUS_OK;
    }
    return STATUS_OK;
}

enum status record_plan_collection(const struct record *record, const struct account *account,
                                   const struct plan_agreement *agreement, struct error *err)
{
    const struct plan_schedule *schedule = &agreement->plan.schedule;
    const struct instrument *instrument = debit_book_instrument(record->book->debits, &agreement->instrument_id);
    const int32_t today = (int32_t)(unit_now(record->unit).us / US_PER_DAY);
    int n = 0;

    if (id_is_none(&agreement->instrument_id))
        return STATUS_OK;
    enum status st = cancel_stale(record, agreement, err);
    if (!instrument || instrument->state != INSTRUMENT_ACTIVE || agreement->plan.state != PLAN_ACTIVE)
        return st;
    for (int32_t i = 0; i < schedule->n && n < PLAN_COLLECTED_AHEAD && st == STATUS_OK; i++) {
        const struct plan_instalment *instalment = &schedule->instalments[i];
        if (plan_instalment_open(instalment) == 0 || !is_ahead(instalment, today, n))
            continue;
        n++;
        st = collect(record, account, agreement, i + 1, err);
    }
    return st;
}
