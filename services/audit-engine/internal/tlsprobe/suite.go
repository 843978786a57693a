package tlsprobe

import (
	_ "embed" // the table of suites
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Suite is one cipher suite of IANA's registry, without the GOST suites, or one that
// was deployed without ever being registered: the 56-bit export suites of
// draft-ietf-tls-56-bit-ciphersuites, the FIPS suites of Netscape and the first
// numbers of ChaCha20. Everything but ID is read from its Name.
type Suite struct {
	ID   uint16
	Name string // TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256

	KeyExchange    string // RSA, DH, DHE, ECDH, ECDHE, PSK, DHE_PSK, SRP, KRB5, …; empty in TLS 1.3
	Authentication string // RSA, ECDSA, DSS, PSK, SRP, KRB5, anon; empty in TLS 1.3
	Encryption     string // AES_128_GCM, RC4_40, NULL, …
	Bits           int    // effective strength of Encryption, 0 to 256; 112 for 3DES
	MAC            string // MD5, SHA, SHA256, SHA384; AEAD where Encryption protects integrity itself

	Export         bool // strength limited by former export rules
	ForwardSecrecy bool
	AEAD           bool
}

// Class is the property of a suite that decides how it is judged.
type Class uint8

// The classes from the weakest to the strongest. A suite with several weaknesses is
// in the first class that fits.
const (
	ClassNull      Class = iota + 1 // nothing is encrypted
	ClassAnonymous                  // nobody proves who they are
	ClassExport                     // 40 or 56 bits on purpose
	ClassWeak                       // DES and RC2: less than 112 bits
	ClassRC4                        // RFC 7465 forbids it
	Class64Bit                      // 3DES and IDEA: blocks of 64 bits (Sweet32)
	ClassCBC                        // CBC with MAC-then-encrypt (Lucky 13)
	ClassAEAD
)

var classNames = map[Class]string{
	ClassNull: "no encryption", ClassAnonymous: "anonymous", ClassExport: "export", ClassWeak: "DES or RC2",
	ClassRC4: "RC4", Class64Bit: "64-bit blocks", ClassCBC: "CBC", ClassAEAD: "AEAD",
}

func (c Class) String() string { return classNames[c] }

// Class returns the class of s.
func (s Suite) Class() Class {
	switch {
	case s.Encryption == "NULL":
		return ClassNull
	case s.Authentication == "anon":
		return ClassAnonymous
	case s.Export:
		return ClassExport
	case strings.HasPrefix(s.Encryption, "RC4"):
		return ClassRC4
	case s.Bits < 112:
		return ClassWeak
	case strings.HasPrefix(s.Encryption, "3DES") || strings.HasPrefix(s.Encryption, "IDEA"):
		return Class64Bit
	case s.AEAD:
		return ClassAEAD
	}
	return ClassCBC
}

// TLS13 reports whether s belongs to TLS 1.3, and so to no other version.
func (s Suite) TLS13() bool { return !strings.Contains(s.Name, "_WITH_") }

// SharedSecret reports whether s works only between parties who share a key or a
// password, which no web site does with its visitors.
func (s Suite) SharedSecret() bool {
	return strings.Contains(s.KeyExchange, "PSK") || slices.Contains([]string{"SRP", "KRB5", "ECCPWD"}, s.KeyExchange)
}

// usableIn reports whether s can be negotiated in version. AEAD and the SHA-2 MACs
// came with TLS 1.2 (RFC 5246, RFC 5288).
func (s Suite) usableIn(version uint16) bool {
	switch {
	case version == TLS13:
		return s.TLS13()
	case s.TLS13():
		return false
	case version == TLS12:
		return true
	}
	return !s.AEAD && s.MAC != "SHA256" && s.MAC != "SHA384"
}

// SuiteByID finds a suite in the table.
func SuiteByID(id uint16) (Suite, bool) {
	i, found := slices.BinarySearchFunc(Suites(), id, func(s Suite, id uint16) int { return int(s.ID) - int(id) })
	if !found {
		return Suite{}, false
	}
	return Suites()[i], true
}

//go:embed suites.txt
var suiteTable string

// Suites returns the whole table, ordered by ID. It must not be changed.
var Suites = sync.OnceValue(func() []Suite {
	var suites []Suite
	for line := range strings.Lines(suiteTable) {
		s, err := parseSuite(strings.TrimSpace(line))
		if err != nil {
			panic("suites.txt: " + err.Error())
		}
		suites = append(suites, s)
	}
	return suites
})

// parseSuite reads a line such as "C02F TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256".
func parseSuite(line string) (Suite, error) {
	number, name, _ := strings.Cut(line, " ")
	id, err := strconv.ParseUint(number, 16, 16)
	if err != nil {
		return Suite{}, fmt.Errorf("%q does not begin with a number: %w", line, err)
	}
	s := Suite{ID: uint16(id), Name: name}
	body := strings.TrimSuffix(name, "_OLD")
	exchange, protection, classic := strings.Cut(body, "_WITH_")
	if !classic {
		exchange, protection = "", strings.TrimPrefix(body, "TLS_")
		s.ForwardSecrecy = true
	}
	if err := s.readExchange(exchange); err != nil {
		return Suite{}, fmt.Errorf("%s: %w", name, err)
	}
	if err := s.readProtection(protection); err != nil {
		return Suite{}, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// exchanges maps what stands before _WITH_ to key exchange and authentication.
var exchanges = map[string][2]string{
	"":                {"", ""},
	"TLS_NULL":        {"NULL", "anon"},
	"TLS_RSA":         {"RSA", "RSA"},
	"SSL_RSA_FIPS":    {"RSA", "RSA"},
	"TLS_DH_RSA":      {"DH", "RSA"},
	"TLS_DH_DSS":      {"DH", "DSS"},
	"TLS_DH_anon":     {"DHE", "anon"},
	"TLS_DHE_RSA":     {"DHE", "RSA"},
	"TLS_DHE_DSS":     {"DHE", "DSS"},
	"TLS_ECDH_RSA":    {"ECDH", "RSA"},
	"TLS_ECDH_ECDSA":  {"ECDH", "ECDSA"},
	"TLS_ECDH_anon":   {"ECDHE", "anon"},
	"TLS_ECDHE_RSA":   {"ECDHE", "RSA"},
	"TLS_ECDHE_ECDSA": {"ECDHE", "ECDSA"},
	"TLS_PSK":         {"PSK", "PSK"},
	"TLS_RSA_PSK":     {"RSA_PSK", "RSA"},
	"TLS_DHE_PSK":     {"DHE_PSK", "PSK"},
	"TLS_PSK_DHE":     {"DHE_PSK", "PSK"},
	"TLS_ECDHE_PSK":   {"ECDHE_PSK", "PSK"},
	"TLS_SRP_SHA":     {"SRP", "SRP"},
	"TLS_SRP_SHA_RSA": {"SRP", "RSA"},
	"TLS_SRP_SHA_DSS": {"SRP", "DSS"},
	"TLS_KRB5":        {"KRB5", "KRB5"},
	"TLS_ECCPWD":      {"ECCPWD", "ECCPWD"},
}

func (s *Suite) readExchange(name string) error {
	for _, suffix := range []string{"_EXPORT", "_EXPORT1024"} {
		if base, found := strings.CutSuffix(name, suffix); found {
			name, s.Export = base, true
		}
	}
	exchange, known := exchanges[name]
	if !known {
		return fmt.Errorf("unknown key exchange %q", name)
	}
	s.KeyExchange, s.Authentication = exchange[0], exchange[1]
	if strings.Contains(s.KeyExchange, "DHE") || s.KeyExchange == "SRP" || s.KeyExchange == "ECCPWD" {
		s.ForwardSecrecy = true
	}
	return nil
}

// ciphers are the encryptions with their strength. The first that begins a name wins.
var ciphers = []struct {
	name string
	bits int
	aead bool
}{
	{"NULL", 0, false},
	{"RC4_40", 40, false}, {"RC4_56", 56, false}, {"RC4_128", 128, false},
	{"RC2_CBC_40", 40, false}, {"RC2_CBC_56", 56, false},
	{"DES40_CBC", 40, false}, {"DES_CBC_40", 40, false}, {"DES_CBC", 56, false},
	{"3DES_EDE_CBC", 112, false}, {"IDEA_CBC", 128, false}, {"SEED_CBC", 128, false},
	{"AES_128_CBC", 128, false}, {"AES_256_CBC", 256, false},
	{"AES_128_GCM", 128, true}, {"AES_256_GCM", 256, true},
	{"AES_128_CCM_8", 128, true}, {"AES_256_CCM_8", 256, true},
	{"AES_128_CCM", 128, true}, {"AES_256_CCM", 256, true},
	{"CAMELLIA_128_CBC", 128, false}, {"CAMELLIA_256_CBC", 256, false},
	{"CAMELLIA_128_GCM", 128, true}, {"CAMELLIA_256_GCM", 256, true},
	{"ARIA_128_CBC", 128, false}, {"ARIA_256_CBC", 256, false},
	{"ARIA_128_GCM", 128, true}, {"ARIA_256_GCM", 256, true},
	{"CHACHA20_POLY1305", 256, true},
	{"SM4_GCM", 128, true}, {"SM4_CCM", 128, true},
	{"AEGIS_256", 256, true}, {"AEGIS_128L", 128, true},
}

func (s *Suite) readProtection(name string) error {
	switch name {
	case "SHA256_SHA256", "SHA384_SHA384": // integrity alone, RFC 9150
		s.Encryption, s.MAC = "NULL", name[:6]
		return nil
	}
	for _, c := range ciphers {
		if mac, found := strings.CutPrefix(name, c.name); found {
			s.Encryption, s.Bits, s.AEAD = c.name, c.bits, c.aead
			s.MAC = strings.TrimPrefix(mac, "_")
			if c.aead {
				s.MAC = "AEAD"
			}
			return nil
		}
	}
	return fmt.Errorf("unknown encryption %q", name)
}
