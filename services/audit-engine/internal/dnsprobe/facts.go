package dnsprobe

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/miekg/dns"
	"golang.org/x/net/publicsuffix"
)

// Fact is something that the DNS says, or why it is not known.
type Fact[T any] struct {
	Value   T
	Unknown string // in words that follow a colon; "": Value holds
}

// Facts is what the DNS says about a host and its domain. Names are in lower case
// without a dot at the end.
type Facts struct {
	Host   string
	Domain string // the registrable one
	// Provider is the suffix of a shared service, such as github.io, that the host
	// lies below: the records of the domain are then the provider's, and mail is not
	// looked at.
	Provider string

	Addresses Fact[Addresses]
	Aliases   Fact[[]Alias] // of the host, the domain, its www and what the page is made of
	CAA       Fact[CAA]
	DNSSEC    Fact[DNSSEC]
	TLSA      Fact[TLSA] // of the host, at the port that was asked for

	MX Fact[MX]
	// MailTLSA is about the first mail servers, in the order of MX.
	MailTLSA []Fact[TLSA]
	SPF      Fact[SPF]
	DMARC    Fact[DMARC]
	// HostDMARC is what a record at the host itself says, if the host is not the domain.
	HostDMARC Fact[DMARC]
	MTASTS    Fact[MTASTS]
	TLSRPT    Fact[TLSRPT]
}

// Addresses are the kinds of address that a host has.
type Addresses struct{ IPv4, IPv6 bool }

// MX is where a domain takes mail.
type MX struct {
	Null  bool     // the domain says that it takes none (RFC 7505)
	Hosts []string // sorted
}

// Look asks about host, a public name in lower case with its https at port; more are
// names of the same domain that matter to it. It takes at most eight seconds.
func Look(ctx context.Context, exchange Exchange, host string, port uint16, more []string) *Facts {
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	f := &Facts{Host: host}
	f.Domain, f.Provider = registrable(host)
	s := newSession(exchange)
	var group sync.WaitGroup
	group.Go(func() { f.Addresses = know(lookAddresses(ctx, s, host)) })
	group.Go(func() { f.CAA = know(lookCAA(ctx, s, host)) })
	group.Go(func() { f.DNSSEC = know(lookDNSSEC(ctx, s, f.Domain)) })
	group.Go(func() { f.TLSA = know(lookTLSA(ctx, s, host, port)) })
	if f.Provider == "" {
		group.Go(func() { f.MX = know(lookMX(ctx, s, f.Domain)) })
		group.Go(func() { f.DMARC = know(lookDMARC(ctx, s, f.Domain)) })
		group.Go(func() { f.HostDMARC = know(lookHostDMARC(ctx, s, host, f.Domain)) })
		group.Go(func() { f.MTASTS = know(lookMTASTS(ctx, s, f.Domain)) })
		group.Go(func() { f.TLSRPT = know(lookTLSRPT(ctx, s, f.Domain)) })
	}
	group.Wait()
	// These ask as many questions as the records ask for, so they come last. Mail servers
	// may be other people's and silent, which must not keep the rest waiting.
	group.Go(func() { f.MailTLSA = lookMailTLSA(ctx, s, f.MX.Value.Hosts) })
	f.Aliases = know(lookAliases(ctx, s, aliasNames(host, f.Domain, more)))
	if f.Provider == "" {
		f.SPF = know(lookSPF(ctx, s, f.Domain))
	}
	group.Wait()
	return f
}

func know[T any](value T, err error) Fact[T] {
	if err != nil {
		return Fact[T]{Value: value, Unknown: err.Error()}
	}
	return Fact[T]{Value: value}
}

// registrable returns the domain that somebody registered, and the provider's suffix
// when host lies at or below one that customers share.
func registrable(host string) (domain, provider string) {
	suffix, icann := publicsuffix.PublicSuffix(host)
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		domain = host // a public suffix itself
	}
	if !icann && strings.Contains(suffix, ".") {
		provider = suffix
	}
	return domain, provider
}

func lookAddresses(ctx context.Context, s *session, host string) (Addresses, error) {
	four, err := s.ask(ctx, host, dns.TypeA)
	if err != nil {
		return Addresses{}, err
	}
	six, err := s.ask(ctx, host, dns.TypeAAAA)
	return Addresses{IPv4: len(four.records) > 0, IPv6: len(six.records) > 0}, err
}

func lookMX(ctx context.Context, s *session, domain string) (MX, error) {
	a, err := s.ask(ctx, domain, dns.TypeMX)
	if err != nil {
		return MX{}, err
	}
	var m MX
	for _, record := range a.records {
		mx, ok := record.(*dns.MX)
		switch {
		case !ok:
		case mx.Mx == ".":
			m.Null = true
		default:
			m.Hosts = append(m.Hosts, canonical(mx.Mx))
		}
	}
	slices.Sort(m.Hosts)
	m.Hosts = slices.Compact(m.Hosts)
	return m, nil
}

// lookAliases returns the aliases among names. What is found stays, although another
// name gave no answer.
func lookAliases(ctx context.Context, s *session, names []string) ([]Alias, error) {
	found := make([]*Alias, len(names))
	errs := make([]error, len(names))
	var group sync.WaitGroup
	for i, name := range names {
		group.Go(func() { found[i], errs[i] = lookAlias(ctx, s, name) })
	}
	group.Wait()
	var aliases []Alias
	for _, a := range found {
		if a != nil {
			aliases = append(aliases, *a)
		}
	}
	for _, err := range errs {
		if err != nil {
			return aliases, err
		}
	}
	return aliases, nil
}
