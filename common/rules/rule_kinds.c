#include "rules/rule_kinds.h"

#include <string.h>

#include "status/scope.h"

#define CONTACT       ACTION_BIT(ACTION_CONTACT)
#define SUITS         (ACTION_BIT(ACTION_FILE_SUIT) | ACTION_BIT(ACTION_THREATEN_SUIT))
#define COLLECTION    (CONTACT | SUITS | ACTION_BIT(ACTION_COLLECT))
#define DEBITS        (ACTION_BIT(ACTION_ACH_REINITIATE) | ACTION_BIT(ACTION_PREAUTHORIZED_DEBIT) | ACTION_BIT(ACTION_DEPOSIT))
#define TRANSFERS     (ACTION_BIT(ACTION_SELL) | ACTION_BIT(ACTION_PLACE))
#define TIMED         ((medium_set)(MEDIA_ALL & ~MEDIA_PAPER & ~MEDIUM_BIT(MEDIUM_FAX))) /* mail has no time of day */
#define PHONE_OR_TEXT ((medium_set)(MEDIA_PHONE | MEDIUM_BIT(MEDIUM_TEXT)))

#define P(name) PARAMETER_BIT(PARAMETER_##name)
#define CAP     (P(LIMIT) | P(DAYS))

static const struct rule_kind KINDS[] = {
    /* when and where */
    {"calling_window", "outside hours of the day, in any zone where the consumer may be", P(FROM) | P(TO),
     P(MEDIA) | P(LIFTED) | P(ZONES), CONTACT, TIMED, judge_calling_window},
    {"unknown_zone", "no zone is known", 0, P(MEDIA), CONTACT, TIMED, judge_unknown_zone},
    {"designated_time", "a time that the consumer called inconvenient", 0, P(MEDIA) | P(LIFTED), CONTACT, TIMED,
     judge_designated_time},
    {"designated_place", "a place that the consumer called inconvenient", 0, P(MEDIA) | P(LIFTED), CONTACT, MEDIA_ALL,
     judge_designated_place},
    {"workplace", "at work, where the employer prohibits it", 0, P(MEDIA), CONTACT, MEDIA_ALL, judge_workplace},

    /* how often */
    {"contact_cap", "more than `limit` contacts in `days` local days", CAP,
     P(MEDIA) | P(COUNTS) | P(PER) | P(TARGET) | P(LEAVES_OUT), CONTACT, MEDIA_ALL, judge_contact_cap},
    {"cool_down", "within `days` local days of a conversation about the debt", P(DAYS), P(LEAVES_OUT), CONTACT,
     MEDIA_PHONE, judge_cool_down},
    {"rebuttal", "warns of what may overturn the presumption of compliance", P(DAYS) | P(DAILY_LIMIT), P(LEAVES_OUT),
     CONTACT, MEDIA_PHONE, judge_rebuttal},
    {"cumulative", "warns of many contacts over several media", CAP, P(MEDIA), CONTACT, MEDIA_ALL, judge_cumulative},

    /* what holds a debt */
    {"hold", "a state that holds the debt", P(HOLD), P(MEDIA), COLLECTION, MEDIA_ALL, judge_hold},
    {"cease", "after a written refusal to pay or request to cease", 0, 0, CONTACT, MEDIA_ALL, judge_cease},
    {"attorney", "a consumer who has an attorney", 0, 0, CONTACT, MEDIA_ALL, judge_attorney},
    {"stay", "while the automatic stay holds", 0, 0, COLLECTION | DEBITS, MEDIA_ALL, judge_stay},
    {"discharge", "a debt discharged in bankruptcy", 0, 0, COLLECTION | DEBITS, MEDIA_ALL, judge_discharge},
    {"dispute", "a debt disputed in writing in time, until it is verified", 0, 0, COLLECTION, MEDIA_ALL, judge_dispute},
    {"duplicative_dispute", "a dispute like an answered one, until that is said", 0, 0, COLLECTION, MEDIA_ALL,
     judge_duplicative_dispute},
    {"original_creditor", "until the original creditor is named to who asked", 0, 0, COLLECTION, MEDIA_ALL,
     judge_original_creditor},
    {"substantiation", "a charged-off debt, until it is substantiated to who asked", 0, 0, COLLECTION, MEDIA_ALL,
     judge_substantiation},
    {"prior_notice", "a debt of a type, until `days` after a notice by mail", P(DAYS) | P(DEBT_TYPE), 0,
     COLLECTION | ACTION_BIT(ACTION_FURNISH), MEDIA_ALL, judge_prior_notice},

    /* through what */
    {"media_request", "media and addresses that the consumer does not want", 0, 0,
     CONTACT | ACTION_BIT(ACTION_SEND_VALIDATION), MEDIA_ALL, judge_media_request},
    {"opt_out_notice", "an electronic message that does not say how to opt out", 0, P(MEDIA), CONTACT, MEDIA_ELECTRONIC,
     judge_opt_out_notice},
    {"work_email", "an e-mail address known to be the employer's", 0, 0, CONTACT, MEDIUM_BIT(MEDIUM_EMAIL),
     judge_work_email},
    {"social", "a message that others can see", 0, 0, CONTACT, MEDIUM_BIT(MEDIUM_SOCIAL), judge_social},
    {"postcard", "a postcard", 0, 0, CONTACT, MEDIUM_BIT(MEDIUM_POSTCARD), judge_postcard},
    {"envelope", "an envelope that shows that it is about a debt", 0, 0, CONTACT, MEDIA_PAPER, judge_envelope},
    {"email_safe_harbor", "notes whether the safe harbor for e-mail holds", 0, 0, CONTACT, MEDIUM_BIT(MEDIUM_EMAIL),
     judge_email_safe_harbor},
    {"text_safe_harbor", "notes whether the safe harbor for texts holds", 0, 0, CONTACT, MEDIUM_BIT(MEDIUM_TEXT),
     judge_text_safe_harbor},
    {"electronic_consent", "electronic messages without consent, but for `limit` requests for it in `days`", CAP,
     P(MEDIA), CONTACT, MEDIA_ELECTRONIC, judge_electronic_consent},

    /* to whom */
    {"third_party", "who may not hear of the debt", 0, 0, CONTACT, MEDIA_ALL, judge_third_party},
    {"location_content", "location contacts that say too much or too little", 0, 0, CONTACT, MEDIA_ALL,
     judge_location_content},
    {"location_attorney", "location contacts about a consumer who has an attorney", 0, 0, CONTACT, MEDIA_ALL,
     judge_location_attorney},
    {"location_once", "a second location contact with the same person", 0, 0, CONTACT, MEDIA_ALL, judge_location_once},

    /* by machine */
    {"wireless_consent", "machine calls to wireless numbers without consent", 0, 0, CONTACT, PHONE_OR_TEXT,
     judge_wireless_consent},
    {"wireless_revocation", "machine calls after consent was revoked", 0, 0, CONTACT, PHONE_OR_TEXT,
     judge_wireless_revocation},
    {"residential_cap", "more than `limit` recorded calls to a residential line in `days`", CAP, 0, CONTACT,
     MEDIA_PHONE, judge_residential_cap},

    /* what is said */
    {"disclosure", "communications without the disclosures of a debt collector", 0, 0, CONTACT, MEDIA_ALL,
     judge_disclosure},
    {"identity", "calls without identity", 0, 0, CONTACT, MEDIA_PHONE, judge_identity},
    {"communicated_dispute", "a disputed debt that is not communicated as disputed", 0, 0,
     CONTACT | TRANSFERS | ACTION_BIT(ACTION_FURNISH) | ACTION_BIT(ACTION_SEND_DATA), MEDIA_ALL,
     judge_communicated_dispute},
    {"overshadowing", "what overshadows the right to dispute", 0, 0, CONTACT, MEDIA_ALL, judge_overshadowing},
    {"validation_timing", "validation information that is late or left out", 0, 0,
     ACTION_BIT(ACTION_SEND_VALIDATION) | ACTION_BIT(ACTION_OMIT_VALIDATION), MEDIA_ALL, judge_validation_timing},
    {"validation_content", "a validation notice that is not complete", 0, 0, ACTION_BIT(ACTION_CHECK_VALIDATION),
     MEDIA_ALL, judge_validation_content},
    {"delivery", "required notices in a form that cannot be kept, or electronic without consent", 0, 0,
     CONTACT | ACTION_BIT(ACTION_SEND_VALIDATION), MEDIA_ALL, judge_delivery},

    /* money */
    {"fee", "amounts that neither agreement nor law allows", 0, 0, ACTION_BIT(ACTION_ASSESS_FEE), MEDIA_ALL, judge_fee},
    {"postdated", "deposit of a postdated instrument without notice, or before its date", 0, 0,
     ACTION_BIT(ACTION_DEPOSIT), MEDIA_ALL, judge_postdated},
    {"time_barred", "suit, or threat of one, after the limitation period", 0, 0, CONTACT | SUITS, MEDIA_ALL,
     judge_time_barred},
    {"venue", "suit in a place that is none for it", 0, 0, ACTION_BIT(ACTION_FILE_SUIT), MEDIA_ALL, judge_venue},
    {"furnishing", "furnishing before the consumer was told", 0, 0, ACTION_BIT(ACTION_FURNISH), MEDIA_ALL,
     judge_furnishing},
    {"transfer", "sale or placement of a debt that is not owed any more", 0, 0, TRANSFERS, MEDIA_ALL, judge_transfer},
    {"payment", "a payment applied to a disputed debt, or against directions", 0, 0, ACTION_BIT(ACTION_APPLY_PAYMENT),
     MEDIA_ALL, judge_payment},
    {"retention", "deletion of what has to be kept", 0, 0, ACTION_BIT(ACTION_DELETE_RECORDS), MEDIA_ALL,
     judge_retention},
    {"reinitiation", "an ACH entry sent again after a return that forbids it, too often or too late", CAP, 0,
     ACTION_BIT(ACTION_ACH_REINITIATE), MEDIA_ALL, judge_reinitiation},
    {"reinitiated_amount", "an ACH entry sent again with another amount", 0, 0, ACTION_BIT(ACTION_ACH_REINITIATE),
     MEDIA_ALL, judge_reinitiated_amount},
    {"debit_authorization", "preauthorized debits without written authorization", 0, 0,
     ACTION_BIT(ACTION_PREAUTHORIZED_DEBIT), MEDIA_ALL, judge_debit_authorization},
    {"varying_amount", "a preauthorized debit of another amount without `days` of notice", P(DAYS), 0,
     ACTION_BIT(ACTION_PREAUTHORIZED_DEBIT), MEDIA_ALL, judge_varying_amount},

    /* what is computed: dates, rates, codes; such a rule gives the figure its name and source and refuses nothing */
    {"computed", "nothing: names the source of what is computed", 0, 0, 0, MEDIA_ALL, NULL},
};

const struct rule_kind *rule_kind_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(KINDS); i++)
        if (strcmp(KINDS[i].name, name) == 0)
            return &KINDS[i];
    return NULL;
}

const struct rule_kind *rule_kind_at(size_t index)
{
    return index < ARRAY_SIZE(KINDS) ? &KINDS[index] : NULL;
}
