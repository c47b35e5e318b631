#include <string.h>

#include <glib.h>

#include "scenario_fields.h"

/* The question: what somebody would do, and what he says of it. */

enum { COMPUTE = ACTION_COUNT };
static const struct word ACTIONS[] = {
    {"contact", ACTION_CONTACT},
    {"furnish", ACTION_FURNISH},
    {"sell_debt", ACTION_SELL},
    {"place_debt", ACTION_PLACE},
    {"transfer_debt", ACTION_SELL},
    {"send_debt_data", ACTION_SEND_DATA},
    {"apply_payment", ACTION_APPLY_PAYMENT},
    {"assess_fee", ACTION_ASSESS_FEE},
    {"deposit_instrument", ACTION_DEPOSIT},
    {"file_suit", ACTION_FILE_SUIT},
    {"threaten_suit", ACTION_THREATEN_SUIT},
    {"file_bankruptcy_proof_of_claim", ACTION_PROOF_OF_CLAIM},
    {"file_proof_of_claim", ACTION_PROOF_OF_CLAIM},
    {"collect", ACTION_COLLECT},
    {"send_validation_notice", ACTION_SEND_VALIDATION},
    {"omit_validation_notice", ACTION_OMIT_VALIDATION},
    {"check_validation_notice", ACTION_CHECK_VALIDATION},
    {"delete_records", ACTION_DELETE_RECORDS},
    {"delete_recording", ACTION_DELETE_RECORDS},
    {"ach_reinitiate", ACTION_ACH_REINITIATE},
    {"preauthorized_debit", ACTION_PREAUTHORIZED_DEBIT},
    {"compute", COMPUTE},
    {"classify", COMPUTE},
    {0},
};

/* Stems of what people write there; anything else is no justification. */
static const struct word JUSTIFICATIONS[] = {
    {"discount|one_time|self", JUSTIFICATION_SELF_MADE},
    {"legally_required|required_by_law", JUSTIFICATION_LEGALLY_REQUIRED},
    {"litigation|court", JUSTIFICATION_LITIGATION},
    {"consumer_request|requested|request", JUSTIFICATION_CONSUMER_REQUEST},
    {"external|settlement|dropped|late_fee|negative|time_critical", JUSTIFICATION_EXTERNAL_EFFECT},
    {0},
};

static const struct word VENUES[] = {
    {"property", VENUE_REAL_PROPERTY},
    {"sign|contract", VENUE_CONTRACT_SIGNED},
    {"consumer|resid", VENUE_CONSUMER_RESIDENCE},
    {"", VENUE_OTHER}, /* every other place */
    {0},
};

static const struct word RECIPIENTS[] = {
    {"check", RECIPIENT_CHECK_HISTORY_CRA},
    {"cra|reporting|bureau", RECIPIENT_CRA},
    {"securit|pledge|trust", RECIPIENT_SECURITIZATION},
    {"merge|acqui|successor", RECIPIENT_MERGER},
    {"owner|creditor", RECIPIENT_OWNER},
    {"buyer|purchaser", RECIPIENT_BUYER},
    {"agency|collector", RECIPIENT_AGENCY},
    {0},
};

