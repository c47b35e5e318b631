-- The ledger: accounts, postings, their entries; and promises to pay.

-- What the numbers of ledger accounts in payment.posting and payment.entry mean; for people and reports. The sums that they take part in are explained in README.md.
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
    PRIMARY KEY (account_id, partition)   -- ids follow the lines of a file: new ones go to one place of the index
) WITH (fillfactor = 50);

-- Never changed once written. Double entry by construction: a posting moves change_minor between the receivable and one account against it, so that no row can be out of balance; the
-- view payment.entry shows both sides. One row and one key a posting: most accounts have only the one that opens them.
CREATE TABLE payment.posting (
    partition     smallint NOT NULL,
    account_id    uuid     NOT NULL,
    number        integer  NOT NULL,              -- on its account, from 1, without gaps
    posting_id    uuid     NOT NULL,
    agency_id     integer  NOT NULL,
    kind          smallint NOT NULL CHECK (kind BETWEEN 1 AND 4),   -- dunlin.payment.v1.PostingKind
    against       smallint NOT NULL CHECK (against BETWEEN 2 AND 4),   -- payment.ledger_account on the other side of the receivable
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
    PRIMARY KEY (account_id, number, partition),
    CHECK ((kind = 3) = (reverses IS NOT NULL)),
    CHECK ((kind = 1) = (number = 1))
);
-- The same payment twice, and what a reversal takes back. Openings are left out: nobody asks for one by its id, and they are most of the table.
CREATE UNIQUE INDEX posting_by_id ON payment.posting (partition, posting_id) WHERE kind <> 1;

-- The two entries of each posting, which sum to zero.
CREATE VIEW payment.entry AS
SELECT p.partition, p.account_id, p.posting_id, l.line, p.agency_id, l.ledger_account, p.currency, l.amount_minor
FROM payment.posting AS p
CROSS JOIN LATERAL (VALUES (1::smallint, 1::smallint, p.change_minor), (2::smallint, p.against, -p.change_minor)) AS l (line, ledger_account, amount_minor);

CREATE FUNCTION payment.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION '%.% is never changed: reverse the posting', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER posting_is_final BEFORE UPDATE OR DELETE ON payment.posting FOR EACH STATEMENT EXECUTE FUNCTION payment.refuse_change();

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
    PRIMARY KEY (promise_id, partition)
) WITH (fillfactor = 80);
-- For GetAccount. Promises are few beside accounts, and neither column is ever updated.
CREATE INDEX promise_of_account ON payment.promise (account_id, partition);
