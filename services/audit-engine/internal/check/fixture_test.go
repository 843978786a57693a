package check_test

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/audit-engine/internal/check"
	"doorstep.example/services/audit-engine/internal/dnsprobe"
	"doorstep.example/services/audit-engine/internal/dnsprobe/dnsprobetest"
	"doorstep.example/services/audit-engine/internal/exposed"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/robots"
	"doorstep.example/services/audit-engine/internal/tlsprobe"
)

// A fixture is a text file of sections that begin with a line "-- NAME --":
//
//	page URL       the recorded answer with the page; must be there
//	hop URL        an answer before it that redirected
//	also URL       another page of the crawl
//	away URL       an answer of the crawl that leads on
//	script URL     a script of the same origin
//	robots         the paths that robots.txt keeps robots out of, one a line
//	owned          the audit is the owner's
//	plain URL      an answer on the way that begins at http://; also "plain closed"
//	               and "plain unknown" or "plain circle" with the reason
//	tls            a server to start and take stock of, see observe; also "tls none"
//	               with the reason
//	tls probe      what taking stock has shown, see record, for what Go cannot serve
//	active         what an active probe of the host shows: the lines of a proof, the first
//	               "weak" for a weak one; or "sound", "unsteady", "fails"
//	mcp PATH       an endpoint of the Model Context Protocol to look at, see scriptedMCP;
//	               also "mcp unknown" with the reason
//	dns            lines of a zone file, see dnsprobetest; also "dns none" with the reason
//	host URL       what another name of the domain answers with; others do not exist
//	exposed        ask for the files that are not for visitors: what the fixture answers
//	               to "GET PATH", and 404 to the others
//	METHOD PATH    the answer to a question of the check's; others get a 404. With the
//	               name of a header behind it, to one that has this header; with a
//	               number, to that one of its kind and those after it.
//	want           a line for each finding: severity and title
//
// Answers are raw HTTP, with line feeds alone.
type fixture struct {
	page       *guard.Response
	hops       []guard.Hop
	also       []*check.Page
	away       []*guard.Response
	scripts    []*guard.Response
	disallowed []string
	owned      bool
	plain      check.Plain
	tls        map[string]string
	recorded   bool // tls is a result, not a server
	noTLS      string
	active     string
	mcp        *scriptedMCP
	noMCP      string
	dns        *dnsprobetest.Zone
	noDNS      string
	hosts      map[string]*guard.Response
	exposed    bool
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
	f := &fixture{answers: map[string]string{}, hosts: map[string]*guard.Response{}}
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
	case kind == "also":
		f.also = append(f.also, check.NewPage(response(t, argument, body)))
	case kind == "away":
		f.away = append(f.away, response(t, argument, body))
	case kind == "script":
		f.scripts = append(f.scripts, response(t, argument, body))
	case name == "robots":
		f.disallowed = strings.Fields(body)
	case name == "owned":
		f.owned = true
	case name == "plain closed":
		f.plain.Closed = true
	case name == "plain unknown":
		f.plain.Unknown = strings.TrimSpace(body)
	case name == "plain circle":
		f.plain.Circle = strings.TrimSpace(body)
	case kind == "plain":
		f.plainSteps = append(f.plainSteps, response(t, argument, body))
	case name == "tls", name == "tls probe":
		f.tls, f.recorded = map[string]string{}, name == "tls probe"
		for line := range strings.Lines(body) {
			key, value, _ := strings.Cut(line, ":")
			f.tls[key] = strings.TrimSpace(value)
		}
	case name == "tls none":
		f.noTLS = strings.TrimSpace(body)
	case name == "active":
		f.active = strings.TrimSpace(body)
	case name == "mcp unknown":
		f.noMCP = strings.TrimSpace(body)
	case kind == "mcp":
		f.mcp = readScriptedMCP(t, argument, body)
	case name == "dns":
		f.dns = dnsprobetest.Parse(t, body)
	case name == "dns none":
		f.noDNS = strings.TrimSpace(body)
	case kind == "host":
		f.hosts[argument] = response(t, argument, body)
	case name == "exposed":
		f.exposed = true
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
	site := &check.Site{Now: fixtureNow, Host: f.page.URL.Hostname(), Page: f.page, Plain: f.plain, NoTLS: f.noTLS, Redirects: f.away}
	site.Pages = append([]*check.Page{check.NewPage(f.page)}, f.also...)
	site.Active = func(context.Context, tlsprobe.Active) (tlsprobe.Proof, error) {
		switch f.active {
		case "sound":
			return tlsprobe.Proof{}, nil
		case "unsteady":
			return tlsprobe.Proof{}, tlsprobe.ErrUnsteady
		case "fails":
			return tlsprobe.Proof{}, io.ErrUnexpectedEOF
		}
		seen, weak := strings.CutPrefix(f.active, "weak\n")
		return tlsprobe.Proof{Seen: strings.Split(seen, "\n"), Weak: weak}, nil
	}
	site.Scripts, site.Disallowed, site.Owned = f.scripts, f.disallowed, f.owned
	switch {
	case f.recorded:
		site.TLS, site.Roots = record(t, f.tls)
	case f.tls != nil:
		site.TLS, site.Roots = observe(t, f.tls)
	}
	site.MCP, site.NoMCP = f.mcp.look(t, f.page.URL, f.answers), f.noMCP
	words := 0
	site.Canary = func() string { words++; return fmt.Sprintf("zq7fixture%d", words) }
	site.NoDNS = f.noDNS
	if f.dns != nil {
		site.DNS = dnsprobe.Look(t.Context(), f.dns.Exchange, site.Host, 443, check.NewPage(f.page).Hosts())
	}
	site.AskHost = func(_ context.Context, address string) (*guard.Response, error) {
		if answer := f.hosts[address]; answer != nil {
			return answer, nil
		}
		return nil, &errs.Error{Kind: errs.Unprocessable, Code: auditapi.CodeDNSFailed, Message: "The name does not exist in the DNS."}
	}
	var mu sync.Mutex
	asked := map[string]int{}
	site.Ask = func(_ context.Context, method, path string, header http.Header) (*guard.Response, error) {
		question := method + " " + path
		mu.Lock()
		defer mu.Unlock()
		asked[question]++
		raw := cmp.Or(f.answers[question], "HTTP/1.1 404 Not Found\nContent-Type: text/html\n\n<p>Not here</p>\n")
		for n := 2; n <= asked[question]; n++ {
			raw = cmp.Or(f.answers[fmt.Sprintf("%s %d", question, n)], raw)
		}
		for name := range header {
			raw = cmp.Or(f.answers[question+" "+name], raw)
		}
		return response(t, fmt.Sprintf("%s://%s%s", f.page.URL.Scheme, f.page.URL.Host, path), raw), nil
	}
	site.Fetch = func(ctx context.Context, path string) (*guard.Response, error) {
		return site.Ask(ctx, http.MethodGet, path, nil)
	}
	site.Query = func(ctx context.Context, path string, _ []byte) (*guard.Response, error) {
		return site.Ask(ctx, http.MethodPost, path, nil)
	}
	posts := 0
	site.Post = func(_ context.Context, path string, _ http.Header, _ url.Values) (*guard.Response, error) {
		posts++
		raw := "HTTP/1.1 404 Not Found\n\n"
		for n := 0; n <= posts; n++ {
			if numbered, ok := f.answers[strings.TrimSuffix(fmt.Sprintf("POST %s %d", path, n), " 0")]; ok {
				raw = numbered
			}
		}
		return response(t, fmt.Sprintf("%s://%s%s", f.page.URL.Scheme, f.page.URL.Host, path), raw), nil
	}
	if f.exposed {
		var rules robots.File
		if raw, ok := f.answers["GET /robots.txt"]; ok {
			rules = robots.Parse(response(t, "https://shop.example/robots.txt", raw).Body)
		}
		site.Exposed = exposed.Probe(t.Context(), site.Ask, rules)
	}
	return site
}
