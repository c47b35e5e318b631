#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "logging/logging.h"
#include "service/service.h"

/* README.md says what it does with what it is given. */

/* The instance: connections are named after it. */
#define WRITTEN_BY "written_by text NOT NULL DEFAULT current_setting('application_name')"

static const struct db_migration MIGRATIONS[] = {
    {1, "0001_testservice",
     "CREATE TABLE dispute.applied (place bigint GENERATED ALWAYS AS IDENTITY, partition smallint NOT NULL, "
     "seq bigint NOT NULL, debtor_id uuid NOT NULL, reference text NOT NULL, " WRITTEN_BY ");"
     "CREATE INDEX applied_debtor ON dispute.applied (debtor_id);"
     "CREATE TABLE dispute.effect (account_id uuid NOT NULL, reason text NOT NULL, " WRITTEN_BY ");"
     "CREATE TABLE dispute.fired (place bigint GENERATED ALWAYS AS IDENTITY, kind text NOT NULL, "
     "subject_id uuid NOT NULL, due_at_us bigint NOT NULL, " WRITTEN_BY ");"
     "CREATE TABLE dispute.stuck (subject_id uuid PRIMARY KEY);"
     "CREATE TABLE dispute.antidote (reference text PRIMARY KEY)"},
    {0},
};

static const struct db_statement APPLIED_INSERT = {
    "testservice.applied_insert",
    "INSERT INTO dispute.applied (partition, seq, debtor_id, reference) VALUES ($1, $2, $3, $4)"};
static const struct db_statement APPLIED_COUNT = {"testservice.applied_count",
                                                  "SELECT count(*) FROM dispute.applied WHERE debtor_id = $1"};
static const struct db_statement ANTIDOTE_SELECT = {"testservice.antidote_select",
                                                    "SELECT reference FROM dispute.antidote WHERE reference = $1"};
static const struct db_statement EFFECT_INSERT = {"testservice.effect_insert",
                                                  "INSERT INTO dispute.effect (account_id, reason) VALUES ($1, $2)"};
static const struct db_statement EFFECT_COUNT = {"testservice.effect_count",
                                                 "SELECT count(*) FROM dispute.effect WHERE account_id = $1"};
static const struct db_statement FIRED_INSERT = {
    "testservice.fired_insert", "INSERT INTO dispute.fired (kind, subject_id, due_at_us) VALUES ($1, $2, $3)"};
static const struct db_statement STUCK_SELECT = {"testservice.stuck_select",
                                                 "SELECT subject_id FROM dispute.stuck WHERE subject_id = $1"};

static const struct db_statement *const STATEMENTS[] = {
    &APPLIED_INSERT, &APPLIED_COUNT, &ANTIDOTE_SELECT, &EFFECT_INSERT,
    &EFFECT_COUNT,   &FIRED_INSERT,  &STUCK_SELECT,    NULL,
};

struct context {
    const char *path; /* the config's */
    char policy[64];
};

/* Tests use one account a debtor, and the account's id stands for both. */
static enum status read_id(const ProtobufCBinaryData *bytes, struct id *ret_id, struct error *err)
{
    return id_from_bytes(bytes->data, bytes->len, "id", ret_id, err);
}

static enum status count_rows(struct unit *unit, const struct db_statement *statement, const struct id *id,
                              int64_t *ret_n, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *result = NULL;
    struct db_args args = {0};
    db_arg_id(&args, id);
    const enum status st = db_exec(unit_db(unit), statement, &args, &result, err);
    if (st == STATUS_OK)
        *ret_n = db_int8(result, 0, 0);
    return st;
}

static enum status is_listed(struct unit *unit, const struct db_statement *statement, const struct db_args *args,
                             bool *ret_is_listed, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *result = NULL;
    const enum status st = db_exec(unit_db(unit), statement, args, &result, err);
    if (st == STATUS_OK)
        *ret_is_listed = db_rows(result) > 0;
    return st;
}

static enum status emit_opened(struct unit *unit, int32_t agency_id, const struct id *account_id, const char *reason,
                               struct error *err)
{
    Dunlin__Dispute__V1__DisputeOpened opened;
    dunlin__dispute__v1__dispute_opened__init(&opened);
    opened.account_id.data = (uint8_t *)(uintptr_t)account_id->bytes;
    opened.account_id.len = ID_BYTES;
    opened.reason = (char *)(uintptr_t)reason;
    const struct subject subject = {.agency_id = agency_id, .debtor_id = *account_id, .account_id = *account_id};
    return unit_emit(unit, &subject, NULL, &opened.base, err);
}

