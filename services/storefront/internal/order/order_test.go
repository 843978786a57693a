package order

import (
	"slices"
	"strings"
	"testing"
)

func TestNewID(t *testing.T) {
	seen := map[ID]bool{}
	for range 2000 {
		id := NewID()
		if _, err := ParseID(string(id)); err != nil {
			t.Fatalf("ParseID(%q) = %v", id, err)
		}
		if seen[id] {
			t.Fatalf("%q twice", id)
		}
		seen[id] = true
	}
}

func TestParseIDRefuses(t *testing.T) {
	good := string(NewID())
	for _, bad := range []string{"", good[:25], good + "0", "8" + good[1:], strings.ToUpper("a" + good[1:]), "0l" + good[2:], "0é" + good[3:], "../../etc/passwd/aaaaaaaaaa"} {
		if _, err := ParseID(bad); err == nil {
			t.Errorf("ParseID(%q) passed", bad)
		}
	}
}

func TestReportID(t *testing.T) {
	id := NewID()
	if got := id.ReportID(); got != id.ReportID() || len(got) != 13 || strings.Contains(strings.ToLower(string(id)), strings.ToLower(got[3:])) {
		t.Errorf("ReportID = %q of %q", got, id)
	}
}

func TestTableIsClosed(t *testing.T) {
	if len(moves) != len(States()) {
		t.Fatalf("%d rows, %d states", len(moves), len(States()))
	}
	for _, from := range States() {
		for _, to := range from.Moves() {
			if !to.Valid() || to == from {
				t.Errorf("%s → %s", from, to)
			}
		}
		if from != Refunded && !from.CanBecome(Refunded) {
			t.Errorf("%s cannot be refunded", from)
		}
	}
	if len(Refunded.Moves()) != 0 {
		t.Error("something leaves refunded")
	}
}

func TestEveryStateIsReached(t *testing.T) {
	reached := []State{AwaitingPayment}
	for i := 0; i < len(reached); i++ {
		for _, to := range reached[i].Moves() {
			if !slices.Contains(reached, to) {
				reached = append(reached, to)
			}
		}
	}
	if len(reached) != len(States()) {
		t.Errorf("reached %v", reached)
	}
}
