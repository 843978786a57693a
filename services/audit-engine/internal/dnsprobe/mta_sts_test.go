package dnsprobe

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/services/audit-engine/internal/dnsprobe/dnsprobetest"
)

func TestParseSTSPolicy(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]STSPolicy{
		"version: STSv1\r\nmode: enforce\r\nmx: Mail.example.com\r\nmx: *.example.net\r\nmax_age: 604800\r\n": {Mode: ModeEnforce, MX: []string{"mail.example.com", "*.example.net"}, MaxAge: 7 * 24 * time.Hour},
		"version:STSv1\nmode:testing\nmx:mx.example.com\nmax_age:0":                                           {Mode: ModeTesting, MX: []string{"mx.example.com"}},
		"version: STSv1\nmode: none\nmax_age: 86400\n\nnew_field: x\nmode: enforce\n":                         {Mode: ModeNone, MaxAge: 24 * time.Hour},
	} {
		got, err := ParseSTSPolicy([]byte(body))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("ParseSTSPolicy(%q): %v\n%s", body, err, diff)
		}
	}
	for _, body := range []string{
		"", "<html>\n</html>", "version: STSv2\nmode: none\nmax_age: 1", "version: STSv1\nmode: enforce\nmax_age: 1", "version: STSv1\nmode: on\nmx: a.example\nmax_age: 1",
		"version: STSv1\nmode: enforce\nmx: a.example", "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: -1", "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 31557601",
		"version: STSv1\nmode: enforce\nmx: *\nmax_age: 1", "version: STSv1\nmode: enforce\nmx: a..b\nmax_age: 1", "version: STSv1\nmode: enforce\nmx: x.*.example\nmax_age: 1",
		"version: STSv1\nmode: none\nmax_age: 1\nx:" + strings.Repeat("y", maxPolicy),
	} {
		if got, err := ParseSTSPolicy([]byte(body)); err == nil {
			t.Errorf("ParseSTSPolicy(%.80q) = %+v, want an error", body, got)
		}
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	p := STSPolicy{MX: []string{"mail.example.com", "*.example.net"}}
	for host, want := range map[string]bool{
		"mail.example.com": true, "mail2.example.com": false, "a.example.net": true, "a.b.example.net": false, "example.net": false, "net": false, "": false,
	} {
		if got := p.Covers(host); got != want {
			t.Errorf("Covers(%q) = %t", host, got)
		}
	}
}

func FuzzParseSTSPolicy(f *testing.F) {
	f.Add([]byte("version: STSv1\r\nmode: enforce\r\nmx: *.example.com\r\nmax_age: 604800\r\n"))
	f.Add([]byte("mode: none"))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := ParseSTSPolicy(body)
		if err != nil {
			return
		}
		if p.Mode != ModeNone && len(p.MX) == 0 || len(p.MX) > len(body) {
			t.Fatalf("%q: %+v", body, p)
		}
		for _, pattern := range p.MX {
			host := strings.Replace(pattern, "*", "one-label", 1)
			if !p.Covers(host) {
				t.Fatalf("%q does not cover %q", pattern, host)
			}
		}
	})
}

func TestLookMTASTSAndTLSRPT(t *testing.T) {
	t.Parallel()
	for records, want := range map[string]struct{ sts, rpt string }{
		``: {},
		"_mta-sts.example.com. TXT \"v=STSv1; id=20260101T00;\"\n_smtp._tls.example.com. TXT \"v=TLSRPTv1; rua=mailto:a@example.com\"": {},
		"_mta-sts.example.com. TXT \"v=STSv1;\"\n_smtp._tls.example.com. TXT \"v=TLSRPTv1;\"":                                          {"its id is missing, or is not 1 to 32 letters and digits", "rua names neither a mailto: nor an https: address"},
		"_mta-sts.example.com. TXT \"v=STSv1; id=a-b\"\n_smtp._tls.example.com. TXT \"v=TLSRPTv1; rua=a@example.com\"":                 {"its id is missing, or is not 1 to 32 letters and digits", "rua names neither a mailto: nor an https: address"},
		"_mta-sts.example.com. TXT \"v=STSv1; id=a\"\n_smtp._tls.example.com. TXT \"v=TLSRPTv1; rua=x:y, https://r.example/tls\"":      {},
		"_mta-sts.example.com. TXT \"v=STSv1; id=a\"\n_mta-sts.example.com. TXT \"v=STSv1; id=b\"\n_smtp._tls.example.com. TXT \"v=TLSRPTv1; rua=mailto:a@b\"\n_smtp._tls.example.com. TXT \"v=TLSRPTv1; rua=mailto:c@d\"": {
			"there is more than one record", "there is more than one record"},
	} {
		s := newSession(dnsprobetest.Parse(t, records).Exchange)
		sts, err := lookMTASTS(t.Context(), s, "example.com")
		if err != nil || sts.Problem != want.sts {
			t.Errorf("%s: MTA-STS %+v, %v; want %q", records, sts, err, want.sts)
		}
		rpt, err := lookTLSRPT(t.Context(), s, "example.com")
		if err != nil || rpt.Problem != want.rpt {
			t.Errorf("%s: TLS-RPT %+v, %v; want %q", records, rpt, err, want.rpt)
		}
	}
}
