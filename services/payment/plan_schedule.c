#include "plan_schedule.h"

/* A schedule being made. */
struct maker {
    const struct plan_terms *terms;
    struct plan_schedule *schedule;
    int64_t left_minor; /* of what is to be paid */
    int32_t n_due;      /* due dates used */
    struct error *err;
};

static enum status add(struct maker *maker, struct date due, int64_t amount_minor)
{
    if (amount_minor <= 0)
        return error_set(maker->err, STATUS_INVALID_ARGUMENT, "instalment %d would be of %lld minor units",
                         maker->schedule->n + 1, (long long)amount_minor);
    if (amount_minor > maker->left_minor)
        return error_set(maker->err, STATUS_INVALID_ARGUMENT, "the instalments come to more than is to be paid");
    if (maker->schedule->n == PLAN_INSTALMENTS_MAX)
        return error_set(maker->err, STATUS_INVALID_ARGUMENT, "more than %d instalments", PLAN_INSTALMENTS_MAX);
    maker->left_minor -= amount_minor;
    maker->schedule->instalments[maker->schedule->n++] =
        (struct plan_instalment){.due = due, .amount_minor = amount_minor, .grace_from = due};
    return STATUS_OK;
}

static enum status add_next(struct maker *maker, int64_t amount_minor)
{
    struct date due;
    enum status st = plan_due_date(&maker->terms->rhythm, maker->n_due, &due, maker->err);
    if (st != STATUS_OK)
        return st;
    maker->n_due++;
    return add(maker, due, amount_minor);
}

static enum status add_down_payment(struct maker *maker)
{
    const struct plan_terms *terms = maker->terms;
    if (terms->down_payment_minor == 0)
        return STATUS_OK;
    if (terms->down_payment_minor >= maker->left_minor)
        return error_set(maker->err, STATUS_INVALID_ARGUMENT, "the down payment leaves nothing for instalments");
    if (terms->down_payment_on.days > terms->rhythm.first_due.days)
        return error_set(maker->err, STATUS_INVALID_ARGUMENT, "the down payment is due after the first instalment");
    return add(maker, terms->down_payment_on, terms->down_payment_minor);
}

/* The last one is what is left. */
static enum status add_equal(struct maker *maker, int64_t amount_minor)
{
    enum status st = STATUS_OK;
    while (st == STATUS_OK && maker->left_minor > 0)
        st = add_next(maker, amount_minor < maker->left_minor ? amount_minor : maker->left_minor);
    return st;
}

static enum status add_by_number(struct maker *maker)
{
    const int32_t n = maker->terms->number;
    if (n < 1 || n > PLAN_INSTALMENTS_MAX)
        return error_set(maker->err, STATUS_INVALID_ARGUMENT, "number: %d is not between 1 and %d", n,
                         PLAN_INSTALMENTS_MAX);
    const int64_t amount_minor = maker->left_minor / n + (maker->left_minor % n != 0);
    enum status st = add_equal(maker, amount_minor);
    if (st == STATUS_OK && maker->n_due != n)
        return error_set(maker->err, STATUS_INVALID_ARGUMENT,
                         "number: %d instalments of %lld minor units pay it all, nothing is left for %d", maker->n_due,
                         (long long)amount_minor, n);
    return st;
}

static enum status add_steps(struct maker *maker)
{
    for (size_t i = 0; i < maker->terms->n_steps; i++) {
        const struct plan_step *step = &maker->terms->steps[i];
        if (step->n < 1)
            return error_set(maker->err, STATUS_INVALID_ARGUMENT, "steps[%zu]: %d instalments", i, step->n);
        for (int32_t j = 0; j < step->n; j++) {
            enum status st = add_next(maker, step->amount_minor);
            if (st != STATUS_OK)
                return st;
        }
    }
    if (maker->left_minor > 0)
        return error_set(maker->err, STATUS_INVALID_ARGUMENT,
                         "steps: they come to %lld minor units less than is to be paid", (long long)maker->left_minor);
    return STATUS_OK;
}

static enum status add_instalments(struct maker *maker)
{
    switch (maker->terms->amounts) {
    case PLAN_BY_NUMBER:
        return add_by_number(maker);
    case PLAN_BY_AMOUNT:
        return maker->terms->amount_minor > 0
                   ? add_equal(maker, maker->terms->amount_minor)
                   : error_set(maker->err, STATUS_INVALID_ARGUMENT, "amount_minor: not above zero");
    case PLAN_STEPPED:
        return add_steps(maker);
    }
    return error_set(maker->err, STATUS_INVALID_ARGUMENT, "amounts: there is no %d", (int)maker->terms->amounts);
}

enum status plan_schedule_make(const struct plan_terms *terms, struct plan_schedule *ret_schedule, struct error *err)
{
    struct plan_schedule schedule = {0};
    struct maker maker = {.terms = terms, .schedule = &schedule, .err = err};
    if (terms->owed_minor <= 0 || terms->discount_minor < 0 || terms->down_payment_minor < 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "nothing is owed, or discount or down payment are negative");
    if (terms->discount_minor >= terms->owed_minor)
        return error_set(err, STATUS_INVALID_ARGUMENT, "the discount leaves nothing to pay");
    maker.left_minor = terms->owed_minor - terms->discount_minor;
    enum status st = add_down_payment(&maker);
    if (st == STATUS_OK)
        st = add_instalments(&maker);
    if (st == STATUS_OK)
        *ret_schedule = schedule;
    return st;
}

int64_t plan_instalment_open(const struct plan_instalment *instalment)
{
    return instalment->amount_minor - instalment->paid_minor;
}

enum status plan_schedule_check(const struct plan_schedule *schedule, int64_t to_pay_minor, struct error *err)
{
    int64_t sum = 0;
    if (schedule->n < 1 || schedule->n > PLAN_INSTALMENTS_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%d instalments: 1 to %d are allowed", schedule->n,
                         PLAN_INSTALMENTS_MAX);
    for (int32_t i = 0; i < schedule->n; i++) {
        const struct plan_instalment *instalment = &schedule->instalments[i];
        if (instalment->amount_minor <= 0 || __builtin_add_overflow(sum, instalment->amount_minor, &sum))
            return error_set(err, STATUS_INVALID_ARGUMENT, "instalment %d of %lld minor units", i + 1,
                             (long long)instalment->amount_minor);
        if (i > 0 && instalment->due.days < instalment[-1].due.days)
            return error_set(err, STATUS_INVALID_ARGUMENT, "instalment %d is due before the one before it", i + 1);
    }
    if (sum != to_pay_minor)
        return error_set(err, STATUS_INVALID_ARGUMENT, "the instalments come to %lld minor units, not %lld",
                         (long long)sum, (long long)to_pay_minor);
    return STATUS_OK;
}
