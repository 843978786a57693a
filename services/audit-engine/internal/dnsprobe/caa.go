package dnsprobe

import (
	"context"
	"fmt"
	"regexp"
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
	// Blocking are the lines that keep every authority out, or name one that there
	// cannot be, hardly on purpose.
	Blocking []string
}

var (
	// caaKnown are the tags that authorities have to know (IANA's registry).
	caaKnown = []string{"issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"}
	// caaName is how an authority is named (section 4.2): as a domain, or not at all.
	caaName = regexp.MustCompile(`^([a-z0-9]+(-+[a-z0-9]+)*(\.[a-z0-9]+(-+[a-z0-9]+)*)+)?$`)
)

// critical is the flag with which an authority that does not know the tag must not
// issue (section 4.1).
const critical = 1 << 7

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
		tag, line := strings.ToLower(r.Tag), fmt.Sprintf("CAA %d %s %q", r.Flag, r.Tag, r.Value)
		switch tag {
		case "issue":
			set.Issue = append(set.Issue, authority)
		case "issuewild":
			set.IssueWild = append(set.IssueWild, authority)
		case "iodef":
			set.Reports = append(set.Reports, r.Value)
		}
		unknown := r.Flag&critical != 0 && !slices.Contains(caaKnown, tag)
		names := tag == "issue" || tag == "issuewild"
		if unknown || (names && !caaName.MatchString(authority)) {
			set.Blocking = append(set.Blocking, line)
		}
		set.Lines = append(set.Lines, line)
	}
	slices.Sort(set.Blocking)
	slices.Sort(set.Lines) // a resolver turns sets round
	return set
}
