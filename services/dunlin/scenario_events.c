#include <string.h>

#include <glib.h>

#include "rules/law_dates.h"
#include "scenario_fields.h"

/* The history: one row an event type of the vocabulary, with what it becomes and how its fields are read. */

struct event_kind {
    const char *name; /* NULL ends the list */
    enum fact_event_type type;
    uint32_t flags; /* that the type itself says */
    void (*read)(struct fields *fields, struct fact_event *event);
    enum medium medium; /* of a contact, or where the event names none */
};

/* Words that only people read. */
static const char *const FOR_PEOPLE[] = {
    "statement",  "text",         "note",        "source",   "evidence", "reason",   "subject",  "comment",
    "case",       "court",        "form",        "means",    "method",   "chapter",  "employer", "by_whom",
    "document",   "message",      "content",     "body",     "script",   "channel",  "via",      "delivery",
    "duration_s", "called_party", "obtained_by", "language", "number",   "campaign", NULL};

static const struct word DAYS[] = {
    {"mon", 1 << 0},
    {"tue", 1 << 1},
    {"wed", 1 << 2},
    {"thu", 1 << 3},
    {"fri", 1 << 4},
    {"sat", 1 << 5},
    {"sun", 1 << 6},
    {"all", 0x7f},
    {"any", 0x7f},
    {"every", 0x7f},
    {"weekdays", 0x1f},
    {"weekends", 0x60},
    {0},
};

static void set_flag(struct fact_event *event, enum fact_event_flag flag, bool is_set)
{
    event->flags = is_set ? event->flags | (uint32_t)flag : event->flags & ~(uint32_t)flag;
}

static void read_flag(struct fields *fields, struct fact_event *event, const char *field, enum fact_event_flag flag)
{
    set_flag(event, flag, field_bool(fields, field, (event->flags & (uint32_t)flag) != 0));
}

/* Whichever of them names the address. */
static void read_address(struct fields *fields, struct fact_event *event)
{
    static const char *const NAMES[] = {"phone", "email", "address"};
    for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++)
        if (field_is_there(fields, NAMES[i]))
            event->address = field_address(fields, NAMES[i]);
}

/* A message names whom it went to, or came from; else he is the owner of the number. */
static void read_person(struct fields *fields, struct fact_event *event, const char *field)
{
    struct facts_book *book = fields->reader->scenario->book;
    const char *id = field_text(fields, field);
    if (id != NULL && facts_book_find_address(book, id) != FACT_NONE)
        event->address = facts_book_find_address(book, id);
    else if (id != NULL)
        event->person = fields_person(fields, field, id);
    if (event->person == FACT_NONE && event->address != FACT_NONE)
        event->person = facts_book_facts(book)->addresses[event->address].person;
    if (event->person == FACT_NONE)
        event->person = FACT_CONSUMER;
}

static void read_contact(struct fields *fields, struct fact_event *event)
{
    const char *collector = field_text(fields, "by");
    const json_t *facts = json_object_get(fields->reader->scenario->json, "facts");
    const char *us = json_string_value(json_object_get(json_object_get(facts, "collector"), "id"));
    struct instant replied;
    read_address(fields, event);
    event->debts = field_debts(fields, "debts");
    event->discussed = field_debts(fields, "discussed");
    event->outcome = (enum contact_outcome)field_word(fields, "outcome", WORDS_OUTCOME, (int)event->outcome);
    event->technology = (enum technology)field_word(fields, "technology", WORDS_TECHNOLOGY, TECHNOLOGY_MANUAL);
    event->purpose = (enum purpose)field_word(fields, "purpose", WORDS_PURPOSE, PURPOSE_COLLECTION);
    set_flag(event, FACT_FLAG_BY_OTHER,
             collector != NULL && strcmp(collector, "collector") != 0 && g_strcmp0(collector, us) != 0);
    read_flag(fields, event, "last_collection_activity", FACT_FLAG_LAST_ACTIVITY);
    set_flag(event, FACT_FLAG_REPLY, field_instant(fields, "in_reply_to", &replied));
    (void)field_bool(fields, "automated", false);
    (void)field_bool(fields, "opt_out_notice", true);
}

static void read_call_out(struct fields *fields, struct fact_event *event)
{
    event->outcome = event->medium == MEDIUM_RINGLESS ? OUTCOME_RINGLESS_VOICEMAIL : OUTCOME_UNKNOWN;
    read_contact(fields, event);
    read_person(fields, event, "to");
}

