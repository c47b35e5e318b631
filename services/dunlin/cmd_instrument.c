#include <string.h>

#include <glib.h>

#include "account.h"
#include "ask.h"
#include "commands.h"
#include "debit_cli.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "protojson.h"

/* Tokens of debtors' bank accounts: `instrument add`, `list`, `stop`. */

#define EVIDENCE_BYTES 32 /* SHA-256 */

static const struct column INSTRUMENT[] = {{"instrument", "instrument_id", COLUMN_TEXT},
                                           {"state", "state", COLUMN_TEXT},
                                           {"kind", "kind", COLUMN_TEXT},
                                           {"routing", "routing", COLUMN_TEXT},
                                           {"token", "token", COLUMN_TEXT},
                                           {"last 4", "last4", COLUMN_TEXT},
                                           {"holder", "holder", COLUMN_TEXT},
                                           {"class", "authorization_class", COLUMN_TEXT},
                                           {"authorized", "authorized_on", COLUMN_TEXT},
                                           {"reason", "reason", COLUMN_TEXT},
                                           {0}};

/* --- instrument add */

static enum status read_evidence(struct cli *cli, uint8_t hash[static EVIDENCE_BYTES], struct error *err)
{
    const char *path = cli_text(cli, "authorization");
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    gsize len = 0, hash_len = EVIDENCE_BYTES;
    if (path[0] == '\0')
        return cli_usage(cli, err, "--authorization is needed: the file of what the debtor signed, or its recording");
    if (!g_file_get_contents(path, &bytes, &len, &error))
        return error_set(err, STATUS_NOT_FOUND, "--authorization: %s", error->message);
    g_checksum_update(checksum, (const guchar *)bytes, (gssize)len);
    g_checksum_get_digest(checksum, hash, &hash_len);
    return STATUS_OK;
}

/* The same token under the same authorization is the same instrument. */
static struct id instrument_of(const struct id *account_id, const Dunlin__Payment__V1__RegisterInstrumentRequest *of)
{
    g_autoptr(GByteArray) key = g_byte_array_new();
    g_byte_array_append(key, (const guint8 *)of->routing, (guint)strlen(of->routing) + 1);
    g_byte_array_append(key, (const guint8 *)of->token, (guint)strlen(of->token) + 1);
    g_byte_array_append(key, of->authorization_hash.data, (guint)of->authorization_hash.len);
    return id_derive(account_id, "instrument", key->data, key->len);
}

static enum status read_kinds(struct cli *cli, Dunlin__Payment__V1__RegisterInstrumentRequest *request,
                              struct error *err)
{
    struct error why;
    int kind = 0, class = 0;
    enum status st = protojson_parse_enum(&dunlin__payment__v1__instrument_kind__descriptor, "--kind",
                                          cli_text(cli, "kind"), &kind, &why);
    if (st == STATUS_OK)
        st = protojson_parse_enum(&dunlin__payment__v1__debit_class__descriptor, "--class", cli_text(cli, "class"),
                                  &class, &why);
    if (st != STATUS_OK)
        return cli_usage(cli, err, "%s", why.text);
    request->kind = (Dunlin__Payment__V1__InstrumentKind)kind;
    request->authorization_class = (Dunlin__Payment__V1__DebitClass) class;
    return STATUS_OK;
}

static enum status run_add(struct cli *cli, struct error *err)
{
    uint8_t hash[EVIDENCE_BYTES];
    struct id account_id;
    struct date authorized = {0};
    Dunlin__Payment__V1__RegisterInstrumentRequest request;
    dunlin__payment__v1__register_instrument_request__init(&request);
    enum status st = debit_day(cli, "authorized-on", true, &authorized, err);
    if (st == STATUS_OK)
        st = read_kinds(cli, &request, err);
    if (st == STATUS_OK)
        st = read_evidence(cli, hash, err);
    if (st == STATUS_OK)
        st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st != STATUS_OK)
        return st;
    request.account_id = account_bytes(&account_id);
    request.routing = ask_text(cli_text(cli, "routing"));
    request.token = ask_text(cli_text(cli, "token"));
    request.last4 = ask_text(cli_text(cli, "last4"));
    request.holder = ask_text(cli_text(cli, "holder"));
    request.authorization_hash = (ProtobufCBinaryData){.len = sizeof(hash), .data = hash};
    request.authorized_on_days = authorized.days;
    const struct id instrument_id = instrument_of(&account_id, &request);
    request.instrument_id = account_bytes(&instrument_id);
    return account_call_and_show(cli, DEBIT_SERVICE, "RegisterInstrument", &request.base, &account_id, INSTRUMENT, err);
}