static enum status take_poison(struct unit *unit, const char *reference, struct error *err)
{
    bool is_healed = false;
    struct db_args args = {0};
    db_arg_text(&args, reference);
    const enum status st = is_listed(unit, &ANTIDOTE_SELECT, &args, &is_healed, err);
    if (st == STATUS_OK && !is_healed)
        return error_set(err, STATUS_FAILED_PRECONDITION, "no antidote for %s", reference);
    return st;
}

static enum status apply_one(struct unit *unit, const struct event *event,
                             const Dunlin__Intake__V1__AccountPlaced *placed, struct error *err)
{
    const char *reference = placed->client_reference;
    enum status st = STATUS_OK;
    if (g_str_has_prefix(reference, "poison"))
        st = take_poison(unit, reference, err);
    if (st == STATUS_FAILED_PRECONDITION && g_str_has_prefix(reference, "poison that passes"))
        st = err->code = STATUS_ABORTED;
    if (st == STATUS_OK && g_str_has_prefix(reference, "emit"))
        st = emit_opened(unit, event->agency_id, &event->account_id, reference, err);
    if (g_str_has_prefix(reference, "timer"))
        unit_timer_set(unit, &(struct timer){.kind = "step",
                                             .subject_id = event->account_id,
                                             .debtor_id = event->debtor_id,
                                             .agency_id = event->agency_id,
                                             .due_at = {placed->placed_at_us}});
    if (st != STATUS_OK)
        return st;
    struct db_args args = {0};
    db_arg_int2(&args, (int16_t)event->partition);
    db_arg_int8(&args, event->seq);
    db_arg_id(&args, &event->debtor_id);
    db_arg_text(&args, reference);
    return db_exec(unit_db(unit), &APPLIED_INSERT, &args, NULL, err);
}

static enum status apply(struct unit *unit, const struct service_event *events, size_t n_events, struct error *err)
{
    enum status st = STATUS_OK;
    for (size_t i = 0; i < n_events && st == STATUS_OK; i++)
        st = apply_one(unit, events[i].event, (const Dunlin__Intake__V1__AccountPlaced *)events[i].message, err);
    return st;
}

static enum status fire(struct unit *unit, const struct timer *timers, size_t n_timers, struct error *err)
{
    enum status st = STATUS_OK;
    for (size_t i = 0; i < n_timers && st == STATUS_OK; i++) {
        bool is_stuck = false;
        struct db_args stuck = {0}, args = {0};
        db_arg_id(&stuck, &timers[i].subject_id);
        db_arg_text(&args, timers[i].kind);
        db_arg_id(&args, &timers[i].subject_id);
        db_arg_int8(&args, timers[i].due_at.us);
        st = is_listed(unit, &STUCK_SELECT, &stuck, &is_stuck, err);
        if (st == STATUS_OK && is_stuck)
            st = error_set(err, STATUS_INTERNAL, "this timer is stuck");
        if (st == STATUS_OK)
            st = db_exec(unit_db(unit), &FIRED_INSERT, &args, NULL, err);
    }
    return st;
}

static enum status write_effect(struct unit *unit, const struct id *account_id, const char *reason, struct error *err)
{
    struct db_args args = {0};
    db_arg_id(&args, account_id);
    db_arg_text(&args, reason);
    const enum status st = db_exec(unit_db(unit), &EFFECT_INSERT, &args, NULL, err);
    return st == STATUS_OK ? emit_opened(unit, 1, account_id, reason, err) : st;
}

static enum status open_one(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__OpenDisputeRequest *request =
        (const Dunlin__Dispute__V1__OpenDisputeRequest *)call->request;
    struct id account_id;
    enum status st = read_id(&request->account_id, &account_id, err);
    if (st != STATUS_OK || strcmp(request->reason, "refuse") == 0) {
        service_fail(call, STATUS_FAILED_PRECONDITION, "refused");
        return STATUS_OK;
    }
    if (strcmp(request->reason, "break") == 0)
        return error_set(err, STATUS_INTERNAL, "broken");
    st = write_effect(unit, &account_id, request->reason, err);
    if (st != STATUS_OK)
        return st;
    struct id fresh = id_new(call->partition);
    Dunlin__Dispute__V1__DisputeView view;
    dunlin__dispute__v1__dispute_view__init(&view);
    view.dispute_id.data = fresh.bytes;
    view.dispute_id.len = ID_BYTES;
    service_reply(call, &view.base);
    return STATUS_OK;
}

