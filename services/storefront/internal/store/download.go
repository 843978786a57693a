package store

import (
	"context"
	"crypto/rand"
	"time"

	"doorstep.example/pkg/database"
)

// Download is one started download: a ticket that serves the bytes for a short
// time, as often and in as many ranges as the browser likes.
type Download struct {
	Ticket    string
	GrantID   string
	StartedAt time.Time
	ExpiresAt time.Time
	Network   string // the client's network, not its address
	UserAgent string
}

// InsertDownload logs a started download and returns its ticket.
func InsertDownload(ctx context.Context, tx database.Tx, d Download) (string, error) {
	d.Ticket = rand.Text()
	_, err := tx.Exec(ctx, `INSERT INTO downloads (ticket, grant_id, started_at, expires_at, network, user_agent) VALUES ($1, $2, $3, $4, $5, $6)`,
		d.Ticket, d.GrantID, d.StartedAt.UnixMilli(), d.ExpiresAt.UnixMilli(), d.Network, d.UserAgent)
	return d.Ticket, wrap(err, "log the download")
}

// DownloadByTicket reads a started download. NotFound if there is none.
func DownloadByTicket(ctx context.Context, q database.Queryer, ticket string) (Download, error) {
	d := Download{Ticket: ticket}
	var started, expires int64
	err := q.QueryRow(ctx, `SELECT grant_id, started_at, expires_at, network, user_agent FROM downloads WHERE ticket = $1`, ticket).
		Scan(&d.GrantID, &started, &expires, &d.Network, &d.UserAgent)
	if err != nil {
		return Download{}, notFound(err, "download")
	}
	d.StartedAt, d.ExpiresAt = time.UnixMilli(started).UTC(), time.UnixMilli(expires).UTC()
	return d, nil
}
