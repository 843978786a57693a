package tlsprobe

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"slices"
)

// Drown is the Active probe for hosts that use one RSA key for SSL 2.0 and for TLS, so
// that the former opens what the latter has protected (CVE-2016-0800). SSL 2.0 knows no
// other keys. It asks for SSL 2.0 once more, and does not touch the key.
func Drown(ctx context.Context, c Config, known *Result) (Proof, error) {
	switch v := known.Version(SSL20); {
	case v.Offered == Unknown:
		return Proof{}, errors.New("no clear answer to SSL 2.0")
	case v.Offered == No, len(v.SSL2Ciphers) == 0:
		return Proof{}, nil
	}
	hello, err := newProber(c.withDefaults()).askSSL2(ctx)
	if err != nil {
		return Proof{}, err
	}
	if len(hello.Ciphers) == 0 {
		return Proof{}, ErrUnsteady
	}
	if !slices.ContainsFunc(known.Chains, func(chain [][]byte) bool { return sameKey(hello.Certificate, chain[0]) }) {
		return Proof{}, nil
	}
	seen := []string{"SSL 2.0 was answered, twice, with the key of the certificate that TLS uses."}
	if version, suites := rsaExchange(known); len(suites) > 0 {
		seen = append(seen, VersionName(version)+" accepts suites that send their secret under this key, such as "+suites[0].Name+".")
	}
	return Proof{Seen: append(seen, "CVE-2016-0800.")}, nil
}

// sameKey reports whether two certificates, in DER, have one key.
func sameKey(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	first, err := x509.ParseCertificate(a)
	if err != nil {
		return false
	}
	second, err := x509.ParseCertificate(b)
	return err == nil && bytes.Equal(first.RawSubjectPublicKeyInfo, second.RawSubjectPublicKeyInfo)
}
