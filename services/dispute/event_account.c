#include "event_account.h"

#include "service/wire.h"

enum status event_want_account(struct book *book, const ProtobufCBinaryData *account_id, struct error *err)
{
    struct id id;
    enum status st = wire_read_id(account_id, "account_id", &id, err);

    if (st == STATUS_OK)
        book_want_account(book, &id);
    return st;
}

enum status event_find_account(const struct book *book, const ProtobufCBinaryData *account_id,
                               struct account **ret_account, struct error *err)
{
    struct id id;
    char text[ID_TEXT_SIZE];
    enum status st = wire_read_id(account_id, "account_id", &id, err);

    if (st != STATUS_OK)
        return st;
    *ret_account = book_account(book, &id);
    if (!*ret_account)
        return error_set(err, STATUS_FAILED_PRECONDITION, "account %s was never placed", id_format(&id, text));
    return STATUS_OK;
}