static const struct config_option ADD_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    {"routing", CONFIG_TEXT, "", NULL, 0, 0, "Routing number of the debtor's bank: nine digits."},
    {"token", CONFIG_TEXT, "", NULL, 0, 0,
     "The payment provider's token for the account, at most 17 characters. Never the account number itself."},
    {"last4", CONFIG_TEXT, "", NULL, 0, 0, "The last four digits of the account number, to tell accounts apart."},
    {"holder", CONFIG_TEXT, "", NULL, 0, 0, "Who holds the account."},
    {"kind", CONFIG_TEXT, "checking", NULL, 0, 0, "checking or savings."},
    {"class", CONFIG_TEXT, "ppd", NULL, 0, 0, "How it was authorized: ppd (in writing), web or tel (telephone)."},
    {"authorization", CONFIG_TEXT, "", NULL, 0, 0,
     "File of the evidence: what was signed, or the recording. Its SHA-256 is kept."},
    {"authorized-on", CONFIG_TEXT, "", NULL, 0, 0, "The day of the authorization, YYYY-MM-DD."},
    {0},
};

const struct command COMMAND_INSTRUMENT_ADD = {
    .name = "instrument add",
    .summary = "a debtor authorized debits of his bank account",
    .usage = "REF|ID --routing N --token TEXT --holder NAME --authorization FILE --authorized-on DATE",
    .details = "Dunlin keeps a token of your payment provider and no account number: card numbers and bare numbers "
               "are refused and stored nowhere.\nThe same token under the same authorization is one instrument; "
               "after it was stopped another authorization makes another.\n\n"
               "  dunlin instrument add A-1001 --routing 091400606 --token tok_5f1a9c77 --last4 6789 \\\n"
               "      --holder \"Ada Example\" --class web --authorization signed.pdf --authorized-on 2026-06-01\n",
    .options = ADD_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_add,
};

/* --- instrument list */

static enum status run_list(struct cli *cli, struct error *err)
{
    struct id account_id;
    ProtobufCMessage *reply = NULL;
    Dunlin__Payment__V1__ListInstrumentsRequest request;
    dunlin__payment__v1__list_instruments_request__init(&request);
    enum status st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st != STATUS_OK)
        return st;
    request.account_id = account_bytes(&account_id);
    st = ask_any(cli, DEBIT_SERVICE, "ListInstruments", &request.base, &reply, err);
    if (st != STATUS_OK)
        return st;
    json_t *result = protojson(reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    if (cli_emit(cli, result))
        return STATUS_OK;
    table_print(cli, json_object_get(result, "instruments"), INSTRUMENT);
    json_decref(result);
    return STATUS_OK;
}

static const struct config_option LIST_OPTIONS[] = {ACCOUNT_OPTIONS, {0}};

const struct command COMMAND_INSTRUMENT_LIST = {
    .name = "instrument list",
    .summary = "the bank accounts by which a debtor's debts may be debited",
    .usage = "REF|ID",
    .details = "Those of the debtor, whichever of his accounts is named.\n\n  dunlin instrument list A-1001\n",
    .options = LIST_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_list,
};

/* --- instrument stop */

static enum status run_stop(struct cli *cli, struct error *err)
{
    struct id instrument_id;
    Dunlin__Payment__V1__StopInstrumentRequest request;
    dunlin__payment__v1__stop_instrument_request__init(&request);
    const enum status st =
        debit_operand_id(cli, 0, "instrument", "dunlin instrument list ACCOUNT", &instrument_id, err);
    if (st != STATUS_OK)
        return st;
    if (cli_text(cli, "reason")[0] == '\0')
        return cli_usage(cli, err, "--reason is needed: how the debtor revoked it");
    request.instrument_id = account_bytes(&instrument_id);
    request.reason = ask_text(cli_text(cli, "reason"));
    return account_call_and_show(cli, DEBIT_SERVICE, "StopInstrument", &request.base, &instrument_id, INSTRUMENT, err);
}

static const struct config_option STOP_OPTIONS[] = {
    {"reason", CONFIG_TEXT, "", NULL, 0, 0, "How the debtor revoked it."},
    {0},
};

const struct command COMMAND_INSTRUMENT_STOP = {
    .name = "instrument stop",
    .summary = "a debtor revoked his authorization: nothing is debited by it any more",
    .usage = "INSTRUMENT --reason TEXT",
    .details = "For good. Its debits that are in no file are cancelled; one that is in a file may be returned by the "
               "debtor's bank.\n\n"
               "  dunlin instrument stop 0190... --reason \"letter of 2026-06-03\"\n",
    .options = STOP_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_stop,
};
