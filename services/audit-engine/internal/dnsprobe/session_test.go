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

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	asked := 0
	endless := func(_ context.Context, q *dns.Msg) (*dns.Msg, error) {
		asked++
		reply := new(dns.Msg).SetReply(q)
		next := "x" + q.Question[0].Name
		if len(next) > 200 {
			next = "x.example."
		}
		reply.Answer = []dns.RR{&dns.CNAME{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET}, Target: next}}
		return reply, nil
	}
	if _, err := newSession(endless).ask(t.Context(), "a.example", dns.TypeA); !errors.Is(err, errChain) || asked > maxChain+1 {
		t.Errorf("a chain without end: %v after %d questions", err, asked)
	}
	zone := dnsprobetest.Parse(t, "a.example. CNAME b.example.\nb.example. CNAME a.example.\nself.example. CNAME self.example.\n")
	for _, name := range []string{"a.example", "self.example"} {
		if _, err := newSession(zone.Exchange).ask(t.Context(), name, dns.TypeA); !errors.Is(err, errChain) {
			t.Errorf("%s in a circle: %v", name, err)
		}
	}
	s := newSession(zone.Exchange)
	for range maxQuestions {
		if _, err := s.ask(t.Context(), "none.example", dns.TypeA); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.ask(t.Context(), "none.example", dns.TypeA); !errors.Is(err, errBudget) {
		t.Errorf("question %d: %v", maxQuestions+1, err)
	}
	if _, err := newSession(zone.Exchange).ask(t.Context(), "a..example", dns.TypeA); !errors.Is(err, errOdd) {
		t.Errorf("a name that is none: %v", err)
	}
}

// A resolver may answer with one alias at a time; what it vouches for must hold for
// the whole way.
func TestSessionFollowsAliasByAlias(t *testing.T) {
	t.Parallel()
	step := func(_ context.Context, q *dns.Msg) (*dns.Msg, error) {
		reply := new(dns.Msg).SetReply(q)
		header := dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET}
		switch q.Question[0].Name {
		case "a.example.":
			reply.Answer = []dns.RR{&dns.CNAME{Hdr: header, Target: "B.example."}}
		case "b.example.":
			reply.Answer, reply.AuthenticatedData = []dns.RR{&dns.CNAME{Hdr: header, Target: "c.example."}}, true
		default:
			header.Rrtype = dns.TypeTXT
			reply.Answer, reply.AuthenticatedData = []dns.RR{&dns.TXT{Hdr: header, Txt: []string{"end"}}}, true
		}
		return reply, nil
	}
	got, err := newSession(step).ask(t.Context(), "a.example", dns.TypeTXT)
	if err != nil || len(got.records) != 1 || got.authentic {
		t.Errorf("%+v, %v", got, err)
	}
	if diff := cmp.Diff([]string{"b.example", "c.example"}, got.chain); diff != "" {
		t.Error(diff)
	}
	if got, err := newSession(step).ask(t.Context(), "b.example", dns.TypeTXT); err != nil || !got.authentic {
		t.Errorf("%+v, %v", got, err)
	}
}

// Records about something else are no answer, whether of another name, type or class.
func TestUnaskedSaysNothing(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"other.example. TXT x", "example.com. A 192.0.2.1", "example.com. CH TXT x"} {
		exchange := func(_ context.Context, q *dns.Msg) (*dns.Msg, error) {
			reply := new(dns.Msg).SetReply(q)
			record, err := dns.NewRR(line)
			reply.Answer = []dns.RR{record}
			return reply, err
		}
		if got, err := newSession(exchange).ask(t.Context(), "example.com", dns.TypeTXT); !errors.Is(err, errOdd) {
			t.Errorf("%q: %+v, %v", line, got, err)
		}
	}
}

// A referral to other servers is no answer; an empty answer with them and the zone's
// SOA is.
func TestReferralSaysNothing(t *testing.T) {
	t.Parallel()
	for answers, want := range map[string]error{
		"example.com. NS ns.example.net.": errAway,
		". NS a.root-servers.net.":        errAway,
		"":                                nil,
		"example.com. NS ns.example.net.\nexample.com. SOA ns.example.net. h.example.net. 1 2 3 4 5": nil,
	} {
		exchange := func(_ context.Context, q *dns.Msg) (*dns.Msg, error) {
			reply := new(dns.Msg).SetReply(q)
			for line := range strings.Lines(answers) {
				record, err := dns.NewRR(line)
				if err != nil {
					return nil, err
				}
				reply.Ns = append(reply.Ns, record)
			}
			return reply, nil
		}
		if _, err := newSession(exchange).ask(t.Context(), "example.com", dns.TypeCAA); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", answers, err, want)
		}
	}
}

// Some servers send a record twice, and some records are longer than anybody needs.
func TestRecordsAreTakenWholeAndOnce(t *testing.T) {
	t.Parallel()
	long := strings.TrimSuffix(strings.Repeat(`" ip4:192.0.2.1 ip4:192.0.2.2 ip4:192.0.2.3" `, 400), " ")
	zone := dnsprobetest.Parse(t, "twice.example. TXT \"v=spf1 -all\"\ntwice.example. TXT \"v=spf1 -all\"\nlong.example. TXT \"v=spf1\" "+long+" \" -all\"")
	for _, domain := range []string{"twice.example", "long.example"} {
		got, err := lookSPF(t.Context(), newSession(zone.Exchange), domain)
		if got.All != "-" || got.Problem != "" || err != nil {
			t.Errorf("%s: %q, %q, %v", domain, got.All, got.Problem, err)
		}
	}
}
