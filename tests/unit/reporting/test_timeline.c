#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/plan.pb-c.h"
#include "reporting_service.h"
#include "reporting_timeline.h"
#include "reporting_words.h"

static char *say(const ProtobufCMessage *message)
{
    uint8_t payload[4096];
    GString *text = g_string_new(NULL);
    assert_true(protobuf_c_message_get_packed_size(message) <= sizeof(payload));
    const struct event event = {.type = message->descriptor->name,
                                .payload = payload,
                                .payload_len = protobuf_c_message_pack(message, payload)};
    timeline_say(&event, text);
    return g_string_free(text, FALSE);
}

static void expect(const ProtobufCMessage *message, const char *expected)
{
    char *text = say(message);
    assert_string_equal(text, expected);
    g_free(text);
}

static void every_event_that_is_consumed_has_a_sentence(void **state)
{
    (void)state;
    for (const ProtobufCMessageDescriptor *const *type = REPORTING_CONSUMED; *type; type++) {
        ProtobufCMessage *empty = protobuf_c_message_unpack(*type, NULL, 0, NULL);
        char *text = say(empty);
        assert_true(timeline_knows((*type)->name));
        assert_true(strlen(text) > 10 && text[strlen(text) - 1] == '.');
        g_free(text);
        protobuf_c_message_free_unpacked(empty, NULL);
    }
}

static void sentences_say_what_happened_and_nothing_personal(void **state)
{
    (void)state;
    char name[] = "Jane Roe", words[] = "I never bought it", currency[] = "USD";
    Dunlin__Intake__V1__AccountPlaced placed;
    dunlin__intake__v1__account_placed__init(&placed);
    placed.balance_minor = 5594;
    placed.currency = currency;
    placed.due_on_days = 15737;
    placed.debtor_name = name;
    expect(&placed.base, "Placed with 55.94 USD, due 2013-02-01.");

    Dunlin__Payment__V1__PlanInstalment instalments[2], *list[] = {&instalments[0], &instalments[1]};
    Dunlin__Payment__V1__PlanAgreed agreed;
    dunlin__payment__v1__plan_agreed__init(&agreed);
    for (size_t i = 0; i < 2; i++) {
        dunlin__payment__v1__plan_instalment__init(list[i]);
        list[i]->amount_minor = 4000;
        list[i]->due_on_days = 15737 + 7 * (int32_t)i;
    }
    agreed.currency = currency;
    agreed.discount_minor = 2000;
    agreed.instalments = list;
    agreed.n_instalments = 2;
    expect(&agreed.base, "A payment plan was agreed on: 2 instalments, the first of 40.00 USD due on 2013-02-01, the "
                         "last due on 2013-02-08; 20.00 USD are forgiven once it is kept.");
    Dunlin__Payment__V1__PlanHeld held;
    dunlin__payment__v1__plan_held__init(&held);
    held.reason = words;
    expect(&held.base, "The payment plan was put on hold.");

    char rule[] = "REGF-14B2A-7IN7", citation[] = "12 CFR 1006.14(b)(2)(i)(A)", by[] = "user:anna";
    Dunlin__Contact__V1__RuleOverridden overridden;
    Dunlin__Contact__V1__RuleHit hit;
    Dunlin__Contact__V1__RuleHit *hits[] = {&hit};
    dunlin__contact__v1__rule_hit__init(&hit);
    hit.rule = rule;
    hit.citation = citation;
    dunlin__contact__v1__rule_overridden__init(&overridden);
    overridden.hits = hits;
    overridden.n_hits = 1;
    overridden.reason_code = DUNLIN__CONTACT__V1__OVERRIDE_REASON__OVERRIDE_REASON_CONSUMER_REQUEST;
    overridden.reason = words;
    overridden.overridden_by = by;
    expect(&overridden.base,
           "Permitted by override of REGF-14B2A-7IN7 (12 CFR 1006.14(b)(2)(i)(A)): consumer request, by user:anna.");

    Dunlin__Dispute__V1__DisputeOpened opened;
    dunlin__dispute__v1__dispute_opened__init(&opened);
    opened.reason = words;
    opened.is_written = true;
    opened.source = DUNLIN__DISPUTE__V1__DISPUTE_SOURCE__DISPUTE_SOURCE_DEBTOR;
    expect(&opened.base, "Dispute opened by debtor, in writing.");
}

