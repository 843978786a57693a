package check

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "sri", Title: "Scripts of other sites are pinned (SRI)", Area: AreaBrowser,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.High,
		Impact: "A script of another site can do in your pages whatever it likes: read what visitors type, take over their sessions, send them elsewhere. Whoever breaks into that site, or buys its name, is in yours. An integrity hash makes browsers refuse a script that has changed.",
		Remediation: serverConfig("Serve the file from your own site: that is the simplest. Otherwise name an exact version and its hash in the markup, for example <script src=\"https://cdn.example/lib-1.2.3.min.js\" integrity=\"sha384-…\" crossorigin=\"anonymous\"></script>. The hash is made with: openssl dgst -sha384 -binary lib.js | openssl base64 -A. A policy keeps scripts of all other sites out:",
			`add_header Content-Security-Policy "script-src 'self'" always;`,
			`Header always set Content-Security-Policy "script-src 'self'"`,
			`header Content-Security-Policy "script-src 'self'"`),
		References: []string{"https://www.w3.org/TR/sri/", "https://developer.mozilla.org/en-US/docs/Web/Security/Subresource_Integrity"},
		Controls:   controls(clientCode, "3.6.1"),
		Run:        runSRI,
	})
}

// hash is one hash that browsers compare with; other words in the attribute they
// ignore, and so the whole attribute if there is no hash.
var hash = regexp.MustCompile(`(?i)(^|\s)sha(256|384|512)-[A-Za-z0-9+/_-]{43,86}={0,2}($|[\s?])`)

// loading is how scripts in the markup load others.
var loading = regexp.MustCompile("(?i)(?:\\.src\\s*=|\\bimport\\s*\\(?|\\bfrom)\\s*[\"'`]((?:https?:)?//([a-z0-9.-]+)/[^\"'`\\s]*)")

func runSRI(_ context.Context, site *Site) Result {
	if reason := site.noMarkup(); reason != "" {
		return skip("%s", reason)
	}
	var bad, loose sightings
	for _, page := range site.markup() {
		for _, r := range page.Document().Resources {
			if r.Tag != "script" && r.Rel != "stylesheet" || !strings.HasPrefix(r.URL.Scheme, "http") || sameSite(page.URL, r.URL) || hash.MatchString(r.Integrity) {
				continue
			}
			what := "<" + r.Tag + "> " + quote(r.URL.String())
			switch host := strings.ToLower(r.URL.Hostname()); {
			case under(host, takenOver):
				bad.add(page.Response, what)
			case !under(host, living):
				loose.add(page.Response, what)
			}
		}
		for _, script := range page.Document().Scripts {
			for _, m := range loading.FindAllStringSubmatch(script, maxItems) {
				if under(strings.ToLower(m[2]), takenOver) {
					bad.add(page.Response, "<script> … "+quote(m[1]))
				}
			}
		}
	}
	var findings []Finding
	if !bad.empty() {
		findings = append(findings, Finding{Title: "The page loads code from a host known for malware", Severity: auditapi.High,
			Evidence: lines(bad.String(), "List of such hosts: "+takenOverDate),
			Impact:   "In 2024 this host, or one run by the same people, sent visitors of many sites code that led them to fraudulent pages. Whoever owns its name today decides what runs in your pages.",
			Remediation: serverConfig("Remove the address from the page now; browsers of today hardly need what it offers. Until that is done, a policy keeps it out:",
				`add_header Content-Security-Policy "script-src 'self'" always;`,
				`Header always set Content-Security-Policy "script-src 'self'"`,
				`header Content-Security-Policy "script-src 'self'"`)})
	}
	if !loose.empty() {
		findings = append(findings, Finding{Title: "Code of other sites is loaded without an integrity hash", Severity: auditapi.Low, Evidence: loose.String()})
	}
	return fail(findings...)
}

// sameSite reports whether two hosts are names of one registered domain. Code of
// one's own domain gains little from a hash (so judges MDN's Observatory too).
func sameSite(a, b *url.URL) bool {
	x, y := strings.ToLower(a.Hostname()), strings.ToLower(b.Hostname())
	if x == y {
		return true
	}
	first, err := publicsuffix.EffectiveTLDPlusOne(x)
	if err != nil {
		return false
	}
	second, err := publicsuffix.EffectiveTLDPlusOne(y)
	return err == nil && first == second
}

// under reports whether host is one of domains or lies below one.
func under(host string, domains []string) bool {
	return slices.ContainsFunc(domains, func(d string) bool { return host == d || strings.HasSuffix(host, "."+d) })
}

// takenOverDate is when takenOver was last looked through.
const takenOverDate = "December 2025"

// takenOver are the hosts of the polyfill.io attack (Sansec and Censys, June and
// July 2024): the service itself and the domains of the same operator.
var takenOver = []string{
	"polyfill.io", "polyfill.com", "polyfillcache.com", "bootcdn.net", "bootcss.com", "staticfile.net", "staticfile.org",
	"unionadjs.com", "xhsbpza.com", "union.macoms.la", "newcrbpc.com",
}

// living are services whose code changes without a new address, by their makers'
// intention: a hash would break them. Payment, maps, sign-in, statistics, fonts.
var living = []string{
	"js.stripe.com", "paypal.com", "paypalobjects.com", "js.braintreegateway.com", "checkout.klarna.com", "x.klarnacdn.net", "squareup.com", "squarecdn.com", "adyen.com", "mollie.com",
	"fonts.googleapis.com", "use.typekit.net", "p.typekit.net", "fonts.bunny.net", "kit.fontawesome.com",
	"googletagmanager.com", "google-analytics.com", "google.com", "maps.googleapis.com", "apis.google.com", "accounts.google.com", "gstatic.com", "googlesyndication.com", "doubleclick.net", "youtube.com",
	"connect.facebook.net", "platform.twitter.com", "platform.x.com", "snap.licdn.com", "static.ads-twitter.com", "analytics.tiktok.com", "appleid.cdn-apple.com",
	"static.cloudflareinsights.com", "challenges.cloudflare.com", "hcaptcha.com", "vercel-scripts.com",
	"plausible.io", "cdn.matomo.cloud", "cdn.usefathom.com", "static.hotjar.com", "clarity.ms", "cdn.segment.com", "bat.bing.com", "js.hs-scripts.com", "js.hsforms.net", "widget.intercom.io", "js.sentry-cdn.com",
	"cdn.cookielaw.org", "consent.cookiebot.com", "app.usercentrics.eu", "cdn.shopify.com", "api.mapbox.com", "player.vimeo.com",
}
