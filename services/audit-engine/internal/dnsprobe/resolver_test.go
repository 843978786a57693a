package dnsprobe

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"doorstep.example/services/audit-engine/internal/dnsprobe/dnsprobetest"
)

func question(name string, kind uint16) *dns.Msg {
	q := new(dns.Msg).SetQuestion(dns.Fqdn(name), kind)
	q.SetEdns0(askSize, true)
	return q
}

// firstTXT is the text of the reply's first record, or the error.
func firstTXT(reply *dns.Msg, err error) string {
	if err != nil {
		return err.Error()
	}
	return text(reply.Answer[0].(*dns.TXT))
}

func TestResolverFallsBackToTCP(t *testing.T) {
	t.Parallel()
	zone := dnsprobetest.Parse(t, `long.example. TXT "over TCP"`)
	address := dnsprobetest.Serve(t, func(q *dns.Msg, network string) *dns.Msg {
		if size := q.IsEdns0(); size == nil || size.UDPSize() != askSize || !size.Do() {
			t.Errorf("EDNS0 = %v, want %d bytes and DO", size, askSize)
		}
		reply := zone.Reply(q)
		if network == "udp" {
			reply.Truncated, reply.Answer = true, nil
		}
		return reply
	})
	r := &Resolver{Address: address}
	if got := firstTXT(r.Exchange(t.Context(), question("long.example", dns.TypeTXT))); got != "over TCP" {
		t.Errorf("got %q", got)
	}
}

// With a part of the records left out, what is not among the rest would seem absent.
func TestResolverTakesNoPart(t *testing.T) {
	t.Parallel()
	zone := dnsprobetest.Parse(t, `part.example. TXT "first"`)
	for name, cut := range map[string]func(*dns.Msg){
		"cut short over TCP": func(m *dns.Msg) { m.Truncated = true },
		"too many": func(m *dns.Msg) {
			for range maxRecords {
				m.Answer = append(m.Answer, m.Answer[0])
			}
		},
	} {
		address := dnsprobetest.Serve(t, func(q *dns.Msg, network string) *dns.Msg {
			reply := zone.Reply(q)
			if network == "udp" {
				reply.Truncated = true
			} else {
				cut(reply)
			}
			return reply
		})
		s := newSession((&Resolver{Address: address}).Exchange)
		if got, err := s.ask(t.Context(), "part.example", dns.TypeTXT); !errors.Is(err, errOdd) {
			t.Errorf("%s: %d records, %v", name, len(got.records), err)
		}
	}
}

func TestReplyBreaksOff(t *testing.T) {
	t.Parallel()
	q := question("short.example", dns.TypeTXT)
	for section := range 2 {
		raw, err := new(dns.Msg).SetReply(q).Pack()
		if err != nil {
			t.Fatal(err)
		}
		raw[7+2*section] = 1 // one record is promised
		if reply, err := readReply(q, raw); !errors.Is(err, errOdd) {
			t.Errorf("section %d: took %v, %v", section, reply, err)
		}
	}
}

func TestResolverAsksTwice(t *testing.T) {
	t.Parallel()
	zone := dnsprobetest.Parse(t, `lost.example. TXT "at last"`)
	var asked atomic.Int32
	address := dnsprobetest.Serve(t, func(q *dns.Msg, _ string) *dns.Msg {
		if asked.Add(1) == 1 {
			return nil
		}
		return zone.Reply(q)
	})
	r := &Resolver{Address: address}
	if got := firstTXT(r.Exchange(t.Context(), question("lost.example", dns.TypeTXT))); got != "at last" || asked.Load() != 2 {
		t.Errorf("got %q after %d questions", got, asked.Load())
	}
}

