#include "fact_codec.h"

#include <string.h>

#include "contact_codec.h"
#include "service/wire.h"

_Static_assert((int)FACT_KIND_END == DUNLIN__CONTACT__V1__FACT_KIND__FACT_KIND_HARDSHIP + 1, "fact kind");
_Static_assert((int)FACT_KIND_DECEASED == DUNLIN__CONTACT__V1__FACT_KIND__FACT_KIND_DECEASED, "fact kind");
_Static_assert((int)FACT_KIND_MESSAGE_RECEIVED == DUNLIN__CONTACT__V1__FACT_KIND__FACT_KIND_MESSAGE_RECEIVED,
               "fact kind");

#define MINUTES_A_DAY      (24 * 60)
#define LANGUAGE_MAX_BYTES 35 /* RFC 5646 §4.4.1 */
#define ZONE_MAX_BYTES     64

static enum status refuse(struct error *err, const char *field, const char *why)
{
    return error_set(err, STATUS_INVALID_ARGUMENT, "%s: %s", field, why);
}

static enum status check_number(int value, int end, const char *field, struct error *err)
{
    return value >= 0 && value < end ? STATUS_OK : refuse(err, field, "none that is known");
}

static bool is_of(const struct person_fact *fact, enum fact_kind a, enum fact_kind b)
{
    return fact->kind == a || fact->kind == b;
}

static enum status read_accounts(const Dunlin__Contact__V1__Fact *wire, struct person_fact *fact, struct error *err)
{
    enum status st = STATUS_OK;
    if (wire->n_account_ids > FACT_ACCOUNTS_MAX)
        return refuse(err, "account_ids", "more than 16");
    for (size_t i = 0; st == STATUS_OK && i < wire->n_account_ids; i++)
        st = wire_read_id(&wire->account_ids[i], "account_ids", &fact->account_ids[fact->n_accounts++], err);
    if (st != STATUS_OK || wire->contact_point_id.len == 0)
        return st;
    return wire_read_id(&wire->contact_point_id, "contact_point_id", &fact->contact_point_id, err);
}

/* --- what a request names ----------------------------------------------------------------------------------------- */

static enum status read_channels(const Dunlin__Contact__V1__Fact *wire, struct person_fact *fact, struct error *err)
{
    if (!is_of(fact, FACT_KIND_MEDIA_REQUEST, FACT_KIND_OPT_OUT))
        return wire->n_channels == 0 ? STATUS_OK : refuse(err, "channels", "of requests and opt-outs only");
    if (wire->n_channels == 0)
        return refuse(err, "channels", "missing");
    for (size_t i = 0; i < wire->n_channels; i++) {
        const int channel = (int)wire->channels[i];
        if (channel <= 0 || channel >= CHANNEL_END)
            return refuse(err, "channels", "none that is known");
        fact->event.media |= MEDIUM_BIT(channel_traits((enum channel)channel)->medium);
    }
    return STATUS_OK;
}

/* A request against all calls, or against a number altogether, is a sticky flag, so that plans and dialers hear of it.
 */
static void find_flag(const Dunlin__Contact__V1__Fact *wire, struct person_fact *fact)
{
    const bool is_at_point = !id_is_none(&fact->contact_point_id);
    const medium_set calls_and_texts = MEDIUM_BIT(MEDIUM_CALL) | MEDIUM_BIT(MEDIUM_TEXT);
    const bool is_of_calls = (fact->event.media & MEDIA_PHONE) != 0;
    const bool is_of_number = (fact->event.media & calls_and_texts) == calls_and_texts;
    fact->effect = fact_traits(fact->kind)->effect;
    fact->flag = fact_traits(fact->kind)->flag;
    if (is_of(fact, FACT_KIND_MEDIA_REQUEST, FACT_KIND_OPT_OUT)) {
        if (is_at_point ? is_of_number : is_of_calls)
            fact->flag = is_at_point ? STICKY_OPT_OUT_CONTACT_POINT : STICKY_OPT_OUT_CALLS;
        if (fact->flag != 0 && wire->is_withdrawn)
            fact->effect = FACT_ENDS_FLAG;
    }
    /* What is not written ends nothing (12 CFR 1006.6(c)(1)), but is remembered. */
    const bool is_written = (int)wire->channel == 0 || channel_traits((enum channel)wire->channel)->is_written;
    if (is_of(fact, FACT_KIND_CEASE_RECEIVED, FACT_KIND_REFUSAL_TO_PAY) && !is_written) {
        fact->effect = FACT_IS_FOLDED;
        fact->flag = 0;
    }
    if (is_written)
        fact->event.flags |= FACT_FLAG_WRITTEN;
}

