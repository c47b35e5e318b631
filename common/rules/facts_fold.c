#include "rules/facts_fold.h"

#include <string.h>

#include "rules/facts_book.h"
#include "rules/judgement.h"
#include "rules/law_dates.h"

#define LISTS_MAX UINT16_MAX

struct fact_event fact_event_plain(enum fact_event_type type, struct instant at)
{
    return (struct fact_event){.type = type, .at = at, .person = FACT_NONE, .address = FACT_NONE};
}

static bool has_flag(const struct fact_event *event, enum fact_event_flag flag)
{
    return (event->flags & (uint32_t)flag) != 0;
}

/* The debts that an event names; all where it names none. */
static debt_set named_debts(const struct fact_event *event)
{
    return event->debts == 0 ? DEBTS_ALL : event->debts;
}

static struct fact_debt *debt_of(const struct facts_book *book, const struct fact_event *event, guint index)
{
    return (named_debts(event) & DEBT_BIT(index)) != 0 ? &g_array_index(book->debts, struct fact_debt, index) : NULL;
}

static struct fact_address *address_of(const struct facts_book *book, const struct fact_event *event)
{
    return event->address < book->addresses->len ? &g_array_index(book->addresses, struct fact_address, event->address)
                                                 : NULL;
}

/* The person's local day, where it is earliest and where it is latest: what gives him more time decides. */
struct local_days {
    int32_t first, last;
};

static struct local_days local_days_of(struct facts_book *book, int64_t at_us)
{
    const struct facts *facts = facts_book_facts(book);
    const struct instant at = {at_us};
    const struct zone *known = book->particulars.known_zone;
    if (known != NULL) {
        const int32_t day = zone_date(known, at).days;
        return (struct local_days){day, day};
    }
    const int32_t utc = (int32_t)(at_us / US_PER_DAY);
    struct local_days days = {utc, utc};
    for (size_t i = 0; i < facts->n_zones; i++) {
        const int32_t day = zone_date(facts->zones[i], at).days;
        days.first = i == 0 ? day : MIN(days.first, day);
        days.last = i == 0 ? day : MAX(days.last, day);
    }
    return days;
}

/* --- contacts */

static bool is_contact(const struct fact_event *event)
{
    return event->type == FACT_CONTACT_OUT || event->type == FACT_CONTACT_IN;
}

static bool is_conversation(const struct fact_event *event)
{
    return event->outcome == OUTCOME_CONVERSATION;
}

static debt_set discussed_debts(const struct fact_event *event)
{
    return event->discussed != 0 ? event->discussed : named_debts(event);
}

static bool is_phone(const struct fact_event *event)
{
    return medium_is_in(event->medium, MEDIA_PHONE);
}

/* Information about the debt reached the person (1006.2(d)). A pleading is no initial communication (1006.34(b)(2)). */
static bool is_communication(const struct fact_event *event)
{
    if (event->purpose == PURPOSE_PLEADING)
        return false;
    return contact_communicates(event->medium, event->outcome);
}

static bool is_with_obligor(const struct facts_book *book, const struct fact_event *event)
{
    if (event->person >= book->persons->len)
        return false;
    const struct fact_person *person = &g_array_index(book->persons, struct fact_person, event->person);
    return relation_is_obligor(&book->facts, person->relation);
}

/* A consent to calls ends with the first conversation about the debt after it (1006.14(b)(3)(i)). */
static void end_call_consents(struct facts_book *book, const struct fact_event *event)
{
    const debt_set debts = debts_of_accounts(facts_book_facts(book), discussed_debts(event));
    for (guint i = 0; i < book->consents->len; i++) {
        struct fact_consent *consent = &g_array_index(book->consents, struct fact_consent, i);
        if (consent->scope != CONSENT_CALLS || consent->at_us >= event->at.us)
            continue;
        consent->debts &= ~debts;
        if (consent->debts == 0 && consent->ended_at_us == 0)
            consent->ended_at_us = event->at.us;
    }
}

/* Those of a call's debts for which it is consented to: one call may be about a debt with and about one without. */
static debt_set consented_debts(struct facts_book *book, const struct fact_event *event)
{
    const struct facts *facts = facts_book_facts(book);
    debt_set consented = 0;
    for (guint i = 0; i < book->consents->len; i++)
        for (guint debt = 0; debt < book->debts->len; debt++)
            if (consent_covers_call(facts, &g_array_index(book->consents, struct fact_consent, i), DEBT_BIT(debt),
                                    event->at.us))
                consented |= DEBT_BIT(debt);
    return consented & named_debts(event);
}

