/* Which interest an account gets, and which rate a day. What it comes to: integration.payment.charges and
 * interop.charges_oracle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "accrual_model.h"

static struct agreement_interest INTEREST = {
    .basis = AGREEMENT_BASIS_STATUTE_EU,
    .rate = {8 * RATE_SCALE},
    .reference = "ecb",
    .day_count = AGREEMENT_ACTUAL_360,
    .from = AGREEMENT_FROM_DUE,
    .cap_minor = INT64_MAX,
    .cap_percent = {10 * RATE_SCALE},
};
static struct agreement ALL[] = {{.client = "*", .valid_from = {INT32_MIN}, .valid_until = {INT32_MAX}},
                                 {.client = "mill", .valid_from = {0}, .valid_until = {25000}, .interest = &INTEREST}};
static struct agreement_reference REFERENCES[] = {{"ecb", 2026 * 2, {2 * RATE_SCALE}},
                                                  {"ecb", 2026 * 2 + 1, {3 * RATE_SCALE}}};
static struct agreements AGREEMENTS = {
    .name = "test", .version = "v1", .all = ALL, .n = 2, .references = REFERENCES, .n_references = 2};

static struct date on(const char *text)
{
    struct date date;
    assert_int_equal(date_parse(text, "YYYY-MM-DD", &date, NULL), STATUS_OK);
    return date;
}

static struct accrual_facts facts_of(const char *client, bool is_commercial)
{
    return (struct accrual_facts){
        .client = client,
        .placed_on = on("2026-06-15"),
        .due_on = on("2026-05-31"),
        .is_commercial = is_commercial,
        .principal_minor = 12345,
    };
}

static void begins_as_the_agreement_of_the_day_says(void **state)
{
    struct accrual_facts facts = facts_of("mill", true);
    struct accrual accrual;
    (void)state;
    assert_true(accrual_open(&AGREEMENTS, &facts, &accrual));
    assert_int_equal(accrual.starts.days, on("2026-06-01").days);
    assert_int_equal(accrual.posted_through.days, on("2026-05-31").days);
    assert_int_equal(accrual.day_count, DAY_COUNT_ACT_360);
    assert_int_equal(accrual.cap_minor, 1235);
    INTEREST.from = AGREEMENT_FROM_PLACED;
    assert_true(accrual_open(&AGREEMENTS, &facts, &accrual));
    assert_int_equal(accrual.starts.days, on("2026-06-15").days);
    INTEREST.from = AGREEMENT_FROM_JUDGMENT;
    assert_false(accrual_open(&AGREEMENTS, &facts, &accrual));
    INTEREST.from = AGREEMENT_FROM_DUE;
    facts = facts_of("mill", false);
    assert_false(accrual_open(&AGREEMENTS, &facts, &accrual));
    facts = facts_of("anybody", true);
    assert_false(accrual_open(&AGREEMENTS, &facts, &accrual));
}

static void a_rate_is_learned_once_and_none_is_guessed(void **state)
{
    const struct accrual_facts facts = facts_of("mill", true);
    g_autoptr(GArray) rates = g_array_new(FALSE, FALSE, sizeof(struct accrual_rate));
    struct accrual accrual;
    struct error why;
    (void)state;
    assert_true(accrual_open(&AGREEMENTS, &facts, &accrual));
    struct date known =
        accrual_learn(&AGREEMENTS, "mill", &accrual, accrual.posted_through, rates, on("2026-06-20"), &why);
    assert_int_equal(known.days, on("2026-06-20").days);
    assert_int_equal(rates->len, 1);
    REFERENCES[0].rate.millionths = 50 * RATE_SCALE; /* too late for June's first days, and no matter for the others */
    known = accrual_learn(&AGREEMENTS, "mill", &accrual, known, rates, on("2027-02-01"), &why);
    assert_int_equal(known.days, on("2026-12-31").days);
    assert_non_null(strstr(why.text, "2027-H1"));
    assert_int_equal(g_array_index(rates, struct accrual_rate, 0).rate.rate.millionths, 10 * RATE_SCALE);
    assert_int_equal(g_array_index(rates, struct accrual_rate, rates->len - 1).rate.rate.millionths, 11 * RATE_SCALE);
    assert_int_equal(g_array_index(rates, struct accrual_rate, rates->len - 1).rate.from.days, on("2026-07-01").days);
    const guint n = rates->len;
    known = accrual_learn(&AGREEMENTS, "mill", &accrual, on("2026-05-31"), rates, on("2026-12-31"), &why);
    assert_int_equal(rates->len, n); /* asked again, nothing is learned twice */
    REFERENCES[0].rate.millionths = 2 * RATE_SCALE;
}

static void comes_next_on_the_first_of_the_month_after(void **state)
{
    static const struct {
        const char *from, *next;
    } ROWS[] = {{"2026-06-01", "2026-07-01"}, {"2026-12-31", "2027-01-01"}, {"2028-02-29", "2028-03-01"}};
    const struct id id = id_new(7);
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const struct instant next = accrual_next_at(&id, on(ROWS[i].from));
        assert_int_equal(next.us / US_PER_DAY, on(ROWS[i].next).days);
    }
}

