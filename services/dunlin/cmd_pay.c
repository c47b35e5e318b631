#include <string.h>

#include <glib.h>

#include "account.h"
#include "account_amount.h"
#include "ask.h"
#include "calendar/calendar.h"
#include "commands.h"
#include "debtor_payment_cli.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "money/money.h"
#include "protojson.h"
#include "table.h"

static const ProtobufCServiceDescriptor *const SERVICE = &dunlin__payment__v1__payment_service__descriptor;

static const struct column POSTING[] = {{"posting", "posting_id", COLUMN_TEXT},
                                        {"account", "account_id", COLUMN_TEXT},
                                        {"kind", "kind", COLUMN_TEXT},
                                        {"amount", "amount", COLUMN_MONEY},
                                        {"on", "effective_on", COLUMN_TEXT},
                                        {"reference", "reference", COLUMN_TEXT},
                                        {"owed now", "balance", COLUMN_MONEY},
                                        {"our fee", "contingency_fee", COLUMN_MONEY},
                                        {"held beyond", "suspense", COLUMN_MONEY},
                                        {"as", "suspense_item_id", COLUMN_TEXT},
                                        {0}};

static const struct column PROMISE[] = {{"promise", "promise_id", COLUMN_TEXT},
                                        {"account", "account_id", COLUMN_TEXT},
                                        {"state", "state", COLUMN_TEXT},
                                        {"amount", "amount", COLUMN_MONEY},
                                        {"paid", "paid", COLUMN_MONEY},
                                        {"by", "due_on", COLUMN_TEXT},
                                        {0}};

static enum status read_day(struct cli *cli, const char *what, const char *text, struct date *ret_day,
                            struct error *err)
{
    const enum status st = date_parse(text, "YYYY-MM-DD", ret_day, err);
    if (st == STATUS_OK)
        return STATUS_OK;
    return cli_usage(cli, err, "%s '%s' is no day as YYYY-MM-DD", what, text);
}

static enum status run_reverse(struct cli *cli, struct error *err)
{
    struct id posting_id;
    const char *text = cli_text(cli, "reverse");
    if (cli_operand_count(cli) > 0)
        return cli_usage(cli, err, "--reverse takes a posting and nothing else");
    if (id_parse(text, &posting_id, err) != STATUS_OK)
        return cli_usage(cli, err, "--reverse '%s' is no posting's id (`dunlin account show` lists them)", text);
    Dunlin__Payment__V1__ReversePaymentRequest request;
    dunlin__payment__v1__reverse_payment_request__init(&request);
    request.posting_id = account_bytes(&posting_id);
    request.reason = ask_text(cli_text(cli, "reason"));
    return account_call_and_show(cli, SERVICE, "ReversePayment", &request.base, &posting_id, POSTING, err);
}

static enum status read_paid_to(struct cli *cli, Dunlin__Payment__V1__PaidTo *ret_paid_to, struct error *err)
{
    static const struct {
        const char *name;
        Dunlin__Payment__V1__PaidTo paid_to;
    } NAMES[] = {
        {"agency", DUNLIN__PAYMENT__V1__PAID_TO__PAID_TO_AGENCY},
        {"client", DUNLIN__PAYMENT__V1__PAID_TO__PAID_TO_CLIENT},
        {"other-agency", DUNLIN__PAYMENT__V1__PAID_TO__PAID_TO_OTHER_AGENCY},
    };
    const char *text = cli_text(cli, "paid-to");
    for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++) {
        if (strcmp(NAMES[i].name, text) != 0)
            continue;
        *ret_paid_to = NAMES[i].paid_to;
        return STATUS_OK;
    }
    return cli_usage(cli, err, "--paid-to '%s': agency, client or other-agency", text);
}

static enum status run_pay(struct cli *cli, struct error *err)
{
    Dunlin__Payment__V1__PaidTo paid_to = DUNLIN__PAYMENT__V1__PAID_TO__PAID_TO_UNSPECIFIED;
    struct id account_id, payment_id;
    struct money money;
    struct date on;
    if (cli_text(cli, "reverse")[0] != '\0')
        return run_reverse(cli, err);
    if (cli_text(cli, "reverse-payment")[0] != '\0')
        return debtor_payment_run_reverse(cli, err);
    if (debtor_payment_is_meant(cli))
        return debtor_payment_run(cli, err);
    if (cli_operand_count(cli) != 2)
        return cli_usage(cli, err, "an account and an amount are needed");
    Dunlin__Payment__V1__PostPaymentRequest request;
    dunlin__payment__v1__post_payment_request__init(&request);
    const char *reference = cli_text(cli, "reference");
    const char *day = cli_text(cli, "on");
    enum status st = day[0] != '\0' ? read_day(cli, "--on", day, &on, err) : STATUS_OK;
    if (st == STATUS_OK)
        st = read_paid_to(cli, &paid_to, err);
    if (st == STATUS_OK)
        st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st == STATUS_OK)
        st = account_amount(cli, &account_id, cli_operand(cli, 1), &money, err);
    if (st != STATUS_OK)
        return st;
    request.account_id = account_bytes(&account_id);
    request.amount_minor = money.minor;
    request.currency = money.currency;
    request.reference = ask_text(reference);
    request.paid_to = paid_to;
    if (reference[0] != '\0') {
        /* As intake derives it: the same payment by file and by hand is one. */
        payment_id = id_derive(&account_id, "payment/reference", reference, strlen(reference));
        request.payment_id = account_bytes(&payment_id);
    }
    if (day[0] != '\0') {
        request.paid_on_presence_case = DUNLIN__PAYMENT__V1__POST_PAYMENT_REQUEST__PAID_ON_PRESENCE_PAID_ON_DAYS;
        request.paid_on_days = on.days;
    }
    return account_call_and_show(cli, SERVICE, "PostPayment", &request.base, &account_id, POSTING, err);
}

