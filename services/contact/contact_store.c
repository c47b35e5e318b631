#include "contact_store.h"

#include <inttypes.h>
#include <string.h>

#include "contact_sql.h"
#include "fact_codec.h"
#include "id/id_table.h"
#include "number_model.h"

void contact_keys_init(struct contact_keys *keys)
{
    *keys = (struct contact_keys){0};
    db_columns_add_keys(&keys->accounts);
    db_columns_add_keys(&keys->debtors);
    keys->known = id_set_new();
    db_columns_add_keys(&keys->persons_of);
}

void contact_keys_fini(struct contact_keys *keys)
{
    db_columns_fini(&keys->accounts);
    db_columns_fini(&keys->debtors);
    g_hash_table_unref(keys->known);
    db_columns_fini(&keys->persons_of);
}

void contact_keys_add_account(struct contact_keys *keys, const struct id *account_id)
{
    if (id_set_add(keys->known, account_id))
        db_columns_push_key(&keys->accounts, account_id);
}

void contact_keys_add_debtor(struct contact_keys *keys, const struct id *debtor_id)
{
    if (id_set_add(keys->known, debtor_id))
        db_columns_push_key(&keys->debtors, debtor_id);
}

void contact_keys_add_person_of(struct contact_keys *keys, const struct id *account_id)
{
    db_columns_push_key(&keys->persons_of, account_id);
}

/* Values of debtor.point_marks. */
#define MARK_OPTED_OUT 1
#define MARK_WRONG     2
#define MARK_RETURNED  4

/* Where the columns of a person stand behind those of his account. */
enum { HOLDS_COLUMN = 32, IDS_COLUMN, KINDS_COLUMN, VALUES_COLUMN, ZONES_COLUMN, MARKS_COLUMN };

static const char *next_text(struct db_elements *elements, struct contact_book *book)
{
    size_t len;
    const char *text = db_next_text(elements, &len);
    return contact_text_of(book, text, len);
}

static void read_points(const struct db_result *rows, size_t row, struct debtor *debtor, struct contact_book *book)
{
    struct db_elements ids = db_elements(rows, row, IDS_COLUMN, DB_UUID);
    struct db_elements kinds = db_elements(rows, row, KINDS_COLUMN, DB_INT2);
    struct db_elements values = db_elements(rows, row, VALUES_COLUMN, DB_TEXT);
    struct db_elements zones = db_elements(rows, row, ZONES_COLUMN, DB_TEXT);
    struct db_elements marks = db_elements(rows, row, MARKS_COLUMN, DB_INT2);
    while (ids.n_left > 0) {
        struct id id = db_next_id(&ids);
        struct contact_point *point = debtor_add_point(debtor, &id);
        point->kind = (enum contact_point_kind)db_next_int2(&kinds);
        point->value = next_text(&values, book);
        point->zones = next_text(&zones, book);
        int16_t mark = db_next_int2(&marks);
        point->is_opted_out = (mark & MARK_OPTED_OUT) != 0;
        point->is_wrong = (mark & MARK_WRONG) != 0;
        point->is_returned = (mark & MARK_RETURNED) != 0;
    }
    debtor_update_zones(debtor);
}

static struct debtor *read_debtor(const struct db_result *rows, size_t row, struct contact_book *book)
{
    struct id id = db_id(rows, row, 2);
    struct debtor *debtor = contact_find_debtor(book, &id);
    if (debtor != NULL)
        return debtor;
    debtor = contact_add_debtor(book, &id, db_int4(rows, row, 1));
    debtor->holds = (hold_set)db_int4(rows, row, HOLDS_COLUMN);
    read_points(rows, row, debtor, book);
    return debtor;
}

/* "5:1780000000000000,6:...": instants by channel, of those that wait. */
static void read_waits(const char *text, struct account *account)
{
    while (*text != '\0') {
        char *end = NULL;
        const unsigned long long channel = g_ascii_strtoull(text, &end, 10);
        const int64_t not_before_us = *end == ':' ? g_ascii_strtoll(end + 1, &end, 10) : 0;
        if (channel > CHANNEL_CALL && channel < CHANNEL_END)
            account->not_before_us[channel] = not_before_us;
        text = *end == ',' ? end + 1 : "";
    }
}

