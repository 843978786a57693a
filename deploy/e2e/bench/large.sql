-- ?1 orders that were delivered, one every half a minute, with what belongs to them.
PRAGMA synchronous = OFF;
PRAGMA cache_size = -200000;
PRAGMA foreign_keys = OFF;
BEGIN;
CREATE TEMP TABLE n AS
    WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ?1)
    SELECT i, 1700000000000 + i * 30000 AS at, lower(hex(randomblob(13))) AS id FROM c;
INSERT INTO orders (id, state, state_at, product, tier, customer_email, contact_name, fields, amount, currency, session_id, payment_intent, created_at, paid_at, held_from)
    SELECT id, 'delivered', at, 'agent-playbook', '', 'customer' || i || '@example.com', 'Ada Lovelace', '{}', 2900, 'usd',
        'cs_test_' || hex(randomblob(28)), 'pi_' || hex(randomblob(12)), at, at, '' FROM n ORDER BY id;
INSERT INTO timeline (order_id, id, at, kind, from_state, to_state, detail)
    SELECT n.id, s.k || '-' || n.i, at, 'state', s.f, s.t, 'as it went' FROM n,
        (SELECT 1 AS k, '' AS f, 'awaiting_payment' AS t UNION SELECT 2, 'awaiting_payment', 'paid' UNION SELECT 3, 'ready', 'sent') AS s ORDER BY n.id, s.k;
INSERT INTO messages (id, order_id, purpose, template, recipient, data, state, mailer_id, confirms, created_at, updated_at)
    SELECT 'm' || p.k || '-' || id, id, p.p, p.p, 'customer' || i || '@example.com', '', 'delivered', 'x', 1, at, at FROM n,
        (SELECT 1 AS k, 'receipt' AS p UNION SELECT 2, 'delivery') AS p ORDER BY 1;
INSERT INTO events (id, type, order_id, created_at, received_at, body)
    SELECT 'evt_' || id, 'checkout.session.completed', id, at, at, '{}' FROM n ORDER BY id;
DROP TABLE n;
COMMIT;
ANALYZE;
