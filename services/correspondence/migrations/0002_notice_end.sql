-- The last day of the validation period, as a notice says it: whoever reports it tells contact.

ALTER TABLE correspondence.message ADD COLUMN notice_ends_on integer NOT NULL DEFAULT 0;   -- days since 1970-01-01; 0: no notice
