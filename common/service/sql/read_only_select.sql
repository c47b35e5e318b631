-- Does the server refuse writes to a new transaction: a standby, or default_transaction_read_only? One row: is_read_only boolean.
SELECT current_setting('transaction_read_only')::boolean AS is_read_only
