#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ach/ach.h"
#include "drafts.h"
#include "status/scope.h"

/* Broken once: blocks rounded down, the offset left out of the totals, the addendum left out of the counts, the name
 * refused where it is cut, the amount's limit a cent higher, sequences allowed to repeat, the account number in the
 * error about it, a byte written before the draft is looked at, one record of filler too many. */

#define STRIDE (ACH_RECORD_BYTES + 1)

static void free_string(GString **string)
{
    if (*string)
        (void)g_string_free(*string, TRUE);
}
#define SCOPED_STRING SCOPED(free_string) GString *

static void write_or_fail(const struct ach_draft *draft, GString *file)
{
    struct error err = {0};

    if (ach_write(draft, file, &err) != STATUS_OK)
        fail_msg("%s", err.text);
}

/* The bytes first to last, counted from 1, of a record of a file with LF. */
static void assert_field(const GString *file, size_t record, size_t first, size_t last, const char *expected)
{
    g_autofree char *found = g_strndup(file->str + (record - 1) * STRIDE + first - 1, last - first + 1);

    if (strcmp(found, expected) != 0)
        fail_msg("record %zu, %zu-%zu: '%s', expected '%s'", record, first, last, found, expected);
}

static void writes_each_byte_of_a_balanced_file(void **state)
{
    static const char EXPECTED[] =
        "101 12104288219123456782611231605A094101Example Bank           Harbor Recovery Inc    F-77    \n"
        "5200Harbor Recovery                     1912345678PPDPAYMENT         261125   1121042880000001\n"
        "627231380104744-5678-99      0000012550A-1009-3       Ada Example             0121042880000001\n"
        "637091400606123456789012345670000004400A-1010-1       Bob Example             1121042880000002\n"
        "705INSTALMENT 3 OF 12                                                              00010000002\n"
        "6221210428829900112233       0000016950               Harbor Recovery         0121042880000007\n"
        "820000000400443823580000000169500000000169501912345678                         121042880000001\n"
        "5225Harbor Recovery HARBOR              1912345678WEBRETRY PYMTNOV   261126   1121042880000002\n"
        "628231380104744-5678-99      0000000000               Ada Example           R 0121042880000009\n"
        "822500000100231380100000000000000000000000001912345678                         121042880000002\n"
        "9000002000002000000050067520368000000016950000000016950                                       \n";
    struct ach_draft_entry entries[] = {debit(1, 12550), debit(2, 4400)};
    struct ach_draft_entry prenote = debit(9, 0);
    struct ach_draft_entry offset = to_agency(7);
    struct ach_draft_batch batches[] = {instalments(entries, 2), instalments(&prenote, 1)};
    const struct ach_draft draft = file_of(batches, 2);
    SCOPED_STRING expected = g_string_new(EXPECTED);
    SCOPED_STRING file = g_string_new("");
    (void)state;

    entries[1].transaction_code = 37;
    entries[1].routing = "091400606";
    entries[1].account = "12345678901234567";
    entries[1].individual_id = "A-1010-1";
    entries[1].individual_name = "Bob Example";
    entries[1].payment_information = "INSTALMENT 3 OF 12";
    batches[0].offset = &offset;
    prenote.transaction_code = 28;
    prenote.individual_id = NULL;
    prenote.discretionary = "R";
    batches[1].class = "WEB";
    batches[1].description = "RETRY PYMT";
    batches[1].descriptive_date = "NOV";
    batches[1].company_discretionary = "HARBOR";
    batches[1].effective_on = day(2026, 11, 26);
    for (int i = 0; i < 9; i++) {
        for (int j = 0; j < ACH_RECORD_BYTES; j++)
            g_string_append_c(expected, '9');
        g_string_append_c(expected, '\n');
    }
    write_or_fail(&draft, file);
    assert_string_equal(file->str, expected->str);
}

static void the_same_draft_gives_the_same_bytes(void **state)
{
    const struct ach_draft_entry entry = debit(1, 100);
    const struct ach_draft_batch batch = instalments(&entry, 1);
    const struct ach_draft draft = file_of(&batch, 1);
    SCOPED_STRING once = g_string_new("");
    SCOPED_STRING twice = g_string_new("");
    (void)state;

    write_or_fail(&draft, once);
    write_or_fail(&draft, twice);
    assert_string_equal(once->str, twice->str);
}

