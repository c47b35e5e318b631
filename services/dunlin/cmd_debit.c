#include <string.h>

#include <glib.h>

#include "account.h"
#include "account_amount.h"
#include "ask.h"
#include "commands.h"
#include "debit_cli.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "protojson.h"

/* Debits of bank accounts: `debit schedule`, `list`, `cancel`, `retry`, `rates`. Files have commands of their own. */

static const struct column DEBIT[] = {{"debit", "debit_id", COLUMN_TEXT},
                                      {"state", "state", COLUMN_TEXT},
                                      {"amount", "amount", COLUMN_MONEY},
                                      {"due", "due_on", COLUMN_TEXT},
                                      {"account", "account_id", COLUMN_TEXT},
                                      {"presented", "presentment", COLUMN_NUMBER},
                                      {"settles", "effective_on", COLUMN_TEXT},
                                      {"trace", "trace", COLUMN_TEXT},
                                      {"returned as", "return_code", COLUMN_TEXT},
                                      {"reason", "reason", COLUMN_TEXT},
                                      {0}};

/* --- debit schedule */

/* The same amount by the same instrument on the same day is the same debit. */
static struct id debit_of(const struct id *account_id, const Dunlin__Payment__V1__ScheduleDebitRequest *of,
                          const char *reference)
{
    g_autofree char *terms = g_strdup_printf("%lld/%d/%s", (long long)of->amount_minor, of->due_on_days, reference);
    g_autoptr(GByteArray) key = g_byte_array_new();
    g_byte_array_append(key, of->instrument_id.data, (guint)of->instrument_id.len);
    g_byte_array_append(key, (const guint8 *)terms, (guint)strlen(terms));
    return id_derive(account_id, "debit", key->data, key->len);
}

static enum status run_schedule(struct cli *cli, struct error *err)
{
    struct id account_id, instrument_id;
    struct money money;
    struct date on = {0};
    Dunlin__Payment__V1__ScheduleDebitRequest request;
    dunlin__payment__v1__schedule_debit_request__init(&request);
    if (id_parse(cli_text(cli, "instrument"), &instrument_id, err) != STATUS_OK)
        return cli_usage(cli, err, "--instrument '%s' is no instrument's id (`dunlin instrument list ACCOUNT`)",
                         cli_text(cli, "instrument"));
    enum status st = debit_day(cli, "on", true, &on, err);
    if (st == STATUS_OK)
        st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st == STATUS_OK)
        st = account_amount(cli, &account_id, cli_operand(cli, 1), &money, err);
    if (st != STATUS_OK)
        return st;
    request.account_id = account_bytes(&account_id);
    request.instrument_id = account_bytes(&instrument_id);
    request.amount_minor = money.minor;
    request.currency = money.currency;
    request.due_on_days = on.days;
    const struct id debit_id = debit_of(&account_id, &request, cli_text(cli, "reference"));
    request.debit_id = account_bytes(&debit_id);
    return account_call_and_show(cli, DEBIT_SERVICE, "ScheduleDebit", &request.base, &account_id, DEBIT, err);
}

static const struct config_option SCHEDULE_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    ACCOUNT_CURRENCY_OPTION,
    {"instrument", CONFIG_TEXT, "", NULL, 0, 0, "By which the money is drawn: its id."},
    {"on", CONFIG_TEXT, "", NULL, 0, 0, "The day on which it is drawn, YYYY-MM-DD."},
    {"reference", CONFIG_TEXT, "", NULL, 0, 0, "Tells apart two debits of the same amount on the same day."},
    {0},
};

const struct command COMMAND_DEBIT_SCHEDULE = {
    .name = "debit schedule",
    .summary = "draw money from a debtor's bank account on a day",
    .usage = "REF|ID AMOUNT --instrument ID --on DATE",
    .details = "Waits for `dunlin debit export`. A debit that is postdated by more than five days is announced to the "
               "debtor ten to three business\ndays before (DebitNoticeDue). The same one twice is one.\n\n"
               "  dunlin debit schedule A-1001 50 --instrument 0190... --on 2026-06-15\n",
    .options = SCHEDULE_OPTIONS,
    .operands_min = 2,
    .operands_max = 2,
    .run = run_schedule,
};

/* --- debit list */