static unsigned contact_flags(const struct fact_event *event)
{
    unsigned flags = event->type == FACT_CONTACT_IN ? CONTACT_INBOUND : 0;
    flags |= has_flag(event, FACT_FLAG_BY_OTHER) ? CONTACT_BY_OTHER : 0;
    flags |= has_flag(event, FACT_FLAG_REPLY) ? CONTACT_REPLY : 0;
    flags |= has_flag(event, FACT_FLAG_IN_PROGRESS) ? CONTACT_IN_PROGRESS : 0;
    flags |= has_flag(event, FACT_FLAG_OPEN) ? CONTACT_OPEN : 0;
    flags |= has_flag(event, FACT_FLAG_ABOUT_DEBT) ? CONTACT_ABOUT_DEBT : 0;
    return flags;
}

static struct fact_subject subject_of(struct facts_book *book, const struct fact_event *event)
{
    struct fact_subject subject = {.debts = named_debts(event), .discussed = event->discussed, .person = event->person};
    if (event->type == FACT_CONTACT_OUT && is_phone(event) && event->person == FACT_CONSUMER)
        subject.consented = consented_debts(book, event);
    return subject;
}

static void add_contact(struct facts_book *book, const struct fact_event *event)
{
    const struct fact_subject subject = subject_of(book, event);
    const struct fact_contact contact = {
        .at_us = event->at.us & FACT_CONTACT_AT_MAX_US,
        .medium = event->medium,
        .outcome = event->outcome,
        .technology = event->technology,
        .purpose = event->purpose,
        .flags = contact_flags(event) & CONTACT_FLAGS_ALL,
        .subject = facts_book_subject(book, &subject) & (FACT_SUBJECTS_MAX - 1),
        .address = event->address,
    };
    g_array_append_val(book->contacts, contact);
}

/* What is sent may come back within 14 days; what was sent before and did not, stands (1006.30(a)(1)(ii)). */
static void start_monitoring(struct fact_debt *debt, int64_t at_us)
{
    if (debt->furnish_since_us == 0)
        debt->furnish_since_us = at_us;
}

static bool is_delivered_in_writing(const struct fact_event *event)
{
    return event->type == FACT_CONTACT_OUT &&
           medium_is_in(event->medium, (medium_set)(MEDIA_ELECTRONIC | MEDIUM_BIT(MEDIUM_LETTER)));
}

static void contact_happens(struct facts_book *book, const struct fact_event *event)
{
    add_contact(book, event);
    if (is_conversation(event) && is_phone(event) && event->person == FACT_CONSUMER)
        end_call_consents(book, event);
    for (guint i = 0; i < book->debts->len; i++) {
        struct fact_debt *debt = &g_array_index(book->debts, struct fact_debt, i);
        const debt_set debts =
            is_conversation(event) ? discussed_debts(event) | named_debts(event) : named_debts(event);
        if ((debts & DEBT_BIT(i)) == 0 || has_flag(event, FACT_FLAG_BY_OTHER))
            continue;
        if (event->type == FACT_CONTACT_OUT || has_flag(event, FACT_FLAG_LAST_ACTIVITY))
            debt->last_activity_at_us = event->at.us;
        bool is_about_debt = event->type == FACT_CONTACT_OUT || has_flag(event, FACT_FLAG_ABOUT_DEBT);
        if (!is_with_obligor(book, event) || !is_communication(event) || !is_about_debt)
            continue;
        if (debt->initial_at_us == 0)
            debt->initial_at_us = event->at.us;
        if (is_delivered_in_writing(event))
            start_monitoring(debt, event->at.us);
    }
}

/* --- consents, requests, designations */

static void add_consent(struct facts_book *book, const struct fact_event *event)
{
    const uint32_t wanted = FACT_FLAG_GIVEN_TO_COLLECTOR | FACT_FLAG_COMPLIANT;
    if (event->scope != CONSENT_COURT && (event->flags & wanted) != wanted)
        return;
    struct fact_consent consent = {
        .at_us = event->at.us,
        .debts = named_debts(event),
        .scope = event->scope,
        .person = event->scope == CONSENT_THIRD_PARTY ? event->person : FACT_NONE,
        .address = event->scope == CONSENT_EMAIL || event->scope == CONSENT_TEXT ? event->address : FACT_NONE,
        .n_dates = event->n_dates,
        .from_second = event->from_second,
        .to_second = event->to_second,
    };
    memcpy(consent.dates, event->dates, sizeof(consent.dates));
    if (event->scope == CONSENT_CALLS)
        consent.debts = debts_of_accounts(facts_book_facts(book), consent.debts);
    g_array_append_val(book->consents, consent);
}

