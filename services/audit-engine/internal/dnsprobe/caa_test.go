package dnsprobe

import (
	"testing"

	"github.com/miekg/dns"
)

func TestReadCAA(t *testing.T) {
	t.Parallel()
	for line, blocking := range map[string]bool{
		`0 issue "letsencrypt.org"`:                      false,
		`0 issue " pki.goog ; cansignhttpexchanges=yes"`: false,
		`0 issue ";"`:                            false,
		`0 issuewild ""`:                         false,
		`0 issue "https://letsencrypt.org"`:      true,
		`0 issue "letsencrypt.org, sectigo.com"`: true,
		`0 issuewild "*.letsencrypt.org"`:        true,
		`0 iodef "anything"`:                     false,
		`128 iodef "mailto:a@example.com"`:       false,
		`128 contactemail "a@example.com"`:       false,
		`128 tbs "x"`:                            true,
		`0 tbs "x"`:                              false,
		`1 tbs "x"`:                              false,
	} {
		record, err := dns.NewRR("example.com. CAA " + line)
		if err != nil {
			t.Fatal(err)
		}
		if got := readCAA("example.com", []dns.RR{record}); (len(got.Blocking) > 0) != blocking {
			t.Errorf("%s: blocking %q, want %t", line, got.Blocking, blocking)
		}
	}
}