/* Yes-or-no statements; those marked so say the opposite of the claim. */
static const struct {
    const char *field;
    enum claim claim;
    bool is_opposite;
} CLAIMS[] = {
    {"opt_out_notice", CLAIM_OPT_OUT_NOTICE, false},
    {"opt_out_fee", CLAIM_OPT_OUT_FEE, false},
    {"opt_out_requires_fee", CLAIM_OPT_OUT_FEE, false},
    {"opt_out_charges_fee", CLAIM_OPT_OUT_FEE, false},
    {"opt_out_requires_extra_data", CLAIM_OPT_OUT_ASKS_DATA, false},
    {"opt_out_requires_information", CLAIM_OPT_OUT_ASKS_DATA, false},
    {"opt_out_requires_other_information", CLAIM_OPT_OUT_ASKS_DATA, false},
    {"opt_out_asks_extra_data", CLAIM_OPT_OUT_ASKS_DATA, false},
    {"first_communication", CLAIM_FIRST_COMMUNICATION, false},
    {"initial_communication", CLAIM_FIRST_COMMUNICATION, false},
    {"first_written_communication", CLAIM_FIRST_WRITTEN, false},
    {"first_written", CLAIM_FIRST_WRITTEN, false},
    {"meaningful_identity", CLAIM_IDENTIFIES, false},
    {"identifies_caller", CLAIM_IDENTIFIES, false},
    {"discloses_identity", CLAIM_IDENTIFIES, false},
    {"envelope_reveals_collection", CLAIM_ENVELOPE_REVEALS, false},
    {"confirmation_only", CLAIM_CONFIRMATION_ONLY, false},
    {"contains_only_confirmation", CLAIM_CONFIRMATION_ONLY, false},
    {"only_confirmation", CLAIM_CONFIRMATION_ONLY, false},
    {"contains_other_content", CLAIM_CONFIRMATION_ONLY, true},
    {"automated", CLAIM_AUTOMATED, false},
    {"identifies_self_by_name", CLAIM_IDENTIFIES_BY_NAME, false},
    {"states_confirming_location", CLAIM_STATES_LOCATION, false},
    {"names_employer", CLAIM_NAMES_EMPLOYER, false},
    {"employer_expressly_requested", CLAIM_EMPLOYER_ASKED, false},
    {"employer_requested", CLAIM_EMPLOYER_ASKED, false},
    {"employer_asked", CLAIM_EMPLOYER_ASKED, false},
    {"expressly_requested", CLAIM_EMPLOYER_ASKED, false},
    {"person_asked_for_employer", CLAIM_EMPLOYER_ASKED, false},
    {"states_debt", CLAIM_STATES_DEBT, false},
    {"states_consumer_owes_debt", CLAIM_STATES_DEBT, false},
    {"mentions_debt", CLAIM_STATES_DEBT, false},
    {"reveals_collection", CLAIM_REVEALS_COLLECTION, false},
    {"language_or_symbol_indicates_debt", CLAIM_REVEALS_COLLECTION, false},
    {"indicates_debt_collection", CLAIM_REVEALS_COLLECTION, false},
    {"overshadows", CLAIM_OVERSHADOWS, false},
    {"overshadows_rights", CLAIM_OVERSHADOWS, false},
    {"threatens_suit", CLAIM_THREATENS_SUIT, false},
    {"threatens_legal_action", CLAIM_THREATENS_SUIT, false},
    {"as_disputed", CLAIM_AS_DISPUTED, false},
    {"communicates_as_disputed", CLAIM_AS_DISPUTED, false},
    {"communicated_as_disputed", CLAIM_AS_DISPUTED, false},
    {"reported_as_disputed", CLAIM_AS_DISPUTED, false},
    {"marked_disputed", CLAIM_AS_DISPUTED, false},
    {"disputed_flag", CLAIM_AS_DISPUTED, false},
    {"includes_dispute_notice", CLAIM_AS_DISPUTED, false},
    {"dispute_notice", CLAIM_AS_DISPUTED, false},
    {"reports_credit_information", CLAIM_REPORTS_CREDIT, false},
    {"esign_consent", CLAIM_ESIGN_CONSENT, false},
    {"e_sign_consent", CLAIM_ESIGN_CONSENT, false},
    {"authorized_by_agreement", CLAIM_AUTHORIZED, false},
    {"permitted_by_law", CLAIM_PERMITTED_BY_LAW, false},
    {"real_property", CLAIM_REAL_PROPERTY, false},
    {"enforces_interest_in_real_property", CLAIM_REAL_PROPERTY, false},
    {"enforces_real_property_interest", CLAIM_REAL_PROPERTY, false},
    {"real_property_action", CLAIM_REAL_PROPERTY, false},
    {"notifies_discharge", CLAIM_NOTIFIES_DISCHARGE, false},
    {"written_authorization", CLAIM_WRITTEN_AUTHORIZATION, false},
    {"copy_provided", CLAIM_COPY_PROVIDED, false},
    {"copy_given_to_consumer", CLAIM_COPY_PROVIDED, false},
    {"copy_to_consumer", CLAIM_COPY_PROVIDED, false},
    {"reauthorized", CLAIM_REAUTHORIZED, false},
    {"new_authorization", CLAIM_REAUTHORIZED, false},
    {"receiver_authorized_again", CLAIM_REAUTHORIZED, false},
    {"corrected", CLAIM_CORRECTED, false},
    {"corrected_entry", CLAIM_CORRECTED, false},
    {"cause_remedied", CLAIM_REMEDIED, false},
    {"remedied", CLAIM_REMEDIED, false},
    {"part_of_proceeding", CLAIM_PART_OF_PROCEEDING, false},
    {"single_debt", CLAIM_SINGLE_DEBT, false},
    {"consumer_financial_product", CLAIM_FINANCIAL_PRODUCT, false},
    {"permanent_copy", CLAIM_PERMANENT_COPY, false},
    {"keepable", CLAIM_PERMANENT_COPY, false},
    {"retainable", CLAIM_PERMANENT_COPY, false},
};

