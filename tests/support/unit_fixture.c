#include "unit_fixture.h"

const struct fixture_caller FIXTURE_OPERATOR = {.peer = "dunlin", .role = "operator", .principal = "user:anna"};

void must(enum status st, const struct error *err)
{
    if (st != STATUS_OK)
        fail_msg("%s: %s", status_name(st), err->text);
}

/* An instance of the service on fixture->database. */
static void open_instance(struct unit_fixture *fixture, const struct service_spec *spec, void *context)
{
    char role[64];

    g_snprintf(role, sizeof(role), "dunlin_%s", spec->name);
    fixture->db = test_database_connect(&fixture->database, role);
    fixture->owner = test_database_connect(&fixture->database, NULL);
    fixture->service.spec = spec;
    g_snprintf(fixture->service.actor, sizeof(fixture->service.actor), "service:%s", spec->name);
    g_snprintf(fixture->service.instance.id, sizeof(fixture->service.instance.id), "%s-test", spec->name);
    fixture->unit_owner = (struct unit_owner){.service = &fixture->service, .db = fixture->db, .context = context};
}

static void close_instance(struct unit_fixture *fixture)
{
    db_closep(&fixture->db);
    db_closep(&fixture->owner);
}

int fixture_open_undriven(void **state, const struct service_spec *spec, void *context)
{
    struct unit_fixture *fixture = calloc(1, sizeof(*fixture));
    struct error err = {0};

    test_database_open(&fixture->database, spec->name);
    open_instance(fixture, spec, context);
    must(db_migrate(fixture->db, spec->name, spec->migrations, &err), &err);
    *state = fixture;
    return 0;
}

int fixture_open(void **state, const struct service_spec *spec, void *context)
{
    int failed = fixture_open_undriven(state, spec, context);

    if (!clock_drive((struct instant){FIXTURE_TODAY * US_PER_DAY + 9 * US_PER_HOUR}))
        fail_msg("business time ran backwards");
    return failed;
}

int fixture_close(void **state)
{
    struct unit_fixture *fixture = *state;

    clock_release();
    unit_run_end(fixture->service.spec);
    close_instance(fixture);
    test_database_close(&fixture->database);
    free(fixture);
    return 0;
}

struct unit_fixture *fixture_another(const struct unit_fixture *first, void *context)
{
    struct unit_fixture *another = calloc(1, sizeof(*another));

    another->database = first->database;
    open_instance(another, first->service.spec, context);
    return another;
}

void fixture_another_free(struct unit_fixture *another)
{
    close_instance(another);
    free(another);
}

void fixture_empty(struct unit_fixture *fixture, const char *tables)
{
    g_autofree char *sql = g_strdup_printf("TRUNCATE %s, log.event, log.cursor, log.parked;"
                                           "UPDATE log.head SET next_seq = 1, hash = decode(repeat('00', 32), 'hex')",
                                           tables);

    test_database_script(fixture->owner, sql);
    fixture->read_seq = 0;
}

static enum status begin(struct unit_fixture *fixture, struct unit **ret_unit, struct error *err)
{
    static const uint16_t partition = FIXTURE_PARTITION;
    SCOPED(unit_rollbackp) struct unit *unit = unit_begin(&fixture->unit_owner, err);

    if (!unit)
        return err->code;
    enum status st = fixture->is_at_head ? unit_lock_heads(unit, &partition, 1, err) : STATUS_OK;
    if (st == STATUS_OK)
        *ret_unit = TAKE(unit);
    return st;
}

struct unit *fixture_begin(struct unit_fixture *fixture)
{
    struct unit *unit = NULL;
    struct error err = {0};

