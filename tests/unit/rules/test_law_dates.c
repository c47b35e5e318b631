#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/law_dates.h"

static struct date on(const char *text)
{
    struct date date;
    struct error err;
    if (date_parse(text, "YYYY-MM-DD", &date, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return date;
}

static void assert_date(struct date got, const char *expected, const char *what)
{
    char text[DATE_TEXT_SIZE];
    if (got.days != on(expected).days)
        fail_msg("%s: %s, expected %s", what, date_format(got, text), expected);
}

static void knows_the_holidays_of_5_USC_6103(void **state)
{
    (void)state;
    static const char *const YEAR_2026[] = {"2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25",
                                            "2026-06-19", "2026-07-04", "2026-09-07", "2026-10-12",
                                            "2026-11-11", "2026-11-26", "2026-12-25"};
    size_t n = 0;
    for (struct date date = on("2026-01-01"); date.days <= on("2026-12-31").days; date.days++) {
        const bool is_holiday = law_is_holiday(date, LAW_HOLIDAYS_STATUTE);
        n += is_holiday;
        for (size_t i = 0; i < ARRAY_SIZE(YEAR_2026); i++)
            if (on(YEAR_2026[i]).days == date.days && !is_holiday)
                fail_msg("%s is none", YEAR_2026[i]);
    }
    assert_int_equal(n, ARRAY_SIZE(YEAR_2026));
    assert_false(law_is_holiday(on("2020-06-19"), LAW_HOLIDAYS_STATUTE));
    assert_true(law_is_holiday(on("2027-05-31"), LAW_HOLIDAYS_STATUTE)); /* the fifth Monday of May */
}

static void observes_other_days_only_where_asked(void **state)
{
    (void)state;
    static const struct {
        const char *date;
        bool statute, observed, banks;
        const char *why;
    } ROWS[] = {
        {"2026-07-03", false, true, false, "the Friday before a Saturday"},
        {"2026-07-04", true, true, true, "the Saturday itself"},
        {"2027-07-05", false, true, true, "the Monday after a Sunday"},
        {"2021-12-31", false, true, false, "of the next year's first day"},
        {"2026-11-27", false, false, false, "the day after Thanksgiving is none"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++)
        if (law_is_holiday(on(ROWS[i].date), LAW_HOLIDAYS_STATUTE) != ROWS[i].statute ||
            law_is_holiday(on(ROWS[i].date), LAW_HOLIDAYS_OBSERVED) != ROWS[i].observed ||
            law_is_holiday(on(ROWS[i].date), LAW_HOLIDAYS_BANKS) != ROWS[i].banks)
            fail_msg("%s: %s", ROWS[i].date, ROWS[i].why);
}

static void counts_business_days_both_ways(void **state)
{
    (void)state;
    assert_date(law_add_business_days(on("2026-11-09"), 5, LAW_HOLIDAYS_STATUTE), "2026-11-17", "over Veterans Day");
    assert_date(law_add_business_days(on("2026-11-17"), -5, LAW_HOLIDAYS_STATUTE), "2026-11-09", "and back");
    assert_date(law_add_business_days(on("2026-03-07"), 1, LAW_HOLIDAYS_STATUTE), "2026-03-09", "from a Saturday");
    assert_date(law_add_business_days(on("2026-03-07"), 0, LAW_HOLIDAYS_STATUTE), "2026-03-07", "none");
    assert_date(law_add_business_days(on("2026-07-02"), 1, LAW_HOLIDAYS_STATUTE), "2026-07-03", "statute");
    assert_date(law_add_business_days(on("2026-07-02"), 1, LAW_HOLIDAYS_OBSERVED), "2026-07-06", "observed");
    assert_int_equal(law_business_days(on("2026-06-24"), on("2026-07-01"), LAW_HOLIDAYS_STATUTE), 5);
    assert_int_equal(law_business_days(on("2026-07-01"), on("2026-06-24"), LAW_HOLIDAYS_STATUTE), 0);
}

static void adds_years_without_ending_early(void **state)
{
    (void)state;
    assert_date(law_add_years(on("2028-02-29"), 3), "2031-03-01", "no Feb 29");
    assert_date(law_add_years(on("2028-02-29"), 4), "2032-02-29", "a Feb 29");
    assert_date(law_add_years(on("2026-02-28"), 3), "2029-02-28", "plain");
    assert_date(law_retention_end(on("2026-05-10")), "2029-05-10", "records");
}

static void ends_validation_periods(void **state)
{
    (void)state;
    static const struct {
        const char *sent;
        int assumption;
        const char *end, *why;
    } ROWS[] = {
        {"2026-11-09", 5, "2026-12-17", "Veterans Day lies between"},
        {"2026-06-01", 0, "2026-07-01", "given in conversation"},
        {"2026-06-01", 5, "2026-07-08", "five plain business days"},
        {"2026-06-15", 5, "2026-07-23", "Juneteenth lies between"},
        {"2026-06-01", 7, "2026-07-10", "a collector may assume more"},
        {"2026-12-23", 5, "2027-01-30", "over Christmas and the New Year; ends on a Saturday"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++)
        assert_date(law_validation_period_end(on(ROWS[i].sent), ROWS[i].assumption, LAW_HOLIDAYS_STATUTE), ROWS[i].end,
                    ROWS[i].why);
    assert_date(law_validation_period_end(on("2026-06-29"), 5, LAW_HOLIDAYS_STATUTE), "2026-08-05", "statute");
    assert_date(law_validation_period_end(on("2026-06-29"), 5, LAW_HOLIDAYS_OBSERVED), "2026-08-06", "observed");
}

static void counts_the_days_of_other_periods(void **state)
{
    (void)state;
    assert_date(law_furnishing_earliest(on("2026-05-01")), "2026-05-15", "furnishing");
    assert_date(law_postdated_notice_first(on("2026-07-01")), "2026-06-16", "first day of the deposit notice");
    assert_date(law_postdated_notice_last(on("2026-07-01")), "2026-06-26", "last day of the deposit notice");
    assert_date(law_email_opt_out_end(on("2026-04-01")), "2026-05-06", "e-mail opt-out");
    assert_date(law_text_cover_end(on("2026-04-20")), "2026-06-19", "text");
    assert_date(law_tcpa_revocation_deadline(on("2026-05-04")), "2026-05-18", "revocation");
    assert_date(law_tcpa_revocation_deadline(on("2026-05-18")), "2026-06-02", "revocation over Memorial Day");
    assert_date(law_ny_substantiation_deadline(on("2026-05-04")), "2026-07-03", "substantiation");
    assert_date(law_ny_instructions_deadline(on("2026-05-04"), false), "2026-05-18", "oral dispute");
    assert_date(law_ny_instructions_deadline(on("2026-05-04"), true), "2026-05-25", "written dispute");
    assert_date(law_nv_medical_earliest(on("2026-03-02")), "2026-05-01", "medical");
    assert_date(law_cra_notice_deadline(on("2026-03-02")), "2026-03-09", "agency's notice");
    assert_date(law_frivolous_notice_deadline(on("2026-03-06")), "2026-03-13", "frivolous");
    assert_date(law_dofd_deadline(on("2026-06-01")), "2026-08-30", "first delinquency");
    assert_date(law_obsolescence(on("2020-01-15")), "2027-07-13", "obsolete");
    assert_date(law_obsolescence(on("2019-09-02")), "2027-03-01", "180 days on is a Feb 29");
    assert_date(law_stop_payment_latest(on("2026-06-15")), "2026-06-10", "stop payment");
    assert_date(law_stop_payment_latest(on("2026-07-07")), "2026-07-02", "Friday 3 July is a banking day");
    assert_date(law_stop_payment_latest(on("2027-07-07")), "2027-07-01", "Monday 5 July 2027 is none");
    assert_date(law_varying_notice_latest(on("2026-06-15")), "2026-06-05", "varying amount");
    assert_date(law_ach_reinitiation_latest(on("2026-01-05")), "2026-07-04", "presented again");
    assert_date(law_gdpr_erasure(on("2029-05-10"), on("2032-01-01")), "2032-01-01", "the later ground");
}

static void prolongs_a_reinvestigation_once(void **state)
{
    (void)state;
    static const struct {
        bool is_after_free_report, has_more;
        const char *more_on;
        bool is_found_wrong;
        const char *deadline, *why;
    } ROWS[] = {
        {false, false, "2026-03-02", false, "2026-04-01", "thirty days"},
        {true, false, "2026-03-02", false, "2026-04-16", "after the free report"},
        {false, true, "2026-03-12", false, "2026-04-16", "more information"},
        {false, true, "2026-04-01", false, "2026-04-16", "on the last day"},
        {false, true, "2026-04-02", false, "2026-04-01", "too late"},
        {false, true, "2026-03-12", true, "2026-04-01", "already found wrong"},
        {true, true, "2026-03-12", false, "2026-04-16", "never more than 45"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const struct law_dispute dispute = {.received = on("2026-03-02"),
                                            .is_after_free_report = ROWS[i].is_after_free_report,
                                            .has_more_information = ROWS[i].has_more,
                                            .more_on = on(ROWS[i].more_on),
                                            .is_found_wrong = ROWS[i].is_found_wrong};
        assert_date(law_reinvestigation_deadline(&dispute), ROWS[i].deadline, ROWS[i].why);
        assert_date(law_direct_dispute_deadline(&dispute), ROWS[i].deadline, ROWS[i].why);
    }
}

static void returns_entries_in_time(void **state)
{
    (void)state;
    struct date deadline;
    assert_true(law_ach_return_deadline("R01", on("2026-01-16"), &deadline));
    assert_date(deadline, "2026-01-21", "two banking days over King's birthday");
    assert_true(law_ach_return_deadline("R10", on("2026-01-16"), &deadline));
    assert_date(deadline, "2026-03-17", "sixty days");
    assert_false(law_ach_return_deadline("R1", on("2026-01-16"), &deadline));
    assert_false(law_ach_return_deadline("X01", on("2026-01-16"), &deadline));
    assert_false(law_ach_return_deadline("R00", on("2026-01-16"), &deadline));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_holidays_of_5_USC_6103), cmocka_unit_test(observes_other_days_only_where_asked),
        cmocka_unit_test(counts_business_days_both_ways),   cmocka_unit_test(adds_years_without_ending_early),
        cmocka_unit_test(ends_validation_periods),          cmocka_unit_test(counts_the_days_of_other_periods),
        cmocka_unit_test(prolongs_a_reinvestigation_once),  cmocka_unit_test(returns_entries_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