/* Statements that others word otherwise: every stem group of a row must stand in the field's name. */
static const struct {
    const char *first, *second;
    enum claim claim;
} ALIKE[] = {
    {"opt_out", "fee|charge|cost", CLAIM_OPT_OUT_FEE},
    {"opt_out", "requir|extra|additional|personal", CLAIM_OPT_OUT_ASKS_DATA},
    {"employer", "request|ask|express", CLAIM_EMPLOYER_ASKED},
    {"debt", "states|mention|reveal|owe|refers", CLAIM_STATES_DEBT},
    {"symbol|language|postcard", "debt|collect|symbol", CLAIM_REVEALS_COLLECTION},
    {"envelope", "debt|collect|reveal|symbol|other", CLAIM_ENVELOPE_REVEALS},
    {"identi", "meaningful|caller|collector", CLAIM_IDENTIFIES},
    {"disput", "as_|flag|notice|notes|report|communicat", CLAIM_AS_DISPUTED},
    {"real_property", "", CLAIM_REAL_PROPERTY},
    {"sign", "e_sign|esign|e-sign", CLAIM_ESIGN_CONSENT},
    {"copy", "consumer|provided|given|sent", CLAIM_COPY_PROVIDED},
    {"authoriz", "new|again|later|subsequent|reauth", CLAIM_REAUTHORIZED},
    {"written", "authoriz", CLAIM_WRITTEN_AUTHORIZATION},
    {"corrected", "", CLAIM_CORRECTED},
    {"remed", "", CLAIM_REMEDIED},
    {"discharge", "notif|told|inform", CLAIM_NOTIFIES_DISCHARGE},
    {"overshadow", "", CLAIM_OVERSHADOWS},
    {"threat", "", CLAIM_THREATENS_SUIT},
};

/* "copy_not_provided" says the opposite of what its stems say: it is left to be refused. */
static bool is_negated(const char *name)
{
    static const char *const NEGATIONS[] = {"no", "not", "non", "never", "without", "lacks", "missing", "un", NULL};
    g_auto(GStrv) words = g_strsplit_set(name, "_- ", -1);
    for (size_t i = 0; words[i] != NULL; i++)
        if (g_strv_contains(NEGATIONS, words[i]))
            return true;
    return false;
}

static void read_alike(struct fields *fields, struct question *question)
{
    for (size_t i = 0; i < ARRAY_SIZE(ALIKE); i++) {
        const char *name = field_like(fields, ALIKE[i].first);
        const struct word second[] = {{ALIKE[i].second, 0}, {0}};
        int found;
        if (name == NULL || is_negated(name) || !json_is_boolean(json_object_get(fields->rest, name)) ||
            !word_find_like(second, name, &found))
            continue;
        g_autofree char *kept = g_strdup(name);
        question_claim(question, ALIKE[i].claim, field_bool(fields, kept, false));
    }
}

