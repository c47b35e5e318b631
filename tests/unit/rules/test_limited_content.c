#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/limited_content.h"
#include "status/status.h"

static void check(const char *text, bool is_one, const char *why)
{
    const struct limited_content found = limited_content_read(text);
    if (found.is_one != is_one)
        fail_msg("%s: '%s' %s (business %d%s, reply %d, person %d, number %d, other '%s')", why, text,
                 is_one ? "was not recognised" : "was taken for one", found.names_business,
                 found.indicates_collection ? " of collection" : "", found.asks_for_reply, found.names_person,
                 found.gives_number, found.other);
}

static void knows_messages_with_no_more_than_they_may_have(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } ROWS[] = {
        {"This is Ann Weaver calling from Harbor Light Inc. Please contact me or Paul Stone at 1-800-555-0100.",
         "comment 2(j)(1)-1"},
        {"Hi, this is Ann Weaver calling from Harbor Light Inc. It is 4:15 p.m. on Wednesday, September 1. Please "
         "contact me or any of our representatives at 1-800-555-0100 today until 6:00 p.m. Eastern time, or any "
         "weekday from 8:00 a.m. to 6:00 p.m. Eastern time.",
         "comment 2(j)(2)-1"},
        {"Hello. My name is Ann Weaver with Harbor Light, LLC. Please call me back at (800) 555-0100.", "with"},
        {"This is Harbor Light Inc. Please call Ann Weaver at 800-555-0100.", "the business calls"},
        {"Good morning, this is Ann Weaver from Harbor Light. Please return my call at 800 555 0100 ext. 12. When you "
         "call, you may speak to any of our representatives.",
         "an offer of representatives"},
        {"This is Ann from Harbor Light. Please give me a call back at 800.555.0100. Again, that number is "
         "800-555-0100.",
         "the number twice"},
        {"This is Ann Weaver of Harbor Light Inc. Please return my call at 1-800-555-0100 at your convenience.",
         "a suggested time"},
        {"This is Ann Weaver calling from Harbor Light Inc. on June 10 at 3:00 p.m. I can be reached at "
         "1-800-555-0100. "
         "Please call me or any other associate.",
         "date, number and request in another order"},
        {"this is Ann Weaver calling from Harbor Light Inc please call me at 1-800-555-0100", "no marks"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++)
        check(ROWS[i].text, true, ROWS[i].why);
}

static void refuses_messages_with_less_or_more(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } ROWS[] = {
        {"", "nothing"},
        {"This is Ann Weaver calling from Harbor Light Inc.", "no request"},
        {"This is Ann Weaver calling from Harbor Light Inc. Please contact me.", "no number"},
        {"This is Harbor Light Inc. Please call us at 1-800-555-0100.", "no person"},
        {"This is Ann Weaver. Please contact me at 1-800-555-0100.", "no business"},
        {"This is Ann Weaver calling from Harbor Debt Collection Services. Please contact me at 1-800-555-0100.",
         "comment 2(j)(1)-1: the name says it"},
        {"This is Ann Weaver calling from Harbor Recovery LLC. Please contact me at 1-800-555-0100.", "recovery"},
        {"This is Ann Weaver calling from Harbor Light Inc. about your account. Please contact me at 1-800-555-0100.",
         "an account"},
        {"This is Ann Weaver calling from Harbor Light Inc. It is important. Please contact me at 1-800-555-0100.",
         "important"},
        {"This is Ann Weaver calling from Harbor Light Inc. This is an attempt to collect a debt. Please contact me at "
         "1-800-555-0100.",
         "a disclosure"},
        {"This is Ann Weaver calling from Harbor Light Inc. Please contact me at 1-800-555-0100 regarding your "
         "balance of $400.",
         "a balance"},
        {"This is Ann Weaver calling from Harbor Light Inc. Please contact me at 1-800-555-0100. Reference number "
         "4711.",
         "a reference"},
        {"This is Ann Weaver calling from Harbor Light Inc. Please contact me at 1-800-555-0100. Your creditor "
         "Northern Bank asked us to call.",
         "a creditor"},
        {"This is Ann Weaver calling from Harbor Light Inc. Please contact me at 1-800-555-0100 to pay today.",
         "a demand"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++)
        check(ROWS[i].text, false, ROWS[i].why);
}

static void says_which_optional_items_are_there(void **state)
{
    (void)state;
    const struct limited_content found =
        limited_content_read("Hello, this is Ann Weaver from Harbor Light. It is 3 p.m. on Monday. Please call me or "
                             "any of our associates at 800-555-0100 until 5 p.m. Thank you");
    assert_true(found.has_salutation && found.has_time && found.offers_representatives && found.suggests_times);
    assert_false(found.is_one);
    assert_string_equal(found.other, "Thank you");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_messages_with_no_more_than_they_may_have),
        cmocka_unit_test(refuses_messages_with_less_or_more),
        cmocka_unit_test(says_which_optional_items_are_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