static void a_refusal_gives_every_rule_with_its_citation(void **state)
{
    (void)state;
    char rule[] = "REGF-14B2A-7IN7", citation[] = "12 CFR 1006.14(b)(2)(i)(A)", detail[] = "7 attempts; the limit is 7",
         dialer[] = "acme";
    Dunlin__Contact__V1__RuleHit hit;
    Dunlin__Contact__V1__RuleHit *hits[] = {&hit};
    Dunlin__Contact__V1__PermitRefused refused;
    dunlin__contact__v1__rule_hit__init(&hit);
    dunlin__contact__v1__permit_refused__init(&refused);
    hit.rule = rule;
    hit.citation = citation;
    hit.detail = detail;
    refused.dialer = dialer;
    refused.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_CALL;
    refused.n_hits = 1;
    refused.hits = hits;
    expect(&refused.base,
           "Permit refused: call by acme; REGF-14B2A-7IN7 (12 CFR 1006.14(b)(2)(i)(A)): 7 attempts; the limit is 7.");
}

static void an_attempt_gives_its_facts_one_by_one(void **state)
{
    (void)state;
    Dunlin__Contact__V1__AttemptReport report;
    Dunlin__Contact__V1__AttemptReported reported;
    dunlin__contact__v1__attempt_report__init(&report);
    dunlin__contact__v1__attempt_reported__init(&reported);
    report.telephony = DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NO_ANSWER;
    report.party = DUNLIN__CONTACT__V1__PARTY__PARTY_NONE;
    report.outcome = DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_NONE;
    reported.report = &report;
    reported.was_within_permit = true;
    expect(&reported.base, "Attempt reported: no answer.");
    report.telephony = DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED;
    report.party = DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT;
    report.outcome = DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_REFUSED_TO_PAY;
    report.is_conversation = true;
    reported.was_within_permit = false;
    expect(&reported.base,
           "Attempt reported: answered, party right, outcome refused to pay, a conversation; not within its permit.");
}

static void what_cannot_be_read_is_named_by_its_type(void **state)
{
    (void)state;
    static const uint8_t GARBAGE[] = {0xff, 0xff, 0xff};
    const struct event events[] = {
        {.type = "dunlin.contact.v9.Teleported"},
        {.type = "dunlin.intake.v1.AccountPlaced", .payload = GARBAGE, .payload_len = sizeof(GARBAGE)},
    };
    for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
        GString *text = g_string_new(NULL);
        timeline_say(&events[i], text);
        assert_int_equal(strncmp(text->str, events[i].type, strlen(events[i].type)), 0);
        g_string_free(text, TRUE);
    }
}

static void enum_values_become_words(void **state)
{
    (void)state;
    char text[WORD_SIZE];
    const ProtobufCEnumDescriptor *type = &dunlin__contact__v1__telephony__descriptor;
    assert_string_equal(word_of(type, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NO_ANSWER, text), "no_answer");
    assert_string_equal(words_of(type, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NO_ANSWER, text), "no answer");
    assert_string_equal(word_of(type, 0, text), "unspecified");
    assert_string_equal(word_of(type, 4711, text), "unknown");
}

static void texts_are_cut_where_a_character_ends(void **state)
{
    (void)state;
    char text[6];
    text_copy(text, sizeof(text), "aäöü");
    assert_string_equal(text, "aäö");
    text_copy(text, sizeof(text),
              "ab\xff"
              "cd");
    assert_string_equal(text, "ab");
    text_copy(text, sizeof(text), "");
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_that_is_consumed_has_a_sentence),
        cmocka_unit_test(sentences_say_what_happened_and_nothing_personal),
        cmocka_unit_test(a_refusal_gives_every_rule_with_its_citation),
        cmocka_unit_test(an_attempt_gives_its_facts_one_by_one),
        cmocka_unit_test(what_cannot_be_read_is_named_by_its_type),
        cmocka_unit_test(enum_values_become_words),
        cmocka_unit_test(texts_are_cut_where_a_character_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
