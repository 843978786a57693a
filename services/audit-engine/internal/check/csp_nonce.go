package check

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/guard"
	"doorstep.example/services/audit-engine/internal/tier"
)

// Lengths of a nonce in characters. CSP3 §7.1 asks for 128 bits, which are 22 of
// base64 or 32 of hexadecimal; below guessable even Google's evaluator objects.
const (
	guessableNonce = 8
	soundNonce     = 22
)

func init() {
	register(Check{
		ID: "csp-nonce", Title: "The policy's nonces are random and used once", Area: AreaBrowser,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Medium,
		Impact: "A nonce tells the browser which scripts are yours. Who can guess it, or has seen it once, gives it to a script of their own, and the policy lets that run.",
		Remediation: serverConfig("Make a new nonce of 16 random bytes for every answer, in the application, and keep pages with a nonce out of caches. In Node: crypto.randomBytes(16).toString('base64'). In Go: rand.Text() of crypto/rand. The server must not add one of its own:",
			"# No add_header for Content-Security-Policy here: a value in this file never changes.\nproxy_pass http://127.0.0.1:3000;\nproxy_cache off;",
			"# No Header set for Content-Security-Policy here: UNIQUE_ID can be guessed, so it is no nonce.\nProxyPass / http://127.0.0.1:3000/\nCacheDisable /",
			"reverse_proxy 127.0.0.1:3000"),
		References: []string{"https://www.w3.org/TR/CSP3/#security-nonces", "https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP#nonces"},
		Controls:   controls(clientCode, "3.4.3"),
		Run:        runCSPNonce,
	})
}

func runCSPNonce(ctx context.Context, site *Site) Result {
	first := nonces(policies(site))
	if len(first) == 0 {
		return skip("The site's content security policy uses no nonces.")
	}
	evidence := lines(at(site.Page), policyLines(site))
	var findings []Finding
	if f, repeated := repeatedNonce(ctx, site, first); repeated {
		findings = append(findings, f)
	}
	shortest := slices.MinFunc(first, func(a, b string) int { return len(a) - len(b) })
	switch n := len(strings.TrimRight(shortest, "=")); {
	case n < guessableNonce:
		findings = append(findings, Finding{Title: "A nonce of the policy can be guessed", Severity: auditapi.Medium,
			Evidence: lines(evidence, fmt.Sprintf("The nonce has %d characters.", n))})
	case n < soundNonce:
		findings = append(findings, Finding{Title: "A nonce of the policy is shorter than recommended", Severity: auditapi.Info,
			Evidence: lines(evidence, fmt.Sprintf("The nonce has %d characters; 128 bits need %d in base64.", n, soundNonce)),
			Impact:   "Nobody is likely to guess it. The standard asks for 128 bits all the same, to be on the safe side."})
	}
	return fail(findings...)
}

// nonces returns the values of all nonces for scripts.
func nonces(list []policy) []string {
	var values []string
	for _, s := range limits(list, scriptElements) {
		for _, v := range s {
			if m := nonceSource.FindStringSubmatch(v); m != nil {
				values = append(values, m[1])
			}
		}
	}
	return values
}

// repeatedNonce asks for the page again. If a nonce comes back, it asks past caches
// too, to tell a nonce that never changes from a cached page.
func repeatedNonce(ctx context.Context, site *Site, first []string) (Finding, bool) {
	common := func(r *guard.Response, err error) (string, bool) {
		if err != nil {
			return "", false
		}
		for _, nonce := range nonces(NewPage(r).policies()) {
			if slices.Contains(first, nonce) {
				return nonce, true
			}
		}
		return "", false
	}
	nonce, again := common(site.again(ctx, nil))
	if !again {
		return Finding{}, false
	}
	evidence := lines(at(site.Page), "Asked twice, the site sent this nonce both times: "+quote(nonce))
	if _, static := common(site.pastCaches(ctx)); static {
		return Finding{Title: "The policy's nonce is always the same", Severity: auditapi.Medium,
			Evidence: lines(evidence, "It came a third time with an address that no cache knows.")}, true
	}
	return Finding{Title: "Cached pages repeat the policy's nonce", Severity: auditapi.Low, Evidence: evidence,
		Impact: "As long as the page is kept in a cache, the nonce in it is known to everybody who has opened the page."}, true
}
