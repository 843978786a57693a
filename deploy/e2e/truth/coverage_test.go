package truth_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"doorstep.example/pkg/auditapi"
)

// elsewhere are checks, or their worst severities, that no server here can have, with
// the reason. The engine's own tests have them as recorded answers.
var elsewhere = map[string]string{
	"tls-compression": "OpenSSL is built without it, Go never had it",
	"tls-downgrade":   "all programs of today notice it",
	"cookie-scope":    "needs a name with a domain above it, which loopback has not",
	"ipv6":            "needs a public name",
	"dnssec":          "needs a public name",
	"dns-caa":         "needs a public name", "dns-dangling-cname": "needs a public name",
	"mail-dmarc": "needs a public name", "mail-spf": "needs a public name", "mail-null-mx": "needs a public name",
	"dns-dane": "needs a public name", "mail-mta-sts": "needs a public name", "mail-tls-rpt": "needs a public name",
}

// What the list of checks promises is held against a real server, at the severity that
// the list names.
func TestEveryPromiseIsHeldAgainstTheTruth(t *testing.T) {
	t.Parallel()
	resp, body, err := engine.Fetch(t.Context(), http.MethodGet, engine.EngineURL()+"/api/checks", nil, http.Header{"Authorization": {"Bearer " + engine.Token}})
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the list of checks: %+v (%v)", resp, err)
	}
	var list []auditapi.Check
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, s := range slicesOf(weakTLS(), weakHeaders(), weakCookies(), weakPages(), weakAnswers(), weakFiles(), weakProbes(), weakActive(), weakMCP()) {
		told = append(told, s.truth...)
	}
	for _, c := range list {
		_, excused := elsewhere[c.ID]
		if held := slices.Contains(told, c.ID+" "+string(c.Severity)); held == excused {
			t.Errorf("%s %s: held against a server: %t, excused: %t", c.ID, c.Severity, held, excused)
		}
	}
}
