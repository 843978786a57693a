package check

import (
	"bytes"
	"context"
	"mime"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

// foreignOrigin is an origin that no site can have listed on purpose.
const foreignOrigin = "https://origin-check.invalid"

func init() {
	register(Check{
		ID: "cors", Title: "Other sites cannot read answers to your visitors", Area: AreaBrowser,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact:      "Any site that a signed-in visitor opens can read what yours shows to that visitor (account data, tokens) and act in the visitor's name.",
		Remediation: "Answer with Access-Control-Allow-Origin only to origins from a fixed list that you compare as a whole, never with what the request says. Leave Access-Control-Allow-Credentials out where no other site needs the visitor's session.\n\nnginx:\n    map $http_origin $allowed_origin {\n        default \"\";\n        \"https://app.YOUR.NAME\" $http_origin;\n    }\n    add_header Access-Control-Allow-Origin $allowed_origin always;\n\nApache:\n    SetEnvIf Origin \"^https://app\\.YOUR\\.NAME$\" ALLOWED=$0\n    Header always set Access-Control-Allow-Origin %{ALLOWED}e env=ALLOWED\n\nCaddy:\n    @app header Origin https://app.YOUR.NAME\n    header @app Access-Control-Allow-Origin https://app.YOUR.NAME",
		References:  []string{"https://fetch.spec.whatwg.org/#http-cors-protocol", "https://portswigger.net/web-security/cors"},
		Controls:    controls(access, "3.4.2"),
		Run:         runCORS,
	})
}

// A place that answers one invented origin answers all. Otherwise the comparison may
// still be wrong, which a few more requests show. Without credentials only what
// everybody may read is shared.
func runCORS(ctx context.Context, site *Site) Result {
	answer, err := askFrom(ctx, site, "", foreignOrigin)
	if err != nil {
		return skip("The site did not answer when it was asked on behalf of another site.")
	}
	site.foreignAnswer = answer
	if f, opened := openToAll(answer); opened {
		return fail(f)
	}
	findings := append(personalData(answer), mixedUp(answer, site)...)
	var closed []string // to the invented origin
	if allowed, _ := allows(answer, foreignOrigin); !allowed {
		closed = append(closed, "")
	}
	for _, path := range dataPaths(site) {
		answer, err := askFrom(ctx, site, path, foreignOrigin)
		if err != nil {
			continue // the page has answered, and the others may
		}
		if f, opened := openToAll(answer); opened {
			return fail(f)
		}
		findings = append(findings, personalData(answer)...)
		if allowed, _ := allows(answer, foreignOrigin); !allowed && succeeds(answer) {
			closed = append(closed, path)
		}
	}
	for _, path := range closed {
		findings = append(findings, tricked(ctx, site, path)...)
	}
	return fail(merge(findings)...)
}

// tricked tries the origins that only a wrong comparison lets pass.
func tricked(ctx context.Context, site *Site, path string) []Finding {
	var findings []Finding
	for _, trick := range originTricks(site) {
		answer, err := askFrom(ctx, site, path, trick.origin)
		if err != nil {
			continue // the others may still tell something
		}
		allowed, credentials := allows(answer, trick.origin)
		if allowed && trick.meant != "" {
			control, err := askFrom(ctx, site, path, trick.meant)
			if err != nil {
				continue
			}
			if meant, _ := allows(control, trick.meant); meant {
				continue
			}
		}
		switch {
		case allowed && credentials:
			findings = append(findings, Finding{Title: trick.title, Severity: trick.severity, Evidence: corsEvidence(answer, trick.origin), Impact: trick.impact})
		case allowed && trick.mistake:
			findings = append(findings, Finding{Title: "The site compares the origin of requests wrongly", Severity: auditapi.Low, Evidence: corsEvidence(answer, trick.origin),
				Impact: "A foreign site passes for one of yours. Today it may read only what everybody may; once credentials are allowed, it reads what signed-in visitors see."})
		}
	}
	return findings
}

// openToAll reports an answer that an invented origin may read with the credentials of
// its visitors.
func openToAll(answer *guard.Response) (Finding, bool) {
	allowed, credentials := allows(answer, foreignOrigin)
	return Finding{
		Title: "Any site may read your answers to signed-in visitors", Severity: auditapi.High, Evidence: corsEvidence(answer, foreignOrigin),
	}, allowed && credentials
}

// What programs call the fields of a person or of an account. A public list of shops has
// an email and a telephone, too, so those count with a person's name alone, or where the
// data or their address say whose they are; and the texts of a form call fields so, whose
// values are words.
var (
	accountField = regexp.MustCompile(`(?i)"(?:password|passwd|password_?hash|access_?token|refresh_?token|session_?id|iban|ssn|date_?of_?birth|birth_?date|dob|last_?login)"\s*:\s*(?:[0-9]|"[^"\s]*[0-9][^"\s]*")`)
	ownerField   = regexp.MustCompile(`(?i)"(?:customer|user)_?email"\s*:\s*"[^"@\s]+@`)
	emailField   = regexp.MustCompile(`(?i)"e?-?mail"\s*:\s*"[^"@\s]+@`)
	personField  = regexp.MustCompile(`(?i)"(?:first_?name|last_?name|full_?name|user_?name|role|customer_?id|user_?id)"\s*:\s*["0-9]`)
	ownerObject  = regexp.MustCompile(`(?i)"(?:user|account|profile|customer|member|patient|employee|kunde|benutzer)s?"\s*:\s*[\[{]`)
	ownerPath    = regexp.MustCompile(`(?i)/(?:me|users?|accounts?|profiles?|customers?|members?|patients?|employees?)(?:[/.]|$)`)
)

// personalData reports data about people that every site may read. That data is open is
// right for most of it, which is why nothing else is reported.
func personalData(answer *guard.Response) []Finding {
	origin := answer.Header.Get("Access-Control-Allow-Origin")
	if origin != "*" && origin != foreignOrigin || !succeeds(answer) || !saysJSON(answer) {
		return nil
	}
	body := beginning(answer.Body)
	person := personField.Match(body) || ownerObject.Match(body) || ownerPath.MatchString(answer.URL.Path)
	if personal := accountField.Match(body) || ownerField.Match(body) || emailField.Match(body) && person; !personal {
		return nil
	}
	return []Finding{{
		Title: "Any site may read data that looks personal", Severity: auditapi.Low, Evidence: corsEvidence(answer, foreignOrigin),
		Impact: "Whatever site somebody opens can read these data through that visitor's browser: from inside your company's network, and past filters that go by address.",
	}}
}

// mixedUp reports an answer for one origin that caches may give to another.
func mixedUp(answer *guard.Response, site *Site) []Finding {
	allowed, _ := allows(answer, foreignOrigin)
	vary := strings.ToLower(strings.Join(answer.Header.Values("Vary"), ","))
	if !allowed || !shared(answer, site.Now) || strings.Contains(vary, "origin") || vary == "*" {
		return nil
	}
	return []Finding{{
		Title: "Caches may mix up answers for different sites", Severity: auditapi.Low,
		Evidence:    lines(corsEvidence(answer, foreignOrigin), headerLine(answer.Header, "Cache-Control"), "without Origin in the header Vary"),
		Impact:      "The answer names the site that asked, and caches may keep it. A cache then gives it to others: whoever asks first decides which site may read what the next visitors get, and locks the right ones out.",
		Remediation: setHeader("Send Vary: Origin with every answer that depends on the origin, or Access-Control-Allow-Origin: * where everybody may read it.", "Vary", "Origin"),
	}}
}

// maxDataPaths is how many addresses besides the page are asked for.
const maxDataPaths = 4

// apiPath fits the paths that programming interfaces usually have.
var apiPath = regexp.MustCompile(`^/([a-z0-9_-]+/)*(api|rest|graphql|v[0-9]{1,2})(/[a-z0-9_/-]*)?$`)

// called fits how scripts ask for data: fetch("/account"), $.getJSON("/account").
var called = regexp.MustCompile("(?:\\bfetch|\\baxios(?:\\.get)?|\\$\\.(?:get|getJSON)|\\.open\\(\\s*[\"']GET[\"']\\s*,)\\s*\\(?\\s*[\"'`](/[A-Za-z0-9_.-][A-Za-z0-9_./-]*)[\"'`?]([^;\n]{0,100})")

// harmful fits addresses that may do more than tell something, whatever the method.
var harmful = regexp.MustCompile(`(?i)out|off|delete|remove|clear|reset|cancel|confirm|revoke|subscribe|vote|like|follow|update|add|abmelden|l(?:ö|oe|%C3%B6)schen`)

// calledPaths are what the scripts of the site ask for with GET.
func calledPaths(site *Site) []string {
	var paths []string
	for _, text := range site.texts() {
		for _, m := range called.FindAllSubmatch(text.Body, maxItems) {
			if path := string(m[1]); !bytes.Contains(m[2], []byte("method")) && !harmful.MatchString(path) && (site.Owned || !site.disallows(path)) {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// disallows reports whether robots.txt keeps robots out of path. Rules with a * count for
// what is before it, which is on the safe side.
func (s *Site) disallows(path string) bool {
	return slices.ContainsFunc(s.Disallowed, func(rule string) bool {
		prefix, _, _ := strings.Cut(rule, "*")
		return strings.HasPrefix(path, strings.TrimSuffix(prefix, "$"))
	})
}

// dataPaths are addresses that answer to programs: their answers are what other sites
// would like to read.
func dataPaths(site *Site) []string {
	var paths []string
	add := func(path string) {
		if len(paths) < maxDataPaths && !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	for _, page := range site.pages()[1:] {
		if saysJSON(page.Response) {
			add(page.Response.URL.EscapedPath())
		}
	}
	for _, path := range calledPaths(site) {
		add(path)
	}
	if site.Owned {
		for _, path := range site.Disallowed {
			if apiPath.MatchString(path) {
				add(path)
			}
		}
	}
	return paths
}

func saysJSON(r *guard.Response) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && strings.HasSuffix(media, "json")
}

// originTrick is an origin that only a wrong comparison lets pass.
type originTrick struct {
	origin   string
	title    string // of the finding, where credentials are allowed
	severity auditapi.Severity
	impact   string // empty: that of the check
	mistake  bool   // passing is a mistake without credentials too
	meant    string // no mistake where this origin passes, too; empty: always one
}

// originTricks are the origins that fit the site.
func originTricks(site *Site) []originTrick {
	name := strings.ToLower(site.Page.URL.Hostname())
	tricks := []originTrick{{
		origin: "null", title: "Sandboxed pages may read answers to signed-in visitors", severity: auditapi.High,
		impact: "The origin null is no site of yours: any site can have it, from a sandboxed frame. So any site that a signed-in visitor opens can read what yours shows to that visitor.",
	}}
	if strings.Contains(name, ":") {
		return tricks // an IPv6 address fits into no name
	}
	tricks = append(tricks, originTrick{
		origin: "https://" + name + ".canary.invalid", severity: auditapi.High, mistake: true,
		title: "A site whose name begins like yours may read answers",
	})
	// Below one's own domain a name may well be trusted, so the mark goes before the
	// registered name; and before the whole one where not all of the domain is trusted.
	own := registered(name)
	suffix := originTrick{
		origin: "https://canary" + own, severity: auditapi.High, mistake: true,
		title: "A site whose name ends like yours may read answers",
	}
	tricks = append(tricks, suffix)
	if port := site.Page.URL.Port(); port != "" {
		suffix.origin += ":" + port
		tricks = append(tricks, suffix)
	}
	if own != name {
		tricks = append(tricks, originTrick{
			origin: "https://canary" + name, meant: "https://canary." + own, severity: auditapi.Medium, mistake: true,
			title:  "Names of your domain that end alike may read answers",
			impact: "Whoever has any name of the domain, through a forgotten alias or a service that hands such names out, can choose one that ends like this one, and reads what yours shows to signed-in visitors.",
		})
	}
	if site.Encrypted() && site.Page.Header.Get("Strict-Transport-Security") == "" {
		tricks = append(tricks, originTrick{
			origin: "http://" + name, severity: auditapi.Low,
			title:  "Unencrypted copies of the site may read answers",
			impact: "Somebody on a visitor's network can answer in place of http://YOUR.NAME, and the page made up there may read what the encrypted site shows to that visitor.",
		})
	}
	return tricks
}

// askFrom asks on behalf of a page of origin; without a path, for the front page.
func askFrom(ctx context.Context, site *Site, path, origin string) (*guard.Response, error) {
	header := http.Header{"Origin": {origin}}
	if path == "" {
		return site.again(ctx, header)
	}
	return site.Ask(ctx, http.MethodGet, path, header)
}

// registered is the part of name that somebody has registered; of an address and of a
// name without dots it is the whole.
func registered(name string) string {
	if _, err := netip.ParseAddr(name); err == nil {
		return name
	}
	own, err := publicsuffix.EffectiveTLDPlusOne(name)
	if err != nil {
		return name
	}
	return own
}

// allows reads the answer as browsers do: one value, to the letter.
func allows(answer *guard.Response, origin string) (allowed, credentials bool) {
	values := answer.Header.Values("Access-Control-Allow-Origin")
	return len(values) == 1 && values[0] == origin, answer.Header.Get("Access-Control-Allow-Credentials") == "true"
}

func corsEvidence(answer *guard.Response, origin string) string {
	return lines("Asked with Origin: "+quote(origin), at(answer), headerLine(answer.Header, "Access-Control-Allow-Origin"), headerLine(answer.Header, "Access-Control-Allow-Credentials"))
}