static void appends_to_what_is_there(void **state)
{
    const struct ach_draft_entry entry = debit(1, 100);
    const struct ach_draft_batch batch = instalments(&entry, 1);
    const struct ach_draft draft = file_of(&batch, 1);
    SCOPED_STRING file = g_string_new("before");
    (void)state;

    write_or_fail(&draft, file);
    assert_int_equal(file->len, strlen("before") + 10 * STRIDE);
    assert_memory_equal(file->str, "before101 ", 10);
}

static void ends_records_as_the_bank_wants(void **state)
{
    static const struct {
        enum ach_line_end line_end;
        const char *text;
    } ROWS[] = {{ACH_LF, "\n"}, {ACH_CRLF, "\r\n"}, {ACH_NO_LINE_END, ""}};
    const struct ach_draft_entry entry = debit(1, 100);
    const struct ach_draft_batch batch = instalments(&entry, 1);
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct ach_draft draft = file_of(&batch, 1);
        SCOPED_STRING file = g_string_new("");
        const size_t stride = ACH_RECORD_BYTES + strlen(ROWS[i].text);
        draft.line_end = ROWS[i].line_end;
        write_or_fail(&draft, file);
        assert_int_equal(file->len, 10 * stride);
        for (size_t at = ACH_RECORD_BYTES; at < file->len; at += stride)
            assert_memory_equal(file->str + at, ROWS[i].text, strlen(ROWS[i].text));
    }
}

/* Header, control and the batch's two leave 6, 16, ... entries for whole blocks. */
static void fills_the_last_block_with_nines_and_adds_none_to_a_full_one(void **state)
{
    static const struct {
        size_t n_entries, n_records;
        const char *blocks;
    } ROWS[] = {{1, 10, "000001"}, {5, 10, "000001"},  {6, 10, "000001"},
                {7, 20, "000002"}, {16, 20, "000002"}, {17, 30, "000003"}};
    struct ach_draft_entry entries[17] = {0};
    (void)state;

    for (uint32_t i = 0; i < ARRAY_SIZE(entries); i++)
        entries[i] = debit(i + 1, 100);
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const struct ach_draft_batch batch = instalments(entries, ROWS[i].n_entries);
        const struct ach_draft draft = file_of(&batch, 1);
        SCOPED_STRING file = g_string_new("");
        write_or_fail(&draft, file);
        assert_int_equal(file->len, ROWS[i].n_records * STRIDE);
        assert_field(file, ROWS[i].n_entries + 4, 8, 13, ROWS[i].blocks);
        for (size_t record = ROWS[i].n_entries + 5; record <= ROWS[i].n_records; record++)
            assert_int_equal(strspn(file->str + (record - 1) * STRIDE, "9"), ACH_RECORD_BYTES);
    }
}

static void writes_10000_entries_and_keeps_ten_digits_of_their_hash(void **state)
{
    enum { N = 10000 };
    g_autofree struct ach_draft_entry *entries = g_new0(struct ach_draft_entry, N);
    const struct ach_draft_batch batch = instalments(entries, N);
    const struct ach_draft draft = file_of(&batch, 1);
    SCOPED_STRING file = g_string_new("");
    (void)state;

    for (uint32_t i = 0; i < N; i++)
        entries[i] = debit(i + 1, 99999999);
    write_or_fail(&draft, file);
    assert_int_equal(file->len, 10010 * STRIDE); /* 10,004 records */
    assert_field(file, N + 2, 80, 94, "121042880010000");
    assert_field(file, N + 3, 5, 10, "010000");
    assert_field(file, N + 3, 11, 20, "1380100000"); /* 231,380,100,000 without its first digits */
    assert_field(file, N + 3, 21, 32, "999999990000");
    assert_field(file, N + 4, 8, 13, "001001");
    assert_field(file, N + 4, 22, 31, "1380100000");
}

