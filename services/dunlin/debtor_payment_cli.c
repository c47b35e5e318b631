#include "debtor_payment_cli.h"

#include <string.h>

#include <glib.h>

#include "account.h"
#include "account_amount.h"
#include "ask.h"
#include "dispute_cli.h"
#include "dunlin/classification/v1/classification.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "protojson.h"
#include "table.h"

static const ProtobufCServiceDescriptor *const SERVICE = &dunlin__payment__v1__payment_service__descriptor;

/* The request while it is put together. */
struct debtor_payment {
    GArray *ids;  /* struct id: accounts, each once */
    GArray *said; /* int64_t: directed to each; 0: nothing */
    struct id payment_id;
    struct money amount;
};

static struct debtor_payment debtor_payment_new(void)
{
    return (struct debtor_payment){.ids = g_array_new(FALSE, FALSE, sizeof(struct id)),
                                   .said = g_array_new(FALSE, FALSE, sizeof(int64_t))};
}

static void debtor_payment_fini(struct debtor_payment *payment)
{
    g_array_unref(payment->ids);
    g_array_unref(payment->said);
}

bool debtor_payment_is_meant(const struct cli *cli)
{
    return cli_text(cli, "debtor-of")[0] != '\0' ||
           (cli_operand_count(cli) > 0 && strchr(cli_operand(cli, 0), '=') != NULL);
}

/* The place of an account, which is added where it is not there. */
static guint place_of(struct debtor_payment *payment, const struct id *account_id)
{
    const int64_t nothing = 0;
    for (guint i = 0; i < payment->ids->len; i++)
        if (id_equal(&g_array_index(payment->ids, struct id, i), account_id))
            return i;
    g_array_append_vals(payment->ids, account_id, 1);
    g_array_append_val(payment->said, nothing);
    return payment->ids->len - 1;
}

static enum status read_direction(struct cli *cli, const char *text, struct debtor_payment *payment,
                                  struct money *ret_money, struct error *err)
{
    const char *equals = strrchr(text, '=');
    struct id account_id;
    if (equals == NULL || equals == text)
        return cli_usage(cli, err, "'%s' is no ACCOUNT=AMOUNT", text);
    g_autofree char *account = g_strndup(text, (gsize)(equals - text));
    enum status st = account_find(cli, account, &account_id, err);
    if (st == STATUS_OK)
        st = account_amount(cli, &account_id, equals + 1, ret_money, err);
    if (st != STATUS_OK)
        return st;
    const guint place = place_of(payment, &account_id);
    int64_t *said = &g_array_index(payment->said, int64_t, place);
    if (*said != 0)
        return cli_usage(cli, err, "'%s': is said twice", account);
    *said = ret_money->minor;
    return STATUS_OK;
}

static enum status read_directions(struct cli *cli, size_t from, struct debtor_payment *payment, struct money *ret_sum,
                                   struct error *err)
{
    enum status st = STATUS_OK;
    for (size_t i = from; i < cli_operand_count(cli) && st == STATUS_OK; i++) {
        struct money money;
        st = read_direction(cli, cli_operand(cli, i), payment, &money, err);
        if (st == STATUS_OK && i > from)
            st = money_add(*ret_sum, money, ret_sum, err);
        else if (st == STATUS_OK)
            *ret_sum = money;
    }
    return st;
}

/* All accounts of whoever has that one. */
static enum status add_debts(struct cli *cli, const struct id *account_id, struct debtor_payment *payment,
                             struct error *err)
{
    ProtobufCMessage *reply = NULL;
    Dunlin__Classification__V1__ListDebtorAccountsRequest request;
    dunlin__classification__v1__list_debtor_accounts_request__init(&request);
    request.account_id = account_bytes(account_id);
    enum status st = account_call(cli, &dunlin__classification__v1__classification_service__descriptor,
                                  "ListDebtorAccounts", &request.base, account_id, true, &reply, err);
    if (st != STATUS_OK)
        return st;
    const Dunlin__Classification__V1__ListDebtorAccountsReply *list = (const void *)reply;
    for (size_t i = 0; i < list->n_account_ids && st == STATUS_OK; i++) {
        struct id id;
        st = id_from_bytes(list->account_ids[i].data, list->account_ids[i].len, "account_ids", &id, err);
        if (st == STATUS_OK)
            (void)place_of(payment, &id);
    }
    protobuf_c_message_free_unpacked(reply, NULL);
    return st;
}

static enum status read_debtor(struct cli *cli, struct debtor_payment *payment, struct error *err)
{
    struct money ignored;
    struct id account_id;
    if (cli_operand_count(cli) == 0)
        return cli_usage(cli, err, "an amount is needed");
    enum status st = account_find(cli, cli_text(cli, "debtor-of"), &account_id, err);
    if (st == STATUS_OK)
        st = account_amount(cli, &account_id, cli_operand(cli, 0), &payment->amount, err);
    if (st == STATUS_OK) {
        (void)place_of(payment, &account_id); /* the first: it gives the payment its id */
        st = read_directions(cli, 1, payment, &ignored, err);
    }
    return st == STATUS_OK ? add_debts(cli, &account_id, payment, err) : st;
}

