#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "rules/law_dates.h"
#include "rules/law_interest.h"
#include "rules/limited_content.h"
#include "rules/metro2.h"
#include "scenario_fields.h"

/* What scenarios of kind "compute" ask: dates, rates, amounts and codes of the law, from what the question says or,
 * where it says nothing, from the history. Names that mean the same stand in one row, parted by "|". */

static bool is_one_of(const char *names, const char *name)
{
    g_auto(GStrv) all = g_strsplit(names, "|", -1);
    return g_strv_contains((const char *const *)all, name);
}

static void set_text(struct fields *fields, const char *text)
{
    (void)g_strlcpy(fields->reader->scenario->value, text, SCENARIO_VALUE_SIZE);
}

static void set_bool(struct fields *fields, bool value)
{
    set_text(fields, value ? "true" : "false");
}

static void set_date(struct fields *fields, struct date date)
{
    char text[DATE_TEXT_SIZE];
    set_text(fields, date_format(date, text));
}

static void set_money(struct fields *fields, struct money money)
{
    char text[MONEY_TEXT_SIZE];
    set_text(fields, money_format_amount(money, text));
}

static void set_rate(struct fields *fields, struct rate rate)
{
    char text[RATE_TEXT_SIZE];
    set_text(fields, rate_format(rate, text));
}

/* The first of the names that is a date of the question. */
static bool find_date(struct fields *fields, const char *names, struct date *ret_date)
{
    g_auto(GStrv) all = g_strsplit(names, "|", -1);
    for (size_t i = 0; all[i] != NULL; i++)
        if (field_date(fields, all[i], ret_date))
            return true;
    return false;
}

static bool find_bool(struct fields *fields, const char *names)
{
    g_auto(GStrv) all = g_strsplit(names, "|", -1);
    for (size_t i = 0; all[i] != NULL; i++)
        if (field_is_there(fields, all[i]))
            return field_bool(fields, all[i], false);
    return false;
}

static bool find_money(struct fields *fields, const char *names, int64_t *ret_minor)
{
    g_auto(GStrv) all = g_strsplit(names, "|", -1);
    for (size_t i = 0; all[i] != NULL; i++)
        if (field_money(fields, all[i], ret_minor))
            return true;
    return false;
}

/* 0 where it is absent or no rate. */
static struct rate find_rate(struct fields *fields, const char *names, bool *ret_is_there)
{
    g_auto(GStrv) all = g_strsplit(names, "|", -1);
    struct rate rate = {0};
    struct error why;
    for (size_t i = 0; all[i] != NULL; i++) {
        const char *text = field_text(fields, all[i]);
        if (text == NULL)
            continue;
        *ret_is_there = true;
        if (rate_parse(text, &rate, &why) != STATUS_OK)
            fields_refuse(fields, all[i], "%s", why.text);
        return rate;
    }
    return rate;
}

/* The last event of a type that is about any of the debts, and that address if one is named. */
static const struct fact_event *last_event(const struct scenario *scenario, enum fact_event_type type, debt_set debts,
                                           uint8_t address)
{
    for (guint i = scenario->events->len; i > 0; i--) {
        const struct fact_event *event = &g_array_index(scenario->events, struct fact_event, i - 1);
        const bool is_of_debt = debts == 0 || event->debts == 0 || (event->debts & debts) != 0;
        const bool is_of_address = address == FACT_NONE || event->address == FACT_NONE || event->address == address;
        if (event->type == type && is_of_debt && is_of_address)
            return event;
    }
    return NULL;
}

static debt_set asked_debts(struct fields *fields)
{
    return field_debts(fields, "debt") | field_debts(fields, "debts");
}

static uint8_t asked_address(struct fields *fields)
{
    static const char *const NAMES[] = {"phone", "email", "address"};
    for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++)
        if (field_is_there(fields, NAMES[i]))
            return field_address(fields, NAMES[i]);
    return FACT_NONE;
}

/* --- one date from another ---------------------------------------------------------------------------------------- */

struct date_row {
    const char *what;           /* names of the question, parted by "|" */
    const char *from;           /* names of the field that it counts from */
    enum fact_event_type event; /* or the last event of this type; FACT_EVENT_TYPE_COUNT: none */
    struct date (*count)(struct date from);
};

