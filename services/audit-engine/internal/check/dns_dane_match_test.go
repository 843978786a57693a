package check

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"math/big"
	"strings"
	"testing"
	"time"

	"doorstep.example/services/audit-engine/internal/dnsprobe"
)

func TestAnnounced(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	issue := func(parent *x509.Certificate, by *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
		template.Subject.CommonName = time.Now().String()
		if parent == nil {
			parent, by = template, key
		}
		der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
		if err != nil {
			t.Fatal(err)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return c, key
	}
	root, rootKey := issue(nil, nil)
	middle, middleKey := issue(root, rootKey)
	leaf, _ := issue(middle, middleKey)
	stranger, _ := issue(nil, nil)
	trusting := &Site{Now: now, Roots: x509.NewCertPool()}
	trusting.Roots.AddCert(root)
	digest := func(content []byte) []byte { sum := sha256.Sum256(content); return sum[:] }
	long := sha512.Sum512(leaf.RawSubjectPublicKeyInfo)
	for name, test := range map[string]struct {
		record            dnsprobe.TLSARecord
		trusted, stranger bool // what is wanted of a site whose root is known, and of one whose is not
	}{
		"key of the server":            {dnsprobe.TLSARecord{Usage: 3, Selector: 1, Matching: 1, Data: digest(leaf.RawSubjectPublicKeyInfo)}, true, true},
		"long digest":                  {dnsprobe.TLSARecord{Usage: 1, Selector: 1, Matching: 2, Data: long[:]}, true, true},
		"whole certificate":            {dnsprobe.TLSARecord{Usage: 3, Selector: 0, Matching: 0, Data: leaf.Raw}, true, true},
		"digest of the certificate":    {dnsprobe.TLSARecord{Usage: 1, Selector: 0, Matching: 1, Data: digest(leaf.Raw)}, true, true},
		"key taken for certificate":    {dnsprobe.TLSARecord{Usage: 3, Selector: 0, Matching: 1, Data: digest(leaf.RawSubjectPublicKeyInfo)}, false, false},
		"issuer as server":             {dnsprobe.TLSARecord{Usage: 3, Selector: 0, Matching: 1, Data: digest(middle.Raw)}, false, false},
		"issuer":                       {dnsprobe.TLSARecord{Usage: 2, Selector: 0, Matching: 1, Data: digest(middle.Raw)}, true, true},
		"root that is not sent":        {dnsprobe.TLSARecord{Usage: 0, Selector: 1, Matching: 1, Data: digest(root.RawSubjectPublicKeyInfo)}, true, false},
		"issuer in the DNS":            {dnsprobe.TLSARecord{Usage: 2, Selector: 0, Matching: 0, Data: root.Raw}, true, true},
		"key of the issuer in the DNS": {dnsprobe.TLSARecord{Usage: 2, Selector: 1, Matching: 0, Data: root.RawSubjectPublicKeyInfo}, true, true},
		"another issuer in the DNS":    {dnsprobe.TLSARecord{Usage: 2, Selector: 0, Matching: 0, Data: stranger.Raw}, false, false},
		"no certificate in the DNS":    {dnsprobe.TLSARecord{Usage: 2, Selector: 0, Matching: 0, Data: []byte{0x30, 0}}, false, false},
		"no key in the DNS":            {dnsprobe.TLSARecord{Usage: 2, Selector: 1, Matching: 0, Data: []byte{0x30, 0}}, false, false},
		"another server":               {dnsprobe.TLSARecord{Usage: 3, Selector: 1, Matching: 1, Data: digest(stranger.RawSubjectPublicKeyInfo)}, false, false},
	} {
		chain := []*x509.Certificate{leaf, middle}
		records := []dnsprobe.TLSARecord{{Usage: 3, Data: stranger.Raw}, test.record}
		if got := announced(trusting, chain, records); got != test.trusted {
			t.Errorf("%s: %t with a known root", name, got)
		}
		if got := announced(&Site{Now: now}, chain, records); got != test.stranger {
			t.Errorf("%s: %t without one", name, got)
		}
	}
	// One certificate of two is announced: some visitors are refused.
	site := &Site{Now: now, Roots: trusting.Roots, TLS: &TLS{Address: "a", Certificates: [][]*x509.Certificate{{leaf, middle}, {stranger}}}, DNS: &dnsprobe.Facts{}}
	site.DNS.TLSA.Value = dnsprobe.TLSA{Signed: true, Records: []dnsprobe.TLSARecord{{Usage: 3, Selector: 1, Matching: 1, Data: digest(leaf.RawSubjectPublicKeyInfo)}}}
	if got := judgeTLSA(site); len(got.Findings) != 1 || got.Findings[0].Severity != "low" {
		t.Errorf("one of two: %+v", got)
	}
	site.TLS.Certificates = site.TLS.Certificates[:1]
	if got := judgeTLSA(site); len(got.Findings) != 0 || got.Skipped != "" {
		t.Errorf("all are announced: %+v", got)
	}
}

// The evidence about mail says what was not looked at, and stays short.
func TestDANEEvidence(t *testing.T) {
	t.Parallel()
	site := &Site{Host: "example.com", DNS: &dnsprobe.Facts{}}
	var mail dnsprobe.Fact[dnsprobe.TLSA]
	mail.Value.Name = "_25._tcp.mx.example.com"
	for i := range byte(20) {
		mail.Value.Records = append(mail.Value.Records, dnsprobe.TLSARecord{Usage: 3, Data: bytes.Repeat([]byte{i}, 4000)})
	}
	site.DNS.MailTLSA = append(site.DNS.MailTLSA, mail)
	result := runDANE(t.Context(), site)
	if len(result.Findings) != 1 || !strings.HasSuffix(result.Findings[0].Evidence, noPort25) || len(result.Findings[0].Evidence) > 2000 {
		t.Errorf("%+v", result)
	}
}
