#include "scenario_fields.h"

/* clang-format off */
const struct word WORDS_MEDIUM[] = {
    {"call", MEDIUM_CALL}, {"calls", MEDIUM_CALL}, {"phone", MEDIUM_CALL}, {"voicemail", MEDIUM_CALL}, {"telephone", MEDIUM_CALL}, {"phone_call", MEDIUM_CALL},
    {"ringless_voicemail", MEDIUM_RINGLESS},
    {"text", MEDIUM_TEXT}, {"texts", MEDIUM_TEXT}, {"sms", MEDIUM_TEXT},
    {"email", MEDIUM_EMAIL}, {"electronic", MEDIUM_EMAIL},
    {"social", MEDIUM_SOCIAL}, {"social_media", MEDIUM_SOCIAL}, {"dm", MEDIUM_SOCIAL}, {"direct_message", MEDIUM_SOCIAL},
    {"portal", MEDIUM_PORTAL}, {"website", MEDIUM_PORTAL}, {"app", MEDIUM_PORTAL}, {"web_portal", MEDIUM_PORTAL}, {"online_portal", MEDIUM_PORTAL}, {"web_form", MEDIUM_PORTAL}, {"online", MEDIUM_PORTAL}, {"website_portal", MEDIUM_PORTAL}, {"app_message", MEDIUM_PORTAL},
    {"letter", MEDIUM_LETTER}, {"mail", MEDIUM_LETTER}, {"courier", MEDIUM_LETTER}, {"response_form", MEDIUM_LETTER}, {"form", MEDIUM_LETTER}, {"validation_notice_response_form", MEDIUM_LETTER}, {"certified_mail", MEDIUM_LETTER}, {"registered_mail", MEDIUM_LETTER}, {"commercial_courier", MEDIUM_LETTER},
    {"postcard", MEDIUM_POSTCARD},
    {"fax", MEDIUM_FAX},
    {"in_person", MEDIUM_IN_PERSON}, {"oral", MEDIUM_IN_PERSON}, {"visit", MEDIUM_IN_PERSON}, {"hand_delivery", MEDIUM_IN_PERSON},
    {0},
};

const struct word WORDS_TECHNOLOGY[] = {
    {"manual", TECHNOLOGY_MANUAL}, {"live", TECHNOLOGY_MANUAL}, {"predictive_list", TECHNOLOGY_MANUAL}, {"predictive_dialer", TECHNOLOGY_MANUAL}, {"list_dialer", TECHNOLOGY_MANUAL}, {"preview", TECHNOLOGY_MANUAL}, {"preview_dialer", TECHNOLOGY_MANUAL}, {"power_dialer", TECHNOLOGY_MANUAL}, {"predictive", TECHNOLOGY_MANUAL}, {"list_based_dialer", TECHNOLOGY_MANUAL}, {"predictive_from_list", TECHNOLOGY_MANUAL}, {"live_agent", TECHNOLOGY_MANUAL},
    {"atds", TECHNOLOGY_ATDS}, {"autodialer", TECHNOLOGY_ATDS}, {"autodialed", TECHNOLOGY_ATDS}, {"random_sequential", TECHNOLOGY_ATDS}, {"random_or_sequential", TECHNOLOGY_ATDS},
    {"prerecorded", TECHNOLOGY_PRERECORDED}, {"prerecorded_voice", TECHNOLOGY_PRERECORDED},
    {"artificial", TECHNOLOGY_ARTIFICIAL}, {"artificial_voice", TECHNOLOGY_ARTIFICIAL}, {"ai_voice", TECHNOLOGY_ARTIFICIAL}, {"ai_generated_voice", TECHNOLOGY_ARTIFICIAL}, {"artificial_or_prerecorded", TECHNOLOGY_PRERECORDED}, {"artificial_or_prerecorded_voice", TECHNOLOGY_PRERECORDED},
    {0},
};

const struct word WORDS_OUTCOME[] = {
    {"no_answer", OUTCOME_NO_ANSWER}, {"voicemail", OUTCOME_VOICEMAIL}, {"voicemail_lcm", OUTCOME_VOICEMAIL_LCM},
    {"voicemail_full", OUTCOME_VOICEMAIL_FULL}, {"recorded_message", OUTCOME_RECORDED_MESSAGE}, {"dropped", OUTCOME_DROPPED},
    {"ringless_voicemail", OUTCOME_RINGLESS_VOICEMAIL}, {"conversation", OUTCOME_CONVERSATION}, {"busy", OUTCOME_BUSY},
    {"not_in_service", OUTCOME_NOT_IN_SERVICE}, {"unknown", OUTCOME_UNKNOWN},
    {0},
};