#define NO_EVENT FACT_EVENT_TYPE_COUNT
static const struct date_row DATE_ROWS[] = {
    {"retain_recording_until|recording_retention_until|delete_recording_not_before",
     "recorded_on|call_date|recording_date", NO_EVENT, law_retention_end},
    {"tcpa_revocation_deadline|tcpa_revocation_honor_by", "revoked_on|revocation_received|revocation_date",
     FACT_TCPA_REVOCATION, law_tcpa_revocation_deadline},
    {"ny_substantiation_deadline", "request_received|request_received_on|requested_on", FACT_SUBSTANTIATION_REQUEST,
     law_ny_substantiation_deadline},
    {"nyc_verification_deadline", "dispute_received|disputed_on", FACT_DISPUTE, law_nyc_verification_deadline},
    {"tx_investigation_deadline|tx_dispute_investigation_deadline", "dispute_received|disputed_on", FACT_DISPUTE,
     law_tx_investigation_deadline},
    {"nv_medical_earliest|nv_earliest_collection_date|nv_earliest_action|nv_medical_earliest_action",
     "notice_sent_on|notice_mailed_on", FACT_MEDICAL_NOTICE, law_nv_medical_earliest},
    {"frivolous_notice_deadline", "determined_on|determination_date", NO_EVENT, law_frivolous_notice_deadline},
    {"cra_notify_furnisher_deadline|cra_notice_to_furnisher_deadline|cra_furnisher_notice_deadline",
     "dispute_received_by_cra", NO_EVENT, law_cra_notice_deadline},
    {"cra_results_notice_deadline|cra_results_deadline|reinvestigation_results_deadline",
     "reinvestigation_completed_on|completed_on|investigation_completed_on", NO_EVENT, law_cra_notice_deadline},
    {"dofd_notice_deadline|dofd_report_deadline", "furnished_on", FACT_FURNISHED, law_dofd_deadline},
    {"obsolescence_date", "dofd|date_of_first_delinquency", NO_EVENT, law_obsolescence},
    {"stop_payment_latest_notice|stop_payment_deadline", "transfer_date", NO_EVENT, law_stop_payment_latest},
    {"varying_amount_latest_notice|varying_amount_notice_latest|varying_amount_notice_deadline", "transfer_date",
     NO_EVENT, law_varying_notice_latest},
    {"ach_reinitiation_latest|ach_reinitiation_deadline|ach_last_reinitiation_date",
     "settlement_date|original_settlement_date", NO_EVENT, law_ach_reinitiation_latest},
    {"postdated_notice_earliest|postdated_notice_first", "deposit_date|dated", NO_EVENT, law_postdated_notice_first},
    {"postdated_notice_latest|postdated_notice_last|postdated_notice_deadline", "deposit_date|dated", NO_EVENT,
     law_postdated_notice_last},
    {"email_opt_out_deadline_earliest|creditor_email_notice_earliest_deadline", "notice_sent_on",
     FACT_CREDITOR_EMAIL_NOTICE, law_email_opt_out_end},
    {"text_safe_harbor_until|sms_safe_harbor_until", "consent_date|checked_on|text_received_on", FACT_NUMBER_CHECK,
     law_text_cover_end},
};

static void compute_date(struct fields *fields, const struct date_row *row)
{
    struct scenario *scenario = fields->reader->scenario;
    struct date from;
    const debt_set debts = asked_debts(fields);
    const uint8_t address = asked_address(fields);
    const struct fact_event *event = row->event != NO_EVENT ? last_event(scenario, row->event, debts, address) : NULL;
    if (strcmp(row->from, "settlement_date|original_settlement_date") == 0 &&
        !field_is_there(fields, "settlement_date"))
        from = facts_book_particulars(scenario->book)->ach.settled_on;
    if (find_date(fields, row->from, &from))
        set_date(fields, row->count(from));
    else if (event != NULL)
        set_date(fields, row->count(scenario_date(scenario, event->at)));
    else
        fields_refuse(fields, NULL, "nothing to count from: %s", row->from);
}

/* --- others ------------------------------------------------------------------------------------------------------- */