static void read_claims(struct fields *fields, struct question *question)
{
    for (size_t i = 0; i < ARRAY_SIZE(CLAIMS); i++)
        if (field_is_there(fields, CLAIMS[i].field))
            question_claim(question, CLAIMS[i].claim,
                           field_bool(fields, CLAIMS[i].field, false) != CLAIMS[i].is_opposite);
    read_alike(fields, question);
}

/* Disclosures by what they say: of the attempt and the use of information, of who writes. */
static void read_disclosures(struct fields *fields, struct question *question)
{
    const json_t *list = field_any(fields, "disclosures");
    if (list == NULL)
        return;
    if (!json_is_array(list))
        fields_refuse(fields, "disclosures", "a list is expected");
    question_claim(question, CLAIM_DISCLOSURES, true);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        if (word == NULL)
            fields_refuse(fields, "disclosures", "a list of texts is expected");
        else if (strcmp(word, "attempt_to_collect_and_information_used") == 0 || strcmp(word, "full") == 0 ||
                 strcmp(word, "mini_miranda") == 0)
            question_claim(question, CLAIM_DISCLOSES_FULL, true);
        else if (strstr(word, "debt_collector") != NULL)
            question_claim(question, CLAIM_DISCLOSES_COLLECTOR, true);
        else if (strcmp(word, "meaningful_identity") == 0)
            question_claim(question, CLAIM_IDENTIFIES, true);
        else if (strcmp(word, "attempt_to_collect") != 0 && strcmp(word, "information_used") != 0 &&
                 strcmp(word, "none") != 0)
            fields_refuse(fields, "disclosures", "'%s' is no disclosure known here", word);
    }
}

static void read_visibility(struct fields *fields, struct question *question)
{
    static const struct word WORDS[] = {
        {"private", 0}, {"private_message", 0}, {"direct", 0},  {"consumer_only", 0}, {"recipient_only", 0},
        {"public", 1},  {"contacts", 1},        {"friends", 1}, {"followers", 1},     {0}};
    if (field_is_there(fields, "visibility"))
        question_claim(question, CLAIM_VISIBLE_TO_OTHERS, field_word(fields, "visibility", WORDS, 1) == 1);
}

/* What stands on an envelope, beside addresses, a neutral name and the post's marks. */
static void read_envelope(struct fields *fields, struct question *question)
{
    static const char *const HARMLESS[] = {"address",
                                           "addresses",
                                           "return_address",
                                           "collector_address",
                                           "consumer_address",
                                           "neutral_business_name",
                                           "neutral_name",
                                           "business_name",
                                           "postal_markings",
                                           "postal_marking",
                                           "postage",
                                           "window",
                                           "plain",
                                           NULL};
    const json_t *value = field_any(fields, "envelope");
    bool reveals = false;
    if (value == NULL)
        return;
    const size_t n = json_is_array(value) ? json_array_size(value) : 1;
    for (size_t i = 0; i < n; i++) {
        const char *word = json_string_value(json_is_array(value) ? json_array_get(value, i) : value);
        if (word == NULL)
            fields_refuse(fields, "envelope", "a list of what stands on it is expected");
        else if (!g_strv_contains(HARMLESS, word))
            reveals = true;
    }
    question_claim(question, CLAIM_ENVELOPE_REVEALS, reveals);
}

static void read_content(struct fields *fields, struct question *question)
{
    struct fields content = fields_open(fields->reader, field_any(fields, "content"), "question.content");
    read_claims(&content, question);
    read_disclosures(&content, question);
    fields_skip(&content, (const char *const[]){"text", "subject", "language", "note", NULL});
    fields_close(&content);
}

