package tlsprobe

import (
	"context"
	"slices"
	"strings"
)

// serverOrder finds out whether the server's preference or the client's decides. It
// offers the suites in the reverse of the order in which the server picked them: a
// server that follows the client takes the first, one that follows itself does not.
func (p *prober) serverOrder(ctx context.Context, v Version) Answer {
	if len(v.Suites) < 2 {
		return NotApplicable
	}
	reversed := slices.Clone(v.Suites)
	slices.Reverse(reversed)
	// Servers that follow themselves may still let clients have ChaCha20 who name it
	// first, as those without AES in hardware do. That does not count.
	slices.SortStableFunc(reversed, func(a, b Suite) int { return chaCha(a) - chaCha(b) })
	if reversed[0].ID == v.Suites[0].ID {
		slices.Reverse(reversed)
	}
	picked := p.pick(ctx, v.ID, reversed)
	switch picked {
	case 0:
		return Unknown
	case reversed[0].ID:
	default:
		return Yes
	}
	if picked != v.Suites[0].ID && oneList(v) {
		return No // the same suites in the other order made it pick Suites[0]
	}
	// The server may happen to prefer what came first: it must not be the first of
	// another order too.
	slices.Reverse(reversed)
	switch p.pick(ctx, v.ID, reversed) {
	case 0:
		return Unknown
	case picked:
		return Yes
	}
	return No
}

// pick returns what the server chooses, or 0 without a clear answer.
func (p *prober) pick(ctx context.Context, version uint16, suites []Suite) uint16 {
	o := p.ask(ctx, p.hello(version, ids(suites), p.isLean()))
	if o.verdict != accepted {
		return 0
	}
	return o.flight.Hello.Suite
}

// oneList reports whether the suites were found by peeling one list: then the first of
// them is what the server picks when all are offered in the order of the table.
func oneList(v Version) bool {
	return !slices.ContainsFunc(v.Suites, func(s Suite) bool { return s.rare() || s.Class() < ClassCBC })
}

func chaCha(s Suite) int {
	if strings.HasPrefix(s.Encryption, "CHACHA20") {
		return 1
	}
	return 0
}
