package check

import (
	"fmt"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

func init() {
	register(Check{
		ID: "tls-early-data", Title: "Early data on reconnection (0-RTT)", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Info,
		Impact: "Early data saves returning visitors a moment, but an attacker on the way can record it and send it again. That is harmless for pages that are only read, and a second order or payment for requests that change something, unless the application refuses those with status 425.",
		Remediation: serverConfig("Leave early data off, or make sure that the application answers 425 (Too Early) to requests that change something and carry the header Early-Data: 1.",
			"ssl_early_data off;\n# or, with it on, tell the application:\nproxy_set_header Early-Data $ssl_early_data;",
			"# Apache httpd does not accept early data.", "# Caddy does not accept early data over TCP."),
		References: []string{"https://www.rfc-editor.org/rfc/rfc8446#section-8", "https://www.rfc-editor.org/rfc/rfc8470"},
		Controls:   controls(transportCrypto),
		Pageless:   true,
		Run: ofTLS(func(t *TLS) Result {
			return t.feature(t.Features.EarlyData, tlsprobe.Yes, Finding{
				Title: "Early data is accepted (0-RTT)", Severity: auditapi.Info,
				Evidence: lines(t.Address, fmt.Sprintf("The server's session tickets allow %d bytes of early data.", t.Features.MaxEarlyData)),
			}, "whether it accepts early data")
		}),
	})
}
