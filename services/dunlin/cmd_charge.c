#include <string.h>

#include <glib.h>

#include "account.h"
#include "account_amount.h"
#include "ask.h"
#include "calendar/calendar.h"
#include "commands.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "money/rate.h"
#include "protojson.h"
#include "table.h"

/* What is added to a debt: `fee charge`, `fee waive`, `fee list`; `judgment record`; `interest`. */

static const ProtobufCServiceDescriptor *const SERVICE = &dunlin__payment__v1__payment_service__descriptor;

static const struct column FEE[] = {{"fee", "fee_id", COLUMN_TEXT},
                                    {"code", "code", COLUMN_TEXT},
                                    {"as", "bucket", COLUMN_TEXT},
                                    {"amount", "amount", COLUMN_MONEY},
                                    {"on", "charged_on", COLUMN_TEXT},
                                    {"for", "reason", COLUMN_TEXT},
                                    {"by", "basis", COLUMN_TEXT},
                                    {"evidence", "evidence", COLUMN_TEXT},
                                    {"waived", "waived_reason", COLUMN_TEXT},
                                    {0}};

/* --- fee charge */

static enum status run_charge(struct cli *cli, struct error *err)
{
    struct id account_id, fee_id;
    const char *code = cli_operand(cli, 1), *reason = cli_text(cli, "for");
    const enum status st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st != STATUS_OK)
        return st;
    Dunlin__Payment__V1__ChargeFeeRequest request;
    dunlin__payment__v1__charge_fee_request__init(&request);
    request.account_id = account_bytes(&account_id);
    request.code = ask_text(code);
    request.reason = ask_text(reason);
    if (reason[0] != '\0') {
        g_autofree char *key = g_strdup_printf("%s\n%s", code, reason);
        fee_id = id_derive(&account_id, "fee/reason", key, strlen(key));
        request.fee_id = account_bytes(&fee_id);
    }
    return account_call_and_show(cli, SERVICE, "ChargeFee", &request.base, &account_id, FEE, err);
}

static const struct config_option CHARGE_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    {"for", CONFIG_TEXT, "", NULL, 0, 0, "What for; the same code for the same thing is one fee."},
    {0},
};

const struct command COMMAND_FEE_CHARGE = {
    .name = "fee charge",
    .summary = "add a fee to a debt, which the client's agreement must have",
    .usage = "REF|ID CODE [--for TEXT]",
    .details = "Only what the agreement that made the debt expressly authorises or a law permits may be collected (12 "
               "CFR 1006.22(b)): deploy/agreements.yaml\nsays which fees a client's accounts have, and up to what. "
               "`dunlin fee list` shows them. The smallest cap holds, the law's too.\n\n"
               "  dunlin fee charge A-1001 returned-payment --for BANK-4711\n",
    .options = CHARGE_OPTIONS,
    .operands_min = 2,
    .operands_max = 2,
    .run = run_charge,
};

/* --- fee waive */

static enum status run_waive(struct cli *cli, struct error *err)
{
    struct id account_id, fee_id;
    if (id_parse(cli_operand(cli, 1), &fee_id, err) != STATUS_OK)
        return cli_usage(cli, err, "'%s' is no fee's id (`dunlin fee list` lists them)", cli_operand(cli, 1));
    if (cli_text(cli, "reason")[0] == '\0')
        return cli_usage(cli, err, "--reason is needed");
    const enum status st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st != STATUS_OK)
        return st;
    Dunlin__Payment__V1__WaiveFeeRequest request;
    dunlin__payment__v1__waive_fee_request__init(&request);
    request.account_id = account_bytes(&account_id);
    request.fee_id = account_bytes(&fee_id);
    request.reason = ask_text(cli_text(cli, "reason"));
    return account_call_and_show(cli, SERVICE, "WaiveFee", &request.base, &account_id, FEE, err);
}

static const struct config_option WAIVE_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    {"reason", CONFIG_TEXT, "", NULL, 0, 0, "Why."},
    {0},
};

const struct command COMMAND_FEE_WAIVE = {
    .name = "fee waive",
    .summary = "take a fee off again",
    .usage = "REF|ID FEE --reason TEXT",
    .details = "All of it: what was paid of it pays the rest of the debt. Where less than the fee is owed on the "
               "account it is refused.\n\n"
               "  dunlin fee waive A-1001 0190... --reason \"the bank's mistake\"\n",
    .options = WAIVE_OPTIONS,
    .operands_min = 2,
    .operands_max = 2,
    .run = run_waive,
};

/* --- fee list */

