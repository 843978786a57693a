package check

import (
	"crypto/x509"
	"slices"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "certificate-chain", Title: "Certificates sent along with the site's own", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "The certificate of the issuer is not sent along. Programs that do not happen to know it refuse the connection: some browsers, most apps, payment callbacks, and monitoring. If the issuer is an authority of your own, every browser shows a warning.",
		Remediation: serverConfig("Configure the file that holds the certificate followed by its intermediates, each signed by the next, without the root (certificate authorities call it the full chain).",
			"ssl_certificate /etc/ssl/fullchain.pem;", "SSLCertificateFile /etc/ssl/fullchain.pem", "tls /etc/ssl/fullchain.pem /etc/ssl/key.pem"),
		References: []string{"https://www.rfc-editor.org/rfc/rfc5246#section-7.4.2", "https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2"},
		Controls:   controls(transportCrypto, "12.2.2"),
		Pageless:   true,
		Run:        ofCertificates(judgeChain),
	})
}

func judgeChain(site *Site, chain []*x509.Certificate) Result {
	evidence := lines(site.TLS.Address, describeChain(chain))
	if incomplete(chain) && !trusted(site, chain) {
		return fail(Finding{Title: "The certificate's chain to its authority is incomplete", Severity: auditapi.Medium, Evidence: evidence})
	}
	var findings []Finding
	if misordered(chain) {
		findings = append(findings, Finding{
			Title: "The certificates are sent in the wrong order", Severity: auditapi.Low, Evidence: evidence,
			Impact: "Browsers sort them, but simple programs, such as payment callbacks or devices, follow the order and refuse the connection.",
		})
	}
	if slices.ContainsFunc(chain[1:], selfIssued) {
		findings = append(findings, Finding{
			Title: "The root certificate is sent along needlessly", Severity: auditapi.Info, Evidence: evidence,
			Impact: "A root counts only when the visitor has it already. Sending it does no harm, but makes every new connection a little slower.",
		})
	}
	return fail(findings...)
}

func trusted(site *Site, chain []*x509.Certificate) bool {
	if site.Roots == nil {
		return false
	}
	_, err := verify(site, chain)
	return err == nil
}

// misordered reports whether an issuer stands before a certificate that it issued. Other
// certificates in between, such as those of a second path, disturb nobody.
func misordered(chain []*x509.Certificate) bool {
	for k, c := range chain {
		if selfIssued(c) {
			continue
		}
		isIssuer := func(other *x509.Certificate) bool { return issued(other, c) }
		if k > 1 && slices.ContainsFunc(chain[1:k], isIssuer) && !slices.ContainsFunc(chain[k:], isIssuer) {
			return true
		}
	}
	return false
}

// describeChain names each certificate and its issuer.
func describeChain(chain []*x509.Certificate) string {
	var text []string
	for _, c := range chain {
		text = append(text, "Sent: "+short(c.Subject.String())+", issued by "+short(c.Issuer.String()))
	}
	return lines(text...)
}

// short keeps a name of up to 16 in one evidence.
func short(name string) string {
	const most = 120
	if runes := []rune(quote(name)); len(runes) > most {
		return string(runes[:most]) + " …"
	}
	return quote(name)
}
