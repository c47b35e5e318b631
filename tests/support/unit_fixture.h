#ifndef DUNLIN_TESTS_SUPPORT_UNIT_FIXTURE_H
#define DUNLIN_TESTS_SUPPORT_UNIT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "service/service_internal.h"
#include "service/wire.h"
#include "test_database.h"
#include "unit_run.h"

/* A service's handlers in real units of work on a real PostgreSQL, without threads and sockets: what a worker does
 * between two messages. A fresh database a program; business time is driven. Whatever goes wrong fails the test. */

#define FIXTURE_PARTITION 7
#define FIXTURE_AGENCY    1
#define FIXTURE_TODAY     20600 /* 2026-05-27 */

struct unit_fixture {
    struct test_database database;
    struct db *db;    /* as the service's role */
    struct db *owner; /* may tamper */
    struct service service;
    struct unit_owner unit_owner;
    bool is_at_head;         /* units begin with the head's lock, as decisions do */
    bool may_name_nobody;    /* events that are emitted may be about no debtor and account */
    bool dies_before_commit; /* units are rolled back when all is done, as if the process ended there */
    int64_t seq;             /* of the last event that was made up */
    int64_t read_seq;        /* of the last emitted event that a test has looked at */
    char last_error[ERROR_TEXT_MAX];
};

/* A group's set-up and tear-down. `context` is what unit_context gives to the handlers; borrowed. Business time is not
 * driven yet after fixture_open_undriven; it is nine in the morning of FIXTURE_TODAY after fixture_open. */
int fixture_open(void **state, const struct service_spec *spec, void *context);
int fixture_open_undriven(void **state, const struct service_spec *spec, void *context);
int fixture_close(void **state);

/* Another instance of the service on the same database, with a connection and a context of its own; borrows `first`. */
struct unit_fixture *fixture_another(const struct unit_fixture *first, void *context);
void fixture_another_free(struct unit_fixture *another);

/* Throws away what `tables` hold, "intake.placement, intake.batch", and the whole log: for a test's set-up. */
void fixture_empty(struct unit_fixture *fixture, const char *tables);

/* Fails the test where it failed. */
void must(enum status st, const struct error *err);

/* Those below run as many attempts as the kind of test wants (unit_run.h); a unit that a test begins itself is run
 * once.
 */
struct unit *fixture_begin(struct unit_fixture *fixture);
/* What a commit leaves to be published is dropped. */
enum status fixture_commit(struct unit *unit, struct error *err);
/* Runs an attempt; database, owner and connection are set here. last_error is of the attempt that counts. */
enum status fixture_run(struct unit_fixture *fixture, struct unit_run run);

/* An event that another service is said to have produced, now unless a time is given. */
struct fixture_event {
    const ProtobufCMessage *message;
    struct id debtor_id, account_id;
    int64_t occurred_at_us;
};

/* Apply n events as one batch, in order; the shorter one leaves whom they are about to their messages. */
enum status fixture_apply_events(struct unit_fixture *fixture, const struct fixture_event *events, size_t n);
enum status fixture_apply(struct unit_fixture *fixture, const ProtobufCMessage *const *messages, size_t n);
void fixture_apply_ok(struct unit_fixture *fixture, const ProtobufCMessage *message);

/* Who calls. */
struct fixture_caller {
    const char *peer, *role, *principal;
    int32_t agency_id;
};
extern const struct fixture_caller FIXTURE_OPERATOR; /* "user:anna" */

struct fixture_answer {
    enum status code;
    char text[ERROR_TEXT_MAX];
    ProtobufCMessage *reply; /* NULL unless code is OK; fixture_free_reply */
};

#define FIXTURE_CALLS_MAX 16

/* Runs n calls of one method as one batch in one unit. Those without `caller` are FIXTURE_OPERATOR's. */
void fixture_call_many_as(struct unit_fixture *fixture, const struct fixture_caller *caller, const char *method,
                          const ProtobufCMessage *const *requests, size_t n, struct fixture_answer *ret_answers);
void fixture_call_many(struct unit_fixture *fixture, const char *method, const ProtobufCMessage *const *requests,
                       size_t n, struct fixture_answer *ret_answers);

/* One call; the reply is owned by the caller, NULL where it was refused, for which last_error says why. */
void *fixture_call_as(struct unit_fixture *fixture, const struct fixture_caller *caller, const char *method,
                      const ProtobufCMessage *request, enum status expected);
void *fixture_call(struct unit_fixture *fixture, const char *method, const ProtobufCMessage *request,
                   enum status expected);
void fixture_free_reply(void *reply);

/* Calls every method of the service with an empty request. Fails where one that is no query is anything but refused for
 * what is missing, or where an event comes of it. */
void fixture_call_each_empty(struct unit_fixture *fixture);

/* Business time goes on to `now`; what is due fires. Returns how many timers did. */
size_t fixture_fire(struct unit_fixture *fixture, struct instant now);

/* The events emitted since the last look, by the last part of their type's name: "PaymentPosted BalanceChanged".
 * Static. */
const char *fixture_emitted(struct unit_fixture *fixture);

/* The last emitted event of the given type, unpacked; owned by the caller (fixture_free_reply). */
void *fixture_last_event(struct unit_fixture *fixture, const ProtobufCMessageDescriptor *type);

/* The one number that an SQL text gives. */
int64_t fixture_number(struct unit_fixture *fixture, const char *sql);

/* A different account, debtor, payment, ... a name; in the fixture's partition. */
struct id named(const char *name);

/* An account and its debtor, by a name that is a test's own. */
struct subject_ids {
    struct id account, debtor;
};
struct subject_ids ids_of(const char *name);

#endif
