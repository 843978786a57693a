// Package certificate makes the demo target's certificate, wrong in three ways:
// nobody signed it, it is about to expire, and it names another host.
package certificate

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"
)

// Name is the only host that the certificate is good for. The demo is reached
// under an IP address, so it never matches.
const Name = "www.northwind-atelier.example"

// The certificate looks like one of a year that nobody renewed. An hour on top of
// the nine days keeps "days left", rounded down, at nine during a demo.
const (
	lifetime = 365 * 24 * time.Hour
	left     = 9*24*time.Hour + time.Hour
	keyBits  = 2048
)

// SelfSigned returns a new certificate that expires nine days after now.
func SelfSigned(now time.Time) (tls.Certificate, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("generate an RSA key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("draw a serial number: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: Name, Organization: []string{"Northwind Atelier"}},
		DNSNames:              []string{Name},
		NotBefore:             now.Add(left - lifetime),
		NotAfter:              now.Add(left),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("sign the certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