// What was sent by somebody who does not know the question counts for nothing.
func TestResolverPassesOverLies(t *testing.T) {
	t.Parallel()
	for name, lie := range map[string]func(*dns.Msg){
		"wrong id":       func(m *dns.Msg) { m.Id++ },
		"wrong name":     func(m *dns.Msg) { m.Question[0].Name = "other.example." },
		"wrong type":     func(m *dns.Msg) { m.Question[0].Qtype = dns.TypeA },
		"wrong class":    func(m *dns.Msg) { m.Question[0].Qclass = dns.ClassCHAOS },
		"no question":    func(m *dns.Msg) { m.Question = nil },
		"not a response": func(m *dns.Msg) { m.Response = false },
		"another opcode": func(m *dns.Msg) { m.Opcode = dns.OpcodeNotify },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone := dnsprobetest.Parse(t, `true.example. TXT "forged"`)
			address := dnsprobetest.Serve(t, func(q *dns.Msg, network string) *dns.Msg {
				reply := zone.Reply(q)
				lie(reply)
				return reply
			})
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			r := &Resolver{Address: address}
			if reply, err := r.Exchange(ctx, question("true.example", dns.TypeTXT)); err == nil {
				t.Errorf("took %v for the reply over UDP", reply)
			}
			q := question("true.example", dns.TypeTXT)
			raw, err := q.Pack()
			if err != nil {
				t.Fatal(err)
			}
			if reply, err := r.overTCP(t.Context(), q, raw); err == nil {
				t.Errorf("took %v for the reply over TCP", reply)
			}
		})
	}
}

func TestResolverIsNotThere(t *testing.T) {
	t.Parallel()
	r := &Resolver{Address: "127.0.0.1:1"}
	if reply, err := r.Exchange(t.Context(), question("a.example", dns.TypeA)); err == nil {
		t.Errorf("got %v from nobody", reply)
	}
}

func TestSystemResolver(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for content, want := range map[string]string{
		"# ours\nnameserver 192.0.2.53\nnameserver 192.0.2.54\n": "192.0.2.53:53",
		"nameserver 2001:db8::53\n":                              "[2001:db8::53]:53",
		"search example.com\n":                                   "",
	} {
		file := filepath.Join(folder, "resolv.conf")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := SystemResolver(file)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("SystemResolver(%q) = %q, %v; want %q", content, got, err, want)
		}
	}
	if _, err := SystemResolver(filepath.Join(folder, "none")); err == nil {
		t.Error("a missing file names no resolver")
	}
}

func TestTextTakesEscapesBack(t *testing.T) {
	t.Parallel()
	q := question("odd.example", dns.TypeTXT)
	sent := new(dns.Msg).SetReply(q)
	sent.Answer = []dns.RR{&dns.TXT{Hdr: dns.RR_Header{Name: "odd.example.", Rrtype: dns.TypeTXT, Class: dns.ClassINET}, Txt: []string{`v=spf1 "q\" \\ `, `\195\188 -all`}}}
	raw, err := sent.Pack()
	if err != nil {
		t.Fatal(err)
	}
	got := firstTXT(readReply(q, raw))
	if diff := cmp.Diff(`v=spf1 "q" \ ü -all`, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzReadReply(f *testing.F) {
	q := question("www.example.com", dns.TypeTXT)
	q.Id = 7
	reply := new(dns.Msg).SetReply(q)
	reply.Answer = []dns.RR{
		&dns.CNAME{Hdr: dns.RR_Header{Name: "www.example.com.", Rrtype: dns.TypeCNAME, Class: dns.ClassINET}, Target: "www.example.com."},
		&dns.TXT{Hdr: dns.RR_Header{Name: "www.example.com.", Rrtype: dns.TypeTXT, Class: dns.ClassINET}, Txt: []string{`a\\`, "b"}},
	}
	raw, err := reply.Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(raw[:12])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		reply, err := readReply(q, raw)
		if err != nil {
			return
		}
		if reply.Id != 7 || len(reply.Answer) > maxRecords {
			t.Fatalf("id %d, %d records", reply.Id, len(reply.Answer))
		}
		chain, records := walk(reply, "www.example.com", dns.TypeTXT)
		if len(chain) > maxChain+1 {
			t.Fatalf("%d aliases", len(chain))
		}
		for _, record := range records {
			_ = text(record.(*dns.TXT))
		}
	})
}