static void read_account(const struct db_result *rows, size_t row, struct contact_book *book)
{
    struct id id = db_id(rows, row, 0);
    if (contact_find_account(book, &id) != NULL)
        return;
    struct account *account = contact_add_account(book, &id, read_debtor(rows, row, book));
    account->holds = (hold_set)db_int4(rows, row, 3);
    account->dispute_id = db_id(rows, row, 4);
    account->is_dispute_claimed = db_bool(rows, row, 5);
    account->placed_at_us = db_int8(rows, row, 6);
    account->due_on_days = db_int4(rows, row, 7);
    account->strategy = contact_text(book, db_text(rows, row, 8));
    account->priority = db_int4(rows, row, 9);
    account->classified_at_us = db_int8(rows, row, 10);
    account->promise_broken_at_us = db_int8(rows, row, 11);
    account->steps_done = contact_text(book, db_text(rows, row, 12));
    account->last_step_at_us = db_int8(rows, row, 13);
    account->not_before_us[CHANNEL_CALL] = db_int8(rows, row, 14);
    account->step = contact_text(book, db_text(rows, row, 15));
    account->step_due_at_us = db_int8(rows, row, 16);
    account->is_stopped = db_bool(rows, row, 17);
    account->dial_at_us = db_int8(rows, row, 18);
    account->unposted_seq = db_int8(rows, row, 19);
    account->restated_seq = db_int8(rows, row, 20);
    account->step_channel = account->step[0] == '\0' ? 0 : db_int2(rows, row, 21);
    read_waits(db_text(rows, row, 22), account);
    account->debt_kind = (enum debt_kind)db_int2(rows, row, 23);
    account->notice_at_us = db_int8(rows, row, 24);
    account->notice_due_at_us = db_int8(rows, row, 25);
    account->left_strategy = contact_text(book, db_text(rows, row, 26));
    account->exit_at_us = db_int8(rows, row, 27);
    account->exits_made = (unsigned)db_int2(rows, row, 28);
    account->part = (struct held_part){db_int8(rows, row, 29), contact_text(book, db_text(rows, row, 30))};
    account->is_owed_known = !db_is_null(rows, row, 31);
    account->owed_minor = db_int8(rows, row, 31);
}

static void read_attempt(const struct db_result *rows, size_t row, struct contact_book *book)
{
    struct id account_id = db_id(rows, row, 0);
    struct account *account = contact_find_account(book, &account_id);
    if (account == NULL)
        return;
    const struct attempt attempt = {
        .permit_id = db_id(rows, row, 1),
        .contact_point_id = db_id(rows, row, 2),
        .occurred_at_us = db_int8(rows, row, 3),
        .counts = db_bool(rows, row, 4),
        .is_conversation = db_bool(rows, row, 5),
        .is_open = db_bool(rows, row, 6),
        .channel = db_int2(rows, row, 7),
        .purpose = db_int2(rows, row, 8),
        .telephony = db_int2(rows, row, 9),
        .delivery = db_int2(rows, row, 10),
    };
    account_add_attempt(account, &attempt);
}

static struct permit *read_permit(const struct db_result *rows, size_t row, struct contact_book *book)
{
    struct id id = db_id(rows, row, 0);
    struct permit *permit = contact_find_permit(book, &id);
    if (permit != NULL)
        return permit;
    permit = contact_add_permit(book, &id);
    permit->agency_id = db_int4(rows, row, 1);
    permit->account_id = db_id(rows, row, 2);
    permit->debtor_id = db_id(rows, row, 3);
    permit->contact_point_id = db_id(rows, row, 4);
    permit->channel = db_int2(rows, row, 5);
    permit->purpose = db_int2(rows, row, 6);
    permit->dialer = contact_text(book, db_text(rows, row, 7));
    permit->granted_at_us = db_int8(rows, row, 8);
    permit->valid_until_us = db_int8(rows, row, 9);
    permit->strategy = contact_text(book, db_text(rows, row, 10));
    permit->step = contact_text(book, db_text(rows, row, 11));
    permit->rule_version = contact_text(book, db_text(rows, row, 12));
    permit->state = (enum permit_state)db_int2(rows, row, 13);
    permit->occurred_at_us = db_int8(rows, row, 14);
    permit->telephony = db_int2(rows, row, 15);
    permit->party = db_int2(rows, row, 16);
    permit->outcome = db_int2(rows, row, 17);
    permit->started_at_us = db_int8(rows, row, 18);
    permit->duration_s = db_int4(rows, row, 19);
    permit->counts = db_bool(rows, row, 20);
    permit->is_conversation = db_bool(rows, row, 21);
    permit->delivery = db_int2(rows, row, 22);
    permit->campaign = contact_text(book, db_text(rows, row, 23));
    return permit;
}

enum load_call {
    LOAD_ACCOUNTS,
    LOAD_ACCOUNTS_OF_DEBTORS,
    LOAD_PERSONS_OF,
    LOAD_FACTS,
    LOAD_ATTEMPTS,
    LOAD_CALLS,
};

static void read_rows(const struct db_result *rows,
                      void (*read)(const struct db_result *, size_t, struct contact_book *), struct contact_book *book)
{
    for (size_t row = 0; rows != NULL && row < db_rows(rows); row++)
        read(rows, row, book);
}

/* A fact that this program does not know weakens nothing: the person is not known well enough then. */
static void read_fact(const struct db_result *rows, size_t row, struct contact_book *book)
{
    SCOPED(person_fact_freep) struct person_fact *fact = NULL;
    const struct id debtor_id = db_id(rows, row, 0);
    const struct id fact_id = db_id(rows, row, 1);
    struct debtor *debtor = contact_find_debtor(book, &debtor_id);
    size_t len = 0;
    const uint8_t *body = db_bytes(rows, row, 5, &len);
    if (debtor == NULL)
        return;
    if (fact_codec_unpack(body, len, &fact_id, &fact, NULL) != STATUS_OK) {
        debtor->has_unreadable_fact = true;
        return;
    }
    fact->recorded_at_us = db_int8(rows, row, 2);
    fact->recorded_by = contact_text(book, db_text(rows, row, 3));
    fact->released_at_us = db_int8(rows, row, 4);
    fact->number = db_int4(rows, row, 6);
    (void)debtor_add_fact(debtor, &fact);
}

