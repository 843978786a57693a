package store

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/pkg/database"
	"doorstep.example/pkg/database/databasetest"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/storefront/internal/order"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func newOrder(n int) order.Order {
	return order.Order{
		ID: order.NewID(), Product: "security-audit", Tier: "automated", CustomerEmail: fmt.Sprintf("Buyer%d@example.com", n), ContactName: "Søren O'Brien 李",
		Fields: map[string]string{"target_url": "https://example.com/", "target_name": "Ex\"ample"}, Amount: 19900, Currency: "usd",
		CreatedAt: noon.Add(time.Duration(n) * time.Minute),
	}
}

// suite opens the database and gives its tests two short hands.
type suite struct {
	*testing.T
	db *database.DB
}

func (s suite) write(f func(database.Tx) error) error { return s.db.InTx(s.Context(), f) }

func (s suite) must(f func(database.Tx) error) {
	s.Helper()
	if err := s.write(f); err != nil {
		s.Fatal(err)
	}
}

func (s suite) insert(o order.Order) order.Order {
	s.Helper()
	s.must(func(tx database.Tx) error { _, err := InsertOrder(s.Context(), tx, o, "checkout"); return err })
	return o
}

// each runs one conformance test over both databases.
func each(t *testing.T, f func(suite)) {
	databasetest.Each(t, func(t *testing.T, url string) {
		f(suite{t, databasetest.Open(t, url, Migrations())})
	})
}

func TestOrderRoundTrip(t *testing.T) {
	each(t, func(s suite) {
		want := s.insert(newOrder(1))
		want.State, want.StateAt, want.Lang = order.AwaitingPayment, want.CreatedAt, "en"
		got, err := Order(s.Context(), s.db.Read(), want.ID)
		if err != nil {
			s.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			s.Error(diff)
		}
		s.must(func(tx database.Tx) error {
			again, err := InsertOrder(s.Context(), tx, want, "again")
			if again {
				s.Error("the same id was inserted twice")
			}
			return err
		})
		if _, err := Order(s.Context(), s.db.Read(), order.NewID()); errs.KindOf(err) != errs.NotFound {
			s.Errorf("unknown order: %v", err)
		}
	})
}

func TestAdvance(t *testing.T) {
	each(t, func(s suite) {
		o := s.insert(newOrder(1))
		advance := func(from, to order.State) error {
			return s.write(func(tx database.Tx) error {
				if to == order.Paid {
					return Pay(s.Context(), tx, o.ID, from, "pi_1", noon.Add(time.Hour), "because")
				}
				return Advance(s.Context(), tx, o.ID, from, to, noon.Add(time.Hour), "because")
			})
		}
		if err := advance(order.AwaitingPayment, order.Paid); err != nil {
			s.Fatal(err)
		}
		if err := advance(order.AwaitingPayment, order.Paid); errs.KindOf(err) != errs.Conflict {
			s.Errorf("second move = %v, want a conflict", err)
		}
		if err := advance(order.Paid, order.Delivered); err == nil {
			s.Error("a move outside the table passed")
		}
		got, err := Order(s.Context(), s.db.Read(), o.ID)
		if err != nil || got.State != order.Paid || !got.PaidAt.Equal(noon.Add(time.Hour)) {
			s.Errorf("order = %+v, %v", got, err)
		}
		entries, err := Timeline(s.Context(), s.db.Read(), o.ID)
		want := []order.Entry{
			{At: o.CreatedAt, Kind: order.EntryState, To: order.AwaitingPayment, Detail: "checkout"},
			{At: noon.Add(time.Hour), Kind: order.EntryState, From: order.AwaitingPayment, To: order.Paid, Detail: "because"},
		}
		if diff := cmp.Diff(want, entries); diff != "" || err != nil {
			s.Errorf("timeline: %s %v", diff, err)
		}
	})
}

func TestCheckTiesStatesToPayment(t *testing.T) {
	each(t, func(s suite) {
		o := s.insert(newOrder(1))
		err := s.write(func(tx database.Tx) error {
			_, err := tx.Exec(s.Context(), `UPDATE orders SET state = 'ready' WHERE id = $1`, string(o.ID))
			return err
		})
		if err == nil {
			s.Error("an unpaid order became ready")
		}
	})
}

func TestAdvanceHasOneWinner(t *testing.T) {
	each(t, func(s suite) {
		o := s.insert(newOrder(1))
		var group sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for range 8 {
			group.Go(func() {
				err := s.write(func(tx database.Tx) error {
					return Pay(s.Context(), tx, o.ID, order.AwaitingPayment, "pi_1", noon, "race")
				})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if errs.KindOf(err) != errs.Conflict {
					s.Errorf("loser: %v", err)
				}
			})
		}
		group.Wait()
		if won != 1 {
			s.Errorf("%d winners", won)
		}
	})
}

