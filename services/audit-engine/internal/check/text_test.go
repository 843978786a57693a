package check

import (
	"strings"
	"testing"
)

func TestQuote(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ in, want string }{
		{"plain text", "plain text"},
		{"a\r\nb\tc\x00d\x7fe", "a  b c d e"},
		{"turned \u202earound\u200b", "turned around"},
		{"broken \xff\xfe end", "broken   end"},
		{strings.Repeat("ä", maxQuote), strings.Repeat("ä", maxQuote)},
		{strings.Repeat("ä", maxQuote+1), strings.Repeat("ä", maxQuote) + " …"},
	} {
		if got := quote(test.in); got != test.want {
			t.Errorf("quote(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

func TestServerConfigIndentsEveryLine(t *testing.T) {
	t.Parallel()
	got := serverConfig("Do it.", "a;\nb;", "c", "d")
	if want := "Do it.\n\nnginx:\n    a;\n    b;\n\nApache:\n    c\n\nCaddy:\n    d"; got != want {
		t.Errorf("serverConfig = %q, want %q", got, want)
	}
}

func TestParsePolicy(t *testing.T) {
	t.Parallel()
	p := parsePolicy("Script-Src 'self'; script-src *; ;upgrade-insecure-requests")
	if got := strings.Join(p["script-src"], " "); got != "'self'" {
		t.Errorf("script-src = %q: the first one counts", got)
	}
	if _, ok := p["upgrade-insecure-requests"]; !ok || len(p) != 2 {
		t.Errorf("policy = %v", p)
	}
}

func TestSessionCookieNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"PHPSESSID": true, "JSESSIONID": true, "ASP.NET_SessionId": true, "connect.sid": true, "laravel_session": true, "__Host-session": true, "auth_token": true, "remember_me": true, "jwt": true,
		"theme": false, "csrftoken": false, "XSRF-TOKEN": false, "sidebar": false, "cookie_consent": false, "lang": false, "_ga": false,
	} {
		c := cookie{parsedCookie: parsedCookie{name: name}}
		if got := c.session(); got != want {
			t.Errorf("session(%s) = %v, want %v", name, got, want)
		}
	}
}
