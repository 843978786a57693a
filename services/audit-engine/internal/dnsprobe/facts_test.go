package dnsprobe

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"doorstep.example/services/audit-engine/internal/dnsprobe/dnsprobetest"
)

const goodZone = `
;! validates
;! signed example.com
example.com.           SOA  ns.example.com. h.example.com. 1 2 3 4 5
example.com.           A    192.0.2.1
example.com.           DS   1 13 2 00
example.com.           MX   10 MX2.example.com.
example.com.           MX   5 mx1.example.com.
example.com.           TXT  "v=spf1 mx -all"
example.com.           CAA  0 issue "CA.example; account=1"
example.com.           CAA  0 issuewild ";"
example.com.           CAA  0 iodef "mailto:ca@example.com"
www.example.com.       CNAME edge.example.net.
edge.example.net.      A    192.0.2.2
edge.example.net.      AAAA 2001:db8::2
_8443._tcp.www.example.com. TLSA 3 1 1 00
_25._tcp.mx2.example.com. TLSA 3 1 2 AB
_dmarc.example.com.    TXT  "v=DMARC1; p=reject"
_mta-sts.example.com.  TXT  "v=STSv1; id=1"
_smtp._tls.example.com. TXT "v=TLSRPTv1; rua=mailto:tls@example.com"
`

