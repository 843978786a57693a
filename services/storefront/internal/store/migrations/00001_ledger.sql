-- +goose Up

-- Every rightly signed event that Stripe sent us, once. Kept at least 35 days:
-- Stripe sends again for three days and lists events for thirty.
CREATE TABLE events (
    id          TEXT   PRIMARY KEY,
    type        TEXT   NOT NULL,
    order_id    TEXT,                -- null: of no order of ours
    created_at  BIGINT NOT NULL,     -- Stripe's time
    received_at BIGINT NOT NULL,
    body        TEXT   NOT NULL
);

CREATE TABLE orders (
    id             TEXT   PRIMARY KEY,
    state          TEXT   NOT NULL CHECK (state IN ('awaiting_payment', 'paid', 'working', 'ready', 'sent', 'delivered',
                          'awaiting_proof', 'held', 'failed', 'undeliverable', 'refunded', 'expired')),
    state_at       BIGINT NOT NULL,
    product        TEXT   NOT NULL,
    tier           TEXT   NOT NULL,
    customer_email TEXT   NOT NULL,
    contact_name   TEXT   NOT NULL,
    fields         TEXT   NOT NULL,  -- JSON object: what the product's form asked for
    amount         BIGINT NOT NULL CHECK (amount >= 0),
    currency       TEXT   NOT NULL,
    session_id     TEXT   UNIQUE,    -- null until Stripe has answered
    payment_intent TEXT,
    created_at     BIGINT NOT NULL,
    submitted_at   BIGINT,           -- checkout completed with a delayed payment
    paid_at        BIGINT,
    -- Nothing is made or sent for an order that was not paid.
    CHECK (state NOT IN ('paid', 'working', 'ready', 'sent', 'delivered', 'awaiting_proof', 'undeliverable') OR paid_at IS NOT NULL)
);
-- Every index is a page more to write and sync with each order: these four are needed.
CREATE INDEX orders_created ON orders (created_at, id);       -- the operators' list
CREATE INDEX orders_open ON orders (state_at) WHERE state IN ('paid', 'working', 'ready'); -- sweeper, deadlines
CREATE INDEX orders_email ON orders (customer_email);         -- portal, search
CREATE INDEX orders_intent ON orders (payment_intent);        -- refunds and disputes name only this

CREATE TABLE timeline (
    order_id   TEXT   NOT NULL REFERENCES orders (id),
    id         TEXT   NOT NULL,      -- UUIDv7: sorts by time
    at         BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    from_state TEXT   NOT NULL,
    to_state   TEXT   NOT NULL,
    detail     TEXT   NOT NULL,
    PRIMARY KEY (order_id, id)
);

CREATE TABLE customers (
    email      TEXT   PRIMARY KEY,   -- lower case
    name       TEXT   NOT NULL,
    first_at   BIGINT NOT NULL,
    last_at    BIGINT NOT NULL,
    orders     BIGINT NOT NULL       -- paid ones
);

-- How far the making of an artefact is; overwritten as it goes.
CREATE TABLE progress (
    order_id   TEXT   PRIMARY KEY REFERENCES orders (id),
    check_id   TEXT   NOT NULL,      -- of what is being looked at; may be empty
    title      TEXT   NOT NULL,
    done       BIGINT NOT NULL,
    total      BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE artefacts (
    id           TEXT   PRIMARY KEY,
    order_id     TEXT   NOT NULL REFERENCES orders (id),
    name         TEXT   NOT NULL,    -- file name the customer sees
    role         TEXT   NOT NULL,    -- goods: for the customer; data: for us
    content_type TEXT   NOT NULL,
    size         BIGINT NOT NULL,
    sha256       TEXT   NOT NULL,
    blob_key     TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    UNIQUE (order_id, name)          -- work may run twice, its result is published once
);

-- What an audit concluded, for the order page, the mail and /verify.
CREATE TABLE reports (
    report_id TEXT   PRIMARY KEY,
    order_id  TEXT   NOT NULL UNIQUE REFERENCES orders (id),
    target    TEXT   NOT NULL,
    grade     TEXT   NOT NULL,
    score     BIGINT NOT NULL,
    summary   TEXT   NOT NULL,       -- JSON object: findings by severity
    sha256    TEXT   NOT NULL,       -- of the PDF
    issued_at BIGINT NOT NULL
);

-- The right to fetch an artefact so many times until a time. A link names a grant;
-- the row decides.
CREATE TABLE grants (
    id          TEXT   PRIMARY KEY,
    order_id    TEXT   NOT NULL REFERENCES orders (id),
    artefact_id TEXT   NOT NULL REFERENCES artefacts (id),
    max_uses    BIGINT NOT NULL,     -- 0: no limit
    used        BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    revoked_at  BIGINT,
    CHECK (max_uses = 0 OR used <= max_uses)
);
CREATE INDEX grants_order ON grants (order_id);

-- One row a started download: the ticket in the short-lived URL, and the log.
CREATE TABLE downloads (
    ticket      TEXT   PRIMARY KEY,
    grant_id    TEXT   NOT NULL REFERENCES grants (id),
    started_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    network     TEXT   NOT NULL,     -- the client's /24 or /48, not its address
    user_agent  TEXT   NOT NULL
);
CREATE INDEX downloads_grant ON downloads (grant_id);

-- A mail that is to be sent, written with the move that causes it. The id is the
-- idempotency key at the mailer.
CREATE TABLE messages (
    id         TEXT   PRIMARY KEY,
    order_id   TEXT   NOT NULL,      -- empty: about the shop and not an order
    purpose    TEXT   NOT NULL,      -- receipt, delivery, renewal:GRANT, alert:ALERT:STATE
    template   TEXT   NOT NULL,
    recipient  TEXT   NOT NULL,
    grant_id   TEXT,                 -- of the link in it
    data       TEXT   NOT NULL,      -- JSON, only of alerts: what was true when it was raised
    state      TEXT   NOT NULL CHECK (state IN ('queued', 'accepted', 'delivered', 'bounced', 'complained', 'failed', 'ambiguous', 'cancelled')),
    mailer_id  TEXT   NOT NULL,
    confirms   BIGINT NOT NULL DEFAULT 0, -- 1: the provider will say whether it was delivered
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (order_id, purpose)       -- one mail for one reason
);

CREATE TABLE message_history (
    message_id TEXT   NOT NULL REFERENCES messages (id),
    id         TEXT   NOT NULL,      -- UUIDv7
    at         BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    detail     TEXT   NOT NULL,
    PRIMARY KEY (message_id, id)
);

-- One row for each order and reason, with a counter, so that a broken engine does
-- not send a hundred mails.
CREATE TABLE alerts (
    id       TEXT   PRIMARY KEY,
    order_id TEXT   NOT NULL,        -- empty: about the shop and not an order
    reason   TEXT   NOT NULL,
    state    TEXT   NOT NULL CHECK (state IN ('retrying', 'needs_person', 'resolved')),
    detail   TEXT   NOT NULL,
    count    BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    UNIQUE (order_id, reason)
);

-- Secrets and facts of this installation, shared by all its processes.
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
