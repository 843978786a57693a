package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/errs"
)

func newLogin(hash string) Login {
	return Login{ID: NewLoginID(), TokenHash: hash, Email: "ada@example.com", Lang: "de", CreatedAt: noon, ExpiresAt: noon.Add(15 * time.Minute)}
}

func TestLoginIsUsedOnce(t *testing.T) {
	each(t, func(s suite) {
		ctx := s.Context()
		l := newLogin("h1")
		s.must(func(tx database.Tx) error { return InsertLogin(ctx, tx, l) })
		got, err := LoginByID(ctx, s.db.Read(), l.ID)
		if diff := cmp.Diff(l, got); diff != "" || err != nil {
			s.Errorf("login: %s %v", diff, err)
		}
		use := func(hash string, at time.Time) (used Login, err error) {
			err = s.write(func(tx database.Tx) (err error) { used, err = UseLogin(ctx, tx, hash, at); return err })
			return used, err
		}
		for name, try := range map[string]struct {
			hash string
			at   time.Time
		}{"unknown": {"h2", noon}, "over": {"h1", l.ExpiresAt}} {
			if _, err := use(try.hash, try.at); errs.KindOf(err) != errs.NotFound {
				s.Errorf("%s: %v", name, err)
			}
		}
		at := l.ExpiresAt.Add(-time.Millisecond)
		l.UsedAt = at
		got, err = use("h1", at)
		if diff := cmp.Diff(l, got); diff != "" || err != nil {
			s.Errorf("used login: %s %v", diff, err)
		}
		if _, err := use("h1", at); errs.KindOf(err) != errs.NotFound {
			s.Errorf("second use: %v", err)
		}
	})
}

func TestPurgeLoginsTakesTheirMailsAlong(t *testing.T) {
	each(t, func(s suite) {
		ctx := s.Context()
		old, young := newLogin("h1"), newLogin("h2")
		young.ExpiresAt = noon.Add(time.Hour)
		mails := map[string]string{}
		s.must(func(tx database.Tx) error {
			for _, l := range []Login{old, young} {
				if err := InsertLogin(ctx, tx, l); err != nil {
					return err
				}
				id, _, err := InsertMessage(ctx, tx, Message{Purpose: PurposeLogin + l.ID, Template: "login", To: l.Email, CreatedAt: noon})
				if err != nil {
					return err
				}
				mails[l.ID] = id
				if err := AdvanceMessage(ctx, tx, id, MessageMove{From: "queued", To: Cancelled, At: noon}); err != nil {
					return err
				}
			}
			return nil
		})
		var purged []int
		for range 2 {
			s.must(func(tx database.Tx) error {
				n, err := PurgeLogins(ctx, tx, noon.Add(30*time.Minute), 10)
				purged = append(purged, n)
				return err
			})
		}
		if diff := cmp.Diff([]int{1, 0}, purged); diff != "" {
			s.Error(diff)
		}
		for id, want := range map[string]bool{old.ID: false, young.ID: true} {
			_, err := LoginByID(ctx, s.db.Read(), id)
			_, mailErr := MessageByID(ctx, s.db.Read(), mails[id])
			if (err == nil) != want || (mailErr == nil) != want {
				s.Errorf("kept %v: %v, %v", want, err, mailErr)
			}
		}
	})
}

func TestSession(t *testing.T) {
	each(t, func(s suite) {
		ctx := s.Context()
		want := PortalSession{ID: "s1", Email: "ada@example.com", Lang: "en", CreatedAt: noon, LastAt: noon, ExpiresAt: noon.Add(time.Hour)}
		s.must(func(tx database.Tx) error { return InsertSession(ctx, tx, want) })
		got, err := SessionByID(ctx, s.db.Read(), "s1", noon.Add(time.Hour-time.Millisecond))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			s.Errorf("session: %s %v", diff, err)
		}
		over := func(id string, at time.Time) {
			s.Helper()
			if _, err := SessionByID(ctx, s.db.Read(), id, at); errs.KindOf(err) != errs.NotFound {
				s.Errorf("session %s at %s: %v", id, at, err)
			}
		}
		over("s1", noon.Add(time.Hour))
		over("s2", noon)
		s.must(func(tx database.Tx) error {
			return TouchSession(ctx, tx, "s1", noon.Add(time.Minute), noon.Add(2*time.Hour))
		})
		if got, err := SessionByID(ctx, s.db.Read(), "s1", noon.Add(time.Hour)); err != nil || !got.LastAt.Equal(noon.Add(time.Minute)) {
			s.Errorf("touched session: %+v, %v", got, err)
		}
		s.must(func(tx database.Tx) error { return DeleteSession(ctx, tx, "s1") })
		s.must(func(tx database.Tx) error { return TouchSession(ctx, tx, "s1", noon, noon.Add(time.Hour)) })
		over("s1", noon)
	})
}

func TestPurgeSessions(t *testing.T) {
	each(t, func(s suite) {
		ctx := s.Context()
		s.must(func(tx database.Tx) error {
			for id, expires := range map[string]time.Time{"over": noon, "open": noon.Add(1)} {
				if err := InsertSession(ctx, tx, PortalSession{ID: id, CreatedAt: noon, LastAt: noon, ExpiresAt: expires.Add(time.Millisecond)}); err != nil {
					return err
				}
			}
			n, err := PurgeSessions(ctx, tx, noon, 10)
			if n != 0 {
				s.Errorf("%d were purged too early", n)
			}
			if err != nil {
				return err
			}
			n, err = PurgeSessions(ctx, tx, noon.Add(time.Millisecond), 1)
			if n != 1 {
				s.Errorf("%d were purged, want 1 at most", n)
			}
			return err
		})
	})
}