/* A notice that came back gives no period; the next one that is sent does. */
static void compute_validation_end(struct fields *fields)
{
    struct scenario *scenario = fields->reader->scenario;
    const debt_set debts = asked_debts(fields);
    const int64_t days = field_integer(fields, "receipt_assumption_business_days", LAW_RECEIPT_ASSUMPTION_DAYS);
    const struct fact_event *sent = last_event(scenario, FACT_VALIDATION_SENT, debts, FACT_NONE);
    const struct fact_event *oral = last_event(scenario, FACT_VALIDATION_ORAL, debts, FACT_NONE);
    const bool is_oral = oral != NULL && (sent == NULL || oral->at.us >= sent->at.us);
    const struct fact_event *event = is_oral ? oral : sent;
    struct date from;
    const bool observes = field_bool(fields, "exclude_observed_holidays", false);
    if (event != NULL)
        from = scenario_date(scenario, event->at);
    else if (!find_date(fields, "sent_on|notice_sent_on|sent", &from)) {
        fields_refuse(fields, NULL, "no validation notice was sent");
        return;
    }
    if (days < LAW_RECEIPT_ASSUMPTION_DAYS || days > 60) {
        fields_refuse(fields, "receipt_assumption_business_days", "5 to 60 are allowed");
        return;
    }
    const bool is_handed_over = event != NULL && event->medium == MEDIUM_IN_PERSON;
    set_date(fields, law_validation_period_end(from, is_oral || is_handed_over ? 0 : (int)days,
                                               observes ? LAW_HOLIDAYS_OBSERVED : LAW_HOLIDAYS_STATUTE));
}

/* Whatever the collector did about the debt last, or the event that is marked as the last activity. */
static void compute_records_end(struct fields *fields)
{
    struct scenario *scenario = fields->reader->scenario;
    const debt_set debts = asked_debts(fields);
    struct date date;
    int64_t last_us = INT64_MIN;
    bool is_marked = false;
    if (find_date(fields, "last_collection_activity|last_collection_activity_date|last_activity_on", &date)) {
        set_date(fields, law_retention_end(date));
        return;
    }
    for (guint i = 0; i < scenario->events->len; i++) {
        const struct fact_event *event = &g_array_index(scenario->events, struct fact_event, i);
        const bool is_of_debt = debts == 0 || event->debts == 0 || (event->debts & debts) != 0;
        const bool marks = (event->flags & FACT_FLAG_LAST_ACTIVITY) != 0;
        if (is_of_debt && (marks || !is_marked))
            last_us = event->at.us;
        is_marked = is_marked || (is_of_debt && marks);
    }
    if (last_us == INT64_MIN)
        fields_refuse(fields, NULL, "no collection activity to count from");
    else
        set_date(fields, law_retention_end(scenario_date(scenario, (struct instant){last_us})));
}

static void compute_ny_instructions(struct fields *fields)
{
    struct scenario *scenario = fields->reader->scenario;
    const struct fact_event *event = last_event(scenario, FACT_DISPUTE, asked_debts(fields), FACT_NONE);
    struct date from;
    bool is_written = event != NULL && (event->flags & FACT_FLAG_WRITTEN) != 0;
    if (field_is_there(fields, "written"))
        is_written = field_bool(fields, "written", false);
    if (!find_date(fields, "dispute_received|disputed_on", &from)) {
        if (event == NULL) {
            fields_refuse(fields, NULL, "there is no dispute");
            return;
        }
        from = scenario_date(scenario, event->at);
    }
    set_date(fields, law_ny_instructions_deadline(from, is_written));
}

/* The first field left that is named so, and is a date; true and the date. */
static bool find_date_like(struct fields *fields, const char *stems, struct date *ret_date)
{
    g_autofree char *name = g_strdup(field_like(fields, stems));
    return name != NULL && json_is_string(json_object_get(fields->rest, name)) && field_date(fields, name, ret_date);
}

static bool find_bool_like(struct fields *fields, const char *stems)
{
    g_autofree char *name = g_strdup(field_like(fields, stems));
    return name != NULL && json_is_boolean(json_object_get(fields->rest, name)) && field_bool(fields, name, false);
}

/* Names of what else is known differ from author to author; their words do not. */
static struct law_dispute read_credit_dispute(struct fields *fields)
{
    struct law_dispute dispute = {0};
    if (!find_date(fields, "dispute_received_by_cra|dispute_received_by_furnisher|dispute_received|received_on",
                   &dispute.received))
        fields_refuse(fields, NULL, "when the dispute was received is missing");
    dispute.more_on = dispute.received;
    dispute.is_after_free_report = find_bool_like(fields, "free");
    dispute.is_found_wrong = find_bool_like(fields, "inaccurate|unverifiable|incomplete");
    dispute.has_more_information = find_date_like(fields, "information", &dispute.more_on);
    if (!dispute.has_more_information)
        dispute.has_more_information = find_bool_like(fields, "information");
    return dispute;
}

