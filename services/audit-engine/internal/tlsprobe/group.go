package tlsprobe

import "fmt"

// Group is a number of IANA's registry of TLS supported groups.
type Group uint16

// groups are those that are probed. The order is that of the offer: common ones first.
var groups = []struct {
	id   Group
	name string
	bits int // of security, NIST SP 800-57; 0 for the pure post-quantum part
}{
	{0x001d, "X25519", 128}, {0x0017, "secp256r1", 128}, {0x0018, "secp384r1", 192}, {0x0019, "secp521r1", 256},
	{0x001e, "X448", 224},
	{0x11ec, "X25519MLKEM768", 192}, {0x11eb, "SecP256r1MLKEM768", 192}, {0x11ed, "SecP384r1MLKEM1024", 256},
	{0x6399, "X25519Kyber768Draft00", 192}, {0x639a, "SecP256r1Kyber768Draft00", 192},
	{0x0200, "MLKEM512", 128}, {0x0201, "MLKEM768", 192}, {0x0202, "MLKEM1024", 256},
	{0x0100, "ffdhe2048", 103}, {0x0101, "ffdhe3072", 125}, {0x0102, "ffdhe4096", 150},
	{0x0103, "ffdhe6144", 175}, {0x0104, "ffdhe8192", 192}, // estimates of RFC 7919 appendix A
	{0x001a, "brainpoolP256r1", 128}, {0x001b, "brainpoolP384r1", 192}, {0x001c, "brainpoolP512r1", 256},
	{0x001f, "brainpoolP256r1tls13", 128}, {0x0020, "brainpoolP384r1tls13", 192}, {0x0021, "brainpoolP512r1tls13", 256},
	{0x0029, "curveSM2", 128},
	{0x0016, "secp256k1", 128}, {0x0015, "secp224r1", 112}, {0x0014, "secp224k1", 112},
	{0x0013, "secp192r1", 96}, {0x0012, "secp192k1", 96},
	{0x0011, "secp160r2", 80}, {0x0010, "secp160r1", 80}, {0x000f, "secp160k1", 80},
	{0x000e, "sect571r1", 256}, {0x000d, "sect571k1", 256}, {0x000c, "sect409r1", 192}, {0x000b, "sect409k1", 192},
	{0x000a, "sect283r1", 128}, {0x0009, "sect283k1", 128}, {0x0008, "sect239k1", 112},
	{0x0007, "sect233r1", 112}, {0x0006, "sect233k1", 112}, {0x0005, "sect193r2", 96}, {0x0004, "sect193r1", 96},
	{0x0003, "sect163r2", 80}, {0x0002, "sect163r1", 80}, {0x0001, "sect163k1", 80},
}

func (g Group) String() string {
	for _, known := range groups {
		if known.id == g {
			return known.name
		}
	}
	return fmt.Sprintf("group %#04x", uint16(g))
}

// Bits returns the security of g in bits against computers of today; 0 if unknown.
func (g Group) Bits() int {
	for _, known := range groups {
		if known.id == g {
			return known.bits
		}
	}
	return 0
}

// PostQuantum reports whether g holds against quantum computers (FIPS 203, alone or
// with a curve).
func (g Group) PostQuantum() bool {
	return g >= 0x0200 && g <= 0x0202 || g >= 0x11eb && g <= 0x11ed || g == 0x6399 || g == 0x639a
}

// FiniteField reports whether g is one of RFC 7919.
func (g Group) FiniteField() bool { return g >= 0x0100 && g <= 0x0104 }

// curves are the groups to offer up to TLS 1.2. Finite fields are left out, so that
// servers show the parameters they would use with any client.
func curves() []uint16 {
	return offered(func(g Group) bool { return g < 0x001f && !g.PostQuantum() && !g.FiniteField() })
}

// groups13 are the groups to offer in TLS 1.3: of the old curves only those that
// RFC 8446 and RFC 8734 kept.
func groups13() []uint16 {
	return offered(func(g Group) bool { return g > 0x0016 && (g < 0x001a || g > 0x001c) })
}

func offered(want func(Group) bool) []uint16 {
	var ids []uint16
	for _, known := range groups {
		if want(known.id) {
			ids = append(ids, uint16(known.id))
		}
	}
	return ids
}