func TestSessionIsUnique(t *testing.T) {
	each(t, func(s suite) {
		a, b := s.insert(newOrder(1)), s.insert(newOrder(2))
		s.must(func(tx database.Tx) error { return SetSession(s.Context(), tx, a.ID, "cs_1") })
		if err := s.write(func(tx database.Tx) error { return SetSession(s.Context(), tx, b.ID, "cs_1") }); !database.IsDuplicate(err) {
			s.Errorf("two orders share a session: %v", err)
		}
	})
}

func TestEventIsStoredOnce(t *testing.T) {
	each(t, func(s suite) {
		for i, want := range []bool{true, false} {
			s.must(func(tx database.Tx) error {
				got, err := InsertEvent(s.Context(), tx, Event{ID: "evt_1", Type: "x", CreatedAt: noon, ReceivedAt: noon, Body: []byte(`{}`)})
				if got != want {
					s.Errorf("insert %d = %v", i, got)
				}
				return err
			})
		}
	})
}

func TestOrdersPages(t *testing.T) {
	each(t, func(s suite) {
		var want []order.ID
		for n := range 5 {
			want = append([]order.ID{s.insert(newOrder(n)).ID}, want...)
		}
		var got []order.ID
		cursor := ""
		for range 5 {
			list, next, err := Orders(s.Context(), s.db.Read(), Filter{Limit: 2, Cursor: cursor})
			if err != nil {
				s.Fatal(err)
			}
			for _, o := range list {
				got = append(got, o.ID)
			}
			if cursor = next; cursor == "" {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			s.Error(diff)
		}
		for search, n := range map[string]int{"buyer3@EXAMPLE": 1, string(want[0]): 1, "%": 0, "nobody": 0} {
			list, _, err := Orders(s.Context(), s.db.Read(), Filter{Limit: 10, Search: search})
			if err != nil || len(list) != n {
				s.Errorf("search %q: %d orders, %v", search, len(list), err)
			}
		}
		if _, _, err := Orders(s.Context(), s.db.Read(), Filter{Limit: 1, Cursor: "x"}); errs.KindOf(err) != errs.Invalid {
			s.Errorf("bad cursor: %v", err)
		}
	})
}

func TestMessageOncePerPurpose(t *testing.T) {
	each(t, func(s suite) {
		o := s.insert(newOrder(1))
		var id string
		for i, want := range []bool{true, false} {
			s.must(func(tx database.Tx) error {
				got, fresh, err := InsertMessage(s.Context(), tx, Message{OrderID: o.ID, Purpose: PurposeReceipt, Template: "receipt", To: "a@example.com", CreatedAt: noon})
				if fresh != want {
					s.Errorf("insert %d = %v", i, fresh)
				}
				if fresh {
					id = got
				}
				return err
			})
		}
		s.must(func(tx database.Tx) error {
			return AdvanceMessage(s.Context(), tx, id, MessageMove{From: "queued", To: "accepted", MailerID: "m1", Confirms: true, Detail: "outbox", At: noon.Add(time.Second)})
		})
		if err := s.write(func(tx database.Tx) error {
			return AdvanceMessage(s.Context(), tx, id, MessageMove{From: "queued", To: "accepted", At: noon})
		}); errs.KindOf(err) != errs.Conflict {
			s.Errorf("second take = %v", err)
		}
		list, err := Messages(s.Context(), s.db.Read(), o.ID)
		if err != nil || len(list) != 1 || list[0].State != "accepted" || list[0].MailerID != "m1" || !list[0].Confirms || len(list[0].History) != 2 {
			s.Errorf("messages = %+v, %v", list, err)
		}
	})
}

func TestCancelMessagesSparesAlerts(t *testing.T) {
	each(t, func(s suite) {
		o := s.insert(newOrder(1))
		s.must(func(tx database.Tx) error {
			for _, purpose := range []string{PurposeDelivery, PurposeAlert + "1"} {
				if _, _, err := InsertMessage(s.Context(), tx, Message{OrderID: o.ID, Purpose: purpose, Template: "x", To: "a@example.com", CreatedAt: noon}); err != nil {
					return err
				}
			}
			cancelled, err := CancelMessages(s.Context(), tx, o.ID, noon)
			if !slices.Equal(cancelled, []string{PurposeDelivery}) {
				s.Errorf("cancelled %v", cancelled)
			}
			return err
		})
		list, err := Messages(s.Context(), s.db.Read(), o.ID)
		if err != nil || list[0].State != Cancelled || list[1].State != "queued" {
			s.Errorf("messages = %+v, %v", list, err)
		}
	})
}

func TestArtefactIsPublishedOnce(t *testing.T) {
	each(t, func(s suite) {
		o := s.insert(newOrder(1))
		s.must(func(tx database.Tx) error {
			first, err := InsertArtefact(s.Context(), tx, Artefact{OrderID: o.ID, Name: "report.pdf", Role: RoleGoods, SHA256: "a", CreatedAt: noon})
			if err != nil {
				return err
			}
			second, err := InsertArtefact(s.Context(), tx, Artefact{OrderID: o.ID, Name: "report.pdf", Role: RoleGoods, SHA256: "b", CreatedAt: noon})
			if second.ID != first.ID || second.SHA256 != "a" {
				s.Errorf("published twice: %+v", second)
			}
			return err
		})
	})
}

func TestGrantLimitHoldsUnderConcurrency(t *testing.T) {
	each(t, func(s suite) {
		o := s.insert(newOrder(1))
		var g Grant
		s.must(func(tx database.Tx) error {
			a, err := InsertArtefact(s.Context(), tx, Artefact{OrderID: o.ID, Name: "f", Role: RoleGoods, CreatedAt: noon})
			if err != nil {
				return err
			}
			g, err = InsertGrant(s.Context(), tx, Grant{OrderID: o.ID, ArtefactID: a.ID, MaxUses: 3, CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)})
			return err
		})
		var group sync.WaitGroup
		var mu sync.Mutex
		used := 0
		for range 20 {
			group.Go(func() {
				err := s.write(func(tx database.Tx) error {
					ok, err := UseGrant(s.Context(), tx, g.ID, noon)
					mu.Lock()
					defer mu.Unlock()
					if ok {
						used++
					}
					return err
				})
				if err != nil {
					s.Error(err)
				}
			})
		}
		group.Wait()
		if used != 3 {
			s.Errorf("%d uses of 3", used)
		}
		for name, test := range map[string]struct {
			at     time.Time
			revoke bool
		}{"expired": {noon.Add(2 * time.Hour), false}, "revoked": {noon, true}} {
			s.must(func(tx database.Tx) error {
				fresh, err := InsertGrant(s.Context(), tx, Grant{OrderID: o.ID, ArtefactID: g.ArtefactID, CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)})
				if err != nil {
					return err
				}
				if test.revoke {
					if err := RevokeGrants(s.Context(), tx, o.ID, noon); err != nil {
						return err
					}
				}
				ok, err := UseGrant(s.Context(), tx, fresh.ID, test.at)
				if ok {
					s.Errorf("%s grant was used", name)
				}
				return err
			})
		}
	})
}

