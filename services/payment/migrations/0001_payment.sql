-- The ledger: accounts, postings, their entries; and promises to pay.

-- What the numbers in payment.entry.ledger_account mean; for people and reports. The sums that they take part in are explained in README.md.
CREATE TABLE payment.ledger_account (
    ledger_account smallint PRIMARY KEY,
    name           text NOT NULL UNIQUE,
    meaning        text NOT NULL
);
INSERT INTO payment.ledger_account VALUES
    (1, 'receivable',   'what debtors owe'),
    (2, 'client_funds', 'what clients have placed: the other side of the receivable'),
    (3, 'cash',         'money received'),
    (4, 'adjustment',   'what clients have restated since');

CREATE TABLE payment.account (
    partition       smallint NOT NULL,
    account_id      uuid     NOT NULL,
    agency_id       integer  NOT NULL,
    debtor_id       uuid     NOT NULL,
    currency        text     NOT NULL,
    balance_minor   bigint   NOT NULL,            -- owed now; negative: overpaid
    n_postings      integer  NOT NULL,            -- also the number of the last one
    is_recalled     boolean  NOT NULL,
    open_promise_id uuid,                         -- at most one
    version         integer  NOT NULL,            -- of the row: a writer that lost its partition changes nothing
    PRIMARY KEY (partition, account_id)
) WITH (fillfactor = 80);

-- Never changed once written. Found by its own id (the same payment twice, reversals); an account's postings are found through the key of their entries.
CREATE TABLE payment.posting (
    partition     smallint NOT NULL,
    posting_id    uuid     NOT NULL,
    account_id    uuid     NOT NULL,
    agency_id     integer  NOT NULL,
    number        integer  NOT NULL,              -- on its account, from 1, without gaps
    kind          smallint NOT NULL CHECK (kind BETWEEN 1 AND 4),   -- dunlin.payment.v1.PostingKind
    currency      text     NOT NULL,
    change_minor  bigint   NOT NULL,              -- of what is owed: negative for a payment
    balance_minor bigint   NOT NULL,              -- after it
    effective_on  date     NOT NULL,              -- value date
    reference     text     NOT NULL,
    reverses      uuid,
    cause_seq     bigint   NOT NULL,              -- log position, in this partition, of the event behind it; 0: a command
    posted_at_us  bigint   NOT NULL,              -- business time
    placement_id  uuid,                           -- the file that reported it, and where in it
    file_name     text,
    line          bigint,
    record_hash   bytea,
    PRIMARY KEY (partition, posting_id),
    CHECK ((kind = 3) = (reverses IS NOT NULL))
);

-- account_id leads the key so that it serves the list of an account's postings and the audit of its balance without an index of its own.
CREATE TABLE payment.entry (
    partition      smallint NOT NULL,
    account_id     uuid     NOT NULL,
    posting_id     uuid     NOT NULL,
    line           smallint NOT NULL,
    agency_id      integer  NOT NULL,
    ledger_account smallint NOT NULL CHECK (ledger_account BETWEEN 1 AND 4),
    currency       text     NOT NULL,
    amount_minor   bigint   NOT NULL,
    PRIMARY KEY (partition, account_id, posting_id, line)
);

-- Double entry, held by the database too. One check a statement over the rows that it inserted, not one a row: all entries of a posting are written by one statement.
CREATE FUNCTION payment.check_entries() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    bad record;
BEGIN
    SELECT posting_id, currency, sum(amount_minor) AS total INTO bad
    FROM inserted GROUP BY partition, posting_id, currency HAVING sum(amount_minor) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the entries of posting % sum to % % minor units, not to zero', bad.posting_id, bad.total, bad.currency
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER entries_sum_to_zero AFTER INSERT ON payment.entry
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION payment.check_entries();

CREATE FUNCTION payment.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION '%.% is never changed: reverse the posting', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER posting_is_final BEFORE UPDATE OR DELETE ON payment.posting FOR EACH STATEMENT EXECUTE FUNCTION payment.refuse_change();
CREATE TRIGGER entry_is_final BEFORE UPDATE OR DELETE ON payment.entry FOR EACH STATEMENT EXECUTE FUNCTION payment.refuse_change();

CREATE TABLE payment.promise (
    partition    smallint NOT NULL,
    promise_id   uuid     NOT NULL,
    account_id   uuid     NOT NULL,
    debtor_id    uuid     NOT NULL,
    agency_id    integer  NOT NULL,
    state        smallint NOT NULL CHECK (state BETWEEN 1 AND 4),   -- dunlin.payment.v1.PromiseState
    currency     text     NOT NULL,
    amount_minor bigint   NOT NULL CHECK (amount_minor > 0),
    paid_minor   bigint   NOT NULL,               -- by postings after made_after
    due_on       date     NOT NULL,
    breaks_at_us bigint   NOT NULL,               -- end of the due day and of the grace that held when it was made
    made_after   integer  NOT NULL,               -- number of the account's last posting before it
    made_at_us   bigint   NOT NULL,               -- business time
    reason       text     NOT NULL,               -- of a cancellation
    PRIMARY KEY (partition, promise_id)
) WITH (fillfactor = 80);
-- For GetAccount. Promises are few beside accounts, and neither column is ever updated.
CREATE INDEX promise_of_account ON payment.promise (partition, account_id);
