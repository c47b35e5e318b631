#include "escalation_events.h"

#include <string.h>

#include "dunlin/classification/v1/classification.pb-c.h"
#include "dunlin/contact/v1/strategy.pb-c.h"
#include "escalation_record.h"
#include "event_account.h"
#include "service/wire.h"

void escalation_place(struct account *account, const Dunlin__Intake__V1__AccountPlaced *placed, int64_t at_us)
{
    account->client = placed->client;
    account->class = "";
    account->due_on = placed->due_on_days;
    account->placed_on = escalation_day((struct instant){placed->placed_at_us ? placed->placed_at_us : at_us});
    account->last_paid_on = account->reached_on = account->check_on = DAY_UNKNOWN;
}

/* --- attempts: only calls fail to reach somebody; what is written is not known to be read --- */

static bool counts_attempts(const struct book *book)
{
    return book->sop && (sop_escalations_ask(book->sop, SOP_FAILED_CONTACTS) ||
                         sop_escalations_ask(book->sop, SOP_DAYS_WITHOUT_CONTACT));
}

static bool has_reached(const Dunlin__Contact__V1__AttemptReport *report)
{
    return report->is_conversation || report->party == DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT;
}

static bool has_failed(const Dunlin__Contact__V1__AttemptReported *attempt)
{
    const Dunlin__Contact__V1__Telephony telephony = attempt->report->telephony;

    return !attempt->correction && !has_reached(attempt->report) &&
           telephony != DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_UNSPECIFIED &&
           telephony != DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NOT_PLACED;
}

static bool tells_something(const struct book *book, const Dunlin__Contact__V1__AttemptReported *attempt)
{
    return counts_attempts(book) && attempt->report && (has_reached(attempt->report) || has_failed(attempt));
}

enum status escalation_want_attempt(struct book *book, const Dunlin__Contact__V1__AttemptReported *attempt,
                                    struct error *err)
{
    return tells_something(book, attempt) ? event_want_account(book, &attempt->account_id, err) : STATUS_OK;
}

enum status escalation_apply_attempt(const struct record *record, const struct service_event *event,
                                     const Dunlin__Contact__V1__AttemptReported *attempt, struct error *err)
{
    struct account *account;

    if (!tells_something(record->book, attempt))
        return STATUS_OK;
    enum status st = event_find_account(record->book, &attempt->account_id, &account, err);
    if (st != STATUS_OK)
        return st;
    if (has_reached(attempt->report)) {
        account->failed_contacts = 0;
        account->reached_on = escalation_day((struct instant){event->event->occurred_at_us});
    } else {
        account->failed_contacts++;
    }
    book_touch_balance(account);
    return escalation_follow(record, account, SOP_ON_CONDITION, err);
}

/* --- money --- */

static enum status take_payment(const struct record *record, struct account *account, int32_t payments, int32_t on,
                                enum sop_trigger trigger, struct error *err)
{
    account->payments = account->payments + payments < 0 ? 0 : account->payments + payments;
    if (payments > 0)
        account->last_paid_on = on;
    book_touch_balance(account);
    return escalation_follow(record, account, trigger, err);
}

enum status escalation_apply_balance(const struct record *record, struct account *account,
                                     const Dunlin__Payment__V1__BalanceChanged *balance, struct error *err)
{
    switch (balance->kind) {
    case DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_PAYMENT:
        return take_payment(record, account, 1, balance->effective_on_days, SOP_ON_CONDITION, err);
    case DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_REVERSAL:
        return take_payment(record, account, -1, 0, SOP_ON_PAYMENT_RETURNED, err);
    default:
        return escalation_follow(record, account, SOP_ON_CONDITION, err);
    }
}

enum status escalation_want_broken(struct book *book, const struct service_event *event, struct error *err)
{
    const Dunlin__Payment__V1__PromiseBroken *broken = (const void *)event->message;

    return event_want_account(book, &broken->account_id, err);
}