enum status contact_store_load(struct db *db, const struct contact_keys *keys, int64_t attempts_since_us,
                               struct contact_book *book, struct error *err)
{
    struct db_call calls[LOAD_CALLS] = {0};
    struct db_call run[LOAD_CALLS];
    enum load_call at[LOAD_CALLS];
    size_t n = 0;
    if (db_columns_rows(&keys->accounts) > 0)
        db_columns_bind(&keys->accounts, &CONTACT_ACCOUNT_SELECT, &calls[LOAD_ACCOUNTS]);
    if (db_columns_rows(&keys->debtors) > 0)
        db_columns_bind(&keys->debtors, &CONTACT_ACCOUNT_SELECT_BY_DEBTOR, &calls[LOAD_ACCOUNTS_OF_DEBTORS]);
    if (db_columns_rows(&keys->persons_of) > 0) {
        db_columns_bind(&keys->persons_of, &CONTACT_PERSON_SELECT, &calls[LOAD_PERSONS_OF]);
        db_columns_bind(&keys->persons_of, &CONTACT_FACT_SELECT, &calls[LOAD_FACTS]);
        if (attempts_since_us != CONTACT_WITHOUT_ATTEMPTS) {
            db_columns_bind(&keys->persons_of, &CONTACT_ATTEMPT_SELECT, &calls[LOAD_ATTEMPTS]);
            db_arg_int8(&calls[LOAD_ATTEMPTS].args, attempts_since_us);
        }
    }
    for (enum load_call call = 0; call < LOAD_CALLS; call++) {
        if (calls[call].statement == NULL)
            continue;
        at[n] = call;
        run[n++] = calls[call];
    }
    if (n == 0)
        return STATUS_OK;
    enum status st = db_exec_pipeline(db, run, n, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "load accounts");
    const struct db_result *rows[LOAD_CALLS] = {0};
    for (size_t i = 0; i < n; i++)
        rows[at[i]] = run[i].result;
    read_rows(rows[LOAD_ACCOUNTS], read_account, book);
    read_rows(rows[LOAD_ACCOUNTS_OF_DEBTORS], read_account, book);
    read_rows(rows[LOAD_PERSONS_OF], read_account, book);
    read_rows(rows[LOAD_ATTEMPTS], read_attempt, book);
    read_rows(rows[LOAD_FACTS], read_fact, book);
    db_calls_clear(run, n);
    return STATUS_OK;
}

enum status contact_store_load_permits(struct db *db, const struct id *ids, size_t n, struct contact_book *book,
                                       struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns keys = {0};
    SCOPED(db_result_freep) struct db_result *rows = NULL;
    db_columns_add_keys(&keys);
    db_columns_push_ids(&keys, ids, n);
    enum status st = db_columns_exec(db, &CONTACT_PERMIT_SELECT, &keys, &rows, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "load permits");
    for (size_t row = 0; row < db_rows(rows); row++)
        (void)read_permit(rows, row, book);
    return STATUS_OK;
}

void contact_discussions_init(struct db_columns *keys)
{
    *keys = (struct db_columns){0};
    db_columns_add_keys(keys);
    (void)db_columns_add(keys, DB_UUID);
}

void contact_discussions_add(struct db_columns *keys, const struct id *account_id, const struct id *permit_id)
{
    db_columns_push_key(keys, account_id);
    db_array_id(keys->column[2], permit_id);
}

enum status contact_store_load_discussions(struct db *db, const struct db_columns *keys, struct contact_book *book,
                                           struct error *err)
{
    SCOPED(db_result_freep) struct db_result *rows = NULL;
    if (db_columns_rows(keys) == 0)
        return STATUS_OK;
    enum status st = db_columns_exec(db, &CONTACT_DISCUSSION_SELECT, keys, &rows, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "load discussions");
    for (size_t row = 0; row < db_rows(rows); row++) {
        struct id account_id = db_id(rows, row, 0);
        struct id permit_id = db_id(rows, row, 1);
        *permit_add_discussion(contact_find_permit(book, &permit_id), &account_id) = (struct discussion){
            .account_id = account_id,
            .occurred_at_us = db_int8(rows, row, 2),
            .counts = db_bool(rows, row, 3),
            .is_conversation = db_bool(rows, row, 4),
            .is_disputed = db_bool(rows, row, 5),
        };
    }
    return STATUS_OK;
}

enum status contact_store_recent_permits(struct db *db, const struct id *account_id, int32_t limit,
                                         struct contact_book *book, GPtrArray **ret_permits, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *rows = NULL;
    struct db_args args = {0};
    db_arg_int2(&args, (int16_t)id_partition(account_id));
    db_arg_id(&args, account_id);
    db_arg_int4(&args, limit);
    enum status st = db_exec(db, &CONTACT_PERMIT_SELECT_BY_ACCOUNT, &args, &rows, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "load the attempts of an account");
    *ret_permits = g_ptr_array_new();
    for (size_t row = 0; row < db_rows(rows); row++)
        g_ptr_array_add(*ret_permits, read_permit(rows, row, book));
    return STATUS_OK;
}

