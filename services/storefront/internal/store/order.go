package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/order"
)

const orderColumns = `id, state, state_at, product, tier, customer_email, contact_name, fields,
	amount, currency, session_id, payment_intent, created_at, submitted_at, paid_at, lang, held_from`

// InsertOrder adds a new order in AwaitingPayment with its first timeline entry.
// An id that exists already is left alone and reported as false.
func InsertOrder(ctx context.Context, tx database.Tx, o order.Order, detail string) (bool, error) {
	fields, err := encode(o.Fields)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO orders (`+orderColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '')
		ON CONFLICT (id) DO NOTHING`,
		string(o.ID), string(order.AwaitingPayment), ms(o.CreatedAt), o.Product, o.Tier, o.CustomerEmail, o.ContactName, fields,
		o.Amount, o.Currency, text(o.SessionID), text(o.PaymentIntent), ms(o.CreatedAt), ms(o.SubmittedAt), ms(o.PaidAt), cmp.Or(o.Lang, "en"))
	if err != nil || n == 0 {
		return false, wrap(err, "insert the order")
	}
	return true, appendEntry(ctx, tx, o.ID, order.Entry{At: o.CreatedAt, Kind: order.EntryState, To: order.AwaitingPayment, Detail: detail})
}

// Order reads one order. NotFound if there is none.
func Order(ctx context.Context, q database.Queryer, id order.ID) (order.Order, error) {
	o, err := scanOrder(q.QueryRow(ctx, `SELECT `+orderColumns+` FROM orders WHERE id = $1`, string(id)))
	if err != nil {
		return order.Order{}, notFound(err, "order")
	}
	return o, nil
}

// LockOrder is Order, and keeps the order as it is until tx ends. Whatever is written
// beside the order because of what it says, a mail to its address or a link to its
// goods, is written under this lock, which is taken before those of other rows.
func LockOrder(ctx context.Context, tx database.Tx, id order.ID) (order.Order, error) {
	return lockOrder(ctx, tx, `id = $1`, string(id))
}

// lockOrder locks as an UPDATE does, which leaves rows that refer to the order free.
// SQLite has one writer, who needs no locks.
func lockOrder(ctx context.Context, tx database.Tx, where, arg string) (order.Order, error) {
	lock := ""
	if tx.Kind() == database.Postgres {
		lock = ` FOR NO KEY UPDATE`
	}
	o, err := scanOrder(tx.QueryRow(ctx, `SELECT `+orderColumns+` FROM orders WHERE `+where+lock, arg))
	if err != nil {
		return order.Order{}, notFound(err, "order")
	}
	return o, nil
}

// OrderByPayment finds the order of a payment intent. NotFound if there is none.
func OrderByPayment(ctx context.Context, q database.Queryer, paymentIntent string) (order.Order, error) {
	o, err := scanOrder(q.QueryRow(ctx, `SELECT `+orderColumns+` FROM orders WHERE payment_intent = $1`, paymentIntent))
	if err != nil {
		return order.Order{}, notFound(err, "order")
	}
	return o, nil
}

// Advance moves an order, writes the move to the timeline, and returns Conflict
// when the order is no longer in from: somebody else was faster. A move that the
// table forbids is a bug, and says so.
func Advance(ctx context.Context, tx database.Tx, id order.ID, from, to order.State, at time.Time, detail string) error {
	return advance(ctx, tx, id, order.Entry{At: at, Kind: order.EntryState, From: from, To: to, Detail: detail}, "")
}

// Pay is Advance to Paid, with the time and the payment intent, by which refunds and
// disputes find the order. An empty intent leaves the one that is known: writing the
// same value again would write its index again, too.
func Pay(ctx context.Context, tx database.Tx, id order.ID, from order.State, paymentIntent string, at time.Time, detail string) error {
	e := order.Entry{At: at, Kind: order.EntryState, From: from, To: order.Paid, Detail: detail}
	if paymentIntent == "" {
		return advance(ctx, tx, id, e, `, paid_at = COALESCE(paid_at, $2)`)
	}
	return advance(ctx, tx, id, e, `, paid_at = COALESCE(paid_at, $2), payment_intent = COALESCE(payment_intent, $5)`, paymentIntent)
}

// advance is the only place that writes a state. set adds columns; more are its
// parameters from $5 on.
func advance(ctx context.Context, tx database.Tx, id order.ID, e order.Entry, set string, more ...any) error {
	if !e.From.CanBecome(e.To) {
		return fmt.Errorf("advance order %s: %s must not become %s", id, e.From, e.To)
	}
	args := append([]any{string(e.To), e.At.UnixMilli(), string(id), string(e.From)}, more...)
	n, err := tx.Exec(ctx, `UPDATE orders SET state = $1, state_at = $2`+set+` WHERE id = $3 AND state = $4`, args...)
	if err != nil {
		return wrap(err, "advance the order")
	}
	if n == 0 {
		return errs.New(errs.Conflict, "The order has moved on meanwhile.")
	}
	return appendEntry(ctx, tx, id, e)
}

