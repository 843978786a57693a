-- +goose Up

-- The language that the buyer read the shop in; the mails follow it.
ALTER TABLE orders ADD COLUMN lang TEXT NOT NULL DEFAULT 'en';
CREATE INDEX orders_proof ON orders (state_at) WHERE state = 'awaiting_proof'; -- looking for proofs
-- How often the address was corrected.
ALTER TABLE orders ADD COLUMN address_changes BIGINT NOT NULL DEFAULT 0;

-- The portal finds orders however their address was typed. Nothing looked for the
-- address as it stands, so this index takes the place of that one.
DROP INDEX orders_email;
CREATE INDEX orders_buyer ON orders (lower(customer_email));
-- How long deliveries took. Written when the mail is out, not while an event waits for
-- its acknowledgement.
CREATE INDEX orders_sent ON orders (product, paid_at) WHERE state IN ('sent', 'delivered');

-- Every wish to enter the portal, of buyers and of strangers alike. The token in the
-- mail is not here: it is made again from the id and a key.
CREATE TABLE logins (
    id         TEXT   PRIMARY KEY,
    token_hash TEXT   NOT NULL UNIQUE,  -- SHA-256, hex
    email      TEXT   NOT NULL,         -- lower case
    lang       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT                   -- null: the link still works
);
CREATE INDEX logins_expires ON logins (expires_at); -- the purge

-- Who is in the portal. The cookie is not here, only its hash.
CREATE TABLE portal_sessions (
    id         TEXT   PRIMARY KEY,      -- SHA-256 of the cookie, hex
    email      TEXT   NOT NULL,         -- lower case
    lang       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    last_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL          -- moves on with use, up to a bound
);
CREATE INDEX portal_sessions_expires ON portal_sessions (expires_at); -- the purge
CREATE INDEX portal_sessions_email ON portal_sessions (email);        -- erasure

-- Limits that hold over all machines: for each key the time at which it is as if it
-- had never asked.
CREATE TABLE limits (
    key     TEXT   PRIMARY KEY,         -- what is limited, and SHA-256 of whose
    full_at BIGINT NOT NULL
);
CREATE INDEX limits_full ON limits (full_at); -- the purge

-- What people wrote in the contact form.
CREATE TABLE contact_messages (
    id      TEXT   PRIMARY KEY,         -- UUIDv7
    at      BIGINT NOT NULL,
    name    TEXT   NOT NULL,
    email   TEXT   NOT NULL,
    company TEXT   NOT NULL,
    message TEXT   NOT NULL,
    lang    TEXT   NOT NULL,
    verdict TEXT   NOT NULL CHECK (verdict IN ('legitimate', 'test', 'spam', 'attack')),
    reason  TEXT   NOT NULL,
    state   TEXT   NOT NULL CHECK (state IN ('mailed', 'kept')) -- kept: stored, the seller got no mail
);
CREATE INDEX contact_messages_at ON contact_messages (at, id); -- the operators' list

-- How many messages of each sort came in, a row for each day.
CREATE TABLE screenings (
    day     TEXT   NOT NULL,            -- YYYY-MM-DD, UTC
    verdict TEXT   NOT NULL CHECK (verdict IN ('legitimate', 'test', 'spam', 'attack')),
    reason  TEXT   NOT NULL,
    count   BIGINT NOT NULL,
    PRIMARY KEY (day, verdict, reason)
);
