#include "plan_codec.h"

#include "plan_standing.h"
#include "service/wire.h"

_Static_assert((int)PLAN_PROPOSED == DUNLIN__PAYMENT__V1__PLAN_STATE__PLAN_STATE_PROPOSED, "stored as on the wire");
_Static_assert((int)PLAN_CANCELLED == DUNLIN__PAYMENT__V1__PLAN_STATE__PLAN_STATE_CANCELLED, "stored as on the wire");
_Static_assert((int)PLAN_WEEKLY == DUNLIN__PAYMENT__V1__PLAN_FREQUENCY__PLAN_FREQUENCY_WEEKLY, "stored as on the wire");
_Static_assert((int)PLAN_YEARLY == DUNLIN__PAYMENT__V1__PLAN_FREQUENCY__PLAN_FREQUENCY_YEARLY, "stored as on the wire");
_Static_assert((int)SOP_ROLE_COLLECTOR == DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_COLLECTOR, "stored as on the wire");
_Static_assert((int)SOP_ROLE_CLIENT == DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_CLIENT, "stored as on the wire");

void plan_fill_rows(const struct plan_schedule *schedule, struct plan_rows *ret_rows)
{
    for (int32_t i = 0; i < schedule->n; i++) {
        const struct plan_instalment *instalment = &schedule->instalments[i];
        Dunlin__Payment__V1__PlanInstalment *row = &ret_rows->rows[i];
        dunlin__payment__v1__plan_instalment__init(row);
        row->number = i + 1;
        row->due_on_days = instalment->due.days;
        row->amount_minor = instalment->amount_minor;
        row->paid_minor = instalment->paid_minor;
        row->is_satisfied = instalment->is_satisfied;
        ret_rows->list[i] = row;
    }
}

static void fill_standing(const struct plan *plan, struct date today, Dunlin__Payment__V1__PlanView *view)
{
    const struct plan_standing standing = plan_standing_on(plan, today);

    view->open_minor = standing.open_minor;
    view->overdue_minor = standing.overdue_minor;
    view->n_missed = standing.n_missed;
    if (standing.has_next) {
        view->next_minor = standing.next_minor;
        view->next_due_on_days = standing.next_due.days;
    }
    if (standing.has_review && plan->state == PLAN_ACTIVE)
        view->review_on_days = standing.review_on.days;
}

static void fill_history(const struct plan_agreement *agreement, Dunlin__Payment__V1__PlanView *view)
{
    view->role = (Dunlin__Payment__V1__PlanRole)agreement->role;
    view->agreed_by = wire_text(agreement->agreed_by);
    view->approval_by = (Dunlin__Payment__V1__PlanRole)agreement->approval_by;
    view->approved_by = wire_text(agreement->approved_by);
    view->agreed_at_us = agreement->agreed_at.us;
    view->replaces = wire_id(&agreement->plan.replaces);
    view->replaced_by = wire_id(&agreement->plan.replaced_by);
    view->instrument_id = wire_id(&agreement->instrument_id);
    view->reason = wire_text(agreement->reason);
}

void plan_fill_view(const struct plan_agreement *agreement, const struct posting *discount, struct date today,
                    struct plan_wire *ret_wire)
{
    const struct plan *plan = &agreement->plan;
    Dunlin__Payment__V1__PlanView *view = &ret_wire->view;

    dunlin__payment__v1__plan_view__init(view);
    view->plan_id = wire_id(&plan->plan_id);
    view->account_id = wire_id(&plan->account_id);
    view->state = (Dunlin__Payment__V1__PlanState)plan->state;
    view->frequency = (Dunlin__Payment__V1__PlanFrequency)agreement->frequency;
    view->currency = wire_text(agreement->owed.currency);
    view->owed_minor = agreement->owed.minor;
    view->discount_minor = plan->discount_minor;
    view->discount_granted_minor = discount ? -discount->draft.change.minor : 0;
    view->unapplied_minor = plan->unapplied_minor;
    fill_standing(plan, today, view);
    fill_history(agreement, view);
    plan_fill_rows(&plan->schedule, &ret_wire->rows);
    for (int32_t i = 0; i < plan->schedule.n; i++)
        ret_wire->rows.rows[i].is_missed = plan_is_missed(plan, &plan->schedule.instalments[i], today);
    view->n_instalments = (size_t)plan->schedule.n;
    view->instalments = ret_wire->rows.list;
}

