#ifndef DUNLIN_TESTS_SUPPORT_TEST_SHARED_DATA_H
#define DUNLIN_TESTS_SUPPORT_TEST_SHARED_DATA_H

/* The path of other people's data, which is no part of the repository (tests/README.md); owned by the caller (g_free).
 * NULL, with a message, where it is not there: the test is then skipped. */
char *test_shared_data(const char *relative);

#endif