static void end_consents(struct facts_book *book, const struct fact_event *event)
{
    for (guint i = 0; i < book->consents->len; i++) {
        struct fact_consent *consent = &g_array_index(book->consents, struct fact_consent, i);
        bool is_meant =
            has_flag(event, FACT_FLAG_ALL_SCOPES) ||
            (consent->scope == event->scope && (event->address == FACT_NONE || event->address == consent->address) &&
             (event->person == FACT_NONE || consent->person == FACT_NONE || event->person == consent->person));
        if (is_meant && consent->ended_at_us == 0 && consent->scope != CONSENT_COURT)
            consent->ended_at_us = event->at.us;
    }
}

static void end_address_consents(struct facts_book *book, const struct fact_event *event)
{
    for (guint i = 0; i < book->consents->len; i++) {
        struct fact_consent *consent = &g_array_index(book->consents, struct fact_consent, i);
        if (consent->ended_at_us == 0 && event->address != FACT_NONE && consent->address == event->address)
            consent->ended_at_us = event->at.us;
    }
}

/* A request against calls is one against all that is placed through the telephone. */
static medium_set requested_media(medium_set media)
{
    return (media & MEDIA_PHONE) != 0 ? (medium_set)(media | MEDIA_PHONE) : media;
}

static void request_happens(struct facts_book *book, const struct fact_event *event)
{
    struct fact_request request = {
        .at_us = event->at.us, .media = requested_media(event->media), .address = event->address};
    for (guint i = 0; has_flag(event, FACT_FLAG_WITHDRAWN) && i < book->requests->len; i++) {
        struct fact_request *before = &g_array_index(book->requests, struct fact_request, i);
        bool is_meant =
            (before->media & request.media) != 0 && (event->address == FACT_NONE || event->address == before->address);
        if (is_meant && before->withdrawn_at_us == 0)
            before->withdrawn_at_us = event->at.us;
    }
    if (has_flag(event, FACT_FLAG_WITHDRAWN))
        return;
    g_array_append_val(book->requests, request);
    if (event->type == FACT_OPT_OUT)
        end_address_consents(book, event);
}

static void designation_happens(struct facts_book *book, const struct fact_event *event)
{
    const struct fact_designation designation = {
        .at_us = event->at.us,
        .days = event->days,
        .is_only = has_flag(event, FACT_FLAG_ONLY),
        .place = event->type == FACT_INCONVENIENT_PLACE ? event->place : PLACE_NONE,
        .from_second = event->from_second,
        .to_second = event->to_second,
        .until = event->date,
    };
    g_array_append_val(book->designations, designation);
}

static void rescind_designations(struct facts_book *book, const struct fact_event *event)
{
    for (guint i = 0; i < book->designations->len; i++) {
        struct fact_designation *designation = &g_array_index(book->designations, struct fact_designation, i);
        if ((event->place == PLACE_NONE || event->place == designation->place) && designation->rescinded_at_us == 0)
            designation->rescinded_at_us = event->at.us;
    }
}

/* --- debts */

static void cease_happens(struct fact_debt_particulars *debt, const struct fact_event *event)
{
    bool is_effective = has_flag(event, FACT_FLAG_WRITTEN) && !has_flag(event, FACT_FLAG_MEDIUM_REFUSED);
    int64_t *since_us = is_effective ? &debt->cease_at_us : &debt->refused_at_us;
    if (*since_us == 0)
        *since_us = event->at.us;
}

/* On time: on or before the last day of the validation period, by the day of submission (comment 38-1) where it is
 * known. No notice was sent, or its period is not known: the period has not ended. */
static bool is_timely(struct facts_book *book, const struct fact_debt *debt, const struct fact_event *event)
{
    int32_t day = event->date.days != 0 ? event->date.days : local_days_of(book, event->at.us).first;
    return debt->validation_ends.days == 0 || day <= debt->validation_ends.days;
}

