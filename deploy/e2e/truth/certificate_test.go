package truth_test

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"math/big"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"
)

// authority signs certificates, with an intermediate as public ones do.
type authority struct {
	root, middle *x509.Certificate
	key          crypto.Signer // of middle
}

const day = 24 * time.Hour

func newAuthority() (*authority, error) {
	now := time.Now()
	template := func(name string, years int) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name},
			NotBefore: now.AddDate(-2, 0, 0), NotAfter: now.AddDate(years, 0, 0),
			IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		}
	}
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	rootTemplate := template("Test root", 20)
	root, err := sign(rootTemplate, rootTemplate, rootKey.Public(), rootKey)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	middle, err := sign(template("Test authority", 10), root, key.Public(), rootKey)
	if err != nil {
		return nil, err
	}
	return &authority{root: root, middle: middle, key: key}, nil
}

func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.Raw})
}

func sign(template, issuer *x509.Certificate, public any, key crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, public, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// certificate says how a certificate differs from a good one.
type certificate struct {
	name      string        // default: localhost
	since     time.Duration // how long ago it was issued; default: an hour
	left      time.Duration // default: 60 days
	ocsp      bool          // it names a place that knows whether it was revoked
	must      bool          // and demands a proof from there
	published bool          // it names a place that has its issuer's certificate
	alone     bool          // that certificate is not sent along
	withRoot  bool          // the root is sent as well
	signed    bool          // by itself
	proof     int           // an answer of the authority to staple, such as ocsp.Revoked
	proven    bool          // it is stapled
	claims    bool          // that a public authority has issued it, for browsers to ask logs about
	logs      int           // that vouch for it in the handshake
}

// mustStaple is the extension of RFC 7633 with status_request.
var mustStaple = pkix.Extension{Id: []int{1, 3, 6, 1, 5, 5, 7, 1, 24}, Value: []byte{0x30, 3, 2, 1, 5}}

func (a *authority) issue(t *testing.T, c certificate) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	name := cmp.Or(c.name, "localhost")
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: now.Add(-cmp.Or(c.since, time.Hour)), NotAfter: now.Add(cmp.Or(c.left, 60*day)),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
	}
	if c.ocsp {
		leaf.OCSPServer = []string{"http://ocsp.authority.example"}
	}
	if c.must {
		leaf.ExtraExtensions = []pkix.Extension{mustStaple}
	}
	if c.claims {
		domainValidated, err := x509.OIDFromInts([]uint64{2, 23, 140, 1, 2, 1})
		if err != nil {
			t.Fatal(err)
		}
		leaf.Policies = []x509.OID{domainValidated}
	}
	if c.published {
		leaf.IssuingCertificateURL = []string{"http://authority.example/issuer.der"}
	}
	issuer, signer := a.middle, a.key
	if c.signed {
		issuer, signer = leaf, key
	}
	made, err := sign(leaf, issuer, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	chain := [][]byte{made.Raw}
	if !c.alone && !c.signed {
		chain = append(chain, a.middle.Raw)
	}
	if c.withRoot {
		chain = append(chain, a.root.Raw)
	}
	issued := tls.Certificate{Certificate: chain, PrivateKey: key}
	if c.proven {
		issued.OCSPStaple, err = ocsp.CreateResponse(a.middle, a.middle, ocsp.Response{
			Status: c.proof, SerialNumber: leaf.SerialNumber, ThisUpdate: now.Add(-time.Hour), NextUpdate: now.Add(day), RevokedAt: now.Add(-day),
		}, a.key)
		if err != nil {
			t.Fatal(err)
		}
	}
	for log := range c.logs { // RFC 6962: version, log, milliseconds, no extensions, signature
		stamp := append([]byte{0}, bytes.Repeat([]byte{byte(log)}, 32)...)
		stamp = binary.BigEndian.AppendUint64(stamp, uint64(leaf.NotBefore.UnixMilli()))
		issued.SignedCertificateTimestamps = append(issued.SignedCertificateTimestamps, append(stamp, 0, 0, 4, 3, 0, 2, 1, 2))
	}
	return issued
}

// save writes a certificate with its chain and key into dir, as servers read them.
func save(t *testing.T, dir string, c tls.Certificate) (chainFile, keyFile string) {
	t.Helper()
	var chain []byte
	for _, der := range c.Certificate {
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	chainFile, keyFile = filepath.Join(dir, "chain.pem"), filepath.Join(dir, "key.pem")
	write(t, chainFile, string(chain))
	write(t, keyFile, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
	return chainFile, keyFile
}
