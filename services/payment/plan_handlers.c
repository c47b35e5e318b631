#include "plan_handlers.h"

#include <string.h>

#include "payment_codec.h"
#include "payment_command.h"
#include "payment_store.h"
#include "plan_codec.h"
#include "plan_collection.h"
#include "plan_proposals.h"
#include "plan_record.h"
#include "plan_standing.h"
#include "plan_store.h"
#include "policy/policy_holder.h"
#include "service/wire.h"

static const struct sop *sop_of(const struct record *record)
{
    const struct policy_holder *policy = unit_context(record->unit);

    return policy->sop;
}

static struct date today_of(const struct unit *unit)
{
    return (struct date){command_today(unit)};
}

static void reply_plan(const struct record *record, struct service_call *call, const struct plan_agreement *agreement)
{
    g_autofree struct plan_wire *wire = g_new(struct plan_wire, 1);

    plan_fill_view(agreement, book_posting(record->book, &agreement->discount_posting), today_of(record->unit), wire);
    service_reply(call, &wire->view.base);
}

/* The account, where the call may concern it; NULL: the call is answered. */
static struct account *find_account(const struct record *record, struct service_call *call,
                                    const ProtobufCBinaryData *bytes)
{
    const struct id account_id = wire_known_id(bytes);
    struct account *account = book_account(record->book, &account_id);
    char text[ID_TEXT_SIZE];

    if (account && command_may_concern(call, account->agency_id))
        return account;
    service_fail(call, STATUS_NOT_FOUND, "no account %s", id_format(&account_id, text));
    return NULL;
}

/* NULL: the call is answered. */
static struct plan_agreement *find_plan(const struct record *record, struct service_call *call,
                                        const ProtobufCBinaryData *bytes)
{
    const struct id plan_id = wire_known_id(bytes);
    struct plan_agreement *agreement = book_plan(record->book, &plan_id);
    char text[ID_TEXT_SIZE];

    if (agreement && command_may_concern(call, agreement->agency_id))
        return agreement;
    service_fail(call, STATUS_NOT_FOUND, "no plan %s", id_format(&plan_id, text));
    return NULL;
}

/* What follows from the step of a plan: its answer. What the model refuses is the call's; all else fails the unit. */
static enum status end_step(const struct record *record, struct service_call *call,
                            const struct plan_agreement *agreement, enum status st, struct error *err)
{
    if (st == STATUS_OK)
        reply_plan(record, call, agreement);
    if (st != STATUS_FAILED_PRECONDITION)
        return st;
    service_fail_error(call, err);
    return STATUS_OK;
}

/* --- AgreePlan */

static enum status want_replaced(struct book *book, const struct service_call *call, const ProtobufCBinaryData *bytes,
                                 struct error *err)
{
    struct id plan_id;

    if (bytes->len == 0)
        return STATUS_OK;
    enum status st = wire_read_own_id(call, bytes, "replaces", &plan_id, err);
    if (st == STATUS_OK)
        book_want_plan(book, &plan_id);
    return st;
}

static enum status check_request(const struct service_call *call, const Dunlin__Payment__V1__AgreePlanRequest *request,
                                 struct error *err)
{
    enum sop_role role;
    struct id instrument_id;
    enum status st = plan_read_role(request->role, &role, err);

    if (st == STATUS_OK)
        st = wire_free_text(request->note, TEXT_MAX_BYTES, "note", err);
    if (st == STATUS_OK && request->instrument_id.len > 0)
        st = wire_read_own_id(call, &request->instrument_id, "instrument_id", &instrument_id, err);
    return st;
}

static enum status want_agree(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__AgreePlanRequest *request = (const void *)call->request;
    struct id plan_id, account_id;
    enum status st = wire_read_own_id(call, &request->plan_id, "plan_id", &plan_id, err);

    if (st == STATUS_OK)
        st = wire_read_own_id(call, &request->account_id, "account_id", &account_id, err);
    if (st == STATUS_OK)
        st = check_request(call, request, err);
    if (st == STATUS_OK)
        st = want_replaced(book, call, &request->replaces, err);
    if (st != STATUS_OK)
        return st;
    book_want_plan(book, &plan_id);
    book_want_account(book, &account_id);
    if (request->instrument_id.len > 0) {
        const struct id instrument_id = wire_known_id(&request->instrument_id);
        debit_book_want_instrument(book->debits, &instrument_id);
        debit_book_want_pending(book->debits, &account_id);
    }
    return STATUS_OK;
}