static enum status run_list(struct cli *cli, struct error *err)
{
    static const struct column PERMITTED[] = {{"may be charged", "code", COLUMN_TEXT},
                                              {"as", "bucket", COLUMN_TEXT},
                                              {"now", "amount", COLUMN_MONEY},
                                              {"by", "basis", COLUMN_TEXT},
                                              {"evidence", "evidence", COLUMN_TEXT},
                                              {"but", "refusal", COLUMN_TEXT},
                                              {0}};
    struct id account_id;
    json_t *result = NULL;
    enum status st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st != STATUS_OK)
        return st;
    Dunlin__Payment__V1__ListFeesRequest request;
    dunlin__payment__v1__list_fees_request__init(&request);
    request.account_id = account_bytes(&account_id);
    st = account_call_json(cli, SERVICE, "ListFees", &request.base, &account_id, true, &result, err);
    if (st != STATUS_OK || cli_emit(cli, result))
        return st;
    table_print(cli, json_object_get(result, "fees"), FEE);
    if (json_array_size(json_object_get(result, "permitted")) > 0)
        table_print(cli, json_object_get(result, "permitted"), PERMITTED);
    else
        cli_say(cli, "the client's agreement has no fees of the debtor");
    json_decref(result);
    return STATUS_OK;
}

static const struct config_option LIST_OPTIONS[] = {ACCOUNT_OPTIONS, {0}};

const struct command COMMAND_FEE_LIST = {
    .name = "fee list",
    .summary = "the fees of an account, and those that may be charged",
    .usage = "REF|ID",
    .details = "  dunlin fee list A-1001\n",
    .options = LIST_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_list,
};

/* --- judgment record */

static const struct column JUDGMENT[] = {{"judgment", "judgment_id", COLUMN_TEXT},
                                         {"account", "account_id", COLUMN_TEXT},
                                         {"court", "court", COLUMN_TEXT},
                                         {"case", "case_number", COLUMN_TEXT},
                                         {"entered", "entered_on", COLUMN_TEXT},
                                         {"principal", "principal", COLUMN_MONEY},
                                         {"interest", "interest", COLUMN_MONEY},
                                         {"fees", "fees", COLUMN_MONEY},
                                         {"costs", "costs", COLUMN_MONEY},
                                         {"percent a year", "rate_percent", COLUMN_TEXT},
                                         {"day count", "day_count", COLUMN_TEXT},
                                         {"document", "document_hash", COLUMN_TEXT},
                                         {"owed after it", "balance", COLUMN_MONEY},
                                         {0}};

/* "rate_millionths" as people write it, beside it. */
static void add_percent(json_t *object)
{
    char text[RATE_TEXT_SIZE];
    const struct rate rate = {json_integer_value(json_object_get(object, "rate_millionths"))};
    (void)json_object_set_new(object, "rate_percent", json_string(rate_format(rate, text)));
}

static enum status read_amount(struct cli *cli, const struct id *account_id, const char *option,
                               char ret_currency[static CURRENCY_SIZE], int64_t *ret_minor, struct error *err)
{
    struct money money;
    const char *text = cli_text(cli, option);
    if (text[0] == '\0')
        return STATUS_OK;
    const enum status st = account_amount(cli, account_id, text, &money, err);
    if (st != STATUS_OK)
        return st;
    *ret_minor = money.minor;
    (void)g_strlcpy(ret_currency, money.currency, CURRENCY_SIZE);
    return STATUS_OK;
}

static enum status read_amounts(struct cli *cli, const struct id *account_id, char currency[static CURRENCY_SIZE],
                                Dunlin__Payment__V1__RecordJudgmentRequest *request, struct error *err)
{
    enum status st = read_amount(cli, account_id, "principal", currency, &request->principal_minor, err);
    if (st == STATUS_OK)
        st = read_amount(cli, account_id, "interest", currency, &request->interest_minor, err);
    if (st == STATUS_OK)
        st = read_amount(cli, account_id, "fees", currency, &request->fees_minor, err);
    if (st == STATUS_OK)
        st = read_amount(cli, account_id, "costs", currency, &request->costs_minor, err);
    request->currency = currency;
    return st;
}

static enum status read_rate(struct cli *cli, Dunlin__Payment__V1__RecordJudgmentRequest *request, struct error *err)
{
    struct rate rate;
    struct error why;
    int day_count = 0;
    if (rate_parse(cli_text(cli, "rate"), &rate, &why) != STATUS_OK ||
        protojson_parse_enum(&dunlin__payment__v1__day_count__descriptor, "--day-count", cli_text(cli, "day-count"),
                             &day_count, &why) != STATUS_OK)
        return cli_usage(cli, err, "%.400s", why.text);
    request->rate_millionths = rate.millionths;
    request->day_count = (Dunlin__Payment__V1__DayCount)day_count;
    return STATUS_OK;
}

