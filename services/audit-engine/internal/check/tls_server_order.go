package check

import (
	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

func init() {
	register(Check{
		ID: "tls-server-order", Title: "Who chooses among weak and strong suites", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "The server lets each visitor's program choose, so that one with a bad order of preference ends up with a weak suite although both sides have a strong one.",
		Remediation: serverConfig("Remove the weak suites: then it does not matter who chooses. While they have to stay, let the server choose.",
			"ssl_prefer_server_ciphers on;", "SSLHonorCipherOrder on", "# Caddy has no weak suites and orders the others by itself."),
		References: []string{"https://www.rfc-editor.org/rfc/rfc9325#section-4.2", "https://wiki.mozilla.org/Security/Server_Side_TLS"},
		Controls:   controls(transportCrypto, "12.1.2"),
		Pageless:   true,
		Run:        ofTLS(judgeServerOrder),
	})
}

// judgeServerOrder looks only at versions with weak and strong suites: among strong
// ones clients know best what their hardware does well.
func judgeServerOrder(t *TLS) Result {
	weak := func(s tlsprobe.Suite) bool { return s.Class() < tlsprobe.ClassCBC }
	strong := func(s tlsprobe.Suite) bool { return !weak(s) }
	evidence, open := t.describe(), false
	found := false
	for _, v := range t.Versions {
		names := suitesOf(v, weak)
		if len(names) == 0 || len(suitesOf(v, strong)) == 0 {
			continue
		}
		switch v.ServerOrder {
		case tlsprobe.No:
			found = true
			evidence = lines(evidence, tlsprobe.VersionName(v.ID)+" follows the client's order, and "+names[0]+" is among the suites")
		case tlsprobe.Unknown:
			open = true
		}
	}
	switch {
	case found:
		return fail(Finding{Title: "Visitors' programs may choose weak suites", Severity: auditapi.Low, Evidence: evidence})
	case open:
		return skip("The server gave no clear answer to whose order of suites counts.")
	}
	return t.verdict(nil)
}
