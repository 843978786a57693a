package store

import (
	"context"
	"database/sql"
	"time"

	"doorstep.example/pkg/database"
)

// PurposeLogin is the purpose of the mail with a sign-in link; the login's id follows.
const PurposeLogin = "login:"

// Login is a wish to enter the portal.
type Login struct {
	ID        string
	TokenHash string // SHA-256 of the token, hex
	Email     string // lower case
	Lang      string
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // zero: the link still works
}

const loginColumns = `id, token_hash, email, lang, created_at, expires_at, used_at`

// NewLoginID returns the id of a login that is about to be inserted; its token is
// made from it.
func NewLoginID() string { return newID() }

// InsertLogin adds a login.
func InsertLogin(ctx context.Context, tx database.Tx, l Login) error {
	_, err := tx.Exec(ctx, `INSERT INTO logins (`+loginColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		l.ID, l.TokenHash, l.Email, l.Lang, l.CreatedAt.UnixMilli(), l.ExpiresAt.UnixMilli(), ms(l.UsedAt))
	return wrap(err, "insert the login")
}

// LoginByID reads one login. NotFound if there is none.
func LoginByID(ctx context.Context, q database.Queryer, id string) (Login, error) {
	l, err := scanLogin(q.QueryRow(ctx, `SELECT `+loginColumns+` FROM logins WHERE id = $1`, id))
	if err != nil {
		return Login{}, notFound(err, "sign-in link")
	}
	return l, nil
}

// UseLogin uses a login up: of several that try, one gets it. NotFound if it is
// unknown, used or over.
func UseLogin(ctx context.Context, tx database.Tx, tokenHash string, now time.Time) (Login, error) {
	l, err := scanLogin(tx.QueryRow(ctx, `UPDATE logins SET used_at = $1 WHERE token_hash = $2 AND used_at IS NULL AND expires_at > $1
		RETURNING `+loginColumns, now.UnixMilli(), tokenHash))
	if err != nil {
		return Login{}, notFound(err, "sign-in link")
	}
	return l, nil
}

// PurgeLogins deletes up to limit logins that were over before a time, with their
// mails, and returns how many.
func PurgeLogins(ctx context.Context, tx database.Tx, before time.Time, limit int) (int, error) {
	gone, err := texts(tx.Query(ctx, `SELECT id FROM logins WHERE expires_at < $1 ORDER BY expires_at LIMIT $2`, before.UnixMilli(), limit))
	if err != nil {
		return 0, err
	}
	for _, id := range gone {
		for _, statement := range []string{
			`DELETE FROM message_history WHERE message_id IN (SELECT id FROM messages WHERE order_id = '' AND purpose = $1)`,
			`DELETE FROM messages WHERE order_id = '' AND purpose = $1`,
		} {
			if _, err := tx.Exec(ctx, statement, PurposeLogin+id); err != nil {
				return 0, wrap(err, "delete the mail of a login")
			}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM logins WHERE id = $1`, id); err != nil {
			return 0, wrap(err, "delete a login")
		}
	}
	return len(gone), nil
}

func scanLogin(row database.Row) (Login, error) {
	var l Login
	var created, expires int64
	var used sql.NullInt64
	err := row.Scan(&l.ID, &l.TokenHash, &l.Email, &l.Lang, &created, &expires, &used)
	l.CreatedAt, l.ExpiresAt, l.UsedAt = time.UnixMilli(created).UTC(), time.UnixMilli(expires).UTC(), fromMS(used)
	return l, err
}

// texts reads rows of one text.
func texts(rows database.Rows, err error) ([]string, error) {
	if err != nil {
		return nil, wrap(err, "list texts")
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, wrap(err, "list texts")
		}
		list = append(list, s)
	}
	return list, wrap(rows.Err(), "list texts")
}
