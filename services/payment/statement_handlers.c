#include "statement_handlers.h"

#include "dunlin/payment/v1/payment.pb-c.h"
#include "payment_codec.h"
#include "payment_command.h"
#include "service/unit.h"
#include "service/wire.h"
#include "statement_store.h"

#define CREDITS_MAX  1000 /* of a call */
#define LIST_DEFAULT 100
#define LIST_MAX     1000
#define MASKED_MAX   8 /* "...3000": four characters, and that there is more */

typedef Dunlin__Payment__V1__RecordStatementRequest RecordRequest;
typedef Dunlin__Payment__V1__StatementCredit WireCredit;

/* --- RecordStatement */

static enum status read_texts(const RecordRequest *request, struct statement *statement, struct error *err)
{
    struct money ignored;
    enum status st = wire_check_text(request->bank_account, MASKED_MAX, "bank_account", err);

    if (st == STATUS_OK)
        st = codec_money(0, request->currency, &ignored, err);
    if (st == STATUS_OK)
        st = wire_check_text(request->name, TEXT_MAX_BYTES, "name", err);
    if (st == STATUS_OK)
        st = wire_check_text(request->file_name, TEXT_MAX_BYTES, "file_name", err);
    statement->bank_account = request->bank_account;
    statement->currency = request->currency;
    statement->name = request->name;
    statement->file_name = request->file_name;
    return st;
}

static bool is_day(int32_t day)
{
    return day >= EFFECTIVE_ON_MIN && day <= EFFECTIVE_ON_MAX;
}

static enum status read_statement(const struct service_call *call, struct statement *ret_statement, struct error *err)
{
    const RecordRequest *request = (const void *)call->request;
    struct statement statement = {
        .sequence_number = request->sequence_number,
        .first_on_days = request->first_on_days,
        .last_on_days = request->last_on_days,
        .has_opening = request->opening_presence_case ==
                       DUNLIN__PAYMENT__V1__RECORD_STATEMENT_REQUEST__OPENING_PRESENCE_OPENING_MINOR,
        .has_closing = request->closing_presence_case ==
                       DUNLIN__PAYMENT__V1__RECORD_STATEMENT_REQUEST__CLOSING_PRESENCE_CLOSING_MINOR,
        .opening_minor = request->opening_minor,
        .closing_minor = request->closing_minor,
        .debits = (int32_t)request->debits,
        .debit_minor = request->debit_minor,
        .credit_minor = request->credit_minor,
    };
    enum status st = wire_read_own_id(call, &request->statement_id, "statement_id", &statement.statement_id, err);

    if (st == STATUS_OK)
        st = wire_read_own_id(call, &request->bank_account_id, "bank_account_id", &statement.bank_account_id, err);
    if (st == STATUS_OK)
        st = read_texts(request, &statement, err);
    if (st == STATUS_OK && !(is_day(statement.first_on_days) && is_day(statement.last_on_days)))
        st = error_set(err, STATUS_INVALID_ARGUMENT,
                       "first_on_days, last_on_days: %d to %d is not between 1900 and 2199", statement.first_on_days,
                       statement.last_on_days);
    if (st == STATUS_OK && (request->n_credits > CREDITS_MAX || request->n_returns > CREDITS_MAX))
        st = error_set(err, STATUS_INVALID_ARGUMENT, "credits, returns: %zu and %zu of them; at most %d each a call",
                       request->n_credits, request->n_returns, CREDITS_MAX);
    *ret_statement = statement;
    return st;
}

static enum status read_credit(const struct service_call *call, const WireCredit *wire,
                               struct statement_credit *ret_credit, struct error *err)
{
    enum status st = wire_read_own_id(call, &wire->credit_id, "credit_id", &ret_credit->credit_id, err);

    if (st == STATUS_OK && wire->account_id.len > 0)
        st = wire_read_id(&wire->account_id, "account_id", &ret_credit->account_id, err);
    if (st == STATUS_OK)
        st = wire_check_text(wire->end_to_end_id, TEXT_MAX_BYTES, "end_to_end_id", err);
    if (st == STATUS_OK && wire->amount_minor <= 0)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "amount_minor: %lld is not positive",
                       (long long)wire->amount_minor);
    ret_credit->amount_minor = wire->amount_minor;
    ret_credit->end_to_end_id = wire->end_to_end_id;
    return st;
}

