package check

import (
	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

func init() {
	register(Check{
		ID: "probe-ticketbleed", Title: "Resumed sessions give no memory away (Ticketbleed)", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierRedTeam), Severity: auditapi.Critical,
		Impact: "Anybody can read up to 31 bytes of the memory of what ends TLS at a time, as often as they like and without a trace: session ids of other visitors and parts of keys may be among them.",
		Remediation: serverConfig("The fault is in F5's BIG-IP load balancers: install the version that F5 names for CVE-2016-9244, or switch session tickets off in its client SSL profile until then. Have the certificate issued anew with a new key afterwards. Where another program ends TLS, update it and switch its tickets off until then:",
			"ssl_session_tickets off;", "SSLSessionTickets off", "# Caddy does not have the fault: look at what stands before it."),
		References: []string{"https://nvd.nist.gov/vuln/detail/CVE-2016-9244", "https://filippo.io/Ticketbleed/", "https://www.rfc-editor.org/rfc/rfc5077#section-3.4"},
		Controls:   controls(components, "15.2.1"),
		Pageless:   true,
		Run:        activeTLS(tlsprobe.Ticketbleed, Finding{Title: "Resumed sessions give memory away (Ticketbleed)", Severity: auditapi.Critical}),
	})
}
