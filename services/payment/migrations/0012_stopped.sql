-- Debtors from whom nothing may be collected, whatever the debt: who is bankrupt, who is deceased. A row for each time, only where there is one.

CREATE TABLE payment.stopped (
    partition smallint NOT NULL,
    debtor_id uuid     NOT NULL,
    cause     smallint NOT NULL CHECK (cause BETWEEN 1 AND 2),   -- stop_model.h: 1 bankruptcy, 2 deceased
    from_on   date     NOT NULL,
    last_on   date     CHECK (last_on >= from_on),               -- NULL: it stands. Of a bankruptcy no day up to it bears interest
    PRIMARY KEY (debtor_id, cause, from_on, partition)
) WITH (fillfactor = 80);

-- What of a debtor asks for money: not by his accounts, each of which an index would name. Not "= 1", which would let the look-up of debits begin with debit_due, and take that of promises for all rows.
CREATE INDEX promise_open ON payment.promise (debtor_id, partition) WHERE state <= 1;
CREATE INDEX plan_open ON payment.plan (debtor_id, partition) WHERE state < 4;
CREATE INDEX debit_scheduled ON payment.debit (debtor_id, partition) WHERE state <= 1;

-- What 0011 has named for disputes holds for these too: on hold because less may be collected than the plan asks for, and resumed once it may.
COMMENT ON COLUMN payment.plan.is_held_by_dispute IS 'on hold by a dispute or by what stops the debtor, and resumed once neither does';