static void read_message_out(struct fields *fields, struct fact_event *event)
{
    event->outcome = OUTCOME_SENT;
    read_contact(fields, event);
    read_person(fields, event, "to");
}

static void read_contact_in(struct fields *fields, struct fact_event *event)
{
    event->outcome = event->medium == MEDIUM_CALL ? OUTCOME_CONVERSATION : OUTCOME_SENT;
    read_flag(fields, event, "in_progress", FACT_FLAG_IN_PROGRESS);
    read_flag(fields, event, "about_debt", FACT_FLAG_ABOUT_DEBT);
    read_contact(fields, event);
    read_person(fields, event, "from");
}

static void read_dates(struct fields *fields, struct fact_event *event, const char *field)
{
    struct error why;
    const json_t *list = field_any(fields, field);
    if (list != NULL && !json_is_array(list))
        fields_refuse(fields, field, "a list of dates is expected");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (event->n_dates == FACT_DATES_MAX)
            fields_refuse(fields, field, "more than %d dates", FACT_DATES_MAX);
        else if (date_parse(text != NULL ? text : "", "YYYY-MM-DD", &event->dates[event->n_dates], &why) != STATUS_OK)
            fields_refuse(fields, field, "%s", why.text);
        else
            event->n_dates++;
    }
}

static void read_hours(struct fields *fields, struct fact_event *event)
{
    const bool has_from = field_second(fields, "local_from", &event->from_second);
    const bool has_to = field_second(fields, "local_to", &event->to_second);
    if (has_from && !has_to)
        event->to_second = 86400;
}

static const struct word SCOPES[] = {
    {"time", CONSENT_TIME},
    {"employer", CONSENT_EMPLOYER},
    {"work", CONSENT_EMPLOYER},
    {"calls", CONSENT_CALLS},
    {"email", CONSENT_EMAIL},
    {"text", CONSENT_TEXT},
    {"third_party", CONSENT_THIRD_PARTY},
    {"electronic", CONSENT_ELECTRONIC},
    {"email_confirmation", CONSENT_EMAIL_CONFIRMATION},
    {0},
};

/* "calls", "email:E1", "third_party:TP1". */
static void read_scope(struct fields *fields, struct fact_event *event)
{
    const char *text = field_text(fields, "scope");
    int scope = 0;
    if (text == NULL || strcmp(text, "all") == 0) {
        event->flags |= FACT_FLAG_ALL_SCOPES;
        if (event->type == FACT_CONSENT)
            fields_refuse(fields, "scope", "is missing");
        return;
    }
    g_auto(GStrv) parts = g_strsplit(text, ":", 2);
    const char *id = parts[1];
    if (!word_find(SCOPES, parts[0], &scope)) {
        fields_refuse_word(fields, "scope", parts[0], SCOPES);
        return;
    }
    event->scope = (enum consent_scope)scope;
    if (id == NULL)
        return;
    if (event->scope == CONSENT_THIRD_PARTY)
        event->person = fields_person(fields, "scope", id);
    else if (event->scope == CONSENT_EMAIL || event->scope == CONSENT_TEXT)
        event->address = facts_book_find_address(fields->reader->scenario->book, id);
    if (event->person == FACT_NONE && event->address == FACT_NONE)
        fields_refuse(fields, "scope", "'%s' names nobody and no address", text);
}

static void read_consent(struct fields *fields, struct fact_event *event)
{
    const char *given_to = field_text(fields, "given_to");
    read_scope(fields, event);
    set_flag(event, FACT_FLAG_GIVEN_TO_COLLECTOR, g_strcmp0(given_to, "collector") == 0);
    set_flag(event, FACT_FLAG_COMPLIANT, field_bool(fields, "during_compliant_communication", true));
    event->debts = field_debts(fields, "debts");
    read_hours(fields, event);
    read_dates(fields, event, "on_dates");
    if (field_is_there(fields, "on_date"))
        event->n_dates += field_date(fields, "on_date", &event->dates[0]);
}

static void read_revoked(struct fields *fields, struct fact_event *event)
{
    read_scope(fields, event);
    event->debts = field_debts(fields, "debts");
}

static void read_plain(struct fields *fields, struct fact_event *event)
{
    (void)field_text(fields, "scope");
    (void)event;
}

