package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/pkg/database"
)

// TestPaymentFactsOnlyGrow notes facts in both orders and wants the same end, and
// wants Adds to know beforehand whether anything will change.
func TestPaymentFactsOnlyGrow(t *testing.T) {
	facts := []Payment{
		{}, {RefundedAmount: 100}, {RefundedAmount: 300}, {Refunded: true, RefundedAmount: 2900},
		{Dispute: DisputeOpen}, {Dispute: DisputeWon}, {Dispute: DisputeLost},
	}
	each(t, func(s suite) {
		for _, a := range facts {
			for _, b := range facts {
				s.must(func(tx database.Tx) error {
					ctx := s.Context()
					if err := NotePayment(ctx, tx, "ab", a, noon); err != nil {
						return err
					}
					before, err := PaymentFacts(ctx, tx, "ab")
					if err != nil {
						return err
					}
					for intent, p := range map[string]Payment{"ab": b, "ba": b} {
						if err := NotePayment(ctx, tx, intent, p, noon); err != nil {
							return err
						}
					}
					if err := NotePayment(ctx, tx, "ba", a, noon); err != nil {
						return err
					}
					ab, err := PaymentFacts(ctx, tx, "ab")
					if err != nil {
						return err
					}
					ba, err := PaymentFacts(ctx, tx, "ba")
					if diff := cmp.Diff(ab, ba); diff != "" {
						s.Errorf("%+v and %+v: %s", a, b, diff)
					}
					if changed := before != ab; changed != before.Adds(b) {
						s.Errorf("%+v.Adds(%+v) = %v, changed %v", before, b, !changed, changed)
					}
					if err == nil {
						_, err = tx.Exec(ctx, `DELETE FROM payments`)
					}
					return err
				})
			}
		}
	})
}
