package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"testing"
	"time"

	stripe "github.com/stripe/stripe-go/v76/webhook"

	"doorstep.example/deploy/e2e/stack"
)

func TestEvent(t *testing.T) {
	for _, what := range []sale{playbook, audit("https://127.0.0.1:8443/")} {
		id, body := what.event(time.Now())
		if !regexp.MustCompile(`^[0-7][0-9a-hjkmnp-tv-z]{25}$`).MatchString(id) {
			t.Errorf("%q is not an order's id", id)
		}
		if len(body) < 2500 || len(body) > 3500 {
			t.Errorf("an event of %d bytes, want about 3 KB", len(body))
		}
		var e struct {
			ID   string
			Data struct {
				Object struct {
					Metadata map[string]string
					Amount   int `json:"amount_total"`
				}
			}
		}
		if err := json.Unmarshal([]byte(body), &e); err != nil {
			t.Fatal(err)
		}
		if e.Data.Object.Metadata["order_id"] != id || e.Data.Object.Metadata["product"] != what.product || e.Data.Object.Amount != what.amount {
			t.Errorf("the event says %+v", e)
		}
		if _, other := what.event(time.Now()); other == body {
			t.Error("two events are the same")
		}
	}
}

func TestPercentile(t *testing.T) {
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(100-i)) // 100 … 1
	}
	for _, test := range []struct {
		list []time.Duration
		p    int
		want time.Duration
	}{
		{nil, 50, 0}, {[]time.Duration{7}, 50, 7}, {[]time.Duration{7}, 99, 7},
		{[]time.Duration{2, 1}, 50, 1}, {[]time.Duration{3, 1, 2}, 50, 2}, {[]time.Duration{1, 2}, 99, 2},
		{hundred, 50, 50}, {hundred, 99, 99}, {hundred[1:], 99, 99},
	} {
		if got := percentile(test.list, test.p); got != test.want {
			t.Errorf("percentile(%d values, %d) = %d, want %d", len(test.list), test.p, got, test.want)
		}
	}
}

func TestFormat(t *testing.T) {
	for _, test := range []struct {
		value float64
		unit  string
		want  string
	}{
		{4123.04, perSecond, "4123.0"}, {0.3123, ratio, "0.312"}, {12.44, ms, "12.4"}, {0.0541, ms, "0.054"}, {3, count, "3"},
	} {
		if got := format(test.value, test.unit); got != test.want {
			t.Errorf("format(%v, %s) = %s, want %s", test.value, test.unit, got, test.want)
		}
	}
}

func TestParseBench(t *testing.T) {
	const out = `goos: linux
cpu: Some Processor
BenchmarkPDF/sample-2         	      20	  43000000 ns/op	   3.00 MB/s	24975607 B/op	   73409 allocs/op
BenchmarkPDF/ninety           	      20	 187642397.5 ns/op	   2.29 MB/s	82582243 B/op	  310890 allocs/op
PASS
`
	got, err := parseBench([]byte(out))
	if err != nil || len(got) != 2 {
		t.Fatalf("%v, %v", got, err)
	}
	if want := (document{name: "sample", took: 43 * time.Millisecond, size: 129000, allocated: 24975607}); got[0] != want {
		t.Errorf("%+v, want %+v", got[0], want)
	}
	if got[1].name != "ninety" {
		t.Errorf("%+v", got[1])
	}
	if _, err := parseBench([]byte("PASS\n")); err == nil {
		t.Error("no figures and no error")
	}
}

func TestResident(t *testing.T) {
	if kb, ok := resident([]byte("Name:\tx\nVmHWM:\t  99 kB\nVmRSS:\t   2048 kB\nThreads:\t4\n")); kb != 2048 || !ok {
		t.Errorf("resident = %v, %v", kb, ok)
	}
	if _, ok := resident([]byte("Name:\tx\n")); ok {
		t.Error("resident found what is not there")
	}
}

// TestLoad sends events, right and wrong ones, to the baseline.
func TestLoad(t *testing.T) {
	addr, stop, err := serveBare(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	var requests [][]byte
	for i := range 50 {
		now := time.Now()
		_, body := playbook.event(now)
		signature := stack.Sign(body, now, stack.WebhookSecret)
		if stripe.ValidatePayload([]byte(body), signature, stack.WebhookSecret) != nil {
			t.Fatal("an event is signed wrongly")
		}
		if i < 10 {
			signature = stack.Sign(body, now, "whsec_of_somebody_else")
		}
		requests = append(requests, request(addr, body, signature))
	}
	got, err := load{addr: addr, connections: 4, requests: requests, atMost: time.Minute}.run(t.Context())
	if err != nil || len(got.latency) != 40 || got.refused != 10 || got.status != http.StatusBadRequest || got.rate() <= 0 {
		t.Errorf("%d answered, %d refused (%d), %v", len(got.latency), got.refused, got.status, err)
	}
	got, err = load{addr: addr, connections: 2, requests: requests[10:], again: true, atMost: 200 * time.Millisecond}.run(t.Context())
	if err != nil || len(got.latency) <= 40 || got.took < 200*time.Millisecond {
		t.Errorf("%d answered in %s, %v; want more than once around", len(got.latency), got.took, err)
	}
}

func TestEach(t *testing.T) {
	failure := errors.New("seven")
	done := make([]bool, 20)
	if err := each(len(done), 4, func(i int) error { done[i] = true; return nil }); err != nil {
		t.Fatal(err)
	}
	for i, ok := range done {
		if !ok {
			t.Errorf("%d was left out", i)
		}
	}
	err := each(20, 4, func(i int) error {
		if i == 7 {
			return failure
		}
		return nil
	})
	if !errors.Is(err, failure) {
		t.Errorf("each = %v", err)
	}
}
