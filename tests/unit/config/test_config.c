#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"

static const struct config_option COMMON[] = {
    {.name = "database-url", .type = CONFIG_TEXT, .meaning = "Where PostgreSQL is."},
    {.name = "region",
     .type = CONFIG_TEXT,
     .default_value = "US",
     .meaning = "Region of numbers without a country code."},
    {.name = "verbose", .type = CONFIG_BOOL, .default_value = "no", .meaning = "Say more."},
    {.name = NULL},
};

static const struct config_option OWN[] = {
    {.name = "workers",
     .type = CONFIG_INTEGER,
     .default_value = "4",
     .unit = "threads",
     .min = 1,
     .max = 64,
     .meaning = "Threads that apply batches. Each has a connection of its own to PostgreSQL and a share of the "
                "partitions, so more of them than "
                "partitions are of no use."},
    {.name = "offset", .type = CONFIG_INTEGER, .default_value = "0", .unit = "ms", .meaning = "Any number."},
    {.name = "signing-key", .type = CONFIG_SECRET, .meaning = "Signs webhooks."},
    {.name = "mail-password",
     .type = CONFIG_SECRET,
     .default_value = "",
     .meaning = "Password of the mail server | relay."},
    {.name = NULL},
};

static const struct config_option *const TABLES[] = {COMMON, OWN, NULL};
static const struct config_program PROGRAM = {"dunlin-test", "Tests how options are read.", TABLES};

/* One run of a program: what it is given, what came of it. */
struct run {
    struct config *config;
    enum config_action action;
    struct error err;
    enum status status;
    char *out;
    char path[64]; /* of a file that was written for it; "" without */
};

#define MAX_ARGS 12

static int start(void **state)
{
    static const char *const VARIABLES[] = {"DUNLIN_CONFIG",        "DUNLIN_DATABASE_URL",
                                            "DUNLIN_REGION",        "DUNLIN_VERBOSE",
                                            "DUNLIN_WORKERS",       "DUNLIN_OFFSET",
                                            "DUNLIN_SIGNING_KEY",   "DUNLIN_SIGNING_KEY_FILE",
                                            "DUNLIN_MAIL_PASSWORD", "DUNLIN_MAIL_PASSWORD_FILE"};
    for (size_t i = 0; i < ARRAY_SIZE(VARIABLES); i++)
        (void)unsetenv(VARIABLES[i]);
    struct run *run = calloc(1, sizeof(*run));
    *state = run;
    return run == NULL ? -1 : 0;
}

static void forget(struct run *run)
{
    config_free(run->config);
    free(run->out);
    run->config = NULL;
    run->out = NULL;
}

static int end(void **state)
{
    struct run *run = *state;
    forget(run);
    if (run->path[0] != '\0')
        (void)unlink(run->path);
    free(run);
    return 0;
}

/* Arguments up to NULL, without the program's name. */
static enum status read_args(struct run *run, const char *const *args)
{
    char program[] = "dunlin-test";
    char copies[MAX_ARGS][128];
    char *argv[MAX_ARGS + 1] = {program};
    int argc = 1;
    for (; args[argc - 1] != NULL && argc < MAX_ARGS; argc++) {
        (void)snprintf(copies[argc], sizeof(copies[argc]), "%s", args[argc - 1]);
        argv[argc] = copies[argc];
    }
    forget(run);
    size_t size = 0;
    FILE *out = open_memstream(&run->out, &size);
    assert_non_null(out);
    run->err = (struct error){0};
    run->status = config_read(&PROGRAM, argc, argv, out, &run->config, &run->action, &run->err);
    assert_int_equal(fclose(out), 0);
    return run->status;
}

#define READ(run, ...) read_args((run), (const char *const[]){__VA_ARGS__, NULL})
/* The options that have no default. */
#define REQUIRED "--database-url", "postgresql://db"

static void set_required(void)
{
    (void)setenv("DUNLIN_DATABASE_URL", "postgresql://db", 1);
    (void)setenv("DUNLIN_SIGNING_KEY", "k-e-y", 1);
}