static enum status show(struct cli *cli, ProtobufCMessage *reply)
{
    static const struct column PAYMENT[] = {{"payment", "payment_id", COLUMN_TEXT},
                                            {"amount", "amount", COLUMN_MONEY},
                                            {"held beyond", "suspense", COLUMN_MONEY},
                                            {"as", "suspense_item_id", COLUMN_TEXT},
                                            {0}};
    static const struct column POSTINGS[] = {
        {"account", "account_id", COLUMN_TEXT},        {"amount", "amount", COLUMN_MONEY},
        {"owed now", "balance", COLUMN_MONEY},         {"our fee", "contingency_fee", COLUMN_MONEY},
        {"not undirected", "left_out", COLUMN_TEXT},   {"posting", "posting_id", COLUMN_TEXT},
        {"taken back by", "reversal_id", COLUMN_TEXT}, {0}};
    json_t *result = protojson(reply);
    size_t i;
    json_t *posting;
    protobuf_c_message_free_unpacked(reply, NULL);
    json_array_foreach(json_object_get(result, "postings"), i, posting)(void)
        json_object_set(posting, "currency", json_object_get(result, "currency"));
    if (cli_emit(cli, result))
        return STATUS_OK;
    table_print_object(cli, result, PAYMENT);
    table_print(cli, json_object_get(result, "postings"), POSTINGS);
    json_decref(result);
    return STATUS_OK;
}

static enum status set_day(struct cli *cli, Dunlin__Payment__V1__PostDebtorPaymentRequest *request, struct error *err)
{
    int32_t days;
    const enum status st = cli_day(cli, "on", &days, err);
    if (st != STATUS_OK || cli_text(cli, "on")[0] == '\0')
        return st;
    request->paid_on_presence_case = DUNLIN__PAYMENT__V1__POST_DEBTOR_PAYMENT_REQUEST__PAID_ON_PRESENCE_PAID_ON_DAYS;
    request->paid_on_days = days;
    return STATUS_OK;
}

static enum status post_payment(struct cli *cli, const struct debtor_payment *payment, struct error *err)
{
    const guint n = payment->ids->len;
    g_autofree Dunlin__Payment__V1__DebtorDebt *debts = g_new(Dunlin__Payment__V1__DebtorDebt, n);
    g_autofree Dunlin__Payment__V1__DebtorDebt **list = g_new(Dunlin__Payment__V1__DebtorDebt *, n);
    ProtobufCMessage *reply = NULL;
    struct money amount = payment->amount;
    Dunlin__Payment__V1__PostDebtorPaymentRequest request;
    dunlin__payment__v1__post_debtor_payment_request__init(&request);
    for (guint i = 0; i < n; i++) {
        dunlin__payment__v1__debtor_debt__init(&debts[i]);
        debts[i].account_id = account_bytes(&g_array_index(payment->ids, struct id, i));
        debts[i].directed_minor = g_array_index(payment->said, int64_t, i);
        if (debts[i].directed_minor != 0)
            debts[i].directed_presence_case = DUNLIN__PAYMENT__V1__DEBTOR_DEBT__DIRECTED_PRESENCE_DIRECTED_MINOR;
        list[i] = &debts[i];
    }
    request.payment_id = account_bytes(&payment->payment_id);
    request.amount_minor = amount.minor;
    request.currency = amount.currency;
    request.reference = ask_text(cli_text(cli, "reference"));
    request.debts = list;
    request.n_debts = n;
    enum status st = set_day(cli, &request, err);
    if (st == STATUS_OK)
        st = account_call(cli, SERVICE, "PostDebtorPayment", &request.base, &payment->payment_id, false, &reply, err);
    return st == STATUS_OK ? show(cli, reply) : st;
}

enum status debtor_payment_run(struct cli *cli, struct error *err)
{
    SCOPED(debtor_payment_fini) struct debtor_payment payment = debtor_payment_new();
    const char *reference = cli_text(cli, "reference");
    if (strcmp(cli_text(cli, "paid-to"), "agency") != 0)
        return cli_usage(cli, err, "--paid-to: what a client received himself is for the account that he says");
    enum status st = cli_text(cli, "debtor-of")[0] != '\0' ? read_debtor(cli, &payment, err)
                                                           : read_directions(cli, 0, &payment, &payment.amount, err);
    if (st != STATUS_OK)
        return st;
    const struct id *first = &g_array_index(payment.ids, struct id, 0);
    /* The same reference with the same first account is the same payment. */
    payment.payment_id = reference[0] != '\0' ? id_derive(first, "payment/debtor", reference, strlen(reference))
                                              : id_new(id_partition(first));
    return post_payment(cli, &payment, err);
}

enum status debtor_payment_run_reverse(struct cli *cli, struct error *err)
{
    const char *text = cli_text(cli, "reverse-payment");
    struct id payment_id;
    ProtobufCMessage *reply = NULL;
    Dunlin__Payment__V1__ReverseDebtorPaymentRequest request;
    if (cli_operand_count(cli) > 0)
        return cli_usage(cli, err, "--reverse-payment takes a payment and nothing else");
    if (id_parse(text, &payment_id, err) != STATUS_OK)
        return cli_usage(cli, err, "--reverse-payment '%s' is no payment's id (`dunlin pay --debtor-of` says it)",
                         text);
    dunlin__payment__v1__reverse_debtor_payment_request__init(&request);
    request.payment_id = account_bytes(&payment_id);
    request.reason = ask_text(cli_text(cli, "reason"));
    const enum status st =
        account_call(cli, SERVICE, "ReverseDebtorPayment", &request.base, &payment_id, false, &reply, err);
    return st == STATUS_OK ? show(cli, reply) : st;
}
