package truth_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// goodHeaders are what a careful site sends with every answer.
var goodHeaders = map[string]string{
	"Content-Security-Policy":      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
	"Strict-Transport-Security":    "max-age=63072000; includeSubDomains; preload",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"Referrer-Policy":              "strict-origin-when-cross-origin",
	"Permissions-Policy":           "camera=(), microphone=(), geolocation=()",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
}

// securityText is a correct security.txt.
func securityText() string {
	return "Contact: mailto:security@shop.example\nExpires: " + time.Now().Add(180*day).UTC().Format(time.RFC3339) + "\n"
}

// careful puts the headers of a careful site around a handler, which may change them.
func careful(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range goodHeaders {
			w.Header().Set(name, value)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path == "/.well-known/security.txt" {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = io.WriteString(w, securityText()) // a reader that is gone needs none
			return
		}
		next.ServeHTTP(w, r)
	})
}

// routes are handlers by path; others are not found.
type routes map[string]http.HandlerFunc

func (routes routes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h := routes[r.URL.Path]; h != nil {
		h(w, r)
		return
	}
	w.WriteHeader(http.StatusNotFound)
	_, _ = io.WriteString(w, document("Not found", "<p>There is no page here.</p>"))
}

// document is a page.
func document(title, body string) string {
	return fmt.Sprintf("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s</title></head>\n<body><h1>%s</h1>\n%s\n</body></html>\n", title, title, body)
}

// says answers with a page.
func says(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, document("Shop", body)) }
}

// file answers with a file.
func file(media, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", media)
		_, _ = io.WriteString(w, text)
	}
}

// header answers with a page and one more header, "Name: value", or without one,
// "Name:".
func header(lines ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		replaced := map[string]bool{}
		for _, line := range lines {
			name, value, _ := strings.Cut(line, ":")
			if !replaced[name] {
				w.Header().Del(name)
				replaced[name] = true
			}
			if value = strings.TrimSpace(value); value != "" {
				w.Header().Add(name, value)
			}
		}
		says("<p>Welcome.</p>")(w, r)
	}
}

// site is a careful one with routes over modern TLS.
func site(r routes) func(*testing.T) string {
	return func(t *testing.T) string { t.Helper(); return encrypted(t, careful(r), nil) }
}

// everywhere is a careful site that gives all paths to one handler.
func everywhere(h http.HandlerFunc) func(*testing.T) string {
	return func(t *testing.T) string { t.Helper(); return encrypted(t, careful(h), nil) }
}

// front is a careful site whose front page is answered by h.
func front(h http.HandlerFunc) func(*testing.T) string { return site(routes{"/": h}) }

// Well kept servers get no finding that asks for work.
func TestGoodServersAreLeftAlone(t *testing.T) {
	t.Parallel()
	all := []string{
		"certificate-trust", "certificate-chain", "certificate-key", "certificate-name", "certificate-expiry", "certificate-lifetime", "certificate-stapling", "certificate-transparency",
		"tls-old-versions", "tls-modern-versions", "tls-null-suites", "tls-weak-suites", "tls-dh", "tls-cbc", "tls-forward-secrecy", "tls-server-order", "tls-downgrade", "tls-renegotiation", "tls-compression",
		"hsts", "framing", "nosniff", "csp-present", "csp-strength", "csp-completeness", "csp-syntax", "csp-bypass",
		"cors", "exposed-vcs", "exposed-secrets", "exposed-backups", "exposed-status", "exposed-agent-files", "directory-listing", "trace-method", "http-methods", "error-pages", "mixed-content", "secrets",
	}
	tell(t, []story{
		{name: "Go", open: front(says(`<p>Welcome.</p><a href="/about">About us</a>`)), tempts: all},
		{name: "Go, probed", open: front(says(`<p>Welcome.</p><form action="/find"><input name="q" type="search"></form>`)), tier: "redteam",
			tempts: append([]string{"probe-open-redirect", "probe-reflected-input", "probe-sql-error", "probe-header-injection", "probe-forwarded-host"}, all...)},
		{name: "Go, with a stapled proof", tempts: all, open: func(t *testing.T) string {
			t.Helper()
			proven := public.issue(t, certificate{ocsp: true, must: true, proven: true})
			return encrypted(t, careful(routes{"/": says("<p>Welcome.</p>")}), &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{proven}})
		}},
		{name: "Go, with a certificate in public logs", tempts: all, open: func(t *testing.T) string {
			t.Helper()
			logged := public.issue(t, certificate{claims: true, logs: 2})
			return encrypted(t, careful(routes{"/": says("<p>Welcome.</p>")}), &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{logged}})
		}},
		{name: "nginx", open: goodNginx, tempts: all},
		{name: "nginx, from http", open: redirectingNginx, tempts: append([]string{"https-redirect"}, all[8:]...)},
	})
}
