-- Writes new postings. The columns in their order; a second posting with a number or an id fails. placement_id to record_hash say which file reported it: NULL by hand, and where it opens the account, since
-- AccountPlaced (cause_seq) and intake's account say so already and most postings are openings.
COPY payment.posting (
    partition, posting_id, account_id, agency_id, number, kind, against, currency, change_minor, balance_minor, effective_on,
    reference, reverses, cause_seq, posted_at_us, placement_id, file_name, line, record_hash,
    interest_minor, fees_minor, costs_minor, paid_to, fee_minor)
FROM STDIN (FORMAT binary)
