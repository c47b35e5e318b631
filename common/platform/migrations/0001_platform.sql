-- What every service shares: settings, agencies, the business clock, durable timers, idempotent replies; and the log.
-- Run by the database's owner (`dunlin db init`); services get rights on it through the role dunlin_service.

CREATE TABLE platform.setting (
    name  text PRIMARY KEY,
    value text NOT NULL
);
INSERT INTO platform.setting VALUES ('partition_count', '64');

CREATE TABLE platform.agency (
    agency_id     integer PRIMARY KEY,
    slug          text NOT NULL UNIQUE,
    name          text NOT NULL,
    identity_key  bytea NOT NULL        -- keys the hashes of debtors' identities; made at creation
);

-- One row: business_us NULL means that business time is the machine's clock.
CREATE TABLE platform.clock (
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    business_us bigint,
    version     bigint NOT NULL DEFAULT 0
);
INSERT INTO platform.clock DEFAULT VALUES;

-- A timer is one row per (service, kind, subject): setting it again moves it, so a step anchored to a fact is recomputed, never doubled.
CREATE TABLE platform.timer (
    partition  smallint NOT NULL,
    service    text     NOT NULL,
    kind       text     NOT NULL,
    subject_id uuid     NOT NULL,
    due_at_us  bigint   NOT NULL,
    debtor_id  uuid     NOT NULL,
    agency_id  integer  NOT NULL,
    PRIMARY KEY (partition, service, kind, subject_id)
);
-- Its condition always holds, and is named by who looks for what is due: a plan that was made while the table was empty, when every index costs the same, must not look up keys here.
CREATE INDEX timer_due ON platform.timer (service, partition, due_at_us) WHERE due_at_us > 0;

-- Replies to commands that carried an idempotency key; kept a week, so that a retry gets the first answer again.
CREATE TABLE platform.request (
    partition       smallint NOT NULL,
    service         text     NOT NULL,
    idempotency_key text     NOT NULL,
    method          text     NOT NULL,
    reply           bytea    NOT NULL,
    recorded_at_us  bigint   NOT NULL,
    PRIMARY KEY (partition, service, idempotency_key)
);

CREATE TABLE log.head (
    partition smallint PRIMARY KEY,
    next_seq  bigint NOT NULL,
    hash      bytea  NOT NULL           -- of the last event; 32 zero bytes before the first
) WITH (fillfactor = 10);               -- 64 hot rows: every update stays on its page (HOT)
INSERT INTO log.head SELECT p, 1, decode(repeat('00', 32), 'hex') FROM generate_series(0, 63) AS p;

CREATE TABLE log.event (
    partition      smallint NOT NULL,
    seq            bigint   NOT NULL,
    recorded_at_us bigint   NOT NULL,   -- machine's UTC clock when it was written
    occurred_at_us bigint   NOT NULL,   -- business time
    agency_id      integer  NOT NULL,
    debtor_id      uuid,
    account_id     uuid,
    type           text     NOT NULL,   -- full protobuf name
    actor          text     NOT NULL,   -- who caused it: "service:classification", "user:anna", "dialer:acme"
    traceparent    text     NOT NULL,
    payload        bytea    NOT NULL,
    hash           bytea    NOT NULL,   -- BLAKE2b-256 of the previous hash and this event (common/eventlog/README.md)
    PRIMARY KEY (partition, seq, recorded_at_us)
) PARTITION BY RANGE (recorded_at_us);
CREATE TABLE log.event_default PARTITION OF log.event DEFAULT;

-- Makes the tables of this month and the next two; services call it at start and daily.
CREATE FUNCTION log.ensure_months() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    month timestamptz;
    name  text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('log.ensure_months'));
    FOR i IN 0..2 LOOP
        month := date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + make_interval(months => i);
        name := 'event_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
        IF to_regclass('log.' || name) IS NULL THEN
            EXECUTE format('CREATE TABLE log.%I PARTITION OF log.event FOR VALUES FROM (%s) TO (%s)', name,
                           (extract(epoch FROM month) * 1000000)::bigint,
                           (extract(epoch FROM month + interval '1 month') * 1000000)::bigint);
        END IF;
    END LOOP;
END $$;
SELECT log.ensure_months();

-- One row a consumer and partition: how far it has applied the log, and who may advance it (epoch).
CREATE TABLE log.cursor (
    consumer  text     NOT NULL,
    partition smallint NOT NULL,
    seq       bigint   NOT NULL,
    epoch     bigint   NOT NULL,
    owner     text,
    PRIMARY KEY (consumer, partition)
) WITH (fillfactor = 20);

-- Events that a consumer could not apply, and the later events of the same debtor that wait behind them.
CREATE TABLE log.parked (
    consumer     text     NOT NULL,
    partition    smallint NOT NULL,
    seq          bigint   NOT NULL,
    debtor_id    uuid,
    type         text     NOT NULL,
    error        text     NOT NULL,     -- "waits behind <seq>" for those that only wait
    attempts     integer  NOT NULL,
    parked_at_us bigint   NOT NULL,
    is_released  boolean  NOT NULL DEFAULT false,   -- `dunlin log retry` sets it; the consumer applies and deletes the row
    PRIMARY KEY (consumer, partition, seq)
);
