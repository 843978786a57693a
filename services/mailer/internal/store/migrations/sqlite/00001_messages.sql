-- +goose Up
CREATE TABLE messages (
    id              TEXT   PRIMARY KEY,
    -- The caller's key. That it is unique is what makes a repeated request one mail.
    idempotency_key TEXT   NOT NULL UNIQUE,
    request_hash    TEXT   NOT NULL,
    template        TEXT   NOT NULL,
    order_id        TEXT   NOT NULL,
    state           TEXT   NOT NULL CHECK (state IN ('queued', 'accepted', 'delivered', 'bounced', 'complained', 'failed', 'ambiguous')),
    provider        TEXT   NOT NULL,
    provider_id     TEXT   NOT NULL,
    -- The rendered mail with its recipient; postgres: BYTEA.
    content         BLOB,
    attempt         BIGINT NOT NULL,
    unsure          BIGINT NOT NULL CHECK (unsure >= 0),
    unsure_since    BIGINT NOT NULL,
    lease_until     BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    -- A mail that can still be sent has its content; one that cannot keeps no
    -- personal data.
    CHECK ((state = 'queued') = (content IS NOT NULL)),
    CHECK ((unsure = 0) = (unsure_since = 0))
);
-- Finds the message of a provider's report.
CREATE INDEX messages_provider_id ON messages (provider_id) WHERE provider_id <> '';
-- Finds what nobody asks to send any more.
CREATE INDEX messages_queued ON messages (updated_at) WHERE state = 'queued';

CREATE TABLE message_history (
    -- postgres: BIGINT GENERATED ALWAYS AS IDENTITY.
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT   NOT NULL REFERENCES messages (id),
    at         BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    detail     TEXT   NOT NULL
);
CREATE INDEX message_history_message ON message_history (message_id, id);

CREATE TABLE webhook_events (
    -- The same delivery twice is one row.
    svix_id     TEXT   PRIMARY KEY,
    type        TEXT   NOT NULL,
    provider_id TEXT   NOT NULL,
    message_id  TEXT   NOT NULL,
    detail      TEXT   NOT NULL,
    received_at BIGINT NOT NULL,
    -- 1 until its message is known and has taken it in.
    parked      BIGINT NOT NULL CHECK (parked IN (0, 1))
);
-- Finds reports that came before the provider's own answer did.
CREATE INDEX webhook_events_parked ON webhook_events (provider_id) WHERE parked = 1;
-- Finds what is old enough to forget.
CREATE INDEX webhook_events_received ON webhook_events (received_at);
