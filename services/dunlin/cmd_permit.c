#include <string.h>

#include <glib.h>

#include "account.h"
#include "ask.h"
#include "channel_model.h"
#include "commands.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "protojson.h"
#include "table.h"

#define POINTS_MAX 64

/* What is asked about: every contact point of the channel's kind, or one. */
struct points {
    Dunlin__Contact__V1__Channel channel;
    Dunlin__Contact__V1__Purpose purpose;
    struct id ids[POINTS_MAX]; /* none: the portal */
    char *values[POINTS_MAX];  /* owned */
    size_t n;
};

static void points_fini(struct points *points)
{
    for (size_t i = 0; i < points->n; i++)
        g_free(points->values[i]);
}

/* The kind of contact point that the channel goes to, as contact names it; empty: none. */
static const char *point_kind(Dunlin__Contact__V1__Channel channel)
{
    return contact_point_kind_name(channel_traits((enum channel)channel)->point_kind);
}

static enum status read_asked(struct cli *cli, struct points *points, struct error *err)
{
    int channel = 0;
    int purpose = 0;
    enum status st = protojson_parse_enum(&dunlin__contact__v1__channel__descriptor, "--channel",
                                          cli_text(cli, "channel"), &channel, err);
    if (st == STATUS_OK)
        st = protojson_parse_enum(&dunlin__contact__v1__purpose__descriptor, "--purpose", cli_text(cli, "purpose"),
                                  &purpose, err);
    if (st != STATUS_OK)
        cli_set_exit(cli, CLI_EXIT_USAGE);
    points->channel = (Dunlin__Contact__V1__Channel)channel;
    points->purpose = (Dunlin__Contact__V1__Purpose)purpose;
    return st;
}

/* Those of the channel's kind, or the one that --contact-point names. */
static void choose_points(const Dunlin__Contact__V1__GetAccountReply *account, const struct id *only,
                          struct points *points)
{
    const char *kind = point_kind(points->channel);
    for (size_t i = 0; i < account->n_contact_points && points->n < POINTS_MAX; i++) {
        const Dunlin__Contact__V1__ContactPointView *view = account->contact_points[i];
        struct id id;
        if (id_from_bytes(view->contact_point_id.data, view->contact_point_id.len, "contact_point_id", &id, NULL) !=
            STATUS_OK)
            continue;
        if (id_is_none(only) ? strcmp(view->kind, kind) != 0 : !id_equal(only, &id))
            continue;
        points->ids[points->n] = id;
        points->values[points->n++] = g_strdup(view->value);
    }
}

static enum status find_points(struct cli *cli, const struct id *account_id, struct points *points, struct error *err)
{
    struct id only = {0};
    ProtobufCMessage *reply = NULL;
    const char *text = cli_text(cli, "contact-point");
    Dunlin__Contact__V1__GetAccountRequest request;
    dunlin__contact__v1__get_account_request__init(&request);
    request.account_id = account_bytes(account_id);
    if (text[0] != '\0' && id_parse(text, &only, err) != STATUS_OK)
        return cli_usage(cli, err, "--contact-point '%s' is no id", text);
    const enum status st = account_call(cli, &dunlin__contact__v1__contact_service__descriptor, "GetAccount",
                                        &request.base, account_id, true, &reply, err);
    if (st != STATUS_OK)
        return st;
    choose_points((const Dunlin__Contact__V1__GetAccountReply *)reply, &only, points);
    protobuf_c_message_free_unpacked(reply, NULL);
    const bool is_without = id_is_none(&only) && point_kind(points->channel)[0] == '\0';
    if (is_without || (points->n == 0 && !id_is_none(&only))) { /* contact says why not, in its own words */
        points->ids[points->n] = only;
        points->values[points->n++] = g_strdup("");
    }
    return points->n > 0 ? STATUS_OK
                         : error_set(err, STATUS_FAILED_PRECONDITION, "the account has no %s to ask about",
                                     strcmp(point_kind(points->channel), "phone") == 0   ? "telephone number"
                                     : strcmp(point_kind(points->channel), "email") == 0 ? "e-mail address"
                                                                                         : "address");
}

