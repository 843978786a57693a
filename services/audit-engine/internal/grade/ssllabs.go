package grade

import (
	"fmt"
	"slices"
	"strings"
)

// TLSFacts is what SSL Labs' guide looks at in a server.
type TLSFacts struct {
	SSL2, SSL3, TLS10, TLS11, TLS12, TLS13 bool // offered

	// Keys are those that secrets are agreed under: of certificates, and temporary ones
	// of Diffie-Hellman and of RSA with export suites.
	Keys      []Key
	Anonymous bool // a suite without a certificate

	// Of all suites offered, in bits of the cipher.
	WeakestCipher, StrongestCipher int

	Export         bool // a suite weakened for former export rules
	ForwardSecrecy bool
	AEAD           bool
	RC4            bool
	NewRC4         bool // with TLS 1.1 or higher
	NewBlocks64    bool // 64-bit blocks with TLS 1.1 or higher (Sweet32)
	CBCWithSSL3    bool // POODLE
	OldCBCOnly     bool // CBC with TLS 1.0 or SSL 3.0, and nothing newer (BEAST)
	Compression    bool // CRIME

	NoSecureRenegotiation bool
	Vulnerable            []string // Heartbleed, CCS injection, Ticketbleed, ROBOT, DROWN

	SignedMD5       bool // or MD2: a certificate that a visitor depends on
	SignedSHA1      bool
	ExponentOne     bool // of an RSA key
	Untrusted       bool // also self-signed or revoked
	Expired         bool // or not yet valid
	NameMismatch    bool
	ChainIncomplete bool

	HSTS TransportFacts
}

// Key is a key with its size in bits. Elliptic ones are judged by another scale.
type Key struct {
	Elliptic bool
	Bits     int
}

// level is where a score or size leads.
type level struct{ from, score int }

// Scales of the guide: what is at least from has the score.
var (
	numberKeys   = []level{{4096, 100}, {2048, 90}, {1024, 80}, {512, 40}, {0, 20}}
	ellipticKeys = []level{{225, 100}, {163, 90}, {123, 80}, {110, 40}, {0, 20}}
	cipherBits   = []level{{256, 100}, {128, 80}, {1, 20}, {0, 0}}
)

func (l level) covers(n int) bool { return n >= l.from }

func scoreOf(scale []level, n int) int {
	if i := slices.IndexFunc(scale, func(l level) bool { return l.covers(n) }); i >= 0 {
		return scale[i].score
	}
	return 0
}

// sslLabsLetters by the lowest score that earns them.
var sslLabsLetters = []struct {
	from   int
	letter string
}{{80, "A"}, {65, "B"}, {50, "C"}, {35, "D"}, {20, "E"}, {0, "F"}}

// capOrder are the letters that hold a grade down, the hardest first: a certificate
// that nobody trusts, one for another name, then the letters from below.
const capOrder = "TMFCB"

// SSLLabs reckons score, letter and what holds the letter down, by SSL Labs' SSL Server
// Rating Guide 2009 in the reading of testssl.sh (run_rating): protocols count 30 %, key
// exchange 30 % and ciphers 40 %, of best and worst the mean. With a cap of T, M or F the
// score is 0. 3DES counts with its effective 112 bits. An A needs HSTS to be an A+, and no
// warning; with a warning it is an A-.
func SSLLabs(f TLSFacts) (score int, letter string, caps []string) {
	c := f.caps()
	hardest := c.hardest()
	if hardest == "T" || hardest == "M" || hardest == "F" {
		return 0, hardest, c.reasons
	}
	protocol, exchange, cipher := f.protocolScore(), f.keyScore(), (scoreOf(cipherBits, f.StrongestCipher)+scoreOf(cipherBits, f.WeakestCipher))/2
	if protocol > 0 && exchange > 0 && cipher > 0 {
		score = protocol*30/100 + exchange*30/100 + cipher*40/100
	}
	letter = sslLabsLetter(score)
	warnings := f.warnings()
	switch {
	case hardest > letter:
		return score, hardest, c.reasons
	case letter != "A":
		return score, letter, c.reasons
	case len(warnings) > 0:
		return score, "A-", warnings
	case !f.HSTS.Sent:
		return score, "A", []string{"A: HSTS is not set"}
	}
	return score, "A+", nil
}

func sslLabsLetter(score int) string {
	for _, l := range sslLabsLetters {
		if score >= l.from {
			return l.letter
		}
	}
	return "F"
}

