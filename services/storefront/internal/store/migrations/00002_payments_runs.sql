-- +goose Up

-- What Stripe has said of a payment beside its session. Facts only grow: a refund is
-- not taken back and a closed dispute not opened again, so events may come in any
-- order, and before the order that they are about.
CREATE TABLE payments (
    payment_intent  TEXT   PRIMARY KEY,
    refunded        BIGINT NOT NULL,  -- 1: in full
    refunded_amount BIGINT NOT NULL,  -- so far, minor units
    dispute         TEXT   NOT NULL CHECK (dispute IN ('', 'open', 'won', 'lost')),
    updated_at      BIGINT NOT NULL
);

-- Where an order was when a dispute took it out of delivery.
ALTER TABLE orders ADD COLUMN held_from TEXT NOT NULL DEFAULT '';

-- Steps that were begun and have not come to an end that we know of: what is left of
-- a step when its process is killed. starts counts how often that happened.
CREATE TABLE runs (
    step    TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    starts  BIGINT NOT NULL,
    PRIMARY KEY (step, subject)
);

-- When each periodic task was last taken by one of the processes.
CREATE TABLE claims (
    name TEXT   PRIMARY KEY,
    at   BIGINT NOT NULL
);

CREATE INDEX messages_queued ON messages (created_at) WHERE state = 'queued'; -- the sweeper
