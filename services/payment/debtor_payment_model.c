#include "debtor_payment_model.h"

#include <stdlib.h>
#include <string.h>

static int64_t owed(const struct debt *debt)
{
    const int64_t left_minor = debt->account->balance.minor - debt->share_minor;

    return left_minor > 0 ? left_minor : 0;
}

static enum debt_left_out why_left_out(const struct debt *debt, const struct money *paid)
{
    const struct account *account = debt->account;

    if (!id_is_none(&account->dispute_id))
        return DEBT_DISPUTED;
    if (account->is_recalled)
        return DEBT_RECALLED;
    if (strcmp(account->balance.currency, paid->currency) != 0)
        return DEBT_CURRENCY;
    return owed(debt) == 0 ? DEBT_NOTHING_OWED : DEBT_NOT_LEFT_OUT;
}

static enum status check_debt(const struct money *paid, const struct debt *debts, size_t i, struct error *err)
{
    const struct account *account = debts[i].account;

    if (!id_equal(&account->debtor_id, &debts[0].account->debtor_id))
        return error_set(err, STATUS_INVALID_ARGUMENT, "debts[%zu]: is another debtor's than debts[0]", i);
    for (size_t j = 0; j < i; j++)
        if (id_equal(&account->account_id, &debts[j].account->account_id))
            return error_set(err, STATUS_INVALID_ARGUMENT, "debts[%zu]: is debts[%zu] again", i, j);
    if (debts[i].directed_minor > 0 && strcmp(account->balance.currency, paid->currency) != 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "debts[%zu]: is owed in %s, and the payment is in %s", i,
                         account->balance.currency, paid->currency);
    return STATUS_OK;
}

static enum status direct(const struct money *paid, struct debt *debts, size_t n, int64_t *ret_undirected_minor,
                          struct error *err)
{
    int64_t left_minor = paid->minor;

    for (size_t i = 0; i < n; i++) {
        const enum status st = check_debt(paid, debts, i, err);
        if (st != STATUS_OK)
            return st;
        if (debts[i].directed_minor > left_minor)
            return error_set(err, STATUS_INVALID_ARGUMENT,
                             "debts[%zu].directed_minor: %lld, and only %lld of the payment are left", i,
                             (long long)debts[i].directed_minor, (long long)left_minor);
        left_minor -= debts[i].directed_minor;
    }
    *ret_undirected_minor = left_minor;
    return STATUS_OK;
}

static enum agreement_order common_order(const struct debt *debts, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (debts[i].order != debts[0].order)
            return AGREEMENT_OLDEST;
    return debts[0].order;
}

static int by_age(const void *a, const void *b)
{
    const struct debt *x = *(const struct debt *const *)a, *y = *(const struct debt *const *)b;

    if (x->due_on_days != y->due_on_days)
        return x->due_on_days < y->due_on_days ? -1 : 1;
    return id_compare(&x->account->account_id, &y->account->account_id);
}

static int by_size(const void *a, const void *b)
{
    const int64_t x = owed(*(const struct debt *const *)a), y = owed(*(const struct debt *const *)b);

    return x != y ? (x < y ? -1 : 1) : by_age(a, b);
}

static int by_size_down(const void *a, const void *b)
{
    const int64_t x = owed(*(const struct debt *const *)a), y = owed(*(const struct debt *const *)b);

    return x != y ? (x > y ? -1 : 1) : by_age(a, b);
}

static void sort(struct debt **order, size_t n, enum agreement_order by)
{
    static int (*const COMPARE[])(const void *, const void *) = {
        [AGREEMENT_OLDEST] = by_age, [AGREEMENT_SMALLEST] = by_size, [AGREEMENT_LARGEST] = by_size_down};

    qsort(order, n, sizeof(struct debt *), COMPARE[by]);
}

static int64_t take(struct debt *debt, int64_t offered_minor)
{
    const int64_t owed_minor = owed(debt);
    const int64_t taken_minor = offered_minor < owed_minor ? offered_minor : owed_minor;

    debt->share_minor += taken_minor;
    return taken_minor;
}

enum status debtor_payment_split(const struct money *paid, struct debt *debts, size_t n, int64_t *ret_rest_minor,
                                 struct error *err)
{
    struct debt *order[DEBTOR_DEBTS_MAX];
    size_t n_order = 0;
    int64_t undirected_minor = 0;
    const enum status st = direct(paid, debts, n, &undirected_minor, err);

    if (st != STATUS_OK)
        return st;
    *ret_rest_minor = paid->minor;
    for (size_t i = 0; i < n; i++) {
        debts[i].share_minor = 0;
        *ret_rest_minor -= take(&debts[i], debts[i].directed_minor);
        debts[i].left_out = why_left_out(&debts[i], paid);
        if (debts[i].left_out == DEBT_NOT_LEFT_OUT)
            order[n_order++] = &debts[i];
    }
    sort(order, n_order, common_order(debts, n));
    for (size_t i = 0; i < n_order && undirected_minor > 0; i++) {
        const int64_t taken_minor = take(order[i], undirected_minor);
        undirected_minor -= taken_minor;
        *ret_rest_minor -= taken_minor;
    }
    return STATUS_OK;
}

struct id debtor_payment_posting_id(const struct id *payment_id, const struct id *account_id)
{
    return id_derive(payment_id, "payment/debt", account_id->bytes, sizeof(account_id->bytes));
}

struct id debtor_payment_rest_id(const struct id *payment_id)
{
    return id_derive(payment_id, "payment/rest", NULL, 0);
}