/* Writes the file of the run; the path is run->path. */
static void write_file(struct run *run, const char *bytes, size_t len)
{
    if (run->path[0] == '\0') {
        (void)snprintf(run->path, sizeof(run->path), "/tmp/test-config-XXXXXX");
        int fd = mkstemp(run->path);
        assert_true(fd >= 0);
        (void)close(fd);
    }
    FILE *file = fopen(run->path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void assert_refused(const struct run *run, const char *want)
{
    assert_int_equal(run->status, STATUS_INVALID_ARGUMENT);
    assert_null(run->config);
    if (strstr(run->err.text, want) == NULL)
        fail_msg("'%s' lacks '%s'", run->err.text, want);
}

static void takes_defaults_where_nobody_says_otherwise(void **state)
{
    struct run *run = *state;
    set_required();
    assert_int_equal(READ(run, "--region=CA"), STATUS_OK);
    assert_int_equal(run->action, CONFIG_RUN);
    assert_string_equal(config_text(run->config, "database-url"), "postgresql://db");
    assert_string_equal(config_text(run->config, "region"), "CA");
    assert_string_equal(config_text(run->config, "signing-key"), "k-e-y");
    assert_string_equal(config_text(run->config, "mail-password"), "");
    assert_int_equal(config_integer(run->config, "workers"), 4);
    assert_false(config_bool(run->config, "verbose"));
    assert_string_equal(run->out, "");
}

static void the_stronger_source_wins(void **state)
{
    struct run *run = *state;
    set_required();
    static const char FILE_TEXT[] = "workers = 5\n";
    write_file(run, FILE_TEXT, strlen(FILE_TEXT));
    assert_int_equal(READ(run, "--config", run->path), STATUS_OK);
    assert_int_equal(config_integer(run->config, "workers"), 5);
    (void)setenv("DUNLIN_WORKERS", "6", 1);
    assert_int_equal(READ(run, "--config", run->path), STATUS_OK);
    assert_int_equal(config_integer(run->config, "workers"), 6);
    assert_int_equal(READ(run, "--workers", "7", "--config", run->path), STATUS_OK);
    assert_int_equal(config_integer(run->config, "workers"), 7);
    assert_int_equal(READ(run, "--workers", "7", "--workers=8"), STATUS_OK);
    assert_int_equal(config_integer(run->config, "workers"), 8);
    (void)unsetenv("DUNLIN_WORKERS");
    (void)setenv("DUNLIN_CONFIG", run->path, 1);
    assert_int_equal(READ(run, "--verbose"), STATUS_OK);
    assert_int_equal(config_integer(run->config, "workers"), 5);
}

static void reads_bools_in_all_their_forms(void **state)
{
    struct run *run = *state;
    set_required();
    static const struct {
        const char *args[4];
        bool want;
    } CASES[] = {
        {{"--verbose"}, true},
        {{"--verbose", "--region=CA"}, true},
        {{"--verbose", "off"}, false},
        {{"--verbose", "TRUE"}, true},
        {{"--verbose=0"}, false},
        {{"--verbose=yes"}, true},
        {{"--no-verbose"}, false},
        {{"--verbose", "--no-verbose"}, false},
        {{"--no-verbose", "--verbose"}, true},
    };
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        assert_int_equal(read_args(run, CASES[i].args), STATUS_OK);
        assert_int_equal(config_bool(run->config, "verbose"), CASES[i].want);
    }
    (void)setenv("DUNLIN_VERBOSE", "on", 1);
    assert_int_equal(READ(run, "--offset=-5"), STATUS_OK);
    assert_true(config_bool(run->config, "verbose"));
}

static void reads_whole_numbers_within_their_range_only(void **state)
{
    struct run *run = *state;
    set_required();
    static const struct {
        const char *text;
        bool is_allowed;
        int64_t want;
    } CASES[] = {
        {"1", true, 1},    {"64", true, 64},   {"007", true, 7},  {"0", false, 0},
        {"65", false, 0},  {"-1", false, 0},   {"", false, 0},    {" 4", false, 0},
        {"+4", false, 0},  {"4 ", false, 0},   {"4.0", false, 0}, {"4k", false, 0},
        {"0x4", false, 0}, {"four", false, 0}, {"-", false, 0},   {"99999999999999999999", false, 0},
    };
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        (void)setenv("DUNLIN_WORKERS", CASES[i].text, 1);
        enum status st = READ(run, "--no-verbose");
        if (!CASES[i].is_allowed) {
            assert_refused(run, "environment DUNLIN_WORKERS: '");
            assert_refused(run, "is not allowed for workers: 1 to 64 threads");
            continue;
        }
        assert_int_equal(st, STATUS_OK);
        assert_int_equal(config_integer(run->config, "workers"), CASES[i].want);
    }
    (void)unsetenv("DUNLIN_WORKERS");
    assert_int_equal(READ(run, "--offset", "-9223372036854775808"), STATUS_OK);
    assert_true(config_integer(run->config, "offset") == INT64_MIN);
    assert_int_equal(READ(run, "--offset", "9223372036854775808"), STATUS_INVALID_ARGUMENT);
    assert_refused(run, "--offset: '9223372036854775808' is not allowed for offset: a whole number of ms");
}

