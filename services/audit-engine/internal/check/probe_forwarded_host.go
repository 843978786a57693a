package check

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: "probe-forwarded-host", Title: "A claimed host name does not reach links or caches", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierRedTeam), Severity: auditapi.High,
		Impact:      "The site believes whoever asks about its own name (X-Forwarded-Host). Links in password mails then lead to the attacker; where a cache keeps the answer, every visitor gets the attacker's links.",
		Remediation: serverConfig("Set the header in your proxy instead of passing on the visitor's, and build links from a configured name.", "proxy_set_header X-Forwarded-Host $host;", "RequestHeader set X-Forwarded-Host %{HTTP_HOST}s", "header_up X-Forwarded-Host {host}"),
		References:  []string{"https://portswigger.net/web-security/host-header", "https://cwe.mitre.org/data/definitions/644.html"},
		Controls:    controls(hardening, "4.1.3"),
		Run:         runForwardedHost,
	})
}

func runForwardedHost(ctx context.Context, site *Site) Result {
	base := pathOf(site.Page.URL) + "?"
	buster := ""
	answer, believed, err := site.confirmed(func(word string) (*guard.Response, bool, error) {
		buster = base + url.Values{"nocache": {word}}.Encode() // no visitor's copy is touched
		answer, err := site.get(ctx, buster, http.Header{"X-Forwarded-Host": {word + ".invalid"}})
		return answer, err == nil && names(answer, word+".invalid"), err
	})
	if err != nil {
		return skip(silent)
	}
	if !believed {
		return pass()
	}
	evidence := lines("Asked for "+quote(answer.URL.RequestURI())+" with another X-Forwarded-Host.", at(answer), "The claimed name stands in a link, a form or the Location. Confirmed with a second name.")
	word := strings.TrimPrefix(buster, base+"nocache=")
	cached, err := site.get(ctx, buster, nil)
	if err == nil && names(cached, word+".invalid") {
		return fail(Finding{
			Title: "A cache keeps links to a host that a visitor claimed", Severity: auditapi.High,
			Evidence: lines(evidence, "Asked again without the header, the answer still names it.", headerLine(cached.Header, "Age"), headerLine(cached.Header, "X-Cache")),
		})
	}
	return fail(Finding{Title: "Links are built from a host that the visitor claims", Severity: auditapi.Medium, Evidence: evidence})
}

// names reports whether an answer leads to host: by its Location, or by a link, a form
// or something that its page loads.
func names(answer *guard.Response, host string) bool {
	if leadsTo(answer, host) {
		return true
	}
	if !isHTML(answer) || answer.BodyErr != nil {
		return false
	}
	document := parseDocument(answer.URL, answer.Body)
	for _, a := range document.Anchors {
		if a.URL != nil && a.URL.Hostname() == host {
			return true
		}
	}
	for _, f := range document.Forms {
		if f.Action != nil && f.Action.Hostname() == host {
			return true
		}
	}
	for _, r := range document.Resources {
		if r.URL != nil && r.URL.Hostname() == host {
			return true
		}
	}
	return false
}
