#include "agreement_file.h"

/* What a file of agreements may not say, by line and field. Broken once to see it fail: evidence not asked for; the
 * overlap of days compared by their beginnings alone; a missing bucket passed over; rows that an earlier one takes let
 * through; a problem that ended the reading where all are wanted. */

/* Where the parts of a file lie: FIRST is line 1, "agreements:" 2, REST 3 to 7, the next client 8. */
#define ALL       FIRST "agreements:\n" REST
#define CLIENT    ALL "  - client: a\n"
#define ROWS(...) CLIENT APPLY "    fees: [ " __VA_ARGS__ " ]\n" PAYS /* fees: line 11 */
#define EXTRA     CLIENT APPLY FEES PAYS                              /* what follows: line 13 */
#define NOTE      "day_count: actual/365, from: due"
#define RATED                                                                                                          \
    FIRST "reference_rates: [ { authority: ecb, half: 2026-H1, percent: 2.15 } ]\nagreements:\n" REST                  \
          "  - client: a\n" APPLY FEES PAYS                                         /* what follows: line 14 */
#define RATES(...) FIRST "reference_rates: [ " __VA_ARGS__ " ]\nagreements:\n" REST /* line 2 */
#define ECB(half)  "{ authority: ecb, half: " half ", percent: 2 }"

