-- Registers references that are free, in ascending order; one that another transaction has registered meanwhile violates the key. The columns in their order.
COPY intake.reference (partition, agency_id, client_reference, client, account_id) FROM STDIN (FORMAT binary)
