-- Writes new parts of remittances. The columns in their order; a second part of the same run, or with the same number, fails.
COPY payment.remittance_part (
    partition, agency_id, client, currency, number, part_id, run_key, method, payee, reference, first_entry, last_entry, n_lines,
    collected_minor, reversed_minor, collected_elsewhere_minor, reversed_elsewhere_minor, fees_minor, payable_minor, remitted_minor, invoiced_minor, remitted_at_us)
FROM STDIN (FORMAT binary)