static void read_time(struct fields *fields, struct fact_event *event)
{
    const json_t *days = field_any(fields, "days");
    if (days != NULL && !json_is_array(days))
        fields_refuse(fields, "days", "a list of weekdays is expected");
    for (size_t i = 0; i < json_array_size(days); i++) {
        int bits = 0;
        const char *text = json_string_value(json_array_get(days, i));
        if (text == NULL || !word_find(DAYS, text, &bits))
            fields_refuse_word(fields, "days", text != NULL ? text : "?", DAYS);
        event->days = (uint8_t)(event->days | bits);
    }
    read_hours(fields, event);
    (void)field_date(fields, "until_date", &event->date);
}

static void read_place(struct fields *fields, struct fact_event *event)
{
    event->place = (enum address_place)field_word(fields, "place", WORDS_PLACE, PLACE_NONE);
    (void)field_date(fields, "until_date", &event->date);
}

static void read_attorney_notice(struct fields *fields, struct fact_event *event)
{
    struct fields attorney = fields_open(fields->reader, field_any(fields, "attorney"), "%s.attorney", fields->path);
    event->debts = field_debts(fields, "debts");
    event->person = field_person(&attorney, "id");
    const bool is_known = field_bool(&attorney, "name_address_known", false);
    const bool is_ascertainable = field_bool(&attorney, "readily_ascertainable", false);
    set_flag(event, FACT_FLAG_ATTORNEY_KNOWN, is_known || is_ascertainable);
    fields_skip(&attorney, (const char *const[]){"name", "phone", "address", "email", NULL});
    fields_close(&attorney);
}

static void read_attorney(struct fields *fields, struct fact_event *event)
{
    event->person = field_person(fields, "attorney");
    event->debts = field_debts(fields, "debts");
}

/* A demand of the consumer, through a medium by which his messages are accepted unless it says otherwise. */
static void read_demand(struct fields *fields, struct fact_event *event)
{
    event->debts = field_debts(fields, "debts");
    event->medium = (enum medium)field_word(fields, "medium", WORDS_MEDIUM, MEDIUM_LETTER);
    set_flag(event, FACT_FLAG_WRITTEN,
             field_bool(fields, "written", event->medium != MEDIUM_CALL && event->medium != MEDIUM_IN_PERSON));
    set_flag(event, FACT_FLAG_MEDIUM_REFUSED, !field_bool(fields, "medium_accepted", true));
}

static void read_dispute(struct fields *fields, struct fact_event *event)
{
    static const char *const SUBMITTED[] = {"submitted_on", "mailed_on", "postmarked_on", "postmark", "sent_on"};
    read_demand(fields, event);
    read_flag(fields, event, "substantially_same", FACT_FLAG_SAME);
    read_flag(fields, event, "new_and_material_information", FACT_FLAG_NEW_INFORMATION);
    (void)field_money(fields, "disputed_amount", &event->amount_minor);
    for (size_t i = 0; i < ARRAY_SIZE(SUBMITTED); i++)
        (void)field_date(fields, SUBMITTED[i], &event->date);
}

/* "letter" is all paper, "call" every placed call, "electronic" what is written and not on paper. */
static void read_request(struct fields *fields, struct fact_event *event)
{
    const char *text = field_text(fields, "medium");
    int medium = MEDIUM_CALL;
    if (text == NULL || strcmp(text, "all") == 0)
        event->media = MEDIA_ALL;
    else if (strcmp(text, "electronic") == 0)
        event->media = MEDIA_ELECTRONIC;
    else if (!word_find(WORDS_MEDIUM, text, &medium))
        fields_refuse_word(fields, "medium", text, WORDS_MEDIUM);
    else if ((MEDIA_PHONE & MEDIUM_BIT(medium)) != 0)
        event->media = MEDIA_PHONE;
    else if ((MEDIA_PAPER & MEDIUM_BIT(medium)) != 0)
        event->media = MEDIA_PAPER;
    else
        event->media = MEDIUM_BIT(medium);
    read_address(fields, event);
    event->debts = field_debts(fields, "debts");
    fields_skip(fields, (const char *const[]){"keyword", "per_instructions", NULL});
}

static void read_debts(struct fields *fields, struct fact_event *event)
{
    event->debts = field_debts(fields, "debts");
    event->medium = (enum medium)field_word(fields, "medium", WORDS_MEDIUM, MEDIUM_LETTER);
    read_flag(fields, event, "last_collection_activity", FACT_FLAG_LAST_ACTIVITY);
}