static enum status read_filter(struct cli *cli, Dunlin__Payment__V1__ListDebitsRequest *request, struct id *account_id,
                               struct error *err)
{
    const char *state = cli_text(cli, "state");
    struct date due = {0};
    struct error why;
    int value = 0;
    if (state[0] != '\0' && protojson_parse_enum(&dunlin__payment__v1__debit_state__descriptor, "--state", state,
                                                 &value, &why) != STATUS_OK)
        return cli_usage(cli, err, "%s", why.text);
    request->state = (Dunlin__Payment__V1__DebitState)value;
    enum status st = debit_day(cli, "due", false, &due, err);
    if (st == STATUS_OK && cli_text(cli, "due")[0] != '\0') {
        request->due_presence_case = DUNLIN__PAYMENT__V1__LIST_DEBITS_REQUEST__DUE_PRESENCE_DUE_ON_DAYS;
        request->due_on_days = due.days;
    }
    if (st != STATUS_OK || cli_operand_count(cli) == 0)
        return st;
    st = account_find(cli, cli_operand(cli, 0), account_id, err);
    if (st == STATUS_OK)
        request->account_id = account_bytes(account_id);
    return st;
}

static enum status run_list(struct cli *cli, struct error *err)
{
    struct id account_id, after;
    ProtobufCMessage *reply = NULL;
    Dunlin__Payment__V1__ListDebitsRequest request;
    dunlin__payment__v1__list_debits_request__init(&request);
    request.agency = ask_text(cli_text(cli, "agency"));
    request.limit = (int32_t)cli_integer(cli, "limit");
    if (cli_text(cli, "after")[0] != '\0') {
        if (id_parse(cli_text(cli, "after"), &after, err) != STATUS_OK)
            return cli_usage(cli, err, "--after '%s' is no debit's id", cli_text(cli, "after"));
        request.after_debit_id = account_bytes(&after);
    }
    enum status st = read_filter(cli, &request, &account_id, err);
    if (st == STATUS_OK)
        st = ask_any(cli, DEBIT_SERVICE, "ListDebits", &request.base, &reply, err);
    if (st != STATUS_OK)
        return st;
    json_t *result = protojson(reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    if (cli_emit(cli, result))
        return STATUS_OK;
    table_print(cli, json_object_get(result, "debits"), DEBIT);
    if (json_is_true(json_object_get(result, "is_truncated")))
        cli_say(cli, "there are more: --after the last one's id, or --limit, at most 1000");
    json_decref(result);
    return STATUS_OK;
}

static const struct config_option LIST_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    {"state", CONFIG_TEXT, "", NULL, 0, 0, "scheduled, reserved, sent, settled, returned or cancelled."},
    {"due", CONFIG_TEXT, "", NULL, 0, 0, "Only what is due by that day, YYYY-MM-DD."},
    {"after", CONFIG_TEXT, "", NULL, 0, 0, "Behind this debit: the next page."},
    {"limit", CONFIG_INTEGER, "100", "debits", 1, 1000, "At most so many."},
    {0},
};

const struct command COMMAND_DEBIT_LIST = {
    .name = "debit list",
    .summary = "debits of an agency or an account, and what became of them",
    .usage = "[REF|ID] [--state STATE] [--due DATE]",
    .details = "  dunlin debit list --state scheduled --due 2026-06-15\n"
               "  dunlin debit list A-1001\n",
    .options = LIST_OPTIONS,
    .operands_min = 0,
    .operands_max = 1,
    .run = run_list,
};

/* --- debit cancel, debit retry */

static enum status run_cancel(struct cli *cli, struct error *err)
{
    struct id debit_id;
    Dunlin__Payment__V1__CancelDebitRequest request;
    dunlin__payment__v1__cancel_debit_request__init(&request);
    const enum status st = debit_operand_id(cli, 0, "debit", "dunlin debit list", &debit_id, err);
    if (st != STATUS_OK)
        return st;
    if (cli_text(cli, "reason")[0] == '\0')
        return cli_usage(cli, err, "--reason is needed");
    request.debit_id = account_bytes(&debit_id);
    request.reason = ask_text(cli_text(cli, "reason"));
    return account_call_and_show(cli, DEBIT_SERVICE, "CancelDebit", &request.base, &debit_id, DEBIT, err);
}

static const struct config_option CANCEL_OPTIONS[] = {
    {"reason", CONFIG_TEXT, "", NULL, 0, 0, "Why; who asked for it."},
    {0},
};

const struct command COMMAND_DEBIT_CANCEL = {
    .name = "debit cancel",
    .summary = "take back a debit that is in no file yet",
    .usage = "DEBIT --reason TEXT",
    .details = "One that is in a file goes out; the debtor's own bank stops it up to three business days before (12 "
               "CFR 1005.10(c)).\n\n"
               "  dunlin debit cancel 0190... --reason \"the debtor called\"\n",
    .options = CANCEL_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_cancel,
};