/* --- consents, times, places -------------------------------------------------------------------------------------- */

static enum status read_scope(const Dunlin__Contact__V1__Fact *wire, struct person_fact *fact, struct error *err)
{
    static const enum consent_scope SCOPES[] = {
        [DUNLIN__CONTACT__V1__CONSENT_SCOPE__CONSENT_SCOPE_TIME] = CONSENT_TIME,
        [DUNLIN__CONTACT__V1__CONSENT_SCOPE__CONSENT_SCOPE_EMPLOYER] = CONSENT_EMPLOYER,
        [DUNLIN__CONTACT__V1__CONSENT_SCOPE__CONSENT_SCOPE_CALLS] = CONSENT_CALLS,
        [DUNLIN__CONTACT__V1__CONSENT_SCOPE__CONSENT_SCOPE_EMAIL] = CONSENT_EMAIL,
        [DUNLIN__CONTACT__V1__CONSENT_SCOPE__CONSENT_SCOPE_TEXT] = CONSENT_TEXT,
        [DUNLIN__CONTACT__V1__CONSENT_SCOPE__CONSENT_SCOPE_ELECTRONIC] = CONSENT_ELECTRONIC,
        [DUNLIN__CONTACT__V1__CONSENT_SCOPE__CONSENT_SCOPE_EMAIL_CONFIRMATION] = CONSENT_EMAIL_CONFIRMATION,
    };
    enum status st = check_number((int)wire->scope, (int)ARRAY_SIZE(SCOPES), "scope", err);
    if (st != STATUS_OK || !is_of(fact, FACT_KIND_CONSENT, FACT_KIND_CONSENT_REVOKED))
        return st;
    fact->event.scope = SCOPES[wire->scope];
    if (fact->kind == FACT_KIND_CONSENT_REVOKED) {
        fact->event.flags |= (int)wire->scope == 0 ? FACT_FLAG_ALL_SCOPES : 0;
        return STATUS_OK;
    }
    fact->event.flags |= FACT_FLAG_GIVEN_TO_COLLECTOR | FACT_FLAG_COMPLIANT;
    if ((int)wire->scope == 0)
        return refuse(err, "scope", "missing");
    const bool is_to_address = fact->event.scope == CONSENT_EMAIL || fact->event.scope == CONSENT_TEXT;
    return is_to_address && id_is_none(&fact->contact_point_id)
               ? refuse(err, "contact_point_id", "missing; this consent is to one address or number")
               : STATUS_OK;
}

static enum status read_hours(const Dunlin__Contact__V1__Fact *wire, struct person_fact *fact, struct error *err)
{
    if (wire->weekdays > 0x7f)
        return refuse(err, "weekdays", "seven bits");
    if (wire->from_minute >= MINUTES_A_DAY || wire->to_minute > MINUTES_A_DAY)
        return refuse(err, wire->to_minute > MINUTES_A_DAY ? "to_minute" : "from_minute", "no minute of a day");
    if (wire->n_on_days > FACT_DATES_MAX)
        return refuse(err, "on_days", "more than 4");
    fact->event.days = (uint8_t)wire->weekdays;
    fact->event.from_second = (int32_t)wire->from_minute * 60;
    fact->event.to_second = (int32_t)wire->to_minute * 60;
    fact->event.n_dates = (uint8_t)wire->n_on_days;
    for (size_t i = 0; i < wire->n_on_days; i++)
        fact->event.dates[i] = (struct date){wire->on_days[i]};
    const bool is_said = wire->weekdays != 0 || wire->from_minute != wire->to_minute || wire->until_on_days != 0;
    if (fact->kind == FACT_KIND_INCONVENIENT_TIME && !is_said)
        return refuse(err, "weekdays", "neither days nor hours are named");
    return STATUS_OK;
}

