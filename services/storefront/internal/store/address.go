package store

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/order"
)

// addressChanges that an order may have in its life.
const addressChanges = 3

// CorrectAddress changes the address that an order's mails go to, which the caller has
// checked, and notes it in the timeline with both addresses masked. Links that were
// sent go on working. The same address again changes nothing. NotFound for an unknown
// order, Forbidden after the third change, Conflict when another change came first.
func CorrectAddress(ctx context.Context, tx database.Tx, id order.ID, email string, at time.Time) error {
	o, err := Order(ctx, tx, id)
	if err != nil || o.CustomerEmail == email {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE orders SET customer_email = $1, address_changes = address_changes + 1
		WHERE id = $2 AND customer_email = $3 AND address_changes < $4`, email, string(id), o.CustomerEmail, addressChanges)
	if err != nil {
		return wrap(err, "correct the address")
	}
	if n == 0 {
		return refusedCorrection(ctx, tx, id)
	}
	return Note(ctx, tx, id, at, order.EntryNote, fmt.Sprintf("the address was corrected from %s to %s", masked(o.CustomerEmail), masked(email)))
}

func refusedCorrection(ctx context.Context, tx database.Tx, id order.ID) error {
	var changes int
	if err := tx.QueryRow(ctx, `SELECT address_changes FROM orders WHERE id = $1`, string(id)).Scan(&changes); err != nil {
		return wrap(err, "count the corrections")
	}
	if changes >= addressChanges {
		return errs.New(errs.Forbidden, "The address of this order has been corrected three times already. Please write to support.")
	}
	return errs.New(errs.Conflict, "The address has been changed meanwhile.")
}

// masked shows enough of an address to recognise it, and not enough to write to it.
func masked(email string) string {
	at := strings.LastIndexByte(email, '@')
	if at < 1 {
		return "•••"
	}
	_, first := utf8.DecodeRuneInString(email)
	return email[:first] + "•••" + email[at:]
}
