package check

import (
	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

func init() {
	register(Check{
		ID: "tls-downgrade", Title: "Protection against downgrades", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact: "Programs that try an older version after a failed connection can be led there by an attacker who makes the first try fail. A server with the protection notices that and refuses.",
		Remediation: serverConfig("Offer TLS 1.3, which has the protection built in, and update the TLS library: OpenSSL has the signal since 1.0.1j, and the extended master secret since 1.1.0. Both work without further configuration.",
			"ssl_protocols TLSv1.2 TLSv1.3;", "SSLProtocol -all +TLSv1.2 +TLSv1.3", caddyDefaults),
		References: []string{"https://www.rfc-editor.org/rfc/rfc7507", "https://www.rfc-editor.org/rfc/rfc7627"},
		Controls:   controls(transportCrypto),
		Pageless:   true,
		Run:        ofTLS(judgeDowngrade),
	})
}

// judgeDowngrade needs the signal of RFC 7507 only where TLS 1.3 is not offered: from
// there on the server's random number tells of a downgrade (RFC 8446, 4.1.3).
func judgeDowngrade(t *TLS) Result {
	var findings []Finding
	fallback := t.Features.FallbackSCSV
	if t.Highest() == tlsprobe.TLS13 {
		fallback = tlsprobe.NotApplicable
	}
	if fallback == tlsprobe.No && t.answer(tlsprobe.TLS13) == tlsprobe.No {
		findings = append(findings, Finding{
			Title: "Forced downgrades are not noticed", Severity: auditapi.Low,
			Evidence: lines(t.describe(), "The server took an older version although the handshake carried TLS_FALLBACK_SCSV."),
		})
	}
	if t.Features.ExtendedMasterSecret == tlsprobe.No {
		findings = append(findings, Finding{
			Title: "The extended master secret is missing", Severity: auditapi.Info,
			Evidence: lines(t.Address, "The server did not take the extension extended_master_secret up to TLS 1.2."),
			Impact:   "With it, the keys of a connection depend on the whole handshake, so that an attacker cannot make two connections share them. Browsers do without it; some rules for government sites ask for it.",
		})
	}
	if len(findings) == 0 && (fallback == tlsprobe.Unknown || t.Features.ExtendedMasterSecret == tlsprobe.Unknown) {
		return skip("The server gave no clear answer to the signals that this looks for.")
	}
	return fail(findings...)
}