/* Ten percent from 1 June, eleven from 1 July, of 36,000 by actual/360: 10 and 11 a day. Each stop: first and last day;
 * "" stands. */
static void the_days_of_a_bankruptcy_bear_none(void **state)
{
    static const struct {
        const char *from[2], *last[2];
        enum stop_cause cause;
        int64_t minor; /* from 1 June through 31 July: 30 x 10 + 31 x 11 */
    } ROWS[] = {
        {{NULL}, {NULL}, STOP_BANKRUPTCY, 641},
        {{"2026-06-11"}, {"2026-06-20"}, STOP_BANKRUPTCY, 541},
        {{"2026-06-11"}, {"2026-06-11"}, STOP_BANKRUPTCY, 631},
        {{"2026-06-11"}, {""}, STOP_BANKRUPTCY, 100},
        {{"2026-06-21"}, {"2026-07-10"}, STOP_BANKRUPTCY, 431}, /* what holds after it is July's */
        {{"2026-06-21"}, {"2026-06-30"}, STOP_BANKRUPTCY, 541}, /* July's begins as it ends */
        {{"2026-05-01"}, {"2026-06-10"}, STOP_BANKRUPTCY, 541}, /* begun before the debt bore any */
        {{"2026-04-01"}, {"2026-05-10"}, STOP_BANKRUPTCY, 641}, /* and over */
        {{"2026-05-01"}, {""}, STOP_BANKRUPTCY, 0},
        {{"2026-06-02", "2026-06-04"}, {"2026-06-04", "2026-06-05"}, STOP_BANKRUPTCY, 601},
        {{"2026-06-11", "2026-07-01"}, {"2026-06-20", ""}, STOP_BANKRUPTCY, 200},
        {{"2026-06-11"}, {""}, STOP_DECEASED, 641},
    };
    const struct accrual accrual = {.series = 1,
                                    .day_count = DAY_COUNT_ACT_360,
                                    .starts = on("2026-06-01"),
                                    .cap_minor = INT64_MAX,
                                    .stops = {ACCRUAL_GOES_ON}};
    const struct accrual_rate rates_of[] = {{{on("2026-06-01"), {10 * RATE_SCALE}}, "v1", false},
                                            {{on("2026-07-01"), {11 * RATE_SCALE}}, "v1", false}};
    const struct accrual_move placed = {1, POSTING_PLACEMENT, on("2026-06-01"), 36000, {{0}}};
    g_autoptr(GArray) rates = g_array_new(FALSE, FALSE, sizeof(struct accrual_rate));
    g_autoptr(GArray) moves = g_array_new(FALSE, FALSE, sizeof(struct accrual_move));
    const struct id debtor_id = id_new(7);
    (void)state;
    g_array_append_vals(rates, rates_of, ARRAY_SIZE(rates_of));
    g_array_append_val(moves, placed);
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct stops *stops = stops_new(&debtor_id);
        struct interest interest;
        int64_t minor;
        for (size_t k = 0; k < 2 && ROWS[i].from[k]; k++) {
            const struct date last = ROWS[i].last[k][0] ? on(ROWS[i].last[k]) : (struct date){STOP_STANDS};
            stops_add(stops, &(struct stop){.cause = ROWS[i].cause, .from = on(ROWS[i].from[k]), .last = last});
        }
        assert_int_equal(accrual_reckon(&accrual, rates, stops, moves, on("2026-07-31"), NULL, NULL, &interest, NULL),
                         STATUS_OK);
        assert_int_equal(interest_round(&interest, &minor, NULL), STATUS_OK);
        if (minor != ROWS[i].minor)
            fail_msg("row %zu: %lld", i, (long long)minor);
        stops_free(stops);
    }
}

static void is_reckoned_no_later_than_the_day_before_and_not_once_it_has_stopped(void **state)
{
    struct accrual accrual = {.starts = on("2026-06-01"), .stops = {ACCRUAL_GOES_ON}};
    (void)state;
    assert_int_equal(accrual_last_day(&accrual, on("2026-06-11")).days, on("2026-06-10").days);
    assert_int_equal(accrual_last_day(&accrual, on("2026-05-01")).days, on("2026-05-31").days);
    accrual.stops = on("2026-06-05");
    assert_int_equal(accrual_last_day(&accrual, on("2026-06-11")).days, on("2026-06-04").days);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_as_the_agreement_of_the_day_says),
        cmocka_unit_test(a_rate_is_learned_once_and_none_is_guessed),
        cmocka_unit_test(comes_next_on_the_first_of_the_month_after),
        cmocka_unit_test(the_days_of_a_bankruptcy_bear_none),
        cmocka_unit_test(is_reckoned_no_later_than_the_day_before_and_not_once_it_has_stopped),
    };

    return cmocka_run_group_tests_name("payment.accrual_model", tests, NULL, NULL);
}
