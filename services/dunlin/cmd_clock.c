#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "calendar/calendar.h"
#include "commands.h"
#include "dunlin/platform/v1/platform.pb-c.h"
#include "platform/platform.h"
#include "quiet.h"
#include "when.h"

#define SET_TIMEOUT_MS 5000

/* Of those that do not answer there is the last one's reason in `ret_why`. */
static enum status count_silent(const struct bus_call *calls, size_t n, size_t *ret_n_silent, struct error *ret_why,
                                struct error *err)
{
    *ret_n_silent = 0;
    for (size_t i = 0; i < n; i++) {
        if (calls[i].code == STATUS_OK)
            continue;
        if (!status_is_transient(calls[i].code) && calls[i].code != STATUS_DEADLINE_EXCEEDED)
            return error_set(err, calls[i].code, "%s", calls[i].error.text);
        (*ret_n_silent)++;
        *ret_why = calls[i].error;
    }
    return STATUS_OK;
}

/* business_us 0: the machine's clock rules again. */
static enum status tell_all(struct cli *cli, struct bus_client *bus, int64_t business_us, size_t *ret_n_silent,
                            struct error *ret_why, struct error *err)
{
    const struct roster *roster = NULL;
    enum status st = bus_client_roster(bus, &roster, err);
    if (st != STATUS_OK)
        return st;
    Dunlin__Platform__V1__SetClockRequest request;
    dunlin__platform__v1__set_clock_request__init(&request);
    request.business_us = business_us;
    const size_t n = roster->n;
    struct bus_call *calls = g_new0(struct bus_call, n + 1);
    /* The roster may be read again while the calls are under way: keep the names. */
    SCOPED(roster_freep) struct roster *names = roster_copy(roster);
    for (size_t i = 0; i < n; i++)
        calls[i] = (struct bus_call){.service = &dunlin__platform__v1__control_service__descriptor,
                                     .method = "SetClock",
                                     .request = &request.base,
                                     .route = BUS_ROUTE_INSTANCE,
                                     .instance_id = names->instances[i].id,
                                     .is_query = true}; /* setting it twice is setting it once */
    bus_call_many(bus, calls, n, MIN(cli_timeout_ms(cli), SET_TIMEOUT_MS));
    st = count_silent(calls, n, ret_n_silent, ret_why, err);
    for (size_t i = 0; i < n; i++)
        if (calls[i].reply != NULL)
            protobuf_c_message_free_unpacked(calls[i].reply, NULL);
    g_free(calls);
    return st;
}

/* Until all who are there have answered; who does not is slow, or dying and soon off the roster. One that comes
 * meanwhile reads the stored clock before it decides anything. */
static enum status tell_instances(struct cli *cli, int64_t business_us, struct error *err)
{
    struct bus_client *bus = NULL;
    struct error why = {0};
    size_t n_silent = 0;
    const struct monotonic deadline = clock_deadline_ms(cli_timeout_ms(cli));
    enum status st = cli_bus(cli, &bus, err);
    if (st != STATUS_OK)
        return st;
    do {
        bus_client_expire_roster(bus);
        st = tell_all(cli, bus, business_us, &n_silent, &why, err);
    } while (st == STATUS_OK && n_silent > 0 && clock_remaining_ms(deadline) > 0);
    if (st == STATUS_OK && n_silent > 0)
        cli_note(cli, "dunlin clock: %s; ignoring: it reads the stored clock by itself, twice a second", why.text);
    return st;
}

/* Stored first, so that an instance which starts at this moment finds it. */
static enum status drive(struct cli *cli, struct instant to, struct error *err)
{
    struct db *db = NULL;
    enum status st = cli_db(cli, &db, err);
    if (st == STATUS_OK)
        st = platform_clock_write(db, to, err);
    if (st == STATUS_OK)
        st = tell_instances(cli, to.us, err);
    if (st == STATUS_OK && !cli_flag(cli, "no-wait"))
        st = quiet_wait(db, cli_timeout_ms(cli), err);
    return st;
}

