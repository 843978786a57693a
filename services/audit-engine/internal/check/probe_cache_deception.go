package check

import (
	"bytes"
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "probe-cache-deception", Title: "Private pages get into no cache by another address", Area: AreaCookies,
		Tiers: tier.From(auditapi.TierRedTeam), Severity: auditapi.Medium,
		Impact: "A page that is meant for one visitor also answers to an address that looks like a file, and a cache keeps it because of that look. Attackers send a customer who is signed in such a link, then open it themselves and read the customer's page out of the cache (web cache deception).",
		Remediation: serverConfig("Answer addresses that do not exist with 404, also those below a page. Let the cache go by Cache-Control, and keep nothing that is called a file but comes as text/html or with Set-Cookie (Cloudflare: Cache Deception Armor).",
			"# in front of the program: no path behind a page\nlocation ~ ^/(account|orders)/.+ { return 404; }\n\n# where the cache is: without proxy_ignore_headers Cache-Control Set-Cookie\nproxy_no_cache $upstream_http_set_cookie;",
			"AcceptPathInfo Off\nCacheIgnoreCacheControl Off\nCacheStorePrivate Off\nCacheStoreNoStore Off",
			"@below path_regexp ^/(account|orders)/.+\nrespond @below 404"),
		References: []string{"https://portswigger.net/web-security/web-cache-deception", "https://cwe.mitre.org/data/definitions/525.html", "https://www.rfc-editor.org/rfc/rfc9111#name-storing-responses-in-caches"},
		Controls:   controls(exposedData, "14.2.5", "14.3.2"),
		Run:        runCacheDeception,
	})
}

// maxPrivate is how many private pages are asked for by another address.
const maxPrivate = 3

func runCacheDeception(ctx context.Context, site *Site) Result {
	left := maxPrivate
	for _, page := range site.markup() {
		if page.Status != http.StatusOK || site.privacy(page.Response) == "" || !sameOrigin(page.URL, site.Page.URL) {
			continue
		}
		if left--; left < 0 {
			break
		}
		kept, deceived, err := site.keptAsFile(ctx, page)
		if err != nil {
			return skip(silent)
		}
		if !deceived {
			continue
		}
		// Where the page itself comes out of a cache, or may, it is none of one visitor alone.
		own, err := site.get(ctx, page.URL.RequestURI(), nil)
		if err != nil {
			return skip(silent)
		}
		if hit(own) || keepable(own) != "" {
			continue
		}
		title, proof := "A cache keeps a private page that is called a file", "Asked again, it came out of a cache: "+hitLine(kept)
		if !hit(kept) {
			title, proof = "Caches may keep a private page that is called a file", "There it lets every cache keep it: "+keepable(kept)
		}
		return fail(Finding{Title: title, Severity: auditapi.Medium, Evidence: lines(
			"The page "+address(page.Response)+" says that it is for one visitor alone:", site.privacy(page.Response),
			"Asked for "+quote(kept.URL.RequestURI())+", which gives the same page.", at(kept), proof,
			"The page's own address does not. Confirmed with a second name.")})
	}
	return pass()
}

// asFile are what a program takes for a part of the page's address, and a cache for the
// end of a file's name.
var asFile = []string{"/%.css", "/%.js", ";%.css", "%2f%.css", "%3b%.css", "%3f%.css", "%23%.css"}

// keptAsFile returns the page as it came out of a cache by an address that looks like a
// file's.
func (s *Site) keptAsFile(ctx context.Context, page *Page) (kept *guard.Response, deceived bool, err error) {
	for _, shape := range asFile {
		before := strings.TrimSuffix(pathOf(page.URL), "/")
		if before == "" && shape[0] != '/' {
			continue
		}
		kept, deceived, err = s.confirmed(func(word string) (*guard.Response, bool, error) {
			path := before + strings.Replace(shape, "%.", word+".", 1)
			first, err := s.get(ctx, path, nil)
			if err != nil || !s.answersAs(ctx, page.Response, first) {
				return first, false, err
			}
			again, err := s.get(ctx, path, nil)
			return again, err == nil && !hit(first) && (hit(again) || keepable(again) != ""), err
		})
		if err != nil || deceived {
			return kept, deceived, err
		}
	}
	return nil, false, nil
}