/* *ret_override lends its reason; it stays as it is where none is asked for. */
static enum status read_override(struct cli *cli, Dunlin__Contact__V1__PermitOverride *ret_override, bool *ret_is_asked,
                                 struct error *err)
{
    int code = 0;
    const char *name = cli_text(cli, "override");
    *ret_is_asked = name[0] != '\0';
    if (!*ret_is_asked)
        return STATUS_OK;
    if (protojson_parse_enum(&dunlin__contact__v1__override_reason__descriptor, "--override", name, &code, err) !=
        STATUS_OK) {
        cli_set_exit(cli, CLI_EXIT_USAGE);
        return err->code;
    }
    dunlin__contact__v1__permit_override__init(ret_override);
    ret_override->reason_code = (Dunlin__Contact__V1__OverrideReason)code;
    ret_override->reason = ask_text(cli_text(cli, "reason"));
    if (ret_override->reason[0] == '\0')
        return cli_usage(cli, err, "--override needs a --reason: it is kept for good");
    return STATUS_OK;
}

static enum status ask(struct cli *cli, const struct id *account_id, const struct points *points, bool is_real,
                       ProtobufCMessage **ret_reply, struct error *err)
{
    Dunlin__Contact__V1__PermitOverride override;
    bool is_override_asked = false;
    enum status st = read_override(cli, &override, &is_override_asked, err);
    if (st != STATUS_OK)
        return st;
    Dunlin__Contact__V1__PermitRequest rows[POINTS_MAX];
    Dunlin__Contact__V1__PermitRequest *pointers[POINTS_MAX];
    Dunlin__Contact__V1__RequestPermitsRequest request;
    dunlin__contact__v1__request_permits_request__init(&request);
    for (size_t i = 0; i < points->n; i++) {
        dunlin__contact__v1__permit_request__init(&rows[i]);
        rows[i].account_id = account_bytes(account_id);
        if (!id_is_none(&points->ids[i]))
            rows[i].contact_point_id = account_bytes(&points->ids[i]);
        rows[i].channel = points->channel;
        rows[i].purpose = points->purpose;
        rows[i].dialer = ask_text(cli_text(cli, "dialer"));
        rows[i].campaign = ask_text(cli_text(cli, "campaign"));
        rows[i].override = is_override_asked ? &override : NULL;
        pointers[i] = &rows[i];
    }
    request.requests = pointers;
    request.n_requests = points->n;
    return account_call(cli, &dunlin__contact__v1__contact_service__descriptor,
                        is_real ? "RequestPermits" : "ExplainContact", &request.base, account_id, !is_real, ret_reply,
                        err);
}

static json_t *describe(const Dunlin__Contact__V1__RequestPermitsReply *reply, const struct points *points)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < reply->n_verdicts && i < points->n; i++) {
        char id[ID_TEXT_SIZE];
        json_t *row = protojson(&reply->verdicts[i]->base);
        const bool is_permitted = json_object_get(row, "permit") != NULL;
        (void)json_object_set_new(row, "contact_point_id", json_string(id_format(&points->ids[i], id)));
        (void)json_object_set_new(row, "value", json_string(points->values[i]));
        (void)json_object_set_new(row, "is_permitted", json_boolean(is_permitted));
        (void)json_array_append_new(rows, row);
    }
    return rows;
}

static const json_t *overridden_of(const json_t *row)
{
    return json_object_get(json_object_get(row, "permit"), "overridden");
}

static void say_held_part(struct cli *cli, const json_t *part)
{
    static const struct column AMOUNT = {"", "amount", COLUMN_MONEY};
    if (part == NULL)
        return;
    g_autofree char *amount = table_cell(part, &AMOUNT);
    cli_say(cli,
            "do not ask for %s: the debtor disputes that part, and it is not answered yet (12 CFR 1006.38(d)(2)(i))",
            amount);
}