/* SHA-256 of the document as it is kept. */
static enum status read_document(struct cli *cli, uint8_t hash[static 32], struct error *err)
{
    g_autofree char *bytes = NULL;
    g_autoptr(GError) why = NULL;
    gsize len = 0, n = 32;
    if (!g_file_get_contents(cli_text(cli, "document"), &bytes, &len, &why))
        return cli_usage(cli, err, "--document: %.400s", why->message);
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)bytes, (gssize)len);
    g_checksum_get_digest(checksum, hash, &n);
    return STATUS_OK;
}

static enum status check_given(struct cli *cli, struct date *ret_on, struct error *err)
{
    static const char *const NEEDED[] = {"on", "principal", "rate", "court", "case", "document"};
    for (size_t i = 0; i < G_N_ELEMENTS(NEEDED); i++)
        if (cli_text(cli, NEEDED[i])[0] == '\0')
            return cli_usage(cli, err, "--%s is needed", NEEDED[i]);
    if (date_parse(cli_text(cli, "on"), "YYYY-MM-DD", ret_on, NULL) != STATUS_OK)
        return cli_usage(cli, err, "--on '%s' is no day as YYYY-MM-DD", cli_text(cli, "on"));
    return STATUS_OK;
}

static enum status run_judgment(struct cli *cli, struct error *err)
{
    Dunlin__Payment__V1__RecordJudgmentRequest request;
    struct id account_id;
    struct date on;
    char currency[CURRENCY_SIZE] = "";
    uint8_t hash[32];
    json_t *result = NULL;
    dunlin__payment__v1__record_judgment_request__init(&request);
    enum status st = check_given(cli, &on, err);
    if (st == STATUS_OK)
        st = read_rate(cli, &request, err);
    if (st == STATUS_OK)
        st = read_document(cli, hash, err);
    if (st == STATUS_OK)
        st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st == STATUS_OK)
        st = read_amounts(cli, &account_id, currency, &request, err);
    if (st != STATUS_OK)
        return st;
    g_autofree char *key = g_strdup_printf("%s\n%s", cli_text(cli, "court"), cli_text(cli, "case"));
    const struct id judgment_id = id_derive(&account_id, "judgment/case", key, strlen(key));
    request.account_id = account_bytes(&account_id);
    request.judgment_id = account_bytes(&judgment_id);
    request.entered_on_days = on.days;
    request.court = ask_text(cli_text(cli, "court"));
    request.case_number = ask_text(cli_text(cli, "case"));
    request.document_hash = (ProtobufCBinaryData){.len = sizeof(hash), .data = hash};
    st = account_call_json(cli, SERVICE, "RecordJudgment", &request.base, &account_id, false, &result, err);
    if (st != STATUS_OK || cli_emit(cli, result))
        return st;
    add_percent(result);
    table_print_object(cli, result, JUDGMENT);
    json_decref(result);
    return STATUS_OK;
}

static const struct config_option JUDGMENT_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    ACCOUNT_CURRENCY_OPTION,
    {"on", CONFIG_TEXT, "", NULL, 0, 0, "The day on which it was entered, YYYY-MM-DD: its interest runs from there."},
    {"principal", CONFIG_TEXT, "", NULL, 0, 0,
     "What bears the judgment's interest; where the court lets the whole bear it, the whole."},
    {"interest", CONFIG_TEXT, "", NULL, 0, 0, "Interest until then, as the court says."},
    {"fees", CONFIG_TEXT, "", NULL, 0, 0, "Fees, as the court says."},
    {"costs", CONFIG_TEXT, "", NULL, 0, 0, "Costs, as the court has taxed them."},
    {"rate", CONFIG_TEXT, "", NULL, 0, 0, "Percent a year; 0: it bears no interest."},
    {"day-count", CONFIG_TEXT, "actual-365", NULL, 0, 0,
     "Which part of a year a day is: actual-365, actual-360, actual-actual, thirty-360."},
    {"court", CONFIG_TEXT, "", NULL, 0, 0, "Its name."},
    {"case", CONFIG_TEXT, "", NULL, 0, 0, "Number of the case: one judgment a court and case."},
    {"document", CONFIG_TEXT, "", NULL, 0, 0, "File of the judgment: its SHA-256 is recorded, and nothing else of it."},
    {0},
};

