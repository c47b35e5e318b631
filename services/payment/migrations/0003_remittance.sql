-- What clients were paid out of trust.

-- A part of a remittance run: of one client and currency in one partition. It covers what came into the trust account after the part before it. A run has one in every partition, also where nothing was to be
-- remitted: only then its key is used up there, and doing the run again later changes nothing. Never changed once written.
CREATE TABLE payment.remittance_part (
    partition      smallint NOT NULL,
    agency_id      integer  NOT NULL,
    client         text     NOT NULL,
    currency       text     NOT NULL,
    number         integer  NOT NULL,                        -- in that trust account, from 1, without gaps
    part_id        uuid     NOT NULL,                        -- made of agency, client, currency, run_key and partition
    run_key        text     NOT NULL,
    method         smallint NOT NULL CHECK (method BETWEEN 1 AND 2),   -- dunlin.payment.v1.RemittanceMethod
    payee          text     NOT NULL,                        -- with the next one: of the agreement that held
    reference      text     NOT NULL,
    first_entry    bigint   NOT NULL,                        -- of payment.trust_entry
    last_entry     bigint   NOT NULL,                        -- the remittance itself, where there is one; before first_entry: covers nothing
    n_lines        bigint   NOT NULL,                        -- payments and reversals
    collected_minor           bigint NOT NULL,               -- by the agency
    reversed_minor            bigint NOT NULL,               -- of that
    collected_elsewhere_minor bigint NOT NULL,               -- by the client and other agencies
    reversed_elsewhere_minor  bigint NOT NULL,
    fees_minor     bigint   NOT NULL,
    payable_minor  bigint   NOT NULL,
    remitted_minor bigint   NOT NULL,                        -- paid to the client; negative: due from him
    invoiced_minor bigint   NOT NULL,                        -- fees that were not kept back
    remitted_at_us bigint   NOT NULL,                        -- business time
    PRIMARY KEY (agency_id, client, currency, partition, number),
    UNIQUE (part_id, partition),                             -- the same run again
    CHECK (last_entry >= first_entry - 1),
    CHECK (payable_minor = collected_minor - reversed_minor - fees_minor),
    CHECK (payable_minor = remitted_minor - invoiced_minor)
);
CREATE TRIGGER remittance_part_is_final BEFORE UPDATE OR DELETE ON payment.remittance_part FOR EACH STATEMENT EXECUTE FUNCTION payment.refuse_change();