    if (begin(fixture, &unit, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return unit;
}

enum status fixture_commit(struct unit *unit, struct error *err)
{
    GArray *publications = NULL, *cursors = NULL;
    enum status st = unit_commit(&unit, &publications, &cursors, err);

    if (st != STATUS_OK)
        return st;
    for (guint i = 0; i < publications->len; i++)
        outgoing_events_free(g_array_index(publications, struct unit_publication, i).events);
    g_array_free(publications, TRUE);
    g_array_free(cursors, TRUE);
    return STATUS_OK;
}

static enum status end(const struct unit_fixture *fixture, struct unit *unit, enum status st, struct error *err)
{
    if (st == STATUS_OK && !fixture->dies_before_commit)
        return fixture_commit(unit, err);
    unit_rollback(unit);
    return st == STATUS_OK ? error_set(err, STATUS_ABORTED, "the test ends here, before the commit") : st;
}

enum status fixture_run(struct unit_fixture *fixture, struct unit_run run)
{
    struct error err = {0};

    run.database = &fixture->database;
    run.owner = &fixture->unit_owner;
    run.db = &fixture->db;
    enum status st = unit_run(&run, &err);

    g_strlcpy(fixture->last_error, st == STATUS_OK ? "" : err.text, sizeof(fixture->last_error));
    return st;
}

struct application {
    struct unit_fixture *fixture;
    struct service_event *events;
    size_t n;
};

static enum status attempt_apply(void *context, struct error *err)
{
    const struct application *application = context;
    struct unit *unit = NULL;
    enum status st = begin(application->fixture, &unit, err);

    if (st != STATUS_OK)
        return st;
    st = application->fixture->service.spec->apply(unit, application->events, application->n, err);
    return end(application->fixture, unit, st, err);
}

enum status fixture_apply_events(struct unit_fixture *fixture, const struct fixture_event *events, size_t n)
{
    struct event *made = g_new0(struct event, n);
    struct application application = {.fixture = fixture, .events = g_new0(struct service_event, n), .n = n};

    for (size_t i = 0; i < n; i++) {
        made[i] = (struct event){
            .partition = FIXTURE_PARTITION,
            .seq = ++fixture->seq,
            .occurred_at_us = events[i].occurred_at_us ? events[i].occurred_at_us : clock_now().us,
            .agency_id = FIXTURE_AGENCY,
            .debtor_id = events[i].debtor_id,
            .account_id = events[i].account_id,
            .type = events[i].message->descriptor->name,
        };
        application.events[i] = (struct service_event){&made[i], events[i].message};
    }
    enum status st = fixture_run(
        fixture, (struct unit_run){.what = made[0].type, .attempt = attempt_apply, .context = &application});
    g_free(made);
    g_free(application.events);
    return st;
}

enum status fixture_apply(struct unit_fixture *fixture, const ProtobufCMessage *const *messages, size_t n)
{
    struct fixture_event *events = g_new0(struct fixture_event, n);

    for (size_t i = 0; i < n; i++)
        events[i].message = messages[i];
    enum status st = fixture_apply_events(fixture, events, n);
    g_free(events);
    return st;
}

void fixture_apply_ok(struct unit_fixture *fixture, const ProtobufCMessage *message)
{
    if (fixture_apply(fixture, &message, 1) != STATUS_OK)
        fail_msg("%s: %s", message->descriptor->name, fixture->last_error);
}

static service_handler_fn *handler_of(const struct unit_fixture *fixture, const char *method)
{
    for (const struct service_method *row = fixture->service.spec->methods; row->name; row++)
        if (strcmp(row->name, method) == 0)
            return row->handle;
    fail_msg("no method %s", method);
    return NULL;
}

/* What a handler said to one call of a unit that was committed; clears `given`. */
static void take_answer(const struct unit_fixture *fixture, const char *method, struct service_answer *given,
                        struct fixture_answer *ret_answer)
{
    const ProtobufCMethodDescriptor *descriptor =
        protobuf_c_service_descriptor_get_method_by_name(fixture->service.spec->rpc, method);

    if (!given->is_given)
        fail_msg("a call of %s was not answered", method);
    *ret_answer = (struct fixture_answer){.code = given->code};
    g_strlcpy(ret_answer->text, given->message ? given->message : "", sizeof(ret_answer->text));
    if (given->code == STATUS_OK)
        ret_answer->reply = protobuf_c_message_unpack(descriptor->output, NULL, given->body_len, given->body);
    service_answer_clear(given);
}

struct batch {
    struct unit_fixture *fixture;
    service_handler_fn *handle;
    size_t n;
    struct service_call calls[FIXTURE_CALLS_MAX];
    struct service_answer answers[FIXTURE_CALLS_MAX];
};

static enum status attempt_calls(void *context, struct error *err)
{
    struct batch *batch = context;
    struct unit *unit = NULL;

    for (size_t i = 0; i < batch->n; i++)
        service_answer_clear(&batch->answers[i]);
    enum status st = begin(batch->fixture, &unit, err);
    if (st != STATUS_OK)
        return st;
    st = batch->handle(unit, batch->calls, batch->n, err);
    return end(batch->fixture, unit, st, err);
}

void fixture_call_many_as(struct unit_fixture *fixture, const struct fixture_caller *caller, const char *method,
                          const ProtobufCMessage *const *requests, size_t n, struct fixture_answer *ret_answers)
{
    struct batch batch = {.fixture = fixture, .handle = handler_of(fixture, method), .n = n};

    assert_true(n <= FIXTURE_CALLS_MAX);
    for (size_t i = 0; i < n; i++)
        batch.calls[i] = (struct service_call){.request = requests[i],
                                               .partition = FIXTURE_PARTITION,
                                               .peer = caller->peer,
                                               .role = caller->role,
                                               .principal = caller->principal,
                                               .agency_id = caller->agency_id,
                                               .idempotency_key = "",
                                               .traceparent = "",
                                               .answer = &batch.answers[i]};
    enum status st = fixture_run(
        fixture,
        (struct unit_run){
            .what = method, .attempt = attempt_calls, .context = &batch, .answers = batch.answers, .n_answers = n});
    for (size_t i = 0; i < n; i++) {
        if (st == STATUS_OK) {
            take_answer(fixture, method, &batch.answers[i], &ret_answers[i]);
            continue;
        }
        ret_answers[i] = (struct fixture_answer){.code = st};
        g_strlcpy(ret_answers[i].text, fixture->last_error, sizeof(ret_answers[i].text));
        service_answer_clear(&batch.answers[i]);
    }
}

void fixture_call_many(struct unit_fixture *fixture, const char *method, const ProtobufCMessage *const *requests,
                       size_t n, struct fixture_answer *ret_answers)
{
    fixture_call_many_as(fixture, &FIXTURE_OPERATOR, method, requests, n, ret_answers);
}

void *fixture_call_as(struct unit_fixture *fixture, const struct fixture_caller *caller, const char *method,
                      const ProtobufCMessage *request, enum status expected)
{
    struct fixture_answer answer;

    fixture_call_many_as(fixture, caller, method, &request, 1, &answer);
    if (answer.code != expected)
        fail_msg("%s: %s '%s', not %s", method, status_name(answer.code), answer.text, status_name(expected));
    g_strlcpy(fixture->last_error, answer.text, sizeof(fixture->last_error));
    return answer.reply;
}

void *fixture_call(struct unit_fixture *fixture, const char *method, const ProtobufCMessage *request,
                   enum status expected)
{
    return fixture_call_as(fixture, &FIXTURE_OPERATOR, method, request, expected);
}

void fixture_free_reply(void *reply)
{
    protobuf_c_message_free_unpacked(reply, NULL);
}

static void call_empty(struct unit_fixture *fixture, const struct service_method *method)
{
    const ProtobufCServiceDescriptor *rpc = fixture->service.spec->rpc;
    const ProtobufCMessageDescriptor *type = protobuf_c_service_descriptor_get_method_by_name(rpc, method->name)->input;
    g_autofree ProtobufCMessage *request = g_malloc0(type->sizeof_message);
    const ProtobufCMessage *requests[] = {request};
    struct fixture_answer answer;

    type->message_init(request);
    fixture_call_many(fixture, method->name, requests, 1, &answer);
    if (answer.code != STATUS_INVALID_ARGUMENT && answer.code != STATUS_NOT_FOUND && !method->is_query)
        fail_msg("%s: %s '%s'", method->name, status_name(answer.code), answer.text);
    fixture_free_reply(answer.reply);
}

void fixture_call_each_empty(struct unit_fixture *fixture)
{
    (void)fixture_emitted(fixture);
    for (const struct service_method *method = fixture->service.spec->methods; method->name; method++)
        call_empty(fixture, method);
    assert_string_equal(fixture_emitted(fixture), "");
}

struct firing {
    struct unit_fixture *fixture;
    struct instant now;
    size_t n; /* out */
};

static enum status attempt_firing(void *context, struct error *err)
{
    static const uint16_t partition = FIXTURE_PARTITION;
    struct firing *firing = context;
    const struct service_spec *spec = firing->fixture->service.spec;
    SCOPED(timers_freep) struct timers *due = NULL;
    struct unit *unit = NULL;
    enum status st = begin(firing->fixture, &unit, err);

    if (st != STATUS_OK)
        return st;
    st = timer_take_due(unit_tx(unit), spec->name, &partition, 1, firing->now, 100, &due, err);
    firing->n = st == STATUS_OK ? due->n : 0;
    if (st == STATUS_OK && firing->n > 0)
        st = spec->timers(unit, due->timers, firing->n, err);
    return end(firing->fixture, unit, st, err);
}

size_t fixture_fire(struct unit_fixture *fixture, struct instant now)
{
    struct firing firing = {.fixture = fixture, .now = now};

    assert_true(clock_drive(now));
    const struct unit_run whole = {.what = "timers", .attempt = attempt_firing, .context = &firing};
    if (fixture_run(fixture, whole) != STATUS_OK)
        fail_msg("%s", fixture->last_error);
    return firing.n;
}

const char *fixture_emitted(struct unit_fixture *fixture)
{
    static char names[4096];
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
    struct error err = {0};

    names[0] = '\0';
    if (eventlog_read(fixture->owner, FIXTURE_PARTITION, fixture->read_seq, 1000, &batch, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < batch->n; i++) {
        if (names[0])
            g_strlcat(names, " ", sizeof(names));
        g_strlcat(names, strrchr(batch->events[i].type, '.') + 1, sizeof(names));
        assert_int_equal(batch->events[i].agency_id, FIXTURE_AGENCY);
        if (!fixture->may_name_nobody) {
            assert_false(id_is_none(&batch->events[i].debtor_id));
            assert_false(id_is_none(&batch->events[i].account_id));
        }
        fixture->read_seq = batch->events[i].seq;
    }
    return names;
}

void *fixture_last_event(struct unit_fixture *fixture, const ProtobufCMessageDescriptor *type)
{
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;

    assert_int_equal(eventlog_read(fixture->owner, FIXTURE_PARTITION, 0, 10000, &batch, NULL), STATUS_OK);
    for (size_t i = batch->n; i > 0; i--)
        if (strcmp(batch->events[i - 1].type, type->name) == 0)
            return protobuf_c_message_unpack(type, NULL, batch->events[i - 1].payload_len,
                                             batch->events[i - 1].payload);
    fail_msg("no event %s", type->name);
    abort(); /* not reached: fail_msg leaves, which the compiler does not know */
}

int64_t fixture_number(struct unit_fixture *fixture, const char *sql)
{
    const struct db_statement statement = {"", sql};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    struct error err = {0};

    if (db_exec(fixture->owner, &statement, NULL, &result, &err) != STATUS_OK)
        fail_msg("%s: %s", sql, err.text);
    assert_int_equal(db_rows(result), 1);
    return db_int8(result, 0, 0);
}

struct id named(const char *name)
{
    return id_derive_root(FIXTURE_PARTITION, "test", name, strlen(name));
}

struct subject_ids ids_of(const char *name)
{
    struct id account = named(name);

    return (struct subject_ids){account, id_derive(&account, "debtor", NULL, 0)};
}