// SetPaid notes that the money is there, for an order that is held and not moved to
// Paid.
func SetPaid(ctx context.Context, tx database.Tx, id order.ID, paymentIntent string, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE orders SET paid_at = COALESCE(paid_at, $1), payment_intent = COALESCE(payment_intent, $2) WHERE id = $3`,
		at.UnixMilli(), text(paymentIntent), string(id))
	return wrap(err, "note the payment")
}

// Hold is Advance to Held because of a dispute: the order remembers where it was.
func Hold(ctx context.Context, tx database.Tx, id order.ID, from order.State, at time.Time, detail string) error {
	return advance(ctx, tx, id, order.Entry{At: at, Kind: order.EntryState, From: from, To: order.Held, Detail: detail}, `, held_from = $5`, string(from))
}

// MoveHeldFrom moves the state that an order goes back to when its dispute is won;
// empty forgets it. Conflict when the order is no longer held, or its mail had news
// meanwhile: mail and dispute do not wait for each other.
func MoveHeldFrom(ctx context.Context, tx database.Tx, id order.ID, from, to order.State) error {
	n, err := tx.Exec(ctx, `UPDATE orders SET held_from = $1 WHERE id = $2 AND state = 'held' AND held_from = $3`, string(to), string(id), string(from))
	if err != nil {
		return wrap(err, "remember where the order was")
	}
	if n == 0 {
		return errs.New(errs.Conflict, "The order has moved on meanwhile.")
	}
	return nil
}

// SetSession ties the order to its Checkout session, once.
func SetSession(ctx context.Context, tx database.Tx, id order.ID, sessionID string) error {
	_, err := tx.Exec(ctx, `UPDATE orders SET session_id = $1 WHERE id = $2 AND session_id IS NULL`, sessionID, string(id))
	return wrap(err, "set the session")
}

// SetPayment notes the payment intent, by which refunds and disputes find the order.
func SetPayment(ctx context.Context, tx database.Tx, id order.ID, paymentIntent string) error {
	_, err := tx.Exec(ctx, `UPDATE orders SET payment_intent = COALESCE(payment_intent, $1) WHERE id = $2`, text(paymentIntent), string(id))
	return wrap(err, "set the payment")
}

// SetSubmitted notes that checkout completed while the payment is still on its
// way; it reports whether that is news.
func SetSubmitted(ctx context.Context, tx database.Tx, id order.ID, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE orders SET submitted_at = $1 WHERE id = $2 AND submitted_at IS NULL`, at.UnixMilli(), string(id))
	return n > 0, wrap(err, "note the submission")
}

// Filter selects orders for the operators' list.
type Filter struct {
	Since  time.Time
	State  order.State
	Search string // part of an id, a session or an address
	Limit  int
	Cursor string // of the page before; empty for the first
}

// Orders lists orders, newest first, and the cursor of the next page ("" at the
// end). Invalid for a cursor that is not one of ours.
func Orders(ctx context.Context, q database.Queryer, f Filter) ([]order.Order, string, error) {
	at, id, err := parseCursor(f.Cursor)
	if err != nil {
		return nil, "", err
	}
	rows, err := q.Query(ctx, `SELECT `+orderColumns+` FROM orders
		WHERE created_at >= $1 AND ($2 = '' OR state = $2)
		AND ($3 = '' OR id = $3 OR session_id = $3 OR lower(customer_email) LIKE $4 ESCAPE '\')
		AND (created_at < $5 OR (created_at = $5 AND id < $6))
		ORDER BY created_at DESC, id DESC LIMIT $7`,
		sinceMS(f.Since), string(f.State), f.Search, like(f.Search), at, id, f.Limit+1)
	if err != nil {
		return nil, "", wrap(err, "list the orders")
	}
	defer rows.Close()
	var list []order.Order
	for rows.Next() {
		o, err := scanOrder(rows)
		if err != nil {
			return nil, "", wrap(err, "list the orders")
		}
		list = append(list, o)
	}
	if err := rows.Err(); err != nil {
		return nil, "", wrap(err, "list the orders")
	}
	if len(list) <= f.Limit {
		return list, "", nil
	}
	list = list[:f.Limit]
	last := list[len(list)-1]
	return list, fmt.Sprintf("%d.%s", last.CreatedAt.UnixMilli(), last.ID), nil
}

func parseCursor(cursor string) (int64, string, error) {
	if cursor == "" {
		return 1<<62 - 1, "", nil
	}
	var at int64
	var id string
	if _, err := fmt.Sscanf(cursor, "%d.%s", &at, &id); err != nil {
		return 0, "", errs.New(errs.Invalid, "This cursor is not one of ours; begin again without it.")
	}
	return at, id, nil
}

func sinceMS(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func like(s string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(s)) + "%"
}

func scanOrder(row database.Row) (order.Order, error) {
	var o order.Order
	var id, state, fields, heldFrom string
	var session, intent sql.NullString
	var stateAt, createdAt, submittedAt, paidAt sql.NullInt64
	err := row.Scan(&id, &state, &stateAt, &o.Product, &o.Tier, &o.CustomerEmail, &o.ContactName, &fields,
		&o.Amount, &o.Currency, &session, &intent, &createdAt, &submittedAt, &paidAt, &o.Lang, &heldFrom)
	if err != nil {
		return order.Order{}, err
	}
	if err := json.Unmarshal([]byte(fields), &o.Fields); err != nil {
		return order.Order{}, fmt.Errorf("decode the fields of order %s: %w", id, err)
	}
	o.ID, o.State, o.SessionID, o.PaymentIntent = order.ID(id), order.State(state), session.String, intent.String
	o.HeldFrom = order.State(heldFrom)
	o.StateAt, o.CreatedAt, o.SubmittedAt, o.PaidAt = fromMS(stateAt), fromMS(createdAt), fromMS(submittedAt), fromMS(paidAt)
	return o, nil
}

// wrap adds what was tried; a nil error stays nil.
func wrap(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