static const struct {
    const char *text;
    const char *where; /* after the path */
    const char *why;
} BAD[] = {
    /* the head, and who has terms */
    {"agreements:\n" REST, ":1: name: ", "missing"},
    {"name: o u r s\nagreements:\n" REST, ":1: name: ", "no code"},
    {FIRST "review_by: 2027-02-30\nagreements:\n" REST, ":2: review_by: ", "2027-02-30"},
    {FIRST "agreements:\n  - client: a\n" APPLY FEES PAYS, ":3: agreements: ", "none is for client '*'"},
    {FIRST "agreements: []\n", ":2: agreements: ", "has 0 entries"},
    {ALL REST, ":8: agreements[1].client: ", "'*' has terms for the same days on line 3"},
    {FIRST "agreements:\n  - client: \"*\"\n    valid_from: 2026-01-01\n" APPLY FEES PAYS,
     ":4: agreements[0].valid_from: ", "there must always be terms"},
    {FIRST "agreements:\n  - client: \"*\"\n    valid_until: 2026-01-01\n" APPLY FEES PAYS,
     ":4: agreements[0].valid_until: ", "there must always be terms"},
    {ALL "  - client: \" a\"\n" APPLY FEES PAYS, ":8: agreements[1].client: ", "blank at an end"},
    {ALL "  - client: \"a \"\n" APPLY FEES PAYS, ":8: agreements[1].client: ", "blank at an end"},
    {ALL "  - client: \" \"\n" APPLY FEES PAYS, ":8: agreements[1].client: ", "says nothing"},
    {ALL "  - client: \"\\0\"\n" APPLY FEES PAYS, ":8: agreements[1].client: ", "length < 1"},
    {ALL "  - client: \"a\\tb\"\n" APPLY FEES PAYS, ":8: agreements[1].client: ", "control characters"},
    {ALL "  - client: 12345678901234567890123456789012345678901234567890123456789012345\n" APPLY FEES PAYS,
     ":8: agreements[1].client: ", "has 65 bytes"},
    {CLIENT "    valid_from: soon\n" APPLY FEES PAYS, ":9: agreements[1].valid_from: ", "soon"},
    {CLIENT "    valid_from: 2026-01-02\n    valid_until: 2026-01-01\n" APPLY FEES PAYS,
     ":10: agreements[1].valid_until: ", "before valid_from 2026-01-02"},
    {EXTRA "  - client: a\n    valid_from: 2026-01-01\n" APPLY FEES PAYS,
     ":13: agreements[2].client: ", "same days on line 8"},
    {CLIENT "    valid_until: 2026-01-01\n" APPLY FEES PAYS
            "  - client: a\n    valid_from: 2026-01-01\n" APPLY FEES PAYS,
     ":14: agreements[2].client: ", "'a' has terms for the same days on line 8"},
    {CLIENT "    valid_from: 2026-01-01\n" APPLY FEES PAYS
            "  - client: a\n    valid_until: 2026-12-31\n" APPLY FEES PAYS,
     ":14: agreements[2].client: ", "same days on line 8"},
    {CLIENT APPLY FEES PAYS "    colour: red\n", ":13: agreements[1].colour: ", "no such field"},
    {CLIENT APPLY "    feess: []\n" FEES PAYS, ":11: agreements[1].feess: ", "is 'fees' meant?"},
    {CLIENT APPLY FEES FEES PAYS, ":12: agreements[1].fees: ", "is there twice"},
    {CLIENT APPLY FEES, ":8: agreements[1].remittance: ", "missing"},

    /* the waterfall, and the order of debts */
    {CLIENT "    apply: [principal, fee, interest, costs]\n    order: oldest\n" FEES PAYS,
     ":9: agreements[1].apply[1]: ", "'fee' is not known; is 'fees' meant?"},
    {CLIENT "    apply: [principal, fees, costs]\n    order: oldest\n" FEES PAYS,
     ":9: agreements[1].apply: ", "'interest' is missing"},
    {CLIENT "    apply: []\n    order: oldest\n" FEES PAYS, ":9: agreements[1].apply: ", "'principal' is missing"},
    {CLIENT "    apply: [principal, fees, costs, fees, interest]\n    order: oldest\n" FEES PAYS,
     ":9: agreements[1].apply[3]: ", "'fees' is there twice"},
    {CLIENT "    apply: [principal, fees, costs, interest]\n" FEES PAYS, ":8: agreements[1].order: ", "missing"},
    {CLIENT "    apply: [principal, fees, costs, interest]\n    order: oldes\n" FEES PAYS,
     ":10: agreements[1].order: ", "is 'oldest' meant?"},
    {EXTRA "    overpayment: refund\n", ":13: agreements[1].overpayment: ", "there are: suspense"},

    /* the schedule */
    {ROWS(""), ":11: agreements[1].fees: ", "has 0 entries"},
    {ROWS("{ paid: us, percent: 1 }"), ":11: agreements[1].fees[0]: ", "the last row has no condition"},
    {ROWS("{ percent: 1 }, { percent: 2 }"), ":11: agreements[1].fees[0]: ", "never be reached"},
    {ROWS("{ paid: us }, { percent: 2 }"), ":11: agreements[1].fees[0].percent: ", "missing"},
    {ROWS("{ percent: 100.000001 }"), ":11: agreements[1].fees[0].percent: ", "is not at least 0 and at most 100"},
    {ROWS("{ percent: -1 }"), ":11: agreements[1].fees[0].percent: ", "-1 is not at least 0"},
    {ROWS("{ percent: 12.1234567 }"), ":11: agreements[1].fees[0].percent: ", "no rate in percent"},
    {ROWS("{ percent: 25% }"), ":11: agreements[1].fees[0].percent: ", "'25%' is no rate"},
    {ROWS("{ percent: 25, minimum_minor: -1 }"), ":11: agreements[1].fees[0].minimum_minor: ", "-1 is below 0"},
    {ROWS("{ percent: 25, minimum_minor: 1.50 }"), ":11: agreements[1].fees[0].minimum_minor: ", "no whole number"},
    {ROWS("{ from_day: 9, to_day: 8, percent: 1 }, { percent: 2 }"),
     ":11: agreements[1].fees[0].to_day: ", "never true"},
    {ROWS("{ from_day: 36526, percent: 1 }, { percent: 2 }"), ":11: agreements[1].fees[0].from_day: ", "36526"},
    {ROWS("{ to_day: -36526, percent: 1 }, { percent: 2 }"), ":11: agreements[1].fees[0].to_day: ", "-36526"},
    {ROWS("{ at_least_minor: -1, percent: 1 }, { percent: 2 }"),
     ":11: agreements[1].fees[0].at_least_minor: ", "-1 is below 0"},
    {ROWS("{ at_least_minor: 9, at_most_minor: 8, percent: 1 }, { percent: 2 }"),
     ":11: agreements[1].fees[0].at_most_minor: ", "never true"},
    {ROWS("{ paid: them, percent: 1 }, { percent: 2 }"), ":11: agreements[1].fees[0].paid: ", "there are: us, client"},
    {ROWS("{ stage: lega, percent: 1 }, { percent: 2 }"), ":11: agreements[1].fees[0].stage: ", "is 'legal' meant?"},
    {ROWS("{ from_day: 30, percent: 1 }, { from_day: 30, to_day: 60, paid: us, percent: 2 }, { percent: 3 }"),
     ":11: agreements[1].fees[1]: ", "row 2 is never reached: row 1 takes all"},
    {ROWS("{ at_most_minor: 9, percent: 1 }, { at_most_minor: 9, stage: legal, percent: 2 }, { percent: 3 }"),
     ":11: agreements[1].fees[1]: ", "never reached"},

    /* paying out */
    {CLIENT APPLY FEES "    remittance: { method: nett, every: month, payee: P, reference: R }\n",
     ":12: agreements[1].remittance.method: ", "is 'net' meant?"},
    {CLIENT APPLY FEES "    remittance: { method: net, every: day, payee: P, reference: R }\n",
     ":12: agreements[1].remittance.every: ", "there are: week, month"},
    {CLIENT APPLY FEES "    remittance: { method: net, every: week, reference: R }\n",
     ":12: agreements[1].remittance.payee: ", "missing"},
    {CLIENT APPLY FEES "    remittance: { method: net, every: week, payee: \"a\\nb\", reference: R }\n",
     ":12: agreements[1].remittance.payee: ", "one line"},
    {CLIENT APPLY FEES "    remittance: { method: net, every: week, payee: P, reference: \" \" }\n",
     ":12: agreements[1].remittance.reference: ", "says nothing"},
    {CLIENT APPLY FEES "    remittance: { method: net, every: week, minimum_minor: -5, payee: P, reference: R }\n",
     ":12: agreements[1].remittance.minimum_minor: ", "-5 is below 0"},

    /* interest */
    {EXTRA "    interest: { basis: agreement, rate_percent: 5, " NOTE " }\n",
     ":13: agreements[1].interest.evidence: ", "12 CFR 1006.22(b)"},
    {EXTRA "    interest: { basis: agreement, rate_percent: 5, " NOTE ", evidence: \"  \" }\n",
     ":13: agreements[1].interest.evidence: ", "says nothing"},
    {EXTRA "    interest: { basis: agreement, " NOTE ", evidence: E }\n",
     ":13: agreements[1].interest.rate_percent: ", "how much a year"},
    {EXTRA "    interest: { basis: agreement, rate_percent: 0, " NOTE ", evidence: E }\n",
     ":13: agreements[1].interest.rate_percent: ", "0 is not above 0"},
    {EXTRA "    interest: { basis: agreement, rate_percent: 1000.5, " NOTE ", evidence: E }\n",
     ":13: agreements[1].interest.rate_percent: ", "more than 1000"},
    {EXTRA "    interest: { basis: judgment, rate_percent: 5, reference: ecb, " NOTE ", evidence: E }\n",
     ":13: agreements[1].interest.reference: ", "only where basis is statute_eu"},
    {EXTRA "    interest: { basis: law, rate_percent: 5, points: 8, " NOTE ", evidence: E }\n",
     ":13: agreements[1].interest.points: ", "only where basis is statute_eu"},
    {EXTRA "    interest: { basis: statute, rate_percent: 5, " NOTE ", evidence: E }\n",
     ":13: agreements[1].interest.basis: ", "is 'statute_eu' meant?"},
    {EXTRA "    interest: { basis: law, rate_percent: 5, day_count: actual/364, from: due, evidence: E }\n",
     ":13: agreements[1].interest.day_count: ", "is 'actual/365' meant?"},
    {EXTRA "    interest: { basis: law, rate_percent: 5, day_count: 30/360, from: place, evidence: E }\n",
     ":13: agreements[1].interest.from: ", "is 'placed' meant?"},
    {EXTRA "    interest: { basis: law, rate_percent: 5, on: interest, " NOTE ", evidence: E }\n",
     ":13: agreements[1].interest.on: ", "there are: principal"},
    {EXTRA "    interest: { basis: law, rate_percent: 5, cap_minor: 0, " NOTE ", evidence: E }\n",
     ":13: agreements[1].interest.cap_minor: ", "0 is below 1"},
    {EXTRA "    interest: { basis: law, rate_percent: 5, cap_percent: 101, " NOTE ", evidence: E }\n",
     ":13: agreements[1].interest.cap_percent: ", "at most 100"},
    {EXTRA "    interest: { basis: statute_eu, reference: ecb, " NOTE ", evidence: E }\n",
     ":13: agreements[1].interest.reference: ", "no reference_rates of 'ecb'"},
    {RATED "    interest: { basis: statute_eu, reference: ecp, " NOTE ", evidence: E }\n",
     ":14: agreements[1].interest.reference: ", "is 'ecb' meant?"},
    {RATED "    interest: { basis: statute_eu, " NOTE ", evidence: E }\n",
     ":14: agreements[1].interest.reference: ", "over whose rate?"},
    {RATED "    interest: { basis: statute_eu, reference: ecb, rate_percent: 9, " NOTE ", evidence: E }\n",
     ":14: agreements[1].interest.rate_percent: ", "that of reference and points"},
    {RATED "    interest: { basis: statute_eu, reference: ecb, points: 7.99, " NOTE ", evidence: E }\n",
     ":14: agreements[1].interest.points: ", "below 8"},
    {RATED "    interest: { basis: statute_uk, reference: ecb, points: 9, " NOTE ", evidence: E }\n",
     ":14: agreements[1].interest.points: ", "SI 2002/1675"},

    /* reference rates */
    {RATES(ECB("2026-H3")), ":2: reference_rates[0].half: ", "'2026-H3' is no half-year"},
    {RATES(ECB("2026-H11")), ":2: reference_rates[0].half: ", "no half-year"},
    {RATES(ECB("1998-H1")), ":2: reference_rates[0].half: ", "no half-year"},
    {RATES(ECB("2026")), ":2: reference_rates[0].half: ", "no half-year"},
    {RATES(ECB("2025-H1") ", " ECB("2026-H1")), ":2: reference_rates[1].half: ", "must go on with 2025-H2"},
    {RATES(ECB("2025-H1") ", " ECB("2025-H1")), ":2: reference_rates[1].half: ", "must go on with 2025-H2"},
    {RATES(ECB("2025-H1") ", " ECB("2024-H2")), ":2: reference_rates[1].half: ", "not with 2024-H2"},
    {RATES("{ authority: ecb, half: 2026-H1, percent: low }"), ":2: reference_rates[0].percent: ", "'low'"},
    {RATES("{ authority: ecb, half: 2026-H1, percent: 100.1 }"), ":2: reference_rates[0].percent: ", "-100 and 100"},
    {RATES("{ authority: the ecb, half: 2026-H1, percent: 1 }"), ":2: reference_rates[0].authority: ", "no code"},

    /* fees of the debtor */
    {EXTRA "    debtor_fees: [ { code: c, amount_minor: 5, bucket: fees, basis: agreement } ]\n",
     ":13: agreements[1].debtor_fees[0].evidence: ", "12 CFR 1006.22(b)"},
    {EXTRA "    debtor_fees: [ { code: c, bucket: fees, basis: agreement, evidence: E } ]\n",
     ":13: agreements[1].debtor_fees[0]: ", "one of them"},
    {EXTRA "    debtor_fees: [ { code: c, amount_minor: 5, percent: 5, bucket: fees, basis: law, evidence: E } ]\n",
     ":13: agreements[1].debtor_fees[0]: ", "one of them"},
    {EXTRA "    debtor_fees: [ { code: c, amount_minor: 0, bucket: fees, basis: law, evidence: E } ]\n",
     ":13: agreements[1].debtor_fees[0].amount_minor: ", "0 is below 1"},
    {EXTRA "    debtor_fees: [ { code: c, percent: 0.0, bucket: fees, basis: law, evidence: E } ]\n",
     ":13: agreements[1].debtor_fees[0].percent: ", "above 0"},
    {EXTRA "    debtor_fees: [ { code: c, percent: 5, bucket: interest, basis: law, evidence: E } ]\n",
     ":13: agreements[1].debtor_fees[0].bucket: ", "there are: fees, costs"},
    {EXTRA "    debtor_fees: [ { code: c, amount_minor: 5, cap_minor: 4, bucket: fees, basis: law, evidence: E } ]\n",
     ":13: agreements[1].debtor_fees[0].cap_minor: ", "below amount_minor"},
    {EXTRA "    debtor_fees: [ { code: c d, amount_minor: 5, bucket: fees, basis: law, evidence: E } ]\n",
     ":13: agreements[1].debtor_fees[0].code: ", "no code"},
    {EXTRA "    debtor_fees: [ { code: c, amount_minor: 5, bucket: fees, basis: law, evidence: E },\n"
           "                   { code: c, amount_minor: 6, bucket: fees, basis: law, evidence: E } ]\n",
     ":14: agreements[1].debtor_fees[1].code: ", "'c' is there twice"},
};