static void refuses_wrong_arguments_and_says_what_is_right(void **state)
{
    struct run *run = *state;
    set_required();
    static const struct {
        const char *args[4];
        const char *want;
    } CASES[] = {
        {{"--workers"}, "--workers: a value is missing"},
        {{"--workers", "--verbose"}, "--workers: a value is missing"},
        {{"--workers=65"}, "--workers: '65' is not allowed for workers: 1 to 64 threads"},
        {{"--workers="}, "--workers: '' is not allowed"},
        {{"--verbose=maybe"}, "--verbose: 'maybe' is not allowed for verbose: true or false"},
        {{"--verbose", "maybe"}, "unexpected argument 'maybe'"},
        {{"--no-verbose=true"}, "--no-verbose: takes no value"},
        {{"--no-workers"}, "unknown option 'no-workers'"},
        {{"--no-verbos"}, "did you mean '--no-verbose'?"},
        {{"--worker", "3"}, "--worker: unknown option 'worker', did you mean '--workers'?"},
        {{"--databse-url=x"}, "did you mean '--database-url'?"},
        {{"--signing-kye-file=x"}, "did you mean '--signing-key-file'?"},
        {{"--chek"}, "did you mean '--check'?"},
        {{"--frobnicate"}, "unknown option 'frobnicate'; --help lists them all"},
        {{"--workers-file=x"}, "unknown option 'workers-file'"},
        {{"--"}, "unexpected argument '--'"},
        {{"-w", "3"}, "unexpected argument '-w'"},
        {{"workers"}, "unexpected argument 'workers'"},
        {{""}, "unexpected argument ''"},
        {{"--=3"}, "unknown option ''"},
        {{"--config"}, "--config: a path is missing"},
        {{"--config", "/nowhere/dunlin.conf"},
         "--config: cannot read '/nowhere/dunlin.conf': No such file or directory"},
        {{"--config=/tmp"}, "--config: cannot read '/tmp': Is a directory"},
        {{"--database-url="}, "--database-url: database-url must not be empty"},
        {{"--region=a\nb"}, "--region: region must not hold control characters"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        (void)read_args(run, CASES[i].args);
        assert_refused(run, CASES[i].want);
    }
    (void)setenv("DUNLIN_CONFIG", "/nowhere", 1);
    (void)READ(run, "--verbose");
    assert_refused(run, "environment DUNLIN_CONFIG: cannot read '/nowhere'");
}

static void reads_a_file_with_comments_and_blanks(void **state)
{
    struct run *run = *state;
    static const char TEXT[] = "# how we run\r\n\n  database-url=postgresql://a=b#c  \r\n\tverbose\t=\ton\n"
                               "region =\nsigning-key = s # p\n   # more\nworkers = 9";
    write_file(run, TEXT, strlen(TEXT));
    assert_int_equal(READ(run, "--config", run->path), STATUS_OK);
    assert_string_equal(config_text(run->config, "database-url"), "postgresql://a=b#c");
    assert_string_equal(config_text(run->config, "region"), "");
    assert_string_equal(config_text(run->config, "signing-key"), "s # p");
    assert_true(config_bool(run->config, "verbose"));
    assert_int_equal(config_integer(run->config, "workers"), 9);
}

static void names_the_line_of_a_wrong_file(void **state)
{
    struct run *run = *state;
    set_required();
    static const struct {
        const char *text;
        size_t len;
        const char *want;
    } CASES[] = {
        {"\nworkers\n", 9, ":2: 'name = value' is expected"},
        {"= 3\n", 4, ":1: 'name = value' is expected"},
        {"workers = 0\n", 12, ":1: '0' is not allowed for workers: 1 to 64 threads"},
        {"#\n#\nwrokers = 3\n", 16, ":3: unknown option 'wrokers', did you mean 'workers'?"},
        {"no-verbose = 1\n", 15, ":1: unknown option 'no-verbose', did you mean 'verbose'?"},
        {"workers = 3\nregion = CA\nworkers = 3\n", 36, ":3: workers has been set already by /tmp/"},
        {"signing-key = a\nsigning-key-file = b\n", 37, ":2: signing-key has been set already by /tmp/"},
        {"region = a\0b\n", 13, ":1: a NUL byte: this is no text file"},
        {"signing-key =\n", 14, ":1: the secret signing-key is empty"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        write_file(run, CASES[i].text, CASES[i].len);
        (void)READ(run, "--config", run->path);
        assert_refused(run, CASES[i].want);
        assert_memory_equal(run->err.text, run->path, strlen(run->path));
    }
}

static void lists_all_required_options_that_are_missing(void **state)
{
    struct run *run = *state;
    (void)READ(run, "--verbose");
    assert_refused(
        run, "required but not set: --database-url (DUNLIN_DATABASE_URL), --signing-key-file (DUNLIN_SIGNING_KEY)");
}

static void takes_a_secret_from_the_first_line_of_a_file(void **state)
{
    struct run *run = *state;
    static const struct {
        const char *text;
        const char *want;
    } CASES[] = {{"s3cret", "s3cret"}, {"s3cret\nsecond\n", "s3cret"}, {" s p \r\n", " s p "}};
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        write_file(run, CASES[i].text, strlen(CASES[i].text));
        assert_int_equal(READ(run, REQUIRED, "--signing-key-file", run->path), STATUS_OK);
        assert_string_equal(config_text(run->config, "signing-key"), CASES[i].want);
    }
    (void)setenv("DUNLIN_SIGNING_KEY_FILE", run->path, 1);
    assert_int_equal(READ(run, REQUIRED), STATUS_OK);
    assert_string_equal(config_text(run->config, "signing-key"), " s p ");
    (void)setenv("DUNLIN_MAIL_PASSWORD", "m", 1);
    assert_int_equal(READ(run, REQUIRED, "--mail-password-file", run->path), STATUS_OK);
    assert_string_equal(config_text(run->config, "mail-password"), " s p ");
}

static void a_configuration_file_may_name_the_file_of_a_secret(void **state)
{
    struct run *run = *state;
    char text[128];
    struct run other = {0};
    write_file(&other, "from-file\n", 10);
    (void)snprintf(text, sizeof(text), "signing-key-file = %s\n", other.path);
    write_file(run, text, strlen(text));
    assert_int_equal(READ(run, REQUIRED, "--config", run->path), STATUS_OK);
    (void)unlink(other.path);
    assert_string_equal(config_text(run->config, "signing-key"), "from-file");
}

static void refuses_secrets_that_are_wrong_without_showing_them(void **state)
{
    struct run *run = *state;
    (void)READ(run, REQUIRED, "--signing-key", "hunter2");
    assert_refused(run, "--signing-key: a secret is not taken from the command line");
    assert_refused(run, "use --signing-key-file or DUNLIN_SIGNING_KEY");
    assert_null(strstr(run->err.text, "hunter2"));
    (void)READ(run, REQUIRED, "--signing-key=hunter2");
    assert_null(strstr(run->err.text, "hunter2"));
    (void)READ(run, REQUIRED, "--signing-key-file=/nowhere");
    assert_refused(run, "--signing-key-file: cannot read '/nowhere': No such file or directory");
    (void)READ(run, REQUIRED, "--signing-key-file=/tmp");
    assert_refused(run, "--signing-key-file: cannot read '/tmp': Is a directory");
    write_file(run, "\nsecond\n", 8);
    (void)READ(run, REQUIRED, "--signing-key-file", run->path);
    assert_refused(run, "the secret signing-key is empty");
    char long_line[5000];
    memset(long_line, 'x', sizeof(long_line));
    write_file(run, long_line, sizeof(long_line));
    (void)READ(run, REQUIRED, "--signing-key-file", run->path);
    assert_refused(run, "is longer than 4094 bytes");
    (void)setenv("DUNLIN_SIGNING_KEY", "hunter2", 1);
    (void)setenv("DUNLIN_SIGNING_KEY_FILE", run->path, 1);
    (void)READ(run, REQUIRED);
    assert_refused(run,
                   "environment DUNLIN_SIGNING_KEY_FILE: the secret signing-key has been given already by environment");
    assert_null(strstr(run->err.text, "hunter2"));
}

static void check_says_that_the_configuration_is_valid_or_why_not(void **state)
{
    struct run *run = *state;
    set_required();
    assert_int_equal(READ(run, "--check"), STATUS_OK);
    assert_int_equal(run->action, CONFIG_EXIT_OK);
    assert_string_equal(run->out, "configuration is valid\n");
    (void)READ(run, "--check", "--workers=0");
    assert_refused(run, "1 to 64 threads");
    assert_string_equal(run->out, "");
}

static void print_config_shows_sources_and_hides_secrets(void **state)
{
    struct run *run = *state;
    (void)setenv("DUNLIN_DATABASE_URL", "postgresql://dunlin:p@ss/w@db:5432/dunlin", 1);
    (void)setenv("DUNLIN_SIGNING_KEY", "hunter2", 1);
    static const char TEXT[] = "workers = 9\n";
    write_file(run, TEXT, strlen(TEXT));
    assert_int_equal(READ(run, "--print-config", "--verbose", "--config", run->path), STATUS_OK);
    assert_int_equal(run->action, CONFIG_EXIT_OK);
    char want[1024];
    (void)snprintf(want, sizeof(want),
                   "# environment DUNLIN_DATABASE_URL\ndatabase-url = postgresql://dunlin:(hidden)@db:5432/dunlin\n"
                   "# default\nregion = US\n# --verbose\nverbose = true\n# %s:1\nworkers = 9\n# default\noffset = 0\n"
                   "# environment DUNLIN_SIGNING_KEY\n# signing-key = (hidden)\n# default\n# mail-password = (none)\n",
                   run->path);
    assert_string_equal(run->out, want);
}

static void print_config_can_be_read_back(void **state)
{
    struct run *run = *state;
    set_required();
    assert_int_equal(READ(run, "--print-config", "--workers=3", "--offset=-7", "--region=a b"), STATUS_OK);
    write_file(run, run->out, strlen(run->out));
    assert_int_equal(READ(run, "--config", run->path), STATUS_OK);
    assert_int_equal(config_integer(run->config, "workers"), 3);
    assert_int_equal(config_integer(run->config, "offset"), -7);
    assert_string_equal(config_text(run->config, "region"), "a b");
}

static void help_teaches_every_option_within_100_columns(void **state)
{
    struct run *run = *state;
    assert_int_equal(READ(run, "--frobnicate", "--help"), STATUS_OK);
    assert_int_equal(run->action, CONFIG_EXIT_OK);
    static const char *const WANTED[] = {
        "dunlin-test ",
        "Tests how options are read.\n",
        "Usage: dunlin-test ",
        "--database-url TEXT\n      Where PostgreSQL is.\n      (DUNLIN_DATABASE_URL; text; required.)\n",
        "--verbose, --no-verbose\n      Say more.\n      (DUNLIN_VERBOSE; true or false; default no.)\n",
        "--workers NUMBER\n      Threads that apply batches.",
        "(DUNLIN_WORKERS; 1 to 64 threads; default 4 threads.)\n",
        "(DUNLIN_OFFSET; a whole number of ms; default 0 ms.)\n",
        "--signing-key-file PATH\n",
        "(secret: the first line of that file; or DUNLIN_SIGNING_KEY[_FILE]; required.)\n",
        "(secret: the first line of that file; or DUNLIN_MAIL_PASSWORD[_FILE]; default none.)\n",
        "--check ",
        "--print-config ",
        "--config PATH\n",
    };
    for (size_t i = 0; i < ARRAY_SIZE(WANTED); i++)
        if (strstr(run->out, WANTED[i]) == NULL)
            fail_msg("help lacks '%s':\n%s", WANTED[i], run->out);
    for (const char *line = run->out; *line != '\0'; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 100);
    assert_int_equal(READ(run, "-h"), STATUS_OK);
    assert_int_equal(READ(run, "--version"), STATUS_OK);
    assert_memory_equal(run->out, "dunlin-test ", 12);
}

static void reference_is_a_markdown_table(void **state)
{
    struct run *run = *state;
    assert_int_equal(READ(run, "--print-reference"), STATUS_OK);
    assert_int_equal(run->action, CONFIG_EXIT_OK);
    static const char *const WANTED[] = {
        "| option | environment | type, unit | default | range | meaning |\n|---|---|---|---|---|---|\n",
        "\n| database-url | DUNLIN_DATABASE_URL | text | required |  | Where PostgreSQL is. |\n",
        "\n| workers | DUNLIN_WORKERS | integer, threads | 4 | 1 to 64 | Threads that apply",
        "\n| offset | DUNLIN_OFFSET | integer, ms | 0 |  | Any number. |\n",
        "\n| mail-password | DUNLIN_MAIL_PASSWORD | secret | none |  | Password of the mail server \\| relay. |\n",
    };
    for (size_t i = 0; i < ARRAY_SIZE(WANTED); i++)
        if (strstr(run->out, WANTED[i]) == NULL)
            fail_msg("reference lacks '%s':\n%s", WANTED[i], run->out);
}

static void a_default_outside_its_range_is_a_bug_of_the_table(void **state)
{
    (void)state;
    static const struct config_option BAD[] = {
        {.name = "workers", .type = CONFIG_INTEGER, .default_value = "0", .min = 1, .max = 2, .meaning = "?"},
        {.name = NULL},
    };
    static const struct config_option *const BAD_TABLES[] = {BAD, NULL};
    static const struct config_program BAD_PROGRAM = {"bad", "?", BAD_TABLES};
    char name[] = "bad";
    char *argv[] = {name, NULL};
    struct config *config = NULL;
    enum config_action action;
    struct error err = {0};
    assert_int_equal(config_read(&BAD_PROGRAM, 1, argv, stdout, &config, &action, &err), STATUS_INTERNAL);
    assert_string_equal(err.text, "option table: default of workers: '0' is not allowed for workers: 1 to 2");
    assert_null(config);
}

#define IN_A_RUN(test) cmocka_unit_test_setup_teardown(test, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_RUN(takes_defaults_where_nobody_says_otherwise),
        IN_A_RUN(the_stronger_source_wins),
        IN_A_RUN(reads_bools_in_all_their_forms),
        IN_A_RUN(reads_whole_numbers_within_their_range_only),
        IN_A_RUN(refuses_wrong_arguments_and_says_what_is_right),
        IN_A_RUN(reads_a_file_with_comments_and_blanks),
        IN_A_RUN(names_the_line_of_a_wrong_file),
        IN_A_RUN(lists_all_required_options_that_are_missing),
        IN_A_RUN(takes_a_secret_from_the_first_line_of_a_file),
        IN_A_RUN(a_configuration_file_may_name_the_file_of_a_secret),
        IN_A_RUN(refuses_secrets_that_are_wrong_without_showing_them),
        IN_A_RUN(check_says_that_the_configuration_is_valid_or_why_not),
        IN_A_RUN(print_config_shows_sources_and_hides_secrets),
        IN_A_RUN(print_config_can_be_read_back),
        IN_A_RUN(help_teaches_every_option_within_100_columns),
        IN_A_RUN(reference_is_a_markdown_table),
        cmocka_unit_test(a_default_outside_its_range_is_a_bug_of_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
