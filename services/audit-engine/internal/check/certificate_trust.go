package check

import (
	"context"
	"crypto/x509"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "certificate-trust", Title: "Certificate from an authority that browsers trust", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact:      "Browsers show a full-page warning instead of the site. Visitors who learn to click it away cannot tell your server from somebody else's who sits in between.",
		Remediation: renewCertificate,
		References:  []string{"https://www.rfc-editor.org/rfc/rfc5280", "https://letsencrypt.org/getting-started/"},
		Controls:    controls(transportCrypto, "12.2.2"),
		Run:         runTrust,
	})
}

func runTrust(_ context.Context, site *Site) Result {
	if site.TLS == nil {
		return skip("%s", site.NoTLS)
	}
	if site.Roots == nil {
		return skip("The audit had no list of trusted authorities to compare with.")
	}
	leaf := site.TLS.Chain[0]
	options := x509.VerifyOptions{Roots: site.Roots, Intermediates: x509.NewCertPool(), CurrentTime: within(leaf, site.Now)}
	for _, c := range site.TLS.Chain[1:] {
		options.Intermediates.AddCert(c)
	}
	_, err := leaf.Verify(options)
	if err == nil {
		return pass()
	}
	finding := Finding{
		Title: "The certificate is not from an authority browsers trust", Severity: auditapi.High,
		Evidence: lines(site.TLS.Address, describeCertificate(leaf), "Verification: "+quote(err.Error())),
	}
	switch {
	case selfSigned(leaf):
		finding.Title = "The certificate is self-signed"
	case len(site.TLS.Chain) == 1 && len(leaf.IssuingCertificateURL) > 0:
		// The issuer is one that publishes its own certificate: most likely a public
		// authority's intermediate, which browsers find by themselves.
		finding.Title = "The certificate's chain to its authority is incomplete"
		finding.Severity = auditapi.Medium
		finding.Impact = "The certificate of the issuer is not sent along. Programs that do not happen to know it refuse the connection: some browsers, most apps, payment callbacks, and monitoring. If the issuer is an authority of your own, every browser shows a warning."
		finding.Remediation = serverConfig("Configure the file that holds the certificate followed by its intermediate (certificate authorities call it the full chain).",
			"ssl_certificate /etc/ssl/fullchain.pem;", "SSLCertificateFile /etc/ssl/fullchain.pem", "tls /etc/ssl/fullchain.pem /etc/ssl/key.pem")
	}
	return fail(finding)
}

// within is now, moved into the certificate's life: that it has ended is told by
// another check.
func within(c *x509.Certificate, now time.Time) time.Time {
	if now.After(c.NotAfter) {
		return c.NotAfter.Add(-time.Minute)
	}
	if now.Before(c.NotBefore) {
		return c.NotBefore.Add(time.Minute)
	}
	return now
}
