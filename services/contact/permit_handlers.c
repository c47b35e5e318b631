#include <string.h>

#include "contact_codec.h"
#include "contact_handlers.h"
#include "contact_store.h"
#include "permit_work.h"
#include "service/wire.h"

/* RequestPermits decides, ExplainContact only says what would be decided: both ask the same model with the same facts.
 */

/* The questions of one call, read; none where the call has been answered with what is wrong. */
struct asked {
    struct permit_question *questions;
    size_t n;
};

static void asked_clear(struct asked *asked)
{
    g_free(asked->questions);
}

static enum status read_call(const struct service_call *call, struct asked *asked, struct error *err)
{
    const Dunlin__Contact__V1__RequestPermitsRequest *request = (const void *)call->request;
    if (request->n_requests == 0 || request->n_requests > CONTACT_BATCH_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "requests: %zu of them; there must be 1 to %d",
                         request->n_requests, CONTACT_BATCH_MAX);
    asked->questions = g_new0(struct permit_question, request->n_requests);
    for (size_t i = 0; i < request->n_requests; i++) {
        struct permit_question *question = &asked->questions[i];
        enum status st = codec_question(request->requests[i], i, question, err);
        if (st == STATUS_OK && question->is_override_asked && strcmp(call->role, "operator") != 0)
            st = error_set(err, STATUS_PERMISSION_DENIED, "requests[%zu].override: only an operator may, not a %s", i,
                           call->role);
        if (st != STATUS_OK)
            return st;
        if (id_partition(&question->account_id) != call->partition)
            return error_set(err, STATUS_INVALID_ARGUMENT,
                             "requests[%zu].account_id: of partition %u, but the call is for %u", i,
                             id_partition(&question->account_id), call->partition);
    }
    asked->n = request->n_requests;
    return STATUS_OK;
}

static void collect_keys(const struct asked *asked, size_t n, struct contact_keys *keys)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < asked[i].n; j++)
            contact_keys_add_person_of(keys, &asked[i].questions[j].account_id);
}

/* A channel goes to contact points of its own kind. */
static enum status check_point(const struct account *account, const struct permit_question *question, size_t index,
                               struct error *err)
{
    static const char *const KINDS[] = {[CONTACT_POINT_PHONE] = "phone, it cannot be called or sent a text",
                                        [CONTACT_POINT_EMAIL] = "e-mail address",
                                        [CONTACT_POINT_ADDRESS] = "address, no letter can be sent there"};
    const enum contact_point_kind kind = channel_traits(question->channel)->point_kind;
    const struct contact_point *point = debtor_find_point(account->debtor, &question->contact_point_id);
    if (kind == CONTACT_POINT_NONE)
        return STATUS_OK;
    if (point == NULL)
        return error_set(err, STATUS_NOT_FOUND, "requests[%zu].contact_point_id: the debtor has no such contact point",
                         index);
    if (point->kind != kind)
        return error_set(err, STATUS_INVALID_ARGUMENT, "requests[%zu].contact_point_id: it is no %s", index,
                         KINDS[kind]);
    return STATUS_OK;
}