static const struct config_option PAY_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    ACCOUNT_CURRENCY_OPTION,
    {"reference", CONFIG_TEXT, "", NULL, 0, 0,
     "The payer's or bank's; the same reference on the same account is one payment."},
    {"on", CONFIG_TEXT, "", NULL, 0, 0, "Value date, YYYY-MM-DD. Empty: today in UTC."},
    {"paid-to", CONFIG_TEXT, "agency", NULL, 0, 0,
     "Who has the money: agency (it goes into trust; more than is owed is held in suspense), client or other-agency."},
    {"reverse", CONFIG_TEXT, "", NULL, 0, 0, "Take this posting back instead (returned cheque, chargeback)."},
    {"debtor-of", CONFIG_TEXT, "", NULL, 0, 0,
     "The payment is for all debts of whoever has this account, in the order that the agreements say; never for one "
     "that he disputes, unless he says so by ACCOUNT=AMOUNT."},
    {"reverse-payment", CONFIG_TEXT, "", NULL, 0, 0, "Take all of a payment for several debts back instead."},
    {"reason", CONFIG_TEXT, "", NULL, 0, 0, "With --reverse and --reverse-payment: why."},
    {0},
};

const struct command COMMAND_PAY = {
    .name = "pay",
    .summary = "post a payment, or take one back",
    .usage = "REF|ID AMOUNT [--reference TEXT] [--on DATE]  |  --debtor-of REF|ID AMOUNT [ACCOUNT=AMOUNT ...]  |  "
             "ACCOUNT=AMOUNT ...  |  --reverse POSTING --reason TEXT",
    .details = "Contact that the payment makes needless stops at once. One payment for several debts goes where the "
               "debtor says, and the rest of\nit to his undisputed debts as the agreements say (`order`); what none "
               "of them takes is held in suspense.\n\n"
               "  dunlin pay A-1001 120.50 --reference BANK-4711 --on 2026-06-01\n"
               "  dunlin pay --debtor-of A-1001 300 --reference BANK-4712\n"
               "  dunlin pay --debtor-of A-1001 300 A-1002=50   # 50 of it for A-1002\n"
               "  dunlin pay A-1001=100 A-1002=50\n"
               "  dunlin pay --reverse 0190... --reason \"cheque returned\"\n",
    .options = PAY_OPTIONS,
    .operands_min = 0,
    .operands_max = 64,
    .run = run_pay,
};

static enum status run_cancel(struct cli *cli, struct error *err)
{
    struct id promise_id;
    const char *text = cli_text(cli, "cancel");
    if (cli_operand_count(cli) > 0)
        return cli_usage(cli, err, "--cancel takes a promise and nothing else");
    if (id_parse(text, &promise_id, err) != STATUS_OK)
        return cli_usage(cli, err, "--cancel '%s' is no promise's id (`dunlin account show` lists them)", text);
    Dunlin__Payment__V1__CancelPromiseRequest request;
    dunlin__payment__v1__cancel_promise_request__init(&request);
    request.promise_id = account_bytes(&promise_id);
    request.reason = ask_text(cli_text(cli, "reason"));
    return account_call_and_show(cli, SERVICE, "CancelPromise", &request.base, &promise_id, PROMISE, err);
}

static enum status run_promise(struct cli *cli, struct error *err)
{
    struct id account_id;
    struct money money;
    struct date by;
    if (cli_text(cli, "cancel")[0] != '\0')
        return run_cancel(cli, err);
    if (cli_operand_count(cli) != 2 || cli_text(cli, "by")[0] == '\0')
        return cli_usage(cli, err, "an account, an amount and --by are needed");
    enum status st = read_day(cli, "--by", cli_text(cli, "by"), &by, err);
    if (st == STATUS_OK)
        st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st == STATUS_OK)
        st = account_amount(cli, &account_id, cli_operand(cli, 1), &money, err);
    if (st != STATUS_OK)
        return st;
    Dunlin__Payment__V1__MakePromiseRequest request;
    dunlin__payment__v1__make_promise_request__init(&request);
    request.account_id = account_bytes(&account_id);
    request.amount_minor = money.minor;
    request.currency = money.currency;
    request.due_on_days = by.days;
    return account_call_and_show(cli, SERVICE, "MakePromise", &request.base, &account_id, PROMISE, err);
}

static const struct config_option PROMISE_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    ACCOUNT_CURRENCY_OPTION,
    {"by", CONFIG_TEXT, "", NULL, 0, 0, "The day until which it will be paid, YYYY-MM-DD."},
    {"cancel", CONFIG_TEXT, "", NULL, 0, 0, "Take this promise back instead, without fault of the debtor."},
    {"reason", CONFIG_TEXT, "", NULL, 0, 0, "With --cancel: why."},
    {0},
};

const struct command COMMAND_PROMISE = {
    .name = "promise",
    .summary = "record that a debtor promised to pay, or cancel a promise",
    .usage = "REF|ID AMOUNT --by DATE  |  --cancel PROMISE --reason TEXT",
    .details =
        "Kept or broken is decided by the money that comes in until the day and the grace of the SOP are over.\n\n"
        "  dunlin promise A-1001 50 --by 2026-06-15\n",
    .options = PROMISE_OPTIONS,
    .operands_min = 0,
    .operands_max = 2,
    .run = run_promise,
};