static enum status read_place(const Dunlin__Contact__V1__Fact *wire, struct person_fact *fact, struct error *err)
{
    static const enum address_place PLACES[] = {PLACE_NONE, PLACE_HOME, PLACE_WORK, PLACE_OTHER};
    enum status st = check_number((int)wire->place, (int)ARRAY_SIZE(PLACES), "place", err);
    if (st != STATUS_OK)
        return st;
    fact->event.place = PLACES[wire->place];
    return fact->kind == FACT_KIND_INCONVENIENT_PLACE && (int)wire->place == 0 ? refuse(err, "place", "missing")
                                                                               : STATUS_OK;
}

/* --- messages, and what else there is ----------------------------------------------------------------------------- */

static enum status read_message(const Dunlin__Contact__V1__Fact *wire, struct person_fact *fact, struct error *err)
{
    enum status st = check_number((int)wire->channel, CHANNEL_END, "channel", err);
    if (st != STATUS_OK || fact->kind != FACT_KIND_MESSAGE_RECEIVED)
        return st;
    if ((int)wire->channel == 0)
        return refuse(err, "channel", "missing");
    const struct channel_traits *traits = channel_traits((enum channel)wire->channel);
    if (traits->is_written && wire->is_conversation)
        return refuse(err, "is_conversation", "what is written is none");
    fact->event.medium = traits->medium;
    fact->event.flags |= FACT_FLAG_ABOUT_DEBT;
    fact->event.outcome = traits->is_written ? OUTCOME_SENT : OUTCOME_NO_ANSWER;
    if (wire->is_conversation)
        fact->event.outcome = OUTCOME_CONVERSATION;
    return STATUS_OK;
}

static enum status read_zone(const Dunlin__Contact__V1__Fact *wire, struct person_fact *fact, struct error *err)
{
    enum status st = wire_check_text(wire->zone, ZONE_MAX_BYTES, "zone", err);
    if (st != STATUS_OK || fact->kind != FACT_KIND_LOCATION_KNOWN)
        return st;
    if (zone_open(wire->zone, &fact->zone, err) != STATUS_OK)
        return refuse(err, "zone", "none that is known");
    return STATUS_OK;
}

static uint32_t flags_of(const Dunlin__Contact__V1__Fact *wire, const struct person_fact *fact)
{
    const bool is_rescinded = fact->kind == FACT_KIND_EMPLOYER_PROHIBITS && wire->is_withdrawn;
    return (wire->is_only ? FACT_FLAG_ONLY : 0u) | (wire->is_withdrawn ? FACT_FLAG_WITHDRAWN : 0u) |
           (wire->is_reassigned ? FACT_FLAG_REASSIGNED : 0u) | (wire->is_incomplete ? FACT_FLAG_INCOMPLETE : 0u) |
           (is_rescinded ? FACT_FLAG_RESCINDED : 0u);
}

static enum status check_texts(const Dunlin__Contact__V1__Fact *wire, const struct person_fact *fact, struct error *err)
{
    enum status st = wire_free_text(wire->note, CODEC_REASON_MAX_BYTES, "note", err);
    if (st == STATUS_OK)
        st = wire_check_text(wire->language, LANGUAGE_MAX_BYTES, "language", err);
    if (st == STATUS_OK)
        st = codec_check_evidence(wire->evidence, err);
    if (st != STATUS_OK)
        return st;
    if (fact->kind == FACT_KIND_LANGUAGE && wire->language[0] == '\0')
        return refuse(err, "language", "missing");
    if (fact_traits(fact->kind)->needs_point && id_is_none(&fact->contact_point_id))
        return refuse(err, "contact_point_id", "missing");
    if (fact->effect == FACT_ENDS_FLAG && wire->note[strspn(wire->note, " \t\n")] == '\0')
        return refuse(err, "note", "what ends a stop needs one");
    return STATUS_OK;
}