static enum status read_credits(const struct service_call *call, struct statement_credit *credits, struct error *err)
{
    const RecordRequest *request = (const void *)call->request;

    for (size_t i = 0; i < request->n_credits; i++) {
        const enum status st = read_credit(call, request->credits[i], &credits[i], err);
        if (st != STATUS_OK)
            return error_wrap(err, st, "credits[%zu]", i);
    }
    return STATUS_OK;
}

static enum status read_returns(const RecordRequest *request, struct statement_credit *returned, struct error *err)
{
    for (size_t i = 0; i < request->n_returns; i++) {
        const enum status st =
            wire_check_text(request->returns[i]->end_to_end_id, TEXT_MAX_BYTES, "end_to_end_id", err);
        if (st != STATUS_OK)
            return error_wrap(err, st, "returns[%zu]", i);
        returned[i].end_to_end_id = request->returns[i]->end_to_end_id;
        returned[i].amount_minor = request->returns[i]->amount_minor;
    }
    return STATUS_OK;
}

static void fill_view(const struct statement *statement, Dunlin__Payment__V1__StatementView *view)
{
    dunlin__payment__v1__statement_view__init(view);
    view->statement_id = wire_id(&statement->statement_id);
    view->bank_account = wire_text(statement->bank_account);
    view->currency = wire_text(statement->currency);
    view->name = wire_text(statement->name);
    view->sequence_number = statement->sequence_number;
    view->first_on_days = statement->first_on_days;
    view->last_on_days = statement->last_on_days;
    if (statement->has_opening) {
        view->opening_presence_case = DUNLIN__PAYMENT__V1__STATEMENT_VIEW__OPENING_PRESENCE_OPENING_MINOR;
        view->opening_minor = statement->opening_minor;
    }
    if (statement->has_closing) {
        view->closing_presence_case = DUNLIN__PAYMENT__V1__STATEMENT_VIEW__CLOSING_PRESENCE_CLOSING_MINOR;
        view->closing_minor = statement->closing_minor;
    }
    view->file_name = wire_text(statement->file_name);
    view->imported_at_us = statement->imported_at.us;
    view->debit_minor = statement->debit_minor;
    view->credit_minor = statement->credit_minor;
    view->debits = (uint32_t)statement->debits;
}

static enum status emit_imported(struct unit *unit, const struct service_call *call, const struct statement *statement,
                                 struct error *err)
{
    const struct subject subject = {.agency_id = statement->agency_id,
                                    .partition = id_partition(&statement->statement_id)};
    Dunlin__Payment__V1__StatementView view;
    Dunlin__Payment__V1__StatementImported message;

    fill_view(statement, &view);
    dunlin__payment__v1__statement_imported__init(&message);
    message.statement = &view;
    return unit_emit(unit, &subject, wire_actor(call), &message.base, err);
}

static WireCredit *fill_credits(const struct statement_credit *credits, size_t n, WireCredit **list)
{
    WireCredit *rows = g_new(WireCredit, n);

    for (size_t i = 0; i < n; i++) {
        dunlin__payment__v1__statement_credit__init(&rows[i]);
        rows[i].credit_id = wire_id(&credits[i].credit_id);
        rows[i].account_id = wire_id(&credits[i].account_id);
        rows[i].amount_minor = credits[i].amount_minor;
        rows[i].end_to_end_id = wire_text(credits[i].end_to_end_id);
        list[i] = &rows[i];
    }
    return rows;
}

