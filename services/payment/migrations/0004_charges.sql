-- What is added to a debt: interest, fees of the debtor, judgments. Only accounts that have any of it have rows here.

-- Where the interest of an account stands. What it comes to follows from its postings, the rates below and the day: accrual_model.h.
CREATE TABLE payment.interest (
    partition       smallint NOT NULL,
    account_id      uuid     NOT NULL,
    series          smallint NOT NULL CHECK (series > 0),              -- from 1; each judgment begins another
    basis           smallint NOT NULL CHECK (basis BETWEEN 1 AND 5),   -- dunlin.payment.v1.ChargeBasis
    day_count       smallint NOT NULL CHECK (day_count BETWEEN 1 AND 4),   -- dunlin.payment.v1.DayCount
    starts_on       date     NOT NULL,                                 -- the first day that bears interest
    cap_minor       bigint,                                            -- of all interest of the series; NULL: none
    posted_through  date     NOT NULL,                                 -- the day before starts_on: nothing yet
    posted_minor    bigint   NOT NULL,                                 -- of the series
    stops_on        date,                                              -- the first day that bears none any more; NULL: it goes on
    has_timer       boolean  NOT NULL,
    judgment_minor  bigint   NOT NULL DEFAULT 0,                       -- principal of the judgment that it runs by
    judgment_number integer  NOT NULL DEFAULT 0,                       -- that judgment's posting; 0: by none
    PRIMARY KEY (account_id, partition)
) WITH (fillfactor = 80);

-- The rates of days that have been reckoned: what a file says later changes none of them.
CREATE TABLE payment.interest_rate (
    partition         smallint NOT NULL,
    account_id        uuid     NOT NULL,
    series            smallint NOT NULL,
    from_on           date     NOT NULL,                               -- until the next one's
    rate_millionths   bigint   NOT NULL CHECK (rate_millionths >= 0),  -- a year, of a percent
    agreement_version text     NOT NULL,                               -- of the file that said so; empty: a judgment
    PRIMARY KEY (account_id, series, from_on, partition)
);

CREATE TABLE payment.debtor_fee (
    partition         smallint NOT NULL,
    account_id        uuid     NOT NULL,
    fee_id            uuid     NOT NULL,                               -- also of its posting
    code              text     NOT NULL,
    bucket            smallint NOT NULL CHECK (bucket IN (2, 3)),      -- dunlin.payment.v1.FeeBucket
    amount_minor      bigint   NOT NULL CHECK (amount_minor > 0),
    basis             smallint NOT NULL CHECK (basis BETWEEN 1 AND 5),
    evidence          text     NOT NULL CHECK (evidence <> ''),        -- the clause or the law
    agreement_version text     NOT NULL,
    charged_on        date     NOT NULL,
    reason            text     NOT NULL,
    charged_at_us     bigint   NOT NULL,                               -- business time
    waived_at_us      bigint,                                          -- NULL: it was not
    waived_reason     text,
    PRIMARY KEY (account_id, fee_id, partition),
    CHECK ((waived_at_us IS NULL) = (waived_reason IS NULL))
);

-- Never changed once written: an amended judgment is another one.
CREATE TABLE payment.judgment (
    partition       smallint NOT NULL,
    account_id      uuid     NOT NULL,
    judgment_id     uuid     NOT NULL,                                 -- also of its posting
    entered_on      date     NOT NULL,
    currency        text     NOT NULL,
    principal_minor bigint   NOT NULL CHECK (principal_minor >= 0),
    interest_minor  bigint   NOT NULL CHECK (interest_minor >= 0),
    fees_minor      bigint   NOT NULL CHECK (fees_minor >= 0),
    costs_minor     bigint   NOT NULL CHECK (costs_minor >= 0),
    balance_minor   bigint   NOT NULL,                                 -- owed after it was recorded
    rate_millionths bigint   NOT NULL CHECK (rate_millionths >= 0),
    day_count       smallint NOT NULL CHECK (day_count BETWEEN 1 AND 4),
    court           text     NOT NULL CHECK (court <> ''),
    case_number     text     NOT NULL CHECK (case_number <> ''),
    document_hash   bytea    NOT NULL,
    recorded_at_us  bigint   NOT NULL,                                 -- business time
    PRIMARY KEY (account_id, judgment_id, partition)
);
CREATE TRIGGER judgment_is_final BEFORE UPDATE OR DELETE ON payment.judgment FOR EACH STATEMENT EXECUTE FUNCTION payment.refuse_change();