func TestAlertIsOneRowWithACounter(t *testing.T) {
	each(t, func(s suite) {
		o := s.insert(newOrder(1))
		raise := func(state string) (Alert, bool) {
			var a Alert
			var news bool
			s.must(func(tx database.Tx) (err error) {
				a, news, err = RaiseAlert(s.Context(), tx, Alert{OrderID: o.ID, Reason: "engine", State: state, LastAt: noon})
				return err
			})
			return a, news
		}
		for i, want := range []struct {
			state string
			news  bool
		}{{AlertRetrying, true}, {AlertRetrying, false}, {AlertNeedsPerson, true}, {AlertNeedsPerson, false}} {
			if a, news := raise(want.state); news != want.news || a.Count != i+1 || a.State != want.state {
				s.Errorf("raise %d: %+v news %v", i, a, news)
			}
		}
		s.must(func(tx database.Tx) error {
			a, open, err := ResolveAlert(s.Context(), tx, o.ID, "engine", noon)
			if !open || a.Count != 4 {
				s.Error("nothing to resolve")
			}
			return err
		})
		list, err := Alerts(s.Context(), s.db.Read(), "", 10)
		if err != nil || len(list) != 1 || list[0].State != AlertResolved {
			s.Errorf("alerts = %+v, %v", list, err)
		}
	})
}

func TestCustomerReturns(t *testing.T) {
	each(t, func(s suite) {
		for range 2 {
			s.must(func(tx database.Tx) error { return CountPurchase(s.Context(), tx, "A@Example.com", "A", noon) })
		}
		if n, err := Purchases(s.Context(), s.db.Read(), "a@example.COM"); err != nil || n != 2 {
			s.Errorf("%d purchases, %v", n, err)
		}
	})
}

func TestSettingIsMadeOnce(t *testing.T) {
	each(t, func(s suite) {
		for _, fresh := range []string{"first", "second"} {
			s.must(func(tx database.Tx) error {
				got, err := Setting(s.Context(), tx, "key", func() string { return fresh })
				if got != "first" {
					s.Errorf("setting = %q", got)
				}
				return err
			})
		}
	})
}

func TestProgressAndReport(t *testing.T) {
	each(t, func(s suite) {
		o := s.insert(newOrder(1))
		s.must(func(tx database.Tx) error {
			for done := range 3 {
				if err := SetProgress(s.Context(), tx, o.ID, Progress{Title: "TLS", Done: done, Total: 14, UpdatedAt: noon}); err != nil {
					return err
				}
			}
			return InsertReport(s.Context(), tx, Report{ReportID: "AR-1", OrderID: o.ID, Target: "t", Grade: "C", Score: 64, Summary: map[string]int{"high": 2}, SHA256: "x", IssuedAt: noon})
		})
		p, err := ProgressOf(s.Context(), s.db.Read(), o.ID)
		if err != nil || p.Done != 2 || p.Total != 14 {
			s.Errorf("progress = %+v, %v", p, err)
		}
		r, err := ReportByID(s.Context(), s.db.Read(), "AR-1")
		if err != nil || r.OrderID != o.ID || r.Summary["high"] != 2 {
			s.Errorf("report = %+v, %v", r, err)
		}
	})
}