enum status escalation_apply_broken(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Payment__V1__PromiseBroken *broken = (const void *)event->message;
    struct account *account;
    enum status st = event_find_account(record->book, &broken->account_id, &account, err);

    if (st != STATUS_OK)
        return st;
    account->broken_promises++;
    book_touch_balance(account);
    return escalation_follow(record, account, SOP_ON_PROMISE_BROKEN, err);
}

/* --- what the client and the classes say --- */

static bool has_due_day(const Dunlin__Intake__V1__AccountUpdated *updated)
{
    return updated->due_on_presence_case == DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__DUE_ON_PRESENCE_DUE_ON_DAYS;
}

enum status escalation_want_updated(struct book *book, const struct service_event *event, struct error *err)
{
    const Dunlin__Intake__V1__AccountUpdated *updated = (const void *)event->message;

    return has_due_day(updated) ? event_want_account(book, &updated->account_id, err) : STATUS_OK;
}

enum status escalation_apply_updated(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Intake__V1__AccountUpdated *updated = (const void *)event->message;
    struct account *account;

    if (!has_due_day(updated))
        return STATUS_OK;
    enum status st = event_find_account(record->book, &updated->account_id, &account, err);
    if (st != STATUS_OK)
        return st;
    account->due_on = updated->due_on_days;
    book_touch_due(account);
    return escalation_follow(record, account, SOP_ON_CONDITION, err);
}

static bool asks_for_classes(const struct book *book)
{
    for (size_t i = 0; book->sop && i < book->sop->n_escalations; i++)
        if (book->sop->escalations[i].class[0] != '\0')
            return true;
    return false;
}

enum status escalation_want_classified(struct book *book, const struct service_event *event, struct error *err)
{
    const Dunlin__Classification__V1__AccountClassified *classified = (const void *)event->message;

    return asks_for_classes(book) ? event_want_account(book, &classified->account_id, err) : STATUS_OK;
}

enum status escalation_apply_classified(const struct record *record, const struct service_event *event,
                                        struct error *err)
{
    const Dunlin__Classification__V1__AccountClassified *classified = (const void *)event->message;
    struct account *account;

    if (!asks_for_classes(record->book))
        return STATUS_OK;
    enum status st = event_find_account(record->book, &classified->account_id, &account, err);
    if (st != STATUS_OK || strcmp(account->class, classified->class_) == 0)
        return st;
    account->class = classified->class_;
    book_touch_balance(account);
    return escalation_follow(record, account, SOP_ON_CONDITION, err);
}

/* --- what contact hears --- */

enum status escalation_want_overdue(struct book *book, const struct service_event *event, struct error *err)
{
    const Dunlin__Contact__V1__NoticeOverdue *overdue = (const void *)event->message;

    return event_want_account(book, &overdue->account_id, err);
}

enum status escalation_apply_overdue(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Contact__V1__NoticeOverdue *overdue = (const void *)event->message;
    struct account *account;
    enum status st = event_find_account(record->book, &overdue->account_id, &account, err);

    return st == STATUS_OK ? escalation_follow(record, account, SOP_ON_NOTICE_OVERDUE, err) : st;
}

/* Flags that matter here, what is kept of each (0: of the account, that he asked to cease), and its trigger. */
static const struct flag_rule {
    Dunlin__Contact__V1__StickyFlag flag;
    unsigned stop;
    enum sop_trigger trigger;
} FLAGS[] = {
    {DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_CEASE, 0, SOP_ON_CEASE_RECEIVED},
    {DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_ATTORNEY, STOP_ATTORNEY, SOP_ON_ATTORNEY_NAMED},
    {DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_BANKRUPTCY, STOP_BANKRUPTCY, SOP_ON_BANKRUPTCY_FILED},
    {DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_DECEASED, STOP_DECEASED, SOP_ON_DECEASED},
};

/* Recorded and released have the same first fields, but are two messages. */
struct stop_told {
    const ProtobufCBinaryData *account_id, *debtor_id;
    const struct flag_rule *flag; /* NULL: none that matters here */
    bool is_set;
};

static const struct flag_rule *flag_of(Dunlin__Contact__V1__StickyFlag flag)
{
    for (size_t i = 0; i < ARRAY_SIZE(FLAGS); i++)
        if (FLAGS[i].flag == flag)
            return &FLAGS[i];
    return NULL;
}

