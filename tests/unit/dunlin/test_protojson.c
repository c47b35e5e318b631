#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "dunlin/classification/v1/classification.pb-c.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "dunlin/reporting/v1/reporting.pb-c.h"
#include "id/id.h"
#include "protojson.h"

static const struct id ID = {{0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0x07}};
#define ID_TEXT "01900000-0000-7000-8000-000000000007"

static ProtobufCBinaryData id_bytes(void)
{
    return (ProtobufCBinaryData){.len = ID_BYTES, .data = (uint8_t *)(uintptr_t)ID.bytes};
}

static void assert_json(const ProtobufCMessage *message, const char *wanted)
{
    json_t *json = protojson(message);
    json_t *expected = json_loads(wanted, 0, NULL);
    assert_non_null(expected);
    /* Only what is asked for: messages have many fields. */
    const char *key;
    json_t *value;
    json_object_foreach(expected, key, value)
    {
        char *got = json_dumps(json_object_get(json, key), JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
        char *want = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
        if (got == NULL || strcmp(got, want) != 0)
            fail_msg("%s is %s instead of %s", key, got, want);
        free(got);
        free(want);
    }
    json_decref(json);
    json_decref(expected);
}

static void reads_ids_instants_dates_and_enums(void **state)
{
    (void)state;
    Dunlin__Dispute__V1__DisputeView dispute;
    dunlin__dispute__v1__dispute_view__init(&dispute);
    dispute.dispute_id = id_bytes();
    dispute.state = DUNLIN__DISPUTE__V1__DISPUTE_STATE__DISPUTE_STATE_VERIFIED;
    dispute.opened_at_us = INT64_C(1795363200000000);
    dispute.reason = (char *)(uintptr_t) "not mine";
    assert_json(&dispute.base, "{\"dispute_id\": \"" ID_TEXT "\", \"account_id\": null, \"state\": \"verified\","
                               " \"outcome\": null, \"opened_at\": \"2026-11-22T16:00:00Z\", \"deadline_at\": null,"
                               " \"reason\": \"not mine\", \"is_escalated\": false}");
    Dunlin__Payment__V1__PromiseView promise;
    dunlin__payment__v1__promise_view__init(&promise);
    promise.amount_minor = 5000;
    promise.due_on_days = 20620;
    assert_json(&promise.base, "{\"amount_minor\": 5000, \"due_on\": \"2026-06-16\"}");
}

static void reads_lists_and_messages_inside(void **state)
{
    (void)state;
    char *holds[] = {(char *)(uintptr_t) "dispute", (char *)(uintptr_t) "cease"};
    Dunlin__Contact__V1__ContactPointView point;
    Dunlin__Contact__V1__ContactPointView *points[] = {&point};
    Dunlin__Contact__V1__GetAccountReply reply;
    dunlin__contact__v1__get_account_reply__init(&reply);
    dunlin__contact__v1__contact_point_view__init(&point);
    point.is_wrong = 1;
    reply.holds = holds;
    reply.n_holds = 2;
    reply.contact_points = points;
    reply.n_contact_points = 1;
    assert_json(&reply.base, "{\"holds\": [\"dispute\", \"cease\"], \"attempts\": [], \"contact_points\":"
                             " [{\"contact_point_id\": null, \"kind\": \"\", \"value\": \"\", \"zones\": [],"
                             " \"is_opted_out\": false, \"is_wrong\": true, \"is_returned\": false}]}");
}

static void leaves_out_what_is_absent(void **state)
{
    (void)state;
    Dunlin__Contact__V1__RuleHit hit;
    dunlin__contact__v1__rule_hit__init(&hit);
    json_t *json = protojson(&hit.base);
    assert_null(json_object_get(json, "next_permitted_at"));
    json_decref(json);
    hit.next_permitted_presence_case = DUNLIN__CONTACT__V1__RULE_HIT__NEXT_PERMITTED_PRESENCE_NEXT_PERMITTED_AT_US;
    hit.next_permitted_at_us = INT64_C(1795363200000000);
    assert_json(&hit.base, "{\"next_permitted_at\": \"2026-11-22T16:00:00Z\"}");
    Dunlin__Intake__V1__GetAccountReply account;
    dunlin__intake__v1__get_account_reply__init(&account);
    json = protojson(&account.base);
    assert_null(json_object_get(json, "placed"));
    json_decref(json);
}

/* A oneof's members share a place in memory: only the one that is set may be read. */
static void reads_the_member_of_a_oneof_that_is_set(void **state)
{
    (void)state;
    Dunlin__Contact__V1__Permit permit;
    Dunlin__Contact__V1__PermitVerdict verdict;
    dunlin__contact__v1__permit__init(&permit);
    dunlin__contact__v1__permit_verdict__init(&verdict);
    permit.valid_until_us = INT64_C(1795363200000000);
    verdict.verdict_case = DUNLIN__CONTACT__V1__PERMIT_VERDICT__VERDICT_PERMIT;
    verdict.permit = &permit;
    assert_json(&permit.base, "{\"valid_until\": \"2026-11-22T16:00:00Z\"}");
    json_t *json = protojson(&verdict.base);
    assert_non_null(json_object_get(json, "permit"));
    assert_null(json_object_get(json, "refusal"));
    json_decref(json);
}

static void keeps_durations_and_repairs_text(void **state)
{
    (void)state;
    Dunlin__Reporting__V1__StepDuration step;
    dunlin__reporting__v1__step_duration__init(&step);
    step.p99_us = 1500;
    step.step = (char *)(uintptr_t) "a\xFFz";
    assert_json(&step.base, "{\"p99_us\": 1500, \"step\": \"a\\ufffdz\"}");
}

static void reads_enum_words_and_lists_them_when_wrong(void **state)
{
    (void)state;
    const ProtobufCEnumDescriptor *type = &dunlin__contact__v1__sticky_flag__descriptor;
    struct error err;
    int value = 0;
    assert_int_equal(protojson_parse_enum(type, "--flag", "opt-out-calls", &value, &err), STATUS_OK);
    assert_int_equal(value, DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_OPT_OUT_CALLS);
    assert_int_equal(protojson_parse_enum(type, "--flag", "CEASE", &value, &err), STATUS_OK);
    assert_int_equal(value, DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_CEASE);
    assert_int_equal(protojson_parse_enum(type, "--flag", "unspecified", &value, &err), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "--flag 'unspecified': one of cease, attorney, "));
}

/* Every message of these contracts that its comment calls an event must be known to `log tail`. */
static void knows_event_types(void **state)
{
    (void)state;
    assert_ptr_equal(protojson_event_type("dunlin.intake.v1.AccountPlaced"),
                     &dunlin__intake__v1__account_placed__descriptor);
    assert_ptr_equal(protojson_event_type("dunlin.payment.v1.PromiseBroken"),
                     &dunlin__payment__v1__promise_broken__descriptor);
    assert_null(protojson_event_type("dunlin.intake.v1.Nothing"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_ids_instants_dates_and_enums),
        cmocka_unit_test(reads_lists_and_messages_inside),
        cmocka_unit_test(leaves_out_what_is_absent),
        cmocka_unit_test(reads_the_member_of_a_oneof_that_is_set),
        cmocka_unit_test(keeps_durations_and_repairs_text),
        cmocka_unit_test(reads_enum_words_and_lists_them_when_wrong),
        cmocka_unit_test(knows_event_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
