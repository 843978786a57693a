package dnsprobe

import (
	"context"
	"errors"

	"github.com/miekg/dns"
)

// DNSSEC is whether the domain's records are signed, as a validating resolver sees
// them (RFC 4035).
type DNSSEC struct {
	Signed bool // the parent has DS records, or the signed zone around it is the domain's
	Bogus  bool // signed, and the signatures do not hold
}

var (
	errNoValidation = errors.New("the domain is signed, but the resolver that this audit uses does not validate signatures")
	errInsecure     = errors.New("the domain is signed in a way that the resolver of this audit cannot validate")
)

// lookDNSSEC compares what the resolver says about the domain with what it says
// about the root zone, which is always signed: a resolver that does not vouch for
// the root does not validate.
func lookDNSSEC(ctx context.Context, s *session, domain string) (DNSSEC, error) {
	soa, err := s.ask(ctx, domain, dns.TypeSOA)
	if servfail(err) {
		return lookBogus(ctx, s, domain, err)
	}
	if err != nil {
		return DNSSEC{}, err
	}
	if soa.authentic {
		return DNSSEC{Signed: true}, nil
	}
	apex := domain
	if len(soa.records) == 0 && soa.zone != "" {
		apex = soa.zone // the domain has no zone of its own
	}
	ds, err := s.ask(ctx, apex, dns.TypeDS)
	if err != nil {
		return DNSSEC{}, err
	}
	if len(ds.records) == 0 {
		return DNSSEC{}, nil
	}
	root, err := s.ask(ctx, ".", dns.TypeSOA)
	switch {
	case err != nil:
		return DNSSEC{}, err
	case root.authentic:
		return DNSSEC{}, errInsecure
	}
	return DNSSEC{}, errNoValidation
}

// lookBogus tells signatures that do not hold from servers that do not answer: the
// answer is there without validation, and refused again with it.
func lookBogus(ctx context.Context, s *session, domain string, refused error) (DNSSEC, error) {
	if _, err := s.askUnchecked(ctx, domain, dns.TypeSOA); err != nil {
		return DNSSEC{}, refused
	}
	if _, err := s.ask(ctx, domain, dns.TypeSOA); !servfail(err) {
		return DNSSEC{}, refused
	}
	return DNSSEC{Signed: true, Bogus: true}, nil
}