enum status plan_read_role(Dunlin__Payment__V1__PlanRole wire, enum sop_role *ret_role, struct error *err)
{
    if ((int)wire < SOP_ROLE_COLLECTOR || (int)wire > SOP_ROLE_CLIENT)
        return error_set(err, STATUS_INVALID_ARGUMENT, "role: %d is none", (int)wire);
    *ret_role = (enum sop_role)wire;
    return STATUS_OK;
}

enum status plan_read_rhythm(const Dunlin__Payment__V1__PlanRhythm *wire, struct plan_rhythm *ret_rhythm,
                             struct error *err)
{
    struct date ignored;

    if (!wire)
        return error_set(err, STATUS_INVALID_ARGUMENT, "rhythm: missing");
    *ret_rhythm = (struct plan_rhythm){
        .frequency = (enum plan_frequency)wire->frequency,
        .first_due = {wire->first_due_on_days},
        .day = wire->day,
        .second_day = wire->second_day,
    };
    if (wire->first_due_on_days < EFFECTIVE_ON_MIN || wire->first_due_on_days > EFFECTIVE_ON_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "rhythm.first_due_on_days: day %d is not between 1900 and 2199",
                         wire->first_due_on_days);
    const enum status st = plan_due_date(ret_rhythm, 0, &ignored, err);
    return st == STATUS_OK ? st : error_wrap(err, STATUS_INVALID_ARGUMENT, "rhythm");
}

static enum status read_amounts(const Dunlin__Payment__V1__AgreePlanRequest *request, struct plan_step *steps,
                                struct plan_terms *terms, struct error *err)
{
    if ((request->number != 0) + (request->amount_minor != 0) + (request->n_steps > 0) != 1)
        return error_set(err, STATUS_INVALID_ARGUMENT, "exactly one of number, amount_minor and steps is needed");
    if (request->n_steps > PLAN_INSTALMENTS_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "steps: %zu of them; %d at most", request->n_steps,
                         PLAN_INSTALMENTS_MAX);
    for (size_t i = 0; i < request->n_steps; i++)
        steps[i] = (struct plan_step){request->steps[i]->number, request->steps[i]->amount_minor};
    terms->amounts = request->number != 0 ? PLAN_BY_NUMBER : request->amount_minor != 0 ? PLAN_BY_AMOUNT : PLAN_STEPPED;
    terms->number = request->number;
    terms->amount_minor = request->amount_minor;
    terms->steps = steps;
    terms->n_steps = request->n_steps;
    return STATUS_OK;
}

enum status plan_read_terms(const Dunlin__Payment__V1__AgreePlanRequest *request, int64_t owed_minor,
                            struct plan_step *steps, struct plan_terms *ret_terms, struct error *err)
{
    struct plan_terms terms = {
        .owed_minor = owed_minor,
        .discount_minor = request->discount_minor,
        .down_payment_minor = request->down_payment_minor,
        .down_payment_on = {request->down_payment_on_days},
    };
    enum status st = plan_read_rhythm(request->rhythm, &terms.rhythm, err);

    if (st == STATUS_OK && request->down_payment_minor != 0 &&
        (request->down_payment_on_days < EFFECTIVE_ON_MIN || request->down_payment_on_days > EFFECTIVE_ON_MAX))
        st = error_set(err, STATUS_INVALID_ARGUMENT, "down_payment_on_days: day %d is not between 1900 and 2199",
                       request->down_payment_on_days);
    if (st == STATUS_OK)
        st = read_amounts(request, steps, &terms, err);
    if (st == STATUS_OK)
        *ret_terms = terms;
    return st;
}