static enum status open_disputes(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    enum status st = STATUS_OK;
    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++)
        st = open_one(unit, &calls[i], err);
    return st;
}

static enum status decide_one(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__ResolveDisputeRequest *request =
        (const Dunlin__Dispute__V1__ResolveDisputeRequest *)call->request;
    struct id account_id;
    enum status st = read_id(&request->dispute_id, &account_id, err);
    if (st == STATUS_OK && unit_is_debtor_parked(unit, &account_id)) {
        service_fail(call, STATUS_FAILED_PRECONDITION, "not all of the debtor's events are applied");
        return STATUS_OK;
    }
    Dunlin__Dispute__V1__DisputeView view;
    dunlin__dispute__v1__dispute_view__init(&view);
    if (st == STATUS_OK)
        st = count_rows(unit, &APPLIED_COUNT, &account_id, &view.opened_at_us, err);
    struct context *own = unit_context(unit);
    view.reason = own->policy;
    if (st == STATUS_OK && request->note[0] != '\0')
        st = write_effect(unit, &account_id, request->note, err);
    if (st == STATUS_OK)
        service_reply(call, &view.base);
    return st;
}

static enum status decide(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    enum status st = STATUS_OK;
    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++)
        st = decide_one(unit, &calls[i], err);
    return st;
}

static enum status set_timers(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    for (size_t i = 0; i < n_calls; i++) {
        const Dunlin__Dispute__V1__RecordVerificationRequest *request =
            (const Dunlin__Dispute__V1__RecordVerificationRequest *)calls[i].request;
        struct id id;
        const enum status st = read_id(&request->dispute_id, &id, err);
        if (st != STATUS_OK)
            return st;
        unit_timer_set(
            unit, &(struct timer){
                      .kind = "asked", .subject_id = id, .debtor_id = id, .agency_id = 1, .due_at = unit_now(unit)});
        Dunlin__Dispute__V1__DisputeView view;
        dunlin__dispute__v1__dispute_view__init(&view);
        service_reply(&calls[i], &view.base);
    }
    return STATUS_OK;
}

static enum status list(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    for (size_t i = 0; i < n_calls; i++) {
        const Dunlin__Dispute__V1__ListDisputesRequest *request =
            (const Dunlin__Dispute__V1__ListDisputesRequest *)calls[i].request;
        struct id account_id;
        int64_t n = 0;
        enum status st = read_id(&request->account_id, &account_id, err);
        if (st == STATUS_OK)
            st = count_rows(unit, &EFFECT_COUNT, &account_id, &n, err);
        if (st != STATUS_OK)
            return st;
        Dunlin__Dispute__V1__DisputeView empty;
        dunlin__dispute__v1__dispute_view__init(&empty);
        Dunlin__Dispute__V1__DisputeView **views = g_new(Dunlin__Dispute__V1__DisputeView *, (gsize)n + 1);
        for (int64_t v = 0; v < n; v++)
            views[v] = &empty;
        Dunlin__Dispute__V1__ListDisputesReply reply;
        dunlin__dispute__v1__list_disputes_reply__init(&reply);
        reply.disputes = views;
        reply.n_disputes = (size_t)n;
        service_reply(&calls[i], &reply.base);
        g_free(views);
    }
    return STATUS_OK;
}

/* A broadcast consumer's transaction has no effect: it says what it hears. */
static enum status hear(struct unit *unit, const struct service_event *events, size_t n_events, struct error *err)
{
    (void)unit, (void)err;
    for (size_t i = 0; i < n_events; i++)
        log_info(
            "heard", log_number("seq", events[i].event->seq),
            log_text("reference", ((const Dunlin__Intake__V1__AccountPlaced *)events[i].message)->client_reference));
    return STATUS_OK;
}

/* The contract has them, and the skeleton wants a handler for each. */
static enum status not_here(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    (void)unit;
    (void)err;
    for (size_t i = 0; i < n_calls; i++)
        service_fail(&calls[i], STATUS_UNIMPLEMENTED, "the test service has no use for it");
    return STATUS_OK;
}

