#include <string.h>

#include "account.h"
#include "account_amount.h"
#include "ask.h"
#include "commands.h"
#include "dispute_cli.h"

/* What happens to a dispute: answered, returned, informed, resolved, approved, declined. */

/* The dispute that the command is about, and the documents that come with it. */
struct step {
    struct id dispute_id, account_id;
    ProtobufCBinaryData id;
    struct cli_evidence evidence;
};

static enum status read_step(struct cli *cli, struct step *step, struct error *err)
{
    enum status st = cli_evidence_read(cli, &step->evidence, err);
    if (st == STATUS_OK)
        st = dispute_find(cli, cli_operand(cli, 0), &step->dispute_id, err);
    step->id = account_bytes(&step->dispute_id);
    return st;
}

/* Sends the request where reading it went well, shows the reply, and ends the step. */
static enum status end_step(struct cli *cli, struct step *step, enum status st, const char *method,
                            const ProtobufCMessage *request, struct error *err)
{
    json_t *dispute = NULL;
    if (st == STATUS_OK)
        st = dispute_command(cli, method, request, &step->dispute_id, &dispute, err);
    cli_evidence_fini(&step->evidence);
    if (st == STATUS_OK && !cli_emit(cli, dispute))
        dispute_show(cli, dispute);
    return st;
}

static enum status read_permit(struct cli *cli, struct id *permit_id, ProtobufCBinaryData *ret_bytes, struct error *err)
{
    const char *text = cli_text(cli, "permit");
    if (text[0] == '\0')
        return STATUS_OK;
    if (id_parse(text, permit_id, err) != STATUS_OK)
        return cli_usage(cli, err, "--permit '%s' is no id", text);
    *ret_bytes = account_bytes(permit_id);
    return STATUS_OK;
}

/* What says how and when it was sent is none of a letter that is to be sent yet. */
static enum status check_send(struct cli *cli, struct error *err)
{
    static const char *const OF_SENT[] = {"medium", "sent", "permit"};
    for (size_t i = 0; i < ARRAY_SIZE(OF_SENT); i++)
        if (cli_text(cli, OF_SENT[i])[0] != '\0')
            return cli_usage(cli, err, "--%s is of an answer that was sent; --send has a letter written", OF_SENT[i]);
    return STATUS_OK;
}

static enum status run_send(struct cli *cli, struct error *err)
{
    struct step step = {0};
    Dunlin__Dispute__V1__RequestVerificationRequest request;
    dunlin__dispute__v1__request_verification_request__init(&request);
    enum status st = check_send(cli, err);
    if (st == STATUS_OK)
        st = read_step(cli, &step, err);
    request.dispute_id = step.id;
    request.note = ask_text(cli_text(cli, "note"));
    request.is_again = cli_flag(cli, "again");
    request.evidence = step.evidence.list;
    request.n_evidence = step.evidence.n;
    return end_step(cli, &step, st, "RequestVerification", &request.base, err);
}

static enum status run_verify(struct cli *cli, struct error *err)
{
    struct step step = {0};
    struct id permit_id;
    int medium = 0;
    Dunlin__Dispute__V1__RecordVerificationRequest request;
    dunlin__dispute__v1__record_verification_request__init(&request);
    if (cli_flag(cli, "send"))
        return run_send(cli, err);
    if (cli_flag(cli, "again"))
        return cli_usage(cli, err, "--again goes with --send");
    enum status st = cli_enum(cli, "medium", &dunlin__dispute__v1__medium__descriptor, &medium, err);
    if (st == STATUS_OK)
        st = cli_day(cli, "sent", &request.sent_on_days, err);
    if (st == STATUS_OK)
        st = read_permit(cli, &permit_id, &request.permit_id, err);
    if (st == STATUS_OK)
        st = read_step(cli, &step, err);
    request.dispute_id = step.id;
    request.note = ask_text(cli_text(cli, "note"));
    request.medium = (Dunlin__Dispute__V1__Medium)medium;
    request.evidence = step.evidence.list;
    request.n_evidence = step.evidence.n;
    return end_step(cli, &step, st, "RecordVerification", &request.base, err);
}

