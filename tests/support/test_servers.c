#include "test_servers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status/scope.h"

static _Noreturn void fail_missing(const char *what, const char *detail)
{
    (void)fprintf(stderr,
                  "integration tests need a private PostgreSQL and Redis: %s%s\n"
                  "run them through `ctest -L integration`, or by hand:\n"
                  "    deploy/servers start /tmp/dunlin-test-var\n"
                  "    DUNLIN_TEST_VAR=/tmp/dunlin-test-var <this program>\n"
                  "    deploy/servers stop /tmp/dunlin-test-var\n",
                  what, detail);
    exit(2);
}

static void close_file(FILE **file)
{
    if (*file != NULL)
        (void)fclose(*file);
}

/* Takes "NAME=value" off `line` where it is of that name. */
static void take_value(char *line, const char *name, char *value, size_t size)
{
    size_t name_len = strlen(name);
    if (strncmp(line, name, name_len) != 0 || line[name_len] != '=')
        return;
    line[strcspn(line, "\n")] = '\0';
    (void)snprintf(value, size, "%s", line + name_len + 1);
}

void test_servers_read(struct test_servers *ret_servers)
{
    const char *var = getenv("DUNLIN_TEST_VAR");
    if (var == NULL || var[0] == '\0')
        fail_missing("DUNLIN_TEST_VAR", " is not set");
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/servers.env", var);
    SCOPED(close_file) FILE *file = fopen(path, "re");
    if (file == NULL)
        fail_missing("cannot read ", path);
    struct test_servers servers = {0};
    char line[1024];
    while (fgets(line, sizeof(line), file) != NULL) {
        take_value(line, "DUNLIN_DATABASE_URL", servers.database_url, sizeof(servers.database_url));
        take_value(line, "DUNLIN_REDIS_URL", servers.redis_url, sizeof(servers.redis_url));
    }
    if (servers.database_url[0] == '\0')
        fail_missing("no DUNLIN_DATABASE_URL in ", path);
    if (servers.redis_url[0] == '\0')
        fail_missing("no DUNLIN_REDIS_URL in ", path);
    *ret_servers = servers;
}
