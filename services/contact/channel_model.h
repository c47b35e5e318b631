#ifndef DUNLIN_CONTACT_CHANNEL_MODEL_H
#define DUNLIN_CONTACT_CHANNEL_MODEL_H

#include <stdbool.h>

#include "rules/rules.h"

/* Channels and purposes of contact, and what each is to the rules. Pure. The numbers are those of the wire. */

enum channel {
    CHANNEL_CALL = 1,
    CHANNEL_PRERECORDED_CALL,
    CHANNEL_RINGLESS,
    CHANNEL_TEXT,
    CHANNEL_EMAIL,
    CHANNEL_LETTER,
    CHANNEL_PORTAL,
    CHANNEL_END,
};

enum contact_point_kind {
    CONTACT_POINT_NONE = 0, /* the portal: it is the account that is reached */
    CONTACT_POINT_PHONE = 1,
    CONTACT_POINT_EMAIL = 2,
    CONTACT_POINT_ADDRESS = 3,
};
/* "phone", as views and files name it; empty for CONTACT_POINT_NONE. */
const char *contact_point_kind_name(enum contact_point_kind kind);

struct channel_traits {
    const char *name;
    enum contact_point_kind point_kind; /* that it goes to */
    bool is_written;                    /* its attempts are sent and delivered; others are placed and answered */
    bool is_timed;                      /* reaches somebody at an hour of the day, so that zones must be known */
    enum medium medium;
    enum technology technology;
    enum address_kind address_kind;
};
const struct channel_traits *channel_traits(enum channel channel);

enum contact_purpose {
    CONTACT_PURPOSE_COLLECTION = 1,
    CONTACT_PURPOSE_CALLBACK,
    CONTACT_PURPOSE_VALIDATION_NOTICE,
    CONTACT_PURPOSE_DISPUTE_RESPONSE,
    CONTACT_PURPOSE_PAYMENT_CONFIRMATION,
    CONTACT_PURPOSE_OPT_OUT_CONFIRMATION,
    CONTACT_PURPOSE_REQUIRED_BY_LAW,
    CONTACT_PURPOSE_TERMINATE_EFFORTS,
    CONTACT_PURPOSE_REMEDY_NOTICE,
    CONTACT_PURPOSE_END,
};
/* The rules' purpose. */
enum purpose purpose_in_rules(enum contact_purpose purpose);

#endif
