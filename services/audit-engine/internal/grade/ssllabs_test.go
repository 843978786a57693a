package grade

import (
	"strings"
	"testing"
)

// modern is a server with TLS 1.2 and 1.3, an elliptic key of 256 bits and ciphers of
// 128 and 256 bits. testssl.sh gives such a one 96 points and an A+.
func modern() TLSFacts {
	return TLSFacts{
		TLS12: true, TLS13: true, Keys: []Key{{Elliptic: true, Bits: 256}}, WeakestCipher: 128, StrongestCipher: 256,
		ForwardSecrecy: true, AEAD: true, HSTS: TransportFacts{Sent: true, Valid: true, MaxAge: 31_536_000},
	}
}

func TestSSLLabs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*TLSFacts)
		score  int
		letter string
		reason string // begins one of the caps; empty: there are none
	}{
		{"modern", func(*TLSFacts) {}, 96, "A+", ""},
		{"256 bits alone", func(f *TLSFacts) { f.WeakestCipher = 256 }, 100, "A+", ""},
		{"RSA 2048", func(f *TLSFacts) { f.Keys = []Key{{Bits: 2048}} }, 93, "A+", ""},
		{"the weakest of two keys counts", func(f *TLSFacts) { f.Keys = append(f.Keys, Key{Bits: 2048}) }, 93, "A+", ""},
		{"no HSTS", func(f *TLSFacts) { f.HSTS = TransportFacts{} }, 96, "A", "A: HSTS"},
		{"HSTS too short", func(f *TLSFacts) { f.HSTS.MaxAge = 15_551_999 }, 96, "A-", "A-: HSTS holds"},
		{"HSTS just long enough", func(f *TLSFacts) { f.HSTS.MaxAge = 15_552_000 }, 96, "A+", ""},
		{"HSTS off", func(f *TLSFacts) { f.HSTS.MaxAge = 0 }, 96, "A-", "A-: HSTS is switched off"},
		{"HSTS invalid", func(f *TLSFacts) { f.HSTS.Valid = false }, 96, "A-", "A-: HSTS is invalid"},
		{"no TLS 1.3", func(f *TLSFacts) { f.TLS13 = false }, 96, "A-", "A-: TLS 1.3"},
		{"no TLS 1.3 and no HSTS", func(f *TLSFacts) { f.TLS13, f.HSTS = false, TransportFacts{} }, 96, "A-", "A-: TLS 1.3"},
		{"no secure renegotiation", func(f *TLSFacts) { f.NoSecureRenegotiation = true }, 96, "A-", "A-: secure renegotiation"},
		{"TLS 1.3 alone", func(f *TLSFacts) { f.TLS12 = false }, 96, "A+", ""},

		{"TLS 1.1", func(f *TLSFacts) { f.TLS11 = true }, 95, "B", "B: TLS 1.1"},
		{"TLS 1.0", func(f *TLSFacts) { f.TLS10 = true }, 94, "B", "B: TLS 1.0"},
		{"SSL 3.0", func(f *TLSFacts) { f.SSL3 = true }, 93, "B", "B: SSL 3.0"},
		{"RC4", func(f *TLSFacts) { f.RC4 = true }, 96, "B", "B: RC4"},
		{"no forward secrecy", func(f *TLSFacts) { f.ForwardSecrecy = false }, 96, "B", "B: no suite has forward"},
		{"no AEAD", func(f *TLSFacts) { f.AEAD = false }, 96, "B", "B: no suite has authenticated"},
		{"BEAST", func(f *TLSFacts) { f.OldCBCOnly = true }, 96, "B", "B: vulnerable to BEAST"},
		{"incomplete chain", func(f *TLSFacts) { f.ChainIncomplete = true }, 96, "B", "B: the chain"},
		{"RSA 1024", func(f *TLSFacts) { f.Keys = []Key{{Bits: 1024}} }, 90, "B", "B: a key is weak"},
		{"a curve of 160 bits", func(f *TLSFacts) { f.Keys = []Key{{true, 160}} }, 90, "B", "B: a key is weak"},
		{"ciphers of 112 bits", func(f *TLSFacts) { f.WeakestCipher = 112 }, 84, "A+", ""},

		{"TLS 1.1 alone", func(f *TLSFacts) { f.TLS11, f.TLS12, f.TLS13 = true, false, false }, 94, "C", "C: neither"},
		{"CRIME", func(f *TLSFacts) { f.Compression = true }, 96, "C", "C: vulnerable to CRIME"},
		{"POODLE", func(f *TLSFacts) { f.SSL3, f.CBCWithSSL3 = true, true }, 93, "C", "C: vulnerable to POODLE"},
		{"RC4 with TLS 1.1", func(f *TLSFacts) { f.RC4, f.NewRC4 = true, true }, 96, "C", "C: RC4"},
		{"Sweet32", func(f *TLSFacts) { f.NewBlocks64, f.WeakestCipher = true, 112 }, 84, "C", "C: 64-bit"},

		{"SSL 2.0", func(f *TLSFacts) { f.SSL2 = true }, 0, "F", "F: SSL 2.0"},
		{"SSL 3.0 alone", func(f *TLSFacts) { f.SSL3, f.TLS12, f.TLS13 = true, false, false }, 0, "F", "F: SSL 3.0 is the best"},
		{"export", func(f *TLSFacts) { f.Export, f.WeakestCipher = true, 40 }, 0, "F", "F: export"},
		{"56 bits", func(f *TLSFacts) { f.WeakestCipher = 56 }, 0, "F", "F: ciphers below"},
		{"no encryption", func(f *TLSFacts) { f.WeakestCipher = 0 }, 0, "F", "F: ciphers below"},
		{"RSA 1023", func(f *TLSFacts) { f.Keys = []Key{{Bits: 1023}} }, 0, "F", "F: a key is insecure"},
		{"DH 512", func(f *TLSFacts) { f.Keys = append(f.Keys, Key{Bits: 512}) }, 0, "F", "F: a key is insecure"},
		{"anonymous", func(f *TLSFacts) { f.Anonymous = true }, 0, "F", "F: a key is insecure"},
		{"MD5", func(f *TLSFacts) { f.SignedMD5 = true }, 0, "F", "F: a certificate is signed with MD2 or MD5"},
		{"exponent 1", func(f *TLSFacts) { f.ExponentOne = true }, 0, "F", "F: the RSA key"},
		{"Heartbleed", func(f *TLSFacts) { f.Vulnerable = []string{"Heartbleed"} }, 0, "F", "F: vulnerable to Heartbleed"},

		{"another name", func(f *TLSFacts) { f.NameMismatch = true }, 0, "M", "M: "},
		{"untrusted", func(f *TLSFacts) { f.Untrusted = true }, 0, "T", "T: the certificate is not trusted"},
		{"expired", func(f *TLSFacts) { f.Expired = true }, 0, "T", "T: the certificate has expired"},
		{"SHA-1", func(f *TLSFacts) { f.SignedSHA1 = true }, 0, "T", "T: a certificate is signed with SHA-1"},

		{"T before M and F", func(f *TLSFacts) { f.SSL2, f.NameMismatch, f.Untrusted = true, true, true }, 0, "T", "T: "},
		{"M before F", func(f *TLSFacts) { f.SSL2, f.NameMismatch = true, true }, 0, "M", "M: "},
		{"F before C and B", func(f *TLSFacts) { f.SSL2, f.Compression, f.RC4 = true, true, true }, 0, "F", "F: "},
		{"C before B", func(f *TLSFacts) { f.Compression, f.TLS10 = true, true }, 94, "C", "C: "},
		{"a cap hides warnings", func(f *TLSFacts) { f.TLS13, f.TLS11 = false, true }, 95, "B", "B: TLS 1.1"},
	} {
		f := modern()
		test.change(&f)
		score, letter, caps := SSLLabs(f)
		if score != test.score || letter != test.letter {
			t.Errorf("%s: %d, %s (%q); want %d, %s", test.name, score, letter, caps, test.score, test.letter)
		}
		if (test.reason == "") != (len(caps) == 0) || !strings.Contains("\n"+strings.Join(caps, "\n"), "\n"+test.reason) {
			t.Errorf("%s: caps %q, want one that begins with %q", test.name, caps, test.reason)
		}
	}
}

// TestSSLLabsScales has every edge of the three scales and of the letters.
func TestSSLLabsScales(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		scale []level
		want  map[int]int
	}{
		{"numbers", numberKeys, map[int]int{0: 20, 511: 20, 512: 40, 1023: 40, 1024: 80, 2047: 80, 2048: 90, 4095: 90, 4096: 100}},
		{"curves", ellipticKeys, map[int]int{0: 20, 109: 20, 110: 40, 122: 40, 123: 80, 162: 80, 163: 90, 224: 90, 225: 100}},
		{"ciphers", cipherBits, map[int]int{0: 0, 1: 20, 127: 20, 128: 80, 255: 80, 256: 100}},
	} {
		for bits, want := range test.want {
			if got := scoreOf(test.scale, bits); got != want {
				t.Errorf("%s of %d bits: %d, want %d", test.name, bits, got, want)
			}
		}
	}
	for score, want := range map[int]string{100: "A", 80: "A", 79: "B", 65: "B", 64: "C", 50: "C", 49: "D", 35: "D", 34: "E", 20: "E", 19: "F", 0: "F"} {
		if got := sslLabsLetter(score); got != want {
			t.Errorf("%d points: %s, want %s", score, got, want)
		}
	}
}
