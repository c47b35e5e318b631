#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "bankstatement/bankstatement.h"
#include "message.h"

/* The ids of details: by them money that is read twice is posted once, and money that came twice is posted twice.
 *
 * Broken once, each seen here: the ordinal left out; the statement's id taken though there is a reference; the entry's
 * reference taken though the transaction has one; two parts hashed without what separates them. */

static struct bank_statements *must_parse(const char *text)
{
    struct bank_statements *statements = NULL;
    struct error err = {0};

    if (bank_statements_parse_camt053("may.xml", text, strlen(text), BANK_MUST_ADD_UP, &statements, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return statements;
}

/* The id of a detail of the first statement, owned by the caller. */
static char *id_of(const char *text, size_t entry, size_t detail)
{
    SCOPED(bank_statements_freep) struct bank_statements *statements = must_parse(text);

    assert_true(entry < statements->statements[0].n_entries);
    assert_true(detail < statements->statements[0].entries[entry].n_details);
    const char *id = statements->statements[0].entries[entry].details[detail].id;
    assert_int_equal(strspn(id, "0123456789abcdef"), BANK_DETAIL_ID_SIZE - 1);
    return g_strdup(id);
}

#define REFERENCE(reference)     "<AcctSvcrRef>" reference "</AcctSvcrRef>"
#define OF(id, account, entries) MESSAGE("02") STATEMENT_OF(id, account) ZERO entries END

static void the_same_transaction_has_the_same_id_wherever_it_is_read(void **state)
{
    static const struct {
        const char *first;
        const char *second;
        const char *why;
    } rows[] = {
        {OF("S1", "DE1", ENTRY(TEN)), OF("S1", "DE1", ENTRY(TEN)), "the same file twice"},
        {OF("S1", "DE1", ENTRY(TEN REFERENCE("B"))), OF("S2", "DE1", ENTRY(TEN REFERENCE("B"))), "two statements"},
        {OF("S1", "DE1", ENTRY(TEN REFERENCE("B"))),
         MESSAGE("08") STATEMENT_OF("S1", "DE1") ZERO ENTRY(TEN REFERENCE("B")) END, "two versions"},
        {OF("S1", "DE1", ENTRY(TEN REFERENCE("B"))),
         OF("S1", "DE1", ENTRY(TEN REFERENCE(" B ") DETAILS(DETAIL("<AddtlTxInf>more</AddtlTxInf>")))), "told in full"},
        {OF("S1", "DE1", ENTRY(TEN DETAILS(DETAIL("<Refs>" REFERENCE("T") "</Refs>")))),
         OF("S1", "DE1", ENTRY(TEN REFERENCE("B") DETAILS(DETAIL("<Refs>" REFERENCE("T") "</Refs>")))),
         "the transaction's reference goes before the entry's"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        g_autofree char *first = id_of(rows[i].first, 0, 0);
        g_autofree char *second = id_of(rows[i].second, 0, 0);
        if (strcmp(first, second) != 0)
            fail_msg("%s", rows[i].why);
    }
}

static void another_transaction_has_another_id(void **state)
{
    static const struct {
        const char *text;
        const char *why;
    } rows[] = {
        {OF("S1", "DE1", ENTRY(TEN)), "no reference"},
        {OF("S2", "DE1", ENTRY(TEN)), "no reference, another statement"},
        {OF("S1", "DE1", ENTRY(TEN "<NtryRef>1</NtryRef>")), "a reference within the statement"},
        {OF("S1", "DE1", ENTRY(TEN REFERENCE("NONREF") "<NtryRef>2</NtryRef>")), "a reference that is none"},
        {OF("S1", "DE1", ENTRY(TEN REFERENCE("B"))), "a reference"},
        {OF("S1", "DE1", ENTRY(TEN REFERENCE("C"))), "another reference"},
        {OF("S1", "DE2", ENTRY(TEN REFERENCE("B"))), "another account"},
        {OF("S1", "DE", ENTRY(TEN REFERENCE("1B"))), "the same signs, parted elsewhere"},
        {OF("S1", "DE1", ENTRY(AMOUNT("10.01") SIDE("CRDT") BOOKED REFERENCE("B"))), "another amount"},
        {OF("S1", "DE1", ENTRY(AMOUNT("10") SIDE("DBIT") BOOKED REFERENCE("B"))), "another direction"},
        {OF("S1", "DE1", ENTRY(TEN "<RvslInd>true</RvslInd>" REFERENCE("B"))), "undone"},
        {OF("S1", "DE1",
            ENTRY(AMOUNT("10") SIDE("CRDT") "<Sts>BOOK</Sts><BookgDt><Dt>2026-03-03</Dt></BookgDt>" REFERENCE("B"))),
         "another day"},
    };
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (!g_hash_table_add(ids, id_of(rows[i].text, 0, 0)))
            fail_msg("%s", rows[i].why);
}

static void those_that_look_alike_are_counted(void **state)
{
    static const char twice[] = OF("S1", "DE1", ENTRY(TEN REFERENCE("B")) ENTRY(TEN REFERENCE("B")));
    static const char batch[] = OF("S1", "DE1", ENTRY(TEN REFERENCE("B") DETAILS(DETAIL("") DETAIL(""))));
    (void)state;
    g_autofree char *alone = id_of(OF("S9", "DE1", ENTRY(TEN REFERENCE("B"))), 0, 0);
    g_autofree char *first = id_of(twice, 0, 0);
    g_autofree char *second = id_of(twice, 1, 0);
    g_autofree char *batch_first = id_of(batch, 0, 0);
    g_autofree char *batch_second = id_of(batch, 0, 1);

    assert_string_equal(first, alone);
    assert_string_not_equal(first, second);
    assert_string_equal(batch_first, alone);
    assert_string_equal(batch_second, second);
}

/* Of what stands between, only those that are alike count: a statement that comes again with more in it changes
 * nothing. */
static void others_before_it_do_not_change_an_id(void **state)
{
    (void)state;
    g_autofree char *alone = id_of(OF("S1", "DE1", ENTRY(TEN REFERENCE("B"))), 0, 0);
    g_autofree char *second =
        id_of(OF("S1", "DE1", ENTRY(AMOUNT("3") SIDE("CRDT") BOOKED REFERENCE("A")) ENTRY(TEN REFERENCE("B"))), 1, 0);

    assert_string_equal(alone, second);
}

/* Ids are kept for as long as the money is: they may never come out otherwise. */
static void ids_are_what_they_have_always_been(void **state)
{
    (void)state;
    g_autofree char *by_reference = id_of(OF("S1", "DE1", ENTRY(TEN REFERENCE("B"))), 0, 0);
    g_autofree char *by_statement = id_of(OF("S1", "DE1", ENTRY(TEN)), 0, 0);

    assert_string_equal(by_reference, "eea6a08f00ecf4c3403d6166f75b4487");
    assert_string_equal(by_statement, "58f59ccf017cbf00565118591c470ce3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_transaction_has_the_same_id_wherever_it_is_read),
        cmocka_unit_test(another_transaction_has_another_id),
        cmocka_unit_test(those_that_look_alike_are_counted),
        cmocka_unit_test(others_before_it_do_not_change_an_id),
        cmocka_unit_test(ids_are_what_they_have_always_been),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
