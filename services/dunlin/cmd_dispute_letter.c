#include <string.h>

#include <glib.h>

#include "account.h"
#include "commands.h"
#include "composition.h"
#include "dispute_cli.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "fleet.h"
#include "platform/platform.h"

/* dispute letter: what is told to the client about a dispute that has ended, and what the debtor is told, as a PDF. The
 * same of both gives the same bytes. */

static const ProtobufCServiceDescriptor *const DISPUTE = &dunlin__dispute__v1__dispute_service__descriptor;
static const ProtobufCServiceDescriptor *const INTAKE = &dunlin__intake__v1__intake_service__descriptor;
static const ProtobufCServiceDescriptor *const PAYMENT = &dunlin__payment__v1__payment_service__descriptor;

/* All that the letter is made of; replies and policies are owned. */
struct page {
    ProtobufCMessage *dispute, *earlier, *account, *ledger;
    struct agency_profiles *profiles;
    struct template_set *templates;
    char *documents;
    char **addressee; /* of a letter to the client */
    struct dispute_description description;
    struct account_description about;
    struct composition composition;
};

static void free_reply(ProtobufCMessage *reply)
{
    if (reply)
        protobuf_c_message_free_unpacked(reply, NULL);
}

static void page_fini(struct page *page)
{
    free_reply(page->dispute);
    free_reply(page->earlier);
    free_reply(page->account);
    free_reply(page->ledger);
    agency_profiles_free(page->profiles);
    templates_free(page->templates);
    g_free(page->documents);
    g_strfreev(page->addressee);
    composition_fini(&page->composition);
}

static const Dunlin__Dispute__V1__DisputeView *view_of(const struct page *page)
{
    return ((const Dunlin__Dispute__V1__GetDisputeReply *)page->dispute)->dispute;
}

/* --- asking --- */

static enum status ask_dispute(struct cli *cli, const struct id *dispute_id, ProtobufCMessage **ret_reply,
                               struct error *err)
{
    Dunlin__Dispute__V1__GetDisputeRequest request;
    dunlin__dispute__v1__get_dispute_request__init(&request);
    request.dispute_id = account_bytes(dispute_id);
    return account_call(cli, DISPUTE, "GetDispute", &request.base, dispute_id, true, ret_reply, err);
}

static enum status ask_disputes(struct cli *cli, struct page *page, struct error *err)
{
    struct id dispute_id, earlier_id;
    enum status st = dispute_find(cli, cli_operand(cli, 0), &dispute_id, err);
    if (st == STATUS_OK)
        st = ask_dispute(cli, &dispute_id, &page->dispute, err);
    if (st == STATUS_OK && !view_of(page))
        st = error_set(err, STATUS_INTERNAL, "a reply without a dispute");
    if (st != STATUS_OK || view_of(page)->repeats.len == 0)
        return st;
    st = id_from_bytes(view_of(page)->repeats.data, view_of(page)->repeats.len, "repeats", &earlier_id, err);
    return st == STATUS_OK ? ask_dispute(cli, &earlier_id, &page->earlier, err) : st;
}

static enum status ask_account(struct cli *cli, const struct id *account_id, struct page *page, struct error *err)
{
    Dunlin__Intake__V1__DescribeAccountsRequest request;
    Dunlin__Intake__V1__AccountAt at, *list[] = {&at};
    Dunlin__Payment__V1__GetAccountRequest question;
    dunlin__intake__v1__describe_accounts_request__init(&request);
    dunlin__intake__v1__account_at__init(&at);
    dunlin__payment__v1__get_account_request__init(&question);
    at.account_id = question.account_id = account_bytes(account_id);
    request.n_accounts = 1;
    request.accounts = list;
    enum status st =
        account_call(cli, INTAKE, "DescribeAccounts", &request.base, account_id, true, &page->account, err);
    if (st == STATUS_OK)
        st = account_call(cli, PAYMENT, "GetAccount", &question.base, account_id, true, &page->ledger, err);
    const Dunlin__Intake__V1__DescribeAccountsReply *got =
        (const Dunlin__Intake__V1__DescribeAccountsReply *)page->account;
    if (st == STATUS_OK && (got->n_accounts != 1 || got->accounts[0]->account_id.len == 0))
        st = error_set(err, STATUS_NOT_FOUND, "intake knows no account of this dispute");
    return st;
}

/* What was owed at placement is its posting, where that is among those that are shown. */
static enum status read_ledger(const struct page *page, struct account_description *about, struct error *err)
{
    const Dunlin__Payment__V1__GetAccountReply *ledger = (const Dunlin__Payment__V1__GetAccountReply *)page->ledger;
    about->balance_minor = ledger->balance_minor;
    for (size_t i = 0; i < ledger->n_postings; i++) {
        if (ledger->postings[i]->kind != DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_PLACEMENT)
            continue;
        about->placed_minor = ledger->postings[i]->amount_minor;
        return STATUS_OK;
    }
    return error_set(err, STATUS_FAILED_PRECONDITION,
                     "the account has so many postings that what was owed at placement is not among those shown");
}