static void read_address_only(struct fields *fields, struct fact_event *event)
{
    read_address(fields, event);
}

/* Where the end of the validation period is not told, it is what the law makes of the day of sending. */
static void read_validation(struct fields *fields, struct fact_event *event)
{
    const int assumed = event->type == FACT_VALIDATION_ORAL ? 0 : LAW_RECEIPT_ASSUMPTION_DAYS;
    read_debts(fields, event);
    read_address(fields, event);
    if (!field_date(fields, "validation_period_end", &event->date))
        event->date = law_validation_period_end(scenario_date(fields->reader->scenario, event->at), assumed,
                                                LAW_HOLIDAYS_STATUTE);
}

/* What comes back is what was sent last, where nothing else is said. */
static bool was_verification_last(const struct scenario *scenario, debt_set debts)
{
    for (guint i = scenario->events->len; i > 0; i--) {
        const struct fact_event *event = &g_array_index(scenario->events, struct fact_event, i - 1);
        const bool is_sent = event->type == FACT_CONTACT_OUT && event->outcome == OUTCOME_SENT;
        if (debts != 0 && event->debts != 0 && (event->debts & debts) == 0)
            continue;
        if (event->type == FACT_VERIFICATION_SENT || event->type == FACT_JUDGMENT_SENT)
            return true;
        if (event->type == FACT_VALIDATION_SENT || is_sent)
            return false;
    }
    return false;
}

static void read_undeliverable(struct fields *fields, struct fact_event *event)
{
    static const struct word STEMS[] = {{"verification|judgment", 1}, {"", 0}, {0}};
    const char *of = field_text(fields, "of");
    int is_of_verification = 0;
    read_debts(fields, event);
    read_address(fields, event);
    if (of != NULL)
        (void)word_find_like(STEMS, of, &is_of_verification);
    else
        is_of_verification = was_verification_last(fields->reader->scenario, event->debts);
    set_flag(event, FACT_FLAG_OF_VERIFICATION, is_of_verification == 1);
}

static void read_duplicative_notice(struct fields *fields, struct fact_event *event)
{
    read_debts(fields, event);
    const bool states_reasons = field_bool(fields, "states_reasons", true);
    const bool refers = field_bool(fields, "refers_to_earlier_response", true);
    set_flag(event, FACT_FLAG_NOTICE_COMPLETE, states_reasons && refers);
}

static void read_tcpa(struct fields *fields, struct fact_event *event)
{
    read_address(fields, event);
    (void)field_text(fields, "scope");
    (void)field_text(fields, "given_to");
    (void)field_text(fields, "medium");
    event->debts = field_debts(fields, "debts");
    if (event->type == FACT_TCPA_REVOCATION)
        event->date = law_tcpa_revocation_deadline(scenario_date(fields->reader->scenario, event->at));
}

/* Whatever else is said of a procedure, item by item, is a condition of it: one that does not hold spoils it. */
static bool lacks_anything(struct fields *fields)
{
    const char *name;
    json_t *value;
    void *next;
    bool lacks = false;
    json_object_foreach_safe(fields->rest, next, name, value)
    {
        if (!json_is_boolean(value))
            continue;
        lacks = lacks || json_is_false(value);
        (void)json_object_del(fields->rest, name);
    }
    return lacks;
}

/* 1006.6(d)(4)(ii): the creditor obtained and used the address, and told of the transfer with six items. */
static void read_creditor_notice(struct fields *fields, struct fact_event *event)
{
    read_address(fields, event);
    const bool has_deadline = field_date(fields, "opt_out_deadline", &event->date);
    const bool is_opted_out = field_bool(fields, "opted_out", false);
    set_flag(event, FACT_FLAG_INCOMPLETE, lacks_anything(fields) || is_opted_out || !has_deadline);
}

/* (iii): obtained by a prior collector under (i) or (ii), and used by the one immediately before. */
static void read_prior_use(struct fields *fields, struct fact_event *event)
{
    const char *under = field_text(fields, "obtained_under");
    const bool is_as_said = under != NULL && (strcmp(under, "6(d)(4)(i)") == 0 || strcmp(under, "6(d)(4)(ii)") == 0);
    read_address(fields, event);
    read_flag(fields, event, "immediately_prior", FACT_FLAG_IMMEDIATELY_PRIOR);
    read_flag(fields, event, "opted_out", FACT_FLAG_OPTED_OUT);
    (void)field_text(fields, "collector");
    set_flag(event, FACT_FLAG_COMPLIANT, is_as_said && !lacks_anything(fields));
}

