#ifndef DUNLIN_TESTS_INTEGRATION_CONTACT_WRITTEN_FIXTURE_H
#define DUNLIN_TESTS_INTEGRATION_CONTACT_WRITTEN_FIXTURE_H

#include "contact_fixture.h"

/* The contact service's handlers under an SOP of several channels, tests/unit/contact/channels.yaml. */

#define LETTER     DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER
#define EMAIL      DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_EMAIL
#define TEXT       DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT
#define PORTAL     DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_PORTAL
#define CALL       DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_CALL
#define COLLECTION DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_COLLECTION
#define NOTICE     DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_VALIDATION_NOTICE
#define SENT       DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_SENT
#define HOME       "1 Main St\nCleveland\nOH\n44101\nUS"

static const Dunlin__Contact__V1__Channel WRITTEN[] = {EMAIL, LETTER, TEXT, PORTAL};
#define N_WRITTEN ARRAY_SIZE(WRITTEN)

static inline int open_channels(void **state)
{
    struct error err = {0};
    int failed = contact_open(state);
    sop_free(context.sop);
    context.sop = NULL;
    if (sop_load("tests/unit/contact/channels.yaml", &context.sop, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return failed;
}

static inline Dunlin__Intake__V1__ContactPoint point_of(const struct id *id, const char *value,
                                                        Dunlin__Intake__V1__ContactPointKind kind)
{
    Dunlin__Intake__V1__ContactPoint point;
    dunlin__intake__v1__contact_point__init(&point);
    point.contact_point_id = wire_id(id);
    point.kind = kind;
    point.value = wire_text(value);
    return point;
}

/* An account of `place`, and its debtor's e-mail address "mail" and address "home". */
static inline void place_with_all(struct unit_fixture *fixture, const char *debtor, const char *account)
{
    const struct id ids[] = {named("mail"), named("home")};
    Dunlin__Intake__V1__AccountUpdated updated;
    Dunlin__Intake__V1__ContactPoint points[] = {
        point_of(&ids[0], "ann@example.com", DUNLIN__INTAKE__V1__CONTACT_POINT_KIND__CONTACT_POINT_KIND_EMAIL),
        point_of(&ids[1], "1 Main St\nCleveland\nOH\n44101\nUS",
                 DUNLIN__INTAKE__V1__CONTACT_POINT_KIND__CONTACT_POINT_KIND_ADDRESS)};
    Dunlin__Intake__V1__ContactPoint *list[] = {&points[0], &points[1]};
    place(fixture, debtor, account);
    dunlin__intake__v1__account_updated__init(&updated);
    updated.new_contact_points = list;
    updated.n_new_contact_points = 2;
    apply_ok(fixture, &updated.base, debtor, account);
}

static inline Dunlin__Contact__V1__PermitRequest request_of(const struct id *account_id, const struct id *point_id,
                                                            Dunlin__Contact__V1__Channel channel,
                                                            Dunlin__Contact__V1__Purpose purpose)
{
    Dunlin__Contact__V1__PermitRequest request;
    dunlin__contact__v1__permit_request__init(&request);
    request.account_id = wire_id(account_id);
    if (point_id != NULL)
        request.contact_point_id = wire_id(point_id);
    request.channel = channel;
    request.purpose = purpose;
    return request;
}

static inline Dunlin__Contact__V1__RequestPermitsReply *ask_by(struct unit_fixture *fixture, const char *account,
                                                               const char *point, Dunlin__Contact__V1__Channel channel,
                                                               Dunlin__Contact__V1__Purpose purpose,
                                                               enum status expected)
{
    const struct id account_id = named(account);
    const struct id point_id = named(point == NULL ? "" : point);
    Dunlin__Contact__V1__PermitRequest one =
        request_of(&account_id, point == NULL ? NULL : &point_id, channel, purpose);
    Dunlin__Contact__V1__PermitRequest *list[] = {&one};
    Dunlin__Contact__V1__RequestPermitsRequest request;
    dunlin__contact__v1__request_permits_request__init(&request);
    request.requests = list;
    request.n_requests = 1;
    return call_as(fixture, "service", "RequestPermits", &request.base, expected);
}

static inline struct id permit_by(struct unit_fixture *fixture, const char *account, const char *point,
                                  Dunlin__Contact__V1__Channel channel, Dunlin__Contact__V1__Purpose purpose,
                                  const char *address)
{
    struct id id = {0};
    Dunlin__Contact__V1__RequestPermitsReply *reply = ask_by(fixture, account, point, channel, purpose, STATUS_OK);
    if (!is_permit(reply->verdicts[0]))
        fail_msg("refused: %s", reply->verdicts[0]->refusal->hits[0]->rule);
    assert_string_equal(reply->verdicts[0]->permit->address, address);
    assert_int_equal(id_from_bytes(reply->verdicts[0]->permit->permit_id.data, ID_BYTES, "permit_id", &id, NULL),
                     STATUS_OK);
    fixture_free_reply(reply);
    return id;
}

static inline enum status report_delivery(struct unit_fixture *fixture, const struct id *permit_id,
                                          Dunlin__Contact__V1__Delivery delivery)
{
    Dunlin__Contact__V1__AttemptReport sent;
    Dunlin__Contact__V1__Evidence evidence;
    const uint8_t hash[32] = {7};
    dunlin__contact__v1__evidence__init(&evidence);
    evidence.document = wire_text("2026-06-01/0001.pdf");
    evidence.document_hash = wire_bytes(hash, sizeof(hash));
    dunlin__contact__v1__attempt_report__init(&sent);
    sent.permit_id = wire_id(permit_id);
    sent.delivery = delivery;
    sent.evidence = &evidence;
    return report(fixture, &sent);
}

static inline Dunlin__Contact__V1__ReserveDialListReply *due(struct unit_fixture *fixture,
                                                             const Dunlin__Contact__V1__Channel *channels, size_t n)
{
    uint32_t partition = FIXTURE_PARTITION;
    Dunlin__Contact__V1__ReserveDialListRequest request;
    dunlin__contact__v1__reserve_dial_list_request__init(&request);
    request.partitions = &partition;
    request.n_partitions = 1;
    request.limit = 10;
    request.hold_s = 1;
    request.channels = (Dunlin__Contact__V1__Channel *)(uintptr_t)channels;
    request.n_channels = n;
    return call_as(fixture, "service", "ReserveDialList", &request.base, STATUS_OK);
}

static inline void expect_due(struct unit_fixture *fixture, const Dunlin__Contact__V1__Channel *channels, size_t n,
                              const char *step)
{
    Dunlin__Contact__V1__ReserveDialListReply *list = due(fixture, channels, n);
    char text[INSTANT_TEXT_SIZE];
    const char *offered = list->n_entries > 0 ? list->entries[0]->step : NULL;
    if (list->n_entries > 1 || g_strcmp0(offered, step) != 0)
        fail_msg("%s is offered, not %s, at %s", offered == NULL ? "nothing" : offered, step == NULL ? "nothing" : step,
                 instant_format(clock_now(), text));
    fixture_free_reply(list);
}

#endif
