package check

import (
	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

func init() {
	register(Check{
		ID: "tls-forward-secrecy", Title: "Forward secrecy", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact:      "Without forward secrecy, all connections hang on the server's one key. Whoever gets hold of it years later, by a break-in or from an old backup, can read everything that was recorded until then.",
		Remediation: modernSuites,
		References:  []string{"https://www.rfc-editor.org/rfc/rfc9325#section-4.1", "https://wiki.mozilla.org/Security/Server_Side_TLS"},
		Controls:    controls(transportCrypto, "12.1.2"),
		Pageless:    true,
		Run:         ofTLS(judgeForwardSecrecy),
	})
}

func judgeForwardSecrecy(t *TLS) Result {
	static := func(s tlsprobe.Suite) bool { return !s.ForwardSecrecy && s.Class() > tlsprobe.ClassExport }
	secret := func(s tlsprobe.Suite) bool { return s.ForwardSecrecy && s.Class() > tlsprobe.ClassExport }
	switch {
	case !t.uses(static) && !t.uses(secret) && t.answer(tlsprobe.TLS13) == tlsprobe.No && t.unclear() == "":
		return skip("The server accepts only suites without encryption or identity, which another check tells.")
	case !t.uses(static):
		return t.verdict(nil)
	case t.uses(secret):
		return fail(Finding{
			Title: "Suites without forward secrecy are accepted", Severity: auditapi.Low, Evidence: t.suiteEvidence(static),
			Impact: "Current browsers choose suites with forward secrecy, but older programs may not: whoever gets hold of the server's key later can read their recorded connections. The old key exchange is also the one that ROBOT and similar attacks aim at.",
		})
	case t.answer(tlsprobe.TLS13) == tlsprobe.Unknown || t.unclear() != "":
		return skip("The server gave no clear answer to which other cipher suites it accepts.")
	default:
		return fail(Finding{Title: "No connection has forward secrecy", Severity: auditapi.Medium, Evidence: t.suiteEvidence(static)})
	}
}