static void cuts_a_long_name_and_nothing_else(void **state)
{
    struct ach_draft_entry entry = debit(1, 100);
    const struct ach_draft_batch batch = instalments(&entry, 1);
    const struct ach_draft draft = file_of(&batch, 1);
    SCOPED_STRING file = g_string_new("");
    (void)state;

    entry.individual_name = "Wolfeschlegelsteinhausenbergerdorff, Hubert";
    write_or_fail(&draft, file);
    assert_field(file, 3, 55, 79, "Wolfeschlegelsteinhaus  0");
}

static void adds_no_offset_where_nothing_is_to_be_balanced(void **state)
{
    struct ach_draft_entry entries[] = {debit(1, 500), debit(2, 500)};
    struct ach_draft_entry offset = to_agency(3);
    struct ach_draft_batch batch = instalments(entries, 2);
    const struct ach_draft draft = file_of(&batch, 1);
    SCOPED_STRING file = g_string_new("");
    (void)state;

    entries[1].transaction_code = 22;
    batch.offset = &offset;
    write_or_fail(&draft, file);
    assert_field(file, 2, 2, 4, "200");
    assert_field(file, 5, 1, 10, "8200000002");
    assert_field(file, 5, 21, 44, "000000000500000000000500");
}

static void says_by_the_service_class_which_way_money_goes(void **state)
{
    static const struct {
        int first, second;
        const char *service;
    } ROWS[] = {{27, 37, "225"}, {28, 28, "225"}, {22, 32, "220"}, {23, 33, "220"}, {27, 22, "200"}, {28, 33, "200"}};
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct ach_draft_entry entries[] = {debit(1, ROWS[i].first % 10 == 7 || ROWS[i].first % 10 == 2 ? 100 : 0),
                                            debit(2, ROWS[i].second % 10 == 7 || ROWS[i].second % 10 == 2 ? 100 : 0)};
        const struct ach_draft_batch batch = instalments(entries, 2);
        const struct ach_draft draft = file_of(&batch, 1);
        SCOPED_STRING file = g_string_new("");
        entries[0].transaction_code = ROWS[i].first;
        entries[1].transaction_code = ROWS[i].second;
        write_or_fail(&draft, file);
        assert_field(file, 2, 2, 4, ROWS[i].service);
        assert_field(file, 5, 2, 4, ROWS[i].service);
    }
}

/* --- refusals -------------------------------------------------------------------------------------------------------
 */

struct spoilt {
    struct ach_draft draft;
    struct ach_draft_batch batches[2];
    struct ach_draft_entry first[3], second[1], offset;
};

typedef void (*spoil_f)(struct spoilt *file);

static void make(struct spoilt *file)
{
    *file = (struct spoilt){
        .first = {debit(1, 100), debit(2, 200), debit(3, 300)}, .second = {debit(5, 400)}, .offset = to_agency(4)};
    file->batches[0] = instalments(file->first, 3);
    file->batches[0].offset = &file->offset;
    file->batches[1] = instalments(file->second, 1);
    file->draft = file_of(file->batches, 2);
}

#define SPOIL(name, statement)                                                                                         \
    static void name(struct spoilt *file)                                                                              \
    {                                                                                                                  \
        statement;                                                                                                     \
    }
