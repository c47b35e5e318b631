#include "fact_work.h"

#include <string.h>

#include "contact_codec.h"
#include "fact_codec.h"
#include "notice_model.h"
#include "service/wire.h"

static enum status emit(const struct contact_work *work, const struct account *account, const ProtobufCMessage *message,
                        struct error *err)
{
    const struct subject subject = {
        .agency_id = account->debtor->agency_id,
        .debtor_id = account->debtor->id,
        .account_id = account->id,
    };
    return work->effects->emit(work->sink, &subject, work->actor, message, err);
}

static enum status emit_recorded(const struct contact_work *work, const struct account *account,
                                 const struct person_fact *fact, hold_set contradicts, struct error *err)
{
    Dunlin__Contact__V1__FactRecorded message;
    char *names[HOLD_SET_COUNT];
    Dunlin__Contact__V1__Fact *wire = fact_codec_wire(fact);
    if (wire == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "no memory for a fact");
    dunlin__contact__v1__fact_recorded__init(&message);
    message.fact_id = wire_id(&fact->id);
    message.account_id = wire_id(&account->id);
    message.debtor_id = wire_id(&account->debtor->id);
    message.fact = wire;
    message.recorded_by = wire_text(fact->recorded_by);
    message.n_contradicts = codec_holds(contradicts, names);
    message.contradicts = names;
    const enum status st = emit(work, account, &message.base, err);
    dunlin__contact__v1__fact__free_unpacked(wire, NULL);
    return st;
}

/* Sets or releases the flag on every debt that the fact is about. */
static enum status change_flag(const struct contact_work *work, struct debtor *debtor, const struct person_fact *fact,
                               bool is_set, const char *reason, struct error *err)
{
    enum status st = STATUS_OK;
    struct contact_point *point = debtor_find_point(debtor, &fact->contact_point_id);
    for (guint i = 0; st == STATUS_OK && i < debtor->accounts->len; i++) {
        struct account *account = g_ptr_array_index(debtor->accounts, i);
        if (!fact_concerns(fact, &account->id))
            continue;
        const bool has_changed =
            is_set ? sticky_set(fact->flag, account, point) : sticky_release(fact->flag, account, point);
        if (has_changed)
            st = contact_emit_flag(work, account, fact->flag, &fact->contact_point_id, !is_set, reason, err);
    }
    return st;
}

/* What waits for rules may wait no longer. */
static void wait_no_longer(struct debtor *debtor)
{
    for (guint i = 0; i < debtor->accounts->len; i++) {
        struct account *account = g_ptr_array_index(debtor->accounts, i);
        memset(account->not_before_us, 0, sizeof(account->not_before_us));
        account->is_changed = true;
    }
}

static void set_wrong(struct debtor *debtor, const struct id *point_id, bool is_wrong)
{
    struct contact_point *point = debtor_find_point(debtor, point_id);
    if (point == NULL || point->is_wrong == is_wrong)
        return;
    point->is_wrong = is_wrong;
    point->is_changed = true;
    debtor_update_zones(debtor);
    wait_no_longer(debtor);
}

static void set_returned(struct contact_point *point, bool is_returned)
{
    if (point == NULL || point->is_returned == is_returned)
        return;
    point->is_returned = is_returned;
    point->is_changed = true;
}

/* A notice that others sent, or that came back to them. */
static void note_notices(const struct contact_work *work, struct debtor *debtor, const struct person_fact *fact,
                         bool is_release)
{
    const bool is_sent = fact->kind == FACT_KIND_VALIDATION_NOTICE_SENT;
    if (fact->kind == FACT_KIND_VALIDATION_NOTICE_RETURNED)
        set_returned(debtor_find_point(debtor, &fact->contact_point_id), !is_release);
    if (!is_sent && (fact->kind != FACT_KIND_VALIDATION_NOTICE_RETURNED || is_release))
        return;
    for (guint i = 0; i < debtor->accounts->len; i++) {
        struct account *account = g_ptr_array_index(debtor->accounts, i);
        if (!fact_concerns(fact, &account->id))
            continue;
        if (is_sent && !is_release)
            (void)notice_sent(account, fact->at_us);
        else
            (void)notice_returned(account, fact->at_us, work->now.us);
    }
}

enum status contact_take_fact(const struct contact_work *work, struct account *account, struct person_fact **fact,
                              hold_set contradicts, bool *ret_is_new, struct error *err)
{
    struct debtor *debtor = account->debtor;
    const struct person_fact *taken = *fact;
    enum status st = STATUS_OK;
    *ret_is_new = debtor_find_fact(debtor, &taken->id) == NULL;
    (*fact)->is_new = true;
    (void)debtor_add_fact(debtor, fact);
    if (!*ret_is_new)
        return STATUS_OK;
    st = emit_recorded(work, account, taken, contradicts, err);
    if (st != STATUS_OK)
        return st;
    if (taken->flag != 0) /* one that is folded as well may have a flag beside */
        st = change_flag(work, debtor, taken, taken->effect != FACT_ENDS_FLAG, fact_traits(taken->kind)->name, err);
    if (taken->effect == FACT_MARKS_WRONG)
        set_wrong(debtor, &taken->contact_point_id, true);
    note_notices(work, debtor, taken, false);
    if (fact_traits(taken->kind)->is_loosening)
        wait_no_longer(debtor);
    return st == STATUS_OK ? contact_settle_debtor(work, debtor, "fact", err) : st;
}

/* Another fact on record says the same of the contact point. */
static bool is_wrong_by_another(const struct debtor *debtor, const struct person_fact *fact)
{
    for (guint i = 0; i < debtor->facts->len; i++) {
        const struct person_fact *other = g_ptr_array_index(debtor->facts, i);
        if (other != fact && other->effect == FACT_MARKS_WRONG && other->released_at_us == 0 &&
            id_equal(&other->contact_point_id, &fact->contact_point_id))
            return true;
    }
    return false;
}

enum status contact_release_fact(const struct contact_work *work, struct account *account, struct person_fact *fact,
                                 const char *reason, struct error *err)
{
    Dunlin__Contact__V1__FactReleased message;
    if (fact->released_at_us != 0)
        return STATUS_OK;
    fact->released_at_us = work->now.us;
    fact->is_changed = true;
    dunlin__contact__v1__fact_released__init(&message);
    message.fact_id = wire_id(&fact->id);
    message.account_id = wire_id(&account->id);
    message.debtor_id = wire_id(&account->debtor->id);
    message.reason = wire_text(reason);
    enum status st = emit(work, account, &message.base, err);
    /* A flag that it set may have other reasons since, a call's report or another letter, which nobody counts: it
     * stands until it is released itself. One that it ended is set again. */
    if (st == STATUS_OK && fact->effect == FACT_ENDS_FLAG)
        st = change_flag(work, account->debtor, fact, true, reason, err);
    if (fact->effect == FACT_MARKS_WRONG && !is_wrong_by_another(account->debtor, fact))
        set_wrong(account->debtor, &fact->contact_point_id, false);
    note_notices(work, account->debtor, fact, true);
    wait_no_longer(account->debtor);
    return st == STATUS_OK ? contact_settle_debtor(work, account->debtor, "released", err) : st;
}