static struct stop_told read_stop(const struct service_event *event)
{
    if (event->message->descriptor == &dunlin__contact__v1__stop_recorded__descriptor) {
        const Dunlin__Contact__V1__StopRecorded *recorded = (const void *)event->message;
        return (struct stop_told){&recorded->account_id, &recorded->debtor_id, flag_of(recorded->flag), true};
    }
    const Dunlin__Contact__V1__StopReleased *released = (const void *)event->message;
    return (struct stop_told){&released->account_id, &released->debtor_id, flag_of(released->flag), false};
}

enum status escalation_want_stop(struct book *book, const struct service_event *event, struct error *err)
{
    const struct stop_told told = read_stop(event);
    struct id debtor_id;

    if (!told.flag)
        return STATUS_OK;
    enum status st = wire_read_id(told.debtor_id, "debtor_id", &debtor_id, err);
    if (st == STATUS_OK)
        book_want_stops(book, &debtor_id); /* it adds to what stops the person already */
    return st == STATUS_OK ? event_want_account(book, told.account_id, err) : st;
}

static void take_stop(struct book *book, struct account *account, const struct stop_told *told)
{
    const unsigned stops = book_stops(book, &account->debtor_id);

    if (told->flag->stop != 0) {
        book_set_stops(book, &account->debtor_id, told->is_set ? stops | told->flag->stop : stops & ~told->flag->stop);
    } else if (account->is_ceased != told->is_set) {
        account->is_ceased = told->is_set;
        book_touch_balance(account);
    }
}

enum status escalation_apply_stop(const struct record *record, const struct service_event *event, struct error *err)
{
    const struct stop_told told = read_stop(event);
    struct account *account;

    if (!told.flag)
        return STATUS_OK;
    enum status st = event_find_account(record->book, told.account_id, &account, err);
    if (st != STATUS_OK)
        return st;
    take_stop(record->book, account, &told);
    return escalation_follow(record, account, told.is_set ? told.flag->trigger : SOP_ON_CONDITION, err);
}

/* --- hardship --- */

static bool is_hardship(const Dunlin__Contact__V1__FactRecorded *recorded)
{
    return recorded->fact && recorded->fact->kind == DUNLIN__CONTACT__V1__FACT_KIND__FACT_KIND_HARDSHIP;
}

/* The nth debt that it is about; NULL behind the last one. Of a fact that names none, all debts of the person, the one
 * that it was recorded with stands for them: somebody has to look at the person, once. */
static const ProtobufCBinaryData *claimed_of(const Dunlin__Contact__V1__FactRecorded *recorded, size_t nth)
{
    const Dunlin__Contact__V1__Fact *fact = recorded->fact;

    if (fact->n_account_ids == 0)
        return nth == 0 ? &recorded->account_id : NULL;
    return nth < fact->n_account_ids ? &fact->account_ids[nth] : NULL;
}

enum status escalation_want_fact(struct book *book, const Dunlin__Contact__V1__FactRecorded *recorded,
                                 struct error *err)
{
    const ProtobufCBinaryData *account_id;
    enum status st = STATUS_OK;

    if (!is_hardship(recorded))
        return STATUS_OK;
    for (size_t i = 0; st == STATUS_OK && (account_id = claimed_of(recorded, i)) != NULL; i++)
        st = event_want_account(book, account_id, err);
    return st;
}

enum status escalation_apply_fact(const struct record *record, const Dunlin__Contact__V1__FactRecorded *recorded,
                                  struct error *err)
{
    const ProtobufCBinaryData *account_id;
    enum status st = STATUS_OK;

    if (!is_hardship(recorded))
        return STATUS_OK;
    for (size_t i = 0; st == STATUS_OK && (account_id = claimed_of(recorded, i)) != NULL; i++) {
        struct account *account;
        st = event_find_account(record->book, account_id, &account, err);
        if (st == STATUS_OK)
            st = escalation_follow(record, account, SOP_ON_HARDSHIP_CLAIMED, err);
    }
    return st;
}