SPOIL(no_batches, file->draft.n_batches = 0)
SPOIL(no_entries, file->batches[1].n_entries = 0)
SPOIL(destination, file->draft.destination = "121042881")
SPOIL(no_destination, file->draft.destination = NULL)
SPOIL(long_bank, file->draft.destination_name = "A bank with a very long name")
SPOIL(no_origin, file->draft.origin = "")
SPOIL(long_origin, file->draft.origin = "19123456789")
SPOIL(reference, file->draft.reference = "123456789")
SPOIL(created, file->draft.created_on = day(1999, 12, 31))
SPOIL(minute, file->draft.created_minute = 1440)
SPOIL(modifier, file->draft.id_modifier = 'a')
SPOIL(long_company, file->batches[1].company_name = "Harbor Recovery In")
SPOIL(company_letter, file->batches[1].company_name = "Harb\xc3\xb6r")
SPOIL(company_blank, file->batches[1].company_name = " Harbor")
SPOIL(no_company_id, file->batches[1].company_id = NULL)
SPOIL(long_description, file->batches[1].description = "RETRY PAYMT")
SPOIL(class, file->batches[1].class = "IAT")
SPOIL(class_not_written, file->batches[1].class = "COR")
SPOIL(no_class, file->batches[1].class = NULL)
SPOIL(effective, file->batches[1].effective_on = day(2100, 1, 1))
SPOIL(odfi, file->batches[1].odfi = "121042882")
SPOIL(odfi_letter, file->batches[1].odfi = "1210428A")
SPOIL(transaction, file->first[1].transaction_code = 26)
SPOIL(loan, file->first[1].transaction_code = 52)
SPOIL(routing, file->first[1].routing = "231380105")
SPOIL(no_routing, file->first[1].routing = NULL)
SPOIL(no_account, file->first[1].account = "")
SPOIL(long_account, file->first[1].account = "771177117711771177")
SPOIL(account_letter, file->first[1].account = "77117711\n")
SPOIL(account_blank, file->first[1].account = "77117711 ")
SPOIL(big_amount, file->first[1].amount_minor = 10000000000)
SPOIL(negative, file->first[1].amount_minor = -1)
SPOIL(nothing, file->first[1].amount_minor = 0)
SPOIL(prenote, file->first[1].transaction_code = 28)
SPOIL(long_id, file->first[1].individual_id = "1234567890123456")
SPOIL(no_name, file->first[1].individual_name = NULL)
SPOIL(name_letter, file->first[1].individual_name = "Ren\xc3\xa9 Example")
SPOIL(name_letter_cut, file->first[1].individual_name = "Wolfeschlegelsteinhausenbergerd\xc3\xb6rff")
SPOIL(long_discretionary, file->first[1].discretionary = "ABC")
SPOIL(no_payment_type, file->batches[0].class = "WEB")
SPOIL(tel_type, (file->batches[1].class = "TEL", file->second[0].discretionary = "X"))
SPOIL(tel_addendum, (file->batches[1].class = "TEL", file->second[0].payment_information = "X"))
SPOIL(long_information, file->first[1].payment_information =
                            "12345678901234567890123456789012345678901234567890123456789012345678901234567890+")
SPOIL(no_sequence, file->first[1].sequence = 0)
SPOIL(high_sequence, file->first[1].sequence = 10000000)
SPOIL(same_sequence, file->first[1].sequence = 1)
SPOIL(offset_sequence, file->offset.sequence = 3)
SPOIL(batch_sequence, file->second[0].sequence = 4)
SPOIL(offset_debits, file->offset.transaction_code = 27)
SPOIL(offset_amount, file->offset.amount_minor = 600)
SPOIL(offset_account, file->offset.account = "")
SPOIL(offset_other_way, file->first[2].transaction_code = 22; file->first[2].amount_minor = 301)
SPOIL(offset_big, file->first[1].amount_minor = 9999999999)