static void reply_record(struct service_call *call, const struct statement_record *record,
                         const struct statement_credit *credits, const struct statement_credit *returned)
{
    const RecordRequest *request = (const void *)call->request;
    g_autofree WireCredit **credit_list = g_new(WireCredit *, request->n_credits);
    g_autofree WireCredit **returned_list = g_new(WireCredit *, request->n_returns);
    g_autofree WireCredit *credit_rows = fill_credits(credits, request->n_credits, credit_list);
    g_autofree WireCredit *returned_rows = fill_credits(returned, request->n_returns, returned_list);
    g_autofree protobuf_c_boolean *are_new = g_new(protobuf_c_boolean, request->n_credits);
    Dunlin__Payment__V1__RecordStatementReply reply;

    for (size_t i = 0; i < request->n_credits; i++)
        are_new[i] = credits[i].is_new;
    dunlin__payment__v1__record_statement_reply__init(&reply);
    reply.is_new = record->is_new;
    reply.imported_at_us = record->imported_at.us;
    reply.previous_sequence_number = record->previous_sequence_number;
    reply.credits = credit_list;
    reply.n_credits = request->n_credits;
    reply.credits_are_new = are_new;
    reply.n_credits_are_new = request->n_credits;
    reply.returned = returned_list;
    reply.n_returned = request->n_returns;
    service_reply(call, &reply.base);
}

static enum status store(struct unit *unit, struct service_call *call, const struct statement *statement,
                         struct statement_credit *credits, struct statement_credit *returned, struct error *err)
{
    const RecordRequest *request = (const void *)call->request;
    struct db *db = unit_db(unit);
    struct statement_record record;
    enum status st = statement_store_save(db, statement, &record, err);

    if (st == STATUS_OK)
        st = statement_store_decide(db, statement, credits, request->n_credits, err);
    if (st == STATUS_OK)
        st = statement_store_find(db, statement, returned, request->n_returns, err);
    if (st == STATUS_OK && record.is_new)
        st = emit_imported(unit, call, statement, err);
    if (st == STATUS_OK)
        reply_record(call, &record, credits, returned);
    return st;
}

static enum status record(struct unit *unit, struct service_call *call, struct error *err)
{
    const RecordRequest *request = (const void *)call->request;
    struct statement statement;
    struct error why;
    enum status st = read_statement(call, &statement, &why);

    if (st != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    g_autofree struct statement_credit *credits = g_new0(struct statement_credit, request->n_credits);
    g_autofree struct statement_credit *returned = g_new0(struct statement_credit, request->n_returns);
    st = read_credits(call, credits, &why);
    if (st == STATUS_OK)
        st = read_returns(request, returned, &why);
    if (st == STATUS_OK)
        st = command_find_agency(unit_db(unit), call, request->agency, &statement.agency_id, &why);
    if (st == STATUS_OK) {
        statement.imported_at = unit_now(unit);
        return store(unit, call, &statement, credits, returned, err);
    }
    if (status_is_transient(st))
        return error_wrap(err, st, "%s", why.text);
    service_fail_error(call, &why);
    return STATUS_OK;
}

enum status statement_record(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    enum status st = STATUS_OK;

    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++)
        st = record(unit, &calls[i], err);
    return st;
}

/* --- ListStatements */

static void reply_list(struct service_call *call, const GArray *statements)
{
    g_autofree Dunlin__Payment__V1__StatementView *views = g_new(Dunlin__Payment__V1__StatementView, statements->len);
    g_autofree Dunlin__Payment__V1__StatementView **list = g_new(Dunlin__Payment__V1__StatementView *, statements->len);
    Dunlin__Payment__V1__ListStatementsReply reply;

    for (guint i = 0; i < statements->len; i++) {
        fill_view(&g_array_index(statements, struct statement, i), &views[i]);
        list[i] = &views[i];
    }
    dunlin__payment__v1__list_statements_reply__init(&reply);
    reply.statements = list;
    reply.n_statements = statements->len;
    service_reply(call, &reply.base);
}

static enum status list(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__ListStatementsRequest *request = (const void *)call->request;
    const int32_t limit = request->limit == 0 ? LIST_DEFAULT : request->limit;
    SCOPED(db_result_freep) struct db_result *result = NULL;
    g_autoptr(GArray) statements = NULL;
    int32_t agency_id = 0;

    if (limit < 0 || limit > LIST_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "limit: %d is not between 1 and %d", request->limit, LIST_MAX);
    enum status st = command_find_agency(unit_db(unit), call, request->agency, &agency_id, err);
    if (st == STATUS_OK)
        st = statement_store_list(unit_db(unit), agency_id, limit, &statements, &result, err);
    if (st == STATUS_OK)
        reply_list(call, statements);
    return st;
}

enum status statement_list(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_each(list, unit, calls, n_calls, err);
}
