package check

import (
	"crypto/x509"
	"fmt"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

// lifetimes are how long certificates of public authorities may last, by the day from
// which on they are issued: the Baseline Requirements of the CA/Browser Forum, section
// 6.3.2, as changed by its ballot SC-081v3 of 2025.
var lifetimes = []struct {
	from time.Time
	most time.Duration
}{
	{time.Date(2020, 9, 1, 0, 0, 0, 0, time.UTC), 398 * day},
	{time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC), 200 * day},
	{time.Date(2027, 3, 15, 0, 0, 0, 0, time.UTC), 100 * day},
	{time.Date(2029, 3, 15, 0, 0, 0, 0, time.UTC), 47 * day},
}

func init() {
	register(Check{
		ID: "certificate-lifetime", Title: "How long the certificate is issued for", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Low,
		Impact:      "The certificate is valid for longer than public authorities may issue it. Browsers refuse such certificates from public authorities, and a stolen key stays useful for as long as its certificate lasts.",
		Remediation: renewCertificate,
		References:  []string{"https://cabforum.org/working-groups/server/baseline-requirements/requirements/", "https://support.apple.com/en-us/102028"},
		Controls:    controls(transportCrypto, "12.1.4"),
		Pageless:    true,
		Run:         ofCertificates(judgeLifetime),
	})
}

// judgeLifetime holds public authorities to their rules. Others make their own: where one
// is trusted, a long life is only told, and where it is not, another check tells that.
func judgeLifetime(site *Site, chain []*x509.Certificate) Result {
	if site.Roots == nil {
		return skip("The audit had no list of public authorities, whose certificates this is about.")
	}
	if !trusted(site, chain) {
		return pass()
	}
	leaf := chain[0]
	life := leaf.NotAfter.Sub(leaf.NotBefore)
	var most time.Duration
	for _, rule := range lifetimes {
		if !leaf.NotBefore.Before(rule.from) && !site.Now.Before(rule.from) {
			most = rule.most
		}
	}
	if most == 0 || life <= most {
		return pass()
	}
	finding := Finding{
		Title: "The certificate is issued for too long", Severity: auditapi.Low,
		Evidence: lines(site.TLS.Address, describeCertificate(leaf),
			fmt.Sprintf("Issued for %d days; for its first day, the most is %d.", int((life+day-1)/day), int(most/day))),
	}
	if !public(site, chain) {
		finding.Title, finding.Severity = "The certificate lasts longer than public ones may", auditapi.Info
		finding.Impact = "An authority of your own may issue it. A stolen key stays useful for as long as its certificate lasts, and some devices refuse one of more than 825 days from any authority."
	}
	return fail(finding)
}
