#ifndef DUNLIN_TESTS_SUPPORT_TEST_INSTANT_H
#define DUNLIN_TESTS_SUPPORT_TEST_INSTANT_H

#include "calendar/calendar.h"

/* "2026-07-15T16:00:00Z". Include after cmocka's headers. */
static inline struct instant at(const char *text)
{
    struct instant instant = {0};
    struct error err = {0};
    if (instant_parse(text, &instant, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return instant;
}

#endif
