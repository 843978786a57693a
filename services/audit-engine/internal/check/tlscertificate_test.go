package check_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"math/big"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"
)

// issuer is a certificate with the key to sign others.
type issuer struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// sent is a chain as a server sends it, with the leaf's key.
type sent struct {
	der    [][]byte
	key    crypto.Signer
	staple []byte // nil: none
	stamps [][]byte
}

// sentChains makes the certificates that spec describes, and the pool of the roots that
// visitors trust:
//
//	key        p256 (default), rsa2048, rsa1024; in "tls probe" also p192, exponent1
//	signature  sha1
//	issuer     authority (default), self, stranger, intermediate, intermediate-not-sent
//	sends      what follows the leaf if not the intermediate: names of intermediate, root and stranger
//	names      names and addresses; default shop.example
//	valid      days from now, "-10d to 80d"; default -10d to 100d
//	middle     the same for the intermediate; default -900d to 900d
//	permits    the domain that the intermediate may vouch for; default any
//	use        client: what the certificate is for, if not web servers
//	stapled    what the authority says in the proof that the server sends: good, revoked,
//	           old, or other (of another certificate)
//	policy     anything: it claims to be issued as public authorities do
//	logs       how many have dated the certificate, "2", or "2 tomorrow"
//	given      the same for timestamps that the server sends in the handshake
//	proven     the same for timestamps in the stapled proof
//	features   "staple" demands stapling, "ocsp" names a responder
//
// A key with "also " in front describes a second certificate; one that is not given is
// as in the first.
func sentChains(t *testing.T, spec map[string]string) ([]sent, *x509.CertPool) {
	t.Helper()
	root := issue(t, nil, map[string]string{"ca": "Test Root", "valid": "-1000d to 1000d"})
	roots := x509.NewCertPool()
	roots.AddCert(root.certificate)
	chains := []sent{makeChain(t, &root, spec)}
	second, also := map[string]string{}, false
	for key, value := range spec {
		if _, given := spec["also "+key]; !given && !strings.HasPrefix(key, "also ") {
			second[key] = value
		}
		if name, found := strings.CutPrefix(key, "also "); found {
			second[name], also = value, true
		}
	}
	if also {
		chains = append(chains, makeChain(t, &root, second))
	}
	return chains, roots
}

func makeChain(t *testing.T, root *issuer, spec map[string]string) sent {
	t.Helper()
	others := map[string][]byte{"root": root.certificate.Raw}
	sends := spec["sends"]
	signer := root
	switch spec["issuer"] {
	case "self":
		signer = nil
	case "stranger":
		stranger := issue(t, nil, map[string]string{"ca": "Unknown Root", "valid": "-1000d to 1000d"})
		signer, others["stranger"] = &stranger, stranger.certificate.Raw
	case "intermediate", "intermediate-not-sent":
		valid := spec["middle"]
		if valid == "" {
			valid = "-900d to 900d"
		}
		middle := issue(t, root, map[string]string{"ca": "Test Intermediate", "valid": valid, "permits": spec["permits"]})
		signer, others["intermediate"] = &middle, middle.certificate.Raw
		if spec["issuer"] == "intermediate" && sends == "" {
			sends = "intermediate"
		}
	}
	leaf := issue(t, signer, spec)
	chain := sent{der: [][]byte{leaf.certificate.Raw}, key: leaf.key, stamps: stamps(t, spec["given"])}
	if spec["key"] == "p192" { // the certificate with the number of another curve
		p256, p192 := []byte("\x2a\x86\x48\xce\x3d\x03\x01\x07"), []byte("\x2a\x86\x48\xce\x3d\x03\x01\x01")
		der := bytes.Replace(leaf.certificate.Raw, p256, p192, 1)
		// The point gets shorter: 0x04 and two coordinates in a bit string.
		chain.der[0] = shortenPoint(t, der)
	}
	if answer := spec["stapled"]; answer != "" {
		chain.staple = staple(t, signer, leaf.certificate, answer, stampsExtension(t, 5, spec["proven"]))
	}
	for name := range strings.FieldsSeq(sends) {
		chain.der = append(chain.der, others[name])
	}
	return chain
}

