package tlsprobe

import (
	"context"
	"crypto/x509"
	"net"
	"slices"

	"doorstep.example/services/audit-engine/internal/tlsprobe/wire"
)

// downgrade returns the second highest TLS version offered; its ID is 0 if there is none.
func downgrade(r *Result) Version {
	var below Version
	highest := r.Highest()
	for _, v := range r.Versions {
		if v.Offered == Yes && v.ID != SSL20 && v.ID < highest {
			below = v
		}
	}
	return below
}

// fallback offers below with the suite that tells a server that the client has failed
// with a higher version (RFC 7507).
func (p *prober) fallback(ctx context.Context, below Version) Answer {
	if below.ID == 0 {
		return NotApplicable
	}
	o := p.ask(ctx, p.hello(below.ID, append(ids(below.Suites), wire.FallbackSCSV), p.isLean()))
	switch {
	case o.alert == wire.AlertInappropriateFallback:
		return Yes
	case o.verdict == accepted:
		return No
	}
	p.unknown("whether the server refuses a downgrade: %s", o.reason)
	return Unknown
}

// handshakes reads what TLS 1.3 encrypts: certificates, stapling, ALPN, tickets. A
// second one asks for a certificate of the other kind of key, unless TLS 1.2 has shown
// already what there is.
func (p *prober) handshakes(ctx context.Context, r *Result) {
	v := r.Version(TLS13)
	if v.Offered != Yes {
		return
	}
	first := p.handshake(ctx, v, signatures, protocols)
	if first == nil || len(first.Certificates) == 0 || r.Version(TLS12).Offered == Yes && r.Version(TLS12).Complete {
		return
	}
	other := signaturesRSA
	if leaf, err := x509.ParseCertificate(first.Certificates[0]); err == nil && leaf.PublicKeyAlgorithm == x509.RSA {
		other = signaturesECDSA
	}
	p.handshake(ctx, v, other, nil)
}

// handshake does one whole handshake of TLS 1.3; nil without an answer to learn from.
func (p *prober) handshake(ctx context.Context, v Version, signatures []uint16, alpn []string) *wire.Encrypted {
	usable := slices.DeleteFunc(ids(v.Suites), func(id uint16) bool { return !slices.Contains(wire.Suites13, id) })
	group := slices.IndexFunc(v.Groups, func(g Group) bool { return slices.Contains(wire.KeyGroups, uint16(g)) })
	if len(usable) == 0 || group < 0 {
		p.unknown("what TLS 1.3 encrypts: the server has no AES-GCM, or no common group")
		return nil
	}
	key, err := wire.NewKey(uint16(v.Groups[group]))
	if err != nil {
		p.unknown("what TLS 1.3 encrypts: %v", err)
		return nil
	}
	h := p.hello(TLS13, usable, false)
	h.Groups, h.KeyShares = []uint16{uint16(v.Groups[group])}, []wire.KeyShare{key.Share()}
	h.Signatures, h.ALPN, h.Status, h.Timestamps = signatures, alpn, true, true
	var e *wire.Encrypted
	err = p.connect(ctx, func(conn net.Conn) error {
		var err error
		e, err = wire.Handshake13(conn, h, key)
		return err
	})
	if e == nil || e.Hello == nil || !e.Finished {
		if alpn != nil { // the other kind of certificate may well be refused
			p.unknown("what TLS 1.3 encrypts: %s", explain(err))
		}
		return nil
	}
	p.learnEncrypted(e)
	return e
}

func (p *prober) learnEncrypted(e *wire.Encrypted) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen.encrypted = append(p.seen.encrypted, e)
	p.seen.addChain(e.Certificates)
	p.seen.addTimestamps(e.Certificates, e.Timestamps)
	p.seen.addALPN(e.ALPN)
	p.seen.client = p.seen.client || e.CertificateRequest
	if len(e.OCSP) > 0 {
		p.seen.ocsp = e.OCSP
	}
}

// secondProtocol offers only the protocol that ALPN has not picked yet.
func (p *prober) secondProtocol(ctx context.Context, r *Result) {
	seen := p.alpn()
	if len(seen) != 1 {
		return
	}
	other := slices.DeleteFunc(slices.Clone(protocols), func(s string) bool { return s == seen[0] })
	if v := r.Version(TLS12); v.Offered == Yes && !p.isLean() {
		h := p.hello(TLS12, ids(v.Suites), false)
		h.ALPN = other
		p.ask(ctx, h)
		return
	}
	if v := r.Version(TLS13); v.Offered == Yes {
		p.handshake(ctx, v, signatures, other)
	}
}
