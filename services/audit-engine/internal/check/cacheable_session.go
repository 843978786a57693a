package check

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "cacheable-session", Title: "Answers with a session are not kept for others", Area: AreaCookies,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "The answer hands out a session and at the same time allows caches in between (a content network, a company's proxy) to keep it. A cache that does so gives one visitor's session to others, who then see and use the same account.",
		Remediation: setHeader("Send what belongs to one visitor with Cache-Control: private, no-store, and set no cookie with answers that are meant for everybody.",
			"Cache-Control", "private, no-store"),
		References: []string{"https://www.rfc-editor.org/rfc/rfc9111#name-storing-responses-in-caches", "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Cache-Control"},
		Controls:   controls(exposedData, "14.2.2", "14.3.2"),
		Run:        runCacheableSession,
	})
}

func runCacheableSession(_ context.Context, site *Site) Result {
	var seen sightings
	for _, page := range site.pages() {
		if !shared(page.Response, site.Now) {
			continue
		}
		alone := &Site{Now: site.Now, Page: &guard.Response{URL: page.URL, Header: page.Header}}
		for _, c := range cookies(alone) {
			if c.session() {
				invitation := headerLine(page.Header, "Cache-Control")
				if page.Header.Get("Expires") != "" {
					invitation = lines(invitation, headerLine(page.Header, "Expires"))
				}
				seen.add(page.Response, lines(invitation, c.line))
			}
		}
	}
	if seen.empty() {
		return pass()
	}
	return fail(Finding{Title: "Caches may keep an answer that hands out a session", Severity: auditapi.Medium, Evidence: seen.String()})
}

// shared reports whether the answer invites caches that serve several visitors to
// keep it: with public, s-maxage, max-age or Expires, and nothing that forbids it.
// Silence counts as no.
func shared(r *guard.Response, now time.Time) bool {
	if r.Header.Get("Vary") == "*" || (r.Status != http.StatusOK && r.Status != http.StatusNotFound) {
		return false
	}
	ages, public := map[string]uint64{}, false
	for directive := range strings.SplitSeq(strings.Join(r.Header.Values("Cache-Control"), ","), ",") {
		name, argument, _ := strings.Cut(directive, "=")
		switch name = strings.ToLower(strings.TrimSpace(name)); name {
		case "private", "no-store", "no-cache":
			return false // also where it stands for one header, which then is that of the cookie
		case "public":
			public = true
		case "max-age", "s-maxage":
			if seconds, err := strconv.ParseUint(strings.Trim(strings.TrimSpace(argument), `"`), 10, 63); err == nil {
				ages[name] = seconds
			}
		}
	}
	if age, ok := ages["s-maxage"]; ok {
		return age > 0
	}
	if age, ok := ages["max-age"]; ok {
		return age > 0
	}
	expires, err := http.ParseTime(r.Header.Get("Expires"))
	return public || err == nil && expires.After(now)
}