/* Accounts and contact points must be there before anything is decided: a call that fails has no effect. */
static enum status check_known(const struct contact_book *book, const struct service_call *call,
                               const struct asked *asked, struct error *err)
{
    for (size_t i = 0; i < asked->n; i++) {
        const struct permit_question *question = &asked->questions[i];
        const struct account *account = contact_find_account(book, &question->account_id);
        if (account == NULL || !contact_may_concern(call, account->debtor->agency_id))
            return error_set(err, STATUS_NOT_FOUND, "requests[%zu].account_id: no such account", i);
        enum status st = check_point(account, question, i, err);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

/* One permit or refusal of a reply, with all that its message points to. */
struct verdict {
    Dunlin__Contact__V1__PermitVerdict message;
    Dunlin__Contact__V1__Permit permit;
    Dunlin__Contact__V1__HeldPart part;
    Dunlin__Contact__V1__Refusal refusal;
    struct id permit_id;
    struct rule_hit *hits; /* these three: as many as the refusal has hits; owned */
    Dunlin__Contact__V1__RuleHit *rows;
    Dunlin__Contact__V1__RuleHit **list;
};

static void verdicts_free(struct verdict *verdicts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        g_free(verdicts[i].hits);
        g_free(verdicts[i].rows);
        g_free(verdicts[i].list);
    }
    g_free(verdicts);
}

/* Rules that block; returns how many. */
static size_t list_hits(const struct rules_verdict *judged, struct verdict *verdict)
{
    const size_t n = verdict_n_blocking(judged);
    verdict->hits = g_memdup2(judged->hits, n * sizeof(judged->hits[0]));
    verdict->rows = g_new0(Dunlin__Contact__V1__RuleHit, n);
    verdict->list = g_new0(Dunlin__Contact__V1__RuleHit *, n);
    codec_hits(verdict->hits, n, verdict->rows, verdict->list);
    return n;
}

static void say_permit(const struct decision *decision, struct verdict *verdict)
{
    dunlin__contact__v1__permit__init(&verdict->permit);
    verdict->permit.n_overridden = list_hits(decision->verdict, verdict);
    verdict->permit.overridden = verdict->list;
    verdict->permit.permit_id = wire_id(&verdict->permit_id);
    verdict->permit.valid_until_us = decision->valid_until.us;
    verdict->permit.held_part =
        codec_held_part(account_held_minor(decision->account), decision->account->part.currency, &verdict->part);
    if (decision->point != NULL)
        verdict->permit.address = wire_text(decision->point->value);
    verdict->message.verdict_case = DUNLIN__CONTACT__V1__PERMIT_VERDICT__VERDICT_PERMIT;
    verdict->message.permit = &verdict->permit;
}

static void say_refusal(const struct rules_verdict *judged, struct verdict *verdict)
{
    dunlin__contact__v1__refusal__init(&verdict->refusal);
    verdict->refusal.n_hits = list_hits(judged, verdict);
    verdict->refusal.hits = verdict->list;
    verdict->message.verdict_case = DUNLIN__CONTACT__V1__PERMIT_VERDICT__VERDICT_REFUSAL;
    verdict->message.refusal = &verdict->refusal;
}

static enum status grant(const struct contact_work *work, const struct decision *decision, struct account *account,
                         struct verdict *verdict, struct error *err)
{
    verdict->permit_id = id_new(id_partition(&account->id));
    const struct permit *permit = contact_grant(work, decision, account, &verdict->permit_id);
    say_permit(decision, verdict);
    const enum status st = contact_emit_granted(work, decision, permit, err);
    return st == STATUS_OK ? contact_emit_overridden(work, decision, permit, err) : st;
}

static enum status refuse(const struct contact_work *work, const struct decision *decision, struct account *account,
                          struct verdict *verdict, struct error *err)
{
    say_refusal(decision->verdict, verdict);
    enum status st = contact_emit_refused(work, decision, err);
    return st == STATUS_OK ? contact_refuse(work, decision, account, err) : st;
}

static enum status decide(const struct contact_work *work, const struct permit_question *question, const char *peer,
                          GArray *storage, bool is_only_asked, struct verdict *verdict, struct error *err)
{
    struct account *account = contact_find_account(work->book, &question->account_id);
    const struct contact_point *point = debtor_find_point(account->debtor, &question->contact_point_id);
    struct permit_facts facts;
    struct rules_verdict judged;
    struct instant valid_until;
    const struct permit_subject subject = {account, point, question->channel, question->purpose};
    const struct rules_selection *rules = contact_rules_for(work->context->rules, account);
    permit_gather(rules, &subject, unit_is_debtor_parked(work->unit, &account->debtor->id), work->now, storage, &facts);
    permit_decide(rules, &facts, work->context->permit_valid_us, &judged, &valid_until);
    struct permit_override override = question->override;
    override.by = question->is_override_asked ? work->actor : NULL;
    const struct decision decision = {
        .account = account,
        .point = point,
        .channel = (int32_t)question->channel,
        .purpose = (int32_t)question->purpose,
        .dialer = question->dialer[0] != '\0' ? question->dialer : peer,
        .campaign = question->campaign,
        .facts = &facts,
        .verdict = &judged,
        .override = override,
        .valid_until = valid_until,
        .log_seq = is_only_asked ? 0 : unit_head_seq(work->unit, id_partition(&account->id)),
    };
    dunlin__contact__v1__permit_verdict__init(&verdict->message);
    const bool is_granted = permit_is_granted(&judged, &override);
    if (!is_only_asked)
        return is_granted ? grant(work, &decision, account, verdict, err)
                          : refuse(work, &decision, account, verdict, err);
    if (is_granted)
        say_permit(&decision, verdict);
    else
        say_refusal(&judged, verdict);
    return STATUS_OK;
}

static enum status decide_all(const struct contact_work *work, const struct service_call *call,
                              const struct asked *asked, GArray *storage, bool is_only_asked, struct verdict *verdicts,
                              struct error *err)
{
    enum status st = STATUS_OK;
    for (size_t i = 0; st == STATUS_OK && i < asked->n; i++)
        st = decide(work, &asked->questions[i], call->peer, storage, is_only_asked, &verdicts[i], err);
    return st;
}

static enum status answer(struct contact_work *work, struct service_call *call, const struct asked *asked,
                          GArray *storage, bool is_only_asked, struct error *err)
{
    struct verdict *verdicts = g_new0(struct verdict, asked->n);
    work->actor = contact_actor(work->book, call);
    enum status st = decide_all(work, call, asked, storage, is_only_asked, verdicts, err);
    if (st == STATUS_OK) {
        g_autofree Dunlin__Contact__V1__PermitVerdict **list = g_new(Dunlin__Contact__V1__PermitVerdict *, asked->n);
        Dunlin__Contact__V1__RequestPermitsReply reply;
        for (size_t i = 0; i < asked->n; i++)
            list[i] = &verdicts[i].message;
        dunlin__contact__v1__request_permits_reply__init(&reply);
        reply.verdicts = list;
        reply.n_verdicts = asked->n;
        service_reply(call, &reply.base);
    }
    verdicts_free(verdicts, asked->n);
    return st;
}

/* Machines have rules of their own that look back farther; where none is asked about, less is loaded. */
static enum technology technology_asked(const struct asked *asked, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < asked[i].n; j++)
            if (channel_traits(asked[i].questions[j].channel)->technology != TECHNOLOGY_MANUAL)
                return channel_traits(asked[i].questions[j].channel)->technology;
    return TECHNOLOGY_MANUAL;
}