// protocolScore is the mean of the best and the worst version.
func (f TLSFacts) protocolScore() int {
	versions := []struct {
		offered bool
		score   int
	}{{f.SSL2, 0}, {f.SSL3, 80}, {f.TLS10, 90}, {f.TLS11, 95}, {f.TLS12, 100}, {f.TLS13, 100}}
	worst, best := -1, 0
	for _, v := range versions {
		if v.offered {
			best = v.score
			if worst < 0 {
				worst = v.score
			}
		}
	}
	return (best + max(0, worst)) / 2
}

// keyScore is that of the weakest key.
func (f TLSFacts) keyScore() int {
	if f.Anonymous {
		return 0
	}
	score := 100
	for _, k := range f.Keys {
		scale := numberKeys
		if k.Elliptic {
			scale = ellipticKeys
		}
		score = min(score, scoreOf(scale, k.Bits))
	}
	return score
}

// warnings make an A an A-.
func (f TLSFacts) warnings() []string {
	var list []string
	if !f.TLS13 {
		list = append(list, "A-: TLS 1.3 is not offered")
	}
	if f.NoSecureRenegotiation {
		list = append(list, "A-: secure renegotiation is not supported")
	}
	switch {
	case !f.HSTS.Sent:
	case !f.HSTS.Valid:
		list = append(list, "A-: HSTS is invalid")
	case f.HSTS.MaxAge == 0:
		list = append(list, "A-: HSTS is switched off")
	case f.HSTS.MaxAge < sixMonths:
		list = append(list, "A-: HSTS holds for less than six months")
	}
	return list
}

// capList collects caps with their reasons.
type capList struct {
	letters string
	reasons []string
}

func (c *capList) add(applies bool, letter, reason string) {
	if applies {
		c.letters += letter
		c.reasons = append(c.reasons, letter+": "+reason)
	}
}

func (c *capList) hardest() string {
	for _, letter := range capOrder {
		if strings.ContainsRune(c.letters, letter) {
			return string(letter)
		}
	}
	return ""
}

func (f TLSFacts) caps() *capList {
	c := &capList{}
	c.add(f.Untrusted, "T", "the certificate is not trusted")
	c.add(f.Expired, "T", "the certificate has expired or is not valid yet")
	c.add(f.SignedSHA1, "T", "a certificate is signed with SHA-1")
	c.add(f.NameMismatch, "M", "the certificate is for another name")
	c.add(f.SignedMD5, "F", "a certificate is signed with MD2 or MD5")
	for _, name := range f.Vulnerable {
		c.add(true, "F", "vulnerable to "+name)
	}
	c.add(f.ExponentOne, "F", "the RSA key has the exponent 1")
	c.add(f.SSL2, "F", "SSL 2.0 is offered")
	c.add(f.SSL3 && !f.TLS10 && !f.TLS11 && !f.TLS12 && !f.TLS13, "F", "SSL 3.0 is the best that is offered")
	c.add(f.Export, "F", "export suites are offered")
	c.add(f.WeakestCipher < 112, "F", "ciphers below 112 bits are offered")
	key := f.keyScore()
	c.add(key <= 40, "F", "a key is insecure")
	c.add(!f.TLS12 && !f.TLS13, "C", "neither TLS 1.2 nor TLS 1.3 is offered")
	c.add(f.Compression, "C", "vulnerable to CRIME")
	c.add(f.CBCWithSSL3, "C", "vulnerable to POODLE")
	c.add(f.NewRC4, "C", "RC4 is offered with TLS 1.1 or higher")
	c.add(f.NewBlocks64, "C", "64-bit blocks are offered with TLS 1.1 or higher (Sweet32)")
	for _, v := range []struct {
		offered bool
		name    string
	}{{f.SSL3, "SSL 3.0"}, {f.TLS10, "TLS 1.0"}, {f.TLS11, "TLS 1.1"}} {
		c.add(v.offered, "B", fmt.Sprintf("%s is offered", v.name))
	}
	c.add(f.RC4, "B", "RC4 is offered")
	c.add(!f.ForwardSecrecy, "B", "no suite has forward secrecy")
	c.add(!f.AEAD, "B", "no suite has authenticated encryption (AEAD)")
	c.add(f.OldCBCOnly, "B", "vulnerable to BEAST")
	c.add(f.ChainIncomplete, "B", "the chain of certificates is incomplete")
	c.add(key > 40 && key <= 80, "B", "a key is weak")
	return c
}