/* An event that the question continues or answers; the same medium is what makes it an answer. */
static bool refers_to(struct fields *fields, const char *field, enum medium medium)
{
    const GArray *events = fields->reader->scenario->events;
    struct instant at;
    if (!field_instant(fields, field, &at))
        return false;
    for (guint i = 0; i < events->len; i++) {
        const struct fact_event *event = &g_array_index(events, struct fact_event, i);
        if (event->at.us == at.us && event->type == FACT_CONTACT_IN)
            return event->medium == medium;
        if (event->at.us == at.us && event->type == FACT_OPT_OUT)
            return false; /* "STOP" asks for no answer */
    }
    fields_refuse(fields, field, "no message or call of the consumer has that instant");
    return false;
}

static void read_mechanism(struct fields *fields, struct question *question)
{
    static const struct word WORDS[] = {{"hyperlink", 0},
                                        {"link", 0},
                                        {"reply_stop", 0},
                                        {"reply_word", 0},
                                        {"reply", 0},
                                        {"reply_keyword", 0},
                                        {"unsubscribe_link", 0},
                                        {"fee", 1},
                                        {"paid", 1},
                                        {"account_login", 2},
                                        {"login", 2},
                                        {"form_with_personal_data", 2},
                                        {"call", 2},
                                        {"letter", 2},
                                        {"mail", 2},
                                        {0}};
    const int kind = field_word(fields, "opt_out_mechanism", WORDS, 0);
    if (kind == 1)
        question_claim(question, CLAIM_OPT_OUT_FEE, true);
    if (kind == 2)
        question_claim(question, CLAIM_OPT_OUT_ASKS_DATA, true);
}

static void read_address(struct fields *fields, struct question *question)
{
    static const char *const NAMES[] = {"phone", "email", "address"};
    for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++)
        if (field_is_there(fields, NAMES[i]))
            question->address = field_address(fields, NAMES[i]);
}

static void read_justification(struct fields *fields, struct question *question)
{
    static const char *const NAMES[] = {"justification",   "rebuttal", "rebuttal_factor", "rebuttal_reason",
                                        "override_reason", "reason",   "circumstance",    "circumstances"};
    for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
        const char *text = field_text(fields, NAMES[i]);
        int justification = JUSTIFICATION_NONE;
        if (text != NULL && word_find_like(JUSTIFICATIONS, text, &justification))
            question->justification = (enum justification)justification;
    }
}

static void read_contact(struct fields *fields, struct question *question)
{
    question->medium = (enum medium)field_word(fields, "channel", WORDS_MEDIUM, MEDIUM_CALL);
    question->technology = (enum technology)field_word(fields, "technology", WORDS_TECHNOLOGY, TECHNOLOGY_MANUAL);
    question->purpose = (enum purpose)field_word(fields, "purpose", WORDS_PURPOSE, PURPOSE_COLLECTION);
    read_address(fields, question);
    if (field_is_there(fields, "to"))
        question->person = field_person(fields, "to");
    read_disclosures(fields, question);
    read_visibility(fields, question);
    read_envelope(fields, question);
    read_mechanism(fields, question);
    read_content(fields, question);
    if (field_is_there(fields, "in_reply_to") && refers_to(fields, "in_reply_to", question->medium))
        question_claim(question, CLAIM_REPLY, true);
    if (field_is_there(fields, "continuation_of") && refers_to(fields, "continuation_of", question->medium))
        question_claim(question, CLAIM_CONTINUES_CALL, true);
    read_justification(fields, question);
    (void)field_date(fields, "payment_demanded_by", &question->date);
    (void)field_date(fields, "demands_payment_by", &question->date);
    fields_skip(fields, (const char *const[]){"opt_out_text", "text", "outcome", "discussed", "message", "body",
                                              "subject", "script", "language", "campaign", NULL});
}

/* To whom a debt, or something about it, goes. */
static void read_recipient(struct fields *fields, struct question *question)
{
    static const char *const NAMES[] = {"to", "transferee", "recipient"};
    int recipient = RECIPIENT_UNKNOWN;
    for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
        const char *text = field_text(fields, NAMES[i]);
        if (text != NULL && !word_find_like(RECIPIENTS, text, &recipient))
            fields_refuse(fields, NAMES[i], "'%s' is nobody who is known here", text);
    }
    const char *purpose = field_text(fields, "purpose");
    if (purpose != NULL)
        (void)word_find_like(RECIPIENTS, purpose, &recipient);
    question->recipient = (enum recipient)recipient;
}

