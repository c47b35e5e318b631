#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "bankstatement/bankstatement.h"
#include "bankstatement/statement_xml.h"
#include "message.h"

/* What banks' files must not do to us: the XML itself, before anything is understood of it.
 *
 * Broken once, each seen here: a DTD passed on to libxml2; the line taken from libxml2's node, which stops at 65,535;
 * namespaces not compared; the limit of depth two less. */

static enum status parse_bytes(const char *text, size_t len, struct error *err)
{
    SCOPED(bank_statements_freep) struct bank_statements *statements = NULL;
    const enum status st = bank_statements_parse_camt053("may.xml", text, len, BANK_MUST_ADD_UP, &statements, err);

    assert_true((st == STATUS_OK) == (statements != NULL));
    return st;
}

static void expect(const char *text, size_t len, const char *expected)
{
    struct error err = {0};
    const enum status st = parse_bytes(text, len, &err);

    if (!expected && st != STATUS_OK)
        fail_msg("%s", err.text);
    if (expected && (st != STATUS_INVALID_ARGUMENT || !strstr(err.text, expected)))
        fail_msg("'%s' lacks '%s'", err.text, expected);
    assert_true(g_utf8_validate(err.text, -1, NULL));
}

static void refuses_what_is_no_clean_xml_with_its_line(void **state)
{
    static const struct {
        const char *text;
        const char *expected;
    } rows[] = {
        {"", "may.xml:1: the file is empty"},
        {" \n<!-- x -->", "may.xml:2: there is no element in it"},
        {"<!-- x", "may.xml:1: there is no element in it"},
        {"date;amount\n1;2\n", "may.xml:1: not well-formed XML"},
        {"<Document", "not well-formed XML"},
        {START ZERO, "may.xml:4: not well-formed XML: the file ends before its last element does"},
        {START ZERO "\n</Stmt></Bal>", "may.xml:6: not well-formed XML: "},
        {START ZERO END "<again/>", "not well-formed XML: Extra content"},
        {START "<Bal>&nbsp;</Bal>" END, "may.xml:4: not well-formed XML: Entity 'nbsp' not defined"},
        {START "<Bal>&#1;</Bal>" END, "may.xml:4: not well-formed XML"},
        {START "<x:Bal/>" END, "may.xml:4: not well-formed XML: Namespace prefix x"},
        {START ZERO "<Ntry>\xC3\x28</Ntry>" END, "may.xml:5: not UTF-8"},
        {"\xFF\xFE<\0D\0", "may.xml:1: not UTF-8"},
        {START ZERO "so" END, "may.xml:3: Document/BkToCstmrStmt/Stmt: text between elements"},
        {START "so" ZERO END, "may.xml:3: Document/BkToCstmrStmt/Stmt: text between elements"},
        {"<Dokument xmlns=\"" CAMT("02") "\"/>", "may.xml:1: the root is 'Dokument'"},
        {"<Document/>", "may.xml:1: Document: its namespace '' is not that of camt.053"},
        {"\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.052.001.02\"/>",
         "may.xml:2: Document: its namespace"},
        {"<Document xmlns=\"" CAMT("01") "\"/>", "camt.053.001.01 is not read; 02 to 08 are"},
        {"<Document xmlns=\"" CAMT("09") "\"/>", "camt.053.001.09 is not read"},
        {"<Document xmlns=\"" CAMT("2") "\"/>", "camt.053.001.2 is not read"},
        {START "<Bal xmlns=\"urn:other\"/>" END, "may.xml:4: Document/BkToCstmrStmt/Stmt: an element 'Bal' of another"},
        {"<?xml version=\"1.0\"?>\n<!-- <a> -->\n<!DOCTYPE Document [<!ENTITY e \"x\">]><Document/>",
         "may.xml:3: a document type definition"},
        {"<!DOCTYPE Document SYSTEM \"file:///etc/passwd\"><Document/>", "may.xml:1: a document type definition"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        expect(rows[i].text, strlen(rows[i].text), rows[i].expected);
}

static void reads_what_xml_may_look_like(void **state)
{
    static const char *const rows[] = {
        "\xEF\xBB\xBF" START ZERO END,
        "<!-- <!DOCTYPE x> -->"
        "<Document xmlns=\"" CAMT("02") "\"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>" STATEMENT_OF("S", "A")
            ZERO END,
        "<p:Document xmlns:p=\"" CAMT(
            "02") "\"><p:BkToCstmrStmt><p:GrpHdr><p:MsgId>M</p:MsgId></p:GrpHdr><p:Stmt>"
                  "<p:Id>S</p:Id><p:Acct><p:Id><p:IBAN>A</p:IBAN></p:Id><p:Ccy>EUR</p:Ccy></p:Acct><p:Bal/></p:Stmt>"
                  "</p:BkToCstmrStmt></p:Document>",
        START "<Bal/><!-- between --><?so it?>" END,
        START ZERO "<Unknown><Later>3</Later></Unknown>" END,
        START ZERO ENTRY("<Amt Ccy=\"EUR\"> 0<![CDATA[.]]>0<!-- 0 -->0 </Amt>" SIDE("\n CRDT\n") BOOKED) END,
        START ZERO STATEMENT_END
        "<SplmtryData>any <b xmlns=\"urn:other\">thing <c/></b> here</SplmtryData>" MESSAGE_END,
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        expect(rows[i], strlen(rows[i]), NULL);
}

static void a_payer_may_write_what_elsewhere_would_be_a_dtd(void **state)
{
    const char *text = ONE("<RmtInf><Ustrd><![CDATA[<!DOCTYPE x [<!ENTITY]]></Ustrd></RmtInf>");
    (void)state;

    expect(text, strlen(text), NULL);
}

/* The entities are never reached: the definition is refused before libxml2 sees it. */
static void a_billion_laughs_end_at_the_definition(void **state)
{
    g_autoptr(GString) text = g_string_new("<!DOCTYPE Document [\n<!ENTITY a0 \"ha\">\n");
    (void)state;

    for (int i = 1; i < 10; i++)
        g_string_append_printf(text, "<!ENTITY a%d \"&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;\">\n", i, i - 1,
                               i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    g_string_append(text, "]>\n<Document a=\"&a9;\">&a9;</Document>");
    expect(text->str, text->len, "may.xml:1: a document type definition");
}

static void nesting_has_a_limit(void **state)
{
    g_autoptr(GString) text = g_string_new(START);
    (void)state;

    for (int i = 0; i < XML_DEPTH_MAX; i++)
        g_string_append(text, "<Bal>\n");
    expect(text->str, text->len, "may.xml:49: Document/BkToCstmrStmt/Stmt/Bal/Bal/Bal/");
    expect(text->str, text->len, "...: elements lie deeper than 48");
    g_string_assign(text, START ZERO STATEMENT_END "<SplmtryData>");
    for (int i = 0; i < 10000; i++)
        g_string_append(text, "<x>");
    expect(text->str, text->len, "may.xml:6: ");
}

static void texts_have_a_limit(void **state)
{
    g_autofree char *just = g_strnfill(BANK_TEXT_MAX_BYTES, 'x');
    g_autofree char *fits = g_strconcat(START ZERO "<AddtlStmtInf>", just, "</AddtlStmtInf>" END, NULL);
    g_autofree char *exceeds = g_strconcat(START ZERO "<AddtlStmtInf>", just, "x</AddtlStmtInf>" END, NULL);
    g_autofree char *joined = g_strconcat(START ZERO "<Ntry>" TEN "<NtryDtls><TxDtls><RmtInf><Ustrd>x</Ustrd>\n<Ustrd>",
                                          just, "</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>" END, NULL);
    (void)state;

    expect(fits, strlen(fits), NULL);
    expect(exceeds, strlen(exceeds),
           "may.xml:5: Document/BkToCstmrStmt/Stmt/AddtlStmtInf: a text longer than 16384 bytes");
    expect(joined, strlen(joined),
           "may.xml:6: Document/BkToCstmrStmt/Stmt/Ntry/NtryDtls/TxDtls/RmtInf/Ustrd: more than");
}

static void a_file_has_a_limit(void **state)
{
    const size_t len = (size_t)BANK_FILE_MAX_BYTES + 1;
    g_autofree char *bytes = g_malloc0(len);
    (void)state;

    expect(bytes, len, "may.xml:1: 67108865 bytes; at most 67108864 are read");
}

static void append_times(GString *text, const char *what, int times)
{
    for (int i = 0; i < times; i++)
        g_string_append(text, what);
}

static void statements_and_transactions_have_limits(void **state)
{
    g_autoptr(GString) statements = g_string_new(MESSAGE("02"));
    g_autoptr(GString) transactions = g_string_new(START ZERO "<Ntry>" TEN "<NtryDtls>");
    (void)state;

    append_times(statements, STATEMENT_OF("S1", "DE1") "<Bal/></Stmt>\n", BANK_STATEMENTS_MAX + 1);
    append_times(transactions, "<TxDtls/>", BANK_DETAILS_MAX + 1);
    expect(statements->str, statements->len, "may.xml:20003: Document/BkToCstmrStmt/Stmt: more than 10000 statements");
    expect(transactions->str, transactions->len,
           "may.xml:5: Document/BkToCstmrStmt/Stmt/Ntry/NtryDtls/TxDtls: more than 200000 transactions");
}

static void lines_are_right_beyond_65535(void **state)
{
    g_autofree char *lines = g_strnfill(70000, '\n');
    g_autofree char *text =
        g_strconcat(START ZERO, lines, ENTRY(TEN "<RvslInd>\n?</RvslInd>"), ENTRY(TEN), lines, END, NULL);
    g_autofree char *malformed = g_strconcat(START ZERO, lines, "<Ntry></Bal>", NULL);
    (void)state;

    expect(text, strlen(text), "may.xml:70005: Document/BkToCstmrStmt/Stmt/Ntry/RvslInd: '?'");
    expect(malformed, strlen(malformed), "may.xml:70005: not well-formed XML");
}

static void a_file_cut_anywhere_is_refused(void **state)
{
    static const char text[] = ONE("<RmtInf><Ustrd>x &amp; y</Ustrd></RmtInf>");
    const size_t len = strlen(text) - 1; /* the last line end may go */
    (void)state;

    expect(text, len, NULL);
    for (size_t cut = 0; cut < len; cut++)
        expect(text, cut, "may.xml:");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_no_clean_xml_with_its_line),
        cmocka_unit_test(reads_what_xml_may_look_like),
        cmocka_unit_test(a_payer_may_write_what_elsewhere_would_be_a_dtd),
        cmocka_unit_test(a_billion_laughs_end_at_the_definition),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(texts_have_a_limit),
        cmocka_unit_test(a_file_has_a_limit),
        cmocka_unit_test(statements_and_transactions_have_limits),
        cmocka_unit_test(lines_are_right_beyond_65535),
        cmocka_unit_test(a_file_cut_anywhere_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
