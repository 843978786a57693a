package check_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/guard"
)

// A fixture is a text file of sections that begin with a line "-- NAME --":
//
//	page URL       the recorded answer with the page; must be there
//	hop URL        an answer before it that redirected
//	plain URL      an answer on the way that begins at http://; also "plain closed"
//	               and "plain unknown" with the reason
//	tls            a server to start and shake hands with, see tlsServer; also
//	               "tls none" with the reason
//	METHOD PATH    the answer to a question of the check's; others get a 404
//	want           a line for each finding: severity and title
//
// Answers are raw HTTP, with line feeds alone.
type fixture struct {
	page       *guard.Response
	hops       []guard.Hop
	plain      check.Plain
	tls        map[string]string
	noTLS      string
	answers    map[string]string
	want       []string
	plainSteps []*guard.Response
}

// fixtureNow is when all fixtures play.
var fixtureNow = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func readFixture(t *testing.T, path string) *fixture {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{answers: map[string]string{}}
	for section := range strings.SplitSeq("\n"+string(raw), "\n-- ") {
		if strings.TrimSpace(section) == "" {
			continue
		}
		name, body, found := strings.Cut(section, " --\n")
		if !found {
			t.Fatalf("%s: a section lacks its end: %.60q", path, section)
		}
		f.add(t, name, body+"\n") // the split took it
	}
	if f.page == nil {
		t.Fatalf("%s: no page", path)
	}
	f.page.Hops = f.hops
	if n := len(f.plainSteps); n > 0 {
		last := f.plainSteps[n-1]
		for _, step := range f.plainSteps[:n-1] {
			last.Hops = append(last.Hops, guard.Hop{URL: step.URL, Status: step.Status, Header: step.Header, Location: step.Header.Get("Location")})
		}
		f.plain.Response = last
	}
	return f
}

func (f *fixture) add(t *testing.T, name, body string) {
	t.Helper()
	kind, argument, _ := strings.Cut(name, " ")
	switch {
	case kind == "page":
		f.page = response(t, argument, body)
	case kind == "hop":
		r := response(t, argument, body)
		f.hops = append(f.hops, guard.Hop{URL: r.URL, Status: r.Status, Header: r.Header, Location: r.Header.Get("Location")})
	case name == "plain closed":
		f.plain.Closed = true
	case name == "plain unknown":
		f.plain.Unknown = strings.TrimSpace(body)
	case kind == "plain":
		f.plainSteps = append(f.plainSteps, response(t, argument, body))
	case name == "tls":
		f.tls = map[string]string{}
		for line := range strings.Lines(body) {
			key, value, _ := strings.Cut(line, ":")
			f.tls[key] = strings.TrimSpace(value)
		}
	case name == "tls none":
		f.noTLS = strings.TrimSpace(body)
	case name == "want":
		f.want = strings.Split(strings.TrimSpace(body), "\n")
	case strings.HasPrefix(argument, "/"):
		f.answers[name] = body
	default:
		t.Fatalf("unknown section %q", name)
	}
}

func response(t *testing.T, address, raw string) *guard.Response {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(raw)), nil)
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &guard.Response{URL: u, Status: resp.StatusCode, Header: resp.Header, Body: body}
}

// site is the fixture as a check sees it.
func (f *fixture) site(t *testing.T) *check.Site {
	site := &check.Site{Now: fixtureNow, Host: f.page.URL.Hostname(), Page: f.page, Plain: f.plain, NoTLS: f.noTLS}
	if f.tls != nil {
		site.TLS, site.Roots = observe(t, f.tls)
	}
	site.Ask = func(_ context.Context, method, path string, _ http.Header) (*guard.Response, error) {
		raw, ok := f.answers[method+" "+path]
		if !ok {
			raw = "HTTP/1.1 404 Not Found\nContent-Type: text/html\n\n<p>Not here</p>\n"
		}
		return response(t, fmt.Sprintf("%s://%s%s", f.page.URL.Scheme, f.page.URL.Host, path), raw), nil
	}
	return site
}
