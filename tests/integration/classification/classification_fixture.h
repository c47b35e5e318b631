#ifndef DUNLIN_TESTS_INTEGRATION_CLASSIFICATION_CLASSIFICATION_FIXTURE_H
#define DUNLIN_TESTS_INTEGRATION_CLASSIFICATION_CLASSIFICATION_FIXTURE_H

#include "unit_fixture.h"

#include "classification_service.h"
#include "dunlin/classification/v1/classification.pb-c.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"

/* What other services said about the accounts of a tale, as a table. */

enum happening {
    PLACED, /* number: days from DUE_DAY to its due day; balance_minor */
    MOVED,  /* number: the same, of the new due day */
    RECALLED,
    PAID,     /* balance_minor: what is left */
    BOUNCED,  /* a payment reversed; balance_minor: what is owed again */
    TAKEN_IN, /* by the ledger, without a change */
    BROKE_PROMISE,
    BROKE_PLAN,
    DISPUTED,
    VERIFIED,
    UPHELD,
    REJECTED,
};

#define DUE_DAY FIXTURE_TODAY

struct step {
    int32_t day; /* after DUE_DAY */
    const char *account, *debtor;
    enum happening what;
    int64_t balance_minor;
    int32_t number;
};

/* The message of one step. */
struct telling {
    union {
        ProtobufCMessage base;
        Dunlin__Intake__V1__AccountPlaced placed;
        Dunlin__Intake__V1__AccountUpdated updated;
        Dunlin__Intake__V1__AccountRecalled recalled;
        Dunlin__Payment__V1__BalanceChanged changed;
        Dunlin__Payment__V1__PromiseBroken broken;
        Dunlin__Payment__V1__PlanBroken plan_broken;
        Dunlin__Dispute__V1__DisputeOpened opened;
        Dunlin__Dispute__V1__VerificationSent verified;
        Dunlin__Dispute__V1__DisputeResolved resolved;
    } message;
};

/* The account or debtor `name` of the tale `tale`: each tale has its own people. */
static inline struct id id_in(const char *tale, const char *name)
{
    char text[128];
    (void)g_snprintf(text, sizeof(text), "%s/%s", tale, name);
    return named(text);
}

static inline void change_balance(struct telling *telling, const struct step *step, int kind)
{
    dunlin__payment__v1__balance_changed__init(&telling->message.changed);
    telling->message.changed.balance_minor = step->balance_minor;
    telling->message.changed.change_minor = kind == 0 ? 0 : -1; /* by how much is not asked */
    telling->message.changed.kind = (Dunlin__Payment__V1__PostingKind)kind;
    telling->message.changed.effective_on_days = DUE_DAY + step->day;
}

static inline void resolve(struct telling *telling, int outcome)
{
    dunlin__dispute__v1__dispute_resolved__init(&telling->message.resolved);
    telling->message.resolved.outcome = (Dunlin__Dispute__V1__DisputeOutcome)outcome;
}

static inline void fill_message(struct telling *telling, const struct step *step)
{
    switch (step->what) {
    case PLACED:
        dunlin__intake__v1__account_placed__init(&telling->message.placed);
        telling->message.placed.due_on_days = DUE_DAY + step->number;
        telling->message.placed.balance_minor = step->balance_minor;
        telling->message.placed.currency = wire_text("USD");
        break;
    case MOVED:
        dunlin__intake__v1__account_updated__init(&telling->message.updated);
        telling->message.updated.due_on_presence_case =
            DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__DUE_ON_PRESENCE_DUE_ON_DAYS;
        telling->message.updated.due_on_days = DUE_DAY + step->number;
        break;
    case RECALLED:
        dunlin__intake__v1__account_recalled__init(&telling->message.recalled);
        break;
    case PAID:
        change_balance(telling, step, DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_PAYMENT);
        break;
    case BOUNCED:
        change_balance(telling, step, DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_REVERSAL);
        break;
    case TAKEN_IN:
        change_balance(telling, step, DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_UNSPECIFIED);
        break;
    case BROKE_PROMISE:
        dunlin__payment__v1__promise_broken__init(&telling->message.broken);
        break;
    case BROKE_PLAN:
        dunlin__payment__v1__plan_broken__init(&telling->message.plan_broken);
        break;
    case DISPUTED:
        dunlin__dispute__v1__dispute_opened__init(&telling->message.opened);
        break;
    case VERIFIED:
        dunlin__dispute__v1__verification_sent__init(&telling->message.verified);
        break;
    case UPHELD:
        resolve(telling, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_UPHELD);
        break;
    case REJECTED:
        resolve(telling, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_REJECTED);
        break;
    }
}

