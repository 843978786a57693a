package check

import (
	"crypto/x509"
	"errors"
	"slices"

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
		Pageless:    true,
		Run:         ofCertificates(judgeTrust),
	})
}

func judgeTrust(site *Site, chain []*x509.Certificate) Result {
	if site.Roots == nil {
		return skip("The audit had no list of trusted authorities to compare with.")
	}
	_, err := verify(site, chain)
	if err == nil || trustedButForSHA1(site, chain) {
		return pass()
	}
	leaf := chain[0]
	finding := Finding{
		Title: "The certificate is not from an authority browsers trust", Severity: auditapi.High,
		Evidence: lines(site.TLS.Address, describeCertificate(leaf), "Verification: "+quote(err.Error())),
	}
	invalid, _ := errors.AsType[x509.CertificateInvalidError](err)
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	switch {
	case selfSigned(leaf):
		finding.Title = "The certificate is self-signed"
	case incomplete(chain):
		return skip("The server does not send its issuer's certificate along, so that the audit cannot tell whether browsers trust it.")
	case invalid.Cert != nil && invalid.Reason == x509.Expired:
		finding.Title = "A certificate of an issuer has expired"
	case invalid.Cert != nil && invalid.Reason == x509.IncompatibleUsage:
		finding.Title = "The certificate is not meant for web servers"
	case invalid.Cert != nil && invalid.Reason == x509.CANotAuthorizedForThisName:
		finding.Title = "The issuer may not vouch for the site's name"
	case unknown && !issuerSent(chain) && !weakSignature(leaf.SignatureAlgorithm): // of a weak one the issuer may be known
		finding.Title = "The certificate's issuer is neither trusted nor sent along"
		finding.Evidence = lines(finding.Evidence, describeChain(chain))
		finding.Impact = "Browsers show a full-page warning instead of the site. Either the server leaves out an intermediate certificate, so that its chain is incomplete, or the certificate is from an authority of your own."
	}
	return fail(finding)
}

// trustedButForSHA1 reports whether a trusted issuer has signed the leaf with SHA-1, which
// Verify does not accept. Another check tells about the signature.
func trustedButForSHA1(site *Site, chain []*x509.Certificate) bool {
	leaf := chain[0]
	return slices.ContainsFunc(chain[1:], func(c *x509.Certificate) bool {
		return weakSignature(leaf.SignatureAlgorithm) && issued(c, leaf) && c.IsCA && trusted(site, append([]*x509.Certificate{c}, chain[1:]...)) &&
			c.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) == nil
	})
}