static enum status run_retry(struct cli *cli, struct error *err)
{
    struct id debit_id;
    struct date on = {0};
    Dunlin__Payment__V1__RepresentDebitRequest request;
    dunlin__payment__v1__represent_debit_request__init(&request);
    enum status st = debit_operand_id(cli, 0, "debit", "dunlin debit list --state returned", &debit_id, err);
    if (st == STATUS_OK)
        st = debit_day(cli, "on", true, &on, err);
    if (st != STATUS_OK)
        return st;
    request.debit_id = account_bytes(&debit_id);
    request.due_on_days = on.days;
    request.is_reauthorized = cli_flag(cli, "reauthorized");
    return account_call_and_show(cli, DEBIT_SERVICE, "RepresentDebit", &request.base, &debit_id, DEBIT, err);
}

static const struct config_option RETRY_OPTIONS[] = {
    {"on", CONFIG_TEXT, "", NULL, 0, 0, "The day on which it is drawn again, YYYY-MM-DD."},
    {"reauthorized", CONFIG_BOOL, "false", NULL, 0, 0, "The debtor has authorized it anew: what R08 needs."},
    {0},
};

const struct command COMMAND_DEBIT_RETRY = {
    .name = "debit retry",
    .summary = "present a returned debit again",
    .usage = "DEBIT --on DATE [--reauthorized]",
    .details = "After R01 and R09, or R08 with a new authorization; at most twice, within 180 days of the first "
               "settlement, with the same amount.\n\n"
               "  dunlin debit retry 0190... --on 2026-07-01\n",
    .options = RETRY_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_retry,
};

/* --- debit rates */

static char *percent(int64_t ppm)
{
    return g_strdup_printf("%lld.%02lld %%", (long long)(ppm / 10000), (long long)(ppm % 10000 / 100));
}

/* Rates as people read them, beside the numbers. */
static bool add_percents(json_t *rates)
{
    bool is_over = false;
    size_t i;
    json_t *rate;
    json_array_foreach(rates, i, rate)
    {
        g_autofree char *is = percent(json_integer_value(json_object_get(rate, "rate_ppm")));
        g_autofree char *may_be = percent(json_integer_value(json_object_get(rate, "threshold_ppm")));
        const bool over = json_is_true(json_object_get(rate, "is_over"));
        is_over = is_over || over;
        (void)json_object_set_new(rate, "rate", json_string(is));
        (void)json_object_set_new(rate, "threshold", json_string(may_be));
        (void)json_object_set_new(rate, "verdict", json_string(over ? "over" : "within"));
    }
    return is_over;
}

static void show_rates(struct cli *cli, const json_t *result)
{
    static const struct column RATE[] = {{"rate", "name", COLUMN_TEXT}, {"returned", "returned", COLUMN_NUMBER},
                                         {"is", "rate", COLUMN_TEXT},   {"threshold", "threshold", COLUMN_TEXT},
                                         {"", "verdict", COLUMN_TEXT},  {0}};
    static const struct column CODE[] = {{"code", "code", COLUMN_TEXT},
                                         {"returned", "returned", COLUMN_NUMBER},
                                         {"meaning", "meaning", COLUMN_TEXT},
                                         {0}};
    cli_say(cli, "%s to %s: %lld debits sent", json_string_value(json_object_get(result, "from_on")),
            json_string_value(json_object_get(result, "through_on")),
            (long long)json_integer_value(json_object_get(result, "sent")));
    table_print(cli, json_object_get(result, "rates"), RATE);
    table_print(cli, json_object_get(result, "codes"), CODE);
}

static enum status run_rates(struct cli *cli, struct error *err)
{
    ProtobufCMessage *reply = NULL;
    Dunlin__Payment__V1__GetReturnRatesRequest request;
    dunlin__payment__v1__get_return_rates_request__init(&request);
    request.agency = ask_text(cli_text(cli, "agency"));
    request.days = (int32_t)cli_integer(cli, "days");
    const enum status st = ask_any(cli, DEBIT_SERVICE, "GetReturnRates", &request.base, &reply, err);
    if (st != STATUS_OK)
        return st;
    json_t *result = protojson(reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    if (add_percents(json_object_get(result, "rates")))
        cli_set_exit(cli, CLI_EXIT_FAILED);
    if (cli_emit(cli, result))
        return STATUS_OK;
    show_rates(cli, result);
    json_decref(result);
    return STATUS_OK;
}

static const struct config_option RATES_OPTIONS[] = {
    DEBIT_AGENCY_OPTION,
    {"days", CONFIG_INTEGER, "60", "days", 1, 366, "The period that ends today; Nacha looks at 60 days."},
    {0},
};

const struct command COMMAND_DEBIT_RATES = {
    .name = "debit rates",
    .summary = "how many debits come back, against Nacha's thresholds",
    .usage = "[--days N]",
    .details = "Of the debits sent in the period those that came back in it: unauthorized (0.5 %), administrative (R02 "
               "to R04, 3 %), overall (15 %).\nExits with 1 where one is over its threshold.\n\n"
               "  dunlin debit rates\n",
    .options = RATES_OPTIONS,
    .run = run_rates,
};