static void compute_reinvestigation(struct fields *fields)
{
    const struct law_dispute dispute = read_credit_dispute(fields);
    set_date(fields, law_reinvestigation_deadline(&dispute));
}

static void compute_direct_dispute(struct fields *fields)
{
    const struct law_dispute dispute = read_credit_dispute(fields);
    set_date(fields, law_direct_dispute_deadline(&dispute));
}

/* A conversation, or what was written and had 14 days to come back. */
static void compute_furnishing(struct fields *fields)
{
    struct scenario *scenario = fields->reader->scenario;
    const debt_set debts = asked_debts(fields);
    struct date earliest = {INT32_MAX};
    struct date sent;
    if (find_date(fields, "sent_on|letter_sent_on", &sent))
        earliest = law_furnishing_earliest(sent);
    for (guint i = 0; i < scenario->events->len; i++) {
        const struct fact_event *event = &g_array_index(scenario->events, struct fact_event, i);
        const struct date on = scenario_date(scenario, event->at);
        const bool is_contact = event->type == FACT_CONTACT_OUT || event->type == FACT_CONTACT_IN;
        const bool is_written =
            event->type == FACT_VALIDATION_SENT || (event->type == FACT_CONTACT_OUT && event->outcome == OUTCOME_SENT);
        if (debts != 0 && event->debts != 0 && (event->debts & debts) == 0)
            continue;
        if (is_contact && event->outcome == OUTCOME_CONVERSATION)
            earliest.days = MIN(earliest.days, on.days);
        else if (event->type == FACT_VALIDATION_ORAL)
            earliest.days = MIN(earliest.days, on.days);
        else if (is_written)
            earliest.days = MIN(earliest.days, law_furnishing_earliest(on).days);
        else if (event->type == FACT_UNDELIVERABLE && on.days < earliest.days)
            earliest.days = INT32_MAX;
    }
    if (earliest.days == INT32_MAX)
        fields_refuse(fields, NULL, "nothing was said or sent that did not come back");
    else
        set_date(fields, earliest);
}

static void compute_metro2_code(struct fields *fields)
{
    const char *field = field_text(fields, "field");
    const char *situation = field_text(fields, "situation");
    const struct metro2_code *code = field != NULL && situation != NULL ? metro2_find_code(field, situation) : NULL;
    if (field == NULL || !metro2_is_field(field))
        fields_refuse(fields, "field", "'%s' has no codes here", field != NULL ? field : "");
    else if (code == NULL)
        fields_refuse(fields, "situation", "'%s' fits no code of %s, or more than one",
                      situation != NULL ? situation : "", field);
    else
        set_text(fields, code->code);
}

static void compute_metro2_position(struct fields *fields)
{
    const char *segment = field_text(fields, "segment");
    const char *field = field_text(fields, "field");
    char text[SCENARIO_VALUE_SIZE];
    const struct metro2_position *position =
        field != NULL ? metro2_find_position(segment != NULL ? segment : "base", field) : NULL;
    if (position == NULL) {
        fields_refuse(fields, "field", "'%s' is no field of that segment", field != NULL ? field : "");
        return;
    }
    if (position->first == position->last)
        (void)snprintf(text, sizeof(text), "%d", position->first);
    else
        (void)snprintf(text, sizeof(text), "%d-%d", position->first, position->last);
    set_text(fields, text);
}

static void compute_needs_k1(struct fields *fields)
{
    const char *type = field_text(fields, "account_type");
    set_bool(fields, metro2_needs_original_creditor(type != NULL ? type : ""));
}