/* The same request has the same digest. */
static struct id terms_of(const Dunlin__Payment__V1__AgreePlanRequest *request, const struct id *plan_id)
{
    const size_t len = protobuf_c_message_get_packed_size(&request->base);
    g_autofree uint8_t *bytes = g_malloc(len);

    (void)protobuf_c_message_pack(&request->base, bytes);
    return id_derive(plan_id, "terms", bytes, len);
}

/* True where the plan is there already. */
static bool answer_agreed_before(const struct record *record, struct service_call *call, const struct id *plan_id)
{
    const Dunlin__Payment__V1__AgreePlanRequest *request = (const void *)call->request;
    const struct plan_agreement *kept = book_plan(record->book, plan_id);

    if (!kept)
        return false;
    const struct id terms_id = terms_of(request, plan_id);
    if (id_equal(&kept->terms_id, &terms_id))
        reply_plan(record, call, kept);
    else
        service_fail(call, STATUS_INVALID_ARGUMENT, "plan_id: is of another agreement");
    return true;
}

/* The plan that the new one is to stand in for: of the same account. *ret_replaces is NULL where none is named. */
static enum status find_replaced(const struct record *record, const Dunlin__Payment__V1__AgreePlanRequest *request,
                                 const struct account *account, struct plan_agreement **ret_replaces, struct error *err)
{
    const struct id plan_id = wire_known_id(&request->replaces);
    char text[ID_TEXT_SIZE];

    *ret_replaces = book_plan(record->book, &plan_id);
    if (id_is_none(&plan_id) || (*ret_replaces && id_equal(&(*ret_replaces)->plan.account_id, &account->account_id)))
        return STATUS_OK;
    return error_set(err, STATUS_NOT_FOUND, "replaces: the account has no plan %s", id_format(&plan_id, text));
}

static enum status check_currency(const Dunlin__Payment__V1__AgreePlanRequest *request, const struct account *account,
                                  struct error *err)
{
    if (strcmp(request->currency, account->balance.currency) == 0)
        return STATUS_OK;
    return error_set(err, STATUS_INVALID_ARGUMENT, "currency: the account's is %s, not '%.8s'",
                     account->balance.currency, request->currency);
}

/* The plan as asked for, proposed. */
static enum status make_plan(const struct record *record, const Dunlin__Payment__V1__AgreePlanRequest *request,
                             const struct account *account, struct plan_agreement *agreement, struct error *err)
{
    const struct id plan_id = wire_known_id(&request->plan_id);
    const struct plan_policy policy = plan_policy_of(&sop_of(record)->plans);
    g_autofree struct plan_step *steps = g_new(struct plan_step, PLAN_INSTALMENTS_MAX);
    struct plan_terms terms;
    enum status st = check_currency(request, account, err);

    if (st == STATUS_OK)
        st = plan_read_terms(request, account_collectable_minor(account), steps, &terms, err);
    if (st == STATUS_OK)
        st = plan_propose(&plan_id, &account->account_id, &terms, &policy, &agreement->plan, err);
    if (st == STATUS_OK)
        st = plan_check_begin(&agreement->plan, today_of(record->unit), err);
    agreement->plan.replaces = wire_known_id(&request->replaces);
    agreement->frequency = st == STATUS_OK ? terms.rhythm.frequency : 0;
    return st;
}

static struct plan_verdict judge(const struct record *record, const struct plan_agreement *agreement,
                                 enum sop_role role)
{
    const struct sop *sop = sop_of(record);

    return plan_authority_judge(sop->authorities, sop->n_authorities, role,
                                &(struct plan_request){
                                    .schedule = &agreement->plan.schedule,
                                    .owed_minor = agreement->owed.minor,
                                    .discount_minor = agreement->plan.discount_minor,
                                    .agreed_on = today_of(record->unit),
                                });
}

static enum status refuse(const struct record *record, const struct plan_verdict *verdict, enum sop_role role,
                          struct error *err)
{
    const struct sop *sop = sop_of(record);

    return plan_refuse(verdict, sop->authorities, sop->n_authorities, role, err);
}

