package dnsprobe

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/services/audit-engine/internal/dnsprobe/dnsprobetest"
)

func TestParseSPF(t *testing.T) {
	t.Parallel()
	for _, record := range []string{
		"v=spf1", "V=SPF1 -all", "v=spf1 MX -ALL", "v=spf1  a   mx -all ",
		"v=spf1 a:mail.example.com/24//64 mx/30 mx:example.com//64 ~all",
		"v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.1 ip6:2001:db8::/32 ip6:2001:db8::1 ip6:::ffff:192.0.2.1 -all",
		"v=spf1 exists:%{ir}.%{v}._spf.%{d2} include:%{d} -all", "v=spf1 exists:%{l1r-}.%%.%_%-example.com -all",
		"v=spf1 redirect=_spf.example.com", "v=spf1 exp=explain._spf.%{d} unknown=some-thing x.y=1 -all",
		"v=spf1 include:_spf.example.com. ?all", "v=spf1 a:xn--bcher-kva.xn--p1ai -all", "v=spf1 ptr ptr:example.com -all",
	} {
		if _, err := parseSPF(record); err != nil {
			t.Errorf("parseSPF(%q): %v", record, err)
		}
	}
	for _, record := range []string{
		"", "v=spf10 -all", "spf1 -all", "v=spf1 al", "v=spf1 -all: ", "v=spf1 all:example.com", "v=spf1 include", "v=spf1 include:", "v=spf1 include:example.com/24",
		"v=spf1 ip4", "v=spf1 ip4:", "v=spf1 ip4:192.0.2.300", "v=spf1 ip4:192.0.2.0/33", "v=spf1 ip4:192.0.2.0/", "v=spf1 ip4:2001:db8::1", "v=spf1 ip6:192.0.2.1", "v=spf1 ip6:fe80::1%eth0",
		"v=spf1 a/33", "v=spf1 a//129", "v=spf1 a: -all", "v=spf1 a:localhost", "v=spf1 a:192.0.2.1", "v=spf1 exists:%{x}.example.com", "v=spf1 exists:%(d)", "v=spf1 include:%d.example.com",
		"v=spf1 redirect=a.example.com redirect=b.example.com", "v=spf1 redirect=", "v=spf1 exp=x", "v=spf1 --all", "v=spf1 mx, -all", "v=spf1 \x00", "v=spf1 -all;",
	} {
		if terms, err := parseSPF(record); err == nil {
			t.Errorf("parseSPF(%q) = %v, want an error", record, terms)
		}
	}
}