static const struct config_option VERIFY_OPTIONS[] = {
    DISPUTE_OPTIONS,
    DISPUTE_EVIDENCE_OPTIONS,
    {"note", CONFIG_TEXT, "", NULL, 0, 0, "What was sent."},
    {"medium", CONFIG_TEXT, "", NULL, 0, 0, "How: mail, courier, email, text, portal, fax, bureau. Not by words."},
    {"sent", CONFIG_TEXT, "", NULL, 0, 0, "The day on which it was sent, YYYY-MM-DD. Empty: today in UTC."},
    {"permit", CONFIG_TEXT, "", NULL, 0, 0, "The permit by which it went out: its return reopens the dispute."},
    {"send", CONFIG_BOOL, "false", NULL, 0, 0,
     "Have the letter written and sent: once it is, that is recorded by itself."},
    {"again", CONFIG_BOOL, "false", NULL, 0, 0,
     "With --send: another letter, where the one before was refused for good or named other documents."},
    {0},
};

const struct command COMMAND_DISPUTE_VERIFY = {
    .name = "dispute verify",
    .summary = "record that verification of the debt has been sent to the debtor, or have it sent",
    .usage = "DISPUTE|REF [--medium MEDIUM] [--sent DATE] [--permit ID] [--file PATH] [--note TEXT] | --send [--again] "
             "[--file PATH]",
    .details =
        "Takes a dispute's id, or a client's reference whose account has an open one. The hold on contact is "
        "lifted. For a dispute\n"
        "that repeats a verified one, the notice that refers to the earlier answer does as well. What comes back was "
        "not sent:\n"
        "see `dunlin dispute return`.\n\n"
        "With --send nothing is recorded as sent yet: a letter is written that itemizes the debt and names the "
        "document "
        "(template\n`verification` of `dispute_letters`), and the hold is lifted once that letter is out. Until then "
        "the "
        "dispute stays open\nand due; `dunlin dispute show` says what has become of the letter. Given again it is the "
        "same.\n\n"
        "  dunlin dispute verify A-1001 --send --file statement.pdf\n"
        "  dunlin dispute verify A-1001 --medium mail --file statement.pdf --note \"itemised statement\"\n",
    .options = VERIFY_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_verify,
};

static enum status run_return(struct cli *cli, struct error *err)
{
    struct step step = {0};
    Dunlin__Dispute__V1__RecordReturnRequest request;
    dunlin__dispute__v1__record_return_request__init(&request);
    enum status st = read_step(cli, &step, err);
    request.dispute_id = step.id;
    request.note = ask_text(cli_text(cli, "note"));
    request.evidence = step.evidence.list;
    request.n_evidence = step.evidence.n;
    return end_step(cli, &step, st, "RecordReturn", &request.base, err);
}

static const struct config_option RETURN_OPTIONS[] = {
    DISPUTE_OPTIONS, DISPUTE_EVIDENCE_OPTIONS, {"note", CONFIG_TEXT, "", NULL, 0, 0, "What the carrier says."}, {0}};

const struct command COMMAND_DISPUTE_RETURN = {
    .name = "dispute return",
    .summary = "record that what was sent as the answer came back: the dispute is open again",
    .usage = "DISPUTE|REF [--note TEXT]",
    .details = "A returned letter was not sent (12 CFR 1006.38(d)(2), 1006.42): contact stops at once. One that went "
               "out by a\n"
               "permit does so by itself once it is reported as undeliverable. A dispute that was rejected on the "
               "strength of\n"
               "the answer is named by its id (`dunlin dispute list REF`).\n\n"
               "  dunlin dispute return A-1001 --note \"moved, left no address\"\n",
    .options = RETURN_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_return,
};

