package check

import (
	"crypto/x509"
	"fmt"
	"net"
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
	return string(c.RawIssuer) == string(c.RawSubject) && c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
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
