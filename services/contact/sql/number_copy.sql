-- Writes numbers of persons who have not had them.
-- The columns in their order.
COPY contact.number (number, debtor_id, partition) FROM STDIN (FORMAT binary)
