#include "fact_model.h"

static const struct fact_traits TRAITS[FACT_KIND_END] = {
    [FACT_KIND_CONSENT] = {"consent", FACT_IS_FOLDED, FACT_CONSENT, 0, false, true},
    [FACT_KIND_CONSENT_REVOKED] = {"consent_revoked", FACT_IS_FOLDED, FACT_CONSENT_REVOKED, 0, false, false},
    [FACT_KIND_COURT_PERMISSION] = {"court_permission", FACT_IS_FOLDED, FACT_COURT_PERMISSION, 0, false, true},
    [FACT_KIND_INCONVENIENT_TIME] = {"inconvenient_time", FACT_IS_FOLDED, FACT_INCONVENIENT_TIME, 0, false, false},
    [FACT_KIND_INCONVENIENT_PLACE] = {"inconvenient_place", FACT_IS_FOLDED, FACT_INCONVENIENT_PLACE, 0, false, false},
    [FACT_KIND_DESIGNATION_RESCINDED] = {"designation_rescinded", FACT_IS_FOLDED, FACT_DESIGNATION_RESCINDED, 0, false,
                                         true},
    [FACT_KIND_EMPLOYER_PROHIBITS] = {"employer_prohibits", FACT_IS_FOLDED, FACT_EMPLOYER_PROHIBITS, 0, false, false},
    [FACT_KIND_EMPLOYER_EMAIL] = {"employer_email", FACT_IS_OF_PERSON, 0, 0, true, false},
    [FACT_KIND_MEDIA_REQUEST] = {"media_request", FACT_IS_FOLDED, FACT_MEDIA_REQUEST, 0, false, false},
    [FACT_KIND_OPT_OUT] = {"opt_out", FACT_IS_FOLDED, FACT_OPT_OUT, 0, false, false},
    [FACT_KIND_NUMBER_CHECK] = {"number_check", FACT_IS_FOLDED, FACT_NUMBER_CHECK, 0, true, false},
    [FACT_KIND_WRONG_NUMBER] = {"wrong_number", FACT_MARKS_WRONG, 0, 0, true, false},
    [FACT_KIND_BANKRUPTCY_FILED] = {"bankruptcy_filed", FACT_SETS_FLAG, 0, STICKY_BANKRUPTCY, false, false},
    [FACT_KIND_BANKRUPTCY_DISMISSED] = {"bankruptcy_dismissed", FACT_ENDS_FLAG, 0, STICKY_BANKRUPTCY, false, true},
    [FACT_KIND_BANKRUPTCY_DISCHARGED] = {"bankruptcy_discharged", FACT_IS_FOLDED, FACT_BANKRUPTCY_DISCHARGED, 0, false,
                                         false},
    [FACT_KIND_DECEASED] = {"deceased", FACT_SETS_FLAG, 0, STICKY_DECEASED, false, false},
    [FACT_KIND_MINOR] = {"minor", FACT_IS_OF_PERSON, 0, 0, false, false},
    [FACT_KIND_SERVICE_MEMBER] = {"service_member", FACT_IS_KEPT, 0, 0, false, false},
    [FACT_KIND_LANGUAGE] = {"language", FACT_IS_KEPT, 0, 0, false, false},
    [FACT_KIND_ATTORNEY_NOTICE] = {"attorney_notice", FACT_SETS_FLAG, 0, STICKY_ATTORNEY, false, false},
    [FACT_KIND_ATTORNEY_CONSENTS] = {"attorney_consents", FACT_ENDS_FLAG, 0, STICKY_ATTORNEY, false, true},
    [FACT_KIND_ATTORNEY_UNRESPONSIVE] = {"attorney_unresponsive", FACT_ENDS_FLAG, 0, STICKY_ATTORNEY, false, true},
    [FACT_KIND_ATTORNEY_ENDED] = {"attorney_ended", FACT_ENDS_FLAG, 0, STICKY_ATTORNEY, false, true},
    [FACT_KIND_CEASE_RECEIVED] = {"cease_received", FACT_SETS_FLAG, FACT_CEASE_RECEIVED, STICKY_CEASE, false, false},
    [FACT_KIND_REFUSAL_TO_PAY] = {"refusal_to_pay", FACT_SETS_FLAG, FACT_REFUSE_TO_PAY, STICKY_CEASE, false, false},
    [FACT_KIND_CEASE_WITHDRAWN] = {"cease_withdrawn", FACT_ENDS_FLAG, 0, STICKY_CEASE, false, true},
    [FACT_KIND_VALIDATION_NOTICE_SENT] = {"validation_notice_sent", FACT_IS_FOLDED, FACT_VALIDATION_SENT, 0, false,
                                          false},
    [FACT_KIND_VALIDATION_NOTICE_RETURNED] = {"validation_notice_returned", FACT_IS_FOLDED, FACT_UNDELIVERABLE, 0,
                                              false, false},
    [FACT_KIND_ORIGINAL_CREDITOR_REQUESTED] = {"original_creditor_requested", FACT_IS_FOLDED, FACT_CREDITOR_REQUEST, 0,
                                               false, false},
    [FACT_KIND_ORIGINAL_CREDITOR_SENT] = {"original_creditor_sent", FACT_IS_FOLDED, FACT_CREDITOR_INFO_SENT, 0, false,
                                          false},
    [FACT_KIND_SESSION_STARTED] = {"session_started", FACT_IS_FOLDED, FACT_SESSION_START, 0, false, false},
    [FACT_KIND_SESSION_ENDED] = {"session_ended", FACT_IS_FOLDED, FACT_SESSION_END, 0, false, false},
    [FACT_KIND_MESSAGE_RECEIVED] = {"message_received", FACT_IS_FOLDED, FACT_CONTACT_IN, 0, false, false},
    [FACT_KIND_TCPA_CONSENT] = {"tcpa_consent", FACT_IS_FOLDED, FACT_TCPA_CONSENT, 0, true, true},
    [FACT_KIND_TCPA_REVOCATION] = {"tcpa_revocation", FACT_IS_FOLDED, FACT_TCPA_REVOCATION, 0, false, false},
    [FACT_KIND_CREDITOR_EMAIL_NOTICE] = {"creditor_email_notice", FACT_IS_FOLDED, FACT_CREDITOR_EMAIL_NOTICE, 0, true,
                                         false},
    [FACT_KIND_LOCATION_KNOWN] = {"location_known", FACT_IS_OF_PERSON, 0, 0, false, false},
    [FACT_KIND_SUBSTANTIATION_REQUESTED] = {"substantiation_requested", FACT_IS_FOLDED, FACT_SUBSTANTIATION_REQUEST, 0,
                                            false, false},
    [FACT_KIND_SUBSTANTIATION_SENT] = {"substantiation_sent", FACT_IS_FOLDED, FACT_SUBSTANTIATION_SENT, 0, false,
                                       false},
    [FACT_KIND_MEDICAL_NOTICE_SENT] = {"medical_notice_sent", FACT_IS_FOLDED, FACT_MEDICAL_NOTICE, 0, false, false},
    [FACT_KIND_HARDSHIP] = {"hardship", FACT_IS_KEPT, 0, 0, false, false},
};

