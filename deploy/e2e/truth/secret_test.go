package truth_test

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"hash/crc32"
	mathrand "math/rand/v2"
	"strings"
	"testing"
)

// The secrets are made at run time: they have the form of real ones and open nothing,
// and programs that look for secrets in a checkout find none.

// token is a random word of 26 letters and digits.
func token() string { return strings.ToLower(rand.Text()) }

// drawn are n letters of alphabet. They are the same in each run: a test whose input
// is drawn anew fails once in a while, and nobody can repeat it.
func drawn(alphabet string, n int) string {
	source := mathrand.New(mathrand.NewPCG(uint64(n), 5))
	text := make([]byte, n)
	for i := range text {
		text[i] = alphabet[source.IntN(len(alphabet))]
	}
	return string(text)
}

// letters are n letters and digits, in both cases.
func letters(n int) string {
	return drawn("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", n)
}

// hexadecimal are n random digits of base 16.
func hexadecimal(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // never fails
	return fmt.Sprintf("%x", raw)[:n]
}

// awsID is an access key's name.
func awsID() string { return "AK" + "IA" + drawn("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16) }

// githubToken ends with a sum, as real ones do.
func githubToken() string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	text, sum := letters(30), []byte("000000")
	for n, i := crc32.ChecksumIEEE([]byte(text)), len(sum)-1; n > 0; n, i = n/62, i-1 {
		sum[i] = digits[n%62]
	}
	return "gh" + "p_" + text + string(sum)
}

// privateKey is a new key in PEM.
func privateKey(t *testing.T) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(public.issue(t, certificate{}).PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE " + "KEY", Bytes: der}))
}
