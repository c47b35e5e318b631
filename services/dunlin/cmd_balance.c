#include <glib.h>

#include "account.h"
#include "calendar/calendar.h"
#include "commands.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "protojson.h"
#include "table.h"

/* What is owed on an account as of any moment: `account balance`. */

static enum status read_moment(struct cli *cli, Dunlin__Payment__V1__GetBalancesRequest *request, struct error *err)
{
    const char *day = cli_text(cli, "as-of"), *known = cli_text(cli, "known-at");
    struct instant instant;
    struct date date;
    if (day[0] != '\0') {
        if (date_parse(day, "YYYY-MM-DD", &date, NULL) != STATUS_OK)
            return cli_usage(cli, err, "--as-of '%s' is no day as YYYY-MM-DD", day);
        request->as_of_presence_case = DUNLIN__PAYMENT__V1__GET_BALANCES_REQUEST__AS_OF_PRESENCE_AS_OF_ON_DAYS;
        request->as_of_on_days = date.days;
    }
    if (known[0] != '\0') {
        if (instant_parse(known, &instant, NULL) != STATUS_OK)
            return cli_usage(cli, err, "--known-at '%s' is no time as 2026-06-01T12:00:00Z", known);
        request->known_presence_case = DUNLIN__PAYMENT__V1__GET_BALANCES_REQUEST__KNOWN_PRESENCE_KNOWN_AT_US;
        request->known_at_us = instant.us;
    }
    return STATUS_OK;
}

static enum status show(struct cli *cli, const Dunlin__Payment__V1__GetBalancesReply *reply, struct error *err)
{
    static const struct column BALANCE[] = {{"owed", "balance", COLUMN_MONEY},
                                            {"placed with", "placed", COLUMN_MONEY},
                                            {"interest since", "interest", COLUMN_MONEY},
                                            {"added since", "charged", COLUMN_MONEY},
                                            {"paid", "paid", COLUMN_MONEY},
                                            {"taken off", "credited", COLUMN_MONEY},
                                            {0}};
    if (reply->n_balances != 1 || reply->balances[0]->account_id.len == 0)
        return error_set(err, STATUS_NOT_FOUND, "the ledger does not know the account, or not yet");
    json_t *result = protojson(&reply->balances[0]->base);
    if (cli_emit(cli, result))
        return STATUS_OK;
    table_print_object(cli, result, BALANCE);
    json_decref(result);
    return STATUS_OK;
}

static enum status run(struct cli *cli, struct error *err)
{
    Dunlin__Payment__V1__GetBalancesRequest request;
    ProtobufCMessage *reply = NULL;
    struct id account_id;
    dunlin__payment__v1__get_balances_request__init(&request);
    enum status st = read_moment(cli, &request, err);
    if (st == STATUS_OK)
        st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st != STATUS_OK)
        return st;
    ProtobufCBinaryData bytes = account_bytes(&account_id);
    request.account_ids = &bytes;
    request.n_account_ids = 1;
    st = account_call(cli, &dunlin__payment__v1__payment_service__descriptor, "GetBalances", &request.base, &account_id,
                      true, &reply, err);
    if (st != STATUS_OK)
        return st;
    st = show(cli, (const Dunlin__Payment__V1__GetBalancesReply *)reply, err);
    protobuf_c_message_free_unpacked(reply, NULL);
    return st;
}

static const struct config_option OPTIONS[] = {
    ACCOUNT_OPTIONS,
    {"as-of", CONFIG_TEXT, "", NULL, 0, 0, "By value dates up to and with this day, YYYY-MM-DD. Empty: all."},
    {"known-at", CONFIG_TEXT, "", NULL, 0, 0, "By what was posted until this time, RFC 3339. Empty: all."},
    {0},
};

const struct command COMMAND_ACCOUNT_BALANCE = {
    .name = "account balance",
    .summary = "what is owed as of any day, and what it is made of",
    .usage = "REF|ID [--as-of DATE] [--known-at TIME]",
    .details =
        "The day is that of the value dates: a payment of May that was heard of in June counts in May. --known-at "
        "asks what the books said at\na time, whatever came to be known since. Interest counts as far as it is "
        "posted (`dunlin interest`).\n\n"
        "  dunlin account balance A-1001 --as-of 2026-05-31\n"
        "  dunlin account balance A-1001 --as-of 2026-05-31 --known-at 2026-06-01\n",
    .options = OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
