#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "service/wire.h"

static void ids_come_back_as_they_were_sent(void **state)
{
    (void)state;
    const struct id id = id_new(9);
    struct id read = {0};
    struct error err = {0};
    const ProtobufCBinaryData bytes = wire_id(&id);
    assert_int_equal(bytes.len, ID_BYTES);
    assert_int_equal(wire_read_id(&bytes, "account_id", &read, &err), STATUS_OK);
    assert_true(id_equal(&read, &id));
    read = wire_known_id(&bytes);
    assert_true(id_equal(&read, &id));
}

static void an_id_that_is_none_is_sent_as_nothing(void **state)
{
    (void)state;
    const struct id none = {0};
    assert_int_equal(wire_id(&none).len, 0);
}

static void bad_ids_are_refused_by_their_field(void **state)
{
    (void)state;
    static const uint8_t ZEROS[ID_BYTES];
    static const uint8_t NO_PARTITION[ID_BYTES] = {[0] = 1, [ID_BYTES - 1] = PARTITION_COUNT};
    static const struct {
        const uint8_t *data;
        size_t len;
        const char *why;
    } ROWS[] = {
        {ZEROS, 0, "debtor_id"},
        {ZEROS, 15, "debtor_id"},
        {ZEROS, ID_BYTES, "debtor_id: is all zeros"},
        {NO_PARTITION, ID_BYTES, "debtor_id"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const ProtobufCBinaryData bytes = wire_bytes(ROWS[i].data, ROWS[i].len);
        struct id id = id_new(1);
        const struct id before = id;
        struct error err = {0};
        assert_int_equal(wire_read_id(&bytes, "debtor_id", &id, &err), STATUS_INVALID_ARGUMENT);
        assert_ptr_equal(strstr(err.text, ROWS[i].why), err.text);
        assert_true(id_equal(&id, &before));
    }
}

static void an_id_of_another_partition_is_not_the_call_s_own(void **state)
{
    (void)state;
    const struct id id = id_new(9);
    const ProtobufCBinaryData bytes = wire_id(&id);
    struct id read = {0};
    struct error err = {0};
    assert_int_equal(wire_read_own_id(&(struct service_call){.partition = 9}, &bytes, "account_id", &read, &err),
                     STATUS_OK);
    assert_true(id_equal(&read, &id));
    read = (struct id){0};
    assert_int_equal(wire_read_own_id(&(struct service_call){.partition = 8}, &bytes, "account_id", &read, &err),
                     STATUS_INVALID_ARGUMENT);
    assert_string_equal(err.text, "account_id: is of partition 9, the request of 8");
    assert_true(id_is_none(&read));
}

static void texts_are_utf8_of_a_limited_length(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why; /* why NULL: fine */
    } ROWS[] = {
        {"", NULL},
        {"12345678", NULL},
        {"123456789", "reason: longer than 8 bytes"},
        {"m\xc3\xbcller", NULL},
        {"m\xfcller", "reason: is not UTF-8"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct error err = {0};
        const enum status st = wire_check_text(ROWS[i].text, 8, "reason", &err);
        assert_int_equal(st, ROWS[i].why ? STATUS_INVALID_ARGUMENT : STATUS_OK);
        assert_string_equal(err.text, ROWS[i].why ? ROWS[i].why : "");
    }
}

static void card_numbers_in_free_text_are_masked(void **state)
{
    (void)state;
    char text[] = "paid with 4111 1111 1111 1111, account 12345678";
    struct error err = {0};
    assert_int_equal(wire_free_text(text, 100, "reason", &err), STATUS_OK);
    assert_string_equal(text, "paid with **** **** **** 1111, account 12345678");
    assert_int_equal(wire_free_text(text, 8, "reason", &err), STATUS_INVALID_ARGUMENT);
}

static void the_actor_is_the_principal_or_nobody(void **state)
{
    (void)state;
    assert_string_equal(wire_actor(&(struct service_call){.principal = "user:anna"}), "user:anna");
    assert_null(wire_actor(&(struct service_call){.principal = ""}));
    assert_null(wire_actor(&(struct service_call){0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_come_back_as_they_were_sent),
        cmocka_unit_test(an_id_that_is_none_is_sent_as_nothing),
        cmocka_unit_test(bad_ids_are_refused_by_their_field),
        cmocka_unit_test(an_id_of_another_partition_is_not_the_call_s_own),
        cmocka_unit_test(texts_are_utf8_of_a_limited_length),
        cmocka_unit_test(card_numbers_in_free_text_are_masked),
        cmocka_unit_test(the_actor_is_the_principal_or_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
