#include "contact_codec.h"
#include "service/wire.h"

#include <stdio.h>
#include <string.h>

/* The models' numbers are the wire's: checked here, where the two meet. */
_Static_assert((int)TELEPHONY_END == DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_FAILED + 1, "telephony");
_Static_assert((int)TELEPHONY_ABANDONED == DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ABANDONED, "telephony");
_Static_assert((int)PARTY_END == DUNLIN__CONTACT__V1__PARTY__PARTY_UNVERIFIED + 1, "party");
_Static_assert((int)PARTY_WRONG == DUNLIN__CONTACT__V1__PARTY__PARTY_WRONG, "party");
_Static_assert((int)OUTCOME_END == DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_NO_COMMITMENT + 1, "outcome");
_Static_assert((int)OUTCOME_DISPUTE == DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_DISPUTE, "outcome");
_Static_assert((int)STICKY_END == DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_OPT_OUT_CONTACT_POINT + 1,
               "sticky flag");
_Static_assert((int)STICKY_DECEASED == DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_DECEASED, "sticky flag");
_Static_assert((int)CONTACT_POINT_PHONE == DUNLIN__INTAKE__V1__CONTACT_POINT_KIND__CONTACT_POINT_KIND_PHONE,
               "contact point kind");
_Static_assert((int)CONTACT_POINT_ADDRESS == DUNLIN__INTAKE__V1__CONTACT_POINT_KIND__CONTACT_POINT_KIND_ADDRESS,
               "contact point kind");

static enum status read_question(const Dunlin__Contact__V1__PermitRequest *wire, struct permit_question *question,
                                 struct error *err)
{
    enum status st = wire_read_id(&wire->account_id, "account_id", &question->account_id, err);
    if (st == STATUS_OK)
        st = wire_read_id(&wire->contact_point_id, "contact_point_id", &question->contact_point_id, err);
    if (st == STATUS_OK)
        st = wire_check_text(wire->dialer, CODEC_DIALER_MAX_BYTES, "dialer", err);
    if (st != STATUS_OK)
        return st;
    if (wire->channel != DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_CALL)
        return error_set(err, STATUS_INVALID_ARGUMENT, "channel: %d is none that is known", (int)wire->channel);
    if (wire->purpose != DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_COLLECTION &&
        wire->purpose != DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_CALLBACK)
        return error_set(err, STATUS_INVALID_ARGUMENT, "purpose: %d is none that is known", (int)wire->purpose);
    question->channel = (int32_t)wire->channel;
    question->purpose = (int32_t)wire->purpose;
    question->dialer = wire->dialer;
    return STATUS_OK;
}

enum status codec_question(const Dunlin__Contact__V1__PermitRequest *wire, size_t index,
                           struct permit_question *ret_question, struct error *err)
{
    struct permit_question question = {0};
    struct error why = {0};
    enum status st = read_question(wire, &question, &why);
    if (st != STATUS_OK)
        return error_set(err, st, "requests[%zu].%s", index, why.text);
    *ret_question = question;
    return STATUS_OK;
}

enum status codec_flag(Dunlin__Contact__V1__StickyFlag wire, const char *field, enum sticky_flag *ret_flag,
                       struct error *err)
{
    if ((int)wire < STICKY_CEASE || (int)wire >= STICKY_END)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: %d is none that is known", field, (int)wire);
    *ret_flag = (enum sticky_flag)wire;
    return STATUS_OK;
}

static enum status check_number(int wire, int end, const char *field, struct error *err)
{
    if (wire < 0 || wire >= end)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: %d is none that is known", field, wire);
    return STATUS_OK;
}

