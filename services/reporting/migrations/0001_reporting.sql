-- Read models: sums by partition, built from the log alone, thrown away and built again by Rebuild. Expand-only: see services/reporting/README.md.

-- What reporting knows of every account: what it adds to the sums follows from this row and its movements. Milestones that were not reached are NULL, which takes no room.
CREATE TABLE reporting.account (
    partition              smallint NOT NULL,
    account_id             uuid     NOT NULL,
    debtor_id              uuid     NOT NULL,
    agency_id              integer  NOT NULL,
    client                 text     NOT NULL,
    currency               text     NOT NULL,
    class                  text     NOT NULL,   -- empty: not classified yet
    placed_minor           bigint   NOT NULL,
    balance_minor          bigint   NOT NULL,
    opened_on_days         integer  NOT NULL,
    due_on_days            integer  NOT NULL,
    is_recalled            boolean  NOT NULL,
    is_upheld              boolean  NOT NULL,
    is_disputed            boolean  NOT NULL,   -- a dispute is unresolved
    placed_at_us           bigint   NOT NULL,   -- business time of each milestone; NULL: not reached
    classified_at_us       bigint,
    planned_at_us          bigint,
    permitted_at_us        bigint,
    reached_at_us          bigint,
    promised_at_us         bigint,
    disputed_at_us         bigint,
    paid_at_us             bigint,              -- first time
    settled_at_us          bigint,              -- since when it is; NULL: something is owed
    resolved_at_us         bigint,
    closed_at_us           bigint,              -- recalled or dispute upheld
    promise_minor          bigint,              -- of the open promise
    promise_made_at_us     bigint,
    placed_recorded_us     bigint   NOT NULL,   -- machine time
    classified_recorded_us bigint,
    timeline               text     NOT NULL,   -- numbers of the events about it that were applied last, in the order of application, separated by blanks; those before are in reporting.timeline
    PRIMARY KEY (account_id, partition)   -- ids follow the lines of a file: new ones go to one place of the index
) WITH (fillfactor = 45);                 -- placed, classified and planned within a second: the next versions of a row fit beside it

-- What changed of what is owed on an account since its placement, by the day on which it came to be owed.
CREATE TABLE reporting.movement (
    partition         smallint NOT NULL,
    account_id        uuid     NOT NULL,
    effective_on_days integer  NOT NULL,
    agency_id         integer  NOT NULL,
    change_minor      bigint   NOT NULL,
    PRIMARY KEY (partition, account_id, effective_on_days)
) WITH (fillfactor = 90);

-- Which events concern an account, beyond those in its row, or a whole debtor. The events themselves are the log's.
CREATE TABLE reporting.timeline (
    partition  smallint NOT NULL,
    subject_id uuid     NOT NULL,   -- account or debtor
    first_seq  bigint   NOT NULL,
    agency_id  integer  NOT NULL,
    seqs       text     NOT NULL,   -- as reporting.account.timeline; the first is first_seq
    PRIMARY KEY (partition, subject_id, first_seq)
);

CREATE TABLE reporting.counter (
    partition    smallint NOT NULL,
    agency_id    integer  NOT NULL,
    measure      text     NOT NULL,
    key          text     NOT NULL,
    currency     text     NOT NULL,   -- empty: of no currency
    n            bigint   NOT NULL,
    amount_minor bigint   NOT NULL,
    label        text     NOT NULL,
    PRIMARY KEY (partition, agency_id, measure, key, currency)
) WITH (fillfactor = 50);

-- How long things take: see reporting_histogram.h for the buckets.
CREATE TABLE reporting.histogram (
    partition smallint NOT NULL,
    agency_id integer  NOT NULL,
    span      text     NOT NULL,
    bucket    bigint   NOT NULL,
    n         bigint   NOT NULL,
    max       bigint   NOT NULL,
    PRIMARY KEY (partition, agency_id, span, bucket)
) WITH (fillfactor = 50);

-- The aging cube: see reporting_aging.h for what the sums mean.
CREATE TABLE reporting.aging (
    partition         smallint NOT NULL,
    agency_id         integer  NOT NULL,
    currency          text     NOT NULL,
    due_on_days       integer  NOT NULL,
    effective_on_days integer  NOT NULL,
    accounts          bigint   NOT NULL,
    balance_minor     bigint   NOT NULL,
    PRIMARY KEY (partition, agency_id, currency, due_on_days, effective_on_days)
) WITH (fillfactor = 80);

CREATE TABLE reporting.progress (
    partition smallint NOT NULL,
    agency_id integer  NOT NULL,
    last_seq  bigint   NOT NULL,   -- of the last event applied
    as_of_us  bigint   NOT NULL,   -- business time of the newest event applied
    events    bigint   NOT NULL,
    PRIMARY KEY (partition, agency_id)
) WITH (fillfactor = 20);

-- A partition whose models were thrown away: it is being built again until until_seq is applied. The row stays.
CREATE TABLE reporting.rebuild (
    partition smallint PRIMARY KEY,
    until_seq bigint   NOT NULL
);
