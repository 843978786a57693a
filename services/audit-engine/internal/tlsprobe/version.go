package tlsprobe

import (
	"context"
	"slices"
	"sync"
)

// leanSuites is how many suites a lean hello offers: with SNI and the curves it stays
// below 256 bytes where there are no signature algorithms, and far below what servers
// with a table of 64 or 128 suites can hold.
const leanSuites = 30

// longHello is a number of suites that servers with small tables fail on.
const longHello = 64

// offers are the suites usable in version, in the order of the offer and cut so that
// no list has more than about 120.
func offers(version uint16) [][]Suite {
	var common, weak, rare []Suite
	for _, s := range Suites() {
		switch {
		case !s.usableIn(version):
		case s.Class() < ClassCBC && version != TLS13:
			weak = append(weak, s)
		case s.rare():
			rare = append(rare, s)
		default:
			common = append(common, s)
		}
	}
	if version < TLS12 { // few enough to go together
		common, rare = append(common, rare...), nil
	}
	var lists [][]Suite
	for _, list := range [][]Suite{common, weak, rare} {
		if len(list) > 0 {
			slices.SortStableFunc(list, func(a, b Suite) int { return popularity(a) - popularity(b) })
			lists = append(lists, list)
		}
	}
	return lists
}

// rare reports whether s needs a kind of key that web servers hardly ever have.
func (s Suite) rare() bool {
	return s.SharedSecret() || s.Authentication == "DSS" || s.KeyExchange == "DH" || s.KeyExchange == "ECDH"
}

// popularity is lower for suites that more servers have. The first 30 of a list have to
// be those that any server of that kind supports, see prober.peel.
func popularity(s Suite) int {
	rank := 0
	switch s.Encryption {
	case "AES_128_GCM", "AES_256_GCM", "AES_128_CBC", "AES_256_CBC", "3DES_EDE_CBC", "RC4_128":
	case "CHACHA20_POLY1305", "DES_CBC", "RC4_40", "NULL", "DES40_CBC":
		rank = 1
	default:
		rank = 2
	}
	if s.rare() {
		return rank + 3
	}
	return rank
}

// chain is the result of peeling one list.
type chain struct {
	suites []Suite
	end    outcome // why it ended; refused if all were accepted
}

// version finds out whether a version is offered, and with which suites.
func (p *prober) version(ctx context.Context, id uint16) Version {
	lists := offers(id)
	chains := make([]chain, len(lists))
	chains[0] = p.peel(ctx, id, lists[0], p.isLean())
	v := Version{ID: id, ServerOrder: NotApplicable}
	if chains[0].end.verdict == otherVersion && len(chains[0].suites) == 0 {
		v.Offered, v.Complete, v.Reason = No, true, chains[0].end.reason
		return v
	}
	if chains[0].end.silent && len(chains[0].suites) == 0 {
		v.Reason = chains[0].end.reason // each further list would cost two timeouts
		return v
	}
	p.peelRest(ctx, id, lists, chains)
	v.Offered, v.Complete = No, true
	for _, c := range chains {
		v.Suites = append(v.Suites, c.suites...)
		if c.end.verdict == unclear {
			v.Complete = false
		}
		if v.Reason == "" || c.end.verdict == unclear {
			v.Reason = c.end.reason
		}
	}
	switch {
	case len(v.Suites) > 0:
		v.Offered = Yes
		if v.Complete {
			v.Reason = ""
		}
	case !v.Complete:
		v.Offered = Unknown
	}
	return v
}

// peelRest peels all lists but the first at the same time.
func (p *prober) peelRest(ctx context.Context, id uint16, lists [][]Suite, chains []chain) {
	var wg sync.WaitGroup
	for i := 1; i < len(lists); i++ {
		wg.Go(func() { chains[i] = p.peel(ctx, id, lists[i], p.isLean()) })
	}
	wg.Wait()
}

// peel offers list, takes out what the server picks, and goes on until it refuses. If
// the answer is unclear, the rest is tried once more in lean hellos; when not even the
// first of these, with the most common suites, gets an answer, the others are spared.
func (p *prober) peel(ctx context.Context, version uint16, list []Suite, lean bool) chain {
	if lean && len(list) > leanSuites {
		return p.peelPieces(ctx, version, list)
	}
	var c chain
	rest := slices.Clone(list)
	for len(rest) > 0 {
		c.end = p.ask(ctx, p.hello(version, ids(rest), lean))
		if c.end.verdict != accepted {
			break
		}
		i := slices.IndexFunc(rest, func(s Suite) bool { return s.ID == c.end.flight.Hello.Suite })
		if i < 0 { // a signalling suite
			c.end = outcome{reason: "the server chose a suite that is none"}
			break
		}
		c.suites = append(c.suites, rest[i])
		rest = slices.Delete(rest, i, i+1)
	}
	switch {
	case len(rest) == 0:
		c.end = outcome{verdict: refused}
	case c.end.verdict == unclear && !lean && ctx.Err() == nil:
		again := p.peelPieces(ctx, version, rest)
		if len(c.suites) == 0 && len(again.suites) > 0 {
			p.setLean()
		}
		c.suites, c.end = append(c.suites, again.suites...), again.end
	case c.end.verdict == refused && p.hiddenByLength(ctx, version, list):
		return p.peelPieces(ctx, version, list)
	}
	return c
}

// hiddenByLength reports whether a server that refused a long list takes its beginning
// after all: some look at no more than the first suites of a hello, or refuse it whole.
func (p *prober) hiddenByLength(ctx context.Context, version uint16, list []Suite) bool {
	if len(list) <= longHello || p.tookLong() {
		return false
	}
	if p.isLean() { // another version has found it out meanwhile
		return true
	}
	if p.ask(ctx, p.hello(version, ids(list[:leanSuites]), true)).verdict != accepted {
		return false
	}
	p.setLean()
	return true
}

func (p *prober) peelPieces(ctx context.Context, version uint16, list []Suite) chain {
	var whole chain
	for piece := range slices.Chunk(list, leanSuites) {
		c := p.peel(ctx, version, piece, true)
		whole.suites = append(whole.suites, c.suites...)
		if whole.end.reason == "" || c.end.verdict == unclear {
			whole.end = c.end
		}
		if len(whole.suites) == 0 && c.end.verdict != refused {
			break
		}
	}
	return whole
}

func ids(suites []Suite) []uint16 {
	list := make([]uint16, len(suites))
	for i, s := range suites {
		list[i] = s.ID
	}
	return list
}

func (p *prober) isLean() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lean
}

// tookLong reports whether the server has answered a long hello well.
func (p *prober) tookLong() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.long
}

func (p *prober) setLean() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lean = true
}
