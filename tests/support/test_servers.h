#ifndef DUNLIN_TESTS_SUPPORT_TEST_SERVERS_H
#define DUNLIN_TESTS_SUPPORT_TEST_SERVERS_H

/* Where the PostgreSQL and the Redis of this test run listen, from <DUNLIN_TEST_VAR>/servers.env. */
struct test_servers {
    char database_url[512]; /* the owner's, on the database "dunlin" */
    char redis_url[512];
};

/* Ends the program with exit code 2 and a line that says what is missing where the servers have not been started. */
void test_servers_read(struct test_servers *ret_servers);

#endif
