package check

import (
	"strings"
	"testing"

	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

// TestSuiteEvidenceIsBounded: a server that accepts everything does not fill pages.
func TestSuiteEvidenceIsBounded(t *testing.T) {
	t.Parallel()
	seen := &TLS{Address: "shop.example:443", Result: &tlsprobe.Result{Versions: []tlsprobe.Version{
		{ID: tlsprobe.TLS12, Offered: tlsprobe.Yes, Suites: tlsprobe.Suites()},
		{ID: tlsprobe.TLS13, Offered: tlsprobe.Yes},
	}}}
	got := seen.suiteEvidence(func(tlsprobe.Suite) bool { return true })
	if n := strings.Count(got, "\n"); n != maxSuites+2 || !strings.Contains(got, "more") || strings.Contains(got, "TLS 1.3") {
		t.Errorf("%d lines:\n%s", n, got)
	}
}

func TestUnclear(t *testing.T) {
	t.Parallel()
	yes := func(id uint16, complete bool) tlsprobe.Version {
		return tlsprobe.Version{ID: id, Offered: tlsprobe.Yes, Complete: complete}
	}
	no := func(id uint16) tlsprobe.Version { return tlsprobe.Version{ID: id, Offered: tlsprobe.No} }
	unknown := func(id uint16) tlsprobe.Version { return tlsprobe.Version{ID: id} }
	for _, test := range []struct {
		versions []tlsprobe.Version
		want     string
	}{
		{[]tlsprobe.Version{unknown(tlsprobe.SSL30), unknown(tlsprobe.TLS11), yes(tlsprobe.TLS12, true)}, ""},
		{[]tlsprobe.Version{no(tlsprobe.TLS11), no(tlsprobe.TLS12), yes(tlsprobe.TLS13, true)}, ""},
		{[]tlsprobe.Version{yes(tlsprobe.TLS11, true), yes(tlsprobe.TLS12, false)}, "TLS 1.2"},
		{[]tlsprobe.Version{yes(tlsprobe.TLS11, false), yes(tlsprobe.TLS12, true)}, "TLS 1.1"},
		{[]tlsprobe.Version{unknown(tlsprobe.TLS11), no(tlsprobe.TLS12)}, "TLS 1.1"},
		{[]tlsprobe.Version{unknown(tlsprobe.SSL20), unknown(tlsprobe.TLS12), yes(tlsprobe.TLS13, true)}, "TLS 1.2"},
	} {
		if got := (&TLS{Result: &tlsprobe.Result{Versions: test.versions}}).unclear(); got != test.want {
			t.Errorf("unclear(%+v) = %q, want %q", test.versions, got, test.want)
		}
	}
}