/* --- the end of a strategy --- */

enum status escalation_want_exited(struct book *book, const struct service_event *event, struct error *err)
{
    const Dunlin__Contact__V1__StrategyExited *exited = (const void *)event->message;
    struct id id;
    enum status st = wire_read_id(&exited->account_id, "account_id", &id, err);

    if (st == STATUS_OK)
        book_want_case(book, &id); /* an exit needs no rules */
    return st;
}

/* Whom an exit leaves the account to, and what he is to do. */
static const struct exit_words {
    enum sop_role role;
    enum sop_action action;
    const char *what;
} EXIT_WORDS[] = {
    [SOP_TO_HOLD] = {SOP_ROLE_SUPERVISOR, SOP_ACTION_HOLD, "nothing more is done until somebody decides"},
    [SOP_TO_CLOSE] = {SOP_ROLE_SUPERVISOR, SOP_ACTION_REVIEW, "to be closed"},
    [SOP_TO_RETURN] = {SOP_ROLE_SUPERVISOR, SOP_ACTION_RETURN, "to be returned to the client"},
    [SOP_TO_LEGAL] = {SOP_ROLE_MANAGER, SOP_ACTION_LEGAL_REVIEW, "to be looked at for legal action"},
    [SOP_TO_REVIEW] = {SOP_ROLE_SUPERVISOR, SOP_ACTION_REVIEW, "to be reviewed"},
};

static const struct exit_words *words_of(const Dunlin__Contact__V1__StrategyExited *exited)
{
    const size_t to = (size_t)exited->to;

    return to < ARRAY_SIZE(EXIT_WORDS) && EXIT_WORDS[to].what ? &EXIT_WORDS[to] : NULL;
}

static enum status raise_exit(const struct record *record, struct account *account,
                              const Dunlin__Contact__V1__StrategyExited *exited, const struct exit_words *words,
                              struct error *err)
{
    const bool is_done = exited->on == DUNLIN__CONTACT__V1__STRATEGY_EXIT_ON__STRATEGY_EXIT_ON_STEPS_DONE;
    g_autofree char *code = g_strdup_printf("exit:%s", exited->strategy);
    g_autofree char *title =
        is_done ? g_strdup_printf("All steps of strategy '%s' are done since %d days: %s", exited->strategy,
                                  (int)exited->days, words->what)
                : g_strdup_printf("%d days in strategy '%s': %s", (int)exited->days, exited->strategy, words->what);
    const struct escalation_exit exit = {
        .code = book_keep_words(record->book, code),
        .title = book_keep_words(record->book, title),
        .queue = sop_role_name(words->role),
        .action = sop_action_name(words->action),
        .sop_version = exited->sop_version,
    };

    return escalation_record_exit(record, account, &exit, err);
}

/* The SOP has an escalation of its own on it, which is open: it says better than we who is to do what. */
static bool is_escalated(const struct sop *sop, const struct account *account)
{
    for (const struct escalation *each = account->escalations; sop && each; each = each->next)
        for (size_t i = 0; i < sop->n_escalations; i++)
            if (sop->escalations[i].on == SOP_ON_STEPS_DONE && each->state != ESCALATION_CLOSED &&
                strcmp(each->rule, sop->escalations[i].code) == 0)
                return true;
    return false;
}

enum status escalation_apply_exited(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Contact__V1__StrategyExited *exited = (const void *)event->message;
    const struct exit_words *words = words_of(exited);
    const bool is_done = exited->on == DUNLIN__CONTACT__V1__STRATEGY_EXIT_ON__STRATEGY_EXIT_ON_STEPS_DONE;
    struct account *account;
    enum status st = event_find_account(record->book, &exited->account_id, &account, err);

    if (st == STATUS_OK && is_done)
        st = escalation_follow(record, account, SOP_ON_STEPS_DONE, err);
    if (st != STATUS_OK || !words || (is_done && is_escalated(record->book->sop, account)))
        return st;
    return raise_exit(record, account, exited, words, err);
}