static enum status run_inform(struct cli *cli, struct error *err)
{
    struct step step = {0};
    Dunlin__Dispute__V1__RecordInformationRequest request;
    dunlin__dispute__v1__record_information_request__init(&request);
    enum status st = cli_day(cli, "answer-by", &request.answer_due_on_days, err);
    if (st == STATUS_OK)
        st = read_step(cli, &step, err);
    request.dispute_id = step.id;
    request.note = ask_text(cli_text(cli, "note"));
    request.is_relevant = cli_flag(cli, "relevant");
    request.is_frivolous = cli_flag(cli, "frivolous");
    request.evidence = step.evidence.list;
    request.n_evidence = step.evidence.n;
    return end_step(cli, &step, st, "RecordInformation", &request.base, err);
}

static const struct config_option INFORM_OPTIONS[] = {
    DISPUTE_OPTIONS,
    DISPUTE_EVIDENCE_OPTIONS,
    {"note", CONFIG_TEXT, "", NULL, 0, 0, "What it says."},
    {"relevant", CONFIG_BOOL, "false", NULL, 0, 0, "It is from the debtor, and to the point: 15 days more, once."},
    {"frivolous", CONFIG_BOOL, "false", NULL, 0, 0,
     "A direct dispute was found to be: notice within five business days."},
    {"answer-by", CONFIG_TEXT, "", NULL, 0, 0, "The bureau's new day for the answer, YYYY-MM-DD."},
    {0},
};

const struct command COMMAND_DISPUTE_INFORM = {
    .name = "dispute inform",
    .summary = "record what more is known of a dispute that is not answered yet",
    .usage = "DISPUTE|REF [--relevant] [--frivolous] [--answer-by DATE] [--file PATH] [--note TEXT]",
    .details = "Relevant information within the first 30 days prolongs the period of a direct dispute (15 USC "
               "1681i(a)(1)(B)).\n\n"
               "  dunlin dispute inform A-1001 --relevant --file cancelled-cheque.pdf\n"
               "  dunlin dispute inform A-1001 --frivolous --note \"no account is named, and none can be found\"\n",
    .options = INFORM_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_inform,
};

static enum status read_credit(struct cli *cli, const struct step *step, struct money *money,
                               Dunlin__Dispute__V1__ResolveDisputeRequest *request, struct error *err)
{
    const char *text = cli_text(cli, "credit");
    struct id account_id;
    if (text[0] == '\0')
        return STATUS_OK;
    enum status st = dispute_account(cli, &step->dispute_id, &account_id, err);
    if (st == STATUS_OK)
        st = account_amount(cli, &account_id, text, money, err);
    if (st != STATUS_OK)
        return st;
    request->credit_minor = money->minor;
    request->currency = money->currency;
    return STATUS_OK;
}

static enum status run_resolve(struct cli *cli, struct error *err)
{
    struct step step = {0};
    struct money money = {0};
    int outcome = 0, cause = 0;
    Dunlin__Dispute__V1__ResolveDisputeRequest request;
    dunlin__dispute__v1__resolve_dispute_request__init(&request);
    enum status st = cli_enum(cli, "outcome", &dunlin__dispute__v1__dispute_outcome__descriptor, &outcome, err);
    if (st == STATUS_OK)
        st = cli_enum(cli, "root-cause", &dunlin__dispute__v1__root_cause__descriptor, &cause, err);
    if (st == STATUS_OK)
        st = read_step(cli, &step, err);
    if (st == STATUS_OK)
        st = read_credit(cli, &step, &money, &request, err);
    request.dispute_id = step.id;
    request.outcome = (Dunlin__Dispute__V1__DisputeOutcome)outcome;
    request.note = ask_text(cli_text(cli, "note"));
    request.root_cause = (Dunlin__Dispute__V1__RootCause)cause;
    request.root_cause_text = ask_text(cli_text(cli, "cause-text"));
    request.evidence = step.evidence.list;
    request.n_evidence = step.evidence.n;
    return end_step(cli, &step, st, "ResolveDispute", &request.base, err);
}