static void show(struct cli *cli, const json_t *rows, bool is_real)
{
    static const struct column HITS[] = {{"rule", "rule", COLUMN_TEXT},
                                         {"why", "detail", COLUMN_TEXT},
                                         {"not before", "next_permitted_at", COLUMN_INSTANT},
                                         {"citation", "citation", COLUMN_TEXT},
                                         {0}};
    static const struct column PERMIT[] = {{"permit", "permit_id", COLUMN_TEXT},
                                           {"address", "address", COLUMN_TEXT},
                                           {"until", "valid_until", COLUMN_INSTANT},
                                           {0}};
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        const bool is_permitted = json_is_true(json_object_get(row, "is_permitted"));
        const char *word =
            is_permitted ? (is_real ? "permitted" : "would be permitted") : (is_real ? "refused" : "would be refused");
        cli_say(cli, "%s%s%s  %s (%s)", cli_colour(cli, is_permitted ? CLI_GREEN : CLI_RED), word,
                cli_colour(cli, CLI_PLAIN), json_string_value(json_object_get(row, "value")),
                json_string_value(json_object_get(row, "contact_point_id")));
        if (is_permitted && is_real)
            table_print_object(cli, json_object_get(row, "permit"), PERMIT);
        if (is_permitted)
            say_held_part(cli, json_object_get(json_object_get(row, "permit"), "held_part"));
        if (is_permitted && json_array_size(overridden_of(row)) > 0) {
            cli_say(cli, "by override of:");
            table_print(cli, overridden_of(row), HITS);
        }
        if (!is_permitted)
            table_print(cli, json_object_get(json_object_get(row, "refusal"), "hits"), HITS);
    }
}

static enum status run_permit(struct cli *cli, struct error *err)
{
    SCOPED(points_fini) struct points points = {0};
    struct id account_id;
    ProtobufCMessage *reply = NULL;
    const bool is_real = cli_flag(cli, "request");
    if (is_real && cli_flag(cli, "explain"))
        return cli_usage(cli, err, "--request and --explain exclude each other");
    enum status st = read_asked(cli, &points, err);
    if (st == STATUS_OK)
        st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st == STATUS_OK)
        st = find_points(cli, &account_id, &points, err);
    if (st == STATUS_OK && is_real && points.n > 1)
        return cli_usage(cli, err, "the account has %zu of them: say with --contact-point which one is meant",
                         points.n);
    if (st == STATUS_OK)
        st = ask(cli, &account_id, &points, is_real, &reply, err);
    if (st != STATUS_OK)
        return st;
    json_t *rows = describe((const Dunlin__Contact__V1__RequestPermitsReply *)reply, &points);
    protobuf_c_message_free_unpacked(reply, NULL);
    if (cli_emit(cli, rows))
        return STATUS_OK;
    show(cli, rows, is_real);
    json_decref(rows);
    return STATUS_OK;
}

static const struct config_option PERMIT_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    {"channel", CONFIG_TEXT, "call", NULL, 0, 0,
     "By which means: call, prerecorded-call, ringless, text, email, letter or portal."},
    {"purpose", CONFIG_TEXT, "collection", NULL, 0, 0,
     "What for: collection, callback, validation-notice, dispute-response, payment-confirmation, "
     "opt-out-confirmation, required-by-law, terminate-efforts or remedy-notice."},
    {"contact-point", CONFIG_TEXT, "", NULL, 0, 0,
     "One number or address, by its id. Empty: every one of the account that the channel goes to."},
    {"explain", CONFIG_BOOL, "false", NULL, 0, 0,
     "Only ask what the answer would be; nothing is written. This is the default."},
    {"request", CONFIG_BOOL, "false", NULL, 0, 0,
     "Really ask: the permit counts as an attempt until it is reported as not placed."},
    {"dialer", CONFIG_TEXT, "operator", NULL, 0, 0, "Who will make the contact."},
    {"campaign", CONFIG_TEXT, "", NULL, 0, 0,
     "Of which campaign it is: complaints and disputes are counted by it (`dunlin complaint rates --by campaign`)."},
    {"override", CONFIG_TEXT, "", NULL, 0, 0,
     "Override rules that presume a violation: legally-required, litigation, consumer-request, external-effect. "
     "Refused "
     "where any other rule blocks."},
    {"reason", CONFIG_TEXT, "", NULL, 0, 0, "Why, with --override; kept for good."},
    {0},
};