static void read_payment(struct fields *fields, struct question *question)
{
    struct facts_book *book = fields->reader->scenario->book;
    struct fields payment = fields_open(fields->reader, field_any(fields, "payment"), "question.payment");
    const char *directed = field_text(&payment, "consumer_direction");
    (void)field_money(&payment, "amount", &question->amount_minor);
    if (directed != NULL) {
        question->directed_debt = facts_book_find_debt(book, directed);
        if (question->directed_debt == FACT_NONE)
            fields_refuse(&payment, "consumer_direction", "there is no debt '%s'", directed);
    }
    fields_skip(&payment, (const char *const[]){"at", "method", NULL});
    fields_close(&payment);
    question->debts |= field_debts(fields, "to_debt");
}

/* {"itemization_fees": "0", ...}: those that are not blank. "0" and "none" say something. */
static uint32_t filled_fields(struct fields *fields, json_t *object)
{
    uint32_t filled = 0;
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        const enum notice_field field = notice_field_find(name);
        const char *text = json_string_value(value);
        if (field == NOTICE_FIELD_COUNT)
            fields_refuse(fields, "fields", "a validation notice has no field '%s'", name);
        else if (json_is_true(value) || json_is_integer(value) || (text != NULL && text[0] != '\0'))
            filled |= 1u << field;
    }
    return filled;
}

static void read_notice_fields(struct fields *fields, struct question *question)
{
    static const struct word TWO[] = {{"fields", 0}, {"missing", 1}, {0}};
    const uint32_t all = (1u << NOTICE_FIELD_COUNT) - 1;
    question->medium = (enum medium)field_word(fields, "medium", WORDS_MEDIUM, MEDIUM_LETTER);
    for (const struct word *which = TWO; which->text != NULL; which++) {
        json_t *list = field_any(fields, which->text);
        uint32_t named = 0;
        for (size_t i = 0; i < json_array_size(list); i++) {
            const char *name = json_string_value(json_array_get(list, i));
            const enum notice_field field = notice_field_find(name != NULL ? name : "");
            if (field == NOTICE_FIELD_COUNT)
                fields_refuse(fields, which->text, "a validation notice has no field '%s'", name != NULL ? name : "?");
            else
                named |= 1u << field;
        }
        if (json_is_object(list))
            named = filled_fields(fields, list);
        if (list != NULL)
            question->notice_fields = which->value == 0 ? named : all & ~named;
    }
    const json_t *blank = field_any(fields, "blank_fields");
    for (size_t i = 0; i < json_array_size(blank); i++) {
        const char *name = json_string_value(json_array_get(blank, i));
        const enum notice_field field = notice_field_find(name != NULL ? name : "");
        if (field != NOTICE_FIELD_COUNT)
            question->notice_fields &= ~(1u << field);
    }
}

static void read_deposit(struct fields *fields, struct question *question)
{
    (void)field_date(fields, "dated", &question->date);
    (void)field_date(fields, "received", &question->received);
}

static void read_suit(struct fields *fields, struct question *question)
{
    const char *venue = field_text(fields, "venue");
    int where = VENUE_UNKNOWN;
    if (venue != NULL)
        (void)word_find_like(VENUES, venue, &where);
    question->venue = (enum venue)where;
    if (question->venue == VENUE_REAL_PROPERTY && (question->claims_said & CLAIM_BIT(CLAIM_REAL_PROPERTY)) == 0)
        for (uint8_t i = 0; i < facts_book_facts(fields->reader->scenario->book)->n_debts; i++)
            if ((question->debts & DEBT_BIT(i)) != 0 &&
                facts_book_facts(fields->reader->scenario->book)->debts[i].is_real_property)
                question_claim(question, CLAIM_REAL_PROPERTY, true);
}

static void read_deletion(struct fields *fields, struct question *question)
{
    (void)field_date(fields, "recorded_on", &question->recorded_on);
}

