#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "ask.h"
#include "calendar/calendar.h"
#include "commands.h"
#include "dunlin/reporting/v1/reporting.pb-c.h"
#include "money/money.h"
#include "protojson.h"
#include "table.h"

static const ProtobufCServiceDescriptor *const SERVICE = &dunlin__reporting__v1__reporting_service__descriptor;

static char *money_text(int64_t minor, const char *currency)
{
    struct money money = {.minor = minor};
    char text[MONEY_TEXT_SIZE];
    if (currency_exponent(currency) < 0)
        return table_number(minor);
    (void)g_strlcpy(money.currency, currency, sizeof(money.currency));
    return g_strdup(money_format_text(money, text));
}

static char *kpi_text(const json_t *kpi)
{
    const char *unit = json_string_value(json_object_get(kpi, "unit"));
    const double value = json_number_value(json_object_get(kpi, "value"));
    if (!json_is_true(json_object_get(kpi, "has_value")))
        return g_strdup("n/a");
    if (strcmp(unit, "ratio") == 0)
        return g_strdup_printf("%.1f %%", value * 100);
    if (strcmp(unit, "minor") == 0)
        return money_text((int64_t)value, json_string_value(json_object_get(kpi, "currency")));
    if (strcmp(unit, "us") == 0)
        return table_duration((int64_t)value);
    if (strcmp(unit, "days") == 0)
        return g_strdup_printf("%.1f days", value);
    g_autofree char *number = table_number((int64_t)value);
    return unit[0] != '\0' ? g_strconcat(number, " ", unit, NULL) : g_strdup(number);
}

/* Adds what tables show of a row beside what machines get. */
static json_t *with_text(const json_t *rows, char *(*text_of)(const json_t *))
{
    json_t *copy = json_array();
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        json_t *shown = json_copy(row);
        g_autofree char *text = text_of(row);
        (void)json_object_set_new(shown, "shown", json_string(text));
        (void)json_array_append_new(copy, shown);
    }
    return copy;
}

static void heading(struct cli *cli, const char *text)
{
    cli_say(cli, "\n%s%s%s", cli_colour(cli, CLI_BOLD), text, cli_colour(cli, CLI_PLAIN));
}

static void show_kpis(struct cli *cli, const json_t *report)
{
    static const struct column COLUMNS[] = {{"KPI", "title", COLUMN_TEXT},
                                            {"value", "shown", COLUMN_NUMBER},
                                            {"what it means", "definition", COLUMN_TEXT},
                                            {0}};
    json_t *rows = with_text(json_object_get(report, "kpis"), kpi_text);
    heading(cli, "Key figures");
    table_print(cli, rows, COLUMNS);
    json_decref(rows);
}

/* The funnel's amounts are sums over currencies: only with a single one can they be shown as money. */
static const char *only_currency(const json_t *report)
{
    const json_t *currencies = json_object_get(report, "currencies");
    if (json_array_size(currencies) != 1)
        return NULL;
    return json_string_value(json_object_get(json_array_get(currencies, 0), "currency"));
}

static void show_funnel(struct cli *cli, const json_t *report)
{
    static const struct column COLUMNS[] = {{"stage", "stage", COLUMN_TEXT},
                                            {"accounts", "accounts", COLUMN_NUMBER},
                                            {"of placed", "share", COLUMN_NUMBER},
                                            {"balance at placement", "amount", COLUMN_MONEY},
                                            {0}};
    const json_t *stages = json_object_get(report, "funnel");
    const char *currency = only_currency(report);
    const json_int_t placed = json_integer_value(json_object_get(json_array_get(stages, 0), "accounts"));
    json_t *rows = json_array();
    size_t i;
    json_t *stage;
    json_array_foreach(stages, i, stage)
    {
        json_t *row = json_copy(stage);
        const json_int_t accounts = json_integer_value(json_object_get(stage, "accounts"));
        if (placed > 0)
            (void)json_object_set_new(row, "share", json_sprintf("%.1f %%", 100.0 * (double)accounts / (double)placed));
        if (currency != NULL)
            (void)json_object_set_new(row, "currency", json_string(currency));
        else
            (void)json_object_del(row, "amount_minor");
        (void)json_array_append_new(rows, row);
    }
    heading(cli, "Funnel");
    table_print(cli, rows, COLUMNS);
    json_decref(rows);
}

