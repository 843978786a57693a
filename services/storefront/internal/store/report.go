package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"doorstep.example/pkg/database"
	"doorstep.example/services/storefront/internal/order"
)

// Report is what an audit concluded.
type Report struct {
	ReportID string
	OrderID  order.ID
	Target   string
	Grade    string
	Score    int
	Summary  map[string]int // findings by severity
	SHA256   string         // of the PDF
	IssuedAt time.Time
}

const reportColumns = `report_id, order_id, target, grade, score, summary, sha256, issued_at`

// InsertReport publishes a report, once.
func InsertReport(ctx context.Context, tx database.Tx, r Report) error {
	summary, err := encode(r.Summary)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO reports (`+reportColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
		r.ReportID, string(r.OrderID), r.Target, r.Grade, r.Score, summary, r.SHA256, r.IssuedAt.UnixMilli())
	return wrap(err, "insert the report")
}

// ReportOf reads the report of an order. NotFound if there is none.
func ReportOf(ctx context.Context, q database.Queryer, id order.ID) (Report, error) {
	return scanReport(q.QueryRow(ctx, `SELECT `+reportColumns+` FROM reports WHERE order_id = $1`, string(id)))
}

// ReportByID reads a report by the number printed on it. NotFound if there is none.
func ReportByID(ctx context.Context, q database.Queryer, reportID string) (Report, error) {
	return scanReport(q.QueryRow(ctx, `SELECT `+reportColumns+` FROM reports WHERE report_id = $1`, reportID))
}

func scanReport(row database.Row) (Report, error) {
	var r Report
	var orderID, summary string
	var at int64
	if err := row.Scan(&r.ReportID, &orderID, &r.Target, &r.Grade, &r.Score, &summary, &r.SHA256, &at); err != nil {
		return Report{}, notFound(err, "report")
	}
	r.OrderID, r.IssuedAt = order.ID(orderID), time.UnixMilli(at).UTC()
	if err := json.Unmarshal([]byte(summary), &r.Summary); err != nil {
		return Report{}, fmt.Errorf("decode the summary of %s: %w", r.ReportID, err)
	}
	return r, nil
}