static void compute_interest_start(struct fields *fields)
{
    struct law_invoice invoice = {0};
    struct date start;
    invoice.is_invoice_uncertain = find_bool_like(fields, "uncertain|unknown");
    invoice.has_agreed = find_date_like(fields, "agreed|due", &invoice.agreed);
    invoice.has_invoice = find_date_like(fields, "invoice", &invoice.invoice);
    invoice.has_acceptance = find_date_like(fields, "accept|verif", &invoice.acceptance);
    invoice.has_goods = find_date_like(fields, "goods|service|deliver|performance", &invoice.goods);
    if (law_eu_interest_start(&invoice, &start))
        set_date(fields, start);
    else
        fields_refuse(fields, NULL,
                      "nothing to count from: agreed_due_date, invoice_received, goods_received, accepted_on");
}

/* The reference of the half-year that is asked about, whatever others stand beside it. */
static void compute_eu_rate(struct fields *fields)
{
    const char *half = field_text(fields, "half_year");
    struct date date = {0};
    bool has_january = false, has_july = false, has_other = false;
    const struct rate january = find_rate(
        fields, "ecb_mro_on_1_jan|reference_rate_on_1_jan|ecb_mro_1_jan|ecb_rate_on_1_jan|rate_on_1_jan", &has_january);
    const struct rate july = find_rate(
        fields, "ecb_mro_on_1_jul|reference_rate_on_1_jul|ecb_mro_1_jul|ecb_rate_on_1_jul|rate_on_1_jul", &has_july);
    const struct rate other = find_rate(fields, "reference_rate|ecb_mro|ecb_rate|central_bank_rate", &has_other);
    bool is_second = half != NULL && g_str_has_suffix(half, "H2");
    if (find_date(fields, "on|interest_starts|date", &date))
        is_second = law_is_second_half(date);
    else if (half == NULL)
        is_second = !has_january && has_july;
    if (is_second ? has_july : has_january)
        set_rate(fields, law_eu_rate(is_second ? july : january));
    else if (has_other)
        set_rate(fields, law_eu_rate(other));
    else
        fields_refuse(fields, NULL, "the reference rate of that half-year is missing");
}

static void compute_interest(struct fields *fields, const char *currency)
{
    struct money principal = {0}, interest;
    struct error why;
    struct date from = {0}, to = {0};
    bool has_rate = false;
    (void)g_strlcpy(principal.currency, currency, sizeof(principal.currency));
    const bool has_principal = find_money(fields, "principal|debt_amount|amount", &principal.minor);
    const struct rate rate = find_rate(fields, "rate|annual_rate", &has_rate);
    int64_t days = field_integer(fields, "days_late", -1);
    if (find_date(fields, "from|interest_starts|interest_start", &from) && find_date(fields, "to|paid_on|until", &to) &&
        days < 0)
        days = to.days - from.days;
    const int64_t count = field_integer(fields, "day_count", 365);
    if (!has_principal || !has_rate || days < 0 || days > INT32_MAX || count > 366)
        fields_refuse(fields, NULL, "principal, rate and days_late are needed");
    else if (law_simple_interest(principal, rate, (int32_t)days, (int32_t)count, &interest, &why) != STATUS_OK)
        fields_refuse(fields, NULL, "%s", why.text);
    else
        set_money(fields, interest);
}

static void compute_eu_interest(struct fields *fields)
{
    compute_interest(fields, "EUR");
}

static void compute_uk_interest(struct fields *fields)
{
    compute_interest(fields, "GBP");
}

static void compute_eu_compensation(struct fields *fields)
{
    int64_t amount;
    (void)find_money(fields, "debt_amount|principal|amount", &amount);
    set_money(fields, law_eu_compensation());
}

/* The longest term without more; whether a term may be had, where the question names one. */
static void compute_term(struct fields *fields)
{
    static const struct word CONTRACTS[] = {
        {"b2b", LAW_CONTRACT_B2B},
        {"business", LAW_CONTRACT_B2B},
        {"undertakings", LAW_CONTRACT_B2B},
        {"business_to_business", LAW_CONTRACT_B2B},
        {"public_authority", LAW_CONTRACT_PUBLIC_AUTHORITY},
        {"public", LAW_CONTRACT_PUBLIC_AUTHORITY},
        {"public_healthcare", LAW_CONTRACT_PUBLIC_HEALTHCARE},
        {"healthcare", LAW_CONTRACT_PUBLIC_HEALTHCARE},
        {"public_healthcare_entity", LAW_CONTRACT_PUBLIC_HEALTHCARE},
        {0},
    };
    const int contract = field_word(fields, "contract_kind", CONTRACTS, LAW_CONTRACT_B2B);
    const bool is_agreed = find_bool(fields, "expressly_agreed");
    const bool is_unfair = find_bool(fields, "grossly_unfair");
    const bool is_justified = field_bool(fields, "objectively_justified", true);
    const char *const names[] = {"term_days", "agreed_days", "agreed_term_days", "days"};
    int64_t asked = -1;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (field_is_there(fields, names[i]))
            asked = field_integer(fields, names[i], -1);
    const bool may_be_longer = is_agreed && !is_unfair && is_justified;
    const int32_t longest = law_eu_term_days((enum law_contract)contract, may_be_longer);
    char text[SCENARIO_VALUE_SIZE];
    (void)snprintf(text, sizeof(text), "%" PRId32, longest);
    if (asked >= 0)
        set_bool(fields, longest == 0 || asked <= longest);
    else
        set_text(fields, longest == 0 ? "unlimited" : text);
}

