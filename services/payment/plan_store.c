#include "plan_store.h"

#include <assert.h>

#include "payment_sql.h"

static struct date read_date(const struct db_result *result, size_t row, int column, struct date otherwise)
{
    return db_is_null(result, row, column) ? otherwise : (struct date){db_int4(result, row, column)};
}

static struct plan read_plan(const struct db_result *result, size_t row)
{
    return (struct plan){
        .plan_id = db_id(result, row, 0),
        .account_id = db_id(result, row, 1),
        .state = (enum plan_state)db_int2(result, row, 4),
        .discount_minor = db_int8(result, row, 8),
        .unapplied_minor = db_int8(result, row, 9),
        .schedule.n = db_int4(result, row, 10),
        .policy = {.tolerance = {(enum tolerance_kind)db_int2(result, row, 11), db_int8(result, row, 12)},
                   .grace_days = db_int4(result, row, 13),
                   .breaks_in_a_row = db_int4(result, row, 14),
                   .breaks_in_total = db_int4(result, row, 15)},
        .held_on = read_date(result, row, 16, (struct date){0}),
        .reviewed_on = read_date(result, row, 17, (struct date){INT32_MIN}),
        .replaces = db_id(result, row, 24),
        .replaced_by = db_id(result, row, 25),
    };
}

static void read_agreement(const struct db_result *result, size_t row, struct plan_agreement *agreement)
{
    *agreement = (struct plan_agreement){
        .plan = read_plan(result, row),
        .debtor_id = db_id(result, row, 2),
        .agency_id = db_int4(result, row, 3),
        .frequency = (enum plan_frequency)db_int2(result, row, 5),
        .owed.minor = db_int8(result, row, 7),
        .role = (enum sop_role)db_int2(result, row, 18),
        .approval_by = (enum sop_role)db_int2(result, row, 19),
        .agreed_by = db_text(result, row, 20),
        .approved_by = db_text(result, row, 21),
        .agreed_at = {db_int8(result, row, 22)},
        .made_after = db_int4(result, row, 23),
        .instrument_id = db_id(result, row, 26),
        .terms_id = db_id(result, row, 27),
        .discount_posting = db_id(result, row, 28),
        .reason = db_text(result, row, 29),
        .waits_to_collect = db_bool(result, row, 30),
    };
    g_strlcpy(agreement->owed.currency, db_text(result, row, 6), sizeof(agreement->owed.currency));
}

void plan_store_take(struct book *book, const struct db_result *result)
{
    for (size_t row = 0; row < db_rows(result); row++) {
        struct plan_agreement agreement;
        read_agreement(result, row, &agreement);
        assert(agreement.plan.schedule.n <= PLAN_INSTALMENTS_MAX);
        (void)book_add_plan(book, &agreement);
        book_want_account(book, &agreement.plan.account_id);
        if (agreement.plan.state == PLAN_PROPOSED && !id_is_none(&agreement.plan.replaces))
            book_want_plan(book, &agreement.plan.replaces);
        if (!id_is_none(&agreement.discount_posting))
            book_want_posting(book, &agreement.discount_posting);
    }
}

void plan_store_take_instalments(struct book *book, const struct db_result *result)
{
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct id plan_id = db_id(result, row, 0);
        struct book_plan *plan = (struct book_plan *)book_plan(book, &plan_id);
        const int32_t place = db_int4(result, row, 1) - 1;
        const struct plan_instalment instalment = {
            .due = {db_int4(result, row, 2)},
            .amount_minor = db_int8(result, row, 3),
            .paid_minor = db_int8(result, row, 4),
            .grace_from = {db_int4(result, row, 5)},
            .is_satisfied = !db_is_null(result, row, 6),
            .satisfied_on = read_date(result, row, 6, (struct date){0}),
            .was_missed = db_bool(result, row, 7),
        };
        plan->agreement.plan.schedule.instalments[place] = instalment;
        plan->stored.instalments[place] = instalment;
        plan->stored.n = plan->agreement.plan.schedule.n;
    }
}

const enum db_type PLAN_TYPES[PLAN_COLUMNS] = {
    DB_INT2, DB_UUID, DB_UUID, DB_UUID, DB_INT4, DB_INT2, DB_INT2, DB_TEXT, DB_INT8, DB_INT8, DB_INT8,
    DB_INT4, DB_INT2, DB_INT8, DB_INT4, DB_INT4, DB_INT4, DB_INT4, DB_INT4, DB_INT2, DB_INT2, DB_TEXT,
    DB_TEXT, DB_INT8, DB_INT4, DB_UUID, DB_UUID, DB_UUID, DB_UUID, DB_UUID, DB_TEXT, DB_BOOL,
};

static void push_policy(struct db_array *const *column, const struct plan_policy *policy)
{
    db_array_int2(column[0], (int16_t)policy->tolerance.kind);
    db_array_int8(column[1], policy->tolerance.value);
    db_array_int4(column[2], policy->grace_days);
    db_array_int4(column[3], policy->breaks_in_a_row);
    db_array_int4(column[4], policy->breaks_in_total);
}

