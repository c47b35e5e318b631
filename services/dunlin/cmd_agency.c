#include "commands.h"
#include "dunlin_sql.h"
#include "platform/platform.h"
#include "table.h"

static enum status run_add(struct cli *cli, struct error *err)
{
    const char *slug = cli_operand(cli, 0);
    const char *name = cli_text(cli, "name");
    struct db *db = NULL;
    int32_t agency_id = 0;
    enum status st = cli_owner_db(cli, &db, err);
    if (st == STATUS_OK)
        st = platform_agency_ensure(db, slug, name[0] != '\0' ? name : slug, &agency_id, err);
    if (st != STATUS_OK)
        return st;
    if (!cli_emit_new(cli, json_pack("{s:i, s:s}", "agency_id", (int)agency_id, "slug", slug)))
        cli_say(cli, "Agency '%s' is number %d.", slug, (int)agency_id);
    return STATUS_OK;
}

static const struct config_option ADD_OPTIONS[] = {
    CLI_OWNER_OPTIONS,
    {"name", CONFIG_TEXT, "", NULL, 0, 0, "Its name for people. Empty: the slug."},
    {0},
};

const struct command COMMAND_AGENCY_ADD = {
    .name = "agency add",
    .summary = "add an agency",
    .usage = "SLUG [--name NAME]",
    .details = "The slug (lower-case letters, digits, -) is what --agency takes. An agency that is there already is "
               "left as it is.\n\n"
               "  dunlin agency add northwind --name \"Northwind Collections Ltd\"\n",
    .options = ADD_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_add,
};

static enum status run_list(struct cli *cli, struct error *err)
{
    static const struct column COLUMNS[] = {
        {"number", "agency_id", COLUMN_NUMBER}, {"slug", "slug", COLUMN_TEXT}, {"name", "name", COLUMN_TEXT}, {0}};
    SCOPED(db_result_freep) struct db_result *agencies = NULL;
    struct db *db = NULL;
    enum status st = cli_db(cli, &db, err);
    if (st == STATUS_OK)
        st = db_exec(db, &DUNLIN_AGENCY_LIST, NULL, &agencies, err);
    if (st != STATUS_OK)
        return st;
    json_t *rows = json_array();
    for (size_t i = 0; i < db_rows(agencies); i++)
        (void)json_array_append_new(rows, json_pack("{s:i, s:s, s:s}", "agency_id", (int)db_int4(agencies, i, 0),
                                                    "slug", db_text(agencies, i, 1), "name", db_text(agencies, i, 2)));
    if (cli_emit(cli, rows))
        return STATUS_OK;
    table_print(cli, rows, COLUMNS);
    json_decref(rows);
    return STATUS_OK;
}

const struct command COMMAND_AGENCY_LIST = {
    .name = "agency list",
    .summary = "the agencies of this system",
    .usage = "",
    .details = "Numbers, slugs and names.\n",
    .run = run_list,
};
