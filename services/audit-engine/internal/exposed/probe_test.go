package exposed

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"doorstep.example/pkg/errs"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/robots"
)

// asking returns the way to ask site, without a network.
func asking(site http.Handler) Ask {
	return func(ctx context.Context, method, path string, header http.Header) (*guard.Response, error) {
		r := httptest.NewRequestWithContext(ctx, method, "https://shop.example"+path, nil)
		r.Header = header.Clone()
		recorder := httptest.NewRecorder()
		site.ServeHTTP(recorder, r)
		return &guard.Response{URL: r.URL, Status: recorder.Code, Header: recorder.Header(), Body: recorder.Body.Bytes()}, ctx.Err()
	}
}

func checks() []string {
	return []string{VCS, Secrets, Backups, Status, AgentFiles, Description, GraphQL, CrossDomain, Listing}
}

func TestEveryRowIsFoundOnAWeakSite(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	site := weakSite(t)
	result := Probe(t.Context(), asking(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked.Add(1); site(w, r) })), robots.File{})
	found := map[string]Hit{}
	for _, check := range checks() {
		if gap := result.Gap(check); gap != "" {
			t.Errorf("%s: %s", check, gap)
		}
		for _, hit := range result.Hits(check) {
			found[hit.Path] = hit
		}
	}
	for _, row := range table {
		hit, ok := found[row.Path]
		switch {
		case !ok:
			t.Errorf("%s was not found", row.Path)
		case hit.Seen == "" || hit.Status != http.StatusOK || !strings.Contains(hit.Control, "404 Not Found"):
			t.Errorf("%s: seen %q, status %d, control %q", row.Path, hit.Seen, hit.Status, hit.Control)
		}
		if text := fmt.Sprint(hit.Seen, hit.Control); strings.Contains(text, secret) || strings.Contains(text, "ghp_") || strings.Contains(text, "deploy:") {
			t.Errorf("%s: a secret is shown: %s", row.Path, text)
		}
	}
	kinds := map[string]bool{}
	for _, row := range table {
		kinds[beside(row.Path, "*")] = true
	}
	if want := int64(len(table) + 7 + len(kinds)); asked.Load() != want {
		t.Errorf("%d requests, want %d", asked.Load(), want)
	}
}

