package dnsprobe

import (
	"context"
	"fmt"
	"slices"

	"github.com/miekg/dns"
)

// Bounds that receivers keep to (RFC 7208 section 4.6.4).
const (
	MaxSPFLookups = 10
	MaxSPFVoids   = 2
	maxSPFMX      = 10
)

// SPF is the sender policy of a domain, followed as a receiver follows it for mail
// from a server that no term names.
type SPF struct {
	Records []string // those that begin with v=spf1; more than one is an error
	Problem string   // why receivers take it for an error; "": they do not
	All     string   // what it says about everybody else: +, -, ~, ? or "" for nothing; also by a term that everybody matches
	Open    string   // the included domain that lets everybody in
	Wide    []string // domains whose record lets a network in that is larger than anybody has
	Silent  bool     // only all: nobody sends
	Lookups int      // counted up to MaxSPFLookups+1
	Voids   []string // names that lead to nothing
	PTR     bool     // uses ptr, which receivers may pass over

	Incomplete string // why it could not be followed to its end
}

// lookSPF reads the domain's record and follows it.
func lookSPF(ctx context.Context, s *session, domain string) (SPF, error) {
	records, _, err := s.texts(ctx, domain, isSPF)
	if err != nil {
		return SPF{}, err
	}
	spf := SPF{Records: records}
	switch len(records) {
	case 0:
	case 1:
		spf.follow(ctx, s, domain)
	default:
		spf.Problem = "there is more than one record"
	}
	return spf, nil
}

// follow judges the one record of domain.
func (spf *SPF) follow(ctx context.Context, s *session, domain string) {
	terms, err := parseSPF(spf.Records[0])
	if err != nil {
		spf.Problem = err.Error()
		return
	}
	spf.Silent = len(terms) == 1 && terms[0].name == "all" && terms[0].qualifier == "-"
	w := &spfWalk{session: s, spf: spf}
	spf.All = w.record(ctx, domain, terms)
}

// spfWalk follows one record. It ends at the first thing that ends a receiver's
// evaluation, and goes on past what it cannot follow: what comes later stands.
type spfWalk struct {
	session *session
	spf     *SPF
}

func (w *spfWalk) ended() bool {
	return w.spf.Problem != "" || w.spf.Open != "" || w.spf.Lookups > MaxSPFLookups
}

// record returns what terms, the record of domain, say about everybody else.
func (w *spfWalk) record(ctx context.Context, domain string, terms []spfTerm) (all string) {
	redirect := spfTerm{}
	for _, t := range terms {
		switch t.name {
		case "all":
			return t.qualifier
		case "ip4", "ip6":
			if all = w.reach(domain, t); all != "" {
				return all
			}
		case "redirect":
			redirect = t
		case "include":
			w.include(ctx, t)
		case "a", "mx", "exists":
			if w.address(ctx, domain, t) {
				all = w.reach(domain, t)
			}
			if all != "" && !w.ended() {
				return all
			}
		case "ptr":
			w.spf.Lookups++
			w.spf.PTR = true
		}
		if w.ended() {
			return ""
		}
	}
	if redirect.name == "" {
		return ""
	}
	w.spf.Lookups++
	return w.lead(ctx, redirect)
}

func (w *spfWalk) include(ctx context.Context, t spfTerm) {
	w.spf.Lookups++
	if all := w.lead(ctx, t); all == "+" && t.qualifier == "+" && !w.ended() {
		w.spf.Open = t.domain
	}
}

// reach returns what a term that names something says about everybody, and notes a
// network that is too large. A name that exists whoever sends is matched by all.
func (w *spfWalk) reach(domain string, t spfTerm) (all string) {
	switch {
	case t.name == "exists", t.anybody && t.qualifier == "+":
		return t.qualifier
	case t.wide && t.qualifier == "+" && !slices.Contains(w.spf.Wide, domain):
		w.spf.Wide = append(w.spf.Wide, domain)
	}
	return ""
}

// lead follows include or redirect to the record at their domain. None there is an
// error for the whole (sections 5.2 and 6.1).
func (w *spfWalk) lead(ctx context.Context, t spfTerm) (all string) {
	if w.ended() {
		return ""
	}
	if t.hasMacro() {
		w.spf.Incomplete = "it names a domain that depends on each mail"
		return ""
	}
	domain := canonical(t.domain)
	records, _, err := w.session.texts(ctx, domain, isSPF)
	if err != nil {
		w.spf.Incomplete = fmt.Sprintf("at %s, %v", domain, err)
		return ""
	}
	if len(records) != 1 {
		w.spf.Problem = fmt.Sprintf("it leads to %s, which has %d SPF records instead of one", domain, len(records))
		return ""
	}
	terms, err := parseSPF(records[0])
	if err != nil {
		w.spf.Problem = fmt.Sprintf("it leads to %s, whose record is wrong: %v", domain, err)
		return ""
	}
	return w.record(ctx, domain, terms)
}

// address counts a look-up of addresses, notes when it leads to nothing, and reports
// whether it leads to something for every mail.
func (w *spfWalk) address(ctx context.Context, domain string, t spfTerm) bool {
	w.spf.Lookups++
	if t.hasMacro() || w.ended() {
		return false // what it leads to depends on each mail
	}
	if t.domain != "" {
		domain = canonical(t.domain)
	}
	kinds := []uint16{dns.TypeA, dns.TypeAAAA} // a receiver asks for one, by the sender's address
	switch t.name {
	case "mx":
		kinds = []uint16{dns.TypeMX}
	case "exists":
		kinds = kinds[:1]
	}
	for _, kind := range kinds {
		found, err := w.session.ask(ctx, domain, kind)
		if err != nil {
			w.spf.Incomplete = fmt.Sprintf("at %s, %v", domain, err)
			return false
		}
		if kind == dns.TypeMX && len(found.records) > maxSPFMX {
			w.spf.Problem = fmt.Sprintf("the term mx leads to %d mail servers at %s, and more than %d are an error", len(found.records), domain, maxSPFMX)
		}
		if len(found.records) > 0 {
			return true
		}
	}
	w.spf.Voids = append(w.spf.Voids, domain)
	return false
}