static void refuses_bad_files_naming_line_and_field(void **state)
{
    const struct agreement_file *file = *state;
    for (size_t i = 0; i < ARRAY_SIZE(BAD); i++) {
        struct error err = {0};
        struct agreements *agreements = NULL;
        write_agreements(file, BAD[i].text);
        const enum status st = agreements_load(file->path, &agreements, &err);
        agreements_free(agreements);
        const size_t path_len = strlen(file->path);
        const bool is_named = strncmp(err.text, file->path, path_len) == 0 &&
                              strncmp(err.text + path_len, BAD[i].where, strlen(BAD[i].where)) == 0;
        if (st != STATUS_INVALID_ARGUMENT || agreements != NULL || !is_named || strstr(err.text, BAD[i].why) == NULL)
            fail_msg("row %zu: %s '%s', expected %s ... %s", i, status_name(st), err.text, BAD[i].where, BAD[i].why);
    }
}

static void names_a_file_that_is_not_there(void **state)
{
    struct agreements *agreements = NULL;
    struct error err = {0};
    (void)state;
    assert_int_equal(agreements_load("/no/such/agreements.yaml", &agreements, &err), STATUS_NOT_FOUND);
    assert_null(agreements);
}

static void takes_the_edges_of_what_may_be_said(void **state)
{
    const struct agreements *all = read_agreements(
        *state, RATED
        "    interest: { basis: statute_eu, reference: ecb, points: 8.5, cap_percent: 100, " NOTE ", evidence: E }\n"
        "    debtor_fees: [ { code: c, amount_minor: 5, cap_minor: 5, bucket: costs, basis: law,\n"
        "                     evidence: E } ]\n"
        "  - client: b\n    valid_until: 2026-01-01\n" APPLY
        "    fees: [ { to_day: -1, percent: 0 }, { to_day: 0, percent: 100 }, { percent: 0.000001 } ]\n" PAYS
        "  - client: b\n    valid_from: 2026-01-02\n    valid_until: 2026-01-02\n" APPLY FEES PAYS);
    assert_int_equal(all->n, 4);
    assert_int_equal(all->all[1].interest->rate.millionths, 8500000);
    assert_int_equal(all->all[1].debtor_fees[0].cap_minor, 5);
    assert_int_equal(all->all[2].fees[2].percent.millionths, 1);
    assert_int_equal(all->all[2].fees[1].from_day, INT32_MIN);
    assert_int_equal(all->all[3].valid_from.days, all->all[3].valid_until.days);
}

