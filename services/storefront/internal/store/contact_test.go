package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
)

func TestContactMessages(t *testing.T) {
	each(t, func(s suite) {
		ctx := s.Context()
		var want []ContactMessage // newest first
		for n, state := range []string{ContactMailed, ContactKept, ContactMailed} {
			m := ContactMessage{
				At: noon.Add(time.Duration(n) * time.Minute), Name: "Søren 李", Email: "soren@example.com", Company: "Ex\"ample", Text: "two\nlines <b>",
				Lang: "de", Verdict: "legitimate", Reason: "none", State: state,
			}
			s.must(func(tx database.Tx) (err error) { m.ID, err = InsertContact(ctx, tx, m); return err })
			want = append([]ContactMessage{m}, want...)
		}
		got, err := ContactMessages(ctx, s.db.Read(), 2)
		if diff := cmp.Diff(want[:2], got); diff != "" || err != nil {
			s.Errorf("messages: %s %v", diff, err)
		}
		one, err := ContactByID(ctx, s.db.Read(), want[2].ID)
		if diff := cmp.Diff(want[2], one); diff != "" || err != nil {
			s.Errorf("message: %s %v", diff, err)
		}
		if _, err := ContactByID(ctx, s.db.Read(), "none"); errs.KindOf(err) != errs.NotFound {
			s.Errorf("unknown message: %v", err)
		}
	})
}

func TestVerdicts(t *testing.T) {
	each(t, func(s suite) {
		ctx := s.Context()
		night := time.Date(2026, 11, 24, 23, 59, 59, 0, time.UTC)
		for _, v := range []struct {
			at              time.Time
			verdict, reason string
		}{
			{noon.AddDate(0, 0, -1), "spam", "links"},
			{noon, "spam", "links"}, {night, "spam", "links"}, {noon, "spam", "words"}, {noon, "attack", ""},
			{night.Add(time.Second).In(time.FixedZone("", -5*3600)), "test", "word"}, // the next day in UTC
		} {
			s.must(func(tx database.Tx) error { return CountVerdict(ctx, tx, v.at, v.verdict, v.reason) })
		}
		got, err := Verdicts(ctx, s.db.Read(), noon)
		want := []VerdictCount{
			{"2026-11-25", "test", "word", 1},
			{"2026-11-24", "attack", "", 1}, {"2026-11-24", "spam", "links", 2}, {"2026-11-24", "spam", "words", 1},
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			s.Errorf("verdicts: %s %v", diff, err)
		}
		if err := s.write(func(tx database.Tx) error { return CountVerdict(ctx, tx, noon, "nice", "") }); err == nil {
			s.Error("a verdict that does not exist was counted")
		}
	})
}
