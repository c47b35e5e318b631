#include "dispute_command.h"

#include "dispute_codec.h"
#include "dispute_service.h"
#include "dispute_store.h"
#include "service/wire.h"

struct book *command_book(struct unit *unit)
{
    const struct policy_holder *policy = unit_context(unit);
    struct book *book = book_new();

    book->sop = policy->sop;
    return book;
}

enum status command_run(const struct command *command, struct unit *unit, struct service_call *calls, size_t n_calls,
                        struct error *err)
{
    SCOPED(book_freep) struct book *book = command_book(unit);

    for (size_t i = 0; i < n_calls; i++) {
        struct error why;
        if (command->want(book, &calls[i], &why) != STATUS_OK)
            service_fail_error(&calls[i], &why);
    }
    enum status st = dispute_store_load(unit_db(unit), book, err);
    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++) {
        const struct record record = {.unit = unit, .book = book, .actor = wire_actor(&calls[i])};
        if (!service_is_answered(&calls[i]))
            st = command->act(&record, &calls[i], err);
    }
    return st == STATUS_OK ? dispute_store_save(unit_db(unit), book, err) : st;
}

void command_reply(struct service_call *call, const struct dispute *dispute)
{
    struct codec_view view;

    codec_dispute_view(dispute, &view);
    service_reply(call, &view.view.base);
}

void command_fail_no_account(struct service_call *call, const struct id *account_id)
{
    char text[ID_TEXT_SIZE];

    service_fail(call, STATUS_NOT_FOUND, "no account %s", id_format(account_id, text));
}

void command_fail_no_dispute(struct service_call *call, const struct id *dispute_id)
{
    char text[ID_TEXT_SIZE];

    service_fail(call, STATUS_NOT_FOUND, "no dispute %s", id_format(dispute_id, text));
}

bool command_may_concern(const struct service_call *call, int32_t agency_id)
{
    return call->agency_id == 0 || call->agency_id == agency_id;
}

const char *command_actor(const struct record *record)
{
    return record->actor ? record->actor : "";
}

enum status command_check_past(int32_t days, struct instant now, const char *field, struct error *err)
{
    if (days < 0 || days > kind_latest_day(now).days)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: a day that is to come, or none", field);
    return STATUS_OK;
}
