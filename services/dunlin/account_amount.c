#include "account_amount.h"

#include <glib.h>

#include "account.h"
#include "dunlin/payment/v1/payment.pb-c.h"

static const ProtobufCServiceDescriptor *const SERVICE = &dunlin__payment__v1__payment_service__descriptor;

/* The account's own currency, for an amount that names none. */
static enum status find_currency(struct cli *cli, const struct id *account_id, char ret_currency[static CURRENCY_SIZE],
                                 struct error *err)
{
    ProtobufCMessage *reply = NULL;
    const char *given = cli_text(cli, "currency");
    if (given[0] != '\0') {
        (void)g_strlcpy(ret_currency, given, CURRENCY_SIZE);
        return currency_exponent(given) >= 0 ? STATUS_OK
                                             : cli_usage(cli, err, "--currency '%s' is no ISO 4217 code", given);
    }
    Dunlin__Payment__V1__GetAccountRequest request;
    dunlin__payment__v1__get_account_request__init(&request);
    request.account_id = account_bytes(account_id);
    const enum status st = account_call(cli, SERVICE, "GetAccount", &request.base, account_id, true, &reply, err);
    if (st != STATUS_OK)
        return st;
    (void)g_strlcpy(ret_currency, ((const Dunlin__Payment__V1__GetAccountReply *)reply)->currency, CURRENCY_SIZE);
    protobuf_c_message_free_unpacked(reply, NULL);
    return STATUS_OK;
}

enum status account_amount(struct cli *cli, const struct id *account_id, const char *text, struct money *ret_money,
                           struct error *err)
{
    static const struct money_format FORMAT = {.decimal_separator = '.', .group_separator = ','};
    char currency[CURRENCY_SIZE];
    enum status st = find_currency(cli, account_id, currency, err);
    if (st != STATUS_OK)
        return st;
    st = money_parse(text, currency, &FORMAT, ret_money, err);
    if (st == STATUS_OK && ret_money->minor <= 0)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "amount '%s': must be positive", text);
    if (st == STATUS_OK)
        return STATUS_OK;
    const struct error why = *err;
    return cli_usage(cli, err, "%.400s", why.text);
}
