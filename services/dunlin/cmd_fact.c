#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "account.h"
#include "ask.h"
#include "calendar/calendar.h"
#include "commands.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "protojson.h"
#include "table.h"
#include "when.h"

/* What was learnt of a debtor: fact record, list, release. */

#define LIST_MAX  16
#define HASH_SIZE 32

static const ProtobufCServiceDescriptor *const SERVICE = &dunlin__contact__v1__contact_service__descriptor;

/* A fact out of the command line, with all that it points to. */
struct wanted {
    Dunlin__Contact__V1__Fact fact;
    Dunlin__Contact__V1__Evidence evidence;
    Dunlin__Contact__V1__Channel channels[LIST_MAX];
    ProtobufCBinaryData accounts[LIST_MAX];
    struct id account_ids[LIST_MAX], point_id;
    int32_t days[LIST_MAX];
    uint8_t hash[HASH_SIZE];
};

static enum status parse_enum(struct cli *cli, const ProtobufCEnumDescriptor *type, const char *option, int *ret_value,
                              struct error *err)
{
    char what[64];
    const char *text = cli_text(cli, option);
    *ret_value = 0;
    if (text[0] == '\0')
        return STATUS_OK;
    (void)snprintf(what, sizeof(what), "--%s", option);
    if (protojson_parse_enum(type, what, text, ret_value, err) == STATUS_OK)
        return STATUS_OK;
    cli_set_exit(cli, CLI_EXIT_USAGE);
    return err->code;
}

static enum status parse_day(struct cli *cli, const char *option, const char *text, int32_t *ret_days,
                             struct error *err)
{
    struct date date = {0};
    if (text[0] != '\0' && date_parse(text, "YYYY-MM-DD", &date, err) != STATUS_OK)
        return cli_usage(cli, err, "--%s '%s' is no date like 2026-06-30", option, text);
    *ret_days = date.days;
    return STATUS_OK;
}

static enum status parse_minute(struct cli *cli, const char *option, uint32_t *ret_minute, struct error *err)
{
    const char *text = cli_text(cli, option);
    unsigned hour = 0, minute = 0;
    char rest = 0;
    if (text[0] != '\0' && (sscanf(text, "%2u:%2u%c", &hour, &minute, &rest) != 2 || hour > 24 || minute > 59))
        return cli_usage(cli, err, "--%s '%s' is no time of day like 17:30", option, text);
    *ret_minute = hour * 60 + minute;
    return STATUS_OK;
}

