package store

import (
	"context"
	"time"

	"doorstep.example/pkg/database"
)

// VerdictCount is how often a verdict was given on a day for a reason.
type VerdictCount struct {
	Day     string // YYYY-MM-DD, UTC
	Verdict string // one of mailapi's
	Reason  string
	Count   int
}

// CountVerdict counts one verdict. Reasons are words of ours, never of the sender, so
// that a stranger cannot make rows.
func CountVerdict(ctx context.Context, tx database.Tx, at time.Time, verdict, reason string) error {
	_, err := tx.Exec(ctx, `INSERT INTO screenings (day, verdict, reason, count) VALUES ($1, $2, $3, 1)
		ON CONFLICT (day, verdict, reason) DO UPDATE SET count = screenings.count + 1`, day(at), verdict, reason)
	return wrap(err, "count the verdict")
}

// Verdicts lists the counts since the day of a time, newest day first.
func Verdicts(ctx context.Context, q database.Queryer, since time.Time) ([]VerdictCount, error) {
	rows, err := q.Query(ctx, `SELECT day, verdict, reason, count FROM screenings WHERE day >= $1 ORDER BY day DESC, verdict, reason`, day(since))
	if err != nil {
		return nil, wrap(err, "list the verdicts")
	}
	defer rows.Close()
	var list []VerdictCount
	for rows.Next() {
		var v VerdictCount
		if err := rows.Scan(&v.Day, &v.Verdict, &v.Reason, &v.Count); err != nil {
			return nil, wrap(err, "list the verdicts")
		}
		list = append(list, v)
	}
	return list, wrap(rows.Err(), "list the verdicts")
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
