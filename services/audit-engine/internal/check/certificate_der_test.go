package check

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"math/big"
	"testing"
	"time"
)

func TestReadKey(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		der  []byte
		want publicKey
	}{
		{"RSA", rsaCertificate(t), publicKey{kind: "RSA", bits: 2048}},
		{"P-256", curveCertificate(t, elliptic.P256()), publicKey{kind: "elliptic curve", bits: 256}},
		{"P-224", curveCertificate(t, elliptic.P224()), publicKey{kind: "elliptic curve", bits: 224}},
		{"Ed25519", ed25519Certificate(t), publicKey{}},
	} {
		got, err := readKey(test.der)
		if err != nil || got != test.want {
			t.Errorf("readKey(%s) = %+v, %v, want %+v", test.name, got, err, test.want)
		}
	}
	if _, err := readKey([]byte{0x30, 3, 2, 1, 1}); err == nil {
		t.Error("readKey of something else: no error")
	}
}

func FuzzReadKey(f *testing.F) {
	for _, der := range [][]byte{rsaCertificate(f), curveCertificate(f, elliptic.P256()), ed25519Certificate(f)} {
		f.Add(der)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		key, err := readKey(der)
		if err == nil && (key.bits < 0 || key.bits > 8*len(der)) {
			t.Errorf("%d bits in %d bytes", key.bits, len(der))
		}
	})
}

func rsaCertificate(tb testing.TB) []byte {
	tb.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		tb.Fatal(err)
	}
	return certificateFor(tb, key.Public(), key)
}

func curveCertificate(tb testing.TB, curve elliptic.Curve) []byte {
	tb.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return certificateFor(tb, key.Public(), key)
}

func ed25519Certificate(tb testing.TB) []byte {
	tb.Helper()
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return certificateFor(tb, public, key)
}

func certificateFor(tb testing.TB, public, key any) []byte {
	tb.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Unix(1, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, key)
	if err != nil {
		tb.Fatal(err)
	}
	return der
}
