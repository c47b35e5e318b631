#ifndef DUNLIN_CLI_COMMANDS_H
#define DUNLIN_CLI_COMMANDS_H

#include "cli.h"

/* Every command, and what commands do for each other. */
extern const struct command COMMAND_UP, COMMAND_DOWN, COMMAND_STATUS;
extern const struct command COMMAND_KEYS_INIT, COMMAND_KEYS_ADD, COMMAND_KEYS_LIST;
extern const struct command COMMAND_DB_INIT, COMMAND_AGENCY_ADD, COMMAND_AGENCY_LIST;
extern const struct command COMMAND_CLOCK_SHOW, COMMAND_CLOCK_ADVANCE, COMMAND_CLOCK_SET, COMMAND_CLOCK_RELEASE,
    COMMAND_WAIT;
extern const struct command COMMAND_PLACE, COMMAND_ACCOUNT_SHOW, COMMAND_ACCOUNT_TIMELINE;
extern const struct command COMMAND_EXPLAIN, COMMAND_PERMIT, COMMAND_STOP;
extern const struct command COMMAND_FACT_RECORD, COMMAND_FACT_LIST, COMMAND_FACT_RELEASE;
extern const struct command COMMAND_DISPUTE_OPEN, COMMAND_DISPUTE_LIST, COMMAND_DISPUTE_SHOW;
extern const struct command COMMAND_DISPUTE_VERIFY, COMMAND_DISPUTE_RETURN, COMMAND_DISPUTE_INFORM;
extern const struct command COMMAND_DISPUTE_RESOLVE, COMMAND_DISPUTE_APPROVE, COMMAND_DISPUTE_DECLINE;
extern const struct command COMMAND_DISPUTE_LETTER;
extern const struct command COMMAND_COMPLAINT_OPEN, COMMAND_COMPLAINT_ASSIGN, COMMAND_COMPLAINT_MOVE;
extern const struct command COMMAND_COMPLAINT_RESOLVE, COMMAND_COMPLAINT_LIST, COMMAND_COMPLAINT_SHOW;
extern const struct command COMMAND_PAY, COMMAND_PROMISE;
extern const struct command COMMAND_SUSPENSE_LIST, COMMAND_SUSPENSE_HOLD, COMMAND_SUSPENSE_ASSIGN,
    COMMAND_SUSPENSE_REFUND, COMMAND_TRUST;
extern const struct command COMMAND_LETTERS_STATUS, COMMAND_LETTERS_SHOW, COMMAND_LETTERS_RETURNED,
    COMMAND_LETTERS_RETRY;
extern const struct command COMMAND_POLICY_CHECK, COMMAND_POLICY_DIFF, COMMAND_POLICY_TEST, COMMAND_POLICY_BACKTEST;
extern const struct command COMMAND_REPORT, COMMAND_REPORT_REBUILD;
extern const struct command COMMAND_LOG_VERIFY, COMMAND_LOG_TAIL, COMMAND_LOG_RETRY;

/* Makes the keys of every service and of the operator where they are missing. */
MUST_USE enum status keys_init(const struct cli *cli, size_t *ret_new, struct error *err);

/* Makes or completes the database as its owner. `passwords` is a folder with one file a role, made where they are
 * missing; empty: every role gets `shared`, and logs in without one where that is NULL. The caller's command has
 * CLI_OWNER_OPTIONS. */
MUST_USE enum status db_init(struct cli *cli, const char *passwords, const char *shared, struct error *err);

#endif