static const enum db_type ACCOUNT_TYPES[] = {
    DB_INT2, DB_UUID, DB_INT4, DB_UUID, DB_INT8, DB_INT2, /* and what may change: */
    DB_INT4, DB_UUID, DB_BOOL, DB_INT4, DB_TEXT, DB_INT4, DB_INT8, DB_INT8, DB_TEXT,
    DB_INT8, DB_INT8, DB_TEXT, DB_INT8, DB_BOOL, DB_INT8, DB_INT8, DB_INT8, DB_INT2,
    DB_TEXT, DB_INT8, DB_INT8, DB_TEXT, DB_INT8, DB_INT2, DB_INT8, DB_TEXT, DB_INT8,
};
static const enum db_type ACCOUNT_UPDATE_TYPES[] = {
    DB_INT2, DB_UUID, DB_INT4, DB_UUID, DB_BOOL, DB_INT4, DB_TEXT, DB_INT4, DB_INT8, DB_INT8,
    DB_TEXT, DB_INT8, DB_INT8, DB_TEXT, DB_INT8, DB_BOOL, DB_INT8, DB_INT8, DB_INT8, DB_INT2,
    DB_TEXT, DB_INT8, DB_INT8, DB_TEXT, DB_INT8, DB_INT2, DB_INT8, DB_TEXT, DB_INT8,
};
static const enum db_type RESERVE_TYPES[] = {DB_INT2, DB_UUID, DB_INT8};
static const enum db_type DEBTOR_TYPES[] = {DB_INT2,  DB_UUID,  DB_INT4,  DB_INT4, DB_ARRAY,
                                            DB_ARRAY, DB_ARRAY, DB_ARRAY, DB_ARRAY};
static const enum db_type NUMBER_TYPES[] = {DB_INT8, DB_UUID, DB_INT2};
static const enum db_type PERMIT_TYPES[] = {
    DB_INT2, DB_UUID, DB_INT4, DB_UUID, DB_UUID, DB_UUID, DB_INT2, DB_INT2, DB_TEXT, DB_INT8, DB_INT8, DB_TEXT,
    DB_TEXT, DB_TEXT, DB_INT2, DB_INT8, DB_INT2, DB_INT2, DB_INT2, DB_INT8, DB_INT4, DB_BOOL, DB_BOOL, DB_TEXT,
};
static const enum db_type PERMIT_UPDATE_TYPES[] = {DB_INT2, DB_UUID, DB_INT2, DB_INT8, DB_INT2, DB_INT2,
                                                   DB_INT2, DB_INT8, DB_INT4, DB_BOOL, DB_BOOL, DB_INT2};
static const enum db_type DISCUSSION_TYPES[] = {DB_INT2, DB_UUID, DB_UUID, DB_INT4, DB_UUID,
                                                DB_INT8, DB_BOOL, DB_BOOL, DB_BOOL};

static const enum db_type FACT_TYPES[] = {DB_INT2, DB_UUID, DB_UUID,  DB_INT4, DB_INT8,
                                          DB_INT8, DB_TEXT, DB_BYTEA, DB_INT4};
static const enum db_type RELEASE_TYPES[] = {DB_INT2, DB_UUID, DB_UUID, DB_INT8};

enum write {
    WRITE_NEW_DEBTORS,
    WRITE_NUMBERS,
    WRITE_NEW_ACCOUNTS,
    WRITE_ACCOUNTS,
    WRITE_RESERVATIONS,
    WRITE_PERMITS,
    WRITE_REPORTS,
    WRITE_DISCUSSIONS,
    WRITE_FACTS,
    WRITE_RELEASES,
    WRITE_END,
};

static const struct db_write WRITES[WRITE_END] = {
    [WRITE_NEW_DEBTORS] = {&CONTACT_DEBTOR_COPY, DEBTOR_TYPES, ARRAY_SIZE(DEBTOR_TYPES), .is_copy = true},
    [WRITE_NUMBERS] = {&CONTACT_NUMBER_COPY, NUMBER_TYPES, ARRAY_SIZE(NUMBER_TYPES), .is_copy = true},
    [WRITE_NEW_ACCOUNTS] = {&CONTACT_ACCOUNT_COPY, ACCOUNT_TYPES, ARRAY_SIZE(ACCOUNT_TYPES), .is_copy = true},
    [WRITE_ACCOUNTS] = {&CONTACT_ACCOUNT_UPDATE, ACCOUNT_UPDATE_TYPES, ARRAY_SIZE(ACCOUNT_UPDATE_TYPES),
                        .is_copy = false},
    [WRITE_RESERVATIONS] = {&CONTACT_ACCOUNT_RESERVE, RESERVE_TYPES, ARRAY_SIZE(RESERVE_TYPES), .is_copy = false},
    [WRITE_PERMITS] = {&CONTACT_PERMIT_INSERT, PERMIT_TYPES, ARRAY_SIZE(PERMIT_TYPES), .is_copy = false},
    [WRITE_REPORTS] = {&CONTACT_PERMIT_UPDATE, PERMIT_UPDATE_TYPES, ARRAY_SIZE(PERMIT_UPDATE_TYPES), .is_copy = false},
    [WRITE_DISCUSSIONS] = {&CONTACT_DISCUSSION_UPSERT, DISCUSSION_TYPES, ARRAY_SIZE(DISCUSSION_TYPES),
                           .is_copy = false},
    [WRITE_FACTS] = {&CONTACT_FACT_INSERT, FACT_TYPES, ARRAY_SIZE(FACT_TYPES), .is_copy = false},
    [WRITE_RELEASES] = {&CONTACT_FACT_RELEASE, RELEASE_TYPES, ARRAY_SIZE(RELEASE_TYPES), .is_copy = false},
};