static void show_currencies(struct cli *cli, const json_t *report)
{
    static const struct column MONEY[] = {{"currency", "currency", COLUMN_TEXT},
                                          {"placed", "placed", COLUMN_MONEY},
                                          {"collected", "collected", COLUMN_MONEY},
                                          {"open", "open", COLUMN_MONEY},
                                          {0}};
    static const struct column AGING[] = {{"days past due", "key", COLUMN_TEXT},
                                          {"accounts", "count", COLUMN_NUMBER},
                                          {"open", "amount", COLUMN_MONEY},
                                          {0}};
    const json_t *currencies = json_object_get(report, "currencies");
    heading(cli, "Money");
    table_print(cli, currencies, MONEY);
    size_t i, k;
    json_t *currency, *bucket;
    json_array_foreach(currencies, i, currency)
    {
        const char *code = json_string_value(json_object_get(currency, "currency"));
        const char *as_of = json_string_value(json_object_get(report, "aging_as_of"));
        g_autofree char *title = g_strdup_printf("Aging %s as of %s", code, as_of != NULL ? as_of : "today");
        json_t *rows = json_deep_copy(json_object_get(currency, "aging"));
        json_array_foreach(rows, k, bucket)(void) json_object_set_new(bucket, "currency", json_string(code));
        heading(cli, title);
        table_print(cli, rows, AGING);
        json_decref(rows);
    }
}

static void show_steps(struct cli *cli, const json_t *report)
{
    static const struct column COLUMNS[] = {{"step", "step", COLUMN_TEXT},
                                            {"count", "count", COLUMN_NUMBER},
                                            {"median", "p50_us", COLUMN_US},
                                            {"99 %", "p99_us", COLUMN_US},
                                            {"most", "max_us", COLUMN_US},
                                            {"machine time", "is_machine_time", COLUMN_TEXT},
                                            {0}};
    heading(cli, "Slowest steps");
    table_print(cli, json_object_get(report, "steps"), COLUMNS);
}

static void show_counts(struct cli *cli, const json_t *report, const char *key, const char *title)
{
    static const struct column COLUMNS[] = {
        {"", "key", COLUMN_TEXT}, {"count", "count", COLUMN_NUMBER}, {"", "label", COLUMN_TEXT}, {0}};
    heading(cli, title);
    table_print(cli, json_object_get(report, key), COLUMNS);
}

static void show(struct cli *cli, const json_t *report)
{
    const char *as_of = json_string_value(json_object_get(report, "as_of"));
    g_autofree char *events = table_number(json_integer_value(json_object_get(report, "events_applied")));
    cli_say(cli, "Agency %s as of %s, out of %s events%s", json_string_value(json_object_get(report, "agency")),
            as_of != NULL ? as_of : "the beginning (no event yet)", events,
            json_is_true(json_object_get(report, "is_rebuilding")) ? "; being rebuilt: figures are not complete" : "");
    show_funnel(cli, report);
    show_kpis(cli, report);
    show_currencies(cli, report);
    show_counts(cli, report, "classes", "Classes");
    show_counts(cli, report, "refusals_by_rule", "Refusals by rule");
    show_steps(cli, report);
}

/* CSV: one line a figure, to be joined over days. */

static void csv_text(const char *text)
{
    (void)fputc('"', stdout);
    for (; text != NULL && *text != '\0'; text++) {
        if (*text == '"')
            (void)fputc('"', stdout);
        (void)fputc(*text, stdout);
    }
    (void)fputc('"', stdout);
}

static void csv_line(const char *section, const json_t *key, const json_t *count, const json_t *amount,
                     const char *currency)
{
    csv_text(section);
    (void)fputc(',', stdout);
    csv_text(json_string_value(key));
    (void)fputc(',', stdout);
    if (json_is_integer(count))
        (void)printf("%" PRId64, (int64_t)json_integer_value(count));
    else if (json_is_real(count))
        (void)printf("%.15g", json_real_value(count));
    (void)fputc(',', stdout);
    if (json_is_integer(amount))
        (void)printf("%" PRId64, (int64_t)json_integer_value(amount));
    (void)printf(",%s\r\n", currency != NULL ? currency : "");
}

static void csv_rows(const json_t *rows, const char *section, const char *key, const char *count, const char *currency)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        const char *own = json_string_value(json_object_get(row, "currency"));
        csv_line(section, json_object_get(row, key), json_object_get(row, count), json_object_get(row, "amount_minor"),
                 own != NULL ? own : currency);
    }
}

static void print_csv(const json_t *report)
{
    size_t i;
    json_t *currency;
    (void)fputs("section,key,value,amount_minor,currency\r\n", stdout);
    csv_rows(json_object_get(report, "funnel"), "funnel", "stage", "accounts", only_currency(report));
    csv_rows(json_object_get(report, "kpis"), "kpi", "name", "value", NULL);
    csv_rows(json_object_get(report, "classes"), "class", "key", "count", NULL);
    csv_rows(json_object_get(report, "refusals_by_rule"), "refusal", "key", "count", NULL);
    json_array_foreach(json_object_get(report, "currencies"), i, currency)
        csv_rows(json_object_get(currency, "aging"), "aging", "key", "count",
                 json_string_value(json_object_get(currency, "currency")));
    csv_rows(json_object_get(report, "steps"), "step_p99_us", "step", "p99_us", NULL);
}

