#include "payment_command.h"

#include "payment_store.h"
#include "platform/platform.h"
#include "service/wire.h"

enum status command_run(const struct command *command, struct unit *unit, struct service_call *calls, size_t n_calls,
                        struct error *err)
{
    SCOPED(book_freep) struct book *book = book_new();

    for (size_t i = 0; i < n_calls; i++) {
        struct error why;
        if (command->want(book, &calls[i], &why) != STATUS_OK)
            service_fail_error(&calls[i], &why);
    }
    enum status st = payment_store_load(unit_db(unit), book, err);
    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++) {
        const struct record record = {.unit = unit, .book = book, .actor = wire_actor(&calls[i])};
        if (!service_is_answered(&calls[i]))
            st = command->act(&record, &calls[i], err);
    }
    return st == STATUS_OK ? payment_store_save(unit_db(unit), book, err) : st;
}

int32_t command_today(const struct unit *unit)
{
    return (int32_t)(unit_now(unit).us / US_PER_DAY);
}

bool command_may_concern(const struct service_call *call, int32_t agency_id)
{
    return call->agency_id == 0 || call->agency_id == agency_id;
}

enum status command_agency(struct db *db, const struct service_call *call, const char *slug, int32_t *ret_agency_id,
                           struct error *err)
{
    struct agency agency;
    const enum status st = platform_agency_by_slug(db, slug, &agency, err);

    if (st != STATUS_OK)
        return st;
    if (!command_may_concern(call, agency.agency_id))
        return error_set(err, STATUS_PERMISSION_DENIED, "agency: '%.64s' is another's", slug);
    *ret_agency_id = agency.agency_id;
    return STATUS_OK;
}

enum status command_each(command_answer_fn *answer, struct unit *unit, struct service_call *calls, size_t n_calls,
                         struct error *err)
{
    for (size_t i = 0; i < n_calls; i++) {
        const enum status st = answer(unit, &calls[i], err);
        if (status_is_transient(st))
            return st;
        if (st != STATUS_OK)
            service_fail_error(&calls[i], err);
    }
    return STATUS_OK;
}