const struct word WORDS_PURPOSE[] = {
    {"collection", PURPOSE_COLLECTION}, {"collect", PURPOSE_COLLECTION}, {"payment_reminder", PURPOSE_COLLECTION},
    {"location", PURPOSE_LOCATION}, {"location_information", PURPOSE_LOCATION},
    {"payment_confirmation", PURPOSE_PAYMENT_CONFIRMATION}, {"confirmation", PURPOSE_PAYMENT_CONFIRMATION},
    {"opt_out_confirmation", PURPOSE_OPT_OUT_CONFIRMATION},
    {"request_electronic_consent", PURPOSE_REQUEST_ELECTRONIC_CONSENT},
    {"terminate_efforts", PURPOSE_TERMINATE_EFFORTS}, {"may_invoke_remedy", PURPOSE_MAY_INVOKE_REMEDY},
    {"intends_to_invoke_remedy", PURPOSE_INTENDS_INVOKE_REMEDY},
    {"legally_required_servicing_notice", PURPOSE_REQUIRED_SERVICING},
    {"required_by_law", PURPOSE_REQUIRED_BY_LAW}, {"legally_required", PURPOSE_REQUIRED_BY_LAW}, {"legally_required_notice", PURPOSE_REQUIRED_BY_LAW},
    {"otherwise_required_by_law", PURPOSE_REQUIRED_BY_LAW}, {"legally_required_disclosure", PURPOSE_REQUIRED_BY_LAW},
    {"post_judgment_remedy", PURPOSE_POST_JUDGMENT_REMEDY}, {"postjudgment_remedy", PURPOSE_POST_JUDGMENT_REMEDY}, {"effectuate_postjudgment_judicial_remedy", PURPOSE_POST_JUDGMENT_REMEDY},
    {"validation_notice", PURPOSE_VALIDATION_NOTICE},
    {"dispute_response", PURPOSE_DISPUTE_RESPONSE}, {"verification", PURPOSE_DISPUTE_RESPONSE},
    {"pleading", PURPOSE_PLEADING}, {"formal_pleading", PURPOSE_PLEADING}, {"legal_pleading", PURPOSE_PLEADING}, {"service_of_process", PURPOSE_PLEADING},
    {"bankruptcy_claim", PURPOSE_BANKRUPTCY_CLAIM},
    {"other", PURPOSE_OTHER}, {"no_debt_information", PURPOSE_OTHER},
    {0},
};

const struct word WORDS_PLACE[] = {
    {"home", PLACE_HOME}, {"residence", PLACE_HOME},
    {"work", PLACE_WORK}, {"workplace", PLACE_WORK}, {"employment", PLACE_WORK}, {"office", PLACE_WORK},
    {"hospital", PLACE_OTHER}, {"school", PLACE_OTHER}, {"elsewhere", PLACE_OTHER}, {"other", PLACE_OTHER}, {"away", PLACE_OTHER},
    {"none", PLACE_NONE},
    {0},
};

const struct word WORDS_RELATION[] = {
    {"consumer", RELATION_CONSUMER}, {"self", RELATION_CONSUMER},
    {"co_obligor", RELATION_CO_OBLIGOR}, {"co_debtor", RELATION_CO_OBLIGOR}, {"co_borrower", RELATION_CO_OBLIGOR}, {"co_signer", RELATION_CO_OBLIGOR}, {"cosigner", RELATION_CO_OBLIGOR}, {"joint_debtor", RELATION_CO_OBLIGOR}, {"co_consumer", RELATION_CO_OBLIGOR},
    {"spouse", RELATION_SPOUSE}, {"surviving_spouse", RELATION_SPOUSE}, {"husband", RELATION_SPOUSE}, {"wife", RELATION_SPOUSE},
    {"parent", RELATION_PARENT}, {"mother", RELATION_PARENT}, {"father", RELATION_PARENT}, {"parent_of_minor", RELATION_PARENT},
    {"guardian", RELATION_GUARDIAN}, {"legal_guardian", RELATION_GUARDIAN},
    {"executor", RELATION_EXECUTOR}, {"administrator", RELATION_EXECUTOR}, {"personal_representative", RELATION_EXECUTOR},
    {"successor", RELATION_SUCCESSOR}, {"successor_in_interest", RELATION_SUCCESSOR}, {"confirmed_successor_in_interest", RELATION_SUCCESSOR}, {"confirmed_successor", RELATION_SUCCESSOR},
    {"attorney", RELATION_ATTORNEY}, {"consumer_attorney", RELATION_ATTORNEY}, {"consumers_attorney", RELATION_ATTORNEY},
    {"cra", RELATION_CRA}, {"consumer_reporting_agency", RELATION_CRA},
    {"creditor", RELATION_CREDITOR},
    {"creditor_attorney", RELATION_CREDITOR_ATTORNEY}, {"creditors_attorney", RELATION_CREDITOR_ATTORNEY},
    {"collector_attorney", RELATION_COLLECTOR_ATTORNEY}, {"collectors_attorney", RELATION_COLLECTOR_ATTORNEY},
    {"employer", RELATION_EMPLOYER},
    {"third_party", RELATION_OTHER}, {"other", RELATION_OTHER},
    {0},
};

/* clang-format on */