static void compute_uk_rate(struct fields *fields)
{
    struct date starts;
    bool has_december = false, has_june = false;
    const struct rate december = find_rate(fields, "base_rate_31_dec|base_rate_on_31_dec", &has_december);
    const struct rate june = find_rate(fields, "base_rate_30_jun|base_rate_on_30_jun", &has_june);
    if (!find_date(fields, "interest_starts|interest_start|starts_on", &starts))
        fields_refuse(fields, "interest_starts", "is missing");
    else if (law_is_second_half(starts) ? !has_june : !has_december)
        fields_refuse(fields, NULL, "the base rate of %s is missing",
                      law_is_second_half(starts) ? "30 June" : "31 December");
    else
        set_rate(fields, law_uk_rate(starts, december, june));
}

static void compute_uk_compensation(struct fields *fields)
{
    int64_t amount = 0;
    if (find_money(fields, "debt_amount|principal|amount", &amount))
        set_money(fields, law_uk_compensation(amount));
    else
        fields_refuse(fields, "debt_amount", "is missing");
}

static void compute_uk_term(struct fields *fields)
{
    char text[SCENARIO_VALUE_SIZE];
    (void)snprintf(text, sizeof(text), "%d", LAW_UK_TERM_DAYS);
    set_text(fields, text);
}

static void compute_ach_return(struct fields *fields)
{
    const char *code = field_text(fields, "code");
    struct date settled = facts_book_particulars(fields->reader->scenario->book)->ach.settled_on;
    struct date deadline;
    if (code == NULL)
        code = field_text(fields, "return_code");
    if (!find_date(fields, "settlement_date|settled_on", &settled) && settled.days == 0)
        fields_refuse(fields, "settlement_date", "is missing");
    else if (code == NULL || !law_ach_return_deadline(code, settled, &deadline))
        fields_refuse(fields, "code", "a return code such as R01 is expected");
    else
        set_date(fields, deadline);
}

static void compute_gdpr(struct fields *fields)
{
    struct date duty = {INT32_MIN}, limitation = {INT32_MIN};
    const bool has_duty =
        find_date(fields, "legal_retention_until|legal_retention_ends|retention_until|legal_retention_end", &duty);
    const bool has_limitation = find_date(
        fields, "limitation_period_ends|limitation_ends|limitation_until|limitation_period_until|limitation_period_end",
        &limitation);
    if (has_duty || has_limitation)
        set_date(fields, law_gdpr_erasure(duty, limitation));
    else
        fields_refuse(fields, NULL, "legal_retention_until or limitation_period_ends is needed");
}

/* (j): a voicemail for the consumer, left as a whole, with no more than it may have. */
static void compute_limited_content(struct fields *fields)
{
    const char *medium = field_text(fields, "medium");
    const char *recipient = field_text(fields, "recipient");
    const char *text = field_text(fields, "text");
    const bool is_partial = find_bool_like(fields, "partial|cut_off|interrupt|incomplete|dropped");
    const bool has_end =
        field_like(fields, "complete|full|entire") == NULL || find_bool_like(fields, "complete|full|entire");
    if (text == NULL) {
        fields_refuse(fields, "text", "is missing");
        return;
    }
    fields_skip(fields, (const char *const[]){"technology", "prerecorded", "note", NULL});
    const bool is_voicemail =
        medium == NULL || strcmp(medium, "voicemail") == 0 || strcmp(medium, "ringless_voicemail") == 0;
    const bool is_for_consumer = recipient == NULL || strcmp(recipient, "consumer") == 0;
    set_bool(fields, is_voicemail && is_for_consumer && !is_partial && has_end && limited_content_read(text).is_one);
}

