#include "attempt_model.h"

static const struct permit_transition {
    enum permit_state from;
    enum permit_event event;
    enum permit_state to;
    const char *text;
} MOVES[] = {
    {PERMIT_GRANTED, PERMIT_EVENT_REPORT, PERMIT_REPORTED, "reported"},
    {PERMIT_GRANTED, PERMIT_EVENT_EXPIRE, PERMIT_EXPIRED, "nobody reported it in time"},
    {PERMIT_EXPIRED, PERMIT_EVENT_REPORT, PERMIT_REPORTED, "reported late"},
};

static const char *const STATE_NAMES[] = {
    [PERMIT_GRANTED] = "granted", [PERMIT_REPORTED] = "reported", [PERMIT_EXPIRED] = "expired"};

enum status permit_move(struct permit *permit, enum permit_event event, struct error *err)
{
    for (size_t i = 0; i < ARRAY_SIZE(MOVES); i++) {
        if (MOVES[i].from != permit->state || MOVES[i].event != event)
            continue;
        permit->state = MOVES[i].to;
        permit->is_changed = true;
        return STATUS_OK;
    }
    return error_set(err, STATUS_FAILED_PRECONDITION, "a permit that is %s cannot %s", STATE_NAMES[permit->state],
                     event == PERMIT_EVENT_REPORT ? "be reported" : "expire");
}

static const struct {
    bool counts;     /* under the frequency rules */
    bool is_attempt; /* does the step */
    bool connects;   /* somebody or something answered */
} TELEPHONY[TELEPHONY_END] = {
    [TELEPHONY_NOT_PLACED] = {false, false, false},    [TELEPHONY_BUSY] = {false, false, false},
    [TELEPHONY_NO_ANSWER] = {true, true, false},       [TELEPHONY_ANSWERED] = {true, true, true},
    [TELEPHONY_MACHINE] = {true, true, true},          [TELEPHONY_MESSAGE_LEFT] = {true, true, true},
    [TELEPHONY_NOT_IN_SERVICE] = {false, true, false}, [TELEPHONY_ABANDONED] = {true, true, true},
    [TELEPHONY_FAILED] = {false, false, false},
};

bool report_counts(const struct report *report)
{
    return report->telephony != 0 ? TELEPHONY[report->telephony].counts : report->delivery != DELIVERY_NOT_SENT;
}

bool report_is_attempt(const struct report *report)
{
    return report->telephony != 0 ? TELEPHONY[report->telephony].is_attempt : report->delivery != DELIVERY_NOT_SENT;
}

/* Somebody or something there took it. */
static bool has_connected(const struct report *report)
{
    return report->telephony != 0 ? TELEPHONY[report->telephony].connects : report->delivery != DELIVERY_NOT_SENT;
}

/* Only contradictions that would let a contact go uncounted are refused: everything else a dialer says is taken as
 * said.
 */
enum status report_check(const struct report *report, struct error *err)
{
    bool is_silent = report->party == PARTY_NONE && report->outcome == OUTCOME_NONE && !report->is_conversation &&
                     !report->claims_hardship;
    const char *result = report->telephony != 0 ? "telephony" : "delivery";
    if ((report->telephony != 0) == (report->delivery != 0))
        return error_set(err, STATUS_INVALID_ARGUMENT, "telephony: %s",
                         report->telephony == 0 ? "missing, and no delivery either" : "a call has no delivery");
    if (!report_counts(report) && !is_silent)
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "%s: nobody was reached, and yet there is a party, an outcome or a conversation", result);
    if (report->party == PARTY_WRONG && !has_connected(report))
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "party: the call was not answered, so nobody can have said that the number is wrong");
    if (report->party == PARTY_WRONG && report->is_conversation)
        return error_set(err, STATUS_INVALID_ARGUMENT, "is_conversation: it was not with the debtor (party)");
    if (report->delivery != 0 && report->is_conversation)
        return error_set(err, STATUS_INVALID_ARGUMENT, "is_conversation: what is written is none");
    if (report->has_promise != (report->outcome == OUTCOME_PROMISE))
        return error_set(err, STATUS_INVALID_ARGUMENT, "promise: it belongs to OUTCOME_PROMISE, and that needs one");
    if (report->has_promise && report->promise_minor <= 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "promise.amount_minor: must be more than 0");
    if (report->started_at_us < 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "started_at_us: before 1970");
    if (report->duration_s < 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "duration_s: negative");
    return STATUS_OK;
}

enum status report_check_channel(const struct report *report, enum channel channel, struct error *err)
{
    const struct channel_traits *traits = channel_traits(channel);
    if (traits->is_written && report->delivery == 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "delivery: missing; the permit is for a %s", traits->name);
    if (!traits->is_written && report->telephony == 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "telephony: missing; the permit is for a call");
    return STATUS_OK;
}

bool attempt_was_made(const struct attempt *attempt)
{
    if (attempt->counts || attempt->is_conversation)
        return true;
    return attempt->telephony != (int32_t)TELEPHONY_NOT_PLACED && attempt->telephony != (int32_t)TELEPHONY_FAILED &&
           attempt->delivery != (int32_t)DELIVERY_NOT_SENT;
}

