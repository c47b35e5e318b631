-- Complaints: about the agency, with a clock by severity.

CREATE TABLE dispute.complaint (
    partition    smallint NOT NULL,
    complaint_id uuid     NOT NULL,
    agency_id    integer  NOT NULL,
    account_id   uuid,                                              -- NULL: not known
    state        smallint NOT NULL CHECK (state BETWEEN 1 AND 5),    -- dunlin.dispute.v1.ComplaintState
    severity     smallint NOT NULL CHECK (severity BETWEEN 1 AND 4), -- dunlin.dispute.v1.ComplaintSeverity
    due_at_us    bigint   NOT NULL,                                 -- 0: nothing is due
    body         bytea    NOT NULL,                                 -- dunlin.dispute.v1.Complaint
    version      integer  NOT NULL,                                 -- of the row: a writer that lost its partition changes nothing
    PRIMARY KEY (complaint_id, partition)
) WITH (fillfactor = 80);
-- Of an account.
CREATE INDEX complaint_of_account ON dispute.complaint (account_id, partition) WHERE account_id IS NOT NULL;
-- What an agency has to do, what is due first.
CREATE INDEX complaint_due ON dispute.complaint (agency_id, due_at_us) WHERE state < 4;
