package crawl

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/robots"
)

// shop is a site for a crawl. It notes what it was asked for.
type shop struct {
	pages map[string]string // by path and query; a value that begins with "=> " redirects
	begin func(w http.ResponseWriter, r *http.Request) bool

	mu    sync.Mutex
	asked []string
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked = append(s.asked, r.Method+" "+r.URL.RequestURI())
	s.mu.Unlock()
	if s.begin != nil && s.begin(w, r) {
		return
	}
	text, ok := s.pages[r.URL.RequestURI()]
	location, moved := strings.CutPrefix(text, "=> ")
	switch {
	case !ok:
		http.NotFound(w, r)
	case moved:
		http.Redirect(w, r, location, http.StatusFound)
	case strings.HasSuffix(r.URL.Path, ".js"):
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, text)
	case strings.HasSuffix(r.URL.Path, "picture"):
		w.Header().Set("Content-Type", "image/png")
		fmt.Fprint(w, text)
	default:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, text)
	}
}

// visit crawls the shop from its front page.
func visit(t *testing.T, ctx context.Context, s *shop) Result { //nolint:revive // t comes first, as everywhere in tests
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	g, err := guard.New(guard.Config{Ports: []uint16{80, 443}, Lab: []netip.AddrPort{netip.MustParseAddrPort(server.Listener.Addr().String())}, Resolver: noNames{}})
	if err != nil {
		t.Fatal(err)
	}
	client := g.Client("test")
	target, err := g.Admit(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	front, err := client.Do(t.Context(), guard.Request{Target: target})
	if err != nil {
		t.Fatal(err)
	}
	result := Run(ctx, client, front, robots.Ask(ctx, client, target))
	server.Close() // so that nothing is noted any more
	return result
}

type noNames struct{}

func (noNames) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

// paths are the pages that were read.
func paths(r Result) []string {
	var list []string
	for _, p := range r.Pages {
		list = append(list, p.URL.RequestURI())
	}
	return list
}

func TestCrawl(t *testing.T) {
	t.Parallel()
	s := &shop{pages: map[string]string{
		"/robots.txt": "User-agent: *\nDisallow: /internal/\n",
		"/": `<a href="/about#team">a</a><a href="/about">b</a><a href="product/1">c</a><a href="/product/2">d</a>
			<a href="/logout">e</a><a href="/internal/plan">f</a><a href="/old">g</a><a href="/away">h</a><a href="/picture">i</a>
			<a href="https://elsewhere.example/x">j</a><a href="/catalogue.pdf">k</a><a href="/gone">l</a>
			<a href="/cart" rel="nofollow">m</a><a href="mailto:a@b.example">n</a><a href="javascript:alert(1)">o</a>
			<script src="/app.js?v=1"></script><script src="/missing.js"></script><script src="//cdn.example/x.js"></script><script src="/internal/x.js"></script>`,
		"/about":      `<a href="/deep">deep</a><script src="/app.js?v=1"></script><script src="/about.js"></script>`,
		"/product/1":  `<p>A lamp</p>`,
		"/product/2":  `<p>A chair</p>`,
		"/old":        "=> /new/",
		"/new/":       `<p>Moved here</p>`,
		"/away":       "=> https://elsewhere.example/",
		"/picture":    "PNG",
		"/deep":       `<p>Deep</p>`,
		"/app.js?v=1": "app()",
		"/about.js":   "about()",
	}}
	got := visit(t, t.Context(), s)
	if diff := cmp.Diff([]string{"/", "/about", "/product/1", "/gone", "/deep", "/new/"}, paths(got)); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	var scripts []string
	for _, r := range got.Scripts {
		scripts = append(scripts, r.URL.RequestURI()+" "+string(r.Body))
	}
	if diff := cmp.Diff([]string{"/app.js?v=1 app()", "/about.js about()"}, scripts); diff != "" {
		t.Errorf("scripts (-want +got):\n%s", diff)
	}
	for _, never := range []string{"GET /logout", "GET /internal/plan", "GET /internal/x.js", "GET /product/2", "GET /cart", "GET /catalogue.pdf"} {
		if slices.Contains(s.asked, never) {
			t.Errorf("%s was sent", never)
		}
	}
	seen := map[string]bool{}
	for _, request := range s.asked {
		if seen[request] || !strings.HasPrefix(request, "GET ") {
			t.Errorf("%s was sent, or sent twice", request)
		}
		seen[request] = true
	}
}

func TestABigSiteIsReadInPart(t *testing.T) {
	t.Parallel()
	var links, scripts strings.Builder
	s := &shop{pages: map[string]string{}}
	for i := range 60 {
		name := string(rune('a'+i%26)) + string(rune('a'+i/26))
		fmt.Fprintf(&links, `<a href="/%s">x</a>`, name)
		fmt.Fprintf(&scripts, `<script src="/%s.js"></script>`, name)
		s.pages["/"+name], s.pages["/"+name+".js"] = "<p>page</p>", "x()"
	}
	s.pages["/"] = links.String() + scripts.String()
	got := visit(t, t.Context(), s)
	if len(got.Pages) != maxPages || len(got.Scripts) != maxScripts {
		t.Errorf("%d pages, %d scripts", len(got.Pages), len(got.Scripts))
	}
}

func TestRedirectsWithoutEnd(t *testing.T) {
	t.Parallel()
	s := &shop{begin: func(w http.ResponseWriter, r *http.Request) bool {
		switch r.URL.Path {
		case "/":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<a href="/x">x</a>`)
		case "/robots.txt":
			return false
		default:
			w.Header().Set("Location", r.URL.Path+"x")
			w.WriteHeader(http.StatusFound)
		}
		return true
	}}
	if got := visit(t, t.Context(), s); len(got.Pages) != 1 || len(s.asked) > maxRequests+2 {
		t.Errorf("%d pages, %d requests", len(got.Pages), len(s.asked))
	}
}

func TestASiteThatIsBusyIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, path string
		status     int
		most       int // requests
	}{
		{"the front page", "/", http.StatusTooManyRequests, 2},
		{"robots.txt breaks", "/robots.txt", http.StatusInternalServerError, 2},
		{"a page", "/a", http.StatusServiceUnavailable, 2 + atOnce},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			links := ""
			for c := 'a'; c <= 'z'; c++ {
				links += fmt.Sprintf(`<a href="/%c">x</a>`, c)
			}
			s := &shop{begin: func(w http.ResponseWriter, r *http.Request) bool {
				w.Header().Set("Content-Type", "text/html")
				if r.URL.Path == test.path {
					w.WriteHeader(test.status)
				}
				fmt.Fprint(w, links)
				return true
			}}
			visit(t, t.Context(), s)
			if len(s.asked) > test.most {
				t.Errorf("%d requests: %v", len(s.asked), s.asked)
			}
		})
	}
}

func TestASiteThatHangsUpIsLeftAlone(t *testing.T) {
	t.Parallel()
	links := ""
	for c := 'a'; c <= 'z'; c++ {
		links += fmt.Sprintf(`<a href="/%c">x</a>`, c)
	}
	s := &shop{begin: func(w http.ResponseWriter, r *http.Request) bool {
		switch r.URL.Path {
		case "/":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, links)
		case "/robots.txt":
			w.WriteHeader(http.StatusNotFound)
		default:
			panic(http.ErrAbortHandler)
		}
		return true
	}}
	if got := visit(t, t.Context(), s); len(got.Pages) != 1 || len(s.asked) > 2+atOnce {
		t.Errorf("%d pages, %d requests", len(got.Pages), len(s.asked))
	}
}

func TestAnEndedCrawlKeepsTheFrontPage(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := &shop{pages: map[string]string{"/": `<a href="/a">x</a>`, "/a": "<p>a</p>"}}
	if got := visit(t, ctx, s); len(got.Pages) != 1 {
		t.Errorf("%d pages", len(got.Pages))
	}
}
