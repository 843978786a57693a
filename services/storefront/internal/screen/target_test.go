package screen

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestParseTarget(t *testing.T) {
	t.Parallel()
	long := "https://shop.example.com/" + strings.Repeat("x", 2048-25)
	for raw, want := range map[string]string{ // clean or reason
		"https://shop.example.com/":            "https://shop.example.com/",
		"https://shop.example.com":             "https://shop.example.com",
		"http://shop.example.com/":             "http://shop.example.com/",
		"shop.example.com":                     "https://shop.example.com",
		"shop.example.com/a?b=c":               "https://shop.example.com/a?b=c",
		"//shop.example.com/a":                 "https://shop.example.com/a",
		"shop.example.com:8443":                "https://shop.example.com:8443",
		"shop.example.com:8443/a":              "https://shop.example.com:8443/a",
		"shop.example.com?next=http://x":       "https://shop.example.com?next=http://x",
		"HTTP://Shop.Example.COM:8080/A?b=C#d": "http://shop.example.com:8080/A?b=C",
		"https://shop.example.com:443/":        "https://shop.example.com/",
		"http://shop.example.com:80":           "http://shop.example.com",
		"http://shop.example.com:443/":         "http://shop.example.com:443/",
		"https://shop.example.com:80/":         "https://shop.example.com:80/",
		"https://shop.example.com:/":           "https://shop.example.com/",
		"https://shop.example.com./":           "https://shop.example.com/",
		"https://shop.example.com.:8443/":      "https://shop.example.com:8443/",
		"https://例え.jp。/":                      "https://xn--r8jz45g.jp/",
		"https://shop.example.com/#top":        "https://shop.example.com/",
		"https://shop.example.com#":            "https://shop.example.com",
		"https://shop.example.com/#%zz":        "https://shop.example.com/",
		"https://shop.example.com/a?b#c#d?e":   "https://shop.example.com/a?b",
		"https://shop.example.com/?":           "https://shop.example.com/?",
		"https://bücher.example.de/":           "https://xn--bcher-kva.example.de/",
		"https://BÜCHER.example.de/":           "https://xn--bcher-kva.example.de/",
		"https://straße.de/":                   "https://xn--strae-oqa.de/",
		"https://例え.テスト.jp/ä":                  "https://xn--r8jz45g.xn--zckzah.jp/%C3%A4",
		"https://пример.рф/":                   "https://xn--e1afmkfd.xn--p1ai/",
		"https://مثال.إختبار.com/":             "https://xn--mgbh0fb.xn--kgbechtv.com/",
		"https://ｓｈｏｐ.example.com/":            "https://shop.example.com/",
		"https://shop。example。com/":            "https://shop.example.com/",
		"https://sh\u00adop.example.com/":      "https://shop.example.com/",
		"https://xn--bcher-kva.example.de/":    "https://xn--bcher-kva.example.de/",
		"https://a-b--c.example.com/":          "https://a-b--c.example.com/",
		"https://127.0.0.1.nip.io/":            "https://127.0.0.1.nip.io/", // a name; where it leads, the engine judges
		"https://1.example.com/":               "https://1.example.com/",
		"https://3com.com/":                    "https://3com.com/",
		"https://shop.github.io/":              "https://shop.github.io/",
		"https://example.co.uk/":               "https://example.co.uk/",
		"https://example.com/ä?q=ü&x='<b>'":    "https://example.com/%C3%A4?q=%C3%BC&x=%27%3Cb%3E%27",
		"https://example.com/a%2Fb":            "https://example.com/a%2Fb",
		"https://example.com/a/../b":           "https://example.com/a/../b",
		"https://example.com//a//":             "https://example.com//a//",
		"https://example.com/@me":              "https://example.com/@me",
		"https://example.com/?u=a@b.example":   "https://example.com/?u=a@b.example",
		"https://example.com/a:b":              "https://example.com/a:b",
		"https://example.com/<b>\"":            "https://example.com/%3Cb%3E%22",
		"https://example.com/?q=%zz":           "https://example.com/?q=%zz",
		long:                                   long,

		"":                         "target.empty",
		long + "x":                 "target.too_long",
		strings.Repeat("x", 1<<20): "target.too_long",
		"https://example.com/" + strings.Repeat("ü", 500): "target.too_long",
		" ":                                                  "target.characters",
		" https://example.com/":                              "target.characters",
		"https://example.com/ a":                             "target.characters",
		"https://example.com/\n":                             "target.characters",
		"https://exam\tple.com/":                             "target.characters",
		"https://example.com/\x00":                           "target.characters",
		"https://example.com/\x7f":                           "target.characters",
		"https://example.com/\u0085":                         "target.characters",
		"https://example.com/\u00a0":                         "target.characters",
		"https://example.com/\u2028":                         "target.characters",
		"https://example.com/\ufffd":                         "target.characters",
		"https://example.com/\xff":                           "target.characters",
		`https:\\example.com\`:                               "target.characters",
		`https://example.com\@evil.example/`:                 "target.characters",
		"ftp://example.com/":                                 "target.scheme",
		"file:///etc/hosts":                                  "target.scheme",
		"gopher://example.com/":                              "target.scheme",
		"htps://example.com/":                                "target.scheme",
		"javascript:alert(1)":                                "target.scheme",
		"javascript://example.com/%0aalert":                  "target.scheme",
		"data:text/html,x":                                   "target.scheme",
		"https:example.com":                                  "target.scheme",
		"https:/example.com":                                 "target.scheme",
		"https:":                                             "target.scheme",
		"://example.com":                                     "target.scheme",
		"1http://example.com/":                               "target.scheme",
		"https://user@example.com/":                          "target.credentials",
		"https://user:pass@example.com/":                     "target.credentials",
		"https://@example.com/":                              "target.credentials",
		"https://example.com@127.0.0.1/":                     "target.credentials",
		"https://:@example.com/":                             "target.credentials",
		"user:pass@example.com":                              "target.credentials",
		"info@example.com":                                   "target.credentials",
		"https://":                                           "target.host",
		"https:///path":                                      "target.host",
		"/path":                                              "target.host",
		"https://:443/":                                      "target.host",
		"https://./":                                         "target.host",
		"https://../":                                        "target.host",
		"https://a..example.com/":                            "target.host",
		"https://.example.com/":                              "target.host",
		"https://example.com../":                             "target.host",
		"https://-shop.example.com/":                         "target.host",
		"https://shop-.example.com/":                         "target.host",
		"https://sh_op.example.com/":                         "target.host",
		"https://sh%6fp.example.com/":                        "target.host",
		"https://exam'ple.com/":                              "target.host",
		"https://*.example.com/":                             "target.host",
		"https://<script>.com/":                              "target.host",
		"https://🦄.\u202e.com/":                              "target.host",
		"https://xn--a.com/":                                 "target.host",
		"https://" + strings.Repeat("a", 64) + ".com/":       "target.host",
		"https://" + strings.Repeat("abcdefg.", 32) + "com/": "target.host",
		"https://a:b:c/":                                     "target.host",
		"https://::1/":                                       "target.host",
		"https://[::1":                                       "target.host",
		"https://[::1]x/":                                    "target.host",
		"https://[127.0.0.1]/":                               "target.host",
		"https://[example.com]/":                             "target.host",
		"https://[fe80::1%25eth0]/":                          "target.zone",
		"https://[fe80::1%eth0]:8443/":                       "target.zone",
		"https://example.com:22/":                            "target.port",
		"https://example.com:0/":                             "target.port",
		"https://example.com:65536/":                         "target.port",
		"https://example.com:0443/":                          "target.port",
		"https://example.com:+443/":                          "target.port",
		"https://example.com:-1/":                            "target.port",
		"https://example.com:https/":                         "target.port",
		"https://example.com:４４３/":                           "target.port",
		"https://example.com:99999999999999999999/":          "target.port",
		"example.com:22":                                     "target.port",
		"https://127.0.0.1/":                                 "target.ip_address",
		"127.0.0.1":                                          "target.ip_address",
		"127.0.0.1:8443":                                     "target.ip_address",
		"https://93.184.216.34/":                             "target.ip_address",
		"https://127.1/":                                     "target.ip_address",
		"https://2130706433/":                                "target.ip_address",
		"https://0x7f000001/":                                "target.ip_address",
		"https://0X7F.1/":                                    "target.ip_address",
		"https://0x/":                                        "target.ip_address",
		"https://0177.0.0.1/":                                "target.ip_address",
		"https://017700000001/":                              "target.ip_address",
		"https://１２７.０.０.１/":                                 "target.ip_address",
		"https://①②⑦.0.0.1/":                                 "target.ip_address",
		"https://127。0。0。1/":                                 "target.ip_address",
		"https://127.0.0.1./":                                "target.ip_address",
		"https://999.999.999.999/":                           "target.ip_address",
		"https://example.123/":                               "target.ip_address",
		"https://example.0x1f/":                              "target.ip_address",
		"https://[::1]/":                                     "target.ip_address",
		"https://[::1]:8443/":                                "target.ip_address",
		"https://[::ffff:127.0.0.1]/":                        "target.ip_address",
		"https://[2606:2800:220:1::1]/":                      "target.ip_address",
		"https://[64:ff9b::7f00:1]/":                         "target.ip_address",
		"localhost":                                          "target.public_name",
		"localhost:8443":                                     "target.public_name",
		"https://LOCALHOST/":                                 "target.public_name",
		"https://a.localhost/":                               "target.public_name",
		"https://localhost.localdomain/":                     "target.public_name",
		"https://printer.local/":                             "target.public_name",
		"https://metadata.google.internal/":                  "target.public_name",
		"https://shop.test/":                                 "target.public_name",
		"https://shop.invalid/":                              "target.public_name",
		"https://shop.example/":                              "target.public_name",
		"https://abcdefghij234567.onion/":                    "target.public_name",
		"https://router.home.arpa/":                          "target.public_name",
		"https://1.0.0.127.in-addr.arpa/":                    "target.public_name",
		"https://nas.lan/":                                   "target.public_name",
		"https://shop.corp/":                                 "target.public_name",
		"https://com/":                                       "target.public_name",
		"https://shop/":                                      "target.public_name",
		"https://https://example.com/":                       "target.public_name",
		"https://ⓛocalhost/":                                 "target.public_name",
		"https://example.com/%zz":                            "target.path",
		"https://example.com/100%":                           "target.path",
	} {
		clean, reason := ParseTarget(raw, nil, true)
		if (want != clean) == (want != string(reason)) || (clean == "") == (reason == "") {
			t.Errorf("ParseTarget(%.80q) = %q, %q, want %q", raw, clean, reason, want)
		}
	}
}

