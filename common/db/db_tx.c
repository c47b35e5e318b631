#include <string.h>

#include "db/db_internal.h"

enum status db_tx_begin(struct db *db, struct db_tx *tx, struct error *err)
{
    g_assert(tx->db == NULL);
    enum status st = db_check_alive(db, "begin", err);
    if (st != STATUS_OK)
        return st;
    g_assert(!db->is_begin_due && PQtransactionStatus(db->conn) == PQTRANS_IDLE);
    db->is_begin_due = true;
    tx->db = db;
    return STATUS_OK;
}

enum status db_tx_commit(struct db_tx *tx, struct error *err)
{
    struct db *db = TAKE(tx->db);
    g_assert(db != NULL);
    if (db->is_begin_due) {
        db->is_begin_due = false;
        return db_check_alive(db, "commit", err);
    }
    enum status st = db_check_alive(db, "commit", err); /* nothing was sent, and the server has rolled back */
    if (st != STATUS_OK)
        return st;
    char tag[32] = "";
    st = db_run_text(db, "commit", "COMMIT", tag, sizeof(tag), err);
    /* Whatever ended the connection, the server may have committed right before: even its last words (57P01, 57P02) do
     * not say that it has not. */
    if (st != STATUS_OK && !db_is_alive(db))
        return error_wrap(err, STATUS_DEADLINE_EXCEEDED, "outcome unknown");
    /* A transaction in which a statement failed answers COMMIT with ROLLBACK, and that is no error to the server. */
    if (st == STATUS_OK && strcmp(tag, "COMMIT") != 0)
        return error_set(err, STATUS_INTERNAL, "commit: an earlier statement of the transaction had failed");
    return st;
}

void db_tx_rollback(struct db_tx *tx)
{
    struct db *db = TAKE(tx->db);
    if (db == NULL)
        return;
    if (db->is_begin_due) {
        db->is_begin_due = false;
        return;
    }
    /* Where it fails the connection is dead, and the server rolls back by itself. */
    if (db_is_alive(db) && db_run_text(db, "rollback", "ROLLBACK", NULL, 0, NULL) != STATUS_OK)
        db->is_alive = false;
}