/* Whether it is agreed on at once, waits (approval_by says for whom), or is refused. */
static enum status decide(const struct record *record, const struct service_call *call,
                          struct plan_agreement *agreement, struct error *err)
{
    const Dunlin__Payment__V1__AgreePlanRequest *request = (const void *)call->request;
    const struct plan_verdict verdict = judge(record, agreement, agreement->role);

    if (verdict.beyond == 0)
        return STATUS_OK;
    if (!request->may_wait || verdict.approval_by == 0)
        return refuse(record, &verdict, agreement->role, err);
    if (!record->actor)
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "principal: a plan that waits for approval is agreed on by somebody: say who");
    agreement->approval_by = verdict.approval_by;
    return STATUS_OK;
}

/* All that may be refused about it, before anything is kept. */
static enum status prepare(const struct record *record, const struct service_call *call, const struct account *account,
                           struct plan_agreement *agreement, struct plan_agreement **ret_replaces, struct error *err)
{
    const Dunlin__Payment__V1__AgreePlanRequest *request = (const void *)call->request;
    enum status st = find_replaced(record, request, account, ret_replaces, err);

    if (st == STATUS_OK)
        st = plan_check_room(account, record_running_plan(record, account),
                             book_plan(record->book, &account->proposed_plan_id), *ret_replaces, err);
    if (st == STATUS_OK)
        st = plan_collection_check(record, account, agreement, err);
    if (st == STATUS_OK)
        st = make_plan(record, request, account, agreement, err);
    if (st == STATUS_OK)
        st = decide(record, call, agreement, err);
    if (st == STATUS_OK && agreement->approval_by == 0)
        st = plan_agree(agreement, *ret_replaces, account->balance.minor, today_of(record->unit), err);
    return st;
}

static struct money collectable_of(const struct account *account)
{
    struct money money = account->balance;

    money.minor = account_collectable_minor(account);
    return money;
}

static struct plan_agreement *new_agreement(const struct record *record, const struct service_call *call,
                                            const struct account *account)
{
    const Dunlin__Payment__V1__AgreePlanRequest *request = (const void *)call->request;
    const struct id plan_id = wire_known_id(&request->plan_id);
    struct plan_agreement *agreement = g_new0(struct plan_agreement, 1);

    *agreement = (struct plan_agreement){
        .debtor_id = account->debtor_id,
        .agency_id = account->agency_id,
        .owed = collectable_of(account),
        .role = (enum sop_role)request->role,
        .made_after = account->n_postings,
        .agreed_at = unit_now(record->unit),
        .instrument_id = wire_known_id(&request->instrument_id),
        .terms_id = terms_of(request, &plan_id),
        .agreed_by = record->actor ? record->actor : "",
        .approved_by = "",
        .reason = request->note,
    };
    return agreement;
}

