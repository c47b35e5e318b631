#include "contact_store.h"

#include <inttypes.h>

#include "contact_sql.h"
#include "contact_writes.h"
#include "id/id_table.h"
#include "permit_store.h"
#include "person_store.h"

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
    struct account *account = contact_add_account(book, &id, person_store_read(rows, row, book));
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
    read_rows(rows[LOAD_FACTS], person_store_read_fact, book);
    db_calls_clear(run, n);
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

enum status contact_store_save(struct db *db, const struct contact_book *book, struct error *err)
{
    struct db_columns columns[WRITE_END];
    g_autoptr(GPtrArray) changed = g_ptr_array_new();
    db_writes_init(columns, WRITES, WRITE_END);
    collect_accounts(book, columns);
    person_store_push(book, columns, changed);
    permit_store_push(book, columns);
    enum status st = db_writes_run(db, WRITES, columns, WRITE_END, err);
    db_writes_fini(columns, WRITE_END);
    if (st == STATUS_OK)
        st = person_store_update(db, changed, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "save accounts");
}