static bool is_valid_writing(const struct fact_event *event)
{
    return has_flag(event, FACT_FLAG_WRITTEN) && !has_flag(event, FACT_FLAG_MEDIUM_REFUSED);
}

/* One that holds collection is not displaced by a later one that does not. */
static void dispute_happens(struct facts_book *book, struct fact_debt *of, const struct fact_event *event)
{
    struct fact_debt_particulars *debt = facts_book_debt(book, of);
    if (debt->disputed_since_us == 0)
        debt->disputed_since_us = event->at.us;
    bool is_held = debt->is_dispute_written && debt->is_dispute_timely && debt->dispute_at_us != 0 &&
                   debt->dispute_answered_at_us < debt->dispute_at_us;
    bool is_holding = is_valid_writing(event) && is_timely(book, of, event);
    if (is_held && !is_holding)
        return;
    bool was_answered = debt->dispute_answered_at_us != 0;
    debt->is_dispute_duplicative =
        was_answered && !is_held && has_flag(event, FACT_FLAG_SAME) && !has_flag(event, FACT_FLAG_NEW_INFORMATION);
    debt->disputed_minor = is_held && (debt->disputed_minor == 0 || event->amount_minor == 0)
                               ? 0
                               : event->amount_minor + (is_held ? debt->disputed_minor : 0);
    debt->is_dispute_written = is_valid_writing(event);
    debt->is_dispute_timely = is_timely(book, of, event);
    debt->dispute_at_us = event->at.us;
    debt->dispute_answered_at_us = 0;
}

static void validation_happens(struct facts_book *book, struct fact_debt *debt, const struct fact_event *event)
{
    debt->validation_at_us = event->at.us;
    debt->validation_ends = event->date;
    if (event->date.days == 0) {
        int days = event->type == FACT_VALIDATION_ORAL ? 0 : LAW_RECEIPT_ASSUMPTION_DAYS;
        debt->validation_ends = law_validation_period_end((struct date){local_days_of(book, event->at.us).last}, days,
                                                          LAW_HOLIDAYS_STATUTE);
    }
    debt->last_activity_at_us = event->at.us;
    if (debt->initial_at_us == 0)
        debt->initial_at_us = event->at.us;
    if (event->type == FACT_VALIDATION_SENT)
        start_monitoring(debt, event->at.us);
}

/* What came back within the 14 days was not sent: of a verification, too. Later it does not matter (comment
 * 30(a)(1)-3.iii). */
static void undeliverable_happens(struct facts_book *book, struct fact_debt *debt, const struct fact_event *event)
{
    const int64_t answered_us = debt_particulars(facts_book_facts(book), debt)->dispute_answered_at_us;
    if (answered_us != 0 && (has_flag(event, FACT_FLAG_OF_VERIFICATION) || answered_us > debt->validation_at_us))
        facts_book_debt(book, debt)->dispute_answered_at_us = 0;
    if (has_flag(event, FACT_FLAG_OF_VERIFICATION))
        return;
    if (debt->furnish_since_us == 0)
        return;
    struct date sent = {local_days_of(book, debt->furnish_since_us).last};
    if (local_days_of(book, event->at.us).first < law_furnishing_earliest(sent).days)
        debt->furnish_since_us = 0;
}

static void payment_happens(struct facts_book *book, struct fact_debt *debt, const struct fact_event *event)
{
    debt->last_activity_at_us = event->at.us;
    if (debt->balance_minor > 0 && event->amount_minor > 0)
        debt->balance_minor -= MIN(event->amount_minor, debt->balance_minor);
    if (!has_flag(event, FACT_FLAG_IN_FULL) && !has_flag(event, FACT_FLAG_SETTLES))
        return;
    facts_book_debt(book, debt)->paid_at_us = event->at.us;
    debt->status = has_flag(event, FACT_FLAG_SETTLES) ? DEBT_STATUS_SETTLED : DEBT_STATUS_PAID;
}

static void discharge_happens(struct facts_book *book, struct fact_debt *debt, const struct fact_event *event)
{
    struct fact_debt_particulars *particulars = facts_book_debt(book, debt);
    particulars->bankruptcy_at_us = 0;
    particulars->discharge_at_us = event->at.us;
    debt->status = DEBT_STATUS_DISCHARGED;
}