// answersAs reports whether the answer is the page, and not what the site says to any
// address.
func (s *Site) answersAs(ctx context.Context, page, answer *guard.Response) bool {
	if answer.Status != http.StatusOK || !isHTML(answer) || !alike(page.Body, answer.Body) {
		return false
	}
	unknown := s.unknown(ctx)
	return unknown == nil || unknown.Status != http.StatusOK || !alike(unknown.Body, answer.Body)
}

var forOne = regexp.MustCompile(`(?i)(?:^|[,\s])(?:private|no-store)(?:$|[,;=\s])`)

// privacy is the line by which a page says that it is meant for one visitor alone; empty:
// it does not.
func (s *Site) privacy(r *guard.Response) string {
	if forOne.MatchString(strings.Join(r.Header.Values("Cache-Control"), ",")) {
		return headerLine(r.Header, "Cache-Control")
	}
	for _, c := range cookies(&Site{Now: s.Now, Page: r}) {
		if c.session() {
			return c.line
		}
	}
	return ""
}

var (
	forAll = regexp.MustCompile(`(?i)(?:^|[,\s])(?:public|s-maxage="?0*[1-9]|max-age="?0*[1-9])`)
	asks   = regexp.MustCompile(`(?i)(?:^|[,\s])(?:no-cache|(?:s-)?max-?age="?0+)(?:$|[",;=\s])`)
)

// keepable is the line by which an answer lets shared caches keep it for all visitors;
// empty: it does not (RFC 9111, 5.2.2).
func keepable(r *guard.Response) string {
	told := strings.Join(r.Header.Values("Cache-Control"), ",")
	vary := strings.ToLower(strings.Join(r.Header.Values("Vary"), ","))
	if !forAll.MatchString(told) || asks.MatchString(told) || forOne.MatchString(told) || strings.Contains(vary, "cookie") || strings.Contains(vary, "*") {
		return ""
	}
	return headerLine(r.Header, "Cache-Control")
}

// Headers by which caches between a site and its visitors tell that they had the answer.
// Age says the same once a second has passed.
var (
	cacheHeaders = []string{"X-Cache", "CF-Cache-Status", "X-Cache-Status", "X-Proxy-Cache", "Cache-Status"}
	cacheHit     = regexp.MustCompile(`(?i)(?:^|[^a-z])hit(?:$|[^a-z])`)
)

func hit(r *guard.Response) bool { return hitLine(r) != "" }

// hitLine is the line by which a cache says that it had the answer; empty: none does.
func hitLine(r *guard.Response) string {
	for _, name := range cacheHeaders {
		if cacheHit.MatchString(strings.Join(r.Header.Values(name), ",")) {
			return headerLine(r.Header, name)
		}
	}
	if age, err := strconv.ParseUint(strings.TrimSpace(r.Header.Get("Age")), 10, 32); err == nil && age > 0 {
		return headerLine(r.Header, "Age")
	}
	if len(strings.Fields(r.Header.Get("X-Varnish"))) == 2 { // the second is that of who filled it
		return headerLine(r.Header, "X-Varnish")
	}
	return ""
}

// alike reports whether two pages are the same but for a tenth of their tags and texts:
// tokens and dates differ each time.
func alike(a, b []byte) bool {
	parts, total, same := map[string]int{}, 0, 0
	for part := range bytes.SplitSeq(beginning(a), []byte("<")) {
		parts[string(part)]++
		total++
	}
	other := 0
	for part := range bytes.SplitSeq(beginning(b), []byte("<")) {
		other++
		if parts[string(part)] > 0 {
			parts[string(part)]--
			same++
		}
	}
	return 10*same >= 9*max(total, other)
}