static void push_days(struct db_array *const *column, const struct plan *plan)
{
    if (plan->held_on.days == 0)
        db_array_null(column[0]);
    else
        db_array_int4(column[0], plan->held_on.days);
    if (plan->reviewed_on.days == INT32_MIN)
        db_array_null(column[1]);
    else
        db_array_int4(column[1], plan->reviewed_on.days);
}

static void push_persons(struct db_array *const *column, const struct plan_agreement *agreement)
{
    db_array_int2(column[0], (int16_t)agreement->role);
    if (agreement->approval_by == 0)
        db_array_null(column[1]);
    else
        db_array_int2(column[1], (int16_t)agreement->approval_by);
    db_array_text(column[2], agreement->agreed_by);
    db_array_text(column[3], agreement->approved_by);
}

static void push_plan(struct db_columns *columns, const struct plan_agreement *agreement)
{
    struct db_array *const *column = columns->column;
    const struct plan *plan = &agreement->plan;

    db_columns_push_key(columns, &plan->plan_id);
    db_array_id(column[2], &plan->account_id);
    db_array_id(column[3], &agreement->debtor_id);
    db_array_int4(column[4], agreement->agency_id);
    db_array_int2(column[5], (int16_t)plan->state);
    db_array_int2(column[6], (int16_t)agreement->frequency);
    db_array_text(column[7], agreement->owed.currency);
    db_array_int8(column[8], agreement->owed.minor);
    db_array_int8(column[9], plan->discount_minor);
    db_array_int8(column[10], plan->unapplied_minor);
    db_array_int4(column[11], plan->schedule.n);
    push_policy(&column[12], &plan->policy);
    push_days(&column[17], plan);
    push_persons(&column[19], agreement);
    db_array_int8(column[23], agreement->agreed_at.us);
    db_array_int4(column[24], agreement->made_after);
    db_array_id(column[25], &plan->replaces);
    db_array_id(column[26], &plan->replaced_by);
    db_array_id(column[27], &agreement->instrument_id);
    db_array_id(column[28], &agreement->terms_id);
    db_array_id(column[29], &agreement->discount_posting);
    db_array_text(column[30], agreement->reason);
    db_array_bool(column[31], agreement->waits_to_collect);
}

const enum db_type INSTALMENT_TYPES[INSTALMENT_COLUMNS] = {DB_INT2, DB_UUID, DB_INT4, DB_INT4, DB_INT8,
                                                           DB_INT8, DB_INT4, DB_INT4, DB_BOOL};

static bool is_as_stored(const struct plan_instalment *instalment, const struct plan_instalment *stored)
{
    return instalment->amount_minor == stored->amount_minor && instalment->paid_minor == stored->paid_minor &&
           instalment->grace_from.days == stored->grace_from.days && instalment->is_satisfied == stored->is_satisfied &&
           instalment->was_missed == stored->was_missed &&
           (!stored->is_satisfied || instalment->satisfied_on.days == stored->satisfied_on.days);
}

static void push_instalment(struct db_columns *columns, const struct id *plan_id, int32_t number,
                            const struct plan_instalment *instalment)
{
    struct db_array *const *column = columns->column;

    db_columns_push_key(columns, plan_id);
    db_array_int4(column[2], number);
    db_array_int4(column[3], instalment->due.days);
    db_array_int8(column[4], instalment->amount_minor);
    db_array_int8(column[5], instalment->paid_minor);
    db_array_int4(column[6], instalment->grace_from.days);
    if (instalment->is_satisfied)
        db_array_int4(column[7], instalment->satisfied_on.days);
    else
        db_array_null(column[7]);
    db_array_bool(column[8], instalment->was_missed);
}

void plan_store_collect(const struct book *book, struct db_columns *plans, struct db_columns *instalments)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, book->plans);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct book_plan *row = value;
        const struct plan_schedule *schedule = &row->agreement.plan.schedule;
        if (!row->is_changed)
            continue;
        push_plan(plans, &row->agreement);
        for (int32_t i = 0; i < schedule->n; i++)
            if (i >= row->stored.n || !is_as_stored(&schedule->instalments[i], &row->stored.instalments[i]))
                push_instalment(instalments, &row->agreement.plan.plan_id, i + 1, &schedule->instalments[i]);
    }
}

enum status plan_store_want_history(struct db *db, struct book *book, const struct id *account_ids, size_t n_accounts,
                                    GArray **ret_ids, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns keys = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;

    db_columns_add_keys(&keys);
    db_columns_push_ids(&keys, account_ids, n_accounts);
    enum status st = db_columns_exec(db, &PAYMENT_PLANS_OF_ACCOUNTS, &keys, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "list plans");
    *ret_ids = g_array_new(FALSE, FALSE, sizeof(struct plan_of_account));
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct plan_of_account found = {db_id(result, row, 0), db_id(result, row, 1)};
        g_array_append_val(*ret_ids, found);
        book_want_plan(book, &found.plan_id);
    }
    return STATUS_OK;
}