static enum status set_as_of(struct cli *cli, Dunlin__Reporting__V1__GetReportRequest *request, struct error *err)
{
    struct date day;
    const char *text = cli_text(cli, "as-of");
    if (text[0] == '\0')
        return STATUS_OK;
    if (date_parse(text, "YYYY-MM-DD", &day, err) != STATUS_OK)
        return cli_usage(cli, err, "--as-of '%s' is no day as YYYY-MM-DD", text);
    request->as_of_presence_case = DUNLIN__REPORTING__V1__GET_REPORT_REQUEST__AS_OF_PRESENCE_AS_OF_DAYS;
    request->as_of_days = day.days;
    return STATUS_OK;
}

static enum status run_report(struct cli *cli, struct error *err)
{
    json_t *report = NULL;
    Dunlin__Reporting__V1__GetReportRequest request;
    dunlin__reporting__v1__get_report_request__init(&request);
    request.agency = ask_text(cli_text(cli, "agency"));
    enum status st = set_as_of(cli, &request, err);
    if (st == STATUS_OK && cli_flag(cli, "csv") && cli_is_json(cli))
        st = cli_usage(cli, err, "--csv and --json exclude each other");
    if (st == STATUS_OK)
        st = ask_any_json(cli, SERVICE, "GetReport", &request.base, &report, err);
    if (st != STATUS_OK || cli_emit(cli, report))
        return st;
    if (cli_flag(cli, "csv"))
        print_csv(report);
    else
        show(cli, report);
    json_decref(report);
    return STATUS_OK;
}

static const struct config_option REPORT_OPTIONS[] = {
    {"agency", CONFIG_TEXT, "demo", NULL, 0, 0, "Which agency, by its slug."},
    {"as-of", CONFIG_TEXT, "", NULL, 0, 0, "Aging as of the end of this day, YYYY-MM-DD. Empty: business today."},
    {"csv", CONFIG_BOOL, "false", NULL, 0, 0, "One line a figure: section, key, value, amount_minor, currency."},
    {0},
};

const struct command COMMAND_REPORT = {
    .name = "report",
    .summary = "how the agency stands: funnel, key figures, aging, refusals, slowest steps",
    .usage = "[--as-of DATE] [--json | --csv] [--agency SLUG]",
    .details = "Every figure with its definition, out of the log alone.\n\n"
               "  dunlin report\n"
               "  dunlin report --as-of 2026-06-30 --csv > june.csv\n",
    .options = REPORT_OPTIONS,
    .run = run_report,
};

static enum status rebuild_all(struct bus_client *bus, const struct roster *roster, int64_t timeout_ms, size_t *ret_n,
                               struct error *err)
{
    enum status st = STATUS_OK;
    Dunlin__Reporting__V1__RebuildRequest request;
    dunlin__reporting__v1__rebuild_request__init(&request);
    for (size_t i = 0; i < roster->n && st == STATUS_OK; i++) {
        ProtobufCMessage *reply = NULL;
        if (strcmp(roster->instances[i].service, "reporting") != 0)
            continue;
        struct bus_call call = {.service = SERVICE,
                                .method = "Rebuild",
                                .request = &request.base,
                                .route = BUS_ROUTE_INSTANCE,
                                .instance_id = roster->instances[i].id,
                                .is_query = true}; /* doing it twice is doing it once */
        st = bus_call(bus, &call, timeout_ms, &reply, err);
        if (st == STATUS_OK)
            *ret_n += ((const Dunlin__Reporting__V1__RebuildReply *)reply)->n_partitions;
        if (reply != NULL)
            protobuf_c_message_free_unpacked(reply, NULL);
    }
    return st;
}

static enum status run_rebuild(struct cli *cli, struct error *err)
{
    struct bus_client *bus = NULL;
    const struct roster *lent = NULL;
    size_t n = 0;
    enum status st = cli_bus(cli, &bus, err);
    if (st == STATUS_OK)
        st = bus_client_roster(bus, &lent, err);
    if (st != STATUS_OK)
        return st;
    SCOPED(roster_freep) struct roster *roster = roster_copy(lent);
    st = rebuild_all(bus, roster, cli_timeout_ms(cli), &n, err);
    if (st == STATUS_OK && n == 0)
        st = error_set(err, STATUS_UNAVAILABLE, "no instance of reporting that owns partitions runs");
    if (st != STATUS_OK)
        return st;
    if (!cli_emit_new(cli, json_pack("{s:I}", "partitions", (json_int_t)n)))
        cli_say(cli, "%zu partitions are read again from the beginning of the log; `dunlin wait` says when it is done.",
                n);
    return STATUS_OK;
}

const struct command COMMAND_REPORT_REBUILD = {
    .name = "report rebuild",
    .summary = "build the read models again from the log",
    .usage = "",
    .details = "Throws away what reporting has and reads the log from its beginning. Nothing else is touched.\n",
    .run = run_rebuild,
};
