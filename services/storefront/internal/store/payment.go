package store

import (
	"context"
	"errors"
	"time"

	"doorstep.example/pkg/database"
)

// Outcomes of disputes.
const (
	DisputeNone = ""
	DisputeOpen = "open"
	DisputeWon  = "won"
	DisputeLost = "lost"
)

// Payment is what is known of a payment beside its session.
type Payment struct {
	Refunded       bool // in full
	RefundedAmount int64
	Dispute        string
}

// Adds reports whether news says more than p already does.
func (p Payment) Adds(news Payment) bool {
	if (news.Refunded && !p.Refunded) || news.RefundedAmount > p.RefundedAmount {
		return true
	}
	switch {
	case news.Dispute == DisputeNone, news.Dispute == p.Dispute, p.Dispute == DisputeLost:
		return false
	default:
		return p.Dispute != DisputeWon || news.Dispute != DisputeOpen
	}
}

// NotePayment adds facts to a payment. Each fact only grows, so the order in which
// they come does not matter: refunded stays, an open dispute does not reopen a closed
// one, and lost wins over won.
func NotePayment(ctx context.Context, tx database.Tx, intent string, p Payment, at time.Time) error {
	refunded := 0
	if p.Refunded {
		refunded = 1
	}
	_, err := tx.Exec(ctx, `INSERT INTO payments (payment_intent, refunded, refunded_amount, dispute, updated_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (payment_intent) DO UPDATE SET
			refunded = CASE WHEN excluded.refunded > payments.refunded THEN excluded.refunded ELSE payments.refunded END,
			refunded_amount = CASE WHEN excluded.refunded_amount > payments.refunded_amount THEN excluded.refunded_amount ELSE payments.refunded_amount END,
			dispute = CASE
				WHEN payments.dispute = 'lost' OR excluded.dispute = '' THEN payments.dispute
				WHEN payments.dispute = 'won' AND excluded.dispute = 'open' THEN payments.dispute
				ELSE excluded.dispute END,
			updated_at = excluded.updated_at`,
		intent, refunded, p.RefundedAmount, p.Dispute, at.UnixMilli())
	return wrap(err, "note the payment")
}

// LockPayment reads what is known, and keeps the payment to this transaction until it
// ends. Without it, on PostgreSQL, a refund and the sale that it is about could each
// commit without seeing the other; SQLite has one writer, who sees everything.
func LockPayment(ctx context.Context, tx database.Tx, intent string, at time.Time) (Payment, error) {
	if tx.Kind() == database.SQLite {
		return PaymentFacts(ctx, tx, intent)
	}
	return scanPayment(tx.QueryRow(ctx, `INSERT INTO payments (payment_intent, refunded, refunded_amount, dispute, updated_at) VALUES ($1, 0, 0, '', $2)
		ON CONFLICT (payment_intent) DO UPDATE SET updated_at = excluded.updated_at
		RETURNING refunded, refunded_amount, dispute`, intent, at.UnixMilli()))
}

// PaymentFacts reads what is known; the zero Payment where nothing is.
func PaymentFacts(ctx context.Context, q database.Queryer, intent string) (Payment, error) {
	return scanPayment(q.QueryRow(ctx, `SELECT refunded, refunded_amount, dispute FROM payments WHERE payment_intent = $1`, intent))
}

func scanPayment(row database.Row) (Payment, error) {
	var p Payment
	var refunded int
	err := row.Scan(&refunded, &p.RefundedAmount, &p.Dispute)
	if errors.Is(err, database.ErrNoRows) {
		return Payment{}, nil
	}
	p.Refunded = refunded == 1
	return p, wrap(err, "read the payment")
}