static void read_number_check(struct fields *fields, struct fact_event *event)
{
    read_address(fields, event);
    static const struct word RESULTS[] = {{"no", 0}, {"yes", 1}, {"no_data", 2}, {0}};
    (void)field_date(fields, "since", &event->date);
    read_flag(fields, event, "reassigned", FACT_FLAG_REASSIGNED);
    const int result = field_word(fields, "result", RESULTS, 0);
    set_flag(event, FACT_FLAG_REASSIGNED, (event->flags & FACT_FLAG_REASSIGNED) != 0 || result == 1);
    set_flag(event, FACT_FLAG_INCOMPLETE, !field_bool(fields, "complete_and_accurate", true) || result == 2);
}

static void read_about_person(struct fields *fields, struct fact_event *event)
{
    event->person = field_person(fields, "person");
    read_flag(fields, event, "now_has_correct_information", FACT_FLAG_HAS_INFORMATION);
}

static void read_payment(struct fields *fields, struct fact_event *event)
{
    read_debts(fields, event);
    (void)field_money(fields, "amount", &event->amount_minor);
    read_flag(fields, event, "paid_in_full", FACT_FLAG_IN_FULL);
    read_flag(fields, event, "settles", FACT_FLAG_SETTLES);
    read_flag(fields, event, "settled", FACT_FLAG_SETTLES);
}

static void read_postdated(struct fields *fields, struct fact_event *event)
{
    event->debts = field_debts(fields, "debts");
    (void)field_date(fields, "dated", &event->date);
    (void)field_money(fields, "amount", &event->amount_minor);
}

static void read_notice(struct fields *fields, struct fact_event *event)
{
    event->debts = field_debts(fields, "debts");
    set_flag(event, FACT_FLAG_WRITTEN, field_bool(fields, "written", true));
    (void)field_money(fields, "amount", &event->amount_minor);
    (void)field_word(fields, "medium", WORDS_MEDIUM, MEDIUM_LETTER);
}

static void read_return(struct fields *fields, struct fact_event *event)
{
    const char *code = field_text(fields, "code");
    gint64 number = 0;
    event->debts = field_debts(fields, "debts");
    if (code == NULL || code[0] != 'R' || !g_ascii_string_to_signed(code + 1, 10, 1, 99, &number, NULL))
        fields_refuse(fields, "code", "a return code such as R01 is expected");
    event->code = (uint8_t)number;
}

static void read_entry(struct fields *fields, struct fact_event *event)
{
    event->debts = field_debts(fields, "debts");
    (void)field_money(fields, "amount", &event->amount_minor);
}

