#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "intake_model.h"

static const struct control_totals NO_TOTALS = {0};
static const struct control_totals TEN = {.has_count = true, .count = 10};
static const struct control_totals ELEVEN = {.has_count = true, .count = 11};

static void a_file_without_totals_is_placed_at_once(void **state)
{
    (void)state;
    assert_int_equal(placement_open(&NO_TOTALS), STAGE_PLACING);
    assert_int_equal(placement_open(&TEN), STAGE_CHECKING);
    assert_int_equal(placement_open(&(struct control_totals){.has_sum = true}), STAGE_CHECKING);
}

static void opening_again_by_stage_and_totals(void **state)
{
    static const struct {
        enum placement_stage stage;
        const struct control_totals *stored, *given;
        bool has_placed_rows;
        enum status status;
        enum placement_stage after;
    } rows[] = {
        {STAGE_CHECKING, &TEN, &TEN, false, STATUS_OK, STAGE_CHECKING},
        {STAGE_CHECKING, &TEN, &ELEVEN, false, STATUS_OK, STAGE_CHECKING},
        {STAGE_CHECKING, &TEN, &NO_TOTALS, false, STATUS_OK, STAGE_CHECKING},
        {STAGE_REFUSED, &TEN, &TEN, false, STATUS_OK, STAGE_REFUSED},
        {STAGE_REFUSED, &TEN, &ELEVEN, false, STATUS_OK, STAGE_CHECKING},
        {STAGE_REFUSED, &TEN, &NO_TOTALS, false, STATUS_OK, STAGE_REFUSED},
        {STAGE_PLACING, &TEN, &TEN, true, STATUS_OK, STAGE_PLACING},
        {STAGE_PLACING, &TEN, &NO_TOTALS, true, STATUS_OK, STAGE_PLACING},
        {STAGE_PLACING, &TEN, &ELEVEN, false, STATUS_OK, STAGE_CHECKING},
        {STAGE_PLACING, &TEN, &ELEVEN, true, STATUS_FAILED_PRECONDITION, STAGE_PLACING},
        {STAGE_PLACING, &NO_TOTALS, &TEN, false, STATUS_OK, STAGE_CHECKING},
        {STAGE_PLACING, &NO_TOTALS, &TEN, true, STATUS_FAILED_PRECONDITION, STAGE_PLACING},
        {STAGE_COMPLETED, &TEN, &ELEVEN, true, STATUS_OK, STAGE_COMPLETED},
        {STAGE_COMPLETED, &NO_TOTALS, &TEN, true, STATUS_OK, STAGE_COMPLETED},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        enum placement_stage stage = rows[i].stage;
        struct control_totals stored = *rows[i].stored;
        struct error err = {0};
        enum status st = placement_reopen(&stage, &stored, rows[i].given, rows[i].has_placed_rows, &err);
        if (st != rows[i].status || stage != rows[i].after)
            fail_msg("row %zu: %s, %s", i, status_name(st), placement_stage_name(stage));
        if (st == STATUS_OK && stage == STAGE_CHECKING && rows[i].given->has_count)
            assert_int_equal(stored.count, rows[i].given->count);
    }
}

static void every_stage_takes_its_own_rows_only(void **state)
{
    static const struct {
        enum placement_stage stage;
        enum status check, place;
    } rows[] = {
        {STAGE_CHECKING, STATUS_OK, STATUS_FAILED_PRECONDITION},
        {STAGE_PLACING, STATUS_FAILED_PRECONDITION, STATUS_OK},
        {STAGE_COMPLETED, STATUS_FAILED_PRECONDITION, STATUS_FAILED_PRECONDITION},
        {STAGE_REFUSED, STATUS_FAILED_PRECONDITION, STATUS_FAILED_PRECONDITION},
    };
    struct error err = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(placement_may_check(rows[i].stage, &err), rows[i].check);
        assert_int_equal(placement_may_place(rows[i].stage, &err), rows[i].place);
    }
}

static void totals_that_are_not_met_are_named_with_both_figures(void **state)
{
    struct control_totals totals = {.has_count = true, .count = 10, .has_sum = true, .sum_minor = 14770318};
    struct row_counts counted = {.accepted = 7, .rejected = 2, .skipped = 1, .amount_minor = 14770318};
    struct error err = {0};

    (void)state;
    assert_int_equal(control_totals_compare(&totals, &counted, "USD", &err), STATUS_OK);
    counted.accepted = 8;
    counted.amount_minor = 14770317;
    assert_int_equal(control_totals_compare(&totals, &counted, "USD", &err), STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(err.text, "11 records where 10 are announced"));
    assert_non_null(strstr(err.text, "147703.17 USD where 147703.18 USD"));
    assert_int_equal(control_totals_compare(&NO_TOTALS, &counted, NULL, &err), STATUS_OK);
}