static const struct {
    const char *what;
    void (*compute)(struct fields *fields);
} ROWS[] = {
    {"validation_period_end", compute_validation_end},
    {"retain_records_until|records_retention_until|delete_not_before", compute_records_end},
    {"ny_dispute_instructions_deadline|ny_instructions_deadline|ny_substantiation_instructions_deadline",
     compute_ny_instructions},
    {"cra_reinvestigation_deadline|furnisher_acdv_deadline|furnisher_cra_response_deadline|"
     "furnisher_indirect_dispute_deadline|acdv_response_deadline",
     compute_reinvestigation},
    {"furnisher_direct_dispute_deadline", compute_direct_dispute},
    {"earliest_furnishing_date|furnish_earliest_date|furnishing_earliest_date|earliest_furnish_date",
     compute_furnishing},
    {"metro2_code", compute_metro2_code},
    {"metro2_position|metro2_field_position|metro2_positions", compute_metro2_position},
    {"metro2_k1_required|k1_required", compute_needs_k1},
    {"eu_interest_start", compute_interest_start},
    {"eu_rate", compute_eu_rate},
    {"eu_interest_amount", compute_eu_interest},
    {"eu_compensation_minimum|eu_fixed_compensation", compute_eu_compensation},
    {"eu_term_allowed|eu_term_max|eu_max_term", compute_term},
    {"uk_rate", compute_uk_rate},
    {"uk_interest_amount", compute_uk_interest},
    {"uk_interest_start", compute_interest_start},
    {"uk_fixed_compensation", compute_uk_compensation},
    {"uk_default_term|uk_term_default|uk_default_term_days", compute_uk_term},
    {"ach_return_deadline|ach_return_window_end", compute_ach_return},
    {"gdpr_erasure_date|gdpr_delete_not_before|gdpr_retention_until|gdpr_erase_on", compute_gdpr},
    {"limited_content_message", compute_limited_content},
};

/* What only the rules know: asked as a question would be. */
static const struct {
    const char *what;
    enum scenario_asks asks;
} ASKED[] = {
    {"next_permitted_date|next_permitted_day|next_permitted_call_date|next_call_date|next_permitted_call_day|"
     "earliest_next_call_date",
     SCENARIO_ASKS_NEXT_DATE},
    {"next_permitted_at|next_permitted_time|next_permitted_instant|next_permitted_call", SCENARIO_ASKS_NEXT_TIME},
    {"call_count|calls_counted|attempts_counted", SCENARIO_ASKS_COUNT},
    {"is_allowed", SCENARIO_ASKS_ALLOWED},
    {"safe_harbor", SCENARIO_ASKS_SAFE_HARBOR},
};

static bool ask_rules(struct fields *fields, const char *what)
{
    for (size_t i = 0; i < ARRAY_SIZE(ASKED); i++)
        if (is_one_of(ASKED[i].what, what)) {
            fields->reader->scenario->asks = ASKED[i].asks;
            scenario_read_judged(fields, ACTION_CONTACT);
            return true;
        }
    return false;
}

static bool compute(struct fields *fields, const char *what)
{
    fields->reader->scenario->asks = SCENARIO_ASKS_VALUE;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++)
        if (is_one_of(ROWS[i].what, what)) {
            ROWS[i].compute(fields);
            return true;
        }
    for (size_t i = 0; i < ARRAY_SIZE(DATE_ROWS); i++)
        if (is_one_of(DATE_ROWS[i].what, what)) {
            compute_date(fields, &DATE_ROWS[i]);
            return true;
        }
    return ask_rules(fields, what);
}

void scenario_read_compute(struct scenario_reader *reader, struct fields *question)
{
    struct instant at;
    char shown[ERROR_SHOWN_SIZE];
    const char *what = field_text(question, "what");
    (void)reader;
    if (what == NULL)
        fields_refuse(question, "what", "is missing");
    else if (!compute(question, what))
        fields_refuse(question, "what", "'%s' cannot be computed", error_shown(what, shown));
    (void)field_instant(question, "at", &at);
    fields_skip(question, (const char *const[]){"note", "debt", "debts", NULL});
}
