-- How time leads accounts out of their strategies. NULL of all that are not past their steps.

ALTER TABLE contact.account
    ADD COLUMN left_strategy text,    -- where the class leads, which an exit has led out of since; NULL: it is there
    ADD COLUMN exit_at_us bigint,     -- of the timer: when the days of the next exit are over; NULL: none
    ADD COLUMN exits_made smallint;   -- in this run of the strategy: 1 steps done, 2 days in it, 4 and a person goes on, added up; NULL: none
