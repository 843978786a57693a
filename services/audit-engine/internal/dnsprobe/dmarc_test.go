package dnsprobe

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/services/audit-engine/internal/dnsprobe/dnsprobetest"
)

func TestParseDMARC(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]DMARCRecord{
		"v=DMARC1; p=reject":   {P: "reject", PSD: "u"},
		"V = DMARC1 ;P=Reject": {P: "reject", PSD: "u"},
		"v=DMARC1":             {PSD: "u"},
		"v=DMARC1; p=quarantine; sp=none; np=reject; psd=n; t=y; adkim=s; x-new=1; rua=mailto:a@example.com, mailto:b@example.com": {
			P: "quarantine", SP: "none", NP: "reject", PSD: "n", Testing: true, Reports: []string{"mailto:a@example.com", "mailto:b@example.com"}},
		"v=DMARC1; p=reject; p=none; pct=10; rf=afrf; ri=3600": {P: "reject", PSD: "u", Percent: "10", Removed: []string{"pct", "rf", "ri"}},
		"v=DMARC1; p=block":                                              {PSD: "u", Problem: "p=block is not one of none, quarantine and reject"},
		"v=DMARC1; p=reject; sp=all;":                                    {P: "reject", PSD: "u", Problem: "sp=all is not one of none, quarantine and reject"},
		"v=DMARC1; p=reject; rua=a@example.com":                          {P: "reject", PSD: "u", Unusable: "a@example.com"},
		"v=DMARC1; p=reject; rua=https://example.com/,mailto:":           {P: "reject", PSD: "u", Reports: []string{"https://example.com/", "mailto:"}, Unusable: "https://example.com/,mailto:"},
		"v=DMARC1; p=reject; rua=a@example.com,MAILTO:b@example.com!10m": {P: "reject", PSD: "u", Reports: []string{"mailto:b@example.com!10m"}},
		"v=DMARC1; psd=Y; t=n; ;;=;":                                     {PSD: "y"},
	} {
		if !isDMARC(text) {
			t.Errorf("isDMARC(%q) = false", text)
		}
		want.Text = text
		if diff := cmp.Diff(&want, parseDMARC(text)); diff != "" {
			t.Errorf("parseDMARC(%q) (-want +got):\n%s", text, diff)
		}
	}
	for _, text := range []string{"", "v=DMARC2; p=none", "v=dmarc1; p=none", "p=none; v=DMARC1", "DMARC1", "v=DMARC1 p=none"} {
		if isDMARC(text) {
			t.Errorf("isDMARC(%q) = true", text)
		}
	}
}

func TestWalkNames(t *testing.T) {
	t.Parallel()
	for domain, want := range map[string][]string{
		"com":           {"com"},
		"example.co.uk": {"example.co.uk", "co.uk", "uk"},
		"a.b.c.d.e.f.g": {"a.b.c.d.e.f.g", "b.c.d.e.f.g", "c.d.e.f.g", "d.e.f.g", "e.f.g", "f.g", "g"},
		// The example of RFC 9989 section 4.10.
		"a.b.c.d.e.f.g.h.i.j.mail.example.com": {"a.b.c.d.e.f.g.h.i.j.mail.example.com", "g.h.i.j.mail.example.com", "h.i.j.mail.example.com",
			"i.j.mail.example.com", "j.mail.example.com", "mail.example.com", "example.com", "com"},
		"a.b.c.d.e.f.g.h": {"a.b.c.d.e.f.g.h", "b.c.d.e.f.g.h", "c.d.e.f.g.h", "d.e.f.g.h", "e.f.g.h", "f.g.h", "g.h", "h"},
	} {
		got := walkNames(domain)
		if diff := cmp.Diff(want, got); diff != "" || len(got) > maxWalk {
			t.Errorf("walkNames(%q) (-want +got):\n%s", domain, diff)
		}
	}
}