static enum status describe(struct cli *cli, struct page *page, struct error *err)
{
    struct id account_id;
    enum status st = ask_disputes(cli, page, err);
    if (st == STATUS_OK)
        st = id_from_bytes(view_of(page)->account_id.data, view_of(page)->account_id.len, "account_id", &account_id,
                           err);
    if (st == STATUS_OK)
        st = ask_account(cli, &account_id, page, err);
    if (st != STATUS_OK)
        return st;
    const Dunlin__Intake__V1__AccountDescription *account =
        ((const Dunlin__Intake__V1__DescribeAccountsReply *)page->account)->accounts[0];
    page->description = dispute_describe((const Dunlin__Dispute__V1__GetDisputeReply *)page->dispute,
                                         (const Dunlin__Dispute__V1__GetDisputeReply *)page->earlier, &page->documents);
    page->description.explanation = view_of(page)->note;
    page->about = (struct account_description){.account_id = account_id,
                                               .agency_id = account->agency_id,
                                               .debtor_name = account->debtor_name,
                                               .client = account->client,
                                               .client_reference = account->client_reference,
                                               .currency = account->currency,
                                               .due_on = {account->due_on_days},
                                               .opened_on = {account->opened_on_days},
                                               .address = account->postal_address,
                                               .postal_address = account->postal_address,
                                               .language = cli_text(cli, "language")};
    return read_ledger(page, &page->about, err);
}

/* --- which letter --- */

static enum status choose_for_client(const struct page *page, const char **ret_template, struct error *err)
{
    switch (view_of(page)->outcome) {
    case DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_REJECTED:
    case DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_WITHDRAWN:
        *ret_template = "client-dispute-stands";
        return STATUS_OK;
    case DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_PARTLY:
    case DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_UPHELD:
    case DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_CONCEDED:
        *ret_template = page->description.credited_minor > 0 ? "client-dispute-credited" : "client-dispute-closed";
        return STATUS_OK;
    default:
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "the dispute has no outcome that the client is told of: resolve it first, or name --template");
    }
}

static enum status choose_for_debtor(const struct page *page, const struct agency_profile *profile,
                                     const char **ret_template, struct error *err)
{
    const enum notice_kind kind = dispute_notice_due((const Dunlin__Dispute__V1__GetDisputeReply *)page->dispute);
    *ret_template = agency_profile_letter(profile, kind);
    if (*ret_template)
        return STATUS_OK;
    return error_set(err, STATUS_FAILED_PRECONDITION,
                     "nothing is written to the debtor as the dispute stands (dispute_letters of the agencies' file): "
                     "name --template");
}

static enum status choose(struct cli *cli, const struct page *page, const struct agency_profile *profile,
                          bool is_client, const char **ret_template, struct error *err)
{
    *ret_template = cli_text(cli, "template");
    if ((*ret_template)[0] != '\0')
        return STATUS_OK;
    return is_client ? choose_for_client(page, ret_template, err) : choose_for_debtor(page, profile, ret_template, err);
}

static enum status read_policy(struct cli *cli, struct page *page, struct error *err)
{
    g_autofree char *agencies = NULL;
    g_autofree char *templates = NULL;
    enum status st = fleet_policy(cli_text(cli, "agencies"), "agencies.yaml", &agencies, err);
    if (st == STATUS_OK)
        st = fleet_policy(cli_text(cli, "templates"), "templates", &templates, err);
    if (st == STATUS_OK)
        st = agency_profiles_load(agencies, &page->profiles, err);
    return st == STATUS_OK ? templates_load(templates, &page->templates, err) : st;
}

static enum status take_day(struct cli *cli, struct date *ret_day, struct error *err)
{
    struct db *db = NULL;
    struct instant now = {0};
    bool is_driven = false;
    enum status st = cli_day(cli, "date", &ret_day->days, err);
    if (st != STATUS_OK || ret_day->days != 0)
        return st;
    st = cli_db(cli, &db, err);
    if (st == STATUS_OK)
        st = platform_clock_read(db, &is_driven, &now, err);
    ret_day->days = (int32_t)(now.us / US_PER_DAY);
    return st;
}