static enum status answer_all(struct unit *unit, struct service_call *calls, struct asked *asked, size_t n_calls,
                              bool is_only_asked, struct error *err)
{
    SCOPED(contact_book_freep) struct contact_book *book = contact_book_new();
    SCOPED(contact_keys_fini) struct contact_keys keys;
    struct contact_work work = contact_work_of(unit, book);
    g_autoptr(GArray) storage = g_array_new(FALSE, FALSE, sizeof(struct permit_contact));
    contact_keys_init(&keys);
    collect_keys(asked, n_calls, &keys);
    const int64_t since_us =
        permit_contacts_since(work.context->rules->widest, technology_asked(asked, n_calls), work.now);
    enum status st = contact_store_load(unit_db(unit), &keys, since_us, book, err);
    for (size_t i = 0; st == STATUS_OK && i < n_calls; i++) {
        struct error why = {0};
        if (service_is_answered(&calls[i]))
            continue;
        if (check_known(book, &calls[i], &asked[i], &why) != STATUS_OK)
            service_fail_error(&calls[i], &why);
        else
            st = answer(&work, &calls[i], &asked[i], storage, is_only_asked, err);
    }
    return st == STATUS_OK && !is_only_asked ? contact_store_save(unit_db(unit), book, err) : st;
}

static enum status handle(struct unit *unit, struct service_call *calls, size_t n_calls, bool is_only_asked,
                          struct error *err)
{
    struct asked *asked = g_new0(struct asked, n_calls);
    for (size_t i = 0; i < n_calls; i++) {
        struct error why = {0};
        if (read_call(&calls[i], &asked[i], &why) != STATUS_OK)
            service_fail_error(&calls[i], &why);
    }
    enum status st = answer_all(unit, calls, asked, n_calls, is_only_asked, err);
    for (size_t i = 0; i < n_calls; i++)
        asked_clear(&asked[i]);
    g_free(asked);
    return st;
}

enum status contact_request_permits(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return handle(unit, calls, n_calls, false, err);
}

enum status contact_explain(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return handle(unit, calls, n_calls, true, err);
}

bool contact_may_concern(const struct service_call *call, int32_t agency_id)
{
    return call->agency_id == 0 || call->agency_id == agency_id;
}

const char *contact_actor(struct contact_book *book, const struct service_call *call)
{
    if (call->principal[0] != '\0')
        return contact_text(book, call->principal);
    g_autofree char *peer = g_strconcat(call->role, ":", call->peer, NULL);
    return contact_text(book, peer);
}
