package check

import (
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"fmt"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

// The smallest keys that are still considered safe, in bits.
const (
	minRSA   = 2048
	minCurve = 256
)

func init() {
	register(Check{
		ID: "certificate-key", Title: "Strong key and signature of the certificate", Area: AreaEncryption,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact:      "A key that is too short can be computed, and a signature with MD5 or SHA-1 can be forged. Whoever does either can pretend to be the site, and read older recordings of connections without forward secrecy.",
		Remediation: renewCertificate,
		References:  []string{"https://www.rfc-editor.org/rfc/rfc9325#section-4.5", "https://nvlpubs.nist.gov/nistpubs/SpecialPublications/NIST.SP.800-131Ar2.pdf"},
		Controls:    controls(transportCrypto, "12.1.2"),
		Run:         runKey,
	})
}

func runKey(_ context.Context, site *Site) Result {
	if site.TLS == nil {
		return skip("%s", site.NoTLS)
	}
	var findings []Finding
	leaf := site.TLS.Chain[0]
	if weak := weakKey(leaf); weak != "" {
		findings = append(findings, Finding{Title: "The certificate's key is too short", Severity: auditapi.High, Evidence: lines("Key: "+weak, describeCertificate(leaf))})
	}
	for _, c := range site.TLS.Chain {
		// A root's signature means nothing, it is trusted by itself; the leaf counts in any case.
		if weakSignature(c.SignatureAlgorithm) && (c == leaf || !selfSigned(c)) {
			findings = append(findings, Finding{
				Title: "A certificate is signed with a broken algorithm", Severity: auditapi.High,
				Evidence: lines("Signature: "+c.SignatureAlgorithm.String(), describeCertificate(c)),
			})
			break
		}
	}
	return fail(findings...)
}

func weakKey(c *x509.Certificate) string {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < minRSA {
			return fmt.Sprintf("RSA with %d bits, at least %d are needed", bits, minRSA)
		}
	case *ecdsa.PublicKey:
		if bits := key.Curve.Params().BitSize; bits < minCurve {
			return fmt.Sprintf("elliptic curve with %d bits, at least %d are needed", bits, minCurve)
		}
	}
	return ""
}

func weakSignature(a x509.SignatureAlgorithm) bool {
	switch a {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	}
	return false
}
