package guard

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
)

func TestAdmit(t *testing.T) {
	t.Parallel()
	g := newGuard(t, testConfig())
	for _, test := range []struct{ in, want string }{
		{"https://example.com", "https://example.com/"},
		{"HTTPS://WWW.Example.COM/Path?q=1#part", "https://www.example.com/Path?q=1"},
		{"http://example.com:80/", "http://example.com/"},
		{"https://example.com:443", "https://example.com/"},
		{"https://example.com:8443/a", "https://example.com:8443/a"},
		{"http://example.com:443/", "http://example.com:443/"},
		{"https://example.com?q=a@b", "https://example.com/?q=a@b"},
		{"https://example.com/a@b/%41", "https://example.com/a@b/%41"},
		{"https://bücher.de/", "https://xn--bcher-kva.de/"},
		{"https://例え.jp/", "https://xn--r8jz45g.jp/"},
		{"https://xn--bcher-kva.de/", "https://xn--bcher-kva.de/"},
		{"https://faß.de/", "https://xn--fa-hia.de/"},
		{"https://me.github.io/", "https://me.github.io/"},
		{"https://www.gov.uk/", "https://www.gov.uk/"},
		{"https://r3---sn-abc.example.com/", "https://r3---sn-abc.example.com/"},
		{"https://1.2.example.com/", "https://1.2.example.com/"},
		{"https://0x7f.com/", "https://0x7f.com/"},
		{"https://example.com/" + strings.Repeat("a", 1900), "https://example.com/" + strings.Repeat("a", 1900)},
	} {
		target, err := g.Admit(test.in)
		if err != nil || target.URL().String() != test.want || !target.Public() {
			t.Errorf("Admit(%q) = %v, %v; want %s", test.in, target.url, err, test.want)
		}
	}
}