static enum status read_all(const Dunlin__Contact__V1__Fact *wire, struct person_fact *fact, struct error *err)
{
    if ((int)wire->kind <= 0 || (int)wire->kind >= FACT_KIND_END)
        return refuse(err, "kind", "none that is known");
    fact->kind = (enum fact_kind)wire->kind;
    fact->at_us = wire->occurred_at_us;
    fact->event = fact_event_plain(fact_traits(fact->kind)->type, (struct instant){fact->at_us});
    fact->event.flags = flags_of(wire, fact);
    /* Of a number check the day from which on it covers, of all others their last day. */
    fact->event.date.days = fact->kind == FACT_KIND_NUMBER_CHECK ? wire->since_on_days : wire->until_on_days;
    enum status st = read_accounts(wire, fact, err);
    if (st == STATUS_OK)
        st = read_message(wire, fact, err);
    if (st == STATUS_OK)
        st = read_channels(wire, fact, err);
    if (st == STATUS_OK)
        st = read_scope(wire, fact, err);
    if (st == STATUS_OK)
        st = read_hours(wire, fact, err);
    if (st == STATUS_OK)
        st = read_place(wire, fact, err);
    if (st == STATUS_OK)
        st = read_zone(wire, fact, err);
    if (st != STATUS_OK)
        return st;
    find_flag(wire, fact);
    if (fact->kind == FACT_KIND_ATTORNEY_NOTICE)
        fact->event.flags |= FACT_FLAG_ATTORNEY_KNOWN;
    return check_texts(wire, fact, err);
}

enum status fact_codec_read(const Dunlin__Contact__V1__Fact *wire, const struct id *debtor_id, struct instant now,
                            struct person_fact **ret_fact, struct error *err)
{
    SCOPED(person_fact_freep) struct person_fact *fact = g_new0(struct person_fact, 1);
    Dunlin__Contact__V1__Fact dated = *wire;
    if (wire->occurred_at_us < 0 || wire->occurred_at_us > now.us)
        return refuse(err, "occurred_at_us", "before 1970, or in the future");
    if (dated.occurred_at_us == 0)
        dated.occurred_at_us = now.us;
    enum status st = read_all(&dated, fact, err);
    if (st != STATUS_OK)
        return st;
    fact->body_len = protobuf_c_message_get_packed_size(&dated.base);
    fact->body = g_malloc(fact->body_len);
    (void)protobuf_c_message_pack(&dated.base, fact->body);
    fact->id = id_derive(debtor_id, "fact", fact->body, fact->body_len);
    fact->recorded_at_us = now.us;
    *ret_fact = TAKE(fact);
    return STATUS_OK;
}

enum status fact_codec_unpack(const uint8_t *body, size_t len, const struct id *id, struct person_fact **ret_fact,
                              struct error *err)
{
    SCOPED(person_fact_freep) struct person_fact *fact = g_new0(struct person_fact, 1);
    Dunlin__Contact__V1__Fact *wire = (void *)wire_unpack(&dunlin__contact__v1__fact__descriptor, len, body);
    if (wire == NULL)
        return error_set(err, STATUS_DATA_LOSS, "no fact");
    enum status st = read_all(wire, fact, err);
    dunlin__contact__v1__fact__free_unpacked(wire, NULL);
    if (st != STATUS_OK)
        return st;
    fact->id = *id;
    fact->body = g_memdup2(body, len);
    fact->body_len = len;
    *ret_fact = TAKE(fact);
    return STATUS_OK;
}

Dunlin__Contact__V1__Fact *fact_codec_wire(const struct person_fact *fact)
{
    return (void *)wire_unpack(&dunlin__contact__v1__fact__descriptor, fact->body_len, fact->body);
}
