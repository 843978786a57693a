// Package dnsprobetest is a resolver for tests: it answers from the lines of a zone
// file, in the process or on a loopback socket.
package dnsprobetest

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// Zone answers questions as a recursive resolver does. A name below which nothing
// stands does not exist. The zone of every statement is the registered part of the
// name: its last label.
//
// Lines that begin with ";!" say what a zone file cannot:
//
//	;! validates           the resolver validates: it vouches for the root
//	;! signed NAME         it vouches for what lies at and below NAME
//	;! bogus NAME          it refuses what lies there, unless told not to validate
//	;! servfail NAME TYPE  it fails at this question
//	;! silent NAME TYPE    it does not answer this question
//	;! zoneless            it names no zone where it has nothing
type Zone struct {
	records map[string][]dns.RR
	marks   map[string][]string
}

// Parse reads the lines. Names are relative to the root.
func Parse(t testing.TB, lines string) *Zone {
	t.Helper()
	z := &Zone{records: map[string][]dns.RR{}, marks: map[string][]string{}}
	for line := range strings.Lines(lines) {
		if mark, found := strings.CutPrefix(line, ";!"); found {
			kind, argument, _ := strings.Cut(strings.TrimSpace(mark), " ")
			z.marks[kind] = append(z.marks[kind], argument)
		}
	}
	parser := dns.NewZoneParser(strings.NewReader(lines), ".", "")
	parser.SetDefaultTTL(60)
	for record, ok := parser.Next(); ok; record, ok = parser.Next() {
		name := strings.ToLower(record.Header().Name)
		z.records[name] = append(z.records[name], record)
	}
	if err := parser.Err(); err != nil {
		t.Fatalf("zone: %v", err)
	}
	return z
}

// Exchange answers in the process.
func (z *Zone) Exchange(_ context.Context, question *dns.Msg) (*dns.Msg, error) {
	if reply := z.Reply(question); reply != nil {
		return reply, nil
	}
	return nil, fmt.Errorf("no answer to %s", key(question.Question[0]))
}

// Reply is the answer to question. nil: it is not answered.
func (z *Zone) Reply(question *dns.Msg) *dns.Msg {
	asked := question.Question[0]
	reply := new(dns.Msg).SetReply(question)
	reply.RecursionAvailable = true
	name := strings.ToLower(asked.Name)
	switch {
	case slices.Contains(z.marks["silent"], key(asked)):
		return nil
	case slices.Contains(z.marks["servfail"], key(asked)), z.lies("bogus", name) && !question.CheckingDisabled:
		reply.Rcode = dns.RcodeServerFailure
		return reply
	}
	reply.AuthenticatedData = z.marks["validates"] != nil && (name == "." || z.lies("signed", name))
	for range 20 { // the fixture may hold a circle
		alias := ""
		for _, record := range z.records[name] {
			signature, signs := record.(*dns.RRSIG)
			if record.Header().Rrtype == asked.Qtype || signs && signature.TypeCovered == asked.Qtype {
				reply.Answer = append(reply.Answer, record)
			} else if c, ok := record.(*dns.CNAME); ok {
				reply.Answer = append(reply.Answer, record)
				alias = strings.ToLower(c.Target)
			}
		}
		if alias == "" {
			break
		}
		name = alias
	}
	if n := len(reply.Answer); n > 0 && reply.Answer[n-1].Header().Rrtype != dns.TypeCNAME {
		return reply
	}
	if !z.exists(name) {
		reply.Rcode = dns.RcodeNameError
	}
	labels := dns.SplitDomainName(name)
	if len(labels) == 0 || z.marks["zoneless"] != nil {
		return reply
	}
	soa, _ := dns.NewRR(labels[len(labels)-1] + ". 60 IN SOA ns.invalid. hostmaster.invalid. 1 2 3 4 5")
	reply.Ns = append(reply.Ns, soa)
	return reply
}

func (z *Zone) exists(name string) bool {
	for known := range z.records {
		if dns.IsSubDomain(name, known) {
			return true
		}
	}
	return false
}

func (z *Zone) lies(mark, name string) bool {
	return slices.ContainsFunc(z.marks[mark], func(top string) bool { return dns.IsSubDomain(dns.Fqdn(top), name) })
}

func key(q dns.Question) string {
	return strings.TrimSuffix(strings.ToLower(q.Name), ".") + " " + dns.TypeToString[q.Qtype]
}

// Serve answers on a loopback socket, over UDP and TCP, until the test ends, and
// returns its address. A question that handle returns nil for is not answered.
func Serve(t testing.TB, handle func(question *dns.Msg, network string) *dns.Msg) (address string) {
	t.Helper()
	listener, packets := listen(t)
	for network, server := range map[string]*dns.Server{"tcp": {Listener: listener}, "udp": {PacketConn: packets}} {
		server.Handler = dns.HandlerFunc(func(w dns.ResponseWriter, question *dns.Msg) {
			if reply := handle(question, network); reply != nil {
				_ = w.WriteMsg(reply) // the asker may be gone
			}
		})
		ready := make(chan struct{})
		server.NotifyStartedFunc = func() { close(ready) }
		go func() { _ = server.ActivateAndServe() }()
		<-ready
		t.Cleanup(func() { _ = server.Shutdown() })
	}
	return listener.Addr().String()
}

// listen takes one port for both protocols. Another program may have the second one.
func listen(t testing.TB) (net.Listener, net.PacketConn) {
	t.Helper()
	var config net.ListenConfig
	for range 20 {
		listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		packets, err := config.ListenPacket(t.Context(), "udp", listener.Addr().String())
		if err == nil {
			return listener, packets
		}
		_ = listener.Close()
	}
	t.Fatal("no port is free for both UDP and TCP")
	return nil, nil
}
