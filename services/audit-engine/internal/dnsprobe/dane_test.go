package dnsprobe

import (
	"fmt"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"doorstep.example/services/audit-engine/internal/dnsprobe/dnsprobetest"
)

func TestReadTLSA(t *testing.T) {
	t.Parallel()
	digest := strings.Repeat("ab", 32)
	for text, want := range map[string]string{
		"3 1 1 " + digest:          "",
		"0 0 2 " + digest + digest: "",
		"2 1 0 30020500":           "",
		"3 1 1 " + digest + "ab":   "a digest of 33 bytes does not fit the matching type 1",
		"3 1 2 " + digest:          "a digest of 32 bytes does not fit the matching type 2",
		"4 1 1 " + digest:          "the certificate usage 4 is none of 0 to 3",
		"255 1 1 " + digest:        "the certificate usage 255 is none of 0 to 3",
		"3 2 1 " + digest:          "the selector 2 is neither 0 nor 1",
		"3 1 3 " + digest:          "the matching type 3 is none of 0, 1 and 2",
		"3 0 0 300205":             "its data is neither a certificate nor a key",
		"3 0 0 3002050000":         "its data is neither a certificate nor a key",
		"3 0 0 0500":               "its data is neither a certificate nor a key",
	} {
		record, err := dns.NewRR("_443._tcp.a.example. TLSA " + text)
		if err != nil {
			t.Fatal(err)
		}
		if got := readTLSA(record.(*dns.TLSA)); got.Problem != want || got.String() != "TLSA "+text {
			t.Errorf("readTLSA(%s) = %s, %q; want %q", text, got, got.Problem, want)
		}
	}
	if got := readTLSA(&dns.TLSA{Usage: 3, Selector: 1, MatchingType: 1, Certificate: "xy"}); got.Problem != "its data cannot be read" {
		t.Errorf("no hexadecimal digits: %q", got.Problem)
	}
}

func TestLookTLSA(t *testing.T) {
	t.Parallel()
	const at, host = "_443._tcp.www.example.com", "www.example.com"
	record := at + ". TLSA 3 1 1 " + strings.Repeat("00", 32) + "\n"
	const alias = "www.example.com. CNAME edge.example.net.\nedge.example.net. A 192.0.2.1\n"
	for name, test := range map[string]struct{ zone, want string }{
		"none":                     {";! validates\nwww.example.com. A 192.0.2.1", at + ": 0, signed false"},
		"signed":                   {";! validates\n;! signed example.com\n" + record, at + ": 1, signed true"},
		"unsigned":                 {";! validates\n" + record, at + ": 1, signed false"},
		"nobody validates":         {record, "the resolver that this audit uses does not validate signatures"},
		"refused":                  {";! servfail " + at + " TLSA\n" + record, "the DNS answered with an error (SERVFAIL)"},
		"bogus":                    {";! validates\n;! bogus example.com\n" + record, "the DNS answered with an error (SERVFAIL)"},
		"end of an alias first":    {";! validates\n;! signed .\n" + alias + record + strings.Replace(record, host, "edge.example.net", 1), "_443._tcp.edge.example.net: 1, signed true"},
		"then the alias":           {";! validates\n;! signed .\n" + alias + record, at + ": 1, signed true"},
		"alias without signatures": {";! validates\n" + alias + record + strings.Replace(record, host, "edge.example.net", 1), at + ": 1, signed false"},
	} {
		got, err := lookTLSA(t.Context(), newSession(dnsprobetest.Parse(t, test.zone).Exchange), host, 443)
		text := fmt.Sprintf("%s: %d, signed %t", got.Name, len(got.Records), got.Signed)
		if err != nil {
			text = err.Error()
		}
		if text != test.want {
			t.Errorf("%s: %s, want %s", name, text, test.want)
		}
	}
}

// A mail server without an answer leaves the others; the sixth is not asked about.
func TestLookMailTLSA(t *testing.T) {
	t.Parallel()
	zone := ";! silent _25._tcp.b.example TLSA\n"
	hosts := []string{"a.example", "b.example", "c.example", "d.example", "e.example", "f.example"}
	for _, host := range hosts {
		zone += "_25._tcp." + host + ". TLSA 3 1 1 " + strings.Repeat("00", 32) + "\n"
	}
	s := newSession(dnsprobetest.Parse(t, ";! validates\n;! signed .\n"+zone).Exchange)
	for i, fact := range lookMailTLSA(t.Context(), s, hosts) {
		if silent := hosts[i] == "b.example"; fact.Value.Host != hosts[i] || silent != (fact.Unknown != "") || silent == fact.Value.Signed {
			t.Errorf("%s: %+v", hosts[i], fact)
		}
	}
	if asked := maxQuestions - s.left; asked != maxMailTLSA {
		t.Errorf("%d questions, want %d", asked, maxMailTLSA)
	}
}
