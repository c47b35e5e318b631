-- For which account money in suspense was assigned last, apart from the one that was overpaid: an assignment that is taken back leaves that as it was.
ALTER TABLE payment.suspense ADD COLUMN assigned_id uuid;                -- counts while it is ASSIGNED; NULL: never
UPDATE payment.suspense SET assigned_id = account_id WHERE state = 2;
UPDATE payment.suspense SET account_id = NULL WHERE source = 1;
COMMENT ON COLUMN payment.suspense.account_id IS 'that was overpaid';
