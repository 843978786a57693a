package check

import (
	"context"
	"net"
	"net/url"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "mixed-content", Title: "An encrypted page loads nothing unencrypted", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact: "What is loaded over http can be replaced on its way. Browsers block scripts and frames that come like this, so parts of the page do not work, and whoever uses an old browser runs what somebody else has put there.",
		Remediation: setHeader("Write https:// in the addresses of everything that the page loads or sends to. As a stopgap, have browsers do it.",
			"Content-Security-Policy", "upgrade-insecure-requests"),
		References: []string{"https://www.w3.org/TR/mixed-content/"},
		Controls:   controls(transportCrypto, "12.2.1"),
		Run:        runMixedContent,
	})
}

func runMixedContent(_ context.Context, site *Site) Result {
	switch {
	case !site.Encrypted():
		return skip("The page itself is served over http.")
	case !site.HTML():
		return skip("The address does not answer with a web page.")
	case site.Page.BodyErr != nil:
		return skip("The page could not be read: %s", site.Page.BodyErr)
	}
	for _, p := range policies(site) {
		if _, ok := p["upgrade-insecure-requests"]; ok {
			return pass()
		}
	}
	var active, passive, forms []string
	document := site.Document()
	for _, r := range document.Resources {
		switch {
		case !unencrypted(r.URL):
		case r.Active:
			active = append(active, "<"+r.Tag+"> "+quote(r.URL.String()))
		default:
			passive = append(passive, "<"+r.Tag+"> "+quote(r.URL.String()))
		}
	}
	for _, u := range document.Forms {
		if unencrypted(u) {
			forms = append(forms, "<form> "+quote(u.String()))
		}
	}
	var findings []Finding
	if len(active) > 0 {
		findings = append(findings, Finding{Title: "The page loads scripts or frames without encryption", Severity: auditapi.High, Evidence: evidenceList(site, active)})
	}
	if len(forms) > 0 {
		findings = append(findings, Finding{Title: "A form sends what visitors type without encryption", Severity: auditapi.High, Evidence: evidenceList(site, forms),
			Impact: "What visitors type into the form can be read and changed on its way, although the page that holds it is encrypted."})
	}
	if len(passive) > 0 {
		findings = append(findings, Finding{Title: "The page loads pictures or media without encryption", Severity: auditapi.Low, Evidence: evidenceList(site, passive),
			Impact: "Others can see which pictures a visitor loads, and replace them. Some browsers do not show them."})
	}
	return fail(findings...)
}

func evidenceList(site *Site, items []string) string {
	const most = 10
	return lines(append([]string{at(site.Page)}, items[:min(len(items), most)]...)...)
}

// unencrypted reports an address that leaves the visitor's machine over http.
func unencrypted(u *url.URL) bool {
	host := u.Hostname()
	ip := net.ParseIP(host)
	loopback := host == "localhost" || strings.HasSuffix(host, ".localhost") || (ip != nil && ip.IsLoopback())
	return u.Scheme == "http" && !loopback
}
