#include "contact_codec.h"
#include "fact_model.h"
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
_Static_assert((int)DELIVERY_END == DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNDELIVERABLE + 1, "delivery");
_Static_assert((int)CHANNEL_END == DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_PORTAL + 1, "channel");
_Static_assert((int)CHANNEL_TEXT == DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT, "channel");
_Static_assert((int)CHANNEL_PORTAL == (int)SOP_CHANNEL_PORTAL, "channel");
_Static_assert((int)CONTACT_PURPOSE_END == DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_REMEDY_NOTICE + 1, "purpose");
_Static_assert((int)CONTACT_PURPOSE_OPT_OUT_CONFIRMATION == DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_OPT_OUT_CONFIRMATION,
               "purpose");
_Static_assert((int)CONTACT_PURPOSE_REMEDY_NOTICE == (int)SOP_PURPOSE_REMEDY_NOTICE, "purpose");
_Static_assert((int)CONTACT_POINT_PHONE == DUNLIN__INTAKE__V1__CONTACT_POINT_KIND__CONTACT_POINT_KIND_PHONE,
               "contact point kind");
_Static_assert((int)CONTACT_POINT_ADDRESS == DUNLIN__INTAKE__V1__CONTACT_POINT_KIND__CONTACT_POINT_KIND_ADDRESS,
               "contact point kind");

_Static_assert((int)DEBT_KIND_END == DUNLIN__INTAKE__V1__DEBT_KIND__DEBT_KIND_COMMERCIAL + 1, "debt kind");
_Static_assert((int)DEBT_KIND_STUDENT_LOAN == DUNLIN__INTAKE__V1__DEBT_KIND__DEBT_KIND_STUDENT_LOAN, "debt kind");

static enum status check_number(int wire, int end, const char *field, struct error *err)
{
    if (wire < 0 || wire >= end)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: %d is none that is known", field, wire);
    return STATUS_OK;
}

/* Neither may be left out. */
static enum status check_named(int wire, int end, const char *field, struct error *err)
{
    return check_number(wire == 0 ? -1 : wire, end, field, err);
}

/* All but the portal need one; what is sent through the portal goes to no other place. */
static enum status read_question_point(const Dunlin__Contact__V1__PermitRequest *wire, struct permit_question *question,
                                       struct error *err)
{
    const bool is_needed = channel_traits(question->channel)->point_kind != CONTACT_POINT_NONE;
    if (is_needed)
        return wire_read_id(&wire->contact_point_id, "contact_point_id", &question->contact_point_id, err);
    if (wire->contact_point_id.len != 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "contact_point_id: the portal has none");
    return STATUS_OK;
}

static enum status read_override(const Dunlin__Contact__V1__PermitOverride *wire, struct permit_question *question,
                                 struct error *err)
{
    if (wire == NULL)
        return STATUS_OK;
    enum status st =
        check_named((int)wire->reason_code, DUNLIN__CONTACT__V1__OVERRIDE_REASON__OVERRIDE_REASON_EXTERNAL_EFFECT + 1,
                    "override.reason_code", err);
    if (st == STATUS_OK)
        st = wire_free_text(wire->reason, CODEC_REASON_MAX_BYTES, "override.reason", err);
    if (st == STATUS_OK && wire->reason[strspn(wire->reason, " \t\n")] == '\0')
        st = error_set(err, STATUS_INVALID_ARGUMENT, "override.reason: an override needs one");
    if (st != STATUS_OK)
        return st;
    question->is_override_asked = true;
    question->override = (struct permit_override){.reason_code = (int32_t)wire->reason_code, .reason = wire->reason};
    return STATUS_OK;
}

