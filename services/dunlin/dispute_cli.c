#include "dispute_cli.h"

#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "calendar/calendar.h"
#include "dunlin_sql.h"
#include "protojson.h"
#include "table.h"

#define EVIDENCE_FILE_MAX_BYTES (1024 * 1024 * 1024)

static const ProtobufCServiceDescriptor *const SERVICE = &dunlin__dispute__v1__dispute_service__descriptor;

enum status dispute_call(struct cli *cli, const char *method, const ProtobufCMessage *request, const struct id *id,
                         bool is_query, json_t **ret_reply, struct error *err)
{
    return account_call_json(cli, SERVICE, method, request, id, is_query, ret_reply, err);
}

enum status dispute_command(struct cli *cli, const char *method, const ProtobufCMessage *request, const struct id *id,
                            json_t **ret_reply, struct error *err)
{
    ProtobufCMessage *reply = NULL;
    const enum status st = account_call_once(cli, SERVICE, method, request, id, cli_text(cli, "key"), &reply, err);
    if (st != STATUS_OK)
        return st;
    *ret_reply = protojson(reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    return STATUS_OK;
}

enum status cli_enum(struct cli *cli, const char *option, const ProtobufCEnumDescriptor *type, int *ret_value,
                     struct error *err)
{
    const char *text = cli_text(cli, option);
    char what[64];
    *ret_value = 0;
    (void)snprintf(what, sizeof(what), "--%s", option);
    if (text[0] == '\0' || protojson_parse_enum(type, what, text, ret_value, err) == STATUS_OK)
        return STATUS_OK;
    cli_set_exit(cli, CLI_EXIT_USAGE);
    return err->code;
}

enum status cli_day(struct cli *cli, const char *option, int32_t *ret_days, struct error *err)
{
    const char *text = cli_text(cli, option);
    struct date date = {0};
    if (text[0] != '\0' && date_parse(text, "YYYY-MM-DD", &date, err) != STATUS_OK)
        return cli_usage(cli, err, "--%s '%s' is no date like 2026-06-30", option, text);
    *ret_days = date.days;
    return STATUS_OK;
}

static bool parse_hex(const char *text, uint8_t bytes[static DISPUTE_HASH_BYTES])
{
    if (strlen(text) != 2 * DISPUTE_HASH_BYTES)
        return false;
    for (size_t i = 0; i < DISPUTE_HASH_BYTES; i++) {
        const int high = g_ascii_xdigit_value(text[2 * i]), low = g_ascii_xdigit_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

static void set_hash(struct cli_evidence *evidence, Dunlin__Dispute__V1__HashAlgorithm algorithm)
{
    evidence->evidence.document_hash = (ProtobufCBinaryData){.len = DISPUTE_HASH_BYTES, .data = evidence->hash};
    evidence->evidence.hash_algorithm = algorithm;
}

static enum status read_hash(struct cli *cli, struct cli_evidence *evidence, struct error *err)
{
    static const struct {
        const char *prefix;
        Dunlin__Dispute__V1__HashAlgorithm algorithm;
    } ALGORITHMS[] = {
        {"sha256:", DUNLIN__DISPUTE__V1__HASH_ALGORITHM__HASH_ALGORITHM_SHA_256},
        {"blake2b:", DUNLIN__DISPUTE__V1__HASH_ALGORITHM__HASH_ALGORITHM_BLAKE2B_256},
    };
    const char *text = cli_text(cli, "document-hash");
    if (text[0] == '\0')
        return STATUS_OK;
    for (size_t i = 0; i < ARRAY_SIZE(ALGORITHMS); i++) {
        if (!g_str_has_prefix(text, ALGORITHMS[i].prefix) ||
            !parse_hex(text + strlen(ALGORITHMS[i].prefix), evidence->hash))
            continue;
        set_hash(evidence, ALGORITHMS[i].algorithm);
        return STATUS_OK;
    }
    return cli_usage(cli, err,
                     "--document-hash: sha256: or blake2b: and 64 hexadecimal digits (sha256sum, b2sum -l 256)");
}

static enum status hash_file(struct cli *cli, const char *path, struct cli_evidence *evidence, struct error *err)
{
    g_autoptr(GError) why = NULL;
    GMappedFile *file = g_mapped_file_new(path, FALSE, &why);
    if (file == NULL)
        return cli_usage(cli, err, "--file: %s", why->message);
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    const gsize length = g_mapped_file_get_length(file);
    const char *bytes = g_mapped_file_get_contents(file); /* NULL of an empty file */
    gsize n = sizeof(evidence->hash);
    if (bytes != NULL && length <= EVIDENCE_FILE_MAX_BYTES)
        g_checksum_update(checksum, (const guchar *)bytes, (gssize)length);
    g_mapped_file_unref(file);
    if (bytes == NULL || length > EVIDENCE_FILE_MAX_BYTES)
        return cli_usage(cli, err, "--file '%s' is empty, or larger than a gibibyte", path);
    g_checksum_get_digest(checksum, evidence->hash, &n);
    set_hash(evidence, DUNLIN__DISPUTE__V1__HASH_ALGORITHM__HASH_ALGORITHM_SHA_256);
    return STATUS_OK;
}

enum status cli_evidence_read(struct cli *cli, struct cli_evidence *ret_evidence, struct error *err)
{
    const char *document = cli_text(cli, "document"), *path = cli_text(cli, "file");
    memset(ret_evidence, 0, sizeof(*ret_evidence));
    dunlin__dispute__v1__evidence__init(&ret_evidence->evidence);
    if (path[0] != '\0' && cli_text(cli, "document-hash")[0] != '\0')
        return cli_usage(cli, err, "--file gives the hash: leave --document-hash out");
    enum status st = path[0] != '\0' ? hash_file(cli, path, ret_evidence, err) : read_hash(cli, ret_evidence, err);
    if (st != STATUS_OK)
        return st;
    ret_evidence->name = document[0] == '\0' && path[0] != '\0' ? g_path_get_basename(path) : g_strdup(document);
    ret_evidence->evidence.document = ret_evidence->name;
    ret_evidence->list[0] = &ret_evidence->evidence;
    ret_evidence->n = ret_evidence->name[0] != '\0';
    if (ret_evidence->n == 0 && ret_evidence->evidence.document_hash.len > 0)
        return cli_usage(cli, err, "--document-hash needs the document's name: --document");
    return STATUS_OK;
}

void cli_evidence_fini(struct cli_evidence *evidence)
{
    g_free(evidence->name);
    evidence->name = NULL;
}

enum status cli_agency(struct cli *cli, int32_t *ret_agency_id, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *agencies = NULL;
    struct db *db = NULL;
    const char *slug = cli_text(cli, "agency");
    enum status st = cli_db(cli, &db, err);
    if (st == STATUS_OK)
        st = db_exec(db, &DUNLIN_AGENCY_LIST, NULL, &agencies, err);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < db_rows(agencies); i++) {
        if (strcmp(db_text(agencies, i, 1), slug) != 0)
            continue;
        *ret_agency_id = db_int4(agencies, i, 0);
        return STATUS_OK;
    }
    return error_set(err, STATUS_NOT_FOUND, "no agency '%s' (`dunlin agency list`)", slug);
}

enum status dispute_list(struct cli *cli, const struct id *account_id, json_t **ret_disputes, struct error *err)
{
    Dunlin__Dispute__V1__ListDisputesRequest request;
    dunlin__dispute__v1__list_disputes_request__init(&request);
    request.account_id = account_bytes(account_id);
    return dispute_call(cli, "ListDisputes", &request.base, account_id, true, ret_disputes, err);
}

enum status dispute_find(struct cli *cli, const char *text, struct id *ret_id, struct error *err)
{
    struct id account_id;
    json_t *disputes = NULL, *dispute;
    size_t i;
    if (id_parse(text, ret_id, NULL) == STATUS_OK)
        return STATUS_OK;
    enum status st = account_find(cli, text, &account_id, err);
    if (st == STATUS_OK)
        st = dispute_list(cli, &account_id, &disputes, err);
    if (st != STATUS_OK)
        return st;
    st = error_set(err, STATUS_NOT_FOUND,
                   "account '%s' has no dispute that is not resolved (`dunlin dispute list %s` shows the others)", text,
                   text);
    json_array_foreach(json_object_get(disputes, "disputes"), i, dispute)
    {
        const char *state = json_string_value(json_object_get(dispute, "state"));
        if (state != NULL && strcmp(state, "resolved") != 0 && account_json_id(dispute, "dispute_id", ret_id))
            st = STATUS_OK;
    }
    json_decref(disputes);
    return st;
}

enum status dispute_account(struct cli *cli, const struct id *dispute_id, struct id *ret_account_id, struct error *err)
{
    json_t *reply = NULL;
    Dunlin__Dispute__V1__GetDisputeRequest request;
    dunlin__dispute__v1__get_dispute_request__init(&request);
    request.dispute_id = account_bytes(dispute_id);
    enum status st = dispute_call(cli, "GetDispute", &request.base, dispute_id, true, &reply, err);
    if (st == STATUS_OK && !account_json_id(json_object_get(reply, "dispute"), "account_id", ret_account_id))
        st = error_set(err, STATUS_INTERNAL, "a dispute without an account");
    json_decref(reply);
    return st;
}

/* What says nothing is no line. */
static void drop_zeros(json_t *object)
{
    static const char *const KEYS[] = {"amount_minor", "credit_minor", "returns"};
    for (size_t i = 0; i < ARRAY_SIZE(KEYS); i++)
        if (json_integer_value(json_object_get(object, KEYS[i])) == 0)
            (void)json_object_del(object, KEYS[i]);
}

void dispute_show(struct cli *cli, json_t *dispute)
{
    static const struct column COLUMNS[] = {{"dispute", "dispute_id", COLUMN_TEXT},
                                            {"state", "state", COLUMN_TEXT},
                                            {"outcome", "outcome", COLUMN_TEXT},
                                            {"kind", "kind", COLUMN_TEXT},
                                            {"the law holds", "law_hold", COLUMN_TEXT},
                                            {"contact goes on", "is_without_hold", COLUMN_TEXT},
                                            {"about the rest", "is_part_held", COLUMN_TEXT},
                                            {"disputed", "amount", COLUMN_MONEY},
                                            {"source", "source", COLUMN_TEXT},
                                            {"medium", "medium", COLUMN_TEXT},
                                            {"opened", "opened_at", COLUMN_INSTANT},
                                            {"by", "opened_by", COLUMN_TEXT},
                                            {"received", "received_at", COLUMN_INSTANT},
                                            {"submitted", "submitted_on", COLUMN_TEXT},
                                            {"validation period ends", "validation_ends_on", COLUMN_TEXT},
                                            {"deadline", "deadline_at", COLUMN_INSTANT},
                                            {"escalated", "is_escalated", COLUMN_TEXT},
                                            {"answered", "answered_at", COLUMN_INSTANT},
                                            {"answer sent", "answer_sent_on", COLUMN_TEXT},
                                            {"answer by", "answer_medium", COLUMN_TEXT},
                                            {"came back", "returns", COLUMN_NUMBER},
                                            {"proposed outcome", "proposed_outcome", COLUMN_TEXT},
                                            {"credit", "credit", COLUMN_MONEY},
                                            {"proposed by", "proposed_by", COLUMN_TEXT},
                                            {"decided by", "decided_by", COLUMN_TEXT},
                                            {"root cause", "root_cause", COLUMN_TEXT},
                                            {"in words", "root_cause_text", COLUMN_TEXT},
                                            {"bureau", "bureau", COLUMN_TEXT},
                                            {"its reference", "bureau_reference", COLUMN_TEXT},
                                            {"reason", "reason", COLUMN_TEXT},
                                            {"note", "note", COLUMN_TEXT},
                                            {0}};
    (void)json_object_update_missing(dispute, json_object_get(dispute, "detail"));
    drop_zeros(dispute);
    table_print_object(cli, dispute, COLUMNS);
    json_decref(dispute);
}