const struct command COMMAND_JUDGMENT_RECORD = {
    .name = "judgment record",
    .summary = "a court has said what is owed",
    .usage = "REF|ID --on DATE --principal AMOUNT --rate PERCENT --court TEXT --case NUMBER --document FILE",
    .details =
        "The ledger is brought to the court's amounts as of that day; what was paid since stays paid. From that "
        "day on simple interest runs\nat the judgment's rate on its principal, instead of the agreement's. The "
        "same court and case again changes nothing.\n\n"
        "  dunlin judgment record A-1001 --on 2026-06-15 --principal 3600 --interest 10 --costs 200 --rate 5 \\\n"
        "      --court \"Superior Court\" --case 26-CV-117 --document judgment.pdf\n",
    .options = JUDGMENT_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_judgment,
};

/* --- interest */

/* "97.500000" minor units as people write money with its fraction: "0.97500000". */
static void add_exact(json_t *span, const char *currency)
{
    const int exponent = currency_exponent(currency);
    int64_t scale = 1000000;
    for (int i = 0; i < exponent; i++)
        scale *= 10;
    const int64_t number = json_integer_value(json_object_get(span, "interest_millionths"));
    g_autofree char *text =
        g_strdup_printf("%lld.%0*lld", (long long)(number / scale), exponent + 6, (long long)(number % scale));
    (void)json_object_set_new(span, "exact", json_string(text));
    (void)json_object_set_new(span, "currency", json_string(currency));
    add_percent(span);
}

static void show_spans(struct cli *cli, const json_t *view)
{
    static const struct column SPAN[] = {{"from", "from_on", COLUMN_TEXT},
                                         {"through", "through_on", COLUMN_TEXT},
                                         {"days", "days", COLUMN_NUMBER},
                                         {"principal", "principal", COLUMN_MONEY},
                                         {"percent a year", "rate_percent", COLUMN_TEXT},
                                         {"interest", "exact", COLUMN_TEXT},
                                         {0}};
    const char *currency = json_string_value(json_object_get(view, "currency"));
    json_t *spans = json_object_get(view, "spans"), *span;
    size_t i;
    json_array_foreach(spans, i, span) add_exact(span, currency);
    table_print(cli, spans, SPAN);
}

static void show_interest(struct cli *cli, json_t *view)
{
    static const struct column TERMS[] = {{"by", "basis", COLUMN_TEXT},
                                          {"day count", "day_count", COLUMN_TEXT},
                                          {"from", "starts_on", COLUMN_TEXT},
                                          {"cap", "cap", COLUMN_MONEY},
                                          {"cap is reached", "is_capped", COLUMN_TEXT},
                                          {"stopped on", "stopped_on", COLUMN_TEXT},
                                          {"waits for", "waits_for", COLUMN_TEXT},
                                          {"accrued in all", "accrued", COLUMN_MONEY},
                                          {"through", "accrued_through_on", COLUMN_TEXT},
                                          {"of it posted", "posted", COLUMN_MONEY},
                                          {"posted through", "posted_through_on", COLUMN_TEXT},
                                          {0}};
    json_t *judgment = json_object_get(view, "judgment");
    if (json_is_null(json_object_get(view, "basis"))) {
        cli_say(cli, "the account bears no interest");
        return;
    }
    if (json_is_false(json_object_get(view, "is_capped")))
        (void)json_object_del(view, "is_capped");
    table_print_object(cli, view, TERMS);
    show_spans(cli, view);
    if (judgment == NULL)
        return;
    add_percent(judgment);
    table_print_object(cli, judgment, JUDGMENT);
}

static enum status run_interest(struct cli *cli, struct error *err)
{
    struct id account_id;
    json_t *result = NULL;
    enum status st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st != STATUS_OK)
        return st;
    Dunlin__Payment__V1__GetInterestRequest request;
    dunlin__payment__v1__get_interest_request__init(&request);
    request.account_id = account_bytes(&account_id);
    st = account_call_json(cli, SERVICE, "GetInterest", &request.base, &account_id, true, &result, err);
    if (st != STATUS_OK || cli_emit(cli, result))
        return st;
    show_interest(cli, result);
    json_decref(result);
    return STATUS_OK;
}

static const struct config_option INTEREST_OPTIONS[] = {ACCOUNT_OPTIONS, {0}};

const struct command COMMAND_INTEREST = {
    .name = "interest",
    .summary = "how the interest of an account comes about",
    .usage = "REF|ID",
    .details = "Simple interest on principal, exact day by day and rounded once, in the total: each line is a span of "
               "one principal and one rate. What is\nposted at any time is the total less what was posted before. "
               "Nothing is posted by asking.\n\n"
               "  dunlin interest A-1001\n  dunlin interest A-1001 --json\n",
    .options = INTEREST_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_interest,
};