static void reaffirmation_happens(struct facts_book *book, struct fact_debt *debt)
{
    struct fact_debt_particulars *particulars = facts_book_debt(book, debt);
    particulars->discharge_at_us = 0;
    particulars->bankruptcy_at_us = 0;
    if (debt->status == DEBT_STATUS_DISCHARGED)
        debt->status = DEBT_STATUS_ACTIVE;
}

static void attorney_happens(struct fact_debt_particulars *debt, const struct fact_event *event)
{
    if (!has_flag(event, FACT_FLAG_ATTORNEY_KNOWN))
        return;
    debt->attorney_at_us = event->at.us;
    debt->attorney = event->person;
}

static void attorney_goes(struct fact_debt_particulars *debt, const struct fact_event *event)
{
    if (event->person == FACT_NONE || debt->attorney == FACT_NONE || event->person == debt->attorney)
        debt->attorney_at_us = 0;
}

static void request_original_creditor(struct facts_book *book, struct fact_debt *debt, const struct fact_event *event)
{
    if (is_valid_writing(event) && is_timely(book, debt, event))
        facts_book_debt(book, debt)->creditor_request_at_us = event->at.us;
}

/* --- one event to one debt */

/* This and the three below each look at the events that are about what they change; all others pass. */
static void debt_changes(struct facts_book *book, struct fact_debt *debt, const struct fact_event *event)
{
    const int64_t at_us = event->at.us;
    switch ((int)event->type) {
    case FACT_ATTORNEY_NOTICE:
        attorney_happens(facts_book_debt(book, debt), event);
        break;
    case FACT_ATTORNEY_ENDED:
    case FACT_ATTORNEY_CONSENTS:
    case FACT_ATTORNEY_UNRESPONSIVE:
        attorney_goes(facts_book_debt(book, debt), event);
        break;
    case FACT_CEASE_RECEIVED:
    case FACT_REFUSE_TO_PAY:
        cease_happens(facts_book_debt(book, debt), event);
        break;
    case FACT_CEASE_WITHDRAWN:
        facts_book_debt(book, debt)->cease_at_us = 0;
        facts_book_debt(book, debt)->refused_at_us = 0;
        break;
    case FACT_VALIDATION_SENT:
    case FACT_VALIDATION_ORAL:
        validation_happens(book, debt, event);
        break;
    case FACT_UNDELIVERABLE:
        undeliverable_happens(book, debt, event);
        break;
    case FACT_DISPUTE:
        dispute_happens(book, debt, event);
        break;
    case FACT_DISPUTE_WITHDRAWN:
        facts_book_debt(book, debt)->disputed_since_us = 0;
        facts_book_debt(book, debt)->dispute_at_us = 0;
        break;
    case FACT_VERIFICATION_SENT:
    case FACT_JUDGMENT_SENT:
        facts_book_debt(book, debt)->dispute_answered_at_us = at_us;
        debt->last_activity_at_us = at_us;
        break;
    case FACT_DUPLICATIVE_NOTICE:
        if (has_flag(event, FACT_FLAG_NOTICE_COMPLETE) && facts_book_debt(book, debt)->is_dispute_duplicative)
            facts_book_debt(book, debt)->dispute_answered_at_us = at_us;
        break;
    case FACT_CREDITOR_REQUEST:
        request_original_creditor(book, debt, event);
        break;
    case FACT_CREDITOR_INFO_SENT:
    case FACT_SAME_CREDITOR_NOTICE:
        facts_book_debt(book, debt)->creditor_request_at_us = 0;
        break;
    case FACT_SUBSTANTIATION_REQUEST:
        facts_book_debt(book, debt)->substantiation_at_us = at_us;
        break;
    case FACT_SUBSTANTIATION_SENT:
        facts_book_debt(book, debt)->substantiation_at_us = 0;
        break;
    case FACT_BANKRUPTCY_FILED:
        facts_book_debt(book, debt)->bankruptcy_at_us = at_us;
        break;
    case FACT_BANKRUPTCY_DISMISSED:
    case FACT_BANKRUPTCY_CLOSED:
    case FACT_STAY_RELIEVED:
        facts_book_debt(book, debt)->bankruptcy_at_us = 0;
        break;
    case FACT_BANKRUPTCY_DISCHARGED:
        discharge_happens(book, debt, event);
        break;
    case FACT_REAFFIRMED:
        reaffirmation_happens(book, debt);
        break;
    case FACT_MEDICAL_NOTICE:
        if (debt_particulars(facts_book_facts(book), debt)->medical_notice_at_us == 0)
            facts_book_debt(book, debt)->medical_notice_at_us = at_us;
        break;
    case FACT_PAYMENT:
        payment_happens(book, debt, event);
        break;
    case FACT_PORTAL_PAYMENT:
    case FACT_ACTIVITY:
    case FACT_FURNISHED:
        debt->last_activity_at_us = at_us;
        break;
    case FACT_CHARGED_OFF:
        debt->is_charged_off = true;
        break;
    case FACT_HOLD_SET:
        debt->holds = (uint16_t)(debt->holds | 1u << event->hold);
        break;
    case FACT_HOLD_CLEARED:
        debt->holds = (uint16_t)(debt->holds & ~(1u << event->hold));
        break;
    default:
        break;
    }
}