/* Applies n steps of a tale as one batch in one unit. */
static inline enum status apply_batch(struct unit_fixture *fixture, const char *tale, const struct step *steps,
                                      size_t n)
{
    struct telling *tellings = g_new0(struct telling, n);
    struct fixture_event *batch = g_new0(struct fixture_event, n);
    for (size_t i = 0; i < n; i++) {
        struct telling *telling = &tellings[i];
        fill_message(telling, &steps[i]);
        batch[i] = (struct fixture_event){.message = &telling->message.base,
                                          .debtor_id = id_in(tale, steps[i].debtor),
                                          .account_id = id_in(tale, steps[i].account),
                                          .occurred_at_us = (DUE_DAY + steps[i].day) * US_PER_DAY + US_PER_HOUR};
    }
    const enum status st = fixture_apply_events(fixture, batch, n);
    g_free(batch);
    g_free(tellings);
    return st;
}

static inline void apply_ok(struct unit_fixture *fixture, const char *tale, const struct step *steps, size_t n)
{
    if (apply_batch(fixture, tale, steps, n) != STATUS_OK)
        fail_msg("%s: %s", tale, fixture->last_error);
}

static inline const char *name_of(const char *tale, const char *const *names, ProtobufCBinaryData wanted)
{
    for (; *names; names++) {
        const struct id id = id_in(tale, *names);
        if (wanted.len == ID_BYTES && memcmp(id.bytes, wanted.data, ID_BYTES) == 0)
            return *names;
    }
    return "?";
}

/* What was said about the tale's accounts (`names`, NULL last) since the last look, a line each; g_free. */
static inline gchar *said(struct unit_fixture *fixture, const char *tale, const char *const *names)
{
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
    struct error err = {0};
    GString *text = g_string_new("");
    if (eventlog_read(fixture->owner, FIXTURE_PARTITION, fixture->read_seq, 1000, &batch, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < batch->n; i++) {
        const struct event *event = &batch->events[i];
        Dunlin__Classification__V1__AccountClassified *message =
            dunlin__classification__v1__account_classified__unpack(NULL, event->payload_len, event->payload);
        assert_string_equal(event->type, dunlin__classification__v1__account_classified__descriptor.name);
        assert_non_null(message);
        assert_memory_equal(event->account_id.bytes, message->account_id.data, ID_BYTES);
        assert_memory_equal(event->debtor_id.bytes, message->debtor_id.data, ID_BYTES);
        g_string_append_printf(text, "%s %s/%s %s %s day %d %ld since %s:", name_of(tale, names, message->account_id),
                               message->class_, message->strategy, message->aging_bucket, message->currency,
                               message->days_past_due, (long)message->balance_minor, message->because);
        for (size_t r = 0; r < message->n_reason_codes; r++)
            g_string_append_printf(text, " %s", message->reason_codes[r]);
        g_string_append_c(text, '\n');
        dunlin__classification__v1__account_classified__free_unpacked(message, NULL);
        fixture->read_seq = event->seq;
    }
    return g_string_free(text, FALSE);
}

/* The same as classes only: "a:newly_delinquent b:closed". Static. */
static inline const char *classes_said(struct unit_fixture *fixture, const char *tale, const char *const *names)
{
    static char words[512];
    gchar *text = said(fixture, tale, names);
    gchar **lines = g_strsplit(text, "\n", -1);
    words[0] = '\0';
    for (gchar **line = lines; *line && **line; line++) {
        char name[32], class_code[64];
        assert_int_equal(sscanf(*line, "%31s %63[^/]", name, class_code), 2);
        g_strlcat(words, words[0] ? " " : "", sizeof(words));
        g_strlcat(words, name, sizeof(words));
        g_strlcat(words, ":", sizeof(words));
        g_strlcat(words, class_code, sizeof(words));
    }
    g_strfreev(lines);
    g_free(text);
    return words;
}

/* The rows that one statement with the parameter `id` gives, as text; g_free. */
static inline gchar *rows_of(struct unit_fixture *fixture, const char *sql, const struct id *id)
{
    const struct db_statement statement = {"", sql};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    struct db_args args = {0};
    struct error err = {0};
    GString *text = g_string_new("");
    db_arg_id(&args, id);
    if (db_exec(fixture->owner, &statement, &args, &result, &err) != STATUS_OK)
        fail_msg("%s: %s", sql, err.text);
    for (size_t row = 0; row < db_rows(result); row++)
        g_string_append_printf(text, "%s\n", db_text(result, row, 0));
    return g_string_free(text, FALSE);
}

/* Everything stored about the tale's accounts and timers but their ids; g_free. */
static inline gchar *stored(struct unit_fixture *fixture, const char *tale, const char *const *names)
{
    static const char *const SQL[] = {
        "SELECT (to_jsonb(a) - 'account_id' - 'debtor_id')::text FROM classification.account a WHERE account_id = $1",
        "SELECT (to_jsonb(t) - 'subject_id' - 'debtor_id')::text FROM platform.timer t WHERE subject_id = $1",
    };
    GString *text = g_string_new("");
    for (; *names; names++) {
        const struct id id = id_in(tale, *names);
        for (size_t i = 0; i < ARRAY_SIZE(SQL); i++) {
            gchar *rows = rows_of(fixture, SQL[i], &id);
            if (rows[0])
                g_string_append_printf(text, "%s: %s", *names, rows);
            g_free(rows);
        }
    }
    return g_string_free(text, FALSE);
}

#endif
