-- What a stored reply answered: the same key with another request is refused. NULL: stored by a version that did not keep it.
ALTER TABLE platform.request ADD COLUMN request_hash bytea;