/* The contact points of one person as arrays. */
struct point_arrays {
    struct db_array *ids, *kinds, *values, *zones, *marks;
    bool has_marks; /* else NULL is written */
};

static void point_arrays_init(struct point_arrays *arrays)
{
    *arrays = (struct point_arrays){
        .ids = db_array_new(DB_UUID),
        .kinds = db_array_new(DB_INT2),
        .values = db_array_new(DB_TEXT),
        .zones = db_array_new(DB_TEXT),
        .marks = db_array_new(DB_INT2),
    };
}

static void point_arrays_fini(struct point_arrays *arrays)
{
    db_array_freep(&arrays->ids);
    db_array_freep(&arrays->kinds);
    db_array_freep(&arrays->values);
    db_array_freep(&arrays->zones);
    db_array_freep(&arrays->marks);
}

static void point_arrays_fill(struct point_arrays *arrays, const struct debtor *debtor)
{
    db_array_clear(arrays->ids);
    db_array_clear(arrays->kinds);
    db_array_clear(arrays->values);
    db_array_clear(arrays->zones);
    db_array_clear(arrays->marks);
    arrays->has_marks = false;
    for (guint i = 0; i < debtor->points->len; i++) {
        const struct contact_point *point = g_ptr_array_index(debtor->points, i);
        int16_t mark = (int16_t)((point->is_opted_out ? MARK_OPTED_OUT : 0) | (point->is_wrong ? MARK_WRONG : 0) |
                                 (point->is_returned ? MARK_RETURNED : 0));
        db_array_id(arrays->ids, &point->id);
        db_array_int2(arrays->kinds, (int16_t)point->kind);
        db_array_text(arrays->values, point->value);
        db_array_text(arrays->zones, point->zones);
        db_array_int2(arrays->marks, mark);
        arrays->has_marks = arrays->has_marks || mark != 0;
    }
}

static bool is_dialable(const struct account *account)
{
    const struct debtor *debtor = account->debtor;
    if (account->step[0] == '\0')
        return false;
    const struct channel_traits *traits = channel_traits((enum channel)account->step_channel);
    const bool is_somewhere = !traits->is_timed || (debtor->n_zones > 0 && !debtor->has_unreadable_zone);
    return is_somewhere && debtor_has_usable_point(debtor, traits->point_kind);
}

static int64_t dial_at(const struct account *account)
{
    return is_dialable(account) ? account->step_due_at_us : 0;
}

/* Columns in which 0 is NULL: of most accounts, where it costs nothing. */
static void push_unless_zero(struct db_array *column, int64_t value)
{
    if (value != 0)
        db_array_int8(column, value);
    else
        db_array_null(column);
}

static void push_waits(const struct account *account, struct db_array *column)
{
    g_autoptr(GString) text = g_string_new("");
    for (int channel = CHANNEL_CALL + 1; channel < CHANNEL_END; channel++)
        if (account->not_before_us[channel] != 0)
            g_string_append_printf(text, "%s%d:%" PRId64, text->len == 0 ? "" : ",", channel,
                                   account->not_before_us[channel]);
    db_array_text(column, text->str);
}

#define EXIT_COLUMNS 3

/* Of the few that are past their steps: NULL, which costs nothing, of all others. */
static void push_exit(const struct account *account, struct db_array *const *c)
{
    if (account->left_strategy[0] != '\0')
        db_array_text(c[0], account->left_strategy);
    else
        db_array_null(c[0]);
    push_unless_zero(c[1], account->exit_at_us);
    if (account->exits_made != 0)
        db_array_int2(c[2], (int16_t)account->exits_made);
    else
        db_array_null(c[2]);
}

/* What a dispute of a part holds, and what is compared with it. */
static void push_part(const struct account *account, struct db_array *const *c)
{
    push_unless_zero(c[0], account->part.minor);
    db_array_text(c[1], account->part.minor != 0 ? account->part.currency : NULL);
    if (account->is_owed_known)
        db_array_int8(c[2], account->owed_minor);
    else
        db_array_null(c[2]);
}

