#include "correspondence_store.h"

#include "correspondence_sql.h"
#include "db/db_columns.h"
#include "id/id_table.h"
#include "service/wire.h"

#define PARKED_SHOWN_MAX 100
/* In 24 hours. A debtor has 1,000 facts at contact in all: whoever writes day and night must not use up the room that
 * his own stops need. */
#define FACTS_A_DEBTOR_MAX 20

struct changes *changes_new(void)
{
    struct changes *changes = g_new0(struct changes, 1);
    changes->updated = id_set_new();
    changes->permits = id_table_new(g_free);
    changes->reports = id_table_new(g_free);
    changes->releases = id_table_new(g_free);
    changes->languages = id_table_new(g_free);
    changes->notices = id_table_new(g_free);
    changes->reopened = id_table_new(g_free);
    return changes;
}

void changes_free(struct changes *changes)
{
    if (!changes)
        return;
    g_hash_table_destroy(changes->updated);
    g_hash_table_destroy(changes->permits);
    g_hash_table_destroy(changes->reports);
    g_hash_table_destroy(changes->releases);
    g_hash_table_destroy(changes->languages);
    g_hash_table_destroy(changes->notices);
    g_hash_table_destroy(changes->reopened);
    g_free(changes);
}

void changes_freep(struct changes **changes)
{
    changes_free(*changes);
    *changes = NULL;
}

/* Applying: one statement a table, all in one round trip. */

enum write {
    WRITE_PARKED,
    WRITE_PERMITS,
    WRITE_REPORTS,
    WRITE_RELEASES,
    WRITE_LANGUAGES,
    WRITE_FORGOTTEN,
    WRITE_NOTICES,
    WRITE_REOPENED,
    WRITES_END,
};

static const enum db_type KEY_TYPES[] = {DB_INT2, DB_UUID};
static const enum db_type REPORT_TYPES[] = {DB_INT2, DB_UUID, DB_INT2, DB_INT8};
static const enum db_type RELEASE_TYPES[] = {DB_INT2, DB_UUID, DB_INT8};
static const enum db_type LANGUAGE_TYPES[] = {DB_INT2, DB_UUID, DB_UUID, DB_TEXT, DB_INT8, DB_INT8};

static const enum db_type PERMIT_TYPES[] = {DB_INT2, DB_UUID, DB_UUID, DB_UUID, DB_UUID,
                                            DB_INT4, DB_INT2, DB_INT2, DB_TEXT, DB_INT8};

static const enum db_type NOTICE_TYPES[] = {DB_INT2, DB_UUID, DB_INT2, DB_UUID, DB_UUID, DB_INT4, DB_UUID,
                                            DB_TEXT, DB_TEXT, DB_UUID, DB_INT8, DB_INT8, DB_INT8};
static const enum db_type REOPENED_TYPES[] = {DB_INT2, DB_UUID, DB_UUID, DB_INT8};

static const struct db_write WRITES[WRITES_END] = {
    [WRITE_PARKED] = {&CORRESPONDENCE_PARKED_FORGET, KEY_TYPES, ARRAY_SIZE(KEY_TYPES), false},
    [WRITE_PERMITS] = {&CORRESPONDENCE_PERMIT_INSERT, PERMIT_TYPES, ARRAY_SIZE(PERMIT_TYPES), false},
    [WRITE_REPORTS] = {&CORRESPONDENCE_MESSAGE_REPORTED, REPORT_TYPES, ARRAY_SIZE(REPORT_TYPES), false},
    [WRITE_RELEASES] = {&CORRESPONDENCE_NOTICE_FORGET, RELEASE_TYPES, ARRAY_SIZE(RELEASE_TYPES), false},
    [WRITE_LANGUAGES] = {&CORRESPONDENCE_LANGUAGE_INSERT, LANGUAGE_TYPES, ARRAY_SIZE(LANGUAGE_TYPES), false},
    [WRITE_FORGOTTEN] = {&CORRESPONDENCE_LANGUAGE_FORGET, LANGUAGE_TYPES, 3, false},
    [WRITE_NOTICES] = {&CORRESPONDENCE_NOTICE_INSERT, NOTICE_TYPES, ARRAY_SIZE(NOTICE_TYPES), false},
    [WRITE_REOPENED] = {&CORRESPONDENCE_NOTICE_OVERTAKE, REOPENED_TYPES, ARRAY_SIZE(REOPENED_TYPES), false},
};

