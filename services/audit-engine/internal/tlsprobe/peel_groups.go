package tlsprobe

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"slices"

	"doorstep.example/services/audit-engine/internal/tlsprobe/wire"
)

// curveVersion is the highest version below TLS 1.3 with ECDHE suites, or 0.
func curveVersion(r *Result) uint16 {
	var highest uint16
	for _, v := range r.Versions {
		if v.ID < TLS13 && len(ephemeral(v)) > 0 {
			highest = v.ID
		}
	}
	return highest
}

// ephemeral are the suites to ask for curves with. Those with an ECDSA certificate are
// the last choice: servers want the certificate's curve to be offered with them.
func ephemeral(v Version) []Suite {
	var free, bound []Suite
	for _, s := range v.Suites {
		switch {
		case s.KeyExchange == "ECDHE" && s.Authentication == "ECDSA":
			bound = append(bound, s)
		case s.KeyExchange == "ECDHE":
			free = append(free, s)
		}
	}
	if len(free) > 0 {
		return free
	}
	return bound
}

// curves peels the curves of ECDHE. The one that is picked first is known already.
func (p *prober) curves(ctx context.Context, v Version) []Group {
	suites := ephemeral(v)
	var keep []uint16
	if suites[0].Authentication == "ECDSA" {
		keep = p.certificateCurves()
	}
	for {
		rest := p.notSeen(v.ID, curves(), keep)
		if len(rest) == 0 {
			break
		}
		h := p.hello(v.ID, ids(suites), p.isLean())
		h.Groups = slices.Concat(rest, keep)
		o := p.ask(ctx, h)
		if o.verdict == unclear {
			p.unknown("further curves of %s: %s", VersionName(v.ID), o.reason)
		}
		if o.verdict != accepted || len(p.notSeen(v.ID, rest, nil)) == len(rest) {
			break // refused, or the certificate's curve again
		}
	}
	return p.groupsSeen(v.ID)
}

// groups peels the groups of TLS 1.3 with hellos without a key share, so that the
// server has to name the group that it wants.
func (p *prober) groups(ctx context.Context, v Version) []Group {
	end := p.peelGroups(ctx, v)
	if p.helloRetry() != Yes { // perhaps there was no further group to ask for
		h := p.hello(TLS13, ids(v.Suites), false)
		h.KeyShares = nil
		if p.ask(ctx, h).verdict == refused {
			p.noHelloRetry()
		}
	}
	if p.helloRetry() != Yes {
		p.peelShares(ctx, v)
		p.unknown("groups of TLS 1.3 other than the most common: the server does not ask for another key share")
	} else if end.verdict == unclear {
		p.unknown("further groups of TLS 1.3: %s", end.reason)
	}
	return p.groupsSeen(TLS13)
}

func (p *prober) peelGroups(ctx context.Context, v Version) outcome {
	for {
		rest := p.notSeen(TLS13, groups13(), nil)
		if len(rest) == 0 {
			return outcome{verdict: refused}
		}
		h := p.hello(TLS13, ids(v.Suites), false)
		h.Groups, h.KeyShares = rest, nil
		o := p.ask(ctx, h)
		if o.verdict != accepted {
			return o
		}
		if len(p.notSeen(TLS13, rest, nil)) == len(rest) {
			return outcome{reason: "the server chose a group that was not offered"}
		}
	}
}

// peelShares tries each group with a key share of its own.
func (p *prober) peelShares(ctx context.Context, v Version) {
	for _, id := range p.notSeen(TLS13, wire.KeyGroups, nil) {
		key, err := wire.NewKey(id)
		if err != nil {
			continue
		}
		h := p.hello(TLS13, ids(v.Suites), false)
		h.Groups, h.KeyShares = []uint16{id}, []wire.KeyShare{key.Share()}
		p.ask(ctx, h)
	}
}

// notSeen returns those of list that the server has not picked, and without those in keep.
func (p *prober) notSeen(version uint16, list, keep []uint16) []uint16 {
	seen := p.groupsSeen(version)
	return slices.DeleteFunc(slices.Clone(list), func(id uint16) bool {
		return slices.Contains(seen, Group(id)) || slices.Contains(keep, id)
	})
}

// certificateCurves are the curves of the keys in the leaf certificates.
func (p *prober) certificateCurves() []uint16 {
	var list []uint16
	for _, chain := range p.chains() {
		leaf, err := x509.ParseCertificate(chain[0])
		if err != nil {
			continue
		}
		key, isECDSA := leaf.PublicKey.(*ecdsa.PublicKey)
		if !isECDSA {
			continue
		}
		switch key.Curve {
		case elliptic.P256():
			list = append(list, wire.GroupP256)
		case elliptic.P384():
			list = append(list, wire.GroupP384)
		case elliptic.P521():
			list = append(list, wire.GroupP521)
		}
	}
	return list
}