/* What of an account may change, in the order of both statements. */
static void push_changing(const struct account *account, struct db_array *const *c)
{
    db_array_int4(*c++, (int32_t)account->holds);
    db_array_id(*c++, &account->dispute_id);
    db_array_bool(*c++, account->is_dispute_claimed);
    db_array_int4(*c++, account->due_on_days);
    db_array_text(*c++, account->strategy);
    db_array_int4(*c++, account->priority);
    db_array_int8(*c++, account->classified_at_us);
    db_array_int8(*c++, account->promise_broken_at_us);
    db_array_text(*c++, account->steps_done);
    db_array_int8(*c++, account->last_step_at_us);
    db_array_int8(*c++, account->not_before_us[CHANNEL_CALL]);
    db_array_text(*c++, account->step);
    db_array_int8(*c++, account->step_due_at_us);
    db_array_bool(*c++, account->is_stopped);
    push_unless_zero(*c++, dial_at(account));
    push_unless_zero(*c++, account->unposted_seq);
    push_unless_zero(*c++, account->restated_seq);
    db_array_int2(*c++, (int16_t)account->step_channel);
    push_waits(account, *c++);
    push_unless_zero(*c++, account->notice_at_us);
    push_unless_zero(*c++, account->notice_due_at_us);
    push_exit(account, c);
    push_part(account, &c[EXIT_COLUMNS]);
}

static void push_new_account(const struct account *account, const struct db_columns *columns)
{
    struct db_array *const *c = columns->column;
    db_columns_push_key(columns, &account->id);
    db_array_int4(c[2], account->debtor->agency_id);
    db_array_id(c[3], &account->debtor->id);
    db_array_int8(c[4], account->placed_at_us);
    db_array_int2(c[5], (int16_t)account->debt_kind);
    push_changing(account, &c[6]);
}

static void push_account(const struct account *account, const struct db_columns *columns)
{
    db_columns_push_key(columns, &account->id);
    push_changing(account, &columns->column[2]);
}

static void push_reservation(const struct account *account, const struct db_columns *columns)
{
    struct db_array *const *c = columns->column;
    db_columns_push_key(columns, &account->id);
    db_array_int8(c[2], account->reserved_until_us);
}

static void push_new_debtor(const struct debtor *debtor, struct point_arrays *arrays, const struct db_columns *columns)
{
    struct db_array *const *c = columns->column;
    point_arrays_fill(arrays, debtor);
    db_columns_push_key(columns, &debtor->id);
    db_array_int4(c[2], debtor->agency_id);
    db_array_int4(c[3], (int32_t)debtor->holds);
    db_array_array(c[4], arrays->ids);
    db_array_array(c[5], arrays->kinds);
    db_array_array(c[6], arrays->values);
    db_array_array(c[7], arrays->zones);
    db_array_array(c[8], arrays->has_marks ? arrays->marks : NULL);
}

/* By which whoever texts us is found. */
static void push_numbers(const struct debtor *debtor, const struct db_columns *columns)
{
    struct db_array *const *c = columns->column;
    for (guint i = 0; i < debtor->points->len; i++) {
        const struct contact_point *point = g_ptr_array_index(debtor->points, i);
        int64_t number = 0;
        if (!point->is_new || point->kind != CONTACT_POINT_PHONE || !number_parse(point->value, &number))
            continue;
        db_array_int8(c[0], number);
        db_array_id(c[1], &debtor->id);
        db_array_int2(c[2], (int16_t)id_partition(&debtor->id));
    }
}

static void push_permit(const struct permit *permit, const struct db_columns *columns)
{
    struct db_array *const *c = &columns->column[2];
    db_columns_push_key(columns, &permit->id);
    db_array_int4(*c++, permit->agency_id);
    db_array_id(*c++, &permit->account_id);
    db_array_id(*c++, &permit->debtor_id);
    db_array_id(*c++, &permit->contact_point_id);
    db_array_int2(*c++, (int16_t)permit->channel);
    db_array_int2(*c++, (int16_t)permit->purpose);
    db_array_text(*c++, permit->dialer);
    db_array_int8(*c++, permit->granted_at_us);
    db_array_int8(*c++, permit->valid_until_us);
    db_array_text(*c++, permit->strategy);
    db_array_text(*c++, permit->step);
    db_array_text(*c++, permit->rule_version);
    db_array_int2(*c++, (int16_t)permit->state);
    db_array_int8(*c++, permit->occurred_at_us);
    db_array_int2(*c++, (int16_t)permit->telephony);
    db_array_int2(*c++, (int16_t)permit->party);
    db_array_int2(*c++, (int16_t)permit->outcome);
    db_array_int8(*c++, permit->started_at_us);
    db_array_int4(*c++, permit->duration_s);
    db_array_bool(*c++, permit->counts);
    db_array_bool(*c++, permit->is_conversation);
    db_array_text(*c, permit->campaign);
}

