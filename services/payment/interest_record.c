#include "interest_record.h"

#include <string.h>

#include "logging/logging.h"
#include "policy/policy_holder.h"

#define RETRY_DAYS 7 /* where a reference rate is missing: files come, nobody guesses */

static const struct agreements *agreements_of(const struct record *record)
{
    return ((const struct policy_holder *)unit_context(record->unit))->agreements;
}

static struct book_charges *bearing(const struct record *record, const struct account *account)
{
    struct book_charges *charges = charge_book_find(record->book->charges, &account->account_id);

    return charges && charges->accrual.series > 0 ? charges : NULL;
}

bool interest_is_borne(const struct record *record, const struct account *account)
{
    return bearing(record, account) != NULL;
}

static void touch(struct account *account, struct book_charges *charges)
{
    charges->is_changed = true;
    book_touch_account(account); /* its version is the guard of both */
}

enum status interest_reckon(const struct agreements *agreements, const struct account *account,
                            struct book_charges *charges, struct date through, interest_span_fn *each, void *data,
                            struct date *ret_through, struct interest *ret_interest, struct error *ret_why,
                            struct error *err)
{
    *ret_through =
        accrual_learn(agreements, account->client, &charges->accrual, charges->high, charges->rates, through, ret_why);
    return accrual_reckon(&charges->accrual, charges->rates, account->stops, charges->moves, *ret_through, each, data,
                          ret_interest, err);
}

/* --- one posting */

struct only_span {
    struct interest_span span;
    size_t n;
    struct date after; /* spans that end on it or before it were told by postings before */
};

static void count_span(const struct interest_span *span, void *data)
{
    struct only_span *only = data;

    if (span->through.days <= only->after.days)
        return;
    only->span = *span;
    only->n++;
}

/* "2026-05-01 to 2026-05-31: 9.75 % of 100000": why it was posted. Amounts are minor units. */
static const char *explain(struct book *book, const struct only_span *only, struct date through, int64_t change_minor)
{
    char from_text[DATE_TEXT_SIZE], through_text[DATE_TEXT_SIZE], rate_text[RATE_TEXT_SIZE];
    const struct date from = {only->after.days + 1};

    g_autofree char *text = NULL;

    date_format(change_minor < 0 ? (struct date){through.days + 1} : from, from_text);
    date_format(through, through_text);
    if (change_minor < 0 && through.days >= only->after.days)
        text = g_strdup_printf("through %s: less is owed than was posted before", through_text);
    else if (change_minor < 0)
        text = g_strdup_printf("taken back from %s on", from_text);
    else if (only->n != 1)
        text = g_strdup_printf("%s to %s: %zu spans of one principal and rate", from_text, through_text, only->n);
    else
        text = g_strdup_printf("%s to %s: %s %% of %lld", from_text, through_text,
                               rate_format(only->span.rate, rate_text), (long long)only->span.principal_minor);
    return book_keep_text(book, text);
}

static struct id posting_id_of(const struct account *account, const char *purpose)
{
    const uint32_t number = (uint32_t)account->n_postings + 1;
    const uint8_t key[] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};

    return id_derive(&account->account_id, purpose, key, sizeof(key));
}

static enum status post_change(const struct record *record, struct account *account, int64_t change_minor,
                               struct date through, struct instant at, const char *why, struct error *err)
{
    struct posting posting;
    struct posting_draft draft = {
        .posting_id = posting_id_of(account, "interest"),
        .kind = POSTING_INTEREST,
        .change = account->balance,
        .charges = {.minor = {[AGREEMENT_INTEREST - 1] = change_minor}},
        .effective_on_days = change_minor < 0 ? through.days + 1 : through.days,
        .reference = why,
        .posted_at = at,
    };

    draft.change.minor = change_minor;
    enum status st = ledger_post(account, &draft, &posting, err);
    return st == STATUS_OK ? record_posting(record, account, &posting, NULL, err)
                           : error_wrap(err, st, "interest through day %d", through.days);
}

struct brought {
    bool is_capped;      /* there will be no more */
    struct date through; /* earlier than asked for where a reference rate is missing */
    struct error why;
};