/* clang-format off */
static const struct event_kind KINDS[] = {
    {"call_out", FACT_CONTACT_OUT, 0, read_call_out, MEDIUM_CALL},
    {"call_in", FACT_CONTACT_IN, FACT_FLAG_ABOUT_DEBT, read_contact_in, MEDIUM_CALL},
    {"ringless_voicemail_out", FACT_CONTACT_OUT, 0, read_call_out, MEDIUM_RINGLESS},
    {"text_out", FACT_CONTACT_OUT, 0, read_message_out, MEDIUM_TEXT},
    {"text_in", FACT_CONTACT_IN, FACT_FLAG_ABOUT_DEBT, read_contact_in, MEDIUM_TEXT},
    {"email_out", FACT_CONTACT_OUT, 0, read_message_out, MEDIUM_EMAIL},
    {"email_in", FACT_CONTACT_IN, FACT_FLAG_ABOUT_DEBT, read_contact_in, MEDIUM_EMAIL},
    {"letter_out", FACT_CONTACT_OUT, 0, read_message_out, MEDIUM_LETTER},
    {"letter_in", FACT_CONTACT_IN, FACT_FLAG_ABOUT_DEBT, read_contact_in, MEDIUM_LETTER},
    {"social_out", FACT_CONTACT_OUT, 0, read_message_out, MEDIUM_SOCIAL},
    {"social_in", FACT_CONTACT_IN, FACT_FLAG_ABOUT_DEBT, read_contact_in, MEDIUM_SOCIAL},
    {"portal_out", FACT_CONTACT_OUT, 0, read_message_out, MEDIUM_PORTAL},
    {"portal_message_out", FACT_CONTACT_OUT, 0, read_message_out, MEDIUM_PORTAL},
    {"portal_in", FACT_CONTACT_IN, FACT_FLAG_ABOUT_DEBT, read_contact_in, MEDIUM_PORTAL},
    {"portal_message_in", FACT_CONTACT_IN, FACT_FLAG_ABOUT_DEBT, read_contact_in, MEDIUM_PORTAL},
    {"fax_out", FACT_CONTACT_OUT, 0, read_message_out, MEDIUM_FAX},
    {"consent", FACT_CONSENT, 0, read_consent, MEDIUM_LETTER},
    {"consent_revoked", FACT_CONSENT_REVOKED, 0, read_revoked, MEDIUM_LETTER},
    {"court_permission", FACT_COURT_PERMISSION, 0, read_plain, MEDIUM_LETTER},
    {"inconvenient_time", FACT_INCONVENIENT_TIME, 0, read_time, MEDIUM_LETTER},
    {"convenient_time_only", FACT_INCONVENIENT_TIME, FACT_FLAG_ONLY, read_time, MEDIUM_LETTER},
    {"inconvenient_place", FACT_INCONVENIENT_PLACE, 0, read_place, MEDIUM_LETTER},
    {"designation_rescinded", FACT_DESIGNATION_RESCINDED, 0, read_place, MEDIUM_LETTER},
    {"attorney_notice", FACT_ATTORNEY_NOTICE, 0, read_attorney_notice, MEDIUM_LETTER},
    {"attorney_ended", FACT_ATTORNEY_ENDED, 0, read_attorney, MEDIUM_LETTER},
    {"attorney_consents_direct_contact", FACT_ATTORNEY_CONSENTS, 0, read_attorney, MEDIUM_LETTER},
    {"attorney_unresponsive_determined", FACT_ATTORNEY_UNRESPONSIVE, 0, read_attorney, MEDIUM_LETTER},
    {"employer_prohibits", FACT_EMPLOYER_PROHIBITS, 0, read_plain, MEDIUM_LETTER},
    {"employer_permits", FACT_EMPLOYER_PROHIBITS, FACT_FLAG_RESCINDED, read_plain, MEDIUM_LETTER},
    {"cease_mailed", FACT_CEASE_MAILED, 0, read_demand, MEDIUM_LETTER},
    {"cease_received", FACT_CEASE_RECEIVED, 0, read_demand, MEDIUM_LETTER},
    {"cease_withdrawn", FACT_CEASE_WITHDRAWN, 0, read_demand, MEDIUM_LETTER},
    {"refuse_to_pay_received", FACT_REFUSE_TO_PAY, 0, read_demand, MEDIUM_LETTER},
    {"media_request", FACT_MEDIA_REQUEST, 0, read_request, MEDIUM_LETTER},
    {"media_request_withdrawn", FACT_MEDIA_REQUEST, FACT_FLAG_WITHDRAWN, read_request, MEDIUM_LETTER},
    {"opt_out", FACT_OPT_OUT, 0, read_request, MEDIUM_LETTER},
    {"opt_in", FACT_OPT_OUT, FACT_FLAG_WITHDRAWN, read_request, MEDIUM_LETTER},
    {"portal_session_start", FACT_SESSION_START, 0, read_plain, MEDIUM_LETTER},
    {"portal_session_end", FACT_SESSION_END, 0, read_plain, MEDIUM_LETTER},
    {"portal_payment", FACT_PORTAL_PAYMENT, 0, read_payment, MEDIUM_LETTER},
    {"wrong_number_learned", FACT_WRONG_NUMBER, 0, read_address_only, MEDIUM_LETTER},
    {"prohibited_disclosure_reported", FACT_DISCLOSED, 0, read_address_only, MEDIUM_LETTER},
    {"third_party_disclosure_reported", FACT_DISCLOSED, 0, read_address_only, MEDIUM_LETTER},
    {"disclosure_reported", FACT_DISCLOSED, 0, read_address_only, MEDIUM_LETTER},
    {"validation_notice_sent", FACT_VALIDATION_SENT, 0, read_validation, MEDIUM_LETTER},
    {"validation_information_oral", FACT_VALIDATION_ORAL, 0, read_validation, MEDIUM_LETTER},
    {"undeliverable_notice", FACT_UNDELIVERABLE, 0, read_undeliverable, MEDIUM_LETTER},
    {"dispute_received", FACT_DISPUTE, 0, read_dispute, MEDIUM_LETTER},
    {"dispute_withdrawn", FACT_DISPUTE_WITHDRAWN, 0, read_debts, MEDIUM_LETTER},
    {"verification_sent", FACT_VERIFICATION_SENT, 0, read_debts, MEDIUM_LETTER},
    {"judgment_copy_sent", FACT_JUDGMENT_SENT, 0, read_debts, MEDIUM_LETTER},
    {"duplicative_notice_sent", FACT_DUPLICATIVE_NOTICE, 0, read_duplicative_notice, MEDIUM_LETTER},
    {"original_creditor_request_received", FACT_CREDITOR_REQUEST, 0, read_dispute, MEDIUM_LETTER},
    {"original_creditor_info_sent", FACT_CREDITOR_INFO_SENT, 0, read_debts, MEDIUM_LETTER},
    {"same_creditor_notice_sent", FACT_SAME_CREDITOR_NOTICE, 0, read_debts, MEDIUM_LETTER},
    {"substantiation_request_received", FACT_SUBSTANTIATION_REQUEST, 0, read_demand, MEDIUM_LETTER},
    {"substantiation_sent", FACT_SUBSTANTIATION_SENT, 0, read_debts, MEDIUM_LETTER},
    {"bankruptcy_filed", FACT_BANKRUPTCY_FILED, 0, read_debts, MEDIUM_LETTER},
    {"bankruptcy_dismissed", FACT_BANKRUPTCY_DISMISSED, 0, read_debts, MEDIUM_LETTER},
    {"bankruptcy_closed", FACT_BANKRUPTCY_CLOSED, 0, read_debts, MEDIUM_LETTER},
    {"bankruptcy_stay_lifted", FACT_STAY_RELIEVED, 0, read_debts, MEDIUM_LETTER},
    {"stay_lifted", FACT_STAY_RELIEVED, 0, read_debts, MEDIUM_LETTER},
    {"relief_from_stay", FACT_STAY_RELIEVED, 0, read_debts, MEDIUM_LETTER},
    {"stay_relief_granted", FACT_STAY_RELIEVED, 0, read_debts, MEDIUM_LETTER},
    {"bankruptcy_discharged", FACT_BANKRUPTCY_DISCHARGED, 0, read_debts, MEDIUM_LETTER},
    {"debt_reaffirmed", FACT_REAFFIRMED, 0, read_debts, MEDIUM_LETTER},
    {"reaffirmation_agreement", FACT_REAFFIRMED, 0, read_debts, MEDIUM_LETTER},
    {"tcpa_consent", FACT_TCPA_CONSENT, 0, read_tcpa, MEDIUM_LETTER},
    {"tcpa_revocation", FACT_TCPA_REVOCATION, 0, read_tcpa, MEDIUM_LETTER},
    {"tcpa_exempt_call_opt_out", FACT_TCPA_EXEMPT_OPT_OUT, 0, read_tcpa, MEDIUM_LETTER},
    {"creditor_email_notice", FACT_CREDITOR_EMAIL_NOTICE, 0, read_creditor_notice, MEDIUM_LETTER},
    {"prior_collector_email_use", FACT_PRIOR_COLLECTOR_USE, 0, read_prior_use, MEDIUM_LETTER},
    {"reassigned_db_check", FACT_NUMBER_CHECK, 0, read_number_check, MEDIUM_LETTER},
    {"callback_requested_by", FACT_CALLBACK_REQUESTED, 0, read_about_person, MEDIUM_LETTER},
    {"earlier_response_believed_erroneous", FACT_ANSWER_DOUBTED, 0, read_about_person, MEDIUM_LETTER},
    {"earlier_response_believed_incomplete", FACT_ANSWER_DOUBTED, 0, read_about_person, MEDIUM_LETTER},
    {"nv_medical_notice_sent", FACT_MEDICAL_NOTICE, 0, read_debts, MEDIUM_LETTER},
    {"furnished", FACT_FURNISHED, 0, read_debts, MEDIUM_LETTER},
    {"payment_received", FACT_PAYMENT, 0, read_payment, MEDIUM_LETTER},
    {"collection_activity", FACT_ACTIVITY, 0, read_debts, MEDIUM_LETTER},
    {"charged_off", FACT_CHARGED_OFF, 0, read_debts, MEDIUM_LETTER},
    {"postdated_instrument_received", FACT_POSTDATED_RECEIVED, 0, read_postdated, MEDIUM_LETTER},
    {"postdated_deposit_notice", FACT_POSTDATED_NOTICE, 0, read_notice, MEDIUM_LETTER},
    {"ach_return", FACT_ACH_RETURN, 0, read_return, MEDIUM_LETTER},
    {"ach_reinitiated", FACT_ACH_REINITIATED, 0, read_entry, MEDIUM_LETTER},
    {"ach_reauthorized", FACT_ACH_REAUTHORIZED, 0, read_entry, MEDIUM_LETTER},
    {"ach_new_authorization", FACT_ACH_REAUTHORIZED, 0, read_entry, MEDIUM_LETTER},
    {"receiver_reauthorized", FACT_ACH_REAUTHORIZED, 0, read_entry, MEDIUM_LETTER},
    {"ach_cause_remedied", FACT_ACH_REMEDIED, 0, read_entry, MEDIUM_LETTER},
    {"ach_return_cause_remedied", FACT_ACH_REMEDIED, 0, read_entry, MEDIUM_LETTER},
    {"varying_amount_notice_sent", FACT_VARYING_NOTICE, 0, read_notice, MEDIUM_LETTER},
    {0},
};
/* clang-format on */

