package tlsprobe

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"doorstep.example/services/audit-engine/internal/tlsprobe/wire"
)

const (
	// maxChains is far above what a host has: RSA, ECDSA, DSA, EdDSA.
	maxChains = 8
	// maxPrimes bounds the work of looking at Diffie-Hellman parameters.
	maxPrimes = 16
)

// evidence is what accepted hellos have shown by the way, whatever they asked for.
type evidence struct {
	chains    [][][]byte
	ocsp      []byte
	scts      []Timestamps
	dh        []dhSeen
	exportRSA int
	explicit  []uint16           // versions with curves written out
	groups    map[uint16][]Group // by version, in the order in which they were picked
	alpn      []string

	asked  tally // hellos that were accepted, and what they brought
	client bool  // a certificate was asked for

	retry     Answer // HelloRetryRequest
	encrypted []*wire.Encrypted

	unknown []string
}

// tally counts answers to hellos of SSL 3.0 to TLS 1.2.
type tally struct {
	flights     int // to any hello
	hellos, cbc int // to hellos with all options, and of these with a CBC suite

	renegotiation, extendedMaster, encryptThenMAC, deflate, ticket int
}

// learn keeps what an accepted hello has shown.
func (p *prober) learn(hello wire.ClientHello, f *wire.Flight) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.long = p.long || len(hello.Suites) > longHello
	e := &p.seen
	e.addChain(f.Certificates)
	e.addALPN(f.Hello.ALPN)
	if hello.Timestamps {
		e.addTimestamps(f.Certificates, f.Hello.Timestamps)
	}
	if len(f.OCSP) > 0 {
		e.ocsp = f.OCSP
	}
	e.client = e.client || f.CertificateRequest
	e.count(hello, f.Hello)
	if f.Hello.Retry {
		e.retry = Yes
	}
	if s, known := SuiteByID(f.Hello.Suite); known && f.KeyExchange != nil {
		e.addKeyExchange(s, hello, f)
	}
	if f.Hello.Version == TLS13 {
		e.addCurve(hello, wire.Curve{Group: f.Hello.Group})
	}
}

func (e *evidence) addChain(chain [][]byte) {
	if len(chain) == 0 || len(e.chains) == maxChains {
		return
	}
	for _, known := range e.chains {
		if bytes.Equal(known[0], chain[0]) {
			return
		}
	}
	e.chains = append(e.chains, chain)
}

// addTimestamps keeps the first list that came with the leaf of chain, or that none did.
func (e *evidence) addTimestamps(chain [][]byte, list []byte) {
	if len(chain) == 0 {
		return
	}
	for i := range e.scts {
		if known := &e.scts[i]; bytes.Equal(known.Leaf, chain[0]) {
			if len(known.List) == 0 {
				known.List = list
			}
			return
		}
	}
	if len(e.scts) < maxChains {
		e.scts = append(e.scts, Timestamps{Leaf: chain[0], List: list})
	}
}

func (e *evidence) addALPN(protocol string) {
	if slices.Contains(protocols, protocol) && !slices.Contains(e.alpn, protocol) {
		e.alpn = append(e.alpn, protocol)
	}
}

func (e *evidence) addCurve(hello wire.ClientHello, c wire.Curve) {
	if c.Explicit {
		e.explicit = append(e.explicit, hello.Version)
	}
	seen := e.groups[hello.Version]
	if slices.Contains(hello.Groups, c.Group) && !slices.Contains(seen, Group(c.Group)) {
		e.groups[hello.Version] = append(seen, Group(c.Group))
	}
}

// addKeyExchange reads the ServerKeyExchange. One that cannot be read tells nothing.
func (e *evidence) addKeyExchange(s Suite, hello wire.ClientHello, f *wire.Flight) {
	psk := strings.HasSuffix(s.KeyExchange, "_PSK")
	switch strings.TrimSuffix(s.KeyExchange, "_PSK") {
	case "DHE":
		if parameters, err := wire.ParseDH(f.KeyExchange, psk); err == nil {
			e.addDH(dhSeen{prime: parameters.Prime, export: s.Export})
		}
	case "ECDHE":
		if curve, err := wire.ParseCurve(f.KeyExchange, psk); err == nil {
			e.addCurve(hello, curve)
		}
	case "RSA": // only export suites have a temporary key
		if modulus, err := wire.ParseExportRSA(f.KeyExchange); err == nil {
			if bits := bitLength(modulus); e.exportRSA == 0 || bits < e.exportRSA {
				e.exportRSA = bits
			}
		}
	}
}

func (e *evidence) addDH(d dhSeen) {
	for i := range e.dh {
		if known := &e.dh[i]; bytes.Equal(known.prime, d.prime) {
			known.export = known.export || d.export
			return
		}
	}
	if len(e.dh) < maxPrimes {
		e.dh = append(e.dh, d)
	}
}

// count notes the options that a server took. SSL 3.0 can answer to two of them: the
// signalling suite of RFC 5746 and compression.
func (e *evidence) count(hello wire.ClientHello, h *wire.ServerHello) {
	if h.Version >= TLS13 {
		return
	}
	t := &e.asked
	t.flights++
	if h.SecureRenegotiation {
		t.renegotiation++
	}
	if !hello.ExtendedMasterSecret {
		return
	}
	t.hellos++
	if s, _ := SuiteByID(h.Suite); strings.Contains(s.Encryption, "CBC") {
		t.cbc++
	}
	for _, option := range []struct {
		taken bool
		count *int
	}{
		{h.ExtendedMasterSecret, &t.extendedMaster}, {h.EncryptThenMAC, &t.encryptThenMAC},
		{h.Deflate, &t.deflate}, {h.SessionTicket, &t.ticket},
	} {
		if option.taken {
			*option.count++
		}
	}
}

func (p *prober) groupsSeen(version uint16) []Group {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.seen.groups[version])
}

func (p *prober) chains() [][][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.seen.chains)
}

func (p *prober) alpn() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.seen.alpn)
}

func (p *prober) helloRetry() Answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen.retry
}

func (p *prober) noHelloRetry() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen.retry = No
}

// unknown notes what could not be found out.
func (p *prober) unknown(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen.unknown = append(p.seen.unknown, fmt.Sprintf(format, args...))
}
