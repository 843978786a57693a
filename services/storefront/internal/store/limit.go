package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"doorstep.example/pkg/database"
)

// Take counts one use of key within a limit that holds over all machines: n at once,
// and then one each per/n. It returns how long to wait when it is one too many, and
// 0 when it is counted. of is whose key it is, kept as a hash only.
//
// One statement decides, so that of many at once no more than n get through (GCRA, as
// in package limit).
func Take(ctx context.Context, tx database.Tx, key, of string, n int, per time.Duration, now time.Time) (time.Duration, error) {
	sum := sha256.Sum256([]byte(of))
	id := key + ":" + hex.EncodeToString(sum[:])
	step := per.Milliseconds() / int64(n)
	var full int64
	// A key that is new, or full again, begins now; else it goes on from where it is.
	err := tx.QueryRow(ctx, `INSERT INTO limits (key, full_at) VALUES ($1, $2)
		ON CONFLICT (key) DO UPDATE SET full_at = CASE WHEN limits.full_at > $3 THEN limits.full_at + $4 ELSE excluded.full_at END
		WHERE limits.full_at <= $5 RETURNING full_at`,
		id, now.UnixMilli()+step, now.UnixMilli(), step, now.Add(per).UnixMilli()-step).Scan(&full)
	if err == nil {
		return 0, nil
	}
	if !errors.Is(err, database.ErrNoRows) {
		return 0, wrap(err, "count against a limit")
	}
	if err := tx.QueryRow(ctx, `SELECT full_at FROM limits WHERE key = $1`, id).Scan(&full); err != nil {
		return 0, wrap(err, "read a limit")
	}
	// Another machine's clock may be behind: a wait is never nothing.
	return max(time.UnixMilli(full+step).Sub(now)-per, time.Millisecond), nil
}

// PurgeLimits deletes up to limit keys that mean nothing any more, and returns how many.
func PurgeLimits(ctx context.Context, tx database.Tx, now time.Time, limit int) (int, error) {
	n, err := tx.Exec(ctx, `DELETE FROM limits WHERE key IN (SELECT key FROM limits WHERE full_at <= $1 LIMIT $2)`, now.UnixMilli(), limit)
	return int(n), wrap(err, "delete the limits that are over")
}
