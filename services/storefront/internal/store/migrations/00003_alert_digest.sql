-- +goose Up

-- When the last change of an alert was told singly. Null: it waits for a digest,
-- because many others of its reason were told just before. 0: told in a digest, or
-- before there were any.
ALTER TABLE alerts ADD COLUMN told_at BIGINT DEFAULT 0;
CREATE INDEX alerts_told ON alerts (reason, told_at);                  -- is there a storm?
CREATE INDEX alerts_folded ON alerts (id) WHERE told_at IS NULL;       -- the digest
