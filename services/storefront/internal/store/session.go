package store

import (
	"context"
	"time"

	"doorstep.example/pkg/database"
)

// PortalSession is a buyer who has entered the portal.
type PortalSession struct {
	ID        string // SHA-256 of the cookie, hex
	Email     string // lower case
	Lang      string
	CreatedAt time.Time
	LastAt    time.Time
	ExpiresAt time.Time
}

const sessionColumns = `id, email, lang, created_at, last_at, expires_at`

// InsertSession adds a session.
func InsertSession(ctx context.Context, tx database.Tx, s PortalSession) error {
	_, err := tx.Exec(ctx, `INSERT INTO portal_sessions (`+sessionColumns+`) VALUES ($1, $2, $3, $4, $5, $6)`,
		s.ID, s.Email, s.Lang, s.CreatedAt.UnixMilli(), s.LastAt.UnixMilli(), s.ExpiresAt.UnixMilli())
	return wrap(err, "insert the session")
}

// SessionByID reads a session that is not over. NotFound if there is none.
func SessionByID(ctx context.Context, q database.Queryer, id string, now time.Time) (PortalSession, error) {
	var s PortalSession
	var created, last, expires int64
	err := q.QueryRow(ctx, `SELECT `+sessionColumns+` FROM portal_sessions WHERE id = $1 AND expires_at > $2`, id, now.UnixMilli()).
		Scan(&s.ID, &s.Email, &s.Lang, &created, &last, &expires)
	if err != nil {
		return PortalSession{}, notFound(err, "session")
	}
	s.CreatedAt, s.LastAt, s.ExpiresAt = time.UnixMilli(created).UTC(), time.UnixMilli(last).UTC(), time.UnixMilli(expires).UTC()
	return s, nil
}

// TouchSession notes that a session is in use. One that was left meanwhile stays left.
func TouchSession(ctx context.Context, tx database.Tx, id string, last, expires time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE portal_sessions SET last_at = $1, expires_at = $2 WHERE id = $3`, last.UnixMilli(), expires.UnixMilli(), id)
	return wrap(err, "note the session's use")
}

// DeleteSession ends a session; one that does not exist is ended already.
func DeleteSession(ctx context.Context, tx database.Tx, id string) error {
	_, err := tx.Exec(ctx, `DELETE FROM portal_sessions WHERE id = $1`, id)
	return wrap(err, "end the session")
}

// PurgeSessions deletes up to limit sessions that are over, and returns how many.
func PurgeSessions(ctx context.Context, tx database.Tx, now time.Time, limit int) (int, error) {
	n, err := tx.Exec(ctx, `DELETE FROM portal_sessions WHERE id IN (SELECT id FROM portal_sessions WHERE expires_at <= $1 LIMIT $2)`, now.UnixMilli(), limit)
	return int(n), wrap(err, "delete the sessions that are over")
}
