#include "agency/notice_kind.h"

#include <glib.h>

#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/correspondence/v1/correspondence.pb-c.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"

_Static_assert((int)NOTICE_DISPUTE_CLOSED == DUNLIN__CORRESPONDENCE__V1__NOTICE_KIND__NOTICE_KIND_DISPUTE_CLOSED,
               "as stored");
_Static_assert((int)NOTICE_DEBIT_POSTDATED == DUNLIN__CORRESPONDENCE__V1__NOTICE_KIND__NOTICE_KIND_DEBIT_POSTDATED,
               "as stored");
_Static_assert((int)NOTICE_DISPUTE_VERIFICATION ==
                   DUNLIN__CORRESPONDENCE__V1__NOTICE_KIND__NOTICE_KIND_DISPUTE_VERIFICATION,
               "as stored");

#define OPENED_WITHIN_US (30 * US_PER_DAY) /* later the answer itself is due */
#define ENDED_WITHIN_US  (90 * US_PER_DAY)

#define BY_TEXT   DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT
#define BY_LETTER DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER
#define CONFIRMS  DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_OPT_OUT_CONFIRMATION
#define RESPONDS  DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_DISPUTE_RESPONSE
#define REQUIRED  DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_REQUIRED_BY_LAW

static const struct notice_rule RULES[NOTICE_KINDS_END] = {
    [NOTICE_OPT_OUT_CONFIRMATION] = {"opt_out_confirmation", "opt-out-confirmation", BY_TEXT, CONFIRMS,
                                     5 * 60 * US_PER_S, false, "47 CFR 64.1200(a)(12); 12 CFR 1006.14(h)(2)(i)"},
    [NOTICE_DISPUTE_RECEIVED] = {"received", "dispute-received", BY_LETTER, RESPONDS, OPENED_WITHIN_US, true, "policy"},
    [NOTICE_DISPUTE_IDENTITY_THEFT] = {"identity_theft", "dispute-identity-theft", BY_LETTER, RESPONDS,
                                       OPENED_WITHIN_US, true, "15 USC 1681m(g)"},
    [NOTICE_DISPUTE_DUPLICATE] = {"duplicate", "dispute-duplicate", BY_LETTER, RESPONDS, OPENED_WITHIN_US, true,
                                  "12 CFR 1006.38(a)(1), (d)(2)(ii)"},
    [NOTICE_DISPUTE_FRIVOLOUS] = {"frivolous", "dispute-frivolous", BY_LETTER, RESPONDS, OPENED_WITHIN_US, true,
                                  "15 USC 1681s-2(a)(8)(F); 12 CFR 1022.43(f)(2), (3)"},
    [NOTICE_DISPUTE_REJECTED] = {"rejected", "dispute-rejected", BY_LETTER, RESPONDS, ENDED_WITHIN_US, true,
                                 "policy; 15 USC 1681s-2(a)(8)(E)"},
    [NOTICE_DISPUTE_WITHDRAWN] = {"withdrawn", "dispute-withdrawn", BY_LETTER, RESPONDS, ENDED_WITHIN_US, true,
                                  "policy"},
    [NOTICE_DISPUTE_CREDITED] = {"credited", "dispute-credited", BY_LETTER, RESPONDS, ENDED_WITHIN_US, true,
                                 "policy; 15 USC 1681s-2(a)(8)(E)"},
    [NOTICE_DISPUTE_CLOSED] = {"closed", "dispute-closed", BY_LETTER, RESPONDS, ENDED_WITHIN_US, true,
                               "policy; 15 USC 1681s-2(a)(8)(E)"},
    [NOTICE_DEBIT_POSTDATED] = {"postdated", "debit-postdated", BY_LETTER, REQUIRED, 0, true,
                                "15 USC 1692f(2); 12 CFR 1006.22(c)"},
    [NOTICE_DEBIT_VARYING] = {"varying", "debit-varying", BY_LETTER, REQUIRED, 0, true, "12 CFR 1005.10(d)(1)"},
    [NOTICE_DISPUTE_VERIFICATION] = {"verification", "dispute-verification", BY_LETTER, RESPONDS, ENDED_WITHIN_US, true,
                                     "15 USC 1692g(b); 12 CFR 1006.38(d)(2)(i)"},
};

const struct notice_rule *notice_rule(enum notice_kind kind)
{
    return &RULES[kind];
}

enum notice_kind notice_of_opening(const struct notice_dispute *dispute)
{
    if (dispute->source == DUNLIN__DISPUTE__V1__DISPUTE_SOURCE__DISPUTE_SOURCE_CLIENT ||
        dispute->source == DUNLIN__DISPUTE__V1__DISPUTE_SOURCE__DISPUTE_SOURCE_BUREAU)
        return NOTICE_NONE;
    switch (dispute->kind) {
    case DUNLIN__DISPUTE__V1__DISPUTE_KIND__DISPUTE_KIND_BUREAU:
        return NOTICE_NONE;
    case DUNLIN__DISPUTE__V1__DISPUTE_KIND__DISPUTE_KIND_IDENTITY_THEFT:
        return NOTICE_DISPUTE_IDENTITY_THEFT;
    case DUNLIN__DISPUTE__V1__DISPUTE_KIND__DISPUTE_KIND_DUPLICATE:
        return NOTICE_DISPUTE_DUPLICATE;
    default:
        return NOTICE_DISPUTE_RECEIVED;
    }
}

enum notice_kind notice_of_outcome(const struct notice_dispute *dispute)
{
    if (dispute->source == DUNLIN__DISPUTE__V1__DISPUTE_SOURCE__DISPUTE_SOURCE_BUREAU ||
        dispute->kind == DUNLIN__DISPUTE__V1__DISPUTE_KIND__DISPUTE_KIND_BUREAU)
        return NOTICE_NONE;
    switch (dispute->outcome) {
    case DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_REJECTED:
        return NOTICE_DISPUTE_REJECTED;
    case DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_WITHDRAWN:
        return NOTICE_DISPUTE_WITHDRAWN;
    case DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_PARTLY:
    case DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_UPHELD:
    case DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_CONCEDED:
        return dispute->credit_minor > 0 ? NOTICE_DISPUTE_CREDITED : NOTICE_DISPUTE_CLOSED;
    default:
        return NOTICE_NONE;
    }
}

bool notice_is_current(enum notice_kind kind, const struct notice_dispute *dispute)
{
    const bool has_ended = dispute->state == DUNLIN__DISPUTE__V1__DISPUTE_STATE__DISPUTE_STATE_RESOLVED;
    if (notice_is_outcome(kind))
        return has_ended && notice_of_outcome(dispute) == kind;
    if (has_ended || dispute->is_answered)
        return false;
    if (kind == NOTICE_DISPUTE_VERIFICATION)
        return dispute->is_requested;
    return kind == NOTICE_DISPUTE_FRIVOLOUS ? dispute->is_frivolous : notice_of_opening(dispute) == kind;
}

struct id notice_id_of(const struct id *subject_id, enum notice_kind kind, int64_t seq)
{
    const struct {
        int64_t kind, seq;
    } key = {kind, notice_is_outcome(kind) ? seq : 0};
    return id_derive(subject_id, "notice", &key, sizeof(key));
}
