package check

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// day is the unit that people count a certificate's life in.
const day = 24 * time.Hour

// describeCertificate tells the facts that a person needs to find the certificate.
func describeCertificate(c *x509.Certificate) string {
	return lines(
		"Subject: "+quote(c.Subject.String()),
		"Names: "+quote(strings.Join(certificateNames(c), ", ")),
		"Issuer: "+quote(c.Issuer.String()),
		fmt.Sprintf("Valid: %s to %s", c.NotBefore.UTC().Format(time.DateOnly), c.NotAfter.UTC().Format(time.DateOnly)),
	)
}

func certificateNames(c *x509.Certificate) []string {
	names := append([]string(nil), c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return []string{"none"}
	}
	return names
}

// selfSigned reports whether c vouches for itself.
func selfSigned(c *x509.Certificate) bool {
	return bytes.Equal(c.RawIssuer, c.RawSubject) && c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
}

// selfIssued reports whether c names itself as its issuer, as only roots do on purpose.
// Unlike selfSigned it also holds for signatures that Go does not check any more.
func selfIssued(c *x509.Certificate) bool { return bytes.Equal(c.RawIssuer, c.RawSubject) }

// issued reports whether c is the issuer of other, by the names and key identifiers
// that browsers build chains with.
func issued(c, other *x509.Certificate) bool {
	return bytes.Equal(c.RawSubject, other.RawIssuer) &&
		(len(c.SubjectKeyId) == 0 || len(other.AuthorityKeyId) == 0 || bytes.Equal(c.SubjectKeyId, other.AuthorityKeyId))
}

// verify builds a path from the chain's leaf to a trusted authority, at a time within
// the leaf's life: that it has ended is told by another check.
func verify(site *Site, chain []*x509.Certificate) ([]*x509.Certificate, error) {
	leaf := chain[0]
	options := x509.VerifyOptions{Roots: site.Roots, Intermediates: x509.NewCertPool(), CurrentTime: within(leaf, site.Now)}
	for _, c := range chain[1:] {
		options.Intermediates.AddCert(c)
	}
	paths, err := leaf.Verify(options)
	if err != nil {
		return nil, err
	}
	return slices.MinFunc(paths, func(a, b []*x509.Certificate) int { return len(a) - len(b) }), nil
}

// within is now, moved into the certificate's life.
func within(c *x509.Certificate, now time.Time) time.Time {
	if now.After(c.NotAfter) {
		return c.NotAfter.Add(-time.Minute)
	}
	if now.Before(c.NotBefore) {
		return c.NotBefore.Add(time.Minute)
	}
	return now
}

// incomplete reports whether the leaf's issuer was not sent along, although it is one
// that publishes its own certificate: most likely a public authority's intermediate,
// which browsers find by themselves.
func incomplete(chain []*x509.Certificate) bool {
	leaf := chain[0]
	return !selfIssued(leaf) && len(leaf.IssuingCertificateURL) > 0 && !issuerSent(chain)
}

// issuerSent reports whether the leaf's issuer is among what was sent along.
func issuerSent(chain []*x509.Certificate) bool {
	return slices.ContainsFunc(chain[1:], func(c *x509.Certificate) bool { return issued(c, chain[0]) })
}

// relevant are the certificates whose keys and signatures a visitor depends on: those
// of the path to a trusted authority, or of all that was sent if there is no path. A
// root is trusted by itself, so its own signature means nothing.
func relevant(site *Site, chain []*x509.Certificate) []*x509.Certificate {
	if site.Roots != nil {
		if path, err := verify(site, chain); err == nil {
			return path[:max(1, len(path)-1)]
		}
	}
	rest := slices.DeleteFunc(slices.Clone(chain[1:]), selfIssued)
	return append([]*x509.Certificate{chain[0]}, rest...)
}

// hostForCertificate is how VerifyHostname wants an address: in brackets.
func hostForCertificate(host string) string {
	if net.ParseIP(host) != nil {
		return "[" + host + "]"
	}
	return host
}

// renewCertificate is what to do about most problems of a certificate.
var renewCertificate = serverConfig("Get a certificate from a public certificate authority (Let's Encrypt gives them free of charge) and let it renew itself.",
	"# certbot --nginx -d YOUR.NAME writes these lines and renews by itself:\nssl_certificate     /etc/letsencrypt/live/YOUR.NAME/fullchain.pem;\nssl_certificate_key /etc/letsencrypt/live/YOUR.NAME/privkey.pem;",
	"# certbot --apache -d YOUR.NAME writes these lines and renews by itself:\nSSLCertificateFile    /etc/letsencrypt/live/YOUR.NAME/fullchain.pem\nSSLCertificateKeyFile /etc/letsencrypt/live/YOUR.NAME/privkey.pem",
	"# Caddy gets and renews certificates by itself for a site that is named by its domain:\nYOUR.NAME {\n    reverse_proxy 127.0.0.1:3000\n}")
