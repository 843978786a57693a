package dnsprobe

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// CAA is the set of records that says which authorities may issue certificates for
// a host (RFC 8659).
type CAA struct {
	At string // where the set was found: the host or one of its parents; "": there is none
	// Issue and IssueWild are the authorities; an empty text is one that nobody has.
	Issue, IssueWild []string
	Reports          []string // iodef
	Lines            []string // the records as zone files write them
}

// lookCAA climbs from host to the top-level domain (section 3).
func lookCAA(ctx context.Context, s *session, host string) (CAA, error) {
	for at := host; at != ""; _, at, _ = strings.Cut(at, ".") {
		a, err := s.ask(ctx, at, dns.TypeCAA)
		if err != nil {
			return CAA{}, err
		}
		if len(a.records) > 0 {
			return readCAA(at, a.records), nil
		}
	}
	return CAA{}, nil
}

func readCAA(at string, records []dns.RR) CAA {
	set := CAA{At: at}
	for _, record := range records {
		r, ok := record.(*dns.CAA)
		if !ok {
			continue
		}
		authority, _, _ := strings.Cut(r.Value, ";")
		authority = strings.ToLower(strings.TrimSpace(authority))
		switch strings.ToLower(r.Tag) {
		case "issue":
			set.Issue = append(set.Issue, authority)
		case "issuewild":
			set.IssueWild = append(set.IssueWild, authority)
		case "iodef":
			set.Reports = append(set.Reports, r.Value)
		}
		set.Lines = append(set.Lines, fmt.Sprintf("CAA %d %s %q", r.Flag, r.Tag, r.Value))
	}
	slices.Sort(set.Lines) // a resolver turns sets round
	return set
}
