-- Of which campaign each contact was, by whatever name its dialer gives it.

ALTER TABLE contact.permit ADD COLUMN campaign text NOT NULL DEFAULT '';    -- empty: of none
