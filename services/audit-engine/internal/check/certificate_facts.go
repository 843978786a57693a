package check

import (
	"crypto/x509"
	"slices"
)

// CertificateFacts is what a rating of the server's TLS needs to know of one chain.
// What else it needs stands in Site.TLS.
type CertificateFacts struct {
	TrustKnown    bool // whether Trusted means anything
	Trusted       bool
	SelfSigned    bool
	Incomplete    bool // the issuer's certificate was not sent along
	NameMatches   bool
	InTime        bool
	ExponentOne   bool // of the leaf's RSA key
	BrokenHash    bool // a signature with MD2 or MD5
	WithdrawnHash bool // a signature with SHA-1
}

// CertificateFacts returns the facts of each chain of the host.
func (s *Site) CertificateFacts() []CertificateFacts {
	if s.TLS == nil {
		return nil
	}
	var all []CertificateFacts
	for _, chain := range s.TLS.Certificates {
		all = append(all, s.factsOf(chain))
	}
	return all
}

func (s *Site) factsOf(chain []*x509.Certificate) CertificateFacts {
	leaf := chain[0]
	f := CertificateFacts{
		Trusted: trusted(s, chain), SelfSigned: selfSigned(leaf), NameMatches: leaf.VerifyHostname(hostForCertificate(s.Host)) == nil,
		InTime: !s.Now.Before(leaf.NotBefore) && !s.Now.After(leaf.NotAfter),
	}
	f.Incomplete = !f.Trusted && incomplete(chain)
	f.TrustKnown = s.Roots != nil && !f.Incomplete
	if key, err := readKey(leaf.Raw); err == nil {
		f.ExponentOne = key.exponentOne
	}
	for _, c := range relevant(s, chain) {
		switch {
		case slices.Contains([]x509.SignatureAlgorithm{x509.MD2WithRSA, x509.MD5WithRSA}, c.SignatureAlgorithm):
			f.BrokenHash = true
		case weakSignature(c.SignatureAlgorithm):
			f.WithdrawnHash = true
		}
	}
	return f
}
