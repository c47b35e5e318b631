#include <string.h>

#include <glib.h>

#include "account.h"
#include "ask.h"
#include "calendar/calendar.h"
#include "commands.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "money/money.h"
#include "protojson.h"
#include "table.h"

/* Money that is nobody's yet, and whose the money in trust is: `suspense list`, `hold`, `assign`, `refund`; `trust`. */

static const ProtobufCServiceDescriptor *const SERVICE = &dunlin__payment__v1__payment_service__descriptor;

static const struct column ITEM[] = {{"item", "item_id", COLUMN_TEXT},
                                     {"state", "state", COLUMN_TEXT},
                                     {"amount", "amount", COLUMN_MONEY},
                                     {"received", "received_on", COLUMN_TEXT},
                                     {"source", "source", COLUMN_TEXT},
                                     {"client", "client", COLUMN_TEXT},
                                     {"account", "account_id", COLUMN_TEXT},
                                     {"payer", "payer", COLUMN_TEXT},
                                     {"reference", "reference", COLUMN_TEXT},
                                     {"reason", "reason", COLUMN_TEXT},
                                     {0}};

static void show(struct cli *cli, ProtobufCMessage *reply)
{
    json_t *result = protojson(reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    if (cli_emit(cli, result))
        return;
    table_print_object(cli, result, ITEM);
    json_decref(result);
}

/* --- suspense list */

static enum status run_list(struct cli *cli, struct error *err)
{
    json_t *result = NULL;
    Dunlin__Payment__V1__ListSuspenseRequest request;
    dunlin__payment__v1__list_suspense_request__init(&request);
    request.agency = ask_text(cli_text(cli, "agency"));
    request.with_ended = cli_flag(cli, "all");
    request.limit = (int32_t)cli_integer(cli, "limit");
    const enum status st = ask_any_json(cli, SERVICE, "ListSuspense", &request.base, &result, err);
    if (st != STATUS_OK || cli_emit(cli, result))
        return st;
    table_print(cli, json_object_get(result, "items"), ITEM);
    if (json_is_true(json_object_get(result, "is_truncated")))
        cli_say(cli, "there are more: --limit, at most 1000");
    json_decref(result);
    return STATUS_OK;
}

#define AGENCY_OPTION                                                                                                  \
    {                                                                                                                  \
        "agency", CONFIG_TEXT, "demo", NULL, 0, 0, "Whose money it is, by the agency's slug."                          \
    }

static const struct config_option LIST_OPTIONS[] = {
    AGENCY_OPTION,
    {"all", CONFIG_BOOL, "false", NULL, 0, 0, "Also what was refunded or returned."},
    {"limit", CONFIG_INTEGER, "100", "items", 1, 1000, "At most so many, the oldest first."},
    {0},
};

const struct command COMMAND_SUSPENSE_LIST = {
    .name = "suspense list",
    .summary = "money of which nobody knows yet whose debt it pays, and what was paid beyond what was owed",
    .usage = "[--all]",
    .details = "Held: somebody has to decide. Assigned: for an account, and posted there or about to be; doing "
               "`dunlin suspense assign` again\nfinishes it.\n\n"
               "  dunlin suspense list\n",
    .options = LIST_OPTIONS,
    .run = run_list,
};

/* --- suspense hold */

static enum status read_money(struct cli *cli, const char *text, struct money *ret_money, struct error *err)
{
    static const struct money_format FORMAT = {.decimal_separator = '.', .group_separator = ','};
    struct error why;
    enum status st = money_parse(text, cli_text(cli, "currency"), &FORMAT, ret_money, &why);
    if (st == STATUS_OK && ret_money->minor <= 0)
        st = error_set(&why, STATUS_INVALID_ARGUMENT, "amount '%s': must be positive", text);
    return st == STATUS_OK ? st : cli_usage(cli, err, "%.400s", why.text);
}

/* The same money is the same item: by agency and what the bank calls it. */
static struct id item_of(const char *agency, const char *reference)
{
    g_autoptr(GByteArray) key = g_byte_array_new();
    g_byte_array_append(key, (const guint8 *)agency, (guint)strlen(agency) + 1);
    g_byte_array_append(key, (const guint8 *)reference, (guint)strlen(reference));
    return id_derive_root(id_partition_of_debtor(0, key->data, key->len), "suspense/reference", key->data, key->len);
}

static enum status run_hold(struct cli *cli, struct error *err)
{
    const char *reference = cli_text(cli, "reference");
    const char *day = cli_text(cli, "on");
    struct money money;
    struct date on;
    ProtobufCMessage *reply = NULL;
    if (reference[0] == '\0' || day[0] == '\0')
        return cli_usage(cli, err, "--reference (what the bank calls it) and --on are needed");
    if (date_parse(day, "YYYY-MM-DD", &on, NULL) != STATUS_OK)
        return cli_usage(cli, err, "--on '%s' is no day as YYYY-MM-DD", day);
    enum status st = read_money(cli, cli_operand(cli, 0), &money, err);
    if (st != STATUS_OK)
        return st;
    const struct id item_id = item_of(cli_text(cli, "agency"), reference);
    Dunlin__Payment__V1__HoldMoneyRequest request;
    dunlin__payment__v1__hold_money_request__init(&request);
    request.item_id = account_bytes(&item_id);
    request.amount_minor = money.minor;
    request.currency = money.currency;
    request.client = ask_text(cli_text(cli, "client"));
    request.payer = ask_text(cli_text(cli, "payer"));
    request.reference = ask_text(reference);
    request.received_on_days = on.days;
    request.agency = ask_text(cli_text(cli, "agency"));
    st = account_call(cli, SERVICE, "HoldMoney", &request.base, &item_id, false, &reply, err);
    if (st == STATUS_OK)
        show(cli, reply);
    return st;
}

static const struct config_option HOLD_OPTIONS[] = {
    AGENCY_OPTION,
    {"currency", CONFIG_TEXT, "USD", NULL, 0, 0, "ISO 4217 code."},
    {"reference", CONFIG_TEXT, "", NULL, 0, 0, "What the bank calls it: the same one is the same money."},
    {"on", CONFIG_TEXT, "", NULL, 0, 0, "Value date, YYYY-MM-DD."},
    {"payer", CONFIG_TEXT, "", NULL, 0, 0, "Who paid, as the bank says."},
    {"client", CONFIG_TEXT, "", NULL, 0, 0, "The client for whom it came, where that is known."},
    {0},
};

const struct command COMMAND_SUSPENSE_HOLD = {
    .name = "suspense hold",
    .summary = "take in money of which it is not known whose debt it pays",
    .usage = "AMOUNT --reference TEXT --on DATE",
    .details = "It is in trust from here on, and waits until it is assigned to an account or refunded.\n\n"
               "  dunlin suspense hold 120.50 --reference BANK-4711 --on 2026-06-01 --payer \"J SMITH\"\n",
    .options = HOLD_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_hold,
};

/* --- suspense assign */

static enum status assign(struct cli *cli, const struct id *item_id, const struct id *account_id,
                          Dunlin__Payment__V1__SuspenseView **ret_item, struct error *err)
{
    ProtobufCMessage *reply = NULL;
    Dunlin__Payment__V1__AssignSuspenseRequest request;
    dunlin__payment__v1__assign_suspense_request__init(&request);
    request.item_id = account_bytes(item_id);
    request.account_id = account_bytes(account_id);
    request.reason = ask_text(cli_text(cli, "reason"));
    const enum status st = account_call(cli, SERVICE, "AssignSuspense", &request.base, item_id, false, &reply, err);
    *ret_item = (Dunlin__Payment__V1__SuspenseView *)reply;
    return st;
}

static enum status unassign(struct cli *cli, const struct id *item_id, const struct error *why, struct error *err)
{
    ProtobufCMessage *reply = NULL;
    Dunlin__Payment__V1__UnassignSuspenseRequest request;
    dunlin__payment__v1__unassign_suspense_request__init(&request);
    request.item_id = account_bytes(item_id);
    request.reason = ask_text(why->text);
    const enum status st = account_call(cli, SERVICE, "UnassignSuspense", &request.base, item_id, false, &reply, err);
    if (st != STATUS_OK)
        return st;
    protobuf_c_message_free_unpacked(reply, NULL);
    return error_set(err, why->code, "%s; the money is held as before", why->text);
}

/* The account refused it for good: nothing was posted. Anything else may have been, and is asked again. */
static bool is_refused(enum status st)
{
    return st == STATUS_FAILED_PRECONDITION || st == STATUS_INVALID_ARGUMENT || st == STATUS_NOT_FOUND;
}

static enum status post(struct cli *cli, const struct id *item_id, const struct id *account_id,
                        const Dunlin__Payment__V1__SuspenseView *item, ProtobufCMessage **ret_reply, struct error *err)
{
    Dunlin__Payment__V1__PostPaymentRequest request;
    dunlin__payment__v1__post_payment_request__init(&request);
    request.account_id = account_bytes(account_id);
    request.item_id = account_bytes(item_id);
    request.amount_minor = item->amount_minor;
    request.currency = item->currency;
    request.reference = item->reference;
    request.paid_on_presence_case = DUNLIN__PAYMENT__V1__POST_PAYMENT_REQUEST__PAID_ON_PRESENCE_PAID_ON_DAYS;
    request.paid_on_days = item->received_on_days;
    const enum status st = account_call(cli, SERVICE, "PostPayment", &request.base, account_id, false, ret_reply, err);
    if (!is_refused(st))
        return st;
    const struct error why = *err;
    return unassign(cli, item_id, &why, err);
}

static enum status run_assign(struct cli *cli, struct error *err)
{
    static const struct column POSTING[] = {{"posting", "posting_id", COLUMN_TEXT},
                                            {"account", "account_id", COLUMN_TEXT},
                                            {"amount", "amount", COLUMN_MONEY},
                                            {"owed now", "balance", COLUMN_MONEY},
                                            {0}};
    struct id item_id, account_id;
    Dunlin__Payment__V1__SuspenseView *item = NULL;
    ProtobufCMessage *reply = NULL;
    if (id_parse(cli_operand(cli, 0), &item_id, err) != STATUS_OK)
        return cli_usage(cli, err, "'%s' is no item's id (`dunlin suspense list` lists them)", cli_operand(cli, 0));
    enum status st = account_find(cli, cli_operand(cli, 1), &account_id, err);
    if (st == STATUS_OK)
        st = assign(cli, &item_id, &account_id, &item, err);
    if (st == STATUS_OK)
        st = post(cli, &item_id, &account_id, item, &reply, err);
    if (item)
        protobuf_c_message_free_unpacked(&item->base, NULL);
    if (st != STATUS_OK)
        return st;
    json_t *result = protojson(reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    if (cli_emit(cli, result))
        return STATUS_OK;
    table_print_object(cli, result, POSTING);
    json_decref(result);
    return STATUS_OK;
}

static const struct config_option ASSIGN_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    {"reason", CONFIG_TEXT, "", NULL, 0, 0, "Why it is this account's."},
    {0},
};

const struct command COMMAND_SUSPENSE_ASSIGN = {
    .name = "suspense assign",
    .summary = "money in suspense pays an account",
    .usage = "ITEM REF|ID [--reason TEXT]",
    .details = "The whole of it: where less is owed it is refused, and stays held. Doing it again is harmless, and "
               "finishes one that was\ninterrupted.\n\n"
               "  dunlin suspense assign 0190... A-1001 --reason \"name and amount fit\"\n",
    .options = ASSIGN_OPTIONS,
    .operands_min = 2,
    .operands_max = 2,
    .run = run_assign,
};

/* --- suspense refund */

static enum status run_refund(struct cli *cli, struct error *err)
{
    struct id item_id;
    ProtobufCMessage *reply = NULL;
    if (id_parse(cli_operand(cli, 0), &item_id, err) != STATUS_OK)
        return cli_usage(cli, err, "'%s' is no item's id (`dunlin suspense list` lists them)", cli_operand(cli, 0));
    if (cli_text(cli, "reason")[0] == '\0')
        return cli_usage(cli, err, "--reason is needed: how it went back");
    Dunlin__Payment__V1__RefundSuspenseRequest request;
    dunlin__payment__v1__refund_suspense_request__init(&request);
    request.item_id = account_bytes(&item_id);
    request.reason = ask_text(cli_text(cli, "reason"));
    const enum status st = account_call(cli, SERVICE, "RefundSuspense", &request.base, &item_id, false, &reply, err);
    if (st == STATUS_OK)
        show(cli, reply);
    return st;
}

static const struct config_option REFUND_OPTIONS[] = {
    {"reason", CONFIG_TEXT, "", NULL, 0, 0, "How it went back: the transfer, the cheque."},
    {0},
};

const struct command COMMAND_SUSPENSE_REFUND = {
    .name = "suspense refund",
    .summary = "money in suspense has been paid back to who paid it",
    .usage = "ITEM --reason TEXT",
    .details = "Pay it back first: this records that it has left the trust account.\n\n"
               "  dunlin suspense refund 0190... --reason \"transfer of 2026-06-03\"\n",
    .options = REFUND_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_refund,
};

/* --- trust */

static enum status run_trust(struct cli *cli, struct error *err)
{
    static const struct column TRUST[] = {{"client", "client", COLUMN_TEXT},
                                          {"currency", "currency", COLUMN_TEXT},
                                          {"held", "cash", COLUMN_MONEY},
                                          {"owed to the client", "payable", COLUMN_MONEY},
                                          {"earned, not taken", "earned", COLUMN_MONEY},
                                          {"in suspense", "suspense", COLUMN_MONEY},
                                          {"on its way", "transit", COLUMN_MONEY},
                                          {0}};
    json_t *result = NULL;
    Dunlin__Payment__V1__GetTrustRequest request;
    dunlin__payment__v1__get_trust_request__init(&request);
    request.agency = ask_text(cli_text(cli, "agency"));
    request.client = ask_text(cli_operand_count(cli) > 0 ? cli_operand(cli, 0) : "");
    const enum status st = ask_any_json(cli, SERVICE, "GetTrust", &request.base, &result, err);
    if (st != STATUS_OK || cli_emit(cli, result))
        return st;
    table_print(cli, json_object_get(result, "trust"), TRUST);
    json_decref(result);
    return STATUS_OK;
}

static const struct config_option TRUST_OPTIONS[] = {AGENCY_OPTION, {0}};

const struct command COMMAND_TRUST = {
    .name = "trust",
    .summary = "the clients' money: what is held, and whose it is",
    .usage = "[CLIENT]",
    .details = "By client and currency: what is held is what the client is owed, what the agency has earned of it and "
               "not taken yet, what is\nin suspense, and what is on its way to an account. The database refuses "
               "anything else. Owed to a client below zero: he was\npaid himself, and owes the fee.\n\n"
               "  dunlin trust\n  dunlin trust northwind-utilities --json\n",
    .options = TRUST_OPTIONS,
    .operands_min = 0,
    .operands_max = 1,
    .run = run_trust,
};