static enum status act_agree(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__AgreePlanRequest *request = (const void *)call->request;
    const struct id plan_id = wire_known_id(&request->plan_id);
    struct account *account = find_account(record, call, &request->account_id);
    struct plan_agreement *replaces = NULL;
    struct error why;

    if (!account || answer_agreed_before(record, call, &plan_id))
        return STATUS_OK;
    g_autofree struct plan_agreement *agreement = new_agreement(record, call, account);
    if (prepare(record, call, account, agreement, &replaces, &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    struct plan_agreement *kept = book_add_plan(record->book, agreement);
    enum status st = kept->approval_by != 0 ? record_plan_proposed(record, account, kept, err)
                                            : record_plan_agreed(record, account, kept, replaces, 0, err);
    if (st == STATUS_OK)
        reply_plan(record, call, kept);
    return st;
}

/* --- ApprovePlan */

static enum status want_plan(struct book *book, const struct service_call *call, const ProtobufCBinaryData *bytes,
                             char *reason, struct error *err)
{
    struct id plan_id;
    enum status st = wire_read_own_id(call, bytes, "plan_id", &plan_id, err);

    if (st == STATUS_OK && reason)
        st = wire_free_text(reason, TEXT_MAX_BYTES, "reason", err);
    if (st == STATUS_OK)
        book_want_plan(book, &plan_id);
    return st;
}

static enum status want_approve(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__ApprovePlanRequest *request = (const void *)call->request;
    enum sop_role role;

    if (!wire_actor(call))
        return error_set(err, STATUS_INVALID_ARGUMENT, "principal: a plan is approved by somebody: say who");
    enum status st = plan_read_role(request->role, &role, err);
    return st == STATUS_OK ? want_plan(book, call, &request->plan_id, NULL, err) : st;
}

/* Four eyes: another person, whose own limits suffice. */
static enum status check_approver(const struct record *record, const struct plan_agreement *agreement,
                                  enum sop_role role, struct error *err)
{
    const struct plan_verdict verdict = judge(record, agreement, role);

    if (agreement->plan.state != PLAN_PROPOSED)
        return error_set(err, STATUS_FAILED_PRECONDITION, "the plan is %s", plan_state_name(agreement->plan.state));
    if (strcmp(agreement->agreed_by, record->actor) == 0)
        return error_set(err, STATUS_PERMISSION_DENIED, "%s proposed it: another person approves it",
                         agreement->agreed_by);
    return verdict.beyond == 0 ? STATUS_OK : refuse(record, &verdict, role, err);
}

/* What it collects from now on: what was paid while it waited counts. */
static int64_t asked_minor(const struct record *record, const struct plan_agreement *agreement)
{
    return plan_standing_on(&agreement->plan, today_of(record->unit)).open_minor - agreement->plan.unapplied_minor;
}

static enum status act_approve(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__ApprovePlanRequest *request = (const void *)call->request;
    const enum sop_role role = (enum sop_role)request->role;
    struct plan_agreement *agreement = find_plan(record, call, &request->plan_id);
    struct error why;

    if (!agreement)
        return STATUS_OK;
    struct account *account = book_account(record->book, &agreement->plan.account_id);
    struct plan_agreement *replaces = book_plan(record->book, &agreement->plan.replaces);
    enum status st = check_approver(record, agreement, role, &why);
    if (st == STATUS_OK)
        st = plan_check_room(account, record_running_plan(record, account), NULL, replaces, &why);
    if (st == STATUS_OK)
        st = account_check_held(account, asked_minor(record, agreement), &why);
    if (st == STATUS_OK)
        st = plan_agree(agreement, replaces, account->balance.minor, today_of(record->unit), &why);
    if (st != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    agreement->agreed_at = unit_now(record->unit);
    agreement->approved_by = record->actor;
    st = record_plan_agreed(record, account, agreement, replaces, role, err);
    if (st == STATUS_OK)
        reply_plan(record, call, agreement);
    return st;
}

/* --- DeclinePlan, HoldPlan, ResumePlan, CancelPlan */

static enum status want_decline(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__DeclinePlanRequest *request = (const void *)call->request;

    return want_plan(book, call, &request->plan_id, request->reason, err);
}

static enum status act_decline(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__DeclinePlanRequest *request = (const void *)call->request;
    struct plan_agreement *agreement = find_plan(record, call, &request->plan_id);

    if (!agreement)
        return STATUS_OK;
    return end_step(record, call, agreement,
                    record_plan_cancel(record, agreement, PLAN_EVENT_DECLINE, request->reason, err), err);
}

static enum status want_hold(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__HoldPlanRequest *request = (const void *)call->request;

    return want_plan(book, call, &request->plan_id, request->reason, err);
}

static enum status act_hold(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__HoldPlanRequest *request = (const void *)call->request;
    struct plan_agreement *agreement = find_plan(record, call, &request->plan_id);

    if (!agreement)
        return STATUS_OK;
    const bool is_said = agreement->plan.state == PLAN_ON_HOLD && strcmp(agreement->reason, request->reason) == 0;
    return end_step(record, call, agreement,
                    is_said ? STATUS_OK : record_plan_hold(record, agreement, request->reason, err), err);
}

static enum status want_resume(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__ResumePlanRequest *request = (const void *)call->request;

    return want_plan(book, call, &request->plan_id, request->reason, err);
}

static enum status act_resume(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__ResumePlanRequest *request = (const void *)call->request;
    struct plan_agreement *agreement = find_plan(record, call, &request->plan_id);

    if (!agreement)
        return STATUS_OK;
    return end_step(record, call, agreement, record_plan_resume(record, agreement, request->reason, err), err);
}

static enum status want_cancel(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__CancelPlanRequest *request = (const void *)call->request;

    return want_plan(book, call, &request->plan_id, request->reason, err);
}

static enum status act_cancel(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__CancelPlanRequest *request = (const void *)call->request;
    struct plan_agreement *agreement = find_plan(record, call, &request->plan_id);

    if (!agreement)
        return STATUS_OK;
    return end_step(record, call, agreement,
                    record_plan_cancel(record, agreement, PLAN_EVENT_CANCEL, request->reason, err), err);
}

/* --- ProposePlans */

static enum status want_propose(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__ProposePlansRequest *request = (const void *)call->request;
    struct id account_id;
    enum sop_role role;
    enum status st = wire_read_id(&request->account_id, "account_id", &account_id, err);

    if (st == STATUS_OK)
        st = plan_read_role(request->role, &role, err);
    if (st == STATUS_OK)
        book_want_account(book, &account_id);
    return st;
}

/* The creditor himself has no limits. */
static enum status find_authority(const struct record *record, enum sop_role role, struct sop_authority *ret_authority,
                                  struct error *err)
{
    const struct sop *sop = sop_of(record);
    const struct sop_authority *authority = plan_authority_of(sop->authorities, sop->n_authorities, role);

    if (role == SOP_ROLE_CLIENT)
        *ret_authority = (struct sop_authority){
            .role = role, .longest_plan_months = PLAN_INSTALMENTS_MAX, .largest_discount_percent = 100};
    else if (authority)
        *ret_authority = *authority;
    else
        return error_set(err, STATUS_PERMISSION_DENIED, "role: a %s may agree to no plan", sop_role_name(role));
    return STATUS_OK;
}

static enum status read_wish(const struct record *record, const Dunlin__Payment__V1__ProposePlansRequest *request,
                             const struct account *account, struct plan_wish *ret_wish, struct error *err)
{
    const struct date today = today_of(record->unit);

    *ret_wish = (struct plan_wish){
        .owed_minor = account_collectable_minor(account),
        .budget_minor = request->budget_minor,
        .agreed_on = today,
        .pay_by = request->pay_by_days != 0 ? (struct date){request->pay_by_days} : plan_add_months(today, 1),
        .settlement_percent = sop_of(record)->plans.settlement_percent,
    };
    if (strcmp(request->currency, account->balance.currency) != 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "currency: the account's is %s, not '%.8s'",
                         account->balance.currency, request->currency);
    return plan_read_rhythm(request->rhythm, &ret_wish->rhythm, err);
}

struct proposal_wires {
    Dunlin__Payment__V1__PlanProposal message[PLAN_PROPOSALS_MAX];
    Dunlin__Payment__V1__PlanProposal *list[PLAN_PROPOSALS_MAX];
    struct plan_rows rows[PLAN_PROPOSALS_MAX];
};

static void reply_proposals(struct service_call *call, const struct account *account,
                            const struct plan_proposals *proposals)
{
    g_autofree struct proposal_wires *wires = g_new(struct proposal_wires, 1);
    Dunlin__Payment__V1__ProposePlansReply reply;

    for (int32_t i = 0; i < proposals->n; i++) {
        const struct plan_proposal *proposal = &proposals->proposals[i];
        Dunlin__Payment__V1__PlanProposal *message = &wires->message[i];
        dunlin__payment__v1__plan_proposal__init(message);
        plan_fill_rows(&proposal->schedule, &wires->rows[i]);
        message->kind = (Dunlin__Payment__V1__PlanProposalKind)proposal->kind;
        message->discount_minor = proposal->discount_minor;
        message->ends_on_days = proposal->ends_on.days;
        message->n_instalments = (size_t)proposal->schedule.n;
        message->instalments = wires->rows[i].list;
        wires->list[i] = message;
    }
    dunlin__payment__v1__propose_plans_reply__init(&reply);
    reply.owed_minor = account_collectable_minor(account);
    reply.held_minor = account->balance.minor - reply.owed_minor;
    reply.currency = wire_text(account->balance.currency);
    reply.n_proposals = (size_t)proposals->n;
    reply.proposals = wires->list;
    reply.misfit = wire_text(proposals->misfit == PLAN_FITS ? "" : plan_misfit_text(proposals->misfit));
    reply.needed_minor = proposals->needed_minor;
    service_reply(call, &reply.base);
}

static enum status act_propose(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__ProposePlansRequest *request = (const void *)call->request;
    const struct account *account = find_account(record, call, &request->account_id);
    g_autofree struct plan_proposals *proposals = g_new0(struct plan_proposals, 1);
    struct sop_authority authority;
    struct plan_wish wish;
    struct error why;

    (void)err;
    if (!account)
        return STATUS_OK;
    enum status st = find_authority(record, (enum sop_role)request->role, &authority, &why);
    if (st == STATUS_OK)
        st = account_check_held(account, 1, &why);
    if (st == STATUS_OK)
        st = read_wish(record, request, account, &wish, &why);
    if (st == STATUS_OK)
        st = plan_proposals_make(&wish, &authority, proposals, &why);
    if (st == STATUS_OK)
        reply_proposals(call, account, proposals);
    else
        service_fail_error(call, &why);
    return STATUS_OK;
}

/* --- GetPlans */

static enum status want_get(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__GetPlansRequest *request = (const void *)call->request;
    struct id account_id;
    enum status st = wire_read_id(&request->account_id, "account_id", &account_id, err);

    if (st == STATUS_OK)
        book_want_account(book, &account_id);
    return st;
}

static void reply_plans(const struct record *record, struct service_call *call, const struct account *account,
                        const GArray *found)
{
    g_autofree struct plan_wire *wires = g_new(struct plan_wire, found->len);
    g_autofree Dunlin__Payment__V1__PlanView **list = g_new(Dunlin__Payment__V1__PlanView *, found->len);
    Dunlin__Payment__V1__GetPlansReply reply;

    dunlin__payment__v1__get_plans_reply__init(&reply);
    for (guint i = 0; i < found->len; i++) {
        const struct plan_of_account *of = &g_array_index(found, struct plan_of_account, i);
        const struct plan_agreement *agreement = book_plan(record->book, &of->plan_id);
        if (!id_equal(&of->account_id, &account->account_id))
            continue;
        plan_fill_view(agreement, book_posting(record->book, &agreement->discount_posting), today_of(record->unit),
                       &wires[i]);
        list[reply.n_plans++] = &wires[i].view;
    }
    reply.plans = list;
    service_reply(call, &reply.base);
}

static enum status load_history(struct unit *unit, struct book *book, GArray **ret_found, struct error *err)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(struct id));
    GHashTableIter iter;
    gpointer id;

    g_hash_table_iter_init(&iter, book->wanted_accounts);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        g_array_append_vals(ids, id, 1);
    enum status st = plan_store_want_history(unit_db(unit), book, (const struct id *)(const void *)ids->data, ids->len,
                                             ret_found, err);
    return st == STATUS_OK ? payment_store_load(unit_db(unit), book, err) : st;
}

enum status plan_get_call(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    SCOPED(book_freep) struct book *book = book_new();
    g_autoptr(GArray) found = NULL;
    const struct record record = {.unit = unit, .book = book};

    for (size_t i = 0; i < n_calls; i++) {
        struct error why;
        if (want_get(book, &calls[i], &why) != STATUS_OK)
            service_fail_error(&calls[i], &why);
    }
    enum status st = load_history(unit, book, &found, err);
    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++) {
        const Dunlin__Payment__V1__GetPlansRequest *request = (const void *)calls[i].request;
        if (service_is_answered(&calls[i]))
            continue;
        const struct account *account = find_account(&record, &calls[i], &request->account_id);
        if (account)
            reply_plans(&record, &calls[i], account, found);
    }
    return st;
}

enum status plan_agree_call(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_agree, act_agree}, unit, calls, n_calls, err);
}

enum status plan_approve_call(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_approve, act_approve}, unit, calls, n_calls, err);
}

enum status plan_decline_call(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_decline, act_decline}, unit, calls, n_calls, err);
}

enum status plan_hold_call(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_hold, act_hold}, unit, calls, n_calls, err);
}

enum status plan_resume_call(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_resume, act_resume}, unit, calls, n_calls, err);
}

enum status plan_cancel_call(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_cancel, act_cancel}, unit, calls, n_calls, err);
}

enum status plan_propose_call(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_propose, act_propose}, unit, calls, n_calls, err);
}