static void amounts_of_several_currencies_are_not_added(void **state)
{
    struct row_counts sum = {0}, other = {0};

    (void)state;
    row_counts_add_amount(&sum, &(struct money){100, "USD"});
    row_counts_add_amount(&sum, &(struct money){-30, "USD"});
    assert_int_equal(sum.amount_minor, 70);
    row_counts_add_amount(&other, &(struct money){5, "EUR"});
    row_counts_add(&sum, &other);
    assert_true(sum.has_several_currencies);
    assert_int_equal(sum.amount_minor, 0);
    assert_string_equal(sum.currency, "");
    row_counts_add_amount(&sum, &(struct money){5, "EUR"});
    assert_int_equal(sum.amount_minor, 0);
}

static struct id an_id(const char *name)
{
    return id_derive_root(5, "test", name, strlen(name));
}

static const struct contact PHONE = {CONTACT_PHONE, "+12125550100", PHONE_UNKNOWN, "America/New_York"};

static void a_contact_point_is_added_once_and_gathers_zones(void **state)
{
    struct id id = an_id("debtor");
    struct debtor *debtor = debtor_new(&id, 1);
    GStringChunk *texts = g_string_chunk_new(64);
    struct contact same = PHONE, moved = PHONE;
    size_t index = 9;

    (void)state;
    moved.zones = "America/Denver";
    assert_int_equal(debtor_add_contact(debtor, &PHONE, texts, &index), CONTACT_NEW);
    assert_int_equal(debtor_add_contact(debtor, &same, texts, &index), CONTACT_KNOWN);
    assert_int_equal(debtor_add_contact(debtor, &moved, texts, &index), CONTACT_MORE_ZONES);
    assert_int_equal(debtor->contacts->len, 1);
    assert_int_equal(index, 0);
    assert_string_equal(g_array_index(debtor->contacts, struct contact_point, 0).contact.zones,
                        "America/Denver,America/New_York");
    debtor_free(debtor);
    g_string_chunk_free(texts);
}

static void an_e_mail_address_is_the_same_in_any_case(void **state)
{
    struct id debtor = an_id("debtor");
    struct contact lower = {CONTACT_EMAIL, "ann@example.com", PHONE_UNKNOWN, ""};
    struct contact upper = {CONTACT_EMAIL, "Ann@Example.COM", PHONE_UNKNOWN, ""};
    struct contact address = {CONTACT_ADDRESS, "ann@example.com", PHONE_UNKNOWN, ""};
    struct id a = contact_point_id(&debtor, &lower);
    struct id b = contact_point_id(&debtor, &upper);
    struct id c = contact_point_id(&debtor, &address);

    (void)state;
    assert_true(id_equal(&a, &b));
    assert_false(id_equal(&a, &c));
}

static void a_crowded_debtor_has_no_room(void **state)
{
    struct id id = an_id("debtor");
    struct debtor *debtor = debtor_new(&id, 1);
    struct row row = {.n_contacts = 1, .contacts = {PHONE}};

    (void)state;
    for (int i = 0; i < DEBTOR_CONTACTS_MAX; i++) {
        char value[32];
        struct contact other = PHONE;
        (void)snprintf(value, sizeof(value), "+1212555%04d", 1000 + i);
        other.value = value;
        assert_true(debtor_has_room(debtor, &row));
        debtor_load_contact(debtor, &other);
    }
    assert_false(debtor_has_room(debtor, &row));
    g_array_index(debtor->contacts, struct contact_point, 0).id = contact_point_id(&id, &PHONE);
    assert_true(debtor_has_room(debtor, &row));
    debtor_free(debtor);
}

static void a_debtor_changes_by_what_is_news_only(void **state)
{
    struct id id = an_id("debtor");
    struct debtor *debtor = debtor_new(&id, 1);
    GStringChunk *texts = g_string_chunk_new(64);
    size_t index = 0;

    (void)state;
    debtor_load_contact(debtor, &PHONE);
    debtor_describe(debtor, "", true);
    assert_int_equal(debtor_add_contact(debtor, &PHONE, texts, &index), CONTACT_KNOWN);
    assert_false(debtor->is_changed);
    debtor_describe(debtor, "Ann Miller", true);
    assert_true(debtor->is_changed);
    debtor->is_changed = false;
    debtor_describe(debtor, "", true);
    assert_string_equal(debtor->name, "Ann Miller");
    assert_false(debtor->is_changed);
    debtor_describe(debtor, "Ann Miller", false);
    assert_true(debtor->is_changed);
    debtor_free(debtor);
    g_string_chunk_free(texts);
}

struct book {
    struct account account;
    struct row row;
    GStringChunk *texts;
};

static int open_book(void **state)
{
    struct book *book = g_new0(struct book, 1);

    book->account.balance = (struct money){5000, "USD"};
    book->account.due_on.days = 100;
    book->texts = g_string_chunk_new(64);
    for (size_t i = 0; i < FIELD_COUNT; i++)
        book->row.values[i].text = "";
    *state = book;
    return 0;
}

static int close_book(void **state)
{
    struct book *book = *state;

    g_string_chunk_free(book->texts);
    g_free(book);
    return 0;
}

