package check

import (
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

// minCurveBits is the least security of a curve that NIST still allows (SP 800-57).
const minCurveBits = 112

func init() {
	register(Check{
		ID: "tls-groups", Title: "Curves and quantum-safe key agreement", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Info,
		Impact: "Connections that are recorded today could be read once there are quantum computers of sufficient size. Current browsers already offer a key agreement that holds against them; a server that takes it protects data that must stay secret for many years.",
		Remediation: serverConfig("Run the server with OpenSSL 3.5 or later, or Go 1.24 or later: both take the quantum-safe group X25519MLKEM768 by themselves, unless a list of groups leaves it out.",
			"ssl_ecdh_curve X25519MLKEM768:X25519:prime256v1:secp384r1;",
			"SSLOpenSSLConfCmd Groups X25519MLKEM768:X25519:P-256:P-384",
			"# Caddy 2.10 and later take it by themselves; remove any `curves` line from `tls`."),
		References: []string{"https://csrc.nist.gov/pubs/fips/203/final", "https://datatracker.ietf.org/doc/draft-ietf-tls-ecdhe-mlkem/"},
		Controls:   controls(transportCrypto),
		Pageless:   true,
		Run:        ofTLS(judgeGroups),
	})
}

func judgeGroups(t *TLS) Result {
	var findings []Finding
	if weak := t.weakCurves(); weak != "" {
		findings = append(findings, Finding{
			Title: "Very short elliptic curves are accepted", Severity: auditapi.Info, Evidence: lines(t.Address, weak),
			Impact:      "Browsers do not use these curves, but other programs may. They are shorter than what is considered safe today.",
			Remediation: modernCurves,
		})
	}
	modern := t.Version(tlsprobe.TLS13)
	// Only a server that asks for other groups has shown all that it has.
	complete := t.Features.HelloRetry == tlsprobe.Yes && !t.openQuestion("further groups of TLS 1.3") && len(modern.Groups) > 0
	switch {
	case modern.Offered == tlsprobe.No || slices.ContainsFunc(modern.Groups, tlsprobe.Group.PostQuantum):
	case complete:
		findings = append(findings, Finding{
			Title: "No quantum-safe key agreement is offered", Severity: auditapi.Info,
			Evidence: lines(t.Address, "TLS 1.3 agrees on: "+groupNames(modern.Groups)),
		})
	case len(findings) == 0:
		return skip("The server gave no clear answer to which groups of TLS 1.3 it has.")
	}
	return fail(findings...)
}

var modernCurves = serverConfig("Name the curves to use, without the short ones.",
	"ssl_ecdh_curve X25519:prime256v1:secp384r1;", "SSLOpenSSLConfCmd Groups X25519:P-256:P-384", "# Caddy has no short curves.")

// weakCurves names the curves below minCurveBits, by version; empty if there are none.
func (t *TLS) weakCurves() string {
	var text []string
	for _, v := range t.Versions {
		weak := slices.DeleteFunc(slices.Clone(v.Groups), func(g tlsprobe.Group) bool {
			return g.FiniteField() || g.Bits() == 0 || g.Bits() >= minCurveBits
		})
		if len(weak) > 0 {
			text = append(text, tlsprobe.VersionName(v.ID)+" agrees on: "+groupNames(weak))
		}
	}
	return lines(text...)
}

func groupNames(groups []tlsprobe.Group) string {
	var names []string
	for _, g := range groups[:min(len(groups), maxSuites)] {
		names = append(names, g.String())
	}
	if len(groups) > maxSuites {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}
