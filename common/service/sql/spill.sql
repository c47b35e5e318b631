-- Writes about 1 MB into a temporary file beside the tables: fails where the disk is full, needs no rights, leaves nothing behind. After spill_prepare, in
-- one transaction with it. One row of no interest.
SELECT count(*) FROM generate_series(1, 50000)