/* --- one event to one address, person, or the whole */

static void revocation_happens(struct facts_book *book, const struct fact_event *event)
{
    struct date deadline = event->date;
    if (deadline.days == 0)
        deadline = law_tcpa_revocation_deadline((struct date){local_days_of(book, event->at.us).first});
    for (guint i = 0; i < book->addresses->len; i++) {
        struct fact_address *address = &g_array_index(book->addresses, struct fact_address, i);
        if (event->address != FACT_NONE && event->address != i)
            continue;
        facts_book_address(book, address)->tcpa_revoked_at_us = event->at.us;
        facts_book_address(book, address)->tcpa_revocation_deadline = deadline;
    }
}

static void address_changes(struct facts_book *book, struct fact_address_particulars *address,
                            const struct fact_event *event)
{
    const int64_t at_us = event->at.us;
    switch ((int)event->type) {
    case FACT_WRONG_NUMBER:
        address->wrong_since_us = at_us;
        facts_book_update_zones(book);
        break;
    case FACT_DISCLOSED:
        address->disclosed_since_us = at_us;
        break;
    case FACT_TCPA_CONSENT:
        address->tcpa_consent_at_us = at_us;
        address->tcpa_revoked_at_us = 0;
        address->tcpa_exempt_opt_out_at_us = 0;
        break;
    case FACT_TCPA_EXEMPT_OPT_OUT:
        address->tcpa_exempt_opt_out_at_us = at_us;
        break;
    case FACT_CREDITOR_EMAIL_NOTICE:
        address->creditor_notice_at_us = at_us;
        address->creditor_notice_deadline = event->date;
        address->is_notice_incomplete = has_flag(event, FACT_FLAG_INCOMPLETE);
        break;
    case FACT_PRIOR_COLLECTOR_USE:
        address->is_prior_collector_use = has_flag(event, FACT_FLAG_IMMEDIATELY_PRIOR) &&
                                          has_flag(event, FACT_FLAG_COMPLIANT) && !has_flag(event, FACT_FLAG_OPTED_OUT);
        break;
    case FACT_NUMBER_CHECK: /* one that is not complete and accurate says nothing */
        if (has_flag(event, FACT_FLAG_INCOMPLETE))
            break;
        address->check_at_us = at_us;
        address->check_since_us = event->date.days * US_PER_DAY;
        address->is_check_reassigned = has_flag(event, FACT_FLAG_REASSIGNED);
        break;
    default:
        break;
    }
}

static bool is_about_address(enum fact_event_type type)
{
    return type == FACT_WRONG_NUMBER || type == FACT_DISCLOSED || type == FACT_TCPA_CONSENT ||
           type == FACT_TCPA_EXEMPT_OPT_OUT || type == FACT_CREDITOR_EMAIL_NOTICE || type == FACT_PRIOR_COLLECTOR_USE ||
           type == FACT_NUMBER_CHECK;
}

static void person_changes(struct facts_book *book, const struct fact_event *event)
{
    if (event->person >= book->persons->len)
        return;
    struct fact_person *person = &g_array_index(book->persons, struct fact_person, event->person);
    if (event->type == FACT_CALLBACK_REQUESTED)
        person->callback_requested_at_us = event->at.us;
    else if (event->type == FACT_ANSWER_DOUBTED && has_flag(event, FACT_FLAG_HAS_INFORMATION))
        person->answer_doubted_at_us = event->at.us;
}