static void set_money(struct row *row, enum field field, int64_t minor, const char *currency)
{
    row->values[field].has_value = true;
    row->values[field].money.minor = minor;
    (void)g_strlcpy(row->values[field].money.currency, currency, CURRENCY_SIZE);
}

static void an_update_reports_only_what_changed(void **state)
{
    struct book *book = *state;
    struct account_changes changes;

    set_money(&book->row, FIELD_BALANCE, 5000, "USD");
    assert_true(account_update(&book->account, &book->row, book->texts, &changes));
    assert_false(changes.has_balance || changes.has_due_on || book->account.is_changed);
    set_money(&book->row, FIELD_BALANCE, 0, "USD");
    book->row.values[FIELD_DUE_DATE] = (struct row_value){.has_value = true, .date = {100}};
    assert_true(account_update(&book->account, &book->row, book->texts, &changes));
    assert_true(changes.has_balance && !changes.has_due_on && book->account.is_changed);
    assert_int_equal(book->account.balance.minor, 0);
}

static void another_currency_is_refused(void **state)
{
    struct book *book = *state;
    struct account_changes changes;

    set_money(&book->row, FIELD_BALANCE, 5000, "EUR");
    assert_false(account_update(&book->account, &book->row, book->texts, &changes));
    assert_int_equal(book->row.rejects[0].code, REJECT_CURRENCY_MISMATCH);
    book->row.n_rejects = 0;
    set_money(&book->row, FIELD_AMOUNT, 100, "EUR");
    assert_false(account_takes_payment(&book->account, &book->row, book->texts));
    assert_int_equal(book->row.rejects[0].code, REJECT_CURRENCY_MISMATCH);
}

static void a_recalled_account_takes_payments_only(void **state)
{
    struct book *book = *state;
    struct account_changes changes;

    assert_true(account_recall(&book->account, &book->row, book->texts));
    assert_true(book->account.is_recalled && book->account.is_changed);
    assert_false(account_recall(&book->account, &book->row, book->texts));
    assert_int_equal(book->row.rejects[0].code, REJECT_ALREADY_RECALLED);
    assert_int_equal(book->row.outcome, ROW_REJECTED);
    assert_false(account_update(&book->account, &book->row, book->texts, &changes));
    set_money(&book->row, FIELD_AMOUNT, 100, "USD");
    assert_true(account_takes_payment(&book->account, &book->row, book->texts));
}

static void a_payment_is_known_by_its_reference_or_by_file_and_line(void **state)
{
    struct book *book = *state;
    struct id account = an_id("account");
    struct id by_line = payment_id_of_row(&account, &book->row, "file", 4);
    struct id other_file = payment_id_of_row(&account, &book->row, "fil2", 4);

    assert_false(id_equal(&by_line, &other_file));
    book->row.raw.line = 2;
    struct id other_line = payment_id_of_row(&account, &book->row, "file", 4);
    assert_false(id_equal(&by_line, &other_line));
    book->row.values[FIELD_PAYMENT_REFERENCE].text = "CHK-1";
    struct id by_reference = payment_id_of_row(&account, &book->row, "file", 4);
    struct id in_other_file = payment_id_of_row(&account, &book->row, "fil2", 4);
    assert_true(id_equal(&by_reference, &in_other_file));
    assert_int_equal(id_partition(&by_reference), id_partition(&account));
}

static void opened_is_due_where_the_file_does_not_say(void **state)
{
    struct book *book = *state;
    struct id id = an_id("account"), debtor = an_id("debtor");
    struct provenance provenance = {.line = 4};

    book->row.values[FIELD_DUE_DATE] = (struct row_value){.text = "x", .has_value = true, .date = {42}};
    struct account account = account_from_row(&book->row, &id, &debtor, 1, &provenance, (struct instant){7});
    assert_int_equal(account.opened_on.days, 42);
    book->row.values[FIELD_OPENED_DATE] = (struct row_value){.text = "x", .has_value = true, .date = {40}};
    account = account_from_row(&book->row, &id, &debtor, 1, &provenance, (struct instant){7});
    assert_int_equal(account.opened_on.days, 40);
    assert_int_equal(account.placed_at_us, 7);
    assert_false(account.is_disputed);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, open_book, close_book)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_without_totals_is_placed_at_once),
        cmocka_unit_test(opening_again_by_stage_and_totals),
        cmocka_unit_test(every_stage_takes_its_own_rows_only),
        cmocka_unit_test(totals_that_are_not_met_are_named_with_both_figures),
        cmocka_unit_test(amounts_of_several_currencies_are_not_added),
        cmocka_unit_test(a_contact_point_is_added_once_and_gathers_zones),
        cmocka_unit_test(an_e_mail_address_is_the_same_in_any_case),
        cmocka_unit_test(a_crowded_debtor_has_no_room),
        cmocka_unit_test(a_debtor_changes_by_what_is_news_only),
        WITH(an_update_reports_only_what_changed),
        WITH(another_currency_is_refused),
        WITH(a_recalled_account_takes_payments_only),
        WITH(a_payment_is_known_by_its_reference_or_by_file_and_line),
        WITH(opened_is_due_where_the_file_does_not_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