static enum status read_facts(const Dunlin__Contact__V1__AttemptReport *wire, struct report *report, struct error *err)
{
    enum status st = check_number((int)wire->telephony, TELEPHONY_END, "telephony", err);
    if (st == STATUS_OK)
        st = check_number((int)wire->party, PARTY_END, "party", err);
    if (st == STATUS_OK)
        st = check_number((int)wire->outcome, OUTCOME_END, "outcome", err);
    if (st != STATUS_OK)
        return st;
    if (wire->telephony == DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_UNSPECIFIED)
        return error_set(err, STATUS_INVALID_ARGUMENT, "telephony: missing");
    report->telephony = (enum telephony)wire->telephony;
    /* Of a call that nobody answered there is nothing to say: dialers may leave these out. */
    report->party = (int)wire->party == 0 ? PARTY_NONE : (enum party)wire->party;
    report->outcome = (int)wire->outcome == 0 ? OUTCOME_NONE : (enum outcome)wire->outcome;
    report->is_conversation = wire->is_conversation;
    report->started_at_us = wire->started_at_us;
    report->duration_s = wire->duration_s;
    return STATUS_OK;
}

static enum status read_promise(const Dunlin__Contact__V1__AttemptReport *wire, struct report *report)
{
    if (wire->promise_presence_case != DUNLIN__CONTACT__V1__ATTEMPT_REPORT__PROMISE_PRESENCE_PROMISE ||
        wire->promise == NULL)
        return STATUS_OK;
    report->has_promise = true;
    report->promise_minor = wire->promise->amount_minor;
    return STATUS_OK;
}

static enum status read_discussed(const Dunlin__Contact__V1__AttemptReport *wire, struct report *report,
                                  struct error *err)
{
    if (wire->n_discussed_account_ids > REPORT_DISCUSSED_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "discussed_account_ids: more than %d", REPORT_DISCUSSED_MAX);
    for (size_t i = 0; i < wire->n_discussed_account_ids; i++) {
        enum status st =
            wire_read_id(&wire->discussed_account_ids[i], "discussed_account_ids", &report->discussed[i], err);
        if (st != STATUS_OK)
            return st;
    }
    report->n_discussed = wire->n_discussed_account_ids;
    return STATUS_OK;
}

enum status codec_report(const Dunlin__Contact__V1__AttemptReport *wire, struct report *ret_report, struct error *err)
{
    *ret_report = (struct report){0};
    enum status st = read_facts(wire, ret_report, err);
    if (st == STATUS_OK)
        st = read_promise(wire, ret_report);
    if (st == STATUS_OK)
        st = read_discussed(wire, ret_report, err);
    if (st == STATUS_OK)
        st = wire_check_text(wire->reason, CODEC_REASON_MAX_BYTES, "reason", err);
    for (size_t i = 0; st == STATUS_OK && i < wire->n_flags; i++) {
        enum sticky_flag flag = STICKY_CEASE;
        st = codec_flag(wire->flags[i], "flags", &flag, err);
        ret_report->flags |= UINT32_C(1) << flag;
    }
    return st == STATUS_OK ? report_check(ret_report, err) : st;
}

enum status codec_point(const Dunlin__Intake__V1__ContactPoint *wire, struct contact_book *book, struct debtor *debtor,
                        bool *ret_has_changed, struct error *err)
{
    struct id id = {0};
    enum status st = wire_read_id(&wire->contact_point_id, "contact_point_id", &id, err);
    if (st != STATUS_OK)
        return st;
    if ((int)wire->kind < CONTACT_POINT_PHONE || (int)wire->kind > CONTACT_POINT_ADDRESS)
        return error_set(err, STATUS_INVALID_ARGUMENT, "contact_points.kind: %d is none that is known",
                         (int)wire->kind);
    g_autoptr(GString) zones = g_string_new("");
    for (size_t i = 0; i < wire->n_zones; i++)
        g_string_append_printf(zones, "%s%s", i == 0 ? "" : ",", wire->zones[i]);
    struct contact_point *point = debtor_find_point(debtor, &id);
    *ret_has_changed = point == NULL || strcmp(point->zones, zones->str) != 0;
    if (!*ret_has_changed)
        return STATUS_OK;
    point = debtor_add_point(debtor, &id);
    point->kind = (enum contact_point_kind)wire->kind;
    point->value = contact_text(book, wire->value);
    point->zones = contact_text(book, zones->str);
    point->is_changed = true;
    return STATUS_OK;
}

