package check

import (
	"context"
	"crypto/tls"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

// modernTLS is the configuration that both checks of versions lead to.
var modernTLS = serverConfig("Offer TLS 1.2 and 1.3, and nothing older. Every browser of the last ten years speaks one of them.",
	"ssl_protocols TLSv1.2 TLSv1.3;",
	"SSLProtocol -all +TLSv1.2 +TLSv1.3",
	"# Caddy offers only TLS 1.2 and 1.3 by itself; remove any `protocols` line from `tls`.")

func init() {
	register(Check{
		ID: "tls-old-versions", Title: "Outdated versions of TLS", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact:      "TLS 1.0 and 1.1 rest on broken building blocks (MD5, SHA-1, CBC without protection) and were withdrawn in 2021. Payment rules forbid them, and as long as the server accepts them, an attacker on the way may try to push a connection down to them.",
		Remediation: modernTLS,
		References:  []string{"https://www.rfc-editor.org/rfc/rfc8996", "https://wiki.mozilla.org/Security/Server_Side_TLS"},
		Controls:    controls(transportCrypto, "12.1.1"),
		Run: func(_ context.Context, site *Site) Result {
			if site.TLS == nil {
				return skip("%s", site.NoTLS)
			}
			var old []string
			for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11} {
				if site.TLS.Offers(version) {
					old = append(old, tls.VersionName(version))
				}
			}
			if len(old) == 0 {
				return pass()
			}
			title := "An outdated version of TLS is accepted (" + strings.Join(old, ", ") + ")"
			if len(old) > 1 {
				title = "Outdated versions of TLS are accepted (1.0 and 1.1)"
			}
			return fail(Finding{Title: title, Severity: auditapi.Medium, Evidence: lines(site.TLS.Address, site.TLS.describe())})
		},
	})
}
