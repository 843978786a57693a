package check

import (
	"crypto/x509"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "certificate-name", Title: "Certificate for the name of the site", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact:      "The certificate speaks for another name, so browsers show a full-page warning instead of the site, and visitors cannot tell your server from somebody else's.",
		Remediation: renewCertificate,
		References:  []string{"https://www.rfc-editor.org/rfc/rfc9525"},
		Controls:    controls(transportCrypto, "12.2.2"),
		Pageless:    true,
		Run:         ofCertificates(judgeName),
	})
}

func judgeName(site *Site, chain []*x509.Certificate) Result {
	leaf := chain[0]
	if leaf.VerifyHostname(hostForCertificate(site.Host)) == nil {
		return pass()
	}
	title := "The certificate is for another name"
	if len(leaf.DNSNames)+len(leaf.IPAddresses) == 0 {
		title = "The certificate does not name the site" // a name in the subject alone has not counted since 2017
	}
	return fail(Finding{Title: title, Severity: auditapi.High, Evidence: lines("Name of the site: "+site.Host, describeCertificate(leaf))})
}