static enum status read_now(struct cli *cli, bool *ret_is_driven, struct instant *ret_now, struct error *err)
{
    struct db *db = NULL;
    enum status st = cli_db(cli, &db, err);
    *ret_now = (struct instant){clock_wall_us()};
    return st == STATUS_OK ? platform_clock_read(db, ret_is_driven, ret_now, err) : st;
}

static void say_clock(struct cli *cli, bool is_driven, struct instant now)
{
    char text[INSTANT_TEXT_SIZE];
    (void)instant_format(now, text);
    if (!cli_emit_new(cli, json_pack("{s:b, s:s}", "is_driven", is_driven, "business_now", text)))
        cli_say(cli, "%s  (%s)", text,
                is_driven ? "driven: it stands until `dunlin clock advance`" : "the machine's clock");
}

static enum status run_show(struct cli *cli, struct error *err)
{
    bool is_driven = false;
    struct instant now = {0};
    const enum status st = read_now(cli, &is_driven, &now, err);
    if (st == STATUS_OK)
        say_clock(cli, is_driven, now);
    return st;
}

const struct command COMMAND_CLOCK_SHOW = {
    .name = "clock show",
    .summary = "what time it is for the business",
    .usage = "",
    .details = "Business time is what deadlines, call windows and ledgers see. It is the machine's clock, unless it is "
               "driven.\n",
    .run = run_show,
};

static enum status run_set(struct cli *cli, struct error *err)
{
    struct instant to;
    if (instant_parse(cli_operand(cli, 0), &to, err) != STATUS_OK)
        return cli_usage(cli, err, "'%s' is no time: 2026-11-22T16:00:00Z, or a day", cli_operand(cli, 0));
    const enum status st = drive(cli, to, err);
    if (st == STATUS_OK)
        say_clock(cli, true, to);
    return st;
}

#define WAIT_OPTIONS                                                                                                   \
    {                                                                                                                  \
        "no-wait", CONFIG_BOOL, "false", NULL, 0, 0, "Do not wait until everything that follows has happened."         \
    }

static const struct config_option SET_OPTIONS[] = {WAIT_OPTIONS, {0}};

const struct command COMMAND_CLOCK_SET = {
    .name = "clock set",
    .summary = "drive business time: hold it at an instant",
    .usage = "TIME [--no-wait]",
    .details = "For tests and time-lapse. Every process holds the time from now on; it never runs backwards. Waits "
               "until the system is at\n"
               "rest: all events applied, no timer due.\n\n"
               "  dunlin clock set 2026-06-01T08:00:00Z\n",
    .options = SET_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_set,
};

static enum status run_release(struct cli *cli, struct error *err)
{
    struct db *db = NULL;
    enum status st = cli_db(cli, &db, err);
    if (st == STATUS_OK)
        st = platform_clock_release(db, err);
    if (st == STATUS_OK)
        st = tell_instances(cli, 0, err);
    if (st == STATUS_OK)
        say_clock(cli, false, (struct instant){clock_wall_us()});
    return st;
}

const struct command COMMAND_CLOCK_RELEASE = {
    .name = "clock release",
    .summary = "business time is the machine's clock again",
    .usage = "",
    .details = "Timers that lie between the driven time and now fire at once.\n",
    .run = run_release,
};

static enum status find_target(struct cli *cli, struct instant *ret_to, struct error *err)
{
    const char *to = cli_text(cli, "to");
    const char *by = cli_text(cli, "by");
    int64_t step_us = 0;
    bool is_driven = false;
    if (to[0] != '\0') {
        if (instant_parse(to, ret_to, err) == STATUS_OK)
            return STATUS_OK;
        return cli_usage(cli, err, "--to '%s' is no time: 2026-11-22T16:00:00Z, or a day", to);
    }
    if (when_parse_duration(by, &step_us, err) != STATUS_OK)
        return cli_usage(cli, err, "--by '%s' is no duration: 90s, 15m, 1h, 2d, 1w or 1d12h", by);
    const enum status st = read_now(cli, &is_driven, ret_to, err);
    ret_to->us += step_us;
    return st;
}