static void push_permits(const struct changes *changes, struct db_columns *columns)
{
    g_autoptr(GPtrArray) rows = id_table_sorted(changes->permits);
    for (guint i = 0; i < rows->len; i++) {
        const struct permit_row *row = g_ptr_array_index(rows, i);
        db_columns_push_key(columns, &row->permit_id);
        db_array_id(columns->column[2], &row->account_id);
        db_array_id(columns->column[3], &row->debtor_id);
        db_array_id(columns->column[4], &row->contact_point_id);
        db_array_int4(columns->column[5], row->agency_id);
        db_array_int2(columns->column[6], row->channel);
        db_array_int2(columns->column[7], row->purpose);
        db_array_text(columns->column[8], row->instance);
        db_array_int8(columns->column[9], row->granted_at_us);
    }
}

static void push_releases(const struct changes *changes, struct db_columns *columns)
{
    g_autoptr(GPtrArray) rows = id_table_sorted(changes->releases);
    for (guint i = 0; i < rows->len; i++) {
        const struct release_row *row = g_ptr_array_index(rows, i);
        db_columns_push_key(columns, &row->contact_point_id);
        db_array_int8(columns->column[2], row->at_us);
    }
}

static void push_languages(const struct changes *changes, struct db_columns *columns, struct db_columns *forgotten)
{
    g_autoptr(GPtrArray) rows = id_table_sorted(changes->languages);
    for (guint i = 0; i < rows->len; i++) {
        const struct language_row *row = g_ptr_array_index(rows, i);
        struct db_columns *to = row->language ? columns : forgotten;
        db_columns_push_key(to, &row->debtor_id);
        db_array_id(to->column[2], &row->fact_id);
        if (!row->language)
            continue;
        db_array_text(to->column[3], row->language);
        db_array_int8(to->column[4], row->at_us);
        db_array_int8(to->column[5], row->seq);
    }
}

static void push_notice(const struct notice_row *row, struct db_columns *columns)
{
    const struct notice_rule *rule = notice_rule(row->kind);
    db_columns_push_key(columns, &row->notice_id);
    db_array_int2(columns->column[2], (int16_t)row->kind);
    db_array_id(columns->column[3], &row->account_id);
    db_array_id(columns->column[4], &row->debtor_id);
    db_array_int4(columns->column[5], row->agency_id);
    db_array_id(columns->column[6], &row->subject_id);
    db_array_text(columns->column[7], rule->step);
    db_array_text(columns->column[8], row->explanation);
    db_array_id(columns->column[9], &row->credit_id);
    db_array_int8(columns->column[10], row->seq);
    db_array_int8(columns->column[11], row->asked_at_us);
    db_array_int8(columns->column[12], row->until_us != 0 ? row->until_us : row->asked_at_us + rule->within_us);
}

static void push_notices(const struct changes *changes, struct db_columns *columns)
{
    g_autoptr(GPtrArray) rows = id_table_sorted(changes->notices);
    for (guint i = 0; i < rows->len; i++)
        push_notice(g_ptr_array_index(rows, i), columns);
}

static void push_reopened(const struct changes *changes, struct db_columns *columns)
{
    g_autoptr(GPtrArray) rows = id_table_sorted(changes->reopened);
    for (guint i = 0; i < rows->len; i++) {
        const struct reopening_row *row = g_ptr_array_index(rows, i);
        db_columns_push_key(columns, &row->account_id);
        db_array_id(columns->column[2], &row->dispute_id);
        db_array_int8(columns->column[3], row->seq);
    }
}