func TestAdmitRefuses(t *testing.T) {
	t.Parallel()
	g := newGuard(t, testConfig())
	for code, addresses := range map[string][]string{
		auditapi.CodeScheme: {
			"example.com", "ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)", "//example.com/", "gopher://example.com/",
			"unix:///var/run/docker.sock", "/path", "ws://example.com/", "://example.com", "data:text/html,x",
		},
		auditapi.CodeCredentials: {"http://user@example.com/", "http://user:secret@example.com/", "http://@example.com/", "http://example.com@127.0.0.1/", "http://example.com%2f@evil/", "https://example.com:443@10.0.0.1/"},
		auditapi.CodeZone:        {"http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[fe80::1%25]/", "http://[::1%25lo]:8080/", "http://[%25]/"},
		auditapi.CodePort: {
			"http://example.com:22/", "http://example.com:0/", "http://example.com:65536/", "http://example.com:/", "http://example.com:http/",
			"http://example.com:080/", "http://example.com:+80/", "http://example.com:-80/", "http://example.com:99999999999999999999/", "https://example.com:5000/", "http://example.com:٨٠/",
		},
		auditapi.CodeHostSyntax: {
			"", " ", "https://", "https:///path", "https:example.com", "https:/example.com", "http://exa mple.com/", "http://example.com /", "http://example.com\t/",
			"http://example.com\r\nHost: x/", "http://exa\x00mple.com/", `http://example.com\@evil.com/`, `http:\\example.com\`, "http://example.com./", "http://./", "http://.example.com/", "http://example..com/",
			"http://-example.com/", "http://example-.com/", "http://exa_mple.com/", "http://127.1/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://2130706433/", "http://0177.0.0.1/", "http://017700000001/",
			"http://127.0.0.1./", "http://1.2.3/", "http://256.1.1.1/", "http://example.0x1/", "http://１２７.1/", "http://[::1/", "http://::1/", "http://[example.com]/", "http://[127.0.0.1]/", "http://[]/", "http://[::1]x/",
			"http://%6c%6fcalhost/", "http://exa%6dple.com/", "http://xn--a/", "http://xn--.com/", "http://" + strings.Repeat("a", 64) + ".com/", "http://" + strings.Repeat("a.", 127) + "com/",
			"https://example.com/%zz", "https://example.com/" + strings.Repeat("a", maxURL), "http://ex\xffample.com/", "http://example.com\u2028/", "http://a\u200b\u200d.com/", "http://example.com:80:80/",
		},
		auditapi.CodeNotPublicName: {
			"http://localhost/", "http://LOCALHOST:8080/", "http://intranet/", "https://storefront/", "http://printer.local/", "http://db.internal/", "http://metadata.google.internal/", "http://weak.demo.test/", "http://a.invalid/",
			"http://shop.example/", "http://foo.localhost/", "http://com/", "http://xyz.lan/", "http://facebookwkhpilnemxj7asaniu7vnjjbiltxjqhye3mhbshg7kx5tfyd.onion/", "http://1.0.0.127.in-addr.arpa/", "http://router.home.arpa/", "http://ｌｏｃａｌｈｏｓｔ/",
			"http://93.184.216.34/", "http://[2606:2800:220:1:248:1893:25c8:1946]/",
		},
		auditapi.CodeForbiddenAddress: {
			"http://127.0.0.1/", "http://127.0.0.1:8080/", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://0.0.0.0/", "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
			"http://[64:ff9b::7f00:1]/", "http://[fd00::1]/", "http://[fe80::1]/", "http://192.168.1.1/", "http://168.63.129.16/", "http://１２７.0.0.1/", "http://127。0。0。1/", "http://8.8.4.4/",
		},
	} {
		for _, address := range addresses {
			target, err := g.Admit(address)
			if err == nil {
				t.Errorf("Admit(%.60q) = %v, want a refusal with code %s", address, target.url, code)
				continue
			}
			wantCode(t, address, err, code)
		}
	}
}

func TestAdmitLabTargets(t *testing.T) {
	t.Parallel()
	c := testConfig()
	c.Lab = []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:9443"), netip.MustParseAddrPort("[::1]:9443"), netip.MustParseAddrPort("127.0.0.1:5000")}
	g := newGuard(t, c)
	for _, address := range []string{"https://127.0.0.1:9443/", "https://[::1]:9443/", "https://weak.demo.test:9443/", "https://localhost:9443/", "https://example.com:9443/"} {
		if _, err := g.Admit(address); err != nil {
			t.Errorf("Admit(%q) = %v", address, err)
		}
	}
	for address, code := range map[string]string{
		"https://127.0.0.1/":           auditapi.CodeForbiddenAddress, // another port
		"https://127.0.0.2:9443/":      auditapi.CodeForbiddenAddress, // another address
		"https://weak.demo.test/":      auditapi.CodeNotPublicName,
		"https://127.0.0.1:9444/":      auditapi.CodePort,
		"https://me@127.0.0.1:9443/":   auditapi.CodeCredentials,
		"https://127.1:9443/":          auditapi.CodeHostSyntax,
		"http://127.0.0.1:5000/":       auditapi.CodeForbiddenAddress, // the engine itself
		"https://93.184.216.34:9443/":  auditapi.CodeNotPublicName,
		"http://[::ffff:127.0.0.1]:80": auditapi.CodeForbiddenAddress,
	} {
		_, err := g.Admit(address)
		wantCode(t, address, err, code)
	}
}

// FuzzAdmit: whatever comes in, it is refused with a code, or it is a URL that says
// the same to every parser and names an allowed port and a plain host.
func FuzzAdmit(f *testing.F) {
	for _, seed := range []string{
		"https://example.com/", "http://[fe80::1%25eth0]/", "http://user@example.com:80/?#", "https://bücher.de:8443/ä?ö#ü", "http://127.1/", "http://[::ffff:1.2.3.4]/",
		"http://a.b.c:443//@/", "https://１２７.0.0.1/", "http:\\\\example.com", "http://example.com:80:80/", "http://xn--0.com/", "http://example.com?@b",
	} {
		f.Add(seed)
	}
	g := newGuard(f, testConfig())
	f.Fuzz(func(t *testing.T, raw string) {
		target, err := g.Admit(raw)
		if err != nil {
			if e := errs.From(err); e.Kind != errs.Unprocessable || e.Code == "" || !utf8.ValidString(e.Message) {
				t.Errorf("Admit(%q): %v", raw, err)
			}
			return
		}
		text := target.URL().String()
		again, err := url.Parse(text)
		if err != nil || again.User != nil || again.Hostname() != target.Host() || again.Fragment != "" {
			t.Fatalf("Admit(%q) = %q, which parses as %+v, %v", raw, text, again, err)
		}
		if strings.Trim(target.Host(), "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" || !strings.Contains(target.Host(), ".") || !target.Public() {
			t.Errorf("Admit(%q): host %q", raw, target.Host())
		}
		if second, err := g.Admit(text); err != nil || second.URL().String() != text {
			t.Errorf("Admit(%q) = %q, and that again = %v, %v", raw, text, second.url, err)
		}
		if p := target.Port(); p != 80 && p != 443 && p != 8080 && p != 8443 {
			t.Errorf("Admit(%q): port %d", raw, p)
		}
	})
}
