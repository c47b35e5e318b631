#include "debit_cli.h"

#include "account.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "protojson.h"

const ProtobufCServiceDescriptor *const DEBIT_SERVICE = &dunlin__payment__v1__payment_service__descriptor;

enum status debit_operand_id(struct cli *cli, size_t i, const char *what, const char *where, struct id *ret_id,
                             struct error *err)
{
    if (id_parse(cli_operand(cli, i), ret_id, err) == STATUS_OK)
        return STATUS_OK;
    return cli_usage(cli, err, "'%s' is no %s's id (`%s` lists them)", cli_operand(cli, i), what, where);
}

enum status debit_day(struct cli *cli, const char *option, bool is_needed, struct date *ret_day, struct error *err)
{
    const char *text = cli_text(cli, option);
    if (text[0] == '\0' && !is_needed)
        return STATUS_OK;
    if (date_parse(text, "YYYY-MM-DD", ret_day, NULL) == STATUS_OK)
        return STATUS_OK;
    return cli_usage(cli, err, "--%s '%s' is no day as YYYY-MM-DD", option, text);
}
