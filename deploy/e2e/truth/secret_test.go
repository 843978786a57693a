package truth_test

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"
)

// The secrets are made at run time: they have the form of real ones and open nothing,
// and programs that look for secrets in a checkout find none.

// token is a random word of 26 letters and digits.
func token() string { return strings.ToLower(rand.Text()) }

// letters are n random letters and digits, in both cases.
func letters(n int) string {
	text := ""
	for len(text) < n {
		raw := make([]byte, 64)
		_, _ = rand.Read(raw) // never fails
		text += strings.NewReplacer("+", "", "/", "", "=", "").Replace(base64.StdEncoding.EncodeToString(raw))
	}
	return text[:n]
}

// hexadecimal are n random digits of base 16.
func hexadecimal(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // never fails
	return fmt.Sprintf("%x", raw)[:n]
}

// awsID is an access key's name.
func awsID() string { return "AK" + "IA" + rand.Text()[:16] }

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