struct attempt permit_attempt(const struct permit *permit)
{
    return (struct attempt){
        .permit_id = permit->id,
        .contact_point_id = permit->contact_point_id,
        .occurred_at_us = permit->occurred_at_us,
        .channel = permit->channel,
        .purpose = permit->purpose,
        .telephony = permit->telephony,
        .delivery = permit->delivery,
        .counts = permit->counts,
        .is_conversation = permit->is_conversation,
        .is_open = permit->state == PERMIT_GRANTED,
    };
}

/* All local midnights on earth fall on a quarter of an hour in UTC: two instants of one quarter have the same local
 * date in every zone. A start in the quarter of the grant is therefore taken as the grant itself, which leaves the
 * row's indexed column unchanged (a HOT update). */
#define QUARTER_US (15 * US_PER_MIN)

int64_t attempt_occurred_at(int64_t granted_at_us, int64_t started_at_us, int64_t now_us)
{
    int64_t at_us = started_at_us == 0 ? now_us : MIN(started_at_us, now_us);
    if (at_us <= granted_at_us || at_us / QUARTER_US == granted_at_us / QUARTER_US)
        return granted_at_us;
    return at_us;
}

bool report_concerns_own(const struct report *report, const struct id *own)
{
    if (report->n_discussed == 0)
        return true;
    for (size_t i = 0; i < report->n_discussed; i++)
        if (id_equal(&report->discussed[i], own))
            return true;
    return false;
}

static void write_facts(const struct report *report, int64_t now_us, struct permit *permit)
{
    permit->telephony = (int32_t)report->telephony;
    permit->delivery = MAX(permit->delivery, (int32_t)report->delivery);
    permit->party = (int32_t)report->party;
    permit->outcome = (int32_t)report->outcome;
    permit->duration_s = report->duration_s;
    permit->started_at_us = report->started_at_us == 0 ? now_us : report->started_at_us;
    permit->is_changed = true;
}

static bool is_own_conversation(const struct report *report, const struct permit *permit)
{
    return report->is_conversation && report_concerns_own(report, &permit->account_id);
}

void report_apply_to_permit(const struct report *report, int64_t now_us, struct permit *permit,
                            struct report_news *ret_news)
{
    write_facts(report, now_us, permit);
    permit->occurred_at_us = attempt_occurred_at(permit->granted_at_us, report->started_at_us, now_us);
    permit->counts = report_counts(report);
    permit->is_conversation = is_own_conversation(report, permit);
    *ret_news = (struct report_news){
        .is_any = true,
        .ends_step = true,
        .is_conversation = permit->is_conversation,
        .is_disputed = report->outcome == OUTCOME_DISPUTE,
    };
}

static bool is_attempt_on_record(const struct permit *permit)
{
    const struct report known = {.telephony = (enum telephony)permit->telephony,
                                 .delivery = (enum delivery)permit->delivery};
    return report_is_attempt(&known);
}

void report_correct_permit(const struct report *report, int64_t now_us, struct permit *permit,
                           struct report_news *ret_news)
{
    bool was_disputed = permit->outcome == (int32_t)OUTCOME_DISPUTE;
    bool is_placed = report_counts(report) && !permit->counts;
    bool is_further = (int32_t)report->delivery > permit->delivery;
    struct report_news news = {
        .ends_step = is_placed && !is_attempt_on_record(permit),
        .is_conversation = is_own_conversation(report, permit) && !permit->is_conversation,
        .is_disputed = report->outcome == OUTCOME_DISPUTE && !was_disputed,
    };
    if (is_placed || news.is_conversation) {
        int64_t at_us = attempt_occurred_at(permit->granted_at_us, report->started_at_us, now_us);
        write_facts(report, now_us, permit);
        permit->occurred_at_us = MAX(permit->occurred_at_us, at_us);
        permit->counts = true;
        permit->is_conversation = permit->is_conversation || news.is_conversation;
    }
    if (is_further)
        permit->delivery = (int32_t)report->delivery;
    if (news.is_disputed || was_disputed)
        permit->outcome = (int32_t)OUTCOME_DISPUTE;
    news.is_any = is_placed || is_further || news.is_conversation || news.is_disputed;
    permit->is_changed = permit->is_changed || news.is_any;
    *ret_news = news;
}

void report_apply_to_discussion(const struct report *report, const struct permit *permit, struct discussion *discussion,
                                struct report_news *ret_news)
{
    bool is_counted = permit->counts && !discussion->counts;
    struct report_news news = {
        .is_conversation = report->is_conversation && !discussion->is_conversation,
        .is_disputed = report->outcome == OUTCOME_DISPUTE && !discussion->is_disputed,
    };
    news.is_any = is_counted || news.is_conversation || news.is_disputed;
    if (is_counted || news.is_conversation)
        discussion->occurred_at_us = MAX(discussion->occurred_at_us, permit->occurred_at_us);
    discussion->counts = discussion->counts || is_counted;
    discussion->is_conversation = discussion->is_conversation || news.is_conversation;
    discussion->is_disputed = discussion->is_disputed || news.is_disputed;
    discussion->is_changed = discussion->is_changed || news.is_any;
    *ret_news = news;
}