const struct fact_traits *fact_traits(enum fact_kind kind)
{
    return &TRAITS[kind];
}

void person_fact_free(void *data)
{
    struct person_fact *fact = data;
    if (fact == NULL)
        return;
    g_free(fact->body);
    g_free(fact);
}

void person_fact_freep(struct person_fact **fact)
{
    person_fact_free(*fact);
}

struct person_fact *debtor_find_fact(const struct debtor *debtor, const struct id *id)
{
    for (guint i = 0; i < debtor->facts->len; i++) {
        struct person_fact *fact = g_ptr_array_index(debtor->facts, i);
        if (id_equal(&fact->id, id))
            return fact;
    }
    return NULL;
}

/* Of two at one instant the one that was recorded first comes first. */
static bool comes_after(const struct person_fact *a, const struct person_fact *b)
{
    return a->at_us != b->at_us ? a->at_us > b->at_us : a->number > b->number;
}

bool debtor_add_fact(struct debtor *debtor, struct person_fact **fact)
{
    struct person_fact *added = TAKE(*fact);
    if (debtor_find_fact(debtor, &added->id) != NULL) {
        person_fact_free(added);
        return false;
    }
    guint at = debtor->facts->len;
    if (added->number == 0)
        added->number = (int32_t)debtor->facts->len + 1;
    while (at > 0 && comes_after(g_ptr_array_index(debtor->facts, at - 1), added))
        at--;
    g_ptr_array_insert(debtor->facts, (gint)at, added);
    return true;
}

bool fact_concerns(const struct person_fact *fact, const struct id *account_id)
{
    for (size_t i = 0; i < fact->n_accounts; i++)
        if (id_equal(&fact->account_ids[i], account_id))
            return true;
    return fact->n_accounts == 0;
}

static bool is_loosening(const struct person_fact *fact)
{
    return TRAITS[fact->kind].is_loosening || fact->effect == FACT_ENDS_FLAG;
}

hold_set fact_contradicts(const struct person_fact *fact, const struct debtor *debtor)
{
    const hold_set asked_for = HOLD_BIT(HOLD_CEASE) | HOLD_BIT(HOLD_ATTORNEY) | HOLD_BIT(HOLD_BANKRUPTCY) |
                               HOLD_BIT(HOLD_DECEASED) | HOLD_BIT(HOLD_OPT_OUT_CALLS) |
                               HOLD_BIT(HOLD_OPT_OUT_CONTACT_POINT) | HOLD_BIT(HOLD_WRONG_NUMBER);
    const struct contact_point *point = debtor_find_point(debtor, &fact->contact_point_id);
    hold_set holds = 0;
    for (guint i = 0; is_loosening(fact) && i < debtor->accounts->len; i++) {
        const struct account *account = g_ptr_array_index(debtor->accounts, i);
        if (fact_concerns(fact, &account->id))
            holds |= account_holds_at(account, point) & asked_for;
    }
    return holds & ~(fact->effect == FACT_ENDS_FLAG ? HOLD_BIT(sticky_hold(fact->flag)) : 0);
}