func TestParseTargetOfALab(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://127.0.0.1:41234/":       "https://127.0.0.1:41234/",
		"127.0.0.1:8443":                 "https://127.0.0.1:8443",
		"localhost":                      "https://localhost",
		"localhost:41234":                "https://localhost:41234",
		"https://Demo-Target:8088/":      "https://demo-target:8088/",
		"https://[0:0::1]:41234/":        "https://[::1]:41234/",
		"https://shop.test/":             "https://shop.test/",
		"https://shop.example.com/":      "https://shop.example.com/",
		"https://shop.example.com:22/":   "target.port",
		"https://[fe80::1%25eth0]:8443/": "target.zone",
		"https://u:p@localhost/":         "target.credentials",
		"ftp://localhost/":               "target.scheme",
		"https://localhost:0/":           "target.port",
		"https://local_host/":            "target.host",
	} {
		clean, reason := ParseTarget(raw, nil, false)
		if want != clean && want != string(reason) {
			t.Errorf("ParseTarget(%q) = %q, %q, want %q", raw, clean, reason, want)
		}
	}
}

func TestParseTargetPorts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		raw   string
		ports []int
		want  Key
	}{
		{"https://example.com/", []int{443}, ""},
		{"http://example.com/", []int{443}, TargetPort},
		{"https://example.com:8443/", []int{443}, TargetPort},
		{"https://example.com:9443/", []int{443, 9443}, ""},
		{"https://example.com:8080/", []int{}, ""},
	} {
		if _, reason := ParseTarget(test.raw, test.ports, true); reason != test.want {
			t.Errorf("ParseTarget(%q, %v): %q, want %q", test.raw, test.ports, reason, test.want)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, raw := range []string{
		"https://shop.example.com/", "HTTP://Bücher.example.de.:8080/ä?ü#x", "127.1", "https://[::1%25eth0]:8443/", "0x7f.1", "//x.example.com", "https://１２７.０.０.１/",
		"user:pass@example.com", "https://例え。jp。/", "javascript:alert(1)", "example.com:443", "https://a.com?%zz", "https://a.com/%41%2f;x=[1]", "https://a.com/\u202e", "https://xn--/",
	} {
		f.Add(raw, true)
		f.Add(raw, false)
	}
	f.Fuzz(func(t *testing.T, raw string, needPublic bool) {
		clean, reason := ParseTarget(raw, nil, needPublic)
		if reason != "" {
			if clean != "" || !slices.Contains(TargetKeys(), reason) {
				t.Fatalf("%q, %q", clean, reason)
			}
			return
		}
		u, err := url.Parse(clean)
		if err != nil {
			t.Fatal(err)
		}
		if (u.Scheme != "https" && u.Scheme != "http") || u.User != nil || u.Fragment != "" || u.Opaque != "" || u.Hostname() == "" || len(clean) > maxURL {
			t.Errorf("%q: %#v", clean, u)
		}
		if strings.ContainsFunc(clean, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
			t.Errorf("%q is not plain", clean)
		}
		if _, err := netip.ParseAddr(u.Hostname()); needPublic && (err == nil || !strings.Contains(u.Hostname(), ".")) {
			t.Errorf("%q is no public name", clean)
		}
		if again, reason := ParseTarget(clean, nil, needPublic); again != clean || reason != "" {
			t.Errorf("again: %q, %q, then %q", clean, again, reason)
		}
	})
}