static void push_report(const struct permit *permit, const struct db_columns *columns)
{
    struct db_array *const *c = &columns->column[2];
    db_columns_push_key(columns, &permit->id);
    db_array_int2(*c++, (int16_t)permit->state);
    db_array_int8(*c++, permit->occurred_at_us);
    db_array_int2(*c++, (int16_t)permit->telephony);
    db_array_int2(*c++, (int16_t)permit->party);
    db_array_int2(*c++, (int16_t)permit->outcome);
    db_array_int8(*c++, permit->started_at_us);
    db_array_int4(*c++, permit->duration_s);
    db_array_bool(*c++, permit->counts);
    db_array_bool(*c++, permit->is_conversation);
    db_array_int2(*c, (int16_t)permit->delivery);
}

static void push_discussions(const struct permit *permit, const struct db_columns *columns)
{
    struct db_array *const *c = columns->column;
    for (guint i = 0; permit->discussions != NULL && i < permit->discussions->len; i++) {
        const struct discussion *discussion = &g_array_index(permit->discussions, struct discussion, i);
        if (!discussion->is_changed)
            continue;
        db_columns_push_key(columns, &discussion->account_id);
        db_array_id(c[2], &permit->id);
        db_array_int4(c[3], permit->agency_id);
        db_array_id(c[4], &permit->contact_point_id);
        db_array_int8(c[5], discussion->occurred_at_us);
        db_array_bool(c[6], discussion->counts);
        db_array_bool(c[7], discussion->is_conversation);
        db_array_bool(c[8], discussion->is_disputed);
    }
}

static void collect_accounts(const struct contact_book *book, struct db_columns columns[static WRITE_END])
{
    g_autoptr(GPtrArray) accounts = id_table_sorted(book->accounts);
    for (guint i = 0; i < accounts->len; i++) {
        const struct account *account = g_ptr_array_index(accounts, i);
        if (account->is_new)
            push_new_account(account, &columns[WRITE_NEW_ACCOUNTS]);
        else if (account->is_changed || account->dial_at_us != dial_at(account)) /* phones or zones came or went */
            push_account(account, &columns[WRITE_ACCOUNTS]);
        if (account->is_reservation_changed)
            push_reservation(account, &columns[WRITE_RESERVATIONS]);
    }
}

static bool is_person_changed(const struct debtor *debtor)
{
    if (debtor->is_changed)
        return true;
    for (guint i = 0; i < debtor->points->len; i++)
        if (((const struct contact_point *)g_ptr_array_index(debtor->points, i))->is_changed)
            return true;
    return false;
}

static void push_facts(const struct debtor *debtor, struct db_columns columns[static WRITE_END])
{
    for (guint i = 0; i < debtor->facts->len; i++) {
        const struct person_fact *fact = g_ptr_array_index(debtor->facts, i);
        struct db_array *const *c = columns[fact->is_new ? WRITE_FACTS : WRITE_RELEASES].column;
        if (!fact->is_new && !fact->is_changed)
            continue;
        db_columns_push_key(&columns[fact->is_new ? WRITE_FACTS : WRITE_RELEASES], &debtor->id);
        db_array_id(c[2], &fact->id);
        if (!fact->is_new) {
            db_array_int8(c[3], fact->released_at_us);
            continue;
        }
        db_array_int4(c[3], debtor->agency_id);
        db_array_int8(c[4], fact->at_us);
        db_array_int8(c[5], fact->recorded_at_us);
        db_array_text(c[6], fact->recorded_by);
        db_array_bytes(c[7], fact->body, fact->body_len);
        db_array_int4(c[8], fact->number);
    }
}

/* New persons into `columns`, known ones that have changed into `changed`. */
static void collect_debtors(const struct contact_book *book, struct db_columns columns[static WRITE_END],
                            GPtrArray *changed)
{
    SCOPED(point_arrays_fini) struct point_arrays arrays;
    GHashTableIter iter;
    gpointer value = NULL;
    point_arrays_init(&arrays);
    g_hash_table_iter_init(&iter, book->debtors);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct debtor *debtor = value;
        push_facts(debtor, columns);
        push_numbers(debtor, &columns[WRITE_NUMBERS]);
        if (debtor->is_new)
            push_new_debtor(debtor, &arrays, &columns[WRITE_NEW_DEBTORS]);
        else if (is_person_changed(debtor))
            g_ptr_array_add(changed, value);
    }
}

static void collect_permits(const struct contact_book *book, struct db_columns columns[static WRITE_END])
{
    GHashTableIter iter;
    gpointer value = NULL;
    g_hash_table_iter_init(&iter, book->permits);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct permit *permit = value;
        if (permit->is_new)
            push_permit(permit, &columns[WRITE_PERMITS]);
        else if (permit->is_changed)
            push_report(permit, &columns[WRITE_REPORTS]);
        push_discussions(permit, &columns[WRITE_DISCUSSIONS]);
    }
}

/* One statement a person: PostgreSQL knows no array of arrays of several lengths, and cutting arrays of text into
 * slices walks them from their beginning each time. Persons change seldom once they are there. */