static void read_retry(struct fields *fields, struct question *question)
{
    const char *description = field_text(fields, "description");
    if (description != NULL)
        question_claim(question, CLAIM_RETRY_DESCRIPTION, strcmp(description, "RETRY PYMT") == 0);
    fields_skip(fields, (const char *const[]){"company_id", "original_trace", NULL});
}

static void read_nothing(struct fields *fields, struct question *question)
{
    (void)fields;
    (void)question;
}

static void (*const READ[ACTION_COUNT])(struct fields *fields, struct question *question) = {
    [ACTION_CONTACT] = read_contact,
    [ACTION_FURNISH] = read_recipient,
    [ACTION_SELL] = read_recipient,
    [ACTION_PLACE] = read_recipient,
    [ACTION_SEND_DATA] = read_recipient,
    [ACTION_APPLY_PAYMENT] = read_payment,
    [ACTION_ASSESS_FEE] = read_nothing,
    [ACTION_DEPOSIT] = read_deposit,
    [ACTION_FILE_SUIT] = read_suit,
    [ACTION_THREATEN_SUIT] = read_suit,
    [ACTION_PROOF_OF_CLAIM] = read_nothing,
    [ACTION_COLLECT] = read_nothing,
    [ACTION_SEND_VALIDATION] = read_contact,
    [ACTION_OMIT_VALIDATION] = read_nothing,
    [ACTION_CHECK_VALIDATION] = read_notice_fields,
    [ACTION_DELETE_RECORDS] = read_deletion,
    [ACTION_ACH_REINITIATE] = read_retry,
    [ACTION_PREAUTHORIZED_DEBIT] = read_nothing,
};

/* A question that says no instant is asked when the last event has happened. */
static struct instant last_event(const struct scenario *scenario)
{
    const GArray *events = scenario->events;
    struct instant at = {0};
    if (events->len > 0)
        return g_array_index(events, struct fact_event, events->len - 1).at;
    (void)!instant_parse("2026-01-01T12:00:00Z", &at, NULL);
    return at;
}

void scenario_read_judged(struct fields *fields, enum question_action action)
{
    static const char *const FOR_PEOPLE[] = {"basis", "note", "purpose", "reason", "medium", "kind", "type", NULL};
    struct scenario *scenario = fields->reader->scenario;
    struct question *question = &scenario->question;
    *question = question_plain(action, last_event(scenario));
    if (field_is_there(fields, "at"))
        (void)field_instant(fields, "at", &question->at);
    else if (action != ACTION_CHECK_VALIDATION && fields->reader->scenario->asks == SCENARIO_ASKS_VERDICT)
        fields_refuse(fields, "at", "is missing");
    question->debts = field_debts(fields, "debts") | field_debts(fields, "debt");
    (void)field_money(fields, "amount", &question->amount_minor);
    if (action == ACTION_SEND_VALIDATION && !field_is_there(fields, "channel"))
        question->medium = (enum medium)field_word(fields, "medium", WORDS_MEDIUM, MEDIUM_LETTER);
    else
        READ[action](fields, question);
    read_claims(fields, question);
    fields_skip(fields, FOR_PEOPLE);
    if (action != ACTION_CONTACT && question->debts == 0)
        question->debts = DEBT_BIT(0);
}

void scenario_read_question(struct scenario_reader *reader, json_t *object)
{
    struct fields fields = fields_open(reader, object, "question");
    const char *word = field_text(&fields, "action");
    int action = COMPUTE;
    if (word == NULL)
        fields_refuse(&fields, "action", "is missing");
    else if (!word_find(ACTIONS, word, &action))
        fields_refuse_word(&fields, "action", word, ACTIONS);
    else if (action == ACTION_CONTACT && !field_is_there(&fields, "channel"))
        fields_refuse(&fields, "channel", "is missing");
    else if (action == COMPUTE)
        scenario_read_compute(reader, &fields);
    else
        scenario_read_judged(&fields, (enum question_action)action);
    fields_close(&fields);
}