static void money_changes(struct fact_particulars *particulars, const struct fact_event *event)
{
    switch ((int)event->type) {
    case FACT_POSTDATED_RECEIVED:
        particulars->postdated = (struct fact_postdated){.received_at_us = event->at.us, .dated = event->date};
        break;
    case FACT_POSTDATED_NOTICE:
        if (has_flag(event, FACT_FLAG_WRITTEN))
            particulars->postdated.notice_at_us = event->at.us;
        break;
    case FACT_ACH_RETURN:
        particulars->ach.return_code = event->code;
        particulars->ach.returned_at_us = event->at.us;
        particulars->ach.is_reauthorized = false;
        particulars->ach.is_remedied = false;
        break;
    case FACT_ACH_REINITIATED:
        particulars->ach.reinitiations++;
        break;
    case FACT_ACH_REAUTHORIZED:
        particulars->ach.is_reauthorized = true;
        break;
    case FACT_ACH_REMEDIED:
        particulars->ach.is_remedied = true;
        break;
    case FACT_VARYING_NOTICE:
        if (has_flag(event, FACT_FLAG_WRITTEN))
            particulars->plan.notice_at_us = event->at.us;
        break;
    default:
        break;
    }
}

static void whole_changes(struct facts_book *book, const struct fact_event *event)
{
    struct fact_particulars *particulars = &book->particulars;
    switch ((int)event->type) {
    case FACT_CONTACT_OUT:
    case FACT_CONTACT_IN:
        contact_happens(book, event);
        break;
    case FACT_CONSENT:
    case FACT_COURT_PERMISSION:
        add_consent(book, event);
        break;
    case FACT_CONSENT_REVOKED:
        end_consents(book, event);
        break;
    case FACT_INCONVENIENT_TIME:
    case FACT_INCONVENIENT_PLACE:
        designation_happens(book, event);
        break;
    case FACT_DESIGNATION_RESCINDED:
        rescind_designations(book, event);
        break;
    case FACT_EMPLOYER_PROHIBITS:
        particulars->employer_prohibits_at_us = has_flag(event, FACT_FLAG_RESCINDED) ? 0 : event->at.us;
        break;
    case FACT_MEDIA_REQUEST:
    case FACT_OPT_OUT:
        request_happens(book, event);
        break;
    case FACT_SESSION_START:
        particulars->session_from_us = event->at.us;
        particulars->session_to_us = 0;
        break;
    case FACT_SESSION_END:
        particulars->session_to_us = event->at.us;
        break;
    case FACT_TCPA_REVOCATION:
        revocation_happens(book, event);
        break;
    case FACT_CALLBACK_REQUESTED:
    case FACT_ANSWER_DOUBTED:
        person_changes(book, event);
        break;
    default:
        money_changes(particulars, event);
        break;
    }
}

enum status facts_book_apply(struct facts_book *book, const struct fact_event *event, struct error *err)
{
    if (event->at.us < book->last_us)
        return error_set(err, STATUS_INVALID_ARGUMENT, "the event lies before the one applied last");
    if (event->address != FACT_NONE && event->address >= book->addresses->len)
        return error_set(err, STATUS_INVALID_ARGUMENT, "no address %u", event->address);
    if (event->person != FACT_NONE && event->person >= book->persons->len)
        return error_set(err, STATUS_INVALID_ARGUMENT, "no person %u", event->person);
    if (is_contact(event) && (event->at.us < 0 || event->at.us > FACT_CONTACT_AT_MAX_US))
        return error_set(err, STATUS_INVALID_ARGUMENT, "a contact before 1970, or after 3111");
    if (is_contact(event) && book->subjects->len >= FACT_SUBJECTS_MAX)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "contacts about more than %d different sets of debts",
                         FACT_SUBJECTS_MAX);
    if (book->consents->len >= LISTS_MAX || book->requests->len >= LISTS_MAX || book->designations->len >= LISTS_MAX)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "more than %d consents, requests or designations", LISTS_MAX);
    book->last_us = event->at.us;
    struct fact_event named = *event;
    if (event->type == FACT_COURT_PERMISSION)
        named.scope = CONSENT_COURT;
    if (event->person == FACT_NONE && is_contact(event))
        named.person = FACT_CONSUMER;
    whole_changes(book, &named);
    struct fact_address *address = is_about_address(named.type) ? address_of(book, &named) : NULL;
    if (address != NULL)
        address_changes(book, facts_book_address(book, address), &named);
    for (guint i = 0; i < book->debts->len; i++) {
        struct fact_debt *debt = debt_of(book, &named, i);
        if (debt != NULL)
            debt_changes(book, debt, &named);
    }
    return STATUS_OK;
}
