package check

import (
	"crypto/x509"
	"errors"

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
		Run:         ofCertificates(judgeTrust),
	})
}

func judgeTrust(site *Site, chain []*x509.Certificate) Result {
	if site.Roots == nil {
		return skip("The audit had no list of trusted authorities to compare with.")
	}
	_, err := verify(site, chain)
	if err == nil {
		return pass()
	}
	leaf := chain[0]
	finding := Finding{
		Title: "The certificate is not from an authority browsers trust", Severity: auditapi.High,
		Evidence: lines(site.TLS.Address, describeCertificate(leaf), "Verification: "+quote(err.Error())),
	}
	invalid, isInvalid := errors.AsType[x509.CertificateInvalidError](err)
	switch {
	case selfSigned(leaf):
		finding.Title = "The certificate is self-signed"
	case incomplete(chain):
		return skip("The server does not send its issuer's certificate along, so that the audit cannot tell whether browsers trust it.")
	case isInvalid && invalid.Reason == x509.Expired:
		finding.Title = "A certificate of an issuer has expired"
	}
	return fail(finding)
}