/* A line an instant; the answer is written when the system is at rest there. */
static enum status advance_by_stdin(struct cli *cli, struct error *err)
{
    char *line = NULL;
    size_t size = 0;
    enum status st = STATUS_OK;
    while (st == STATUS_OK && getline(&line, &size, stdin) > 0) {
        struct instant to;
        char text[INSTANT_TEXT_SIZE];
        g_strstrip(line);
        if (line[0] == '\0')
            continue;
        st = instant_parse(line, &to, err);
        if (st == STATUS_OK)
            st = drive(cli, to, err);
        if (st != STATUS_OK)
            break;
        (void)printf("ok %s\n", instant_format(to, text));
        (void)fflush(stdout);
    }
    free(line);
    return st;
}

static enum status run_advance(struct cli *cli, struct error *err)
{
    const int n_ways = (cli_text(cli, "to")[0] != '\0') + (cli_text(cli, "by")[0] != '\0') + cli_flag(cli, "stdin");
    if (n_ways != 1)
        return cli_usage(cli, err, "one of --to, --by and --stdin is needed");
    if (cli_flag(cli, "stdin"))
        return advance_by_stdin(cli, err);
    struct instant to;
    enum status st = find_target(cli, &to, err);
    if (st == STATUS_OK)
        st = drive(cli, to, err);
    if (st == STATUS_OK)
        say_clock(cli, true, to);
    return st;
}

static const struct config_option ADVANCE_OPTIONS[] = {
    {"to", CONFIG_TEXT, "", NULL, 0, 0, "The new time: 2026-11-22T16:00:00Z, or a day."},
    {"by", CONFIG_TEXT, "", NULL, 0, 0, "How far from the time it is: 90s, 15m, 1h, 2d, 1w, 1d12h."},
    {"stdin", CONFIG_BOOL, "false", NULL, 0, 0,
     "Read instants from standard input, answer \"ok <instant>\" to each when all is at rest."},
    WAIT_OPTIONS,
    {0},
};

const struct command COMMAND_CLOCK_ADVANCE = {
    .name = "clock advance",
    .summary = "drive business time forward and wait until everything due has happened",
    .usage = "--to TIME | --by DURATION | --stdin [--no-wait]",
    .details = "Stores the time, tells every instance, then waits until all events are applied and no timer is due.\n\n"
               "  dunlin clock advance --by 1h\n"
               "  dunlin clock advance --to 2026-06-02T08:00:00Z\n"
               "  printf '2026-06-02\\n2026-06-03\\n' | dunlin clock advance --stdin     one connection for a whole "
               "time-lapse\n",
    .options = ADVANCE_OPTIONS,
    .run = run_advance,
};

static enum status run_wait(struct cli *cli, struct error *err)
{
    struct db *db = NULL;
    const struct monotonic since = clock_monotonic();
    enum status st = cli_db(cli, &db, err);
    if (st == STATUS_OK)
        st = quiet_wait(db, cli_timeout_ms(cli), err);
    if (st != STATUS_OK)
        return st;
    const int64_t waited_ms = (clock_monotonic().us - since.us) / US_PER_MS;
    if (!cli_emit_new(cli, json_pack("{s:b, s:I}", "is_quiet", 1, "waited_ms", (json_int_t)waited_ms)))
        cli_say(cli, "At rest: all events applied, no timer due (waited %" PRId64 " ms).", waited_ms);
    return STATUS_OK;
}

const struct command COMMAND_WAIT = {
    .name = "wait",
    .summary = "wait until all events are applied and no timer is due",
    .usage = "[--timeout SECONDS]",
    .details = "After a placement, before a report that must show it. Exit code 1, saying what still moves, when the "
               "time is over.\n\n"
               "  dunlin place accounts.csv --mapping client.yaml && dunlin wait && dunlin report\n",
    .run = run_wait,
};
