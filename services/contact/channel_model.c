#include "channel_model.h"

#include "status/scope.h"

/* Whether a number is a wireless one is not known of most: the rules take every number for one. A text goes out one by
 * one, as a dialer's calls do. */
static const struct channel_traits TRAITS[CHANNEL_END] = {
    [CHANNEL_CALL] = {"call", CONTACT_POINT_PHONE, false, true, MEDIUM_CALL, TECHNOLOGY_MANUAL, ADDRESS_MOBILE},
    [CHANNEL_PRERECORDED_CALL] = {"prerecorded", CONTACT_POINT_PHONE, false, true, MEDIUM_CALL, TECHNOLOGY_PRERECORDED,
                                  ADDRESS_MOBILE},
    [CHANNEL_RINGLESS] = {"ringless", CONTACT_POINT_PHONE, false, true, MEDIUM_RINGLESS, TECHNOLOGY_PRERECORDED,
                          ADDRESS_MOBILE},
    [CHANNEL_TEXT] = {"text", CONTACT_POINT_PHONE, true, true, MEDIUM_TEXT, TECHNOLOGY_MANUAL, ADDRESS_MOBILE},
    [CHANNEL_EMAIL] = {"email", CONTACT_POINT_EMAIL, true, true, MEDIUM_EMAIL, TECHNOLOGY_MANUAL, ADDRESS_EMAIL},
    [CHANNEL_LETTER] = {"letter", CONTACT_POINT_ADDRESS, true, false, MEDIUM_LETTER, TECHNOLOGY_MANUAL, ADDRESS_POSTAL},
    [CHANNEL_PORTAL] = {"portal", CONTACT_POINT_NONE, true, true, MEDIUM_PORTAL, TECHNOLOGY_MANUAL, ADDRESS_PORTAL},
};

const char *contact_point_kind_name(enum contact_point_kind kind)
{
    static const char *const NAMES[] = {[CONTACT_POINT_NONE] = "",
                                        [CONTACT_POINT_PHONE] = "phone",
                                        [CONTACT_POINT_EMAIL] = "email",
                                        [CONTACT_POINT_ADDRESS] = "address"};
    return NAMES[kind];
}

const struct channel_traits *channel_traits(enum channel channel)
{
    return &TRAITS[channel];
}

enum purpose purpose_in_rules(enum contact_purpose purpose)
{
    static const enum purpose PURPOSES[CONTACT_PURPOSE_END] = {
        [CONTACT_PURPOSE_COLLECTION] = PURPOSE_COLLECTION,
        [CONTACT_PURPOSE_CALLBACK] = PURPOSE_COLLECTION,
        [CONTACT_PURPOSE_VALIDATION_NOTICE] = PURPOSE_VALIDATION_NOTICE,
        [CONTACT_PURPOSE_DISPUTE_RESPONSE] = PURPOSE_DISPUTE_RESPONSE,
        [CONTACT_PURPOSE_PAYMENT_CONFIRMATION] = PURPOSE_PAYMENT_CONFIRMATION,
        [CONTACT_PURPOSE_OPT_OUT_CONFIRMATION] = PURPOSE_OPT_OUT_CONFIRMATION,
        [CONTACT_PURPOSE_REQUIRED_BY_LAW] = PURPOSE_REQUIRED_BY_LAW,
        [CONTACT_PURPOSE_TERMINATE_EFFORTS] = PURPOSE_TERMINATE_EFFORTS,
        [CONTACT_PURPOSE_REMEDY_NOTICE] = PURPOSE_MAY_INVOKE_REMEDY,
    };
    return PURPOSES[purpose];
}