static enum status compose(struct cli *cli, struct page *page, bool is_client, struct error *err)
{
    struct composition_order order = {.account = &page->about,
                                      .dispute = &page->description,
                                      .channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER,
                                      .purpose = DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_DISPUTE_RESPONSE};
    enum status st = read_policy(cli, page, err);
    if (st == STATUS_OK)
        st = take_day(cli, &order.today, err);
    if (st != STATUS_OK)
        return st;
    order.templates = page->templates;
    order.profile = agency_profiles_find(page->profiles, page->about.agency_id);
    if (!order.profile)
        return error_set(err, STATUS_NOT_FOUND, "no entry for the agency %d in the file of agencies",
                         page->about.agency_id);
    g_autofree char *lines = g_strdup_printf("%s;%s", page->about.client, cli_text(cli, "address"));
    page->addressee = g_strsplit(g_strchomp(lines), ";", LETTER_LINES_MAX - 1);
    for (size_t i = 0; page->addressee[i]; i++)
        (void)g_strstrip(page->addressee[i]);
    if (is_client)
        order.addressee = (const char *const *)page->addressee;
    st = choose(cli, page, order.profile, is_client, &order.template_name, err);
    return st == STATUS_OK ? composition_write(&order, &page->composition, err) : st;
}

/* --- writing --- */

static enum status write_file(const struct page *page, const char *path, struct error *err)
{
    g_autoptr(GError) why = NULL;
    if (g_file_set_contents(path, (const char *)page->composition.pdf.bytes, (gssize)page->composition.pdf.len, &why))
        return STATUS_OK;
    return error_set(err, STATUS_UNAVAILABLE, "--out: %s", why->message);
}

static void say(struct cli *cli, const struct page *page, const char *to, const char *path)
{
    uint8_t hash[COMPOSITION_HASH_BYTES];
    char text[2 * COMPOSITION_HASH_BYTES + 1];
    composition_hash(page->composition.pdf.bytes, page->composition.pdf.len, hash);
    for (size_t i = 0; i < sizeof(hash); i++)
        (void)g_snprintf(&text[2 * i], 3, "%02x", hash[i]);
    if (!cli_emit_new(cli, json_pack("{s:s, s:s, s:i, s:s, s:s}", "to", to, "file", path, "pages",
                                     (int)page->composition.pdf.n_pages, "template_version",
                                     page->composition.template_version, "document_hash", text)))
        cli_say(cli, "%s: %u page%s, BLAKE2b-256 %s", path, page->composition.pdf.n_pages,
                page->composition.pdf.n_pages == 1 ? "" : "s", text);
}

static enum status run_letter(struct cli *cli, struct error *err)
{
    SCOPED(page_fini) struct page page = {0};
    const char *to = cli_text(cli, "to"), *path = cli_text(cli, "out");
    const bool is_client = strcmp(to, "client") == 0;
    if (!is_client && strcmp(to, "debtor") != 0)
        return cli_usage(cli, err, "--to '%s' is neither client nor debtor", to);
    enum status st = describe(cli, &page, err);
    if (st == STATUS_OK)
        st = compose(cli, &page, is_client, err);
    if (st == STATUS_OK)
        st = write_file(&page, path, err);
    if (st == STATUS_OK)
        say(cli, &page, to, path);
    return st;
}

static const struct config_option LETTER_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    {"out", CONFIG_TEXT, NULL, NULL, 0, 0, "File that is written, a PDF; one that is there is replaced."},
    {"to", CONFIG_TEXT, "client", NULL, 0, 0, "client, or debtor: a look at what is written to him, nothing is sent."},
    {"address", CONFIG_TEXT, "", NULL, 0, 0, "The client's address, ';' between its lines. Empty: his name alone."},
    {"language", CONFIG_TEXT, "", NULL, 0, 0, "BCP 47: en, es, de. Empty: the agency's."},
    {"date", CONFIG_TEXT, "", NULL, 0, 0, "Of the letter, YYYY-MM-DD. Empty: business today."},
    {"template", CONFIG_TEXT, "", NULL, 0, 0, "Message to be written. Empty: as the dispute stands."},
    {"agencies", CONFIG_TEXT, "", NULL, 0, 0, "File that says who writes. Empty: deploy/agencies.yaml."},
    {"templates", CONFIG_TEXT, "", NULL, 0, 0, "Folder of the messages. Empty: deploy/templates."},
    {0},
};

const struct command COMMAND_DISPUTE_LETTER = {
    .name = "dispute letter",
    .summary = "write the letter that tells the client how a dispute ended, or look at the debtor's",
    .usage = "DISPUTE|REF --out FILE.pdf [--to client|debtor] [--address LINES] [--language TAG] [--date DAY]",
    .details =
        "Takes a dispute's id (`dunlin dispute list REF`), or a client's reference whose account has an open one.\n"
        "The client's letter says what was disputed, how it ended, what was taken off, why, and what he has to do. "
        "Nothing\n"
        "is sent: hand it over as reports are. What goes to the debtor is sent by `correspondence` itself, each with "
        "a\n"
        "permit (`dunlin letters show REF`). The same dispute, day, files and fonts give the same bytes.\n\n"
        "  dunlin dispute letter 0197a1b2-... --out dispute-A-1001.pdf --address \"10 Main St;Springfield, IL 62701\"\n"
        "  dunlin dispute letter A-1001 --to debtor --language es --out preview.pdf\n",
    .options = LETTER_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_letter,
};