/* The messages' states by their own table of moves: what a late report says less is left out. */
static enum status push_reports(struct db *db, const struct changes *changes, struct db_columns *columns,
                                struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns keys = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    if (g_hash_table_size(changes->reports) == 0)
        return STATUS_OK;
    db_columns_add_keys(&keys);
    db_columns_push_id_set(&keys, changes->reports);
    const enum status st = db_columns_exec(db, &CORRESPONDENCE_MESSAGE_STATES, &keys, &result, err);
    for (size_t i = 0; st == STATUS_OK && i < db_rows(result); i++) {
        const struct id permit_id = db_id(result, i, 0);
        const struct report_row *row = g_hash_table_lookup(changes->reports, &permit_id);
        enum message_state state = (enum message_state)db_int2(result, i, 1);
        for (unsigned event = 0; event <= MESSAGE_EVENT_RETURNED; event++) {
            const char *text;
            if ((row->events & (1u << event)) == 0)
                continue;
            if (message_move(&state, (enum message_event)event, &text, NULL) != STATUS_OK)
                continue; /* it says less than what is known */
        }
        db_columns_push_key(columns, &permit_id);
        db_array_int2(columns->column[2], (int16_t)state);
        db_array_int8(columns->column[3], row->at_us);
    }
    return st;
}

enum status correspondence_store_apply(struct db *db, const struct changes *changes, struct error *err)
{
    struct db_columns columns[WRITES_END];
    db_writes_init(columns, WRITES, WRITES_END);
    db_columns_push_id_set(&columns[WRITE_PARKED], changes->updated);
    push_permits(changes, &columns[WRITE_PERMITS]);
    push_releases(changes, &columns[WRITE_RELEASES]);
    push_languages(changes, &columns[WRITE_LANGUAGES], &columns[WRITE_FORGOTTEN]);
    push_notices(changes, &columns[WRITE_NOTICES]);
    push_reopened(changes, &columns[WRITE_REOPENED]);
    enum status st = push_reports(db, changes, &columns[WRITE_REPORTS], err);
    if (st == STATUS_OK)
        st = db_writes_run(db, WRITES, columns, WRITES_END, err);
    db_writes_fini(columns, WRITES_END);
    return st == STATUS_OK ? st : error_wrap(err, st, "save what events say");
}

/* Describing. */

enum status correspondence_store_describe(struct db *db, const Dunlin__Correspondence__V1__DueStep *const *steps,
                                          size_t n, Dunlin__Correspondence__V1__StepDescription *rows,
                                          struct db_result **ret_result, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    db_columns_add_keys(&columns);
    (void)db_columns_add(&columns, DB_UUID);
    (void)db_columns_add(&columns, DB_TEXT);
    for (size_t i = 0; i < n; i++) {
        const struct id account_id = wire_known_id(&steps[i]->account_id);
        const struct id debtor_id = wire_known_id(&steps[i]->debtor_id);
        db_columns_push_key(&columns, &account_id);
        db_array_id(columns.column[2], &debtor_id);
        db_array_text(columns.column[3], steps[i]->step);
    }
    const enum status st = db_columns_exec(db, &CORRESPONDENCE_STEP_DESCRIBE, &columns, ret_result, err);
    for (size_t row = 0; st == STATUS_OK && row < db_rows(*ret_result); row++) {
        Dunlin__Correspondence__V1__StepDescription *to = &rows[db_int4(*ret_result, row, 0) - 1];
        to->is_parked = db_bool(*ret_result, row, 1);
        to->language = wire_text(db_text(*ret_result, row, 2));
    }
    return st == STATUS_OK ? st : error_wrap(err, st, "describe steps");
}

/* Messages. */

void message_list_fini(struct message_list *list)
{
    g_free(list->rows);
    g_free(list->list);
    g_free(list->ids);
    db_result_free(list->result);
    *list = (struct message_list){0};
}

#define MESSAGE_IDS 5

