-- What was learnt of persons (FactRecorded), as permits are decided by it.

CREATE TABLE contact.fact (
    partition      smallint NOT NULL,
    debtor_id      uuid     NOT NULL,
    fact_id        uuid     NOT NULL,
    agency_id      integer  NOT NULL,
    at_us          bigint   NOT NULL,    -- when it happened
    recorded_at_us bigint   NOT NULL,
    recorded_by    text     NOT NULL,
    released_at_us bigint,               -- NULL: it counts
    body           bytea    NOT NULL,    -- dunlin.contact.v1.Fact
    number         integer  NOT NULL,    -- in the order in which those of the person were recorded, from 1
    PRIMARY KEY (partition, debtor_id, fact_id)
);
