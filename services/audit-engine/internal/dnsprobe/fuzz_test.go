package dnsprobe

import (
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/miekg/dns"
)

// rawRecord is a record in the form of a message, whose name is the one asked for.
func rawRecord(kind uint16, data []byte) []byte {
	raw := []byte{0xc0, 12} // a pointer to the question
	raw = binary.BigEndian.AppendUint16(raw, kind)
	raw = binary.BigEndian.AppendUint16(raw, dns.ClassINET)
	raw = binary.BigEndian.AppendUint32(raw, 60)
	raw = binary.BigEndian.AppendUint16(raw, uint16(len(data)))
	return append(raw, data...)
}

// rawReply is a reply to the question with records as they came.
func rawReply(question *dns.Msg, code uint8, answers, statements uint8, records []byte) ([]byte, error) {
	bare := &dns.Msg{MsgHdr: question.MsgHdr, Question: question.Question}
	bare.Response, bare.Rcode = true, int(code&15)
	bare.AuthenticatedData = code&16 != 0
	raw, err := bare.Pack()
	if err != nil {
		return nil, err
	}
	raw[7], raw[9] = answers, statements // the counts of the sections
	return append(raw, records...), nil
}

// FuzzLook: a DNS that answers every question with the same odd records costs no more
// questions than are allowed, and the facts keep to their form.
func FuzzLook(f *testing.F) {
	txt := func(s string) []byte { return rawRecord(dns.TypeTXT, append([]byte{byte(len(s))}, s...)) }
	f.Add(uint8(0), uint8(1), uint8(0), txt("v=spf1 include:a.example mx a:b.example exists:%{i}.c redirect=d.example"))
	f.Add(uint8(0), uint8(2), uint8(0), slices.Concat(txt("v=DMARC1; p=reject; psd=y"), txt("v=STSv1; id=1;")))
	f.Add(uint8(16), uint8(1), uint8(0), txt("v=TLSRPTv1; rua=mailto:a@b.example"))
	f.Add(uint8(3), uint8(1), uint8(0), rawRecord(dns.TypeCNAME, []byte{1, 'x', 0xc0, 12}))
	f.Add(uint8(0), uint8(1), uint8(0), rawRecord(dns.TypeCNAME, []byte{0xc0, 12}))
	f.Add(uint8(0), uint8(3), uint8(0), slices.Concat(rawRecord(dns.TypeMX, []byte{0, 5, 0}), rawRecord(dns.TypeMX, []byte{0, 9, 2, 'M', 'x', 0xc0, 12}), rawRecord(dns.TypeCAA, []byte("\x00\x05issueca.example;x"))))
	f.Add(uint8(0), uint8(2), uint8(0), slices.Concat(rawRecord(dns.TypeTLSA, []byte{3, 1, 1, 7}), rawRecord(dns.TypeTLSA, []byte{2, 0, 0, 0x30, 0})))
	f.Add(uint8(18), uint8(0), uint8(1), rawRecord(dns.TypeSOA, append([]byte{0, 0}, make([]byte, 20)...)))
	f.Fuzz(func(t *testing.T, code, answers, statements uint8, records []byte) {
		var asked atomic.Int32
		facts := Look(t.Context(), func(_ context.Context, question *dns.Msg) (*dns.Msg, error) {
			asked.Add(1)
			raw, err := rawReply(question, code, answers, statements, records)
			if err != nil {
				return nil, err
			}
			return readReply(question, raw)
		}, "www.example.com", 443, []string{"cdn.example.com"})
		if n := asked.Load(); n > maxQuestions {
			t.Errorf("%d questions", n)
		}
		checkFacts(t, facts)
	})
}

// checkFacts holds for whatever the DNS answers.
func checkFacts(t *testing.T, f *Facts) {
	t.Helper()
	for _, a := range f.Aliases.Value {
		if len(a.Chain) == 0 || len(a.Chain) > maxChain || a.Unregistered != "" && !a.Gone {
			t.Errorf("alias %+v", a)
		}
	}
	if hosts := f.MX.Value.Hosts; !slices.IsSorted(hosts) || slices.ContainsFunc(hosts, func(h string) bool { return h != canonical(h) || h == "." }) {
		t.Errorf("mail servers %q", hosts)
	}
	if spf := f.SPF.Value; spf.Lookups > MaxSPFLookups+1 || spf.All != "" && !strings.Contains("+-~?", spf.All) || len(spf.Records) != 1 && (spf.All != "" || spf.Lookups > 0) {
		t.Errorf("SPF %+v", spf)
	}
	switch d := f.DMARC.Value; {
	case (d.Record == nil) != (d.At == ""), d.Record == nil && d.Policy+d.Subdomains != "":
		t.Errorf("DMARC %+v", d)
	case d.Policy != "" && !slices.Contains(policies, d.Policy), d.Subdomains != "" && !slices.Contains(policies, d.Subdomains):
		t.Errorf("DMARC %+v", d)
	}
	for what, one := range map[string]struct {
		records []string
		problem string
	}{"MTA-STS": {f.MTASTS.Value.Records, f.MTASTS.Value.Problem}, "TLS-RPT": {f.TLSRPT.Value.Records, f.TLSRPT.Value.Problem}} {
		if len(one.records) == 0 && one.problem != "" || len(one.records) > 1 && one.problem == "" {
			t.Errorf("%s: %q, %q", what, one.records, one.problem)
		}
	}
	if len(f.MailTLSA) > maxMailTLSA {
		t.Errorf("%d mail servers asked about", len(f.MailTLSA))
	}
	for _, r := range f.TLSA.Value.Records {
		if r.Problem == "" && (r.Usage > DANEEE || r.Selector > PublicKey || r.Matching > SHA512 || len(r.Data) < 2) {
			t.Errorf("%s is usable", r)
		}
	}
	if c := f.CAA.Value; (c.At == "") != (len(c.Lines) == 0) || len(c.Issue)+len(c.IssueWild)+len(c.Reports) > len(c.Lines) {
		t.Errorf("CAA %+v", c)
	}
}

// FuzzText: the bytes of a TXT record come through the message as they were sent.
func FuzzText(f *testing.F) {
	f.Add([]byte(`v=spf1 "q\" \\ \065 ü -all`), uint8(255))
	f.Add([]byte("\x00\\\\1\xff;"), uint8(1))
	f.Add([]byte{}, uint8(7))
	q := question("www.example.com", dns.TypeTXT)
	f.Fuzz(func(t *testing.T, sent []byte, size uint8) {
		if len(sent) > 4<<10 {
			return
		}
		var data []byte
		for part := range slices.Chunk(sent, int(max(size, 1))) {
			data = append(append(data, byte(len(part))), part...)
		}
		if len(data) == 0 {
			data = []byte{0}
		}
		raw, err := rawReply(q, 0, 1, 0, rawRecord(dns.TypeTXT, data))
		if err != nil {
			t.Fatal(err)
		}
		if got := firstTXT(readReply(q, raw)); got != string(sent) {
			t.Errorf("sent %q, read %q", sent, got)
		}
	})
}