/* Brings what is posted to what is owed through a day, forth or back. */
static enum status bring(const struct record *record, struct account *account, struct book_charges *charges,
                         struct date through, struct instant at, struct brought *ret_brought, struct error *err)
{
    struct accrual *accrual = &charges->accrual;
    struct only_span only = {.after = accrual->posted_through};
    struct interest interest;
    int64_t change_minor = 0;
    enum status st = interest_reckon(agreements_of(record), account, charges, through, count_span, &only,
                                     &ret_brought->through, &interest, &ret_brought->why, err);

    if (st == STATUS_OK)
        st = interest_to_post(&interest, accrual->posted_minor, &change_minor, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "reckon interest");
    through = ret_brought->through;
    ret_brought->is_capped = interest.is_capped;
    if (change_minor == 0 && through.days == accrual->posted_through.days)
        return STATUS_OK;
    accrual->posted_minor += change_minor;
    accrual->posted_through = through;
    charges->high.days = MAX(charges->high.days, through.days);
    touch(account, charges);
    if (change_minor == 0)
        return STATUS_OK;
    const char *why = explain(record->book, &only, through, change_minor);
    return post_change(record, account, change_minor, through, at, why, err);
}

/* Interest that was paid and is not owed any more pays what else is, from the first day on that is not reckoned yet;
 * and so does what was paid of a bucket that a court holds for smaller. */
static enum status even_out(const struct record *record, struct account *account, const struct book_charges *charges,
                            struct instant at, struct error *err)
{
    const struct date day = {charges->high.days + 1};
    const struct agreement *agreement = agreements_find(agreements_of(record), account->client, day);
    const struct charges none = {0};
    struct posting posting;
    struct posting_draft draft = {
        .posting_id = posting_id_of(account, "even"),
        .kind = POSTING_ADJUSTMENT,
        .change = account->balance,
        .charges = buckets_even(account->balance.minor, &account->owed, agreement->apply),
        .effective_on_days = day.days,
        .reference = "paid beyond what is owed of one bucket: applied to the others",
        .posted_at = at,
    };

    if (memcmp(&draft.charges, &none, sizeof(none)) == 0)
        return STATUS_OK;
    draft.change.minor = 0;
    enum status st = ledger_post(account, &draft, &posting, err);
    return st == STATUS_OK ? record_posting(record, account, &posting, NULL, err) : st;
}

/* --- facts */

static int32_t day_of(struct instant at)
{
    return (int32_t)(at.us / US_PER_DAY);
}

static bool bears_more(const struct account *account, const struct book_charges *charges, bool is_capped)
{
    return !is_capped && charges->accrual.stops.days == ACCRUAL_GOES_ON &&
           bucket_of(account->balance.minor, &account->owed, AGREEMENT_PRINCIPAL) > 0;
}

static void set_timer(const struct record *record, struct account *account, struct book_charges *charges,
                      struct instant due_at)
{
    unit_timer_set(record->unit, &(struct timer){.kind = TIMER_INTEREST,
                                                 .subject_id = account->account_id,
                                                 .debtor_id = account->debtor_id,
                                                 .agency_id = account->agency_id,
                                                 .due_at = due_at});
    if (!charges->accrual.has_timer)
        touch(account, charges);
    charges->accrual.has_timer = true;
}

/* An account of which no principal is left has no timer until there is some again. */
static void keep_timer(const struct record *record, struct account *account, struct book_charges *charges,
                       bool is_capped)
{
    const struct date today = {day_of(unit_now(record->unit))};
    const struct date from = {MAX(today.days, charges->accrual.starts.days)};

    if (!charges->accrual.has_timer && bears_more(account, charges, is_capped))
        set_timer(record, account, charges, accrual_next_at(&account->account_id, from));
}

