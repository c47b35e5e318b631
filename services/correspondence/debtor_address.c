#include "debtor_address.h"

#include <string.h>

#include "service/wire.h"

static bool can_be_written_to(const Dunlin__Contact__V1__ContactPointView *point)
{
    return strcmp(point->kind, "address") == 0 && !point->is_wrong && !point->is_returned;
}

/* Contact lists the points of a person in the order in which they were learnt. */
static ProtobufCBinaryData newest(const Dunlin__Contact__V1__GetAccountReply *account, bool is_opted_out)
{
    ProtobufCBinaryData found = {0};
    for (size_t i = 0; i < account->n_contact_points; i++)
        if (can_be_written_to(account->contact_points[i]) && account->contact_points[i]->is_opted_out == is_opted_out)
            found = account->contact_points[i]->contact_point_id;
    return found;
}

enum status debtor_address_ask(const struct edge_caller *caller, const ProtobufCBinaryData *account_id,
                               bool is_required_by_law, ProtobufCMessage **ret_reply, ProtobufCBinaryData *ret_point_id,
                               struct error *err)
{
    Dunlin__Contact__V1__GetAccountRequest request;
    const struct id id = wire_known_id(account_id);
    dunlin__contact__v1__get_account_request__init(&request);
    request.account_id = *account_id;
    const enum status st =
        edge_call(caller, EDGE_CONTACT, "GetAccount", &request.base, id_partition(&id), NULL, ret_reply, err);
    if (st != STATUS_OK)
        return st;
    const Dunlin__Contact__V1__GetAccountReply *account = (const Dunlin__Contact__V1__GetAccountReply *)*ret_reply;
    *ret_point_id = newest(account, false);
    if (ret_point_id->len == 0 && is_required_by_law)
        *ret_point_id = newest(account, true);
    return STATUS_OK;
}
