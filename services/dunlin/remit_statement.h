#ifndef DUNLIN_CLI_REMIT_STATEMENT_H
#define DUNLIN_CLI_REMIT_STATEMENT_H

#include <glib.h>

#include "agency/agency_profile.h"
#include "cli.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "money/money.h"

/* What a finished run remitted to one client, line by line: out of payment's ledger, with the line of the client's file
 * that placed each account (intake), and which debts were disputed by then (dispute). It comes out the same whenever it
 * is asked for. */
struct remit_account {
    struct id id;
    char *client_reference, *file_name;
    int64_t line;
    bool is_disputed; /* when the run was made */
};

struct remit_line {
    const Dunlin__Payment__V1__RemittanceLine *wire;
    const struct remit_account *account;
};

struct remit_statement {
    Dunlin__Payment__V1__ListRemittancesReply *found; /* owned */
    const Dunlin__Payment__V1__RemittanceRun *run;    /* of it */
    GPtrArray *pages;                                 /* Dunlin__Payment__V1__GetRemittanceLinesReply: owned */
    GHashTable *accounts;                             /* struct id -> struct remit_account: owned */
    GArray *lines;                                    /* struct remit_line, by value date, then reference */
};

/* Fails with NOT_FOUND where there is no such run, FAILED_PRECONDITION where it is not finished or `currency` is needed
 * to say which, INTERNAL where its lines do not add up to it. */
MUST_USE enum status remit_statement_read(struct cli *cli, const char *run_key, const char *currency,
                                          struct remit_statement *ret_statement, struct error *err);
/* { 0 } is fine. */
void remit_statement_fini(struct remit_statement *statement);

struct money remit_money(const struct remit_statement *statement, int64_t minor);
/* The day of the run, in UTC. */
struct date remit_day(const struct remit_statement *statement);
/* "payment taken back", "client". Static. */
const char *remit_movement(const struct remit_line *line);
const char *remit_collector(const struct remit_line *line);

json_t *remit_lines_json(const struct remit_statement *statement);

/* To files. */
MUST_USE enum status remit_write_csv(const struct remit_statement *statement, const char *path, struct error *err);
MUST_USE enum status remit_write_pdf(const struct remit_statement *statement, const struct agency_profile *profile,
                                     const char *path, struct error *err);

#endif
