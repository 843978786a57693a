package dnsprobe

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/miekg/dns"
)

// DNSSEC is whether the domain's records are signed, as a validating resolver sees
// them (RFC 4035).
type DNSSEC struct {
	Signed bool // the parent has DS records, or the signed zone around it is the domain's
	Bogus  bool // signed, and the signatures do not hold
	// Broken says what is wrong where no resolver said that they do not hold.
	Broken string
}

const (
	noKey      = "No DNSKEY record fits the DS record in the zone above."
	oldSigning = "Every signature of the SOA record has expired."
)

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
	broken, err := lookBroken(ctx, s, apex, ds.records)
	if err != nil || broken == "" {
		return DNSSEC{}, errNoValidation
	}
	return DNSSEC{Signed: true, Bogus: true, Broken: broken}, nil
}

// lookBroken finds what no validation can come through, without validating. "": nothing.
func lookBroken(ctx context.Context, s *session, apex string, ds []dns.RR) (string, error) {
	keys, err := s.askUnchecked(ctx, apex, dns.TypeDNSKEY)
	if err != nil {
		return "", err
	}
	if !slices.ContainsFunc(keys.records, func(k dns.RR) bool { return slices.ContainsFunc(ds, func(d dns.RR) bool { return fits(d, k) }) }) {
		return noKey, nil
	}
	soa, err := s.one(ctx, apex, dns.TypeSOA, true)
	if err != nil {
		return "", err
	}
	signatures := slices.DeleteFunc(soa.Answer, func(r dns.RR) bool { return r.Header().Rrtype != dns.TypeRRSIG })
	current := func(r dns.RR) bool { return r.(*dns.RRSIG).ValidityPeriod(time.Time{}) } // now
	if len(signatures) > 0 && !slices.ContainsFunc(signatures, current) {
		return oldSigning, nil
	}
	return "", nil
}

// fits compares what a DS record names of its key, so that any digest will do.
func fits(ds, key dns.RR) bool {
	d, isDS := ds.(*dns.DS)
	k, isKey := key.(*dns.DNSKEY)
	return isDS && isKey && d.Algorithm == k.Algorithm && d.KeyTag == k.KeyTag()
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