void interest_open(const struct record *record, const struct account *account, int32_t placed_on_days,
                   int32_t due_on_days, bool is_commercial)
{
    const struct accrual_facts facts = {
        .client = account->client,
        .placed_on = {placed_on_days},
        .due_on = {due_on_days},
        .is_commercial = is_commercial,
        .principal_minor = account->placed_minor,
    };
    struct accrual accrual;

    if (!accrual_open(agreements_of(record), &facts, &accrual))
        return;
    struct book_charges *charges = charge_book_get(record->book->charges, &account->account_id);
    charges->accrual = accrual;
    charges->high = accrual.posted_through;
    charges->is_changed = true;
}

enum status interest_precede(const struct record *record, struct account *account, int32_t value_on_days,
                             struct instant posted_at, struct error *err)
{
    struct book_charges *charges = bearing(record, account);
    struct brought brought;

    if (!charges)
        return STATUS_OK;
    const struct date day = {MIN(value_on_days, day_of(posted_at))};
    return bring(record, account, charges, accrual_last_day(&charges->accrual, day), posted_at, &brought, err);
}

void interest_note(const struct record *record, const struct account *account, const struct posting *posting)
{
    struct book_charges *charges = charge_book_find(record->book->charges, &account->account_id);
    const struct accrual_move move = accrual_move_of(posting);

    if (charges)
        g_array_append_val(charges->moves, move);
}

enum status interest_follow(const struct record *record, struct account *account, const struct posting *posting,
                            struct error *err)
{
    struct book_charges *charges = bearing(record, account);
    const struct instant at = posting ? posting->draft.posted_at : unit_now(record->unit);
    struct brought brought;

    if (!charges || (posting && posting->draft.kind == POSTING_INTEREST))
        return STATUS_OK;
    const struct date after = {charges->high.days + 1};
    enum status st = bring(record, account, charges, accrual_last_day(&charges->accrual, after), at, &brought, err);
    if (st == STATUS_OK)
        st = even_out(record, account, charges, at, err);
    if (st == STATUS_OK)
        keep_timer(record, account, charges, brought.is_capped);
    return st;
}

enum status interest_stop(const struct record *record, struct account *account, struct instant at, struct error *err)
{
    struct book_charges *charges = bearing(record, account);
    const struct date today = {day_of(at)};
    struct brought brought;

    if (!charges || charges->accrual.stops.days != ACCRUAL_GOES_ON)
        return STATUS_OK;
    charges->accrual.stops = today;
    charges->accrual.has_timer = false;
    unit_timer_cancel(record->unit, TIMER_INTEREST, &account->account_id);
    touch(account, charges);
    return bring(record, account, charges, accrual_last_day(&charges->accrual, today), at, &brought, err);
}

enum status interest_timer(const struct record *record, const struct timer *timer, struct error *err)
{
    struct account *account = book_account(record->book, &timer->subject_id);
    struct book_charges *charges = account ? bearing(record, account) : NULL;
    const struct date due = {day_of(timer->due_at)};
    struct brought brought;

    if (!charges)
        return STATUS_OK;
    charges->accrual.has_timer = false;
    touch(account, charges);
    struct date last = accrual_last_day(&charges->accrual, due);
    last.days = MAX(last.days, charges->accrual.posted_through.days);
    enum status st = bring(record, account, charges, last, unit_now(record->unit), &brought, err);
    if (st != STATUS_OK || !bears_more(account, charges, brought.is_capped))
        return st;
    if (brought.through.days == last.days) {
        set_timer(record, account, charges, accrual_next_at(&account->account_id, due));
        return STATUS_OK;
    }
    log_warn("interest waits for a reference rate", log_id("account", &account->account_id),
             log_error_text(&brought.why));
    set_timer(record, account, charges, (struct instant){timer->due_at.us + RETRY_DAYS * US_PER_DAY});
    return STATUS_OK;
}

void interest_by_judgment(struct book_charges *charges, const struct judgment *judgment, int32_t posting_number)
{
    const struct accrual_rate rate = {{judgment->entered, judgment->rate}, "", true};

    charges->accrual = accrual_of_judgment(&charges->accrual, judgment, posting_number);
    g_array_set_size(charges->rates, 0);
    g_array_append_val(charges->rates, rate);
    charges->is_changed = true;
}