static const struct service_method METHODS[] = {
    {"OpenDispute", SERVICE_IN_PARTITION, open_disputes, "operator", false},
    {"ResolveDispute", SERVICE_AT_HEAD, decide, "operator", false},
    {"RecordVerification", SERVICE_ANYWHERE, set_timers, "operator", false},
    {"ListDisputes", SERVICE_IN_PARTITION, list, "operator dialer", true},
    {"RequestVerification", SERVICE_IN_PARTITION, not_here, "operator", false},
    {"RecordReturn", SERVICE_IN_PARTITION, not_here, "operator", false},
    {"RecordInformation", SERVICE_IN_PARTITION, not_here, "operator", false},
    {"DecideResolution", SERVICE_IN_PARTITION, not_here, "operator", false},
    {"GetDispute", SERVICE_ANYWHERE, not_here, "operator", true},
    {"OpenComplaint", SERVICE_IN_PARTITION, not_here, "operator", false},
    {"AssignComplaint", SERVICE_IN_PARTITION, not_here, "operator", false},
    {"MoveComplaint", SERVICE_IN_PARTITION, not_here, "operator", false},
    {"ResolveComplaint", SERVICE_IN_PARTITION, not_here, "operator", false},
    {"GetComplaint", SERVICE_ANYWHERE, not_here, "operator", true},
    {"ListComplaints", SERVICE_ANYWHERE, not_here, "operator", true},
    {"RaiseEscalation", SERVICE_IN_PARTITION, not_here, "operator", false},
    {"AssignEscalation", SERVICE_IN_PARTITION, not_here, "operator", false},
    {"DecideEscalation", SERVICE_IN_PARTITION, not_here, "operator", false},
    {"ExportEscalations", SERVICE_IN_PARTITION, not_here, "operator", false},
    {"CloseEscalation", SERVICE_IN_PARTITION, not_here, "operator", false},
    {"GetEscalation", SERVICE_ANYWHERE, not_here, "operator", true},
    {"ListEscalations", SERVICE_ANYWHERE, not_here, "operator", true},
    {0},
};

static enum status load(void *context, struct error *err)
{
    struct context *own = context;
    char *text = NULL;
    if (!g_file_get_contents(own->path, &text, NULL, NULL) || !g_str_has_prefix(text, "good")) {
        g_free(text);
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: no good policy", own->path);
    }
    (void)g_strlcpy(own->policy, g_strchomp(text), sizeof(own->policy));
    g_free(text);
    return STATUS_OK;
}

static enum status open_context(const struct service *service, unsigned worker, void **ret_context, struct error *err)
{
    (void)worker;
    struct context *own = g_new0(struct context, 1);
    own->path = config_text(service_config(service), "policy");
    const enum status st = load(own, err);
    if (st == STATUS_OK)
        *ret_context = own;
    else
        g_free(own);
    return st;
}

static const struct config_option OPTIONS[] = {
    {"policy", CONFIG_TEXT, NULL, NULL, 0, 0, "File of the policy. Read again on SIGHUP."},
    {"consumes", CONFIG_TEXT, "owned", NULL, 0, 0, "owned, broadcast or nothing; the last two answer no requests."},
    {"gathers-long", CONFIG_BOOL, "false", NULL, 0, 0, "Events gather for ten minutes."},
    {0},
};

static const ProtobufCMessageDescriptor *const CONSUMED[] = {&dunlin__intake__v1__account_placed__descriptor, NULL};

static const struct service_spec SPEC = {
    .name = "dispute",
    .summary = "the skeleton of services, for its tests",
    .options = OPTIONS,
    .migrations = MIGRATIONS,
    .statements = STATEMENTS,
    .rpc = &dunlin__dispute__v1__dispute_service__descriptor,
    .methods = METHODS,
    .consumption = SERVICE_CONSUMES_OWNED,
    .consumed = CONSUMED,
    .apply = apply,
    .timers = fire,
    .open = open_context,
    .close = g_free,
    .reload = load,
};

int main(int argc, char **argv)
{
    struct service_spec spec = SPEC;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--gathers-long") == 0)
            spec.gather_ms = 10 * 60 * 1000;
        const bool is_broadcast = strcmp(argv[i], "--consumes=broadcast") == 0;
        if (!is_broadcast && strcmp(argv[i], "--consumes=nothing") != 0)
            continue;
        spec.rpc = NULL;
        spec.methods = NULL;
        spec.timers = NULL;
        spec.consumption = is_broadcast ? SERVICE_CONSUMES_BROADCAST : SERVICE_CONSUMES_NOTHING;
        spec.apply = is_broadcast ? hear : NULL;
    }
    return service_main(&spec, argc, argv);
}