static void read_message(struct message_list *list, size_t row)
{
    static const int COLUMNS[MESSAGE_IDS] = {0, 1, 2, 3, 20};
    const struct db_result *result = list->result;
    struct id *ids = &list->ids[MESSAGE_IDS * row];
    Dunlin__Correspondence__V1__Message *to = &list->rows[row];
    size_t hash_len = 0;
    dunlin__correspondence__v1__message__init(to);
    ProtobufCBinaryData *const fields[MESSAGE_IDS] = {&to->permit_id, &to->account_id, &to->debtor_id,
                                                      &to->contact_point_id, &to->notice_id};
    for (int i = 0; i < MESSAGE_IDS; i++) {
        ids[i] = db_id(result, row, COLUMNS[i]);
        *fields[i] = wire_id(&ids[i]);
    }
    to->channel = (Dunlin__Contact__V1__Channel)db_int2(result, row, 4);
    to->purpose = (Dunlin__Contact__V1__Purpose)db_int2(result, row, 5);
    to->step = wire_text(db_text(result, row, 6));
    to->template_ = wire_text(db_text(result, row, 7));
    to->template_version = wire_text(db_text(result, row, 8));
    to->document = wire_text(db_text(result, row, 9));
    const uint8_t *hash = db_bytes(result, row, 10, &hash_len);
    to->document_hash = wire_bytes(hash, hash_len);
    to->batch = wire_text(db_text(result, row, 11));
    to->instance = wire_text(db_text(result, row, 12));
    to->state = (Dunlin__Correspondence__V1__MessageState)db_int2(result, row, 13);
    to->detail = wire_text(db_text(result, row, 14));
    to->is_uncertain = db_bool(result, row, 15);
    to->is_reported = db_bool(result, row, 16);
    to->begun_at_us = db_int8(result, row, 17);
    to->changed_at_us = db_int8(result, row, 18);
    to->notice_ends_on_days = db_int4(result, row, 19);
    list->list[row] = to;
}

