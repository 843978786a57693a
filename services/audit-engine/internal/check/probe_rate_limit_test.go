package check

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/services/audit-engine/internal/guard"
)

// TestSignInIsSentLikeABrowser looks at what leaves: the fresh token and cookie, one
// name that cannot exist, another password each time, and no more than is allowed.
func TestSignInIsSentLikeABrowser(t *testing.T) {
	t.Parallel()
	form := func(token string) []byte {
		return []byte(`<form method=post action="/login?next=/"><input type=hidden name=csrf value=` + token + `>` +
			`<input name=user><input type=password name=pass><input type=checkbox name=stay value=1><input type=submit name=go value=in></form>`)
	}
	answer := func(path string, body []byte) *guard.Response {
		return &guard.Response{URL: &url.URL{Scheme: "https", Host: "shop.example", Path: path}, Status: http.StatusOK, Body: body,
			Header: http.Header{"Content-Type": {"text/html"}, "Set-Cookie": {"sid=fresh; HttpOnly", "theme=dark"}}}
	}
	var sent []url.Values
	site := &Site{
		Page: answer("/login", form("stale")),
		Ask: func(context.Context, string, string, http.Header) (*guard.Response, error) {
			return answer("/login", form("fresh")), nil
		},
		Post: func(_ context.Context, path string, header http.Header, form url.Values) (*guard.Response, error) {
			if path != "/login?next=/" || header.Get("Cookie") != "sid=fresh; theme=dark" || header.Get("Origin") != "https://shop.example" || header.Get("Referer") != "https://shop.example/login" {
				t.Errorf("POST %s with %v", path, header)
			}
			sent = append(sent, form)
			return answer("/login", []byte("<p>Wrong.</p>")), nil
		},
	}
	if result := runRateLimit(t.Context(), site); len(result.Findings) != 1 {
		t.Errorf("result = %+v", result)
	}
	passwords := map[string]bool{}
	for _, form := range sent {
		passwords[form.Get("pass")] = true
		form.Del("pass")
		if diff := cmp.Diff(sent[0], form); diff != "" {
			t.Errorf("an attempt differs by more than its password:\n%s", diff)
		}
	}
	if len(sent) != maxSignIns || len(passwords) != maxSignIns {
		t.Errorf("%d attempts with %d passwords, want %d of each", len(sent), len(passwords), maxSignIns)
	}
	user := sent[0].Get("user")
	sent[0].Del("user")
	if !strings.HasSuffix(user, ".invalid") || !cmp.Equal(sent[0], url.Values{"csrf": {"fresh"}, "go": {"in"}}) {
		t.Errorf("sent %q and %v", user, sent[0])
	}
}

// TestSignsIn is about what must not be sent: a form that could open an account.
func TestSignsIn(t *testing.T) {
	t.Parallel()
	const fields = `<input name=mail type=email><input name=pass type=password>`
	for _, test := range []struct {
		page, action, fields string
		want                 bool
	}{
		{"/login", "", fields, true},
		{"/", "/sessions", fields, true},
		{"/konto/anmelden", "/konto", fields, true},
		{"/users/sign_in", "/users/sign_in", fields + `<input type=checkbox name=remember>`, true},
		{"/register", "/login", fields, true},
		{"/login", "/register", fields, false},
		{"/users/sign_up", "/users", fields, false},
		{"/", "/account", fields, false},
		{"/designing", "/plugin", fields, false},
		{"/login", "", fields + `<input name=first>`, false},
		{"/login", "", fields + `<input name=again type=password>`, false},
		{"/login", "", fields + `<input name=subscribe type=checkbox>`, false},
		{"/login/reset", "", fields, false},
	} {
		page := &url.URL{Scheme: "https", Host: "shop.example", Path: test.page}
		document := parseDocument(page, []byte(`<form method=post action="`+test.action+`">`+test.fields+`</form>`))
		if got := signsIn(page, document.Forms[0]); got != test.want {
			t.Errorf("signsIn(%s with a form to %q and %s) = %t", test.page, test.action, test.fields, got)
		}
	}
}

func TestSlows(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for _, test := range []struct {
		delays []time.Duration
		want   bool
	}{
		{[]time.Duration{40 * ms, 50 * ms, 500 * ms, 900 * ms}, true},
		{[]time.Duration{40 * ms, 50 * ms, 45 * ms, 900 * ms}, false}, // one slow answer is chance
		{[]time.Duration{5 * ms, 5 * ms, 20 * ms, 20 * ms}, false},
		{[]time.Duration{300 * ms, 300 * ms, 560 * ms, 560 * ms}, false},
		{[]time.Duration{40 * ms, 900 * ms, 900 * ms}, false},
	} {
		if got := slows(test.delays); got != test.want {
			t.Errorf("slows(%v) = %t", test.delays, got)
		}
	}
}