static enum status fill_lists(struct cli *cli, struct wanted *wanted, struct error *err)
{
    static const char *const WEEKDAYS[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    g_auto(GStrv) channels = g_strsplit(cli_text(cli, "channels"), ",", LIST_MAX);
    g_auto(GStrv) weekdays = g_strsplit(cli_text(cli, "weekdays"), ",", LIST_MAX);
    g_auto(GStrv) dates = g_strsplit(cli_text(cli, "on"), ",", LIST_MAX);
    Dunlin__Contact__V1__Fact *fact = &wanted->fact;
    fact->channels = wanted->channels;
    fact->on_days = wanted->days;
    for (char **name = channels; *name != NULL; name++) {
        int value = 0;
        if (protojson_parse_enum(&dunlin__contact__v1__channel__descriptor, "--channels", *name, &value, err) !=
            STATUS_OK) {
            cli_set_exit(cli, CLI_EXIT_USAGE);
            return err->code;
        }
        wanted->channels[fact->n_channels++] = (Dunlin__Contact__V1__Channel)value;
    }
    for (char **name = weekdays; *name != NULL; name++) {
        size_t day = 0;
        while (day < G_N_ELEMENTS(WEEKDAYS) && strcmp(WEEKDAYS[day], *name) != 0)
            day++;
        if (day == G_N_ELEMENTS(WEEKDAYS))
            return cli_usage(cli, err, "--weekdays '%s': mon, tue, wed, thu, fri, sat or sun", *name);
        fact->weekdays |= 1u << day;
    }
    for (char **date = dates; *date != NULL; date++) {
        if (parse_day(cli, "on", *date, &wanted->days[fact->n_on_days++], err) != STATUS_OK)
            return err->code;
    }
    return STATUS_OK;
}

static enum status fill_accounts(struct cli *cli, struct wanted *wanted, struct error *err)
{
    g_auto(GStrv) accounts = g_strsplit(cli_text(cli, "accounts"), ",", LIST_MAX);
    enum status st = STATUS_OK;
    wanted->fact.account_ids = wanted->accounts;
    for (char **text = accounts; st == STATUS_OK && *text != NULL; text++) {
        const size_t i = wanted->fact.n_account_ids++;
        st = account_find(cli, *text, &wanted->account_ids[i], err);
        wanted->accounts[i] = account_bytes(&wanted->account_ids[i]);
    }
    return st;
}

static enum status fill_evidence(struct cli *cli, struct wanted *wanted, struct error *err)
{
    const char *hash = cli_text(cli, "document-hash");
    dunlin__contact__v1__evidence__init(&wanted->evidence);
    wanted->evidence.document = ask_text(cli_text(cli, "document"));
    if (hash[0] != '\0') {
        for (size_t i = 0; i < HASH_SIZE; i++) {
            unsigned byte = 0;
            if (strlen(hash) != 2 * HASH_SIZE || sscanf(hash + 2 * i, "%2x", &byte) != 1)
                return cli_usage(cli, err, "--document-hash: a BLAKE2b-256 has 64 hexadecimal digits (b2sum -l 256)");
            wanted->hash[i] = (uint8_t)byte;
        }
        wanted->evidence.document_hash = (ProtobufCBinaryData){.len = HASH_SIZE, .data = wanted->hash};
    }
    if (hash[0] != '\0' || wanted->evidence.document[0] != '\0')
        wanted->fact.evidence = &wanted->evidence;
    return STATUS_OK;
}

static enum status fill_codes(struct cli *cli, struct wanted *wanted, struct error *err)
{
    Dunlin__Contact__V1__Fact *fact = &wanted->fact;
    int kind = 0, channel = 0, scope = 0, place = 0;
    enum status st = parse_enum(cli, &dunlin__contact__v1__fact_kind__descriptor, "kind", &kind, err);
    if (st == STATUS_OK)
        st = parse_enum(cli, &dunlin__contact__v1__channel__descriptor, "channel", &channel, err);
    if (st == STATUS_OK)
        st = parse_enum(cli, &dunlin__contact__v1__consent_scope__descriptor, "scope", &scope, err);
    if (st == STATUS_OK)
        st = parse_enum(cli, &dunlin__contact__v1__place__descriptor, "place", &place, err);
    fact->kind = (Dunlin__Contact__V1__FactKind)kind;
    fact->channel = (Dunlin__Contact__V1__Channel)channel;
    fact->scope = (Dunlin__Contact__V1__ConsentScope)scope;
    fact->place = (Dunlin__Contact__V1__Place)place;
    return st;
}

static enum status fill_times(struct cli *cli, struct wanted *wanted, struct error *err)
{
    Dunlin__Contact__V1__Fact *fact = &wanted->fact;
    struct instant at = {0};
    const char *when = cli_text(cli, "at");
    if (when[0] != '\0' && instant_parse(when, &at, err) != STATUS_OK)
        return cli_usage(cli, err, "--at '%s' is no time like 2026-06-30T14:00:00Z", when);
    fact->occurred_at_us = at.us;
    enum status st = parse_minute(cli, "from", &fact->from_minute, err);
    if (st == STATUS_OK)
        st = parse_minute(cli, "to", &fact->to_minute, err);
    if (st == STATUS_OK)
        st = parse_day(cli, "until", cli_text(cli, "until"), &fact->until_on_days, err);
    if (st == STATUS_OK)
        st = parse_day(cli, "since", cli_text(cli, "since"), &fact->since_on_days, err);
    return st;
}

static enum status fill_fact(struct cli *cli, struct wanted *wanted, struct error *err)
{
    Dunlin__Contact__V1__Fact *fact = &wanted->fact;
    const char *point = cli_text(cli, "contact-point");
    dunlin__contact__v1__fact__init(fact);
    fact->is_only = cli_flag(cli, "exclusive");
    fact->is_withdrawn = cli_flag(cli, "withdrawn");
    fact->is_reassigned = cli_flag(cli, "reassigned");
    fact->is_incomplete = cli_flag(cli, "incomplete");
    fact->is_conversation = cli_flag(cli, "conversation");
    fact->zone = ask_text(cli_text(cli, "zone"));
    fact->language = ask_text(cli_text(cli, "language"));
    fact->note = ask_text(cli_text(cli, "note"));
    if (point[0] != '\0' && id_parse(point, &wanted->point_id, err) != STATUS_OK)
        return cli_usage(cli, err, "--contact-point '%s' is no id (`dunlin account show` lists them)", point);
    if (point[0] != '\0')
        fact->contact_point_id = account_bytes(&wanted->point_id);
    enum status st = fill_codes(cli, wanted, err);
    if (st == STATUS_OK)
        st = fill_lists(cli, wanted, err);
    if (st == STATUS_OK)
        st = fill_times(cli, wanted, err);
    if (st == STATUS_OK)
        st = fill_evidence(cli, wanted, err);
    return st == STATUS_OK ? fill_accounts(cli, wanted, err) : st;
}

static enum status run_record(struct cli *cli, struct error *err)
{
    g_autofree struct wanted *wanted = g_new0(struct wanted, 1);
    struct id account_id;
    ProtobufCMessage *reply = NULL;
    Dunlin__Contact__V1__Fact *facts[] = {&wanted->fact};
    Dunlin__Contact__V1__RecordFactsRequest request;
    enum status st = fill_fact(cli, wanted, err);
    if (st == STATUS_OK)
        st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st != STATUS_OK)
        return st;
    dunlin__contact__v1__record_facts_request__init(&request);
    request.account_id = account_bytes(&account_id);
    request.facts = facts;
    request.n_facts = 1;
    st = account_call(cli, SERVICE, "RecordFacts", &request.base, &account_id, false, &reply, err);
    if (st != STATUS_OK)
        return st;
    json_t *row = protojson(&((const Dunlin__Contact__V1__RecordFactsReply *)reply)->results[0]->base);
    protobuf_c_message_free_unpacked(reply, NULL);
    if (cli_emit(cli, row))
        return STATUS_OK;
    cli_say(cli, "%s: fact %s.", json_is_true(json_object_get(row, "is_new")) ? "Recorded" : "Was on record already",
            json_string_value(json_object_get(row, "fact_id")));
    size_t i;
    json_t *hold;
    json_array_foreach(json_object_get(row, "contradicts"), i, hold)
        cli_note(cli, "It says otherwise than '%s', which stands: the stricter holds.", json_string_value(hold));
    json_decref(row);
    return STATUS_OK;
}