size_t codec_holds(hold_set holds, char *ret_names[static HOLD_SET_COUNT])
{
    size_t n = 0;
    for (unsigned hold = 0; hold < HOLD_SET_COUNT; hold++)
        if ((holds & HOLD_BIT(hold)) != 0)
            ret_names[n++] = wire_text(hold_set_name(hold));
    return n;
}

void codec_inputs(const struct permit_facts *facts, const struct rules_verdict *verdict, int64_t log_seq,
                  struct decision_inputs *ret_inputs)
{
    Dunlin__Contact__V1__DecisionInputs *message = &ret_inputs->message;
    dunlin__contact__v1__decision_inputs__init(message);
    message->log_seq = log_seq;
    message->decided_at_us = facts->now.us;
    for (size_t i = 0; i < facts->n_zones; i++)
        ret_inputs->zones[i] = wire_text(zone_name(facts->zones[i]));
    message->zones = ret_inputs->zones;
    message->n_zones = facts->n_zones;
    message->attempts_in_window = permit_attempts_in_window(verdict);
    message->last_conversation_on_days = permit_conversation_on_days(facts);
    message->holds = ret_inputs->holds;
    message->n_holds = codec_holds(facts->holds, ret_inputs->holds);
    message->counted_at_us = (int64_t *)(uintptr_t)facts->counted_at_us;
    message->n_counted_at_us = facts->n_counted;
    message->last_conversation_at_us = facts->conversation_at_us;
}

static enum status find_hold(const char *name, hold_set *holds, struct error *err)
{
    for (unsigned hold = 0; hold < HOLD_SET_COUNT; hold++) {
        if (strcmp(hold_set_name(hold), name) == 0) {
            *holds |= HOLD_BIT(hold);
            return STATUS_OK;
        }
    }
    return error_set(err, STATUS_INVALID_ARGUMENT, "holds: no hold '%s'", name);
}

enum status codec_facts(const Dunlin__Contact__V1__DecisionInputs *inputs, const struct zone **zones,
                        struct permit_facts *ret_facts, struct error *err)
{
    enum status st = STATUS_OK;
    if (inputs->n_zones > CONTACT_ZONES_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "zones: more than %d", CONTACT_ZONES_MAX);
    *ret_facts = (struct permit_facts){
        .now = {inputs->decided_at_us},
        .zones = zones,
        .n_zones = inputs->n_zones,
        .counted_at_us = inputs->counted_at_us,
        .n_counted = inputs->n_counted_at_us,
        .conversation_at_us = inputs->last_conversation_at_us,
    };
    for (size_t i = 0; st == STATUS_OK && i < inputs->n_zones; i++)
        st = zone_open(inputs->zones[i], &zones[i], err);
    for (size_t i = 0; st == STATUS_OK && i < inputs->n_holds; i++)
        st = find_hold(inputs->holds[i], &ret_facts->holds, err);
    return st;
}

void codec_hits(const struct rule_hit *hits, size_t n, Dunlin__Contact__V1__RuleHit *rows,
                Dunlin__Contact__V1__RuleHit **list)
{
    for (size_t i = 0; i < n; i++) {
        const struct rule_hit *hit = &hits[i];
        dunlin__contact__v1__rule_hit__init(&rows[i]);
        rows[i].rule = wire_text(hit->rule->id);
        rows[i].citation = wire_text(hit->rule->citation);
        rows[i].detail = wire_text(hit->detail);
        if (hit->has_next) {
            rows[i].next_permitted_presence_case =
                DUNLIN__CONTACT__V1__RULE_HIT__NEXT_PERMITTED_PRESENCE_NEXT_PERMITTED_AT_US;
            rows[i].next_permitted_at_us = hit->next.us;
        }
        list[i] = &rows[i];
    }
}