const struct command COMMAND_PERMIT = {
    .name = "permit",
    .summary = "may an account be contacted now, and why not",
    .usage = "REF|ID [--channel CHANNEL] [--purpose PURPOSE] [--contact-point ID] [--explain | --request] [--override "
             "CODE --reason TEXT]",
    .details =
        "Answers for each number or address with every rule that blocks, its citation and when it is free again. The "
        "exit code is 0\n"
        "whatever the answer is: the answer is what was asked for.\n\n"
        "  dunlin permit A-1001\n"
        "  dunlin permit A-1001 --channel letter --purpose validation-notice\n"
        "  dunlin permit A-1001 --request --contact-point 0190...\n"
        "  dunlin permit A-1001 --request --override consumer-request --reason \"asked to be called on Friday\"\n",
    .options = PERMIT_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_permit,
};

static enum status fill_stop(struct cli *cli, Dunlin__Contact__V1__RecordRequestRequest *request,
                             struct id *contact_point, struct error *err)
{
    int flag = 0;
    const char *point = cli_text(cli, "contact-point");
    if (protojson_parse_enum(&dunlin__contact__v1__sticky_flag__descriptor, "--flag", cli_text(cli, "flag"), &flag,
                             err) != STATUS_OK) {
        cli_set_exit(cli, CLI_EXIT_USAGE);
        return err->code;
    }
    request->flag = (Dunlin__Contact__V1__StickyFlag)flag;
    request->is_release = cli_flag(cli, "release");
    request->reason = ask_text(cli_text(cli, "reason"));
    if (request->is_release && request->reason[0] == '\0')
        return cli_usage(cli, err, "--release needs a --reason: it is kept for good");
    if (point[0] != '\0' && id_parse(point, contact_point, err) != STATUS_OK)
        return cli_usage(cli, err, "--contact-point '%s' is no id", point);
    if (point[0] != '\0')
        request->contact_point_id = account_bytes(contact_point);
    else if (flag == DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_OPT_OUT_CONTACT_POINT)
        return cli_usage(cli, err,
                         "--flag opt-out-contact-point needs --contact-point (`dunlin account show` lists them)");
    return STATUS_OK;
}

static enum status run_stop(struct cli *cli, struct error *err)
{
    struct id account_id, contact_point;
    ProtobufCMessage *reply = NULL;
    Dunlin__Contact__V1__RecordRequestRequest request;
    dunlin__contact__v1__record_request_request__init(&request);
    enum status st = fill_stop(cli, &request, &contact_point, err);
    if (st == STATUS_OK)
        st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st != STATUS_OK)
        return st;
    request.account_id = account_bytes(&account_id);
    st = account_call(cli, &dunlin__contact__v1__contact_service__descriptor, "RecordRequest", &request.base,
                      &account_id, false, &reply, err);
    if (st != STATUS_OK)
        return st;
    protobuf_c_message_free_unpacked(reply, NULL);
    char id[ID_TEXT_SIZE];
    (void)id_format(&account_id, id);
    if (!cli_emit_new(cli, json_pack("{s:s, s:s, s:b}", "account_id", id, "flag", cli_text(cli, "flag"), "is_release",
                                     request.is_release)))
        cli_say(cli, request.is_release ? "Released: %s of account %s." : "Recorded: %s for account %s.",
                cli_text(cli, "flag"), id);
    return STATUS_OK;
}

static const struct config_option STOP_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    {"flag", CONFIG_TEXT, NULL, NULL, 0, 0,
     "cease, attorney, bankruptcy, deceased, opt-out-calls or opt-out-contact-point."},
    {"contact-point", CONFIG_TEXT, "", NULL, 0, 0, "With opt-out-contact-point: the number, by its id."},
    {"release", CONFIG_BOOL, "false", NULL, 0, 0, "Take the flag back; needs a reason."},
    {"reason", CONFIG_TEXT, "", NULL, 0, 0, "Why, in a few words."},
    {0},
};

const struct command COMMAND_STOP = {
    .name = "stop",
    .summary = "record that a debtor asked not to be contacted, or release it",
    .usage = "REF|ID --flag FLAG [--reason TEXT] [--release --reason TEXT]",
    .details = "From this moment no permit is granted. The flag stays until it is released with a reason; no import "
               "and no call result\n"
               "clears it.\n\n"
               "  dunlin stop A-1001 --flag cease\n"
               "  dunlin stop A-1001 --flag attorney --reason \"represented by Roe LLP\"\n"
               "  dunlin stop A-1001 --flag cease --release --reason \"debtor asked in writing to be called again\"\n",
    .options = STOP_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_stop,
};
