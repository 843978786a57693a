package tlsprobe_test

import (
	"crypto/tls"
	"testing"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

func TestSuitesHaveTheNamesOfTheStandardLibrary(t *testing.T) {
	t.Parallel()
	for _, want := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		got, known := tlsprobe.SuiteByID(want.ID)
		if !known || got.Name != want.Name {
			t.Errorf("SuiteByID(%#04x) = %q, %v, want %q", want.ID, got.Name, known, want.Name)
		}
	}
}

func TestSuitesAreOrderedAndUnique(t *testing.T) {
	t.Parallel()
	suites := tlsprobe.Suites()
	if len(suites) < 350 {
		t.Errorf("%d suites, want the whole registry", len(suites))
	}
	for i := 1; i < len(suites); i++ {
		if suites[i].ID <= suites[i-1].ID {
			t.Errorf("%s follows %s", suites[i].Name, suites[i-1].Name)
		}
	}
	if _, known := tlsprobe.SuiteByID(0x5600); known {
		t.Error("a signalling suite is in the table")
	}
}

func TestSuiteProperties(t *testing.T) {
	t.Parallel()
	tests := []struct {
		want  tlsprobe.Suite
		class tlsprobe.Class
	}{
		{tlsprobe.Suite{ID: 0x0001, Name: "TLS_RSA_WITH_NULL_MD5", KeyExchange: "RSA", Authentication: "RSA", Encryption: "NULL", MAC: "MD5"}, tlsprobe.ClassNull},
		{tlsprobe.Suite{ID: 0x0003, Name: "TLS_RSA_EXPORT_WITH_RC4_40_MD5", KeyExchange: "RSA", Authentication: "RSA", Encryption: "RC4_40", Bits: 40, MAC: "MD5", Export: true}, tlsprobe.ClassExport},
		{tlsprobe.Suite{ID: 0x0064, Name: "TLS_RSA_EXPORT1024_WITH_RC4_56_SHA", KeyExchange: "RSA", Authentication: "RSA", Encryption: "RC4_56", Bits: 56, MAC: "SHA", Export: true}, tlsprobe.ClassExport},
		{tlsprobe.Suite{ID: 0x0005, Name: "TLS_RSA_WITH_RC4_128_SHA", KeyExchange: "RSA", Authentication: "RSA", Encryption: "RC4_128", Bits: 128, MAC: "SHA"}, tlsprobe.ClassRC4},
		{tlsprobe.Suite{ID: 0x0015, Name: "TLS_DHE_RSA_WITH_DES_CBC_SHA", KeyExchange: "DHE", Authentication: "RSA", Encryption: "DES_CBC", Bits: 56, MAC: "SHA", ForwardSecrecy: true}, tlsprobe.ClassWeak},
		{tlsprobe.Suite{ID: 0x000a, Name: "TLS_RSA_WITH_3DES_EDE_CBC_SHA", KeyExchange: "RSA", Authentication: "RSA", Encryption: "3DES_EDE_CBC", Bits: 112, MAC: "SHA"}, tlsprobe.Class64Bit},
		{tlsprobe.Suite{ID: 0xc018, Name: "TLS_ECDH_anon_WITH_AES_128_CBC_SHA", KeyExchange: "ECDHE", Authentication: "anon", Encryption: "AES_128_CBC", Bits: 128, MAC: "SHA", ForwardSecrecy: true}, tlsprobe.ClassAnonymous},
		{tlsprobe.Suite{ID: 0x0031, Name: "TLS_DH_RSA_WITH_AES_128_CBC_SHA", KeyExchange: "DH", Authentication: "RSA", Encryption: "AES_128_CBC", Bits: 128, MAC: "SHA"}, tlsprobe.ClassCBC},
		{tlsprobe.Suite{ID: 0xc0ab, Name: "TLS_PSK_DHE_WITH_AES_256_CCM_8", KeyExchange: "DHE_PSK", Authentication: "PSK", Encryption: "AES_256_CCM_8", Bits: 256, MAC: "AEAD", ForwardSecrecy: true, AEAD: true}, tlsprobe.ClassAEAD},
		{tlsprobe.Suite{ID: 0xcc13, Name: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256_OLD", KeyExchange: "ECDHE", Authentication: "RSA", Encryption: "CHACHA20_POLY1305", Bits: 256, MAC: "AEAD", ForwardSecrecy: true, AEAD: true}, tlsprobe.ClassAEAD},
		{tlsprobe.Suite{ID: 0x1301, Name: "TLS_AES_128_GCM_SHA256", Encryption: "AES_128_GCM", Bits: 128, MAC: "AEAD", ForwardSecrecy: true, AEAD: true}, tlsprobe.ClassAEAD},
		{tlsprobe.Suite{ID: 0xc0b4, Name: "TLS_SHA256_SHA256", Encryption: "NULL", MAC: "SHA256", ForwardSecrecy: true}, tlsprobe.ClassNull},
	}
	for _, tt := range tests {
		t.Run(tt.want.Name, func(t *testing.T) {
			t.Parallel()
			got, _ := tlsprobe.SuiteByID(tt.want.ID)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("SuiteByID(%#04x) differs (-want +got):\n%s", tt.want.ID, diff)
			}
			if got.Class() != tt.class {
				t.Errorf("Class() = %v, want %v", got.Class(), tt.class)
			}
		})
	}
}

func TestGroupProperties(t *testing.T) {
	t.Parallel()
	tests := []struct {
		group       tlsprobe.Group
		name        string
		bits        int
		postQuantum bool
		finite      bool
	}{
		{0x001d, "X25519", 128, false, false},
		{0x11ec, "X25519MLKEM768", 192, true, false},
		{0x0100, "ffdhe2048", 103, false, true},
		{0x0010, "secp160r1", 80, false, false},
		{0x6a6a, "group 0x6a6a", 0, false, false},
	}
	for _, tt := range tests {
		g := tt.group
		if g.String() != tt.name || g.Bits() != tt.bits || g.PostQuantum() != tt.postQuantum || g.FiniteField() != tt.finite {
			t.Errorf("%v: bits %d, post-quantum %v, finite field %v", g, g.Bits(), g.PostQuantum(), g.FiniteField())
		}
	}
}
