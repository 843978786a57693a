package webhook

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	stripewebhook "github.com/stripe/stripe-go/v76/webhook"

	"doorstep.example/pkg/config"
	"doorstep.example/services/stripe-sandbox/internal/account"
)

const patience = 30 * time.Second

// engine runs an engine that delivers to handler until the returned stop.
func engine(t *testing.T, scale float64, handler http.HandlerFunc) (e *Engine, stop func()) {
	t.Helper()
	server := httptest.NewServer(handler)
	e = New(Config{URL: server.URL, Secrets: []config.Secret{"whsec_test"}, Scale: scale, Log: slog.New(slog.DiscardHandler), Delivered: func(string) {}})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.Run(ctx)
	}()
	stop = func() {
		cancel()
		<-done
	}
	t.Cleanup(func() {
		stop()
		server.Close()
	})
	return e, stop
}

func event(id string) account.Event {
	return account.Event{ID: id, Object: "event", Type: "charge.refunded", APIVersion: account.APIVersion, Data: account.EventData{Object: json.RawMessage(`{"id":"ch_1"}`)}}
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(what + " never came")
		}
	}
}

func TestScheduleIsThreeDays(t *testing.T) {
	t.Parallel()
	var sum time.Duration
	for i, pause := range Schedule {
		if i > 0 && pause < Schedule[i-1] {
			t.Errorf("wait %d is shorter than the one before", i)
		}
		sum += pause
	}
	if sum < 66*time.Hour || sum > 72*time.Hour {
		t.Errorf("the waits add up to %v, want about three days", sum)
	}
	if pause, again := wait(1, 60); pause != time.Second || !again {
		t.Errorf("wait(1, 60) = %v %t, want a second", pause, again)
	}
	if _, again := wait(len(Schedule)+1, 1); again {
		t.Error("there is a try after the last")
	}
}

func TestSignIsStripes(t *testing.T) {
	t.Parallel()
	body, now := []byte(`{"id":"evt_1","api_version":"2023-10-16"}`), time.Now()
	header := Sign(body, now, []config.Secret{"whsec_new", "whsec_old"})
	for _, secret := range []string{"whsec_new", "whsec_old"} {
		if _, err := stripewebhook.ConstructEvent(body, header, secret); err != nil {
			t.Errorf("%s: %v", secret, err)
		}
	}
	if _, err := stripewebhook.ConstructEvent(body, header, "whsec_other"); err == nil {
		t.Error("a secret that did not sign verifies")
	}
}

func TestGivesUpAfterTheLastTry(t *testing.T) {
	t.Parallel()
	var tries atomic.Int64
	e, _ := engine(t, 1e9, func(w http.ResponseWriter, _ *http.Request) {
		tries.Add(1)
		w.WriteHeader(http.StatusInternalServerError)
	})
	e.Send(event("evt_1"))
	waitFor(t, "the last try", func() bool {
		pending, _ := e.Waiting()
		return pending == 0 && len(e.Attempts("evt_1", 100)) > 0
	})
	want := int64(1 + len(Schedule))
	log := e.Attempts("evt_1", 100)
	if tries.Load() != want || int64(len(log)) != want || log[0].Next != nil || log[0].Outcome != Failed {
		t.Errorf("%d tries, %d in the log, last %+v; want %d and no next one", tries.Load(), len(log), log[0], want)
	}
}

func TestUnreachableEndpoint(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, 1, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		conn.Close()
	})
	e.Send(event("evt_1"))
	waitFor(t, "the attempt", func() bool { return len(e.Attempts("", 1)) == 1 })
	a := e.Attempts("", 1)[0]
	if a.Outcome != Failed || a.Status != 0 || a.Error == "" || strings.Contains(a.Error, "http://") {
		t.Errorf("attempt: %+v", a)
	}
	if pause := a.Next.Sub(a.At); pause < 59*time.Second || pause > 70*time.Second {
		t.Errorf("unscaled, the next try is in %v, want a minute", pause)
	}
}

func TestReleasedEventsKeepTheirOrderOverTwoReleases(t *testing.T) {
	t.Parallel()
	order := make(chan string, 10)
	release := make(chan struct{})
	e, _ := engine(t, 1, func(_ http.ResponseWriter, r *http.Request) {
		var in struct{ ID string }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error(err)
		}
		order <- in.ID
		<-release
	})
	on, off := true, false
	for _, pair := range [][]string{{"1", "2"}, {"3", "4"}} {
		e.Set(Change{Hold: &on})
		for _, id := range pair {
			e.Send(event(id))
		}
		e.Set(Change{Hold: &off})
	}
	first := <-order
	pending, _ := e.Waiting()
	close(release)
	got := []string{first, <-order, <-order, <-order}
	if want := []string{"2", "1", "4", "3"}; !slices.Equal(got, want) || pending != 4 {
		t.Errorf("order %v, want %v; %d pending during the first, want 4", got, want, pending)
	}
}

func TestStopSendsWhatIsDueAndLosesWhatWaits(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}), make(chan struct{})
	e, stop := engine(t, 1, func(w http.ResponseWriter, r *http.Request) {
		var in struct{ ID string }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error(err)
		}
		if in.ID == "evt_slow" {
			close(arrived)
			<-release
			return
		}
		w.WriteHeader(http.StatusInternalServerError)
	})
	e.Send(event("evt_waits"))
	waitFor(t, "the failed try", func() bool { return len(e.Attempts("evt_waits", 9)) == 1 })
	e.Send(event("evt_slow"))
	<-arrived
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		stop()
	}()
	waitFor(t, "the stop", func() bool { return len(e.Problems()) > 0 })
	e.Send(event("evt_late"))
	close(release)
	select {
	case <-stopped:
	case <-time.After(patience):
		t.Fatal("the engine did not stop")
	}
	for id, want := range map[string]Outcome{"evt_slow": Delivered, "evt_waits": Lost, "evt_late": Lost} {
		if a := e.Attempts(id, 1); len(a) != 1 || a[0].Outcome != want {
			t.Errorf("%s: %+v, want %s", id, a, want)
		}
	}
}

func TestQueueIsBounded(t *testing.T) {
	t.Parallel()
	e := New(Config{Log: slog.New(slog.DiscardHandler)}) // does not run
	e.Resend(event("evt_1"), maxQueue)
	if len(e.Problems()) == 0 {
		t.Error("a full queue is no problem")
	}
	e.Send(event("evt_2"))
	if a := e.Attempts("", 9); len(a) != 1 || a[0].Outcome != Lost || a[0].Event != "evt_2" {
		t.Errorf("log: %+v", a)
	}
}

func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	e := New(Config{})
	for range maxAttempts + 5 {
		e.record(Attempt{Event: "evt_1"})
	}
	if n := len(e.Attempts("", maxAttempts*2)); n != maxAttempts {
		t.Errorf("%d attempts kept, want %d", n, maxAttempts)
	}
}
