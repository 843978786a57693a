package check

import (
	"crypto/x509"
	"fmt"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "certificate-expiry", Title: "Certificate within its time", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact:      "From the day a certificate ends, browsers show a full-page warning instead of the site, and apps stop working. It is among the most frequent causes of an outage, and it comes on a date that was known.",
		Remediation: renewCertificate,
		References:  []string{"https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5", "https://letsencrypt.org/docs/integration-guide/"},
		Controls:    controls(transportCrypto, "12.2.2"),
		Pageless:    true,
		Run:         ofCertificates(judgeExpiry),
	})
}

func judgeExpiry(site *Site, chain []*x509.Certificate) Result {
	leaf := chain[0]
	evidence := lines(site.TLS.Address, describeCertificate(leaf))
	left, life := leaf.NotAfter.Sub(site.Now), leaf.NotAfter.Sub(leaf.NotBefore)
	byHand := !public(site, chain) && life > lifeOfDays && life < lifeOfWeeks
	switch {
	case left < 0:
		return fail(Finding{Title: "The certificate has expired", Severity: auditapi.High, Evidence: evidence})
	case site.Now.Before(leaf.NotBefore):
		return fail(Finding{
			Title: "The certificate is not valid yet", Severity: auditapi.High, Evidence: evidence,
			Impact: "Browsers show a full-page warning instead of the site until the certificate's first day.",
		})
	case left < warnBefore(life), byHand && left < threeWeeks:
		return fail(Finding{Title: fmt.Sprintf("The certificate expires in %s", days(left)), Severity: auditapi.Low, Evidence: evidence})
	case left < expirySoon && (life >= lifeOfWeeks || byHand):
		return fail(Finding{
			Title: fmt.Sprintf("The certificate expires in %s", days(left)), Severity: auditapi.Info, Evidence: evidence,
			Impact: "That is when it is usually renewed. Please look once more in a few days if you renew it by hand.",
		})
	}
	return pass()
}

const (
	expirySoon = 30 * day
	threeWeeks = 21 * day
	// A certificate of days is renewed by a program whoever issues it; one of weeks only
	// where a public authority does. Made by hand, it is short because it is to end soon.
	lifeOfDays  = 7 * day
	lifeOfWeeks = 60 * day
)

// warnBefore is how long before its end a certificate should have been renewed: a
// quarter of its life, at most 30 days. A fixed 30 days would cry wolf at
// certificates that live for weeks and renew themselves in time.
func warnBefore(life time.Duration) time.Duration { return min(expirySoon, life/4) }

func days(left time.Duration) string {
	switch n := int(left / day); n {
	case 0:
		return "less than a day"
	case 1:
		return "1 day"
	default:
		return fmt.Sprintf("%d days", n)
	}
}
