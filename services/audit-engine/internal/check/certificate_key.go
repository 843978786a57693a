package check

import (
	"context"
	"crypto/x509"
	"fmt"
	"slices"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

// The smallest keys that are still considered safe, in bits (NIST SP 800-131A).
const (
	minRSA   = 2048
	minCurve = 224
)

func init() {
	register(Check{
		ID: "certificate-key", Title: "Strong key and signature of the certificate", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact:      "A key that is too short can be computed, and a signature with MD5 or SHA-1 can be forged. Whoever does either can pretend to be the site, and read older recordings of connections without forward secrecy.",
		Remediation: renewCertificate,
		References:  []string{"https://www.rfc-editor.org/rfc/rfc9325#section-4.5", "https://nvlpubs.nist.gov/nistpubs/SpecialPublications/NIST.SP.800-131Ar2.pdf"},
		Controls:    controls(transportCrypto, "12.1.2"),
		Pageless:    true,
		Run: func(ctx context.Context, site *Site) Result {
			result := ofCertificates(judgeKeys)(ctx, site)
			if site.TLS == nil {
				return result
			}
			for _, der := range site.TLS.Unreadable {
				if key, err := readKey(der); err == nil {
					result.Findings = append(result.Findings, keyFindings(key, lines(site.TLS.Address, "A certificate with a kind of key that current programs do not read"))...)
				}
			}
			if len(result.Findings) > 0 {
				result.Skipped = ""
			}
			return result
		},
	})
}

// judgeKeys judges the relevant certificates, each by itself: verification as a whole
// would stop at the first fault.
func judgeKeys(site *Site, chain []*x509.Certificate) Result {
	var findings []Finding
	for _, c := range relevant(site, chain) {
		if key, err := readKey(c.Raw); err == nil {
			findings = append(findings, keyFindings(key, describeCertificate(c))...)
		}
		if weakSignature(c.SignatureAlgorithm) {
			findings = append(findings, Finding{
				Title: "A certificate is signed with a broken algorithm", Severity: auditapi.High,
				Evidence: lines("Signature: "+c.SignatureAlgorithm.String(), describeCertificate(c)),
			})
		}
	}
	return fail(merge(findings)...)
}

func keyFindings(key publicKey, of string) []Finding {
	var findings []Finding
	least := map[string]int{"RSA": minRSA, "DSA": minRSA, "elliptic curve": minCurve}[key.kind]
	if key.bits > 0 && key.bits < least {
		findings = append(findings, Finding{
			Title: "The certificate's key is too short", Severity: auditapi.High,
			Evidence: lines(fmt.Sprintf("Key: %s with %d bits, at least %d are needed", key.kind, key.bits, least), of),
		})
	}
	if key.exponentOne {
		findings = append(findings, Finding{
			Title: "The certificate's key does not protect anything", Severity: auditapi.High,
			Evidence: lines("Key: RSA with the public exponent 1", of),
			Impact:   "With the exponent 1, signing and encrypting change nothing: anybody can pretend to be the site.",
		})
	}
	return findings
}

func weakSignature(a x509.SignatureAlgorithm) bool {
	return slices.Contains([]x509.SignatureAlgorithm{x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1}, a)
}