static const struct config_option RECORD_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    {"kind", CONFIG_TEXT, NULL, NULL, 0, 0, "consent, inconvenient-time, attorney-notice, ...: `--kind ?` lists them."},
    {"accounts", CONFIG_TEXT, "", NULL, 0, 0,
     "The debts that it is about, joined by commas. Empty: all of the debtor."},
    {"contact-point", CONFIG_TEXT, "", NULL, 0, 0, "The number or address that it is about, by its id."},
    {"at", CONFIG_TEXT, "", NULL, 0, 0, "When it happened (RFC 3339). Empty: now."},
    {"channel", CONFIG_TEXT, "", NULL, 0, 0, "How it came: call, text, email, letter, portal."},
    {"document", CONFIG_TEXT, "", NULL, 0, 0, "Reference of the document that proves it."},
    {"document-hash", CONFIG_TEXT, "", NULL, 0, 0, "Its BLAKE2b-256 in hexadecimal (b2sum -l 256)."},
    {"scope", CONFIG_TEXT, "", NULL, 0, 0, "Of a consent: time, employer, calls, email, text, electronic."},
    {"channels", CONFIG_TEXT, "", NULL, 0, 0, "Of a media request or opt-out, joined by commas."},
    {"place", CONFIG_TEXT, "", NULL, 0, 0, "home, work or other."},
    {"weekdays", CONFIG_TEXT, "", NULL, 0, 0, "mon,tue,... Empty: every day."},
    {"from", CONFIG_TEXT, "", NULL, 0, 0, "Time of the debtor's day, 09:00. Empty, as --to: all day."},
    {"to", CONFIG_TEXT, "", NULL, 0, 0, "Time of the debtor's day; before --from: over midnight."},
    {"on", CONFIG_TEXT, "", NULL, 0, 0, "Of a consent: only these dates, joined by commas."},
    {"until", CONFIG_TEXT, "", NULL, 0, 0, "Last day of it."},
    {"since", CONFIG_TEXT, "", NULL, 0, 0, "Of a number check: the day from which on it covers."},
    {"exclusive", CONFIG_BOOL, "false", NULL, 0, 0, "The times named are the only convenient ones."},
    {"withdrawn", CONFIG_BOOL, "false", NULL, 0, 0, "The request is taken back."},
    {"reassigned", CONFIG_BOOL, "false", NULL, 0, 0, "Of a number check: the number has another holder now."},
    {"incomplete", CONFIG_BOOL, "false", NULL, 0, 0, "Of a creditor's notice or a number check."},
    {"conversation", CONFIG_BOOL, "false", NULL, 0, 0, "Of a call that the debtor made: somebody spoke with him."},
    {"zone", CONFIG_TEXT, "", NULL, 0, 0, "Of a known location: America/Chicago."},
    {"language", CONFIG_TEXT, "", NULL, 0, 0, "That he speaks: es, zh-Hant."},
    {"note", CONFIG_TEXT, "", NULL, 0, 0, "Why, for what ends a stop. No personal data."},
    {0},
};