func TestLookSPF(t *testing.T) {
	t.Parallel()
	many := func(n int) string {
		var b strings.Builder
		b.WriteString(`example.com. TXT "v=spf1`)
		for i := range n {
			fmt.Fprintf(&b, " a:h%d.example.com", i)
		}
		b.WriteString(" -all\"\n")
		for i := range n {
			fmt.Fprintf(&b, "h%d.example.com. A 192.0.2.1\n", i)
		}
		return b.String()
	}
	servers := func(n int) (lines string) {
		for i := range n {
			lines += fmt.Sprintf("example.com. MX 10 mx%d.example.com.\n", i)
		}
		return lines
	}
	for name, test := range map[string]struct {
		zone string
		want SPF
	}{
		"none":                   {"example.com. TXT \"other\"", SPF{}},
		"silent":                 {`example.com. TXT "v=spf1 -all"`, SPF{All: "-", Silent: true}},
		"split in two":           {`example.com. TXT "v=spf1 ip4:192.0.2.1 -" "all"`, SPF{All: "-"}},
		"two":                    {"example.com. TXT \"v=spf1 -all\"\nexample.com. TXT \"v=spf1 mx -all\"", SPF{Problem: "there is more than one record"}},
		"wrong":                  {`example.com. TXT "v=spf1 ipv4:192.0.2.1 -all"`, SPF{Problem: `"ipv4:192.0.2.1" is no mechanism of SPF`}},
		"everybody":              {`example.com. TXT "v=spf1 all"`, SPF{All: "+"}},
		"every address":          {`example.com. TXT "v=spf1 ip4:198.51.100.0/0 -all"`, SPF{All: "+"}},
		"every address included": {"example.com. TXT \"v=spf1 include:i.example.net -all\"\ni.example.net. TXT \"v=spf1 ip6:::/00 -all\"", SPF{Lookups: 1, Open: "i.example.net"}},
		"every address of a":     {"example.com. TXT \"v=spf1 a/0 -all\"\nexample.com. A 192.0.2.1", SPF{All: "+", Lookups: 1}},
		"no address of a":        {`example.com. TXT "v=spf1 a/0 -all"`, SPF{All: "-", Lookups: 1, Voids: []string{"example.com"}}},
		"exists for everybody":   {"example.com. TXT \"v=spf1 -exists:x.example.com +all\"\nx.example.com. A 192.0.2.1", SPF{All: "-", Lookups: 1}},
		"most addresses":         {"example.com. TXT \"v=spf1 ip6:2000::/3 mx/7 include:i.example.net -all\"\nexample.com. MX 1 m.example.com.\ni.example.net. TXT \"v=spf1 ip4:0.0.0.0/1 -all\"", SPF{All: "-", Lookups: 2, Wide: []string{"example.com", "i.example.net"}}},
		"not many addresses":     {`example.com. TXT "v=spf1 ip4:17.0.0.0/8 ip6:2600::/16 -ip4:0.0.0.0/1 -all"`, SPF{All: "-"}},
		"all behind a macro":     {`example.com. TXT "v=spf1 include:%{i}.example.com +all"`, SPF{All: "+", Lookups: 1, Incomplete: "it names a domain that depends on each mail"}},
		"no address":             {`example.com. TXT "v=spf1 -ip4:0.0.0.0/0 ~all"`, SPF{All: "~"}},
		"nothing after all":      {`example.com. TXT "v=spf1 ~all include:gone.example.net"`, SPF{All: "~"}},
		"redirect after all":     {`example.com. TXT "v=spf1 redirect=gone.example.net ~all"`, SPF{All: "~"}},
		"redirect":               {"example.com. TXT \"v=spf1 redirect=r.example.net\"\nr.example.net. TXT \"v=spf1 ?all\"", SPF{All: "?", Lookups: 1}},
		"neither":                {`example.com. TXT "v=spf1 ip4:192.0.2.1"`, SPF{}},
		"include":                {"example.com. TXT \"v=spf1 include:i.example.net -all\"\ni.example.net. TXT \"v=spf1 ip4:192.0.2.1 -all\"", SPF{All: "-", Lookups: 1}},
		"include lets all in":    {"example.com. TXT \"v=spf1 include:i.example.net -all\"\ni.example.net. TXT \"v=spf1 +all\"", SPF{Lookups: 1, Open: "i.example.net"}},
		"excludes all":           {"example.com. TXT \"v=spf1 -include:i.example.net ~all\"\ni.example.net. TXT \"v=spf1 +all\"", SPF{All: "~", Lookups: 1}},
		"include leads nowhere":  {`example.com. TXT "v=spf1 include:gone.example.net -all"`, SPF{Lookups: 1, Problem: "it leads to gone.example.net, which has 0 SPF records instead of one"}},
		"include is wrong":       {"example.com. TXT \"v=spf1 include:i.example.net -all\"\ni.example.net. TXT \"v=spf1 nonsense\"", SPF{Lookups: 1, Problem: `it leads to i.example.net, whose record is wrong: "nonsense" is no mechanism of SPF`}},
		"circle":                 {`example.com. TXT "v=spf1 include:example.com -all"`, SPF{Lookups: 11}},
		"ten":                    {many(10), SPF{All: "-", Lookups: 10}},
		"eleven":                 {many(11), SPF{Lookups: 11}},
		"voids":                  {"example.com. TXT \"v=spf1 a mx exists:none.example.net a:six.example.com -all\"\nsix.example.com. AAAA 2001:db8::1", SPF{All: "-", Lookups: 4, Voids: []string{"example.com", "example.com", "none.example.net"}}},
		"exists asks for IPv4":   {"example.com. TXT \"v=spf1 exists:six.example.com -all\"\nsix.example.com. AAAA 2001:db8::1", SPF{All: "-", Lookups: 1, Voids: []string{"six.example.com"}}},
		"eleven mail servers":    {"example.com. TXT \"v=spf1 mx -all\"\n" + servers(11), SPF{Lookups: 1, Problem: "the term mx leads to 11 mail servers at example.com, and more than 10 are an error"}},
		"ten mail servers":       {"example.com. TXT \"v=spf1 mx -all\"\n" + servers(10), SPF{All: "-", Lookups: 1}},
		"ptr":                    {`example.com. TXT "v=spf1 ptr -all"`, SPF{All: "-", Lookups: 1, PTR: true}},
		"macro in exists":        {`example.com. TXT "v=spf1 exists:%{i}.example.com -all"`, SPF{All: "-", Lookups: 1}},
		"macro in include":       {`example.com. TXT "v=spf1 include:%{d}.example.com -all"`, SPF{All: "-", Lookups: 1, Incomplete: "it names a domain that depends on each mail"}},
		"include does not speak": {";! servfail i.example.net TXT\nexample.com. TXT \"v=spf1 include:i.example.net -all\"", SPF{All: "-", Lookups: 1, Incomplete: "at i.example.net, the DNS answered with an error (SERVFAIL)"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone := dnsprobetest.Parse(t, test.zone)
			got, err := lookSPF(t.Context(), newSession(zone.Exchange), "example.com")
			if err != nil {
				t.Fatal(err)
			}
			got.Records = nil
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A record may ask for as many questions as it likes; receivers and this audit stop.
func TestLookSPFIsBounded(t *testing.T) {
	t.Parallel()
	var zone strings.Builder
	zone.WriteString(`example.com. TXT "v=spf1 include:n0.example.net -all"` + "\n")
	for i := range 200 {
		fmt.Fprintf(&zone, "n%d.example.net. TXT \"v=spf1 a:x%d.example.net a:y%d.example.net include:n%d.example.net -all\"\n", i, i, i, i+1)
	}
	s := newSession(dnsprobetest.Parse(t, zone.String()).Exchange)
	got, err := lookSPF(t.Context(), s, "example.com")
	if err != nil || got.Lookups != MaxSPFLookups+1 {
		t.Errorf("%+v, %v: %d look-ups, want %d", got, err, got.Lookups, MaxSPFLookups+1)
	}
	if asked := maxQuestions - s.left; asked > 25 {
		t.Errorf("%d questions", asked)
	}
}

func FuzzParseSPF(f *testing.F) {
	for _, record := range []string{"v=spf1 -all", "v=spf1 a:%{d}/24//64 include:a.b redirect=c.d", "v=spf1 exists:%{ir}.%{v}._spf.%{d2} ip6:::1/128 exp=%%", "v=spf1 A:\n"} {
		f.Add(record)
	}
	f.Fuzz(func(t *testing.T, record string) {
		terms, err := parseSPF(record)
		if err != nil {
			return
		}
		if !isSPF(record) {
			t.Fatalf("%q is none", record)
		}
		for _, term := range terms {
			if term.name == "" || len(term.domain) > len(record) {
				t.Fatalf("%q: %+v", record, term)
			}
		}
	})
}
