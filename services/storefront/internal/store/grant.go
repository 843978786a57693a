package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/services/storefront/internal/order"
)

// Grant is the right to fetch an artefact MaxUses times until ExpiresAt.
type Grant struct {
	ID         string
	OrderID    order.ID
	ArtefactID string
	MaxUses    int // 0: no limit
	Used       int
	CreatedAt  time.Time
	ExpiresAt  time.Time
	RevokedAt  time.Time // zero: in force
}

// UsedUp reports whether no download is left.
func (g Grant) UsedUp() bool { return g.MaxUses > 0 && g.Used >= g.MaxUses }

const grantColumns = `id, order_id, artefact_id, max_uses, used, created_at, expires_at, revoked_at`

// InsertGrant adds a grant and returns it with its id.
func InsertGrant(ctx context.Context, tx database.Tx, g Grant) (Grant, error) {
	g.ID = rand.Text()
	_, err := tx.Exec(ctx, `INSERT INTO grants (`+grantColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		g.ID, string(g.OrderID), g.ArtefactID, g.MaxUses, g.Used, g.CreatedAt.UnixMilli(), g.ExpiresAt.UnixMilli(), ms(g.RevokedAt))
	return g, wrap(err, "insert the grant")
}

// GrantByID reads one grant. NotFound if there is none.
func GrantByID(ctx context.Context, q database.Queryer, id string) (Grant, error) {
	g, err := scanGrant(q.QueryRow(ctx, `SELECT `+grantColumns+` FROM grants WHERE id = $1`, id))
	if err != nil {
		return Grant{}, notFound(err, "link")
	}
	return g, nil
}

// Grants lists an order's grants, oldest first.
func Grants(ctx context.Context, q database.Queryer, id order.ID) ([]Grant, error) {
	rows, err := q.Query(ctx, `SELECT `+grantColumns+` FROM grants WHERE order_id = $1 ORDER BY created_at, id`, string(id))
	if err != nil {
		return nil, wrap(err, "list the grants")
	}
	defer rows.Close()
	var list []Grant
	for rows.Next() {
		g, err := scanGrant(rows)
		if err != nil {
			return nil, wrap(err, "list the grants")
		}
		list = append(list, g)
	}
	return list, wrap(rows.Err(), "list the grants")
}

// UseGrant counts one download and reports whether there was one left. The
// condition in the UPDATE decides, however many ask at once.
func UseGrant(ctx context.Context, tx database.Tx, id string, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE grants SET used = used + 1
		WHERE id = $1 AND (max_uses = 0 OR used < max_uses) AND revoked_at IS NULL AND expires_at > $2`, id, at.UnixMilli())
	return n > 0, wrap(err, "use the grant")
}

// RevokeGrants ends all links of an order.
func RevokeGrants(ctx context.Context, tx database.Tx, id order.ID, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE grants SET revoked_at = $1 WHERE order_id = $2 AND revoked_at IS NULL`, at.UnixMilli(), string(id))
	return wrap(err, "revoke the grants")
}

func scanGrant(row database.Row) (Grant, error) {
	var g Grant
	var orderID string
	var created, expires, revoked sql.NullInt64
	err := row.Scan(&g.ID, &orderID, &g.ArtefactID, &g.MaxUses, &g.Used, &created, &expires, &revoked)
	g.OrderID, g.CreatedAt, g.ExpiresAt, g.RevokedAt = order.ID(orderID), fromMS(created), fromMS(expires), fromMS(revoked)
	return g, err
}