const struct command COMMAND_FACT_RECORD = {
    .name = "fact record",
    .summary = "record what was learnt of a debtor: consents, hours, attorneys, what came by mail",
    .usage = "REF|ID --kind KIND [--scope SCOPE] [--accounts A,B] [--contact-point ID] [--document REF] ...",
    .details =
        "From its reply on, every permit is decided with it. What stops contact (cease, attorney, bankruptcy, "
        "deceased) "
        "sets the flag\n"
        "of that name as well; where a fact allows what such a flag forbids, the flag stands, and you are told.\n\n"
        "  dunlin fact record A-1001 --kind inconvenient-time --weekdays mon,tue,wed,thu,fri --from 09:00 --to 17:00\n"
        "  dunlin fact record A-1001 --kind consent --scope calls --channel call --accounts A-1001\n"
        "  dunlin fact record A-1001 --kind cease-received --channel letter --document scan-77 --document-hash 9b...\n"
        "  dunlin fact record A-1001 --kind attorney-ended --note \"letter of June 8\"\n",
    .options = RECORD_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_record,
};

static enum status run_list(struct cli *cli, struct error *err)
{
    static const struct column COLUMNS[] = {{"fact", "fact_id", COLUMN_TEXT},
                                            {"kind", "kind", COLUMN_TEXT},
                                            {"happened", "occurred_at", COLUMN_INSTANT},
                                            {"recorded", "recorded_at", COLUMN_INSTANT},
                                            {"by", "recorded_by", COLUMN_TEXT},
                                            {"released", "released_at", COLUMN_INSTANT},
                                            {0}};
    struct id account_id;
    ProtobufCMessage *reply = NULL;
    Dunlin__Contact__V1__ListFactsRequest request;
    enum status st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st != STATUS_OK)
        return st;
    dunlin__contact__v1__list_facts_request__init(&request);
    request.account_id = account_bytes(&account_id);
    st = account_call(cli, SERVICE, "ListFacts", &request.base, &account_id, true, &reply, err);
    if (st != STATUS_OK)
        return st;
    json_t *told = protojson(reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    if (cli_emit(cli, told))
        return STATUS_OK;
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(told, "facts"), i, row)(void)
        json_object_update_missing(row, json_object_get(row, "fact"));
    table_print(cli, json_object_get(told, "facts"), COLUMNS);
    json_decref(told);
    return STATUS_OK;
}

static const struct config_option LIST_OPTIONS[] = {ACCOUNT_OPTIONS, {0}};

const struct command COMMAND_FACT_LIST = {
    .name = "fact list",
    .summary = "the facts on record of an account's debtor, as they happened",
    .usage = "REF|ID",
    .details = "Released ones included. --json shows all that each says, with its evidence.\n",
    .options = LIST_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_list,
};

static enum status run_release(struct cli *cli, struct error *err)
{
    struct id account_id, fact_id;
    ProtobufCMessage *reply = NULL;
    Dunlin__Contact__V1__ReleaseFactRequest request;
    dunlin__contact__v1__release_fact_request__init(&request);
    if (id_parse(cli_operand(cli, 1), &fact_id, err) != STATUS_OK)
        return cli_usage(cli, err, "'%s' is no id of a fact (`dunlin fact list` shows them)", cli_operand(cli, 1));
    enum status st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st != STATUS_OK)
        return st;
    request.account_id = account_bytes(&account_id);
    request.fact_id = account_bytes(&fact_id);
    request.reason = ask_text(cli_text(cli, "reason"));
    st = account_call(cli, SERVICE, "ReleaseFact", &request.base, &account_id, false, &reply, err);
    if (st != STATUS_OK)
        return st;
    protobuf_c_message_free_unpacked(reply, NULL);
    if (!cli_emit_new(cli, json_pack("{s:s}", "fact_id", cli_operand(cli, 1))))
        cli_say(cli, "Released: fact %s counts no more.", cli_operand(cli, 1));
    return STATUS_OK;
}

static const struct config_option RELEASE_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    {"reason", CONFIG_TEXT, NULL, NULL, 0, 0, "Why it was recorded wrongly."},
    {0},
};

const struct command COMMAND_FACT_RELEASE = {
    .name = "fact release",
    .summary = "take back a fact that was recorded wrongly",
    .usage = "REF|ID FACT --reason TEXT",
    .details = "It counts no more, and stays in the log. A stop that it set stands, since others may have asked for "
               "the same by\n"
               "now: that is released by itself, with its own reason. What it ended is a stop again.\n\n"
               "  dunlin fact release A-1001 0190... --reason \"letter of another debtor\"\n"
               "  dunlin stop A-1001 --flag cease --release --reason \"nobody else asked for it\"\n",
    .options = RELEASE_OPTIONS,
    .operands_min = 2,
    .operands_max = 2,
    .run = run_release,
};