static const struct event_kind *find_kind(struct fields *fields)
{
    const char *type = field_text(fields, "type");
    for (const struct event_kind *kind = KINDS; type != NULL && kind->name != NULL; kind++)
        if (strcmp(kind->name, type) == 0)
            return kind;
    struct word names[ARRAY_SIZE(KINDS)] = {0};
    for (size_t i = 0; KINDS[i].name != NULL; i++)
        names[i] = (struct word){KINDS[i].name, 0};
    fields_refuse_word(fields, "type", type != NULL ? type : "", names);
    return NULL;
}

/* Words that are an opt-out wherever they stand alone (47 CFR 64.1200(a)(10); CFPB FAQ on 1006.6(e)). */
static bool says_stop(struct fields *fields)
{
    static const char *const WORDS[] = {"stop",   "stopall", "quit",   "end",         "revoke", "opt out",
                                        "optout", "opt-out", "cancel", "unsubscribe", NULL};
    const char *text = field_text(fields, "text");
    if (text == NULL)
        return false;
    g_autofree char *word = g_ascii_strdown(text, -1);
    g_strstrip(g_strdelimit(word, ".!\"", ' '));
    return g_strv_contains(WORDS, word);
}

static void add_opt_out(struct scenario *scenario, const struct fact_event *message)
{
    struct fact_event event = fact_event_plain(FACT_OPT_OUT, message->at);
    event.media = MEDIUM_BIT(message->medium);
    event.address = message->address;
    g_array_append_val(scenario->events, event);
    if (message->medium != MEDIUM_TEXT)
        return;
    event = fact_event_plain(FACT_TCPA_REVOCATION, message->at);
    event.address = message->address;
    event.date = law_tcpa_revocation_deadline(scenario_date(scenario, message->at));
    g_array_append_val(scenario->events, event);
}

