-- Contact through every channel: what became of what is written, messages to the portal, which have no contact point, and dial lists by channel.

ALTER TABLE contact.permit
    ADD COLUMN delivery smallint NOT NULL DEFAULT 0,    -- of what is written; 0: not reported, or a call
    ALTER COLUMN contact_point_id DROP NOT NULL;        -- NULL: the portal
ALTER TABLE contact.discussion ALTER COLUMN contact_point_id DROP NOT NULL;

ALTER TABLE contact.account
    ADD COLUMN step_channel smallint NOT NULL DEFAULT 1,    -- of the planned step
    ADD COLUMN waits text NOT NULL DEFAULT '';              -- "5:1780000000000000,6:...": as not_before_us, which is of calls, by other channels

-- Dial lists of a channel, best first.
CREATE INDEX account_dial_channel ON contact.account (partition, step_channel, priority DESC, dial_at_us) WHERE dial_at_us IS NOT NULL;
DROP INDEX contact.account_dial;