func staple(t *testing.T, by *issuer, about *x509.Certificate, answer string, more []pkix.Extension) []byte {
	t.Helper()
	proof := ocsp.Response{Status: ocsp.Good, SerialNumber: about.SerialNumber, ThisUpdate: fixtureNow.Add(-time.Hour), NextUpdate: fixtureNow.Add(24 * time.Hour), ExtraExtensions: more}
	switch answer {
	case "revoked":
		proof.Status, proof.RevokedAt = ocsp.Revoked, fixtureNow.Add(-48*time.Hour)
	case "old":
		proof.ThisUpdate, proof.NextUpdate = fixtureNow.Add(-90*time.Hour), fixtureNow.Add(-time.Hour)
	case "other":
		proof.SerialNumber = big.NewInt(7)
	}
	der, err := ocsp.CreateResponse(by.certificate, by.certificate, proof, by.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// shortenPoint makes the point of a certificate's key as short as one of P-192.
func shortenPoint(t *testing.T, der []byte) []byte {
	t.Helper()
	var certificate struct {
		TBS       []asn1.RawValue
		Algorithm asn1.RawValue
		Signature asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &certificate); err != nil {
		t.Fatal(err)
	}
	const keyField = 6 // of TBSCertificate
	var key struct {
		Algorithm asn1.RawValue
		Point     asn1.BitString
	}
	if _, err := asn1.Unmarshal(certificate.TBS[keyField].FullBytes, &key); err != nil {
		t.Fatal(err)
	}
	key.Point = asn1.BitString{Bytes: key.Point.Bytes[:1+2*24], BitLength: 8 * (1 + 2*24)}
	raw, err := asn1.Marshal(key)
	if err != nil {
		t.Fatal(err)
	}
	certificate.TBS[keyField] = asn1.RawValue{FullBytes: raw}
	if raw, err = asn1.Marshal(certificate); err != nil {
		t.Fatal(err)
	}
	return raw
}

// issue makes a certificate; without a signer it signs itself.
func issue(t *testing.T, signer *issuer, spec map[string]string) issuer {
	t.Helper()
	key := makeKey(t, spec["key"])
	from, until := validity(t, spec["valid"])
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), NotBefore: from, NotAfter: until,
		Subject: pkix.Name{CommonName: "shop.example"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if strings.HasPrefix(spec["issuer"], "intermediate") {
		template.IssuingCertificateURL = []string{"http://ca.example/issuer.crt"}
	}
	if spec["ca"] != "" {
		template.Subject.CommonName, template.IsCA, template.BasicConstraintsValid = spec["ca"], true, true
		template.KeyUsage, template.ExtKeyUsage = x509.KeyUsageCertSign, nil
		if spec["permits"] != "" {
			template.PermittedDNSDomainsCritical, template.PermittedDNSDomains = true, []string{spec["permits"]}
		}
	}
	if spec["use"] == "client" {
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	}
	for feature := range strings.FieldsSeq(spec["features"]) {
		switch feature {
		case "ocsp":
			template.OCSPServer = []string{"http://ocsp.example"}
		case "staple": // RFC 7633: a sequence with the number of status_request
			template.ExtraExtensions = append(template.ExtraExtensions, pkix.Extension{
				Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24}, Value: []byte{0x30, 3, 2, 1, 5},
			})
		}
	}
	if spec["policy"] != "" {
		domainValidated, err := x509.OIDFromInts([]uint64{2, 23, 140, 1, 2, 1})
		if err != nil {
			t.Fatal(err)
		}
		template.Policies = []x509.OID{domainValidated}
	}
	template.ExtraExtensions = append(template.ExtraExtensions, stampsExtension(t, 2, spec["logs"])...)
	names, given := spec["names"]
	if !given {
		names = "shop.example"
	}
	for _, name := range strings.Fields(names) {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
			continue
		}
		template.DNSNames = append(template.DNSNames, name)
	}
	if spec["signature"] == "sha1" {
		template.SignatureAlgorithm = x509.ECDSAWithSHA1
	}
	parent, signing := template, key
	if signer != nil {
		parent, signing = signer.certificate, signer.key
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signing)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return issuer{certificate, key}
}

// exponentOne is an RSA key with which nothing can be signed.
type exponentOne struct{ crypto.Signer }

func (k exponentOne) Public() crypto.PublicKey {
	return &rsa.PublicKey{N: k.Signer.Public().(*rsa.PublicKey).N, E: 1}
}

func makeKey(t *testing.T, kind string) crypto.Signer {
	t.Helper()
	var key crypto.Signer
	var err error
	switch kind {
	case "rsa1024":
		key, err = rsa.GenerateKey(rand.Reader, 1024)
	case "rsa2048", "exponent1":
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	default:
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	if kind == "exponent1" {
		return exponentOne{key}
	}
	return key
}

func validity(t *testing.T, text string) (from, until time.Time) {
	t.Helper()
	if text == "" {
		text = "-10d to 100d"
	}
	first, second, _ := strings.Cut(text, " to ")
	at := func(days string) time.Time {
		hours, err := time.ParseDuration(strings.TrimSuffix(days, "d") + "h")
		if err != nil {
			t.Fatal(err)
		}
		return fixtureNow.Add(24*hours + time.Hour)
	}
	return at(first), at(second)
}

// stamps are signed certificate timestamps of RFC 6962 section 3.2, each of another log:
// "2" of today, "2 tomorrow".
func stamps(t *testing.T, text string) [][]byte {
	t.Helper()
	number, when, _ := strings.Cut(text, " ")
	if number == "" {
		return nil
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	at := fixtureNow
	if when == "tomorrow" {
		at = at.Add(24 * time.Hour)
	}
	var list [][]byte
	for log := range n {
		stamp := append([]byte{0}, bytes.Repeat([]byte{byte(log)}, 32)...) // v1, log
		stamp = binary.BigEndian.AppendUint64(stamp, uint64(at.UnixMilli()))
		list = append(list, append(stamp, 0, 0, 4, 3, 0, 2, 1, 2)) // no extensions; ECDSA with SHA-256
	}
	return list
}

func stampList(stamps [][]byte) []byte {
	var list []byte
	for _, s := range stamps {
		list = slices.Concat(list, []byte{byte(len(s) >> 8), byte(len(s))}, s)
	}
	if list == nil {
		return nil
	}
	return append([]byte{byte(len(list) >> 8), byte(len(list))}, list...)
}

// stampsExtension wraps a list as certificates (number 2) and OCSP (number 5) do.
func stampsExtension(t *testing.T, number int, text string) []pkix.Extension {
	t.Helper()
	if text == "" {
		return nil
	}
	value, err := asn1.Marshal(stampList(stamps(t, text)))
	if err != nil {
		t.Fatal(err)
	}
	return []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, number}, Value: value}}
}