static enum status read_messages(struct db *db, const struct db_statement *statement, const struct db_args *args,
                                 struct message_list *ret_list, struct error *err)
{
    struct message_list list = {0};
    const enum status st = db_exec(db, statement, args, &list.result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read messages");
    list.n = db_rows(list.result);
    list.rows = g_new0(Dunlin__Correspondence__V1__Message, list.n);
    list.list = g_new0(Dunlin__Correspondence__V1__Message *, list.n);
    list.ids = g_new0(struct id, MESSAGE_IDS * list.n);
    for (size_t row = 0; row < list.n; row++)
        read_message(&list, row);
    *ret_list = list;
    return STATUS_OK;
}

static void key_args(struct db_args *args, const struct id *id)
{
    db_arg_int2(args, (int16_t)id_partition(id));
    db_arg_id(args, id);
}

enum status correspondence_store_message(struct db *db, const struct id *permit_id, int32_t agency_id,
                                         struct message_list *ret_list, struct error *err)
{
    struct db_args args = {0};
    key_args(&args, permit_id);
    db_arg_int4(&args, agency_id);
    return read_messages(db, &CORRESPONDENCE_MESSAGE_SELECT, &args, ret_list, err);
}

enum status correspondence_store_messages(struct db *db, const struct id *account_id, int32_t agency_id, int32_t limit,
                                          struct message_list *ret_list, struct error *err)
{
    struct db_args args = {0};
    key_args(&args, account_id);
    db_arg_int4(&args, limit);
    db_arg_int4(&args, agency_id);
    return read_messages(db, &CORRESPONDENCE_MESSAGE_LIST, &args, ret_list, err);
}

static struct db_array *partition_array(const uint32_t *partitions, size_t n)
{
    struct db_array *array = db_array_new(DB_INT2);
    for (size_t i = 0; i < n; i++)
        db_array_int2(array, (int16_t)partitions[i]);
    return array;
}

enum status correspondence_store_open(struct db *db, const uint32_t *partitions, size_t n, int16_t channel,
                                      int32_t limit, struct message_list *ret_list, struct error *err)
{
    struct db_args args = {0};
    SCOPED(db_array_freep) struct db_array *array = partition_array(partitions, n);
    db_arg_array(&args, array);
    db_arg_int2(&args, channel);
    db_arg_int4(&args, limit);
    return read_messages(db, &CORRESPONDENCE_MESSAGE_OPEN, &args, ret_list, err);
}

enum status correspondence_store_begin(struct db *db, const Dunlin__Correspondence__V1__BeginMessageRequest *request,
                                       int64_t now_us, struct error *err)
{
    struct db_args args = {0};
    const struct id permit_id = wire_known_id(&request->permit_id), account_id = wire_known_id(&request->account_id);
    const struct id debtor_id = wire_known_id(&request->debtor_id);
    const struct id point_id = wire_known_id(&request->contact_point_id);
    const struct id notice_id = wire_known_id(&request->notice_id);
    key_args(&args, &permit_id);
    db_arg_id(&args, &account_id);
    db_arg_id(&args, &debtor_id);
    db_arg_id(&args, &point_id);
    db_arg_int4(&args, request->agency_id);
    db_arg_int2(&args, (int16_t)request->channel);
    db_arg_int2(&args, (int16_t)request->purpose);
    db_arg_text(&args, request->step);
    db_arg_text(&args, request->template_);
    db_arg_text(&args, request->template_version);
    db_arg_text(&args, request->document);
    db_arg_bytes(&args, request->document_hash.data, request->document_hash.len);
    db_arg_text(&args, request->batch);
    db_arg_text(&args, request->instance);
    db_arg_int8(&args, now_us);
    db_arg_int4(&args, request->notice_ends_on_days);
    db_arg_id(&args, &notice_id);
    const enum status st = db_exec(db, &CORRESPONDENCE_MESSAGE_INSERT, &args, NULL, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "begin a message");
}

enum status correspondence_store_finish(struct db *db, const struct id *permit_id, enum message_state state,
                                        const char *detail, bool is_uncertain, int64_t now_us, struct error *err)
{
    struct db_args args = {0};
    key_args(&args, permit_id);
    db_arg_int2(&args, (int16_t)state);
    db_arg_text(&args, detail);
    db_arg_bool(&args, is_uncertain);
    db_arg_int8(&args, now_us);
    const enum status st = db_exec(db, &CORRESPONDENCE_MESSAGE_UPDATE, &args, NULL, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "finish a message");
}

/* Parked steps, what comes in, figures. */

enum status correspondence_store_park(struct db *db, const Dunlin__Correspondence__V1__ParkStepRequest *request,
                                      int64_t now_us, struct error *err)
{
    struct db_args args = {0};
    const struct id account_id = wire_known_id(&request->account_id), debtor_id = wire_known_id(&request->debtor_id);
    key_args(&args, &account_id);
    db_arg_text(&args, request->step);
    db_arg_id(&args, &debtor_id);
    db_arg_int4(&args, request->agency_id);
    db_arg_int2(&args, (int16_t)request->channel);
    db_arg_text(&args, request->template_);
    db_arg_text(&args, request->reason);
    db_arg_int8(&args, now_us);
    const enum status st = db_exec(db, &CORRESPONDENCE_PARKED_INSERT, &args, NULL, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "park a step");
}

enum status correspondence_store_release(struct db *db, const struct id *account_id, uint32_t *ret_n, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns keys = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    db_columns_add_keys(&keys);
    db_columns_push_key(&keys, account_id);
    const enum status st = db_columns_exec(db, &CORRESPONDENCE_PARKED_FORGET, &keys, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "release steps");
    *ret_n = (uint32_t)db_affected(result);
    return STATUS_OK;
}

enum status correspondence_store_inbound(struct db *db, const Dunlin__Correspondence__V1__TakeInboundRequest *request,
                                         int64_t now_us, Dunlin__Correspondence__V1__TakeInboundReply *reply,
                                         struct error *err)
{
    struct db_args args = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    const struct id inbound_id = wire_known_id(&request->inbound_id), debtor_id = wire_known_id(&request->debtor_id);
    const struct id point_id = wire_known_id(&request->contact_point_id);
    const struct id permit_id = wire_known_id(&request->permit_id);
    key_args(&args, &inbound_id);
    db_arg_int2(&args, (int16_t)request->channel);
    db_arg_id(&args, &point_id);
    db_arg_id(&args, &debtor_id);
    db_arg_id(&args, &permit_id);
    db_arg_text(&args, request->text);
    db_arg_bool(&args, request->is_opt_out);
    db_arg_int8(&args, request->received_at_us != 0 ? request->received_at_us : now_us);
    db_arg_int4(&args, FACTS_A_DEBTOR_MAX);
    db_arg_int8(&args, US_PER_DAY);
    db_arg_int4(&args, request->agency_id);
    const enum status st = db_exec(db, &CORRESPONDENCE_INBOUND_INSERT, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "take what came in");
    if (db_rows(result) != 1)
        return error_set(err, STATUS_INTERNAL, "what came in gave %zu rows instead of one", db_rows(result));
    reply->received_at_us = db_int8(result, 0, 0);
    reply->is_fact = db_bool(result, 0, 1);
    reply->is_new = db_bool(result, 0, 2);
    return STATUS_OK;
}

void inbound_list_fini(struct inbound_list *list)
{
    g_free(list->rows);
    g_free(list->list);
    g_free(list->ids);
    db_result_free(list->result);
    *list = (struct inbound_list){0};
}

static void read_inbound(struct inbound_list *list, size_t row)
{
    const struct db_result *result = list->result;
    Dunlin__Correspondence__V1__InboundMessage *to = &list->rows[row];
    dunlin__correspondence__v1__inbound_message__init(to);
    list->ids[2 * row] = db_id(result, row, 0);
    list->ids[2 * row + 1] = db_id(result, row, 2);
    to->inbound_id = wire_id(&list->ids[2 * row]);
    to->channel = (Dunlin__Contact__V1__Channel)db_int2(result, row, 1);
    to->contact_point_id = wire_id(&list->ids[2 * row + 1]);
    to->text = wire_text(db_text(result, row, 3));
    to->is_opt_out = db_bool(result, row, 4);
    to->is_fact = db_bool(result, row, 5);
    to->received_at_us = db_int8(result, row, 6);
    list->list[row] = to;
}

enum status correspondence_store_inbound_list(struct db *db, const struct id *debtor_id, int32_t agency_id,
                                              int32_t limit, struct inbound_list *ret_list, struct error *err)
{
    struct db_args args = {0};
    struct inbound_list list = {0};
    key_args(&args, debtor_id);
    db_arg_int4(&args, limit);
    db_arg_int4(&args, agency_id);
    const enum status st = db_exec(db, &CORRESPONDENCE_INBOUND_LIST, &args, &list.result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read what came in");
    list.n = db_rows(list.result);
    list.rows = g_new0(Dunlin__Correspondence__V1__InboundMessage, list.n);
    list.list = g_new0(Dunlin__Correspondence__V1__InboundMessage *, list.n);
    list.ids = g_new0(struct id, 2 * list.n);
    for (size_t row = 0; row < list.n; row++)
        read_inbound(&list, row);
    *ret_list = list;
    return STATUS_OK;
}

/* Notices. */

enum status correspondence_store_ask_notice(struct db *db, const struct notice_row *row, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    db_columns_add_all(&columns, NOTICE_TYPES, ARRAY_SIZE(NOTICE_TYPES));
    push_notice(row, &columns);
    const enum status st = db_columns_exec(db, &CORRESPONDENCE_NOTICE_INSERT, &columns, NULL, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "ask for a notice");
}

enum status correspondence_store_find_notice(struct db *db, const struct id *notice_ids, size_t n, bool *ret_is_there,
                                             struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns keys = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    db_columns_add_keys(&keys);
    db_columns_push_ids(&keys, notice_ids, n);
    const enum status st = db_columns_exec(db, &CORRESPONDENCE_NOTICE_FIND, &keys, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "find a notice");
    *ret_is_there = db_bool(result, 0, 0);
    return STATUS_OK;
}

void notice_list_fini(struct notice_list *list)
{
    g_free(list->rows);
    g_free(list->list);
    g_free(list->ids);
    db_result_free(list->result);
    *list = (struct notice_list){0};
}

#define NOTICE_IDS 6

static void read_notice(struct notice_list *list, size_t row)
{
    static const int COLUMNS[NOTICE_IDS] = {0, 2, 3, 5, 7, 11};
    const struct db_result *result = list->result;
    struct id *ids = &list->ids[NOTICE_IDS * row];
    Dunlin__Correspondence__V1__Notice *to = &list->rows[row];
    dunlin__correspondence__v1__notice__init(to);
    ProtobufCBinaryData *const fields[NOTICE_IDS] = {&to->notice_id,  &to->account_id, &to->debtor_id,
                                                     &to->subject_id, &to->credit_id,  &to->permit_id};
    for (int i = 0; i < NOTICE_IDS; i++) {
        ids[i] = db_id(result, row, COLUMNS[i]);
        *fields[i] = wire_id(&ids[i]);
    }
    to->kind = (Dunlin__Correspondence__V1__NoticeKind)db_int2(result, row, 1);
    to->agency_id = db_int4(result, row, 4);
    to->explanation = wire_text(db_text(result, row, 6));
    to->asked_at_us = db_int8(result, row, 8);
    to->due_at_us = db_int8(result, row, 9);
    to->until_us = db_int8(result, row, 10);
    to->is_closed = db_bool(result, row, 12);
    to->reason = wire_text(db_text(result, row, 13));
    list->list[row] = to;
}

static enum status read_notices(struct db *db, const struct db_statement *statement, const struct db_args *args,
                                struct notice_list *ret_list, struct error *err)
{
    struct notice_list list = {0};
    const enum status st = db_exec(db, statement, args, &list.result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read notices");
    list.n = db_rows(list.result);
    list.rows = g_new0(Dunlin__Correspondence__V1__Notice, list.n);
    list.list = g_new0(Dunlin__Correspondence__V1__Notice *, list.n);
    list.ids = g_new0(struct id, NOTICE_IDS * list.n);
    for (size_t row = 0; row < list.n; row++)
        read_notice(&list, row);
    *ret_list = list;
    return STATUS_OK;
}

enum status correspondence_store_notices_due(struct db *db, const uint32_t *partitions, size_t n, int channel,
                                             int64_t now_us, int32_t limit, struct notice_list *ret_list,
                                             struct error *err)
{
    struct db_args args = {0};
    SCOPED(db_array_freep) struct db_array *array = partition_array(partitions, n);
    SCOPED(db_array_freep) struct db_array *kinds = db_array_new(DB_INT2);
    for (int16_t kind = NOTICE_NONE + 1; kind < NOTICE_KINDS_END; kind++)
        if (notice_rule((enum notice_kind)kind)->channel == channel)
            db_array_int2(kinds, kind);
    db_arg_array(&args, array);
    db_arg_array(&args, kinds);
    db_arg_int8(&args, now_us);
    db_arg_int4(&args, limit);
    return read_notices(db, &CORRESPONDENCE_NOTICE_OPEN, &args, ret_list, err);
}

enum status correspondence_store_notices(struct db *db, const struct id *account_id, int32_t agency_id, int32_t limit,
                                         struct notice_list *ret_list, struct error *err)
{
    struct db_args args = {0};
    key_args(&args, account_id);
    db_arg_int4(&args, limit);
    db_arg_int4(&args, agency_id);
    return read_notices(db, &CORRESPONDENCE_NOTICE_LIST, &args, ret_list, err);
}

enum status correspondence_store_begin_notice(struct db *db, const struct id *notice_id, const struct id *permit_id,
                                              bool *ret_is_ours, struct error *err)
{
    struct db_args args = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    key_args(&args, notice_id);
    db_arg_id(&args, permit_id);
    const enum status st = db_exec(db, &CORRESPONDENCE_NOTICE_BEGIN, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "begin a notice");
    *ret_is_ours = db_affected(result) == 1;
    return STATUS_OK;
}

enum status correspondence_store_reopen_notice(struct db *db, const struct id *permit_id, struct error *err)
{
    struct db_args args = {0};
    key_args(&args, permit_id);
    const enum status st = db_exec(db, &CORRESPONDENCE_NOTICE_REOPEN, &args, NULL, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "a notice never left");
}

enum status correspondence_store_hold_back_notice(struct db *db, const struct id *notice_id, const char *reason,
                                                  int64_t until_us, struct error *err)
{
    struct db_args args = {0};
    key_args(&args, notice_id);
    db_arg_text(&args, reason);
    db_arg_int8(&args, until_us);
    const enum status st = db_exec(db, &CORRESPONDENCE_NOTICE_HOLD_BACK, &args, NULL, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "hold a notice back");
}

enum status correspondence_store_status(struct db *db, int32_t agency_id, struct db_result **ret_counts,
                                        struct db_result **ret_parked, struct error *err)
{
    struct db_call calls[2] = {{.statement = &CORRESPONDENCE_STATUS_COUNTS},
                               {.statement = &CORRESPONDENCE_STATUS_PARKED}};
    db_arg_int4(&calls[0].args, agency_id);
    db_arg_int4(&calls[1].args, agency_id);
    db_arg_int4(&calls[1].args, PARKED_SHOWN_MAX);
    const enum status st = db_exec_pipeline(db, calls, ARRAY_SIZE(calls), err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "count messages");
    *ret_counts = calls[0].result;
    *ret_parked = calls[1].result;
    return STATUS_OK;
}