static enum status update_debtors(struct db *db, const GPtrArray *debtors, struct error *err)
{
    g_autofree struct db_call *calls = g_new0(struct db_call, debtors->len);
    g_autofree struct point_arrays *arrays = g_new0(struct point_arrays, debtors->len);
    for (guint i = 0; i < debtors->len; i++) {
        const struct debtor *debtor = g_ptr_array_index(debtors, i);
        struct db_args *args = &calls[i].args;
        calls[i].statement = &CONTACT_DEBTOR_UPDATE;
        point_arrays_init(&arrays[i]);
        point_arrays_fill(&arrays[i], debtor);
        db_arg_int2(args, (int16_t)id_partition(&debtor->id));
        db_arg_id(args, &debtor->id);
        db_arg_int4(args, (int32_t)debtor->holds);
        db_arg_array(args, arrays[i].ids);
        db_arg_array(args, arrays[i].kinds);
        db_arg_array(args, arrays[i].values);
        db_arg_array(args, arrays[i].zones);
        db_arg_array(args, arrays[i].marks);
    }
    enum status st = db_exec_pipeline(db, calls, debtors->len, err);
    db_calls_clear(calls, debtors->len);
    for (guint i = 0; i < debtors->len; i++)
        point_arrays_fini(&arrays[i]);
    return st;
}

enum status contact_store_save(struct db *db, const struct contact_book *book, struct error *err)
{
    struct db_columns columns[WRITE_END];
    g_autoptr(GPtrArray) changed = g_ptr_array_new();
    db_writes_init(columns, WRITES, WRITE_END);
    collect_accounts(book, columns);
    collect_debtors(book, columns, changed);
    collect_permits(book, columns);
    enum status st = db_writes_run(db, WRITES, columns, WRITE_END, err);
    db_writes_fini(columns, WRITE_END);
    if (st == STATUS_OK)
        st = update_debtors(db, changed, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "save accounts");
}

static void read_entry(const struct db_result *rows, size_t row, GArray *entries)
{
    struct dial_entry entry = {
        .account_id = db_id(rows, row, 0),
        .contact_point_id = db_id(rows, row, 1),
        .debtor_id = db_id(rows, row, 2),
        .priority = db_int4(rows, row, 3),
        .due_at_us = db_int8(rows, row, 6),
        .channel = (enum channel)db_int2(rows, row, 7),
        .held_minor = db_int8(rows, row, 8),
    };
    g_strlcpy(entry.strategy, db_text(rows, row, 4), sizeof(entry.strategy));
    g_strlcpy(entry.step, db_text(rows, row, 5), sizeof(entry.step));
    g_strlcpy(entry.held_currency, db_text(rows, row, 9), sizeof(entry.held_currency));
    g_array_append_val(entries, entry);
}

enum status contact_store_find_number(struct db *db, int64_t number, GArray **ret_holders, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *rows = NULL;
    struct db_args args = {0};
    db_arg_int8(&args, number);
    db_arg_int4(&args, (int32_t)HOLD_BIT(HOLD_RECALLED));
    const enum status st = db_exec(db, &CONTACT_NUMBER_FIND, &args, &rows, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "find who has a number");
    *ret_holders = g_array_new(FALSE, FALSE, sizeof(struct number_holder));
    for (size_t row = 0; row < db_rows(rows); row++) {
        const struct number_holder holder = {.contact_point_id = db_id(rows, row, 0),
                                             .debtor_id = db_id(rows, row, 1),
                                             .account_id = db_id(rows, row, 2),
                                             .agency_id = db_int4(rows, row, 3)};
        g_array_append_val(*ret_holders, holder);
    }
    return STATUS_OK;
}

enum status contact_store_reserve(struct db *db, const uint16_t *partitions, size_t n_partitions,
                                  const struct contact_reservation *wanted, GArray **ret_entries, struct error *err)
{
    SCOPED(db_array_freep) struct db_array *array = db_array_new(DB_INT2);
    SCOPED(db_array_freep) struct db_array *channels = db_array_new(DB_INT2);
    SCOPED(db_array_freep) struct db_array *kinds = db_array_new(DB_INT2);
    SCOPED(db_result_freep) struct db_result *rows = NULL;
    struct db_args args = {0};
    for (size_t i = 0; i < n_partitions; i++)
        db_array_int2(array, (int16_t)partitions[i]);
    for (int channel = CHANNEL_CALL; channel < CHANNEL_END; channel++) {
        if (!wanted->is_wanted[channel])
            continue;
        db_array_int2(channels, (int16_t)channel);
        db_array_int2(kinds, (int16_t)channel_traits((enum channel)channel)->point_kind);
    }
    db_arg_array(&args, array);
    db_arg_int8(&args, wanted->now_us);
    db_arg_int4(&args, wanted->limit);
    db_arg_int8(&args, wanted->until_us);
    db_arg_text(&args, wanted->dialer);
    db_arg_int4(&args, wanted->agency_id);
    db_arg_array(&args, channels);
    db_arg_array(&args, kinds);
    enum status st = db_exec(db, &CONTACT_DIAL_RESERVE, &args, &rows, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "reserve a dial list");
    *ret_entries = g_array_new(FALSE, FALSE, sizeof(struct dial_entry));
    for (size_t row = 0; row < db_rows(rows); row++)
        read_entry(rows, row, *ret_entries);
    return STATUS_OK;
}