struct heard {
    char text[2048];
};

static void hear(void *context, const char *path, size_t line, const char *field, const char *text)
{
    struct heard *heard = context;
    const size_t len = strlen(heard->text);
    (void)path;
    (void)text;
    (void)snprintf(heard->text + len, sizeof(heard->text) - len, "%zu %s\n", line, field);
}

static void tells_every_problem_of_a_file(void **state)
{
    const struct agreement_file *file = *state;
    SCOPED(policy_file_fini) struct policy_file text = {0};
    struct heard heard = {0};
    struct policy_problems problems = {.found = hear, .context = &heard};
    struct agreements *agreements = NULL;
    struct error err = {0};
    write_agreements(file,
                     "name: o u r s\nreview_by: never\n"
                     "reference_rates: [ { authority: ecb, half: 2026, percent: 2 } ]\n"
                     "agreements:\n  - client: \" a\"\n"
                     "    apply: [costs, costs]\n    order: oldest\n"
                     "    fees: [ { to_day: 99999, percent: 101, minimum_minor: -1 }, { stage: legal, percent: 1 } ]\n"
                     "    remittance: { method: net, every: week, minimum_minor: -1, payee: \" \", reference: \" \" }\n"
                     "    interest: { basis: agreement, " NOTE ", cap_minor: 0, cap_percent: 0 }\n"
                     "    debtor_fees:\n"
                     "      - { code: a b, bucket: fees, cap_minor: 0, basis: law }\n");
    assert_int_equal(policy_file_read(file->path, &text, &err), STATUS_OK);
    text.problems = &problems;
    assert_int_equal(agreements_from_file(&text, &agreements, &err), STATUS_INVALID_ARGUMENT);
    assert_null(agreements);
    assert_string_equal(heard.text, "1 name\n2 review_by\n3 reference_rates[0].half\n5 agreements[0].client\n"
                                    "6 agreements[0].apply[1]\n8 agreements[0].fees[0].to_day\n"
                                    "8 agreements[0].fees[0].percent\n8 agreements[0].fees[0].minimum_minor\n"
                                    "8 agreements[0].fees[1]\n9 agreements[0].remittance.minimum_minor\n"
                                    "9 agreements[0].remittance.payee\n9 agreements[0].remittance.reference\n"
                                    "10 agreements[0].interest.rate_percent\n10 agreements[0].interest.evidence\n"
                                    "10 agreements[0].interest.cap_minor\n10 agreements[0].interest.cap_percent\n"
                                    "12 agreements[0].debtor_fees[0].code\n12 agreements[0].debtor_fees[0]\n"
                                    "12 agreements[0].debtor_fees[0].cap_minor\n"
                                    "12 agreements[0].debtor_fees[0].evidence\n5 agreements\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(refuses_bad_files_naming_line_and_field, agreement_set_up, agreement_tear_down),
        cmocka_unit_test(names_a_file_that_is_not_there),
        cmocka_unit_test_setup_teardown(takes_the_edges_of_what_may_be_said, agreement_set_up, agreement_tear_down),
        cmocka_unit_test_setup_teardown(tells_every_problem_of_a_file, agreement_set_up, agreement_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
