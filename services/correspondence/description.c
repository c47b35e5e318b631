#include "description.h"

#include <glib.h>

#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "service/wire.h"

void descriptions_fini(struct descriptions *descriptions)
{
    g_free(descriptions->of);
    edge_reply_freep(&descriptions->steps);
    edge_reply_freep(&descriptions->accounts);
    edge_reply_freep(&descriptions->balances);
    *descriptions = (struct descriptions){0};
}

static enum status check_count(const char *who, size_t n, size_t wanted, struct error *err)
{
    return n == wanted ? STATUS_OK
                       : error_set(err, STATUS_INTERNAL, "%s described %zu accounts instead of %zu", who, n, wanted);
}

static enum status ask_own(const struct edge_caller *caller, Dunlin__Contact__V1__DialEntry *const *entries, size_t n,
                           ProtobufCMessage **ret_reply, struct error *err)
{
    Dunlin__Correspondence__V1__DescribeStepsRequest request;
    g_autofree Dunlin__Correspondence__V1__DueStep *steps = g_new0(Dunlin__Correspondence__V1__DueStep, n);
    g_autofree Dunlin__Correspondence__V1__DueStep **list = g_new0(Dunlin__Correspondence__V1__DueStep *, n);
    for (size_t i = 0; i < n; i++) {
        dunlin__correspondence__v1__due_step__init(&steps[i]);
        steps[i].account_id = entries[i]->account_id;
        steps[i].debtor_id = entries[i]->debtor_id;
        steps[i].step = entries[i]->step;
        list[i] = &steps[i];
    }
    dunlin__correspondence__v1__describe_steps_request__init(&request);
    request.n_steps = n;
    request.steps = list;
    const enum status st = edge_call_any(caller, EDGE_OWN, "DescribeSteps", &request.base, ret_reply, err);
    return st != STATUS_OK
               ? st
               : check_count("correspondence",
                             ((const Dunlin__Correspondence__V1__DescribeStepsReply *)*ret_reply)->n_steps, n, err);
}

static enum status ask_intake(const struct edge_caller *caller, Dunlin__Contact__V1__DialEntry *const *entries,
                              size_t n, ProtobufCMessage **ret_reply, struct error *err)
{
    Dunlin__Intake__V1__DescribeAccountsRequest request;
    g_autofree Dunlin__Intake__V1__AccountAt *accounts = g_new0(Dunlin__Intake__V1__AccountAt, n);
    g_autofree Dunlin__Intake__V1__AccountAt **list = g_new0(Dunlin__Intake__V1__AccountAt *, n);
    for (size_t i = 0; i < n; i++) {
        dunlin__intake__v1__account_at__init(&accounts[i]);
        accounts[i].account_id = entries[i]->account_id;
        accounts[i].contact_point_id = entries[i]->contact_point_id;
        list[i] = &accounts[i];
    }
    dunlin__intake__v1__describe_accounts_request__init(&request);
    request.n_accounts = n;
    request.accounts = list;
    const enum status st = edge_call_any(caller, EDGE_INTAKE, "DescribeAccounts", &request.base, ret_reply, err);
    return st != STATUS_OK
               ? st
               : check_count("intake", ((const Dunlin__Intake__V1__DescribeAccountsReply *)*ret_reply)->n_accounts, n,
                             err);
}

static enum status ask_payment(const struct edge_caller *caller, Dunlin__Contact__V1__DialEntry *const *entries,
                               size_t n, ProtobufCMessage **ret_reply, struct error *err)
{
    Dunlin__Payment__V1__GetBalancesRequest request;
    g_autofree ProtobufCBinaryData *ids = g_new0(ProtobufCBinaryData, n);
    for (size_t i = 0; i < n; i++)
        ids[i] = entries[i]->account_id;
    dunlin__payment__v1__get_balances_request__init(&request);
    request.n_account_ids = n;
    request.account_ids = ids;
    const enum status st = edge_call_any(caller, EDGE_PAYMENT, "GetBalances", &request.base, ret_reply, err);
    return st != STATUS_OK
               ? st
               : check_count("payment", ((const Dunlin__Payment__V1__GetBalancesReply *)*ret_reply)->n_balances, n,
                             err);
}

static struct account_description put_together(const Dunlin__Contact__V1__DialEntry *entry,
                                               const Dunlin__Correspondence__V1__StepDescription *step,
                                               const Dunlin__Intake__V1__AccountDescription *account,
                                               const Dunlin__Payment__V1__BalanceView *balance)
{
    const int64_t held_minor = entry->held_part ? entry->held_part->amount_minor : 0;
    return (struct account_description){
        .account_id = wire_known_id(&account->account_id),
        .debtor_id = wire_known_id(&account->debtor_id),
        .agency_id = account->agency_id,
        .debtor_name = account->debtor_name,
        .client = account->client,
        .client_reference = account->client_reference,
        .currency = account->currency,
        .placed_minor = balance->placed_minor,
        .interest_minor = balance->interest_minor,
        .charged_minor = balance->charged_minor,
        .paid_minor = balance->paid_minor,
        .credited_minor = balance->credited_minor,
        .balance_minor = balance->balance_minor,
        .held_minor = held_minor,
        .due_on = {account->due_on_days},
        .opened_on = {account->opened_on_days},
        .address = account->address,
        .postal_address = account->postal_address,
        .language = step->language,
        .is_recalled = account->is_recalled,
        .may_be_written = account->account_id.len > 0 && balance->account_id.len > 0 && !step->is_parked &&
                          !account->is_recalled && (held_minor == 0 || balance->balance_minor > held_minor),
    };
}

enum status descriptions_ask(const struct edge_caller *caller, Dunlin__Contact__V1__DialEntry *const *entries, size_t n,
                             struct descriptions *ret_descriptions, struct error *err)
{
    struct descriptions asked = {.n = n};
    enum status st = ask_own(caller, entries, n, &asked.steps, err);
    if (st == STATUS_OK)
        st = ask_intake(caller, entries, n, &asked.accounts, err);
    if (st == STATUS_OK)
        st = ask_payment(caller, entries, n, &asked.balances, err);
    if (st != STATUS_OK) {
        descriptions_fini(&asked);
        return st;
    }
    const Dunlin__Correspondence__V1__DescribeStepsReply *steps =
        (const Dunlin__Correspondence__V1__DescribeStepsReply *)asked.steps;
    const Dunlin__Intake__V1__DescribeAccountsReply *accounts =
        (const Dunlin__Intake__V1__DescribeAccountsReply *)asked.accounts;
    const Dunlin__Payment__V1__GetBalancesReply *balances =
        (const Dunlin__Payment__V1__GetBalancesReply *)asked.balances;
    asked.of = g_new0(struct account_description, n);
    for (size_t i = 0; i < n; i++)
        asked.of[i] = put_together(entries[i], steps->steps[i], accounts->accounts[i], balances->balances[i]);
    *ret_descriptions = asked;
    return STATUS_OK;
}