static bool is_listed(const struct report *report, size_t before, const struct id *id)
{
    for (size_t i = 0; i < before; i++)
        if (id_equal(&report->discussed[i], id))
            return true;
    return false;
}

size_t report_others(const struct report *report, const struct id *own,
                     const struct id *ret_others[static REPORT_DISCUSSED_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < report->n_discussed; i++)
        if (!id_equal(&report->discussed[i], own) && !is_listed(report, i, &report->discussed[i]))
            ret_others[n++] = &report->discussed[i];
    return n;
}

enum flag_scope {
    OF_ACCOUNT,
    OF_PERSON,
    OF_POINT,
};

static const struct {
    enum flag_scope scope;
    enum hold hold;
} FLAGS[STICKY_END] = {
    [STICKY_CEASE] = {OF_ACCOUNT, HOLD_CEASE},
    [STICKY_ATTORNEY] = {OF_PERSON, HOLD_ATTORNEY},
    [STICKY_BANKRUPTCY] = {OF_PERSON, HOLD_BANKRUPTCY},
    [STICKY_DECEASED] = {OF_PERSON, HOLD_DECEASED},
    [STICKY_OPT_OUT_CALLS] = {OF_PERSON, HOLD_OPT_OUT_CALLS},
    [STICKY_OPT_OUT_CONTACT_POINT] = {OF_POINT, HOLD_OPT_OUT_CONTACT_POINT},
};

enum hold sticky_hold(enum sticky_flag flag)
{
    return FLAGS[flag].hold;
}

bool sticky_is_of_person(enum sticky_flag flag)
{
    return FLAGS[flag].scope != OF_ACCOUNT;
}

static bool change_person(struct debtor *debtor, enum hold hold, bool is_held)
{
    if (((debtor->holds & HOLD_BIT(hold)) != 0) == is_held)
        return false;
    debtor->holds ^= HOLD_BIT(hold);
    debtor->is_changed = true;
    return true;
}

static bool change_point(struct contact_point *point, bool is_opted_out)
{
    if (point == NULL || point->is_opted_out == is_opted_out)
        return false;
    point->is_opted_out = is_opted_out;
    point->is_changed = true;
    return true;
}

static bool change_flag(enum sticky_flag flag, struct account *account, struct contact_point *point, bool is_set)
{
    switch (FLAGS[flag].scope) {
    case OF_ACCOUNT:
        return account_set_hold(account, FLAGS[flag].hold, is_set);
    case OF_PERSON:
        return change_person(account->debtor, FLAGS[flag].hold, is_set);
    case OF_POINT:
        return change_point(point, is_set);
    }
    return false;
}

bool sticky_set(enum sticky_flag flag, struct account *account, struct contact_point *point)
{
    return change_flag(flag, account, point, true);
}

bool sticky_release(enum sticky_flag flag, struct account *account, struct contact_point *point)
{
    return change_flag(flag, account, point, false);
}

bool account_set_hold(struct account *account, enum hold hold, bool is_held)
{
    if (((account->holds & HOLD_BIT(hold)) != 0) == is_held)
        return false;
    account->holds ^= HOLD_BIT(hold);
    account->is_changed = true;
    return true;
}

bool dispute_claim(struct account *account)
{
    /* Where a dispute is open already, no other will be opened for the claim, and nothing would ever clear it. */
    if (account->is_dispute_claimed || !id_is_none(&account->dispute_id))
        return false;
    account->is_dispute_claimed = account->is_changed = true;
    return true;
}

static const struct held_part ALL = {.currency = ""};

bool dispute_open(struct account *account, const struct id *dispute_id, const struct held_part *part)
{
    const struct held_part held = part != NULL ? *part : ALL;
    if (id_equal(&account->dispute_id, dispute_id) && !account->is_dispute_claimed && account->part.minor == held.minor)
        return false;
    account->dispute_id = *dispute_id;
    account->part = held;
    account->is_dispute_claimed = false;
    account->is_changed = true;
    return true;
}

bool dispute_open_unheld(struct account *account)
{
    if (!account->is_dispute_claimed)
        return false;
    account->is_dispute_claimed = false;
    account->is_changed = true;
    return true;
}

bool dispute_verify(struct account *account, const struct id *dispute_id)
{
    if (!id_equal(&account->dispute_id, dispute_id))
        return false;
    account->dispute_id = (struct id){0};
    account->part = ALL;
    account->is_changed = true;
    return true;
}

bool dispute_resolve(struct account *account, const struct id *dispute_id, bool is_upheld)
{
    bool has_ended = dispute_verify(account, dispute_id);
    return (is_upheld && account_set_hold(account, HOLD_DISPUTE_UPHELD, true)) || has_ended;
}
