package store

import (
	"context"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/services/storefront/internal/order"
)

// Roles of artefacts.
const (
	RoleGoods = "goods" // for the customer
	RoleData  = "data"  // for us: the report as JSON
)

// Artefact is a file that belongs to an order; its bytes lie in the blob store.
type Artefact struct {
	ID          string
	OrderID     order.ID
	Name        string
	Role        string
	ContentType string
	Size        int64
	SHA256      string
	BlobKey     string
	CreatedAt   time.Time
}

const artefactColumns = `id, order_id, name, role, content_type, size, sha256, blob_key, created_at`

// InsertArtefact publishes an artefact under its order and name, once: if it was
// published before, that one stays. The artefact in force is returned.
func InsertArtefact(ctx context.Context, tx database.Tx, a Artefact) (Artefact, error) {
	a.ID = newID()
	_, err := tx.Exec(ctx, `INSERT INTO artefacts (`+artefactColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (order_id, name) DO NOTHING`,
		a.ID, string(a.OrderID), a.Name, a.Role, a.ContentType, a.Size, a.SHA256, a.BlobKey, a.CreatedAt.UnixMilli())
	if err != nil {
		return Artefact{}, wrap(err, "insert the artefact")
	}
	return scanArtefact(tx.QueryRow(ctx, `SELECT `+artefactColumns+` FROM artefacts WHERE order_id = $1 AND name = $2`, string(a.OrderID), a.Name))
}

// Artefacts lists an order's artefacts of a role.
func Artefacts(ctx context.Context, q database.Queryer, id order.ID, role string) ([]Artefact, error) {
	rows, err := q.Query(ctx, `SELECT `+artefactColumns+` FROM artefacts WHERE order_id = $1 AND role = $2 ORDER BY id`, string(id), role)
	if err != nil {
		return nil, wrap(err, "list the artefacts")
	}
	defer rows.Close()
	var list []Artefact
	for rows.Next() {
		a, err := scanArtefact(rows)
		if err != nil {
			return nil, wrap(err, "list the artefacts")
		}
		list = append(list, a)
	}
	return list, wrap(rows.Err(), "list the artefacts")
}

// ArtefactByID reads one artefact. NotFound if there is none.
func ArtefactByID(ctx context.Context, q database.Queryer, id string) (Artefact, error) {
	a, err := scanArtefact(q.QueryRow(ctx, `SELECT `+artefactColumns+` FROM artefacts WHERE id = $1`, id))
	if err != nil {
		return Artefact{}, notFound(err, "file")
	}
	return a, nil
}

func scanArtefact(row database.Row) (Artefact, error) {
	var a Artefact
	var orderID string
	var at int64
	err := row.Scan(&a.ID, &orderID, &a.Name, &a.Role, &a.ContentType, &a.Size, &a.SHA256, &a.BlobKey, &at)
	a.OrderID, a.CreatedAt = order.ID(orderID), time.UnixMilli(at).UTC()
	return a, err
}
