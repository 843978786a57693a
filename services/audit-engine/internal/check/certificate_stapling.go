package check

import (
	"crypto/x509"
	"encoding/asn1"
	"slices"

	"golang.org/x/crypto/ocsp"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

// oidFeatures is the extension of RFC 7633 with which a certificate demands features of
// TLS; 5 is status_request, that is stapling.
var oidFeatures = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24}

const statusRequest = 5

func init() {
	register(Check{
		ID: "certificate-stapling", Title: "Proof that the certificate is not revoked (stapling)", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact: "Without a stapled proof, a browser that wants to know whether the certificate was revoked asks the authority itself: that takes time, and tells the authority which site is visited.",
		Remediation: serverConfig("Let the server fetch the authority's answer (OCSP) and send it along, or use an authority with short-lived certificates that need none.",
			"ssl_stapling on;\nssl_stapling_verify on;\nresolver 127.0.0.53;",
			"SSLUseStapling on\n# outside of any <VirtualHost>:\nSSLStaplingCache shmcb:/run/apache2/stapling(128000)",
			"# Caddy staples by itself where the certificate names an OCSP responder."),
		References: []string{"https://www.rfc-editor.org/rfc/rfc6066#section-8", "https://www.rfc-editor.org/rfc/rfc7633"},
		Controls:   controls(transportCrypto, "12.1.4"),
		Pageless:   true,
		Run:        ofCertificates(judgeStapling),
	})
}

func judgeStapling(site *Site, chain []*x509.Certificate) Result {
	leaf := chain[0]
	must := mustStaple(leaf)
	evidence := lines(site.TLS.Address, describeCertificate(leaf), "No OCSP response came with the handshake.")
	switch {
	case !must && len(leaf.OCSPServer) == 0 && site.TLS.Features.OCSP == nil: // there is nothing to staple
		return pass()
	case site.TLS.Features.Stapling == tlsprobe.Unknown:
		return skip("The server gave no clear answer to whether it staples.")
	case site.TLS.Features.Stapling != tlsprobe.No:
		return judgeStaple(site, leaf)
	case must:
		return demanded(evidence)
	}
	return fail(Finding{Title: "No proof against revocation is stapled", Severity: auditapi.Info, Evidence: evidence})
}

// demanded is the finding for a must-staple certificate without a proof that counts.
func demanded(evidence string) Result {
	return fail(Finding{
		Title: "The certificate demands stapling that is missing", Severity: auditapi.Medium, Evidence: lines(evidence, "The certificate demands one (must-staple)."),
		Impact: "The certificate tells browsers to refuse the connection when no proof comes with it. Firefox does, and shows an error instead of the site.",
	})
}

// judgeStaple reads the proof that came. One for another of the host's certificates says
// nothing about this one.
func judgeStaple(site *Site, leaf *x509.Certificate) Result {
	proof, must := site.TLS.staple(leaf), mustStaple(leaf)
	evidence := lines(site.TLS.Address, describeCertificate(leaf))
	const day = "2006-01-02"
	outdated := proof != nil && !proof.NextUpdate.IsZero() && proof.NextUpdate.Before(site.Now)
	switch {
	case proof == nil && must && len(site.TLS.Chains) == 1:
		return demanded(lines(evidence, "What was stapled says nothing about this certificate."))
	case proof == nil:
		return pass()
	case proof.Status == ocsp.Revoked:
		return fail(Finding{
			Title: "The certificate is revoked", Severity: auditapi.High, Evidence: lines(evidence, "The stapled answer of the authority says: revoked on "+proof.RevokedAt.Format(day)+"."),
			Impact:      "The authority has declared the certificate invalid: its key may be in the hands of others, or it was issued wrongly. Browsers that read the proof refuse the connection.",
			Remediation: renewCertificate,
		})
	case outdated && must:
		return demanded(lines(evidence, "The stapled answer was good until "+proof.NextUpdate.Format(day)+"."))
	case outdated:
		return fail(Finding{
			Title: "The proof against revocation is out of date", Severity: auditapi.Low, Evidence: lines(evidence, "The stapled answer was good until "+proof.NextUpdate.Format(day)+"."),
			Impact: "Browsers ignore the proof, and some refuse the connection. The server has not reached the authority for days: look at its log and at what its firewall lets out.",
		})
	}
	return pass()
}

// staple is the authority's stapled answer about c, or nil. Its signature is not
// verified: it comes from the server that it speaks against.
func (t *TLS) staple(c *x509.Certificate) *ocsp.Response {
	proof, err := ocsp.ParseResponseForCert(t.Features.OCSP, c, nil)
	if err != nil {
		return nil
	}
	return proof
}

// mustStaple reports whether the certificate demands stapling.
func mustStaple(c *x509.Certificate) bool {
	for _, extension := range c.Extensions {
		if !extension.Id.Equal(oidFeatures) {
			continue
		}
		var features []int
		_, err := asn1.Unmarshal(extension.Value, &features)
		return err == nil && slices.Contains(features, statusRequest)
	}
	return false
}