static enum status read_question(const Dunlin__Contact__V1__PermitRequest *wire, struct permit_question *question,
                                 struct error *err)
{
    enum status st = wire_read_id(&wire->account_id, "account_id", &question->account_id, err);
    if (st == STATUS_OK)
        st = wire_check_text(wire->dialer, CODEC_DIALER_MAX_BYTES, "dialer", err);
    if (st == STATUS_OK)
        st = wire_check_text(wire->campaign, CODEC_CAMPAIGN_MAX_BYTES, "campaign", err);
    if (st == STATUS_OK)
        st = check_named((int)wire->channel, CHANNEL_END, "channel", err);
    if (st == STATUS_OK)
        st = check_named((int)wire->purpose, CONTACT_PURPOSE_END, "purpose", err);
    if (st == STATUS_OK)
        st = read_override(wire->override, question, err);
    if (st != STATUS_OK)
        return st;
    question->channel = (enum channel)wire->channel;
    question->purpose = (enum contact_purpose)wire->purpose;
    question->dialer = wire->dialer;
    question->campaign = wire->campaign;
    return read_question_point(wire, question, err);
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

static enum status read_facts(const Dunlin__Contact__V1__AttemptReport *wire, struct report *report, struct error *err)
{
    enum status st = check_number((int)wire->telephony, TELEPHONY_END, "telephony", err);
    if (st == STATUS_OK)
        st = check_number((int)wire->delivery, DELIVERY_END, "delivery", err);
    if (st == STATUS_OK)
        st = check_number((int)wire->party, PARTY_END, "party", err);
    if (st == STATUS_OK)
        st = check_number((int)wire->outcome, OUTCOME_END, "outcome", err);
    if (st != STATUS_OK)
        return st;
    report->telephony = (enum telephony)wire->telephony;
    report->delivery = (enum delivery)wire->delivery;
    /* Of a call that nobody answered there is nothing to say: dialers may leave these out. */
    report->party = (int)wire->party == 0 ? PARTY_NONE : (enum party)wire->party;
    report->outcome = (int)wire->outcome == 0 ? OUTCOME_NONE : (enum outcome)wire->outcome;
    report->is_conversation = wire->is_conversation;
    report->claims_hardship = wire->claims_hardship;
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

enum status codec_check_evidence(const Dunlin__Contact__V1__Evidence *wire, struct error *err)
{
    if (wire == NULL)
        return STATUS_OK;
    if (wire->document_hash.len != 0 && wire->document_hash.len != EVIDENCE_HASH_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "evidence.document_hash: %zu bytes; BLAKE2b-256 has %d",
                         wire->document_hash.len, EVIDENCE_HASH_BYTES);
    return wire_check_text(wire->document, CODEC_DOCUMENT_MAX_BYTES, "evidence.document", err);
}

enum status codec_report(const Dunlin__Contact__V1__AttemptReport *wire, struct report *ret_report, struct error *err)
{
    struct id notice_id;
    *ret_report = (struct report){0};
    enum status st = read_facts(wire, ret_report, err);
    if (st == STATUS_OK)
        st = read_promise(wire, ret_report);
    if (st == STATUS_OK)
        st = read_discussed(wire, ret_report, err);
    if (st == STATUS_OK)
        st = wire_free_text(wire->reason, CODEC_REASON_MAX_BYTES, "reason", err);
    if (st == STATUS_OK)
        st = codec_check_evidence(wire->evidence, err);
    if (st == STATUS_OK && wire->notice_id.len > 0)
        st = wire_read_id(&wire->notice_id, "notice_id", &notice_id, err);
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
    const bool is_new = point == NULL;
    *ret_has_changed = is_new || strcmp(point->zones, zones->str) != 0;
    if (!*ret_has_changed)
        return STATUS_OK;
    point = debtor_add_point(debtor, &id);
    point->is_new = point->is_new || is_new;
    point->kind = (enum contact_point_kind)wire->kind;
    point->value = contact_text(book, wire->value);
    point->zones = contact_text(book, zones->str);
    point->is_changed = true;
    return STATUS_OK;
}

enum debt_kind codec_debt_kind(Dunlin__Intake__V1__DebtKind wire)
{
    return (int)wire > 0 && (int)wire < DEBT_KIND_END ? (enum debt_kind)wire : DEBT_KIND_UNSPECIFIED;
}

Dunlin__Contact__V1__HeldPart *codec_held_part(int64_t held_minor, const char *currency,
                                               Dunlin__Contact__V1__HeldPart *storage)
{
    if (held_minor == 0)
        return NULL;
    dunlin__contact__v1__held_part__init(storage);
    storage->amount_minor = held_minor;
    storage->currency = wire_text(currency);
    return storage;
}

size_t codec_holds(hold_set holds, char *ret_names[static HOLD_SET_COUNT])
{
    size_t n = 0;
    for (unsigned hold = 0; hold < HOLD_SET_COUNT; hold++)
        if ((holds & HOLD_BIT(hold)) != 0)
            ret_names[n++] = wire_text(hold_set_name(hold));
    return n;
}

static void write_contact(const struct permit_contact *contact, Dunlin__Contact__V1__DecisionContact *row)
{
    dunlin__contact__v1__decision_contact__init(row);
    row->at_us = contact->at_us;
    row->channel = (Dunlin__Contact__V1__Channel)contact->channel;
    row->purpose = (Dunlin__Contact__V1__Purpose)contact->purpose;
    row->telephony = (Dunlin__Contact__V1__Telephony)contact->telephony;
    row->delivery = (Dunlin__Contact__V1__Delivery)contact->delivery;
    row->is_about_debt = contact->is_about_debt;
    row->is_about_others = contact->is_about_others;
    row->is_talk_about_debt = contact->is_talk_about_debt;
    row->is_talk_about_others = contact->is_talk_about_others;
    row->is_here = contact->is_here;
    row->is_open = contact->is_open;
}

static void write_override(const struct permit_override *override, struct decision_inputs *inputs)
{
    dunlin__contact__v1__decision_override__init(&inputs->override);
    inputs->override.reason_code = (Dunlin__Contact__V1__OverrideReason) override->reason_code;
    inputs->override.reason = wire_text(override->reason);
    inputs->override.overridden_by = wire_text(override->by);
    inputs->message.override = &inputs->override;
}

struct permit_override codec_override(const Dunlin__Contact__V1__DecisionInputs *inputs)
{
    if (inputs->override == NULL)
        return (struct permit_override){0};
    return (struct permit_override){(int32_t)inputs->override->reason_code, inputs->override->reason,
                                    inputs->override->overridden_by};
}

void codec_inputs(const struct permit_facts *facts, const struct rules_verdict *verdict,
                  const struct permit_override *override, int64_t log_seq, struct decision_inputs *ret_inputs)
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
    ret_inputs->rows = g_new(Dunlin__Contact__V1__DecisionContact, facts->n_contacts);
    ret_inputs->list = g_new(Dunlin__Contact__V1__DecisionContact *, facts->n_contacts);
    for (size_t i = 0; i < facts->n_contacts; i++) {
        write_contact(&facts->contacts[i], &ret_inputs->rows[i]);
        ret_inputs->list[i] = &ret_inputs->rows[i];
    }
    message->place_packs = wire_text(facts->place_packs == NULL ? "" : facts->place_packs);
    message->debt_kind = wire_text(debt_kind_name(facts->debt_kind));
    if (override->by != NULL && !verdict->is_allowed)
        write_override(override, ret_inputs);
    message->contacts = ret_inputs->list;
    message->n_contacts = facts->n_contacts;
    const guint n_known = facts->known == NULL ? 0 : facts->known->len;
    ret_inputs->fact_ids = g_new(ProtobufCBinaryData, n_known);
    message->fact_ids = ret_inputs->fact_ids;
    for (guint i = 0; i < n_known; i++) {
        const struct person_fact *fact = g_ptr_array_index(facts->known, i);
        if (fact->released_at_us == 0)
            ret_inputs->fact_ids[message->n_fact_ids++] = wire_id(&fact->id);
    }
}

void decision_inputs_fini(struct decision_inputs *inputs)
{
    g_free(inputs->rows);
    g_free(inputs->list);
    g_free(inputs->fact_ids);
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

/* Decisions of before kinds were known name none: they were made as of a consumer's debt. */
static enum status find_kind(const char *name, enum debt_kind *ret_kind, struct error *err)
{
    for (enum debt_kind kind = DEBT_KIND_UNSPECIFIED; kind < DEBT_KIND_END; kind++) {
        if (strcmp(debt_kind_name(kind), name) == 0) {
            *ret_kind = kind;
            return STATUS_OK;
        }
    }
    return error_set(err, STATUS_INVALID_ARGUMENT, "debt_kind: no kind '%s'", name);
}

static struct permit_contact call_at(int64_t at_us)
{
    return (struct permit_contact){.at_us = at_us, .channel = CHANNEL_CALL, .purpose = CONTACT_PURPOSE_COLLECTION};
}

/* Decisions of calls, before those of other channels: of each call that counted when it was, of the conversation no
 * more, and of one that is not reported that there is one. */
static void read_calls(const Dunlin__Contact__V1__DecisionInputs *inputs, bool is_permit_open, GArray *contacts)
{
    bool is_talk_due = inputs->last_conversation_at_us != 0;
    struct permit_contact talk = call_at(inputs->last_conversation_at_us);
    talk.is_talk_about_debt = true;
    for (size_t i = 0; i < inputs->n_counted_at_us; i++) {
        struct permit_contact call = call_at(inputs->counted_at_us[i]);
        call.is_about_debt = true;
        call.is_open = is_permit_open && i + 1 == inputs->n_counted_at_us;
        if (is_talk_due && talk.at_us <= call.at_us) {
            g_array_append_val(contacts, talk);
            is_talk_due = false;
        }
        g_array_append_val(contacts, call);
    }
    if (is_talk_due)
        g_array_append_val(contacts, talk);
}

static enum status read_contact(const Dunlin__Contact__V1__DecisionContact *row, GArray *contacts, struct error *err)
{
    enum status st = check_named((int)row->channel, CHANNEL_END, "contacts.channel", err);
    if (st == STATUS_OK)
        st = check_named((int)row->purpose, CONTACT_PURPOSE_END, "contacts.purpose", err);
    if (st != STATUS_OK)
        return st;
    const struct permit_contact contact = {
        .at_us = row->at_us,
        .channel = (int32_t)row->channel,
        .purpose = (int32_t)row->purpose,
        .telephony = (int32_t)row->telephony,
        .delivery = (int32_t)row->delivery,
        .is_about_debt = row->is_about_debt,
        .is_about_others = row->is_about_others,
        .is_talk_about_debt = row->is_talk_about_debt,
        .is_talk_about_others = row->is_talk_about_others,
        .is_here = row->is_here,
        .is_open = row->is_open,
    };
    g_array_append_val(contacts, contact);
    return STATUS_OK;
}

enum status codec_facts(const Dunlin__Contact__V1__DecisionInputs *inputs, enum channel channel,
                        enum contact_purpose purpose, const struct zone **zones, GArray *contacts,
                        struct permit_facts *ret_facts, struct error *err)
{
    enum status st = STATUS_OK;
    if (inputs->n_zones > CONTACT_ZONES_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "zones: more than %d", CONTACT_ZONES_MAX);
    *ret_facts = (struct permit_facts){
        .now = {inputs->decided_at_us},
        .channel = channel,
        .purpose = purpose,
        .zones = zones,
        .n_zones = inputs->n_zones,
    };
    for (size_t i = 0; st == STATUS_OK && i < inputs->n_zones; i++)
        st = zone_open(inputs->zones[i], &zones[i], err);
    for (size_t i = 0; st == STATUS_OK && i < inputs->n_holds; i++)
        st = find_hold(inputs->holds[i], &ret_facts->holds, err);
    if (st == STATUS_OK)
        st = find_kind(inputs->debt_kind, &ret_facts->debt_kind, err);
    g_array_set_size(contacts, 0);
    for (size_t i = 0; st == STATUS_OK && i < inputs->n_contacts; i++)
        st = read_contact(inputs->contacts[i], contacts, err);
    if (inputs->n_contacts == 0)
        read_calls(inputs, (ret_facts->holds & HOLD_BIT(HOLD_PERMIT_OPEN)) != 0, contacts);
    ret_facts->contacts = (const struct permit_contact *)(const void *)contacts->data;
    ret_facts->n_contacts = contacts->len;
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
