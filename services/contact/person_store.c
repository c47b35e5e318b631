#include "person_store.h"

#include "contact_sql.h"
#include "fact_codec.h"
#include "number_model.h"

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

struct debtor *person_store_read(const struct db_result *rows, size_t row, struct contact_book *book)
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

void person_store_read_fact(const struct db_result *rows, size_t row, struct contact_book *book)
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

void person_store_push(const struct contact_book *book, struct db_columns columns[static WRITE_END], GPtrArray *changed)
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

/* One statement a person: PostgreSQL knows no array of arrays of several lengths, and cutting arrays of text into
 * slices walks them from their beginning each time. Persons change seldom once they are there. */
enum status person_store_update(struct db *db, const GPtrArray *debtors, struct error *err)
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

enum status person_store_find_number(struct db *db, int64_t number, GArray **ret_holders, struct error *err)
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