// everything answers each address in the same way.
func everything(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// tempting is a page that has the words of many signatures in it.
var tempting = strings.Join([]string{"<!doctype html><html><head><title>Shop</title></head><body><pre>", envFile, sqlFile, wpFile, phpFile, keyFile, awsFile, phpLog, figures, agentText, "</pre></body></html>"}, "\n")

// Honest sites that answer oddly: nothing is found, and nothing stays open.
func TestNothingIsFoundOnSitesThatAnswerEverything(t *testing.T) {
	t.Parallel()
	sites := map[string]http.HandlerFunc{
		"404":           http.NotFound,
		"soft 404":      everything(http.StatusOK, "text/html", "<!doctype html><title>Not found</title><p>There is nothing here.</p>"),
		"tempting page": everything(http.StatusOK, "text/html", tempting),
		"redirects": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://www.shop.example"+r.URL.Path, http.StatusMovedPermanently)
		},
		"single page application": everything(http.StatusOK, "text/html; charset=utf-8", `<!doctype html><html><head><title>App</title><script type="module" src="/assets/index-4f.js"></script></head><body><div id="root"></div></body></html>`),
		"echoes the path": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprintf(w, "<html><title>%[1]s</title><h1>Index of %[1]s</h1><p>%[1]s</p></html>", r.URL.Path)
		},
		"echoes the path as text": func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, r.URL.RequestURI()) },
		"echoes the path as JSON": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"path":%q,"query":%q,"status":"UP"}`, r.URL.Path, r.URL.RawQuery)
		},
		"echoes as Markdown": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/markdown")
			fmt.Fprintf(w, "# %s\n\nThis page of the handbook is still to be written.\n\n- Home\n- Search\n", r.URL.Path)
		},
		"JSON for everything": everything(http.StatusOK, "application/json", `{"status":"UP","components":{},"openapi":"3.0.0","info":{},"mcpServers":{},"servers":{},"require":{},"name":"x","dependencies":{},"type":"x","private_key":"x","host":"x","username":"x"}`),
		"figures everywhere":  everything(http.StatusOK, "text/plain", figures),
		"env everywhere":      everything(http.StatusOK, "text/plain", envFile),
		"SQL everywhere":      everything(http.StatusOK, "text/plain", sqlFile),
		"archive everywhere":  everything(http.StatusOK, "application/zip", zipFile("a.txt")),
		"password everywhere": everything(http.StatusUnauthorized, "text/plain", envFile),
		"a copy of the name in the file": func(w http.ResponseWriter, r *http.Request) { // answers by extension
			switch {
			case strings.HasSuffix(r.URL.Path, ".sql"):
				fmt.Fprint(w, sqlFile)
			case strings.HasSuffix(r.URL.Path, ".md"):
				fmt.Fprint(w, agentText)
			case strings.HasPrefix(r.URL.Path, "/actuator/"):
				fmt.Fprint(w, `{"status":"UP","components":{},"activeProfiles":[],"propertySources":[]}`)
			default:
				http.NotFound(w, r)
			}
		},
		"server errors": everything(http.StatusInternalServerError, "text/plain", envFile),
	}
	for name, site := range sites {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := Probe(t.Context(), asking(site), robots.File{})
			for _, check := range checks() {
				if hits, gap := result.Hits(check), result.Gap(check); len(hits) != 0 || gap != "" {
					t.Errorf("%s: gap %q, hits %+v", check, gap, hits)
				}
			}
		})
	}
}

func TestRobotsBindUnlessTheOwnerIsProven(t *testing.T) {
	t.Parallel()
	weak := weakSite(t)
	all := robots.Parse([]byte("User-agent: *\nDisallow: /\n"))
	bound := Probe(t.Context(), asking(weak), all)
	if len(bound.Hits(VCS)) == 0 || len(bound.Hits(Secrets)) == 0 || len(bound.Hits(Backups)) != 0 || len(bound.Hits(Status)) != 0 {
		t.Errorf("hits = %+v", bound.hits)
	}
	if gap := bound.Gap(GraphQL); gap != "2 of 2 addresses could not be looked at. The site's robots.txt asks to leave 2 of them out." {
		t.Errorf("gap = %q", gap)
	}
	if gap := Probe(t.Context(), asking(weak), robots.File{Closed: true}).Gap(GraphQL); !strings.Contains(gap, "could not be read") {
		t.Errorf("gap = %q", gap)
	}
	if proven := Probe(t.Context(), asking(weak), all.Lift()); len(proven.hits) != len(table) {
		t.Errorf("%d hits, want %d", len(proven.hits), len(table))
	}
}

func TestTheSiteIsLeftAloneWhenItAsksForIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		after, most int64 // requests let through, and asked for at most
	}{
		"on the way":         {20, 20 + 2*workers},
		"from the beginning": {0, 2 + workers},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int64
			result := Probe(t.Context(), asking(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) <= test.after {
					http.NotFound(w, r)
					return
				}
				w.WriteHeader(http.StatusTooManyRequests)
			})), robots.File{})
			if asked.Load() > test.most {
				t.Errorf("%d requests, want at most %d", asked.Load(), test.most)
			}
			if gap := result.Gap(GraphQL); !strings.Contains(gap, "429 Too Many Requests") {
				t.Errorf("gap = %q", gap)
			}
		})
	}
}

// A site that slows us down once and then lets us in is audited whole.
func TestOneRefusalIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		weak := weakSite(t)
		var asked atomic.Int64
		result := Probe(t.Context(), asking(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) == 30 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			weak(w, r)
		})), robots.File{})
		if len(result.hits) != len(table) {
			t.Errorf("%d hits, want %d", len(result.hits), len(table))
		}
	})
}

func TestSitesThatStopAnswering(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ask  func(ctx context.Context, n int64) (*guard.Response, error)
		most int64
		want string
	}{
		"silent": {func(_ context.Context, n int64) (*guard.Response, error) {
			if n > 20 {
				time.Sleep(15 * time.Second)
				return nil, &errs.Error{Kind: errs.Unprocessable, Message: "did not answer in time", Err: context.DeadlineExceeded}
			}
			return nothing(), nil
		}, 20 + 2*workers, "several times in a row"},
		"slow": {func(context.Context, int64) (*guard.Response, error) {
			time.Sleep(3 * time.Second)
			return nothing(), nil
		}, 85, "time for this part of the audit ran out"},
		"broken now and then": {func(_ context.Context, n int64) (*guard.Response, error) {
			if n%10 == 0 {
				return nil, errors.New("reset")
			}
			return nothing(), nil
		}, 200, "The site did not answer."},
		"endless": {func(context.Context, int64) (*guard.Response, error) {
			return &guard.Response{URL: &url.URL{}, Status: http.StatusOK, Header: http.Header{}, BodyErr: guard.ErrBodyTooLong}, nil
		}, 10, "several times in a row"},
		"turns us away": {func(_ context.Context, n int64) (*guard.Response, error) {
			r := nothing()
			if n > 40 {
				r.Status = http.StatusForbidden
			}
			return r, nil
		}, 200, "began to turn the audit away"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var asked atomic.Int64
				result := Probe(t.Context(), func(ctx context.Context, _, _ string, _ http.Header) (*guard.Response, error) {
					return test.ask(ctx, asked.Add(1))
				}, robots.File{})
				gaps := ""
				for _, check := range checks() {
					gaps += result.Gap(check)
				}
				if !strings.Contains(gaps, test.want) || asked.Load() > test.most || len(result.hits) != 0 {
					t.Errorf("%d requests, want at most %d; gaps %q", asked.Load(), test.most, gaps)
				}
			})
		})
	}
}

func nothing() *guard.Response {
	return &guard.Response{URL: &url.URL{}, Status: http.StatusNotFound, Header: http.Header{}, Body: []byte("not found")}
}

// An audit has a deadline of its own, and the checks that come later need a part.
func TestTheCallersTimeIsShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		Probe(ctx, func(ctx context.Context, _, _ string, _ http.Header) (*guard.Response, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, robots.File{})
		if took := time.Since(began); took != 6*time.Second {
			t.Errorf("took %s of 10 s", took)
		}
	})
}

func TestRequestsAreSmallAndFew(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var open, most int
	seen := map[string]int{}
	Probe(t.Context(), func(_ context.Context, method, path string, header http.Header) (*guard.Response, error) {
		mu.Lock()
		open++
		most = max(most, open)
		seen[path]++
		mu.Unlock()
		if method != http.MethodGet || header.Get("Range") != "bytes=0-65535" {
			t.Errorf("%s %s with %v", method, path, header)
		}
		mu.Lock()
		open--
		mu.Unlock()
		return nothing(), nil
	}, robots.File{})
	if len(seen) != len(table)+7 || most > workers {
		t.Errorf("%d addresses, up to %d at once", len(seen), most)
	}
	for path, n := range seen {
		if n != 1 {
			t.Errorf("%s was asked for %d times", path, n)
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	if len(table) > MaxRows {
		t.Errorf("%d rows, at most %d", len(table), MaxRows)
	}
	seen, owner, worst := map[string]bool{}, map[string]string{}, 0
	order := severityOrder()
	for _, row := range table {
		rank := slices.Index(order, row.Severity)
		switch {
		case seen[row.Path] || !strings.HasPrefix(row.Path, "/"):
			t.Errorf("%s: twice, or no path", row.Path)
		case rank < worst:
			t.Errorf("%s: the table is not sorted by severity", row.Path)
		case owner[row.Name] != "" && owner[row.Name] != row.Check:
			t.Errorf("%q is of two checks", row.Name)
		case !slices.Contains(checks(), row.Check):
			t.Errorf("%s: check %q", row.Path, row.Check)
		}
		seen[row.Path], owner[row.Name], worst = true, row.Check, rank
	}
}
