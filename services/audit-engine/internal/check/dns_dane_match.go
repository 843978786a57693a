package check

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"

	"doorstep.example/services/audit-engine/internal/dnsprobe"
)

// matches reports whether a record describes c (RFC 6698 section 2.1).
func matches(r dnsprobe.TLSARecord, c *x509.Certificate) bool {
	content := c.Raw
	if r.Selector == dnsprobe.PublicKey {
		content = c.RawSubjectPublicKeyInfo
	}
	switch r.Matching {
	case dnsprobe.SHA256:
		digest := sha256.Sum256(content)
		return bytes.Equal(digest[:], r.Data)
	case dnsprobe.SHA512:
		digest := sha512.Sum512(content)
		return bytes.Equal(digest[:], r.Data)
	}
	return bytes.Equal(content, r.Data)
}

// announcedIssuer reports whether an authority that stands in the record itself has
// signed a certificate of the chain: it need not be sent then (RFC 7671 section 5.2.2).
func announcedIssuer(r dnsprobe.TLSARecord, chain []*x509.Certificate) bool {
	if r.Matching != dnsprobe.Exact {
		return false
	}
	issuer := &x509.Certificate{}
	if r.Selector == dnsprobe.PublicKey {
		key, err := x509.ParsePKIXPublicKey(r.Data)
		if err != nil {
			return false
		}
		issuer.PublicKey = key
	} else {
		parsed, err := x509.ParseCertificate(r.Data)
		if err != nil {
			return false
		}
		issuer = parsed
	}
	for _, c := range chain {
		if issuer.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil {
			return true
		}
	}
	return false
}