static const struct config_option RESOLVE_OPTIONS[] = {
    DISPUTE_OPTIONS,
    DISPUTE_EVIDENCE_OPTIONS,
    ACCOUNT_CURRENCY_OPTION,
    {"outcome", CONFIG_TEXT, NULL, NULL, 0, 0,
     "upheld (nothing is owed), partly (with --credit), rejected (the debt stands), withdrawn or conceded."},
    {"credit", CONFIG_TEXT, "", NULL, 0, 0, "Amount to be taken off; another person must approve it."},
    {"root-cause", CONFIG_TEXT, "", NULL, 0, 0, "amount, not-mine, paid, identity, service, documents or other."},
    {"cause-text", CONFIG_TEXT, "", NULL, 0, 0, "The root cause in words; needed with other."},
    {"note", CONFIG_TEXT, "", NULL, 0, 0, "Why."},
    {0},
};

const struct command COMMAND_DISPUTE_RESOLVE = {
    .name = "dispute resolve",
    .summary = "end a dispute with an outcome",
    .usage = "DISPUTE|REF --outcome upheld|partly|rejected|withdrawn|conceded [--credit AMOUNT] [--root-cause CAUSE] "
             "[--note TEXT]",
    .details =
        "Takes a dispute's id, or a client's reference whose account has an open one. With --credit the resolution is\n"
        "proposed, and another person ends it by `dunlin dispute approve`. The debt stands (rejected, partly) only "
        "once\n"
        "the answer that the law demands was sent: `dunlin dispute verify`.\n\n"
        "  dunlin dispute resolve A-1001 --outcome rejected --note \"signed contract on file\"\n"
        "  dunlin dispute resolve A-1001 --outcome partly --credit 40 --root-cause amount\n",
    .options = RESOLVE_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_resolve,
};

static enum status decide(struct cli *cli, bool is_approved, struct error *err)
{
    struct step step = {0};
    Dunlin__Dispute__V1__DecideResolutionRequest request;
    dunlin__dispute__v1__decide_resolution_request__init(&request);
    enum status st = dispute_find(cli, cli_operand(cli, 0), &step.dispute_id, err);
    request.dispute_id = account_bytes(&step.dispute_id);
    request.is_approved = is_approved;
    request.note = ask_text(cli_text(cli, "note"));
    return end_step(cli, &step, st, "DecideResolution", &request.base, err);
}

static enum status run_approve(struct cli *cli, struct error *err)
{
    return decide(cli, true, err);
}

static enum status run_decline(struct cli *cli, struct error *err)
{
    return decide(cli, false, err);
}

static const struct config_option DECIDE_OPTIONS[] = {
    DISPUTE_OPTIONS, {"note", CONFIG_TEXT, "", NULL, 0, 0, "Why."}, {0}};

const struct command COMMAND_DISPUTE_APPROVE = {
    .name = "dispute approve",
    .summary = "approve the credit that another person has proposed: the dispute is resolved",
    .usage = "DISPUTE|REF [--note TEXT]",
    .details =
        "Four eyes: who has proposed it cannot (--as says who you are). The credit is told to the ledger, which posts "
        "it.\n\n"
        "  dunlin dispute approve A-1001 --as user:ben\n",
    .options = DECIDE_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_approve,
};

const struct command COMMAND_DISPUTE_DECLINE = {
    .name = "dispute decline",
    .summary = "decline the credit that another person has proposed: the dispute is as it was before",
    .usage = "DISPUTE|REF [--note TEXT]",
    .details = "Who has proposed it cannot; he may have another person decline it.\n\n"
               "  dunlin dispute decline A-1001 --as user:ben --note \"the contract says otherwise\"\n",
    .options = DECIDE_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_decline,
};