static void read_event(struct fields *fields, struct instant *last)
{
    struct scenario *scenario = fields->reader->scenario;
    struct instant at = {0};
    const struct event_kind *kind = find_kind(fields);
    if (!field_instant(fields, "at", &at))
        fields_refuse(fields, "at", "is missing");
    else if (at.us < last->us)
        fields_refuse(fields, "at", "the event before it is later");
    if (fields->reader->status != STATUS_OK || kind == NULL)
        return;
    struct fact_event event = fact_event_plain(kind->type, at);
    event.flags |= kind->flags;
    event.medium = kind->medium;
    kind->read(fields, &event);
    const bool is_stop = event.type == FACT_CONTACT_IN && event.address != FACT_NONE && says_stop(fields);
    fields_skip(fields, FOR_PEOPLE);
    if (is_stop)
        add_opt_out(scenario, &event); /* and nothing that could be answered */
    else
        g_array_append_val(scenario->events, event);
    *last = at;
}

void scenario_read_history(struct scenario_reader *reader, json_t *history)
{
    struct instant last = {INT64_MIN};
    for (size_t i = 0; i < json_array_size(history); i++) {
        struct fields fields = fields_open(reader, json_array_get(history, i), "facts.history[%zu]", i);
        read_event(&fields, &last);
        fields_close(&fields);
    }
}