static void refuses_what_does_not_fit_naming_entry_and_field(void **state)
{
    static const struct {
        spoil_f spoil;
        const char *error;
    } ROWS[] = {
        {no_batches, "file: has no batches"},
        {no_entries, "batch 2: has no entries"},
        {destination, "file: immediate destination: '121042881' is not nine digits with the right check digit"},
        {no_destination, "file: immediate destination: '' is not nine digits"},
        {long_bank, "file: immediate destination name: 28 bytes long, at most 23 fit"},
        {no_origin, "file: immediate origin: is missing"},
        {long_origin, "file: immediate origin: 11 bytes long, at most 10 fit"},
        {reference, "file: reference code: 9 bytes long, at most 8 fit"},
        {created, "file: file creation date: 1999-12-31 is not in the years 2000 to 2099"},
        {minute, "file: file creation time: 1440 is no minute of a day"},
        {modifier, "file: file id modifier: is not A to Z or 0 to 9"},
        {long_company, "batch 2: company name: 18 bytes long, at most 16 fit"},
        {company_letter, "batch 2: company name: byte 5 is no printable ASCII"},
        {company_blank, "batch 2: company name: begins or ends with a blank"},
        {no_company_id, "batch 2: company identification: is missing"},
        {long_description, "batch 2: company entry description: 11 bytes long, at most 10 fit"},
        {class, "batch 2: standard entry class code: 'IAT' is not PPD, WEB, TEL or CCD"},
        {class_not_written, "batch 2: standard entry class code: 'COR' is not PPD"},
        {no_class, "batch 2: standard entry class code: '' is not PPD"},
        {effective, "batch 2: effective entry date: 2100-01-01 is not in the years"},
        {odfi, "batch 2: originating dfi identification: '121042882' is not eight digits"},
        {odfi_letter, "batch 2: originating dfi identification: '1210428A' is not eight digits"},
        {transaction, "batch 1: entry 2: transaction code: 26 is no debit"},
        {loan, "batch 1: entry 2: transaction code: 52 is no debit"},
        {routing, "batch 1: entry 2: receiving routing number: '231380105' is not nine digits with the right check"},
        {no_routing, "batch 1: entry 2: receiving routing number: '' is not"},
        {no_account, "batch 1: entry 2: account number: is missing"},
        {long_account, "batch 1: entry 2: account number: 18 bytes long, at most 17 fit"},
        {account_letter, "batch 1: entry 2: account number: byte 9 is no printable ASCII"},
        {account_blank, "batch 1: entry 2: account number: begins or ends with a blank"},
        {big_amount, "batch 1: entry 2: amount: 10000000000 has more than ten digits"},
        {negative, "batch 1: entry 2: amount: -1 is negative"},
        {nothing, "batch 1: entry 2: amount: 0 with transaction code 27: a prenote, and nothing else, is of 0"},
        {prenote, "batch 1: entry 2: amount: 200 with transaction code 28: a prenote"},
        {long_id, "batch 1: entry 2: individual id number: 16 bytes long, at most 15 fit"},
        {no_name, "batch 1: entry 2: individual name: is missing"},
        {name_letter, "batch 1: entry 2: individual name: byte 4 is no printable ASCII"},
        {name_letter_cut, "batch 1: entry 2: individual name: byte 32 is no printable ASCII"},
        {long_discretionary, "batch 1: entry 2: discretionary data: 3 bytes long, at most 2 fit"},
        {no_payment_type, "batch 1: entry 1: discretionary data: WEB needs R, recurring, or S, single"},
        {tel_type, "batch 2: entry 1: discretionary data: TEL has R, recurring, S, single, or none"},
        {tel_addendum, "batch 2: entry 1: payment related information: TEL has no addenda"},
        {long_information, "batch 1: entry 2: payment related information: 81 bytes long, at most 80 fit"},
        {no_sequence, "batch 1: entry 2: trace number: its sequence 0 is not 1 to 9999999"},
        {high_sequence, "batch 1: entry 2: trace number: its sequence 10000000 is not 1 to 9999999"},
        {same_sequence, "batch 1: entry 2: trace number: its sequence 1 does not follow 1, the one before it"},
        {offset_sequence, "batch 1: offset: trace number: its sequence 3 does not follow 3"},
        {batch_sequence, "batch 2: entry 1: trace number: its sequence 4 does not follow 4"},
        {offset_debits, "batch 1: offset: transaction code: 27 is not 22 or 32, a credit"},
        {offset_amount, "batch 1: offset: amount: 600 is given, but it is worked out"},
        {offset_account, "batch 1: offset: account number: is missing"},
        {offset_other_way, "batch 1: offset: amount: credits are 1 more than debits"},
        {offset_big, "batch 1: offset: amount: 10000000399 has more than ten digits"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct spoilt file;
        struct error err = {0};
        SCOPED_STRING bytes = g_string_new("as it was");
        make(&file);
        assert_int_equal(ach_write(&file.draft, bytes, &err), STATUS_OK);
        g_string_assign(bytes, "as it was");
        ROWS[i].spoil(&file);
        const enum status st = ach_write(&file.draft, bytes, &err);
        if (st != STATUS_INVALID_ARGUMENT || strncmp(err.text, ROWS[i].error, strlen(ROWS[i].error)) != 0)
            fail_msg("row %zu: %s '%s', expected '%s'", i, status_name(st), err.text, ROWS[i].error);
        assert_null(strstr(err.text, "7711"));
        assert_null(strstr(err.text, "744-5678-99"));
        assert_string_equal(bytes->str, "as it was");
    }
}

static void refuses_totals_of_more_than_twelve_digits(void **state)
{
    enum { N = 101 };
    struct ach_draft_entry entries[N] = {0};
    struct ach_draft_batch batches[] = {instalments(entries, N), instalments(entries, N)};
    struct ach_draft draft = file_of(batches, 1);
    struct error err = {0};
    SCOPED_STRING file = g_string_new("");
    (void)state;

    for (uint32_t i = 0; i < N; i++)
        entries[i] = debit(i + 1, ACH_AMOUNT_MAX_MINOR);
    assert_int_equal(ach_write(&draft, file, &err), STATUS_INVALID_ARGUMENT);
    assert_string_equal(err.text, "batch 1: total debits: 1009999999899 has more than twelve digits");
    batches[0].n_entries = 60;
    batches[1].entries = entries + 60;
    batches[1].n_entries = N - 60;
    draft.n_batches = 2;
    assert_int_equal(ach_write(&draft, file, &err), STATUS_INVALID_ARGUMENT);
    assert_string_equal(err.text, "file: total debits: 1009999999899 has more than twelve digits");
    assert_int_equal(file->len, 0);
}

/* The largest file is read back by test_reader.c. */
static void refuses_more_records_than_a_file_may_have(void **state)
{
    enum { N = ACH_RECORDS_MAX - 4 };
    g_autofree struct ach_draft_entry *entries = g_new0(struct ach_draft_entry, N + 1);
    struct ach_draft_batch batch = instalments(entries, N + 1);
    const struct ach_draft draft = file_of(&batch, 1);
    struct error err = {0};
    SCOPED_STRING file = g_string_new("");
    (void)state;

    for (uint32_t i = 0; i <= N; i++)
        entries[i] = debit(i + 1, 100);
    assert_int_equal(ach_write(&draft, file, &err), STATUS_INVALID_ARGUMENT);
    assert_string_equal(err.text, "file: more than 500000 records");
    assert_int_equal(file->len, 0);
    batch.n_entries = N;
    write_or_fail(&draft, file);
    assert_int_equal(file->len, (size_t)ACH_RECORDS_MAX * STRIDE);
}

static void checks_one_entry_by_itself(void **state)
{
    struct ach_draft_entry entry = debit(1, 100);
    struct error err = {0};
    (void)state;

    assert_int_equal(ach_draft_entry_check("PPD", &entry, &err), STATUS_OK);
    assert_int_equal(ach_draft_entry_check("WEB", &entry, &err), STATUS_INVALID_ARGUMENT);
    assert_string_equal(err.text, "discretionary data: WEB needs R, recurring, or S, single");
    assert_int_equal(ach_draft_entry_check("XXX", &entry, &err), STATUS_INVALID_ARGUMENT);
    entry.account = "771177117711771177";
    assert_int_equal(ach_draft_entry_check("PPD", &entry, &err), STATUS_INVALID_ARGUMENT);
    assert_string_equal(err.text, "account number: 18 bytes long, at most 17 fit");
}

static void makes_the_trace_number_that_a_return_will_name(void **state)
{
    char text[ACH_TRACE_SIZE];
    (void)state;

    assert_string_equal(ach_trace("12104288", 1, text), "121042880000001");
    assert_string_equal(ach_trace("00000000", ACH_SEQUENCE_MAX, text), "000000009999999");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_each_byte_of_a_balanced_file),
        cmocka_unit_test(the_same_draft_gives_the_same_bytes),
        cmocka_unit_test(appends_to_what_is_there),
        cmocka_unit_test(ends_records_as_the_bank_wants),
        cmocka_unit_test(fills_the_last_block_with_nines_and_adds_none_to_a_full_one),
        cmocka_unit_test(writes_10000_entries_and_keeps_ten_digits_of_their_hash),
        cmocka_unit_test(cuts_a_long_name_and_nothing_else),
        cmocka_unit_test(adds_no_offset_where_nothing_is_to_be_balanced),
        cmocka_unit_test(says_by_the_service_class_which_way_money_goes),
        cmocka_unit_test(refuses_what_does_not_fit_naming_entry_and_field),
        cmocka_unit_test(refuses_totals_of_more_than_twelve_digits),
        cmocka_unit_test(refuses_more_records_than_a_file_may_have),
        cmocka_unit_test(checks_one_entry_by_itself),
        cmocka_unit_test(makes_the_trace_number_that_a_return_will_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
