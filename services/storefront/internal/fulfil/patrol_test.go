package fulfil

import (
	"context"
	"testing"
	"time"

	"doorstep.example/pkg/auditapi/auditapitest"
	"doorstep.example/pkg/database"
	"doorstep.example/pkg/mailapi/mailapitest"
	"doorstep.example/services/storefront/internal/alert"
	"doorstep.example/services/storefront/internal/order"
	"doorstep.example/services/storefront/internal/store"
)

// exec runs a statement that no code of ours would.
func (w *world) exec(query string, args ...any) {
	w.Helper()
	err := w.DB.InTx(w.Context(), func(tx database.Tx) error {
		_, err := tx.Exec(w.Context(), query, args...)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
}

func TestSweeperFindsOrdersWithoutAJob(t *testing.T) {
	eachWorld(t, func(w *world) {
		ago := w.Now().Add(-2 * sweepGrace).UnixMilli()
		// A sale whose jobs vanish before they are worked.
		s := w.session("agent-playbook")
		err := w.DB.InTx(w.Context(), func(tx database.Tx) error {
			if _, err := w.Session(w.Context(), tx, s); err != nil {
				return err
			}
			_, err := tx.Exec(w.Context(), `DELETE FROM river_job`)
			return err
		})
		if err != nil {
			w.Fatal(err)
		}
		id, err := s.OrderID()
		if err != nil {
			w.Fatal(err)
		}
		if err := w.Sweep(w.Context()); err != nil { // too fresh: nothing is done twice
			w.Fatal(err)
		}
		time.Sleep(200 * time.Millisecond)
		w.becomes(id, order.Paid)
		w.exec(`UPDATE orders SET state_at = $1`, ago)
		w.exec(`UPDATE messages SET created_at = $1`, ago)
		if err := w.Sweep(w.Context()); err != nil {
			w.Fatal(err)
		}
		w.becomes(id, order.Sent)
		w.mails(2) // the receipt was not forgotten either
		w.oneMailEach(id)
	})
}

func TestSweeperLeavesLiveJobsAlone(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.engine.Fail(1, auditapitest.Fault{Hang: true})
		id := w.apply(w.session("security-audit"))
		w.becomes(id, order.Working)
		w.exec(`UPDATE orders SET state_at = $1`, w.Now().Add(-time.Hour).UnixMilli())
		for range 3 {
			if err := w.Sweep(w.Context()); err != nil {
				w.Fatal(err)
			}
		}
		w.engine.Release()
		w.becomes(id, order.Sent)
		if n := len(w.engine.Requests()); n != 1 {
			w.Errorf("%d audits, want 1", n)
		}
	})
}

func TestLateOrdersAreAlertedOnce(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.engine.Fail(1, auditapitest.Fault{Hang: true})
		id := w.apply(w.session("security-audit"))
		w.becomes(id, order.Working)
		for _, paid := range []time.Duration{14 * time.Minute, 16 * time.Minute, 17 * time.Minute} { // 15 are promised
			w.exec(`UPDATE orders SET paid_at = $1`, w.Now().Add(-paid).UnixMilli())
			if err := w.Deadlines(w.Context()); err != nil {
				w.Fatal(err)
			}
			late := paid > 15*time.Minute
			if got := w.alertStates(id)[alert.ReasonDeadline]; (got == store.AlertNeedsPerson) != late {
				w.Errorf("%s after payment: alert %q", paid, got)
			}
		}
		list, err := store.Alerts(w.Context(), w.DB.Read(), id, 10)
		if err != nil || len(list) != 1 || list[0].Count != 1 {
			w.Errorf("alerts = %+v, %v; want one, raised once", list, err)
		}
		w.engine.Release()
		w.becomes(id, order.Sent)
		if got := w.alertStates(id)[alert.ReasonDeadline]; got != store.AlertResolved {
			w.Errorf("after it was sent: alert %q", got)
		}
	})
}

func TestStepThatKillsTheProcessIsSetAside(t *testing.T) {
	eachWorld(t, func(w *world) {
		poisoned, good := w.session("agent-playbook"), w.session("agent-playbook")
		id, err := poisoned.OrderID()
		if err != nil {
			w.Fatal(err)
		}
		// What three killed processes leave behind.
		w.exec(`INSERT INTO runs (step, subject, starts) VALUES ('produce', $1, 3)`, string(id))
		w.apply(poisoned)
		w.becomes(id, order.Failed)
		if got := w.alertStates(id)[alert.ReasonProduce]; got != store.AlertNeedsPerson {
			w.Errorf("alert %q", got)
		}
		w.becomes(w.apply(good), order.Sent)
	})
}

func TestFailuresThatWeSeeAreNotCrashes(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.mailer.Fail(5, mailapitest.Fault{Status: 503, RetryAfter: time.Second})
		id := w.apply(w.session("agent-playbook"))
		w.becomes(id, order.Sent)
		left := -1
		for limit := time.Now().Add(patience); left != 0 && time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
			if err := w.DB.Read().QueryRow(w.Context(), `SELECT count(*) FROM runs`).Scan(&left); err != nil {
				w.Fatal(err)
			}
		}
		if left != 0 {
			w.Errorf("%d runs are left", left)
		}
	})
}

func TestOneProcessTakesARound(t *testing.T) {
	eachWorld(t, func(w *world) {
		done := 0
		task := Task{Name: "count", Every: time.Hour, Do: func(context.Context) error { done++; return nil }}
		for range 5 {
			if err := w.round(w.Context(), task); err != nil {
				w.Fatal(err)
			}
		}
		if done != 1 {
			w.Errorf("done %d times in one round", done)
		}
	})
}