func TestLookDMARC(t *testing.T) {
	t.Parallel()
	type outcome struct {
		At, Policy, Subdomains string
		Repeated               []string
	}
	for name, test := range map[string]struct {
		domain, zone string
		want         outcome
	}{
		"none":                       {"example.com", ``, outcome{}},
		"own":                        {"example.com", `_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=quarantine"`, outcome{At: "example.com", Policy: "reject", Subdomains: "quarantine"}},
		"p left out":                 {"example.com", `_dmarc.example.com. TXT "v=DMARC1; rua=mailto:a@b.example"`, outcome{At: "example.com", Policy: "none", Subdomains: "none"}},
		"other text":                 {"example.com", "_dmarc.example.com. TXT \"hello\"\n_dmarc.example.com. TXT \"v=DMARC1; p=reject\"", outcome{At: "example.com", Policy: "reject", Subdomains: "reject"}},
		"twice":                      {"example.com", "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n_dmarc.example.com. TXT \"v=DMARC1; p=none\"", outcome{Repeated: []string{"example.com"}}},
		"unreadable":                 {"example.com", `_dmarc.example.com. TXT "v=DMARC1; p=block"`, outcome{At: "example.com"}},
		"unreadable, reports wanted": {"example.com", `_dmarc.example.com. TXT "v=DMARC1; p=block; rua=mailto:a@b.example"`, outcome{At: "example.com", Policy: "none", Subdomains: "none"}},
		"of the suffix":              {"example.bank", `_dmarc.bank. TXT "v=DMARC1; p=reject; sp=quarantine; psd=y"`, outcome{At: "bank", Policy: "quarantine", Subdomains: "quarantine"}},
		"of the organisation":        {"shop.example.com", `_dmarc.example.com. TXT "v=DMARC1; p=reject"`, outcome{At: "example.com", Policy: "reject", Subdomains: "reject"}},
		"below a suffix":             {"a.b.example.bank", "_dmarc.bank. TXT \"v=DMARC1; p=none; psd=y\"\n_dmarc.example.bank. TXT \"v=DMARC1; p=reject\"", outcome{At: "example.bank", Policy: "reject", Subdomains: "reject"}},
		"organisation without one":   {"a.b.example.bank", "_dmarc.bank. TXT \"v=DMARC1; p=none; psd=y\"\n_dmarc.b.example.bank. TXT \"v=DMARC1; p=reject\"", outcome{At: "bank", Policy: "none", Subdomains: "none"}},
		"fewest labels":              {"a.b.example.com", "_dmarc.b.example.com. TXT \"v=DMARC1; p=none\"\n_dmarc.example.com. TXT \"v=DMARC1; p=reject\"", outcome{At: "example.com", Policy: "reject", Subdomains: "reject"}},
		"psd=n ends the walk":        {"a.b.example.com", "_dmarc.b.example.com. TXT \"v=DMARC1; p=none; psd=n\"\n_dmarc.example.com. TXT \"v=DMARC1; p=reject\"", outcome{At: "b.example.com", Policy: "none", Subdomains: "none"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := lookDMARC(t.Context(), newSession(dnsprobetest.Parse(t, test.zone).Exchange), test.domain)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, outcome{got.At, got.Policy, got.Subdomains, got.Repeated}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if (got.Record == nil) != (got.At == "") {
				t.Errorf("record %v at %q", got.Record, got.At)
			}
		})
	}
	zone := dnsprobetest.Parse(t, ";! servfail _dmarc.com TXT\n")
	if got, err := lookDMARC(t.Context(), newSession(zone.Exchange), "example.com"); err == nil {
		t.Errorf("%+v although the walk broke off", got)
	}
}

// The record of the domain itself applies, whatever stands above it; np is about names
// that nobody has set up.
func TestLookDMARCAtDomain(t *testing.T) {
	t.Parallel()
	for record, want := range map[string]string{
		"p=reject":                              "reject reject",
		"p=reject; sp=quarantine":               "quarantine quarantine",
		"p=reject; sp=none; np=reject":          "none reject",
		"p=reject; np=none":                     "reject none",
		"p=reject; rua=mailto:a@example.com":    "reject reject",
		"p=none; rua=mailto:a@deep.example.com": "none none",
		"p=none; rua=mailto:a@takes.example.net!10m,https://example.org/,mailto:nobody": "none none",
		"p=none; rua=mailto:a@example.net,mailto:b@Example.net":                         "none none example.net",
		"p=none; rua=mailto:a@odd..example,mailto:a@silent.example":                     "none none",
	} {
		zone := dnsprobetest.Parse(t, `
;! servfail _dmarc.com TXT
;! silent example.com._report._dmarc.silent.example TXT
example.com._report._dmarc.takes.example.net. TXT "v=DMARC1;"
_dmarc.example.com. TXT "v=DMARC1; `+record+`"`)
		d, err := lookDMARC(t.Context(), newSession(zone.Exchange), "example.com")
		if got := strings.Join(append([]string{d.Subdomains, d.Invented}, d.Refused...), " "); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", record, got, err, want)
		}
	}
}

// A record at the host itself takes the place of the domain's; several are none.
func TestLookHostDMARC(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]string{
		"": "",
		`_dmarc.shop.example.com. TXT "v=DMARC1; p=quarantine"`:                                         "shop.example.com quarantine",
		`_dmarc.shop.example.com. TXT "v=DMARC1"`:                                                       "shop.example.com none",
		`_dmarc.example.com. TXT "v=DMARC1; p=reject"`:                                                  "",
		"_dmarc.shop.example.com. TXT \"v=DMARC1; p=none\"\n_dmarc.shop.example.com. TXT \"v=DMARC1;\"": "",
	} {
		s := newSession(dnsprobetest.Parse(t, zone).Exchange)
		got, err := lookHostDMARC(t.Context(), s, "shop.example.com", "example.com")
		if text := strings.TrimSpace(got.At + " " + got.Policy); text != want || err != nil {
			t.Errorf("%s: %q, %v; want %q", zone, text, err, want)
		}
	}
	s := newSession(dnsprobetest.Parse(t, `_dmarc.example.com. TXT "v=DMARC1; p=none"`).Exchange)
	if got, err := lookHostDMARC(t.Context(), s, "example.com", "example.com"); got.Record != nil || err != nil {
		t.Errorf("the domain itself: %+v, %v", got, err)
	}
}

func FuzzParseDMARC(f *testing.F) {
	f.Add("v=DMARC1; p=reject; sp=none; np=quarantine; psd=y; t=y; rua=mailto:a@b.example,https://c/; pct=5")
	f.Add("v=DMARC1;;=;p")
	f.Fuzz(func(t *testing.T, text string) {
		if !isDMARC(text) {
			return
		}
		r := parseDMARC(text)
		for _, policy := range []string{r.P, r.SP, r.NP} {
			if policy != "" && !slices.Contains(policies, policy) {
				t.Fatalf("%q: policy %q", text, policy)
			}
		}
		domain, subdomains, invented := r.effective()
		if (domain == "") != (subdomains == "") || (domain == "") != (invented == "") || (domain == "") != (r.Problem != "" && len(r.Reports) == 0) {
			t.Fatalf("%q: %q and %q", text, domain, subdomains)
		}
	})
}