// The facts come the whole way: over a loopback socket.
func TestLook(t *testing.T) {
	t.Parallel()
	zone := dnsprobetest.Parse(t, goodZone)
	address := dnsprobetest.Serve(t, func(q *dns.Msg, _ string) *dns.Msg { return zone.Reply(q) })
	got := Look(t.Context(), (&Resolver{Address: address}).Exchange, "www.example.com", 8443, []string{"WWW.example.com", "cdn.example.com", "elsewhere.net"})
	want := &Facts{
		Host: "www.example.com", Domain: "example.com",
		Addresses: Fact[Addresses]{Value: Addresses{IPv4: true, IPv6: true}},
		Aliases:   Fact[[]Alias]{Value: []Alias{{Name: "www.example.com", Chain: []string{"edge.example.net"}}}},
		CAA: Fact[CAA]{Value: CAA{At: "example.com", Issue: []string{"ca.example"}, IssueWild: []string{""}, Reports: []string{"mailto:ca@example.com"},
			Lines: []string{`CAA 0 iodef "mailto:ca@example.com"`, `CAA 0 issue "CA.example; account=1"`, `CAA 0 issuewild ";"`}}},
		DNSSEC: Fact[DNSSEC]{Value: DNSSEC{Signed: true}},
		TLSA: Fact[TLSA]{Value: TLSA{Name: "_8443._tcp.www.example.com", Host: "www.example.com", Signed: true,
			Records: []TLSARecord{{Usage: DANEEE, Selector: PublicKey, Matching: SHA256, Data: []byte{0}, Problem: "a digest of 1 bytes does not fit the matching type 1"}}}},
		MailTLSA: []Fact[TLSA]{
			{Value: TLSA{Name: "_25._tcp.mx1.example.com", Host: "mx1.example.com"}},
			{Value: TLSA{Name: "_25._tcp.mx2.example.com", Host: "mx2.example.com", Signed: true,
				Records: []TLSARecord{{Usage: DANEEE, Selector: PublicKey, Matching: SHA512, Data: []byte{0xab}, Problem: "a digest of 1 bytes does not fit the matching type 2"}}}},
		},
		MX:  Fact[MX]{Value: MX{Hosts: []string{"mx1.example.com", "mx2.example.com"}}},
		SPF: Fact[SPF]{Value: SPF{Records: []string{"v=spf1 mx -all"}, All: "-", Lookups: 1}},
		DMARC: Fact[DMARC]{Value: DMARC{Record: &DMARCRecord{Text: "v=DMARC1; p=reject", P: "reject", PSD: "u"}, At: "example.com",
			Policy: "reject", Subdomains: "reject", Invented: "reject"}},
		MTASTS: Fact[MTASTS]{Value: MTASTS{Records: []string{"v=STSv1; id=1"}}},
		TLSRPT: Fact[TLSRPT]{Value: TLSRPT{Records: []string{"v=TLSRPTv1; rua=mailto:tls@example.com"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Without answers, nothing is known and nothing is taken for absent.
func TestLookWithoutAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		exchange Exchange
		want     string
	}{
		"silent": {func(context.Context, *dns.Msg) (*dns.Msg, error) { return nil, errors.New("nobody there") }, "the DNS did not answer in time"},
		"refused": {func(_ context.Context, q *dns.Msg) (*dns.Msg, error) {
			return new(dns.Msg).SetRcode(q, dns.RcodeRefused), nil
		}, "the DNS answered with an error (REFUSED)"},
		"servfail": {func(_ context.Context, q *dns.Msg) (*dns.Msg, error) {
			return new(dns.Msg).SetRcode(q, dns.RcodeServerFailure), nil
		}, "the DNS answered with an error (SERVFAIL)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := Look(t.Context(), test.exchange, "www.example.com", 443, nil)
			got := []string{f.Addresses.Unknown, f.Aliases.Unknown, f.CAA.Unknown, f.DNSSEC.Unknown, f.TLSA.Unknown, f.MX.Unknown, f.SPF.Unknown, f.DMARC.Unknown, f.MTASTS.Unknown, f.TLSRPT.Unknown}
			for _, unknown := range got {
				if unknown != test.want {
					t.Errorf("unknown because %q, want %q", unknown, test.want)
				}
			}
		})
	}
}

func TestRegistrable(t *testing.T) {
	t.Parallel()
	for host, want := range map[string][2]string{
		"www.example.com":     {"example.com", ""},
		"example.co.uk":       {"example.co.uk", ""},
		"a.b.example.co.uk":   {"example.co.uk", ""},
		"user.github.io":      {"user.github.io", "github.io"},
		"deep.user.github.io": {"user.github.io", "github.io"},
		"github.io":           {"github.io", "github.io"},
		"www.gov.uk":          {"www.gov.uk", ""},
		"host.unknown":        {"host.unknown", ""},
	} {
		domain, provider := registrable(host)
		if got := [2]string{domain, provider}; got != want {
			t.Errorf("registrable(%q) = %q, want %q", host, got, want)
		}
	}
}

func TestLookDNSSEC(t *testing.T) {
	t.Parallel()
	const soa = "example.com. SOA n.example.com. h.example.com. 1 2 3 4 5\n"
	const ds = "example.com. DS 1 13 2 00\n"
	const key = "example.com. DNSKEY 257 3 13 5q4vSGWv/MKb5KC0RgjXqkJag+gSFjblzgkcM6eyJIWogPUyMWs6aPOrM80djXWwUtMApg5QHCC6V+X2wXieaQ==\n"
	const itsDS = "example.com. DS 57038 13 2 00\n"
	for name, test := range map[string]struct {
		zone string
		want DNSSEC
		err  error
	}{
		"signed":                     {";! validates\n;! signed example.com\n" + soa + ds, DNSSEC{Signed: true}, nil},
		"unsigned":                   {";! validates\n" + soa, DNSSEC{}, nil},
		"unsigned, no validation":    {soa, DNSSEC{}, nil},
		"bogus":                      {";! validates\n;! bogus example.com\n" + soa + ds, DNSSEC{Signed: true, Bogus: true}, nil},
		"signed, no validation":      {soa + itsDS + key, DNSSEC{}, errNoValidation},
		"without its key":            {soa + ds + key, DNSSEC{Signed: true, Bogus: true, Broken: noKey}, nil},
		"signed in an unknown way":   {";! validates\n" + soa + ds, DNSSEC{}, errInsecure},
		"servers fail":               {";! servfail example.com SOA\n" + soa + ds, DNSSEC{}, &refusal{dns.RcodeServerFailure}},
		"in its parent's signed one": {"www.example.com. A 192.0.2.1\n" + strings.ReplaceAll(itsDS+key, "example.", ""), DNSSEC{}, errNoValidation},
	} {
		domain := "example.com"
		got, err := lookDNSSEC(t.Context(), newSession(dnsprobetest.Parse(t, test.zone).Exchange), domain)
		if got != test.want || (err == nil) != (test.err == nil) || (err != nil && err.Error() != test.err.Error()) {
			t.Errorf("%s: %+v, %v; want %+v, %v", name, got, err, test.want, test.err)
		}
	}
}

func TestLookAlias(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		zone string
		want *Alias
	}{
		"none":          {"www.example.com. A 192.0.2.1", nil},
		"no such name":  {"", nil},
		"alive":         {"www.example.com. CNAME a.example.net.\na.example.net. A 192.0.2.1", &Alias{Chain: []string{"a.example.net"}}},
		"other records": {"www.example.com. CNAME a.example.net.\na.example.net. TXT x", &Alias{Chain: []string{"a.example.net"}}},
		"gone":          {"www.example.com. CNAME b.example.com.\nb.example.com. CNAME a.example.net.\nexample.net. A 192.0.2.1", &Alias{Chain: []string{"b.example.com", "a.example.net"}, Gone: true}},
		"domain gone":   {"www.example.com. CNAME a.example.net.", &Alias{Chain: []string{"a.example.net"}, Gone: true, Unregistered: "example.net"}},
		"service":       {"www.example.com. CNAME a.azurewebsites.net.", &Alias{Chain: []string{"a.azurewebsites.net"}, Gone: true}},
		"said once":     {";! servfail a.azurewebsites.net AAAA\nwww.example.com. CNAME a.azurewebsites.net.", nil},
	} {
		s := newSession(dnsprobetest.Parse(t, test.zone).Exchange)
		got, err := lookAlias(t.Context(), s, "www.example.com")
		if name == "said once" {
			if err == nil || got.Gone {
				t.Errorf("said once: %+v, %v", got, err)
			}
			continue
		}
		if test.want != nil {
			test.want.Name = "www.example.com"
		}
		if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

// A resolver that blocks names says that they do not exist; that proves nothing.
func TestBlockedIsNotGone(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"", "blocked.local."} {
		exchange := func(_ context.Context, q *dns.Msg) (*dns.Msg, error) {
			reply := new(dns.Msg).SetRcode(q, dns.RcodeNameError)
			if q.Question[0].Name == "www.example.com." {
				reply.Answer = []dns.RR{&dns.CNAME{Hdr: dns.RR_Header{Name: "www.example.com.", Rrtype: dns.TypeCNAME, Class: dns.ClassINET}, Target: "a.azurewebsites.net."}}
			}
			owner := zone
			if q.Question[0].Name == nowhere+"." {
				owner = "." // it blocks some names, not all
			}
			if owner != "" {
				reply.Ns = []dns.RR{&dns.SOA{Hdr: dns.RR_Header{Name: owner, Rrtype: dns.TypeSOA, Class: dns.ClassINET}}}
			}
			return reply, nil
		}
		if got, err := lookAlias(t.Context(), newSession(exchange), "www.example.com"); err != nil || got.Gone {
			t.Errorf("zone %q: %+v, %v", zone, got, err)
		}
	}
}
